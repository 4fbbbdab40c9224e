"""The learner's experiment log: what was tried, what came out, and what it means.

It is a file of the learner's own, ``~/.vae-course/experiments.jsonl``, one JSON object a line;
the environment variable VAE_COURSE_HOME names another folder. Entries are only ever added.
"""

from pathlib import Path

from vae_helpers.checks import journal
from vae_helpers.checks.core import enforce_expectation
from vae_helpers.checks.journal import plain, text
from vae_helpers.checks.verdicts import NOT_ATTEMPTED, RIGHT, WRONG, Result
from vae_helpers.html_table import html_table

FILE_NAME = "experiments.jsonl"


class Log:
    """The entries of the log, newest last, shown as a table."""

    def __init__(self, entries):
        self.entries = list(entries)

    def __len__(self):
        return len(self.entries)

    def __repr__(self):
        if not self.entries:
            return "The experiment log is empty."
        return "\n".join(" | ".join(_row(entry)) for entry in self.entries)

    def _repr_html_(self):
        return html_table(_HEADS, map(_row, self.entries), caption="Experiment log")


_HEADS = ("When (UTC)", "Experiment", "Settings", "Results", "Conclusion")


def folder() -> Path:
    """Return the learner's folder: VAE_COURSE_HOME, or ``~/.vae-course``."""
    return journal.folder()


def add(experiment: str, settings=None, results=None, conclusion=...) -> Result:
    """Write an experiment down, unless the conclusion, or any part, still is the stub ``...``.

    Args:
        experiment: its name, such as "01: a wider code".
        settings: name → what you set.
        results: name → what you measured; say the unit in the name.
        conclusion: your own words.

    Returns:
        What the notebook shows. The same entry is not written twice in a row.
    """
    if conclusion is ... or not text(conclusion).strip() or _has_stub(settings, results):
        message = "Run the experiment, write your conclusion, and run this cell again."
        result = Result(NOT_ATTEMPTED, text(experiment), message)
    else:
        entry = {
            "experiment": text(experiment),
            "settings": plain(settings or {}),
            "results": plain(results or {}),
            "conclusion": text(conclusion).strip(),
        }
        result = _write_down(entry)
    enforce_expectation(result)
    return result


def read() -> Log:
    """Read the log; lines that cannot be read are left out, and left in the file."""
    return Log(journal.read(FILE_NAME))


def _has_stub(*parts):
    """Return whether one of the parts, or a value in it, still is the stub."""
    values = (value for part in parts if isinstance(part, dict) for value in part.values())
    return any(value is ... for value in (*parts, *values))


def _write_down(entry):
    """Append an entry; a disk that is full or read-only must not stop the notebook."""
    try:
        entries = read().entries
        if not (entries and {**entries[-1], "when": None} == {**entry, "when": None}):
            journal.append(FILE_NAME, entry)
        message = f"It is in your log: `{journal.path(FILE_NAME)}`"
    except OSError as error:
        message = f"The log could not be written: {journal.advice(error)}"
        return Result(WRONG, entry["experiment"], message)
    return Result(RIGHT, entry["experiment"], message)


def _row(entry):
    settings, results = (_in_words(entry.get(key, {})) for key in ("settings", "results"))
    when = str(entry.get("when", ""))[:16].replace("T", " ")
    return (
        when,
        str(entry.get("experiment", "")),
        settings,
        results,
        str(entry.get("conclusion", "")),
    )


def _in_words(values):
    if not isinstance(values, dict):
        return str(values)
    return ", ".join(
        f"{key} = {value:.4g}" if isinstance(value, float) else f"{key} = {value}"
        for key, value in values.items()
    )
