"""What is kept of an exercise in the learner's own folder: that it was solved, and no answer.

``progress.jsonl`` holds a line for each exercise that was solved or reset. ``checks.jsonl`` holds
one for every check – exercise, verdict, kind of message, seconds – if the learner or the class has
switched that on: by the environment variable VAE_COURSE_RECORD, or by an empty file
``record-checks`` in the folder. Neither ever stops a notebook.
"""

import os

from vae_helpers.checks import journal
from vae_helpers.checks.verdicts import RIGHT

PROGRESS, CHECKS = "progress.jsonl", "checks.jsonl"
SWITCH, SWITCH_FILE = "VAE_COURSE_RECORD", "record-checks"
EXPECT = "VAE_COURSE_EXPECT"

_trouble = ""  # why the last line could not be written


def solved() -> set[tuple[str, str]]:
    """Return the (chapter, exercise) that were solved, in any session, and not reset since."""
    last = {}
    for entry in journal.read(PROGRESS):
        last[str(entry.get("chapter")), str(entry.get("exercise"))] = entry.get("state")
    return {name for name, state in last.items() if state == RIGHT}


def keep(chapter: str, exercise: str, state: str) -> str:
    """Write down that an exercise was solved or reset; return why that failed, or "".

    Nothing is written while the course's own tests run its notebooks, nor twice.
    """
    is_kept = (chapter, exercise) in solved()
    if os.environ.get(EXPECT) or is_kept == (state == RIGHT):
        return ""
    return _append(PROGRESS, {"chapter": chapter, "exercise": exercise, "state": state})


def keep_check(chapter: str, exercise: str, verdict: str, kind: str, seconds: float) -> None:
    """Write a line about a check, if that is switched on."""
    if is_recording():
        entry = {"chapter": chapter, "exercise": exercise, "verdict": verdict, "kind": kind}
        _append(CHECKS, {**entry, "seconds": round(seconds, 3)})


def is_recording() -> bool:
    """Say whether each check leaves a line in ``checks.jsonl``."""
    value = os.environ.get(SWITCH)
    if value is not None:
        return value.strip().lower() not in ("", "0", "no", "off", "false")
    try:
        return (journal.folder() / SWITCH_FILE).exists()
    except OSError:
        return False


def trouble() -> str:
    """Say why what was solved last could not be kept; "" if it was."""
    return _trouble


def _append(name, entry):
    global _trouble
    try:
        journal.append(name, entry)
        _trouble = ""
    except OSError as error:
        _trouble = f"What you solve is not kept: {journal.advice(error)}"
    return _trouble
