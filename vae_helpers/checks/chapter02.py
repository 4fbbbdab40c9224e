"""Exercises of chapter 02: the theory of the VAE and reparameterization."""

from collections.abc import Mapping

import numpy as np
from scipy.special import logsumexp
from scipy.stats import kstest, multivariate_normal, norm

from vae_helpers import toys
from vae_helpers.checks.core import (
    Case,
    NotAttempted,
    Prediction,
    Question,
    SelfTest,
    Wrong,
    as_numbers,
    call,
    describe_error,
    exercise,
    expect,
    expect_array,
    expect_function,
    expect_number,
    letter,
    show,
)
from vae_helpers.metrics import kl_divergence as right_kl

W = np.array([1.0, 0.5])


@exercise(
    title="Take photos",
    hints=(
        "Two steps, two draws: first `n` places, then the blur of `n` photos.",
        "The places are `z = rng.standard_normal(n)`; `wire(z)` are the sharp points (n, 2).",
        "The blur has the same shape, (n, 2): a draw of its own for each photo and coordinate, "
        "times `noise`, which is a standard deviation. Draw with `rng`.",
    ),
)
def sample_photos(answer):
    """Draw places from the prior and photos from the likelihood."""
    n, noise = 5_000, 2.0
    what = f"sample_photos(wire, {noise}, {n}, rng)"
    photos, places = _photos_and_places(answer, noise, n, seed=11)
    photos = _finite(photos, (n, 2), what, "One row for each photo, two columns for x₁ and x₂.")
    expect(places.size, f"{what} never calls `wire`: the photo must depend on the place.")
    _expect_prior_places(places, n, noise, what)
    _expect_blur(photos - places[:, None] * W, noise, places, what)
    _expect_own_rng(lambda seed: _places_and_blur(answer, noise, 50, seed))
    places, blur = _places_and_blur(answer, 0.0, 50, seed=12)
    expect(
        np.allclose(blur, 0),
        f"With `noise` = 0 a photo shows the point of the wire itself; yours is off by up to "
        f"{np.abs(blur).max():.2g}. Add nothing but the blur, and do not round.",
    )
    return "That is all a generative model is: draw a cause, then draw what it causes."


def _expect_prior_places(places, n, noise, what):
    """Raise Wrong unless the places are n draws from N(0, 1)."""
    expect(
        len(places) > 1, "All photos show one place: draw `n` places from the prior, one for each."
    )
    expect(
        len(places) == n,
        f"`wire` was asked for {len(places)} places for {n} photos: draw `n` places.",
    )
    if _is_normal(places):
        return
    text = (
        f"{what} draws places with mean {places.mean():.2f} and standard deviation "
        f"{places.std():.2f}; the prior is N(0, 1)."
    )
    if _is_normal(places, 0, np.sqrt(1 + noise**2)):
        raise Wrong(f"{text} They were blurred before the wire: the blur belongs to the photo.")
    if _is_normal(places, 0, noise):
        raise Wrong(f"{text} `noise` is the blur of the photo, not of the place.")
    if _is_normal(places, places.mean(), places.std()):
        raise Wrong(f"{text} Draw them with `rng.standard_normal(n)`.")
    raise Wrong(f"{text} These are not normal, perhaps uniform: draw with `rng.standard_normal`.")


def _expect_blur(blur, noise, places, what):
    """Raise Wrong unless each number of the blur (n, 2) is a draw of its own from N(0, noise²)."""
    deviations = blur.std(axis=0)
    expect(
        deviations.max() > 1e-9 or np.abs(blur).max() < 1e-9,
        "All photos got the same blur: draw (n, 2) numbers, two for each photo.",
    )
    expect(
        np.abs(deviations).min() > 1e-9 or np.abs(deviations).max() < 1e-9,
        f"Only x{'₁₂'[int(deviations.argmax())]} is blurred in {what}: draw (n, 2) numbers.",
    )
    expect_array(
        deviations,
        [noise, noise],
        f"The standard deviation of the blur of {what}",
        rtol=0.06,
        atol=1e-6,
        look_at="Add `noise` times a standard normal number to the points of the wire.",
        mistakes=[
            ([0, 0], "These photos are sharp: the second step, the blur, is missing."),
            (np.sqrt([noise, noise]), "`noise` is a standard deviation, not a variance."),
            ([noise**2, noise**2], "`noise` is a standard deviation: no square here."),
            ([1, 1], "The blur has deviation 1: multiply it by `noise`."),
            (
                np.array([noise, noise]) / np.sqrt(12),
                "The blur is uniform: use `rng.standard_normal`.",
            ),
            ([0.5, 0.5], "That is `NOISE`, the blur of the notebook: use the argument `noise`."),
        ],
    )
    with_place = np.corrcoef(blur.T, places)
    expect(
        abs(with_place[0, 2]) < 0.1 and abs(with_place[1, 2]) < 0.1,
        "The blur depends on the place: draw (n, 2) new numbers for it.",
    )
    expect(abs(with_place[0, 1]) < 0.1, "Both coordinates got the same blur: draw (n, 2) numbers.")
    expect(
        _is_normal(blur, 0, noise),
        "The blur has the right deviation, but it is not normal around 0: use "
        "`noise * rng.standard_normal((n, 2))`.",
    )


def _photos_and_places(answer, noise, n, seed):
    """Return the learner's photos, and the places for which they asked the wire."""
    places = []

    def wire(z):
        z = np.asarray(z, dtype=float)
        expect(
            z.ndim < 2,
            f"`wire` got places of shape {z.shape}: it maps places (n,) to points (n, 2).",
        )
        places.append(np.ravel(z))
        return np.reshape(z, (-1, 1)) * W

    photos = call(answer, wire, noise, n, np.random.default_rng(seed))
    return photos, _different(places)


def _places_and_blur(answer, noise, n, seed):
    """Return the two draws of the learner: places (n,) and blur (n, 2)."""
    photos, places = _photos_and_places(answer, noise, n, seed)
    return places, photos - places[:, None] * W


def _different(places):
    """Join arrays of places to one, in their order, each place once."""
    joined = np.concatenate(places) if places else np.zeros(0)
    return joined[np.sort(np.unique(joined, return_index=True)[1])]


def _is_normal(values, mean=0.0, std=1.0):
    """Say whether draws can be from a normal distribution; wrong once in a million right ones.

    A test of Kolmogorov and Smirnov; for few draws mean, deviation and kurtosis see more.
    """
    z = (np.ravel(values) - mean) / std
    too_flat = np.mean(z**4) < 3 * np.mean(z**2) ** 2 - 5 * np.sqrt(24 / z.size)
    return bool(
        kstest(z, "norm").pvalue > 1e-6
        and abs(z.mean()) < 5 / np.sqrt(z.size)
        and abs(z.std() - 1) < 5 / np.sqrt(2 * z.size)
        and not too_flat
    )


def _expect_own_rng(draw):
    """Raise Wrong unless all draws follow the seed of the ``rng`` that was handed over.

    Args:
        draw: seed → a tuple of arrays, each made with draws of its own.
    """
    for one, again, other in zip(*(draw(seed) for seed in (7, 7, 8)), strict=True):
        expect(
            np.array_equal(one, again),
            "The same `rng` gives other numbers at the second call: draw everything with `rng`, "
            "not with `np.random` or a generator of your own.",
        )
        expect(
            not np.allclose(one, other),  # a blur that is computed back is rounded
            "Two generators with different seeds give the same numbers: draw with the `rng` that "
            "you are given; a seed of your own repeats itself.",
        )


