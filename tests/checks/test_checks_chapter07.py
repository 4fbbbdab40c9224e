"""The checkers of chapter 07."""

from collections import Counter

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, rand_score
from sklearn.metrics import silhouette_samples as silhouettes
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from vae_helpers.checks import chapter07
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("07")))
def test_robust(name):
    assert_robust(getattr(chapter07, name))


def silhouette(own=None, nearest=min, measure=None, score=None, all_others=False):
    """Return an answer with one thing changed."""

    def answer(i, z, labels):
        distance = (measure or (lambda d: np.linalg.norm(d, axis=1)))(z - z[i])
        mine = labels == labels[i]
        a = own(distance[mine]) if own else distance[mine].sum() / (mine.sum() - 1)
        means = [distance[labels == c].mean() for c in np.unique(labels) if c != labels[i]]
        b = distance[~mine].mean() if all_others else nearest(means)
        return score(a, b) if score else (b - a) / max(a, b)

    return answer


def ten_classes(i, z, labels, n=10):
    """Ask for classes that do not occur."""
    distance = np.linalg.norm(z - z[i], axis=1)
    own = labels == labels[i]
    groups = [distance[labels == c] for c in range(n) if c != labels[i]]
    b = np.min([group.mean() if len(group) else np.nan for group in groups])
    a = distance[own].sum() / (own.sum() - 1)
    return (b - a) / np.maximum(a, b)


