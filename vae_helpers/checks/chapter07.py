"""Exercises of chapter 07: what the codes of an AE and a VAE know about the classes."""

from collections.abc import Callable

import numpy as np
from scipy.special import xlogy
from sklearn.metrics import adjusted_rand_score, rand_score, silhouette_samples
from sklearn.neighbors import KNeighborsClassifier

from vae_helpers.checks.core import (
    Case,
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_function,
    unpack,
)


@exercise(
    title="The silhouette of one point",
    hints=(
        "First all distances at once: `np.linalg.norm(z - z[i], axis=1)` is an array (n,), with a "
        "0 at place `i`.",
        "`a` is the mean over the *other* members of the class: leave the point itself out, or "
        "divide the sum by one less than the class has.",
        "`b` is the smallest of the mean distances to the other classes, one mean for each `c` of "
        "`np.unique(labels)` but the point's own.",
    ),
)
def silhouette_of(answer):
    """Return the silhouette of one point."""
    z, labels = _three_classes()
    _without_empty_classes(answer, 0, z, labels)
    expect_function(
        answer,
        _silhouette,
        [(0, z, labels), (2, z, labels)],
        mistakes=SILHOUETTE_MISTAKES,
        look_at="Compute a and b for this point alone and compare them with the two lines above.",
    )
    expect_function(
        answer,
        _silhouette,
        [Case(1, z, labels, when="a code nearer to another class")],
        mistakes=(
            (
                _silhouette_with(score=lambda a, b: (b - a) / b),
                "Divide by the larger of a and b, not by b.",
            ),
            (
                lambda i, z, labels: abs(_silhouette(i, z, labels)),
                "A silhouette may be negative: no absolute value.",
            ),
            (
                lambda i, z, labels: max(0.0, _silhouette(i, z, labels)),
                "A silhouette may be negative: do not cut it off at 0.",
            ),
        ),
        look_at="Here b is smaller than a, and the silhouette negative.",
    )
    others = np.array([0, 2, 5])[labels]
    _without_empty_classes(answer, 0, z, others)
    expect_function(
        answer,
        _silhouette,
        [Case(5, z[::-1].copy(), others[::-1].copy(), when="the classes 0, 2 and 5 occur")],
        look_at="Take the classes that occur, `np.unique(labels)`.",
    )
    return "The mean of this over all codes is the published number."


NO_MEMBERS = (
    "A class without members has no mean distance, only NaN: take the classes that occur, "
    "`np.unique(labels)`."
)


def _without_empty_classes(answer, i, z, labels):
    """Raise Wrong if the answer is NaN because it asks for a class without members."""
    got = call(answer, i, z.copy(), labels.copy())
    try:
        is_nan = np.isnan(np.asarray(got, dtype=float)).any()
    except Exception:
        return  # what it is instead is told later
    if is_nan and np.size(got) == 1:
        raise Wrong(f"`silhouette_of({i}, z, labels)` is NaN. {NO_MEMBERS}", "mistake")


def _three_classes():
    """Return twelve codes of three classes of different sizes, some of them misplaced.

    Codes 0 and 2 lie well in their classes, code 1 does not; none has the class of its number.
    """
    rng = np.random.default_rng(2)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2])
    z = rng.normal(size=(12, 3)) + 1.2 * np.eye(3)[labels]
    order = [8, 1, 6, 3, 4, 5, 2, 7, 0, 9, 10, 11]
    return z[order], labels[order]


def _silhouette(i, z, labels):
    return silhouette_samples(z, labels)[i]


def _euclidean(differences):
    return np.linalg.norm(differences, axis=1)


def _mean_without_itself(distances):
    return distances.sum() / (len(distances) - 1)


def _score(a, b):
    return (b - a) / max(a, b)


def _silhouette_with(
    measure: Callable = _euclidean,
    own: Callable = _mean_without_itself,
    other: Callable = np.mean,
    nearest: Callable = min,
    score: Callable = _score,
    which: Callable = lambda i, labels: labels == labels[i],
):
    """Return the silhouette with one of its parts changed."""

    def silhouette(i, z, labels):
        distance, mine = measure(z - z[i]), which(i, labels)
        means = [other(distance[labels == c]) for c in np.unique(labels) if c != labels[i]]
        return score(own(distance[mine]), nearest(means))

    return silhouette


def _all_others(i, z, labels):
    distance, own = _euclidean(z - z[i]), labels == labels[i]
    return _score(_mean_without_itself(distance[own]), distance[~own].mean())


def _any_class(i, z, labels):
    """Take the nearest of all classes, the own one included."""
    distance, own = _euclidean(z - z[i]), labels == labels[i]
    means = [distance[labels == c].mean() for c in np.unique(labels)]
    return _score(_mean_without_itself(distance[own]), min(means))


def _to_centroids(i, z, labels):
    distance = {
        c: _euclidean((z[labels == c].mean(axis=0) - z[i])[None])[0] for c in np.unique(labels)
    }
    own = distance.pop(labels[i])
    return _score(own, min(distance.values()))


def _to_centroids_without_itself(i, z, labels):
    others = np.arange(len(z)) != i
    means = {c: z[(labels == c) & others].mean(axis=0) for c in np.unique(labels)}
    distance = {c: _euclidean((mean - z[i])[None])[0] for c, mean in means.items()}
    own = distance.pop(labels[i])
    return _score(own, min(distance.values()))


def _cosine(i, z, labels):
    return silhouette_samples(z, labels, metric="cosine")[i]


