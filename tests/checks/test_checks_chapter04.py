"""The checkers of chapter 04."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from scipy.special import logsumexp
from scipy.stats import norm

from vae_helpers import latent, metrics
from vae_helpers.checks import chapter04
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("04")))
def test_robust(name):
    assert_robust(getattr(chapter04, name))


FOREIGN = np.random.default_rng(99)
LOG_2_PI = np.log(2 * np.pi)


def sampler(draw):
    return lambda decode, n, d, rng, t=1.0: decode(draw(rng, n, d, t))


def correlated(rng, n, d):
    """Draw normal coordinates of which each holds half of the one before."""
    z = rng.standard_normal((n, d))
    z[:, 1] = (z[:, 0] + z[:, 1]) / 2**0.5
    return z


def in_parts(decode, n, d, rng, t=1.0):
    return np.concatenate([decode(t * rng.standard_normal((1, d))) for _ in range(n)])


def test_sample_images():
    exercise = chapter04.sample_images
    assert_right(exercise, sampler(lambda rng, n, d, t: t * rng.standard_normal((n, d))))
    assert_right(exercise, sampler(lambda rng, n, d, t: rng.normal(0, t, (n, d))))
    assert_right(
        exercise, sampler(lambda rng, n, d, t: rng.standard_normal((n, d), np.float32) * t)
    )
    assert_right(
        exercise,
        sampler(lambda rng, n, d, t: rng.multivariate_normal([0] * d, t * t * np.eye(d), n)),
    )
    wrong = {
        "`rng.random`": lambda rng, n, d, t: rng.random((n, d)),
        "shape (3, 4000)": lambda rng, n, d, t: rng.standard_normal((d, n)),
        "shape (3,)": lambda rng, n, d, t: t * rng.standard_normal(d),
        "points are the same": lambda rng, n, d, t: np.tile(rng.standard_normal(d), (n, 1)),
        "noise of its own": lambda rng, n, d, t: np.repeat(rng.standard_normal((n, 1)), d, axis=1),
        "it is not added": lambda rng, n, d, t: t + rng.standard_normal((n, d)),
        "expected 0 and 1": lambda rng, n, d, t: 2 + rng.standard_normal((n, d)),
        "not a normal": lambda rng, n, d, t: rng.uniform(-(3**0.5), 3**0.5, (n, d)),
        "not used": lambda rng, n, d, t: rng.standard_normal((n, d)),
        "divided": lambda rng, n, d, t: rng.standard_normal((n, d)) / t,
        "not the variance": lambda rng, n, d, t: rng.standard_normal((n, d)) * np.sqrt(t),
        "You squared the temperature": lambda rng, n, d, t: rng.standard_normal((n, d)) * t**2,
        ": expected 0.5": lambda rng, n, d, t: rng.standard_normal((n, d)) * (1 + t) / 2,
        "from `rng` alone": lambda rng, n, d, t: t * FOREIGN.standard_normal((n, d)),
        "given: one that": lambda rng, n, d, t: (
            t * np.random.default_rng(0).standard_normal((n, d))
        ),
        "clipped": lambda rng, n, d, t: np.clip(t * rng.standard_normal((n, d)), -3, 3),
        "is not a normal": lambda rng, n, d, t: t * rng.laplace(0, 0.5**0.5, (n, d)),
        "more than once": lambda rng, n, d, t: t * rng.choice(rng.standard_normal((99, d)), n),
        "depend on each other": lambda rng, n, d, t: t * correlated(rng, n, d),
    }
    for piece, draw in wrong.items():
        assert_wrong(exercise, sampler(draw), piece)
    right = sampler(lambda rng, n, d, t: t * rng.standard_normal((n, d)))
    assert_right(exercise, in_parts)
    assert_right(exercise, lambda *args: list(in_parts(*args)))
    assert_wrong(exercise, lambda decode, n, d, rng, t: rng.normal(size=(n, d)), "never called")
    assert_wrong(
        exercise,
        lambda decode, n, d, rng, t: t * decode(rng.standard_normal((n, d))),
        "multiplied the *images*",
    )
    assert_wrong(exercise, lambda decode, n, d, rng, t: decode(np.ones((n - 1, d))), "3999 points")
    assert_wrong(exercise, lambda decode, n, d, rng, t: decode(rng.normal(size=d)), "rows, one a")
    assert_wrong(exercise, lambda decode, *rest: right(lambda z: decode(z) and z, *rest), "stopped")
    assert_wrong(exercise, lambda decode, *rest: _points_of(right, decode, *rest), "the points")
    assert_wrong(exercise, lambda decode, *rest: right(decode, *rest) / 2, "unchanged")
    assert_not_attempted(exercise, lambda decode, n, d, rng, t: ...)
    assert_not_attempted(exercise, sampler(lambda rng, n, d, t: ...))


def _points_of(right, decode, *rest):
    points = []
    right(lambda z: points.append(z) or decode(z), *rest)
    return points[0]


def test_quantile_values():
    exercise = chapter04.quantile_values

    def rank(n):
        return (np.arange(n) + 0.5) / n

    assert_right(exercise, lambda n: norm.ppf(rank(n)))
    assert_right(exercise, lambda n: -norm.isf(np.linspace(0.5 / n, 1 - 0.5 / n, n)))
    assert_wrong(exercise, rank, "Those are the ranks")
    assert_wrong(exercise, lambda n: norm.cdf(rank(n)), "`norm.ppf`")
    assert_wrong(exercise, lambda n: norm.pdf(rank(n)), "the density")
    assert_wrong(exercise, lambda n: norm.ppf(np.linspace(0, 1, n)), "inf", "−∞")
    assert_wrong(exercise, lambda n: norm.ppf(np.arange(n) / n), "left border")
    assert_wrong(exercise, lambda n: norm.ppf(np.linspace(0.01, 0.99, n)), "first middle")
    assert_wrong(exercise, lambda n: norm.ppf(np.linspace(0, 1, n + 2)[1:-1]), "n + 1 parts")
    equal_steps = lambda n: np.linspace(norm.ppf(0.5 / n), norm.ppf(1 - 0.5 / n), n)  # noqa: E731
    assert_wrong(exercise, equal_steps, "not of probability")
    assert_wrong(exercise, lambda n: norm.ppf(rank(n))[::-1], "turned round")
    assert_wrong(exercise, lambda n: norm.ppf(rank(n + 1)), "shape (5,): expected (4,)")
    assert_wrong(
        exercise,
        lambda n: np.quantile(np.random.default_rng(0).standard_normal(10_000), rank(n)),
        "random draws only come near",
    )
    assert_not_attempted(exercise, lambda n: ...)


def gaussian(mean=lambda c: c.mean(axis=0), root=None, noise=None):
    root = root or (lambda c: np.linalg.cholesky(np.cov(c.T)).T)
    noise = noise or (lambda rng, n, d: rng.standard_normal((n, d)))
    return lambda codes, n, rng: mean(codes) + noise(rng, n, codes.shape[1]) @ root(codes)


def test_sample_gaussian():
    exercise = chapter04.sample_gaussian

    def library(codes, n, rng):
        return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n)

    assert_right(exercise, library)
    assert_right(exercise, gaussian())
    assert_right(exercise, lambda c, n, rng: library(c, n, rng).tolist())
    assert_right(exercise, latent.sample_gaussian)
    wrong = {
        "Add the mean": gaussian(mean=lambda c: 0),
        "a mean of its own": gaussian(mean=lambda c: c.mean()),
        "prior's noise, moved": gaussian(root=lambda c: np.eye(3)),
        "do not depend on each other": gaussian(root=lambda c: np.diag(c.std(axis=0))),
        "variance for the deviation": gaussian(root=lambda c: np.diag(c.var(axis=0))),
        "deviation for the variance": gaussian(root=lambda c: np.diag(c.std(axis=0) ** 0.5)),
        "needs its root": gaussian(root=lambda c: np.cov(c.T)),
        "wrong way round": gaussian(root=lambda c: np.linalg.cholesky(np.cov(c.T))),
        "*correlations*": gaussian(root=lambda c: np.linalg.cholesky(np.corrcoef(c.T)).T),
        "that of all numbers": gaussian(root=lambda c: np.eye(3) * c.std()),
        "share one noise": lambda c, n, rng: (
            c.mean(axis=0) + rng.standard_normal((n, 1)) * c.std(axis=0)
        ),
        "not a normal distribution": gaussian(
            noise=lambda rng, n, d: rng.uniform(-(3**0.5), 3**0.5, (n, d))
        ),
        "same deviation: each": gaussian(root=lambda c: np.eye(3) * c.var(axis=0).mean() ** 0.5),
        "copies": lambda c, n, rng: c[rng.integers(len(c), size=n)],
        "one *row* a point": lambda c, n, rng: library(c, n, rng).T,
        "one for each code": lambda c, n, rng: library(c, len(c), rng),
        "`axis=0`": lambda c, n, rng: rng.multivariate_normal(c.mean(axis=1), np.cov(c.T), n),
        "`codes.T`": lambda c, n, rng: rng.multivariate_normal(c.mean(axis=0), np.cov(c), n),
        "seeded inside": lambda c, n, rng: library(c, n, np.random.default_rng(0)),
        "from `rng` alone": lambda c, n, rng: library(c, n, np.random.default_rng()),
        "draw n of them": lambda c, n, rng: np.tile(library(c, 1, rng), (n, 1)),
        "more than once": lambda c, n, rng: library(c, 50, rng)[rng.integers(50, size=n)],
        "taking their mean away": lambda c, n, rng: rng.multivariate_normal(
            c.mean(axis=0), c.T @ c / len(c), n
        ),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda codes, n, rng: ...)


def aggregated(pick=None, deviation=lambda v: np.exp(v / 2), noise=None):
    def sample(z_mean, z_log_var, n, rng):
        i = pick(rng, len(z_mean), n) if pick else rng.integers(len(z_mean), size=n)
        mean = z_mean[i]
        epsilon = noise(rng, mean) if noise else rng.standard_normal(mean.shape)
        return mean + deviation(z_log_var[i]) * epsilon

    return sample


def one_by_one(z_mean, z_log_var, n, rng):
    """Draw as slowly as one can."""
    points = []
    for _ in range(n):
        i = rng.integers(len(z_mean))
        points.append([rng.normal(m, np.exp(v / 2)) for m, v in zip(z_mean[i], z_log_var[i])])  # noqa: B905
    return points


def drawn_before_choosing(z_mean, z_log_var, n, rng):
    z = z_mean + np.exp(z_log_var / 2) * rng.standard_normal(z_mean.shape)
    return z[rng.integers(len(z_mean), size=n)]


def two_choices(z_mean, z_log_var, n, rng):
    i, j = rng.integers(len(z_mean), size=(2, n))
    return z_mean[i] + np.exp(z_log_var[j] / 2) * rng.standard_normal((n, 2))


def averaged(z_mean, z_log_var, n, rng):
    deviation = np.exp(z_log_var.mean(axis=0) / 2)
    return z_mean.mean(axis=0) + deviation * rng.standard_normal((n, 2))


def in_random_turns(rng, m, n):
    """Choose each image once before any comes again."""
    return np.concatenate([rng.permutation(m) for _ in range(n // m + 1)])[:n]


def test_sample_aggregated():
    exercise = chapter04.sample_aggregated
    assert_right(exercise, aggregated())
    assert_right(exercise, aggregated(lambda rng, m, n: rng.choice(m, n)))
    assert_right(exercise, one_by_one)
    assert_wrong(exercise, aggregated(deviation=np.exp), "0.25", "without the half")
    assert_wrong(exercise, aggregated(deviation=lambda v: 1), "Where σ = (0.5", "prior's noise")
    assert_wrong(
        exercise, aggregated(deviation=lambda v: np.exp(-v / 2)), "sign in the exponential"
    )
    assert_wrong(
        exercise,
        aggregated(deviation=lambda v: np.exp(v.mean() / 2)),
        "averaged the log-variances",
    )
    assert_wrong(exercise, aggregated(noise=lambda rng, m: 0), "posterior means")
    assert_wrong(
        exercise, aggregated(noise=lambda rng, m: rng.standard_normal((len(m), 1))), "same noise"
    )
    assert_wrong(
        exercise,
        aggregated(deviation=lambda v: np.exp(v[:, :1] / 2)),
        "a σ of its own",
    )
    assert_wrong(exercise, aggregated(lambda rng, m, n: np.zeros(n, int)), "one and the same")
    assert_wrong(exercise, aggregated(lambda rng, m, n: rng.integers(m - 1, size=n)), "The last")
    assert_wrong(
        exercise, aggregated(lambda rng, m, n: rng.choice(m, n, p=[0.5, 0.3, 0.2])), "shares [0.5,"
    )
    assert_wrong(exercise, aggregated(lambda rng, m, n: slice(n)), "returned 3, one for each")
    assert_wrong(exercise, aggregated(lambda rng, m, n: np.arange(n) % m), "in turn")
    assert_wrong(
        exercise,
        lambda m, v, n, rng: m[:n] + np.exp(v[:n] / 2) * rng.standard_normal((n, 2)),
        "broadcast",
        "choose an image for each point",
    )
    assert_wrong(exercise, aggregated(in_random_turns), "never choose the same image twice")
    even = aggregated(noise=lambda rng, m: rng.uniform(-(3**0.5), 3**0.5, m.shape))
    assert_wrong(exercise, even, "not that of a normal")
    assert_wrong(exercise, aggregated(noise=lambda rng, m: rng.random(m.shape)), "not centred")
    once = aggregated(noise=lambda rng, m: rng.standard_normal(m.shape[1]))
    assert_wrong(exercise, once, "drawn once")
    assert_wrong(exercise, drawn_before_choosing, "drawn once")
    assert_wrong(exercise, two_choices, "different images")
    assert_wrong(exercise, averaged, "into one")
    assert_wrong(exercise, lambda m, v, n, rng: rng.standard_normal((n, 2)), "those of the prior")
    assert_wrong(
        exercise,
        lambda m, v, n, rng: aggregated()(m, v, n, np.random.default_rng(0)),
        "seeded inside",
    )
    fixed_noise = aggregated(noise=lambda rng, m: np.random.default_rng(0).standard_normal(m.shape))
    assert_wrong(exercise, fixed_noise, "seeded inside")
    fixed_choice = aggregated(lambda rng, m, n: np.random.default_rng(0).integers(m, size=n))
    assert_wrong(exercise, fixed_choice, "seeded inside")
    assert_wrong(
        exercise,
        lambda z_mean, z_log_var, n, rng: rng.permuted(
            aggregated()(z_mean, z_log_var, n, rng), axis=0
        ),
        "far from all three",
    )
    assert_wrong(
        exercise,
        lambda z_mean, v, n, rng: aggregated()(z_mean, v, n, np.random.default_rng()),
        "from `rng` alone",
    )
    assert_not_attempted(exercise, lambda z_mean, z_log_var, n, rng: ...)


def naive_log_q(z, z_mean, z_log_var):
    """Leave the logarithms too early."""
    density = np.exp(parts(z, z_mean, z_log_var))
    with np.errstate(divide="ignore"):
        return np.log(density.mean(axis=1))


def parts(z, z_mean, z_log_var, constant=LOG_2_PI, log_term=1.0):
    squares = np.square(z[:, None] - z_mean) * np.exp(-z_log_var)
    return -0.5 * (squares + log_term * z_log_var + constant).sum(axis=2)


def mixture(**changes):
    def log_q(z, z_mean, z_log_var):
        return logsumexp(parts(z, z_mean, z_log_var, **changes), axis=1) - np.log(len(z_mean))

    return log_q


def one_maximum_for_all(z, z_mean, z_log_var):
    log_density = parts(z, z_mean, z_log_var)
    largest = log_density.max()
    with np.errstate(divide="ignore"):
        return largest + np.log(np.exp(log_density - largest).mean(axis=1))


def test_log_q():
    exercise = chapter04.log_q
    assert_right(exercise, mixture())
    assert_right(exercise, metrics.log_aggregated_posterior)
    assert_right(exercise, lambda z, m, v: np.array([mixture()(row[None], m, v)[0] for row in z]))
    assert_wrong(exercise, naive_log_q, "-inf", "`logsumexp(…, axis=1)`")
    assert_wrong(exercise, one_maximum_for_all, "each needs its own")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, v) + np.log(len(m)), "subtract log n")
    assert_wrong(exercise, mixture(constant=0), "2π a dimension is missing")
    assert_wrong(exercise, mixture(log_term=0), "log σ² is missing")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, 2 * v), "not of the deviation")
    assert_wrong(exercise, lambda z, m, v: parts(z, m, v).mean(axis=1), "log of the mean")
    assert_wrong(exercise, lambda z, m, v: parts(z, m, v).sum(axis=1), "adds them up")
    assert_wrong(exercise, parts, "under each posterior")
    assert_wrong(exercise, lambda z, m, v: np.exp(mixture()(z, m, v)), "return its logarithm")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, v) + 0.1, "too large by 0.1")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, v) + 0.1 * z[:, 0], "term by term")
    assert_wrong(exercise, lambda z, m, v: parts(z, m, v).max(axis=1), "nearest posterior alone")
    assert_wrong(exercise, lambda z, m, v: 2 * parts(z, m, v).sum(axis=1), "term by term")
    assert_wrong(exercise, lambda z, m, v: norm.logpdf(z).sum(axis=1), "of the prior")
    assert_not_attempted(exercise, lambda z, m, v: ...)


def cut(own=None, mixed=None, prior=None, reduce=np.mean):
    own = own or (lambda z, m, v: norm.logpdf(z, m[: len(z)], np.exp(v[: len(z)] / 2)).sum(axis=1))
    mixed, prior = mixed or mixture(), prior or (lambda z: norm.logpdf(z).sum(axis=1))

    def surgery(z, z_mean, z_log_var):
        log_q = mixed(z, z_mean, z_log_var)
        return reduce(own(z, z_mean, z_log_var) - log_q), reduce(log_q - prior(z))

    return surgery


def test_surgery():
    exercise = chapter04.surgery
    assert_right(exercise, cut())
    assert_right(exercise, lambda *args: list(cut()(*args)))
    assert_right(exercise, metrics.elbo_surgery)
    whole = lambda z, m, v: sum(cut()(z, m, v))  # noqa: E731
    wrong = {
        "exchanged": lambda *args: cut()(*args)[::-1],
        "take the means": cut(reduce=np.sum),
        "every single point": cut(reduce=lambda parts: parts),
        "an expectation is a mean": cut(reduce=np.median),
        "information is own minus": lambda *args: (whole(*args), cut()(*args)[1]),
        "the rest is *mixture*": lambda *args: (cut()(*args)[0], whole(*args)),
        "Both signs": lambda *args: tuple(-part for part in cut()(*args)),
        "the *deviation*": cut(
            own=lambda z, m, v: norm.logpdf(z, m[: len(z)], np.exp(v[: len(z)])).sum(axis=1)
        ),
        "deviations of their own": cut(own=lambda z, m, v: norm.logpdf(z, m[: len(z)]).sum(axis=1)),
        "q(z) has all n": cut(mixed=lambda z, m, v: mixture()(z, m[: len(z)], v[: len(z)])),
        "z_mean[:m]": cut(own=lambda z, m, v: norm.logpdf(z, m, np.exp(v / 2)).sum(axis=1)),
        "*summed* over them": cut(
            own=lambda z, m, v: norm.logpdf(z, m[: len(z)], np.exp(v[: len(z)] / 2)).mean(axis=1),
            prior=lambda z: norm.logpdf(z).mean(axis=1),
        ),
        "log n is missing": cut(mixed=lambda z, m, v: mixture()(z, m, v) + np.log(len(m))),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda z, m, v: ...)
    assert_not_attempted(exercise, lambda z, m, v: (..., ...))


def test_self_test():
    assert isinstance(chapter04.self_test, SelfTest)
    assert len(chapter04.self_test.questions) == 5
    right = {n: question.right for n, question in chapter04.self_test.questions.items()}
    assert_right(chapter04.self_test, right)
    assert_wrong(chapter04.self_test, {**right, 4: "a"}, "4 of 5", "4. ✗ (a) Two moments")
    assert_not_attempted(chapter04.self_test, dict.fromkeys(right, ...))


def test_the_learners_own_arrays_are_not_shared():
    """An answer that changes its arguments in place does not change what is right."""

    def in_place(z, z_mean, z_log_var):
        result = mixture()(z, z_mean, z_log_var)
        for array in (z, z_mean, z_log_var):
            array[:] = 0
        return result

    assert_right(chapter04.log_q, in_place)