def test_silhouette_of():
    exercise = chapter07.silhouette_of
    assert_right(exercise, silhouette())
    assert_right(exercise, lambda i, z, labels: silhouettes(z, labels)[i])
    assert_right(exercise, lambda i, z, labels: [silhouettes(z, labels)[i]])
    wrong = {
        "Leave the point itself out": silhouette(own=np.mean),
        "not to all other points": silhouette(all_others=True),
        "nearest other class: the smallest": silhouette(nearest=max),
        "squared distances": silhouette(measure=lambda d: (d**2).sum(axis=1)),
        "turned round": silhouette(score=lambda a, b: (a - b) / max(a, b)),
        "larger of a and b.": silhouette(score=lambda a, b: b - a),
        "by their sum": silhouette(score=lambda a, b: (b - a) / (a + b)),
        "city-block": silhouette(measure=lambda d: np.abs(d).sum(axis=1)),
        "no absolute value": silhouette(score=lambda a, b: abs(b - a) / max(a, b)),
        "cut it off": silhouette(score=lambda a, b: max(0, b - a) / max(a, b)),
        "not by b": silhouette(score=lambda a, b: (b - a) / b),
        "without members": ten_classes,
        "`np.unique(labels)`": lambda i, z, labels: ten_classes(i, z, labels, labels.max() + 1),
        "Compute a and b": silhouette(measure=lambda d: np.linalg.norm(d, axis=1) ** 1.5),
        "only that of code": lambda i, z, labels: silhouettes(z, labels),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_wrong(exercise, silhouette(score=lambda a, b: (b - a) / min(a, b)), "larger of a and b")
    assert_not_attempted(exercise, lambda i, z, labels: ...)


def test_silhouette_of_sees_points_on_either_side():
    """Two of the points checked lie well, another one nearer to another class."""
    z, labels = chapter07._three_classes()
    values = silhouettes(z, labels)
    assert values[1] < 0 < min(values[0], values[2])


def members(table):
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array(cells).T


def index(both_only=False, best=lambda rows, columns: (rows + columns) / 2, chance=1.0, below=1.0):
    def answer(table):
        def pairs(n):
            return n * (n - 1) / 2

        both, total = pairs(table).sum(), pairs(table.sum())
        rows, columns = pairs(table.sum(axis=1)).sum(), pairs(table.sum(axis=0)).sum()
        luck = chance * rows * columns / total
        return (both - luck) / (best(rows, columns) - below * luck)

    return answer


def test_adjusted_rand():
    exercise = chapter07.adjusted_rand
    assert_right(exercise, index())
    assert_right(exercise, lambda table: adjusted_rand_score(*members(table)))
    assert_wrong(exercise, lambda table: rand_score(*members(table)), "without its correction")
    assert_wrong(exercise, index(chance=0), "above and below")
    assert_wrong(exercise, index(below=0), "chance gives below, too")
    assert_wrong(exercise, index(best=lambda r, c: r + c), "*mean* of the two counts")
    assert_wrong(exercise, index(best=max), "*mean* of the two counts")
    assert_wrong(exercise, lambda table: max(0.0, index()(table)), "cut it off at 0")
    assert_wrong(exercise, lambda table: abs(index()(table)), "no absolute value")
    assert_wrong(exercise, lambda table: np.trace(table) / table.sum(), "share of the diagonal")
    assert_wrong(exercise, lambda table: table.max(axis=0).sum() / table.sum(), "purity")
    assert_wrong(
        exercise, lambda table: adjusted_mutual_info_score(*members(table)), "four counts of pairs"
    )
    assert_not_attempted(exercise, lambda table: ...)


def votes(choose=lambda order, k: order[:, :k], elect=None):
    def answer(train_z, train_labels, test_z, k):
        distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
        chosen = choose(np.argsort(distance, axis=1, kind="stable"), k)
        found = train_labels[chosen]
        if elect:
            return elect(found, chosen)
        return np.array([np.bincount(row).argmax() for row in found])

    return answer


def mode(row):
    return Counter(row).most_common(1)[0]


def test_vote():
    exercise = chapter07.vote
    assert_right(exercise, votes())
    # Ties are open: the nearest of the leading classes, or the largest of them, is right as well.
    assert_right(exercise, votes(elect=lambda found, _: [mode(row)[0] for row in found.tolist()]))
    largest = votes(elect=lambda found, _: [9 - mode(sorted(9 - row))[0] for row in found])
    assert_right(exercise, largest)
    assert_right(
        exercise,
        lambda z, labels, test_z, k: KNeighborsClassifier(k).fit(z, labels).predict(test_z),
    )
    wrong = {
        "farthest": votes(lambda order, k: order[:, -k:]),
        "left out the nearest": votes(lambda order, k: order[:, 1 : k + 1]),
        "row numbers": votes(elect=lambda found, chosen: chosen),
        "let them vote": votes(elect=lambda found, chosen: found),
        "averaged the labels": lambda z, labels, test_z, k: (
            votes()(z, labels, test_z, k)
            if k == 1
            else votes(elect=lambda found, chosen: found.mean(axis=1))(z, labels, test_z, k)
        ),
        "median of the labels": votes(elect=lambda found, chosen: np.median(found, axis=1)),
        "largest label": votes(elect=lambda found, chosen: found.max(axis=1)),
        "`k` is not used": votes(lambda order, k: order[:, :1]),
        "k + 1 codes voted": votes(lambda order, k: order[:, : k + 1]),
        "place among the classes": lambda z, labels, test_z, k: np.searchsorted(
            np.unique(labels), votes()(z, labels, test_z, k)
        ),
        "weighed the votes": lambda z, labels, test_z, k: (
            KNeighborsClassifier(k, weights="distance").fit(z, labels).predict(test_z)
        ),
        "by hand": votes(lambda order, k: order[:, 1 : k + 3]),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_wrong(exercise, lambda z, labels, t, k: labels, "shape (70,): expected (60,)")
    assert_not_attempted(exercise, lambda z, labels, t, k: ...)


def scaled(train_scale=None, test_scale=None, mean=True, power=1):
    def answer(train_z, test_z):
        def by(z, of):
            return (z - mean * of.mean(axis=0)) / of.std(axis=0) ** power

        both = np.concatenate([train_z, test_z])
        of = {"train": train_z, "test": test_z, "both": both}
        return by(train_z, of[train_scale or "train"]), by(test_z, of[test_scale or "train"])

    return answer


def test_standardise():
    exercise = chapter07.standardise
    assert_right(exercise, scaled())
    assert_right(exercise, lambda a, b: [f(z) for f in [fitted(a)] for z in (a, b)])
    assert_right(exercise, with_n_minus_1)
    assert_wrong(exercise, scaled(test_scale="test"), "own mean and deviation")
    assert_wrong(exercise, scaled(test_scale="both"), "must not take part")
    assert_wrong(exercise, scaled(train_scale="both"), "each dimension's mean")
    assert_wrong(exercise, scaled(mean=False), "Subtract the mean first")
    assert_wrong(exercise, scaled(power=0), "Divide by the deviation")
    assert_wrong(exercise, scaled(power=2), "That is the variance")
    assert_wrong(exercise, lambda a, b: (a, b), "They are unchanged")
    assert_wrong(exercise, lambda a, b: (scaled()(a, b)[0], b), "The test codes are unchanged")
    assert_wrong(
        exercise, lambda a, b: (1.02 * scaled()(a, b)[0], scaled()(a, b)[1]), "0 of 2 cases"
    )
    assert_wrong(exercise, scaled("both", "both"), "both together")
    assert_wrong(exercise, lambda a, b: scaled()(a, b)[0], "expected 2 values")
    assert_wrong(exercise, all_in_one, "`axis=0`")
    assert_not_attempted(exercise, lambda a, b: ...)
    assert_not_attempted(exercise, lambda a, b: (..., ...))


def with_n_minus_1(train_z, test_z):
    mean, deviation = train_z.mean(axis=0), train_z.std(axis=0, ddof=1)
    return (train_z - mean) / deviation, (test_z - mean) / deviation


def all_in_one(train_z, test_z):
    mean, deviation = train_z.mean(), train_z.std()
    return (train_z - mean) / deviation, (test_z - mean) / deviation


def fitted(train_z):
    return StandardScaler().fit(train_z).transform


def kl(mean=lambda m, c: (m - c) ** 2, log_variance=lambda v: v, finish=lambda x: x.sum(axis=1)):
    def answer(z_mean, z_log_var, centre):
        v = log_variance(z_log_var)
        return finish(0.5 * (mean(z_mean, centre) + np.exp(v) - 1 - v))

    return answer


def sampled_kl(z_mean, z_log_var, centre):
    """Average log q − log p over so many draws that the checker's tolerance would see a slip."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((400_000, *z_mean.shape))
    z = z_mean + np.exp(z_log_var / 2) * noise
    return 0.5 * ((z - centre) ** 2 - noise**2 - z_log_var).sum(axis=2).mean(axis=0)


def test_class_kl():
    exercise = chapter07.class_kl
    assert_right(exercise, kl())
    wrong = {
        "the centre is not used": kl(lambda m, c: m**2),
        "added the centre": kl(lambda m, c: (m + c) ** 2),
        "never negative": kl(finish=lambda x: -x.sum(axis=1)),
        "factor ½": kl(finish=lambda x: 2 * x.sum(axis=1)),
        "do not average": kl(finish=lambda x: x.sum(axis=1).mean()),
        "Sum over axis 1": kl(finish=lambda x: x),
        "log of the deviation": kl(log_variance=lambda v: 2 * v),
        "Square the difference": kl(lambda m, c: m**2 - c**2),
        "|μ − m| is not": kl(lambda m, c: np.abs(m - c)),
        "not μ² + m²": kl(lambda m, c: m**2 + c**2),
        "each image has its own": lambda m, v, c: kl()(m, v, c.mean(axis=0)),
        "chapter 02": kl(lambda m, c: np.abs(m - c) ** 1.5),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda z_mean, z_log_var, centre: ...)


def test_the_right_class_kl_is_what_sampling_gives():
    rng = np.random.default_rng(1)
    z_mean, z_log_var, centre = rng.normal(size=(3, 4, 3))
    expected = sampled_kl(z_mean, z_log_var, centre)
    np.testing.assert_allclose(kl()(z_mean, z_log_var, centre), expected, rtol=0.01)


def test_self_test():
    test = chapter07.self_test
    assert isinstance(test, SelfTest)
    assert len(test.questions) == 5
    assert_right(test, {n: question.right for n, question in test.questions.items()})
    assert_wrong(test, dict.fromkeys(range(1, 6), "a"), "2 of 5 right")
    assert_wrong(test, {1: "z"}, "none of a, b, c")
    assert_not_attempted(test, dict.fromkeys(range(1, 6), ...))