SILHOUETTE_MISTAKES = (
    # a
    (
        _silhouette_with(own=np.mean),
        "Leave the point itself out of its own class: its distance 0 makes `a` too small.",
    ),
    (_silhouette_with(own=np.sum), "`a` is a *mean* distance: divide by the number of the others."),
    (
        _silhouette_with(own=lambda d: np.sort(d)[1]),
        "`a` is the mean distance to *all* others of the class, not to the nearest.",
    ),
    (
        _silhouette_with(which=lambda i, labels: labels == i),
        "`labels == i` compares classes with the number of the code: its class is `labels[i]`.",
    ),
    # b
    (
        _all_others,
        "`b` is the mean distance to the *nearest* other class, not to all other points.",
    ),
    (
        _silhouette_with(nearest=max),
        "`b` belongs to the nearest other class: the smallest mean distance.",
    ),
    (
        _silhouette_with(nearest=np.mean),
        "`b` belongs to the nearest other class alone: the smallest mean distance, not their mean.",
    ),
    (
        _silhouette_with(other=np.min),
        "`b` is the mean distance to a whole class, not to its nearest code.",
    ),
    (
        _silhouette_with(other=_mean_without_itself),
        "Only in its own class the point itself is left out: in `b` divide by the number of codes.",
    ),
    (
        _any_class,
        "`b` is the nearest *other* class: leave the point's own class out.",
    ),
    # both
    (
        _silhouette_with(own=lambda d: np.sort(d)[1], other=np.min),
        "a and b are mean distances to whole classes, not to the nearest code of each.",
    ),
    (
        _silhouette_with(own=lambda d: np.median(np.sort(d)[1:]), other=np.median),
        "Those are median distances: take the means.",
    ),
    (_to_centroids, "Those are distances to the centroids: take the *mean of the distances*."),
    (
        _to_centroids_without_itself,
        "Those are distances to the centroids: take the *mean of the distances*.",
    ),
    # the distance
    (
        _silhouette_with(lambda d: np.square(d).sum(axis=1)),
        "Those are squared distances: take the root, as `np.linalg.norm` does.",
    ),
    (
        _silhouette_with(lambda d: np.abs(d).sum(axis=1)),
        "Those are city-block distances, sums of |differences|: take the root of the squares' sum.",
    ),
    (
        _silhouette_with(lambda d: np.abs(d).max(axis=1)),
        "Those are the largest differences: take the root of the sum of squares.",
    ),
    (
        _silhouette_with(lambda d: np.sqrt(np.square(d).sum(axis=1) ** 0.5)),
        "One root too many: `np.linalg.norm` has taken it already.",
    ),
    (_cosine, "Those are distances of directions (cosine): take the Euclidean ones."),
    # the formula
    (
        _silhouette_with(score=lambda a, b: (a - b) / max(a, b)),
        "The sign is turned round: b − a, not a − b.",
    ),
    (_silhouette_with(score=lambda a, b: (b - a) / min(a, b)), "Divide by the larger of a and b."),
    (_silhouette_with(score=lambda a, b: b - a), "Divide by the larger of a and b."),
    (
        _silhouette_with(score=lambda a, b: (b - a) / (a + b)),
        "Divide by the larger of a and b, not by their sum.",
    ),
    (
        _silhouette_with(score=lambda a, b: b / max(a, b)),
        "− a is missing above the line: (b − a) / max(a, b).",
    ),
    (
        _silhouette_with(score=lambda a, b: b - a / max(a, b)),
        "A bracket is missing: (b − a) / max(a, b).",
    ),
    (
        _silhouette_with(score=lambda a, b: a / b),
        "That is a / b: the silhouette is (b − a) / max(a, b).",
    ),
    # something else
    (
        lambda i, z, labels: silhouette_samples(z, labels).mean(),
        "That is the mean over all codes: only the silhouette of code `i`.",
    ),
    (
        lambda i, z, labels: silhouette_samples(z, labels),
        "Those are the silhouettes of all codes: only that of code `i`.",
    ),
    (
        lambda i, z, labels: silhouette_samples(z, labels)[labels == labels[i]].mean(),
        "That is the mean over the class: only the silhouette of code `i`.",
    ),
)


@exercise(
    title="The adjusted Rand index",
    hints=(
        "`pairs(table)` works on the whole table at once: C(n, 2) in every cell.",
        "The row sums, `table.sum(axis=1)`, are the sizes of the classes; the pairs within them "
        "are added up. The same for clusters with `axis=0`.",
        "Then put the four counts into the formula: *all* is `pairs` of the number of images.",
    ),
)
def adjusted_rand(answer):
    """Compute the adjusted Rand index from a table of classes and clusters."""
    expect_function(
        answer,
        _adjusted_rand,
        [
            (np.array([[1, 5, 0], [4, 2, 3]]),),
            (np.array([[3, 40, 7], [25, 2, 0], [9, 1, 30], [5, 5, 6]]),),
        ],
        mistakes=RAND_MISTAKES,
        look_at="Print the four counts of pairs: in both, in a class, in a cluster, in all.",
    )
    expect_function(
        answer,
        _adjusted_rand,
        [Case(np.array([[3, 4], [4, 3], [1, 1]]), when="worse than chance")],
        mistakes=(
            (
                lambda table: max(0.0, _adjusted_rand(table)),
                "The index may be negative, worse than luck: do not cut it off at 0.",
            ),
            (
                lambda table: abs(_adjusted_rand(table)),
                "The index may be negative, worse than luck: no absolute value.",
            ),
        ),
        look_at="Here fewer pairs are together than by chance: the index is negative.",
    )
    return "0 for luck, 1 for perfect agreement, whatever the clusters are called."


