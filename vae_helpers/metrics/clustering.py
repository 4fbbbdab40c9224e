"""What the codes know about the classes: clusters, neighbours, linear probes.

Codes z are float arrays (n, d), such as posterior means; labels are whole numbers (n,).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    adjusted_rand_score,
    normalized_mutual_info_score,
    silhouette_samples,
)
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vae_helpers import _arguments


def silhouette(z: ArrayLike, labels: ArrayLike, per_sample: bool = False) -> float | np.ndarray:
    """Say how well the classes are separated, from −1 to 1 (Rousseeuw 1987).

    For each code, with a the mean distance to its own class and b that to the nearest other
    class: (b − a) / max(a, b). 1: far from other classes; 0: between two; below: in the wrong one.
    A class with a single member counts 0.

    Args:
        z: codes (n, d).
        labels: classes (n,), at least 2 different ones and fewer than n.
        per_sample: with True return every code's value, (n,), instead of the mean.

    Raises:
        ValueError: for a wrong rank or length, too few or too many classes, NaN or infinity.
    """
    z, labels = _labelled(z, labels, "z", "labels")
    classes = len(np.unique(labels))
    if not 2 <= classes < len(z):
        raise ValueError(f"labels has {classes} classes: allowed are 2 to {len(z) - 1:,}")
    values = silhouette_samples(z, labels)
    return values if per_sample else float(values.mean())


class ClusterScores(NamedTuple):
    """Agreement of clusters and classes: ``ari`` (0 by chance, 1 perfect), ``nmi`` (0 to 1)."""

    ari: float
    nmi: float


def cluster_scores(
    z: ArrayLike,
    labels: ArrayLike,
    n_clusters: int | None = None,
    seed: int | None = 0,
    restarts: int = 10,
) -> ClusterScores:
    """Cluster the codes without their labels, by k-means, and compare with the labels.

    The adjusted Rand index counts pairs that are together in both, corrected for chance (Hubert
    and Arabie 1985); normalised mutual information is I(clusters; classes) over the mean of the
    two entropies.

    Args:
        z: codes (n, d).
        labels: classes (n,).
        n_clusters: how many clusters; the number of classes unless told.
        seed: of the starting points.
        restarts: k-means runs, of which the best by its own criterion counts.

    Raises:
        ValueError: for a wrong rank or length, more clusters than codes, NaN or infinity.
    """
    z, labels = _labelled(z, labels, "z", "labels")
    if n_clusters is None:
        n_clusters = len(np.unique(labels))
    n_clusters = _arguments.whole_number(n_clusters, "n_clusters", high=len(z))
    restarts = _arguments.whole_number(restarts, "restarts")
    clusters = KMeans(n_clusters, n_init=restarts, random_state=seed).fit_predict(z)
    return ClusterScores(
        float(adjusted_rand_score(labels, clusters)),
        float(normalized_mutual_info_score(labels, clusters)),
    )


def nearest_centroid_accuracy(
    train_z: ArrayLike, train_labels: ArrayLike, test_z: ArrayLike, test_labels: ArrayLike
) -> float:
    """Return the share of test codes whose nearest class mean, over the training codes, is right.

    Args:
        train_z: codes (n, d).
        train_labels: classes (n,).
        test_z: codes (m, d).
        test_labels: classes (m,).

    Raises:
        ValueError: for a wrong rank or length, a single class, NaN or infinity.
    """
    train_z, train_labels, test_z, test_labels = _train_and_test(
        train_z, train_labels, test_z, test_labels
    )
    classes = np.unique(train_labels)
    means = np.stack([train_z[train_labels == label].mean(axis=0) for label in classes])
    predicted = KNeighborsClassifier(1).fit(means, classes).predict(test_z)
    return float((predicted == test_labels).mean())


def own_neighbours(z: ArrayLike, labels: ArrayLike, k: int = 10) -> float:
    """Return the share of own class among the k nearest *other* codes, averaged over the codes.

    A measure of separation that asks for the order of distances, not for their ratio. Codes at one
    spot are each other's neighbours; which of equally distant ones count is left open.

    Args:
        z: codes (n, d).
        labels: classes (n,).
        k: how many neighbours, from 1 to n − 1.

    Raises:
        ValueError: for a wrong rank or length, k above n − 1, NaN or infinity.
    """
    z, labels = _labelled(z, labels, "z", "labels")
    k = _arguments.whole_number(k, "k", high=len(z) - 1)
    nearest = NearestNeighbors(n_neighbors=k).fit(z).kneighbors(return_distance=False)
    return float(np.mean(labels[nearest] == labels[:, np.newaxis]))


def between_share(z: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of the codes' variance that lies between the classes, from 0 to 1.

    The total variance, summed over the dimensions, is that of the class means (each counted as
    often as the class has codes) plus the mean variance within the classes.

    Args:
        z: codes (n, d), not all the same.
        labels: classes (n,).

    Raises:
        ValueError: for a wrong rank or length, codes without variance, NaN or infinity.
    """
    z, labels = _labelled(z, labels, "z", "labels")
    total = z.var(axis=0).sum()
    if total == 0:
        raise ValueError("z has no variance: allowed are codes that differ")
    classes, which = np.unique(labels, return_inverse=True)
    means = np.stack([z[labels == label].mean(axis=0) for label in classes])
    return float(means[which].var(axis=0).sum() / total)


