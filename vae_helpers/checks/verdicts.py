"""The three states of an answer, the exceptions that stand for them, and what a cell shows."""

import html
import re
from dataclasses import dataclass

NOT_ATTEMPTED, WRONG, RIGHT = "not attempted", "wrong", "right"

HEADS = {
    NOT_ATTEMPTED: ("○", "Not attempted yet", "#6b7280"),
    WRONG: ("✗", "Not right yet", "#b45309"),
    RIGHT: ("✓", "Right", "#0f766e"),
    "hint": ("?", "Hint", "#1d4ed8"),
    "solution": ("=", "Solution", "#1d4ed8"),
    "noted": ("●", "Noted", "#1d4ed8"),
    "compared": ("●", "Your prediction", "#1d4ed8"),
    "reset": ("○", "Reset", "#6b7280"),
    "closed": ("○", "Solution", "#6b7280"),
    "sharing": ("●", "On", "#1d4ed8"),
    "private": ("○", "Off", "#6b7280"),
}


class Wrong(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The answer is wrong; the message gives the learner's value and what to look at.

    Args:
        message: what the learner reads.
        kind: which sort of message it is, one word or two: "mistake" (a named one), a relation
            such as "factor", "exception", "shape", "fallback" … Only the line that a class board
            reads has it.
        mistake: of a named one, the course's own sentence on it. The same for all who make it, it
            holds nothing of the answer.
    """

    def __init__(self, message="", kind="own", mistake=""):
        super().__init__(message)
        self.kind = kind
        self.mistake = mistake


class NotAttempted(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The answer still is the stub; the message, if any, says what is asked."""


@dataclass(frozen=True)
class Result:
    """What a cell shows: a state with an icon and words, and a message.

    In messages, `back-ticks` mark code.
    """

    state: str
    name: str
    message: str
    code: str = ""
    kind: str = ""
    mistake: str = ""

    @property
    def head(self) -> str:
        """The icon and words of the state."""
        icon, words, _ = HEADS[self.state]
        return f"{icon} {words}"

    def __repr__(self):
        parts = (f"{self.head} – {self.name}", self.message, self.code)
        return "\n".join(part for part in parts if part)

    def _repr_html_(self):
        colour = HEADS[self.state][2]
        body = to_html(self.message)
        if self.code:
            body += f"<pre><code>{html.escape(self.code)}</code></pre>"
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.3em 0.8em">'
            f"<strong>{html.escape(self.head)}</strong> – {html.escape(self.name)}"
            f"<div>{body}</div></div>"
        )


def to_html(message: str) -> str:
    """Turn a message into HTML: escaped, `code` and *emphasis* marked, one paragraph a line."""
    escaped = html.escape(message, quote=False)
    marked = _CODE_OR_EMPHASIS.sub(_marked, escaped)
    return marked.replace("\n", "<br>")


# A star that stands between two words or numbers, or free, is a multiplication.
_CODE_OR_EMPHASIS = re.compile(r"`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")


def _marked(match):
    code, emphasis = match.groups()
    return f"<code>{code}</code>" if code else f"<em>{emphasis}</em>"
