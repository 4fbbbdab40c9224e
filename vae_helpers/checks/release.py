"""When a solution is shown: at once, after an attempt, or when whoever runs the class opens it.

``VAE_COURSE_SOLUTIONS`` says ``open``, ``after-attempt`` or ``closed``. Where it is not set, the
word in a file ``solutions`` counts, in the folder of the class or in the learner's; without one,
all are open: whoever learns alone needs no lock. A file ``solutions-open`` in one of these folders
opens solutions for everybody at once: all of them if it is empty, else those of the chapters
("03") and exercises ("03/elbo") that it lists, one a line.
"""

import contextlib
import os
from pathlib import Path

from vae_helpers.checks import class_folder, journal

POLICY, POLICY_FILE = "VAE_COURSE_SOLUTIONS", "solutions"
POLICIES = ("open", "after-attempt", "closed")
RELEASE_FILE = "solutions-open"


class PolicyError(ValueError):
    """The switch for the solutions holds a word that it does not know."""


def policy() -> str:
    """Return one of :data:`POLICIES`.

    Raises:
        PolicyError: naming the value, where it stands, and what is allowed.
    """
    found, where = os.environ.get(POLICY), POLICY
    for folder in () if found else _folders():
        if text := _read(folder / POLICY_FILE):
            found, where = text.split()[0] if text.split() else None, folder / POLICY_FILE
            break
    word = (found or POLICIES[0]).strip().lower()
    if word not in POLICIES:
        raise PolicyError(f"{where}={found!r}: allowed are {', '.join(POLICIES)}")
    return word


def is_open() -> bool:
    """Say whether every solution is open to everybody."""
    try:
        return policy() == POLICIES[0]
    except PolicyError:
        return False


def is_released(chapter: str, exercise: str) -> bool:
    """Say whether a ``solutions-open`` opens the solution of an exercise."""
    for folder in _folders():
        if (text := _read(folder / RELEASE_FILE)) is None:
            continue
        listed = [line.strip() for line in text.splitlines() if line.strip()]
        if not listed or {"all", chapter, f"{chapter}/{exercise}"} & set(listed):
            return True
    return False


def why_closed(chapter: str, exercise: str, was_tried: bool) -> str:
    """Say why a solution is not shown, and what helps; "" if it is."""
    hints = f"Until then: `exercises.{exercise}.hint()`"
    try:
        if (word := policy()) == "open" or is_released(chapter, exercise):
            return ""
    except PolicyError as error:
        return f"The solutions wait for a switch to be mended: `{error}`. {hints}"
    if word == "after-attempt":
        wanted = f"The solution opens after your first try: answer, run the cell, read. {hints}"
        return "" if was_tried else wanted
    folder = class_folder.path()
    file = f"`{(folder or journal_folder()) / RELEASE_FILE}`"
    return (
        "The solutions are closed for now. Whoever runs your class opens them, for all at once by "
        f"the file {file}. {hints}"
    )


def journal_folder() -> Path:
    """Return the learner's folder, also where there is no home to keep it in."""
    try:
        return journal.folder()
    except OSError:
        return Path("~/.vae-course")


def _folders():
    """Yield the folder of the class, then the learner's."""
    if (shared := class_folder.path()) is not None:
        yield shared
    with contextlib.suppress(OSError):
        yield journal.folder()


def _read(path):
    """Return what is in a file, None if it is not there or the folder does not answer."""
    return class_folder.soon(lambda: path.read_text(encoding="utf-8", errors="replace"))
