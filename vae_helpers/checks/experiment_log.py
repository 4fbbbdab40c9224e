"""The learner's experiment log: what was tried, what came out, and what it means.

It is a file of the learner's own, ``~/.vae-course/experiments.jsonl``, one JSON object a line;
the environment variable VAE_COURSE_HOME names another folder. Entries are only ever added.
"""

import json
import math
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from vae_helpers.checks.core import (
    NOT_ATTEMPTED,
    RIGHT,
    WRONG,
    Result,
    describe_error,
    enforce_expectation,
)
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
    return Path(os.environ.get("VAE_COURSE_HOME") or "~/.vae-course").expanduser()


def add(experiment: str, settings=None, results=None, conclusion=...) -> Result:
    """Write an experiment down, unless the conclusion still is the stub ``...``.

    Args:
        experiment: its name, such as "01: a wider code".
        settings: name → what you set.
        results: name → what you measured; say the unit in the name.
        conclusion: your own words.

    Returns:
        What the notebook shows. The same entry is not written twice in a row.
    """
    if conclusion is ... or not str(conclusion).strip():
        text = "Run the experiment, write your conclusion, and run this cell again."
        result = Result(NOT_ATTEMPTED, str(experiment), text)
    else:
        entry = {
            "experiment": str(experiment),
            "settings": _plain(settings or {}),
            "results": _plain(results or {}),
            "conclusion": str(conclusion).strip(),
        }
        result = _write_down(entry)
    enforce_expectation(result)
    return result


def read() -> Log:
    """Read the log; lines that cannot be read are left out, and left in the file."""
    path = folder() / FILE_NAME
    if not path.is_file():
        return Log([])
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return Log(entry for entry in map(_parsed, lines) if entry is not None)


def _write_down(entry):
    """Append an entry; a disk that is full or read-only must not stop the notebook."""
    try:
        _append(entry)
    except OSError as error:
        text = (
            f"The log could not be written: {describe_error(error)}. Set the environment "
            "variable VAE_COURSE_HOME to a folder of your own."
        )
        return Result(WRONG, entry["experiment"], text)
    return Result(RIGHT, entry["experiment"], f"It is in your log: `{folder() / FILE_NAME}`")


def _append(entry):
    """Write the file anew with one line more, so that it is never half written."""
    entries = read().entries
    if entries and {**entries[-1], "when": None} == {**entry, "when": None}:
        return
    path = folder() / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"when": when, **entry}, ensure_ascii=False, allow_nan=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE_NAME}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(before + line.encode() + b"\n")
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _parsed(line):
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _plain(value):
    """Turn NumPy numbers, arrays and the like into what JSON holds."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if isinstance(value, int | str | bool | None) else str(value)


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
