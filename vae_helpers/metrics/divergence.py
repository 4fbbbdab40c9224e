"""How far the codes of a VAE are from its prior N(0, I), and what they know; all in nats."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.metrics import _samples

BLOCK_PAIRS = 2_000_000  # of a point and a posterior, which are worked on at a time: 16 MB


def kl_per_dimension(z_mean: ArrayLike, z_log_var: ArrayLike) -> np.ndarray:
    """Return KL(N(z_mean, exp(z_log_var)) ‖ N(0, 1)) of every dimension of every image.

    ½ (μ² + σ² − 1 − log σ²), with σ² = exp(z_log_var): zero only at μ = 0, σ = 1
    (Kingma and Welling 2014, appendix B, https://arxiv.org/abs/1312.6114).

    Args:
        z_mean: posterior means (n, latent_dim).
        z_log_var: logarithms of the posterior *variances* (n, latent_dim).

    Returns:
        float64 (n, latent_dim), nats. Its mean over images shows which dimensions are in use.

    Raises:
        ValueError: for different shapes, a wrong rank, no images, NaN or infinity.
    """
    z_mean, z_log_var = _posterior(z_mean, z_log_var)
    # exp(a) − 1 − a loses all its digits near a = 0; expm1 keeps them.
    return 0.5 * (np.square(z_mean) + np.expm1(z_log_var) - z_log_var)


def kl_divergence(z_mean: ArrayLike, z_log_var: ArrayLike) -> np.ndarray:
    """Return the KL divergence of each image's posterior to N(0, I), float64 (n,), nats.

    The sum of :func:`kl_per_dimension` over dimensions; same arguments and errors.
    """
    return kl_per_dimension(z_mean, z_log_var).sum(axis=1)


def active_units(z_mean: ArrayLike, threshold: float = 0.01) -> int:
    """Count the latent dimensions whose posterior mean varies from image to image.

    A dimension is active if the variance of z_mean over the data exceeds ``threshold``
    (Burda et al. 2016, https://arxiv.org/abs/1509.00519). An inactive one carries nothing: its
    posterior has collapsed onto the prior.

    Args:
        z_mean: posterior means (n, latent_dim), n >= 2.
        threshold: the variance above which a dimension counts.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images, NaN or infinity.
    """
    return int(
        (_arguments.matrix(z_mean, "z_mean", "latent_dim", least=2).var(axis=0) > threshold).sum()
    )


@dataclass(frozen=True)
class AggregatedPosterior:
    """The mixture q(z) of all posteriors, by its first two moments.

    ``mean`` (latent_dim,), ``covariance`` (latent_dim, latent_dim), and ``kl_to_prior``: the KL
    divergence, in nats, of the Gaussian with these moments to N(0, I).
    """

    mean: np.ndarray
    covariance: np.ndarray
    kl_to_prior: float


def aggregated_posterior(z_mean: ArrayLike, z_log_var: ArrayLike) -> AggregatedPosterior:
    """Summarise the mixture of all posteriors, which sampling hopes to be N(0, I).

    Its mean is the mean of the means; its covariance is the covariance of the means plus the
    mean of the variances (law of total variance; the data set is taken as the population, so
    nothing is divided by n − 1). Of all distributions with these moments the Gaussian is the
    nearest to the prior, so ``kl_to_prior`` bounds KL(q(z) ‖ p(z)) from below: the term that
    Hoffman and Johnson 2016 ("ELBO surgery") and Makhzani et al. 2015
    (https://arxiv.org/abs/1511.05644) look at.

    Args:
        z_mean: posterior means (n, latent_dim), n >= 2.
        z_log_var: logarithms of the posterior variances (n, latent_dim).

    Raises:
        ValueError: as :func:`kl_per_dimension`.
    """
    z_mean, z_log_var = _posterior(z_mean, z_log_var, least=2)
    mean = z_mean.mean(axis=0)
    centred = z_mean - mean
    covariance = centred.T @ centred / len(z_mean) + np.diag(np.exp(z_log_var).mean(axis=0))
    return AggregatedPosterior(mean, covariance, gaussian_kl(mean, covariance))


def gaussian_kl(mean: ArrayLike, covariance: ArrayLike) -> float:
    """Return KL(N(mean, covariance) ‖ N(0, I)) = ½ (|μ|² + tr S − d − log det S), nats.

    The closed form for two Gaussians (Kullback 1959, "Information Theory and Statistics",
    chapter 9), with the second one standard; with a diagonal S it is :func:`kl_divergence`.

    Args:
        mean: μ (d,).
        covariance: S (d, d), positive definite.

    Returns:
        A float, at least 0.

    Raises:
        ValueError: for wrong shapes, NaN or infinity, or a covariance that is not positive
            definite, whose divergence is infinite.
    """
    mean = _arguments.row(mean, "mean", "d")
    covariance = _arguments.numbers(covariance, "covariance", (len(mean), len(mean)))
    try:
        factor = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise ValueError("covariance is not positive definite: its KL is infinite") from None
    log_det = 2 * np.log(np.diag(factor)).sum()
    kl = 0.5 * (mean @ mean + np.trace(covariance) - len(mean) - log_det)
    return max(0.0, float(kl))


class Information(float):
    """A mutual information in nats that knows how far it can be believed.

    It is a float, the estimate, and prints as "5.35"; or as "9.06 to 17.82" where the estimate
    is within a nat of what n images can show at all, so that only its bounds are known.

    Attributes:
        limit: log n, the most that the estimate can be.
        at_most: what the information is at most, whatever n.
    """

    def __new__(cls, value: float, limit: float, at_most: float) -> Self:
        """Wrap ``value``, and keep what bounds it beside it."""
        information = super().__new__(cls, value)
        information.limit, information.at_most = float(limit), max(float(value), float(at_most))
        return information

    @property
    def capped(self) -> bool:
        """Whether the estimate is within a nat of its limit: then the truth may be far above."""
        return self.limit - float(self) < 1

    def __getnewargs__(self):
        return float(self), self.limit, self.at_most

    def __str__(self):
        return f"{float(self):.2f} to {self.at_most:.2f}" if self.capped else f"{float(self):.2f}"

    def __repr__(self):
        return f"Information({float(self)!r}, limit={self.limit!r}, at_most={self.at_most!r})"


def mutual_information(
    z_mean: ArrayLike, z_log_var: ArrayLike, seed: int | None = 0
) -> Information:
    """Estimate how much a code tells about its image: I(x; z) = E log q(z|x) / q(z), nats.

    One z is drawn from each posterior, and q(z) is the mixture of the n posteriors given
    (Hoffman and Johnson 2016, "ELBO surgery"). Over these n images the mean KL to the prior is
    I(x; z) + KL(q(z) ‖ p(z)).

    The estimate knows n images only: who tells n images apart has told log n nats, 9.2 at
    n = 10,000, and no more can be seen. It bounds the information about all images from below
    (van den Oord et al. 2018, https://arxiv.org/abs/1807.03748), closely where it is far below
    log n. Its upper bound is the mean KL less the part of KL(q(z) ‖ p(z)) that the moments show,
    see :func:`aggregated_posterior`. Time grows with n², memory does not.

    Args:
        z_mean: posterior means (n, latent_dim), n >= 2.
        z_log_var: logarithms of the posterior variances (n, latent_dim).
        seed: of the draws.

    Returns:
        An :class:`Information`, a float with its bounds: print it, and they are said where they
        matter.

    Raises:
        ValueError: as :func:`kl_per_dimension`.
    """
    z_mean, z_log_var = _posterior(z_mean, z_log_var, least=2)
    noise = np.random.default_rng(seed).standard_normal(z_mean.shape)
    z = z_mean + np.exp(0.5 * z_log_var) * noise
    # Constants that log q(z|x) and log q(z) share cancel.
    log_own = -0.5 * (np.square(noise) + z_log_var).sum(axis=1)
    log_mixture = _log_sum_of_densities(z, z_mean, z_log_var) - np.log(len(z))
    at_most = (
        kl_divergence(z_mean, z_log_var).mean()
        - aggregated_posterior(z_mean, z_log_var).kl_to_prior
    )
    return Information((log_own - log_mixture).mean(), np.log(len(z)), at_most)


def elbo_surgery(z: ArrayLike, z_mean: ArrayLike, z_log_var: ArrayLike) -> tuple[float, float]:
    """Cut the KL term in two: I(x; z) = E log q(z|x) / q(z), and KL(q(z) ‖ p(z)), in nats.

    Hoffman and Johnson 2016, "ELBO surgery". The first part is capped by log n, see
    :func:`mutual_information`; what it lacks stands in the second.

    Args:
        z: (m, latent_dim), one draw from each of the first m posteriors.
        z_mean: posterior means (n, latent_dim) of all images of the mixture q(z), n >= m.
        z_log_var: logarithms of the posterior variances (n, latent_dim).

    Returns:
        The two parts, means over ``z``. Their sum estimates the mean KL of these m images.

    Raises:
        ValueError: as :func:`log_aggregated_posterior`, or if ``z`` has more rows than ``z_mean``.
    """
    z_mean, z_log_var = _posterior(z_mean, z_log_var)
    z = _arguments.matrix(z, "z", z_mean.shape[1])
    if len(z) > len(z_mean):
        raise ValueError(f"z has {len(z)} rows: allowed are {len(z_mean)}, one an image, or fewer")
    log_q = log_aggregated_posterior(z, z_mean, z_log_var)
    own_mean, own_log_var = z_mean[: len(z)], z_log_var[: len(z)]
    log_own, log_p = _log_normal(z, own_mean, own_log_var), _log_normal(z, 0.0, 0.0)
    return float(np.mean(log_own - log_q)), float(np.mean(log_q - log_p))


def _log_normal(z, mean, log_var):
    """Return log N(z; mean, exp(log_var)) of each row."""
    squares = np.square(z - mean) * np.exp(-log_var)
    return -0.5 * (squares + log_var + np.log(2 * np.pi)).sum(axis=1)


def log_aggregated_posterior(z: ArrayLike, z_mean: ArrayLike, z_log_var: ArrayLike) -> np.ndarray:
    """Return log q(z), the log density of the mixture of all posteriors at points z; nats.

    q(z) = 1/n Σ_j N(z; μ_j, σ_j²) is what the decoder saw in training. Where log q(z) lies far
    below the prior's log p(z) there is a hole: the prior is sampled there, the decoder was hardly
    trained there. With few images every place between their posteriors looks like one: compare
    with the encodings of images that are not among the n.

    Args:
        z: points (m, latent_dim).
        z_mean: posterior means (n, latent_dim).
        z_log_var: logarithms of the posterior variances (n, latent_dim).

    Returns:
        float64 (m,). Time grows with m · n, memory does not.

    Raises:
        ValueError: as :func:`kl_per_dimension`, or if ``z`` has other dimensions.
    """
    z_mean, z_log_var = _posterior(z_mean, z_log_var)
    z = _arguments.matrix(z, "z", z_mean.shape[1])
    constant = 0.5 * z.shape[1] * np.log(2 * np.pi) + np.log(len(z_mean))
    return _log_sum_of_densities(z, z_mean, z_log_var) - constant


def _log_sum_of_densities(z, z_mean, z_log_var):
    """Return log Σ_j N(z_i; μ_j, σ_j²) of each point, without the constant of the Gaussians.

    The squares are multiplied out, so that all log densities of a block of points are one matrix
    product. Blocks are worked on in place, so that memory stays small.
    """
    precision = np.exp(-z_log_var)
    of_none = -0.5 * (np.square(z_mean) * precision + z_log_var).sum(axis=1)
    of_each = np.column_stack([-0.5 * precision, z_mean * precision, of_none]).T
    total = np.empty(len(z))
    for rows in _samples.blocks(len(z), max(1, BLOCK_PAIRS // len(z_mean))):
        points = z[rows]
        log_density = np.column_stack([np.square(points), points, np.ones(len(points))]) @ of_each
        largest = log_density.max(axis=1)
        log_density -= largest[:, np.newaxis]
        total[rows] = largest + np.log(np.exp(log_density, out=log_density).sum(axis=1))
    return total


def _posterior(z_mean, z_log_var, least=1):
    z_mean = _arguments.matrix(z_mean, "z_mean", "latent_dim", least)
    z_log_var = _arguments.matrix(z_log_var, "z_log_var", "latent_dim", least)
    _arguments.same_shape(z_mean, z_log_var, "z_mean", "z_log_var")
    return z_mean, z_log_var
