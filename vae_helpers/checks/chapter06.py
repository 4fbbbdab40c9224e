"""Exercises of chapter 06: evaluation."""

import numpy as np
from scipy.special import logsumexp, softmax, xlogy

from vae_helpers.checks.advice import advice
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

ONE_IMAGE = (2, 3, 4)  # the axes of height, width and channel


@exercise(
    hints=(
        "A white coin costs −log p, a black one −log(1 − p). As the coins are 1 and 0, both are "
        "in −b log p − (1 − b) log(1 − p).",
        "`xlogy(coins, p)` is b log p, and 0 where b is 0, even if p is 0. `p` (n, h, w, 1) fits "
        "to `coins` (k, n, h, w, 1) by itself.",
        "Add up the pixels, which are the last three axes, and take the mean over tosses, the "
        "first axis: `.sum(axis=(2, 3, 4)).mean(axis=0)`.",
    ),
    title="Coins",
)
def coin_cost(answer):
    """Return the mean cost of k tosses of each image under a decoder's probabilities."""
    rng = np.random.default_rng(3)
    p = rng.uniform(0.1, 0.9, size=(2, 1, 2, 1)).round(1)
    larger = rng.uniform(0.05, 0.95, size=(3, 4, 2, 1))
    expect_function(
        answer,
        _coin_cost,
        [(_tosses(rng, 3, p), p), (_tosses(rng, 5, larger), larger)],
        mistakes=COIN_MISTAKES,
        unreduced=_of_coins,
        look_at="A white coin costs −log p and a black one −log(1 − p); add up pixels, average "
        "over tosses.",
    )
    sure = np.array([0.0, 0.5, 1.0, 0.25]).reshape(1, 2, 2, 1)
    expect_function(
        answer,
        _coin_cost,
        [Case(_tosses(rng, 4, sure), sure, when="some p are 0 or 1, and the coins obey")],
        atol=1e-5,
        mistakes=[(lambda coins, p: _with_logs(coins, p), SURE_IS_NAN)],
        look_at="A coin that falls as it must costs nothing: `xlogy(coins, p)` is 0 where both "
        "are 0.",
    )
    return "The mean over tosses: with enough of them it will be the BCE of the grey image."


SURE_IS_NAN = (
    "Where p is 0 no coin is white, and 0 · log 0 counts as 0; the computer says NaN. "
    "`xlogy(coins, p)` knows."
)


def _tosses(rng, k, p):
    return (rng.random((k, *p.shape)) < p).astype(float)


def _of_coins(coins, p):
    return -xlogy(coins, p) - xlogy(1 - coins, 1 - p)


def _coin_cost(coins, p):
    return _of_coins(coins, p).sum(axis=ONE_IMAGE).mean(axis=0)


def _with_logs(coins, p):
    return -(coins * np.log(p) + (1 - coins) * np.log(1 - p)).sum(axis=ONE_IMAGE).mean(axis=0)


def _bce(x, p):
    return (-xlogy(x, p) - xlogy(1 - x, 1 - p)).sum(axis=(1, 2, 3))


COIN_MISTAKES = (
    (lambda coins, p: -_coin_cost(coins, p), "The sign is wrong: a cost, −log p, is above 0."),
    (
        lambda coins, p: -xlogy(coins, p).sum(axis=ONE_IMAGE).mean(axis=0),
        "Only white coins are paid for: a black one costs −log(1 − p).",
    ),
    (
        lambda coins, p: -xlogy(1 - coins, 1 - p).sum(axis=ONE_IMAGE).mean(axis=0),
        "Only black coins are paid for: a white one costs −log p.",
    ),
    (
        lambda coins, p: (
            (xlogy(1 - coins, 1 - p) - xlogy(coins, p)).sum(axis=ONE_IMAGE).mean(axis=0)
        ),
        "Both kinds of coins cost: the signs of the two terms are equal.",
    ),
    (
        lambda coins, p: _coin_cost(1 - coins, p),
        "White and black are exchanged: p is the probability of *white*, of a coin that is 1.",
    ),
    (
        lambda coins, p: _coin_cost(coins, p) / np.log(2),
        "Those are bits: nats come from the natural logarithm.",
    ),
    (
        lambda coins, p: _of_coins(coins, p).mean(axis=(0, *ONE_IMAGE)),
        "You averaged over pixels: the cost of an image is their sum.",
    ),
    (
        lambda coins, p: _of_coins(coins, p).sum(axis=(0, *ONE_IMAGE)),
        "You added up the tosses: take their mean.",
    ),
    (
        lambda coins, p: _of_coins(coins, p).sum(axis=ONE_IMAGE),
        "One number a toss and image is left: take the mean over tosses, the first axis.",
    ),
    (
        lambda coins, p: _of_coins(coins, p).sum(axis=ONE_IMAGE).mean(axis=1),
        "You averaged over images, and kept the tosses: the tosses are the first axis.",
    ),
    (
        lambda coins, p: _of_coins(coins, p).sum(axis=ONE_IMAGE).mean(),
        "You averaged over images as well: one number an image, please.",
    ),
    (lambda coins, p: _coin_cost(coins[:1], p), "Only the first toss counts in your answer."),
    (
        lambda coins, p: _bce(p, p),
        "You took p for the coins: that is the entropy of the copy, whatever the coins show.",
    ),
    (
        lambda coins, p: _bce(coins.mean(axis=0).round(), p),
        "You rounded the mean coin: every toss has a cost of its own, then comes the mean.",
    ),
    (
        lambda coins, p: np.square(coins - p).sum(axis=ONE_IMAGE).mean(axis=0),
        "That is the squared error: a coin costs minus the logarithm of its probability.",
    ),
    (
        lambda coins, p: np.abs(coins - p).sum(axis=ONE_IMAGE).mean(axis=0),
        "That is the distance of coin and p: a coin costs minus the logarithm of its probability.",
    ),
    (
        lambda coins, p: -np.log(np.exp(-_of_coins(coins, p).sum(axis=ONE_IMAGE)).mean(axis=0)),
        "You averaged the probabilities and took the logarithm after: average the costs.",
    ),
    (
        lambda coins, p: np.exp(-_of_coins(coins, p).sum(axis=ONE_IMAGE)).mean(axis=0),
        "That is the mean probability of the tosses: the cost is minus its logarithm, toss by "
        "toss.",
    ),
    *(
        (
            lambda coins, p, e=e: _coin_cost(coins, np.clip(p, e, 1 - e)),
            "p was kept away from 0 and 1 by too much: `xlogy` needs no such ε.",
        )
        for e in (0.2, 0.15)
    ),
)


