"""Exercises of chapter 07: what the codes of an AE and a VAE know about the classes."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import silhouette_samples

from vae_helpers.checks.core import (
    Case,
    Prediction,
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_function,
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
    title="Count the neighbours",
    hints=(
        "All distances at once: `z[:, None] - z` has shape (n, n, d); its norm over the last axis "
        "makes (n, n) of it.",
        "Every code is its own nearest, at the distance 0. Fill the diagonal with infinity "
        "(`np.fill_diagonal`), or leave the first place of each sorted row out.",
        "`np.argsort(distance, axis=1)[:, :k]` are the neighbours, `labels[…]` their classes, and "
        "`labels[:, None]` the own class of each row.",
    ),
)
def own_neighbours(answer):
    """Count the share of own class among the k nearest other codes."""
    small = np.array([[2.5], [0.0], [9.3], [1.0], [4.5]])
    expect_function(
        answer,
        _own_neighbours,
        [
            Case(small, np.array([0, 2, 2, 0, 0]), 2),
            (*_loose_classes(40, 3, seed=0), 5),
            (*_loose_classes(30, 2, seed=1), 3),
        ],
        mistakes=OWN_NEIGHBOURS_MISTAKES,
        look_at="Take one code: which k codes are nearest to it, and how many have its class?",
    )
    return "Only the order of distances counts here, so a factor on all codes changes nothing."


def _loose_classes(n, d, seed):
    """Return codes of the classes 0, 2 and 5, of different sizes, far from the origin."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, size=n, p=(0.5, 0.3, 0.2))
    z = rng.normal(3, 1, size=(n, d)) + 1.5 * np.eye(3)[group][:, :d]
    return z, np.array([0, 2, 5])[group]


def _pair_distances(z):
    return np.linalg.norm(z[:, None] - z, axis=2)


def _nearest_others(z, k, distances: Callable = _pair_distances):
    distance = distances(z)
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1)[:, :k]


def _is_own(z, labels, k):
    return labels[_nearest_others(z, k)] == labels[:, None]


def _own_neighbours(z, labels, k):
    return np.mean(_is_own(z, labels, k))


def _own_with(distances: Callable = _pair_distances, choose: Callable | None = None):
    """Return the share with other distances, or with other neighbours chosen by (z, k)."""

    def answer(z, labels, k):
        chosen = choose(z, k) if choose else _nearest_others(z, k, distances)
        return np.mean(labels[chosen] == labels[:, None])

    return answer


def _order(z):
    return np.argsort(_pair_distances(z), axis=1)


def _per_class(z, labels, k):
    own = _is_own(z, labels, k)
    return np.mean([own[labels == label].mean() for label in np.unique(labels)])


def _majority(z, labels, k):
    found = labels[_nearest_others(z, k)]
    winners = np.array([np.bincount(row).argmax() for row in found])
    return np.mean(winners == labels)


def _found_of_class(z, labels, k):
    """Return the share of its class that a code has among its neighbours."""
    sizes = (labels[:, None] == labels).sum(axis=1) - 1
    return np.mean(_is_own(z, labels, k).sum(axis=1) / sizes)


def _axis_0(z, k):
    distance = _pair_distances(z)
    distance[np.diag_indices(len(z))] = np.inf
    return np.argsort(distance, axis=0)[:, :k]


NOT_ITSELF = (
    "Each code is counted as its own neighbour, at the distance 0 and always of its own class: "
    "only *other* codes count."
)

