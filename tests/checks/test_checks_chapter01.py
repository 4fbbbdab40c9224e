"""The checkers of chapter 01."""

import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter01
from vae_helpers.checks.core import Exercise, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("01")))
def test_robust(name):
    exercise = getattr(chapter01, name)
    assert isinstance(exercise, Exercise)
    assert_robust(exercise)


def test_count_parameters():
    exercise = chapter01.count_parameters
    assert_right(exercise, lambda k, c, f: (k * k * c + 1) * f)
    assert_wrong(exercise, lambda k, c, f: k * k * c * f, "288", "biases")
    assert_wrong(exercise, lambda k, c, f: k * k * c * f + 1, "289", "not one for them all")
    assert_wrong(exercise, lambda k, c, f: (k * c + 1) * f, "128", "square")
    assert_wrong(exercise, lambda k, c, f: (k * k + 1) * f, "every input channel")
    assert_wrong(exercise, lambda k, c: 320, "stopped with TypeError")
    assert_not_attempted(exercise, lambda k, c, f: ...)