@exercise(
    title="The posterior on a grid",
    hints=(
        "p(x) is an integral, here a sum over the grid: p(x, z) times `step`, added up. Of numbers "
        "given by their logarithms, `logsumexp` is the logarithm of the sum.",
        "A product is a sum of logarithms: `log_evidence = logsumexp(log_joints) + np.log(step)`.",
        "Bayes' rule in logarithms is log p(z|x) = log p(x, z) − log p(x). The density is the "
        "exponential of that difference.",
    ),
)
def posterior(answer):
    """Compute log p(x), and the density p(z|x) on a grid."""

    def evidence(function):
        """A mistake in log p(x), whatever the density is."""
        return lambda log_joints, step: (function(log_joints, step), None)

    def density(function):
        """A mistake in the density, if log p(x) is right: function(log p(x, z), log p(x), step)."""

        def mistaken(log_joints, step):
            log_evidence, _ = toys.posterior(log_joints, step)
            return log_evidence, function(log_joints, log_evidence, step)

        return mistaken

    grid = np.linspace(-4, 4, 33)
    wire = toys.log_joint(toys.straight, [1.5, 0.2], grid)  # exact: its posterior has a formula
    expect_function(
        answer,
        toys.posterior,
        [
            (np.array([-30.0, -3.1, -1.4, -2.2, -28.0]), 0.5),
            Case(wire, 0.25, when="a photo of the straight wire"),
            Case(
                np.array([-1_040.0, -1_002.0, -1_001.5, -1_003.0, -1_001.0, -1_050.0]),
                0.2,
                when="an image: densities far below what a computer can hold",
            ),
        ],
        parts=("log_evidence", "density"),
        look_at="log p(x) is logsumexp + log(step); the density is exp(log p(x, z) − log p(x)).",
        terms=lambda log_joints, step: {
            "logsumexp(log_joints)": logsumexp(log_joints),
            "log(step)": np.log(step),
        },
        mistakes=[
            (
                evidence(lambda v, h: logsumexp(v)),
                "`step` is missing: an integral is the sum of height times width.",
            ),
            (
                evidence(lambda v, h: logsumexp(v) + h),
                "In logarithms the width of a step is `np.log(step)`.",
            ),
            (
                evidence(lambda v, h: logsumexp(v) * h),
                "Times `step` is plus `np.log(step)` in logarithms.",
            ),
            (
                evidence(lambda v, h: logsumexp(v) - np.log(h)),
                "Multiply by `step`, do not divide: plus `np.log(step)`.",
            ),
            (
                evidence(lambda v, h: logsumexp(v) - np.log(len(v))),
                "That is the mean over the grid: an integral is the sum times `step`.",
            ),
            (
                evidence(lambda v, h: logsumexp(v * h)),
                "`step` multiplies the densities, not their logarithms: plus `np.log(step)`.",
            ),
            (
                evidence(lambda v, h: np.log(np.exp(v).sum() * h)),
                "exp(−1000) is 0 for a computer, and log 0 is −∞: `logsumexp` does both steps "
                "without leaving the logarithms.",
            ),
            (
                evidence(lambda v, h: np.exp(v).sum() * h),
                "That is p(x) itself: its logarithm is asked for.",
            ),
            (
                evidence(lambda v, h: np.exp(logsumexp(v) + np.log(h))),
                "That is p(x) itself: its logarithm is asked for.",
            ),
            (
                evidence(lambda v, h: v.sum() + np.log(h)),
                "The logarithm of a sum is not the sum of the logarithms: `logsumexp`.",
            ),
            (
                evidence(lambda v, h: v.sum() * h),
                "These are logarithms: take the exponential before the sum, with `logsumexp`.",
            ),
            (
                evidence(lambda v, h: v.max() + np.log(h)),
                "That is the largest term alone: all places count.",
            ),
            (
                evidence(lambda v, h: v.max()),
                "That is log p(x, z) at the best place: add up all places.",
            ),
            (
                density(lambda v, e, h: v - e),
                "That is log p(z|x): a density is its exponential.",
            ),
            (
                density(lambda v, e, h: np.exp(v)),
                "That is p(x, z): divide it by p(x).",
            ),
            (
                density(lambda v, e, h: np.exp(v) / np.exp(e)),
                "exp(−1000) is 0 for a computer, and 0/0 is no number: subtract the logarithms "
                "first.",
            ),
            (
                density(lambda v, e, h: np.exp(v - e) * h),
                "These add up to 1, so they are probabilities of steps. A density has *area* 1: "
                "without `step`.",
            ),
            (
                density(lambda v, e, h: np.exp(v - v.max())),
                "The highest point is 1, but it is the area that must be: divide by p(x).",
            ),
            (
                density(lambda v, e, h: np.exp(e - v)),
                "Upside down: p(x, z) is divided by p(x).",
            ),
            (
                density(lambda v, e, h: np.exp(v + e)),
                "To divide by p(x), subtract its logarithm.",
            ),
            (
                density(lambda v, e, h: np.exp(v) / e),
                "Divide by p(x), not by its logarithm: the difference of the logarithms first.",
            ),
            (
                density(lambda v, e, h: v / e),
                "That is a quotient of logarithms: subtract them, then take the exponential.",
            ),
        ],
    )
    return "A sum for p(x), a difference for p(z|x): all of Bayes' rule, and its area is 1."


blind_draws = Prediction(
    "p(x) is the average of p(x|z) over draws from the prior. Ten people take 10,000 draws each, "
    "for one digit and ten latent dimensions. How far apart are the lowest and the highest of "
    "their ten estimates of log p(x)?",
    {
        "a": "less than one nat.",
        "b": "a few nats, since the error of a mean falls with √n.",
        "c": "twenty nats or more.",
    },
    right="c",
    feedback={
        "a": "10,000 draws settle an average of numbers of like size. These differ by hundreds of "
        "nats: nearly all are 0 beside the best.",
        "b": "√n holds once many draws share the sum. Here three draws hold nearly all of it, so "
        "each estimate is as good as its luckiest draw.",
        "c": "Each estimate is as good as its luckiest draws, and luck differs.",
    },
    name="blind_draws",
    chapter=__name__,
)


_REASONS = {
    1: ("c", "Line 1 only puts an average around log p(x). Which reason is about averaging?"),
    2: ("a", "Line 2 writes p(x) as a quotient. Which rule ties p(x) to p(x, z) and p(z|x)?"),
    3: ("d", "Line 3 has q(z) in both terms: above the line in one, below it in the other."),
    4: ("b", "Line 4 drops the gap. What must be known of something to drop it from a sum?"),
    5: ("e", "Line 5 holds p(x|z) and p(z), which line 3 has not. Which rule splits p(x, z)?"),
}


