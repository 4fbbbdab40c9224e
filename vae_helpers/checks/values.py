"""What a learner hands in, as numbers and in words, whatever its type and whatever it does."""

import linecache
import re
import reprlib
import traceback
import types
from collections.abc import Iterator, Mapping
from itertools import islice
from numbers import Number

import numpy as np

from vae_helpers.checks.guard import PASSES
from vae_helpers.checks.verdicts import NotAttempted, Wrong

LONGEST_CALL = (
    110  # characters of a call in a message; a longer one gives shapes instead of numbers
)


def attempted(answer):
    """Return the answer, or raise NotAttempted if it still is the stub's Ellipsis."""
    if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
        raise NotAttempted
    return answer


def call(function, *args, **kwargs):
    """Call the learner's function and return its result.

    Raises:
        NotAttempted: if it returns the stub's Ellipsis.
        Wrong: if it is no function, raises, or returns None; the message shows the call.
    """
    return call_as(getattr(function, "__name__", "your function"), function, args, kwargs)


def call_as(name, function, args, kwargs=None):
    """Call the learner's function as :func:`call` does, under a name for the messages."""
    if not callable(function):
        text = f"Expected a function, got {show(function)}. Pass its name without brackets."
        raise Wrong(text, "type")
    kwargs = kwargs or {}
    shown = call_text(name, args, kwargs)  # now, since the function may change its arguments
    try:
        result = function(*args, **kwargs)
    except (Wrong, NotAttempted, *PASSES):
        raise
    except BaseException as error:
        raise Wrong(_stopped(shown, error, function), "exception") from error
    if result is None:
        raise Wrong(f"`{name}` returned None. Is a `return` missing?", "none")
    return attempted(result)


def unpack(result, names, what="Your answer") -> tuple:
    """Return the parts of anything that unpacks, or raise Wrong.

    Args:
        result: a tuple, list, array, tensor, generator …
        names: how to name the parts, such as ``("mean", "covariance")``.
        what: how to name the whole.
    """
    asked = f"expected {len(names)} values, `return {', '.join(names)}`"
    if isinstance(result, str | bytes | Mapping):
        raise Wrong(f"{what} is {show(result)}: {asked}.", "shape")
    try:
        parts = tuple(islice(result, len(names) + 1))
    except PASSES:
        raise
    except BaseException:
        raise Wrong(f"{what} is {show(result)}: {asked}.", "shape") from None
    if len(parts) != len(names):
        raise Wrong(f"{what} is {show(result)}: {asked}.", "shape")
    return attempted(parts)


def letter(answer):
    """Return the letter of a choice, "c" for "(C)" or "c."; anything but a text as it is."""
    return answer.strip(" \t\n()[].:*`'\"").lower() if isinstance(answer, str) else answer


class Recorded:
    """A callback, such as `decode`, that remembers what it was given, in however many calls.

    Args:
        function: what it does.

    Attributes:
        calls: the first argument of each call, as float arrays.
    """

    def __init__(self, function):
        self._function = function
        self.calls = []
        self.__name__ = getattr(function, "__name__", "callback").lstrip("_")

    def __call__(self, first, *args, **kwargs):
        """Call the function, and remember what it was given."""
        self.calls.append(np.array(first, dtype=float))
        return self._function(first, *args, **kwargs)

    @property
    def given(self):
        """The rows of all calls, in one array; a single row given without its axis counts, too."""
        if not self.calls:
            return np.zeros(0)
        widest = max(call.ndim for call in self.calls)
        return np.concatenate([c if c.ndim == widest else c[None] for c in self.calls])


def as_numbers(got, what, finite=True):
    """Turn the learner's value into a float array, or raise Wrong.

    Takes arrays and tensors of any backend, nested lists of them, fractions and generators.

    Args:
        got: the learner's value.
        what: how to name it in a message.
        finite: refuse NaN and infinity, too.
    """
    attempted(got)
    if isinstance(got, str | bytes | bool | Mapping):
        raise Wrong(_no_numbers(got, what), "type")
    try:
        array = _float_array(got)
    except PASSES:
        raise
    except BaseException:
        raise Wrong(_no_numbers(got, what), "type") from None
    if finite:
        expect_finite(array, what)
    return array


def expect_finite(array, what):
    """Raise Wrong if an array holds NaN or infinity."""
    if np.isnan(array).any():
        text = f"{what} holds NaN: look for a division by zero or a log of zero or less."
        raise Wrong(text, "nan")
    if np.isinf(array).any():
        raise Wrong(f"{what} holds infinity: look for an overflow or a log of zero.", "nan")


