"""What all exercises share: three states, hints one by one, solutions, and helpful messages.

A checker is a function that takes the learner's answer and returns when it is right::

    @exercise(hints=("Start from …", "The bias adds …"))
    def count_parameters(answer):
        got = call(answer, 3, 1, 32)
        expect_number(got, 320, "count_parameters(3, 1, 32)", mistakes={288: "…the biases…"})
        return "Each filter has one bias."

It raises :class:`Wrong` (the ``expect_…`` functions do) where the answer is wrong. Nothing that
the learner's code does may escape: :meth:`Exercise.grade` turns every exception into a message.
"""

import html
import importlib
import json
import linecache
import os
import re
import reprlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NOT_ATTEMPTED, WRONG, RIGHT = "not attempted", "wrong", "right"
EXPECT = "VAE_COURSE_EXPECT"
SOLUTIONS = Path(__file__).parents[1] / "assets" / "solutions"

_HEADS = {
    NOT_ATTEMPTED: ("○", "Not attempted yet", "#6b7280"),
    WRONG: ("✗", "Not right yet", "#b45309"),
    RIGHT: ("✓", "Right", "#0f766e"),
    "hint": ("?", "Hint", "#1d4ed8"),
    "solution": ("=", "Solution", "#1d4ed8"),
}


class Wrong(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The answer is wrong; the message gives the learner's value and what to look at."""


class NotAttempted(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The answer still is the stub; the message, if any, says what is asked."""


class UnexpectedResultError(AssertionError):
    """An exercise came out otherwise than the environment variable VAE_COURSE_EXPECT says."""


@dataclass(frozen=True)
class Result:
    """What a cell shows: a state with an icon and words, and a message.

    In messages, `back-ticks` mark code.
    """

    state: str
    name: str
    message: str
    code: str = ""

    @property
    def head(self) -> str:
        """The icon and words of the state."""
        icon, words, _ = _HEADS[self.state]
        return f"{icon} {words}"

    def __repr__(self):
        parts = (f"{self.head} – {self.name}", self.message, self.code)
        return "\n".join(part for part in parts if part)

    def _repr_html_(self):
        colour = _HEADS[self.state][2]
        body = to_html(self.message)
        if self.code:
            body += f"<pre><code>{html.escape(self.code)}</code></pre>"
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.3em 0.8em">'
            f"<strong>{html.escape(self.head)}</strong> – {html.escape(self.name)}"
            f"<div>{body}</div></div>"
        )


class Exercise:
    """One exercise: ``check(answer)``, ``hint()`` – one more each time – and ``solution()``."""

    def __init__(self, name, chapter, grader: Callable, hints: Sequence[str], title=None):
        self.name = name
        self.title = title or name.replace("_", " ").capitalize()
        self.chapter = chapter
        self.hints = tuple(hints)
        self.state = NOT_ATTEMPTED
        self._grader = grader
        self._hints_shown = 0
        self.__doc__ = grader.__doc__

    def grade(self, answer) -> Result:
        """Judge an answer without recording anything; whatever it is, this returns a result."""
        try:
            praise = self._grader(attempted(answer))
        except NotAttempted as verdict:
            start = (
                f"Replace each `...` with your answer and run the cell again. For a start: "
                f"`exercises.{self.name}.hint()`"
            )
            return self._result(NOT_ATTEMPTED, str(verdict) or start)
        except Wrong as verdict:
            return self._result(WRONG, str(verdict))
        except (Exception, SystemExit) as error:
            return self._result(
                WRONG, f"Your answer could not be checked: {describe_error(error)}."
            )
        return self._result(RIGHT, praise or "")

    def check(self, answer=...) -> Result:
        """Judge an answer and remember the state for :func:`progress`."""
        result = self.grade(answer)
        self.state = result.state
        enforce_expectation(result)
        return result

    def hint(self) -> Result:
        """Show the next hint; after the last one, the last one again."""
        self._hints_shown = min(self._hints_shown + 1, len(self.hints))
        shown = self._hints_shown
        more = "" if shown < len(self.hints) else " (the last one)"
        text = self.hints[shown - 1]
        return self._result("hint", f"{shown} of {len(self.hints)}{more}: {text}")

    def solution(self) -> Result:
        """Show the course's own solution."""
        return self._result("solution", "", read_solution(self.chapter, self.name))

    def __repr__(self):
        return f"<Exercise {self.name}: {self.state}; use .check(answer), .hint(), .solution()>"

    def _result(self, state, message, code=""):
        return Result(state, self.title, message, code)


class SelfTest(Exercise):
    """Questions with choices; ``check({1: "a", …})`` asks the open ones and comments the others.

    Args:
        questions: of :class:`Question`, numbered from 1.
        chapter: the module's ``__name__``.
        name: as in the cell's ``exercise="…"``.
    """

    def __init__(self, *questions, chapter: str, name: str = "self_test"):
        super().__init__(
            name,
            chapter_number(chapter),
            self._grade_all,
            ("Read the section named in a question again; the feedback says why.",),
        )
        self.questions = dict(enumerate(questions, start=1))

    def _grade_all(self, answers):
        if not isinstance(answers, Mapping):
            raise Wrong(f"Your answers are {show(answers)}: expected {{1: 'a', 2: 'b', …}}.")
        unknown = [key for key in answers if key not in self.questions]
        if unknown:
            raise Wrong(f"There is no question {show(unknown[0])}: use 1 to {len(self.questions)}.")
        given = {n: answers.get(n, ...) for n in self.questions}
        if all(answer is ... for answer in given.values()):
            raise NotAttempted(repr(self))
        n_right = sum(_letter(given[n]) == q.right for n, q in self.questions.items())
        lines = [
            f"{n}. {question.as_text() if given[n] is ... else question.feedback_on(given[n])}"
            for n, question in self.questions.items()
        ]
        report = "\n".join([f"{n_right} of {len(given)} right.", *lines])
        if n_right < len(given):
            raise Wrong(report)
        return report

    def __repr__(self):
        return "\n\n".join(f"{n}. {q.as_text()}" for n, q in self.questions.items())

    def _repr_html_(self):
        return f"<div>{to_html(repr(self))}</div>"


@dataclass(frozen=True)
class Question:
    """A multiple-choice question.

    Args:
        text: the question.
        choices: letter → what one may answer.
        right: the letter of the right choice.
        feedback: letter → why it is right or wrong, for each choice.
    """

    text: str
    choices: Mapping[str, str]
    right: str
    feedback: Mapping[str, str]

    def __post_init__(self):
        if self.right not in self.choices or set(self.feedback) != set(self.choices):
            raise ValueError(f"question {self.text!r}: every choice needs feedback")

    def feedback_on(self, answer) -> str:
        """Say whether a choice is right, and why."""
        letter = _letter(answer)
        if not isinstance(letter, str) or letter not in self.choices:
            return f"✗ {show(letter)} is none of {', '.join(self.choices)}."
        mark = "✓" if letter == self.right else "✗"
        return f"{mark} ({letter}) {self.feedback[letter]}"

    def as_text(self) -> str:
        """The question and its choices, a line each."""
        return "\n".join([self.text, *(f"{k}) {v}" for k, v in self.choices.items())])


class Progress:
    """The state of each exercise of a chapter, as a small table."""

    def __init__(self, exercises: Sequence[Exercise]):
        self.states = {exercise.title: exercise.state for exercise in exercises}

    def __repr__(self):
        n_right = sum(state == RIGHT for state in self.states.values())
        lines = [f"{_HEADS[state][0]} {title}: {state}" for title, state in self.states.items()]
        return "\n".join([f"{n_right} of {len(self.states)} exercises right", *lines])

    def _repr_html_(self):
        first, *lines = map(html.escape, repr(self).split("\n"))
        items = "".join(f"<li style='list-style: none'>{line}</li>" for line in lines)
        return f"<p><strong>{first}</strong></p><ul>{items}</ul>"


def exercise(hints: Sequence[str], title: str | None = None) -> Callable[[Callable], Exercise]:
    """Make an :class:`Exercise` of a checker, named after it, in the chapter of its module.

    Args:
        hints: shown one by one, the strongest last.
        title: the name for people; None makes "Count parameters" of ``count_parameters``.
    """
    if isinstance(hints, str) or not hints:
        raise ValueError(f"hints={hints!r}: allowed is a tuple of at least one text")

    def decorate(grader):
        return Exercise(grader.__name__, chapter_number(grader.__module__), grader, hints, title)

    return decorate


def chapter_number(module_name: str) -> str:
    """Return "01" for the module ``vae_helpers.checks.chapter01``."""
    return module_name.rpartition("chapter")[2]


def exercises_of(chapter: str) -> dict[str, Exercise]:
    """Return the exercises of chapter "01", by name, in the order of their definition."""
    module = importlib.import_module(f"vae_helpers.checks.chapter{chapter}")
    return {e.name: e for e in vars(module).values() if isinstance(e, Exercise)}


def progress(chapter: str) -> Progress:
    """Return the states of the exercises of chapter "01" in this session."""
    return Progress(list(exercises_of(chapter).values()))


def read_solution(chapter: str, name: str) -> str:
    """Return the code that the course gives as the solution of an exercise."""
    for path in SOLUTIONS.glob(f"{chapter}_*.json"):
        return json.loads(path.read_text(encoding="utf-8")).get(name, "(none is given)")
    return "(none is given)"


def enforce_expectation(result: Result) -> None:
    """Raise if VAE_COURSE_EXPECT names another state: the course's own tests set it."""
    expected = os.environ.get(EXPECT)
    if expected and result.state != expected:
        raise UnexpectedResultError(f"expected {expected!r}, got:\n{result!r}")


# What checkers ask of an answer.


def attempted(answer):
    """Return the answer, or raise NotAttempted if it still is the stub's Ellipsis."""
    if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
        raise NotAttempted
    return answer


def call(function, *args, **kwargs):
    """Call the learner's function and return its result.

    Raises:
        NotAttempted: if it returns the stub's Ellipsis.
        Wrong: if it is no function, raises, or returns None.
    """
    if not callable(function):
        raise Wrong(f"Expected a function, got {show(function)}. Pass its name without brackets.")
    name = getattr(function, "__name__", "your function")
    try:
        result = function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        if isinstance(error, Wrong | NotAttempted):
            raise
        where = _line_of(error, function)
        raise Wrong(f"`{name}` stopped with {describe_error(error)}{where}.") from error
    if result is None:
        raise Wrong(f"`{name}` returned None. Is a `return` missing?")
    return attempted(result)


def expect_number(got, expected, what, rtol=1e-4, atol=1e-9, look_at="", mistakes=None):
    """Raise Wrong unless ``got`` is one number within the tolerance of ``expected``.

    Args:
        got: the learner's value.
        expected: the right value.
        what: how to name it in the message, such as "the KL divergence (nats)".
        rtol: relative tolerance.
        atol: absolute tolerance.
        look_at: where to look when it is wrong, one sentence.
        mistakes: wrong value → the message for it, where that says more than ``look_at``.
    """
    array = _as_numbers(got, what)
    if array.size != 1:
        raise Wrong(f"{what} is {show(got)} of shape {array.shape}: expected one number.")
    value = float(array.reshape(()))
    if np.isclose(value, expected, rtol=rtol, atol=atol):
        return
    for mistake, message in (mistakes or {}).items():
        if np.isclose(value, mistake, rtol=rtol, atol=atol):
            raise Wrong(_sentence(f"{what} is {_number(value)}.", message))
    raise Wrong(_sentence(f"{what} is {_number(value)}, which is not right.", look_at))


def expect_array(got, expected, what, rtol=1e-4, atol=1e-6, look_at="", mistakes=()):
    """Raise Wrong unless ``got`` has the shape and, within the tolerance, the values expected.

    Args:
        got: the learner's value: an array, a tensor or nested lists.
        expected: the right array.
        what: how to name it in the message.
        rtol: relative tolerance.
        atol: absolute tolerance.
        look_at: where to look when it is wrong, one sentence.
        mistakes: pairs of a wrong array, of any shape, and the message for it.
    """
    array, expected = _as_numbers(got, what), np.asarray(expected, dtype=float)

    def is_like(other):
        return array.shape == other.shape and np.allclose(array, other, rtol=rtol, atol=atol)

    if is_like(expected):  # first, since a mistake may do no harm to these very numbers
        return
    for mistake, message in mistakes:
        if is_like(np.asarray(mistake, dtype=float)):
            raise Wrong(_sentence(f"{what} is {show(got)}.", message))
    if array.shape != expected.shape:
        text = f"{what} has shape {array.shape}: expected {expected.shape}."
        raise Wrong(_sentence(text, look_at))
    wrong = ~np.isclose(array, expected, rtol=rtol, atol=atol)
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    at = f" at {list(where)}" if where else ""
    text = f"{what} is {_number(array[where])}{at}, which is not right."
    raise Wrong(_sentence(text, look_at))


def expect_type(got, kind, what, look_at=""):
    """Raise Wrong unless ``got`` is an instance of ``kind``."""
    if not isinstance(got, kind):
        name = getattr(kind, "__name__", str(kind))
        raise Wrong(_sentence(f"{what} is {show(got)}: expected a {name}.", look_at))


def expect(condition, message):
    """Raise Wrong with the message unless the condition holds."""
    if not condition:
        raise Wrong(message)


def show(value) -> str:
    """Describe a learner's value in a few words, whatever its ``repr`` does."""
    try:
        shape = getattr(value, "shape", None)
        if shape is not None and len(shape):
            return f"an array of shape {tuple(shape)}"
        if callable(value):
            kind = "class" if isinstance(value, type) else "function"
            return f"the {kind} `{getattr(value, '__name__', type(value).__name__)}`"
        if isinstance(value, float | np.floating):
            return _number(value)
        return f"{_SHORT.repr(value)} ({type(value).__name__})"
    except Exception:
        return f"a {type(value).__name__}"


def describe_error(error) -> str:
    """Name an exception and the first line of what it says."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:
        lines = []
    text = f": {lines[0][:200]}" if lines else ""
    return f"{type(error).__name__}{text}"


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


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def _as_numbers(got, what):
    """Turn the learner's value into a float array, or raise Wrong."""
    attempted(got)
    if isinstance(got, str | bytes | bool | Mapping):
        raise Wrong(f"{what} is {show(got)}: expected a number or an array of numbers.")
    try:
        array = np.asarray(got)
        if array.dtype.kind not in "iufb":
            raise TypeError
        array = array.astype(float)
    except Exception:
        raise Wrong(f"{what} is {show(got)}: expected a number or an array of numbers.") from None
    if np.isnan(array).any():
        raise Wrong(f"{what} holds NaN: look for a division by zero or a log of zero or less.")
    if np.isinf(array).any():
        raise Wrong(f"{what} holds infinity: look for an overflow or a log of zero.")
    return array


def _number(value):
    value = float(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"


def _sentence(first, second):
    return f"{first} {second}".strip()


def _letter(answer):
    return answer.strip().lower().strip("()") if isinstance(answer, str) else answer


def _line_of(error, function):
    """Say at which line of the learner's own code an exception arose."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == code.co_filename:
            line = (frame.line or linecache.getline(frame.filename, frame.lineno)).strip()
            return f", in the line `{line}`" if line else f", in line {frame.lineno}"
    return ""
