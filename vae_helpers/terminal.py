"""Text for terminals of all kinds: what one cannot print becomes something that it can."""

import sys
from typing import TextIO

# For terminals such as Windows' cp1252 or a plain ASCII one.
PLAIN = {
    "✓": "ok",
    "✗": "FAIL",
    "–": "-",
    "→": "->",
    "…": "...",
    "·": "-",
    "×": "x",
    "█": "#",
    "▒": "!",
    "▓": "+",
    "░": ".",
    "½": "1/2",
    "“": '"',
    "”": '"',
    "’": "'",
}


def fits(text: str, stream: TextIO | None = None) -> bool:
    """Say whether a stream, standard output unless told, can print a text."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def printable(text: str, stream: TextIO | None = None) -> str:
    """Return a text as a stream can print it: a sign that it has not gives way to a plain one."""
    if fits(text, stream):
        return text
    kept = (sign if fits(sign, stream) else PLAIN.get(sign, _spelt(sign)) for sign in text)
    return "".join(kept)


def say(text: str = "", end: str = "\n") -> None:
    """Print at once, whatever the terminal can show."""
    print(printable(text), end=end, flush=True)


def _spelt(sign):
    return sign.encode("ascii", "backslashreplace").decode("ascii")
