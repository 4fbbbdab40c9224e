"""The latent maths against closed forms, invariances and independent libraries."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.spatial.distance import pdist
from sklearn.linear_model import LinearRegression

from vae_helpers import latent

# Rounded: squares of numbers near 1e-160 lose their digits, and no encoding is that small.
VECTORS = arrays(float, 5, elements=st.floats(-10, 10).map(lambda x: round(x, 6)))
repeatable = settings(deadline=None, derandomize=True)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# --- sampling


def test_prior_samples_have_mean_zero_and_the_temperature_as_deviation():
    z = latent.sample_prior(20_000, 3, seed=0, temperature=0.5)
    assert z.shape == (20_000, 3)
    assert z.dtype == np.float32
    assert stats.kstest(z.ravel() / 0.5, "norm").pvalue > 0.001


def test_one_seed_one_sample():
    assert np.array_equal(latent.sample_prior(4, 2, seed=7), latent.sample_prior(4, 2, seed=7))
    assert not np.array_equal(latent.sample_prior(4, 2, seed=7), latent.sample_prior(4, 2, seed=8))


def test_temperature_zero_is_the_origin():
    assert not latent.sample_prior(3, 2, temperature=0).any()


@pytest.mark.parametrize("bad", [{"n": 0}, {"n": 2.5}, {"latent_dim": 0}, {"temperature": -1}])
def test_prior_refuses_nonsense_by_name(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        latent.sample_prior(**{"n": 3, "latent_dim": 2, **bad})


def test_posterior_samples_take_the_log_of_the_variance_not_of_the_deviation():
    z_mean, z_log_var = np.full((50_000, 1), 3.0), np.full((50_000, 1), np.log(4.0))
    z = latent.sample_posterior(z_mean, z_log_var, seed=0)
    assert stats.kstest(z[:, 0], stats.norm(3.0, 2.0).cdf).pvalue > 0.001


def test_posterior_refuses_shapes_that_broadcast():
    with pytest.raises(ValueError, match="z_log_var"):
        latent.sample_posterior(np.zeros((4, 2)), np.zeros((1, 2)))


def test_box_samples_fill_the_box_and_stay_in_it():
    z = normal(500, 2) * (1.0, 5.0) + (10.0, 0.0)
    box = latent.sample_box(z, 5000, seed=1)
    assert (box >= z.min(axis=0)).all()
    assert (box <= z.max(axis=0)).all()
    np.testing.assert_allclose(np.ptp(box, axis=0), np.ptp(z, axis=0), rtol=0.01)


# --- walks


@pytest.mark.parametrize("method", latent.METHODS)
@repeatable
@given(z1=VECTORS, z2=VECTORS)
def test_walks_are_finite_keep_their_ends_and_reverse(method, z1, z2):
    walk = latent.interpolate(z1, z2, 7, method)
    assert np.isfinite(walk).all()
    np.testing.assert_array_equal(walk[[0, -1]], [z1, z2])
    back = latent.interpolate(z2, z1, 7, method)
    opposite = np.linalg.norm(z1) * np.linalg.norm(z2) + z1 @ z2 < 1e-6
    if not (method == "spherical" and opposite):
        np.testing.assert_allclose(back[::-1], walk, atol=1e-6)


def test_linear_walk_is_a_line_in_equal_steps():
    walk = latent.interpolate([0.0, 0.0], [4.0, 8.0], 5)
    np.testing.assert_allclose(walk, [[0, 0], [1, 2], [2, 4], [3, 6], [4, 8]])


@repeatable
@given(z1=VECTORS, z2=VECTORS)
def test_spherical_length_goes_evenly_from_one_end_to_the_other(z1, z2):
    lengths = np.linalg.norm(latent.interpolate(z1, z2, 5, "spherical"), axis=1)
    if lengths[0] and lengths[-1]:
        np.testing.assert_allclose(
            lengths, np.linspace(lengths[0], lengths[-1], 5), rtol=1e-6, atol=1e-9
        )


def test_spherical_walk_matches_scipy_and_shoemake_for_unit_vectors():
    from scipy.spatial import geometric_slerp

    z1, z2 = (v / np.linalg.norm(v) for v in normal(2, 10))
    t = np.linspace(0, 1, 9)
    walk = latent.interpolate(z1, z2, 9, "spherical")
    np.testing.assert_allclose(walk, geometric_slerp(z1, z2, t), atol=1e-12)
    angle = np.arccos(z1 @ z2)
    shoemake = (np.sin((1 - t)[:, None] * angle) * z1 + np.sin(t[:, None] * angle) * z2) / np.sin(
        angle
    )
    np.testing.assert_allclose(walk, shoemake, atol=1e-12)


def test_spherical_walk_turns_with_the_space():
    z1, z2 = normal(2, 6)
    rotation = stats.ortho_group.rvs(6, random_state=0)
    np.testing.assert_allclose(
        latent.interpolate(z1 @ rotation, z2 @ rotation, 5, "spherical"),
        latent.interpolate(z1, z2, 5, "spherical") @ rotation,
        atol=1e-12,
    )


def test_spherical_keeps_equal_vectors_and_straightens_parallel_ones():
    z = normal(4)
    np.testing.assert_allclose(latent.interpolate(z, z, 5, "spherical"), np.tile(z, (5, 1)))
    np.testing.assert_allclose(
        latent.interpolate(z, 3 * z, 3, "spherical"), np.outer([1, 2, 3], z), atol=1e-12
    )


def test_spherical_from_the_origin_is_the_straight_line():
    z = normal(4)
    np.testing.assert_allclose(
        latent.interpolate(np.zeros(4), z, 3, "spherical"), np.outer([0, 0.5, 1], z)
    )


def test_spherical_between_opposite_vectors_goes_round_the_origin():
    z = normal(4)
    middle = latent.interpolate(z, -z, 3, "spherical")[1]
    assert np.linalg.norm(middle) == pytest.approx(np.linalg.norm(z))
    assert middle @ z == pytest.approx(0, abs=1e-12)
    # With one dimension there is no way round.
    np.testing.assert_allclose(latent.interpolate([2.0], [-2.0], 3, "spherical")[1], [0])


def test_spherical_survives_nearly_equal_and_nearly_opposite_vectors():
    # The arc cosine of the cosine gives 0 here, and Shoemake's form 0 / 0.
    for sign in (1, -1):
        z1 = np.array([1.0, 0.0])
        z2 = sign * np.array([1.0, 1e-9])
        walk = latent.interpolate(z1, z2, 5, "spherical")
        np.testing.assert_allclose(np.linalg.norm(walk, axis=1), 1)
    nearly = latent.interpolate([1.0, 0.0], [1.0, 1e-9], 3, "spherical")
    assert nearly[1, 1] == pytest.approx(0.5e-9, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([0.0], [0.0, 1.0], 3), "z2"),
        (([0.0], [np.nan], 3), "z2"),
        (([0.0], [1.0], 1), "steps"),
        (([0.0], [1.0], 3, "cubic"), "method"),
        (([[0.0]], [[1.0]], 3), "z1"),
    ],
)
def test_interpolation_refuses_nonsense_by_name(arguments, name):
    with pytest.raises(ValueError, match=name):
        latent.interpolate(*arguments)


@pytest.mark.parametrize("method", latent.METHODS)
def test_between_is_one_point_of_the_walk(method):
    z1, z2 = normal(2, 5)
    walk = latent.interpolate(z1, z2, 5, method)
    for t, point in zip((0, 0.25, 0.5, 0.75, 1), walk, strict=True):
        np.testing.assert_allclose(latent.between(z1, z2, t, method), point, atol=1e-12)
    with pytest.raises(ValueError, match=r"t=1\.5"):
        latent.between(z1, z2, 1.5, method)


@pytest.mark.parametrize("method", latent.METHODS)
def test_filmstrip_passes_each_point_once(method):
    points = normal(4, 3)
    strip = latent.filmstrip(points, 5, method)
    assert strip.shape == (13, 3)
    np.testing.assert_array_equal(strip[::4], points)
    np.testing.assert_allclose(strip[4:9], latent.interpolate(*points[1:3], 5, method))
    with pytest.raises(ValueError, match="points"):
        latent.filmstrip(points[:1], 5)


# --- traversals and grids


def test_traversal_changes_one_coordinate_alone():
    z, values = normal(4), [-1.0, 0.0, 2.0]
    points = latent.traverse(z, 2, values)
    np.testing.assert_array_equal(points[:, 2], values)
    np.testing.assert_array_equal(np.delete(points, 2, axis=1), np.tile(z[[0, 1, 3]], (3, 1)))
    np.testing.assert_array_equal(latent.traverse_all(z, values)[2], points)
    assert latent.traverse_all(z, values).shape == (4, 3, 4)


@pytest.mark.parametrize("dimension", [-1, 4, 1.5, True])
def test_traversal_refuses_a_dimension_that_is_none(dimension):
    with pytest.raises(ValueError, match="dimension"):
        latent.traverse(np.zeros(4), dimension, [0.0])


def test_prior_quantiles_share_out_probability_evenly_and_are_finite():
    values = latent.prior_quantiles(15, ends=0.02)
    np.testing.assert_allclose(stats.norm.cdf(values), np.linspace(0.02, 0.98, 15), atol=1e-6)
    np.testing.assert_allclose(values, -values[::-1], atol=1e-6)
    for ends in (0, 0.5, -0.1, np.nan):
        with pytest.raises(ValueError, match="ends"):
            latent.prior_quantiles(15, ends)


def test_probabilities_of_prior_samples_are_uniform():
    p = latent.to_probability(latent.sample_prior(5000, 2, seed=0))
    assert stats.kstest(p.ravel(), "uniform").pvalue > 0.001
    np.testing.assert_allclose(latent.to_probability([[0.0, 1.959964]]), [[0.5, 0.975]])


def test_grid_reads_row_by_row_from_the_top_left():
    np.testing.assert_allclose(
        latent.grid(3, low=(0, 10), high=(2, 30)),
        [[0, 30], [1, 30], [2, 30], [0, 20], [1, 20], [2, 20], [0, 10], [1, 10], [2, 10]],
    )
    assert latent.grid(15).shape == (225, 2)


@pytest.mark.parametrize(("low", "high"), [(1, 1), ((0, 0), (1, -1)), (np.nan, 1), ((1, 2, 3), 9)])
def test_grid_refuses_an_empty_box(low, high):
    with pytest.raises(ValueError, match="low"):
        latent.grid(3, low, high)


def test_each_point_of_the_quantile_grid_stands_for_the_same_probability():
    points = latent.quantile_grid(4)
    values = stats.norm.ppf([1 / 8, 3 / 8, 5 / 8, 7 / 8])
    np.testing.assert_allclose(points[:4, 0], values, rtol=1e-6)
    np.testing.assert_allclose(points[::4, 1], values[::-1], rtol=1e-6)
    np.testing.assert_array_equal(points, latent.plane(values))
    nearest = np.abs(latent.sample_prior(20_000, 2, seed=0)[:, :1] - points[:4, 0]).argmin(axis=1)
    assert np.bincount(nearest).min() > 4_000  # borders of the parts are not half-way: about 1 in 4
    with pytest.raises(ValueError, match="n="):
        latent.quantile_grid(1)


def test_samplers_with_a_generator_have_the_moments_that_they_promise():
    rng = np.random.default_rng(0)
    z_mean, z_log_var = rng.normal(size=(50, 2)) @ [[2, 1], [0, 1]], rng.normal(size=(50, 2))
    expected = np.cov(z_mean.T, ddof=0) + np.diag(np.exp(z_log_var).mean(axis=0))
    points = latent.sample_aggregated(z_mean, z_log_var, 40_000, rng)
    np.testing.assert_allclose(np.cov(points.T), expected, atol=0.15)
    points = latent.sample_gaussian(z_mean, 40_000, rng)
    np.testing.assert_allclose(points.mean(axis=0), z_mean.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(points.T), np.cov(z_mean.T), atol=0.15)
    noise = latent.decode_noise(lambda z: z, 5_000, 3, rng, temperature=0.5)
    assert noise.shape == (5_000, 3)
    assert abs(noise.std() - 0.5) < 0.02
    for sampler in (latent.sample_gaussian, lambda *a: latent.sample_aggregated(a[0], *a)):
        with pytest.raises(ValueError, match="n=0"):
            sampler(z_mean, 0, rng)


# --- classes and attributes


def test_centroids_are_the_means_of_the_classes_in_the_order_of_the_labels():
    z, labels = normal(60, 3), np.repeat([7, 2, 5], 20)
    expected = [z[labels == label].mean(axis=0) for label in (2, 5, 7)]
    np.testing.assert_allclose(latent.centroids(z, labels), expected)
    with pytest.raises(ValueError, match="labels"):
        latent.centroids(z, labels[:-1])
    with pytest.raises(ValueError, match="whole numbers"):
        latent.centroids(z, np.linspace(0, 1, 60))


def test_centroids_of_single_images_and_of_equal_codes_are_these_codes():
    z = normal(3, 2)
    np.testing.assert_array_equal(latent.centroids(z, [2, 0, 1]), z[[1, 2, 0]])
    np.testing.assert_array_equal(latent.centroids(np.ones((4, 2)), [0, 0, 1, 1]), np.ones((2, 2)))
    np.testing.assert_allclose(latent.centroids(z, [5, 5, 5]), [z.mean(axis=0)])


def test_centroids_of_many_float32_codes_lose_no_digits():
    z = np.full((200_000, 1), 1.1, "float32")
    assert latent.centroids(z, np.zeros(len(z), int))[0, 0] == np.float32(1.1)


def test_attribute_vector_finds_the_shift_between_two_groups():
    shift = np.array([1.0, -2.0, 0.5])
    z = normal(50, 3)
    vector = latent.attribute_vector(z + shift, z)
    np.testing.assert_allclose(vector, shift)
    moved = latent.add_attribute(z[0], vector, strengths=(-1, 0, 2))
    np.testing.assert_allclose(moved, [z[0] - shift, z[0], z[0] + 2 * shift])
    with pytest.raises(ValueError, match="vector"):
        latent.add_attribute(z[0], vector[:2])


def test_class_shares_follow_the_nearest_encodings():
    z = np.array([(0.0, 0), (1, 0), (1.2, 0), (9, 9)])
    labels = np.array([2, 0, 0, 3])
    points = np.array([(0.1, 0.0), (0.4, 0), (1.5, 0), (8, 8), (100, 100)])
    np.testing.assert_allclose(latent.class_shares(z, labels, points), [0.2, 0, 0.4, 0.4])
    # Three votes: the two of class 0 outnumber any other; one of each, and the smallest label wins.
    np.testing.assert_allclose(latent.class_shares(z, labels, points, k=3), [1, 0, 0, 0])
    np.testing.assert_allclose(latent.class_shares(z, labels, z[:1], k=2), [1, 0, 0, 0])


def test_class_shares_are_those_of_the_distances_in_full():
    z, points = normal(40, 3), normal(7, 3)
    labels = np.arange(40) % 4
    nearest = np.square(points[:, None] - z).sum(axis=-1).argmin(axis=1)
    expected = np.bincount(labels[nearest], minlength=4) / 7
    np.testing.assert_allclose(latent.class_shares(z, labels, points), expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"labels": np.array([-1, 0])}, "from 0"), ({"k": 3}, "k=3"), ({"points": [[0]]}, "points")],
)
def test_class_shares_refuse_what_does_not_fit(change, words):
    arguments = {"z": np.eye(2), "labels": np.array([0, 1]), "points": np.eye(2)}
    with pytest.raises(ValueError, match=words):
        latent.class_shares(**arguments | change)


def test_random_steps_are_as_long_and_point_anywhere():
    like = np.array([3.0, 0, 4], dtype="float32")
    steps = latent.random_steps(like, 2_000, seed=0)
    np.testing.assert_allclose(np.linalg.norm(steps, axis=1), 5, rtol=1e-5)
    assert np.abs(steps.mean(axis=0)).max() < 0.3
    assert steps.dtype == like.dtype
    assert np.array_equal(steps, latent.random_steps(like, 2_000, seed=0))
    with pytest.raises(ValueError, match="n="):
        latent.random_steps(like, 0)


def test_score_vectors_compare_the_highest_with_the_lowest():
    z, score = normal(50, 3), np.arange(50.0)
    vector = latent.score_vector(z, score, 0.2)
    np.testing.assert_allclose(vector, z[-10:].mean(axis=0) - z[:10].mean(axis=0))
    with pytest.raises(ValueError, match="share="):
        latent.score_vector(z, score, 0.6)
    with pytest.raises(ValueError, match="score"):
        latent.score_vector(z, score[:-1])


def test_a_balanced_vector_leaves_out_what_the_classes_differ_in():
    labels, score = np.repeat([0, 2], [100, 300]), np.tile(np.arange(100.0), 4)
    z = np.stack([score / 100, 10.0 * labels], axis=1)
    np.testing.assert_allclose(latent.balanced_vector(z, score, labels), [0.8, 0], atol=1e-9)
    assert latent.score_vector(z, score - 20 * labels, 0.2)[1] < -1


def test_stepping_stones_go_round_and_in_short_hops():
    angle = np.linspace(0, np.pi, 41)
    half_circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert latent.stepping_stones(half_circle, 0, 40, k=3) == list(range(41))
    assert latent.stepping_stones(half_circle, 5, 5) == [5]
    far = np.concatenate([half_circle, half_circle + 100])
    with pytest.raises(ValueError, match="k=3: no way"):
        latent.stepping_stones(far, 0, 60, k=3)
    for change in ({"start": 41}, {"end": -1}, {"k": 41}):
        with pytest.raises(ValueError, match=next(iter(change))):
            latent.stepping_stones(half_circle, **{"start": 0, "end": 1, **change})


def test_gaps_find_the_hole_in_a_ring():
    angle = np.linspace(0, 2 * np.pi, 400)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = latent.gaps(ring, 6, seed=0)
    assert np.linalg.norm(points[0]) < 0.1  # the centre is emptiest
    nearest = np.linalg.norm(points[:, None] - ring, axis=-1).min(axis=1)
    assert (nearest > 0.2).all()
    assert pdist(points).min() > 0.2  # they do not crowd in one place
    assert np.array_equal(points, latent.gaps(ring, 6, seed=0))
    assert (np.linalg.norm(points, axis=1) < 1).all()  # in the hole, not in the corners outside
    with pytest.raises(ValueError, match="candidates=10"):
        latent.gaps(ring, 11, candidates=10)


@pytest.mark.parametrize("latent_dim", [1, 2, 3, 5])
def test_codes_that_leave_no_room_have_no_gaps(latent_dim):
    with pytest.raises(ValueError, match="z is flat"):
        latent.gaps(np.ones((20, latent_dim)), 1)
    if latent_dim in (2, 3):  # a line has no inside; and fewer points than corners have none
        line = np.linspace(0, 1, 30)[:, None] * np.ones(latent_dim)
        for flat in (line, line[:2]):
            with pytest.raises(ValueError, match="z is flat"):
                latent.gaps(flat, 1)


def test_gaps_name_their_own_argument():
    with pytest.raises(ValueError, match="candidates=0: allowed is a whole number from 1"):
        latent.gaps(normal(20, 2), 1, candidates=0)


def test_principal_directions_find_the_axes_of_a_stretched_cloud():
    z = normal(4000, 3) * (1.0, 5.0, 2.0) + (3.0, 0.0, 0.0)
    mean, directions, deviations = latent.principal_directions(z, 2)
    np.testing.assert_allclose(mean, z.mean(axis=0))
    np.testing.assert_allclose(np.abs(directions), [[0, 1, 0], [0, 0, 1]], atol=0.05)
    np.testing.assert_allclose(deviations, [5, 2], rtol=0.05)
    np.testing.assert_allclose(np.std((z - mean) @ directions.T, axis=0, ddof=1), deviations)
    with pytest.raises(ValueError, match="n=4"):
        latent.principal_directions(z, 4)


# --- the aggregated posterior


@pytest.fixture(scope="module")
def two_clouds():
    z = np.concatenate([normal(3000, 2) * 0.3 + (4, 0), normal(1000, 2, seed=1) - (4, 0)])
    return z, latent.PosteriorMixture(z, n_components=2, seed=0)


def test_aggregated_posterior_samples_like_the_data(two_clouds):
    z, posterior = two_clouds
    drawn = posterior.sample(4000, seed=3)
    assert drawn.shape == (4000, 2)
    assert drawn.dtype == np.float32
    assert np.mean(drawn[:, 0] > 0) == pytest.approx(0.75, abs=0.03)
    right = drawn[drawn[:, 0] > 0]
    np.testing.assert_allclose(np.cov(right, rowvar=False), 0.09 * np.eye(2), atol=0.01)
    for axis in (0, 1):
        assert stats.ks_2samp(drawn[:, axis], z[:, axis]).pvalue > 0.001


def test_aggregated_posterior_has_correlated_components():
    z = normal(4000, 2) @ np.array([[1.0, 0.9], [0.0, 0.4]])
    drawn = latent.PosteriorMixture(z, 1, seed=0).sample(4000, seed=0)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), np.cov(z, rowvar=False), atol=0.08)


def test_aggregated_posterior_obeys_its_seed_and_mixes_its_components(two_clouds):
    _, posterior = two_clouds
    drawn = posterior.sample(50, seed=3)
    assert np.array_equal(drawn, posterior.sample(50, seed=3))
    assert not np.array_equal(drawn, posterior.sample(50, seed=4))
    side = drawn[:, 0] > 0
    assert not np.array_equal(side, np.sort(side))  # not one component after the other
    assert not np.array_equal(side, np.sort(side)[::-1])


def test_aggregated_posterior_density_integrates_to_one(two_clouds):
    _, posterior = two_clouds
    points = latent.grid(200, low=-10, high=10)
    cell = (20 / 199) ** 2
    assert np.exp(posterior.log_density(points)).sum() * cell == pytest.approx(1, abs=1e-3)


def test_aggregated_posterior_refuses_nonsense(two_clouds):
    z, posterior = two_clouds
    with pytest.raises(ValueError, match="n_components=5"):
        latent.PosteriorMixture(z[:4], 5)
    with pytest.raises(ValueError, match="z holds NaN"):
        latent.PosteriorMixture(np.full((4, 2), np.nan), 1)
    with pytest.raises(ValueError, match="n=0"):
        posterior.sample(0)


# --- decoding, and what the module costs


class CountingModel:
    calls = 0

    def decode(self, z):
        self.calls += 1
        return np.repeat(z[:, :1], 6, axis=1).reshape(-1, 2, 3, 1)


def test_decoding_is_one_batch_in_the_points_shape():
    model = CountingModel()
    points = latent.traverse_all(normal(4), [0.0, 1.0, 2.0])
    images = latent.decode(model, points)
    assert model.calls == 1
    assert images.shape == (4, 3, 2, 3, 1)
    np.testing.assert_array_equal(images[0, :, 0, 0, 0], [0, 1, 2])


def test_the_module_is_light():
    code = (
        "import sys, vae_helpers.latent as l; l.sample_prior(2, 2, 0); "
        "print([m for m in ('tensorflow', 'keras', 'sklearn', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_explained_is_the_squared_correlation_and_that_of_a_regression():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(200, 3))
    z[:, 2] = 1.0  # a dimension that never changes
    values = 2 * z[:, 0] - z[:, 1] + rng.normal(size=200)
    alone, together = latent.explained(z, values)
    expected = [np.corrcoef(z[:, d], values)[0, 1] ** 2 for d in (0, 1)]
    np.testing.assert_allclose(alone, [*expected, 0], rtol=1e-9)
    regression = LinearRegression().fit(z, values)
    assert together == pytest.approx(regression.score(z, values))
    with pytest.raises(ValueError, match="values are all the same"):
        latent.explained(z, np.ones(200))


def test_pairs_are_walked_one_by_one():
    z1, z2 = np.random.default_rng(0).normal(size=(2, 4, 3))
    walks = latent.interpolate_pairs(z1, z2, 5, "spherical")
    assert walks.shape == (4, 5, 3)
    for walk, a, b in zip(walks, z1, z2, strict=True):
        np.testing.assert_array_equal(walk, latent.interpolate(a, b, 5, "spherical"))
    with pytest.raises(ValueError, match="z2 has shape"):
        latent.interpolate_pairs(z1, z2[:2], 5)
