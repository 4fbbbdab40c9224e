"""What checkers ask of an answer: numbers, arrays, and functions judged on several cases."""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from vae_helpers.checks import relations
from vae_helpers.checks.relations import Evidence, Trial, alike, comparable
from vae_helpers.checks.values import (
    as_numbers,
    call,
    call_as,
    call_text,
    expect_finite,
    number,
    show,
    unpack,
)
from vae_helpers.checks.verdicts import NotAttempted, Wrong

# Set while an exercise is judged: its name, and the remarks that a right answer gets, too.
exercise_name: ContextVar[str] = ContextVar("exercise_name", default="answer")
remarks: ContextVar[list] = ContextVar("remarks")


@dataclass(frozen=True)
class Expectation:
    """What a checker compared an answer with: for the test that no two mistakes are equal."""

    what: str
    expected: list  # one tuple of parts for each case
    mistakes: list  # pairs of a message and such a list; None where the mistake stops
    rtol: float
    atol: float


_recorder: ContextVar[list | None] = ContextVar("recorder", default=None)


@contextmanager
def recorded():
    """Collect the :class:`Expectation` of each comparison in the block, in a list."""
    token = _recorder.set([])
    try:
        yield _recorder.get()
    finally:
        _recorder.reset(token)


class Case:
    """The arguments of one call, and what is particular about it.

    Args:
        *args: the arguments; the learner's function and the right one get copies.
        when: what is particular, such as "a class is missing"; shown with the call.
    """

    def __init__(self, *args, when: str = ""):
        self.args = args
        self.when = when

    @property
    def size(self):
        """How many numbers the arguments hold: the smallest case is shown."""
        return sum(np.size(arg) for arg in self.args if not callable(arg))


def expect(condition, message, kind="own"):
    """Raise Wrong with the message unless the condition holds."""
    if not condition:
        raise Wrong(message, kind)


def expect_type(got, kind, what, look_at=""):
    """Raise Wrong unless ``got`` is an instance of ``kind``."""
    if not isinstance(got, kind):
        name = getattr(kind, "__name__", str(kind))
        raise Wrong(_sentence(f"{what} is {show(got)}: expected a {name}.", look_at), "type")


def expect_number(
    got, expected, what, rtol=1e-4, atol=1e-9, look_at="", mistakes=None, reveal=False
):
    """Raise Wrong unless ``got`` is one number within the tolerance of ``expected``.

    Args:
        got: the learner's value.
        expected: the right value.
        what: how to name it in the message, such as "the KL divergence (nats)".
        rtol: relative tolerance.
        atol: absolute tolerance.
        look_at: where to look when it is wrong, one sentence.
        mistakes: wrong value → the message for it, where that says more than ``look_at``; pairs
            of a value and a message do as well.
        reveal: tell the right value, too: where the answer is a function, and not the value.
    """
    array = as_numbers(got, what)
    if array.size != 1:
        text = f"{what} has shape {array.shape}: expected one number."
        raise Wrong(text, "shape")
    pairs = mistakes.items() if isinstance(mistakes, Mapping) else (mistakes or ())
    _expect_values(array.reshape(()), expected, what, rtol, atol, look_at, pairs, reveal)


def expect_array(got, expected, what, rtol=1e-4, atol=1e-6, look_at="", mistakes=(), reveal=False):
    """Raise Wrong unless ``got`` has the shape and, within the tolerance, the values expected.

    Args:
        got: the learner's value: an array, a tensor or nested lists.
        expected: the right array.
        what: how to name it in the message.
        rtol: relative tolerance.
        atol: absolute tolerance.
        look_at: where to look when it is wrong, one sentence.
        mistakes: pairs of a wrong array, of any shape, and the message for it.
        reveal: tell the right value, too: where the answer is a function, and not the array.
    """
    _expect_values(as_numbers(got, what), expected, what, rtol, atol, look_at, mistakes, reveal)


