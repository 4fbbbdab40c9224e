"""Bounds on log p(x), the likelihood of images under a VAE; all in nats per image."""

import numpy as np

from vae_helpers.metrics import _checks
from vae_helpers.metrics.divergence import kl_divergence
from vae_helpers.metrics.reconstruction import EPSILON, reconstruction_error

BINARIZATIONS = ("dynamic", "static", "threshold")

# The one draw that "static" stands for.
STATIC_SEED = 20_091


def binarize(images, kind="dynamic", seed=None):
    """Make grey images black and white, because only those have a Bernoulli likelihood.

    Args:
        images: (n, …) with pixels in [0, 1], read as probabilities of white.
        kind: "dynamic", a new draw at every call (what the IWAE paper trains and tests on);
            "static", one draw, the same for ever (it depends on the shape and order of the
            images, and is not the file that other papers share); or "threshold", white from 0.5.
            Results under different kinds cannot be compared.
        seed: of a "dynamic" draw; None draws afresh.

    Returns:
        float32 zeros and ones of the same shape.

    Raises:
        ValueError: for an unknown kind or pixels outside [0, 1].
    """
    _checks.one_of(kind, "kind", BINARIZATIONS)
    images = _checks.pixels(images, "images")
    if kind == "threshold":
        return (images >= 0.5).astype(np.float32)
    rng = np.random.default_rng(STATIC_SEED if kind == "static" else seed)
    white = np.empty(images.shape, dtype=np.float32)
    for rows in _checks.blocks(len(images)):
        white[rows] = rng.random(images[rows].shape) < images[rows]
    return white


def elbo(x, x_hat, z_mean, z_log_var, beta=1.0):
    """Return the evidence lower bound of each image: log p(x|z) − β KL(q(z|x) ‖ p(z)).

    Args:
        x: images (n, …); black and white if the bound is to be one on a likelihood.
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
    _checks.same_shape(log_likelihood, kl, "x", "z_mean")
    return log_likelihood - beta * kl


def estimate_elbo(model, images, samples=1, seed=0, log_likelihood=None, rows_at_once=5_000):
    """Estimate the evidence lower bound of each image with ``samples`` draws of z and the exact KL.

    Arguments, return value and errors are those of :func:`importance_weighted_log_likelihood`.
    """
    draws = _Draws(model, images, samples, seed, log_likelihood, rows_at_once)
    total = np.zeros(len(draws.images))
    for rows, log_p_x_given_z, _ in draws:
        total[rows] += log_p_x_given_z.sum(axis=1)
    return total / draws.k - kl_divergence(draws.z_mean, draws.z_log_var)


def importance_weighted_log_likelihood(
    model, images, k=5_000, seed=0, log_likelihood=None, rows_at_once=5_000
):
    """Bound log p(x) of each image from below with ``k`` importance samples.

    log 1/k Σᵢ p(x|zᵢ) p(zᵢ) / q(zᵢ|x), with zᵢ drawn from the posterior q(z|x). At k = 1 it is
    the ELBO in expectation; it rises with k towards log p(x) (Burda et al. 2016,
    https://arxiv.org/abs/1509.00519). Minus its mean over images is the NLL of the papers, who
    use k = 5,000; say k and the binarisation beside it.

    Memory does not grow with k: the sum runs over blocks of draws.

    Args:
        model: has ``encode(images) -> (z_mean, z_log_var)`` and either ``decode_logits(z)`` or
            ``decode(z)`` with probabilities in [0, 1] (which are kept 1e-7 away from 0 and 1).
        images: (n, …), black and white: for grey pixels there is no Bernoulli likelihood, and the
            number that comes out is none.
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
    largest = np.full(len(draws.images), -np.inf)
    total = np.zeros(len(draws.images))
    for rows, log_p_x_given_z, log_ratio in draws:
        log_weight = log_p_x_given_z + log_ratio
        # A running log-sum-exp: whenever a larger weight turns up, scale what there is down.
        new_largest = np.maximum(largest[rows], log_weight.max(axis=1))
        total[rows] *= np.exp(largest[rows] - new_largest)
        total[rows] += np.exp(log_weight - new_largest[:, None]).sum(axis=1)
        largest[rows] = new_largest
    return largest + np.log(total) - np.log(draws.k)


class _Draws:
    """Draws of z from the posteriors of images, in blocks of bounded size.

    Iterating gives (rows, log p(x|z), log p(z) − log q(z|x)), both (images, draws) in the block.
    """

    def __init__(self, model, images, k, seed, log_likelihood, rows_at_once):
        self.k = _checks.whole_number(k, "k")
        self.rows_at_once = _checks.whole_number(rows_at_once, "rows_at_once")
        self.images = _checks.finite(images, "images")
        if log_likelihood is None:
            _checks.pixels(images, "images")
            log_likelihood = bernoulli_log_likelihood(model)
        self.log_likelihood = log_likelihood
        codes = model.encode(self.images)
        if not isinstance(codes, tuple | list) or len(codes) != 2:
            raise ValueError("model.encode(images) gives no (z_mean, z_log_var): expected a VAE")
        self.z_mean, self.z_log_var = (np.asarray(code, np.float64) for code in codes)
        self.rng = np.random.default_rng(seed)

    def __iter__(self):
        n_images = min(len(self.images), 100, self.rows_at_once)
        n_draws = max(1, self.rows_at_once // n_images)
        for rows in _checks.blocks(len(self.images), n_images):
            for draws in _checks.blocks(self.k, n_draws):
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


def bernoulli_log_likelihood(model):
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
