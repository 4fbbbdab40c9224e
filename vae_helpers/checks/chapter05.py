"""Exercises of chapter 05: interpolation."""

import numpy as np

from vae_helpers import latent
from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Case,
    Prediction,
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_array,
    expect_function,
)

UNSORTED = np.array([0.9, 0.0, 0.25, 1.0, 0.5])


def _lerp(z1, z2, t):
    return (1 - t[:, None]) * z1 + t[:, None] * z2


@exercise(
    hints=(
        "First the steps: the differences of neighbouring images, along the axis of the images. "
        "`np.diff` has an `axis`.",
        "The steps are (n, images − 1, d). Each has a length: its norm over the features, the "
        "last axis.",
        "Then add up the lengths of each path: one number a path.",
    ),
    title="The length of a path",
)
def path_lengths(answer):
    """Return the length of each path: the sum of the lengths of its steps."""
    small = np.array([[[0, 0], [3, 4], [3, 0]], [[1, 1], [1, 3], [5, 0]]], dtype=float)
    rng = np.random.default_rng(5)
    expect_function(
        answer,
        lambda features: _step_lengths(features).sum(axis=1),
        [(small,), (rng.normal(size=(3, 6, 4)).cumsum(axis=1),), (rng.normal(size=(5, 4, 3)),)],
        mistakes=PATH_MISTAKES,
        unreduced=_step_lengths,
        look_at="Steps between neighbours, the length of each step, then the sum over the steps.",
    )
    return "As long as the images make it – never shorter than the direct distance."


def _step_lengths(features):
    return np.linalg.norm(np.diff(features, axis=1), axis=2)


def _direct(features):
    return np.linalg.norm(features[:, -1] - features[:, 0], axis=1)


def _of_steps(function):
    return lambda features: function(_step_lengths(features))


PATH_MISTAKES = (
    (_direct, "That is the direct distance from the first image to the last."),
    (
        lambda f: _step_lengths(f).sum(axis=1) / _direct(f),
        "That is the ratio: return the length alone.",
    ),
    (_of_steps(lambda s: s.mean(axis=1)), "That is the mean step: add the steps up."),
    (
        _of_steps(lambda s: np.square(s).sum(axis=1)),
        "Those are squared lengths: a root is missing.",
    ),
    (
        _of_steps(lambda s: np.sqrt(np.square(s).sum(axis=1))),
        "The root stands outside the sum: take the length of each step, then add up.",
    ),
    (
        _of_steps(lambda s: np.sqrt(s).sum(axis=1)),
        "One root too many: `np.linalg.norm` has taken it already.",
    ),
    (
        lambda f: np.abs(np.diff(f, axis=1)).sum(axis=(1, 2)),
        "You added |differences|: a step's length is √Σ².",
    ),
    (
        lambda f: np.abs(np.diff(f, axis=1)).max(axis=2).sum(axis=1),
        "You took the largest difference of each step: its length is √Σ².",
    ),
    (
        lambda f: np.diff(f, axis=1).sum(axis=(1, 2)),
        "You added the differences with their signs, and they cancel: a step has a length.",
    ),
    (
        lambda f: np.linalg.norm(f, axis=2).sum(axis=1),
        "Those are lengths of images: take differences of neighbours first.",
    ),
    (
        lambda f: np.abs(np.diff(np.linalg.norm(f, axis=2), axis=1)).sum(axis=1),
        "Those are differences of lengths: needed are lengths of differences.",
    ),
    (
        lambda f: np.diff(np.linalg.norm(f, axis=2), axis=1).sum(axis=1),
        "Those are differences of lengths: needed are lengths of differences.",
    ),
    (_of_steps(lambda s: s), "Those are the steps: add them up along each path."),
    (_of_steps(lambda s: s.cumsum(axis=1)), "Those are the ways so far: only the last of each."),
    (
        _of_steps(lambda s: s.sum(axis=0)),
        "You added up the paths: `axis=1` are the steps of each path.",
    ),
    (
        _of_steps(lambda s: s.sum()),
        "That is the length of all paths together: one a path, please.",
    ),
    (
        lambda f: np.linalg.norm(np.diff(f, axis=0), axis=2).sum(axis=0),
        "You went from path to path: `axis=1` is the axis of the images.",
    ),
    (
        lambda f: np.linalg.norm(np.diff(f, axis=0), axis=2).sum(axis=1),
        "You went from path to path: `axis=1` is the axis of the images.",
    ),
    (
        lambda f: np.linalg.norm(np.diff(f, axis=2), axis=2).sum(axis=1),
        "You took differences of *features* (`np.diff` does, unless it is told an axis): those of "
        "images are along axis 1.",
    ),
    (
        lambda f: np.linalg.norm(np.diff(f, axis=2), axis=1).sum(axis=1),
        "You took differences of *features* (`np.diff` does, unless it is told an axis): those of "
        "images are along axis 1.",
    ),
    (
        lambda f: np.linalg.norm(np.diff(f, axis=1), axis=1).sum(axis=1),
        "The norm ran over the images: the length of a step is over its features, axis 2.",
    ),
    (
        lambda f: _step_lengths(f).sum(axis=1) + _direct(f),
        "You closed the path, from the last image back to the first: leave that step out.",
    ),
    (_of_steps(lambda s: s[:, 1:].sum(axis=1)), "The first step is missing."),
    (_of_steps(lambda s: s[:, :-1].sum(axis=1)), "The last step is missing."),
    (
        lambda f: _step_lengths(f).sum(axis=1) / np.sqrt(f.shape[2]),
        "You averaged over the features: a length is the root of the *sum* of squares.",
    ),
)


