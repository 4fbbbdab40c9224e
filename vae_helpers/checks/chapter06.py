"""Exercises of chapter 06: evaluation."""

import numpy as np
from scipy.special import logsumexp, xlogy

from vae_helpers.checks.core import (
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect_array,
    expect_number,
    show,
)


@exercise(
    hints=(
        "One pixel of brightness x costs −x log x − (1 − x) log(1 − x). An image costs the sum.",
        "`np.log(0)` is −∞, and 0 · −∞ is NaN. `xlogy(x, x)` from SciPy is x log x, and 0 where x "
        "is 0.",
        "Flatten each image, `x.reshape(len(x), -1)`: then `sum(axis=1)` is over its pixels.",
    )
)
def pixel_entropy(answer):
    """Return the smallest cross-entropy that a copy of each image can have."""
    x = np.array([[[0.0, 0.5], [1.0, 0.25]], [[0.1, 0.0], [0.9, 0.6]]])[..., None]
    white, black = xlogy(x, x), xlogy(1 - x, 1 - x)
    entropy = -(white + black)
    right = entropy.sum(axis=(1, 2, 3))
    got = call(answer, x.copy())
    if _holds(np.isnan, got) or _holds(np.isinf, got):
        raise Wrong(
            "Somewhere your answer is NaN or infinite. A black pixel gives 0 · log 0, which counts "
            "as 0 here, but not for the computer: `xlogy(x, x)` knows."
        )
    expect_array(
        got,
        right,
        "pixel_entropy of two images with 2 × 2 pixels",
        look_at="A pixel of 0.5 costs log 2 = 0.693 nats, a black or a white one nothing.",
        atol=1e-4,
        mistakes=[
            (-right, "The sign is wrong: an entropy is never negative."),
            (-white.sum(axis=(1, 2, 3)), "The term of the black half, 1 − x, is missing."),
            (-black.sum(axis=(1, 2, 3)), "The term of the white half, x, is missing."),
            (right / np.log(2), "Those are bits: nats come from the natural logarithm."),
            (entropy.mean(axis=(1, 2, 3)), "You averaged over pixels: the loss is their sum."),
            (right.sum(), "You added up the images too: one number an image, please."),
            (right.mean(), "You averaged over images: one number an image, please."),
            (entropy, "Those are the pixels: add up those of each image."),
        ],
    )
    return "What is left when a copy is perfect. Nobody can train below it."


@exercise(
    hints=(
        "The bound of one image is log((w₁ + … + w_k) / k), and you are given log w.",
        "Weights such as e⁻¹⁰⁰ times each other's size are all 0 for the computer. `logsumexp` "
        "adds them up without leaving the logarithms: `logsumexp(log_weights, axis=1)`.",
        "A mean is the sum divided by k: subtract `np.log(log_weights.shape[1])`.",
    ),
    title="Importance-weighted bound",
)
def iwae_bound(answer):
    """Return the logarithm of the mean weight of each image."""
    rng = np.random.default_rng(5)
    log_weights = rng.normal(-2, 1.5, size=(3, 4))
    total = logsumexp(log_weights, axis=1)
    right = total - np.log(4)
    expect_array(
        call(answer, log_weights.copy()),
        right,
        "iwae_bound of 3 images with 4 draws each",
        look_at="Compute one image by hand: exp, mean, log.",
        mistakes=[
            (log_weights.mean(axis=1), "That is the mean of the logs, the ELBO: average inside."),
            (total, "Those are the sums: a mean is divided by k, so subtract log k."),
            (total + np.log(4), "log k has to be subtracted: a mean is smaller than the sum."),
            (total - np.log(3), "You divided by the number of images: k is the number of draws."),
            (np.exp(right), "That is the mean weight: return its logarithm."),
            (-right, "The sign is turned: return the bound on log p(x), not the NLL."),
            (right.mean(), "That is the mean over images: one number an image, please."),
            (
                logsumexp(log_weights, axis=0) - np.log(3),
                "You averaged over images: draws are along axis 1.",
            ),
            (log_weights.max(axis=1), "That is the largest weight alone: average all of them."),
        ],
    )
    far = log_weights - 1_000
    got = call(answer, far.copy())
    if _holds(np.isinf, got) or _holds(np.isnan, got):
        raise Wrong(
            "With log weights around −1,000 your bound is infinite: e⁻¹⁰⁰⁰ is 0 for the computer, "
            "and log 0 is −∞. `logsumexp` stays in the logarithms."
        )
    expect_array(
        got,
        right - 1_000,
        "iwae_bound of log weights around −1,000",
        look_at="Use `logsumexp`: no exp of your own.",
    )
    return "A mean inside the logarithm instead of outside: that is all of the tighter bound."