@exercise(
    title="The ELBO, line by line",
    hints=(
        "Compare each line with the one before it: what appeared, what vanished?",
        "Lines 2 and 5 both use the product rule, in its two forms.",
        "f is the false one: the logarithm is concave, so the average of the logarithms is lower.",
    ),
)
def elbo_steps(answer):
    """Give the reason for each line of the derivation."""
    expect(
        isinstance(answer, Mapping),
        f"Your reasons are {show(answer)}: expected {{1: 'a', 2: 'b', …}}.",
    )
    unknown = [key for key in answer if key not in _REASONS]
    expect(not unknown, f"There is no line {show(unknown[:1])}: use the numbers 1 to 5.")
    given = {line: letter(answer.get(line, ...)) for line in _REASONS}
    if all(reason is ... for reason in given.values()):
        raise NotAttempted
    messages = []
    for line, (right, hint) in _REASONS.items():
        chosen = given[line]
        if chosen is ...:
            messages.append(f"Line {line} is open.")
        elif not isinstance(chosen, str) or chosen not in list("abcdef"):
            messages.append(f"Line {line} has {show(chosen)}: use one of the letters 'a' to 'f'.")
        elif chosen == "f":
            messages.append(
                f"Line {line}: f is false. The logarithm of an average is never below the average "
                "of the logarithms (Jensen's inequality), and mostly above it."
            )
        elif chosen != right:
            messages.append(f"Line {line} does not follow from {chosen}. {hint}")
    if messages:
        n_right = sum(given[line] == right for line, (right, _) in _REASONS.items())
        raise Wrong("\n".join([f"{n_right} of 5 right.", *messages]))
    return "You have derived the ELBO: four small steps and one rearrangement."


@exercise(
    title="ELBO",
    hints=(
        "Three steps: draw `n` places from q, evaluate both logarithms at each, take the mean.",
        "`rng.normal(q_mean, q_std, n)` draws them. `log_joint` gives one logarithm; the other is "
        "that of the density from which you draw.",
        "`norm.logpdf(z, q_mean, q_std)` is log q(z), at the same `z` that `log_joint` gets. "
        "Subtract it before the mean.",
    ),
)
def elbo(answer):
    """Estimate the ELBO of the straight wire by Monte Carlo."""
    for mean, std, n in ((1.5, 0.4, 600), (-0.5, 1.7, 150)):
        got, z = _estimate(answer, mean, std, n, seed=12)
        what = f"elbo(log_joint, {mean}, {std}, rng, {n})"
        _expect_places(z, mean, std, n, what)
        with_formula = _is_with_entropy(got, z, std)
        if not with_formula:
            _expect_average(got, z, mean, std, what)
    _expect_own_rng(lambda seed: _estimate(answer, 1.5, 0.4, 30, seed)[1:])
    if with_formula:
        return (
            "Right on average, with the formula for the entropy of q. If you average log q at the "
            "same draws instead, their noise cancels: with q = the posterior nothing is random."
        )
    mean, std, log_p = _posterior()
    expect_number(
        _estimate(answer, mean, std, 20, seed=13)[0],
        log_p,
        "Your ELBO for q = the true posterior",
        look_at="There log p(x, z) − log q(z) is log p(x) for every draw.",
    )
    return "With q = the posterior your estimate is exact, whatever the draws."


PHOTO, VARIANCE = np.array([1.5, 0.2]), 0.25


def _log_joint(z):
    """Return log p(x, z) of the photo on the straight wire, of the shape of z."""
    z = np.asarray(z, dtype=float)
    squares = (PHOTO[0] - W[0] * z) ** 2 + (PHOTO[1] - W[1] * z) ** 2
    return -(z**2 + squares / VARIANCE + np.log(2 * np.pi) + 2 * np.log(2 * np.pi * VARIANCE)) / 2


def _posterior():
    """Return mean and standard deviation of p(z|x), and log p(x)."""
    variance = 1 / (1 + W @ W / VARIANCE)
    covariance = np.outer(W, W) + VARIANCE * np.eye(2)
    log_p = float(multivariate_normal.logpdf(PHOTO, np.zeros(2), covariance))
    return variance * (W @ PHOTO) / VARIANCE, np.sqrt(variance), log_p


def _estimate(answer, mean, std, n, seed):
    """Return the learner's estimate, and the places at which they asked for log p(x, z)."""
    places = []

    def log_joint(z):
        places.append(np.ravel(np.asarray(z, dtype=float)))
        return _log_joint(z)

    got = call(answer, log_joint, mean, std, np.random.default_rng(seed), n)
    return got, _different(places)


def _expect_places(z, mean, std, n, what):
    """Raise Wrong unless ``z`` are n draws from N(mean, std²)."""
    expect(z.size, f"{what} never calls `log_joint`: average its values over draws from q.")
    expect(
        z.size == n,
        f"{what} asks `log_joint` for {z.size} different places: draw `n` = {n} of them.",
    )
    if _is_normal(z, mean, std):
        return
    text = (
        f"{what} draws places with mean {z.mean():.2f} and standard deviation {z.std():.2f}: q has "
        f"{mean} and {std}."
    )
    typical = (
        ((0, 1), "That is the prior: draw from q."),
        ((mean, std**2), "`q_std` is the standard deviation already: no square."),
        ((mean, np.sqrt(std)), "`q_std` is the standard deviation, not the variance."),
        ((mean, 1), "The draws are not scaled by `q_std`."),
        ((0, std), "`q_mean` is not added."),
        ((std, mean), "`q_mean` and `q_std` are exchanged."),
    )
    for (m, s), message in typical:
        if s > 0 and _is_normal(z, m, s):
            raise Wrong(f"{text} {message}")
    raise Wrong(f"{text} Draw them with `rng.normal(q_mean, q_std, n)`.")


def _is_with_entropy(got, z, std):
    """Say whether log q was averaged by a formula, another right estimate of the ELBO."""
    if np.shape(got) not in ((), (1,)):
        return False
    value = as_numbers(got, "Your ELBO")
    entropy = 0.5 * np.log(2 * np.pi * np.e * std**2)
    return bool(np.isclose(value, _log_joint(z).mean() + entropy, rtol=1e-4).all())


def _expect_average(got, z, mean, std, what):
    """Raise Wrong unless ``got`` is the average over these very draws."""
    expect(
        np.shape(got) in ((), (1,)) or np.size(got) != len(z),
        f"{what} has one number for each draw: take their mean.",
        "shape",
    )
    log_p, log_q, log_prior = _log_joint(z), norm.logpdf(z, mean, std), norm.logpdf(z)
    ratio, n = log_p - log_q, len(z)
    expect_number(
        got,
        ratio.mean(),
        what,
        look_at="Average log p(x, z) − log q(z) over your draws from q.",
        mistakes={
            log_p.mean(): "The term − log q(z) is missing.",
            -log_q.mean(): "The term log p(x, z) is missing.",
            (log_p + log_q).mean(): "log q(z) has the wrong sign.",
            -ratio.mean(): "The sign is turned: log p(x, z) minus log q(z).",
            ratio.sum(): "You took the sum over the draws, not their mean.",
            ratio.sum() / (n - 1): "A mean divides by n, not by n − 1.",
            ratio[0]: "That is one draw: average over all `n`.",
            ratio[-1]: "That is the last draw: average over all `n`.",
            np.median(ratio): "That is the median: the ELBO is the mean.",
            ratio.max(): "That is the largest value: the ELBO is the mean.",
            ratio.mean() / np.log(2): "That is in bits: keep the natural logarithm.",
            logsumexp(ratio) - np.log(n): (
                "The logarithm was taken after the mean: an estimate of log p(x) itself. For the "
                "ELBO it comes before."
            ),
            np.exp(ratio).mean(): "Those are the ratios: average their logarithms.",
            log_p.mean() - norm.logpdf(z, mean, std**2).mean(): (
                "`norm.logpdf` takes the standard deviation, not the variance."
            ),
            log_p.mean() - np.exp(log_q).mean(): (
                "That subtracts the density q(z): take its logarithm, `norm.logpdf`."
            ),
            np.exp(log_p).mean() - log_q.mean(): "`log_joint` is a logarithm already.",
            (log_p - log_prior).mean(): "That subtracts log p(z), the prior: subtract log q(z).",
            (
                log_prior - log_q
            ).mean(): "That is −KL to the prior: log p(x, z) is more than log p(z).",
            (log_q - log_prior).mean(): "That is the KL to the prior alone.",
            ratio.mean() - 0.5 * np.log(2 * np.pi): "The ½ log 2π of log q is missing.",
            ratio.mean() - np.log(std): "The log σ of log q is missing.",
            log_p.mean() - right_kl([[mean]], [[2 * np.log(std)]])[0]: (
                "The prior counts twice: log p(x, z) holds it already. Subtract log q(z), not the "
                "divergence to the prior."
            ),
        },
    )


