"""What all chapters share: the switch between quick and full, and the table of their numbers."""

import math
import os
from collections.abc import Iterable
from typing import Any

from vae_helpers.files import ASSETS
from vae_helpers.html_table import html_table

MEASURED = ASSETS / "measured.json"  # what the chapters measured when they were last run
MODES = ("quick", "full")


def course_mode() -> str:
    """Return ``"quick"`` or ``"full"``, as the environment variable VAE_COURSE_MODE says.

    Raises:
        ValueError: if the variable holds anything else.
    """
    mode = os.environ.get("VAE_COURSE_MODE", "quick")
    if mode not in MODES:
        raise ValueError(f"VAE_COURSE_MODE={mode!r}: allowed are {' and '.join(map(repr, MODES))}")
    return mode


def by_mode(quick: Any, full: Any) -> Any:
    """Return ``quick`` or ``full``, whichever the course mode asks for."""
    return full if course_mode() == "full" else quick


def measured(rows: Iterable[tuple]) -> "MeasuredNumbers":
    """Return a table of what a chapter measured, beside what was published.

    Args:
        rows: (what, ours, published, protocol) each: what was measured with its unit, the number,
            the published number or None, and how ours was measured.

    Raises:
        ValueError: for a row of another length, or a number that is not finite.
    """
    return MeasuredNumbers(rows)


class MeasuredNumbers:
    """A table that a notebook shows and that ``tools/run_course.py`` can read again."""

    MIME = "application/vnd.vae-course.measured+json"

    def __init__(self, rows):
        self.rows = [_measured_row(row) for row in rows]

    def as_dicts(self) -> list[dict]:
        """Return the rows as plain JSON values."""
        keys = ("what", "ours", "published", "protocol")
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def __repr__(self):
        return "\n".join(
            f"{what}: {readable(ours)} (published: {readable(published)}; {protocol})"
            for what, ours, published, protocol in self.rows
        )

    def _repr_html_(self):
        heads = ("Measured", "Here", "Published", "How ours was measured")
        rows = (
            (what, readable(ours), readable(published), protocol)
            for what, ours, published, protocol in self.rows
        )
        return html_table(heads, rows, numbers=(1, 2))

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": repr(self),
            "text/html": self._repr_html_(),
            self.MIME: self.as_dicts(),
        }


def _measured_row(row):
    if len(row) != 4:
        raise ValueError(f"row={row!r}: allowed is (what, ours, published or None, protocol)")
    what, ours, published, protocol = row
    numbers = [None if number is None else _finite(number, what) for number in (ours, published)]
    if numbers[0] is None:
        raise ValueError(f"ours=None of {what!r}: allowed is a finite number")
    return (str(what), *numbers, str(protocol))


def _finite(number, what):
    try:
        number = float(number)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"the number of {what!r}: allowed is a finite number")
    return number


def readable(number: float | None) -> str:
    """Write whole numbers whole, and five significant digits of others."""
    if number is None:
        return "–"
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.5g}"