OWN_NEIGHBOURS_MISTAKES = (
    (_own_with(choose=lambda z, k: _order(z)[:, :k]), NOT_ITSELF),
    (
        lambda z, labels, k: (k * _own_neighbours(z, labels, k) + 1) / (k + 1),
        NOT_ITSELF,
    ),
    (
        lambda z, labels, k: (labels[_order(z)[:, :k]] == labels[:, None]).sum() / len(z) / (k - 1),
        NOT_ITSELF,
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1:k]),
        "Those are k − 1 neighbours: without the code itself, `[:, 1 : k + 1]` are k.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 2 : k + 2]),
        "You left out the nearest other code as well.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1 : k + 2]),
        "Those are k + 1 neighbours: without the code itself, `[:, 1 : k + 1]` are k.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, -k:]),
        "Those are the *farthest* codes: `argsort` begins with the smallest distance.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, k : k + 1]),
        "Only the k-th neighbour was asked: all k nearest count.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1:2]),
        "Only the nearest code was asked: `k` is not used.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1:6]),
        "You asked 5 neighbours, whatever `k` is.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1:11]),
        "You asked 10 neighbours, whatever `k` is.",
    ),
    (
        _own_with(choose=lambda z, k: _order(z)[:, 1:]),
        "You asked all other codes: only the k nearest.",
    ),
    (
        _own_with(choose=_axis_0),
        "You sorted down the columns (axis 0): row i must hold the neighbours of code i.",
    ),
    # what is counted
    (
        lambda z, labels, k: _is_own(z, labels, k).sum(axis=1).mean(),
        "That is a *number* of neighbours: divide by k.",
    ),
    (
        lambda z, labels, k: _is_own(z, labels, k).sum(),
        "That is the number of pairs: divide by all of them, n · k.",
    ),
    (
        lambda z, labels, k: _is_own(z, labels, k).mean(axis=1),
        "Those are the shares of each code: return their mean, one number.",
    ),
    (
        lambda z, labels, k: 1 - _own_neighbours(z, labels, k),
        "That is the share of *other* classes: `==`, not `!=`.",
    ),
    (
        lambda z, labels, k: 100 * _own_neighbours(z, labels, k),
        "That is in per cent: return the share, from 0 to 1.",
    ),
    (
        _majority,
        "You let the neighbours vote and counted the right winners: count the neighbours "
        "themselves, each one.",
    ),
    (
        lambda z, labels, k: np.mean(_is_own(z, labels, k).all(axis=1)),
        "You counted codes of which *all* neighbours have the class: count the neighbours.",
    ),
    (
        lambda z, labels, k: np.mean(_is_own(z, labels, k).any(axis=1)),
        "You counted codes with *any* neighbour of the class: count the neighbours.",
    ),
    (
        lambda z, labels, k: np.mean(_nearest_others(z, k) == labels[:, None]),
        "You compared row numbers of the neighbours with classes: look up their labels.",
    ),
    (
        lambda z, labels, k: np.mean(labels[_nearest_others(z, k)] == labels[:k]),
        "`labels[:k]` are the classes of the first k codes: each row has its own, "
        "`labels[:, None]`.",
    ),
    (_per_class, "You averaged over the classes: every code counts the same."),
    (
        _found_of_class,
        "You divided by the size of the class: the share is one of the k neighbours.",
    ),
    (
        lambda z, labels, k: np.mean(np.abs(labels[_nearest_others(z, k)] - labels[:, None])),
        "You took the difference of the labels: classes are names, equal or not.",
    ),
    # what is near
    (
        _own_with(lambda z: np.abs(z[:, None] - z).sum(axis=2)),
        "Those are city-block distances, sums of |differences|: take the norm.",
    ),
    (
        _own_with(lambda z: np.abs(z[:, None] - z).max(axis=2)),
        "You compared the largest difference of each pair: take the norm.",
    ),
    (
        _own_with(lambda z: np.abs((z[:, None] - z).sum(axis=2))),
        "You added up the differences with their signs: take the norm.",
    ),
    (
        _own_with(lambda z: (z[:, None] - z).sum(axis=2)),
        "You added up the differences with their signs: take the norm.",
    ),
    (
        _own_with(lambda z: np.abs(z[:, None, 0] - z[:, 0])),
        "You compared the first coordinate alone: the distance is over all dimensions.",
    ),
    (
        _own_with(lambda z: -(z @ z.T)),
        "You took the scalar product for closeness: long codes win there. Take the distances.",
    ),
)


@exercise(
    title="The share between classes",
    hints=(
        "Replace each code by the mean of its class. What still varies is what lies between the "
        "classes.",
        "The class means, one row a class, are `vh.latent.centroids(z, labels)`; indexing them "
        "with `labels` gives each code the mean of its class, (n, d).",
        "Both variances are those of `.var(axis=0)`, summed over the dimensions; then divide.",
    ),
)
def between_share(answer):
    """Compute the share of the codes' variance that lies between the classes."""
    small = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, -1.0], [8.0, 0.0], [9.0, 5.0]])
    expect_function(
        answer,
        _between_share,
        [
            Case(small, np.array([0, 0, 1, 1, 1])),
            _uneven_classes(20, 3, seed=2),
            _uneven_classes(30, 2, seed=3),
        ],
        mistakes=BETWEEN_MISTAKES,
        look_at="Print both sums of variances: that of the class means, each as often as its class "
        "has codes, and that of the codes.",
    )
    return "The rest of the variance, within the classes, is handwriting: slant, width, boldness."


