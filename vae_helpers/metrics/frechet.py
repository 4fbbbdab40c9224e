"""How far two sets of features are apart as Gaussians: the Fréchet distance, FID.

Features are float arrays (n, d), one row an image, from any network. Nothing here looks at pixels.
"""

import math
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from vae_helpers import _arguments
from vae_helpers.metrics import _samples

DOUBLE = np.finfo(np.float64).eps


class FeatureStatistics:
    """Mean and covariance of features that arrive in batches; memory (d, d), however many.

    Two sets with means m₁, m₂ and scatter matrices M₁, M₂ (sums of outer products about their
    own mean) join as M = M₁ + M₂ + n₁n₂/(n₁+n₂) (m₂−m₁)(m₂−m₁)ᵀ (Chan, Golub and LeVeque 1983).
    No sum of raw squares is kept, so a large mean costs no digits.

    Example:
        ``FeatureStatistics().update(first).update(second)`` is the same as
        ``FeatureStatistics().update(first).merge(FeatureStatistics().update(second))``.
    """

    def __init__(self):
        self.n = 0
        self._mean = self._scatter = None

    @classmethod
    def from_moments(cls, n: int, mean: ArrayLike, covariance: ArrayLike) -> Self:
        """Build the statistics of ``n`` vectors whose mean (d,) and covariance (d, d) are known.

        Raises:
            ValueError: for n below 2, shapes that do not fit, NaN, infinity, or a covariance
                that is not symmetric.
        """
        statistics = cls()
        statistics.n = _arguments.whole_number(n, "n", low=2)
        mean, covariance = _moments(mean, covariance, "mean", "covariance")
        statistics._mean, statistics._scatter = mean.copy(), covariance * (statistics.n - 1)
        return statistics

    def update(self, features: ArrayLike) -> Self:
        """Add features (n, d), n >= 1; returns the statistics themselves.

        Raises:
            ValueError: for a wrong rank or dimension, NaN or infinity.
        """
        features = _arguments.matrix(features, "features", self.dimension or "d")
        for rows in _samples.blocks(len(features), 10_000):
            mean = features[rows].mean(axis=0)
            centred = features[rows] - mean
            self._join(len(centred), mean, centred.T @ centred)
        return self

    def merge(self, other: "FeatureStatistics") -> Self:
        """Add what other :class:`FeatureStatistics` have seen; returns the statistics themselves.

        Raises:
            ValueError: if the dimensions differ.
        """
        if not isinstance(other, FeatureStatistics):
            raise ValueError(f"other={type(other).__name__}: allowed are FeatureStatistics")
        if None not in (self.dimension, other.dimension) and self.dimension != other.dimension:
            raise ValueError(f"other has dimension {other.dimension}: allowed is {self.dimension}")
        if other.n:
            self._join(other.n, other._mean, other._scatter)
        return self

    @property
    def dimension(self) -> int | None:
        """Number of features d; None before the first update."""
        return None if self._mean is None else len(self._mean)

    @property
    def mean(self) -> np.ndarray:
        """Mean (d,), float64."""
        self._need(1)
        return self._mean.copy()

    @property
    def covariance(self) -> np.ndarray:
        """Covariance (d, d), float64, divided by n − 1."""
        self._need(2)
        return self._scatter / (self.n - 1)

    def __repr__(self):
        return f"FeatureStatistics(n={self.n:,}, dimension={self.dimension})"

    def _join(self, n, mean, scatter):
        if not self.n:
            self.n, self._mean, self._scatter = n, mean.copy(), scatter.copy()
            return
        total = self.n + n
        shift = mean - self._mean
        self._scatter = self._scatter + scatter + np.outer(shift, shift) * (self.n * n / total)
        self._mean = self._mean + shift * (n / total)
        self.n = total

    def _need(self, n):
        if self.n < n:
            raise ValueError(f"{self!r} has seen too few features: allowed is n from {n}")


def frechet_distance(mean1: ArrayLike, cov1: ArrayLike, mean2: ArrayLike, cov2: ArrayLike) -> float:
    """Return the squared Fréchet (2-Wasserstein) distance of two Gaussians.

    |μ₁ − μ₂|² + tr S₁ + tr S₂ − 2 tr (S₁ S₂)^½ (Dowson and Landau 1982). With S₁ = AAᵀ and
    S₂ = BBᵀ the last trace is the sum of the singular values of AᵀB, because these are the roots
    of the eigenvalues of AᵀS₂A, which S₁S₂ shares. Nothing becomes complex, nothing has to be
    added to a singular covariance, and no root is taken of a matrix that is not symmetric.

    Args:
        mean1: (d,).
        cov1: (d, d), symmetric, without negative eigenvalues.
        mean2: (d,).
        cov2: (d, d).

    Returns:
        A float, at least 0, in squared units of the features.

    Raises:
        ValueError: for shapes that do not fit, NaN or infinity, or a matrix that is no
            covariance.
        ArithmeticError: if rounding made the result clearly negative.
    """
    eps1, eps2 = _resolution(cov1), _resolution(cov2)
    mean1, cov1 = _moments(mean1, cov1, "mean1", "cov1")
    mean2, cov2 = _moments(mean2, cov2, "mean2", "cov2")
    _arguments.same_shape(mean1, mean2, "mean1", "mean2")
    overlap = _overlap_full_rank(cov1, cov2)
    if overlap is None:
        factors = _factor(cov1, "cov1", eps1), _factor(cov2, "cov2", eps2)
        overlap = _nuclear_norm(*factors)
    return _frechet(mean1 - mean2, np.trace(cov1), np.trace(cov2), overlap)


