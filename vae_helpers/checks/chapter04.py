"""Exercises of chapter 04: sampling."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from vae_helpers.checks.core import (
    Question,
    SelfTest,
    Wrong,
    attempted,
    call,
    exercise,
    expect,
    expect_array,
    show,
)


@exercise(
    hints=(
        "A latent point of the prior is `latent_dim` numbers, each drawn from N(0, 1); `n` of them "
        "are an array of shape `(n, latent_dim)`.",
        "`rng.standard_normal((n, latent_dim))` draws them. Multiply by the temperature: it is the "
        "standard deviation of each coordinate.",
        "Decode all points at once and return the images: `return decode(z)`",
    )
)
def sample_images(answer):
    """Draw points from N(0, temperature² I) and decode them."""
    z = _sampled(answer, 1.0)
    deviation = z.std()
    if np.allclose(z, z[:1]):
        raise Wrong("All points are the same: draw `n` of them, an array `(n, latent_dim)`.")
    if np.allclose(z, z[:, :1]):
        raise Wrong("The three coordinates of a point are equal: each needs noise of its own.")
    if z.min() >= 0:
        raise Wrong(
            f"Your points run from {z.min():.2f} to {z.max():.2f}: that is not N(0, 1), which is "
            "negative half of the time. `rng.random` draws evenly from 0 to 1."
        )
    expect(
        abs(z.mean()) < 0.05 and abs(deviation - 1) < 0.05,
        f"At temperature 1 your coordinates have mean {z.mean():.2f} and standard deviation "
        f"{deviation:.2f}: expected 0 and 1.",
    )
    expect(
        np.abs(z).max() > 2.5,
        f"No coordinate is larger than {np.abs(z).max():.2f}: that is not a normal distribution.",
    )
    _check_temperature(_sampled(answer, 0.5).std())
    expect(
        np.array_equal(_sampled(answer, 1.0), z),
        "Two generators with the same seed gave different points: draw from `rng` alone.",
    )
    return "That is all of generation: noise of the right kind, and the decoder."


@exercise(
    hints=(
        "Go backwards: first `n` probabilities in equal steps, then the z that belongs to each.",
        "`np.linspace(ends, 1 - ends, n)` are the probabilities. The function from z to "
        "probability is `norm.cdf`; you need its inverse.",
        "`norm.ppf(np.linspace(ends, 1 - ends, n))`",
    )
)
def quantile_values(answer):
    """Return z-values in equal steps of probability."""
    for n, ends in ((5, 0.1), (4, 0.01)):
        p = np.linspace(ends, 1 - ends, n)
        got = call(answer, n, ends)
        _no_infinite_ends(got)
        expect_array(
            got,
            norm.ppf(p),
            f"quantile_values({n}, {ends})",
            look_at="Equal steps from `ends` to `1 - ends`, then through the inverse of Φ.",
            mistakes=[
                (p, "Those are the probabilities: which z belongs to each?"),
                (norm.cdf(p), "Φ goes from z to probability; you need its inverse, `norm.ppf`."),
                (
                    np.linspace(norm.ppf(ends), norm.ppf(1 - ends), n),
                    "The ends are right, but the steps are equal in z, not in probability.",
                ),
                (norm.ppf(p)[::-1], "The order is turned round: begin with the smallest."),
                (norm.pdf(p), "`norm.pdf` is the density; you need `norm.ppf`."),
            ],
        )
    return "Equal steps of probability: narrow in the middle, wide outside."


@exercise(
    hints=(
        "For one class: pick its rows with `z[labels == label]`, and average them.",
        "Average over the images, which are axis 0; the latent dimensions stay.",
        "`np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])`",
    )
)
def class_means(answer):
    """Return the mean code of each class."""
    rng = np.random.default_rng(7)
    labels = np.array([2, 0, 1, 0, 2, 2, 0])
    z = rng.normal(size=(7, 4)) + labels[:, None]
    groups = [z[labels == label] for label in range(3)]
    right = np.array([group.mean(axis=0) for group in groups])
    in_order_of_appearance = right[[2, 0, 1]]
    expect_array(
        call(answer, z.copy(), labels.copy()),
        right,
        "class_means(z, labels) for 7 codes of 3 classes",
        look_at="Compute the mean code of class 0 by hand and compare.",
        mistakes=[
            (z.mean(axis=0), "That is the mean of all codes: one row for each class, please."),
            (right.mean(axis=1), "You averaged over latent dimensions too: use `axis=0`."),
            (right.T, "Rows and columns are swapped: one row a class."),
            (np.array([g.sum(axis=0) for g in groups]), "Those are sums: use the mean."),
            (np.array([np.median(g, axis=0) for g in groups]), "Those are medians, not means."),
            (in_order_of_appearance, "The classes must come in the order 0, 1, 2."),
        ],
    )
    return "Ten points to decode: the middle of each class."


@exercise(
    hints=(
        "Two draws for each point: first an image, then a point of its posterior.",
        "`i = rng.integers(len(z_mean), size=n)` picks the images; `z_mean[i]` are their means.",
        "The second draw is the reparameterization of chapter 02: "
        "`z_mean[i] + np.exp(z_log_var[i] / 2) * rng.standard_normal(…)`, noise of the shape of "
        "`z_mean[i]`.",
    )
)
def sample_aggregated(answer):
    """Draw points of the aggregated posterior: a random image, then its posterior."""
    n = 20_000
    z_mean = np.array([[-1000.0, -1000.0], [0.0, 0.0], [1000.0, 1000.0]])
    deviation = np.array([[0.5, 0.5], [2.0, 2.0], [2.0, 4.0]])
    rng = np.random.default_rng(1)
    got = call(answer, z_mean.copy(), 2 * np.log(deviation), n, rng)
    z = _finite(got, (n, 2), "sample_aggregated(z_mean, z_log_var, 20000, rng)")
    which = np.digitize(z[:, 0], (-500, 500))
    expect(
        np.abs(z - z_mean[which]).max() < 200,
        "Some points lie far from all three posteriors: choose one image a point, with the same "
        "index for its mean and its log-variance, and for all coordinates.",
    )
    shares = np.bincount(which, minlength=3) / n
    expect(
        np.abs(shares - 1 / 3).max() < 0.02,
        f"The three images were chosen with the shares {np.round(shares, 2).tolist()}: expected a "
        "third each. Every image counts the same.",
    )
    _check_noise(z - z_mean[which], which, deviation)
    again = call(answer, z_mean.copy(), 2 * np.log(deviation), n, np.random.default_rng(1))
    expect(
        np.array_equal(np.asarray(again, dtype=float), z),
        "Two generators with the same seed gave different points: draw from `rng` alone.",
    )
    return "A mixture is sampled in two steps: which component, and where in it."


@exercise(
    hints=(
        "Begin with one number for each pair of a point and a posterior: "
        "`z[:, None] - z_mean` has shape (m, n, latent_dim).",
        "A Gaussian's log density is −½ Σ ((z − μ)²/σ² + log σ² + log 2π), summed over the latent "
        "dimensions; 1/σ² is `np.exp(-z_log_var)`.",
        "q(z) is the *mean* of n densities: `logsumexp(log_density, axis=1) - np.log(len(z_mean))`",
    )
)
def log_q(answer):
    """Write the log density of the aggregated posterior."""
    rng = np.random.default_rng(3)
    z, z_mean = rng.normal(size=(4, 2)), rng.normal(size=(5, 2))
    z_log_var = rng.normal(-1, 0.7, size=(5, 2))
    parts = _log_densities(z, z_mean, z_log_var)
    right = logsumexp(parts, axis=1) - np.log(5)
    got = call(answer, z.copy(), z_mean.copy(), z_log_var.copy())
    _no_infinite_density(got)
    expect_array(
        got,
        right,
        "log_q at 4 points, for 5 posteriors",
        look_at="Compare your formula with the two lines above, term by term.",
        mistakes=_log_q_mistakes(z, z_mean, z_log_var),
    )
    far = np.array([[60.0, -60.0], [0.0, 0.0]])
    got = call(answer, far.copy(), z_mean.copy(), z_log_var.copy())
    _no_infinite_density(got)
    right = logsumexp(_log_densities(far, z_mean, z_log_var), axis=1) - np.log(5)
    expect_array(
        got, right, "log_q far away, at (60, −60)", look_at="Use `logsumexp`: no exp of your own."
    )
    return "The density of everything the decoder has seen in training, at any point."


self_test = SelfTest(
    Question(
        "You have a trained VAE and want a new image. What do you need?",
        {
            "a": "The encoder and a test image.",
            "b": "Noise from N(0, I) and the decoder.",
            "c": "The decoder and even noise from 0 to 1.",
        },
        right="b",
        feedback={
            "a": "That gives a reconstruction, not something new.",
            "b": "The encoder is not needed any more.",
            "c": "Even noise from 0 to 1 reaches one corner of the space: use the prior's noise.",
        },
    ),
    Question(
        "In a 15 × 15 grid at normal quantiles, what is equal from one step to the next?",
        {
            "a": "the distance in z",
            "b": "the difference between neighbouring images",
            "c": "the probability under the prior",
        },
        right="c",
        feedback={
            "a": "The steps are narrow in the middle and wide outside.",
            "b": "Nothing makes images change evenly; a class border may lie between two steps.",
            "c": "Each image of the grid stands for about as many samples as any other.",
        },
    ),
    Question(
        "Nine of ten samples of a model are recognised as digits. Is it a good generator?",
        {
            "a": "One cannot say: they may all be the same digit.",
            "b": "Yes: that is nearly the share of real digits.",
            "c": "No: a good generator reaches ten of ten.",
        },
        right="a",
        feedback={
            "a": "The plain autoencoder of section 4 showed it: look at diversity as well.",
            "b": "Look at section 4 again: an autoencoder reached that with a single digit.",
            "c": "Not even all real test images are recognised.",
        },
    ),
    Question(
        "The aggregated posterior has mean 0 and variance 1 in every dimension. What follows?",
        {
            "a": "It is the prior, so there are no holes.",
            "b": "Nothing about holes: many distributions have these moments.",
            "c": "The posteriors have collapsed.",
        },
        right="b",
        feedback={
            "a": "Two moments do not make a distribution: islands can have them, too.",
            "b": "Only the density itself, such as log q(z) − log p(z), tells where the holes are.",
            "c": "Collapsed posteriors have these moments, but so do many others.",
        },
    ),
    Question(
        "Why is a mixture fitted to *draws* from the posteriors and not to their means?",
        {
            "a": "Draws give more data.",
            "b": "Means cannot be computed for new images.",
            "c": "Training showed the decoder draws; the means alone are less spread.",
        },
        right="c",
        feedback={
            "a": "One draw an image gives as many points as one mean an image.",
            "b": "The encoder gives a mean for any image.",
            "c": "The variance of q(z) is that of the means plus the mean of the variances.",
        },
    ),
    chapter=__name__,
)


def _finite(got, shape, what):
    """Return the learner's array as floats, or say what is wrong with its shape or numbers."""
    try:
        array = np.asarray(got).astype(float)
    except Exception:
        raise Wrong(f"{what} is {show(got)}: expected an array of numbers.") from None
    if array.shape != shape:
        raise Wrong(f"{what} has shape {array.shape}: expected {shape}.")
    if not np.isfinite(array).all():
        raise Wrong(f"{what} holds NaN or infinity.")
    return array