@exercise(
    hints=(
        "`kneighbors_graph` gives the lengths of all joints in one sparse matrix; `graph.data` are "
        "its numbers, and `graph.data **= 2` squares them.",
        "`_, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)`: "
        "on the best way from the start, `before[i]` comes just before i.",
        "So go backwards: `way = [end]`, and as long as `way[-1] != start` append "
        "`before[way[-1]]`. At the end turn the list round.",
    ),
    title="Stepping stones",
)
def stepping_stones(answer):
    """Return the way with the least sum of squared hops through the graph of nearest codes."""
    corner = np.array([[0, 0], [2, 1], [3, 3], [5, 3], [4, 0.5], [7, 0], [6, 1.5]], dtype=float)
    with advice(BACKWARDS, about="index|out of bounds|9999"):
        expect_function(
            answer,
            latent.stepping_stones,
            [
                Case(corner, 0, 5, 3, when="there are seven codes in the plane"),
                (_scattered(20, 3, seed=29), 5, 10, 3),
                (_scattered(26, 2, seed=54), 9, 6, 4),
                (_scattered(22, 2, seed=97), 3, 11, 3),
            ],
            mistakes=STONES_MISTAKES,
            look_at="Square the lengths of the joints, let `dijkstra` start at `start`, and follow "
            "`before` back from `end`.",
        )
    return "Many short hops, and each stone is a code that some image has."


BACKWARDS = (
    "Before the start there is nothing: `before` holds −9999 there, and for every code that cannot "
    "be reached. Stop at the start, let `dijkstra` begin there (`indices=start`), and let it use "
    "each joint both ways (`directed=False`)."
)


def _scattered(n, d, seed):
    """Return codes (n, d) among which other joints, or other costs, lead another way."""
    return np.random.default_rng(seed).normal(size=(n, d)).round(2)


def _best_way(z, start, end, k, power=2.0, directed=False):
    """Return the way, or what there is of it, for joints that cost length to a power."""
    from scipy.sparse.csgraph import dijkstra
    from sklearn.neighbors import kneighbors_graph

    graph = kneighbors_graph(z, min(int(k), len(z) - 1), mode="distance")
    graph.data **= power
    _, before = dijkstra(graph, directed=directed, indices=start, return_predecessors=True)
    way = [end]
    while way[-1] != start and before[way[-1]] >= 0:
        way.append(before[way[-1]])
    return np.array(way[::-1])


def _cost(z, way):
    return np.square(np.diff(z[way], axis=0)).sum()


STONES_MISTAKES = (
    (
        lambda z, start, end, k: _best_way(z, start, end, k, power=1),
        "The joints cost their lengths: square them, so that a long hop costs more than several "
        "short ones.",
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, k, power=0),
        'Every hop costs the same: take the lengths, `mode="distance"`, and square them.',
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, k, power=4),
        "The lengths are squared twice: once is enough.",
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, k)[::-1],
        "That is the way from `end` to `start`: turn the list round.",
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, k)[1:-1],
        "The two ends are missing: they belong to the way.",
    ),
    (lambda z, start, end, k: _best_way(z, start, end, k)[1:], "The start is missing."),
    (lambda z, start, end, k: _best_way(z, start, end, k)[:-1], "The end is missing."),
    (
        lambda z, start, end, k: np.array([start, end]),
        "That is the straight way, without a stone between: follow `before` back from `end`.",
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, len(z) - 1),
        "Too many joints: join each code with its `k` nearest only. Is `k` used?",
    ),
    (
        lambda z, start, end, k: _best_way(z, start, end, k, directed=True),
        "Your joints lead one way only: a code may be left by a joint of its neighbour, too, with "
        "`directed=False`.",
    ),
    (
        lambda z, start, end, k: z[_best_way(z, start, end, k)],
        "Those are the codes on the way: return their numbers.",
    ),
    (
        lambda z, start, end, k: np.array(_cost(z, _best_way(z, start, end, k))),
        "That is what the way costs: return the numbers of the codes on it.",
    ),
)


