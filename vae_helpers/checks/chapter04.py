"""Exercises of chapter 04: sampling."""

import numpy as np
from scipy.special import logit, logsumexp, softmax
from scipy.stats import kstest, norm

from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Case,
    NotAttempted,
    Prediction,
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
        "Go backwards: first the n ranks, from 0 to 1, then the z that belongs to each.",
        "Each part is 1/n wide and its middle lies half a part further: (k + ½)/n for k = 0, 1, …, "
        "n − 1, which `np.arange(n)` counts.",
        "Φ, from z to rank, is `norm.cdf`. You need its inverse, the percent point function: "
        "`norm.ppf(rank)`.",
    ),
    title="Equal shares of probability",
)
def quantile_values(answer):
    """Return the middles of n equal parts of N(0, 1)."""
    expect_function(
        answer,
        lambda n: norm.ppf((np.arange(n) + 0.5) / n),
        [(4,), (5,), (7,)],
        mistakes=QUANTILE_MISTAKES,
        look_at="The ranks ½/n, 1½/n, …, 1 − ½/n, then through the inverse of Φ: random draws only "
        "come near.",
    )
    return "Equal shares of probability: narrow steps in the middle, wide ones outside."


def _middles(n):
    return (np.arange(n) + 0.5) / n


def _quantiles(ranks):
    """Return the answer that takes these ranks."""
    return lambda n: norm.ppf(ranks(n))


INFINITE_ENDS = (
    "The quantiles of 0 and 1 are −∞ and +∞: take the *middles* of the parts, from ½/n to 1 − ½/n."
)
BORDERS = "Those are borders of parts: the middle lies half a part further, at (k + ½)/n."

QUANTILE_MISTAKES = (
    (_quantiles(lambda n: np.linspace(0, 1, n)), INFINITE_ENDS),
    (_quantiles(lambda n: np.arange(n) / n), INFINITE_ENDS + " You took the left border of each."),
    (
        _quantiles(lambda n: (np.arange(n) + 1) / n),
        INFINITE_ENDS + " You took the right border of each.",
    ),
    (
        _quantiles(lambda n: np.linspace(0, 1, n + 2)[1:-1]),
        "You cut 0 to 1 into n + 1 parts and took the borders between them: cut it in n, and take "
        "the middle of each.",
    ),
    (_quantiles(lambda n: np.linspace(0, 1, n + 1)[1:-1]), BORDERS + " And there are n of them."),
    (
        _quantiles(lambda n: np.linspace(0.01, 0.99, n)),
        "From 0.01 to 0.99 the outer images stand "
        "for less than the inner ones: the first middle lies at ½/n.",
    ),
    (_middles, "Those are the ranks: which z belongs to each?"),
    (
        lambda n: norm.cdf(_middles(n)),
        "Φ goes from z to rank; you need its inverse, `norm.ppf`.",
    ),
    (lambda n: norm.pdf(_middles(n)), "`norm.pdf` is the density; you need `norm.ppf`."),
    (
        lambda n: np.linspace(norm.ppf(0.5 / n), norm.ppf(1 - 0.5 / n), n),
        "The ends are right, but those are equal steps of z, not of probability.",
    ),
    (
        lambda n: norm.ppf(_middles(n))[::-1],
        "The order is turned round: begin with the smallest.",
    ),
    (
        lambda n: logit(_middles(n)),
        "That is the logarithm of the odds, the inverse of the *logistic* function: the inverse of "
        "the normal's Φ is `norm.ppf`.",
    ),
    (
        lambda n: norm.ppf(_middles(15)),
        "You return 15 values whatever n is: use n.",
    ),
)


