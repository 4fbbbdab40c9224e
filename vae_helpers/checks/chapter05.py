"""Exercises of chapter 05: interpolation."""

import numpy as np

from vae_helpers import latent
from vae_helpers.checks.core import (
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_array,
)

_T = np.array([0.0, 0.25, 0.5, 0.9, 1.0])


@exercise(
    hints=(
        "At t = 0 all of z1 and nothing of z2, at t = 1 the other way round: two weights that sum "
        "to 1.",
        "`t[:, None]` has shape (n, 1); times a vector (latent_dim,) it gives (n, latent_dim).",
        "`return (1 - t[:, None]) * z1 + t[:, None] * z2`",
    )
)
def lerp(answer):
    """Return the points of the straight line at the shares t."""
    z1, z2 = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0, -4.0])
    column = _T[:, None]
    right = (1 - column) * z1 + column * z2
    expect_array(
        call(answer, z1.copy(), z2.copy(), _T.copy()),
        right,
        "lerp(z1, z2, t) for 5 shares in 3 dimensions",
        look_at="At t = 0 it must be z1, at t = 1 z2, and half-way their mean.",
        mistakes=[
            (right[::-1], "You walk from z2 to z1 – or the weights (1 − t) and t are swapped."),
            (column * z1 + (1 - column) * z2, "The weights (1 − t) and t are swapped."),
            (z1 + column * z2, "You add all of z1: its weight falls to 0 as t goes to 1."),
            (right.T, "Rows and columns are swapped: one row a share t."),
            (column * (z2 - z1), "That is the way gone so far: add it to z1."),
        ],
    )
    return "The straight line: every step of the same size, and in the same direction."


@exercise(
    hints=(
        "First the steps: the differences of neighbouring images, along the axis of the images.",
        "`np.diff(features, axis=1)` are the steps (n, images − 1, d). Each has a length: the norm "
        "over the features, the last axis.",
        "`return np.linalg.norm(np.diff(features, axis=1), axis=2).sum(axis=1)`",
    )
)
def path_lengths(answer):
    """Return the length of each path: the sum of the lengths of its steps."""
    features = np.random.default_rng(5).normal(size=(3, 6, 4)).cumsum(axis=1)
    steps = np.diff(features, axis=1)
    lengths = np.linalg.norm(steps, axis=2)
    direct = np.linalg.norm(features[:, -1] - features[:, 0], axis=1)
    right = lengths.sum(axis=1)
    expect_array(
        call(answer, features.copy()),
        right,
        "path_lengths(features) for 3 paths of 6 images in 4 features",
        look_at="Steps between neighbours, the length of each step, then the sum over the steps.",
        mistakes=[
            (direct, "That is the direct distance from the first image to the last."),
            (right / direct, "That is the ratio: return the length alone."),
            (lengths.mean(axis=1), "That is the mean step: add the steps up."),
            (np.square(lengths).sum(axis=1), "Those are squared lengths: a root is missing."),
            (np.abs(steps).sum(axis=(1, 2)), "You added |differences|: a step's length is √Σ²."),
            (
                np.sqrt(np.square(lengths).sum(axis=1)),
                "The root stands outside the sum: take the length of each step, then add up.",
            ),
            (np.linalg.norm(features, axis=2).sum(axis=1), "Take differences of images first."),
            (lengths, "Those are the steps: add them up along each path."),
            (right.sum(), "That is the length of all paths together: one a path, please."),
            (
                np.linalg.norm(np.diff(features, axis=0), axis=2).sum(axis=0),
                "You went from path to path: `axis=1` is the axis of the images.",
            ),
        ],
    )
    return "As long as the images make it – never shorter than the direct distance."


@exercise(
    hints=(
        "Two things change along the way, and apart: the direction turns, from u1 to u2, and the "
        "length goes evenly from ‖z1‖ to ‖z2‖.",
        "`angle = np.arccos(np.clip(u1 @ u2, -1, 1))`, and the direction at t is "
        "`(np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)`.",
        "Before you divide: `if length1 == 0 or length2 == 0: return straight`, and the same for "
        "`np.sin(angle) < 1e-6`. At the end multiply the direction by "
        "`(1 - t) * length1 + t * length2`.",
    )
)
def slerp(answer):
    """Turn from z1 to z2 at a constant angular speed, the length going evenly."""
    rng = np.random.default_rng(6)
    z1 = rng.normal(size=5)
    z2 = 2 * (z1 + rng.normal(size=5))  # less than 90° apart
    right = _slerp(z1, z2, _T)
    expect_array(
        call(answer, z1.copy(), z2.copy(), _T.copy()),
        right,
        "slerp(z1, z2, t) for 5 shares in 5 dimensions",
        look_at="Compare the lengths of your points with (1 − t)‖z₁‖ + t‖z₂‖, then the angles "
        "with tΩ.",
        mistakes=_slerp_mistakes(z1, z2),
    )
    wide = rng.normal(size=5) - 2 * z1
    expect_array(
        call(answer, z1.copy(), wide.copy(), _T.copy()),
        _slerp(z1, wide, _T),
        "slerp for an angle of more than 90°",
        look_at="The angle is the arc cosine of u1 · u2, from 0 to π.",
    )
    axis = np.array([0.0, 0.0, 2.0, 0.0, 0.0])  # u · u is exactly 1, so that sin Ω is exactly 0
    for first, second, case in (
        (np.zeros(5), z2, "from the zero vector"),
        (z1, np.zeros(5), "to the zero vector"),
        (axis, axis, "between equal vectors"),
        (axis, 3 * axis, "between vectors of equal direction"),
        *((v, v, "between equal vectors") for v in rng.normal(size=(40, 5))),  # u · u may be > 1
    ):
        _check_straight(answer, first, second, case)
    return "On the sphere the middle is as far out as the ends."