def _members(table):
    """Return class and cluster of every member of a contingency table."""
    rows, columns = np.indices(table.shape)
    counts = table.ravel()
    return np.repeat(rows.ravel(), counts), np.repeat(columns.ravel(), counts)


def _adjusted_rand(table):
    return adjusted_rand_score(*_members(table))


def _pairs(counts):
    return counts * (counts - 1) / 2


def _index(formula, pairs=_pairs):
    """Return the index ``formula(both, of classes, of clusters, all)``, of counts of pairs."""

    def index(table):
        rows, columns = pairs(table.sum(axis=1)).sum(), pairs(table.sum(axis=0)).sum()
        return formula(pairs(table).sum(), rows, columns, pairs(table.sum()))

    return index


def _hubert_arabie(both, rows, columns, everything):
    chance = rows * columns / everything
    return (both - chance) / ((rows + columns) / 2 - chance)


def _mutual_information(table):
    """Return the mutual information and the entropies of rows and columns."""
    p = table / table.sum()
    of_rows, of_columns = p.sum(axis=1), p.sum(axis=0)
    outer = of_rows[:, None] * of_columns
    shared = xlogy(p, np.where(p > 0, p, 1)).sum() - xlogy(p, outer).sum()
    return shared, -xlogy(of_rows, of_rows).sum(), -xlogy(of_columns, of_columns).sum()


def _nmi(table):
    shared, of_rows, of_columns = _mutual_information(table)
    return shared / ((of_rows + of_columns) / 2)


MEAN_OF_COUNTS = "The best that can be is the *mean* of the two counts."

RAND_MISTAKES = (
    (
        lambda table: rand_score(*_members(table)),
        "That is the Rand index without its correction for chance.",
    ),
    (_index(lambda b, r, c, n: b / ((r + c) / 2)), "Take away what chance gives, above and below."),
    (
        _index(lambda b, r, c, n: (b - r * c / n) / ((r + c) / 2)),
        "Take away what chance gives below, too.",
    ),
    (
        _index(lambda b, r, c, n: b / ((r + c) / 2 - r * c / n)),
        "Take away what chance gives above, too.",
    ),
    (_index(lambda b, r, c, n: (b - r * c / n) / (r + c - r * c / n)), MEAN_OF_COUNTS),
    (_index(lambda b, r, c, n: (b - r * c / n) / (max(r, c) - r * c / n)), MEAN_OF_COUNTS),
    (_index(lambda b, r, c, n: (b - r * c / n) / (min(r, c) - r * c / n)), MEAN_OF_COUNTS),
    (_index(lambda b, r, c, n: (b - r * c / n) / (r - r * c / n)), MEAN_OF_COUNTS),
    (_index(lambda b, r, c, n: (b - r * c / n) / (np.sqrt(r * c) - r * c / n)), MEAN_OF_COUNTS),
    (
        _index(lambda b, r, c, n: (b - r * c / n) / ((r + c) / 2 + r * c / n)),
        "Chance is taken away below as well, not added.",
    ),
    (
        _index(lambda b, r, c, n: (b + r * c / n) / ((r + c) / 2 - r * c / n)),
        "Chance is taken away above, not added.",
    ),
    (
        _index(lambda b, r, c, n: (b - r * c / n) / (n - r * c / n)),
        "Below stands the mean of *class* and *cluster*, not *all*.",
    ),
    (
        _index(lambda b, r, c, n: (b - r * c) / ((r + c) / 2 - r * c)),
        "Chance is class · cluster divided by *all*: the number of all pairs is missing.",
    ),
    (
        _index(lambda b, r, c, n: (b - (r + c) / n) / ((r + c) / 2 - (r + c) / n)),
        "Chance is class *times* cluster divided by all, not their sum.",
    ),
    (
        _index(lambda b, r, c, n: b - r * c / n / ((r + c) / 2 - r * c / n)),
        "A bracket is missing above: (both − chance) / (…).",
    ),
    (
        _index(lambda b, r, c, n: (b - r * c / n) / ((r + c) / 2) - r * c / n),
        "A bracket is missing below: … / (mean − chance).",
    ),
    (
        _index(lambda b, r, c, n: (b - r * c / n) / (r + c / 2 - r * c / n)),
        "A bracket is missing: the mean is (class + cluster) / 2.",
    ),
    (
        _index(_hubert_arabie, pairs=lambda n: np.square(n)),
        "Pairs are n (n − 1) / 2, not squares: use `pairs`.",
    ),
    (
        _index(_hubert_arabie, pairs=lambda n: n),
        "Those are counts of images: count *pairs*, with `pairs`.",
    ),
    (
        _index(lambda b, r, c, n: _hubert_arabie(b, n, n, n)),
        "`pairs` of the sum of all is *all*: for *class* take `pairs` of each row sum, and add "
        "them up.",
    ),
    (
        lambda table: _hubert_arabie(
            _pairs(table).sum(),
            _pairs(table.sum(axis=1)).sum(),
            _pairs(table.sum(axis=0)).sum(),
            table.sum(),
        ),
        "*All* is the number of *pairs* among all images, `pairs(table.sum())`.",
    ),
    (
        _index(lambda b, r, c, n: _hubert_arabie(b, r, r, n)),
        "You took the row sums for both: the clusters are the *columns*, `table.sum(axis=0)`.",
    ),
    (
        _index(lambda b, r, c, n: _hubert_arabie(b, c, c, n)),
        "You took the column sums for both: the classes are the *rows*, `table.sum(axis=1)`.",
    ),
    (
        _index(lambda b, r, c, n: _hubert_arabie(n, r, c, n)),
        "For *both*, `pairs` of the sum of all is too much: `pairs` of each cell, then the sum.",
    ),
    (
        _index(lambda b, r, c, n: b / n),
        "That is the share of pairs that are together in both: take away what chance gives.",
    ),
    (
        _index(lambda b, r, c, n: b / np.sqrt(r * c)),
        "That is the Fowlkes–Mallows index: use the formula above, with chance taken away.",
    ),
    (
        _index(lambda b, r, c, n: b / (r + c - b)),
        "That is the Jaccard index of the pairs: use the formula above, with chance taken away.",
    ),
    (lambda table: 100 * _adjusted_rand(table), "That is in per cent: 1 is perfect agreement."),
    (lambda table: -_adjusted_rand(table), "The sign is turned round: both − chance above."),
    (
        lambda table: table.max(axis=0).sum() / table.sum(),
        "That is the purity, which grows with the number of clusters: follow the formula with "
        "pairs.",
    ),
    (
        lambda table: table.max(axis=1).sum() / table.sum(),
        "That is the purity, which grows with the number of clusters: follow the formula with "
        "pairs.",
    ),
    (
        lambda table: np.trace(table) / table.sum(),
        "That is the share of the diagonal: which number a cluster gets is chance. Count pairs.",
    ),
    (_nmi, "That is the normalised mutual information: count pairs, as in the formula."),
    (
        lambda table: _mutual_information(table)[0],
        "That is the mutual information: count pairs, as in the formula.",
    ),
)