def _expect_values(got, expected, what, rtol, atol, look_at, mistakes, reveal):
    expected = np.asarray(expected, dtype=float)
    mistakes = [(np.asarray(value, dtype=float), message) for value, message in mistakes]
    _record(what, [(expected,)], [(m, [(value,)]) for value, m in mistakes], rtol, atol)
    if alike(got, expected, rtol, atol):  # first: a mistake may do no harm to these very numbers
        return
    where, yours, right, count = _first_difference(got, expected, rtol, atol)
    value = yours if comparable(got, expected) else show(got)
    told = f"{what} is {value}{where}{f', expected {right}' if reveal else ''}"
    for mistake, message in mistakes:
        if alike(got, mistake, rtol, atol):
            raise Wrong(_sentence(f"{told}{count}.", message), "mistake", message)
    evidence = Evidence([Trial((), got, expected)], rtol, atol)
    found = relations.explain(evidence)
    if not comparable(got, expected):
        text = f"{what} has shape {got.shape}: expected {expected.shape}."
        raise Wrong(_sentence(text, found.sentence or look_at), found.kind or "shape")
    if not reveal:
        told += ", which is not right"
    raise Wrong(_advice(f"{told}{count}.", found, look_at), found.kind or "fallback")


def expect_function(
    answer,
    right: Callable,
    cases: Sequence,
    *,
    look_at: str = "",
    mistakes: Sequence = (),
    terms: Callable | None = None,
    unreduced: Callable | None = None,
    earlier: Sequence = (),
    parts: Sequence[str] = (),
    rtol: float = 1e-4,
    atol: float = 1e-6,
    name: str | None = None,
):
    """Judge a learner's function on several cases, all of them before anything is said.

    A wrong one is told how many cases are right and, for the smallest case that differs, the
    call, its value and the right value; then the first of these that fits *all* cases: a named
    mistake, what stopped the call, a relation that :mod:`vae_helpers.checks.relations` finds
    between the answers and the right ones, ``look_at``.

    Args:
        answer: what the learner hands in.
        right: the right function. Its parameters' names are those of the messages: use the
            notebook's. It has to be quick: the search for relations calls it often.
        cases: tuples of arguments, or :class:`Case`. Together they must tell every mistake from
            the right function: sizes that differ, no argument at 0 or 1 throughout.
        look_at: where to look if nothing else fits, one sentence.
        mistakes: pairs of a wrong function of the same arguments and the message for it. With
            ``parts``, it may return None for a part in which any value will do.
        terms: a function of the same arguments that returns name → term, where the terms add up
            to the right value (that of the first part). A term that is missing, doubled, halved
            or has the wrong sign is then found.
        unreduced: a function of the same arguments that returns the right array before the last
            sum, mean …: another axis or another reduction is then found.
        earlier: pairs of the name of something else in the course and its function of the same
            arguments, such as the exercise before, whose answer one may have copied.
        parts: the names of what the function returns, if those are several values.
        rtol: relative tolerance.
        atol: absolute tolerance.
        name: the learner's function in messages; None stands for the name of the exercise.

    Raises:
        NotAttempted: if the function returns the stub's Ellipsis.
        Wrong: if it is wrong in any case.
    """
    task = _Task(
        answer=answer,
        right=right,
        cases=[case if isinstance(case, Case) else Case(*case) for case in cases],
        parts=tuple(parts),
        rtol=rtol,
        atol=atol,
        name=name or exercise_name.get(),
    )
    task.judge(look_at, mistakes, terms, unreduced, earlier)


