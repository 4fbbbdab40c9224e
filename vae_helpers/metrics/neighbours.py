"""Who lies near whom in feature space: precision, recall, density and coverage.

Features are float arrays (n, d), one row an image, from any network. Nothing here looks at pixels.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.metrics import _samples


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


def neighbour_scores(real: ArrayLike, generated: ArrayLike, k: int = 5) -> Neighbours:
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
    real, generated = _samples.two_samples(real, generated)
    k = _arguments.whole_number(k, "k", high=min(len(real), len(generated)) - 1)
    # Distances do not change, and |x|² + |y|² − 2 x·y keeps more digits near the origin.
    centre = real.mean(axis=0)
    real, generated = real - centre, generated - centre
    # A point on the edge of a ball belongs to it, whichever way its distance was rounded.
    edge = 1e-12 * (np.square(real).sum(axis=1).max() + np.square(generated).sum(axis=1).max())
    real_radii = _squared_radii(real, k) + edge
    generated_radii = _squared_radii(generated, k) + edge
    balls = np.zeros(len(generated))  # how many real balls hold each generated image
    covered, recalled = np.zeros((2, len(real)), dtype=bool)
    for rows in _samples.blocks(len(real)):
        distances = squared_distances(real[rows], generated)
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


def precision_recall(real: ArrayLike, generated: ArrayLike, k: int = 5) -> PrecisionRecall:
    """Return (precision, recall); definitions, arguments and errors: :func:`neighbour_scores`."""
    scores = neighbour_scores(real, generated, k)
    return PrecisionRecall(scores.precision, scores.recall)


def density_coverage(real: ArrayLike, generated: ArrayLike, k: int = 5) -> DensityCoverage:
    """Return (density, coverage); definitions, arguments and errors: :func:`neighbour_scores`."""
    scores = neighbour_scores(real, generated, k)
    return DensityCoverage(scores.density, scores.coverage)


def precision_coverage(
    among_real: ArrayLike, to_generated: ArrayLike, k: int = 5
) -> tuple[float, float]:
    """Return precision and coverage from distances; definitions: :func:`neighbour_scores`.

    Args:
        among_real: distances (n, n) of real images to each other, 0 on the diagonal.
        to_generated: distances (n, m) of real images, a row each, to generated ones.
        k: which neighbour sets the radius, from 1 to below n.

    Raises:
        ValueError: for shapes that do not belong together, k not below n, NaN or infinity.
    """
    n = len(among_real)
    among_real = _arguments.numbers(among_real, "among_real", (n, n))
    to_generated = _arguments.numbers(to_generated, "to_generated", (n, "m"))
    k = _arguments.whole_number(k, "k", high=n - 1)
    inside = to_generated <= np.sort(among_real, axis=1)[:, [k]]
    return float(inside.any(axis=0).mean()), float(inside.any(axis=1).mean())


def expected_coverage(n_real: int, n_generated: int, k: int = 5) -> float:
    """Return the coverage to expect when both samples come from one distribution.

    A real image is missed if its k nearest, among the n − 1 real and m generated others, are all
    real: 1 − Π (n − 1 − i)/(n + m − 1 − i) over i = 0 … k − 1 (Naeem et al. 2020,
    https://arxiv.org/abs/2002.09797), 0.96877 for 10,000 and 10,000.

    Args:
        n_real: number n of real images, from 2.
        n_generated: number m of generated images, from 1.
        k: which neighbour sets the radius, from 1 to below n.

    Raises:
        ValueError: for a number out of range.
    """
    n = _arguments.whole_number(n_real, "n_real", low=2)
    m = _arguments.whole_number(n_generated, "n_generated", low=1)
    k = _arguments.whole_number(k, "k", high=n - 1)
    return 1 - math.prod((n - 1 - i) / (n + m - 1 - i) for i in range(k))


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return |x_i − y_j|² (len(x), len(y)) through one matrix product."""
    distances = x @ y.T
    distances *= -2
    distances += np.square(x).sum(axis=1)[:, None]
    distances += np.square(y).sum(axis=1)
    return np.maximum(distances, 0, out=distances)


def _squared_radii(features, k):
    """Return the squared distance of every row to its k-th nearest other row, (n,)."""
    radii = np.empty(len(features))
    for rows in _samples.blocks(len(features)):
        distances = squared_distances(features[rows], features)
        own = np.arange(rows.start, rows.stop)
        distances[own - rows.start, own] = np.inf
        distances.partition(k - 1, axis=1)
        radii[rows] = distances[:, k - 1]
    return radii
