"""The checks of what a caller passes in, in one voice.

Every refusal is a ValueError that names the argument, its value and what is allowed:
``k=0: allowed is a whole number from 1``, or, for an array, ``z has shape (3,): allowed is
(n, latent_dim), n from 1``. NumPy's numbers count as numbers, ``True`` and ``False`` do not, and
NaN and infinity never do. A check returns what it was given, in the type that it promises, and
changes nothing; an array comes back as it is, without a copy, if its type is right already.
"""

import math
import operator
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def whole_number(value: Any, name: str, low: int | None = 1, high: int | None = None) -> int:
    """Return a whole number from ``low`` to ``high``, both included; None leaves an end open."""
    try:
        number = None if _is_truth_value(value) else operator.index(value)
    except TypeError:
        number = None
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        start = "" if low is None else f" from {low:,}"
        end = "" if high is None else f" {'up ' * (low is None)}to {high:,}"
        raise _refused(value, name, f"is a whole number{start}{end}")
    return number


def number(
    value: Any,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return a finite number from ``low`` to ``high``; an open end is itself excluded."""
    real = _real(value)
    above = low < real if open_low else low <= real
    below = real < high if open_high else real <= high
    if not (math.isfinite(real) and above and below):
        raise _refused(value, name, f"is {_interval(low, high, open_low, open_high)}")
    return real


def flag(value: Any, name: str) -> bool:
    """Return True or False; a word such as "no", which counts as true, is refused."""
    if not _is_truth_value(value):
        raise _refused(value, name, "are True and False")
    return bool(value)


def one_of(value: Any, name: str, allowed: Collection) -> Any:
    """Return ``value`` if it is among the names, or numbers, that are allowed."""
    allowed = list(allowed)
    if not isinstance(value, Hashable) or _is_truth_value(value) or value not in allowed:
        raise _refused(value, name, f"are {_listed(map(repr, allowed))}")
    return allowed[allowed.index(value)]


def mapping(value: Any, name: str) -> dict[str, Any]:
    """Return a dictionary with at least one entry, its keys as texts."""
    if not isinstance(value, Mapping) or not value:
        found = "{}" if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"{name}={found}: allowed is a dict {{name: values}} with an entry")
    return {str(key): entry for key, entry in value.items()}


def each(check: Callable, entries: Any, name: str, *options: Any) -> dict[str, Any]:
    """Check every entry of a dictionary, each under its own name, such as ``rows['VAE']``."""
    return {
        key: check(entry, f"{name}[{key!r}]", *options)
        for key, entry in mapping(entries, name).items()
    }


def finite(array: ArrayLike, name: str) -> np.ndarray:
    """Return an array of real numbers without NaN and infinity, of any shape and real type."""
    array = _array(array, name)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} has dtype {array.dtype}: allowed are real numbers")
    # A sum over the array needs no copy of it; only if the sum is bad do we look closer.
    with np.errstate(invalid="ignore", over="ignore"):
        suspicious = array.dtype.kind == "f" and not np.isfinite(array.sum(dtype=np.float64))
    bad = int((~np.isfinite(array)).sum()) if suspicious else 0
    if bad:
        times = "once" if bad == 1 else f"{bad:,} times"
        raise ValueError(f"{name} holds NaN or infinity, {times}: allowed are finite numbers")
    return array


def numbers(
    values: ArrayLike,
    name: str,
    *shapes: tuple[int | str, ...],
    least: int = 1,
    dtype: DTypeLike | None = np.float64,
) -> np.ndarray:
    """Return finite numbers in an array of one of the ``shapes``.

    Args:
        values: the numbers.
        name: of the argument.
        shapes: each holds numbers, or words where any number from 1 is allowed: ``("n", 3)``.
        least: the smallest number of rows, where their number is free.
        dtype: float64; None keeps a floating type as it is and makes float64 of whole numbers.
    """
    array = _shaped(finite(values, name), name, *shapes, least=least)
    if dtype is None:
        dtype = array.dtype if array.dtype.kind == "f" else np.float64
    with np.errstate(over="ignore"):
        converted = array.astype(dtype, copy=False)
    # What is finite in float64 may be infinite in float32.
    return finite(converted, name) if converted.itemsize < array.itemsize else converted


def row(
    values: ArrayLike,
    name: str,
    n: int | str = "n",
    least: int = 1,
    dtype: DTypeLike | None = np.float64,
) -> np.ndarray:
    """Return finite numbers (n,); see :func:`numbers`."""
    return numbers(values, name, (n,), least=least, dtype=dtype)


def matrix(
    values: ArrayLike,
    name: str,
    columns: int | str = "d",
    least: int = 1,
    dtype: DTypeLike | None = np.float64,
) -> np.ndarray:
    """Return points, codes or features (n, columns), finite; see :func:`numbers`."""
    return numbers(values, name, ("n", columns), least=least, dtype=dtype)


def same_shape(first: np.ndarray, second: np.ndarray, first_name: str, second_name: str) -> None:
    """Refuse two arrays of different shapes."""
    if first.shape != second.shape:
        raise ValueError(
            f"{second_name} has shape {second.shape}: allowed is that of {first_name}, "
            f"{first.shape}"
        )


def pixels(images: ArrayLike, name: str) -> np.ndarray:
    """Return images (n, …) with values in [0, 1], unchanged; at least one image."""
    images = finite(images, name)
    if images.ndim < 2 or not images.size:
        raise ValueError(f"{name} has shape {images.shape}: allowed is (n, h, w, 1), n from 1")
    low, high = images.min(), images.max()
    if low < 0 or high > 1:
        raise ValueError(
            f"{name} has values from {low} to {high}: allowed are pixels in [0, 1] "
            "(divide bytes by 255)"
        )
    return images


def images(
    values: ArrayLike,
    name: str,
    *shapes: tuple[int | str, ...],
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Return images in [0, 1] of one of the ``shapes``, which do not count the images.

    A shape holds numbers, or words where any number is allowed: ``(28, 28, 1)``, or the
    ``("h", "w", 1)`` that is allowed where none is given.
    """
    shapes = shapes or (("h", "w", 1),)
    array = _shaped(_array(values, name), name, *(("n", *shape) for shape in shapes))
    return pixels(array, name).astype(dtype, copy=False)


def labels(values: ArrayLike, name: str, n: int | str = "n") -> np.ndarray:
    """Return class labels (n,), whole numbers, as int64."""
    array = _shaped(_array(values, name), name, (n,))
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} has dtype {array.dtype}: allowed are whole numbers")
    return array.astype(np.int64, copy=False)


