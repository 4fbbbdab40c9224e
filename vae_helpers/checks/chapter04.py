"""Exercises of chapter 04: sampling."""

import numpy as np
from scipy.special import logit, logsumexp, softmax
from scipy.stats import kstest, norm

from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Case,
    NotAttempted,
    Question,
    SelfTest,
    Wrong,
    attempted,
    call,
    exercise,
    expect,
    expect_function,
    show,
)

LOG_2_PI = np.log(2 * np.pi)


@exercise(
    hints=(
        "A latent point of the prior is `latent_dim` numbers, each drawn from N(0, 1); `n` of them "
        "are an array of shape `(n, latent_dim)`. Section 1 draws one such point.",
        "`rng.standard_normal(shape)` draws numbers of N(0, 1) in any shape. The temperature is "
        "the standard deviation of each coordinate: multiply.",
        "Decode all points at once, and return what `decode` gives, as it is.",
    ),
    title="The sampler",
)
def sample_images(answer):
    """Draw points from N(0, temperature² I) and decode them."""
    z = _sampled(answer, 1.0)
    _check_prior(z)
    expect(
        np.array_equal(_sampled(answer, 1.0), z),
        "Two generators with the same seed gave different points: draw from `rng` alone, nothing "
        "from `np.random`.",
    )
    one, other = (_sampled(answer, 1.0, seed=seed, n=7, latent_dim=2) for seed in (1, 2))
    expect(not np.array_equal(one, other), OWN_SEED)
    _check_temperature(_sampled(answer, 0.5).std())
    return "That is all of generation: noise of the right kind, and the decoder."


OWN_SEED = (
    "Two generators with different seeds gave the same draws. Draw all from the `rng` that you are "
    "given: one that is made or seeded inside your function starts anew at each call."
)


@exercise(
    hints=(
        "Go backwards: first `n` probabilities in equal steps, then the z that belongs to each.",
        "The probabilities run from `ends` to `1 - ends`, both included: `np.linspace` makes them. "
        "Φ, from z to probability, is `norm.cdf`.",
        "You need the inverse of Φ, the percent point function: `norm.ppf(p)`.",
    ),
    title="Equal steps of probability",
)
def quantile_values(answer):
    """Return z-values in equal steps of probability."""
    expect_function(
        answer,
        lambda n, ends: norm.ppf(np.linspace(ends, 1 - ends, n)),
        [(5, 0.15), (4, 0.03), (7, 0.2)],
        mistakes=QUANTILE_MISTAKES,
        look_at="Equal steps from `ends` to `1 - ends`, then through the inverse of Φ: random "
        "draws only come near.",
    )
    return "Equal steps of probability: narrow in the middle, wide outside."


def _quantiles(probabilities):
    """Return the answer that takes these probabilities."""
    return lambda n, ends: norm.ppf(probabilities(n, ends))


INFINITE_ENDS = "The quantiles of 0 and 1 are −∞ and +∞: begin at `ends` and stop at `1 - ends`."

QUANTILE_MISTAKES = (
    (_quantiles(lambda n, ends: np.linspace(0, 1, n)), INFINITE_ENDS),
    (_quantiles(lambda n, ends: np.linspace(0, 1 - ends, n)), INFINITE_ENDS),
    (_quantiles(lambda n, ends: np.linspace(ends, 1, n)), INFINITE_ENDS),
    (
        _quantiles(lambda n, ends: np.linspace(0, 1, n + 2)[1:-1]),
        "You cut 0 to 1 into equal parts: the ends are given, `ends` and `1 - ends`.",
    ),
    (
        lambda n, ends: np.linspace(ends, 1 - ends, n),
        "Those are the probabilities: which z belongs to each?",
    ),
    (
        lambda n, ends: norm.cdf(np.linspace(ends, 1 - ends, n)),
        "Φ goes from z to probability; you need its inverse, `norm.ppf`.",
    ),
    (
        lambda n, ends: norm.pdf(np.linspace(ends, 1 - ends, n)),
        "`norm.pdf` is the density; you need `norm.ppf`.",
    ),
    (
        lambda n, ends: np.linspace(norm.ppf(ends), norm.ppf(1 - ends), n),
        "The ends are right, but those are equal steps of z, not of probability.",
    ),
    (
        lambda n, ends: norm.ppf(np.linspace(ends, 1 - ends, n))[::-1],
        "The order is turned round: begin with the smallest.",
    ),
    (
        _quantiles(lambda n, ends: np.linspace(0.01, 0.99, n)),
        "`ends` is not used: 0.01 is only its default.",
    ),
    (
        _quantiles(lambda n, ends: np.linspace(ends / 2, 1 - ends / 2, n)),
        "You halved `ends`: it is cut off at *each* end.",
    ),
    (
        _quantiles(lambda n, ends: np.linspace(ends, 1 - ends, n, endpoint=False)),
        "The last value, at `1 - ends`, is missing: `np.linspace` includes it by itself.",
    ),
    (
        _quantiles(lambda n, ends: np.linspace(ends, 1 - ends, n + 2)[1:-1]),
        "The first value belongs to `ends` and the last to `1 - ends`: both ends are included.",
    ),
    (
        _quantiles(lambda n, ends: (np.arange(n) + 0.5) / n),
        "You took the middles of n equal parts: the ends are given, `ends` and `1 - ends`.",
    ),
    (
        lambda n, ends: logit(np.linspace(ends, 1 - ends, n)),
        "That is the logarithm of the odds, the inverse of the *logistic* function: the inverse of "
        "the normal's Φ is `norm.ppf`.",
    ),
    (
        _quantiles(lambda n, ends: np.full(n, ends)),
        "All values are the quantile of `ends`: go in equal steps from there to `1 - ends`.",
    ),
)


