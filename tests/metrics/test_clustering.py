import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import ortho_group

from vae_helpers.metrics import (
    between_share,
    cluster_scores,
    knn_accuracy,
    linear_probe,
    nearest_centroid_accuracy,
    own_neighbours,
    silhouette,
)

ACCURACIES = (knn_accuracy, linear_probe, nearest_centroid_accuracy)


def blobs(distance, n=150, seed=0):
    """Three round classes on the axes, ``distance`` from the origin."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return rng.normal(size=(n, 3)) + distance * np.eye(3)[labels], labels


def test_silhouette_against_its_definition():
    z, labels = blobs(2, n=30)
    distances = cdist(z, z)
    expected = []
    for i in range(30):
        to_class = [distances[i, labels == c] for c in range(3)]
        a = to_class[labels[i]].sum() / (len(to_class[labels[i]]) - 1)
        b = min(to_class[c].mean() for c in range(3) if c != labels[i])
        expected.append((b - a) / max(a, b))
    assert silhouette(z, labels, per_sample=True) == pytest.approx(expected)
    assert silhouette(z, labels) == pytest.approx(np.mean(expected))


def test_silhouette_by_hand():
    # Two pairs: a = 1, b = 10 or 9 for outer and inner codes, whose other class is 9.5 away.
    z = np.array([[0.0], [1], [10], [11]])
    assert silhouette(z, [0, 0, 1, 1], per_sample=True) == pytest.approx(
        [1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5]
    )


def test_far_classes_are_found_and_mixed_ones_are_not():
    far, labels = blobs(100)
    mixed, _ = blobs(0, n=900)
    many = np.arange(900) % 3
    assert silhouette(far, labels) > 0.95
    assert cluster_scores(far, labels) == pytest.approx((1, 1))
    assert silhouette(mixed, many) == pytest.approx(0, abs=0.02)
    assert cluster_scores(mixed, many).ari == pytest.approx(0, abs=0.02)
    assert cluster_scores(mixed, many).nmi == pytest.approx(0, abs=0.02)


def test_cluster_scores_by_hand():
    # Clusters a a b b against classes 0 1 2 2. Of 6 pairs 2 share a cluster, 1 a class, 1 both:
    # (1 − 1/3) / (3/2 − 1/3) = 4/7. Entropies 1 and 3/2 bits, 1 bit in common: 1 / (5/4).
    scores = cluster_scores([[0.0], [0.1], [9.0], [9.1]], [0, 1, 2, 2], n_clusters=2)
    assert scores.ari == pytest.approx(4 / 7)
    assert scores.nmi == pytest.approx(4 / 5)


def test_names_of_classes_do_not_matter():
    z, labels = blobs(3)
    renamed = np.array([7, 5, 6])[labels]
    assert silhouette(z, renamed) == pytest.approx(silhouette(z, labels))
    assert cluster_scores(z, renamed) == pytest.approx(cluster_scores(z, labels))


def test_rotation_shift_and_scale_do_not_matter():
    z, labels = blobs(2)
    moved = 7 * z @ ortho_group.rvs(3, random_state=0) + 4
    assert silhouette(moved, labels) == pytest.approx(silhouette(z, labels))
    assert cluster_scores(moved, labels) == pytest.approx(cluster_scores(z, labels))


def test_clusters_repeat_with_their_seed():
    z, labels = blobs(1)
    assert cluster_scores(z, labels, seed=3) == cluster_scores(z, labels, seed=3)
    assert cluster_scores(z, labels, n_clusters=8).ari < cluster_scores(*blobs(100)).ari


@pytest.mark.parametrize("accuracy", ACCURACIES)
def test_accuracy_goes_from_chance_to_one(accuracy):
    for distance, low, high in ((0, 0.25, 0.42), (100, 1, 1)):
        found = accuracy(*blobs(distance, 900), *blobs(distance, 900, seed=1))
        assert low <= found <= high


@pytest.mark.parametrize("accuracy", ACCURACIES)
def test_accuracy_is_of_the_test_codes(accuracy):
    train, (z, labels) = blobs(100), blobs(100, seed=1)
    wrong = (labels[:30] + 1) % 3
    labels = np.concatenate([wrong, labels[30:]])
    assert accuracy(*train, z, labels) == pytest.approx(1 - 30 / 150)


def test_nearest_centroid_is_what_it_says():
    (z, labels), (new, truth) = blobs(1), blobs(1, seed=1)
    centroids = np.stack([z[labels == c].mean(axis=0) for c in range(3)])
    expected = (cdist(new, centroids).argmin(axis=1) == truth).mean()
    assert nearest_centroid_accuracy(z, labels, new, truth) == pytest.approx(expected)


def test_nearest_centroid_takes_single_and_equal_codes():
    """One code a class has no spread, and a dimension may be the same for all."""
    train = np.array([[0.0, 5.0], [10.0, 5.0]])
    assert nearest_centroid_accuracy(train, [3, 1], [[1.0, 5.0], [8.0, 5.0]], [3, 1]) == 1
    equal = np.ones((4, 2))
    assert nearest_centroid_accuracy(equal, [0, 0, 1, 1], equal, [0, 0, 0, 0]) == 1


def test_one_neighbour_on_a_line():
    assert knn_accuracy([[0.0], [10.0]], [0, 1], [[1.0], [6.0], [4.0]], [0, 1, 1], k=1) == (
        pytest.approx(2 / 3)
    )


def test_own_neighbours_by_hand():
    z, labels = [[0.0], [1.0], [2.5], [4.5]], [0, 0, 1, 1]
    # Nearest others: 1 → own, 0 → own, 1 → other, 2.5 → own; then 2.5, 2.5, 4.5, 1.
    assert own_neighbours(z, labels, k=1) == 3 / 4
    assert own_neighbours(z, labels, k=2) == (1 + 1 + 1 + 1) / 8
    assert own_neighbours(z, labels, k=3) == pytest.approx(1 / 3)


def test_own_neighbours_do_not_care_about_scale_and_never_count_the_code_itself():
    z, labels = blobs(2)
    assert own_neighbours(1000 * z, labels) == own_neighbours(z, labels) > 0.6
    mixed, _ = blobs(0)
    assert own_neighbours(mixed, labels, k=1) == pytest.approx(1 / 3, abs=0.1)
    assert own_neighbours([[0.0], [0.0], [0.0]], [0, 1, 2], k=2) == 0


def test_between_share_by_hand():
    # Class means 1 and 4, three and one codes: variance 27/16 of (0 + 1 + 4 + 16) / 4 − (7/4)².
    z, labels = [[0.0], [1.0], [2.0], [4.0]], [0, 0, 0, 1]
    assert between_share(z, labels) == pytest.approx((27 / 16) / (35 / 16))
    assert between_share(z, [0, 1, 2, 3]) == pytest.approx(1)
    assert between_share(z, [5, 5, 5, 5]) == pytest.approx(0)


def test_between_share_is_the_same_in_all_directions_and_scales():
    z, labels = blobs(2)
    turned = 5 * z @ ortho_group.rvs(3, random_state=0) + 7
    assert between_share(turned, labels) == pytest.approx(between_share(z, labels))
    with pytest.raises(ValueError, match="no variance"):
        between_share(np.ones((4, 2)), [0, 0, 1, 1])


def test_a_probe_is_linear_and_neighbours_are_not():
    rng = np.random.default_rng(0)
    z = rng.uniform(-1, 1, size=(2_000, 2))
    checkerboard = (z[:, 0] * z[:, 1] > 0).astype(int)
    split = z[:1_000], checkerboard[:1_000], z[1_000:], checkerboard[1_000:]
    assert linear_probe(*split) < 0.6
    assert knn_accuracy(*split) > 0.9


def test_the_probe_does_not_care_about_units():
    train, test = blobs(2), blobs(2, seed=1)
    units = np.array([1e-4, 1, 1e4])
    assert linear_probe(train[0] * units, train[1], test[0] * units, test[1]) == pytest.approx(
        linear_probe(*train, *test)
    )


@pytest.mark.parametrize(
    ("z", "labels", "message"),
    [
        (np.zeros(4), [0, 1, 0, 1], r"z has shape \(4,\)"),
        (np.zeros((4, 2)), [0, 1, 0], r"labels has shape \(3,\): allowed is \(4,\)"),
        (np.zeros((4, 2)), [0.5, 1, 0, 1], "labels has dtype float64"),
        (np.full((4, 2), np.nan), [0, 1, 0, 1], "z holds NaN"),
    ],
)
def test_bad_codes_are_named(z, labels, message):
    for metric in (silhouette, cluster_scores, own_neighbours, between_share):
        with pytest.raises(ValueError, match=message):
            metric(z, labels)


def test_too_few_classes_or_neighbours_are_named():
    z, labels = blobs(1, n=9)
    with pytest.raises(ValueError, match="labels has 1 classes"):
        silhouette(z, np.zeros(9, int))
    with pytest.raises(ValueError, match="labels has 9 classes"):
        silhouette(z, np.arange(9))
    with pytest.raises(ValueError, match="n_clusters=10"):
        cluster_scores(z, labels, n_clusters=10)
    with pytest.raises(ValueError, match="k=10"):
        knn_accuracy(z, labels, z, labels, k=10)
    with pytest.raises(ValueError, match="k=9"):
        own_neighbours(z, labels, k=9)
    for accuracy in ACCURACIES:
        with pytest.raises(ValueError, match=r"test_z has shape \(9, 2\)"):
            accuracy(z, labels, z[:, :2], labels)
        with pytest.raises(ValueError, match="test_labels has shape"):
            accuracy(z, labels, z, labels[:3])
        with pytest.raises(ValueError, match="train_labels has 1 class"):
            accuracy(z, labels * 0, z, labels)
