"""What the tests of all checkers ask: right, wrong with a helpful message, stub, and no crash."""

import numpy as np

from vae_helpers.checks.core import NOT_ATTEMPTED, RIGHT, WRONG


def assert_right(exercise, answer):
    result = exercise.grade(answer)
    assert result.state == RIGHT, result


def assert_wrong(exercise, answer, *pieces):
    """Assert that an answer is wrong and that its message holds each of the pieces."""
    assert pieces, "say what the learner reads"
    result = exercise.grade(answer)
    assert result.state == WRONG, result
    for piece in pieces:
        assert piece in result.message, result


def assert_not_attempted(exercise, answer):
    assert exercise.grade(answer).state == NOT_ATTEMPTED


def assert_robust(exercise):
    """Assert that stubs are told apart and that no answer whatever escapes as an exception."""
    assert_not_attempted(exercise, ...)
    for answer in AWKWARD:
        result = exercise.grade(answer)
        assert result.state == WRONG, (answer, result)
        assert len(result.message) > 20, result
        assert result.message in repr(result)
        assert result._repr_html_()
    assert len(exercise.hints) >= 1
    assert exercise.solution().code != "(none is given)"


class _Hostile:
    """Raises whatever is done with it."""

    shape = property(lambda self: 1 / 0)

    def __repr__(self):
        raise RuntimeError("no repr")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


def _raises(*args, **kwargs):
    raise ZeroDivisionError("division by zero")


def _exits(*args, **kwargs):
    raise SystemExit(1)


AWKWARD = (
    None,
    "a text",
    float("nan"),
    float("inf"),
    -1e300,
    [],
    {"x": 1},
    [[1, 2], [3]],
    object(),
    _Hostile(),
    np.array(["x"], dtype=object),
    np.full((2, 3), np.nan),
    _raises,
    _exits,
    lambda: 1,
    lambda *args, **kwargs: None,
    lambda *args, **kwargs: "a text",
    lambda *args, **kwargs: float("nan"),
    lambda *args, **kwargs: np.full((2, 2, 2), np.nan),
    lambda *args, **kwargs: _Hostile(),
    int,
    AssertionError,
)