@exercise(
    hints=(
        "The bound of one image is log((w₁ + … + w_k) / k), and you are given log w.",
        "An image may have log weights near −800, and e⁻⁸⁰⁰ is 0 for the computer. `logsumexp` "
        "adds weights up without leaving the logarithms; `axis=1` are the draws.",
        "A mean is the sum divided by k. How does a division by k look in the logarithm?",
    ),
    title="Importance-weighted bound",
)
def iwae_bound(answer):
    """Return the logarithm of the mean weight of each image."""
    rng = np.random.default_rng(5)
    log_weights = rng.normal(-2, 1.5, size=(3, 5))
    expect_function(
        answer,
        _bound,
        [(np.array([[-2.0, -1.0, -4.0], [-3.0, -1.5, -1.2]]),), (log_weights,)],
        mistakes=BOUND_MISTAKES,
        look_at="Compute one image by hand: exp, mean, log.",
    )
    expect_function(
        answer,
        _bound,
        [Case(log_weights - 1_000, when="log weights around −1,000")],
        mistakes=[
            (
                lambda log_weights: np.log(np.exp(log_weights).mean(axis=1)),
                "e⁻¹⁰⁰⁰ is 0 for the computer, and log 0 is −∞. `logsumexp` stays in the "
                "logarithms.",
            )
        ],
        look_at="Use `logsumexp`: no exp of your own.",
    )
    apart = np.array([[-1000.0, -1001.0], [0.0, -1.0], [800.0, 798.0]])
    expect_function(
        answer,
        _bound,
        [Case(apart, when="images of very different weights")],
        mistakes=[
            (
                _by_common_maximum,
                "You subtract one maximum for all images: each image needs its own, as "
                "`logsumexp(…, axis=1)` does it.",
            )
        ],
        look_at="Use `logsumexp`: no exp of your own.",
    )
    return "A mean inside the logarithm instead of outside: that is all of the tighter bound."


def _bound(log_weights):
    return logsumexp(log_weights, axis=1) - np.log(log_weights.shape[1])


def _by_common_maximum(log_weights):
    largest = log_weights.max()
    return largest + np.log(np.exp(log_weights - largest).mean(axis=1))


BOUND_MISTAKES = (
    (
        lambda w: w.mean(axis=1),
        "That is the mean of the logs, the ELBO: average inside the logarithm.",
    ),
    (
        lambda w: logsumexp(w, axis=1),
        "Those are the sums: a mean is divided by k, so subtract log k.",
    ),
    (
        lambda w: logsumexp(w, axis=1) + np.log(w.shape[1]),
        "log k has to be subtracted: a mean is smaller than the sum.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - np.log(len(w)),
        "You divided by the number of images: k is the number of draws, `log_weights.shape[1]`.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - np.log(w.size),
        "You divided by the number of all weights: k is the number of draws of one image.",
    ),
    (
        lambda w: logsumexp(w, axis=1) / w.shape[1],
        "You divided the logarithm by k: a sum that is divided by k loses log k in the logarithm.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - w.shape[1],
        "You subtracted k: in the logarithm a division by k subtracts log k.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - 2 * np.log(w.shape[1]),
        "log k is subtracted twice: once is the mean.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - np.log2(w.shape[1]),
        "You subtract the logarithm of k to base 2: the bound is in nats, so use `np.log`.",
    ),
    (
        lambda w: logsumexp(w, axis=1) - np.log10(w.shape[1]),
        "You subtract the logarithm of k to base 10: the bound is in nats, so use `np.log`.",
    ),
    *(
        (lambda w, part=part: _bound(w[:, part]), "You leave draws out: all k of them count.")
        for part in (slice(None, None, 2), slice(1, None), slice(None, -1))
    ),
    (
        lambda w: logsumexp(w, axis=1) - np.log(200),
        "You subtract log 200: k is the number of draws here, `log_weights.shape[1]`.",
    ),
    (lambda w: np.exp(_bound(w)), "That is the mean weight: return its logarithm."),
    (lambda w: np.exp(w).sum(axis=1), "That is the sum of the weights: the log of their mean."),
    (lambda w: -_bound(w), "The sign is turned: return the bound on log p(x), not the NLL."),
    (lambda w: _bound(w) / np.log(2), "Those are bits: return nats, as the log weights are."),
    (lambda w: _bound(w).mean(), "That is the mean over images: one number an image, please."),
    (
        lambda w: logsumexp(w) - np.log(w.size),
        "You averaged the weights of all images together: one number an image, please.",
    ),
    (
        lambda w: logsumexp(w, axis=0) - np.log(len(w)),
        "You averaged over images: draws are along axis 1.",
    ),
    (
        lambda w: logsumexp(w, axis=0) - np.log(w.shape[1]),
        "You averaged over images: draws are along axis 1.",
    ),
    (
        lambda w: w.max(axis=1),
        "That is the largest weight alone: average all of them.",
    ),
    (
        lambda w: w.max(axis=1) - np.log(w.shape[1]),
        "log k is right, but only the largest weight is counted: `logsumexp` adds all of them.",
    ),
    (
        lambda w: np.median(w, axis=1),
        "That is the median: the *mean* weight is dominated by the largest ones.",
    ),
    (
        lambda w: (softmax(w, axis=1) * w).sum(axis=1),
        "That is a weighted mean of the logs: needed is the log of the mean weight.",
    ),
    (
        lambda w: w - logsumexp(w, axis=1, keepdims=True),
        "Those are the normalised weights: return the log of the mean weight of each image.",
    ),
)