@exercise(
    title="Let the neighbours vote",
    hints=(
        "All distances at once: `test_z[:, None] - train_z` has shape (m, n, latent_dim); its norm "
        "over the last axis makes (m, n) of it.",
        "`np.argsort` of the distances, row by row, begins with the nearest: keep the first k, and "
        "index the labels with them.",
        "The vote of one row: which class has the largest count in `np.bincount(row)`?",
    ),
)
def vote(answer):
    """Let the k nearest training codes vote."""
    expect_function(
        answer,
        _vote,
        [(*_voters(k, n, m, d), k) for k, n, m, d in ((5, 60, 40, 3), (4, 70, 60, 2))],
        mistakes=VOTE_MISTAKES,
        look_at="Find the neighbours of this test code by hand, with the smallest distances.",
    )
    one = _voters(1, 20, 10, 2)
    expect_function(
        answer,
        _vote,
        [Case(*one, 1, when="the nearest alone")],
        look_at="With k = 1 the nearest training code decides alone.",
    )
    return "No training, no weights: only distances between codes."


def _vote(train_z, train_labels, test_z, k):
    return KNeighborsClassifier(k).fit(train_z, train_labels).predict(test_z)


def _nearest_first(train_z, test_z):
    return np.argsort(np.linalg.norm(test_z[:, None] - train_z, axis=2), axis=1)


def _voters(k, n, m, latent_dim):
    """Return training codes, their labels, and test codes whose vote has one winner.

    The task leaves ties open. The classes are 0, 2, 3 and 5, and codes far from the origin.
    """
    rng = np.random.default_rng(5)
    group = rng.integers(0, 4, n)
    train_z = rng.normal(1, 1, size=(n, latent_dim)) + 0.9 * np.eye(4)[group][:, :latent_dim]
    test_z = rng.normal(1, 1, size=(6 * m, latent_dim))
    nearest = _nearest_first(train_z, test_z)[:, :k]
    votes = np.sort([np.bincount(row, minlength=4) for row in group[nearest]], axis=1)
    clear = votes[:, -1] > votes[:, -2]
    return train_z, np.array([0, 2, 3, 5])[group], test_z[clear][:m]


def _vote_with(
    order: Callable = _nearest_first,
    choose: Callable = lambda order, k: order[:, :k],
    elect: Callable = lambda row: np.bincount(row).argmax(),
):
    """Return the vote with another order, another choice of voters, or another count."""

    def answer(train_z, train_labels, test_z, k):
        found = train_labels[choose(order(train_z, test_z), k)]
        return np.array([elect(row) for row in found])

    return answer


def _columns_sorted(train_z, test_z):
    return np.argsort(np.linalg.norm(test_z[:, None] - train_z, axis=2), axis=0)


def _ordered_by(closeness):
    """Order by a number for each difference of codes (m, n, d), the smallest first."""
    return lambda train_z, test_z: np.argsort(closeness(test_z[:, None] - train_z), axis=1)


def _by_direction(train_z, test_z):
    train, test = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (train_z, test_z))
    return np.argsort(-test @ train.T, axis=1)


def _weighted(train_z, train_labels, test_z, k):
    model = KNeighborsClassifier(k, weights="distance").fit(train_z, train_labels)
    return model.predict(test_z)


def _nearest_mean(train_z, train_labels, test_z, k):
    classes = np.unique(train_labels)
    means = np.array([train_z[train_labels == c].mean(axis=0) for c in classes])
    return classes[_nearest_first(means, test_z)[:, 0]]


def _class_numbers(train_z, train_labels, test_z, k):
    """Return the place of the winner among the classes that occur, not the class."""
    return np.searchsorted(np.unique(train_labels), _vote(train_z, train_labels, test_z, k))