@exercise(
    hints=(
        "One row is one image. The mean is over rows and has d numbers.",
        "Subtract the mean from every row. Entry (i, j) of the covariance is the mean product of "
        "the centred features i and j: a matrix product of (d, n) and (n, d).",
        "`centred.T @ centred / (len(features) - 1)`, or `np.cov(features, rowvar=False)`",
    ),
    title="Mean and covariance",
)
def moments(answer):
    """Return the mean and the covariance of features."""
    features = np.random.default_rng(2).normal(size=(6, 3)) @ np.triu(np.ones((3, 3))) + [3, 0, -1]
    mean, covariance = features.mean(axis=0), np.cov(features.T)
    got = call(answer, features.copy())
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong(f"You returned {show(got)}: expected two things, `return mean, covariance`.")
    expect_array(
        got[0],
        mean,
        "The mean of features (6, 3)",
        look_at="The mean is over the images, axis 0.",
        mistakes=[
            (features.mean(axis=1), "You averaged over the features: use `axis=0`."),
            (features.mean(), "That is the mean of all numbers: use `axis=0`."),
            (features.sum(axis=0), "That is the sum: divide by the number of images."),
        ],
    )
    raw = features.T @ features
    deviations = features.std(axis=0, ddof=1)
    expect_array(
        got[1],
        covariance,
        "The covariance of features (6, 3)",
        look_at="Entry [i, i] is the variance of feature i, divided by n − 1.",
        mistakes=[
            (covariance * 5 / 6, "You divided by n: an estimate from a sample divides by n − 1."),
            (covariance * 5, "Those are sums: divide by n − 1."),
            (raw / 5, "Subtract the mean first: that is the mean of products about zero."),
            (raw / 6, "Subtract the mean first: that is the mean of products about zero."),
            (np.cov(features), "Rows are images: `np.cov` needs `rowvar=False`."),
            (np.corrcoef(features.T), "That is the correlation: do not divide by deviations."),
            (np.square(deviations), "Those are the variances: the pairs of features are missing."),
        ],
    )
    return "All that a Fréchet distance will ever know of a set of images."


@exercise(
    hints=(
        "Three parts: the squared length of `mean1 - mean2`, the two traces, and minus two times "
        "the sum of the singular values of AᵀB.",
        "A with S = A Aᵀ comes from `w, V = np.linalg.eigh(S)`: A = V √w, column by column, "
        "`V * np.sqrt(w)`. Rounding may leave a w of −10⁻¹⁷: `np.maximum(w, 0)` first.",
        "`np.linalg.svd(A.T @ B, compute_uv=False).sum()`, or `np.linalg.norm(A.T @ B, 'nuc')`",
    ),
    title="Fréchet distance",
)
def frechet_distance(answer):
    """Return the Fréchet distance of two Gaussians, by singular values."""
    rng = np.random.default_rng(8)
    draw1, draw2 = rng.normal(size=(9, 3)), rng.normal(size=(9, 3)) @ np.triu(np.full((3, 3), 0.8))
    mean1, mean2 = draw1.mean(axis=0), draw2.mean(axis=0) + 1
    cov1, cov2 = np.cov(draw1.T), np.cov(draw2.T)
    got = call(answer, mean1.copy(), cov1.copy(), mean2.copy(), cov2.copy())
    _no_complex(got)
    expect_number(
        got,
        _frechet(mean1, cov1, mean2, cov2),
        "frechet_distance of two Gaussians in 3 dimensions",
        rtol=1e-6,
        look_at="Compute the three parts one by one and look at each.",
        mistakes=_frechet_mistakes(mean1, cov1, mean2, cov2),
    )
    _check_singular(answer)
    return "Real, never negative by more than rounding, and exact for any covariance."


