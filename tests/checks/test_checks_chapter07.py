"""The checkers of chapter 07."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from sklearn.metrics import silhouette_samples as silhouettes

import vae_helpers as vh
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


def nearest_others(z, k, distances=None, skip=1):
    distance = (distances or (lambda d: np.linalg.norm(d, axis=2)))(z[:, None] - z)
    return np.argsort(distance, axis=1)[:, skip : skip + k]


def share(count=np.mean, more=0, **changed):
    def answer(z, labels, k):
        nearest = nearest_others(z, k + more, **changed)
        return count(labels[nearest] == labels[:, None])

    return answer


def vote(z, labels, k):
    found = labels[nearest_others(z, k)]
    return np.mean([np.bincount(row).argmax() == c for row, c in zip(found, labels, strict=True)])


def test_own_neighbours():
    exercise = chapter07.own_neighbours
    assert_right(exercise, share())
    assert_right(exercise, vh.metrics.own_neighbours)
    assert_right(exercise, lambda z, labels, k: [share()(z, labels, k)])
    wrong = {
        "its own neighbour": share(skip=0),
        "without the code itself, `[:, 1 : k + 1]`": share(more=-1),
        "k + 1 neighbours": share(more=1),
        "the nearest other code as well": share(skip=2),
        "divide by k": share(lambda own: own.sum(axis=1).mean()),
        "number of pairs": share(np.sum),
        "the shares of each code": share(lambda own: own.mean(axis=1)),
        "*other* classes": share(lambda own: 1 - own.mean()),
        "let the neighbours vote": vote,
        "*all* neighbours": share(lambda own: own.all(axis=1).mean()),
        "city-block": share(distances=lambda d: np.abs(d).sum(axis=2)),
        "first coordinate alone": share(distances=lambda d: np.abs(d[..., 0])),
        "5 neighbours, whatever": lambda z, labels, k: share()(z, labels, 5),
        "Take one code": share(lambda own: own.mean() ** 1.5 + 0.01),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda z, labels, k: ...)


def test_no_two_neighbours_of_the_checked_codes_are_equally_near():
    for n, d, seed in ((40, 3, 0), (30, 2, 1)):
        distances = np.sort(chapter07._pair_distances(chapter07._loose_classes(n, d, seed)[0]))
        assert np.diff(distances[:, 1:7]).min() > 1e-6


def ratio(finish=lambda between, total: between.sum() / total.sum(), weigh=True):
    def answer(z, labels):
        means = np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])
        return finish((means[labels] if weigh else means).var(axis=0), z.var(axis=0))

    return answer


def test_between_share():
    exercise = chapter07.between_share
    assert_right(exercise, ratio())
    assert_right(exercise, vh.metrics.between_share)
    assert_right(exercise, ratio(lambda between, total: 1 - (total - between).sum() / total.sum()))
    wrong = {
        "share *within*": ratio(lambda between, total: 1 - between.sum() / total.sum()),
        "over *within*": ratio(lambda between, total: between.sum() / (total - between).sum()),
        "upside down": ratio(lambda between, total: total.sum() / between.sum()),
        "mean of the dimensions' shares": ratio(lambda between, total: (between / total).mean()),
        "single dimensions": ratio(lambda between, total: between / total),
        "no root": ratio(lambda between, total: np.sqrt(between.sum() / total.sum())),
        "divide by the whole": ratio(lambda between, total: between.sum()),
        "Each class counts the same": ratio(weigh=False),
        "over both axes": lambda z, labels: vh.latent.centroids(z, labels)[labels].var() / z.var(),
        "Print both sums": ratio(
            lambda between, total: (between.sum() / total.sum()) ** 1.5 + 0.01
        ),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda z, labels: ...)


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
