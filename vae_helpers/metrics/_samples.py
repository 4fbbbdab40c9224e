"""What the metrics of samples share: rows in blocks, and two samples with the same features."""

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments

BLOCK_ROWS = 1_000


def blocks(n: int, size: int = BLOCK_ROWS) -> list[slice]:
    """Cut 0 … n into slices of at most ``size`` rows, so that memory stays bounded."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def two_samples(real: ArrayLike, generated: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of features, (n, d) and (m, d) with n and m from 2, as float64."""
    real = _arguments.matrix(real, "real", least=2)
    return real, _arguments.matrix(generated, "generated", real.shape[1], least=2)
