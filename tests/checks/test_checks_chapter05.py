"""The checkers of chapter 05."""

import ast
import re
from pathlib import Path

import numpy as np
import over_seeds
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from scipy.sparse.csgraph import dijkstra
from sklearn.neighbors import kneighbors_graph

from vae_helpers import latent
from vae_helpers.checks import chapter05
from vae_helpers.checks.core import SelfTest, exercises_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(exercises_of("05")))
def test_robust(name):
    assert_robust(getattr(chapter05, name))


def straight(z1, z2, t):
    return (1 - t[:, None]) * z1 + t[:, None] * z2


def lengths(features):
    return np.linalg.norm(np.diff(features, axis=1), axis=2)


def test_path_lengths():
    exercise = chapter05.path_lengths
    assert_right(exercise, lambda f: lengths(f).sum(axis=1))
    assert_right(
        exercise,
        lambda f: [sum(np.sqrt(((b - a) ** 2).sum()) for a, b in zip(p, p[1:])) for p in f],  # noqa: B905, RUF007
    )
    direct = {
        "direct distance": lambda f: np.linalg.norm(f[:, -1] - f[:, 0], axis=1),
        "the ratio": lambda f: lengths(f).sum(axis=1) / np.linalg.norm(f[:, -1] - f[:, 0], axis=1),
        "mean step": lambda f: lengths(f).mean(axis=1),
        "a root is missing": lambda f: (lengths(f) ** 2).sum(axis=1),
        "outside the sum": lambda f: np.sqrt((lengths(f) ** 2).sum(axis=1)),
        "|differences|": lambda f: np.abs(np.diff(f, axis=1)).sum(axis=(1, 2)),
        "Those are lengths of images": lambda f: np.linalg.norm(f, axis=2).sum(axis=1),
        "Those are the steps": lengths,
        "all paths together": lambda f: lengths(f).sum(),
        "from path to path": lambda f: np.linalg.norm(np.diff(f, axis=0), axis=2).sum(axis=0),
        "first step is missing": lambda f: lengths(f)[:, 1:].sum(axis=1),
        "last step is missing": lambda f: lengths(f)[:, :-1].sum(axis=1),
        "differences of *features*": lambda f: np.linalg.norm(np.diff(f), axis=2).sum(axis=1),
        "norm ran over the images": lambda f: np.linalg.norm(np.diff(f, axis=1), axis=1).sum(
            axis=1
        ),
        "closed the path": lambda f: lengths(np.concatenate([f, f[:, :1]], axis=1)).sum(axis=1),
        "√": lambda f: np.abs(np.diff(f, axis=1)).max(axis=2).sum(axis=1),
        "length of each step, then the sum": lambda f: (lengths(f) ** 3).sum(axis=1),
    }
    for piece, wrong in direct.items():
        assert_wrong(exercise, wrong, piece)
    assert_not_attempted(exercise, lambda f: ...)


def way(z, start, end, k=10, *, power=2, joins="distance", directed=False):
    graph = kneighbors_graph(z, k, mode=joins)
    graph.data **= power
    _, before = dijkstra(graph, directed=directed, indices=start, return_predecessors=True)
    found = [end]
    while found[-1] != start:
        found.append(before[found[-1]])
    return found[::-1]


def full_matrix(z, start, end, k=10):
    """Do without scikit-learn: all distances, of which the k smallest of each row are kept."""
    squares = np.square(z[:, None] - z).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    nearest = np.argsort(squares, axis=1)[:, :k]
    joints = np.zeros_like(squares)
    np.put_along_axis(joints, nearest, np.take_along_axis(squares, nearest, axis=1), axis=1)
    _, before = dijkstra(joints, directed=False, indices=end, return_predecessors=True)
    found = [start]
    while found[-1] != end:
        found.append(before[found[-1]])
    return np.array(found)


