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
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vae_helpers.checks import expect as expectations
from vae_helpers.checks import record, release
from vae_helpers.checks.expect import (
    Case,
    expect,
    expect_array,
    expect_function,
    expect_number,
    expect_type,
    recorded,
)
from vae_helpers.checks.guard import SECONDS, TooLongError, limited, no_trace
from vae_helpers.checks.values import (
    Recorded,
    as_numbers,
    attempted,
    call,
    call_text,
    describe_error,
    letter,
    open_exercise,
    show,
    unpack,
)
from vae_helpers.checks.verdicts import (
    HEADS,
    NOT_ATTEMPTED,
    RIGHT,
    WRONG,
    NotAttempted,
    Result,
    Wrong,
    to_html,
)
from vae_helpers.html_table import html_table

__all__ = [
    "NOT_ATTEMPTED",
    "RIGHT",
    "WRONG",
    "Case",
    "Exercise",
    "NotAttempted",
    "Prediction",
    "Progress",
    "Question",
    "Recorded",
    "Result",
    "SelfTest",
    "UnexpectedResultError",
    "Wrong",
    "as_numbers",
    "attempted",
    "call",
    "call_text",
    "describe_error",
    "exercise",
    "exercises_of",
    "expect",
    "expect_array",
    "expect_function",
    "expect_number",
    "expect_type",
    "letter",
    "predictions_of",
    "progress",
    "recorded",
    "show",
    "to_html",
    "unpack",
]

EXPECT = record.EXPECT
MISSED = "missed: "  # and the numbers of a self-test's questions
SOLUTIONS = Path(__file__).parents[1] / "assets" / "solutions"


class UnexpectedResultError(AssertionError):
    """An exercise came out otherwise than the environment variable VAE_COURSE_EXPECT says."""