@exercise(
    hints=(
        "For one class: pick its rows with `z[labels == label]`, and average them.",
        "Average over the images, which are axis 0; the latent dimensions stay.",
        "Do that for each label of `np.unique(labels)`, in this order, and make one array of the "
        "rows.",
    )
)
def class_means(answer):
    """Return the mean code of each class."""
    _expect_equal_rows(answer)
    expect_function(
        answer,
        _of_each(np.mean),
        [_labelled(7, 4, [2, 0, 1, 0, 2, 2, 0]), _labelled(9, 3, [3, 1, 0, 2, 3, 1, 3, 0, 3])],
        mistakes=CLASS_MEAN_MISTAKES,
        look_at="Compute the mean code of class 0 by hand and compare.",
    )
    return "Ten points to decode: the middle of each class."


def _expect_equal_rows(answer):
    """Raise Wrong if the means are rows of different lengths: no array at all."""
    got = call(answer, *_labelled(7, 4, [2, 0, 1, 0, 2, 2, 0]))
    try:
        lengths = [len(row) for row in got]
    except Exception:
        return  # what it is instead is told later
    if len(set(lengths)) > 1:
        raise Wrong(
            f"Your rows have the lengths {lengths}, as many numbers as the class has codes: you "
            "averaged over the latent dimensions. Average over the images, `axis=0`.",
            "mistake",
        )


def _labelled(n, latent_dim, labels):
    """Return n codes, and labels that they depend on."""
    labels = np.array(labels)
    return np.random.default_rng(7).normal(size=(n, latent_dim)) + labels[:, None], labels


def _of_each(function):
    """Return the answer that takes ``function(codes, axis=0)`` of each class."""
    return lambda z, labels: np.array(
        [function(z[labels == label], axis=0) for label in np.unique(labels)]
    )


def _in_order_of_appearance(z, labels):
    return np.array([z[labels == label].mean(axis=0) for label in dict.fromkeys(labels.tolist())])


def _chunk_means(z, labels):
    return np.array([part.mean(axis=0) for part in np.array_split(z, len(np.unique(labels)))])


def _ten_classes(z, labels):
    groups = [z[labels == label] for label in range(10)]
    return np.array([g.mean(axis=0) if len(g) else np.nan * z[0] for g in groups])


