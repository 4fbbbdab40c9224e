import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vae_helpers.metrics import (
    active_units,
    aggregated_posterior,
    elbo_surgery,
    gaussian_kl,
    kl_divergence,
    kl_per_dimension,
    log_aggregated_posterior,
    mutual_information,
)


@pytest.fixture
def posterior():
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 3)), rng.normal(-1, 0.5, size=(50, 3))


def test_kl_is_zero_at_the_prior_alone():
    zero = np.zeros((1, 1))
    assert kl_divergence(zero, zero) == 0
    assert kl_divergence(zero + 1, zero) == 0.5
    # With σ = 2: ½ (4 − 1 − log 4). Taking z_log_var for log σ, or for σ, gives something else.
    assert kl_divergence(zero, zero + np.log(4)) == pytest.approx(0.5 * (3 - np.log(4)))


def test_kl_against_numerical_integration(posterior):
    z_mean, z_log_var = (part[:5, :1] for part in posterior)
    z = np.linspace(-12, 12, 20_001)
    log_q = stats.norm(z_mean, np.exp(z_log_var / 2)).logpdf(z)
    integral = np.trapezoid(np.exp(log_q) * (log_q - stats.norm.logpdf(z)), z)
    assert kl_divergence(z_mean, z_log_var) == pytest.approx(integral, abs=1e-9)


def test_kl_against_monte_carlo(posterior):
    z_mean, z_log_var = (part[:1] for part in posterior)
    q = stats.norm(z_mean, np.exp(z_log_var / 2))
    z = q.rvs(size=(200_000, 3), random_state=0)
    draws = (q.logpdf(z) - stats.norm.logpdf(z)).sum(axis=1)
    error = draws.std() / np.sqrt(len(draws))
    assert kl_divergence(z_mean, z_log_var)[0] == pytest.approx(draws.mean(), abs=4 * error)


def test_dimensions_add_up(posterior):
    per_dimension = kl_per_dimension(*posterior)
    assert per_dimension.shape == (50, 3)
    assert per_dimension.sum(axis=1) == pytest.approx(kl_divergence(*posterior))


def test_tiny_divergences_keep_their_digits():
    small = np.full((1, 1), 1e-9)
    assert kl_divergence(small * 0, small)[0] == pytest.approx(0.25e-18, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    st.floats(-30, 30), st.floats(-30, 30), st.sampled_from([np.float16, np.float32, np.float64])
)
def test_kl_is_never_negative_and_always_double(mean, log_var, dtype):
    kl = kl_divergence(np.full((2, 3), mean, dtype), np.full((2, 3), log_var, dtype))
    assert kl.dtype == np.float64
    assert (kl >= 0).all()


def test_active_units_counts_what_varies():
    rng = np.random.default_rng(0)
    z_mean = rng.normal(size=(2_000, 4)) * [1, 0.5, 0.09, 0] + 7
    assert active_units(z_mean) == 2
    assert active_units(z_mean, threshold=0.005) == 3


def test_aggregated_posterior_has_the_moments_of_its_draws(posterior):
    z_mean, z_log_var = posterior
    rng = np.random.default_rng(1)
    z = rng.normal(z_mean, np.exp(z_log_var / 2), size=(20_000, *z_mean.shape)).reshape(-1, 3)
    summary = aggregated_posterior(*posterior)
    assert summary.mean == pytest.approx(z.mean(axis=0), abs=0.01)
    assert summary.covariance == pytest.approx(np.cov(z.T), abs=0.01)
    assert summary.kl_to_prior == pytest.approx(gaussian_kl(z.mean(axis=0), np.cov(z.T)), abs=0.01)


def test_aggregated_posterior_can_be_the_prior():
    rng = np.random.default_rng(0)
    z_mean = rng.normal(size=(100_000, 2)) * np.sqrt(0.75)
    assert aggregated_posterior(z_mean, np.full_like(z_mean, np.log(0.25))).kl_to_prior < 1e-3


def test_gaussian_kl_agrees_with_the_diagonal_formula_and_with_rotations(posterior):
    z_mean, z_log_var = (part[0] for part in posterior)
    diagonal = gaussian_kl(z_mean, np.diag(np.exp(z_log_var)))
    assert diagonal == pytest.approx(kl_divergence(z_mean[None], z_log_var[None])[0])
    Q = stats.ortho_group.rvs(3, random_state=0)
    rotated = gaussian_kl(Q @ z_mean, Q @ np.diag(np.exp(z_log_var)) @ Q.T)
    assert rotated == pytest.approx(diagonal)


def test_mutual_information_of_a_gaussian_channel():
    # z = x + noise: ½ log(1 + signal / noise), known exactly.
    z_mean = np.random.default_rng(1).normal(size=(3_000, 1)) * 2
    z_log_var = np.full_like(z_mean, np.log(0.25))
    assert mutual_information(z_mean, z_log_var) == pytest.approx(0.5 * np.log(17), abs=0.05)


def test_mutual_information_near_log_n_says_that_it_is_only_a_bound():
    rng = np.random.default_rng(2)
    z_mean = rng.normal(size=(2_000, 10)) * 2
    z_log_var = np.full_like(z_mean, np.log(0.1))
    truth = 10 * 0.5 * np.log1p(4 / 0.1)  # 18.6 nats, where log n is 7.6
    information = mutual_information(z_mean, z_log_var)
    assert information < np.log(2_000) < truth
    assert information.capped
    assert information.limit == pytest.approx(np.log(2_000))
    assert information.at_most == pytest.approx(truth, abs=0.2)
    assert str(information) == f"{float(information):.2f} to {information.at_most:.2f}"