@exercise(
    hints=(
        "Two things change along the way, and apart: the direction turns, from u1 to u2, and the "
        "length goes evenly from ‖z1‖ to ‖z2‖.",
        "`angle = np.arccos(np.clip(u1 @ u2, -1, 1))`; the two weights of the direction are sines "
        "divided by `np.sin(angle)`.",
        "Before you divide: `if length1 == 0 or length2 == 0: return straight`, and the same for "
        "`np.sin(angle) < 1e-6`. At the end multiply the direction by the length at t.",
    ),
    title="Spherical interpolation",
)
def slerp(answer):
    """Turn from z1 to z2 at a constant angular speed, the length going evenly."""
    rng = np.random.default_rng(6)
    z1 = rng.normal(size=5)
    z2 = 2 * (z1 + rng.normal(size=5))  # less than 90° apart
    expect_function(
        answer,
        _slerp,
        [
            (np.array([2.0, 0.0]), np.array([1.0, 1.0]), np.array([0.5, 0.75])),
            (z1, z2, UNSORTED),
            (z1[:3], 3 * z1[:3] + np.array([0.6, -2.0, 2.0]), UNSORTED),  # a small angle
        ],
        mistakes=SLERP_MISTAKES,
        look_at="Compare the lengths of your points with (1 − t)‖z₁‖ + t‖z₂‖, then the angles "
        "with tΩ.",
    )
    _check_wide(answer, z1, rng.normal(size=5) - 2 * z1)
    axis = np.array([0.0, 0.0, 2.0, 0.0, 0.0])  # u · u is exactly 1, so that sin Ω is exactly 0
    for first, second, case in (
        (np.zeros(5), z2, "from the zero vector"),
        (z1, np.zeros(5), "to the zero vector"),
        (np.zeros(5), np.zeros(5), "from the zero vector to itself"),
        (axis, axis, "between equal vectors"),
        (axis, 3 * axis, "between vectors of equal direction"),
        *((v, v, "between equal vectors") for v in rng.normal(size=(40, 5))),  # u · u may be > 1
    ):
        _check_straight(answer, first, second, case)
    return "On the sphere the middle is as far out as the ends."


def _slerp(z1, z2, t):
    return np.array([latent.between(z1, z2, float(share), "spherical") for share in t])


def _lengths(z1, z2, t):
    """Return the length at each share, a column."""
    return _lerp(np.linalg.norm(z1, keepdims=True), np.linalg.norm(z2, keepdims=True), t)


def _directions(z1, z2, t):
    return _slerp(z1, z2, t) / _lengths(z1, z2, t)


def _units(z1, z2):
    return z1 / np.linalg.norm(z1), z2 / np.linalg.norm(z2)


def _angle(z1, z2):
    u1, u2 = _units(z1, z2)
    return np.arccos(np.clip(u1 @ u2, -1, 1))


def _turned(z1, z2, t, angle=None, wave=np.sin, vectors=None):
    """Return Shoemake's formula for two vectors, the unit vectors if none are given."""
    u1, u2 = vectors or _units(z1, z2)
    angle, t = _angle(z1, z2) if angle is None else angle, t[:, None]
    return (wave((1 - t) * angle) * u1 + wave(t * angle) * u2) / wave(angle)


def _stretched(z1, z2, t):
    straight = _lerp(z1, z2, t)
    return straight / np.linalg.norm(straight, axis=1, keepdims=True)


def _scaled(directions, length=_lengths):
    return lambda z1, z2, t: length(z1, z2, t) * directions(z1, z2, t)


