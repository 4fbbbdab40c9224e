"""Exercises of chapter 07: what the codes of an AE and a VAE know about the classes."""

import numpy as np
from sklearn.metrics import adjusted_rand_score, rand_score, silhouette_samples
from sklearn.neighbors import KNeighborsClassifier

from vae_helpers.checks.core import (
    Question,
    SelfTest,
    Wrong,
    attempted,
    call,
    exercise,
    expect_array,
    expect_number,
    show,
)


@exercise(
    title="The silhouette of one point",
    hints=(
        "First all distances at once: `np.linalg.norm(z - z[i], axis=1)` is an array (n,), with a "
        "0 at place `i`.",
        "`a` is the mean over the *other* members of the class: leave the point itself out, or "
        "divide the sum by one less than the class has.",
        "`b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])`, "
        "then `(b - a) / max(a, b)`",
    ),
)
def silhouette_of(answer):
    """Return the silhouette of one point."""
    z, labels = _three_classes()
    right = silhouette_samples(z, labels)
    for i in (0, 8):
        what = f"silhouette_of({i}, z, labels)"
        got = call(answer, i, z.copy(), labels.copy())
        look_at = "Compute a and b for this point alone and compare them with the two lines above."
        expect_number(got, right[i], what, look_at=look_at, mistakes=_near_misses(i, z, labels))
    return "The mean of this over all codes is the published number."


@exercise(
    title="The adjusted Rand index",
    hints=(
        "`pairs(table)` works on the whole table at once: C(n, 2) in every cell.",
        "`same_class = pairs(table.sum(axis=1)).sum()`, `same_cluster` with `axis=0`, and "
        "`same_both = pairs(table).sum()`.",
        "By chance: `same_class * same_cluster / pairs(table.sum())`. At best: "
        "`(same_class + same_cluster) / 2`.",
    ),
)
def adjusted_rand(answer):
    """Compute the adjusted Rand index from a table of classes and clusters."""
    for table in (np.array([[5, 1, 0], [2, 4, 3]]), np.array([[3, 3], [3, 3], [0, 9]])):
        classes, clusters = _members(table)
        expect_number(
            call(answer, table.copy()),
            adjusted_rand_score(classes, clusters),
            f"adjusted_rand({table.tolist()})",
            look_at="Print the four counts of pairs: in both, in a class, in a cluster, in all.",
            mistakes=_wrong_indices(table, classes, clusters),
        )
    return "0 for luck, 1 for perfect agreement, whatever the clusters are called."


@exercise(
    title="Let the neighbours vote",
    hints=(
        "All distances at once: `test_z[:, None] - train_z` has shape (m, n, latent_dim); "
        "`np.linalg.norm(…, axis=2)` makes (m, n) of it.",
        "`np.argsort(distance, axis=1)[:, :k]` are the k nearest of each row; index the labels "
        "with it.",
        "The vote of one row: `np.bincount(row).argmax()`.",
    ),
)
def vote(answer):
    """Let the k nearest training codes vote."""
    rng = np.random.default_rng(5)
    train_labels = rng.integers(0, 4, 60)
    train_z = rng.normal(size=(60, 3)) + 0.6 * np.eye(4)[train_labels][:, :3]
    test_z = _without_ties(5, train_z, train_labels, rng.normal(size=(120, 3)))[:40]
    for k in (1, 5):
        got = call(answer, train_z.copy(), train_labels.copy(), test_z.copy(), k)
        right = _neighbours(k, train_z, train_labels, test_z)
        mistakes = _wrong_votes(k, train_z, train_labels, test_z)
        look_at = "Find the neighbours of this test code by hand, with the smallest distances."
        what = f"vote(train_z, train_labels, test_z, {k})"
        expect_array(got, right, what, look_at=look_at, mistakes=mistakes)
    return "No training, no weights: only distances between codes."


