"""Metrics of autoencoders: pure functions of arrays, on NumPy, SciPy and scikit-learn alone.

Pixels are in [0, 1], information in nats, features (n, d); results are float64.
"""

from vae_helpers.metrics.divergence import (
    AggregatedPosterior,
    active_units,
    aggregated_posterior,
    gaussian_kl,
    kl_divergence,
    kl_per_dimension,
    mutual_information,
)
from vae_helpers.metrics.likelihood import (
    binarize,
    elbo,
    estimate_elbo,
    importance_weighted_log_likelihood,
)
from vae_helpers.metrics.reconstruction import bce_floor, reconstruction_error

__all__ = [
    "AggregatedPosterior",
    "active_units",
    "aggregated_posterior",
    "bce_floor",
    "binarize",
    "elbo",
    "estimate_elbo",
    "gaussian_kl",
    "importance_weighted_log_likelihood",
    "kl_divergence",
    "kl_per_dimension",
    "mutual_information",
    "reconstruction_error",
]