SLERP_MISTAKES = (
    (
        _lerp,
        "That is the straight line. (So it is if Ω comes out as 0, because the lengths are still "
        "in cos Ω: it is u1 · u2, of the *unit* vectors.)",
    ),
    (_directions, "Those are the directions u(t): multiply by the length."),
    (
        lambda z1, z2, t: _turned(z1, z2, t, vectors=(z1, z2)),
        "Shoemake's formula is for unit vectors: turn u1 and u2, then multiply by the length.",
    ),
    (
        _scaled(lambda z1, z2, t: _turned(z1, z2, t, vectors=(z1, z2))),
        "The length counts twice: turn the unit vectors u1 and u2, then multiply by it.",
    ),
    (
        _scaled(_stretched),
        "That is the straight line, stretched to the right length: its direction turns faster "
        "in the middle than at the ends.",
    ),
    (_stretched, "That is the straight line, stretched to length 1: turn the direction evenly."),
    (
        _scaled(lambda z1, z2, t: _stretched(*_units(z1, z2), t)),
        "That is the straight line between u1 and u2, stretched: its direction turns faster in the "
        "middle than at the ends. Use the sines.",
    ),
    (
        lambda z1, z2, t: _slerp(z1, z2, t) * np.sin(_angle(z1, z2)),
        "The division by sin Ω is missing.",
    ),
    (
        lambda z1, z2, t: _directions(z1, z2, t) * np.sin(_angle(z1, z2)),
        "The division by sin Ω is missing, and the length.",
    ),
    (
        lambda z1, z2, t: _slerp(z1, z2, t) * np.sin(_angle(z1, z2)) / _angle(z1, z2),
        "Divide by sin Ω, not by Ω.",
    ),
    (lambda z1, z2, t: _slerp(z2, z1, t), "You walk from z2 to z1."),
    (
        _scaled(lambda z1, z2, t: _directions(z2, z1, t)),
        "The length is right, but the direction turns from z2 to z1: sin((1 − t)Ω) belongs to u1.",
    ),
    (
        _scaled(_directions, lambda z1, z2, t: _lengths(z2, z1, t)),
        "The direction is right, but the length goes from ‖z₂‖ to ‖z₁‖.",
    ),
    (
        _scaled(_directions, lambda z1, z2, t: np.linalg.norm(z1)),
        "The length must go to ‖z₂‖, not stay at ‖z₁‖.",
    ),
    (
        _scaled(_directions, lambda z1, z2, t: (np.linalg.norm(z1) + np.linalg.norm(z2)) / 2),
        "The length must go from ‖z₁‖ to ‖z₂‖, not stay at their mean.",
    ),
    (
        _scaled(
            _directions,
            lambda z1, z2, t: (
                np.linalg.norm(z1) * (np.linalg.norm(z2) / np.linalg.norm(z1)) ** t[:, None]
            ),
        ),
        "The length grows by equal *factors*: it must go evenly, (1 − t)‖z₁‖ + t‖z₂‖.",
    ),
    (
        _scaled(_directions, lambda z1, z2, t: np.linalg.norm(_lerp(z1, z2, t), axis=1)[:, None]),
        "Your lengths are those of the straight line: they must be (1 − t)‖z₁‖ + t‖z₂‖.",
    ),
    (
        _scaled(lambda z1, z2, t: _turned(z1, z2, t, wave=np.cos)),
        "The formula has sines where you have cosines.",
    ),
    (
        _scaled(lambda z1, z2, t: _turned(z1, z2, t, angle=np.degrees(_angle(z1, z2)))),
        "Your angle is in degrees: NumPy's sine takes radians, as `np.arccos` gives them.",
    ),
    (
        _scaled(lambda z1, z2, t: _turned(z1, z2, t, angle=np.cos(_angle(z1, z2)))),
        "u1 · u2 is cos Ω: the angle is its arc cosine, `np.arccos`.",
    ),
    (
        _scaled(lambda z1, z2, t: _turned(z1, z2, t, angle=np.arccos(np.clip(z1 @ z2, -1, 1)))),
        "The angle comes from the *unit* vectors: cos Ω = u1 · u2.",
    ),
    (
        _scaled(lambda z1, z2, t: _directions(z1, z2, np.linspace(0, 1, len(t)))),
        "You turn in equal steps from 0 to Ω: use the shares `t` that are given.",
    ),
    (lambda z1, z2, t: _slerp(z1, z2, t).T, "Rows and columns are swapped: one row a share t."),
)


def _check_wide(answer, z1, z2):
    """Judge an angle of more than 90°."""
    u1, u2 = _units(z1, z2)
    expect_function(
        answer,
        _slerp,
        [(z1, z2, UNSORTED)],
        mistakes=[
            (
                _scaled(lambda *args: _turned(*args, angle=np.arccos(np.abs(u1 @ u2)))),
                "The angle is the arc cosine of u1 · u2, from 0 to π: do not take the absolute "
                "value, nor an arc sine.",
            ),
            (_lerp, "That is the straight line. Only where sin Ω is 0 there is no angle to turn."),
        ],
        look_at="The angle is the arc cosine of u1 · u2, from 0 to π.",
    )


def _is_broken(got):
    """Say whether an answer, if it is numbers at all, holds NaN or infinity."""
    try:
        return not np.isfinite(np.asarray(got, dtype=float)).all()
    except Exception:
        return False  # what else is wrong is told later


