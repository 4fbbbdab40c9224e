"""Exercises of chapter 06: evaluation."""

import numpy as np
from scipy.special import logsumexp, softmax, xlogy

from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Case,
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_function,
)

PIXELS = (1, 2, 3)


@exercise(
    hints=(
        "One pixel of brightness x costs −x log x − (1 − x) log(1 − x). An image costs the sum.",
        "`np.log(0)` is −∞, and 0 · −∞ is NaN. `xlogy(x, x)` from SciPy is x log x, and 0 where x "
        "is 0.",
        "Both halves of a pixel, x and 1 − x, need an `xlogy`. Then add up the pixels of each "
        "image: `sum` over all axes but the first.",
    ),
    title="The floor",
)
def pixel_entropy(answer):
    """Return the smallest cross-entropy that a copy of each image can have."""
    small = np.array([[[0.0, 0.5], [1.0, 0.25]], [[0.1, 0.0], [0.9, 0.6]]])[..., None]
    rng = np.random.default_rng(3)
    larger = np.clip(rng.normal(0.5, 0.5, size=(3, 4, 5, 1)), 0, 1)
    expect_function(
        answer,
        _entropy,
        [(small,), (larger,)],
        mistakes=ENTROPY_MISTAKES,
        unreduced=_of_pixels,
        atol=1e-4,
        look_at="A pixel of 0.5 costs log 2 = 0.693 nats, a black or a white one nothing.",
    )
    black = np.zeros((2, 8, 8, 1))
    black[:, 3, 3:5, 0] = 0.4, 1.0
    expect_function(
        answer,
        _entropy,
        [Case(black, when="62 of 64 pixels are black")],
        atol=1e-3,
        look_at="Every black pixel costs a little in your answer: an ε inside the logarithm is too "
        "large. `xlogy` needs none.",
    )
    return "What is left when a copy is perfect. Nobody can train below it."


def _of_pixels(x):
    return -xlogy(x, x) - xlogy(1 - x, 1 - x)


def _entropy(x):
    return _of_pixels(x).sum(axis=PIXELS)


def _of_values(function):
    """Return the answer that takes ``function`` of the pixels of each image, as one row."""
    return lambda x: np.array([function(image.ravel()) for image in x])


def _histogram_entropy(values):
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return -xlogy(shares, shares).sum()


def _clipped(epsilon):
    return lambda x: _entropy(np.clip(x, epsilon, 1 - epsilon))


def _with_epsilon(epsilon):
    return lambda x: -(x * np.log(x + epsilon) + (1 - x) * np.log(1 - x + epsilon)).sum(axis=PIXELS)


def _with_clipped_logs(epsilon):
    return lambda x: (
        -(x * np.log(np.maximum(x, epsilon)) + (1 - x) * np.log(np.maximum(1 - x, epsilon))).sum(
            axis=PIXELS
        )
    )


BLACK_IS_NAN = (
    "A black pixel gives 0 · log 0, which counts as 0 here, but is NaN for the computer: "
    "`xlogy(x, x)` knows."
)
EPSILON = "The ε inside the logarithm changes the sum: `xlogy(x, x)` needs none."