def _uneven_classes(n, d, seed):
    """Return codes far from the origin, of three classes of different sizes and widths."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2], (n // 2, n // 5, n - n // 2 - n // 5))
    z = rng.normal(5, (1 + labels[:, None]) * (1 + np.arange(d)), size=(n, d))
    z += 3 * rng.normal(size=(3, d))[labels]
    order = rng.permutation(n)
    return z[order], labels[order]


def _own_means(z, labels):
    means = {label: z[labels == label].mean(axis=0) for label in np.unique(labels)}
    return np.array([means[label] for label in labels])


def _variances(z, labels):
    """Return the variance of each dimension between the classes, and in all."""
    return _own_means(z, labels).var(axis=0), z.var(axis=0)


def _between_share(z, labels):
    between, total = _variances(z, labels)
    return between.sum() / total.sum()


def _between_with(formula):
    """Return ``formula(between, total)`` of the variances by dimension."""
    return lambda z, labels: formula(*_variances(z, labels))


def _classes_alike(z, labels):
    means = np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])
    return means.var(axis=0).sum() / z.var(axis=0).sum()


def _within_of_classes(z, labels):
    parts = [z[labels == label].var(axis=0).sum() for label in np.unique(labels)]
    return np.array(parts), z.var(axis=0).sum()


def _n_minus_1(z, labels):
    means = np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])
    return means.var(axis=0, ddof=1).sum() / z.var(axis=0, ddof=1).sum()


def _from_origin(z, labels):
    return np.square(_own_means(z, labels)).sum() / np.square(z).sum()


def _all_in_one(z, labels):
    return _own_means(z, labels).var() / z.var()


EVERY_CODE = (
    "Each class counts the same there: let it count as often as it has codes, by giving each code "
    "the mean of its class."
)

BETWEEN_MISTAKES = (
    (
        _between_with(lambda between, total: 1 - between.sum() / total.sum()),
        "That is the share *within* the classes: the variance of the class means is asked for.",
    ),
    (
        _between_with(lambda between, total: between.sum() / (total - between).sum()),
        "That is between over *within*: divide by the whole variance.",
    ),
    (
        _between_with(lambda between, total: (total - between).sum() / between.sum()),
        "That is within over between: between over the whole variance is asked for.",
    ),
    (
        _between_with(lambda between, total: total.sum() / between.sum()),
        "That is upside down: between over the whole variance.",
    ),
    (
        _between_with(lambda between, total: np.mean(between / total)),
        "That is the mean of the dimensions' shares: first sum both variances over the dimensions, "
        "so that a wide dimension counts for more.",
    ),
    (
        _between_with(lambda between, total: np.sum(between / total)),
        "That is the sum of the dimensions' shares: first sum both variances, then divide.",
    ),
    (
        _between_with(lambda between, total: between / total),
        "Those are the shares of single dimensions: sum both variances over the dimensions, then "
        "divide.",
    ),
    (
        _between_with(lambda between, total: np.sqrt(between).sum() / np.sqrt(total).sum()),
        "Those are standard deviations: variances add up, deviations do not.",
    ),
    (
        _between_with(lambda between, total: np.sqrt(between.sum() / total.sum())),
        "That is a share of the deviation: no root.",
    ),
    (
        _between_with(lambda between, total: between.sum()),
        "That is the variance between the classes: divide by the whole variance.",
    ),
    (
        _between_with(lambda between, total: between.max() / total.max()),
        "You compared the widest dimension alone: sum over all of them.",
    ),
    (
        _between_with(lambda between, total: np.prod(between / total)),
        "You multiplied the dimensions' shares: sum both variances, then divide.",
    ),
    (_classes_alike, EVERY_CODE),
    (_n_minus_1, EVERY_CODE + " (And divide both variances by n.)"),
    (
        lambda z, labels: 1 - _within_of_classes(z, labels)[0].mean() / z.var(axis=0).sum(),
        EVERY_CODE,
    ),
    (
        lambda z, labels: _within_of_classes(z, labels)[0].mean() / z.var(axis=0).sum(),
        "That is the variance *within* the classes: the variance of their means is asked for.",
    ),
    (
        _from_origin,
        "Those are squares of distances from the origin: a variance is measured from the mean.",
    ),
    (
        _all_in_one,
        "That is the variance of all numbers, over both axes: codes vary along axis 0, one "
        "variance a dimension.",
    ),
    (
        lambda z, labels: _own_means(z, labels).var(axis=1).sum() / z.var(axis=1).sum(),
        "Those are variances within one code (axis 1): codes vary along axis 0.",
    ),
    (
        lambda z, labels: 100 * _between_share(z, labels),
        "That is in per cent: return the share, from 0 to 1.",
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


better_prior = Prediction(
    "The convolutional VAE with N(0, I) has a distance of about 9. What will a mixture of ten "
    "Gaussians, fitted to draws from its posteriors, make of it?",
    {
        "a": "A third of that or less: most of the fault lies with the prior.",
        "b": "About 9 again: this decoder is the better one already.",
        "c": "More than 9: the decoder was trained for N(0, I), not for a mixture.",
    },
    right="a",
    feedback={
        "a": "A suspected it, and for this VAE it is so: the decoder is good, and N(0, I) asks it "
        "in the wrong places.",
        "b": "The better decoder still gets its points from N(0, I), and many of them lie in "
        "holes.",
        "c": "In training the decoder got draws from posteriors. A mixture is closer to these "
        "than N(0, I) is.",
    },
    name="better_prior",
    chapter=__name__,
)

strong_beta = Prediction(
    "At β = 10 the KL term is so heavy that the VAE hardly copies any more. Where will the "
    "silhouette of its codes, the posterior means, be?",
    {
        "a": "At 0, or nearly: the posteriors lie on top of each other.",
        "b": "Lower than at all other β, and well above 0.",
        "c": "Higher than at β = 1.",
    },
    right="c",
    feedback={
        "a": "The posteriors do, and *draws* from them come out near 0. Their means stay apart.",
        "b": "From β = 0.1 to 2 it falls, so that was a fair guess. Then it turns.",
        "c": "Yes, and the codes know less than ever: the neighbours are worst here.",
    },
    name="strong_beta",
    chapter=__name__,
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
            "b": "That was the trap of section 6: A's neighbours were wrong far more often.",
            "c": "More dimensions may hold more, or nothing but noise: section 6.",
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
