"""The checkers of chapter 00."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter00
from vae_helpers.checks.core import exercises_of


@pytest.mark.parametrize("name", list(exercises_of("00")))
def test_robust(name):
    assert_robust(getattr(chapter00, name))


def test_number_of_pixels():
    exercise = chapter00.number_of_pixels
    assert_right(exercise, 784)
    assert_right(exercise, np.int64(784))
    assert_wrong(exercise, 56, "56", "multiply")
    assert_wrong(exercise, 1024, "32 × 32")
    assert_wrong(exercise, 783, "783, which is not right")


def test_to_unit_interval():
    exercise = chapter00.to_unit_interval
    assert_right(exercise, lambda pixels: pixels / 255)
    assert_right(exercise, lambda pixels: np.float32(pixels) / 255)
    assert_right(exercise, lambda pixels: (pixels / 255).tolist())
    assert_wrong(exercise, lambda pixels: pixels, "still are bytes")
    assert_wrong(exercise, lambda pixels: pixels / 256, "largest byte is 255")
    assert_wrong(exercise, lambda pixels: pixels // 255, "drops the fractions")
    assert_wrong(exercise, lambda pixels: pixels.max() / 255, "shape (): expected (2, 2)")
    assert_not_attempted(exercise, lambda pixels: ...)