def _check_straight(answer, z1, z2, case):
    """Expect the straight line where there is no angle to turn through."""
    got = call(answer, z1.copy(), z2.copy(), UNSORTED.copy())
    if _is_broken(got):
        why = (
            "A zero vector has no direction"
            if "zero" in case
            else "There Ω = 0, up to rounding: sin Ω = 0, and u1 · u2 may be above 1"
        )
        raise Wrong(
            f"Your slerp {case} holds NaN or infinity. {why}: return the straight line there."
        )
    expect_array(
        got,
        _lerp(z1, z2, UNSORTED),
        f"slerp {case}",
        atol=1e-5,
        look_at="There is no angle to turn through: return the straight line.",
    )


@exercise(
    hints=(
        "Two limits of the score first: the lowest `share` of all images lies below the one, the "
        "highest `share` above the other.",
        "`low, high = np.quantile(score, [share, 1 - share])`; a comparison with `score` picks the "
        "codes of each group.",
        "Mean code of the group above, minus mean code of the group below, each over axis 0.",
    ),
    title="An attribute vector",
)
def attribute_vector(answer):
    """Return the mean code with much of an attribute minus the mean with little."""
    z, score, _ = _scored()
    expect_function(
        answer,
        _vector,
        [(z[:20, :2], score[:20], 0.3), (z, score, 0.3), (z[:40], score[:40], 0.25)],
        mistakes=VECTOR_MISTAKES,
        rtol=1e-3,
        look_at="Which codes are in the two groups? The highest and the lowest `share` of all "
        "scores: 6 codes each of 20 at share = 0.3.",
    )
    return "A direction with a name – and with everything else the two groups differ in."


def _scored(of=(0, 1, 2), sizes=(10, 20, 50)):
    """Return codes (80, 3), scores and labels of three classes, the larger the thinner."""
    rng = np.random.default_rng(8)
    group = np.repeat([0, 1, 2], sizes)
    n = len(group)
    z = rng.normal(size=(n, 3)) + group[:, None] * np.array([2.0, 0.0, -1.0])
    score = z[:, 1] + 0.5 * rng.normal(size=n) - 0.8 * group
    order = rng.permutation(n)
    return z[order], score[order], np.array(of)[group[order]]


def _vector(z, score, share):
    return _with_groups(lambda top, bottom: top.mean(axis=0) - bottom.mean(axis=0))(z, score, share)


def _with_groups(function):
    """Return the answer that takes ``function(codes of high scores, codes of low ones)``."""

    def answer(z, score, share):
        low, high = np.quantile(score, [share, 1 - share])
        return function(z[score >= high], z[score <= low])

    return answer


def _with_share(of):
    return lambda z, score, share: _vector(z, score, of(share))


def _by_range(z, score, share):
    """Cut at a share of the *range* of the scores."""
    low, high = score.min() + share * np.ptp(score), score.max() - share * np.ptp(score)
    return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)


def _against_rest(z, score, share):
    high = np.quantile(score, 1 - share)
    return z[score >= high].mean(axis=0) - z[score < high].mean(axis=0)


def _by_sign(z, score, share):
    return z[score > score.mean()].mean(axis=0) - z[score <= score.mean()].mean(axis=0)


def _by_place(z, score, share):
    n = round(len(z) * share)
    return z[-n:].mean(axis=0) - z[:n].mean(axis=0)


def _sorted_apart(z, score, share):
    n = round(len(z) * share)
    in_order = np.sort(z, axis=0)
    return in_order[-n:].mean(axis=0) - in_order[:n].mean(axis=0)


def _regression(z, score, share):
    return np.linalg.lstsq(np.c_[z, np.ones(len(z))], score, rcond=None)[0][:-1]


def _slopes(z, score, share):
    """Regress each dimension on the score."""
    centred = score - score.mean()
    return centred @ (z - z.mean(axis=0)) / (centred @ centred)


def _swapped_limits(z, score, share):
    low, high = np.quantile(score, [share, 1 - share])
    return z[score >= low].mean(axis=0) - z[score <= high].mean(axis=0)