@exercise(
    hints=(
        "All kernels at once: `(X @ Y.T / d + 1) ** 3` is the matrix of k(x, y), one row for each "
        "x.",
        "Within one set leave out the n pairs of an image with itself: subtract the diagonal "
        "(`np.trace`) from the sum and divide by n (n − 1). Mixed pairs: plain mean.",
        "`within(K_rr) + within(K_gg) - 2 * K_rg.mean()`, with "
        "`within = lambda K: (K.sum() - np.trace(K)) / (len(K) * (len(K) - 1))`",
    ),
    title="Kernel distance (KID)",
)
def kernel_distance(answer):
    """Return the unbiased kernel distance of two sets of features."""
    rng = np.random.default_rng(1)
    real, generated = rng.normal(size=(5, 4)), 1.3 * rng.normal(size=(7, 4)) + 1.5
    expect_number(
        call(answer, real.copy(), generated.copy()),
        _kid(real, generated),
        "kernel_distance of 5 real and 7 generated images",
        rtol=1e-6,
        look_at="Compute the three means of kernels one by one.",
        mistakes=_kid_mistakes(real, generated),
    )
    alike = rng.normal(size=(2, 6, 4))  # a draw whose distance is −1.17
    expect_number(
        call(answer, alike[0].copy(), alike[1].copy()),
        _kid(*alike),
        "kernel_distance of two samples of one distribution",
        rtol=1e-6,
        look_at="It may be negative: do not cut it off at 0, or it is biased again.",
        mistakes={0.0: "It may well be negative: cut off at 0 it would be biased again."},
    )
    return "Unbiased: the mean over many small samples is the value of a large one."


self_test = SelfTest(
    Question(
        "A VAE trained on grey digits reports a loss of 110 nats, another on black-and-white "
        "digits 108. Which is the better model of digits?",
        {
            "a": "The second: its loss is lower.",
            "b": "One cannot say: the first number is no likelihood, and the targets differ.",
            "c": "The first: grey digits are harder.",
        },
        right="b",
        feedback={
            "a": "The same weights gave 98 to 110 in section 3, only by changing the targets.",
            "b": "Put both on the same black-and-white digits, then compare.",
            "c": "Harder or not: numbers of different targets cannot be compared.",
        },
    ),
    Question(
        "What happens to the importance-weighted bound if you use more draws?",
        {
            "a": "It rises towards log p(x), on average.",
            "b": "It stays, and only becomes less noisy.",
            "c": "It rises without end.",
        },
        right="a",
        feedback={
            "a": "At k = 1 it is the ELBO; the gap shrinks with every draw.",
            "b": "That is the ELBO with more draws: the mean stands outside the logarithm there.",
            "c": "log p(x) is a ceiling, in expectation.",
        },
    ),
    Question(
        "Model A has a Fréchet distance of 12 from 500 images, model B one of 13 from 100. "
        "Which is closer to the real images?",
        {
            "a": "A: 12 is less than 13.",
            "b": "B: with five times the images, A should be much lower.",
            "c": "Measure both at one N first: fewer images mean a higher value.",
        },
        right="c",
        feedback={
            "a": "The bias grows like c/N, so B's 13 may be the better one.",
            "b": "Perhaps, but how large the bias is depends on model and features: measure it.",
            "c": "And print N, the features and the floor beside it.",
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
            "b": "That would be low precision and high recall.",
            "c": "Then both would be near those of a second real sample.",
        },
    ),
    Question(
        "A generator hands out the training images themselves. Which of this chapter's judges of "
        "*samples* tells?",
        {
            "a": "The Fréchet distance: it would be far above the floor.",
            "b": "Coverage: it would be near 0.",
            "c": "None: to all of them they look as good as real images.",
        },
        right="c",
        feedback={
            "a": "Section 6 measured it: it lies at the floor.",
            "b": "Training images are spread like the test images, so coverage is high.",
            "c": "So look for the nearest training image of each sample, too.",
        },
    ),
    chapter=__name__,
)


def _holds(test, got):
    """Say whether an answer, if it is numbers at all, has one of which ``test`` is true."""
    try:
        return bool(test(np.asarray(got, dtype=float)).any())
    except Exception:
        return False


def _factor(covariance):
    w, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(w, 0))


def _overlap(cov1, cov2):
    return np.linalg.norm(_factor(cov1).T @ _factor(cov2), "nuc")


def _frechet(mean1, cov1, mean2, cov2):
    shift = mean1 - mean2
    return shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * _overlap(cov1, cov2)