@exercise(
    title="KL divergence",
    hints=(
        "KL = E[log q] − E[log p]: subtract the second formula above from the first. The log 2π "
        "cancel.",
        "One dimension gives ½ (μ² + σ² − 1 − log σ²).",
        "σ² is `np.exp(z_log_var)`, and log σ² is `z_log_var` itself. An image has several "
        "dimensions: sum over `axis=1`.",
    ),
)
def kl_divergence(answer):
    """Compute the KL divergence of diagonal Gaussians to N(0, I)."""

    def right(z_mean, z_log_var):
        return _kl_per_dimension(z_mean, z_log_var).sum(axis=1)

    def changed(function):
        return lambda m, v: (0.5 * function(m, v)).sum(axis=1)

    # The second image's posterior is the prior; the other case has another number of dimensions.
    cases = [
        (
            np.array([[1.0, -2.0, 0.4], [0.0, 0.0, 0.0], [0.3, 0.6, -0.7]]),
            np.array([[0.5, -1.0, 0.2], [0.0, 0.0, 0.0], [-3.0, 1.0, -0.4]]),
        ),
        (
            np.array([[0.2, -1.1, 0.5, 1.3], [-0.6, 0.8, 1.7, -0.9]]),
            np.array([[0.7, -0.5, -1.5, 0.3], [-0.2, 1.2, -0.8, -2.0]]),
        ),
    ]
    expect_function(
        answer,
        right,
        cases,
        look_at="Compare the four terms one by one: μ², σ², 1, log σ².",
        unreduced=_kl_per_dimension,
        terms=lambda m, v: {
            "μ²": (m**2).sum(axis=1) / 2,
            "σ²": np.exp(v).sum(axis=1) / 2,
            "−1": np.full(len(m), -m.shape[1] / 2),
            "−log σ²": -v.sum(axis=1) / 2,
        },
        mistakes=[
            (
                lambda m, v: -right(m, v),
                "The sign is turned: a divergence is never negative.",
            ),
            (lambda m, v: 2 * right(m, v), "The factor ½ is missing."),
            (
                lambda m, v: right(m, 2 * v),
                "You took `z_log_var` for log σ. It is log σ²: the variance is `exp(z_log_var)`.",
            ),
            (
                lambda m, v: right(m, v / 2),
                "Here σ² is `exp(z_log_var)`, and log σ² is `z_log_var`: nothing to halve.",
            ),
            (
                changed(lambda m, v: m**2 + np.exp(v / 2) - 1 - v),
                "`exp(z_log_var / 2)` is σ; the second term is σ², `exp(z_log_var)`.",
            ),
            (
                changed(lambda m, v: m**2 + np.exp(2 * v) - 1 - v),
                "The exponential is the variance already, σ²: do not square it.",
            ),
            (
                changed(lambda m, v: m**2 + v**2 - 1 - v),
                "`z_log_var` is a logarithm: the second term is `exp(z_log_var)`.",
            ),
            (
                changed(lambda m, v: m**2 + v - 1 - np.log(v)),
                "`z_log_var` is the logarithm already: σ² is `exp(z_log_var)`, and log σ² is "
                "`z_log_var` itself. (A logarithm of it is NaN where it is negative.)",
            ),
            (
                changed(lambda m, v: m**2 + np.exp(v) - 1 - np.log(np.abs(v))),
                "`z_log_var` is the logarithm already: no `log` of it.",
            ),
            (
                changed(lambda m, v: m + np.exp(v) - 1 - v),
                "The square of the first term is missing: μ², `z_mean**2`.",
            ),
            (
                changed(lambda m, v: np.abs(m) + np.exp(v) - 1 - v),
                "The first term is μ², `z_mean**2`, not |μ|.",
            ),
            (
                changed(lambda m, v: 2 * m + np.exp(v) - 1 - v),
                "The first term is μ², `z_mean**2`, not 2μ.",
            ),
            (
                lambda m, v: (0.5 * m**2 + np.exp(v) - 1 - v).sum(axis=1),
                "The ½ stands before all four terms: use brackets.",
            ),
            (
                lambda m, v: 0.5 * ((m**2 + np.exp(v) - v).sum(axis=1) - 1),
                "The −1 belongs to each dimension: subtract it before the sum.",
            ),
            (
                lambda m, v: 0.5 * (m.sum(axis=1) ** 2 + (np.exp(v) - 1 - v).sum(axis=1)),
                "Square each mean before the sum: dimensions are independent.",
            ),
            (
                changed(lambda m, v: (m + np.exp(v)) ** 2 - 1 - v),
                "Only μ is squared: μ² + σ².",
            ),
            (
                changed(lambda m, v: (m**2 + 1) * np.exp(-v) - 1 + v),
                "That is the divergence the other way round, KL(p ‖ q): asked is KL(q ‖ p).",
            ),
            (
                changed(lambda m, v: m**2 * np.exp(-v) - 1 + np.exp(v) - v),
                "μ² is not divided by σ²: the prior has variance 1.",
            ),
            (
                lambda m, v: right(m, v) / np.log(2),
                "That is in bits: nats need the natural logarithm alone.",
            ),
            (
                _kl_per_dimension,
                "These are the dimensions one by one: sum over `axis=1`.",
            ),
            (
                lambda m, v: _kl_per_dimension(m, v).mean(axis=1),
                "You took the mean over dimensions: divergences add up.",
            ),
            (
                lambda m, v: right(m, v).sum(),
                "You summed over images too: one number for each image.",
            ),
            (
                lambda m, v: right(m, v).mean(),
                "You averaged over images too: one number for each image.",
            ),
            (
                lambda m, v: _kl_per_dimension(m, v).sum(axis=0),
                "You summed over the images: dimensions are `axis=1`.",
            ),
            (
                lambda m, v: _kl_per_dimension(m, v).mean(axis=0),
                "You averaged over the images: sum over the dimensions, `axis=1`.",
            ),
            (
                lambda m, v: right(m[:, :2], v[:, :2]),
                "Only the first two dimensions count: sum over all of them.",
            ),
        ],
    )
    return "Zero for the second image, whose posterior is the prior, and positive elsewhere."