def knn_accuracy(
    train_z: ArrayLike,
    train_labels: ArrayLike,
    test_z: ArrayLike,
    test_labels: ArrayLike,
    k: int = 5,
) -> float:
    """Return the share of test codes whose k nearest training codes vote for the right class.

    Args:
        train_z: codes (n, d).
        train_labels: classes (n,).
        test_z: codes (m, d).
        test_labels: classes (m,).
        k: how many neighbours vote, from 1 to n. A tie goes to the smaller class number.

    Raises:
        ValueError: for a wrong rank or length, a single class, k above n, NaN or infinity.
    """
    k = _arguments.whole_number(k, "k", high=len(train_z))
    return _accuracy(KNeighborsClassifier(k), train_z, train_labels, test_z, test_labels)


def linear_probe(
    train_z: ArrayLike, train_labels: ArrayLike, test_z: ArrayLike, test_labels: ArrayLike
) -> float:
    """Return the test accuracy of a logistic regression on the codes.

    It says how much of the class can be read off linearly (Alain and Bengio 2016,
    https://arxiv.org/abs/1610.01644). Codes are standardised first, so that the penalty
    (scikit-learn's default, C = 1) treats all dimensions alike.

    Args:
        train_z: codes (n, d).
        train_labels: classes (n,).
        test_z: codes (m, d).
        test_labels: classes (m,).

    Raises:
        ValueError: for a wrong rank or length, a single class, NaN or infinity.
    """
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    return _accuracy(probe, train_z, train_labels, test_z, test_labels)


def _accuracy(classifier, train_z, train_labels, test_z, test_labels):
    train_z, train_labels, test_z, test_labels = _train_and_test(
        train_z, train_labels, test_z, test_labels
    )
    predicted = classifier.fit(train_z, train_labels).predict(test_z)
    return float((predicted == test_labels).mean())


def _train_and_test(train_z, train_labels, test_z, test_labels):
    train_z, train_labels = _labelled(train_z, train_labels, "train_z", "train_labels")
    test_z = _arguments.matrix(test_z, "test_z", train_z.shape[1])
    test_labels = _arguments.labels(test_labels, "test_labels", len(test_z))
    if len(np.unique(train_labels)) < 2:
        raise ValueError("train_labels has 1 class: allowed are 2 or more")
    return train_z, train_labels, test_z, test_labels


def _labelled(z, labels, z_name, labels_name):
    z = _arguments.matrix(z, z_name, least=2)
    return z, _arguments.labels(labels, labels_name, len(z))