CLASS_MEAN_MISTAKES = (
    (
        _ten_classes,
        "You ask for ten classes, and the mean of a class without members is NaN: take the classes "
        "that occur, `np.unique(labels)`.",
    ),
    (
        lambda z, labels: z.mean(axis=0),
        "That is the mean of all codes: one row for each class, please.",
    ),
    (
        lambda z, labels: _of_each(np.mean)(z, labels).mean(axis=1),
        "You averaged over latent dimensions too: use `axis=0`.",
    ),
    (
        lambda z, labels: _of_each(np.mean)(z, labels).T,
        "Rows and columns are swapped: one row a class.",
    ),
    (_of_each(np.sum), "Those are sums: use the mean."),
    (
        lambda z, labels: _of_each(np.sum)(z, labels) / len(z),
        "You divided by the number of all codes: divide by the number of codes of the class.",
    ),
    (
        lambda z, labels: _of_each(np.sum)(z, labels) / len(np.unique(labels)),
        "You divided by the number of classes: divide by the number of codes of the class.",
    ),
    (_of_each(np.median), "Those are medians, not means."),
    (_of_each(np.std), "Those are deviations: use the mean."),
    (_in_order_of_appearance, "The classes must come in the order 0, 1, 2, …"),
    (
        lambda z, labels: _of_each(np.mean)(z, labels)[::-1],
        "The classes must come in the order 0, 1, 2, …",
    ),
    (
        lambda z, labels: np.array([z[label] for label in np.unique(labels)]),
        "Those are the first codes, of any class: `labels == label` picks those of a class.",
    ),
    (
        lambda z, labels: np.array([z[labels == label][0] for label in np.unique(labels)]),
        "That is the first code of each class: take the mean of all of them.",
    ),
    (
        _chunk_means,
        "You cut the codes into equal parts in the order they come: `labels` says which belong "
        "together.",
    ),
    (
        lambda z, labels: np.tile(z.mean(axis=0), (len(np.unique(labels)), 1)),
        "Every row is the mean of *all* codes: pick those of the class first.",
    ),
    (
        lambda z, labels: _of_each(np.mean)(z, labels) - z.mean(axis=0),
        "You took the mean of all codes away: the mean code itself is asked for.",
    ),
    (
        lambda z, labels: _of_each(np.mean)(z, labels)[labels],
        "One row for each *class*, not for each image.",
    ),
    (
        lambda z, labels: _of_each(np.mean)(z, labels)[:-1],
        "The last class is missing: there are `labels.max() + 1` of them.",
    ),
)


@exercise(
    hints=(
        "Two draws for each point: first an image, then a point of its posterior.",
        "`i = rng.integers(len(z_mean), size=n)` picks the images; `z_mean[i]` are their means, "
        "and their log-variances need the same `i`.",
        "The second draw is the reparameterization of chapter 02, with noise of the shape of "
        "`z_mean[i]`.",
    ),
    title="Draw from the aggregated posterior",
)
def sample_aggregated(answer):
    """Draw points of the aggregated posterior: a random image, then its posterior."""
    z = _drawn(answer, 6_000, seed=1)
    _check_places(z)
    which = _nearest_posterior(z)
    _check_shares(which)
    _check_noise((z - MIXTURE_MEAN[which]) / MIXTURE_DEVIATION[which], which)
    expect(
        np.array_equal(_drawn(answer, 6_000, seed=1), z),
        "Two generators with the same seed gave different points: draw from `rng` alone, nothing "
        "from `np.random`.",
    )
    _check_another_seed(z, _drawn(answer, 6_000, seed=2))
    _check_pairs(_nearest_posterior(np.array([_drawn(answer, 2, seed) for seed in range(40)])))
    return "A mixture is sampled in two steps: which component, and where in it."


# Three posteriors that cannot be mixed up with each other, with the prior, or with their average.
MIXTURE_MEAN = np.array([[-1000.0, -1000.0], [500.0, 500.0], [3000.0, 3000.0]])
MIXTURE_DEVIATION = np.array([[0.5, 0.5], [2.0, 2.0], [2.0, 4.0]])


def _drawn(answer, n, seed):
    """Let the learner draw n points of the mixture."""
    z_log_var = 2 * np.log(MIXTURE_DEVIATION)
    with advice(
        f"There are 3 posteriors, and n = {n} points are asked for: choose an image for each point "
        "by chance, `rng.integers(len(z_mean), size=n)`.",
        about="broadcast|shape|larger sample",
    ):
        got = call(answer, MIXTURE_MEAN.copy(), z_log_var, n, np.random.default_rng(seed))
    if n > 3 and np.shape(got) == (3, 2):
        raise Wrong(
            f"You were asked for {n} points and returned 3, one for each posterior: every point "
            "chooses among all of them again, so a posterior may come more than once.",
            "mistake",
        )
    return _finite(got, (n, 2), f"sample_aggregated(z_mean, z_log_var, {n}, rng)")


def _nearest_posterior(z):
    return np.digitize(z[..., 0], (-250, 1750))