@exercise(
    hints=(
        "Two limits of the score first: the lowest `share` of all images lies below the one, the "
        "highest `share` above the other.",
        "`low, high = np.quantile(score, [share, 1 - share])`; the codes of the one group are "
        "`z[score >= high]`.",
        "`return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)`",
    )
)
def attribute_vector(answer):
    """Return the mean code with much of an attribute minus the mean with little."""
    z, score, _ = _scored()
    for share in (0.2, 0.3):
        right = _vector(z, score, share)
        expect_array(
            call(answer, z.copy(), score.copy(), share),
            right,
            f"attribute_vector(z, score, share={share}) for 90 codes in 3 dimensions",
            rtol=1e-3,
            look_at="Which codes are in the two groups? There should be "
            f"{int(90 * share)} in each.",
            mistakes=_vector_mistakes(z, score, share),
        )
    return "A direction with a name – and with everything else the two groups differ in."


@exercise(
    hints=(
        "What you wrote in exercise 4, but for the images of one class at a time.",
        "`for label in np.unique(labels):` pick `z[labels == label]` and `score[labels == label]`; "
        "the quantiles must come from this class alone.",
        "Collect the vectors in a list: "
        "`attribute_vector(z[labels == label], score[labels == label], share)`; then "
        "`return np.mean(vectors, axis=0)`",
    )
)
def balanced_vector(answer):
    """Return the mean over the classes of the attribute vector within each class."""
    z, score, labels = _scored()
    groups = [labels == label for label in range(3)]
    vectors = np.array([_vector(z[group], score[group], 0.2) for group in groups])
    plain = _vector(z, score, 0.2)
    low, high = np.quantile(score, [0.2, 0.8])
    with_all_limits = [
        z[group & (score >= high)].mean(axis=0) - z[group & (score <= low)].mean(axis=0)
        for group in groups
    ]
    sizes = [group.sum() for group in groups]
    expect_array(
        call(answer, z.copy(), score.copy(), labels.copy(), 0.2),
        vectors.mean(axis=0),
        "balanced_vector(z, score, labels, 0.2) for 90 codes of 3 classes",
        rtol=1e-3,
        look_at="Print the vector of one class and compare it with exercise 4 on that class alone.",
        mistakes=[
            (plain, "That is the plain vector: the classes are not looked at."),
            (vectors, "Those are the vectors of the classes: return their mean."),
            (vectors.sum(axis=0), "That is the sum over the classes: take the mean."),
            (-vectors.mean(axis=0), "The sign is turned round: high scores minus low ones."),
            (
                np.average(vectors, axis=0, weights=sizes),
                "The large classes count more than the small ones: every class counts the same.",
            ),
            (vectors.mean(axis=1), "You averaged over latent dimensions: use `axis=0`."),
            (np.mean(with_all_limits, axis=0), "The quantiles must be those of each class."),
        ],
    )
    wider = np.mean([_vector(z[group], score[group], 0.4) for group in groups], axis=0)
    expect_array(
        call(answer, z.copy(), score.copy(), labels.copy(), 0.4),
        wider,
        "balanced_vector(z, score, labels, 0.4)",
        rtol=1e-3,
        look_at="`share` must reach the quantiles of each class.",
    )
    return "Like is compared with like: what is left is the attribute, or nearly."


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
            "b": "The convolutional VAE's images were best, and its paths the longest.",
            "c": "Nothing moves in a cross-fade. So a short path alone says little.",
        },
    ),
    Question(
        "A stroke tears half-way between two 1s of different slant. What is the likely reason?",
        {
            "a": "Their codes lie on a curved surface, and the straight line leaves it.",
            "b": "The two codes are of different length.",
            "c": "Eleven steps are too few.",
        },
        right="a",
        feedback={
            "a": "A stop on the surface leads the walk around.",
            "b": "The lengths of two codes nearly always differ, and most walks do not tear.",
            "c": "More steps show the same line more finely, hole and all.",
        },
    ),
    Question(
        "In 512 dimensions, half-way between two draws of N(0, I), straight on. What is special?",
        {
            "a": "It has the length of any other draw.",
            "b": "It is shorter than practically every draw.",
            "c": "It is at the origin.",
        },
        right="b",
        feedback={
            "a": "It has 71 % of the length, and lengths hardly vary in so many dimensions.",
            "b": "71 % of a length that varies by a few per cent only.",
            "c": "Only between opposite vectors; two draws are nearly at a right angle.",
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
            "a": "Half-way between two unit vectors is the direction of their sum.",
            "b": "So slerp acts like a higher temperature in the middle of the walk.",
            "c": "The straight middle is nearer to the origin, unless both codes are the same.",
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
            "a": "It can: the vector balanced over the classes draws thin digits of all kinds.",
            "b": "Random vectors of this length keep about twice as many digits what they are.",
            "c": "A vector does all that its groups differ in. Balance the classes.",
        },
    ),
    chapter=__name__,
)


