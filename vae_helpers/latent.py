"""Mathematics of the latent space; NumPy alone."""

import numpy as np


def sample_prior(n, latent_dim, seed=None, temperature=1.0):
    """Draw ``n`` points of N(0, temperature² I), float32 (n, latent_dim).

    Raises:
        ValueError: if ``n`` or ``latent_dim`` is below 1, or ``temperature`` is negative.
    """
    for name, value in (("n", n), ("latent_dim", latent_dim)):
        if value < 1:
            raise ValueError(f"{name}={value!r}: allowed is a whole number from 1")
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature={temperature!r}: allowed is a finite number, 0 or more")
    noise = np.random.default_rng(seed).standard_normal((n, latent_dim), dtype=np.float32)
    return np.float32(temperature) * noise