def _check_places(z):
    """Expect every point near one of the three means."""
    if np.abs(z).max() < 50:
        raise Wrong(
            "Your points are those of the prior, around 0: draw them around the means of the "
            "posteriors."
        )
    if np.abs(z - MIXTURE_MEAN.mean(axis=0)).max() < 200:
        raise Wrong(
            "You averaged the posteriors into one: the aggregated posterior is a *mixture*. Choose "
            "one image for each point, and draw from its posterior."
        )
    expect(
        np.abs(z - MIXTURE_MEAN[_nearest_posterior(z)]).max() < 200,
        "Some points lie far from all three posteriors: choose one image a point, with the same "
        "index for its mean and its log-variance, and for all coordinates.",
    )


def _check_shares(which):
    """Expect each image to be chosen by chance, as often as any other."""
    n = len(which)
    shares = np.bincount(which, minlength=3) / n
    if shares.max() == 1:
        raise Wrong(
            "All points come from one and the same posterior: choose an image for *each* point, n "
            "of them (`size=n`).",
            "mistake",
        )
    if shares[2] == 0 or shares[0] == 0:
        place = "last" if shares[2] == 0 else "first"
        raise Wrong(
            f"The {place} posterior is never chosen: `rng.integers(n)` draws from 0 to n − 1, so "
            "its end is the number of *all* images, `len(z_mean)`.",
            "mistake",
        )
    expect(
        np.abs(shares - 1 / 3).max() < 0.04,
        f"The three images were chosen with the shares {np.round(shares, 2).tolist()}: expected a "
        "third each. Every image counts the same.",
    )
    expect(
        np.any(which[:-3] != which[3:]),
        "You take the images in turn, 0, 1, 2, 0, 1, 2, …: choose each by chance, or few points "
        "come from the first images alone.",
    )


def _check_another_seed(z, other):
    """Expect that the images *and* the noise are others with another seed."""
    which, which_other = _nearest_posterior(z), _nearest_posterior(other)
    expect(np.any(which != which_other), OWN_SEED, "seed")
    noise, noise_other = (
        (points - MIXTURE_MEAN[images]) / MIXTURE_DEVIATION[images]
        for points, images in ((z, which), (other, which_other))
    )
    expect(not np.isclose(noise, noise_other, atol=1e-9).any(axis=1).mean() > 0.5, OWN_SEED, "seed")


def _check_pairs(which):
    """Judge the choice of n = 2 images of 3, for many seeds."""
    expect(
        len(np.unique(which)) == 3,
        f"For n = 2 your points always come from the images {np.unique(which).tolist()} of the "
        "three: choose among all images by chance.",
    )
    expect(
        np.any(which[:, 0] == which[:, 1]),
        "For n = 2 you never choose the same image twice: every point chooses among all images.",
    )


def _check_noise(noise, which):
    """Judge the noise around the three posterior means, in units of their deviations."""
    if np.allclose(noise, 0):
        raise Wrong("Your points are the posterior means: add the noise of the posteriors.")
    of_each = [noise[which == image] for image in range(3)]
    distinct = [len(np.unique(part.round(9), axis=0)) / len(part) for part in of_each]
    if max(distinct) < 0.01:
        raise Wrong(
            "All points of an image are the same: noise was drawn once, and the points were chosen "
            "after it. Choose the images first, then draw noise of the shape of `z_mean[i]`."
        )
    expect(
        np.abs(np.corrcoef(of_each[0].T)[0, 1]) < 0.1,
        "Both coordinates of a point have the same noise: draw noise of the shape of `z_mean[i]`.",
    )
    expect(
        np.abs(noise.mean(axis=0)).max() < 0.1,
        "The noise is not centred at 0: `rng.standard_normal` is, `rng.random` is not.",
    )
    _check_deviations(np.array([part.std(axis=0) for part in of_each]) * MIXTURE_DEVIATION)
    expect(
        kstest(noise.ravel(), "norm").statistic < 0.035,
        "Means and deviations are right, but the noise is not that of a normal distribution: use "
        "`rng.standard_normal`.",
    )


