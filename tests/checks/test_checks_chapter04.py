"""The checkers of chapter 04."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from scipy.special import logsumexp
from scipy.stats import norm

from vae_helpers import metrics
from vae_helpers.checks import chapter04
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("04")))
def test_robust(name):
    assert_robust(getattr(chapter04, name))


FOREIGN = np.random.default_rng(99)
LOG_2_PI = np.log(2 * np.pi)


def sampler(draw):
    return lambda decode, n, d, rng, t=1.0: decode(draw(rng, n, d, t))


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
        "shape (3,)": lambda rng, n, d, t: rng.standard_normal(d),
        "points are the same": lambda rng, n, d, t: np.tile(rng.standard_normal(d), (n, 1)),
        "noise of its own": lambda rng, n, d, t: np.repeat(rng.standard_normal((n, 1)), d, axis=1),
        "expected 0 and 1": lambda rng, n, d, t: 1 + rng.standard_normal((n, d)),
        "not a normal": lambda rng, n, d, t: rng.uniform(-(3**0.5), 3**0.5, (n, d)),
        "not used": lambda rng, n, d, t: rng.standard_normal((n, d)),
        "divided": lambda rng, n, d, t: rng.standard_normal((n, d)) / t,
        "not the variance": lambda rng, n, d, t: rng.standard_normal((n, d)) * np.sqrt(t),
        "not its square root": lambda rng, n, d, t: rng.standard_normal((n, d)) * t**2,
        ": expected 0.5": lambda rng, n, d, t: rng.standard_normal((n, d)) * (1 + t) / 2,
        "from `rng` alone": lambda rng, n, d, t: t * FOREIGN.standard_normal((n, d)),
    }
    for piece, draw in wrong.items():
        assert_wrong(exercise, sampler(draw), piece)
    right = sampler(lambda rng, n, d, t: t * rng.standard_normal((n, d)))
    assert_wrong(exercise, lambda decode, n, d, rng, t: rng.normal(size=(n, d)), "never called")
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

    def p(n, ends):
        return np.linspace(ends, 1 - ends, n)

    assert_right(exercise, lambda n, ends: norm.ppf(p(n, ends)))
    assert_right(exercise, lambda n, ends: -norm.isf(p(n, ends)))
    assert_wrong(exercise, p, "Those are the probabilities")
    assert_wrong(exercise, lambda n, ends: norm.cdf(p(n, ends)), "`norm.ppf`")
    assert_wrong(exercise, lambda n, ends: norm.pdf(p(n, ends)), "the density")
    assert_wrong(exercise, lambda n, ends: norm.ppf(np.linspace(0, 1, n)), "infinity", "−∞")
    assert_wrong(
        exercise, lambda n, e: np.linspace(norm.ppf(e), norm.ppf(1 - e), n), "not in probability"
    )
    assert_wrong(exercise, lambda n, ends: norm.ppf(p(n, ends))[::-1], "turned round")
    assert_wrong(exercise, lambda n, ends: norm.ppf(p(n + 1, ends)), "shape (6,): expected (5,)")
    assert_not_attempted(exercise, lambda n, ends: ...)


def test_class_means():
    exercise = chapter04.class_means

    def of_each(function, order=(0, 1, 2)):
        return lambda z, labels: np.array([function(z[labels == k], axis=0) for k in order])

    assert_right(exercise, of_each(np.mean))
    assert_right(
        exercise, lambda z, labels: np.linalg.pinv(np.eye(3)[labels]) @ z
    )  # least squares on the one-hot labels
    assert_wrong(exercise, lambda z, labels: z.mean(axis=0), "mean of all codes")
    assert_wrong(exercise, of_each(np.sum), "sums")
    assert_wrong(exercise, of_each(np.median), "medians")
    assert_wrong(exercise, of_each(np.mean, (2, 0, 1)), "order 0, 1, 2")
    assert_wrong(exercise, lambda z, labels: of_each(np.mean)(z, labels).T, "swapped")
    assert_wrong(exercise, lambda z, labels: of_each(np.mean)(z, labels).mean(axis=1), "`axis=0`")
    assert_wrong(exercise, lambda z, labels: z, "shape (7, 4): expected (3, 4)")
    assert_not_attempted(exercise, lambda z, labels: ...)


def aggregated(pick=None, deviation=lambda v: np.exp(v / 2), noise=None):
    def sample(z_mean, z_log_var, n, rng):
        i = pick(rng, len(z_mean), n) if pick else rng.integers(len(z_mean), size=n)
        mean = z_mean[i]
        epsilon = noise(rng, mean) if noise else rng.standard_normal(mean.shape)
        return mean + deviation(z_log_var[i]) * epsilon

    return sample


def test_sample_aggregated():
    exercise = chapter04.sample_aggregated
    assert_right(exercise, aggregated())
    assert_right(exercise, aggregated(lambda rng, m, n: rng.choice(m, n)))
    assert_wrong(exercise, aggregated(deviation=np.exp), "0.25", "without the half")
    assert_wrong(exercise, aggregated(deviation=lambda v: 1), "Where σ = 0.5", "1.00")
    assert_wrong(exercise, aggregated(noise=lambda rng, m: 0), "posterior means")
    assert_wrong(
        exercise, aggregated(noise=lambda rng, m: rng.standard_normal((len(m), 1))), "same noise"
    )
    assert_wrong(
        exercise,
        aggregated(deviation=lambda v: np.exp(v[:, :1] / 2)),
        "a σ of its own",
    )
    assert_wrong(exercise, aggregated(lambda rng, m, n: np.zeros(n, int)), "[1.0, 0.0, 0.0]")
    assert_wrong(exercise, aggregated(lambda rng, m, n: slice(n)), "shape (3, 2)")
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


def test_log_q():
    exercise = chapter04.log_q
    assert_right(exercise, mixture())
    assert_right(exercise, metrics.log_aggregated_posterior)
    assert_right(exercise, lambda z, m, v: np.array([mixture()(row[None], m, v)[0] for row in z]))
    assert_wrong(exercise, naive_log_q, "infinite", "`logsumexp`")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, v) + np.log(len(m)), "subtract log n")
    assert_wrong(exercise, mixture(constant=0), "2π a dimension is missing")
    assert_wrong(exercise, mixture(log_term=0), "log σ² is missing")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, 2 * v), "not of the deviation")
    assert_wrong(exercise, lambda z, m, v: parts(z, m, v).mean(axis=1), "log of the mean")
    assert_wrong(exercise, lambda z, m, v: parts(z, m, v).sum(axis=1), "adds them up")
    assert_wrong(exercise, parts, "under each posterior")
    assert_wrong(exercise, lambda z, m, v: np.exp(mixture()(z, m, v)), "return its logarithm")
    assert_wrong(exercise, lambda z, m, v: mixture()(z, m, v) + 0.1, "at [0]", "term by term")
    assert_not_attempted(exercise, lambda z, m, v: ...)


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