class Exercise:
    """One exercise: ``check(answer)``, ``hint()`` – one more each time – and ``solution()``."""

    def __init__(self, name, chapter, grader: Callable, hints: Sequence[str], title=None):
        self.name = name
        self.title = title or name.replace("_", " ").capitalize()
        self.chapter = chapter
        self.hints = tuple(hints)
        self.state = NOT_ATTEMPTED
        self._answer = ...
        self._grader = grader
        self._hints_shown = 0
        self._was_tried = False
        self.__doc__ = grader.__doc__

    def grade(self, answer, seconds: float = SECONDS) -> Result:
        """Judge an answer without recording anything; whatever it is, this returns a result.

        Args:
            answer: the learner's.
            seconds: after how many an answer that does not come to an end is stopped.
        """
        name = expectations.exercise_name.set(self.name)
        remarks = expectations.remarks.set([])
        try:
            with no_trace():
                return limited(lambda: self._judge(answer), seconds)
        except TooLongError:
            return self._result(WRONG, _TOO_LONG.format(seconds, self.name), kind="time")
        finally:
            expectations.exercise_name.reset(name)
            expectations.remarks.reset(remarks)

    def _judge(self, answer):
        try:
            praise = self._grader(attempted(answer))
        except NotAttempted as verdict:
            start = (
                f"Replace each `...` with your answer and run the cell again. For a start: "
                f"`exercises.{self.name}.hint()`"
            )
            return self._result(NOT_ATTEMPTED, str(verdict) or start)
        except Wrong as verdict:
            return self._result(WRONG, str(verdict), kind=verdict.kind, mistake=verdict.mistake)
        except (KeyboardInterrupt, TooLongError):
            raise
        except BaseException as error:
            text = f"Your answer could not be checked: {describe_error(error)}."
            text = f"{text} {open_exercise(error)}".strip()
            return self._result(WRONG, text, kind="exception")
        return self._result(RIGHT, " ".join([praise or "", *expectations.remarks.get()]).strip())

    def check(self, answer=..., seconds: float = SECONDS) -> Result:
        """Judge an answer and remember the state for :func:`progress`.

        That it was solved is kept in the learner's folder, for later sessions.
        """
        start = time.perf_counter()
        result = self.grade(answer, seconds)
        self.state, self._answer = result.state, answer
        passed = time.perf_counter() - start
        record.keep_check(self.chapter, self.name, result, passed)
        if result.state == RIGHT:
            record.keep(self.chapter, self.name, RIGHT)
        if result.state == WRONG:
            self._remember_the_try()
        enforce_expectation(result)
        return result

    def yours_or(self, ours):
        """Return the answer that was checked last if it is right, else ``ours``, the course's own.

        So what follows is drawn by the learner's code, and works without it as well.
        """
        return self._answer if self.state == RIGHT else ours

    @property
    def whose(self) -> str:
        """Whose code :meth:`yours_or` returns, for a title: "your" or "the course's"."""
        return "your" if self.state == RIGHT else "the course's"

    def reset(self) -> Result:
        """Start this exercise afresh: it counts as not solved, and its hints begin again."""
        self.state = NOT_ATTEMPTED
        self._hints_shown = 0
        trouble = record.keep(self.chapter, self.name, "reset")
        return self._result("reset", trouble or "It counts as not solved now. Your code stays.")

    def hint(self) -> Result:
        """Show the next hint; after the last one, the last one again."""
        self._hints_shown = min(self._hints_shown + 1, len(self.hints))
        shown = self._hints_shown
        more = "" if shown < len(self.hints) else " (the last one)"
        text = self.hints[shown - 1]
        return self._result("hint", f"{shown} of {len(self.hints)}{more}: {text}")

    def solution(self) -> Result:
        """Show the course's own solution, unless the class opens it later."""
        tried = self._was_tried or self.state == RIGHT
        if why := release.why_closed(self.chapter, self.name, tried or self._was_tried_before()):
            return self._result("closed", why)
        return self._result("solution", "", read_solution(self.chapter, self.name))

    def _remember_the_try(self):
        """Note that an answer was given; on the disk too if solutions wait for one."""
        if not (self._was_tried or release.is_open()):
            record.keep_tried(self.chapter, self.name)
        self._was_tried = True

    def _was_tried_before(self):
        return record.was_tried(self.chapter, self.name)

    def __repr__(self):
        return f"<Exercise {self.name}: {self.state}; use .check(answer), .hint(), .solution()>"

    def _result(self, state, message, code="", kind="", mistake=""):
        return Result(state, self.title, message, code, kind or state, mistake)


_TOO_LONG = (
    "Stopped after {:g} seconds: your code does not come to an end, or it does far too much. Look "
    "for a `while` whose condition stays true, and for loops over single pixels or draws. Then run "
    "the cell again, or go on: no later cell needs this one. Code that only is slow gets more "
    "time with `exercises.{}.check(…, seconds=120)`."
)


