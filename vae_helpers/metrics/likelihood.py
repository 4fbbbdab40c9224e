"""Bounds on log p(x), the likelihood of images under a VAE; all in nats per image."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from vae_helpers import _arguments
from vae_helpers.metrics import _samples
from vae_helpers.metrics.divergence import kl_divergence
from vae_helpers.metrics.reconstruction import EPSILON, reconstruction_error

BINARIZATIONS = ("dynamic", "static", "threshold")

# From images (m, …) and points z (m, latent_dim) to log p(x|z) (m,), in nats.
LogLikelihood = Callable[[np.ndarray, np.ndarray], np.ndarray]

# The one draw that "static" stands for.
STATIC_SEED = 20_091


def binarize(
    images: ArrayLike,
    kind: Literal["dynamic", "static", "threshold"] = "dynamic",
    seed: int | None = None,
) -> np.ndarray:
    """Make grey images black and white: the coins whose likelihood a Bernoulli decoder gives.

    Args:
        images: (n, …) with pixels in [0, 1], read as probabilities of white.
        kind: "dynamic", a new draw at every call (what Burda et al. 2016 train and test on,
            https://arxiv.org/abs/1509.00519, the protocol of Salakhutdinov and Murray 2008);
            "static", one draw, the same for ever (it depends on the shape and order of the
            images, and is not the file that other papers share); or "threshold", white from 0.5.
            Results under different kinds cannot be compared.
        seed: of a "dynamic" draw; None draws afresh.

    Returns:
        float32 zeros and ones of the same shape.

    Raises:
        ValueError: for an unknown kind or pixels outside [0, 1].
    """
    _arguments.one_of(kind, "kind", BINARIZATIONS)
    images = _arguments.pixels(images, "images")
    if kind == "threshold":
        return (images >= 0.5).astype(np.float32)
    rng = np.random.default_rng(STATIC_SEED if kind == "static" else seed)
    white = np.empty(images.shape, dtype=np.float32)
    for rows in _samples.blocks(len(images)):
        white[rows] = rng.random(images[rows].shape) < images[rows]
    return white


def elbo(
    x: ArrayLike,
    x_hat: ArrayLike,
    z_mean: ArrayLike,
    z_log_var: ArrayLike,
    beta: float = 1.0,
) -> np.ndarray:
    """Return the evidence lower bound of each image: log p(x|z) − β KL(q(z|x) ‖ p(z)).

    Args:
        x: images (n, …). Black and white: a bound on their log-likelihood. Grey: one on the mean
            log-likelihood of black and white images, tossed with the grey values as probabilities.
        x_hat: decoded probabilities of the same shape, from one z drawn for each image.
        z_mean: posterior means (n, latent_dim).
        z_log_var: logarithms of the posterior variances (n, latent_dim).
        beta: 1 for the bound; anything else gives the objective of a β-VAE, no bound.

    Returns:
        float64 (n,), nats. The mean over images and draws is the bound.

    Raises:
        ValueError: for shapes that do not belong together, or pixels outside [0, 1].
    """
    log_likelihood = -reconstruction_error(x, x_hat, kind="bce", per_image=True)
    kl = kl_divergence(z_mean, z_log_var)
    _arguments.same_shape(log_likelihood, kl, "x", "z_mean")
    return log_likelihood - beta * kl


def estimate_elbo(
    model: Any,
    images: ArrayLike,
    samples: int = 1,
    seed: int | None = 0,
    log_likelihood: LogLikelihood | None = None,
    rows_at_once: int = 5_000,
) -> np.ndarray:
    """Estimate the evidence lower bound of each image with ``samples`` draws of z and the exact KL.

    Arguments, return value and errors are those of :func:`importance_weighted_log_likelihood`.
    """
    draws = _Draws(model, images, samples, seed, log_likelihood, rows_at_once)
    total = np.zeros(len(draws.images))
    for rows, log_p_x_given_z, _ in draws:
        total[rows] += log_p_x_given_z.sum(axis=1)
    return total / draws.k - kl_divergence(draws.z_mean, draws.z_log_var)


def importance_weighted_log_likelihood(
    model: Any,
    images: ArrayLike,
    k: int = 5_000,
    seed: int | None = 0,
    log_likelihood: LogLikelihood | None = None,
    rows_at_once: int = 5_000,
) -> np.ndarray:
    """Bound log p(x) of each image from below with ``k`` importance samples.

    log 1/k Σᵢ p(x|zᵢ) p(zᵢ) / q(zᵢ|x), with zᵢ drawn from the posterior q(z|x). At k = 1 it is
    the ELBO in expectation; it rises with k towards log p(x) (Burda et al. 2016,
    https://arxiv.org/abs/1509.00519). Minus its mean over images is the NLL of the papers, who
    use k = 5,000; say k and the binarisation beside it.

    Memory does not grow with k: the sum runs over blocks of draws.

    Args:
        model: has ``encode(images) -> (z_mean, z_log_var)`` and either ``decode_logits(z)`` or
            ``decode(z)`` with probabilities in [0, 1] (which are kept 1e-7 away from 0 and 1).
        images: (n, …), black and white. A Bernoulli decoder has no density of grey pixels; with one
            draw, grey pixels give a bound for the mean over coins tossed with them.
        k: draws for each image.
        seed: of the draws.
        log_likelihood: a function of (images (m, …), z (m, latent_dim)) that returns
            log p(x|z) (m,), for decoders that are not Bernoulli.
        rows_at_once: images are decoded in portions of at most this many.

    Returns:
        float64 (n,), nats.

    Raises:
        ValueError: for k below 1, NaN, or pixels outside [0, 1] with the Bernoulli likelihood.
    """
    draws = _Draws(model, images, k, seed, log_likelihood, rows_at_once)
    log_total = np.full(len(draws.images), -np.inf)
    for rows, log_p_x_given_z, log_ratio in draws:
        log_weights = logsumexp(log_p_x_given_z + log_ratio, axis=1)
        log_total[rows] = np.logaddexp(log_total[rows], log_weights)
    return log_total - np.log(draws.k)


class _Draws:
    """Draws of z from the posteriors of images, in blocks of bounded size.

    Iterating gives (rows, log p(x|z), log p(z) − log q(z|x)), both (images, draws) in the block.
    """

    def __init__(self, model, images, k, seed, log_likelihood, rows_at_once):
        self.k = _arguments.whole_number(k, "k")
        self.rows_at_once = _arguments.whole_number(rows_at_once, "rows_at_once")
        self.images = _arguments.finite(images, "images")
        if log_likelihood is None:
            _arguments.pixels(images, "images")
            log_likelihood = bernoulli_log_likelihood(model)
        self.log_likelihood = log_likelihood
        codes = model.encode(self.images)
        if not isinstance(codes, tuple | list) or len(codes) != 2:
            raise ValueError("model.encode(images) gives no (z_mean, z_log_var): allowed is a VAE")
        self.z_mean, self.z_log_var = (np.asarray(code, np.float64) for code in codes)
        self.rng = np.random.default_rng(seed)

    def __iter__(self):
        n_images = min(len(self.images), 100, self.rows_at_once)
        n_draws = max(1, self.rows_at_once // n_images)
        for rows in _samples.blocks(len(self.images), n_images):
            for draws in _samples.blocks(self.k, n_draws):
                yield rows, *self._block(rows, draws.stop - draws.start)

    def _block(self, rows, n_draws):
        mean, log_var = self.z_mean[rows, None], self.z_log_var[rows, None]
        noise = self.rng.standard_normal((len(mean), n_draws, mean.shape[-1]))
        z = mean + np.exp(0.5 * log_var) * noise
        # The −½ log 2π of both densities cancels.
        log_ratio = 0.5 * (np.square(noise) + log_var - np.square(z)).sum(axis=-1)
        images = np.repeat(self.images[rows], n_draws, axis=0)
        log_p = self.log_likelihood(images, z.reshape(-1, z.shape[-1]))
        return np.asarray(log_p, np.float64).reshape(log_ratio.shape), log_ratio


def bernoulli_log_likelihood(model: Any) -> LogLikelihood:
    """Return the function (images, z) -> log p(x|z) of a decoder with Bernoulli pixels."""
    if not hasattr(model, "decode_logits"):
        return lambda images, z: (
            -reconstruction_error(images, model.decode(z), "bce", per_image=True, epsilon=EPSILON)
        )

    def from_logits(images, z):
        logits = np.asarray(model.decode_logits(z), np.float64).reshape(len(z), -1)
        targets = images.reshape(len(images), -1)
        # log(1 + e^l) without overflow is logaddexp(0, l).
        return (targets * logits - np.logaddexp(0, logits)).sum(axis=1)

    return from_logits
