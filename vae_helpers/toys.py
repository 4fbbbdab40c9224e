"""A bead on a wire: the smallest latent-variable model in which everything can be looked at.

A place z ~ N(0, 1) along a wire, and a blurred photo x ~ N(wire(z), noise² I) of it, two numbers.
Chapter 02 asks the learner for most of these functions; its figures use them where an answer is
still open. NumPy and SciPy alone.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp
from scipy.stats import norm

NOISE = 0.5  # the blur of the camera, a standard deviation

Wire = Callable[[np.ndarray], np.ndarray]


def straight(z: ArrayLike) -> np.ndarray:
    """Map places (n,) to points (n, 2) of a straight wire: (z, z/2)."""
    z = np.asarray(z, dtype=float)
    return np.stack([z, z / 2], axis=1)


def ring(z: ArrayLike) -> np.ndarray:
    """Map places (n,) to points (n, 2) of a ring of radius 2, whose ends meet at z = ±π/2."""
    z = np.asarray(z, dtype=float)
    return 2 * np.stack([np.cos(2 * z), np.sin(2 * z)], axis=1)


def sample_photos(wire: Wire, noise: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``n`` photos (n, 2): places from the prior, then a blurred photo of each."""
    return wire(rng.standard_normal(n)) + noise * rng.standard_normal((n, 2))


def log_joint(wire: Wire, x: ArrayLike, z: ArrayLike, noise: float = NOISE) -> np.ndarray:
    """Return log p(x, z) = log p(z) + log p(x|z) of one photo x at places z (n,), in nats."""
    return norm.logpdf(z) + norm.logpdf(x, wire(z), noise).sum(axis=1)


def posterior(log_joints: ArrayLike, step: float) -> tuple[float, np.ndarray]:
    """Return log p(x) in nats and p(z|x) (n,), from log p(x, z) on a grid (n,) of width ``step``.

    The integral over z is a sum; the grid must reach as far as there is anything to add.
    """
    log_joints = np.asarray(log_joints, dtype=float)
    log_evidence = float(logsumexp(log_joints) + np.log(step))
    return log_evidence, np.exp(log_joints - log_evidence)


def elbo(
    log_joint: Callable, q_mean: float, q_std: float, rng: np.random.Generator, n: int
) -> float:
    """Estimate the evidence lower bound of q = N(q_mean, q_std²) with ``n`` draws, in nats.

    Args:
        log_joint: maps places z (n,) to log p(x, z) (n,) of one photo.
        q_mean: mean of q.
        q_std: standard deviation of q.
        rng: of the draws. The same noise for each q makes a smooth curve over q.
        n: number of draws.
    """
    z = rng.normal(q_mean, q_std, n)
    return float(np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std)))


def exact_elbo(log_joint: Callable, q_mean: float, q_std: float, nodes: int = 60) -> float:
    """Return what :func:`elbo` estimates, by Gauss–Hermite quadrature instead of draws."""
    epsilon, weights = np.polynomial.hermite_e.hermegauss(nodes)
    z = q_mean + q_std * epsilon
    ratio = log_joint(z) - norm.logpdf(z, q_mean, q_std)
    return float(ratio @ weights / weights.sum())


def gaussian_posterior(x: ArrayLike, noise: float = NOISE) -> tuple[float, float]:
    """Return mean and standard deviation of p(z|x) of the straight wire, where they have a formula.

    With w = (1, ½): variance v = 1 / (1 + w·w/σ²), mean v w·x/σ².
    """
    (w,) = straight([1.0])
    variance = 1 / (1 + w @ w / noise**2)
    return float(variance * (w @ np.asarray(x)) / noise**2), float(np.sqrt(variance))