def _check_deviations(got):
    """Judge the deviations (3, 2) of the points around the three means."""
    right = MIXTURE_DEVIATION
    text = "Where σ = (0.5, 0.5), (2, 2), (2, 4) your points deviate by "
    text += f"{', '.join(str(tuple(row)) for row in got.round(2).tolist())}. "
    for mistake, message in (
        (right**2, "σ is `np.exp(z_log_var / 2)`: without the half it is the variance."),
        (np.sqrt(right), "σ is `np.exp(z_log_var / 2)`: the half stands there twice."),
        (1 / right, "The sign in the exponential is wrong: σ is `np.exp(z_log_var / 2)`."),
        (np.abs(np.log(right)), "σ is the *exponential* of half the log-variance."),
        (
            2 * np.abs(np.log(right)),
            "That is the log-variance itself: σ is `np.exp(z_log_var / 2)`.",
        ),
        (np.ones_like(right), "That is the prior's noise: multiply by σ, `np.exp(z_log_var / 2)`."),
        (
            np.tile(np.sqrt(np.square(right).mean(axis=0)), (3, 1)),
            "Mean and log-variance come from different images: use the same index `i` for both.",
        ),
        (
            np.tile(np.exp(np.log(right).mean(axis=0)), (3, 1)),
            "You averaged the log-variances: use that of the chosen image, `z_log_var[i]`.",
        ),
        (np.repeat(right[:, :1], 2, axis=1), "Each coordinate has a σ of its own."),
        (right / np.sqrt(12), "That is even noise: use `rng.standard_normal`."),
    ):
        if np.allclose(got, mistake, rtol=0.1, atol=0.03):
            raise Wrong(text + message)
    expect(np.allclose(got, right, rtol=0.08), text + "σ is `np.exp(z_log_var / 2)`.")


@exercise(
    hints=(
        "Begin with one number for each pair of a point and a posterior: "
        "`z[:, None] - z_mean` has shape (m, n, latent_dim).",
        "A Gaussian's log density is −½ Σ ((z − μ)²/σ² + log σ² + log 2π), summed over the latent "
        "dimensions; 1/σ² is `np.exp(-z_log_var)`.",
        "q(z) is the *mean* of n densities: `logsumexp` over the posteriors, axis 1, gives the log "
        "of their sum. How does a division by n look in the logarithm?",
    ),
    title="The density of the aggregated posterior",
)
def log_q(answer):
    """Write the log density of the aggregated posterior."""
    near = _mixture(4, 5, 3)
    expect_function(
        answer,
        _log_q,
        [near, _mixture(3, 6, 2)],
        mistakes=LOG_Q_MISTAKES,
        look_at="Compare your formula with the two lines above, term by term.",
    )
    far = np.array([[60.0, -60.0, 0.0], [0.0, 0.0, 0.0]])
    expect_function(
        answer,
        _log_q,
        [Case(far, *near[1:], when="a point far from all posteriors")],
        mistakes=FAR_MISTAKES,
        look_at="Use `logsumexp`: no exp of your own.",
    )
    return "The density of everything the decoder has seen in training, at any point."


def _mixture(m, n, latent_dim):
    """Return m points, and the means and log-variances of n posteriors."""
    rng = np.random.default_rng(3)
    z, z_mean = rng.normal(size=(m, latent_dim)), rng.normal(size=(n, latent_dim))
    return z, z_mean, rng.normal(-1, 0.7, size=(n, latent_dim))


def _log_density(squares, z_log_var):
    """Return the log density of a Gaussian in each dimension, from squared differences."""
    return -0.5 * (squares * np.exp(-z_log_var) + z_log_var + LOG_2_PI)


def _log_mean(log_densities):
    return logsumexp(log_densities, axis=1) - np.log(log_densities.shape[1])


def _log_q_with(density=_log_density, combine=_log_mean, total=lambda parts: parts.sum(axis=2)):
    """Return log q with another density in a dimension, sum of dimensions, or mean of images."""

    def log_q(z, z_mean, z_log_var):
        squares = np.square(z[:, None] - z_mean)
        return combine(total(density(squares, z_log_var)))

    return log_q


_log_q = _log_q_with()


def _one_gaussian(z, z_mean, z_log_var):
    """Return the log density of the Gaussian with the mixture's mean and variances."""
    variance = z_mean.var(axis=0) + np.exp(z_log_var).mean(axis=0)
    return _log_density(np.square(z - z_mean.mean(axis=0)), np.log(variance)).sum(axis=1)


def _mean_gaussian(z, z_mean, z_log_var):
    """Return the log density of the Gaussian with the mean of means and log-variances."""
    squares = np.square(z - z_mean.mean(axis=0))
    return _log_density(squares, z_log_var.mean(axis=0)).sum(axis=1)


