"""Take part in the board of a class, or not: ``sharing.on()``, ``.off()`` and ``.status()``.

While it is on, each check adds a line to ``checks.jsonl`` in your own folder and, if the class has
a folder, to a file there that is named by a number drawn by chance: the exercise, right or wrong,
the kind of mistake, the seconds. Your name and your answer are in none of them.
"""

import os
from pathlib import Path

from vae_helpers import files
from vae_helpers.checks import class_folder, journal, record, release
from vae_helpers.checks.verdicts import Result

TITLE = "The board of your class"


def on(folder: str | os.PathLike | None = None) -> Result:
    """Let each check add a line for the class, from now on and in all notebooks.

    Args:
        folder: that the class shares, if it has one; None leaves the one that is known.

    Returns:
        What the notebook shows. If it did not work, that says so; nothing is raised.
    """
    try:
        if folder is not None:
            target = Path(folder).expanduser().absolute()
            if not class_folder.soon(lambda: target.is_dir() and os.access(target, os.W_OK)):
                return _refused(f"folder={str(folder)!r}: there is no such folder to write into.")
            files.write_text(journal.folder() / class_folder.FILE_NAME, f"{target}\n")
        record.switch(True)
    except (OSError, RuntimeError, ValueError) as error:
        return _refused(f"It could not be switched on: {error}.")
    return status()


def off() -> Result:
    """Let no check add a line any more, whatever the class has set. What was written stays."""
    class_folder.forget()
    try:
        record.switch(False)
    except OSError as error:
        return Result("sharing", TITLE, f"It could not be switched off: {journal.advice(error)}")
    return status()


def status() -> Result:
    """Say whether it is on, what is written, and where."""
    if not record.is_recording():
        text = "Your checks leave no line. In a class, `sharing.on()` changes that."
        if record.is_refused_here():
            text = f"The environment variable {record.SWITCH} forbids it here."
        return Result("private", TITLE, text)
    places = [f"`{release.journal_folder() / record.CHECKS}`"]
    if (folder := class_folder.path()) is not None:
        places.append(f"`{folder / record.who()}.jsonl`")
    text = (
        "Each check adds a line – exercise, right or wrong, kind of mistake, seconds – to "
        f"{' and '.join(places)}. Your name and your answer are not in it. "
        "`sharing.off()` ends it."
    )
    if folder is not None and not class_folder.soon(folder.is_dir):
        text += "\nThe folder of the class is not there now: lines wait until it is."
    return Result("sharing", TITLE, text)


def _refused(why):
    return Result("private", TITLE, f"{why} Nothing was changed.")
