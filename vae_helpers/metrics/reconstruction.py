"""How far a reconstruction is from its image."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py, xlogy

from vae_helpers import _arguments
from vae_helpers.metrics import _samples

KINDS = ("mse", "bce")
REDUCTIONS = ("sum", "mean")

# A float32 sigmoid reaches 0 and 1 exactly, where the logarithm is infinite. Keras clips at the
# same distance; it caps the error of one pixel at 16.1 nats.
EPSILON = 1e-7


def reconstruction_error(
    x: ArrayLike,
    x_hat: ArrayLike,
    kind: Literal["mse", "bce"] = "mse",
    reduction: Literal["sum", "mean"] = "sum",
    per_image: bool = False,
    epsilon: float = EPSILON,
) -> float | np.ndarray:
    """Compare images with their reconstructions.

    "mse" adds up (x − x̂)² over pixels. "bce" adds up −x log x̂ − (1 − x) log(1 − x̂), in nats:
    the negative log-likelihood of pixels x that are 0 or 1 under Bernoulli probabilities x̂. For
    grey pixels it is the mean of that over coins which fall white with probability x; its smallest
    value is not zero but their entropy, :func:`bce_floor`.

    Args:
        x: images (n, h, w, 1), or any (n, …), with pixels in [0, 1].
        x_hat: reconstructions of the same shape, pixels in [0, 1].
        kind: "mse" or "bce".
        reduction: what happens over the *pixels* of an image: "sum", as in the loss of a VAE, or
            "mean". Over images it is always the mean.
        per_image: with True return the error of each image, (n,), instead of their mean.
        epsilon: "bce" keeps x̂ this far from 0 and 1; with 0 a wrong certain pixel costs infinity.

    Returns:
        A float, or float64 (n,) with ``per_image``.

    Raises:
        ValueError: for an unknown kind or reduction, different shapes, no images, NaN, or pixels
            outside [0, 1].
    """
    _arguments.one_of(kind, "kind", KINDS)
    _arguments.one_of(reduction, "reduction", REDUCTIONS)
    epsilon = _arguments.number(epsilon, "epsilon", low=0, high=0.5, open_high=True)
    x, x_hat = _arguments.pixels(x, "x"), _arguments.pixels(x_hat, "x_hat")
    _arguments.same_shape(x, x_hat, "x", "x_hat")
    pixel_error = _squared_error if kind == "mse" else _cross_entropy
    errors = np.empty(len(x))
    for rows in _samples.blocks(len(x)):
        target = _flat(x[rows])
        errors[rows] = pixel_error(target, _flat(x_hat[rows]), epsilon).sum(axis=1)
    if reduction == "mean":
        errors /= x[0].size
    return errors if per_image else float(errors.mean())


def bce_floor(
    x: ArrayLike, reduction: Literal["sum", "mean"] = "sum", per_image: bool = False
) -> float | np.ndarray:
    """Return the smallest binary cross-entropy a reconstruction of ``x`` can have, in nats.

    It is reached at x̂ = x, and is the entropy of Bernoulli pixels of brightness x: zero for black
    and white pixels, log 2 for a pixel of 0.5. What a model can still gain is its "bce" minus
    this floor.

    Args:
        x: images (n, …) with pixels in [0, 1].
        reduction: over pixels, "sum" or "mean".
        per_image: with True return (n,) instead of the mean over images.

    Raises:
        ValueError: as :func:`reconstruction_error`.
    """
    return reconstruction_error(x, x, "bce", reduction, per_image, epsilon=0.0)


def _flat(images):
    return images.reshape(len(images), -1).astype(np.float64)


def _squared_error(x, x_hat, _epsilon):
    return np.square(x - x_hat)


def _cross_entropy(x, x_hat, epsilon):
    """Return −x log x̂ − (1 − x) log(1 − x̂), with 0 log 0 = 0."""
    x_hat = np.clip(x_hat, epsilon, 1 - epsilon)
    return -xlogy(x, x_hat) - xlog1py(1 - x, -x_hat)