@exercise(
    hints=(
        "Two steps: measure mean and covariance of the codes, then draw.",
        "`codes.mean(axis=0)` is the mean (latent_dim,). `np.cov` wants one *row* for each "
        "dimension, so give it `codes.T`; the result is (latent_dim, latent_dim).",
        "`rng.multivariate_normal(mean, covariance, n)` draws n points. By hand: "
        "`mean + noise @ np.linalg.cholesky(covariance).T`.",
    ),
    title="One Gaussian",
)
def sample_gaussian(answer):
    """Draw points of the Gaussian with the mean and covariance of the codes."""
    z = _of_gaussian(answer, 6_000, seed=1)
    _check_own_points(z)
    _check_gaussian_mean(z.mean(axis=0), 4 * z.std(axis=0) / np.sqrt(len(z)))
    _check_covariance(np.cov(z.T))
    whitened = np.linalg.solve(np.linalg.cholesky(GAUSSIAN_COVARIANCE), (z - CODES.mean(axis=0)).T)
    expect(
        kstest(whitened.ravel(), "norm").statistic < 0.025,
        "Mean and covariance are right, but that is not a normal distribution: use "
        "`rng.multivariate_normal`, or noise of `rng.standard_normal`.",
    )
    expect(
        np.array_equal(_of_gaussian(answer, 6_000, seed=1), z),
        "Two generators with the same seed gave different points: draw from `rng` alone, nothing "
        "from `np.random`.",
    )
    expect(not np.array_equal(_of_gaussian(answer, 6_000, seed=2), z), OWN_SEED, "seed")
    _of_gaussian(answer, 7, seed=1)
    return "The simplest density of all, and the ghosts are gone: see what it draws."


# 400 codes that are no Gaussian themselves, with a mean, unequal deviations, and correlations.
CODES = np.random.default_rng(8).choice([-1.0, 1.0], (400, 3)) @ np.array(
    [[3.0, 1.5, 0.0], [0.0, 0.8, 0.6], [0.0, 0.0, 0.3]]
) + np.array([40.0, -10.0, 5.0])
GAUSSIAN_COVARIANCE = np.cov(CODES.T)


def _of_gaussian(answer, n, seed):
    """Let the learner draw n points of the Gaussian of CODES."""
    with advice(
        "The mean has shape (3,), the covariance (3, 3) here: average over the images, `axis=0`, "
        "and give `np.cov` one row for each dimension, `codes.T`.",
        about="broadcast|shape|length|dimension|square|aligned|mean and cov|matmul",
    ):
        got = call(answer, CODES.copy(), n, np.random.default_rng(seed))
    if np.shape(got) == (3, n):
        raise Wrong(f"Your points have shape (3, {n}): one *row* a point, ({n}, 3).", "mistake")
    if np.shape(got) == (len(CODES), 3) and n != len(CODES):
        raise Wrong(
            f"You returned {len(CODES)} points, one for each code: n = {n} are asked for.",
            "mistake",
        )
    return _finite(got, (n, 3), f"sample_gaussian(codes, {n}, rng)")


def _check_own_points(z):
    """Expect points that are all different, and no codes."""
    if np.isclose(z[:50, None], CODES, atol=1e-9).all(axis=2).any():
        raise Wrong(
            "Your points are codes that were there before: copies. Measure mean and covariance, "
            "and draw new points.",
            "mistake",
        )
    if np.allclose(z, z[:1]):
        raise Wrong("All points are the same: draw n of them.", "mistake")
    if len(np.unique(z, axis=0)) < len(z):
        raise Wrong("Some points come more than once: each of the n needs noise of its own.")


def _check_gaussian_mean(got, by_chance):
    """Judge the mean of the points, which may be off by chance."""
    right = CODES.mean(axis=0)
    text = (
        f"Your points have the mean {got.round(1).tolist()}, the codes {right.round(1).tolist()}. "
    )
    if np.abs(got).max() < 0.5:
        raise Wrong(text + "Add the mean of the codes.", "mistake")
    if np.ptp(got) < 2 * by_chance.max() + 0.5 and abs(got.mean() - right.mean()) < 1:
        raise Wrong(text + "Each dimension has a mean of its own: `axis=0`.", "mistake")
    if np.allclose(got, 2 * right, rtol=0.05, atol=0.3):
        raise Wrong(text + "The mean was added twice.", "mistake")
    are_equal = (np.abs(got - right) < by_chance + 0.1).all()
    expect(are_equal, text + "They should be equal, but for chance.")