@exercise(
    title="Standardise",
    hints=(
        "Mean and standard deviation of each dimension: `axis=0`.",
        "They must come from the training codes, for both: the test codes are new images of which "
        "nothing is known yet.",
        "`mean, deviation = train_z.mean(axis=0), train_z.std(axis=0)`, then "
        "`(train_z - mean) / deviation, (test_z - mean) / deviation`",
    ),
)
def standardise(answer):
    """Standardise codes with the mean and the deviation of the training codes."""
    rng = np.random.default_rng(6)
    train_z = rng.normal((1, -2, 3), (0.5, 2, 5), size=(30, 3))
    test_z = rng.normal((2, -2, 1), (1, 1, 9), size=(20, 3))
    got = attempted(call(answer, train_z.copy(), test_z.copy()))
    pair = _pair(got)
    mean, deviation = train_z.mean(axis=0), train_z.std(axis=0)
    _judge_train(pair[0], train_z, mean, deviation)
    unbiased = train_z.std(axis=0, ddof=1)
    if np.allclose(np.asarray(pair[0], dtype=float), (train_z - mean) / unbiased, rtol=1e-4):
        deviation = unbiased  # n − 1 is as good; then for the test codes, too
    both = np.concatenate([train_z, test_z])
    expect_array(
        pair[1],
        (test_z - mean) / deviation,
        "The test codes you return",
        look_at="Use the training codes' mean and deviation, dimension by dimension.",
        mistakes=[
            (test_z, "They are unchanged."),
            (
                (test_z - test_z.mean(axis=0)) / test_z.std(axis=0),
                "That is the test codes' own mean and deviation: a code would move when other "
                "test images come along. Use those of the training codes.",
            ),
            (
                (test_z - both.mean(axis=0)) / both.std(axis=0),
                "You took mean and deviation of both together: the test codes must not take part.",
            ),
        ],
    )
    return "Every dimension counts the same now, and no test image had a say in it."


@exercise(
    title="The KL divergence to a centre",
    hints=(
        "Only one of the four terms of the KL divergence to N(0, I) holds the mean.",
        "Seen from the centre, the posterior has the mean `z_mean - centre` and the same variance.",
        "`0.5 * ((z_mean - centre)**2 + np.exp(z_log_var) - 1 - z_log_var)`, summed over axis 1",
    ),
)
def class_kl(answer):
    """Return the KL divergence of posteriors to a unit Gaussian around each image's centre."""
    rng = np.random.default_rng(8)
    z_mean, centre = rng.normal(size=(4, 3)), 2 * rng.normal(size=(4, 3))
    z_log_var = rng.normal(-1, 0.5, size=(4, 3))

    def kl(mean, log_variance=z_log_var):
        return 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)

    right = kl(z_mean - centre)
    expect_array(
        call(answer, z_mean.copy(), z_log_var.copy(), centre.copy()),
        right,
        "class_kl(z_mean, z_log_var, centre) for 4 images",
        look_at="With a centre of 0 it must be the KL divergence of chapter 02.",
        mistakes=[
            (kl(z_mean), "That is the divergence to N(0, I): the centre is not used."),
            (kl(z_mean + centre), "You added the centre: the distance to it counts."),
            (-right, "The sign is wrong: a divergence is never negative."),
            (2 * right, "The factor ½ is missing."),
            (right.mean(), "One number an image, please: do not average over images."),
            (
                0.5 * ((z_mean - centre) ** 2 + np.exp(z_log_var) - 1 - z_log_var),
                "Sum over axis 1.",
            ),
            (
                kl(z_mean - centre, 2 * z_log_var),
                "You took the log-variance for the log of the deviation.",
            ),
            (
                0.5 * (z_mean**2 - centre**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1),
                "Square the difference, not each part.",
            ),
        ],
    )
    return "One term moved: the whole prior now has a place for each class."


