"""Metrics of autoencoders: pure functions of arrays, on NumPy, SciPy and scikit-learn alone.

Pixels are in [0, 1], information in nats, features (n, d); results are float64.
"""

from vae_helpers.metrics.clustering import (
    ClusterScores,
    between_share,
    cluster_scores,
    knn_accuracy,
    linear_probe,
    nearest_centroid_accuracy,
    own_neighbours,
    silhouette,
)
from vae_helpers.metrics.divergence import (
    AggregatedPosterior,
    Information,
    active_units,
    aggregated_posterior,
    elbo_surgery,
    gaussian_kl,
    kl_divergence,
    kl_per_dimension,
    log_aggregated_posterior,
    mutual_information,
)
from vae_helpers.metrics.diversity import (
    ClassBalance,
    PathEnergy,
    class_balance,
    diversity,
    path_energy,
    path_lengths,
)
from vae_helpers.metrics.frechet import FeatureStatistics, fid, frechet_distance
from vae_helpers.metrics.kernel import kid
from vae_helpers.metrics.likelihood import (
    binarize,
    elbo,
    estimate_elbo,
    importance_weighted_log_likelihood,
)
from vae_helpers.metrics.neighbours import (
    DensityCoverage,
    Neighbours,
    PrecisionRecall,
    density_coverage,
    expected_coverage,
    neighbour_scores,
    precision_coverage,
    precision_recall,
)
from vae_helpers.metrics.reconstruction import bce_floor, reconstruction_error
from vae_helpers.metrics.uncertainty import (
    Estimate,
    Summary,
    bootstrap_interval,
    over_seeds,
    summarise,
)

__all__ = [
    "AggregatedPosterior",
    "ClassBalance",
    "ClusterScores",
    "DensityCoverage",
    "Estimate",
    "FeatureStatistics",
    "Information",
    "Neighbours",
    "PathEnergy",
    "PrecisionRecall",
    "Summary",
    "active_units",
    "aggregated_posterior",
    "bce_floor",
    "between_share",
    "binarize",
    "bootstrap_interval",
    "class_balance",
    "cluster_scores",
    "density_coverage",
    "diversity",
    "elbo",
    "elbo_surgery",
    "estimate_elbo",
    "expected_coverage",
    "fid",
    "frechet_distance",
    "gaussian_kl",
    "importance_weighted_log_likelihood",
    "kid",
    "kl_divergence",
    "kl_per_dimension",
    "knn_accuracy",
    "linear_probe",
    "log_aggregated_posterior",
    "mutual_information",
    "nearest_centroid_accuracy",
    "neighbour_scores",
    "over_seeds",
    "own_neighbours",
    "path_energy",
    "path_lengths",
    "precision_coverage",
    "precision_recall",
    "reconstruction_error",
    "silhouette",
    "summarise",
]