def test_stepping_stones():
    exercise = chapter05.stepping_stones
    assert_right(exercise, way)
    assert_right(exercise, full_matrix)
    assert_right(exercise, latent.stepping_stones)
    wrong = {
        "cost their lengths": lambda *a: way(*a, power=1),
        "Every hop costs the same": lambda *a: way(*a, joins="connectivity"),
        "squared twice": lambda *a: way(*a, power=4),
        "turn the list round": lambda *a: way(*a)[::-1],
        "two ends are missing": lambda *a: way(*a)[1:-1],
        "The start is missing": lambda *a: way(*a)[1:],
        "The end is missing": lambda *a: way(*a)[:-1],
        "straight way, without a stone": lambda z, start, end, k: [start, end],
        "Is `k` used?": lambda z, start, end, k: way(z, start, end, len(z) - 1),
        "return their numbers": lambda z, start, end, k: z[way(z, start, end, k)],
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_wrong(exercise, lambda *a: way(*a, directed=True), "−9999")
    assert_wrong(exercise, lambda *a: way(*a, power=3), "cases right")
    assert_not_attempted(exercise, lambda z, start, end, k: ...)


def turned(z1, z2, t, *, guard=True, clip=True, scale=True, units=True, divide=True):
    t = t[:, None]
    length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
    if guard and 0 in (length1, length2):
        return (1 - t) * z1 + t * z2
    u1, u2 = z1 / length1, z2 / length2
    cosine = np.clip(u1 @ u2, -1, 1) if clip else u1 @ u2
    angle = np.arccos(cosine)
    if guard and np.sin(angle) < 1e-6:
        return (1 - t) * z1 + t * z2
    first, second = (u1, u2) if units else (z1, z2)
    path = np.sin((1 - t) * angle) * first + np.sin(t * angle) * second
    if divide:
        path = path / np.sin(angle)
    return path * ((1 - t) * length1 + t * length2) if scale else path


def stretched(z1, z2, t):
    """The straight line, with the lengths of the spherical one."""
    points = straight(z1, z2, t)
    length = np.linalg.norm(z1) * (1 - t) + np.linalg.norm(z2) * t
    norms = np.linalg.norm(points, axis=1)
    return points * (length / np.where(norms == 0, 1, norms))[:, None]


@pytest.mark.filterwarnings("ignore")  # of the wrong answers
def test_slerp():
    exercise = chapter05.slerp
    assert_right(exercise, turned)
    assert_right(
        exercise,
        lambda z1, z2, t: [latent.between(z1, z2, share, "spherical") for share in t],
    )
    assert_wrong(exercise, straight, "That is the straight line")
    assert_wrong(exercise, lambda *a: turned(*a, scale=False), "directions u(t)")
    assert_wrong(exercise, lambda *a: turned(*a, units=False, scale=False), "for unit vectors")
    assert_wrong(exercise, stretched, "turns faster")
    assert_wrong(exercise, lambda *a: turned(*a, divide=False), "division by sin Ω")
    assert_wrong(exercise, lambda z1, z2, t: turned(z2, z1, t), "from z2 to z1")
    assert_wrong(
        exercise,
        lambda z1, z2, t: turned(z1, z2 / np.linalg.norm(z2) * np.linalg.norm(z1), t),
        "not stay at",
    )
    assert_wrong(exercise, lambda *a: turned(*a, guard=False), "zero vector", "NaN", "no direction")
    assert_wrong(exercise, without_equal, "between equal vectors", "sin Ω = 0")
    assert_wrong(exercise, lambda *a: turned(*a, clip=False), "between equal vectors", "above 1")
    assert_wrong(exercise, lambda *a: turned(*a)[:, :4], "shape (5, 4): expected (5, 5)")
    assert_wrong(exercise, small_angles_only, "nor an arc sine", "from 0 to π")
    assert_wrong(exercise, nearly_straight, "2 of 3 cases right")
    assert_not_attempted(exercise, lambda z1, z2, t: ...)


def without_equal(z1, z2, t):
    """Guard against zero vectors alone."""
    if 0 in (np.linalg.norm(z1), np.linalg.norm(z2)):
        return straight(z1, z2, t)
    return turned(z1, z2, t, guard=False)


def small_angles_only(z1, z2, t):
    """Take the arc sine, which never exceeds 90°."""
    length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
    if 0 in (length1, length2):
        return straight(z1, z2, t)
    u1, u2 = z1 / length1, z2 / length2
    angle = np.arcsin(np.sqrt(max(1 - (u1 @ u2) ** 2, 0)))
    if angle < 1e-6:
        return straight(z1, z2, t)
    t = t[:, None]
    path = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
    return path * ((1 - t) * length1 + t * length2)


def nearly_straight(z1, z2, t):
    """Take the straight line for small angles, too."""
    u1, u2 = (z / max(np.linalg.norm(z), 1e-9) for z in (z1, z2))
    return straight(z1, z2, t) if u1 @ u2 > 0.9 else turned(z1, z2, t)


def vector(z, score, share=0.2):
    low, high = np.quantile(score, [share, 1 - share])
    return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)


def by_sorting(z, score, share=0.2):
    n = round(len(z) * share)
    order = np.argsort(score)
    return z[order[-n:]].mean(axis=0) - z[order[:n]].mean(axis=0)


def groups(function, second=None):
    def answer(z, score, share=0.2):
        low, high = np.quantile(score, [share, 1 - share])
        return function(z[score >= high], z[score <= low], z)

    return answer


