"""The one switch of the course: quick (the default) or full."""

import os

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


def by_mode(quick, full):
    """Return ``quick`` or ``full``, whichever the course mode asks for."""
    return full if course_mode() == "full" else quick
