"""Exercises of chapter 00: start here."""

import numpy as np

from vae_helpers.checks.core import exercise, expect_function


def midpoint(a, b):
    """Return the array half-way between two of the same shape."""
    return (a + b) / 2


@exercise(
    title="Half-way",
    hints=(
        "Half-way between 2 and 10 stands 6: where two equal shares of both meet.",
        "It is the mean of the two. NumPy adds arrays element by element, and divides every "
        "element of an array at once.",
        "Add both, and divide the *sum* by two: brackets, for `/` comes before `+`.",
    ),
)
def halfway(answer):
    """Return the array half-way between two others."""
    expect_function(
        answer,
        midpoint,
        [
            (np.array([2.0, -1.0]), np.array([10.0, 4.0])),
            (np.array([[0.5, 3.0, -7.0]]), np.array([[6.0, -1.5, 2.0]])),
            (np.arange(24.0).reshape(2, 3, 4, 1) ** 2, 5 - np.arange(24.0).reshape(2, 3, 4, 1)),
        ],
        look_at="Half-way between 2 and 10 stands 6.",
        terms=lambda a, b: {"half of `a`": a / 2, "half of `b`": b / 2},
        mistakes=[
            (lambda a, b: a + b, "That is the sum of both: halve it."),
            (lambda a, b: a + b / 2, "`/` comes before `+`: put the sum in brackets, then halve."),
            (lambda a, b: a / 2 + b, "Only `a` is halved: each of them counts half."),
            (
                lambda a, b: (b - a) / 2,
                "That is half of the *step* from a to b: it starts at 0, not at `a`.",
            ),
            (lambda a, b: (a - b) / 2, "That is half of the difference: *add* the two, and halve."),
            (
                lambda a, b: np.abs(a - b) / 2,
                "That is half of how far they lie apart: *add* the two, and halve.",
            ),
            (lambda a, b: b - a, "That is the whole step from a to b: half-way is their mean."),
            (lambda a, b: a, "That is where the walk starts."),
            (lambda a, b: b, "That is where the walk ends."),
            (lambda a, b: a / 2, "Half of `b` is missing."),
            (lambda a, b: b / 2, "Half of `a` is missing."),
            (lambda a, b: (a + b) // 2, "`//` drops the fractions: use `/`."),
            (lambda a, b: a * b / 2, "Add the two, do not multiply them."),
            (
                lambda a, b: np.sqrt(np.abs(a * b)),
                "That is a root of a product, the geometric mean: add the two, and halve.",
            ),
            (
                lambda a, b: np.maximum(a, b),
                "That keeps the larger of each two numbers: take their mean.",
            ),
            (
                lambda a, b: np.minimum(a, b),
                "That keeps the smaller of each two numbers: take their mean.",
            ),
            (
                lambda a, b: np.mean([a, b]),
                "`np.mean([a, b])` makes one number of everything: with "
                "`axis=0` it takes the mean of the two arrays, place by place.",
            ),
            (
                lambda a, b: np.mean([a, b], axis=-1),
                "That is a mean over the last axis: `axis=0` "
                "is the one along which the two arrays lie.",
            ),
            (
                lambda a, b: np.mean([a, b], axis=1),
                "That is a mean *within* each array: `axis=0` "
                "is the one along which the two arrays lie.",
            ),
            (
                lambda a, b: np.linspace(a, b, 3),
                "That is start, middle and end: return the middle alone.",
            ),
            (lambda a, b: np.linspace(a, b, 2), "Those are the two ends: the middle is asked."),
            (
                lambda a, b: np.linalg.norm(a - b) / 2,
                "That is a length, how far it is to the middle: asked is the place.",
            ),
            (
                _half_beside_half,
                "That is half of one array followed by half of the other: mix them place by place.",
            ),
            (
                lambda a, b: np.where(np.arange(a.shape[-1]) % 2, b, a),
                "You take turns between the two: each place needs the mean of both.",
            ),
        ],
    )
    return "One function for numbers, images and codes: arrays are all the same to NumPy."


def _half_beside_half(a, b):
    half = a.shape[-1] // 2
    return np.concatenate([a[..., :half], b[..., half:]], axis=-1)