@dataclass
class _Task:
    """One function to judge: it calls the answer, the right function and the mistakes alike."""

    answer: object
    right: Callable
    cases: list
    parts: tuple
    rtol: float
    atol: float
    name: str

    def judge(self, look_at, mistakes, terms, unreduced, earlier):
        expected = [self.outcome(self.right, case.args) for case in self.cases]
        mistakes = [
            (message, [self.outcome(function, case.args) for case in self.cases])
            for function, message in mistakes
        ]
        _record(self.name, expected, mistakes, self.rtol, self.atol)
        changed = []
        got = [self.ask(case, changed) for case in self.cases]
        good = [self.same(g, e) for g, e in zip(got, expected, strict=True)]
        note = changed[0] if changed else ""
        if all(good):
            if note:
                remarks.get([]).append(note)
            return
        self.blame(got, expected, good, mistakes)
        raise self.fallback(got, expected, good, look_at, note, terms, unreduced, earlier)

    def blame(self, got, expected, good, mistakes):
        """Raise Wrong for a named mistake that fits all cases, or for a call that stopped."""
        for message, outcomes in mistakes:
            if all(self.same(g, o) for g, o in zip(got, outcomes, strict=True)):
                raise Wrong(self.told(got, expected, good, message), "mistake", message)
        smallest_first = sorted(zip(self.cases, got, strict=True), key=lambda pair: pair[0].size)
        for case, outcome in smallest_first:
            if isinstance(outcome, Wrong):
                when = f" ({case.when})" if case.when else ""
                told = _sentence(_score(good), f"{outcome}{when}")
                raise Wrong(_sentence(told, self.pattern(good).sentence), outcome.kind)
        for case, parts in smallest_first:
            for array in parts:
                expect_finite(array, _sentence(_score(good), self.shown(case)))

    def fallback(self, got, expected, good, look_at, note, terms, unreduced, earlier):
        part = self.first_wrong_part(got, expected)

        def one_part(function):
            def apply(*args):
                outcome = self.outcome(function, args)
                return None if isinstance(outcome, Wrong | None) else outcome[part]

            return apply

        trials = [
            Trial(case.args, g[part], e[part])
            for case, g, e in zip(self.cases, got, expected, strict=True)
        ]
        evidence = Evidence(
            trials,
            self.rtol,
            self.atol,
            names=_parameters(self.right),
            right=one_part(self.right),
            ask=one_part(self.answer),
            terms=terms if part == 0 else None,
            unreduced=unreduced if part == 0 else None,
            earlier=[(name, one_part(function)) for name, function in earlier],
        )
        found = (
            self.exchanged_parts(got, expected) or relations.explain(evidence) or self.pattern(good)
        )
        told = self.told(got, expected, good, "" if found else note)
        kind = found.kind or ("in place" if note else "fallback")
        return Wrong(_advice(told, found, look_at), kind)

    def exchanged_parts(self, got, expected):
        if len(self.parts) == 2 and all(
            self.same(g[::-1], e) for g, e in zip(got, expected, strict=True)
        ):
            order = ", ".join(self.parts)
            return relations.Found("exchanged", f"The two values are exchanged: `return {order}`.")
        return None

    def pattern(self, good):
        """Say in which cases alone the answer is right, if one number tells them apart."""

        def is_right(args):
            return self.same(self.outcome(self.answer, args), self.outcome(self.right, args))

        args = [case.args for case in self.cases]
        return relations.right_only_where(_parameters(self.right), args, good, is_right)

    def first_wrong_part(self, got, expected):
        return next(
            part
            for part in range(len(self.parts) or 1)
            for g, e in zip(got, expected, strict=True)
            if not alike(g[part], e[part], self.rtol, self.atol)
        )

    def told(self, got, expected, good, message):
        """Say how many cases are right, and what the smallest that is not gives."""
        wrong = [i for i, is_good in enumerate(good) if not is_good]
        i = min(wrong, key=lambda i: self.cases[i].size)
        case, yours, right = self.cases[i], got[i], expected[i]
        if isinstance(yours, Wrong):
            return _sentence(_sentence(_score(good), str(yours)), message)
        part = next(
            p for p in range(len(right)) if not alike(yours[p], right[p], self.rtol, self.atol)
        )
        named = f", {self.parts[part]}" if self.parts else ""
        text = _difference(yours[part], right[part], self.rtol, self.atol)
        return _sentence(_sentence(_score(good), f"{self.shown(case)}{named} {text}."), message)

    def shown(self, case):
        """Write the call of a case, and what is particular about it."""
        when = f" ({case.when})" if case.when else ""
        return f"`{call_text(self.name, case.args)}`{when}"

    def same(self, first, second):
        """Compare two outcomes; two that stopped are alike if the same exception did it."""
        if isinstance(first, Wrong) or isinstance(second, Wrong):
            return type(first) is type(second) and (
                type(first.__cause__) is type(second.__cause__) and first.__cause__ is not None
            )
        if len(first) != len(second):
            return False
        return all(
            b is None or alike(a, b, self.rtol, self.atol, equal_nan=True)
            for a, b in zip(first, second, strict=True)
        )

    def ask(self, case, changed):
        """Call the learner's function with copies; note which of them it changed."""
        args = copied(case.args)
        outcome = self.outcome(self.answer, args, are_copies=True)
        names = _parameters(self.right)
        for name, before, after in zip(names, case.args, args, strict=False):
            if isinstance(before, np.ndarray) and not np.array_equal(before, after):
                changed.append(
                    f"Note that your function changes `{name}` itself, the caller's array: work "
                    f"on a copy (`{name} = {name} - …` makes a new array, `{name} -= …` does not)."
                )
                break
        return outcome

    def outcome(self, function, args, are_copies=False):
        """Return the parts that a function gives, as arrays, or the Wrong that says why not."""
        own = function is self.answer
        args = args if are_copies else copied(args)
        try:
            if not own:
                with np.errstate(all="ignore"):
                    return self.as_parts(call(function, *args), lenient=True)
            name = _name_of(function, self.name)
            return self.as_parts(call_as(name, function, args))
        except Wrong as verdict:
            return verdict

    def as_parts(self, result, lenient=False):
        what = f"What `{self.name}` returns"
        values = unpack(result, self.parts, what) if self.parts else (result,)
        if lenient and any(value is None for value in values):
            return tuple(v if v is None else np.asarray(v, dtype=float) for v in values)
        return tuple(as_numbers(value, what, finite=False) for value in values)


