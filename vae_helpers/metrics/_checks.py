"""What the metrics accept: every refusal names the argument, its value and what is allowed."""

import operator

import numpy as np

BLOCK_ROWS = 1_000


def blocks(n, size=BLOCK_ROWS):
    """Cut 0 … n into slices of at most ``size`` rows, so that memory stays bounded."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def whole_number(value, name, low=1, high=None):
    """Return ``value`` as an int from ``low`` to ``high``."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    too_large = high is not None and number is not None and number > high
    if isinstance(value, bool) or number is None or number < low or too_large:
        upper = "" if high is None else f" to {high:,}"
        raise ValueError(f"{name}={value!r}: allowed is a whole number from {low}{upper}")
    return number


def one_of(value, name, allowed):
    """Return ``value`` if it is among the names that are allowed."""
    if value not in allowed:
        raise ValueError(f"{name}={value!r}: allowed are {' and '.join(map(repr, allowed))}")
    return value


def finite(array, name):
    """Return an array of real numbers without NaN and infinity, whatever its type."""
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} has dtype {array.dtype}: expected real numbers")
    # A sum over the array needs no copy of it; only if the sum is bad do we look closer.
    with np.errstate(invalid="ignore", over="ignore"):
        suspicious = array.dtype.kind == "f" and not np.isfinite(array.sum(dtype=np.float64))
    bad = int((~np.isfinite(array)).sum()) if suspicious else 0
    if bad:
        raise ValueError(f"{name} holds NaN or infinity, {bad} times: expected finite numbers")
    return array


def matrix(array, name, min_rows=2, columns=None):
    """Return features or codes (n, d) as float64."""
    array = finite(array, name)
    width = "d" if columns is None else columns
    if array.ndim != 2 or not array.shape[1] or columns not in (None, array.shape[1]):
        raise ValueError(f"{name} has shape {array.shape}: expected (n, {width})")
    if len(array) < min_rows:
        raise ValueError(f"{name} has {len(array)} rows: expected at least {min_rows}")
    return array.astype(np.float64, copy=False)


def same_shape(first, second, first_name, second_name):
    """Refuse two arrays of different shapes."""
    if first.shape != second.shape:
        raise ValueError(
            f"{second_name} has shape {second.shape}: expected {first.shape}, as {first_name} has"
        )


def pixels(images, name):
    """Return images (n, …) with values in [0, 1], unchanged; at least one image."""
    images = finite(images, name)
    if images.ndim < 2 or not images.size:
        raise ValueError(f"{name} has shape {images.shape}: expected (n, h, w, 1) with n >= 1")
    low, high = images.min(), images.max()
    if low < 0 or high > 1:
        raise ValueError(
            f"{name} has values from {low} to {high}: expected pixels in [0, 1] "
            "(divide bytes by 255)"
        )
    return images


def labels(array, name, n):
    """Return class labels (n,) as int64."""
    array = np.asarray(array)
    if array.shape != (n,):
        raise ValueError(f"{name} has shape {array.shape}: expected ({n},)")
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} has dtype {array.dtype}: expected whole numbers")
    return array.astype(np.int64)