def _frechet_mistakes(mean1, cov1, mean2, cov2):
    right, shift = _frechet(mean1, cov1, mean2, cov2), mean1 - mean2
    means, overlap = shift @ shift, _overlap(cov1, cov2)
    traces = np.trace(cov1) + np.trace(cov2)
    factor1, factor2 = _factor(cov1), _factor(cov2)
    largest = np.linalg.norm(factor1.T @ factor2, 2)
    of_product = np.linalg.norm(cov1 @ cov2, "nuc")
    length = np.linalg.norm(factor1.T @ factor2)
    return {
        np.sqrt(right): "That is the square root: the number of the papers is the square.",
        right - means: "The means are not compared.",
        means: "The covariances are not compared.",
        right - means + np.sqrt(means): "The distance of the means must be squared.",
        right + overlap: "The sum of singular values counts twice: − 2 ‖AᵀB‖.",
        right + 4 * overlap: "The last part must be subtracted: it is what both have in common.",
        right + 2 * overlap: "The sum of the singular values is missing.",
        means + traces - 2 * of_product: "Those are the singular values of S₁S₂: take A and B, "
        "not the covariances.",
        means + traces - 2 * length: "That is the root of the summed squares: add the singular "
        "values themselves.",
        means + traces - 2 * largest: "That is the largest singular value alone: add all of them.",
        means + traces - 2 * np.trace(factor1.T @ factor2): "The trace of AᵀB depends on how A "
        "and B were chosen: take the singular values.",
        means + traces - 2 * np.sqrt(cov1 * cov2 * (cov1 * cov2 > 0)).trace(): "That is the root "
        "of each entry: `S1 * S2` is no matrix product, and its root no matrix root.",
    }


def _no_complex(got):
    try:
        is_complex = np.iscomplexobj(np.asarray(got))
    except Exception:
        return
    if is_complex:
        raise Wrong(
            "Your distance is a complex number: it came from a root of S₁S₂. Singular values are "
            "real; take those of AᵀB."
        )


def _check_singular(answer):
    """Compare 4 images with themselves, and with others, in 6 dimensions."""
    features = np.random.default_rng(4).normal(size=(4, 6)) * [30, 10, 3, 1, 0.3, 0.1]
    mean, cov = features.mean(axis=0), np.cov(features.T)
    scale = np.trace(cov)
    got = call(answer, mean.copy(), cov.copy(), mean.copy(), cov.copy())
    _no_complex(got)
    if _holds(np.isnan, got):
        raise Wrong(
            "With 4 images in 6 dimensions your distance is NaN. Half of the eigenvalues are 0, "
            "and rounding leaves −10⁻¹⁷ in their place: `np.maximum(w, 0)` before the root."
        )
    expect_number(
        got,
        0.0,
        "The distance of 4 images, in 6 dimensions, from themselves",
        atol=1e-11 * scale,
        look_at="It must be 0 but for rounding. A root of the product S₁S₂ loses half of the "
        "digits where eigenvalues are 0; the singular values of AᵀB do not.",
    )


def _kernels(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def _within(kernel):
    n = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))


def _kid(real, generated, kernels=_kernels):
    own = _within(kernels(real, real)) + _within(kernels(generated, generated))
    return own - 2 * kernels(real, generated).mean()


def _kid_mistakes(real, generated):
    rr, gg = _kernels(real, real), _kernels(generated, generated)
    rg = _kernels(real, generated)
    right = _kid(real, generated)
    off_diagonal = [(k.sum() - np.trace(k)) / len(k) ** 2 for k in (rr, gg)]
    return {
        rr.mean() + gg.mean() - 2 * rg.mean(): "Each image is also paired with itself: leave the "
        "diagonal out, or the distance is biased.",
        sum(off_diagonal) - 2 * rg.mean(): "Without the diagonal there are n (n − 1) pairs, not "
        "n².",
        right + rg.mean(): "The mixed pairs count twice: − 2 E k(real, generated).",
        right + 4 * rg.mean(): "The mixed pairs are subtracted.",
        right + 2 * rg.mean(): "The mixed pairs are missing.",
        -right: "The sign is turned: pairs within a set count positive, mixed ones negative.",
        _kid(real, generated, lambda x, y: (x @ y.T + 1) ** 3): "The product x·y is divided by "
        "the number of features d.",
        _kid(real, generated, lambda x, y: (x @ y.T / x.shape[1]) ** 3): "The + 1 in the kernel "
        "is missing.",
        _kid(real, generated, lambda x, y: (x @ y.T / x.shape[1] + 1) ** 2): "The kernel is "
        "cubic: raise to the power of 3.",
        _kid(real, generated, lambda x, y: (x @ y.T / len(x) + 1) ** 3): "Divide x·y by the "
        "number of features, not of images.",
    }
