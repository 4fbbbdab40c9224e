"""The checkers of chapter 01."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter01
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("01")))
def test_robust(name):
    assert_robust(getattr(chapter01, name))


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
    assert_wrong(exercise, lambda x, k, s: np.convolve(x, k), "with stride 1")
    assert_wrong(
        exercise, lambda x, k, s: np.zeros((len(x) - 1) * s + len(k)), "Nothing was stamped"
    )
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k + 1, s, _add), "gives [4,", "by hand")
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
    assert_wrong(exercise, lambda x, x_hat: (-x * np.log(x_hat)).sum() / len(x), "dark pixels")
    assert_wrong(
        exercise,
        lambda x, x_hat: _terms(x, x_hat).sum(axis=(1, 2, 3)),
        "shape (2,)",
        "take their mean",
    )
    assert_wrong(exercise, lambda x, x_hat: np.nan * x.sum(), "NaN")
    assert_wrong(exercise, lambda x, x_hat: np.inf * x.sum(), "log of zero")
    assert_not_attempted(exercise, lambda x, x_hat: ...)


def test_reconstruction_loss_without_cutting_off():
    """Clipping does no harm where all copies are grey; one at 0.9995 shows it."""
    exercise = chapter01.reconstruction_loss

    def clipped(epsilon):
        return lambda x, x_hat: _terms(x, np.clip(x_hat, epsilon, 1 - epsilon)).sum() / len(x)

    def padded(x, x_hat):
        cost = -x * np.log(x_hat + 0.01) - (1 - x) * np.log(1.01 - x_hat)
        return cost.sum() / len(x)

    assert_wrong(exercise, clipped(0.01), "0.01", "hides the worst errors")
    assert_wrong(exercise, padded, "0.01 inside the logarithms")
    assert_right(exercise, clipped(1e-7))


def test_reconstruction_loss_in_loops():
    def loops(x, x_hat):
        total = 0.0
        for image, copy in zip(x, x_hat, strict=True):
            for pixel, value in zip(image.ravel(), copy.ravel(), strict=True):
                total += -pixel * np.log(value) - (1 - pixel) * np.log(1 - value)
        return [total / len(x)]

    assert_right(chapter01.reconstruction_loss, loops)


def test_reconstruction_loss_with_a_term_that_is_not_right():
    exercise = chapter01.reconstruction_loss

    def loss(a, b):
        return lambda x, y: (a * x * np.log(y) + b * (1 - x) * np.log(1 - y)).sum() / len(x)

    assert_wrong(exercise, loss(1, -1), "−x log x̂ is there with the wrong sign")
    assert_wrong(exercise, loss(0, -1), "bright pixels")
    assert_wrong(exercise, loss(-1, -2), "twice")
    assert_wrong(exercise, lambda x, y: loss(-1, -1)(x, y) / np.log(10), "`np.log10`")


def test_pca_reconstruction():
    exercise = chapter01.pca_reconstruction
    assert_right(exercise, lambda x, mean, c: mean + (x - mean) @ c.T @ c)
    assert_right(exercise, lambda x, mean, c: mean @ (np.eye(len(mean)) - c.T @ c) + x @ c.T @ c)
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T, "That is the code")
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T @ c, "put the mean back")
    assert_wrong(exercise, lambda x, mean, c: x @ c.T @ c, "take it away first")
    assert_wrong(exercise, lambda x, mean, c: x @ c, "stopped with ValueError", "`")
    assert_wrong(
        exercise, lambda x, mean, c: mean + (x - mean) @ c[:1].T @ c[:1], "first component"
    )
    assert_wrong(exercise, lambda x, mean, c: x - (x - mean) @ c.T @ c, "what is lost")
    assert_wrong(
        exercise,
        lambda x, mean, c: x.mean(axis=0) + (x - x.mean(axis=0)) @ c.T @ c,
        "argument `mean`",
    )
    assert_not_attempted(exercise, lambda x, mean, c: ...)


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
