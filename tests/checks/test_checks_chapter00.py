"""The checkers of chapter 00."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter00
from vae_helpers.checks.core import exercises_of


@pytest.mark.parametrize("name", list(exercises_of("00")))
def test_robust(name):
    assert_robust(getattr(chapter00, name))


def test_halfway():
    exercise = chapter00.halfway
    assert_right(exercise, lambda a, b: (a + b) / 2)
    assert_right(exercise, lambda a, b: a + (b - a) / 2)
    assert_right(exercise, lambda a, b: np.mean([a, b], axis=0))
    assert_right(exercise, lambda a, b: np.linspace(a, b, 3)[1].tolist())
    assert_wrong(exercise, lambda a, b: a + b, "0 of 3 cases", "halve it")
    assert_wrong(exercise, lambda a, b: a + b / 2, "comes before")
    assert_wrong(exercise, lambda a, b: (b - a) / 2, "*step*", "not at `a`")
    assert_wrong(exercise, lambda a, b: np.mean([a, b]), "`axis=0`")
    assert_wrong(exercise, lambda a, b: np.linspace(a, b, 3), "return the middle alone")
    assert_wrong(exercise, lambda a, b: a, "starts")
    assert_wrong(exercise, lambda a, b: 0.5 * a - 0.5 * b, "difference")
    assert_wrong(exercise, lambda a, b: (a + b) // 2, "drops the fractions")
    assert_wrong(exercise, lambda a, b: np.hypot(a, b) / 2, "Half-way between 2 and 10 stands 6")
    assert_not_attempted(exercise, lambda a, b: ...)


def test_what_is_drawn_with_if_the_answer_is_wrong():
    np.testing.assert_array_equal(chapter00.midpoint(np.array([2.0]), np.array([10.0])), [6.0])