self_test = SelfTest(
    Question(
        "A digit's code has the silhouette −0.2. What does that mean?",
        {
            "a": "The decoder cannot draw it.",
            "b": "It lies closer to another class than to its own, on average.",
            "c": "It lies outside the prior.",
        },
        right="b",
        feedback={
            "a": "The silhouette never asks the decoder; it only measures distances.",
            "b": "b, the mean distance to the nearest other class, is smaller than a.",
            "c": "The prior plays no part in it.",
        },
    ),
    Question(
        "Two islands lie far apart on a t-SNE map. What may you conclude?",
        {
            "a": "Their codes are far apart, too.",
            "b": "The model has learned two classes.",
            "c": "Little: the map keeps neighbours, not distances between islands.",
        },
        right="c",
        feedback={
            "a": "t-SNE only tries to keep neighbours near; gaps grow by themselves.",
            "b": "The map does not know any class: the colours were added by us.",
            "c": "So count neighbours, or measure in the space of the codes.",
        },
    ),
    Question(
        "Model A has 2 latent dimensions and a silhouette of 0.16, B has 10 and 0.11. Which codes "
        "tell the classes apart better?",
        {
            "a": "One cannot say from these numbers.",
            "b": "A's, because of the higher silhouette.",
            "c": "B's, because of the larger number of dimensions.",
        },
        right="a",
        feedback={
            "a": "Dimensions alone push the silhouette down. Ask neighbours or a probe.",
            "b": "That was the trap of section 7: A's neighbours were wrong far more often.",
            "c": "More dimensions may hold more, or nothing but noise.",
        },
    ),
    Question(
        "k-means finds exactly the ten classes, but calls the cluster of zeros 7. What is its "
        "adjusted Rand index?",
        {"a": "1", "b": "0.9", "c": "about 0"},
        right="a",
        feedback={
            "a": "It counts pairs that are together, and never looks at names.",
            "b": "Names play no part in it.",
            "c": "That would be the share of equal numbers, which is no measure of clusters.",
        },
    ),
    Question(
        "An autoencoder is sampled with a mixture fitted to its codes. What was needed for that?",
        {
            "a": "Another training of the decoder.",
            "b": "Labels of the training images.",
            "c": "The codes of training images, and nothing else.",
        },
        right="c",
        feedback={
            "a": "The decoder stays as it is; it is only asked in better places.",
            "b": "The mixture needs codes alone.",
            "c": "A VAE with its N(0, I) does without even that: that is its advantage.",
        },
    ),
    chapter=__name__,
)


def _three_classes():
    """Return twelve codes of three classes of different sizes, some of them misplaced."""
    rng = np.random.default_rng(2)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2])
    return rng.normal(size=(12, 3)) + 1.2 * np.eye(3)[labels], labels


def _near_misses(i, z, labels):
    """Return what typical mistakes give for point i, with a message for each."""
    distance = np.linalg.norm(z - z[i], axis=1)
    own = labels == labels[i]
    means = [distance[labels == c].mean() for c in np.unique(labels) if c != labels[i]]
    a, b = distance[own].sum() / (own.sum() - 1), min(means)
    with_itself, all_others = distance[own].mean(), distance[~own].mean()
    squares = distance**2
    others = [squares[labels == c].mean() for c in np.unique(labels) if c != labels[i]]
    a2, b2 = squares[own].sum() / (own.sum() - 1), min(others)
    return {
        (a - b) / max(a, b): "The sign is turned round: b − a, not a − b.",
        (b - with_itself) / max(with_itself, b): "Leave the point itself out of its own class: "
        "its distance 0 makes `a` too small.",
        (all_others - a) / max(a, all_others): "`b` is the mean distance to the *nearest* other "
        "class, not to all other points.",
        (max(means) - a) / max(a, *means): "`b` belongs to the nearest other class: the smallest "
        "mean distance.",
        (b2 - a2) / max(a2, b2): "Those are squared distances: take the root, as "
        "`np.linalg.norm` does.",
        (b - a) / min(a, b): "Divide by the larger of a and b.",
        b - a: "Divide by the larger of a and b.",
        (b - a) / (a + b): "Divide by the larger of a and b, not by their sum.",
    }


