"""Mathematics of the latent space: where to stand in it, and how to walk through it.

Points are arrays (n, latent_dim) in the units of the prior N(0, I). Nothing here decodes a point
alone: make all the points first, then decode them as one batch, with :func:`decode`.
"""

import itertools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments

METHODS = ("linear", "spherical")
Method = Literal["linear", "spherical"]


def sample_prior(
    n: int, latent_dim: int, seed: int | None = None, temperature: float = 1.0
) -> np.ndarray:
    """Draw ``n`` points of N(0, temperature² I), float32 (n, latent_dim).

    Raises:
        ValueError: if ``n`` or ``latent_dim`` is below 1, or ``temperature`` is negative.
    """
    n = _arguments.whole_number(n, "n")
    latent_dim = _arguments.whole_number(latent_dim, "latent_dim")
    temperature = _arguments.number(temperature, "temperature", low=0)
    noise = np.random.default_rng(seed).standard_normal((n, latent_dim), dtype=np.float32)
    return np.float32(temperature) * noise


def sample_posterior(
    z_mean: ArrayLike, z_log_var: ArrayLike, seed: int | None = None
) -> np.ndarray:
    """Draw one point of N(z_mean, exp(z_log_var)) a row: z_mean + exp(z_log_var / 2) ε.

    Args:
        z_mean: (n, latent_dim).
        z_log_var: (n, latent_dim), the logarithm of the variance (not of the deviation).
        seed: of the noise ε ~ N(0, I).

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: if the shapes differ, or for NaN or infinity.
    """
    z_mean, z_log_var = _points(z_mean, "z_mean"), _points(z_log_var, "z_log_var")
    _arguments.same_shape(z_mean, z_log_var, "z_mean", "z_log_var")
    epsilon = np.random.default_rng(seed).standard_normal(z_mean.shape)
    return (z_mean + np.exp(0.5 * z_log_var) * epsilon).astype(z_mean.dtype)