VOTE_MISTAKES = (
    # who votes
    (
        _vote_with(choose=lambda order, k: order[:, -k:]),
        "Those are the votes of the *farthest* codes.",
    ),
    (
        _vote_with(choose=lambda order, k: order[:, 1 : k + 1]),
        "You left out the nearest code: the test codes are not among the training codes.",
    ),
    (
        _vote_with(choose=lambda order, k: order[:, :1]),
        "Only the nearest code had a vote: `k` is not used.",
    ),
    (
        _vote_with(choose=lambda order, k: order[:, k - 1 : k]),
        "Only the k-th code had a vote: all k nearest vote.",
    ),
    (
        _vote_with(choose=lambda order, k: order[:, : k + 1]),
        "k + 1 codes voted: `[:, :k]` are the first k.",
    ),
    (
        _vote_with(choose=lambda order, k: order[:, : k - 1]),
        "k − 1 codes voted: `[:, :k]` are the first k.",
    ),
    (_vote_with(choose=lambda order, k: order[:, :7]), "You let 7 codes vote, whatever `k` is."),
    (_vote_with(choose=lambda order, k: order[:, :10]), "You let 10 codes vote, whatever `k` is."),
    (_vote_with(choose=lambda order, k: order), "All training codes voted: only the k nearest do."),
    # how they count
    (
        lambda *args: _nearest_first(args[0], args[2])[:, : args[3]],
        "Those are row numbers of the neighbours: look up their labels.",
    ),
    (
        lambda *args: _nearest_first(args[0], args[2])[:, 0],
        "Those are row numbers of the nearest codes: look up their labels.",
    ),
    (
        _vote_with(elect=lambda row: row),
        "Those are the labels of the neighbours: let them vote, one answer a row.",
    ),
    (
        _vote_with(elect=lambda row: int(row.mean())),
        "You averaged the labels and rounded: classes are names, so count them.",
    ),
    (
        _vote_with(elect=np.mean),
        "You averaged the labels: classes are names, so count them.",
    ),
    (
        _vote_with(elect=lambda row: np.round(row.mean())),
        "You averaged the labels and rounded: classes are names, so count them.",
    ),
    (
        _vote_with(elect=lambda row: int(np.median(row))),
        "That is the median of the labels: count them instead.",
    ),
    (_vote_with(elect=np.median), "That is the median of the labels: count them instead."),
    (_vote_with(elect=np.max), "That is the largest label among the neighbours: count them."),
    (_vote_with(elect=np.min), "That is the smallest label among the neighbours: count them."),
    (
        _vote_with(elect=lambda row: np.bincount(row).max()),
        "That is the *number* of votes of the winner: `argmax` tells which class it is.",
    ),
    (
        _vote_with(elect=lambda row: np.unique(row, return_counts=True)[1].argmax()),
        "That is the winner's place among the labels of the row (`argmax` of the counts of "
        "`np.unique`): look up the label at this place.",
    ),
    (_class_numbers, "That is the winner's place among the classes: return the class itself."),
    (
        _vote_with(elect=lambda row: np.bincount(row)[row].argmin()),
        "That is no vote: which class has the largest count in `np.bincount(row)`?",
    ),
    (_weighted, "You weighed the votes by distance: here each of the k has one vote."),
    (
        lambda train_z, train_labels, test_z, k: _vote(train_z, train_labels, train_z, k),
        "You classified the training codes: the *test* codes ask, and the training codes vote.",
    ),
    # what is near
    (
        _vote_with(_ordered_by(lambda d: np.abs(d).sum(axis=2))),
        "Those are city-block distances, sums of |differences|: take the root of the squares' sum.",
    ),
    (
        _vote_with(_ordered_by(lambda d: np.abs(d).max(axis=2))),
        "You compared the largest difference of each pair: take the root of the sum of squares.",
    ),
    (
        _vote_with(_ordered_by(lambda d: np.abs(d[..., 0]))),
        "You compared the first coordinate alone: the distance is over all dimensions.",
    ),
    (
        _vote_with(_ordered_by(lambda d: np.abs(d.sum(axis=2)))),
        "You added up the differences with their signs: square them first.",
    ),
    (_vote_with(_by_direction), "You compared directions (cosine): take the distances."),
    (
        _vote_with(lambda train_z, test_z: np.argsort(-test_z @ train_z.T, axis=1)),
        "You took the scalar product for closeness: long codes win there. Take the distances.",
    ),
    (
        _vote_with(lambda train_z, test_z: np.argsort(test_z @ train_z.T, axis=1)),
        "You took the scalar product for a distance: take the norm of the differences.",
    ),
    (
        lambda train_z, train_labels, test_z, k: np.array(
            [
                np.bincount(row).argmax()
                for row in train_labels[_columns_sorted(train_z, test_z)[:k].T % len(train_z)]
            ]
        ),
        "You sorted along the test codes (axis 0): each test code sorts the *training* codes, "
        "axis 1.",
    ),
    (_nearest_mean, "You looked for the nearest class *mean*: the k nearest codes vote."),
)