@exercise(
    hints=(
        "Three parts: the squared length of `mean1 - mean2`, the two traces, and minus two times "
        "the sum of the singular values of AᵀB.",
        "A with S = A Aᵀ comes from `w, V = np.linalg.eigh(S)`: A = V √w, column by column. "
        "Rounding may leave a w of −10⁻¹⁷, whose root is NaN: `np.maximum(w, 0)` first.",
        "`np.linalg.svd(…, compute_uv=False)` gives the singular values of a matrix; AᵀB is a "
        "matrix product with `A.T` on the left.",
    ),
    title="Fréchet distance",
)
def frechet_distance(answer):
    """Return the Fréchet distance of two Gaussians, by singular values."""
    small, larger = _gaussians(2), _gaussians(3)
    _no_complex(answer, larger)
    expect_function(
        answer,
        _frechet,
        [small, larger],
        rtol=1e-6,
        mistakes=FRECHET_MISTAKES,
        terms=_frechet_terms,
        look_at="Compute the three parts one by one and look at each.",
    )
    _check_singular(answer)
    return "Real, never negative by more than rounding, and exact for any covariance."


def _moments(features):
    return features.mean(axis=0), np.cov(features, rowvar=False)


def _gaussians(d):
    """Return mean and covariance of two Gaussians in d dimensions."""
    rng = np.random.default_rng(8)
    first = rng.normal(size=(9, d))
    second = rng.normal(size=(9, d)) @ np.triu(np.full((d, d), 0.8)) + 1
    one, other = (_moments(draws) for draws in (first, second))
    return tuple(part.round(2) for part in (*one, *other))


def _factor(covariance):
    w, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(w, 0))


def _overlap(cov1, cov2):
    return np.linalg.norm(_factor(cov1).T @ _factor(cov2), "nuc")


def _frechet_terms(mean1, cov1, mean2, cov2):
    shift = mean1 - mean2
    return {
        "‖mean1 − mean2‖²": shift @ shift,
        "tr S₁": np.trace(cov1),
        "tr S₂": np.trace(cov2),
        "−2 ‖AᵀB‖, the singular values,": -2 * _overlap(cov1, cov2),
    }


def _frechet(mean1, cov1, mean2, cov2):
    return sum(_frechet_terms(mean1, cov1, mean2, cov2).values())


def _with_shift(function):
    """Return the distance with another first part."""
    return lambda mean1, cov1, mean2, cov2: (
        function(mean1 - mean2) + _frechet(mean1, cov1, mean1, cov2)
    )


def _with_overlap(function):
    """Return the distance with another sum of singular values."""

    def distance(mean1, cov1, mean2, cov2):
        without = _frechet(mean1, cov1, mean2, cov2) + 2 * _overlap(cov1, cov2)
        return without - 2 * function(cov1, cov2)

    return distance


def _regularised(epsilon):
    def distance(mean1, cov1, mean2, cov2):
        little = epsilon * np.eye(len(cov1))
        return _frechet(mean1, cov1 + little, mean2, cov2 + little)

    return distance


def _matrix_root(covariance):
    w, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(w, 0)) @ vectors.T


def _vectors(covariance):
    return np.linalg.eigh(covariance)[1]


