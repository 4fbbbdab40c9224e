"""How far two sets of features are apart under a kernel: the kernel distance, KID.

Features are float arrays (n, d), one row an image, from any network. Nothing here looks at pixels.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers.metrics import _samples
from vae_helpers.metrics.uncertainty import Estimate


def kid(real: ArrayLike, generated: ArrayLike) -> Estimate:
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
    real, generated = _samples.two_samples(real, generated)
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
    for rows in _samples.blocks(len(first)):
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