def _array(values, name):
    try:
        return np.asarray(values)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name} has rows of different shapes: allowed are equal ones") from None


def _shaped(array, name, *shapes, least=1):
    """Return the array if it has one of the shapes, where a word stands for any number from 1."""
    fits = any(
        len(shape) == array.ndim
        and all(isinstance(w, str) or w == side for w, side in zip(shape, array.shape, strict=True))
        for shape in shapes
    )
    if not fits or not array.size or (isinstance(shapes[0][0], str) and len(array) < least):
        wanted = " or ".join(f"({', '.join(map(str, s))}{',' * (len(s) == 1)})" for s in shapes)
        rows = shapes[0][0]
        smallest = f", {rows} from {least}" if isinstance(rows, str) else ""
        raise ValueError(f"{name} has shape {array.shape}: allowed is {wanted}{smallest}")
    return array


def _is_truth_value(value):
    return isinstance(value, bool | np.bool_)


def _real(value):
    """Return a number, or an array without dimensions, as a float; NaN for anything else."""
    try:
        array = np.asarray(value)
        return float(array) if array.ndim == 0 and array.dtype.kind in "iuf" else math.nan
    except (TypeError, ValueError):
        return math.nan


def _interval(low, high, open_low, open_high):
    words = ["a number" if math.isfinite(low) and math.isfinite(high) else "a finite number"]
    if math.isfinite(low):
        words.append(f"{'above' if open_low else 'from'} {low}")
    if math.isfinite(high):
        words.append(f"to {'below ' * open_high}{high}")
    return " ".join(words)


def _listed(words):
    """Return "a", "a and b" or "a, b and c"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _refused(value, name, allowed):
    # An array would fill the screen with its numbers; a NumPy number is shown as the number.
    shape = getattr(value, "shape", None)
    if shape:
        return ValueError(f"{name} has shape {tuple(shape)}: allowed {allowed}")
    shown = value.item() if isinstance(value, np.generic | np.ndarray) else value
    return ValueError(f"{name}={shown!r}: allowed {allowed}")