def test_attribute_vector():
    exercise = chapter05.attribute_vector
    assert_right(exercise, vector)
    assert_right(exercise, by_sorting)
    assert_right(exercise, groups(lambda top, bottom, z: latent.attribute_vector(top, bottom)))
    assert_wrong(exercise, lambda *a: -vector(*a), "turned round")
    assert_wrong(exercise, groups(lambda top, bottom, z: top.mean(axis=0)), "one group")
    assert_wrong(
        exercise, groups(lambda top, bottom, z: top.sum(axis=0) - bottom.sum(axis=0)), "sums"
    )
    assert_wrong(
        exercise, groups(lambda top, bottom, z: top.mean(axis=0) - z.mean(axis=0)), "*lowest*"
    )
    assert_wrong(exercise, lambda z, s, share: vector(z, s, 0.5), "median")
    assert_wrong(exercise, lambda *a: vector(*a) / np.linalg.norm(vector(*a)), "length 1")
    assert_wrong(
        exercise, lambda z, s, share: by_sorting(z, np.arange(len(z)), share), "by their score"
    )
    assert_wrong(exercise, groups(lambda top, bottom, z: top.mean() - bottom.mean()), "`axis=0`")
    assert_wrong(exercise, lambda z, s, share: vector(z, s, 0.2), "`share` is not used")
    assert_wrong(exercise, lambda z, s, share: vector(z, s, share / 2), "halved `share`")
    assert_wrong(
        exercise,
        lambda z, s, share: vector(np.sort(z, axis=0), np.arange(len(z)), share),
        "on its own",
    )
    assert_wrong(exercise, lambda z, s, share: vector(z, s, 2 * share), "6 codes each of 20")
    assert_not_attempted(exercise, lambda z, s, share: ...)


def within(combine, limits=None):
    def answer(z, score, labels, share=0.2):
        vectors, sizes = [], []
        for label in np.unique(labels):
            own = labels == label
            vectors.append(vector(z[own], score[own], share))
            sizes.append(own.sum())
        return combine(np.array(vectors), sizes)

    return answer


def up_to_the_largest(z, score, labels, share=0.2, n=None):
    """Ask for classes that do not occur."""
    vectors = []
    for label in range(n or labels.max() + 1):
        own = labels == label
        vectors.append(by_sorting(z[own], score[own], share))
    return np.mean(vectors, axis=0)


def one_limit_for_all(z, score, labels, share=0.2):
    low, high = np.quantile(score, [share, 1 - share])
    return np.mean(
        [
            z[(labels == k) & (score >= high)].mean(axis=0)
            - z[(labels == k) & (score <= low)].mean(axis=0)
            for k in np.unique(labels)
        ],
        axis=0,
    )


@pytest.mark.filterwarnings("ignore")  # of the wrong answers
def test_balanced_vector():
    exercise = chapter05.balanced_vector
    assert_right(exercise, within(lambda v, n: v.mean(axis=0)))
    assert_right(exercise, within(lambda v, n: sum(v) / len(v)))
    assert_wrong(exercise, lambda z, s, labels, share: vector(z, s, share), "plain vector")
    assert_wrong(exercise, within(lambda v, n: v), "return their mean")
    assert_wrong(exercise, within(lambda v, n: v.sum(axis=0)), "the sum")
    assert_wrong(exercise, within(lambda v, n: -v.mean(axis=0)), "turned round")
    assert_wrong(exercise, within(lambda v, n: v.mean(axis=1)), "latent dimensions")
    assert_wrong(exercise, within(lambda v, n: np.average(v, axis=0, weights=n)), "counts the same")
    assert_wrong(exercise, one_limit_for_all, "quantiles must be those of each class")
    assert_wrong(exercise, within(lambda v, n: v[0]), "first class alone")
    assert_wrong(exercise, up_to_the_largest, "without members")
    assert_wrong(exercise, lambda *a: up_to_the_largest(*a, n=10), "without members")
    assert_wrong(exercise, within(lambda v, n: np.median(v, axis=0)), "median over the classes")
    unheard = within(lambda v, n: v.mean(axis=0))
    assert_wrong(
        exercise, lambda z, s, labels, share: unheard(z, s, labels, 0.2), "`share` is not used"
    )
    assert_not_attempted(exercise, lambda z, s, labels, share: ...)


def test_self_test():
    assert isinstance(chapter05.self_test, SelfTest)
    assert len(chapter05.self_test.questions) == 5
    right = {n: question.right for n, question in chapter05.self_test.questions.items()}
    assert right == {1: "c", 2: "a", 3: "b", 4: "b", 5: "c"}
    assert_right(chapter05.self_test, right)
    assert_wrong(chapter05.self_test, {**right, 4: "a"}, "4 of 5", "4. ✗ (a) Half-way")
    assert_not_attempted(chapter05.self_test, dict.fromkeys(right, ...))


def test_the_learners_own_arrays_are_not_shared():
    """An answer that changes its arguments in place does not change what is right."""

    def in_place(z1, z2, t):
        result = turned(z1, z2, t)
        for array in (z1, z2, t):
            array[:] = 7
        return result

    assert_right(chapter05.slerp, in_place)


def test_the_numbers_of_other_seeds_in_the_chapter_are_those_that_were_measured():
    source = (ROOT / "notebooks" / "source" / "05_interpolation.py").read_text(encoding="utf-8")
    typed = {}
    for part in re.findall(r"^seeds_1_and_2 \|?= (\{.*\})$", source, re.MULTILINE):
        typed |= ast.literal_eval(part)
    seeds = over_seeds.recorded()["05", "slant"]["seeds"]
    for name, values in typed.items():
        measured = [seeds[seed][f"{name}, best one"] for seed in ("1", "2")]
        np.testing.assert_allclose(values, measured, atol=0.0051)
    assert [f"{name}, best one" in seeds["0"] for name in typed] == [True] * 7