FRECHET_MISTAKES = (
    (
        lambda *a: np.sqrt(_frechet(*a)),
        "That is the square root: the number of the papers is the square.",
    ),
    # the means
    (_with_shift(lambda shift: 0), "The means are not compared."),
    (
        _with_shift(np.linalg.norm),
        "The distance of the means must be squared.",
    ),
    (
        _with_shift(lambda shift: np.abs(shift).sum()),
        "You added |differences| of the means: the squared length is the sum of *squares*.",
    ),
    (
        _with_shift(lambda shift: np.mean(shift**2)),
        "You averaged the squared differences of the means: add them up.",
    ),
    (
        _with_shift(lambda shift: np.sum(shift) ** 2),
        "You squared the sum of the differences: square each, then add up.",
    ),
    (
        _with_shift(np.sum),
        "The differences of the means must be squared before they are added up.",
    ),
    (
        lambda mean1, cov1, mean2, cov2: (mean1 - mean2) @ (mean1 - mean2),
        "The covariances are not compared.",
    ),
    (
        lambda mean1, cov1, mean2, cov2: np.linalg.norm(mean1 - mean2),
        "The covariances are not compared, and the distance of the means must be squared.",
    ),
    # the last part
    (
        _with_overlap(lambda cov1, cov2: _overlap(cov1, cov2) / 2),
        "The sum of singular values counts twice: − 2 ‖AᵀB‖.",
    ),
    (
        _with_overlap(lambda cov1, cov2: -_overlap(cov1, cov2)),
        "The last part must be subtracted: it is what both have in common.",
    ),
    (_with_overlap(lambda cov1, cov2: 0), "The sum of the singular values is missing."),
    (
        _with_overlap(lambda cov1, cov2: np.linalg.norm(cov1 @ cov2, "nuc")),
        "Those are the singular values of S₁S₂: take A and B, not the covariances. (A = V √w holds "
        "the *roots* of the eigenvalues.)",
    ),
    (
        _with_overlap(
            lambda cov1, cov2: np.sqrt(np.linalg.svd(cov1 @ cov2, compute_uv=False)).sum()
        ),
        "The roots of the *singular* values of S₁S₂ are something else than those of its "
        "eigenvalues: take the singular values of AᵀB.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.sqrt(_singular(cov1, cov2)).sum()),
        "One root too many: the singular values of AᵀB themselves are added up.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.linalg.norm(_singular(cov1, cov2))),
        "That is the root of the summed squares (`np.linalg.norm` by itself, of a matrix): add the "
        "singular values themselves.",
    ),
    (
        _with_overlap(lambda cov1, cov2: _singular(cov1, cov2).max()),
        "That is the largest singular value alone: add all of them.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(_factor(cov1).T @ _factor(cov2))),
        "The trace of AᵀB depends on how A and B were chosen: take the singular values.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.linalg.norm(_factor(cov1) @ _factor(cov2), "nuc")),
        "Those are the singular values of A B: transpose the first, `A.T @ B`.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.linalg.norm(_factor(cov1) @ _factor(cov2).T, "nuc")),
        "Only the eigenvalues are left: how the two clouds lie to each other is lost. Take "
        "`A.T @ B` (not A Bᵀ), where √w multiplies the *columns* of V, `V * np.sqrt(w)`.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(_matrix_root(cov1) @ _matrix_root(cov2))),
        "That is the trace of √S₁ √S₂, the product of two roots: it is not the trace of the root "
        "of the product. Take the singular values of AᵀB.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.linalg.norm(_vectors(cov1).T @ _vectors(cov2), "nuc")),
        "√w is missing in A = V √w: those are the eigenvectors alone.",
    ),
    (
        _with_overlap(
            lambda cov1, cov2: np.sqrt(np.linalg.eigvalsh(cov1) @ np.linalg.eigvalsh(cov2))
        ),
        "The eigenvalues alone do not say how the two clouds lie to each other: use V as well.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(np.sqrt(np.abs(cov1 * cov2)))),
        "You took the root of each entry, or dimension by dimension: `S1 * S2` is no matrix "
        "product, and its root no matrix root. The covariances *between* features count.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(np.sqrt(np.maximum(cov1 @ cov2, 0)))),
        "`np.sqrt` takes the root of each entry: that is no matrix root. Take the singular values "
        "of AᵀB.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(np.sqrt(np.abs(cov1)) @ np.sqrt(np.abs(cov2)))),
        "`np.sqrt` takes the root of each entry: that is no matrix root. A comes from `eigh`.",
    ),
    (
        _with_overlap(lambda cov1, cov2: np.trace(cov1 @ cov2)),
        "That is the trace of S₁S₂, the sum of the *squared* singular values of AᵀB: add them up "
        "as they are.",
    ),
    (
        lambda mean1, cov1, mean2, cov2: (
            (mean1 - mean2) @ (mean1 - mean2) + np.linalg.norm(cov1 - cov2) ** 2
        ),
        "You compared the covariances entry by entry: use the formula with traces.",
    ),
    (
        lambda mean1, cov1, mean2, cov2: (
            (mean1 - mean2) @ (mean1 - mean2) + np.linalg.norm(cov1 - cov2)
        ),
        "You compared the covariances entry by entry: use the formula with traces.",
    ),
    *(
        (_regularised(epsilon), "Nothing need be added to the diagonal: singular values are safe.")
        for epsilon in (0.01, 1e-3, 1e-4)
    ),
)


def _singular(cov1, cov2):
    return np.linalg.svd(_factor(cov1).T @ _factor(cov2), compute_uv=False)


def _no_complex(answer, gaussians):
    """Let the learner compute a distance that must not be complex, and return it."""
    got = call(answer, *(part.copy() for part in gaussians))
    try:
        is_complex = np.iscomplexobj(np.asarray(got))
    except Exception:
        is_complex = False  # what it is instead is told later
    if is_complex:
        raise Wrong(
            "Your distance is a complex number: it came from a root of S₁S₂. Singular values are "
            "real; take those of AᵀB.",
            "mistake",
        )
    return got


def _check_singular(answer):
    """Compare 4 images in 6 dimensions with themselves, and with others."""
    rng = np.random.default_rng(4)
    wide = np.array([30, 10, 3, 1, 0.3, 0.1])
    one, other = (_moments(rng.normal(size=(4, 6)) * wide) for _ in range(2))
    scale = np.trace(one[1])
    for second, whom, digits in ((one, "themselves", 1e-11), (other, "4 others", 1e-10)):
        _safe_with_zeros(answer, (*one, *second))
        expect_function(
            answer,
            _frechet,
            [Case(*one, *second, when=f"4 images in 6 dimensions and {whom}")],
            atol=digits * scale,
            rtol=1e-11,
            look_at="It must be right but for rounding, to ten digits. A root of the product "
            "S₁S₂, or of √S₁ S₂ √S₁, loses half of the digits where eigenvalues are 0, and so does "
            "a little on the diagonal; the singular values of AᵀB do not.",
        )