def _sampled(answer, temperature):
    """Let the learner sample with a decoder that notes what it gets; return the points."""
    n, latent_dim = 4_000, 3
    seen = []

    def decode(z):
        seen.append(_finite(attempted(z), (n, latent_dim), "What you gave to `decode`"))
        return np.tanh(seen[-1]) + 2

    got = call(answer, decode, n, latent_dim, np.random.default_rng(5), temperature)
    if not seen:
        raise Wrong("`decode` was never called: it turns your points into images.")
    images = _finite(got, (n, latent_dim), "What you returned")
    if np.array_equal(images, seen[-1]):
        raise Wrong("You returned the points: return what `decode` makes of them.")
    expect(
        np.allclose(images, np.tanh(seen[-1]) + 2),
        "What you returned is not what `decode` gave: return its images unchanged.",
    )
    return seen[-1]


def _check_temperature(deviation):
    """Judge the standard deviation at temperature 0.5."""
    mistakes = {
        1.0: "The temperature is not used.",
        2.0: "You divided by the temperature: a low one must keep the points near the origin.",
        0.25: "The temperature is the standard deviation, not its square root.",
        np.sqrt(0.5): "The temperature is the standard deviation, not the variance.",
    }
    for mistake, message in mistakes.items():
        if abs(deviation / mistake - 1) < 0.05:
            raise Wrong(f"At temperature 0.5 the coordinates deviate by {deviation:.2f}. {message}")
    expect(
        abs(deviation - 0.5) < 0.025,
        f"At temperature 0.5 the coordinates have standard deviation {deviation:.2f}: expected "
        "0.5.",
    )


