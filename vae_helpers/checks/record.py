"""What is kept of an exercise in the learner's own folder: that it was solved, and no answer.

``progress.jsonl`` holds a line for each exercise that was solved or reset, for each question of a
self-test that was missed, since that one is asked with other numbers from then on, for each
prediction, and for each paper of the final test that was begun or handed in.
``checks.jsonl`` holds one for every check – exercise, verdict, kind of message, seconds – if the
learner or the class has switched that on: by :mod:`vae_helpers.checks.sharing`, which leaves an
empty file ``record-checks`` in the folder, or by the environment variable VAE_COURSE_RECORD. A
class that shares a folder gets the same line there. None of them ever stops a notebook.
"""

import os
import secrets
from collections import Counter, defaultdict

from vae_helpers.checks import class_folder, journal
from vae_helpers.checks.verdicts import RIGHT, Result

PROGRESS, CHECKS = "progress.jsonl", "checks.jsonl"
SWITCH, SWITCH_FILE, PRIVATE_FILE = "VAE_COURSE_RECORD", "record-checks", "keep-private"
WHO = "class-id"
EXPECT = "VAE_COURSE_EXPECT"

_tries_here = defaultdict(Counter)  # what could not be written
_who_here = secrets.token_hex(6)  # for a session without a folder of its own
_trouble = ""  # why the last line could not be written


def solved() -> set[tuple[str, str]]:
    """Return the (chapter, exercise) that were solved, in any session, and not reset since."""
    last = {}
    for entry in journal.read(PROGRESS):
        if "state" not in entry:
            continue
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


def tries(chapter: str, exercise: str) -> dict[int, int]:
    """Return question → how often a self-test's question was answered wrongly, if kept."""
    counted = Counter(_tries_here[chapter, exercise])
    for entry in journal.read(PROGRESS):
        if (entry.get("chapter"), entry.get("exercise")) == (chapter, exercise):
            question = entry.get("missed")
            if isinstance(question, int):
                counted[question] += 1
    return counted


def keep_try(chapter: str, exercise: str, question: int) -> None:
    """Write down that a question was answered wrongly, here or, without a disk, for this session.

    The next session must ask what this one asked last, or its right answers would be wrong there.
    """
    if os.environ.get(EXPECT):
        return
    entry = {"chapter": chapter, "exercise": exercise, "missed": question}
    if _append(PROGRESS, entry):
        _tries_here[chapter, exercise][question] += 1


def keep_prediction(chapter: str, name: str, choice: str) -> None:
    """Write down what was predicted, unless it is what was predicted before."""
    if os.environ.get(EXPECT) or prediction(chapter, name) == choice:
        return
    _append(PROGRESS, {"chapter": chapter, "prediction": name, "choice": choice})


def prediction(chapter: str, name: str) -> str:
    """Return the letter that was predicted last, in any session; "" if none was."""
    last = ""
    for entry in journal.read(PROGRESS):
        if (entry.get("chapter"), entry.get("prediction")) == (chapter, name):
            last = str(entry.get("choice", ""))
    return last


def keep_tried(chapter: str, exercise: str) -> None:
    """Write down that an exercise was answered, wrongly so far: its solution may wait for that."""
    if not (os.environ.get(EXPECT) or was_tried(chapter, exercise)):
        _append(PROGRESS, {"chapter": chapter, "exercise": exercise, "tried": True})


def was_tried(chapter: str, exercise: str) -> bool:
    """Say whether it is kept that an exercise was answered, rightly or not."""
    return any(
        (entry.get("chapter"), entry.get("exercise")) == (chapter, exercise)
        and (entry.get("tried") or entry.get("state") == RIGHT)
        for entry in journal.read(PROGRESS)
    )


def keep_check(chapter: str, exercise: str, result: Result, seconds: float) -> None:
    """Write a line about a check, if that is switched on: nothing of the answer is in it."""
    if os.environ.get(EXPECT) or not is_recording():
        return
    entry = {
        "who": who(),
        "chapter": chapter,
        "exercise": exercise,
        "verdict": result.state,
        "kind": result.kind,
        "seconds": round(seconds, 3),
    }
    if result.mistake:
        entry["mistake"] = result.mistake
    entry = journal.dated(entry)
    _append(CHECKS, entry)
    class_folder.add(who(), entry)


def who() -> str:
    """Return the number, drawn by chance, under which this learner's lines stand."""
    try:
        return journal.token(WHO)
    except OSError:
        return _who_here


def is_recording() -> bool:
    """Say whether each check leaves a line in ``checks.jsonl``: the learner's own no counts."""
    if is_refused_here():
        return False
    try:
        folder = journal.folder()
        if (folder / PRIVATE_FILE).exists():
            return False
        return bool(os.environ.get(SWITCH)) or (folder / SWITCH_FILE).exists()
    except OSError:
        return bool(os.environ.get(SWITCH))


def is_refused_here() -> bool:
    """Say whether the environment variable says no."""
    value = os.environ.get(SWITCH)
    return value is not None and value.strip().lower() in ("", "0", "no", "off", "false")


def switch(on: bool) -> None:
    """Let each check leave a line from now on, or none whatever the class has set.

    Raises:
        OSError: if the learner's folder cannot be written.
    """
    folder = journal.folder()
    wanted, other = (SWITCH_FILE, PRIVATE_FILE) if on else (PRIVATE_FILE, SWITCH_FILE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / wanted).touch()
    (folder / other).unlink(missing_ok=True)


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


def keep_paper(seed: int, scores: dict[str, tuple[int, int]] | None = None, version="") -> str:
    """Write down that a paper of the final test was begun or, with its scores, handed in.

    Args:
        seed: which paper.
        scores: chapter → (right, asked); None when it is begun.
        version: of the course, whose questions these were.

    Returns:
        Why that failed, or "".
    """
    if os.environ.get(EXPECT):
        return ""
    entry = {"final": "begun" if scores is None else "handed in", "seed": seed}
    if scores is not None:
        entry |= {"scores": {key: list(pair) for key, pair in scores.items()}, "version": version}
    return _append(PROGRESS, entry)


def reset_papers() -> str:
    """Write down that no earlier paper of the final test counts; return why that failed, or ""."""
    return "" if os.environ.get(EXPECT) else _append(PROGRESS, {"final": "reset"})


def papers() -> list[dict]:
    """Return the lines about the final test since the last reset, those that can be understood."""
    found = []
    for entry in journal.read(PROGRESS):
        if entry.get("final") == "reset":
            found = []
        elif entry.get("final") in ("begun", "handed in") and type(entry.get("seed")) is int:
            found.append(entry)
    return found