def _name_of(function, default):
    name = getattr(function, "__name__", "<lambda>")
    return default if name == "<lambda>" else name


def copied(args):
    """Return arguments that nobody else holds: arrays, lists and generators are copied."""
    return tuple(
        copy.deepcopy(a) if isinstance(a, np.ndarray | np.random.Generator | list | dict) else a
        for a in args
    )


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _record(what, expected, mistakes, rtol, atol):
    if (recorder := _recorder.get()) is not None:
        recorder.append(Expectation(what, list(expected), list(mistakes), rtol, atol))


def _score(good):
    return f"{sum(good)} of {len(good)} cases right." if len(good) > 1 else ""


def _difference(got, expected, rtol, atol):
    """Say "gives …, expected …" of two arrays, at the first place where they differ."""
    if not comparable(got, expected):
        shapes = f"has shape {got.shape}: expected {expected.shape}"
        return shapes
    if 1 < got.size <= 6:
        return f"gives {_few(got, expected)}, expected {_few(expected, got)}"
    where, yours, right, count = _first_difference(got, expected, rtol, atol)
    return f"gives {yours}{where}, expected {right}{count}"


def _first_difference(got, expected, rtol, atol):
    """Return where two arrays differ first, both values there as texts, and how many differ."""
    if not comparable(got, expected):
        return "", show(got), show(expected), ""
    got, expected = np.broadcast_arrays(got, expected)
    wrong = ~np.isclose(got, expected, rtol=rtol, atol=atol)
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    digits = _digits(got[place], expected[place])
    count = f" ({wrong.sum()} of {wrong.size} values differ)" if wrong.size > 1 else ""
    where = f" at {list(place)}" if place else ""
    return where, number(got[place], digits), number(expected[place], digits), count


def _digits(first, second):
    """Return the fewest significant digits, from 4, that tell two numbers apart."""
    return next((d for d in range(4, 12) if f"{first:.{d}g}" != f"{second:.{d}g}"), 12)


def _few(array, other=None):
    digits = 4
    if other is not None and other.shape == array.shape:
        pairs = zip(array.flat, other.flat, strict=True)
        digits = max(_digits(a, b) if a != b else 4 for a, b in pairs)
        digits = digits if digits < 8 else 6
    return _nested_text(array, digits)


def _nested_text(array, digits):
    if array.ndim == 0:
        return number(array, digits)
    return "[" + ", ".join(_nested_text(part, digits) for part in array) + "]"


def _advice(told, found, look_at):
    """Add what was found and, unless that says it all, where to look."""
    said = _sentence(told, found.sentence)
    return said if found.says_all else _sentence(said, look_at)


def _sentence(first, second):
    return f"{first} {second}".strip()


__all__ = [
    "Case",
    "Expectation",
    "NotAttempted",
    "copied",
    "expect",
    "expect_array",
    "expect_function",
    "expect_number",
    "expect_type",
    "recorded",
]