ENTROPY_MISTAKES = (
    (lambda x: -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum(axis=PIXELS), BLACK_IS_NAN),
    (lambda x: -_entropy(x), "The sign is wrong: an entropy is never negative."),
    (lambda x: -xlogy(x, x).sum(axis=PIXELS), "The term of the black half, 1 − x, is missing."),
    (
        lambda x: -xlogy(1 - x, 1 - x).sum(axis=PIXELS),
        "The term of the white half, x, is missing.",
    ),
    (
        lambda x: (xlogy(1 - x, 1 - x) - xlogy(x, x)).sum(axis=PIXELS),
        "Both halves cost: the signs of the two terms are equal.",
    ),
    (
        lambda x: -(xlogy(x, 1 - x) + xlogy(1 - x, x)).sum(axis=PIXELS),
        "x and 1 − x are mixed up: x belongs to log x, and 1 − x to log(1 − x).",
    ),
    (lambda x: _entropy(x) / np.log(2), "Those are bits: nats come from the natural logarithm."),
    (
        lambda x: _of_pixels(x).mean(axis=PIXELS),
        "You averaged over pixels: the loss is their sum.",
    ),
    (lambda x: _entropy(x).sum(), "You added up the images too: one number an image, please."),
    (lambda x: _entropy(x).mean(), "You averaged over images: one number an image, please."),
    (_of_pixels, "Those are the pixels: add up those of each image."),
    (
        lambda x: np.log(2) * ((x > 0) & (x < 1)).sum(axis=PIXELS),
        "You took log 2 for every grey pixel: only a pixel of ½ costs that much.",
    ),
    (
        lambda x: np.log(2) * np.ones_like(x).sum(axis=PIXELS),
        "You took log 2 for every pixel: that is the cost of a copy that is ½ everywhere.",
    ),
    (
        _of_values(lambda v: -xlogy(v / v.sum(), v / v.sum()).sum()),
        "You took the pixels of an image for *one* distribution that sums to 1 (so does "
        "`scipy.stats.entropy`): each pixel is a coin of its own.",
    ),
    (
        _of_values(_histogram_entropy),
        "That is the entropy of a histogram of the grey values: each pixel is a coin of its own.",
    ),
    (
        _of_values(lambda v: len(v) * _histogram_entropy(v)),
        "That is the entropy of a histogram of the grey values: each pixel is a coin of its own.",
    ),
    (
        _of_values(lambda v: v.size * _of_pixels(v.mean())),
        "You averaged the pixels first: the entropy of each, then the sum.",
    ),
    (
        _of_values(lambda v: _of_pixels(v.mean())),
        "You averaged the pixels first: the entropy of each, then the sum.",
    ),
    (
        lambda x: (x * (1 - x)).sum(axis=PIXELS),
        "x (1 − x) is the *variance* of a coin: its entropy is −x log x − (1 − x) log(1 − x).",
    ),
    (
        lambda x: np.zeros(len(x)),
        "0 is the *squared* error of a perfect copy: grey pixels have a cross-entropy even then.",
    ),
    *((_clipped(epsilon), EPSILON) for epsilon in (0.1, 0.05, 0.01, 1e-3, 1e-4)),
    *((_with_epsilon(epsilon), EPSILON) for epsilon in (0.1, 0.01, 1e-3)),
    *((_with_clipped_logs(epsilon), EPSILON) for epsilon in (0.5,)),
)


@exercise(
    hints=(
        "The bound of one image is log((w₁ + … + w_k) / k), and you are given log w.",
        "Weights such as e⁻¹⁰⁰ times each other's size are all 0 for the computer. `logsumexp` "
        "adds them up without leaving the logarithms; `axis=1` are the draws.",
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
        "One row is one image. The mean is over rows and has d numbers.",
        "Subtract the mean from every row. Entry (i, j) of the covariance is the mean product of "
        "the centred features i and j: a matrix product of (d, n) and (n, d).",
        "The estimate divides by n − 1. `np.cov` does all of it, if it is told that rows are "
        "images: `rowvar=False`.",
    ),
    title="Mean and covariance",
)
def moments(answer):
    """Return the mean and the covariance of features."""
    rng = np.random.default_rng(2)
    mixed = rng.normal(size=(7, 3)) @ np.triu(np.ones((3, 3))) + [3, 0, -1]
    small = np.array([[1.0, 2.0], [3.0, -1.0], [2.0, 4.0], [6.0, 0.0]])
    expect_function(
        answer,
        _moments,
        [(small,), (mixed,), (rng.normal(2, 1, size=(4, 6)),)],
        mistakes=MOMENT_MISTAKES,
        parts=("mean", "covariance"),
        look_at="The mean is over the images, axis 0; entry [i, i] of the covariance is the "
        "variance of feature i, divided by n − 1.",
    )
    return "All that a Fréchet distance will ever know of a set of images."


def _moments(features):
    return features.mean(axis=0), np.cov(features, rowvar=False)


def _covariance_of(centred):
    return centred.T @ centred / (len(centred) - 1)


def _wrong_covariance(function):
    return lambda features: (features.mean(axis=0), function(features))


