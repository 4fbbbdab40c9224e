"""How varied generated images are, how evenly spread over the classes, how smoothly they change.

Features are float arrays (n, d), one row an image, from any network. Nothing here looks at pixels.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from vae_helpers import _arguments
from vae_helpers.metrics import _samples
from vae_helpers.metrics.neighbours import squared_distances


def diversity(features: ArrayLike) -> float:
    """Return the mean Euclidean distance between two different rows, over all pairs.

    Compare it with the same number for real images: a model that has collapsed to a few images
    is near 0, one that scatters noise may lie above. It is the mean pairwise distance that Zhu
    et al. 2017 (https://arxiv.org/abs/1711.11586) measure diversity by, there in LPIPS features.
    Time grows with n², memory with n.

    Args:
        features: (n, d), n >= 2.

    Returns:
        A float in the units of the features.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images, NaN or infinity.
    """
    features = _arguments.matrix(features, "features", least=2)
    features = features - features.mean(axis=0)
    # A row is at distance 0 from itself: the sum over all pairs is that over different ones.
    total = sum(
        np.sqrt(squared_distances(features[rows], features)).sum()
        for rows in _samples.blocks(len(features))
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


def class_balance(probabilities: ArrayLike) -> ClassBalance:
    """Return the :class:`ClassBalance` of generated images.

    The two entropies are the parts of the inception score, exp(entropy of the mean probabilities
    − mean entropy) (Salimans et al. 2016, https://arxiv.org/abs/1606.03498), except that here
    the first is that of the most probable classes. Kept apart they say whether a low score comes
    from missing classes or from unclear images.

    Args:
        probabilities: (n, classes) from a classifier; every row adds up to 1.

    Raises:
        ValueError: for a wrong rank, NaN, or rows that are no probabilities.
    """
    probabilities = _arguments.matrix(probabilities, "probabilities", "classes")
    total = probabilities.sum(axis=1)
    if probabilities.min() < 0 or np.abs(total - 1).max() > 1e-3:
        raise ValueError(
            f"probabilities has rows that add up to {total.min():.4g} … {total.max():.4g} and a "
            f"smallest entry of {probabilities.min():.4g}: allowed are probabilities"
        )
    n_classes = probabilities.shape[1]
    shares = np.bincount(probabilities.argmax(axis=1), minlength=n_classes) / len(probabilities)
    return ClassBalance(shares, float(_entropy(shares)), float(_entropy(probabilities).mean()))


def _entropy(probabilities):
    return entr(probabilities).sum(axis=-1)


class PathEnergy(NamedTuple):
    """Mean ``energy`` of paths in feature space, and its ``ratio`` to that of straight ones."""

    energy: float
    ratio: float


def path_lengths(features: ArrayLike) -> np.ndarray:
    """Return the length (n,) of each path through features (n, images, d): Σ |f(t+1) − f(t)|.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images a path, NaN or infinity.
    """
    return np.linalg.norm(np.diff(_paths(features, "features"), axis=1), axis=2).sum(axis=1)


def path_energy(paths: ArrayLike) -> PathEnergy:
    """Measure how evenly features change along latent interpolations.

    A path of T steps between T + 1 images has the energy T Σ |f(t+1) − f(t)|²: the mean over
    positions of the squared speed |Δf|²/ε², ε = 1/T. A path cannot do with less than the squared
    distance of its ends, which a straight path at constant speed reaches; the ratio of the two
    sums over all paths is 1 then, and grows with detours and jumps.

    The idea is that of the perceptual path length (Karras et al. 2019,
    https://arxiv.org/abs/1812.04948), the number is not: theirs is the squared speed in the
    features of LPIPS, at random places, with a step of 10⁻⁴.

    Args:
        paths: features (n_paths, images, d) of the images decoded along each path, at least 2.
            Values for different numbers of images cannot be compared.

    Raises:
        ValueError: for a wrong rank, fewer than 2 images a path, NaN or infinity.
    """
    paths = _paths(paths, "paths")
    energies = (paths.shape[1] - 1) * np.square(np.diff(paths, axis=1)).sum(axis=(1, 2))
    shortest = np.square(paths[:, -1] - paths[:, 0]).sum()
    ratio = energies.sum() / shortest if shortest else math.inf
    return PathEnergy(float(energies.mean()), float(ratio))


def _paths(paths, name):
    paths = _arguments.numbers(paths, name, ("n", "images", "d"))
    if paths.shape[1] < 2:
        raise ValueError(f"{name} has shape {paths.shape}: allowed are 2 images a path or more")
    return paths