def _check_covariance(got):
    """Judge the covariance (3, 3) of the points."""
    right = GAUSSIAN_COVARIANCE
    variances = np.diag(right)
    deviations, root = np.sqrt(variances), np.linalg.cholesky(right)
    text = (
        f"The codes have the deviations {deviations.round(2).tolist()}, your points "
        f"{np.sqrt(np.diag(got)).round(2).tolist()}. "
    )
    for mistake, message in (
        (np.eye(3), "That is the prior's noise, moved to the mean: it needs the covariance too."),
        (
            np.diag(variances),
            "Your dimensions do not depend on each other, those of the codes do: use the whole "
            "covariance, `np.cov(codes.T)`, not the variances alone.",
        ),
        (
            np.diag(variances**2),
            "You took the variance for the deviation, and left out that dimensions depend on each "
            "other: use `np.cov(codes.T)`.",
        ),
        (np.diag(deviations), "You took the deviation for the variance: use `np.cov(codes.T)`."),
        (
            np.eye(3) * variances.mean(),
            "All your dimensions have the same deviation: each has its own, and they depend on "
            "each other.",
        ),
        (
            np.eye(3) * CODES.var(),
            "All your dimensions have the same deviation, that of all numbers together: use "
            "`np.cov(codes.T)`.",
        ),
        (
            np.outer(deviations, deviations),
            "All dimensions of a point share one noise: draw noise of shape (n, latent_dim).",
        ),
        (
            right @ right,
            "You multiplied the noise by the covariance: it needs its root, "
            "`np.linalg.cholesky(covariance).T`.",
        ),
        (
            root.T @ root,
            "The root stands the wrong way round: `noise @ np.linalg.cholesky(covariance).T`.",
        ),
        (
            np.corrcoef(CODES.T),
            "Those are the *correlations*, with all deviations at 1: use `np.cov`.",
        ),
        (
            right + np.outer(CODES.mean(axis=0), CODES.mean(axis=0)),
            "You averaged products of the codes without taking their mean away: use `np.cov`.",
        ),
        (
            np.linalg.inv(right),
            "That is the inverse of the covariance.",
        ),
        (
            right / len(CODES),
            "The covariance was divided by the number of codes once more: `np.cov` has done that.",
        ),
    ):
        if np.allclose(got, mistake, rtol=0.1, atol=0.03 * np.abs(mistake).max()):
            raise Wrong(text + message, "mistake")
    expect(
        np.allclose(got, right, atol=0.06 * np.abs(right).max())
        and np.allclose(np.diag(got), variances, rtol=0.08),
        text + "Compare `np.cov` of your points with that of the codes, all of it.",
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


@exercise(
    hints=(
        "Three log densities of the same points: under each point's own posterior, under the "
        "mixture of all, under the prior. The two parts are differences of these.",
        "A point's own posterior: `norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2))` with "
        "`m = len(z)`, summed over the latent dimensions, axis 1. The prior: `norm.logpdf(z)`, "
        "summed as well.",
        "The information is the mean of `log_own - log_mixture`, the rest the mean of "
        "`log_mixture - log_prior`. Return both.",
    ),
    title="The surgery of the ELBO",
)
def surgery(answer):
    """Return the information and KL(q(z) ‖ p(z))."""
    with advice(OWN_POSTERIORS, about="broadcast|shape"):
        expect_function(
            answer,
            _surgery,
            [_surgery_case(3, 4, 2, 1), _surgery_case(5, 7, 3, 2), _surgery_case(6, 9, 2, 5)],
            mistakes=SURGERY_MISTAKES,
            parts=("the information", "KL(q(z) ‖ p(z))"),
            look_at="Compute `log_own`, `log_mixture` and `log_prior`, one number a point, and "
            "compare with the formula.",
        )
    return "KL term = information + distance from the prior. Now see how far it can be believed."


OWN_POSTERIORS = (
    "There are fewer points than images: the posteriors of the points are the first `m = len(z)`, "
    "`z_mean[:m]` and `z_log_var[:m]`."
)


def _surgery_case(m, n, latent_dim, seed):
    """Return draws of the first m of n posteriors, and the posteriors."""
    rng = np.random.default_rng(seed)
    z_mean = rng.normal(0.3, 1.2, size=(n, latent_dim))
    z_log_var = rng.normal(-0.8, 0.7, size=(n, latent_dim))
    z = z_mean[:m] + np.exp(z_log_var[:m] / 2) * rng.standard_normal((m, latent_dim))
    return z, z_mean, z_log_var


def _own(z, z_mean, z_log_var):
    """Return log q(z|x) of each point."""
    m = len(z)
    return _log_density(np.square(z - z_mean[:m]), z_log_var[:m]).sum(axis=1)


def _prior(z, z_mean=None, z_log_var=None):
    return norm.logpdf(z).sum(axis=1)


def _surgery_with(own=_own, mixture=_log_q, prior=_prior, reduce=np.mean):
    """Return the surgery with another log density, or another reduction."""

    def surgery(z, z_mean, z_log_var):
        parts = [density(z, z_mean, z_log_var) for density in (own, mixture, prior)]
        return reduce(parts[0] - parts[1]), reduce(parts[1] - parts[2])

    return surgery


_surgery = _surgery_with()


def _own_with(density):
    """Return log q(z|x) with another log density in a dimension."""

    def own(z, z_mean, z_log_var):
        m = len(z)
        return density(z, z_mean[:m], z_log_var[:m]).sum(axis=1)

    return own


def _first_posteriors(z, z_mean, z_log_var):
    return _log_q(z, z_mean[: len(z)], z_log_var[: len(z)])


def _kl_term(z, z_mean, z_log_var):
    return np.mean(_own(z, z_mean, z_log_var) - _prior(z))


AVERAGED_DIMENSIONS = (
    "You averaged over the latent dimensions: log densities of a point are *summed* over them."
)

SURGERY_MISTAKES = (
    (
        lambda *args: _surgery(*args)[::-1],
        "The two parts are exchanged: first the information, then KL(q(z) ‖ p(z)).",
    ),
    (
        _surgery_with(reduce=np.sum),
        "Those are sums over the points: take the means.",
    ),
    (
        _surgery_with(reduce=lambda parts: parts),
        "Those are the parts of every single point: take the mean of each.",
    ),
    (
        _surgery_with(reduce=np.median),
        "Those are medians: an expectation is a mean.",
    ),
    (
        _surgery_with(reduce=lambda parts: -np.mean(parts)),
        "Both signs are turned round: own minus mixture, and mixture minus prior.",
    ),
    (
        lambda *args: (_kl_term(*args), _surgery(*args)[1]),
        "Your first part is the whole KL term, own minus *prior*: the information is own minus "
        "*mixture*.",
    ),
    (
        lambda *args: (_surgery(*args)[0], _kl_term(*args)),
        "Your second part is the whole KL term, own minus prior: the rest is *mixture* minus "
        "prior.",
    ),
    (
        lambda *args: (_surgery(*args)[0], -_surgery(*args)[1]),
        "The sign of the second part is turned round: mixture minus prior.",
    ),
    (
        lambda *args: (-_surgery(*args)[0], _surgery(*args)[1]),
        "The sign of the first part is turned round: own minus mixture.",
    ),
    (
        _surgery_with(own=_own_with(lambda z, m, v: norm.logpdf(z, m, np.exp(v)))),
        "`norm.logpdf` takes the *deviation*, `np.exp(z_log_var / 2)`: you gave it the variance.",
    ),
    (
        _surgery_with(own=_own_with(lambda z, m, v: norm.logpdf(z, m))),
        "The posteriors have deviations of their own: `np.exp(z_log_var[:m] / 2)`.",
    ),
    (
        _surgery_with(own=_own_with(lambda z, m, v: norm.logpdf(z, 0, np.exp(v / 2)))),
        "The posteriors have means of their own: `z_mean[:m]`.",
    ),
    (
        _surgery_with(mixture=_first_posteriors),
        "Your mixture has only the first `len(z)` posteriors: q(z) has all n.",
    ),
    (
        _surgery_with(
            mixture=_log_q_with(combine=lambda p: logsumexp(p, axis=1)),
        ),
        "The mixture is the mean of n densities: log n is missing.",
    ),
    (
        _surgery_with(
            own=lambda z, m, v: _own(z, m, v) / z.shape[1],
            mixture=lambda z, m, v: _log_q(z, m, v) / z.shape[1],
            prior=lambda z, m, v: _prior(z) / z.shape[1],
        ),
        AVERAGED_DIMENSIONS,
    ),
    (
        _surgery_with(
            own=lambda z, m, v: _own(z, m, v) / z.shape[1],
            prior=lambda z, m, v: _prior(z) / z.shape[1],
        ),
        AVERAGED_DIMENSIONS,
    ),
    (
        _surgery_with(own=_own_with(lambda z, m, v: norm.pdf(z, m, np.exp(v / 2)))),
        "`norm.pdf` is the density: all three must be *logarithms*, `norm.logpdf`.",
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


one_gaussian = Prediction(
    "The AE gets noise of one Gaussian with the mean and covariance of its codes. What will its "
    "images be, beside those that the VAE makes of N(0, I)?",
    {
        "a": "Still ghosts: its decoder was never trained on noise.",
        "b": "Better than ghosts, and clearly worse than the VAE's.",
        "c": "No worse than the VAE's, by all three numbers.",
        "d": "Nearly all of them readable digits.",
    },
    right="c",
    feedback={
        "a": "The decoder has seen codes as far out as this, and it makes digits there.",
        "b": "By share recognised, diversity and distance the AE is level or a little ahead here.",
        "c": "Place and scale were all that the AE lacked. We saw the same with three training "
        "seeds.",
        "d": "A little more than half are recognised: one Gaussian does not know where the holes "
        "are.",
    },
    name="one_gaussian",
    chapter=__name__,
)

stretched_copies = Prediction(
    "Copies of 2,000 test images, with all codes multiplied by 1.4 before they are decoded. What "
    "does their distance to real digits do, beside that of plain copies?",
    {
        "a": "It falls: stretched copies are nearer to real digits.",
        "b": "It stays: the decoder evens it out.",
        "c": "It grows: these points are no codes of anything.",
    },
    right="a",
    feedback={
        "a": "A posterior mean is a careful guess, and its image is soft. Stretched codes give "
        "bolder strokes, which the judge's features take for more like real ones, though each copy "
        "is *less* like its original: the squared error grows by a quarter. The distance compares "
        "two crowds and sees no pairs. So samples may beat copies, and a good distance is no proof "
        "of a good copy. All this held for three training seeds.",
        "b": "The images change: look at the strokes from row to row.",
        "c": "That would be reasonable: copies do get less like their originals. But the distance "
        "compares crowds, not pairs.",
    },
    name="stretched_copies",
    chapter=__name__,
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
            "a": "The steps are narrow in the middle and wide outside: section 2.",
            "b": "Nothing makes images change evenly; a class border may lie between two steps. "
            "Look at the grid of section 2.",
            "c": "Each image of the grid stands for as many samples as any other.",
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
            "a": "The plain autoencoder of section 3 showed it: look at diversity as well.",
            "b": "Look at section 3 again: an autoencoder reached that with a single digit.",
            "c": "Not even all real test images are recognised: the first row of section 3.",
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
            "a": "Two moments do not make a distribution: islands can have them: section 6.",
            "b": "Only the density itself, such as log q(z) − log p(z), tells where the holes are.",
            "c": "Collapsed posteriors have these moments, but so do many others: section 6.",
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