VECTOR_MISTAKES = (
    (lambda *a: -_vector(*a), "The sign is turned round: high scores minus low ones."),
    (
        _with_groups(lambda top, bottom: top.mean(axis=0)),
        "That is the mean of one group, the highest: subtract that of the lowest.",
    ),
    (
        _with_groups(lambda top, bottom: bottom.mean(axis=0)),
        "That is the mean of one group, the lowest: it is subtracted from that of the highest.",
    ),
    (
        _with_groups(lambda top, bottom: top.mean(axis=0) + bottom.mean(axis=0)),
        "You added the two means: subtract that of the lowest.",
    ),
    (
        _with_groups(lambda top, bottom: top.sum(axis=0) - bottom.sum(axis=0)),
        "Those are sums: use the mean of each group.",
    ),
    (
        _with_groups(lambda top, bottom: np.median(top, axis=0) - np.median(bottom, axis=0)),
        "Those are medians: use the mean of each group.",
    ),
    (
        lambda z, score, share: (
            _with_groups(lambda top, bottom: top.mean(axis=0))(z, score, share) - z.mean(axis=0)
        ),
        "Subtract the mean of the *lowest*, not of all.",
    ),
    (
        _against_rest,
        "You subtracted the mean of all the rest: subtract that of the *lowest* `share`.",
    ),
    (_by_sign, "You cut at the mean: take the highest and the lowest `share`."),
    (
        _with_share(lambda share: 0.5),
        "You cut at the median: take the highest and the lowest `share`.",
    ),
    (_with_share(lambda share: 0.2), "`share` is not used: 0.2 is only its default."),
    (
        _with_share(lambda share: share / 2),
        "You halved `share`: each of the two groups has that share.",
    ),
    (
        _swapped_limits,
        "The limits are exchanged: the highest lie above the quantile `1 - share`, the lowest "
        "below the quantile `share`.",
    ),
    (
        _by_range,
        "You cut at a share of the *range* of the scores: `np.quantile` cuts off a share of the "
        "images.",
    ),
    (
        lambda z, score, share: z[score.argmax()] - z[score.argmin()],
        "Those are two single codes, of the highest and the lowest score: take the groups.",
    ),
    (
        lambda *a: _vector(*a) / np.linalg.norm(_vector(*a)),
        "Do not scale it to length 1: the length matters.",
    ),
    (lambda *a: _vector(*a) / 2, "You halved the difference of the means: leave it as it is."),
    (
        _by_place,
        "You took the last and the first codes: choose them by their score.",
    ),
    (
        _sorted_apart,
        "You sorted each dimension of the codes on its own: choose the codes by their `score`.",
    ),
    (
        lambda z, score, share: np.quantile(z, 1 - share, axis=0) - np.quantile(z, share, axis=0),
        "Those are quantiles of the codes: take the quantiles of `score`.",
    ),
    (
        _with_groups(lambda top, bottom: top.mean() - bottom.mean()),
        "You averaged over latent dimensions: use `axis=0`.",
    ),
    (_regression, "Those are weights of a regression: subtract the means of two groups."),
    (_slopes, "Those are slopes of a regression: subtract the means of two groups."),
    (
        lambda z, score, share: (
            _slopes((z - z.mean(axis=0)) / z.std(axis=0), score, share) * score.std()
        ),
        "Those are correlations: subtract the means of two groups.",
    ),
)


@exercise(
    hints=(
        "What you wrote in exercise 4, but for the images of one class at a time.",
        "`for label in np.unique(labels):` pick `z[labels == label]` and `score[labels == label]`; "
        "the quantiles must come from this class alone.",
        "Collect the vectors of the classes in a list; the answer is their mean over axis 0.",
    ),
    title="Like with like",
)
def balanced_vector(answer):
    """Return the mean over the classes of the attribute vector within each class."""
    z, score, labels = _scored()
    with advice(EMPTY_CLASS, about="size 0|zero-size|empty"):
        call(answer, z.copy(), score.copy(), labels.copy(), 0.3)
    expect_function(
        answer,
        _balanced,
        [(z, score, labels, 0.3), (z[:, :2], score, labels, 0.4)],
        mistakes=BALANCED_MISTAKES,
        rtol=1e-3,
        look_at="Print the vector of one class and compare it with exercise 4 on that class alone.",
    )
    z, score, labels = _scored(of=(0, 2, 5))
    with advice(EMPTY_CLASS, about="size 0|zero-size|empty"):
        expect_function(
            answer,
            _balanced,
            [Case(z, score, labels, 0.3, when="the classes 0, 2 and 5 occur")],
            mistakes=[(_up_to(lambda labels: labels.max() + 1), EMPTY_CLASS)],
            rtol=1e-3,
            look_at="Take the classes that occur, as `np.unique(labels)` gives them.",
        )
    return "Like is compared with like. How much of the class is left, a control will say."


def _of_classes(combine=lambda vectors, sizes: vectors.mean(axis=0), vector=_vector):
    """Return the answer that combines the vectors of the classes, given their sizes."""

    def answer(z, score, labels, share):
        groups = [labels == label for label in np.unique(labels)]
        vectors = np.array([vector(z[group], score[group], share) for group in groups])
        return combine(vectors, np.array([group.sum() for group in groups]))

    return answer


