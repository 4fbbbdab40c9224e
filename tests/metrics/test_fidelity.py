import itertools
import math
import tracemalloc

import numpy as np
import prdc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist, pdist
from sklearn.metrics.pairwise import polynomial_kernel

from vae_helpers.metrics import (
    class_balance,
    density_coverage,
    diversity,
    expected_coverage,
    fidelity,
    kid,
    neighbour_scores,
    perceptual_path_length,
    precision_recall,
)


def normal(n, d=8, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=(n, d))


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 7 rows, so that a small sample has many and a ragged last one."""
    blocks = fidelity._checks.blocks
    monkeypatch.setattr(fidelity._checks, "blocks", lambda n, size=7: blocks(n, min(size, 7)))


# Kernel distance


def test_kid_against_the_definition():
    x, y = normal(23), normal(31, seed=1, scale=1.2)
    kernel = {"degree": 3, "gamma": 1 / 8, "coef0": 1}
    k_xx, k_yy, k_xy = (polynomial_kernel(a, b, **kernel) for a, b in ((x, x), (y, y), (x, y)))
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
    kernel = {"degree": 3, "gamma": 1 / 8, "coef0": 1}
    biased = [
        polynomial_kernel(x, **kernel).mean()
        + polynomial_kernel(y, **kernel).mean()
        - 2 * polynomial_kernel(x, y, **kernel).mean()
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


# Neighbours


@pytest.mark.parametrize(("n", "m", "k"), [(200, 150, 5), (150, 200, 3), (40, 40, 1), (20, 9, 7)])
def test_agrees_with_the_authors_package(n, m, k):
    real, generated = normal(n), normal(m, seed=1, scale=1.1) + 0.2
    scores = neighbour_scores(real, generated, k)
    assert scores._asdict() == pytest.approx(prdc.compute_prdc(real, generated, k))
    assert precision_recall(real, generated, k) == scores[:2]
    assert density_coverage(real, generated, k) == scores[2:]


def test_neighbours_by_hand_on_a_line():
    real = np.array([[0.0], [1], [2], [10]])  # radii with k = 1: 1, 1, 1, 8
    generated = np.array([[0.5], [6], [30]])  # radii: 5.5, 5.5, 24
    scores = neighbour_scores(real, generated, k=1)
    # 0.5 lies in the balls of 0 and 1, 6 in that of 10, 30 in none.
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.density == pytest.approx(3 / 3)
    assert scores.coverage == pytest.approx(3 / 4)
    assert scores.recall == 1  # 10 lies in the balls of 6 and 30


def test_which_argument_is_real_matters():
    real = np.concatenate([normal(100), normal(100, seed=1) + 50])
    one_mode = normal(200, seed=2)
    scores = neighbour_scores(real, one_mode)
    assert scores.precision > 0.9
    assert scores.recall < 0.6
    assert scores.coverage < 0.6
    swapped = neighbour_scores(one_mode, real)
    assert (swapped.precision, swapped.recall) == (scores.recall, scores.precision)


def test_equal_distributions_meet_their_expectations():
    runs = [neighbour_scores(normal(300, 4, 2 * s), normal(200, 4, 2 * s + 1)) for s in range(60)]
    density = [run.density for run in runs]
    coverage = [run.coverage for run in runs]
    assert np.mean(density) == pytest.approx(1, abs=4 * np.std(density) / np.sqrt(60))
    assert np.mean(coverage) == pytest.approx(
        expected_coverage(300, 200), abs=4 * np.std(coverage) / np.sqrt(60)
    )


def test_expected_coverage():
    assert expected_coverage(10_000, 10_000) == pytest.approx(0.96877, abs=1e-5)
    assert expected_coverage(2, 1, k=1) == pytest.approx(0.5)


def test_identical_samples_touch_the_edges_of_their_balls():
    x = normal(100, seed=3) * 1e3 + 1e5
    assert neighbour_scores(x, x, k=5) == (1, 1, 6 / 5, 1)


def test_one_image_repeated_is_in_balls_of_radius_zero():
    constant = np.ones((20, 3))
    assert neighbour_scores(constant, constant, k=2)[:2] == (1, 1)
    assert neighbour_scores(constant, constant + 1, k=2) == (0, 0, 0, 0)


@settings(max_examples=30, deadline=None)
@given(
    real=hnp.arrays(np.float32, (12, 3), elements=st.integers(-8, 8)),
    generated=hnp.arrays(np.float32, (9, 3), elements=st.integers(-8, 8)),
    k=st.integers(1, 8),
    scale=st.sampled_from([1e-3, 1, 1e4]),
)
def test_neighbours_with_ties_scale_and_shift(real, generated, k, scale):
    radii = [np.sort(cdist(s, s), axis=1)[:, k] for s in (real, generated)]
    distances = cdist(real, generated)
    in_real = distances <= radii[0][:, None] + 1e-9
    expected = (
        in_real.any(axis=0).mean(),
        (distances <= radii[1] + 1e-9).any(axis=1).mean(),
        in_real.sum(axis=0).mean() / k,
        in_real.any(axis=1).mean(),
    )
    moved = (scale * (side.astype(float) + 5) for side in (real, generated))
    assert neighbour_scores(*moved, k) == pytest.approx(expected)


def test_blocks_change_nothing(small_blocks):
    real, generated = normal(40), normal(33, seed=1)
    assert neighbour_scores(real, generated)._asdict() == pytest.approx(
        prdc.compute_prdc(real, generated, 5)
    )
    assert diversity(real) == pytest.approx(pdist(real).mean())
    kernel = {"degree": 3, "gamma": 1 / 8, "coef0": 1}
    k_xx, k_yy, k_xy = (
        polynomial_kernel(a, b, **kernel)
        for a, b in ((real, real), (generated, generated), (real, generated))
    )
    expected = (
        (k_xx.sum() - np.trace(k_xx)) / (40 * 39)
        + (k_yy.sum() - np.trace(k_yy)) / (33 * 32)
        - 2 * k_xy.mean()
    )
    assert kid(real, generated) == pytest.approx(expected)


def test_memory_grows_with_n_and_not_with_its_square():
    def peak(metric, n):
        x, y = normal(n, 4), normal(n, 4, seed=1)
        tracemalloc.start()
        metric(x, y)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    for metric in (kid, neighbour_scores):
        assert peak(metric, 4_000) < 2.5 * peak(metric, 2_000)


# Diversity


def test_diversity_is_the_mean_distance_of_pairs():
    x = normal(50) + 100
    assert diversity(x) == pytest.approx(pdist(x).mean())
    assert diversity(np.ones((5, 3))) == 0
    assert diversity([[0.0], [3.0]]) == 3


def test_class_balance():
    even = class_balance(np.eye(4))
    assert even.shares.tolist() == [0.25] * 4
    assert even.entropy == pytest.approx(np.log(4))
    assert even.uncertainty == 0
    collapsed = class_balance(np.tile([0.4, 0.3, 0.3], (5, 1)))
    assert collapsed.shares.tolist() == [1, 0, 0]
    assert collapsed.entropy == 0
    assert collapsed.uncertainty == pytest.approx(-0.4 * np.log(0.4) - 0.6 * np.log(0.3))


def test_a_straight_path_is_as_short_as_can_be():
    ends = normal(10), normal(10, seed=1)
    for images in (2, 5, 11):
        t = np.linspace(0, 1, images)[:, None, None]
        straight = ((1 - t) * ends[0] + t * ends[1]).transpose(1, 0, 2)
        length = perceptual_path_length(straight)
        assert length.ratio == pytest.approx(1)
        assert length.energy == pytest.approx(np.square(ends[1] - ends[0]).sum(axis=1).mean())


def test_a_jump_costs_more_than_a_walk_and_a_detour_too():
    jump = np.array([0.0, 0, 0, 0, 1])[None, :, None]
    detour = np.array([0.0, 1, 2, 1, 1])[None, :, None]
    assert perceptual_path_length(jump).ratio == pytest.approx(4)
    assert perceptual_path_length(detour).ratio == pytest.approx(12)
    assert perceptual_path_length(np.ones((1, 3, 2))).ratio == math.inf


def test_a_half_circle_has_the_known_energy():
    angle = np.linspace(0, np.pi, 2_001)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)[None]
    assert perceptual_path_length(circle).energy == pytest.approx(np.pi**2, rel=1e-5)


# Bad input


@pytest.mark.parametrize("metric", [kid, neighbour_scores, precision_recall, density_coverage])
@pytest.mark.parametrize(
    ("generated", "message"),
    [
        (np.zeros((9, 7)), r"generated has shape \(9, 7\): expected \(n, 8\)"),
        (np.zeros((1, 8)), "generated has 1 rows"),
        (np.full((9, 8), np.nan), "generated holds NaN"),
        (np.zeros((3, 3, 8)), "generated has shape"),
    ],
)
def test_bad_features_are_named(metric, generated, message):
    with pytest.raises(ValueError, match=message):
        metric(normal(20), generated)


@pytest.mark.parametrize("k", [0, 9, 2.0, None])
def test_bad_k_is_named(k):
    with pytest.raises(ValueError, match=f"k={k}: allowed is a whole number from 1 to 8"):
        neighbour_scores(normal(20), normal(9, seed=1), k)


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="features has 1 rows"):
        diversity(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="expected probabilities"):
        class_balance(np.full((3, 10), 0.5))
    with pytest.raises(ValueError, match="paths has shape"):
        perceptual_path_length(np.zeros((3, 1, 2)))
    with pytest.raises(ValueError, match="n_generated=0"):
        expected_coverage(10, 0)


def test_single_precision_gives_double():
    x, y = (normal(20, seed=s).astype(np.float32) for s in (0, 1))
    assert kid(x, y) == kid(x.astype(float), y.astype(float))
    assert neighbour_scores(x, y) == neighbour_scores(x.astype(float), y.astype(float))