MOMENT_MISTAKES = (
    (lambda f: (f.mean(axis=1), None), "You averaged over the features: use `axis=0`."),
    (lambda f: (f.mean(), None), "That is the mean of all numbers: use `axis=0`."),
    (lambda f: (f.sum(axis=0), None), "That is the sum: divide by the number of images."),
    (
        lambda f: (f.sum(axis=0) / (len(f) - 1), None),
        "The *mean* is divided by n; n − 1 belongs to the covariance.",
    ),
    (
        lambda f: (np.zeros(f.shape[1]), None),
        "Your mean is 0: it was taken after the mean had been subtracted (`-=` changes the "
        "features themselves).",
    ),
    (
        _wrong_covariance(lambda f: np.cov(f.T, ddof=0)),
        "You divided by n: an estimate from a sample divides by n − 1.",
    ),
    (_wrong_covariance(lambda f: np.cov(f.T) * (len(f) - 1)), "Those are sums: divide by n − 1."),
    (
        _wrong_covariance(lambda f: np.cov(f.T) * (len(f) - 1) / (len(f) + 1)),
        "You divided by n + 1: an estimate from a sample divides by n − 1.",
    ),
    (
        _wrong_covariance(lambda f: np.cov(f.T) * (len(f) - 1) / f.shape[1]),
        "You divided by the number of features: divide by the number of images minus 1.",
    ),
    (
        _wrong_covariance(lambda f: f.T @ f / (len(f) - 1)),
        "Subtract the mean first: that is the mean of products about zero.",
    ),
    (
        _wrong_covariance(lambda f: f.T @ f / len(f)),
        "Subtract the mean first: that is the mean of products about zero.",
    ),
    (
        _wrong_covariance(lambda f: _covariance_of(f - f.mean())),
        "You subtracted the mean of *all* numbers: each feature has its own, `axis=0`.",
    ),
    (
        _wrong_covariance(lambda f: _covariance_of(f - f.mean(axis=1, keepdims=True))),
        "You subtracted the mean of each image: subtract that of each feature, `axis=0`.",
    ),
    (_wrong_covariance(np.cov), "Rows are images: `np.cov` needs `rowvar=False`."),
    (
        _wrong_covariance(lambda f: _covariance_of((f - f.mean(axis=0)).T)),
        "That is a matrix of images by images: centred.T @ centred is (d, d).",
    ),
    (
        _wrong_covariance(lambda f: (f - f.mean(axis=0)) @ (f - f.mean(axis=0)).T / (len(f) - 1)),
        "That is a matrix of images by images: `centred.T @ centred` is (d, d).",
    ),
    (
        _wrong_covariance(lambda f: np.corrcoef(f.T)),
        "That is the correlation: do not divide by deviations.",
    ),
    (
        _wrong_covariance(lambda f: f.var(axis=0, ddof=1)),
        "Those are the variances: the pairs of features are missing.",
    ),
    (
        _wrong_covariance(lambda f: f.var(axis=0)),
        "Those are the variances: the pairs of features are missing.",
    ),
    (
        _wrong_covariance(lambda f: f.std(axis=0)),
        "Those are the deviations of single features: the covariance is a matrix (d, d).",
    ),
    (
        _wrong_covariance(lambda f: np.diag(f.var(axis=0, ddof=1))),
        "Only the diagonal is filled: the covariances of pairs of features are missing.",
    ),
    (
        _wrong_covariance(lambda f: np.diag(f.var(axis=0))),
        "Only the diagonal is filled: the covariances of pairs of features are missing.",
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


self_test = SelfTest(
    Question(
        "A VAE trained on grey digits reports a loss of 110 nats, another on black-and-white "
        "digits 108. Which is the better model of digits?",
        {
            "a": "The second, by 2 nats an image, which is more than the error of such a number.",
            "b": "One cannot say: the first number is no likelihood, the targets differ.",
            "c": "The first: grey digits are harder.",
        },
        right="b",
        feedback={
            "a": "The same weights gave 98 to 110 in section 3, only by changing the targets.",
            "b": "Put both on the same black-and-white digits, then compare.",
            "c": "Harder or not: numbers of different targets cannot be compared. See section 3.",
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
