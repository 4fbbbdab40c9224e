import itertools
import tracemalloc

import numpy as np
import pytest
from samples import BAD_FEATURES, normal
from sklearn.metrics.pairwise import polynomial_kernel

from vae_helpers.metrics import kid

KERNEL = {"degree": 3, "gamma": 1 / 8, "coef0": 1}


def test_kid_against_the_definition():
    x, y = normal(23), normal(31, seed=1, scale=1.2)
    k_xx, k_yy, k_xy = (polynomial_kernel(a, b, **KERNEL) for a, b in ((x, x), (y, y), (x, y)))
    expected = (
        np.mean([k_xx[i, j] for i, j in itertools.permutations(range(23), 2)])
        + np.mean([k_yy[i, j] for i, j in itertools.permutations(range(31), 2)])
        - 2 * k_xy.mean()
    )
    assert kid(x, y) == pytest.approx(expected, rel=1e-12)
    assert kid(y, x) == pytest.approx(expected, rel=1e-12)


def test_counting_an_image_with_itself_would_be_a_bias():
    draws = [(normal(30, seed=2 * s), normal(30, seed=2 * s + 1)) for s in range(200)]
    unbiased = [kid(x, y) for x, y in draws]
    biased = [
        polynomial_kernel(x, **KERNEL).mean()
        + polynomial_kernel(y, **KERNEL).mean()
        - 2 * polynomial_kernel(x, y, **KERNEL).mean()
        for x, y in draws
    ]
    error = np.std(unbiased) / np.sqrt(len(draws))
    assert abs(np.mean(unbiased)) < 4 * error
    assert np.mean(biased) > 20 * error
    assert min(unbiased) < 0 < max(unbiased)


@pytest.mark.parametrize(("scale", "low", "high"), [(1.0, 1.0, 2.0), (1.6, 0.8, 1.4)])
def test_standard_error_is_the_spread_of_repetitions(scale, low, high):
    values = [kid(normal(150, seed=2 * s), normal(150, 8, 2 * s + 1, scale)) for s in range(150)]
    claimed = np.mean([value.standard_error for value in values])
    assert low < claimed / np.std(values) < high


def test_kid_sees_a_difference_that_the_first_two_moments_hide():
    rng = np.random.default_rng(0)
    gamma = rng.gamma(1.0, size=(3_000, 3)) - 1  # mean 0, variance 1, skewed
    value = kid(normal(3_000, 3), gamma)
    assert value > 4 * value.standard_error


def test_blocks_change_nothing(small_blocks):
    real, generated = normal(40), normal(33, seed=1)
    k_xx, k_yy, k_xy = (
        polynomial_kernel(a, b, **KERNEL)
        for a, b in ((real, real), (generated, generated), (real, generated))
    )
    expected = (
        (k_xx.sum() - np.trace(k_xx)) / (40 * 39)
        + (k_yy.sum() - np.trace(k_yy)) / (33 * 32)
        - 2 * k_xy.mean()
    )
    assert kid(real, generated) == pytest.approx(expected)


def test_memory_grows_with_n_and_not_with_its_square():
    def peak(n):
        x, y = normal(n, 4), normal(n, 4, seed=1)
        tracemalloc.start()
        kid(x, y)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4_000) < 2.5 * peak(2_000)


@pytest.mark.parametrize(("generated", "message"), BAD_FEATURES)
def test_bad_features_are_named(generated, message):
    with pytest.raises(ValueError, match=message):
        kid(normal(20), generated)


def test_single_precision_gives_double():
    x, y = (normal(20, seed=s).astype(np.float32) for s in (0, 1))
    assert kid(x, y) == kid(x.astype(float), y.astype(float))