def sample_aggregated(
    z_mean: ArrayLike, z_log_var: ArrayLike, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw points of the aggregated posterior q(z) = 1/m Σ_i N(z_mean_i, exp(z_log_var_i)).

    Args:
        z_mean: (m, latent_dim).
        z_log_var: (m, latent_dim), the logarithms of the variances.
        n: number of points.
        rng: NumPy's generator, from which an image is drawn for each point, then its noise.

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: if the shapes differ, ``n`` is below 1, or for NaN or infinity.
    """
    z_mean, z_log_var = _points(z_mean, "z_mean"), _points(z_log_var, "z_log_var")
    _arguments.same_shape(z_mean, z_log_var, "z_mean", "z_log_var")
    images = rng.integers(len(z_mean), size=_arguments.whole_number(n, "n"))
    noise = rng.standard_normal((len(images), z_mean.shape[1]))
    return (z_mean[images] + np.exp(0.5 * z_log_var[images]) * noise).astype(z_mean.dtype)


def sample_gaussian(z: ArrayLike, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points of the one Gaussian that has the mean and covariance of the encodings.

    Args:
        z: (m, latent_dim) encodings, m from 2.
        n: number of points.
        rng: NumPy's generator.

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: if ``n`` is below 1, or for a wrong shape, NaN or infinity.
    """
    z = _points(z, "z", least=2)
    covariance = np.cov(z.T).reshape(z.shape[1], z.shape[1])
    points = rng.multivariate_normal(
        z.mean(axis=0), covariance, _arguments.whole_number(n, "n"), method="eigh"
    )
    return points.astype(z.dtype)


def decode_noise(
    decode: Callable[[np.ndarray], np.ndarray],
    n: int,
    latent_dim: int,
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> np.ndarray:
    """Return ``decode`` of n points of N(0, temperature² I), drawn from NumPy's generator ``rng``.

    Raises:
        ValueError: as :func:`sample_prior`.
    """
    n = _arguments.whole_number(n, "n")
    latent_dim = _arguments.whole_number(latent_dim, "latent_dim")
    temperature = _arguments.number(temperature, "temperature", low=0)
    return decode(temperature * rng.standard_normal((n, latent_dim)))


def sample_box(z: ArrayLike, n: int, seed: int | None = None) -> np.ndarray:
    """Draw points uniformly from the smallest box that holds the encodings.

    That is how one samples a plain autoencoder, for want of a prior.

    Args:
        z: (m, latent_dim) encodings.
        n: number of points.
        seed: of the draw.

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: if ``n`` is below 1, or for a wrong shape, NaN or infinity.
    """
    z = _points(z, "z")
    shape = (_arguments.whole_number(n, "n"), z.shape[1])
    box = np.random.default_rng(seed).uniform(z.min(axis=0), z.max(axis=0), shape)
    return box.astype(z.dtype)


def interpolate(z1: ArrayLike, z2: ArrayLike, steps: int, method: Method = "linear") -> np.ndarray:
    """Walk from one latent point to another.

    "linear" takes the straight line. In many dimensions its middle is nearer to the origin than
    almost every sample of the prior; "spherical" therefore turns the direction at a constant
    angular speed while the length goes evenly from one to the other. For ends of equal length
    that is Shoemake's slerp, used for latent spaces by White (2016,
    https://arxiv.org/abs/1609.04468).

    Args:
        z1: (latent_dim,) where the walk starts.
        z2: (latent_dim,) where it ends.
        steps: number of points, both ends included, from 2.
        method: "linear" or "spherical". A zero vector has no direction, and from it or to it
            both methods take the straight line. Between opposite vectors, which any half circle
            joins, "spherical" always takes the same one; in one dimension there is none, and it
            takes the straight line.

    Returns:
        Points (steps, latent_dim).

    Raises:
        ValueError: for vectors of different shapes, NaN, less than 2 steps, or another method.
    """
    steps = _arguments.whole_number(steps, "steps", low=2)
    points = _walk(z1, z2, np.linspace(0.0, 1.0, steps), method)
    points[0], points[-1] = z1, z2  # the ends exactly, without rounding
    return points


def interpolate_pairs(
    z1: ArrayLike, z2: ArrayLike, steps: int, method: Method = "linear"
) -> np.ndarray:
    """Walk from each row of ``z1`` (n, latent_dim) to its partner in ``z2``.

    Returns:
        Points (n, steps, latent_dim); see :func:`interpolate`, also for what it raises.
    """
    z1, z2 = _points(z1, "z1"), _points(z2, "z2")
    _arguments.same_shape(z1, z2, "z1", "z2")
    return np.stack([interpolate(a, b, steps, method) for a, b in zip(z1, z2, strict=True)])


def between(z1: ArrayLike, z2: ArrayLike, t: float, method: Method = "linear") -> np.ndarray:
    """Return the one point (latent_dim,) that is the share ``t`` of the way from z1 to z2.

    See :func:`interpolate`; ValueError as there, and for a ``t`` below 0 or above 1.
    """
    t = _arguments.number(t, "t", low=0, high=1)
    return _walk(z1, z2, np.array([t]), method)[0]


def filmstrip(points: ArrayLike, steps: int, method: Method = "linear") -> np.ndarray:
    """Walk through several latent points in their order; each of them appears once.

    Args:
        points: (m, latent_dim), m from 2.
        steps: number of points from one stop to the next, both included, from 2.
        method: "linear" or "spherical", see :func:`interpolate`.

    Returns:
        Points ((m - 1) * (steps - 1) + 1, latent_dim).

    Raises:
        ValueError: for less than 2 points or steps, NaN, or another method.
    """
    points = _points(points, "points", least=2)
    legs = [interpolate(start, end, steps, method)[1:] for start, end in itertools.pairwise(points)]
    return np.concatenate([points[:1], *legs])


def traverse(z: ArrayLike, dimension: int, values: ArrayLike) -> np.ndarray:
    """Change one coordinate of a point and keep the others.

    Args:
        z: (latent_dim,) the point.
        dimension: which coordinate, from 0.
        values: (n,) what to set it to, such as ``prior_quantiles(7)``.

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: for a dimension that does not exist, NaN, or a wrong shape.
    """
    z, values = _point(z, "z"), _arguments.row(values, "values")
    dimension = _arguments.whole_number(dimension, "dimension", low=0, high=len(z) - 1)
    points = np.tile(z, (len(values), 1))
    points[:, dimension] = values
    return points


def traverse_all(z: ArrayLike, values: ArrayLike) -> np.ndarray:
    """Traverse each dimension of a point in turn: points (latent_dim, n, latent_dim).

    Arguments and errors are those of :func:`traverse`.
    """
    z = _point(z, "z")
    return np.stack([traverse(z, dimension, values) for dimension in range(len(z))])


def prior_quantiles(n: int, ends: float = 0.01) -> np.ndarray:
    """Return ``n`` values of z, float32, that share out the probability of N(0, 1) evenly.

    They run from the quantile ``ends`` to the quantile 1 - ``ends``; those of 0 and 1 would be
    infinite.

    Raises:
        ValueError: if ``n`` is below 2, or ``ends`` is not between 0 and 0.5.
    """
    from scipy.stats import norm

    ends = _arguments.number(ends, "ends", low=0, high=0.5, open_low=True, open_high=True)
    n = _arguments.whole_number(n, "n", low=2)
    return norm.ppf(np.linspace(ends, 1 - ends, n)).astype(np.float32)


def to_probability(z: ArrayLike) -> np.ndarray:
    """Return Φ(z), the normal distribution function of each coordinate, from 0 to 1.

    Encodings that match the prior fill the unit square evenly.

    Args:
        z: points (n, latent_dim).

    Returns:
        Probabilities (n, latent_dim).

    Raises:
        ValueError: for a wrong shape, NaN or infinity.
    """
    from scipy.special import ndtr

    return ndtr(_points(z, "z"))


def grid(n: int, low: ArrayLike = -3.0, high: ArrayLike = 3.0) -> np.ndarray:
    """Lay a regular grid over the latent plane.

    Args:
        n: number of points along each side, from 2.
        low: smallest z₁ and z₂, one number or two.
        high: largest z₁ and z₂, one number or two. For the box around encodings z give
            ``low=z.min(axis=0), high=z.max(axis=0)``.

    Returns:
        Points (n * n, 2), float32, row by row from the top left, as one reads and as
        ``plots.latent_grid`` shows them: z₁ grows to the right, z₂ upwards.

    Raises:
        ValueError: if ``n`` is below 2, or ``low`` is not below ``high``.
    """
    n = _arguments.whole_number(n, "n", low=2)
    try:
        low, high = np.broadcast_to(low, 2), np.broadcast_to(high, 2)
    except ValueError:
        raise ValueError(f"low={low!r} and high={high!r}: allowed are one number or two") from None
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (low < high).all()):
        raise ValueError(f"low={low} and high={high}: allowed are finite numbers, low below high")
    return _plane(np.linspace(low[0], high[0], n), np.linspace(low[1], high[1], n))


def quantile_grid(n: int) -> np.ndarray:
    """Lay a grid over the latent plane: each point stands for the same share of N(0, I).

    Along each side the values are the quantiles (k + ½) / n, k = 0 … n − 1: cut the bell into n
    parts of the same probability, and take the middle of each.

    Args:
        n: number of points along each side, from 2.

    Returns:
        Points (n * n, 2) in the order of :func:`grid`.

    Raises:
        ValueError: if ``n`` is below 2.
    """
    from scipy.stats import norm

    n = _arguments.whole_number(n, "n", low=2)
    return plane(norm.ppf((np.arange(n) + 0.5) / n))


def plane(values: ArrayLike) -> np.ndarray:
    """Lay the same values along both axes of the latent plane.

    Args:
        values: (n,) values of z, smallest first.

    Returns:
        Points (n * n, 2), float32, in the order of :func:`grid`.

    Raises:
        ValueError: for a wrong shape, NaN or infinity.
    """
    values = _arguments.row(values, "values")
    return _plane(values, values)


def centroids(z: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return the mean encoding of each class, by increasing label.

    Args:
        z: (n, latent_dim) encodings.
        labels: (n,) whole numbers.

    Returns:
        Points (n_classes, latent_dim), one for each label that occurs.

    Raises:
        ValueError: for shapes that do not fit, NaN or infinity.
    """
    z = _points(z, "z")
    labels = _arguments.labels(labels, "labels", len(z))
    return np.stack(
        [z[labels == label].mean(axis=0, dtype=float) for label in np.unique(labels)]
    ).astype(z.dtype)


def attribute_vector(z_with: ArrayLike, z_without: ArrayLike) -> np.ndarray:
    """Return the direction of an attribute: the mean with it minus the mean without it.

    Bold minus thin digits, say, or ankle boots minus sandals (Larsen et al. 2016,
    https://arxiv.org/abs/1512.09300).

    Args:
        z_with: (n, latent_dim) encodings of images that have the attribute.
        z_without: (m, latent_dim) encodings of images that lack it.

    Returns:
        A vector (latent_dim,).

    Raises:
        ValueError: for NaN, no rows, or different numbers of dimensions.
    """
    z_with = _points(z_with, "z_with")
    z_without = _points(z_without, "z_without", columns=z_with.shape[1])
    return z_with.mean(axis=0) - z_without.mean(axis=0)


def score_vector(z: ArrayLike, score: ArrayLike, share: float = 0.2) -> np.ndarray:
    """Return the :func:`attribute_vector` of the highest scores against the lowest.

    Args:
        z: (n, latent_dim) encodings.
        score: (n,) how much of the attribute each image has.
        share: of the images that each of the two groups takes, up to a half.

    Raises:
        ValueError: for shapes that do not fit, NaN, or a share outside (0, 0.5].
    """
    z = _points(z, "z")
    score = _arguments.row(score, "score", len(z))
    share = _arguments.number(share, "share", low=0, high=0.5, open_low=True)
    low, high = np.quantile(score, [share, 1 - share])
    return attribute_vector(z[score >= high], z[score <= low])


def balanced_vector(
    z: ArrayLike, score: ArrayLike, labels: ArrayLike, share: float = 0.2
) -> np.ndarray:
    """Return the mean over the classes of the :func:`score_vector` within each class.

    What the classes differ in does not enter, if each of them has high scores and low ones.
    Arguments and errors are those of :func:`score_vector`; ``labels`` (n,) are whole numbers.
    """
    z = _points(z, "z")
    score = _arguments.row(score, "score", len(z))
    labels = _arguments.labels(labels, "labels", len(z))
    groups = [labels == label for label in np.unique(labels)]
    return np.mean([score_vector(z[g], score[g], share) for g in groups], axis=0)


def stepping_stones(z: ArrayLike, start: int, end: int, k: int = 10) -> list[int]:
    """Return the numbers of encodings that lead from one to another in short hops.

    Each encoding is joined with its ``k`` nearest ones, and of all ways along these joints the one
    with the least sum of *squared* lengths is taken: many short hops cost less than a long one.

    Args:
        z: (n, latent_dim) encodings.
        start: number of the first encoding.
        end: number of the last.
        k: how many neighbours each encoding is joined with, below n.

    Returns:
        The numbers on the way, from ``start`` to ``end``.

    Raises:
        ValueError: for a number that is no encoding's, or if no way leads to the end.
    """
    from scipy.sparse.csgraph import dijkstra
    from sklearn.neighbors import kneighbors_graph

    z = _points(z, "z", least=2)
    start, end = (
        _arguments.whole_number(i, name, low=0, high=len(z) - 1)
        for i, name in ((start, "start"), (end, "end"))
    )
    graph = kneighbors_graph(z, _arguments.whole_number(k, "k", high=len(z) - 1), mode="distance")
    graph.data **= 2
    _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    way = [end]
    while way[-1] != start:
        if before[way[-1]] < 0:
            raise ValueError(f"k={k}: no way leads from {start} to {end}, allowed are more")
        way.append(int(before[way[-1]]))
    return way[::-1]


def add_attribute(
    z: ArrayLike, vector: ArrayLike, strengths: ArrayLike = (0.0, 0.5, 1.0)
) -> np.ndarray:
    """Move a point along an attribute's vector: z + strength · vector.

    Args:
        z: (latent_dim,) the point.
        vector: (latent_dim,), see :func:`attribute_vector`.
        strengths: (n,) how far to go; a negative strength takes the attribute away.

    Returns:
        Points (n, latent_dim).

    Raises:
        ValueError: if ``vector`` has another shape than ``z``, or for NaN or infinity.
    """
    z, vector = _point(z, "z"), _point(vector, "vector")
    _arguments.same_shape(z, vector, "z", "vector")
    strengths = _arguments.row(strengths, "strengths")
    return (z + strengths[:, np.newaxis] * vector).astype(np.result_type(z, vector))


def random_steps(like: ArrayLike, n: int, seed: int | None = None) -> np.ndarray:
    """Return ``n`` vectors of random directions, each as long as ``like``: a fair control.

    What such a step does to an image, a step with a name must beat.

    Args:
        like: (latent_dim,), such as an :func:`attribute_vector`.
        n: number of vectors.
        seed: of the directions, which are even on the sphere.

    Returns:
        Vectors (n, latent_dim).

    Raises:
        ValueError: if ``n`` is below 1, or for a wrong shape, NaN or infinity.
    """
    like = _point(like, "like")
    shape = (_arguments.whole_number(n, "n"), len(like))
    directions = np.random.default_rng(seed).standard_normal(shape)
    length = np.linalg.norm(like) / np.linalg.norm(directions, axis=1, keepdims=True)
    return (length * directions).astype(like.dtype)


def explained(z: ArrayLike, values: ArrayLike) -> tuple[np.ndarray, float]:
    """Return how much of a number's variance the encodings explain (r²), alone and together.

    Args:
        z: (n, latent_dim) encodings.
        values: (n,) a number of each image.

    Returns:
        r² of each dimension alone (latent_dim,), 0 for one that never changes; and that of the
        best linear combination of all.

    Raises:
        ValueError: for shapes that do not fit, NaN, or values that are all the same.
    """
    z = _points(z, "z").astype(float)
    values = _arguments.row(values, "values", len(z))
    if not values.std():
        raise ValueError("values are all the same: allowed are numbers that differ")
    z, values = z - z.mean(axis=0), values - values.mean()
    spread = np.square(z).sum(axis=0) * np.square(values).sum()
    alone = np.square(values @ z) / np.where(spread > 0, spread, np.inf)
    residual = values - z @ np.linalg.lstsq(z, values, rcond=None)[0]
    return alone, float(1 - residual.var() / values.var())


def class_shares(z: ArrayLike, labels: ArrayLike, points: ArrayLike, k: int = 1) -> np.ndarray:
    """Return the share of points that go to each class, by the labels of the nearest encodings.

    Args:
        z: (m, latent_dim) encodings.
        labels: (m,) whole numbers from 0.
        points: (n, latent_dim) any places.
        k: how many of the nearest encodings vote on a point; of equal numbers of votes the
            smaller label wins.

    Returns:
        Shares (n_classes,), by increasing label from 0; they sum to 1.

    Raises:
        ValueError: for shapes that do not fit, NaN, a negative label, or more votes than encodings.
    """
    from scipy.spatial import KDTree

    z = _points(z, "z")
    labels = _arguments.labels(labels, "labels", len(z))
    points = _points(points, "points", columns=z.shape[1])
    k = _arguments.whole_number(k, "k", high=len(z))
    if labels.min() < 0:
        raise ValueError(f"labels has a {labels.min()}: allowed are whole numbers from 0")
    votes = labels[KDTree(z).query(points, k=np.arange(1, k + 1))[1]]
    n_votes = np.stack([(votes == label).sum(axis=1) for label in range(labels.max() + 1)])
    return np.bincount(n_votes.argmax(axis=0), minlength=len(n_votes)) / len(points)


def gaps(z: ArrayLike, n: int, seed: int | None = None, candidates: int = 2000) -> np.ndarray:
    """Find points among the encodings that lie far from every one of them.

    With up to three dimensions they lie inside the convex hull of the encodings: in the holes, not
    outside. With more, where hulls are costly, they lie in the box of the encodings.

    Args:
        z: (m, latent_dim) encodings.
        n: number of points.
        seed: of the random candidates.
        candidates: how many places to try; the farthest is taken, then the farthest from the
            encodings and from those taken before.

    Returns:
        Points (n, latent_dim), the emptiest place first.

    Raises:
        ValueError: if ``n`` is below 1, too few candidates lie among the encodings, or these are
            flat: all on one point, line or plane, with no inside; and for NaN.
    """
    from scipy.spatial import KDTree

    z, n = _points(z, "z"), _arguments.whole_number(n, "n")
    candidates = _arguments.whole_number(candidates, "candidates")
    places = _among(z, sample_box(z, candidates, seed))
    if len(places) < n:
        raise ValueError(
            f"candidates={candidates!r}: only {len(places)} lie among the encodings, allowed are "
            f"enough for n={n}"
        )
    distance, _ = KDTree(z).query(places)
    chosen = []
    for _ in range(n):
        chosen.append(places[np.argmax(distance)])
        distance = np.minimum(distance, np.linalg.norm(places - chosen[-1], axis=1))
    return np.array(chosen)


def _among(z, places):
    """Keep the places inside the convex hull of z, or, in more than three dimensions, all."""
    from scipy.spatial import Delaunay, QhullError

    flat = not np.ptp(z, axis=0).any()
    if z.shape[1] in (2, 3):
        try:
            return places[Delaunay(z).find_simplex(places) >= 0]
        except QhullError:
            flat = True
    if flat:
        raise ValueError("z is flat: allowed are encodings with room between them on every side")
    return places


def principal_directions(z: ArrayLike, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the ``n`` directions in which the encodings vary most.

    Args:
        z: (m, latent_dim) encodings.
        n: number of directions.

    Returns:
        The mean (latent_dim,), unit vectors (n, latent_dim), and the standard deviations of the
        encodings along them (n,), largest first.

    Raises:
        ValueError: if ``n`` is above the number of dimensions or of encodings, or for NaN.
    """
    from sklearn.decomposition import PCA

    z = _points(z, "z")
    n = _arguments.whole_number(n, "n", high=min(z.shape))
    fitted = PCA(n, svd_solver="full").fit(z)
    return fitted.mean_, fitted.components_, np.sqrt(fitted.explained_variance_)


class PosteriorMixture:
    """A Gaussian mixture fitted to the encodings of a data set, to sample in place of the prior.

    Where the aggregated posterior q(z) = E_x q(z | x) does not match the prior, samples of the
    prior fall where the decoder was never trained; this sampler stays where the encodings are.

    Args:
        z: (n, latent_dim) samples of the posteriors, see :func:`sample_posterior`, or the codes
            of a plain autoencoder. Posterior means alone are less spread than q(z).
        n_components: number of Gaussians, each with its own full covariance.
        seed: of the fit.

    Raises:
        ValueError: for NaN, or more components than encodings.
    """

    def __init__(self, z: ArrayLike, n_components: int = 10, seed: int | None = None):
        from sklearn.mixture import GaussianMixture

        z = _points(z, "z")
        n_components = _arguments.whole_number(n_components, "n_components", high=len(z))
        self.mixture = GaussianMixture(n_components, random_state=seed).fit(z.astype(float))
        self.latent_dim = z.shape[1]

    def sample(self, n: int, seed: int | None = None) -> np.ndarray:
        """Draw ``n`` points, float32 (n, latent_dim), in random order; one seed, one result."""
        rng = np.random.default_rng(seed)
        weights = self.mixture.weights_ / self.mixture.weights_.sum()
        component = rng.choice(len(weights), _arguments.whole_number(n, "n"), p=weights)
        roots = np.linalg.cholesky(self.mixture.covariances_)
        noise = rng.standard_normal((len(component), self.latent_dim))
        steps = np.einsum("nij,nj->ni", roots[component], noise)
        return (self.mixture.means_[component] + steps).astype(np.float32)

    def log_density(self, z: ArrayLike) -> np.ndarray:
        """Return log q(z) of points (n, latent_dim), in nats (n,)."""
        return self.mixture.score_samples(_points(z, "z", self.latent_dim).astype(float))


def decode(model: Any, points: ArrayLike) -> np.ndarray:
    """Decode points of any arrangement as one batch, and give the images the same arrangement.

    Args:
        model: has ``decode`` of points (n, latent_dim), such as every model of the course.
        points: (…, latent_dim).

    Returns:
        Images (…, h, w, 1) in [0, 1]: a traversal (latent_dim, n, latent_dim) becomes
        (latent_dim, n, h, w, 1).
    """
    points = np.asarray(points)
    images = np.asarray(model.decode(points.reshape(-1, points.shape[-1])))
    return images.reshape(*points.shape[:-1], *images.shape[1:])


def _walk(z1, z2, t, method):
    """Return the points (n, latent_dim) at the shares t (n,) of the way from z1 to z2."""
    z1, z2 = _point(z1, "z1"), _point(z2, "z2")
    _arguments.same_shape(z1, z2, "z1", "z2")
    _arguments.one_of(method, "method", METHODS)
    walk = _straight if method == "linear" else _turning
    points = walk(z1.astype(float), z2.astype(float), t[:, np.newaxis])
    return points.astype(np.result_type(z1, z2))


def _straight(z1, z2, t):
    return (1 - t) * z1 + t * z2


def _turning(z1, z2, t):
    """Turn from z1 towards z2, with the length going evenly from one to the other."""
    length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
    if length1 == 0 or length2 == 0:
        return _straight(z1, z2, t)
    start, end = z1 / length1, z2 / length2
    aside = end - (start @ end) * start
    sine = np.linalg.norm(aside)
    # atan2 keeps its precision at every angle; the arc cosine loses half the digits near 0 and π.
    angle = np.arctan2(sine, start @ end)
    if sine < 1e-12:
        if angle < 1 or len(z1) == 1:
            return _straight(z1, z2, t)
        aside = _perpendicular(start)
        sine = np.linalg.norm(aside)
    directions = np.cos(t * angle) * start + np.sin(t * angle) * (aside / sine)
    return ((1 - t) * length1 + t * length2) * directions


def _perpendicular(direction):
    """Return a vector at a right angle, the same one for the same direction."""
    aside = np.zeros_like(direction)
    aside[np.argmin(np.abs(direction))] = 1.0
    return aside - (aside @ direction) * direction


def _plane(across, up):
    """Return the points of a grid, float32, row by row from the top left."""
    return np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)


def _points(values, name, columns="latent_dim", least=1):
    return _arguments.matrix(values, name, columns, least, dtype=None)


def _point(values, name):
    return _arguments.row(values, name, "latent_dim", dtype=None)
