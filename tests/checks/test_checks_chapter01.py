"""The checkers of chapter 01."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter01
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("01")))
def test_robust(name):
    assert_robust(getattr(chapter01, name))


def test_compression():
    exercise = chapter01.compression
    assert_right(exercise, 512)
    assert_wrong(exercise, 1024, "1024", "share the work")
    assert_wrong(exercise, 28 * 28 / 2, "392", "frame")
    assert_wrong(exercise, 2 / 1024, "other way round")
    assert_wrong(exercise, 32, "32, which is not right")


def test_count_parameters():
    exercise = chapter01.count_parameters
    assert_right(exercise, lambda k, c, f: (k * k * c + 1) * f)
    assert_wrong(exercise, lambda k, c, f: k * k * c * f, "288", "biases")
    assert_wrong(exercise, lambda k, c, f: k * k * c * f + 1, "289", "not one for them all")
    assert_wrong(exercise, lambda k, c, f: (k * c + 1) * f, "128", "square")
    assert_wrong(exercise, lambda k, c, f: (k * k + 1) * f, "every input channel")
    assert_wrong(exercise, lambda k, c: 320, "stopped with TypeError")
    assert_not_attempted(exercise, lambda k, c, f: ...)


def _convolution(x, kernel, stride, put):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        put(out, slice(i * stride, i * stride + len(kernel)), value * kernel)
    return out


def _add(out, place, stamp):
    out[place] += stamp


def _overwrite(out, place, stamp):
    out[place] = stamp


def test_transposed_convolution():
    exercise = chapter01.transposed_convolution
    assert_right(exercise, lambda x, k, s: _convolution(x, k, s, _add))
    assert_right(
        exercise,  # another way: put zeros between the pixels, then convolve in full
        lambda x, k, s: np.convolve(np.insert(x, np.repeat(range(1, len(x)), s - 1), 0), k),
    )
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k, s, _overwrite), "`+=`")
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k[::-1], s, _add), "not turned round")
    assert_wrong(exercise, lambda x, k, s: np.convolve(x, k), "shape (5,): expected (7,)")
    assert_wrong(exercise, lambda x, k, s: np.zeros((len(x) - 1) * s + 3), "Nothing was stamped")
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k + 1, s, _add), "is 2 at [0]")
    assert_not_attempted(exercise, lambda x, k, s: ...)


def _terms(x, x_hat):
    return -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)


def test_reconstruction_loss():
    exercise = chapter01.reconstruction_loss
    assert_right(exercise, lambda x, x_hat: _terms(x, x_hat).sum(axis=(1, 2, 3)).mean())
    assert_wrong(exercise, lambda x, x_hat: -_terms(x, x_hat).sum() / len(x), "sign")
    assert_wrong(exercise, lambda x, x_hat: _terms(x, x_hat).mean(), "averaged over pixels")
    assert_wrong(exercise, lambda x, x_hat: _terms(x, x_hat).sum(), "summed over images")
    assert_wrong(exercise, lambda x, x_hat: _terms(x_hat, x).sum() / len(x), "belongs to the copy")
    assert_wrong(exercise, lambda x, x_hat: (-x * np.log(x_hat)).sum() / 3, "dark pixels")
    assert_wrong(
        exercise, lambda x, x_hat: _terms(x, x_hat).sum(axis=(1, 2, 3)), "shape (3,)", "one number"
    )
    assert_wrong(exercise, lambda x, x_hat: np.nan * x.sum(), "NaN")
    assert_not_attempted(exercise, lambda x, x_hat: ...)


def test_pca_reconstruction():
    exercise = chapter01.pca_reconstruction
    assert_right(exercise, lambda x, mean, c: mean + (x - mean) @ c.T @ c)
    assert_right(exercise, lambda x, mean, c: mean @ (np.eye(5) - c.T @ c) + x @ c.T @ c)
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T, "That is the code")
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T @ c, "put the mean back")
    assert_wrong(exercise, lambda x, mean, c: x @ c.T @ c, "take it away first")
    assert_wrong(exercise, lambda x, mean, c: x @ c, "stopped with ValueError", "`")
    assert_not_attempted(exercise, lambda x, mean, c: ...)


def test_implausible_share():
    exercise = chapter01.implausible_share
    assert_right(exercise, lambda p, t: np.mean(p.max(axis=1) < t))
    assert_right(exercise, lambda p, threshold: 1 - np.mean((p >= threshold).any(axis=1)))
    assert_wrong(exercise, lambda p, t: np.sum(p.max(axis=1) < t), "number of images")
    assert_wrong(exercise, lambda p, t: np.mean(p.max(axis=1) >= t), "plausible ones")
    assert_wrong(exercise, lambda p, t: np.mean(p.max(axis=1) <= t), "exactly at the threshold")
    assert_wrong(exercise, lambda p, t: np.mean(p < t), "each row")
    assert_wrong(exercise, lambda p, t: np.mean(p.max(axis=1) < 0.9), "0.5", "not right")
    assert_not_attempted(exercise, lambda p, t: ...)


def test_self_test():
    assert isinstance(chapter01.self_test, SelfTest)
    assert len(chapter01.self_test.questions) == 5
    right = {n: question.right for n, question in chapter01.self_test.questions.items()}
    assert_right(chapter01.self_test, right)
    assert_wrong(chapter01.self_test, {**right, 3: "a"}, "4 of 5", "3. ✗ (a) Only if all pixels")
    assert_not_attempted(chapter01.self_test, dict.fromkeys(right, ...))


def test_the_learners_own_arrays_are_not_shared():
    """An answer that changes its arguments in place does not change what is right."""

    def in_place(x, mean, components):
        x -= mean
        codes = x @ components.T
        x[:] = codes @ components
        x += mean
        return x

    assert_right(chapter01.pca_reconstruction, in_place)