def _no_numbers(got, what):
    return f"{what} is {show(got)}: expected a number or an array of numbers."


def _float_array(got):
    if isinstance(got, Iterator):
        got = list(islice(got, 1_000_000))
    if hasattr(got, "detach"):  # a tensor of PyTorch that a gradient hangs on
        got = got.detach().cpu()
    array = np.asarray(got)
    if array.dtype == object:  # fractions and decimals have no dtype of their own
        if array.size > 1_000_000 or not all(_is_real(item) for item in array.flat):
            raise TypeError
    elif array.dtype.kind not in "iufb" and array.dtype.name != "bfloat16":
        raise TypeError
    return array.astype(float)


def _is_real(item):
    return isinstance(item, Number) and not isinstance(item, bool | complex)


# In words.

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


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
            return number(value)
        return f"{_SHORT.repr(value)} ({type(value).__name__})"
    except PASSES:
        raise
    except BaseException:
        return f"a {type(value).__name__}"


def number(value, digits=6) -> str:
    """Write a number with as many significant digits, whole ones in full."""
    value = float(value)
    whole = np.isfinite(value) and value.is_integer() and abs(value) < 1e15
    return f"{value:.0f}" if whole else f"{value:.{digits}g}"


def short(value, digits=3, most=12) -> str:
    """Write an argument as a call shows it: numbers in full if there are few, else the shape."""
    if isinstance(value, bool | str | bytes | None):
        return _SHORT.repr(value)
    if isinstance(value, int | float | np.number):
        return number(value, digits)
    if isinstance(value, np.random.Generator):
        return "rng"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__).lstrip("_")
    try:
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{k!r}: {short(v, digits, most)}" for k, v in value.items()) + "}"
            )
        array = np.asarray(value)
        if array.dtype.kind in "iufb":
            if 0 < array.size <= most:
                return _nested(array, digits)
            return f"an array {array.shape}"
        return _SHORT.repr(value)
    except PASSES:
        raise
    except BaseException:
        return f"a {type(value).__name__}"


def _nested(array, digits):
    if array.ndim == 0:
        return number(array, digits)
    return "[" + ", ".join(_nested(part, digits) for part in array) + "]"


def call_text(name, args, kwargs=None) -> str:
    """Write a call with its arguments, such as ``f([2, -1], 1)``, in at most a line or so."""
    for most in (12, 4, 0):
        parts = [short(arg, most=most) for arg in args]
        parts += [f"{key}={short(arg, most=most)}" for key, arg in (kwargs or {}).items()]
        text = f"{name}({', '.join(parts)})"
        if len(text) <= LONGEST_CALL:
            break
    return text[:300]


# Exceptions.

_TENSORFLOW_PREFIX = re.compile(r"\{\{function_node[^}]*\}\}\s*|\x1b\[[0-9;]*m")
_KERAS_FRAME = ("Exception encountered when calling", "Arguments received by")


def describe_error(error) -> str:
    """Name an exception and the first line that says what happened."""
    try:
        text = _TENSORFLOW_PREFIX.sub("", str(error)).strip()
        lines = [line.strip() for line in text.splitlines() if line.strip()]
    except PASSES:
        raise
    except BaseException:
        lines = []
    telling = [line for line in lines if not line.startswith(_KERAS_FRAME)] or lines
    text = f": {telling[0][:200]}" if telling else ""
    return f"{type(error).__name__}{text}"


def _stopped(shown, error, function):
    """Say that a call stopped, where, and whether an open exercise is the reason."""
    text = f"`{shown}` stopped with {describe_error(error)}{_line_of(error, function)}."
    reason = open_exercise(error)
    return f"{text} {reason}" if reason else text


def open_exercise(error) -> str:
    """Say which function of an earlier exercise still returns ``...``, if that caused the error.

    A stub is told by its code, which holds the constant ``...``; it is looked for among the names
    that the functions on the way to the error use.
    """
    try:
        text = str(error).lower()
    except PASSES:
        raise
    except BaseException:
        return ""
    if "ellipsis" not in text or "single ellipsis" in text:  # the latter is x[..., ...]
        return ""
    names = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        known = {**frame.f_globals, **frame.f_locals}
        used = frame.f_code.co_names + frame.f_code.co_freevars
        names += [name for name in used if _is_stub(known.get(name))]
    if names:
        return f"`{names[-1]}`, an earlier exercise, still returns `...`: solve that one first."
    return "A function or value of an earlier exercise still is `...`: solve that one first."


def _is_stub(value):
    if value is ...:
        return True
    return isinstance(value, types.FunctionType) and ... in value.__code__.co_consts


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