def fid(real: ArrayLike | FeatureStatistics, generated: ArrayLike | FeatureStatistics) -> float:
    """Return the Fréchet distance between real and generated features.

    With Inception features and 50,000 images this is the published FID (Heusel et al. 2017,
    https://arxiv.org/abs/1706.08500); with other features call it a Fréchet distance of those
    features. It is biased upwards by about c/n, with c larger for more features, so compare
    values at one n only, and print beside them n, d and the distance of real from real images.

    Args:
        real: features (n, d), n >= 2, or :class:`FeatureStatistics`.
        generated: likewise; the numbers of images may differ. With fewer images than features
            the features themselves are more exact and much faster than their covariance.

    Raises:
        ValueError: for a wrong rank, different dimensions, fewer than 2 images, NaN or infinity.
        ArithmeticError: if rounding made the result clearly negative.
    """
    if any(isinstance(side, FeatureStatistics) for side in (real, generated)):
        return _fid_of_moments(real, generated)
    real, generated = _samples.two_samples(real, generated)
    if min(len(real), len(generated)) > real.shape[1]:
        return _fid_of_moments(real, generated)
    shift = real.mean(axis=0) - generated.mean(axis=0)
    factor1, factor2 = _factor_of_features(real), _factor_of_features(generated)
    return _frechet(shift, np.sum(factor1**2), np.sum(factor2**2), _nuclear_norm(factor1, factor2))


def _fid_of_moments(real, generated):
    sides = [
        side if isinstance(side, FeatureStatistics) else FeatureStatistics().update(side)
        for side in (real, generated)
    ]
    return frechet_distance(*(part for side in sides for part in (side.mean, side.covariance)))


def _frechet(shift, trace1, trace2, overlap):
    """Put the three terms together; what rounding leaves below zero is zero."""
    distance = shift @ shift + (trace1 + trace2 - 2 * overlap)
    if distance < -1e-6 * (trace1 + trace2):
        raise ArithmeticError(
            f"the Fréchet distance came out as {distance:.3g}: the covariances are not reliable"
        )
    return max(0.0, float(distance))


def _overlap_full_rank(cov1, cov2):
    """Return tr (S₁S₂)^½ from the eigenvalues of LᵀS₂L, S₁ = LLᵀ; None if not exact enough."""
    try:
        lower = linalg.cholesky(cov1, lower=True, check_finite=False)
    except linalg.LinAlgError:
        return None
    product = lower.T @ cov2 @ lower
    eigenvalues = linalg.eigvalsh((product + product.T) / 2, overwrite_a=True, check_finite=False)
    if eigenvalues[0] <= 0:
        return None
    roots = np.sqrt(eigenvalues)
    # Every eigenvalue is off by about ε λmax, hence its root by ε λmax / (2 root): nothing for
    # large ones, half of the digits for the small ones of nearly singular covariances.
    error = DOUBLE * eigenvalues[-1] * (0.5 / roots).sum()
    scale = np.trace(cov1) + np.trace(cov2)
    return roots.sum() if error <= 1e-11 * scale else None


def _factor(covariance, name, eps):
    """Return A (d, rank) with covariance = AAᵀ, without the directions that are only rounding."""
    eigenvalues, vectors = linalg.eigh(covariance, check_finite=False)
    noise = len(covariance) * eps * max(eigenvalues[-1], 0)
    if eigenvalues[0] < -10 * noise:
        raise ValueError(
            f"{name} has the eigenvalue {eigenvalues[0]:.3g}: allowed is a covariance, which "
            "has none below zero"
        )
    kept = eigenvalues > noise
    return vectors[:, kept] * np.sqrt(eigenvalues[kept])


def _factor_of_features(features):
    """Return A (d, r), r = min(n, d), whose AAᵀ is the covariance, which is never formed."""
    centred = (features - features.mean(axis=0)) / math.sqrt(len(features) - 1)
    if len(centred) > centred.shape[1]:
        centred = linalg.qr(centred, mode="r", overwrite_a=True)[0][: centred.shape[1]]
    return centred.T


def _nuclear_norm(factor1, factor2):
    """Return the sum of the singular values of AᵀB: tr (S₁S₂)^½."""
    if not (factor1.size and factor2.size):
        return 0.0
    return linalg.svdvals(factor1.T @ factor2, overwrite_a=True).sum()


def _moments(mean, covariance, mean_name, covariance_name):
    mean = np.atleast_1d(_arguments.finite(mean, mean_name)).astype(np.float64)
    covariance = np.atleast_2d(_arguments.finite(covariance, covariance_name))
    if mean.ndim != 1:
        raise ValueError(f"{mean_name} has shape {mean.shape}: allowed is (d,)")
    if covariance.shape != (len(mean), len(mean)):
        raise ValueError(
            f"{covariance_name} has shape {covariance.shape}: allowed is ({len(mean)}, {len(mean)})"
        )
    skew = np.abs(covariance - covariance.T).max()
    if skew > 100 * _resolution(covariance) * np.abs(covariance).max():
        raise ValueError(f"{covariance_name} is not symmetric: entries differ by {skew:.3g}")
    return mean, covariance.astype(np.float64)


def _resolution(array):
    """Return the rounding error of the type in which the numbers came."""
    kind = np.asarray(array).dtype
    return np.finfo(kind).eps if kind.kind == "f" else DOUBLE