FAR_MISTAKES = (
    (
        _log_q_with(combine=lambda p: np.log(np.exp(p).mean(axis=1))),
        "Far from all posteriors every density is below the smallest number there is, and log 0 is "
        "−∞. `logsumexp(…, axis=1)` never leaves the logarithms. (One maximum that is taken away "
        "for *all* points does not help: each needs its own.)",
    ),
)

LOG_Q_MISTAKES = (
    # of the mixture
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=1)),
        "q(z) is the mean of the densities: subtract log n.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=1) + np.log(p.shape[1])),
        "A mean is *smaller* than the sum: subtract log n, do not add it.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=1) - np.log(len(p))),
        "You subtracted the log of the number of points: n is the number of posteriors, "
        "`len(z_mean)`.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=1) / p.shape[1]),
        "You divided the logarithm by n: a density that is divided by n loses log n in the "
        "logarithm.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=1) - p.shape[1]),
        "You subtracted n: in the logarithm a division by n subtracts log n.",
    ),
    (
        _log_q_with(combine=lambda p: p.max(axis=1)),
        "That is the nearest posterior alone: `logsumexp` adds all n densities.",
    ),
    (
        _log_q_with(combine=lambda p: p.max(axis=1) - np.log(p.shape[1])),
        "log n is right, but only the largest density is counted: `logsumexp` adds all n.",
    ),
    (
        _log_q_with(combine=lambda p: p.mean(axis=1)),
        "That is the mean of the logs; needed is the log of the mean.",
    ),
    (
        _log_q_with(combine=lambda p: p.sum(axis=1)),
        "You multiplied the densities: a mixture adds them up.",
    ),
    (
        _log_q_with(combine=lambda p: (softmax(p, axis=1) * p).sum(axis=1)),
        "That is a weighted mean of the logs; needed is the log of the mean density.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=0) - np.log(len(p))),
        "You mixed over the points: the posteriors are along axis 1.",
    ),
    (
        _log_q_with(combine=lambda p: logsumexp(p, axis=0) - np.log(p.shape[1])),
        "You mixed over the points: the posteriors are along axis 1.",
    ),
    (
        _log_q_with(combine=lambda p: _log_mean(p).mean()),
        "You averaged over the points: one number a point, please.",
    ),
    (_log_q_with(combine=lambda p: np.exp(_log_mean(p))), "That is q(z): return its logarithm."),
    (
        _log_q_with(combine=lambda p: p),
        "Those are the densities under each posterior: mix them into one a point.",
    ),
    (
        _log_q_with(combine=lambda p: -_log_mean(p)),
        "The sign is turned round: log q(z), not −log q(z).",
    ),
    # of the Gaussians
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-2 * v) + 2 * v + LOG_2_PI)),
        "`z_log_var` is the log of the variance, not of the deviation.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + LOG_2_PI)),
        "The term log σ² is missing: narrow Gaussians are higher.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + v)),
        "The constant −½ log 2π a dimension is missing.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v))),
        "Only the distance is left: log σ² and log 2π are missing.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + v + 2 * LOG_2_PI)),
        "log 2π was subtracted once too often.",
    ),
    (
        _log_q_with(
            lambda d2, v: -0.5 * (d2 * np.exp(-v) + v), total=lambda p: p.sum(2) - 0.5 * LOG_2_PI
        ),
        "log 2π was counted once: it stands inside the sum, so it counts in each dimension.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + v - LOG_2_PI)),
        "The sign of log 2π is wrong: it makes every density smaller.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) - v + LOG_2_PI)),
        "The sign of log σ² is wrong: wide Gaussians are lower.",
    ),
    (
        _log_q_with(lambda d2, v: -(d2 * np.exp(-v) + v + LOG_2_PI)),
        "The factor ½ of a Gaussian's log density is missing.",
    ),
    (
        _log_q_with(lambda d2, v: -(d2 * np.exp(-v)) - 0.5 * (v + LOG_2_PI)),
        "The factor ½ is missing at the squared distance.",
    ),
    (
        _log_q_with(lambda d2, v: 0.5 * (d2 * np.exp(-v) - v - LOG_2_PI)),
        "The sign of the squared distance is wrong: far points are *less* likely.",
    ),
    (
        _log_q_with(lambda d2, v: 0.5 * (d2 * np.exp(-v) + v + LOG_2_PI)),
        "The minus before the ½ is missing.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v / 2) + v + LOG_2_PI)),
        "You divided by σ: the squared distance is divided by σ², which is `np.exp(z_log_var)`.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-2 * v) + v + LOG_2_PI)),
        "You divided by σ⁴: the squared distance is divided by σ², which is `np.exp(z_log_var)`.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 / v + v + LOG_2_PI)),
        "You divided by the log-variance itself: σ² is `np.exp(z_log_var)`.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(v) + v + LOG_2_PI)),
        "You multiplied by σ²: divide, with `np.exp(-z_log_var)`.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 + v + LOG_2_PI)),
        "The squared distance must be divided by σ², `np.exp(z_log_var)`.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (np.sqrt(d2) * np.exp(-v) + v + LOG_2_PI)),
        "The distance must be squared.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (np.sqrt(d2) * np.exp(-v / 2) + v + LOG_2_PI)),
        "The distance must be squared.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + v / 2 + LOG_2_PI)),
        "log σ² is `z_log_var` itself: halved it is log σ.",
    ),
    (
        _log_q_with(lambda d2, v: -0.5 * (d2 * np.exp(-v) + np.exp(v) + LOG_2_PI)),
        "That is σ² in place of log σ²: the term is `z_log_var` itself.",
    ),
    (
        _log_q_with(total=lambda p: p.mean(axis=2)),
        "You averaged over the latent dimensions: sum over them.",
    ),
    # of something else
    (
        _one_gaussian,
        "That is one Gaussian with the mixture's mean and variances: it has no islands. Mix the n "
        "densities.",
    ),
    (
        _mean_gaussian,
        "That is one Gaussian, of the averaged means and log-variances: mix the n densities.",
    ),
    (
        lambda z, z_mean, z_log_var: norm.logpdf(z).sum(axis=1),
        "That is log p(z), of the prior: the posteriors are not used.",
    ),
)