@exercise(
    title="Standardise",
    hints=(
        "Mean and standard deviation of each dimension: `axis=0`.",
        "They must come from the training codes, for both: the test codes are new images of which "
        "nothing is known yet.",
        "Both sets: minus the training mean, divided by the training deviation.",
    ),
)
def standardise(answer):
    """Standardise codes with the mean and the deviation of the training codes."""
    rng = np.random.default_rng(6)
    train_z = rng.normal((1, -2, 3), (0.5, 2, 5), size=(30, 3))
    test_z = rng.normal((2, -2, 1), (1, 1, 9), size=(20, 3))
    small = np.array([[1.0, -2.0], [3.0, 5.0], [2.0, 0.0]]), np.array([[4.0, 1.0], [0.0, 2.0]])
    expect_function(
        answer,
        _standardised(_n_or_less(answer, train_z, test_z)),
        [small, (train_z, test_z)],
        mistakes=STANDARDISE_MISTAKES,
        parts=("train", "test"),
        look_at="Both sets: subtract each dimension's mean of the training codes, then divide by "
        "their deviation.",
    )
    return "Every dimension counts the same now, and no test image had a say in it."


def _n_or_less(answer, train_z, test_z):
    """Return 1 if the answer divides by n − 1 in the deviation, which is as good, or else 0."""
    try:
        scaled, _ = unpack(call(answer, train_z.copy(), test_z.copy()), ("train", "test"))
        return int(np.allclose(np.asarray(scaled, dtype=float).std(axis=0, ddof=1), 1))
    except Exception:
        return 0  # what it is instead is told later


def _standardised(ddof=0):
    def standardise(train_z, test_z):
        return _scaled_by(train_z, test_z, train_z.mean(axis=0), train_z.std(axis=0, ddof=ddof))

    return standardise


def _scaled_by(train_z, test_z, mean, deviation):
    return (train_z - mean) / deviation, (test_z - mean) / deviation


def _each_by(train_source, test_source):
    """Return both sets, each standardised by the codes that its source picks."""

    def standardise(train_z, test_z):
        sets = {"train": train_z, "test": test_z, "both": np.concatenate([train_z, test_z])}
        sources = sets[train_source], sets[test_source]
        return tuple(
            (z - of.mean(axis=0)) / of.std(axis=0)
            for z, of in zip((train_z, test_z), sources, strict=True)
        )

    return standardise


def _by(function):
    """Return both sets as ``function(codes, mean, deviation)`` gives them."""

    def standardise(train_z, test_z):
        mean, deviation = train_z.mean(axis=0), train_z.std(axis=0)
        return function(train_z, mean, deviation), function(test_z, mean, deviation)

    return standardise


def _whitened(train_z, test_z):
    w, vectors = np.linalg.eigh(np.cov(train_z.T))
    return tuple((z - train_z.mean(axis=0)) @ vectors / np.sqrt(w) for z in (train_z, test_z))


def _to_unit_range(train_z, test_z):
    low, high = train_z.min(axis=0), train_z.max(axis=0)
    return tuple((z - low) / (high - low) for z in (train_z, test_z))


def _centred_first(train_z, test_z):
    """Return what comes out if the training codes are centred in place before the test codes."""
    deviation = train_z.std(axis=0)
    return (train_z - train_z.mean(axis=0)) / deviation, test_z / deviation


STANDARDISE_MISTAKES = (
    (
        lambda train_z, test_z: (train_z, test_z),
        "They are unchanged.",
    ),
    (
        _each_by("train", "test"),
        "The test codes have got their own mean and deviation: a code would move when other test "
        "images come along. Use those of the training codes.",
    ),
    (
        _each_by("train", "both"),
        "For the test codes you took mean and deviation of both together: the test codes must not "
        "take part.",
    ),
    (
        _each_by("both", "both"),
        "You took mean and deviation of both together: the test codes must not take part.",
    ),
    (
        _each_by("test", "test"),
        "You took the *test* codes' mean and deviation: the training codes'.",
    ),
    (
        _each_by("test", "train"),
        "The training codes are scaled by the test codes: everything comes from the *training* "
        "codes.",
    ),
    (
        lambda train_z, test_z: (
            _standardised()(train_z, test_z)[0],
            (test_z - train_z.mean(axis=0)) / test_z.std(axis=0),
        ),
        "The test codes are divided by their own deviation: take that of the training codes.",
    ),
    (
        lambda train_z, test_z: (
            _standardised()(train_z, test_z)[0],
            (test_z - test_z.mean(axis=0)) / train_z.std(axis=0),
        ),
        "The test codes have lost their own mean: subtract that of the training codes.",
    ),
    (
        _by(lambda z, mean, deviation: z - mean),
        "Divide by the deviation, too.",
    ),
    (_by(lambda z, mean, deviation: z / deviation), "Subtract the mean first."),
    (_by(lambda z, mean, deviation: (z + mean) / deviation), "Subtract the mean, do not add it."),
    (
        _by(lambda z, mean, deviation: z - mean / deviation),
        "A bracket is missing: (z − mean) / deviation.",
    ),
    (
        _by(lambda z, mean, deviation: (z - mean) * deviation),
        "Divide by the deviation, do not multiply.",
    ),
    (
        _by(lambda z, mean, deviation: (z - mean) / deviation**2),
        "That is the variance: divide by the deviation.",
    ),
    (
        _by(lambda z, mean, deviation: (z - mean) / np.sqrt(deviation)),
        "You took the root of the deviation: divide by the deviation itself.",
    ),
    (
        lambda train_z, test_z: _scaled_by(train_z, test_z, train_z.mean(), train_z.std()),
        "Mean and deviation of each dimension on its own: `axis=0`.",
    ),
    (
        lambda train_z, test_z: _scaled_by(train_z, test_z, train_z.mean(axis=0), train_z.std()),
        "The deviation of each dimension on its own: `axis=0`.",
    ),
    (
        lambda train_z, test_z: tuple(
            (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True)
            for z in (train_z, test_z)
        ),
        "You standardised each *code*: mean and deviation of each dimension, `axis=0`.",
    ),
    (
        lambda train_z, test_z: _scaled_by(
            train_z, test_z, np.median(train_z, axis=0), train_z.std(axis=0)
        ),
        "You subtracted the median: subtract the mean.",
    ),
    (
        _to_unit_range,
        "That brings smallest and largest to 0 and 1: mean and deviation are asked for.",
    ),
    (_whitened, "You turned the codes as well (whitening): scale each dimension on its own."),
    (
        lambda train_z, test_z: (_standardised()(train_z, test_z)[0], test_z),
        "The test codes are unchanged. (So they stay if mean and deviation are taken *after* the "
        "training codes were scaled: they are 0 and 1 then.)",
    ),
    (
        lambda train_z, test_z: (train_z, _standardised()(train_z, test_z)[1]),
        "The training codes are unchanged.",
    ),
    (
        lambda train_z, test_z: (
            _standardised()(train_z, test_z)[0],
            test_z - train_z.mean(axis=0),
        ),
        "Divide the test codes by the deviation, too.",
    ),
    (
        _centred_first,
        "The mean for the test codes is missing, or it was taken *after* the training codes had "
        "been centred, when it is 0: take it first.",
    ),
    (
        lambda train_z, test_z: tuple(
            z / np.linalg.norm(z, axis=1, keepdims=True) for z in (train_z, test_z)
        ),
        "You gave each code the length 1: mean and deviation of each dimension, `axis=0`.",
    ),
)