class SelfTest(Exercise):
    """Questions with choices; ``check({1: "a", …})`` asks the open ones and comments the others.

    A question that was answered wrongly comes back with other numbers, if it has variants.

    Args:
        questions: of :class:`Question`, numbered from 1.
        chapter: the module's ``__name__``.
        name: as in the cell's ``exercise="…"``.
    """

    def __init__(self, *questions, chapter: str, name: str = "self_test"):
        self._first = dict(enumerate(questions, start=1))
        where = [f"question {n}, section {q.section}" for n, q in self._first.items() if q.section]
        hint = f"Where to read again: {'; '.join(where)}." if where else "The feedback says why."
        super().__init__(name, chapter_number(chapter), self._grade_all, (hint,))

    @property
    def questions(self) -> dict[int, "Question"]:
        """The questions as they are asked now."""
        tries = record.tries(self.chapter, self.name)
        return {n: question.variant(tries.get(n, 0)) for n, question in self._first.items()}

    def check(self, answer=..., seconds: float = SECONDS) -> Result:
        """Judge the answers; those that are wrong are asked anew, with other numbers."""
        asked = self.questions
        result = super().check(answer, seconds)
        if result.state != WRONG or not isinstance(answer, Mapping):
            return result
        anew = [n for n, q in asked.items() if q.is_missed(answer.get(n, ...))]
        anew = [n for n in anew if self._first[n].variants]
        for n in anew:
            record.keep_try(self.chapter, self.name, n)
        now = self.questions
        lines = [
            f"{n}. Now with other numbers: {now[n].as_text()}"
            for n in anew
            if now[n] is not asked[n]
        ]
        return replace(result, message="\n".join([result.message, *lines]))

    def _grade_all(self, answers):
        if not isinstance(answers, Mapping):
            raise Wrong(f"Your answers are {show(answers)}: expected {{1: 'a', 2: 'b', …}}.")
        questions = self.questions
        unknown = [key for key in answers if key not in questions]
        if unknown:
            raise Wrong(f"There is no question {show(unknown[0])}: use 1 to {len(questions)}.")
        given = {n: answers.get(n, ...) for n in questions}
        if all(answer is ... for answer in given.values()):
            raise NotAttempted(repr(self))
        n_right = sum(letter(given[n]) == q.right for n, q in questions.items())
        lines = [
            f"{n}. {question.as_text() if given[n] is ... else question.feedback_on(given[n])}"
            for n, question in questions.items()
        ]
        report = "\n".join([f"{n_right} of {len(given)} right.", *lines])
        if n_right < len(given):
            missed = [str(n) for n, q in questions.items() if q.is_missed(given[n])]
            raise Wrong(report, f"{n_right} of {len(given)}", MISSED + ", ".join(missed))
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
        feedback: letter → why it is right or wrong, for each choice; that of a wrong one names
            the section to read again, "(Section 4.)".
        variants: the same question with other numbers, for the second try, the third …
    """

    text: str
    choices: Mapping[str, str]
    right: str
    feedback: Mapping[str, str]
    variants: tuple["Question", ...] = ()

    def __post_init__(self):
        if self.right not in self.choices or set(self.feedback) != set(self.choices):
            raise ValueError(f"question {self.text!r}: every choice needs feedback")

    @property
    def section(self) -> str:
        """The number of the section that the feedback names; "" if it names none."""
        wrong = (text for choice, text in self.feedback.items() if choice != self.right)
        found = re.search(r"\b[Ss]ection (\d+)", " ".join(wrong))
        return found[1] if found else ""

    def variant(self, tries: int) -> "Question":
        """Return the question as it is asked after so many wrong answers."""
        return (self, *self.variants)[tries % (1 + len(self.variants))]

    def is_missed(self, answer) -> bool:
        """Say whether one of the choices was given, and a wrong one."""
        chosen = letter(answer)
        return isinstance(chosen, str) and chosen in self.choices and chosen != self.right

    def feedback_on(self, answer) -> str:
        """Say whether a choice is right, and why."""
        chosen = letter(answer)
        if not isinstance(chosen, str) or chosen not in self.choices:
            return f"✗ {show(chosen)} is none of {', '.join(self.choices)}."
        mark = "✓" if chosen == self.right else "✗"
        return f"{mark} ({chosen}) {self.feedback[chosen]}"

    def as_text(self) -> str:
        """The question and its choices, a line each."""
        return "\n".join([self.text, *(f"{k}) {v}" for k, v in self.choices.items())])


class Prediction:
    """A guess before the result: ``predict("b")`` notes it, and ``compare()`` comments on it after.

    It is no exercise: nothing depends on whether the guess comes true.

    Args:
        text: the question.
        choices: letter → what may happen.
        right: the letter of what does happen.
        feedback: letter → why it does, or does not, for each choice.
        name: the variable's own.
        chapter: the module's ``__name__``.
    """

    def __init__(self, text, choices, right, feedback, *, name: str, chapter: str):
        self.question = Question(text, choices, right, feedback)
        self.name = name
        self.title = name.replace("_", " ").capitalize()
        self.chapter = chapter_number(chapter)
        self.guess = ""

    def predict(self, guess=...) -> Result:
        """Note a guess, the letter of a choice; with ``...`` show what there is to choose."""
        if guess is ...:
            return Result(NOT_ATTEMPTED, self.title, self.question.as_text())
        chosen = letter(guess)
        if not isinstance(chosen, str) or chosen not in self.question.choices:
            return Result(WRONG, self.title, self.question.feedback_on(guess)[2:])
        self.guess = chosen
        record.keep_prediction(self.chapter, self.name, chosen)
        text = f"({chosen}) {self.question.choices[chosen]} Now run the next cell, and see."
        return Result("noted", self.title, text)

    def compare(self) -> Result:
        """Say how the guess of this session, or of the last one, compares with what happened."""
        guess = self.guess or record.prediction(self.chapter, self.name)
        told = [self.question.feedback_on(self.question.right)]
        if guess not in self.question.choices:
            told.insert(0, "You made no prediction this time.")
        elif guess != self.question.right:
            told.insert(0, self.question.feedback_on(guess))
        return Result("compared", self.title, "\n".join(told))

    def __repr__(self):
        return f"<Prediction {self.name}; use .predict(letter), then .compare()>"


class Progress:
    """The state of each exercise of a chapter, as a small table.

    What was solved in an earlier session, or before the last answer, counts as solved.
    """

    def __init__(self, exercises: Sequence[Exercise]):
        kept = record.solved()
        self.states = {e.title: _standing(e, (e.chapter, e.name) in kept) for e in exercises}

    @property
    def n_right(self) -> int:
        """How many exercises are solved."""
        return sum(words.startswith(RIGHT) for words in self.states.values())

    def __repr__(self):
        lines = [f"{_icon(words)} {title}: {words}" for title, words in self.states.items()]
        head = f"{self.n_right} of {len(self.states)} exercises right"
        return "\n".join(filter(None, [head, *lines, record.trouble()]))

    def _repr_html_(self):
        first, *lines = map(html.escape, repr(self).split("\n"))
        items = "".join(f"<li style='list-style: none'>{line}</li>" for line in lines)
        return f"<p><strong>{first}</strong></p><ul>{items}</ul>"


class CourseProgress:
    """How far one is in each chapter, as a table."""

    def __init__(self):
        self.rows = []
        for path in sorted(Path(__file__).parent.glob("chapter[0-9][0-9].py")):
            chapter = chapter_number(path.stem)
            shown = Progress(list(exercises_of(chapter).values()))
            left = [title for title, words in shown.states.items() if not words.startswith(RIGHT)]
            done = f"{shown.n_right} of {len(shown.states)}"
            self.rows.append((chapter, done, ", ".join(left) or "all done"))

    def __repr__(self):
        lines = [f"{chapter}  {done}  open: {left}" for chapter, done, left in self.rows]
        return "\n".join(filter(None, [*lines, record.trouble()]))

    def _repr_html_(self):
        table = html_table(("Chapter", "Right", "Open"), self.rows, caption="Your progress")
        return table + html.escape(record.trouble())


def _standing(exercise, is_kept):
    if exercise.state == WRONG and is_kept:
        return f"{RIGHT} before, the last answer is not"
    return RIGHT if is_kept else exercise.state


def _icon(words):
    return HEADS[RIGHT if words.startswith(RIGHT) else words][0]


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


def predictions_of(chapter: str) -> dict[str, Prediction]:
    """Return the predictions of chapter "01", by name."""
    module = importlib.import_module(f"vae_helpers.checks.chapter{chapter}")
    return {p.name: p for p in vars(module).values() if isinstance(p, Prediction)}


def progress(chapter: str | None = None) -> Progress | CourseProgress:
    """Return what is solved of chapter "01" or, without a chapter, of the whole course."""
    if chapter is None:
        return CourseProgress()
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