def _safe_with_zeros(answer, gaussians):
    """Raise Wrong if eigenvalues that are 0 but for rounding stop the answer, or make it NaN."""
    why = (
        "Half of the eigenvalues of 4 images in 6 dimensions are 0, and rounding leaves −10⁻¹⁷ in "
        "their place, whose root is NaN: `np.maximum(w, 0)` before the root."
    )
    try:
        got = _no_complex(answer, gaussians)
    except Wrong as verdict:
        if not isinstance(verdict.__cause__, np.linalg.LinAlgError):
            raise
        if "positive definite" in str(verdict.__cause__):
            why = "Cholesky needs eigenvalues above 0: take A = V √w from `np.linalg.eigh`. " + why
        raise Wrong(f"{verdict} {why}", "mistake") from verdict
    try:
        broken = np.isnan(np.asarray(got, dtype=float)).any()
    except Exception:
        return  # what it is instead is told later
    if broken:
        raise Wrong(f"With 4 images in 6 dimensions your distance is NaN. {why}", "mistake")


@exercise(
    hints=(
        "All kernels at once: a matrix of k(x, y), one row for each x, comes from the matrix "
        "product of one set with the transpose of the other.",
        "Within one set leave out the n pairs of an image with itself: subtract the diagonal "
        "(`np.trace`) from the sum and divide by n (n − 1). Mixed pairs: plain mean.",
        "Write a function that returns the mean over pairs *within* one set, from its matrix of "
        "kernels; you need it for the real and for the generated images.",
    ),
    title="Kernel distance (KID)",
)
def kernel_distance(answer):
    """Return the unbiased kernel distance of two sets of features."""
    rng = np.random.default_rng(1)
    real, generated = 3 * rng.normal(size=(5, 4)), 2 * rng.normal(size=(7, 4)) + 0.5
    with advice(NOT_EQUALLY_MANY, about="broadcast|matmul"):
        expect_function(
            answer,
            _kid,
            [
                (
                    np.array([[1.0, 0.0], [2.0, 1.0], [0.0, -1.0]]),
                    np.array([[2.0, 2.0], [3.0, 0.0]]),
                ),
                (real, generated),
                Case(
                    np.array([[3.0, 1.0, 0.5], [-3.0, 0.0, -1.0]]),
                    np.array(
                        [[0.0, 2.0, 1.0], [0.5, -3.0, 0.0], [1.0, 1.0, -2.0], [-1.0, 0.0, 2.0]]
                    ),
                    when="opposite features, kernels below 0",
                ),
            ],
            rtol=1e-6,
            mistakes=KID_MISTAKES,
            terms=_kid_terms,
            look_at="Compute the three means of kernels one by one.",
        )
    alike = rng.normal(size=(2, 6, 4))  # a draw whose distance is −1.17
    expect_function(
        answer,
        _kid,
        [Case(*alike, when="two samples of one distribution")],
        rtol=1e-6,
        mistakes=EQUAL_SIZE_MISTAKES,
        look_at="It may be negative: do not cut it off at 0, or it is biased again.",
    )
    return "Unbiased: the mean over many small samples is the value of a large one."


NOT_EQUALLY_MANY = (
    "The two sets need not have equally many images, so their matrices of kernels have different "
    "shapes: take the mean of each first."
)


def _kernels(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def _within(kernel):
    n = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))


def _kid_terms(real, generated):
    return {
        "E k(r, r′)": _within(_kernels(real, real)),
        "E k(g, g′)": _within(_kernels(generated, generated)),
        "−2 E k(r, g)": -2 * _kernels(real, generated).mean(),
    }


def _kid(real, generated):
    return _kid_with()(real, generated)


def _kid_with(kernel=_kernels, within=_within, mixed=np.mean, between=-2):
    """Return the distance with another kernel, mean within a set, or mean of the mixed pairs."""

    def distance(real, generated):
        own = within(kernel(real, real)) + within(kernel(generated, generated))
        return own + between * mixed(kernel(real, generated))

    return distance


def _gaussian_kernel(scale):
    def kernel(x, y):
        squares = np.square(x[:, None] - y).sum(axis=2)
        return np.exp(-squares / scale(x.shape[1]))

    return kernel


def _of_sizes(function):
    """Return the distance with ``function(kernels, n, m)`` as the mean within a set."""

    def distance(real, generated):
        n, m = len(real), len(generated)
        own = function(_kernels(real, real), n, m) + function(_kernels(generated, generated), n, m)
        return own - 2 * _kernels(real, generated).mean()

    return distance


def _off_diagonal(kernel):
    return kernel.sum() - np.trace(kernel)