def _balanced(z, score, labels, share):
    return _of_classes()(z, score, labels, share)


def _limits_of_all(z, score, labels, share):
    low, high = np.quantile(score, [share, 1 - share])
    groups = [labels == label for label in np.unique(labels)]
    vectors = [
        z[group & (score >= high)].mean(axis=0) - z[group & (score <= low)].mean(axis=0)
        for group in groups
    ]
    return np.mean(vectors, axis=0)


def _up_to(n_classes):
    """Return the answer that takes the classes 0, 1, …, whether they occur or not."""

    def answer(z, score, labels, share):
        vectors = []
        for label in range(n_classes(labels)):
            group = labels == label
            vectors.append(_vector(z[group], score[group], share) if group.any() else np.nan * z[0])
        return np.mean(vectors, axis=0)

    return answer


EMPTY_CLASS = (
    "A class without members has no vector, only NaN: take the classes that occur, "
    "`np.unique(labels)`."
)


def _scores_within(z, score, labels, share):
    """Take the classes' mean scores away, then make one vector."""
    means = {label: score[labels == label].mean() for label in np.unique(labels)}
    return _vector(z, score - np.array([means[label] for label in labels]), share)


def _codes_within(z, score, labels, share):
    """Take the classes' mean codes away, then make one vector."""
    means = {label: z[labels == label].mean(axis=0) for label in np.unique(labels)}
    return _vector(z - np.array([means[label] for label in labels]), score, share)


def _both_within(z, score, labels, share):
    codes = {label: z[labels == label].mean(axis=0) for label in np.unique(labels)}
    return _scores_within(z - np.array([codes[label] for label in labels]), score, labels, share)


BALANCED_MISTAKES = (
    (
        lambda z, score, labels, share: _vector(z, score, share),
        "That is the plain vector of exercise 4: the classes are not looked at.",
    ),
    (_of_classes(lambda v, n: v), "Those are the vectors of the classes: return their mean."),
    (
        _of_classes(lambda v, n: v.sum(axis=0)),
        "That is the sum over the classes: take the mean.",
    ),
    (
        _of_classes(lambda v, n: v.sum(axis=0) / 10),
        "You divided by ten: divide by the number of classes that occur.",
    ),
    (
        _of_classes(lambda v, n: -v.mean(axis=0)),
        "The sign is turned round: high scores minus low ones.",
    ),
    (
        _of_classes(lambda v, n: np.average(v, axis=0, weights=n)),
        "The large classes count more than the small ones: every class counts the same.",
    ),
    (
        _of_classes(lambda v, n: v.mean(axis=1)),
        "You averaged over latent dimensions: use `axis=0`.",
    ),
    (
        _of_classes(lambda v, n: np.median(v, axis=0)),
        "That is the median over the classes: take the mean.",
    ),
    (
        _of_classes(lambda v, n: v[0]),
        "That is the vector of the first class alone: take the mean of all.",
    ),
    (
        _of_classes(lambda v, n: v[-1]),
        "That is the vector of the last class alone: take the mean of all.",
    ),
    (
        _of_classes(lambda v, n: (v / np.linalg.norm(v, axis=1, keepdims=True)).mean(axis=0)),
        "You scaled the vectors of the classes to length 1: their lengths matter.",
    ),
    (
        lambda *a: _balanced(*a) / np.linalg.norm(_balanced(*a)),
        "Do not scale it to length 1: the length matters.",
    ),
    (_up_to(lambda labels: 10), EMPTY_CLASS),
    (_limits_of_all, "The quantiles must be those of each class."),
    (
        lambda z, score, labels, share: _balanced(z, score, labels, 0.2),
        "`share` is not used: 0.2 is only its default.",
    ),
    (
        lambda z, score, labels, share: _balanced(z, score, labels, 0.5),
        "You cut at the median of each class: take the highest and the lowest `share`.",
    ),
    (
        lambda z, score, labels, share: _vector(z, labels.astype(float), share),
        "You took the labels for the scores: they only say which images belong together.",
    ),
    (
        _scores_within,
        "You took the classes' mean scores away, and then made one vector: make one in each class.",
    ),
    (
        _codes_within,
        "You took the classes' mean codes away, and then made one vector: make one in each class.",
    ),
    (
        _both_within,
        "You took the classes' means away, and then made one vector: make one in each class.",
    ),
    (
        _of_classes(vector=_with_groups(lambda top, bottom: top.mean(axis=0))),
        "The means of the lowest are not subtracted.",
    ),
    (
        _of_classes(vector=_by_place),
        "In each class you took the last and the first codes: choose them by their score.",
    ),
    (
        _of_classes(vector=_with_groups(lambda top, bottom: top.sum(axis=0) - bottom.sum(axis=0))),
        "In each class those are sums: use the mean of each group.",
    ),
)


