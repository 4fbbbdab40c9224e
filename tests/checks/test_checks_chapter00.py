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
    assert_wrong(exercise, 783, "783", "Counted from 0")
    assert_wrong(exercise, 787, "787, which is not right")
    assert_wrong(exercise, 3 * 28 * 28, "grey")
    assert_wrong(exercise, 28 ^ 2, "compares bits")


def test_to_unit_interval():
    exercise = chapter00.to_unit_interval
    assert_right(exercise, lambda pixels: pixels / 255)
    assert_right(exercise, lambda pixels: np.float32(pixels) / 255)
    assert_right(exercise, lambda pixels: (pixels / 255).tolist())
    assert_wrong(exercise, lambda pixels: pixels, "still are bytes")
    assert_wrong(exercise, lambda pixels: pixels / 256, "largest byte is 255")
    assert_wrong(exercise, lambda pixels: pixels // 255, "drops the fractions")
    assert_wrong(exercise, lambda pixels: pixels.max() / 255, "shape (): expected (1, 3)")
    assert_wrong(exercise, lambda pixels: pixels / pixels.max(), "brightest pixel of this image")
    assert_wrong(
        exercise,
        lambda pixels: (pixels - pixels.min()) / np.ptp(pixels),
        "darkest to its brightest",
    )
    assert_wrong(exercise, lambda pixels: pixels > 127, "black or white")
    assert_wrong(exercise, lambda pixels: np.sqrt(pixels / 255), "square root")
    assert_wrong(exercise, lambda pixels: np.log1p(pixels) / 9, "0 of 2 cases right")
    assert_wrong(exercise, lambda pixels: (pixels / 255).astype(np.uint8), "drops the fractions")
    assert_not_attempted(exercise, lambda pixels: ...)


def test_to_unit_interval_in_a_loop():
    def loop(pixels):
        return [[pixel / 255 for pixel in row] for row in pixels]

    assert_right(chapter00.to_unit_interval, loop)