KID_MISTAKES = (
    # the pairs
    (
        _kid_with(within=np.mean),
        "Each image is also paired with itself: leave the diagonal out, or the distance is biased.",
    ),
    (
        _kid_with(within=lambda k: _off_diagonal(k) / len(k) ** 2),
        "Without the diagonal there are n (n − 1) pairs, not n².",
    ),
    (
        _kid_with(within=lambda k: k.sum() / (len(k) * (len(k) - 1))),
        "You divide by n (n − 1), but the diagonal is still in the sum: subtract `np.trace`.",
    ),
    (
        _kid_with(within=lambda k: _off_diagonal(k) / (len(k) - 1)),
        "You divided by n − 1: there are n (n − 1) pairs.",
    ),
    (
        _kid_with(within=lambda k: _off_diagonal(k) / len(k)),
        "You divided by n: there are n (n − 1) pairs.",
    ),
    (
        _kid_with(within=lambda k: _off_diagonal(k) / 2 / (len(k) * (len(k) - 1))),
        "You counted each pair once (`np.triu`), but divided by n (n − 1), which counts it twice.",
    ),
    (
        _kid_with(within=_off_diagonal),
        "Within a set you added up: divide by the number of pairs, n (n − 1).",
    ),
    (
        _kid_with(within=_off_diagonal, mixed=np.sum),
        "Those are sums over pairs: take the means.",
    ),
    (_kid_with(mixed=np.sum), "The mixed pairs are summed up: take their mean."),
    (
        lambda real, generated: (
            _within(_kernels(real, real))
            + _kernels(generated, generated).mean()
            - 2 * _kernels(real, generated).mean()
        ),
        "The diagonal of the generated images is still in: leave it out in both sets.",
    ),
    (
        lambda real, generated: (
            _kernels(real, real).mean()
            + _within(_kernels(generated, generated))
            - 2 * _kernels(real, generated).mean()
        ),
        "The diagonal of the real images is still in: leave it out in both sets.",
    ),
    (
        _of_sizes(lambda k, n, m: _off_diagonal(k) / (n * (n - 1))),
        "Both sets are divided by the pairs of the real images: each set has its own number.",
    ),
    (
        _of_sizes(lambda k, n, m: _off_diagonal(k) / (m * (m - 1))),
        "Both sets are divided by the pairs of the generated images: each set has its own number.",
    ),
    (
        _kid_with(within=lambda k: np.median(k[~np.eye(len(k), dtype=bool)]), mixed=np.median),
        "Those are medians: take the means over pairs.",
    ),
    # the three parts
    (_kid_with(between=-1), "The mixed pairs count twice: − 2 E k(real, generated)."),
    (_kid_with(between=2), "The mixed pairs are subtracted."),
    (_kid_with(between=0), "The mixed pairs are missing."),
    (
        lambda real, generated: -_kid(real, generated),
        "The sign is turned: pairs within a set count positive, mixed ones negative.",
    ),
    (
        lambda real, generated: np.sqrt(np.abs(_kid(real, generated))),
        "Do not take a root: the KID may be negative, and its mean is unbiased only as it is.",
    ),
    (
        lambda real, generated: 1000 * _kid(real, generated),
        "You multiplied by 1,000, as some tables do: return the distance itself.",
    ),
    # the kernel
    (
        _kid_with(lambda x, y: (x @ y.T + 1) ** 3),
        "The product x·y is divided by the number of features d.",
    ),
    (
        _kid_with(lambda x, y: ((x @ y.T + 1) / x.shape[1]) ** 3),
        "Divide x·y by d first, then add 1: the 1 stands outside.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T) ** 3 / x.shape[1] + 1),
        "The bracket belongs around (x·y/d + 1): its third power.",
    ),
    (
        _kid_with(lambda x, y: x @ y.T / x.shape[1] + 1),
        "The third power is missing.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / x.shape[1]) ** 3),
        "The + 1 in the kernel is missing.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / x.shape[1] - 1) ** 3),
        "1 is added in the kernel, not subtracted.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / x.shape[1] + 1) ** 2),
        "The kernel is cubic: raise to the power of 3.",
    ),
    (
        _kid_with(lambda x, y: 3 * (x @ y.T / x.shape[1] + 1)),
        "The kernel is cubic: raise to the power of 3 (`** 3`), do not multiply by it.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / np.sqrt(x.shape[1]) + 1) ** 3),
        "You divided x·y by √d: by d itself.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / len(x) + 1) ** 3),
        "Divide x·y by the number of features, not of images.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / 64 + 1) ** 3),
        "You divide by 64: d is the number of features that you get, `real.shape[1]`.",
    ),
    (
        _kid_with(lambda x, y: (x @ y.T / 2048 + 1) ** 3),
        "You divide by 2,048: d is the number of features that you get, `real.shape[1]`.",
    ),
    *(
        (_kid_with(_gaussian_kernel(scale)), "That is a Gaussian kernel: use (x·y/d + 1)³.")
        for scale in (lambda d: 2, lambda d: 1, lambda d: d, lambda d: 2 * d)
    ),
    (
        lambda real, generated: np.sum((real.mean(axis=0) - generated.mean(axis=0)) ** 2),
        "That is the squared distance of the mean features: compare *pairs* with the kernel.",
    ),
    (
        lambda real, generated: (
            _kernels(real[:1] * 0 + real.mean(axis=0), real[:1] * 0 + real.mean(axis=0))
            + _kernels(generated.mean(axis=0)[None], generated.mean(axis=0)[None])
            - 2 * _kernels(real.mean(axis=0)[None], generated.mean(axis=0)[None])
        ).sum(),
        "That is the kernel of the mean features: the mean of the kernels is asked for.",
    ),
)

EQUAL_SIZE_MISTAKES = (
    (
        _kid_with(mixed=np.trace),
        "You paired real and generated images by number: every real one meets every generated one.",
    ),
    (
        _kid_with(mixed=lambda k: np.diag(k).mean()),
        "You paired real and generated images by number: every real one meets every generated one.",
    ),
    (
        _kid_with(mixed=_within),
        "You left out the diagonal of the mixed pairs, too: there no image meets itself.",
    ),
)