def _no_infinite_ends(got):
    try:
        infinite = np.isinf(np.asarray(got, dtype=float)).any()
    except Exception:
        return
    if infinite:
        raise Wrong(
            "Your values hold infinity: the quantiles of 0 and 1 are −∞ and +∞. Begin at `ends` "
            "and stop at `1 - ends`."
        )


def _check_noise(noise, which, deviation):
    """Judge the noise around the three posterior means."""
    if np.allclose(noise, 0):
        raise Wrong("Your points are the posterior means: add the noise of the posteriors.")
    first, last = noise[which == 0], noise[which == 2]
    spread = first.std()
    if abs(spread / 0.25 - 1) < 0.05:
        raise Wrong(
            f"Where σ = 0.5 your points deviate by {spread:.2f}: σ is `np.exp(z_log_var / 2)`, "
            "the exponential without the half is the variance."
        )
    expect(
        abs(spread / 0.5 - 1) < 0.05,
        f"Where σ = 0.5 your points deviate by {spread:.2f} from the mean. σ is "
        "`np.exp(z_log_var / 2)`.",
    )
    expect(
        abs(np.corrcoef(first.T)[0, 1]) < 0.1,
        "Both coordinates of a point have the same noise: draw noise of the shape of `z_mean[i]`.",
    )
    expect(
        np.allclose(last.std(axis=0), deviation[2], rtol=0.08) and abs(first.mean()) < 0.05,
        f"Where σ = (2, 4) your points deviate by {np.round(last.std(axis=0), 1).tolist()}: each "
        "coordinate has a σ of its own.",
    )


