"""Writing and checking files so that a crash or a bad copy never goes unnoticed."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path


class DamagedFileError(RuntimeError):
    """A file is missing or is not the one that its hash describes."""


def sha256_of(path) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_file(path: Path, sha256: str) -> None:
    """Compare a file's SHA-256 with the expected one, before anything opens the file.

    Raises:
        DamagedFileError: naming the file, both hashes and the way to restore it.
    """
    path = Path(path)
    restore = (
        f"Restore it with 'git checkout -- {path.name}' in {path.parent}, "
        "or install the package again."
    )
    if not path.is_file():
        raise DamagedFileError(f"{path} is missing (expected SHA-256 {sha256}). {restore}")
    found = sha256_of(path)
    if found != sha256:
        raise DamagedFileError(
            f"{path} is damaged: expected SHA-256 {sha256}, found {found}. {restore}"
        )


@contextlib.contextmanager
def replacing(path):
    """Give a temporary path beside ``path``; on success it takes the place of ``path``.

    A reader sees the old file or the new one, never half of it. The ending of the name is kept,
    since some writers choose the format by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix="".join(path.suffixes))
    os.close(handle)
    try:
        yield Path(temporary)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def write_json(path, content) -> None:
    """Write JSON that a person can read, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_json(path):
    """Read a JSON file."""
    return json.loads(Path(path).read_text("utf-8"))
