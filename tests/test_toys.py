"""The bead on a wire, against the formulas of the straight one."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from vae_helpers import toys

PHOTO = np.array([1.5, 0.2])
GRID = np.linspace(-6, 6, 2401)
W = np.array([1.0, 0.5])


def log_p(x, noise=toys.NOISE):
    return multivariate_normal.logpdf(x, np.zeros(2), np.outer(W, W) + noise**2 * np.eye(2))


def test_the_grid_finds_the_evidence_and_the_posterior_of_the_formula():
    log_evidence, density = toys.posterior(
        toys.log_joint(toys.straight, PHOTO, GRID), GRID[1] - GRID[0]
    )
    mean, std = toys.gaussian_posterior(PHOTO)
    assert log_evidence == pytest.approx(log_p(PHOTO))
    np.testing.assert_allclose(density, norm.pdf(GRID, mean, std), atol=1e-9)


def test_the_evidence_of_an_image_does_not_underflow():
    log_evidence, density = toys.posterior([-1_000.0, -1_001.0], 0.5)
    assert log_evidence == pytest.approx(-1_000 + np.log(0.5 * (1 + np.exp(-1))))
    assert density.sum() * 0.5 == pytest.approx(1)


@pytest.mark.parametrize("noise", [0.3, 0.5, 2.0])
def test_the_elbo_of_the_posterior_is_log_p_whatever_the_draws(noise):
    mean, std = toys.gaussian_posterior(PHOTO, noise)
    joint = partial(toys.log_joint, toys.straight, PHOTO, noise=noise)
    assert toys.elbo(joint, mean, std, np.random.default_rng(0), 3) == pytest.approx(
        log_p(PHOTO, noise)
    )
    assert toys.exact_elbo(joint, mean, std) == pytest.approx(log_p(PHOTO, noise))


def test_any_other_q_is_short_by_its_divergence_from_the_posterior():
    mean, std = toys.gaussian_posterior(PHOTO)
    joint = partial(toys.log_joint, toys.straight, PHOTO)
    m, s = 0.4, 0.9
    kl = np.log(std / s) + (s**2 + (m - mean) ** 2) / (2 * std**2) - 0.5
    assert toys.exact_elbo(joint, m, s) == pytest.approx(log_p(PHOTO) - kl)
    drawn = toys.elbo(joint, m, s, np.random.default_rng(0), 100_000)
    assert drawn == pytest.approx(log_p(PHOTO) - kl, abs=0.05)


def test_photos_have_the_moments_of_the_model():
    photos = toys.sample_photos(toys.straight, 0.5, 200_000, np.random.default_rng(0))
    np.testing.assert_allclose(photos.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(photos.T), np.outer(W, W) + 0.25 * np.eye(2), atol=0.02)
    again = toys.sample_photos(toys.straight, 0.5, 200_000, np.random.default_rng(0))
    np.testing.assert_array_equal(photos, again)


def test_the_ends_of_the_ring_meet():
    points = toys.ring([-np.pi / 2, 0, np.pi / 2])
    np.testing.assert_allclose(points, [[-2, 0], [2, 0], [-2, 0]], atol=1e-12)


def test_a_normal_curve_on_one_bump_of_two_is_short_by_log_2():
    joint = partial(toys.log_joint, toys.ring, np.array([-2.0, 0.0]))
    log_evidence, _ = toys.posterior(joint(GRID), GRID[1] - GRID[0])
    best = max(
        toys.exact_elbo(joint, m, s)
        for m in np.linspace(1.4, 1.7, 13)
        for s in (0.1, 0.11, 0.12, 0.13)
    )
    assert log_evidence - best == pytest.approx(np.log(2), abs=0.02)