def _finite(got, shape, what):
    """Return the learner's array as floats, or say what is wrong with its shape or numbers."""
    try:
        array = np.asarray(attempted(got)).astype(float)
    except NotAttempted:
        raise
    except Exception:
        raise Wrong(f"{what} is {show(got)}: expected an array of numbers.") from None
    if array.shape != shape:
        raise Wrong(f"{what} has shape {array.shape}: expected {shape}.")
    if not np.isfinite(array).all():
        raise Wrong(f"{what} holds NaN or infinity.")
    return array


def _toy_decoder(z):
    """Return "images" that tell which points they were made of."""
    return np.tanh(z) + 2


class _Decoder:
    """A decoder that notes the points it gets, in one call or in several."""

    def __init__(self, latent_dim):
        self.latent_dim = latent_dim
        self.parts = []

    def __call__(self, z):
        what = "What you gave to `decode`"
        shape = getattr(attempted(z), "shape", None) or np.shape(z)
        if len(shape) == 1 and shape[0] == self.latent_dim:
            raise Wrong(
                f"{what} has shape {tuple(shape)}: `decode` takes rows, one a point. A single "
                f"point is an array of shape (1, {self.latent_dim})."
            )
        rows = shape[0] if len(shape) else 0
        self.parts.append(_finite(z, (rows, self.latent_dim), what))
        return _toy_decoder(self.parts[-1])


def _sampled(answer, temperature, seed=5, n=4_000, latent_dim=3):
    """Let the learner sample, and return the points of the images."""
    decoder = _Decoder(latent_dim)
    got = call(answer, decoder, n, latent_dim, np.random.default_rng(seed), temperature)
    if not decoder.parts:
        raise Wrong("`decode` was never called: it turns your points into images.")
    seen = np.concatenate(decoder.parts)[-n:]
    if len(seen) < n:
        raise Wrong(f"`decode` was given {len(seen)} points: expected n = {n}.")
    images = _finite(got, (n, latent_dim), "What you returned")
    _check_images(images, seen, temperature)
    return seen


def _check_images(images, z, temperature):
    if np.array_equal(images, z):
        raise Wrong("You returned the points: return what `decode` makes of them.")
    decoded = _toy_decoder(z)
    if temperature != 1 and np.allclose(images, temperature * decoded):
        raise Wrong("You multiplied the *images* by the temperature: multiply the points.")
    expect(
        np.allclose(images, decoded),
        "What you returned is not what `decode` gave: return its images unchanged.",
    )


