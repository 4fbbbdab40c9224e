"""How close generated images are to real ones, and how varied: all in a feature space.

Features are float arrays (n, d), one row an image, from any network. Nothing here looks at pixels.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.special import entr

from vae_helpers.metrics import _checks
from vae_helpers.metrics.uncertainty import Estimate

DOUBLE = np.finfo(np.float64).eps


# Fréchet distance ---------------------------------------------------------------------------


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
    def from_moments(cls, n, mean, covariance):
        """Build the statistics of ``n`` vectors whose mean (d,) and covariance (d, d) are known."""
        statistics = cls()
        statistics.n = _checks.whole_number(n, "n", low=2)
        mean, covariance = _moments(mean, covariance, "mean", "covariance")
        statistics._mean, statistics._scatter = mean.copy(), covariance * (statistics.n - 1)
        return statistics

    def update(self, features):
        """Add features (n, d), n >= 1; returns the statistics themselves.

        Raises:
            ValueError: for a wrong rank or dimension, NaN or infinity.
        """
        features = _checks.matrix(features, "features", min_rows=1, columns=self.dimension)
        for rows in _checks.blocks(len(features), 10_000):
            mean = features[rows].mean(axis=0)
            centred = features[rows] - mean
            self._join(len(centred), mean, centred.T @ centred)
        return self

    def merge(self, other):
        """Add what other :class:`FeatureStatistics` have seen; returns the statistics themselves.

        Raises:
            ValueError: if the dimensions differ.
        """
        if not isinstance(other, FeatureStatistics):
            raise ValueError(f"other is a {type(other).__name__}: expected FeatureStatistics")
        if None not in (self.dimension, other.dimension) and self.dimension != other.dimension:
            raise ValueError(f"other has dimension {other.dimension}: expected {self.dimension}")
        if other.n:
            self._join(other.n, other._mean, other._scatter)
        return self

    @property
    def dimension(self):
        """Number of features d; None before the first update."""
        return None if self._mean is None else len(self._mean)

    @property
    def mean(self):
        """Mean (d,), float64."""
        self._need(1)
        return self._mean.copy()

    @property
    def covariance(self):
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
            raise ValueError(f"{self!r} has seen too few features: expected n >= {n}")


def frechet_distance(mean1, cov1, mean2, cov2):
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
    _checks.same_shape(mean1, mean2, "mean1", "mean2")
    overlap = _overlap_full_rank(cov1, cov2)
    if overlap is None:
        factors = _factor(cov1, "cov1", eps1), _factor(cov2, "cov2", eps2)
        overlap = _nuclear_norm(*factors)
    return _frechet(mean1 - mean2, np.trace(cov1), np.trace(cov2), overlap)


def fid(real, generated):
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
    real, generated = _two_samples(real, generated)
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
            f"{name} has the eigenvalue {eigenvalues[0]:.3g}: expected a covariance, which has "
            "none below zero"
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
    mean = np.atleast_1d(_checks.finite(mean, mean_name)).astype(np.float64)
    covariance = np.atleast_2d(_checks.finite(covariance, covariance_name))
    if mean.ndim != 1:
        raise ValueError(f"{mean_name} has shape {mean.shape}: expected (d,)")
    if covariance.shape != (len(mean), len(mean)):
        raise ValueError(
            f"{covariance_name} has shape {covariance.shape}: expected ({len(mean)}, {len(mean)})"
        )
    skew = np.abs(covariance - covariance.T).max()
    if skew > 100 * _resolution(covariance) * np.abs(covariance).max():
        raise ValueError(f"{covariance_name} is not symmetric: entries differ by {skew:.3g}")
    return mean, covariance.astype(np.float64)


def _resolution(array):
    """Return the rounding error of the type in which the numbers came."""
    kind = np.asarray(array).dtype
    return np.finfo(kind).eps if kind.kind == "f" else DOUBLE


# Kernel distance ----------------------------------------------------------------------------


def kid(real, generated):
    """Return the kernel distance: the unbiased squared maximum mean discrepancy of two samples.

    With k(x, y) = (x·y/d + 1)³: the mean of k over pairs of real images, plus that over pairs of
    generated ones, minus twice that over mixed pairs (Bińkowski et al. 2018,
    https://arxiv.org/abs/1801.01401). No image is paired with itself, so the expectation does not
    depend on n, unlike FID's; for equal distributions it is 0, and half of the values fall below.
    All pairs are used where published code averages over random subsets: the same quantity, less
    noise. Memory does not grow with n.

    Args:
        real: features (n, d), n >= 2.
        generated: features (m, d), m >= 2.

    Returns:
        An :class:`Estimate`, a float with a ``standard_error``: the spread of each image's share
        of the sum. For equal distributions it is about √2 too large, for different ones right.

    Raises:
        ValueError: for a wrong rank, different dimensions, fewer than 2 images, NaN or infinity.
    """
    real, generated = _two_samples(real, generated)
    with_generated, with_real = _mean_kernels(real, generated)
    real_share = _mean_kernels_to_others(real) - with_generated
    generated_share = _mean_kernels_to_others(generated) - with_real
    variance = real_share.var(ddof=1) / len(real)
    variance += generated_share.var(ddof=1) / len(generated)
    # Each image enters twice, as first and as second of a pair: its share counts double.
    return Estimate(real_share.mean() + generated_share.mean(), 2 * math.sqrt(variance))


def _mean_kernels(first, second):
    """Return the mean kernel of every row with all rows of the other sample, (n,) and (m,)."""
    of_first, of_second = np.empty(len(first)), np.zeros(len(second))
    for rows in _checks.blocks(len(first)):
        kernel = _cubic_kernel(first[rows], second)
        of_first[rows] = kernel.mean(axis=1)
        of_second += kernel.sum(axis=0)
    return of_first, of_second / len(first)


def _mean_kernels_to_others(features):
    """Return the mean kernel of every row with the *other* rows, (n,)."""
    means, _ = _mean_kernels(features, features)
    with_itself = (np.square(features).mean(axis=1) + 1) ** 3
    return (means * len(features) - with_itself) / (len(features) - 1)


def _cubic_kernel(x, y):
    base = x @ y.T
    base /= x.shape[1]
    base += 1
    cube = base * base
    cube *= base
    return cube


# Neighbours ---------------------------------------------------------------------------------


class PrecisionRecall(NamedTuple):
    """Shares, 0 to 1: generated images that look real; real images that could be generated."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Density, 0 or more and 1 for equal distributions, and coverage, 0 to 1."""

    density: float
    coverage: float


class Neighbours(NamedTuple):
    """Precision, recall, density and coverage from one pass over the distances."""

    precision: float
    recall: float
    density: float
    coverage: float


def neighbour_scores(real, generated, k=5):
    """Return precision, recall, density and coverage at once.

    The ball around an image reaches to its k-th nearest neighbour within its own sample.
    Precision is the share of generated images in the ball of any real one, recall the share of
    real images in the ball of any generated one (Kynkäänniemi et al. 2019,
    https://arxiv.org/abs/1904.06991). Density counts in *how many* real balls a generated image
    lies, over k, so that one outlier with a huge ball matters less; coverage is the share of real
    balls that hold a generated image (Naeem et al. 2020, https://arxiv.org/abs/2002.09797).

    For two samples of one distribution the expected density is 1 and the expected coverage is
    :func:`expected_coverage`. Distances are computed in blocks: memory grows with n, not n².

    Args:
        real: features (n, d).
        generated: features (m, d).
        k: which neighbour sets the radius, from 1 to below n and m.

    Raises:
        ValueError: for a wrong rank, different dimensions, k not below n and m, NaN or infinity.
    """
    real, generated = _two_samples(real, generated)
    k = _checks.whole_number(k, "k", high=min(len(real), len(generated)) - 1)
    # Distances do not change, and |x|² + |y|² − 2 x·y keeps more digits near the origin.
    centre = real.mean(axis=0)
    real, generated = real - centre, generated - centre
    # A point on the edge of a ball belongs to it, whichever way its distance was rounded.
    edge = 1e-12 * (np.square(real).sum(axis=1).max() + np.square(generated).sum(axis=1).max())
    real_radii = _squared_radii(real, k) + edge
    generated_radii = _squared_radii(generated, k) + edge
    balls = np.zeros(len(generated))  # how many real balls hold each generated image
    covered, recalled = np.zeros((2, len(real)), dtype=bool)
    for rows in _checks.blocks(len(real)):
        distances = _squared_distances(real[rows], generated)
        in_real_ball = distances <= real_radii[rows, None]
        balls += in_real_ball.sum(axis=0)
        covered[rows] = in_real_ball.any(axis=1)
        recalled[rows] = (distances <= generated_radii).any(axis=1)
    return Neighbours(
        precision=float((balls > 0).mean()),
        recall=float(recalled.mean()),
        density=float(balls.mean() / k),
        coverage=float(covered.mean()),
    )


def precision_recall(real, generated, k=5):
    """Return (precision, recall); definitions, arguments and errors: :func:`neighbour_scores`."""
    scores = neighbour_scores(real, generated, k)
    return PrecisionRecall(scores.precision, scores.recall)


def density_coverage(real, generated, k=5):
    """Return (density, coverage); definitions, arguments and errors: :func:`neighbour_scores`."""
    scores = neighbour_scores(real, generated, k)
    return DensityCoverage(scores.density, scores.coverage)


def expected_coverage(n_real, n_generated, k=5):
    """Return the coverage to expect when both samples come from one distribution.

    A real image is missed if its k nearest, among the n − 1 real and m generated others, are all
    real: 1 − Π (n − 1 − i)/(n + m − 1 − i) over i = 0 … k − 1, 0.96876 for 10,000 and 10,000.
    """
    n = _checks.whole_number(n_real, "n_real", low=2)
    m = _checks.whole_number(n_generated, "n_generated", low=1)
    k = _checks.whole_number(k, "k", high=n - 1)
    return 1 - math.prod((n - 1 - i) / (n + m - 1 - i) for i in range(k))


def _squared_distances(x, y):
    """Return |x_i − y_j|² (len(x), len(y)) through one matrix product."""
    distances = x @ y.T
    distances *= -2
    distances += np.square(x).sum(axis=1)[:, None]
    distances += np.square(y).sum(axis=1)
    return np.maximum(distances, 0, out=distances)


def _squared_radii(features, k):
    """Return the squared distance of every row to its k-th nearest other row, (n,)."""
    radii = np.empty(len(features))
    for rows in _checks.blocks(len(features)):
        distances = _squared_distances(features[rows], features)
        own = np.arange(rows.start, rows.stop)
        distances[own - rows.start, own] = np.inf
        distances.partition(k - 1, axis=1)
        radii[rows] = distances[:, k - 1]
    return radii


# Diversity ----------------------------------------------------------------------------------


def diversity(features):
    """Return the mean Euclidean distance between two different rows, over all pairs.

    Compare it with the same number for real images: a model that has collapsed to a few images
    is near 0, one that scatters noise may lie above.

    Args:
        features: (n, d), n >= 2.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images, NaN or infinity.
    """
    features = _checks.matrix(features, "features")
    features = features - features.mean(axis=0)
    # A row is at distance 0 from itself: the sum over all pairs is that over different ones.
    total = sum(
        np.sqrt(_squared_distances(features[rows], features)).sum()
        for rows in _checks.blocks(len(features))
    )
    return float(total / (len(features) * (len(features) - 1)))


class ClassBalance(NamedTuple):
    """What a classifier makes of generated images.

    ``shares`` (classes,): how often each class is the most probable; ``entropy`` of these shares
    in nats, log(classes) if all are equally frequent and 0 if only one occurs; and
    ``uncertainty``, the mean entropy of a single image's probabilities in nats, 0 if every image
    is clearly of one class.
    """

    shares: np.ndarray
    entropy: float
    uncertainty: float


def class_balance(probabilities):
    """Return the :class:`ClassBalance` of generated images.

    Args:
        probabilities: (n, classes) from a classifier; every row adds up to 1.

    Raises:
        ValueError: for a wrong rank, NaN, or rows that are no probabilities.
    """
    probabilities = _checks.matrix(probabilities, "probabilities", min_rows=1)
    total = probabilities.sum(axis=1)
    if probabilities.min() < 0 or np.abs(total - 1).max() > 1e-3:
        raise ValueError(
            f"probabilities has rows that add up to {total.min():.4g} … {total.max():.4g} and a "
            f"smallest entry of {probabilities.min():.4g}: expected probabilities"
        )
    n_classes = probabilities.shape[1]
    shares = np.bincount(probabilities.argmax(axis=1), minlength=n_classes) / len(probabilities)
    return ClassBalance(shares, float(_entropy(shares)), float(_entropy(probabilities).mean()))


def _entropy(probabilities):
    return entr(probabilities).sum(axis=-1)


class PathLength(NamedTuple):
    """Mean ``energy`` of paths in feature space, and its ``ratio`` to that of straight ones."""

    energy: float
    ratio: float


def perceptual_path_length(paths):
    """Measure how smoothly features change along latent interpolations.

    A path of T steps between T + 1 images has the energy T Σ |f(t+1) − f(t)|²: the mean over
    positions of the squared speed |Δf|²/ε², ε = 1/T, as in the perceptual path length of Karras
    et al. 2019 (https://arxiv.org/abs/1812.04948), with the features given here. A path cannot do
    with less than the squared distance of its ends, which a straight path at constant speed
    reaches; the ratio of the two sums over all paths is 1 then, and grows with detours and jumps.

    Args:
        paths: features (n_paths, images, d) of the images decoded along each path, at least 2.
            Values for different numbers of images cannot be compared.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images a path, NaN or infinity.
    """
    paths = _checks.finite(paths, "paths").astype(np.float64)
    if paths.ndim != 3 or paths.shape[1] < 2 or not paths.size:
        raise ValueError(f"paths has shape {paths.shape}: expected (n, images, d), images >= 2")
    energies = (paths.shape[1] - 1) * np.square(np.diff(paths, axis=1)).sum(axis=(1, 2))
    shortest = np.square(paths[:, -1] - paths[:, 0]).sum()
    ratio = energies.sum() / shortest if shortest else math.inf
    return PathLength(float(energies.mean()), float(ratio))


def _two_samples(real, generated):
    real = _checks.matrix(real, "real")
    return real, _checks.matrix(generated, "generated", columns=real.shape[1])
