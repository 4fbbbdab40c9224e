import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import bernoulli, multivariate_normal, norm

from vae_helpers.metrics import (
    binarize,
    elbo,
    estimate_elbo,
    importance_weighted_log_likelihood,
    kl_divergence,
    reconstruction_error,
)
from vae_helpers.metrics.likelihood import bernoulli_log_likelihood


class LinearGaussian:
    """x = W z + noise: log p(x) and the posterior are known exactly (probabilistic PCA)."""

    def __init__(self, widen=1.0):
        rng = np.random.default_rng(0)
        # Orthogonal columns give a diagonal posterior, which the encoder can then state exactly.
        self.W = np.linalg.qr(rng.normal(size=(6, 2)))[0] * [2.0, 0.7]
        self.noise = 0.4
        self.variance = 1 / (1 + np.diag(self.W.T @ self.W) / self.noise)
        self.widen = widen
        z = rng.normal(size=(40, 2))
        self.x = z @ self.W.T + np.sqrt(self.noise) * rng.normal(size=(40, 6))

    def encode(self, x):
        z_mean = x @ self.W / self.noise * self.variance
        return z_mean, np.broadcast_to(np.log(self.variance * self.widen), z_mean.shape)

    def log_likelihood(self, x, z):
        return norm(z @ self.W.T, np.sqrt(self.noise)).logpdf(x).sum(axis=1)

    def log_evidence(self):
        covariance = self.W @ self.W.T + self.noise * np.eye(6)
        return multivariate_normal(np.zeros(6), covariance).logpdf(self.x)

    def bound(self, k, **options):
        return importance_weighted_log_likelihood(
            self, self.x, k, log_likelihood=self.log_likelihood, **options
        )


class TinyVAE:
    """A Bernoulli decoder of four pixels."""

    W = np.array([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, -1.0, 2.0]])

    def encode(self, images):
        z_mean = images.reshape(len(images), -1)[:, :2].astype(float)
        return z_mean, np.full_like(z_mean, -0.5)

    def decode(self, z):
        return (1 / (1 + np.exp(-z @ self.W))).reshape(len(z), 2, 2, 1).astype(np.float32)


class TinyVAEWithLogits(TinyVAE):
    def decode_logits(self, z):
        return (z @ self.W).reshape(len(z), 2, 2, 1)


@pytest.fixture
def images():
    return binarize(np.full((30, 2, 2, 1), 0.5), seed=0)


def test_with_the_exact_posterior_one_draw_gives_log_p_of_x():
    model = LinearGaussian()
    assert model.bound(1) == pytest.approx(model.log_evidence())
    assert model.bound(7, rows_at_once=3) == pytest.approx(model.log_evidence())