def _slerp(z1, z2, t):
    return np.array([latent.between(z1, z2, float(share), "spherical") for share in t])


def _slerp_mistakes(z1, z2):
    """Return wrong answers to slerp with what to say to each."""
    t = _T[:, None]
    length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
    length = (1 - t) * length1 + t * length2
    right = _slerp(z1, z2, _T)
    straight = (1 - t) * z1 + t * z2
    angle = np.arccos(z1 @ z2 / (length1 * length2))
    with_lengths = (np.sin((1 - t) * angle) * z1 + np.sin(t * angle) * z2) / np.sin(angle)
    stretched = straight / np.linalg.norm(straight, axis=1, keepdims=True) * length
    return [
        (straight, "That is the straight line."),
        (right / length, "Those are the directions u(t): multiply by the length."),
        (
            with_lengths,
            "Shoemake's formula is for unit vectors: turn u1 and u2, then multiply by the length.",
        ),
        (
            stretched,
            "That is the straight line, stretched to the right length: its direction turns faster "
            "in the middle than at the ends.",
        ),
        (right * np.sin(angle), "The division by sin Ω is missing."),
        (_slerp(z2, z1, _T), "You walk from z2 to z1."),
        (right / length * length1, "The length must go to ‖z₂‖, not stay at ‖z₁‖."),
    ]


def _check_straight(answer, z1, z2, case):
    """Expect the straight line where there is no angle to turn through."""
    t = _T[:, None]
    with np.errstate(all="ignore"):
        got = call(answer, z1.copy(), z2.copy(), _T.copy())
    try:
        broken = not np.isfinite(np.asarray(got, dtype=float)).all()
    except Exception:
        broken = False
    if broken:
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
        (1 - t) * z1 + t * z2,
        f"slerp {case}",
        atol=1e-5,
        look_at="There is no angle to turn through: return the straight line.",
    )


def _scored():
    """Return codes (90, 3), scores and labels of three classes, the larger the thinner."""
    rng = np.random.default_rng(8)
    labels = np.repeat([0, 1, 2], [15, 25, 50])
    z = rng.normal(size=(90, 3)) + labels[:, None] * np.array([2.0, 0.0, -1.0])
    score = z[:, 1] + 0.5 * rng.normal(size=90) - 0.8 * labels
    order = rng.permutation(90)
    return z[order], score[order], labels[order]


def _vector(z, score, share):
    low, high = np.quantile(score, [share, 1 - share])
    return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)


def _vector_mistakes(z, score, share):
    low, high = np.quantile(score, [share, 1 - share])
    top, bottom = z[score >= high], z[score <= low]
    right = top.mean(axis=0) - bottom.mean(axis=0)
    n = len(top)
    return [
        (-right, "The sign is turned round: high scores minus low ones."),
        (top.mean(axis=0), "That is the mean of one group: subtract the other's."),
        (top.sum(axis=0) - bottom.sum(axis=0), "Those are sums: use the mean of each group."),
        (top.mean(axis=0) - z.mean(axis=0), "Subtract the mean of the *lowest*, not of all."),
        (
            z[score > np.median(score)].mean(axis=0) - z[score <= np.median(score)].mean(axis=0),
            "You cut at the median: take the highest and the lowest `share`.",
        ),
        (right / np.linalg.norm(right), "Do not scale it to length 1: the length matters."),
        (
            z[-n:].mean(axis=0) - z[:n].mean(axis=0),
            "You took the last and the first codes: choose them by their score.",
        ),
        (top.mean() - bottom.mean(), "You averaged over latent dimensions: use `axis=0`."),
    ]