@exercise(
    title="The KL divergence to a centre",
    hints=(
        "Only one of the four terms of the KL divergence to N(0, I) holds the mean.",
        "Seen from the centre, the posterior has the mean `z_mean - centre` and the same variance.",
        "Put that difference in the place of μ; the sum over the dimensions is axis 1.",
    ),
)
def class_kl(answer):
    """Return the KL divergence of posteriors to a unit Gaussian around each image's centre."""
    rng = np.random.default_rng(8)

    def case(n, d):
        return (
            rng.normal(size=(n, d)),
            rng.normal(-1, 0.5, size=(n, d)),
            2 * rng.normal(size=(n, d)),
        )

    expect_function(
        answer,
        _class_kl,
        [tuple(part.round(1) for part in case(2, 2)), case(4, 3)],
        mistakes=CLASS_KL_MISTAKES,
        terms=_class_kl_terms,
        unreduced=_kl_of_dimensions,
        look_at="With a centre of 0 it must be the KL divergence of chapter 02.",
    )
    return "One term moved: the whole prior now has a place for each class."


def _kl_of_dimensions(z_mean, z_log_var, centre):
    return 0.5 * ((z_mean - centre) ** 2 + np.exp(z_log_var) - 1 - z_log_var)


def _class_kl(z_mean, z_log_var, centre):
    return _kl_of_dimensions(z_mean, z_log_var, centre).sum(axis=1)


def _class_kl_terms(z_mean, z_log_var, centre):
    return {
        "½ (μ − m)²": 0.5 * ((z_mean - centre) ** 2).sum(axis=1),
        "½ σ²": 0.5 * np.exp(z_log_var).sum(axis=1),
        "−½ a dimension": np.full(len(z_mean), -0.5 * z_mean.shape[1]),
        "−½ log σ²": -0.5 * z_log_var.sum(axis=1),
    }


