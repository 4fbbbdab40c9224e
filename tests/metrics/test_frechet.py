import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats

from vae_helpers.metrics import FeatureStatistics, fid, frechet_distance
from vae_helpers.metrics.frechet import _factor, _frechet, _overlap_full_rank


def by_square_root(mean1, cov1, mean2, cov2):
    """The formula as it is usually coded: the root of an unsymmetric product, real part taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = linalg.sqrtm(cov1 @ cov2)
    shift = mean1 - mean2
    return float(shift @ shift + np.trace(cov1 + cov2 - 2 * np.real(root)))


def random_moments(d, rng, rank=None):
    factor = rng.normal(size=(d, rank or 2 * d))
    return rng.normal(size=d), factor @ factor.T / factor.shape[1]


def features(n, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)


# Closed forms


@pytest.mark.parametrize("d", [1, 2, 30])
def test_a_shift_alone_costs_its_square(d):
    mean, cov = random_moments(d, np.random.default_rng(0))
    assert frechet_distance(mean, cov, mean + 3, cov) == pytest.approx(9 * d)


def test_diagonal_covariances_compare_standard_deviations():
    s1, s2 = np.array([1.0, 2, 0]), np.array([4.0, 0, 0])
    zero = np.zeros(3)
    assert frechet_distance(zero, np.diag(s1**2), zero, np.diag(s2**2)) == pytest.approx(13)


def test_the_radius_of_a_ball():
    d = 64
    zero = np.zeros(d)
    assert frechet_distance(zero, np.eye(d), zero, 4 * np.eye(d)) == pytest.approx(d)


def test_plain_numbers_are_one_dimensional_gaussians():
    assert frechet_distance(0.0, 1.0, 2.0, 9.0) == pytest.approx(4 + 4)


@pytest.mark.parametrize("smallest", [1e-3, 1e-8, 1e-12])
def test_ill_conditioned_covariances_that_commute_are_exact(smallest):
    rng = np.random.default_rng(0)
    Q = stats.ortho_group.rvs(20, random_state=0)
    w1 = np.geomspace(smallest, 1, 20)
    w2 = rng.permutation(w1)
    exact = ((np.sqrt(w1) - np.sqrt(w2)) ** 2).sum()
    zero = np.zeros(20)
    found = frechet_distance(zero, Q * w1 @ Q.T, zero, Q * w2 @ Q.T)
    assert found == pytest.approx(exact, abs=1e-9)


def test_singular_covariances_are_exact_where_the_usual_formula_is_not():
    # X in the first 50 of 200 directions and Y = X with every direction swapped for another of
    # the 50, all rotated: the singular values are known.
    rng = np.random.default_rng(0)
    Q = stats.ortho_group.rvs(200, random_state=0)
    w1 = np.where(np.arange(200) < 50, rng.uniform(0.1, 5, 200), 0)
    w2 = np.where(np.arange(200) < 80, rng.uniform(0.1, 5, 200), 0)
    cov1, cov2 = Q * w1 @ Q.T, Q * w2 @ Q.T
    cov1, cov2 = (cov1 + cov1.T) / 2, (cov2 + cov2.T) / 2
    zero = np.zeros(200)
    exact = ((np.sqrt(w1) - np.sqrt(w2)) ** 2).sum()
    assert frechet_distance(zero, cov1, zero, cov2) == pytest.approx(exact, abs=1e-9)
    # The root of a tiny eigenvalue of the wrong sign is imaginary, of the right sign 1e-8: the
    # buggy way out is wrong in the 6th to 8th decimal.
    assert abs(by_square_root(zero, cov1, zero, cov2) - exact) > 1e-8


def test_agrees_with_the_usual_formula_where_that_is_good():
    rng = np.random.default_rng(0)
    first, second = random_moments(30, rng), random_moments(30, rng)
    assert frechet_distance(*first, *second) == pytest.approx(
        by_square_root(*first, *second), rel=1e-9
    )


def test_both_ways_to_the_overlap_agree():
    rng = np.random.default_rng(0)
    (_, cov1), (_, cov2) = random_moments(40, rng), random_moments(40, rng)
    factors = _factor(cov1, "cov1", 2e-16), _factor(cov2, "cov2", 2e-16)
    by_singular_values = linalg.svdvals(factors[0].T @ factors[1]).sum()
    assert _overlap_full_rank(cov1, cov2) == pytest.approx(by_singular_values, rel=1e-12)


def test_the_quick_way_is_not_taken_for_singular_covariances():
    rng = np.random.default_rng(0)
    _, cov1 = random_moments(40, rng)
    _, cov2 = random_moments(40, rng, rank=10)
    assert _overlap_full_rank(cov1, cov2) is None
    assert _overlap_full_rank(cov2, cov1) is None


def test_the_quick_way_is_exact_or_not_taken():
    taken = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        Q = stats.ortho_group.rvs(8, random_state=seed)
        w1 = np.geomspace(10.0 ** -rng.uniform(0, 10), 1, 8)
        w2 = rng.permutation(w1)
        overlap = _overlap_full_rank(*((Q * w @ Q.T + (Q * w @ Q.T).T) / 2 for w in (w1, w2)))
        if overlap is not None:
            taken += 1
            assert overlap == pytest.approx(np.sqrt(w1 * w2).sum(), rel=1e-9)
    assert 10 < taken < 60


def test_constant_features_have_no_covariance_and_still_a_distance():
    zero = np.zeros((2, 2))
    assert frechet_distance([0, 0], zero, [1, 0], zero) == 1
    assert frechet_distance([0, 0], zero, [0, 0], np.eye(2)) == pytest.approx(2)


# Features


@pytest.mark.parametrize(("n", "m"), [(500, 400), (10, 12), (10, 400), (400, 10), (2, 2)])
def test_features_and_their_moments_give_the_same(n, m):
    x, y = features(n, 30), features(m, 30, seed=1)
    moments = x.mean(axis=0), np.cov(x.T), y.mean(axis=0), np.cov(y.T)
    assert fid(x, y) == pytest.approx(frechet_distance(*moments), rel=1e-9)
    streamed = FeatureStatistics().update(x)
    assert fid(streamed, y) == pytest.approx(fid(x, y), rel=1e-9)
    assert fid(x, FeatureStatistics().update(y)) == pytest.approx(fid(x, y), rel=1e-9)


@pytest.mark.parametrize("n", [2, 10, 500])
def test_a_sample_is_at_distance_zero_from_itself(n):
    x = features(n, 30)
    scale = np.trace(np.cov(x.T))
    assert 0 <= fid(x, x) < 1e-12 * scale


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 40),
    m=st.integers(2, 40),
    d=st.integers(1, 20),
    scale=st.sampled_from([1e-6, 1e-2, 1.0, 1e3, 1e6]),
    seed=st.integers(0, 1_000),
)
def test_invariances(n, m, d, scale, seed):
    x, y = features(n, d, seed), features(m, d, seed + 1)
    distance = fid(x, y)
    size = np.square(x).mean() + np.square(y).mean()
    near = {"rel": 1e-8, "abs": 1e-10 * size * d}
    assert distance >= 0
    assert fid(y, x) == pytest.approx(distance, **near), "symmetric"
    assert fid(scale * x, scale * y) / scale**2 == pytest.approx(distance, **near)
    Q = stats.ortho_group.rvs(d, random_state=seed) if d > 1 else -np.eye(1)
    assert fid(x @ Q + 1, y @ Q + 1) == pytest.approx(distance, **near), "rigid motions"
    assert fid(x[::-1], y) == pytest.approx(distance, **near), "order of images"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int16])
def test_narrow_types_are_computed_in_double(dtype):
    x, y = (features(60, 5, seed=s).astype(dtype) for s in (0, 1))
    assert fid(x, y) == fid(x.astype(float), y.astype(float))
    assert isinstance(fid(x, y), float)


def test_single_precision_covariances_are_accepted():
    x, y = features(20, 30), features(25, 30, seed=1)
    moments = [x.mean(axis=0), np.cov(x.T), y.mean(axis=0), np.cov(y.T)]
    single = [part.astype(np.float32) for part in moments]
    assert frechet_distance(*single) == pytest.approx(fid(x, y), rel=1e-3)


def test_bias_falls_like_one_over_n():
    rng = np.random.default_rng(0)
    d = 10
    small, large = (
        np.mean([fid(rng.normal(size=(n, d)), rng.normal(size=(n, d))) for _ in range(30)])
        for n in (200, 800)
    )
    assert small / large == pytest.approx(4, rel=0.1)


# Streaming


@pytest.mark.parametrize("shards", [1, 2, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shards_in_any_order_merge_to_the_same(shards, dtype):
    x = (features(1_000, 20) + 1e4).astype(dtype)
    merged = FeatureStatistics()
    for part in np.array_split(x, shards)[::-1]:
        statistics = FeatureStatistics()
        for batch in np.array_split(part, 3):
            statistics.update(batch)
        merged.merge(statistics)
    assert merged.n == 1_000
    assert merged.mean == pytest.approx(x.astype(float).mean(axis=0), rel=1e-12)
    expected = np.cov(x.astype(float).T)
    assert np.abs(merged.covariance - expected).max() < 1e-10 * np.abs(expected).max()


def test_sums_of_raw_squares_would_have_lost_a_large_mean():
    x = features(1_000, 5) + 1e7
    expected = np.cov(x.T)
    found = FeatureStatistics().update(x[:300]).update(x[300:]).covariance
    assert found == pytest.approx(expected, rel=1e-6)
    mean = x.mean(axis=0)
    naive = (x.T @ x / 1_000 - np.outer(mean, mean)) * 1_000 / 999
    assert np.abs(naive - expected).max() > 1e-3 * np.abs(expected).max()


def test_memory_does_not_grow_with_the_number_of_images():
    batch = features(10_000, 64)

    def peak(batches):
        tracemalloc.start()
        statistics = FeatureStatistics()
        for _ in range(batches):
            statistics.update(batch)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20) < 1.1 * peak(2)


def test_single_rows_empty_parts_and_itself_can_be_merged():
    x = features(50, 4)
    one_by_one = FeatureStatistics()
    for row in x:
        one_by_one.update(row[None])
    assert one_by_one.covariance == pytest.approx(np.cov(x.T))
    one_by_one.merge(FeatureStatistics())
    assert one_by_one.n == 50
    twice = one_by_one.merge(one_by_one)
    assert twice.n == 100
    assert twice.covariance == pytest.approx(np.cov(np.concatenate([x, x]).T))
    assert repr(twice) == "FeatureStatistics(n=100, dimension=4)"


def test_moments_can_be_stored_and_come_back():
    x, y = features(100, 4), features(30, 4, seed=1)
    stored = FeatureStatistics().update(x)
    restored = FeatureStatistics.from_moments(stored.n, stored.mean, stored.covariance)
    both = np.cov(np.concatenate([x, y]).T)
    assert restored.update(y).covariance == pytest.approx(both)


def test_changing_an_answer_does_not_change_the_statistics():
    x = features(10, 2)
    statistics = FeatureStatistics().update(x)
    statistics.mean[:] = 0
    assert statistics.mean == pytest.approx(x.mean(axis=0))


# Bad input


@pytest.mark.parametrize(
    ("generated", "message"),
    [
        (np.zeros(3), r"generated has shape \(3,\): allowed is \(n, 3\)"),
        (np.zeros((5, 4)), r"generated has shape \(5, 4\): allowed is \(n, 3\)"),
        (np.zeros((1, 3)), r"generated has shape \(1, 3\): allowed is \(n, 3\), n from 2"),
        (np.full((5, 3), np.nan), "generated holds NaN"),
        (np.full((5, 3), -np.inf), "generated holds NaN or infinity, 15 times"),
        (np.zeros((5, 3), complex), "generated has dtype complex128"),
    ],
)
def test_bad_features_are_named(generated, message):
    with pytest.raises(ValueError, match=message):
        fid(features(10, 3), generated)


def test_bad_moments_are_named():
    mean, eye = np.zeros(2), np.eye(2)
    with pytest.raises(ValueError, match=r"cov2 has shape \(3, 3\)"):
        frechet_distance(mean, eye, mean, np.eye(3))
    with pytest.raises(ValueError, match=r"mean2 has shape \(3,\)"):
        frechet_distance(mean, eye, np.zeros(3), np.eye(3))
    with pytest.raises(ValueError, match="cov1 is not symmetric"):
        frechet_distance(mean, [[1, 1], [0, 1]], mean, eye)
    for sides in ((np.diag([1, -0.5]), eye), (eye, np.diag([1, -0.5]))):
        with pytest.raises(ValueError, match=r"has the eigenvalue -0\.5"):
            frechet_distance(mean, sides[0], mean, sides[1])


def test_bad_streams_are_named():
    statistics = FeatureStatistics().update(features(10, 3))
    with pytest.raises(ValueError, match=r"allowed is \(n, 3\)"):
        statistics.update(features(10, 4))
    with pytest.raises(ValueError, match="other has dimension 4"):
        statistics.merge(FeatureStatistics().update(features(10, 4)))
    with pytest.raises(ValueError, match="other=ndarray: allowed are FeatureStatistics"):
        statistics.merge(features(10, 3))
    with pytest.raises(ValueError, match="too few"):
        _ = FeatureStatistics().update(features(1, 3)).covariance
    with pytest.raises(ValueError, match="too few"):
        _ = FeatureStatistics().mean


def test_a_little_below_zero_is_zero_and_far_below_is_an_error():
    assert _frechet(np.zeros(2), 1.0, 1.0, 1 + 1e-9) == 0
    with pytest.raises(ArithmeticError, match=r"came out as -0\.2"):
        _frechet(np.zeros(2), 1.0, 1.0, 1.1)
