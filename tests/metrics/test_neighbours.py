import tracemalloc

import numpy as np
import prdc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from samples import BAD_FEATURES, normal
from scipy.spatial.distance import cdist

from vae_helpers.metrics import (
    density_coverage,
    expected_coverage,
    neighbour_scores,
    precision_coverage,
    precision_recall,
)


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


def test_memory_grows_with_n_and_not_with_its_square():
    def peak(n):
        x, y = normal(n, 4), normal(n, 4, seed=1)
        tracemalloc.start()
        neighbour_scores(x, y)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4_000) < 2.5 * peak(2_000)


@pytest.mark.parametrize("metric", [neighbour_scores, precision_recall, density_coverage])
@pytest.mark.parametrize(("generated", "message"), BAD_FEATURES)
def test_bad_features_are_named(metric, generated, message):
    with pytest.raises(ValueError, match=message):
        metric(normal(20), generated)


@pytest.mark.parametrize("k", [0, 9, 2.0, None])
def test_bad_k_is_named(k):
    with pytest.raises(ValueError, match=f"k={k}: allowed is a whole number from 1 to 8"):
        neighbour_scores(normal(20), normal(9, seed=1), k)


def test_a_bad_number_of_images_is_named():
    with pytest.raises(ValueError, match="n_generated=0"):
        expected_coverage(10, 0)


def test_single_precision_gives_double():
    x, y = (normal(20, seed=s).astype(np.float32) for s in (0, 1))
    assert neighbour_scores(x, y) == neighbour_scores(x.astype(float), y.astype(float))


def test_precision_and_coverage_of_a_table_of_distances():
    """The same as from features; a line of four real images to count by hand."""
    line, few = np.array([0.0, 1, 3, 7])[:, None], np.array([1.5, 4.5, 20])[:, None]
    assert precision_coverage(abs(line - line.T), abs(line - few.T), 1) == (2 / 3, 3 / 4)
    real, generated = normal(40), normal(33, seed=1)
    tables = (np.linalg.norm(real[:, None] - other, axis=2) for other in (real, generated))
    scores = neighbour_scores(real, generated)
    assert precision_coverage(*tables) == pytest.approx((scores.precision, scores.coverage))


def test_tables_that_do_not_belong_together_are_named():
    with pytest.raises(ValueError, match="to_generated"):
        precision_coverage(np.zeros((6, 6)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="k=6"):
        precision_coverage(np.zeros((6, 6)), np.zeros((6, 3)), 6)
    with pytest.raises(ValueError, match="among_real"):
        precision_coverage(np.zeros((6, 5)), np.zeros((6, 3)))