def _kl_per_dimension(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


own_draw = Prediction(
    "Keras is asked for the draw: z = keras.random.normal((), mean, stddev). What is dz/dμ, with μ "
    "for `mean`?",
    {
        "a": "None: a draw is random, and no slope leads through it.",
        "b": "1: the draw moves with μ.",
        "c": "a random number that is 1 on average.",
    },
    right="b",
    feedback={
        "a": "So it is for numbers from outside, such as NumPy's. Keras draws ε from N(0, 1) and "
        "returns mean + stddev · ε, two operations with slopes.",
        "b": "Inside, Keras computes mean + stddev · ε, so its draw is reparameterized already.",
        "c": "ε makes z random, not its slope in μ: z = μ + σε has slope 1 for every ε. Only the "
        "slope in σ, which is ε, is random.",
    },
    name="own_draw",
    chapter=__name__,
)


@exercise(
    hints=(
        "Two lines: noise of the shape of `z_mean`, then μ + σ · noise.",
        "σ is the root of the variance: `ops.exp(0.5 * z_log_var)`.",
        "The noise is `keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)`: drawn by "
        "Keras, with the layer's generator, in training and outside it.",
    )
)
def sampling_layer(answer):
    """Write the layer that draws z so that gradients pass."""
    expect(
        isinstance(answer, type),
        f"Your layer is {show(answer)}: expected the class `Sampling`, without brackets.",
    )
    import keras

    expect(
        issubclass(answer, keras.layers.Layer),
        f"Your layer is {show(answer)}: expected a class based on `keras.layers.Layer`.",
    )
    means, deviations = np.array([2.0, -1.0]), np.array([3.0, 0.5])
    draws = _draws_of(keras, answer, means, deviations)
    _expect_moments(draws, means, deviations)
    _expect_other_shapes(keras, answer)
    _expect_gradients(keras, call(answer, seed=14))
    _expect_fresh_when_compiled(keras, answer)
    return "Fresh noise, the right spread, and gradients reach both outputs of the encoder."


def _draws_of(keras, answer, means, deviations):
    """Return 5,000 draws (n, 2) of the learner's layer, after tests of where its noise is from."""
    n = 5_000
    z_mean = np.tile(means, (n, 1))
    z_log_var = np.tile(2 * np.log(deviations), (n, 1))
    layer = call(answer, seed=14)
    z, later = (_draw(keras, layer, z_mean, z_log_var) for _ in range(2))
    expect(
        not np.allclose(z, z_mean, atol=1e-3),
        "The layer returns `z_mean` itself: add the noise, in training and outside it.",
    )
    expect(
        not np.array_equal(z, later),
        "Two calls draw the same noise. Give `seed=self.seed_generator`, which moves on; a number "
        "repeats itself.",
    )
    expect(
        z.std(axis=0).min() > 1e-3,
        "All rows get the same noise, or none: draw noise of the whole shape of `z_mean`.",
    )
    again, other = (_draw(keras, call(answer, seed=s), z_mean, z_log_var) for s in (14, 15))
    expect(
        np.array_equal(z, again),
        "Two layers with `seed=14` draw different noise, and should agree: draw with "
        "`keras.random.normal(…, seed=self.seed_generator)`.",
    )
    expect(
        not np.array_equal(z, other),
        "Layers with different seeds draw the same noise: draw with "
        "`keras.random.normal(…, seed=self.seed_generator)`.",
    )
    return z


def _expect_moments(z, means, deviations):
    """Raise Wrong unless z are independent draws from N(means, deviations²)."""
    log_vars = 2 * np.log(deviations)
    expect_array(
        z.mean(axis=0),
        means,
        "The mean of 5,000 draws from N((2, −1), diag(9, ¼))",
        rtol=0,
        atol=[0.25, 0.05],
        look_at="It should be `z_mean`: is the noise normal with mean 0, and μ added?",
        mistakes=[
            ([0.0, 0.0], "`z_mean` is not added."),
            (2 * means, "`z_mean` is added twice."),
            (-means, "`z_mean` is subtracted: add it."),
            (log_vars, "`z_mean` and `z_log_var` are exchanged: `inputs` are (z_mean, z_log_var)."),
            (means * deviations, "`z_mean` is multiplied by σ: only the noise is."),
            (
                means + deviations / 2,
                "The noise has mean ½: use `keras.random.normal`, not uniform.",
            ),
            (means + deviations, "The noise has mean 1, not 0."),
        ],
    )
    expect_array(
        z.std(axis=0),
        deviations,
        "The standard deviation of 5,000 draws from N((2, −1), diag(9, ¼))",
        rtol=0.06,
        atol=0,
        look_at="It should be exp(z_log_var / 2), times noise of deviation 1.",
        mistakes=[
            (deviations**2, "You took `z_log_var` for log σ: half of it is."),
            (np.sqrt(deviations), "σ is `exp(z_log_var / 2)`: halve the log-variance once."),
            (1 / deviations, "σ is `exp(+z_log_var / 2)`: the sign is turned."),
            (np.abs(log_vars), "`z_log_var` is a logarithm: take the exponential."),
            (np.abs(log_vars) / 2, "`z_log_var` is a logarithm: take the exponential."),
            ([1.0, 1.0], "The noise is not scaled by σ."),
            (np.exp(means / 2), "The noise is scaled with `z_mean`: σ is `exp(z_log_var / 2)`."),
            (np.exp(np.clip(log_vars, -1, 1) / 2), "`z_log_var` is clipped: take it as it is."),
            (deviations / np.sqrt(12), "The noise is uniform: use `keras.random.normal`."),
            (deviations * 0.8796, "The noise is cut off at ±2: use `keras.random.normal`."),
        ],
    )
    correlation = np.corrcoef(z.T)[0, 1]
    expect(
        abs(correlation) < 0.1,
        f"Both dimensions share their noise (correlation {correlation:.2f}): draw the whole shape "
        "of `z_mean`.",
    )
    expect(
        _is_normal((z - means) / deviations),
        "The noise has mean 0 and deviation 1, but is not normal: use `keras.random.normal`.",
    )


def _draw(keras, layer, z_mean, z_log_var):
    """Call the learner's layer and return its draws, an array of the shape of z_mean."""
    inputs = tuple(keras.ops.convert_to_tensor(p, dtype="float32") for p in (z_mean, z_log_var))
    z = call(layer.call, inputs)
    try:
        z = keras.ops.convert_to_numpy(z)
    except Exception as error:
        raise Wrong(f"The layer returns {show(z)}: expected a tensor.") from error
    return _finite(z, z_mean.shape, "What the layer returns", "One draw for each mean.")


def _expect_other_shapes(keras, answer):
    """Raise Wrong if the layer only knows the shape of one batch."""
    for shape in ((1, 3), (4, 1)):
        _draw(keras, call(answer, seed=14), np.zeros(shape), np.zeros(shape))


def _expect_gradients(keras, layer):
    """Raise Wrong if no gradient passes (where TensorFlow is the backend, which can tell)."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    z_mean, z_log_var = tf.constant([[0.5, 1.0]]), tf.constant([[-1.0, 0.5]])
    try:
        with tf.GradientTape() as tape:
            tape.watch([z_mean, z_log_var])
            z = tf.convert_to_tensor(layer.call((z_mean, z_log_var)))
        slopes = tape.gradient(z, [z_mean, z_log_var])
    except Exception as error:
        raise Wrong(f"The gradient stopped with {describe_error(error)}.") from error
    right = {"z_mean": np.ones((1, 2)), "z_log_var": (z - z_mean) / 2}
    for slope, (name, expected) in zip(slopes, right.items(), strict=True):
        expect(
            slope is not None,
            f"No gradient reaches `{name}`: something on its way is not `keras.ops` (NumPy, "
            "`stop_gradient` and `float` cut it).",
        )
        expect_array(
            slope,
            expected,
            f"The slope of z in `{name}`",
            rtol=1e-3,
            look_at="z = μ + exp(½ log σ²) ε has slope 1 in μ and ½σε in log σ².",
        )


def _expect_fresh_when_compiled(keras, answer):
    """Raise Wrong unless the layer works in a compiled model, with fresh noise at each call."""
    inputs = [keras.Input(batch_shape=(8, 2)) for _ in range(2)]
    zeros = np.zeros((8, 2), "float32")
    try:
        model = keras.Model(inputs, call(answer, seed=14)(tuple(inputs)))
        one, two = (model.predict([zeros, zeros], verbose=0) for _ in range(2))
    except NotAttempted:
        raise
    except Exception as error:
        raise Wrong(
            f"In a compiled model the layer stopped with {describe_error(error)}. Use "
            "`keras.random` and `keras.ops` only, and the seed generator made in `__init__`."
        ) from error
    expect(
        not np.array_equal(one, two),
        "In a compiled model the noise is drawn once and then frozen: Python and NumPy run only "
        "while Keras compiles. Draw it with `keras.random.normal`.",
    )


@exercise(
    title="Two estimates of a slope",
    hints=(
        "First `z = mean + std * epsilon`. Then both formulas above, without the E[…].",
        "What is f(z) here, and what is f′(z)? One formula has the one, the other the other.",
        "Score function: f(z) = z², times (z − μ)/σ². Reparameterization: f′(z), times dz/dμ = 1.",
    ),
)
def gradient_samples(answer):
    """Estimate a slope in two ways, draw by draw."""

    def right(mean, std, epsilon):
        z = mean + std * epsilon
        return z**2 * (z - mean) / std**2, 2 * z

    def score(function):
        """A mistake in the first part, whatever the second is."""
        return lambda m, s, e: (function(m, s, e, m + s * e), None)

    def slope(function):
        """A mistake in the second part, if the first one is right."""
        return lambda m, s, e: (right(m, s, e)[0], function(m, s, e, m + s * e))

    known = "This is the known answer; an estimate uses its draws z."
    expect_function(
        answer,
        right,
        [(0.5, 2.0, np.array([-1.0, 0.25, 1.5])), (-1.2, 0.7, np.array([0.4, -2.0, 1.1, 0.9]))],
        parts=("score", "reparameterized"),
        look_at="The score part is f(z) · (z − μ) / σ², the other f′(z) · dz/dμ, at z = μ + σε.",
        mistakes=[
            (
                score(lambda m, s, e, z: 2 * z),
                "This is the reparameterized one: the score function comes first.",
            ),
            (score(lambda m, s, e, z: z**2 * (z - m) / s), "Divide by σ², not by σ."),
            (score(lambda m, s, e, z: z**2 * (z - m)), "The division by σ² is missing."),
            (
                score(lambda m, s, e, z: z**2 * (z - m) * s**2),
                "Divide by σ²: you multiply by it.",
            ),
            (
                score(lambda m, s, e, z: z**2 * (z - m) / (2 * s**2)),
                "The derivative of −(z − μ)²/(2σ²) is (z − μ)/σ²: the 2 cancels.",
            ),
            (
                score(lambda m, s, e, z: (z - m) / s**2),
                "This is d log q / dμ alone: multiply it by f(z).",
            ),
            (
                score(lambda m, s, e, z: 2 * z * (z - m) / s**2),
                "The score function takes f(z) itself, not its slope.",
            ),
            (
                score(lambda m, s, e, z: z * (z - m) / s**2),
                "Multiply by f(z) = z², not by z.",
            ),
            (
                score(lambda m, s, e, z: -(z**2) * (z - m) / s**2),
                "The sign is turned: z − μ.",
            ),
            (
                score(lambda m, s, e, z: z**2 * -((z - m) ** 2) / (2 * s**2)),
                "That multiplies by log q itself: take its derivative in μ, (z − μ)/σ².",
            ),
            (
                score(lambda m, s, e, z: z**2 * (z - m) ** 2 / s**2),
                "The derivative of log q in μ is (z − μ)/σ², without a square.",
            ),
            (
                score(lambda m, s, e, z: e**2 * e / s),
                "f takes the draw z, not the noise: f(z) = z² with z = μ + σε.",
            ),
            (
                score(lambda m, s, e, z: e**2 * (e - m) / s**2),
                "Use the draw z = μ + σε, not the noise ε.",
            ),
            (
                score(lambda m, s, e, z: (m + s**2 * e) ** 2 * e),
                "z is μ + σε: `std` is the deviation already.",
            ),
            (
                score(lambda m, s, e, z: z**2 * z / s**2),
                "The mean is to be taken away in the second factor: z − μ.",
            ),
            (
                score(lambda m, s, e, z: z**2 / s**2),
                "The factor z − μ is missing.",
            ),
            (
                score(lambda m, s, e, z: z**2),
                "This is f(z) alone: multiply it by (z − μ) / σ².",
            ),
            (
                score(lambda m, s, e, z: (z**2 * (z - m) / s**2).mean()),
                "Give one number for each noise value: no mean yet.",
            ),
            (slope(lambda m, s, e, z: z**2), "This is f(z): take its derivative."),
            (slope(lambda m, s, e, z: np.full(len(e), 2 * m)), known),
            (slope(lambda m, s, e, z: 2 * m), known),
            (slope(lambda m, s, e, z: z), "The derivative of z² is 2z: the 2 is missing."),
            (slope(lambda m, s, e, z: 2 * z * s), "dz/dμ is 1; σ would be dz/dε."),
            (slope(lambda m, s, e, z: 2 * z * e), "dz/dμ is 1; ε would be dz/dσ."),
            (
                slope(lambda m, s, e, z: 2 * z * (z - m) / s**2),
                "The factor (z − μ)/σ² belongs to the score function alone: here dz/dμ is 1.",
            ),
            (slope(lambda m, s, e, z: 2 * e), "Use z = μ + σε, not ε."),
            (
                slope(lambda m, s, e, z: 2 * (z - m)),
                "f′(z) is 2z: no mean is taken away.",
            ),
            (
                slope(lambda m, s, e, z: (2 * z).mean()),
                "Give one number for each noise value: no mean yet.",
            ),
            (
                slope(lambda m, s, e, z: np.ones(len(e))),
                "That is dz/dμ alone: multiply it by f′(z).",
            ),
        ],
    )
    return "Two unbiased estimates of one slope. Their scatter is another matter: read on."


@exercise(
    title="What a mean squared error assumes",
    hints=(
        "A Gaussian pixel costs (x − x̂)² / (2σ²), summed over pixels. Which σ² makes this sum the "
        "mean of (x − x̂)²?",
        "The mean is the sum divided by 784. So 2σ² = 784.",
        "So σₓ is the root of half of 784. It is far above 1.",
    ),
)
def assumed_deviation(answer):
    """Find the deviation of a pixel that a mean squared error assumes."""
    expect_number(
        answer,
        np.sqrt(392),
        "Your σₓ",
        rtol=0.012,
        look_at="Set (x − x̂)² / (2σₓ²) equal to (x − x̂)² / 784.",
        mistakes={
            -np.sqrt(392): "A standard deviation is positive.",
            392: "This is the variance: take its root.",
            28: "The Gaussian has 2σₓ² below its square, not σₓ².",
            784: "The 784 stands for 2σₓ², not for σₓ.",
            1568: "The 784 is 2σₓ², so σₓ² is half of it, and σₓ the root of that.",
            np.sqrt(1568): "The 784 is 2σₓ²: halve it, do not double it, before the root.",
            14: "Halve 784 before the root, not after it.",
            np.sqrt(0.5): "That is right for the sum over pixels; here it is their mean.",
            0.5: "That is the variance which the *sum* over pixels assumes; here it is the mean.",
            1: "A Gaussian with σₓ = 1 has ½ (x − x̂)² summed; here it is the mean over 784 pixels.",
            np.sqrt(0.5 / 784): "Upside down: dividing the error by 784 means *more* noise.",
            1 / 784: "Upside down: dividing the error by 784 means *more* noise.",
            0.5 / 784: "Upside down: dividing the error by 784 means *more* noise.",
            1 / 28: "Upside down: dividing the error by 784 means *more* noise.",
            1 / np.sqrt(392): "Upside down: σₓ² = 784 / 2.",
            np.sqrt(0.5) * 784: "It is the variance that grows 784-fold, not the deviation.",
            392**2: "This is the square of the variance: σₓ is the root of 392.",
            np.sqrt(512): "That is right for 32 × 32 pixels: these images have 784.",
            np.sqrt(2 * np.pi * 392): "The 2π stands in the constant, which no x̂ changes.",
            np.log(392): "This is the logarithm of the variance: take its root.",
        },
    )
    return (
        "19.8, about 20, for pixels between 0 and 1: such a loss believes that pictures are all "
        "noise."
    )


@exercise(
    title="Negative ELBO",
    hints=(
        "Two terms: the cross-entropy summed over the axes 1, 2 and 3, and your KL divergence.",
        "The cross-entropy of each pixel is log(1 + eˡ) − x l, with `np.logaddexp(0, logits)`.",
        "Add them: loss = reconstruction + KL, both (n,). The minus of the ELBO is in it already. "
        "Take `axis=(1, 2, 3)` for pixels, `axis=1` for dimensions.",
    ),
)
def negative_elbo(answer):
    """Assemble the loss of a VAE, image by image."""

    def pixels(images, logits):
        return np.logaddexp(0, logits) - images * logits

    def reconstruction(images, logits):
        return pixels(images, logits).sum(axis=(1, 2, 3))

    def right(images, logits, z_mean, z_log_var):
        return reconstruction(images, logits) + right_kl(z_mean, z_log_var)

    def added(function):
        """A mistake: function(reconstruction, KL divergence), both (n,)."""
        return lambda x, y, m, v: function(reconstruction(x, y), right_kl(m, v))

    def with_pixels(function):
        """A mistake in the cross-entropy: function(images, logits), for each pixel."""
        return lambda x, y, m, v: function(x, y).sum(axis=(1, 2, 3)) + right_kl(m, v)

    def with_kl(function):
        """A mistake in the KL: function(z_mean, z_log_var), for each dimension."""
        return lambda x, y, m, v: reconstruction(x, y) + function(m, v).sum(axis=1)

    def sigmoid(logits):
        return 1 / (1 + np.exp(-logits))

    expect_function(
        answer,
        right,
        [*(_batch(*sizes) for sizes in ((3, 2, 4, 5), (2, 3, 3, 4), (4, 2, 3, 3))), _SURE],
        look_at="One number an image: cross-entropy summed over pixels, plus KL summed over "
        "dimensions.",
        terms=lambda x, y, m, v: {
            "log(1 + exp(l))": np.logaddexp(0, y).sum(axis=(1, 2, 3)),
            "−x · l": -(x * y).sum(axis=(1, 2, 3)),
            "½ μ² of the KL": (m**2).sum(axis=1) / 2,
            "½ σ² of the KL": np.exp(v).sum(axis=1) / 2,
            "−½ of the KL": np.full(len(m), -m.shape[1] / 2),
            "−½ log σ² of the KL": -v.sum(axis=1) / 2,
        },
        earlier=[("exercise 5, the KL divergence alone", lambda x, y, m, v: right_kl(m, v))],
        mistakes=[
            (added(lambda r, kl: r - kl), "The KL has the wrong sign: it is a cost."),
            (added(lambda r, kl: kl - r), "The reconstruction has the wrong sign."),
            (added(lambda r, kl: -r - kl), "This is the ELBO; a loss is its negative."),
            (added(lambda r, kl: r), "The KL divergence is missing."),
            (added(lambda r, kl: kl), "The reconstruction is missing."),
            (added(lambda r, kl: r + 2 * kl), "The factor ½ of the KL is missing."),
            (added(lambda r, kl: r + kl / 2), "The KL is halved once too often."),
            (added(lambda r, kl: r * kl), "The two terms are added, not multiplied."),
            (added(lambda r, kl: r + 784 * kl), "No β = 784 here: the KL counts once."),
            (
                added(lambda r, kl: r + kl.mean()),
                "The KL is averaged over images: every image keeps its own.",
            ),
            (
                added(lambda r, kl: r.mean() + kl),
                "The reconstruction is averaged over images: every image keeps its own.",
            ),
            (
                added(lambda r, kl: r + kl.sum()),
                "The KL is summed over images: every image keeps its own.",
            ),
            (
                added(lambda r, kl: r.sum() + kl),
                "The reconstruction is summed over images: every image keeps its own.",
            ),
            (
                lambda x, y, m, v: pixels(x, y).mean(axis=(1, 2, 3)) + right_kl(m, v),
                "You took the mean over pixels: a hidden β, the number of pixels.",
            ),
            (
                lambda x, y, m, v: 784 * pixels(x, y).mean(axis=(1, 2, 3)) + right_kl(m, v),
                "784 is right for one size of images only: sum over the axes 1, 2 and 3.",
            ),
            (
                lambda x, y, m, v: reconstruction(x, y) + right_kl(m, v) / m.shape[1],
                "You took the mean over latent dimensions: sum them.",
            ),
            (
                lambda x, y, m, v: pixels(x, y).mean(axis=(1, 2, 3)) + right_kl(m, v) / m.shape[1],
                "You took the mean over pixels and over latent dimensions: sum over both.",
            ),
            (
                lambda x, y, m, v: right(x, y, m, v).mean(),
                "The mean over images comes later: one number for each image.",
            ),
            (
                lambda x, y, m, v: right(x, y, m, v).sum(),
                "You summed over images too: one number for each image.",
            ),
            (
                with_kl(lambda m, v: _kl_per_dimension(m, 2 * v)),
                "You took `z_log_var` for log σ: it is log σ².",
            ),
            (
                with_kl(lambda m, v: _kl_per_dimension(m, v / 2)),
                "log σ² is `z_log_var`: nothing to halve in the KL.",
            ),
            (
                with_kl(lambda m, v: _kl_per_dimension(v, m)),
                "In the KL, `z_mean` and `z_log_var` are exchanged.",
            ),
            (
                with_kl(lambda m, v: 0.5 * (m + np.exp(v) - 1 - v)),
                "The square of μ is missing in the KL.",
            ),
            (
                with_pixels(lambda x, y: np.logaddexp(0, -y) - x * y),
                "The first term is log(1 + exp(+l)): you have exp(−l).",
            ),
            (
                with_pixels(lambda x, y: np.logaddexp(0, x) - x * y),
                "`images` and `logits` are exchanged in the first term: log(1 + exp(l)).",
            ),
            (
                with_pixels(lambda x, y: np.logaddexp(0, x) - y * x),
                "`images` and `logits` are exchanged in the first term: log(1 + exp(l)).",
            ),
            (
                with_pixels(lambda x, y: sigmoid(y) - x * y),
                "The first term is log(1 + exp(l)), not the sigmoid.",
            ),
            (
                with_pixels(lambda x, y: np.exp(y) - x * y),
                "The first term is log(1 + exp(l)), not exp(l).",
            ),
            (
                with_pixels(lambda x, y: np.maximum(y, 0) - x * y),
                "The first term is log(1 + exp(l)), which only nearly is max(l, 0).",
            ),
            (
                with_pixels(lambda x, y: np.logaddexp(0, sigmoid(y)) - x * sigmoid(y)),
                "The formula takes the logits: you put them through a sigmoid first.",
            ),
            (
                with_pixels(lambda x, y: -x * np.log(y) - (1 - x) * np.log(1 - y)),
                "You took the logits for brightness: use log(1 + exp(l)) − x l.",
            ),
            (
                with_pixels(lambda x, y: np.square(x - sigmoid(y))),
                "That is the squared error, not the cross-entropy.",
            ),
            (
                with_pixels(lambda x, y: np.square(x - y)),
                "That is the squared error, of logits at that: asked is the cross-entropy.",
            ),
            (
                with_pixels(lambda x, y: pixels(x / 255, y)),
                "The images lie between 0 and 1 already: do not divide by 255.",
            ),
            (
                with_pixels(lambda x, y: pixels(np.round(x), y)),
                "You made the images black and white: take their greys as they are.",
            ),
            (
                with_pixels(lambda x, y: np.log(1 + np.exp(y)) - x * y),
                "exp(l) overflows for a large logit: `np.logaddexp(0, l)` is log(1 + exp(l)) "
                "without that.",
            ),
            (
                with_pixels(
                    lambda x, y: -x * np.log(sigmoid(y)) - (1 - x) * np.log(1 - sigmoid(y))
                ),
                "The sigmoid of a sure logit rounds to 0 or 1, and its logarithm is infinite: "
                "compute from the logits.",
            ),
            *((with_pixels(_from_clipped(e)), _CLIPPED) for e in (1e-12, 1e-10, 1e-8, 1e-7, 1e-6)),
            *((with_pixels(_from_clipped(e)), _CLIPPED) for e in (1e-5, 1e-4, 1e-3)),
        ],
        rtol=1e-5,
    )
    return "This is the loss that trains every VAE of this course."


_CLIPPED = (
    "A white pixel with a logit of −800 costs 800 nats. Compute from the logits: a sigmoid rounds "
    "to 0, and clipping it hides the cost."
)
# Each pixel costs 800 nats, and exp(800) is infinite.
_SURE = Case(
    np.array([0.0, 1.0]).reshape(2, 1, 1, 1),
    np.array([800.0, -800.0]).reshape(2, 1, 1, 1),
    np.array([[0.5, -1.0, 0.1], [1.5, 0.3, -0.8]]),
    np.array([[-0.4, 0.2, 1.3], [0.6, -1.1, -0.5]]),
    when="a sure decoder that is wrong, with logits of ±800",
)


def _batch(n, height, width, latent_dim):
    """Return images, logits, z_mean and z_log_var."""
    rng = np.random.default_rng(15 + n)
    images = rng.choice([0.0, 0.25, 1.0], (n, height, width, 1))
    return images, rng.normal(0, 2, images.shape), *rng.normal(0, 1, (2, n, latent_dim))


def _from_clipped(epsilon):
    """Return the cross-entropy of a pixel by way of a clipped sigmoid."""

    def pixels(images, logits):
        p = np.clip(1 / (1 + np.exp(-logits)), epsilon, 1 - epsilon)
        return -images * np.log(p) - (1 - images) * np.log(1 - p)

    return pixels


def _finite(value, shape, what, look_at):
    """Return the learner's value as a finite float array of the shape, or raise Wrong."""
    expect_array(value, np.zeros(shape), what, atol=1e300, look_at=look_at)
    return np.asarray(value, dtype=float)


self_test = SelfTest(
    Question(
        "Why can the posterior p(z|x) of a VAE not be computed?",
        {
            "a": "p(x|z) is unknown",
            "b": "it needs p(x), an integral over all z",
            "c": "the prior is too simple",
        },
        right="b",
        feedback={
            "a": "The decoder gives p(x|z) for every z. What is missing is the divisor. "
            "(Section 2.)",
            "b": "Numerator: one decoder call. Divisor: a sum over all codes there are.",
            "c": "A simple prior makes things easier. (Section 2.)",
        },
    ),
    Question(
        "By how much does the ELBO fall short of log p(x)?",
        {
            "a": "by KL(q(z) ‖ p(z))",
            "b": "by the reconstruction error",
            "c": "by KL(q(z) ‖ p(z|x))",
        },
        right="c",
        feedback={
            "a": "That is the second term of the ELBO, the distance to the prior. (Section 3.)",
            "b": "That is, with its sign, the first term of the ELBO. (Section 3.)",
            "c": "So the bound is exact if and only if q is the posterior.",
        },
    ),
    Question(
        "An encoder gives z_mean = 0 and z_log_var = 0 for every image. The KL divergence is",
        {
            "a": "0, and the code tells nothing of the image",
            "b": "½ for each dimension",
            "c": "infinite, for the variance is 0 in every dimension",
        },
        right="a",
        feedback={
            "a": "The posterior is the prior: collapsed. Chapter 03 is about avoiding it.",
            "b": "½ (0 + 1 − 1 − 0) = 0. (Section 4.)",
            "c": "A log-variance of 0 is a variance of 1. (Section 4.)",
        },
    ),
    Question(
        "What does z = μ + σε achieve?",
        {
            "a": "it makes the draw less random, so that the decoder sees less noise",
            "b": "it moves the randomness into ε, so that z has slopes in μ and σ",
            "c": "it makes the gradient exact",
        },
        right="b",
        feedback={
            "a": "The distribution of z is the same as before. (Section 5.)",
            "b": "And backpropagation can go on through the decoder into the encoder.",
            "c": "It is still an estimate from one draw, only one with little scatter. "
            "(Section 5.)",
        },
    ),
    Question(
        "You read a loss `mse + kl`: the squared error is averaged over 784 pixels, the KL summed "
        "over dimensions. This is",
        {
            "a": "the negative ELBO with σₓ² = ½",
            "b": "the negative ELBO for black and white pixels",
            "c": "in effect a KL divergence 784 times as heavy",
        },
        right="c",
        feedback={
            "a": "For that the squares must be summed over pixels. (Section 6.)",
            "b": "That would be the cross-entropy, summed. (Section 6.)",
            "c": "Times 784 it reads: summed squares + 784 · KL. A β that nobody chose.",
        },
    ),
    chapter=__name__,
)