def _with_distance(function):
    """Return the divergence with ``function(μ, m, log σ²)`` in the place of (μ − m)²."""
    return lambda z_mean, z_log_var, centre: (
        0.5 * (function(z_mean, centre, z_log_var) + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
    )


def _kl_from(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)


def _reversed_kl(z_mean, z_log_var, centre):
    """Return KL(N(centre, I) || N(z_mean, exp(z_log_var)))."""
    squares = (z_mean - centre) ** 2
    return 0.5 * ((1 + squares) * np.exp(-z_log_var) - 1 + z_log_var).sum(axis=1)


CLASS_KL_MISTAKES = (
    (
        _with_distance(lambda m, c, v: m**2),
        "That is the divergence to N(0, I): the centre is not used.",
    ),
    (
        _with_distance(lambda m, c, v: (m + c) ** 2),
        "You added the centre: the distance to it counts.",
    ),
    (
        _with_distance(lambda m, c, v: c**2),
        "Only the centre is left: the distance of the mean to it counts.",
    ),
    (_with_distance(lambda m, c, v: m**2 - c**2), "Square the difference, not each part."),
    (
        _with_distance(lambda m, c, v: m**2 + c**2),
        "(μ − m)² is not μ² + m²: subtract first, then square.",
    ),
    (_with_distance(lambda m, c, v: m**2 - c), "Subtract the centre first, then square: (μ − m)²."),
    (_with_distance(lambda m, c, v: m - c**2), "Subtract the centre first, then square: (μ − m)²."),
    (_with_distance(lambda m, c, v: m - c), "The difference must be squared."),
    (
        _with_distance(lambda m, c, v: np.abs(m - c)),
        "The difference must be squared, |μ − m| is not.",
    ),
    (
        _with_distance(lambda m, c, v: (m - c) ** 2 * np.exp(-v)),
        "The distance is divided by the variance of the *prior*, which is 1, not by σ².",
    ),
    (
        lambda m, v, c: 0.5 * (np.linalg.norm(m - c, axis=1) + (np.exp(v) - 1 - v).sum(axis=1)),
        "The *squared* length of μ − m counts: `np.linalg.norm` takes a root.",
    ),
    (
        lambda m, v, c: 0.5 * ((m - c).sum(axis=1) ** 2 + (np.exp(v) - 1 - v).sum(axis=1)),
        "Square the difference in each dimension, then add up: not the square of the sum.",
    ),
    (
        lambda m, v, c: _kl_from(m - c.mean(axis=0), v),
        "You took the mean of the centres: each image has its own, the row of `centre`.",
    ),
    (
        lambda m, v, c: np.mean([_kl_from(m - one, v) for one in c], axis=0),
        "You averaged over all the centres: each image has its own, the row of `centre`.",
    ),
    (
        lambda m, v, c: np.min([_kl_from(m - one, v) for one in c], axis=0),
        "You took the nearest of all the centres: each image has its own, the row of `centre`.",
    ),
    (
        lambda m, v, c: _kl_from(m, v) - 0.5 * np.square(c).sum(),
        "You subtracted something of the centres outside: they belong into the square, (μ − m)².",
    ),
    (
        lambda m, v, c: _kl_from(m, v) - c.sum(axis=1),
        "You subtracted the centre outside: it belongs into the square, (μ − m)².",
    ),
    (
        lambda m, v, c: _kl_from(m - c, v - c),
        "The centre moves the mean alone: the log-variance stays as it is.",
    ),
    (lambda m, v, c: -_class_kl(m, v, c), "The sign is wrong: a divergence is never negative."),
    (lambda m, v, c: 2 * _class_kl(m, v, c), "The factor ½ is missing."),
    (
        lambda m, v, c: (
            _class_kl(m, v, c) - 0.5 * ((m - c) ** 2).sum(axis=1) + ((m - c) ** 2).sum(axis=1)
        ),
        "The factor ½ is missing at the distance: it stands before all four terms.",
    ),
    (
        lambda m, v, c: (0.5 * (m - c) ** 2 + np.exp(v) - 1 - v).sum(axis=1),
        "The ½ belongs to all four terms, not to the distance alone: a bracket is missing.",
    ),
    (
        lambda m, v, c: _class_kl(m, v, c).mean(),
        "One number an image, please: do not average over images.",
    ),
    (_kl_of_dimensions, "Sum over axis 1."),
    (
        lambda m, v, c: _kl_of_dimensions(m, v, c).mean(axis=1),
        "You averaged over the dimensions: sum over axis 1.",
    ),
    (
        lambda m, v, c: _kl_from(m - c, 2 * v),
        "You took the log-variance for the log of the deviation.",
    ),
    (
        lambda m, v, c: _kl_from(m - c, v / 2),
        "You halved the log-variance: `np.exp(z_log_var)` is σ² already.",
    ),
    (
        lambda m, v, c: 0.5 * ((m - c) ** 2 + np.exp(v / 2) - 1 - v).sum(axis=1),
        "`np.exp(z_log_var / 2)` is the deviation σ: the term is σ², `np.exp(z_log_var)`.",
    ),
    (
        lambda m, v, c: 0.5 * ((m - c) ** 2 + np.exp(2 * v) - 1 - v).sum(axis=1),
        "`np.exp(2 * z_log_var)` is σ⁴: the term is the variance, `np.exp(z_log_var)`.",
    ),
    (
        lambda m, v, c: 0.5 * ((m - c) ** 2 + v - 1 - np.log(np.abs(v))).sum(axis=1),
        "You took the log-variance for the variance: σ² is `np.exp(z_log_var)`.",
    ),
    (_reversed_kl, "That is the divergence the other way round, from the centre to the posterior."),
    (
        lambda m, v, c: _class_kl(m, v, c) / np.log(2),
        "Those are bits: return nats.",
    ),
)


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
            "a": "The silhouette never asks the decoder; it only measures distances: section 4.",
            "b": "b, the mean distance to the nearest other class, is smaller than a.",
            "c": "The prior plays no part in it: section 4.",
        },
    ),
    Question(
        "Two islands lie far apart on a t-SNE map. What may you conclude?",
        {
            "a": "Their codes are far apart, too.",
            "b": "The model has learned two classes.",
            "c": "Little: distances between islands mean nothing.",
        },
        right="c",
        feedback={
            "a": "t-SNE only tries to keep neighbours near; gaps grow by themselves: section 3.",
            "b": "The map does not know any class: the colours were added by us. See section 3.",
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
            "c": "More dimensions may hold more, or nothing but noise: section 7.",
        },
    ),
    Question(
        "k-means finds exactly the ten classes, but calls the cluster of zeros 7. What is its "
        "adjusted Rand index?",
        {"a": "1", "b": "0.9", "c": "about 0"},
        right="a",
        feedback={
            "a": "It counts pairs that are together, and never looks at names.",
            "b": "Names play no part in it: section 5.",
            "c": "That would be the share of equal numbers, which is no measure of clusters. See "
            "section 5.",
        },
    ),
    Question(
        "An autoencoder is sampled with a mixture fitted to its codes. What was needed for that?",
        {
            "a": "Another training of the decoder, with the mixture for its prior.",
            "b": "Labels of the training images.",
            "c": "The codes of training images, and nothing else.",
        },
        right="c",
        feedback={
            "a": "The decoder stays as it is; it is only asked in better places: section 2.",
            "b": "The mixture needs codes alone: section 2.",
            "c": "A VAE with its N(0, I) does without even that: that is its advantage.",
        },
    ),
    chapter=__name__,
)