def _members(table):
    """Return class and cluster of every member of a contingency table."""
    rows, columns = np.indices(table.shape)
    counts = table.ravel()
    return np.repeat(rows.ravel(), counts), np.repeat(columns.ravel(), counts)


def _wrong_indices(table, classes, clusters):
    def pairs(counts):
        return counts * (counts - 1) / 2

    both = pairs(table).sum()
    rows, columns = pairs(table.sum(axis=1)).sum(), pairs(table.sum(axis=0)).sum()
    chance = rows * columns / pairs(table.sum())
    return {
        rand_score(classes, clusters): "That is the Rand index without its correction for chance.",
        both / ((rows + columns) / 2): "Take away what chance gives, above and below.",
        (both - chance) / ((rows + columns) / 2): "Take away what chance gives below, too.",
        (both - chance) / (rows + columns - chance): "The best that can be is the *mean* of the "
        "two counts.",
        (both - chance) / (max(rows, columns) - chance): "The best that can be is the mean of the "
        "two counts.",
        table.max(axis=0).sum() / table.sum(): "That is the purity, which grows with the number "
        "of clusters: follow the formula with pairs.",
    }


def _neighbours(k, train_z, train_labels, test_z):
    return KNeighborsClassifier(k).fit(train_z, train_labels).predict(test_z)


def _nearest_first(train_z, test_z):
    return np.argsort(np.linalg.norm(test_z[:, None] - train_z, axis=2), axis=1)


def _without_ties(k, train_z, train_labels, test_z):
    """Keep the test codes whose vote has one winner: the task leaves ties open."""
    nearest = _nearest_first(train_z, test_z)[:, :k]
    votes = np.sort([np.bincount(row, minlength=4) for row in train_labels[nearest]], axis=1)
    return test_z[votes[:, -1] > votes[:, -2]]


def _wrong_votes(k, train_z, train_labels, test_z):
    order = _nearest_first(train_z, test_z)

    def winners(chosen):
        return np.array([np.bincount(row).argmax() for row in train_labels[chosen]])

    nearest = train_labels[order[:, :k]]
    mistakes = [
        (winners(order[:, -k:]), "Those are the votes of the *farthest* codes."),
        (
            winners(order[:, 1 : k + 1]),
            "You left out the nearest code: the test codes are not among the training codes.",
        ),
        (order[:, :k], "Those are row numbers of the neighbours: look up their labels."),
        (nearest, "Those are the labels of the neighbours: let them vote, one answer a row."),
        (nearest.mean(axis=1), "You averaged the labels: classes are names, so count them."),
        (np.median(nearest, axis=1), "That is the median of the labels: count them instead."),
        (nearest.max(axis=1), "That is the largest label among the neighbours: count them."),
    ]
    if k > 1:
        mistakes.append((nearest[:, 0], "Only the nearest code had a vote: `k` is not used."))
    return mistakes


def _pair(got):
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong(f"You returned {show(got)}: expected two arrays, `return train, test`.")
    return attempted(tuple(got))


def _judge_train(got, train_z, mean, deviation):
    what, centred = "The training codes you return", train_z - mean
    expect_array(
        got,
        centred / deviation,
        what,
        rtol=0.03,  # with n or n − 1 in the deviation
        look_at="Subtract each dimension's mean, then divide by its deviation.",
        mistakes=[
            (train_z, "They are unchanged."),
            (centred, "Divide by the deviation, too."),
            (train_z / deviation, "Subtract the mean first."),
            (centred / deviation**2, "That is the variance: divide by the deviation."),
            (
                (train_z - train_z.mean()) / train_z.std(),
                "Mean and deviation of each dimension on its own: `axis=0`.",
            ),
        ],
    )
