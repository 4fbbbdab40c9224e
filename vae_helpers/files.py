"""The bundled files, opened only after their hash was compared, and the one atomic writer."""

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ASSETS = Path(__file__).parent / "assets"


class DamagedFileError(RuntimeError):
    """A file is missing, or is not the one that its hash or its card describes."""


def damaged(path: str | os.PathLike, what: str) -> DamagedFileError:
    """Make the error that says what is wrong with a file, and how to restore it."""
    return DamagedFileError(f"{path} {what}. {_how_to_restore(Path(path))}.")


def sha256_of(path: str | os.PathLike) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_file(path: str | os.PathLike, sha256: str) -> None:
    """Compare a file's SHA-256 with the expected one, before anything opens the file.

    Raises:
        DamagedFileError: naming the file, both hashes and the way to restore it.
    """
    if not Path(path).is_file():
        raise damaged(path, f"is missing (expected SHA-256 {sha256})")
    found = sha256_of(path)
    if found != sha256:
        raise damaged(path, f"is damaged: expected SHA-256 {sha256}, found {found}")


def read_npz(path: str | os.PathLike, sha256: str) -> dict[str, np.ndarray]:
    """Verify and read a .npz file; object arrays, which need pickle, are refused.

    Raises:
        DamagedFileError: if the file is missing or its hash is another one.
        ValueError: for object arrays.
    """
    verify_file(path, sha256)
    with np.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def read_card(path: str | os.PathLike, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read the card of a file: JSON that says what the file is, how it was made, and its hash.

    Args:
        path: of the card.
        fields: what a card must have: name → type, or a tuple or union of types.

    Raises:
        DamagedFileError: if it is missing, is no JSON object, or lacks one of the fields.
    """
    if not Path(path).is_file():
        raise damaged(path, "is missing")
    try:
        card = read_json(path)
    except ValueError as error:  # no JSON, or no UTF-8
        raise damaged(path, f"is damaged: no JSON ({error})") from None
    if not isinstance(card, dict):
        raise damaged(path, f"is no card: {type(card).__name__} instead of an object")
    for name, kind in fields.items():
        if not isinstance(card.get(name, ...), kind):
            found = f"{name!r} is {card[name]!r}" if name in card else f"{name!r} is missing"
            raise damaged(path, f"is damaged or no card of this package: {found}")
    return card


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it takes the place of ``path``.

    A reader sees the old file or the new one, never half of it, also when the power fails: the
    content is on the disk before the name is changed. Everything else is as with
    ``open(path, "w")``: of a symlink the target is replaced and the link stays; an existing file
    keeps its permissions, and a new one has those that the umask allows. The ending of the name
    is kept, since some writers choose the format by it.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary, mode = _created_beside(target)
    try:
        yield temporary
        os.chmod(temporary, mode)
        _to_disk(temporary)
        os.replace(temporary, target)
        with contextlib.suppress(OSError):  # not every system can do this to a folder
            _to_disk(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Write a file atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: str | os.PathLike, content: str) -> None:
    """Write UTF-8 with plain line ends, atomically."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: str | os.PathLike, content: Any) -> None:
    """Write JSON that a person can read, atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file."""
    return json.loads(Path(path).read_text("utf-8"))


def _created_beside(target):
    """Create an empty file of an unused name; return its path and the mode it ends with."""
    while True:
        name = f".{secrets.token_hex(4)}{''.join(target.suffixes)}"
        try:
            # Created with 0o666 like any file, so that the umask is honoured without asking for it.
            handle = os.open(target.with_name(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            continue
        mode = os.fstat(handle).st_mode
        os.close(handle)
        with contextlib.suppress(FileNotFoundError):
            mode = target.stat().st_mode
        return target.with_name(name), mode & 0o777


def _to_disk(path):
    # Windows writes out only what was opened for writing; elsewhere a file may be read-only.
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _how_to_restore(path):
    """Say what helps where the package lies: in a clone, in an unpacked zip, or installed."""
    path, folder = path.absolute(), ASSETS.parent.parent
    if not path.is_relative_to(ASSETS):
        return (
            "It is none of the course's own files: what wrote it has to write it again, a model "
            "vae-helpers train NAME --out FOLDER"
        )
    name = path.relative_to(folder).as_posix()
    if (folder / ".git").exists():
        return f"Restore it with 'git checkout -- {name}' in {folder}"
    if (folder / "pyproject.toml").exists():
        return f"Unpack the course again, or only the file {name} into {folder}"
    return "Install the package again, with pip's option --force-reinstall"
