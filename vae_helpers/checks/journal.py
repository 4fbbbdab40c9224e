"""Files in the learner's own folder that are only ever added to, a JSON object a line.

The folder is ``~/.vae-course``, or what the environment variable VAE_COURSE_HOME names. Several
notebooks may write into one file at the same time: an entry is one write at the end of the file,
and nothing that stands there is ever written again.

A folder that several machines share, such as a Drive, may not put two machines' entries into one
file but keep one machine's. There the environment variable VAE_COURSE_SESSION gives each session
files of its own, ``progress.SESSION.jsonl``; all of them are read.
"""

import json
import math
import os
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

HOME, SESSION = "VAE_COURSE_HOME", "VAE_COURSE_SESSION"


class NoHomeError(OSError):
    """There is no folder to keep anything in."""


def folder() -> Path:
    """Return the learner's folder: VAE_COURSE_HOME, or ``~/.vae-course``.

    Raises:
        NoHomeError: if the user has no home directory, as in some containers.
    """
    try:
        return Path(os.environ.get(HOME) or "~/.vae-course").expanduser()
    except RuntimeError:
        raise NoHomeError("this user has no home directory") from None


def path(name: str) -> Path:
    """Return the path that this session's entries for a file of the folder go to."""
    whole = folder() / name
    session = os.environ.get(SESSION, "")
    return whole.with_suffix(f".{session}{whole.suffix}") if session else whole


def append(name: str, entry: dict) -> None:
    """Add an entry, with the time as ``when``, to a file of the learner's folder.

    Args:
        name: of the file.
        entry: what JSON holds; see :func:`plain`.

    Raises:
        OSError: if the file cannot be written: no home, no space, no permission.
    """
    own = path(name)
    own.parent.mkdir(parents=True, exist_ok=True)
    add_line(own, dated(entry))


def dated(entry: dict) -> dict:
    """Return an entry with the time, UTC, as ``when``."""
    return {"when": datetime.now(UTC).isoformat(timespec="seconds"), **entry}


def add_line(path: Path, entry: dict) -> None:
    """Add an entry to a file, in one write. Its folder must be there.

    Raises:
        OSError: if the file cannot be written.
    """
    line = _encoded(entry)
    with open(path, "ab", buffering=0) as file:
        data = (b"" if _ends_a_line(path) else b"\n") + line + b"\n"
        if file.write(data) != len(data):
            raise OSError("the disk is full")


def token(name: str) -> str:
    """Return the 12 hexadecimal digits in a file of the learner's folder, drawn when first asked.

    Several notebooks that ask at the same time get the same.

    Raises:
        OSError: if there are none and they cannot be written.
    """
    path = folder() / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            pass  # another notebook was quicker
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(6))
    for _ in range(20):
        word = path.read_text(encoding="utf-8", errors="replace").strip()
        if re.fullmatch("[0-9a-f]{12}", word):
            return word
        time.sleep(0.01)  # the other one is just writing it
    if not word:  # whoever made the file was stopped before it wrote
        path.write_text(secrets.token_hex(6), encoding="utf-8")
        return token(name)
    raise OSError(f"{path} holds no 12 hexadecimal digits: delete it")


def read(name: str) -> list[dict]:
    """Return the entries of a file, oldest first; lines that hold none are left out.

    A file that is not there or cannot be read has none. The entries of several sessions' files
    are put in the order of their times.
    """
    by_file = [entries for file in _all_files(name) if (entries := _entries(file))]
    together = [entry for entries in by_file for entry in entries]
    if len(by_file) > 1:  # in one file they stand in their order, whatever the clock said
        together.sort(key=lambda entry: text(entry.get("when", "")))
    return together


def plain(value, depth: int = 20):
    """Turn NumPy numbers, arrays and the like into what JSON holds, at most so deep."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if depth and isinstance(value, dict):
        return {text(key): plain(item, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, list | tuple):
        return [plain(item, depth - 1) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if isinstance(value, int | str | bool | None) else text(value)


def text(value) -> str:
    """Return ``str(value)``, whatever the value is."""
    try:
        return str(value)
    except Exception:
        return f"a {type(value).__name__}"


def advice(error: OSError) -> str:
    """Say what to do if the folder cannot be written."""
    return (
        f"{type(error).__name__}: {error}. Set the environment variable {HOME} to a folder of "
        "your own."
    )


def _all_files(name):
    """List the paths of a file and of all sessions' own ones."""
    try:
        whole = folder() / name
    except NoHomeError:
        return []
    return [whole, *sorted(whole.parent.glob(f"{whole.stem}.*{whole.suffix}"))]


def _entries(file):
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError:
        return []
    return [entry for entry in map(_parsed, lines) if isinstance(entry, dict)]


def _ends_a_line(path):
    """Say whether the file is empty or its last line is complete: somebody may have edited it."""
    with open(path, "rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _encoded(entry):
    try:
        return json.dumps(entry, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:  # half of a character that takes two, out of a broken file name
        return json.dumps(entry, allow_nan=False).encode()


def _parsed(line):
    try:
        return json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