@exercise(
    hints=(
        "Three steps: the radius of each real ball; which generated images lie in which balls, a "
        "table of True and False; then count.",
        "Sorted, a row of `among_real` begins with the distance of an image to itself, 0, so that "
        "of its k-th neighbour has the number k. `radius[:, None]` compares row by row.",
        "Rows of the table are real balls, columns generated images. Precision: a column with any "
        "True counts, `.any(axis=0).mean()`. Coverage: a row with any True.",
    ),
    title="Precision and coverage",
)
def precision_coverage(answer):
    """Return precision and coverage from the distances among real and to generated images."""
    rng = np.random.default_rng(7)
    real, some, many = rng.normal(size=(6, 2)), rng.normal(size=(4, 2)), rng.normal(size=(9, 2))
    crowd, strays = rng.normal(size=(14, 2)) ** 3, 2 * rng.normal(size=(17, 2))
    line, few = np.array([0.0, 1.0, 3.0, 7.0])[:, None], np.array([1.5, 4.5, 20.0])[:, None]
    expect_function(
        answer,
        _precision_coverage,
        [
            (_distances(line, line), _distances(line, few), 1),
            (_distances(real, real), _distances(real, 2 * some), 2),
            (_distances(many, many), _distances(many, 1.5 * real), 3),
            (_distances(many, many), _distances(many, 3 * real), 1),
            (_distances(5 * real, 5 * real), _distances(5 * real, many), 4),
            (_distances(crowd, crowd), _distances(crowd, strays), 3),
            (_distances(strays, strays), _distances(strays, crowd), 2),
        ],
        mistakes=PRECISION_MISTAKES,
        parts=("precision", "coverage"),
        look_at="Draw the first case on a line: real images at 0, 1, 3 and 7, generated ones at "
        "1.5, 4.5 and 20; with k = 1 the balls have the radii 1, 1, 2 and 4.",
    )
    twice = np.array([0.0, 2.0, 5.0, 9.0])[:, None]
    expect_function(
        answer,
        _precision_coverage,
        [Case(_distances(twice, twice), _distances(twice, twice + 2), 1, when="on the edge")],
        mistakes=[
            (
                _inside(lambda between, radius: between < radius[:, None]),
                "The edge belongs to the ball: ≤, not <.",
            )
        ],
        parts=("precision", "coverage"),
        look_at="A ball *reaches to* its k-th neighbour: the edge belongs to it.",
    )
    return "One table, read by columns and by rows. Recall and density come from such tables, too."


def _distances(x, y):
    return np.linalg.norm(x[:, None] - y, axis=2)


def _radius(among_real, k):
    return np.sort(among_real, axis=1)[:, k]


def _precision_coverage(among_real, to_generated, k):
    inside = to_generated <= _radius(among_real, k)[:, None]
    return inside.any(axis=0).mean(), inside.any(axis=1).mean()


def _inside(compare, radius=_radius):
    """Return the answer with another comparison, or another radius."""

    def answer(among_real, to_generated, k):
        inside = compare(to_generated, radius(among_real, k))
        return inside.any(axis=0).mean(), inside.any(axis=1).mean()

    return answer


def _held(between, radius):
    return between <= radius[:, None]


def _of_table(precision, coverage):
    """Return the answer that reads the table of balls in another way; any coverage for None."""

    def answer(among_real, to_generated, k):
        inside = to_generated <= _radius(among_real, k)[:, None]
        return precision(inside), coverage and coverage(inside)

    return answer


def _columns(inside):
    return inside.any(axis=0).mean()


def _lines(inside):
    return inside.any(axis=1).mean()


PRECISION_MISTAKES = (
    (
        _inside(_held, lambda d, k: np.sort(d, axis=1)[:, k - 1]),
        "Your balls reach to neighbour k − 1: the first of a sorted row is the image itself, at "
        "the distance 0.",
    ),
    (
        _inside(_held, lambda d, k: np.sort(d, axis=1)[:, min(k + 1, len(d) - 1)]),
        "Your balls reach to neighbour k + 1: number k of a sorted row is the k-th neighbour.",
    ),
    (
        _inside(_held, lambda d, k: d[:, k]),
        "You took column k as it stands: sort each row first.",
    ),
    (
        _inside(_held, lambda d, k: np.sort(d, axis=1)[:, 1]),
        "Your balls reach to the *nearest* neighbour whatever k is.",
    ),
    (
        _inside(_held, lambda d, k: np.sort(d, axis=1)[:, -1]),
        "Your balls reach to the *furthest* image: the k-th nearest is asked for.",
    ),
    (
        _inside(_held, lambda d, k: np.full(len(d), np.sort(d, axis=1)[:, k].mean())),
        "All your balls have one radius: each image has its own.",
    ),
    (
        _inside(_held, lambda d, k: np.sort(d, axis=1)[:, 1 : k + 1].mean(axis=1)),
        "You averaged over the k neighbours: the ball reaches to the k-th.",
    ),
    (
        lambda *a: _precision_coverage(*a)[::-1],
        "The two are exchanged: columns are generated images, and rows are real balls.",
    ),
    (
        _inside(lambda between, radius: between >= radius[:, None]),
        "You count what lies *outside* the balls.",
    ),
    (_of_table(np.mean, None), "You counted pairs of ball and image: an image counts once."),
    (
        _of_table(lambda i: i.any(axis=0).sum(), None),
        "That is how many lie in the territory: divide by the number of generated images.",
    ),
    (
        _of_table(lambda i: i.sum(axis=0).mean(), None),
        "You counted in how many balls each image lies: for precision one ball is enough.",
    ),
    (
        _of_table(lambda i: i.all(axis=0).mean(), None),
        "An image in *any* ball counts, not only one that lies in all of them.",
    ),
    (
        _of_table(_columns, lambda i: i.any(axis=1).sum()),
        "That is how many balls hold one: divide by the number of real images.",
    ),
    (
        _of_table(_columns, lambda i: i.all(axis=1).mean()),
        "A ball that holds *any* generated image is covered; it need not hold all.",
    ),
    (
        _of_table(_columns, np.mean),
        "For coverage you counted pairs of ball and image: a ball counts once.",
    ),
    (
        _of_table(_columns, _columns),
        "Both numbers are precision: coverage looks along the other axis.",
    ),
    (
        _of_table(_lines, _lines),
        "Both numbers are coverage: precision is the share of *generated* images, the columns.",
    ),
)