def test_mutual_information_far_below_log_n_is_a_number():
    z_mean = np.random.default_rng(1).normal(size=(3_000, 1)) * 2
    information = mutual_information(z_mean, np.full_like(z_mean, np.log(0.25)))
    assert not information.capped
    assert str(information) == f"{float(information):.2f}"
    assert information <= information.at_most
    copied = pickle.loads(pickle.dumps(information))
    assert (copied, copied.limit, copied.at_most) == (
        information, information.limit, information.at_most,
    )  # fmt: skip


def test_mutual_information_has_its_two_limits():
    z_mean = np.arange(200.0)[:, None] * 100
    zeros = np.zeros_like(z_mean)
    assert mutual_information(z_mean, zeros) == pytest.approx(np.log(200))
    assert mutual_information(zeros, zeros) == pytest.approx(0, abs=1e-12)


def test_mean_kl_splits_into_information_and_distance_to_the_prior():
    rng = np.random.default_rng(1)
    z_mean = rng.normal(size=(4_000, 2)) * [1.5, 0.2] + [0.5, 0]
    z_log_var = np.broadcast_to(np.log([0.3, 0.9]), z_mean.shape)
    # Gaussian means and equal variances make q(z) Gaussian, so that its KL is exact.
    expected = (
        mutual_information(z_mean, z_log_var) + aggregated_posterior(z_mean, z_log_var).kl_to_prior
    )
    assert kl_divergence(z_mean, z_log_var).mean() == pytest.approx(expected, abs=0.05)


def test_elbo_surgery_cuts_the_kl_term_in_two(posterior):
    z_mean, z_log_var = posterior
    noise = np.random.default_rng(0).standard_normal(z_mean.shape)
    z = z_mean + np.exp(z_log_var / 2) * noise
    information, to_prior = elbo_surgery(z, z_mean, z_log_var)
    assert information == pytest.approx(mutual_information(z_mean, z_log_var, seed=0))
    own = stats.norm.logpdf(z, z_mean, np.exp(z_log_var / 2)) - stats.norm.logpdf(z)
    assert information + to_prior == pytest.approx(own.sum(axis=1).mean())
    few, _ = elbo_surgery(z[:5], z_mean, z_log_var)
    log_q = log_aggregated_posterior(z[:5], z_mean, z_log_var)
    own = stats.norm.logpdf(z[:5], z_mean[:5], np.exp(z_log_var[:5] / 2)).sum(axis=1)
    assert few == pytest.approx(np.mean(own - log_q))
    with pytest.raises(ValueError, match="z has"):
        elbo_surgery(z, z_mean[:3], z_log_var[:3])


def test_log_aggregated_posterior_is_a_mixture(posterior):
    z = np.random.default_rng(2).normal(size=(1_203, 3)) * 2  # more than one block
    parts = [stats.norm(m, np.exp(v / 2)) for m, v in zip(*posterior, strict=True)]
    density = np.mean([part.pdf(z).prod(axis=1) for part in parts], axis=0)
    assert log_aggregated_posterior(z, *posterior) == pytest.approx(np.log(density), abs=1e-9)


def test_log_aggregated_posterior_integrates_to_one_and_stays_finite_far_away():
    z_mean, z_log_var = np.array([[-1.0], [2.0]]), np.array([[-2.0], [1.0]])
    z = np.linspace(-20, 20, 40_001)
    density = np.exp(log_aggregated_posterior(z[:, None], z_mean, z_log_var))
    assert np.trapezoid(density, z) == pytest.approx(1, abs=1e-6)
    far = log_aggregated_posterior([[1_000.0]], z_mean, z_log_var)[0]
    expected = stats.norm(2, np.exp(0.5)).logpdf(1_000) - np.log(2)
    assert far == pytest.approx(expected)


def test_log_aggregated_posterior_names_bad_points(posterior):
    with pytest.raises(ValueError, match=r"z has shape \(4, 2\): allowed is \(n, 3\)"):
        log_aggregated_posterior(np.zeros((4, 2)), *posterior)


@pytest.mark.parametrize(
    ("z_mean", "z_log_var", "message"),
    [
        (np.zeros(3), np.zeros(3), r"z_mean has shape \(3,\)"),
        (np.zeros((2, 3)), np.zeros((2, 4)), r"z_log_var has shape \(2, 4\)"),
        (np.zeros((2, 3)), np.full((2, 3), np.inf), "z_log_var holds NaN or infinity"),
        (
            np.zeros((0, 3)),
            np.zeros((0, 3)),
            r"z_mean has shape \(0, 3\): allowed is \(n, latent_dim\), n from ",
        ),
    ],
)
def test_bad_posteriors_are_named(z_mean, z_log_var, message):
    for metric in (kl_divergence, aggregated_posterior, mutual_information):
        with pytest.raises(ValueError, match=message):
            metric(z_mean, z_log_var)


def test_bad_moments_are_named():
    with pytest.raises(ValueError, match=r"latent_dim\), n from 2"):
        active_units(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="not positive definite"):
        gaussian_kl(np.zeros(2), np.diag([1, 0]))
    with pytest.raises(ValueError, match="covariance has shape"):
        gaussian_kl(np.zeros(2), np.eye(3))