shortest_path = Prediction(
    "Walks between random pairs of test images, and mixed pixels as the control. Whose images "
    "take the shortest way through the classifier's features?",
    {
        "a": "Those of the VAE: its latent space is smooth.",
        "b": "Those of the convolutional VAE, which has the best decoder.",
        "c": "The mixed pixels, in which nothing moves.",
        "d": "Those of the AE: nothing pulls its codes together.",
    },
    right="c",
    feedback={
        "a": "It is a little shorter than the AE's. Both are longer than that of mixed pixels.",
        "b": "Its way is the longest of the four: crisp strokes change more than blurred ones.",
        "c": "A cross-fade goes straight ahead. So a short path alone is no praise.",
        "d": "Its way is a little longer than the VAE's, and clearly longer than the cross-fade's.",
    },
    name="shortest_path",
    chapter=__name__,
)

arc_or_line = Prediction(
    "Middles of 1,000 walks in the VAE with ten dimensions: spherical, and straight. White (2016) "
    "reports sharper images for the spherical way. And here?",
    {
        "a": "Spherical is better by all our numbers.",
        "b": "More are recognised, the path is longer, and log q is lower.",
        "c": "Nothing changes: in ten dimensions the two nearly agree.",
        "d": "Fewer are recognised, since the straight middle lies among codes.",
    },
    right="b",
    feedback={
        "a": "The path is longer, and log q falls by about ten nats: not by all of them.",
        "b": "Contrast is bought with distance from what the decoder has seen.",
        "c": "The directions agree at half-way, the lengths do not: about 2.3 against 3.2.",
        "d": "It does lie among codes. But the classifier likes contrast better than company.",
    },
    name="arc_or_line",
    chapter=__name__,
)

self_test = SelfTest(
    Question(
        "Which walk between two digits has the shortest path in the classifier's features?",
        {
            "a": "the VAE's, whose space was trained to be smooth",
            "b": "the one whose images look best on the way",
            "c": "a cross-fade of the pixels",
        },
        right="c",
        feedback={
            "a": "It is a little shorter than the AE's. Look at the first row of section 2.",
            "b": "The convolutional VAE's images were best, and its paths the longest: section 2.",
            "c": "Nothing moves in a cross-fade. So a short path alone says little.",
        },
    ),
    Question(
        "A stroke tears half-way between two 1s of different slant. What is the likely reason?",
        {
            "a": "The codes of 1s lie on a curve, which the straight line leaves.",
            "b": "The two codes are of different length, so that the middle lies too near to one.",
            "c": "Eleven steps are too few.",
        },
        right="a",
        feedback={
            "a": "A stop on the surface leads the walk around.",
            "b": "The lengths of two codes nearly always differ, and most walks do not tear. See "
            "section 3.",
            "c": "More steps show the same line more finely, hole and all: section 3.",
        },
    ),
    Question(
        "In 512 dimensions, half-way between two draws of N(0, I), straight on. What is special?",
        {
            "a": "It has the length of any other draw, as its coordinates do.",
            "b": "It is shorter than practically every draw.",
            "c": "It is at the origin.",
        },
        right="b",
        feedback={
            "a": "It has 71 % of the length, and lengths hardly vary in so many dimensions: "
            "section 4.",
            "b": "71 % of a length that varies by a few per cent only.",
            "c": "Only between opposite vectors; two draws are nearly at a right angle: section 4.",
        },
    ),
    Question(
        "For two codes of equal length, what is the spherical middle?",
        {
            "a": "a point in a direction of its own",
            "b": "the straight middle, stretched to the length of the ends",
            "c": "the straight middle, since the lengths are equal",
        },
        right="b",
        feedback={
            "a": "Half-way between two unit vectors is the direction of their sum: section 4.",
            "b": "So slerp acts like a higher temperature in the middle of the walk.",
            "c": "The straight middle is nearer to the origin, unless both codes are the same: "
            "section 4.",
        },
    ),
    Question(
        "The vector “bold minus thin” turns many digits into 1s when it is subtracted. Why?",
        {
            "a": "The decoder cannot draw thin strokes.",
            "b": "The vector is too long.",
            "c": "The thin images hold more 1s than the bold ones.",
        },
        right="c",
        feedback={
            "a": "It can: the vector balanced over the classes draws thin digits of all kinds. See "
            "section 6.",
            "b": "Random vectors of this length keep about twice as many digits what they are: "
            "section 6.",
            "c": "A vector does all that its groups differ in. Balance the classes.",
        },
    ),
    chapter=__name__,
)