snow = Prediction(
    "A generator shows snow, pixels that are white or black with ½, in 99 of 100 draws, and an "
    "image of the conv VAE in one. By how much is its NLL worse than the conv VAE's?",
    {
        "a": "By 4.6 nats.",
        "b": "By some 440 nats, nearly all of the way to snow itself, which has 543.",
        "c": "By a factor of 100.",
        "d": "By 0.01 nats.",
    },
    right="a",
    feedback={
        "a": "p(x) is a hundredth of what it was, and log 100 is 4.6. The likelihood asks how much "
        "probability real digits get; of what else is drawn it hardly hears.",
        "b": "That would be a mean of the logarithms. But a mixture adds up *probabilities*: 1 % "
        "of the conv VAE's is still there.",
        "c": "The probability falls by a factor of 100. The NLL is its logarithm: log 100 nats are "
        "added.",
        "d": "It is the probability that counts, and 99 % of it have gone elsewhere.",
    },
    name="snow",
    chapter=__name__,
)

impostors = Prediction(
    "Four of the eight rows hold nothing but real digits, or real ones slightly harmed. Which gets "
    "the *worst* Fréchet distance of the four?",
    {
        "a": "The second sample: other digits than those it is compared with.",
        "b": "Twenty digits, copied over and over.",
        "c": "Noisy digits.",
        "d": "Digits saved as JPEG.",
    },
    right="c",
    feedback={
        "a": "It is as good as it gets: what is left is chance, and has a name, the floor.",
        "b": "They come out ahead of both VAEs that draw from N(0, I).",
        "c": "Anyone can read them, and they lie behind the VAE whose every second image cannot be "
        "read: the classifier was never taught to look past noise.",
        "d": "JPEG costs them many times the floor, though hardly an eye minds it; noise costs "
        "more.",
    },
    name="impostors",
    chapter=__name__,
)


self_test = SelfTest(
    Question(
        "A VAE trained on grey digits reports a loss of 110 nats, another on black-and-white "
        "digits 108. Which is the better model of digits?",
        {
            "a": "The second, by 2 nats an image, which is more than the error of such a number.",
            "b": "One cannot say: both are bounds, but the first is a looser one.",
            "c": "The first: grey digits are harder.",
        },
        right="b",
        feedback={
            "a": "In section 3 the *same* weights gave 110 on grey digits and 108 on coins.",
            "b": "Grey digits hide the coins from the encoder, and the bound gets looser by a nat "
            "or two. Put both models on the same coins, then compare.",
            "c": "Their loss is higher for the same weights, since the encoder sees no coins: that "
            "makes no model better. See section 3.",
        },
    ),
    Question(
        "What happens to the importance-weighted bound if you use more draws?",
        {
            "a": "It rises towards log p(x), on average.",
            "b": "It stays where it is, and only becomes less noisy.",
            "c": "It rises without end.",
        },
        right="a",
        feedback={
            "a": "At k = 1 it is the ELBO; the gap shrinks with every draw.",
            "b": "That is the ELBO with more draws: the mean stands outside the logarithm there. "
            "See section 4.",
            "c": "log p(x) is a ceiling, in expectation: section 4.",
        },
    ),
    Question(
        "Model A has a Fréchet distance of 12 from 500 images, model B one of 13 from 100. "
        "Which is closer to the real images?",
        {
            "a": "A: 12 is less than 13, and it comes from more images.",
            "b": "B: with five times the images, A should be much lower than it is.",
            "c": "One cannot say yet: fewer images mean a higher value.",
        },
        right="c",
        feedback={
            "a": "The bias grows like c/N, so B's 13 may be the better one: section 7.",
            "b": "Perhaps, but how large the bias is depends on model and features: measure it, as "
            "in section 7.",
            "c": "Measure both at one N; print N, the features and the floor beside it.",
        },
    ),
    Question(
        "Precision 1, recall 0.01. What does the generator do?",
        {
            "a": "It shows few different images, all of them like real ones.",
            "b": "It shows many kinds of images, most of them unlike real ones.",
            "c": "It equals the real distribution.",
        },
        right="a",
        feedback={
            "a": "Like the twenty digits, over and over.",
            "b": "That would be low precision and high recall: section 9.",
            "c": "Then both would be near those of a second real sample: section 9.",
        },
    ),
    Question(
        "A generator hands out the training images themselves. Which of this chapter's judges of "
        "*samples* tells?",
        {
            "a": "The Fréchet distance: it would be large.",
            "b": "Coverage: it would be near 0.",
            "c": "None: to all of them they are as good as real images.",
        },
        right="c",
        feedback={
            "a": "Section 6 measured it: it lies at the floor.",
            "b": "Training images are spread like the test images, so coverage is high: section 9.",
            "c": "So look for the nearest training image of each sample, too.",
        },
    ),
    chapter=__name__,
)