def test_with_a_wrong_posterior_the_bound_rises_to_log_p_of_x():
    model = LinearGaussian(widen=4.0)
    gaps = [(model.log_evidence() - model.bound(k)).mean() for k in (1, 10, 100, 3_000)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0.5
    assert gaps[-1] == pytest.approx(0, abs=0.01)


def test_the_elbo_misses_log_p_of_x_by_the_divergence_of_the_posteriors():
    model = LinearGaussian(widen=4.0)
    estimate = estimate_elbo(model, model.x, 4_000, log_likelihood=model.log_likelihood)
    # Both posteriors have the same mean, and each of the 2 variances is 4 times too large.
    gap = 2 * 0.5 * (4 - 1 - np.log(4))
    assert (model.log_evidence() - estimate).mean() == pytest.approx(gap, abs=0.03)


def test_blocks_change_the_memory_and_not_the_definition(images):
    """One block and many see the same draws only for one image: then the result is the same."""
    model = TinyVAE()
    whole = importance_weighted_log_likelihood(model, images[:1], 1_000)
    parts = importance_weighted_log_likelihood(model, images[:1], 1_000, rows_at_once=7)
    assert parts == pytest.approx(whole, rel=1e-12)


def test_against_a_direct_computation(images):
    model = TinyVAE()
    z_mean, z_log_var = model.encode(images[:1])
    scale = np.exp(z_log_var / 2)
    z = z_mean + scale * np.random.default_rng(5).standard_normal((1, 50, 2))[0]
    pixels = images[:1].reshape(1, 4)
    log_weight = (
        bernoulli(model.decode(z).reshape(50, 4).astype(float)).logpmf(pixels).sum(axis=1)
        + norm.logpdf(z).sum(axis=1)
        - norm(z_mean, scale).logpdf(z).sum(axis=1)
    )
    expected = logsumexp(log_weight) - np.log(50)
    found = importance_weighted_log_likelihood(model, images[:1], 50, seed=5)
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_an_impossible_block_of_draws_does_not_spoil_the_possible_ones():
    """A decoder may call an image impossible under every z of one block, and not of the next."""
    model = LinearGaussian()
    blocks = itertools.count()

    def log_likelihood(x, z):
        possible = next(blocks) % 3 == 1
        return model.log_likelihood(x, z) if possible else np.full(len(x), -np.inf)

    bound = importance_weighted_log_likelihood(
        model, model.x[:1], 9, log_likelihood=log_likelihood, rows_at_once=3
    )
    # With the exact posterior every weight is p(x): three of nine draws have it.
    assert bound == pytest.approx(model.log_evidence()[:1] + np.log(3 / 9))


def test_an_image_that_no_draw_can_explain_has_probability_zero():
    model = LinearGaussian()
    bound = importance_weighted_log_likelihood(
        model, model.x[:2], 5, log_likelihood=lambda x, z: np.full(len(x), -np.inf)
    )
    assert bound.tolist() == [-np.inf, -np.inf]


def test_logits_and_probabilities_agree(images):
    from_logits = importance_weighted_log_likelihood(TinyVAEWithLogits(), images, 20)
    assert from_logits == pytest.approx(
        importance_weighted_log_likelihood(TinyVAE(), images, 20), rel=1e-5
    )


def test_logits_never_take_the_logarithm_of_zero():
    log_likelihood = bernoulli_log_likelihood(TinyVAEWithLogits())
    assert log_likelihood(np.zeros((1, 2, 2, 1)), np.array([[1_000.0, 0.0]]))[0] == pytest.approx(
        -4_500, rel=1e-3
    )


def test_memory_does_not_grow_with_k(images):
    def peak(k):
        tracemalloc.start()
        importance_weighted_log_likelihood(TinyVAE(), images, k, rows_at_once=600)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(5_000) < 1.5 * peak(200)


def test_elbo_is_reconstruction_and_divergence(images):
    z_mean, z_log_var = TinyVAE().encode(images)
    x_hat = TinyVAE().decode(z_mean)
    bce = reconstruction_error(images, x_hat, "bce", per_image=True)
    kl = kl_divergence(z_mean, z_log_var)
    assert elbo(images, x_hat, z_mean, z_log_var) == pytest.approx(-bce - kl)
    assert elbo(images, x_hat, z_mean, z_log_var, beta=3) == pytest.approx(-bce - 3 * kl)
    with pytest.raises(ValueError, match="z_mean has shape"):
        elbo(images, x_hat, z_mean[:5], z_log_var[:5])


def test_binarize_kinds():
    grey = np.tile(np.linspace(0, 1, 11, dtype=np.float32), (5_000, 1))
    for kind in ("dynamic", "static"):
        white = binarize(grey, kind)
        assert set(np.unique(white)) == {0, 1}
        assert white.dtype == np.float32
        assert white.mean(axis=0) == pytest.approx(grey[0], abs=0.04)
        assert (white[:, 0] == 0).all()
        assert (white[:, -1] == 1).all()
    assert (binarize(grey, "static") == binarize(grey, "static")).all()
    assert (binarize(grey, seed=1) == binarize(grey, seed=1)).all()
    assert (binarize(grey) != binarize(grey)).any()
    assert binarize(grey, "threshold")[0].tolist() == [0] * 5 + [1] * 6


@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "many"])
def test_bad_k_is_named(images, bad):
    with pytest.raises(ValueError, match=f"k={bad!r}"):
        importance_weighted_log_likelihood(TinyVAE(), images, bad)


def test_bad_images_and_models_are_named(images):
    with pytest.raises(ValueError, match=r"images has values from 0\.0 to 255\.0"):
        importance_weighted_log_likelihood(TinyVAE(), images * 255, 1)
    with pytest.raises(ValueError, match="kind='grey'"):
        binarize(images, "grey")

    class Plain:
        def encode(self, images):
            return images.reshape(len(images), -1)

    with pytest.raises(ValueError, match="allowed is a VAE"):
        importance_weighted_log_likelihood(Plain(), images, 1)
