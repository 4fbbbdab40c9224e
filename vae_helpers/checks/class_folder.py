"""The folder that a class shares: learners add lines to it, whoever runs the class opens solutions.

The environment variable VAE_COURSE_CLASS names it, or the file ``class-folder`` in the learner's
own folder. It often lies on another machine, and may be gone or not answer: nothing here raises
for that, and nothing waits for it longer than a second.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vae_helpers.checks import journal

CLASS, FILE_NAME = "VAE_COURSE_CLASS", "class-folder"
PATIENCE = 1.0  # seconds

_waiting: deque = deque(maxlen=1_000)  # lines that could not be written yet
_writing = threading.Lock()


def path() -> Path | None:
    """Return the folder of the class, whether it is there or not; None if none is named."""
    try:
        named = os.environ.get(CLASS) or (journal.folder() / FILE_NAME).read_text("utf-8").strip()
        return Path(named).expanduser() if named else None
    except (OSError, RuntimeError, ValueError):
        return None


def add(who: str, entry: dict) -> None:
    """Add an entry to ``who``.jsonl in the folder, now or as soon as it is there again."""
    if (folder := path()) is not None:
        _waiting.append((folder / f"{who}.jsonl", entry))
        soon(_send)


def forget() -> None:
    """Write none of the lines that still wait."""
    _waiting.clear()


def soon(function: Callable[[], Any], default: Any = None) -> Any:
    """Return what a function that asks the folder returns, or ``default``.

    That is if it raises OSError or ValueError, or takes longer: a network disk that went away
    can hold up whoever asks for minutes.
    """
    found = [default]

    def ask():
        with contextlib.suppress(OSError, ValueError):
            found[0] = function()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return found[0]


def _send():
    """Write the lines that wait, oldest first, until one cannot be written."""
    if not _writing.acquire(blocking=False):
        return  # the last one still hangs, and goes on when the folder answers
    try:
        while _waiting:
            file, entry = _waiting[0]
            is_new = not file.exists()
            journal.add_line(file, entry)
            with contextlib.suppress(IndexError):  # meanwhile forgotten
                _waiting.popleft()
            if is_new:
                with contextlib.suppress(OSError):  # whoever runs the class must read it
                    file.chmod(0o644)
    finally:
        _writing.release()