def _log_densities(z, z_mean, z_log_var):
    """Return log N(z; μ, σ²) of each point (rows) under each posterior (columns)."""
    return norm(z_mean, np.exp(z_log_var / 2)).logpdf(z[:, None]).sum(axis=2)


def _log_q_mistakes(z, z_mean, z_log_var):
    n, d = z_mean.shape
    parts = _log_densities(z, z_mean, z_log_var)
    squares = np.square(z[:, None] - z_mean)
    as_deviation = _log_densities(z, z_mean, 2 * z_log_var)
    no_norm = -0.5 * (squares * np.exp(-z_log_var) + np.log(2 * np.pi)).sum(axis=2)

    def mixture(log_densities):
        return logsumexp(log_densities, axis=1) - np.log(n)

    right = mixture(parts)
    return [
        (right + np.log(n), "q(z) is the mean of the densities: subtract log n."),
        (right + 0.5 * d * np.log(2 * np.pi), "The constant −½ log 2π a dimension is missing."),
        (right - 0.5 * d * np.log(2 * np.pi), "log 2π was subtracted once too often."),
        (parts.mean(axis=1), "That is the mean of the logs; needed is the log of the mean."),
        (parts.sum(axis=1), "You multiplied the densities: a mixture adds them up."),
        (np.exp(right), "That is q(z): return its logarithm."),
        (parts, "Those are the densities under each posterior: mix them into one a point."),
        (mixture(as_deviation), "`z_log_var` is the log of the variance, not of the deviation."),
        (mixture(no_norm), "The term log σ² is missing: narrow Gaussians are higher."),
    ]


def _no_infinite_density(got):
    try:
        infinite = np.isinf(np.asarray(got, dtype=float)).any()
    except Exception:
        return
    if infinite:
        raise Wrong(
            "Somewhere your log_q is infinite: far from all posteriors every density is below the "
            "smallest number there is, and log 0 is −∞. `logsumexp` never leaves the logarithms."
        )