def _check_prior(z):
    """Judge what should be independent draws of N(0, 1)."""
    if np.allclose(z, z[:1]):
        raise Wrong("All points are the same: draw `n` of them, an array `(n, latent_dim)`.")
    if len(np.unique(z, axis=0)) < len(z):
        raise Wrong("Some points come more than once: each of the `n` needs noise of its own.")
    if np.allclose(z, z[:, :1]):
        raise Wrong("The three coordinates of a point are equal: each needs noise of its own.")
    if z.min() >= 0:
        raise Wrong(
            f"Your points run from {z.min():.2f} to {z.max():.2f}: that is not N(0, 1), which is "
            "negative half of the time. `rng.random` draws evenly from 0 to 1."
        )
    if abs(z.mean() - 1) < 0.05 and abs(z.std() - 1) < 0.05:
        raise Wrong(
            "At temperature 1 your coordinates have mean 1: the temperature multiplies the noise, "
            "it is not added. (Where `rng.normal` takes it: first the mean, then the deviation.)"
        )
    expect(
        abs(z.mean()) < 0.05 and abs(z.std() - 1) < 0.05,
        f"At temperature 1 your coordinates have mean {z.mean():.2f} and standard deviation "
        f"{z.std():.2f}: expected 0 and 1.",
    )
    expect(
        np.abs(z).max() > 3.2,
        f"No coordinate is larger than {np.abs(z).max():.2f}: that is not a normal distribution. "
        "Even or clipped noise ends there; N(0, 1) goes beyond 3 now and then.",
    )
    expect(
        kstest(z.ravel(), "norm").statistic < 0.025,
        "Mean and deviation are right, but that is not a normal distribution: use "
        "`rng.standard_normal`.",
    )
    between = np.corrcoef(z.T) - np.eye(z.shape[1])
    expect(
        np.abs(between).max() < 0.08,
        "The coordinates of a point depend on each other: each needs noise of its own.",
    )


def _check_temperature(deviation):
    """Judge the standard deviation at temperature 0.5."""
    mistakes = {
        1.0: "The temperature is not used.",
        2.0: "You divided by the temperature: a low one must keep the points near the origin.",
        0.25: "You squared the temperature: it is the standard deviation itself.",
        np.sqrt(0.5): "The temperature is the standard deviation, not the variance.",
        np.exp(0.25): "The temperature is the standard deviation itself, not a log-variance.",
    }
    for mistake, message in mistakes.items():
        if abs(deviation / mistake - 1) < 0.05:
            raise Wrong(f"At temperature 0.5 the coordinates deviate by {deviation:.2f}. {message}")
    expect(
        abs(deviation - 0.5) < 0.025,
        f"At temperature 0.5 the coordinates have standard deviation {deviation:.2f}: expected "
        "0.5.",
    )


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
            "a": "That gives a reconstruction, not something new: section 1.",
            "b": "The encoder is not needed any more.",
            "c": "Even noise from 0 to 1 reaches one corner of the space: use the prior's noise, "
            "as in section 1.",
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
            "a": "The steps are narrow in the middle and wide outside: section 3.",
            "b": "Nothing makes images change evenly; a class border may lie between two steps. "
            "Look at the grid of section 3.",
            "c": "Each image of the grid stands for about as many samples as any other.",
        },
    ),
    Question(
        "Nine of ten samples of a model are recognised as digits. Is it a good generator?",
        {
            "a": "One cannot say: perhaps all are the same digit.",
            "b": "Yes: that is nearly the share of real digits, so nothing is missing.",
            "c": "No: a good generator reaches ten of ten.",
        },
        right="a",
        feedback={
            "a": "The plain autoencoder of section 4 showed it: look at diversity as well.",
            "b": "Look at section 4 again: an autoencoder reached that with a single digit.",
            "c": "Not even all real test images are recognised: the first row of section 4.",
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
            "a": "Two moments do not make a distribution: islands can have them: section 7.",
            "b": "Only the density itself, such as log q(z) − log p(z), tells where the holes are.",
            "c": "Collapsed posteriors have these moments, but so do many others: section 7.",
        },
    ),
    Question(
        "Why is a mixture fitted to *draws* from the posteriors and not to their means?",
        {
            "a": "Draws give more data.",
            "b": "Means cannot be computed for new images.",
            "c": "The decoder was trained on draws; the means alone are less spread.",
        },
        right="c",
        feedback={
            "a": "One draw an image gives as many points as one mean an image: section 8.",
            "b": "The encoder gives a mean for any image. Read section 8 again.",
            "c": "The variance of q(z) is that of the means plus the mean of the variances.",
        },
    ),
    chapter=__name__,
)
