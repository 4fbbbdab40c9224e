"""The checkers of chapter 02."""

import keras
import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from keras import ops
from scipy.special import logsumexp
from scipy.stats import norm

from vae_helpers.checks import chapter02
from vae_helpers.checks.core import Exercise, SelfTest, exercises_of, predictions_of
from vae_helpers.models import Sampling as PackageSampling


@pytest.mark.parametrize("name", list(exercises_of("02")))
def test_robust(name):
    exercise = getattr(chapter02, name)
    assert isinstance(exercise, Exercise)
    assert_robust(exercise)


def photos(n_places=None, blur=lambda noise, n, rng: noise * rng.standard_normal((n, 2))):
    def sample_photos(wire, noise, n, rng):
        z = rng.standard_normal(n if n_places is None else n_places)
        return np.broadcast_to(wire(z), (n, 2)) + blur(noise, n, rng)

    return sample_photos


def test_sample_photos():
    exercise = chapter02.sample_photos
    assert_right(exercise, photos())
    assert_right(exercise, lambda w, s, n, rng: rng.normal(w(rng.normal(size=n)), s))
    assert_wrong(exercise, photos(blur=lambda s, n, rng: 0), "sharp")
    assert_wrong(exercise, photos(blur=lambda s, n, rng: rng.normal(0, s**0.5, (n, 2))), "variance")
    assert_wrong(exercise, photos(blur=lambda s, n, rng: rng.normal(0, s**2, (n, 2))), "no square")
    assert_wrong(exercise, photos(blur=lambda s, n, rng: rng.normal(0, s, (n, 1))), "same blur")
    assert_wrong(exercise, photos(blur=lambda s, n, rng: rng.normal(0, 0.5, (n, 2))), "`noise`")
    assert_wrong(
        exercise,
        photos(blur=lambda s, n, rng: rng.normal(0, [s, 0], (n, 2))),
        "Only x₁ is blurred",
    )
    assert_wrong(
        exercise,
        lambda w, s, n, rng: w(rng.uniform(-0.5, 0.5, n)) + s * rng.normal(size=(n, 2)),
        "uniform",
    )
    assert_wrong(
        exercise,
        lambda w, s, n, rng: w(rng.normal(size=n) + s * rng.normal(size=n)),
        "blurred before the wire",
    )
    assert_wrong(exercise, lambda w, s, n, rng: w(rng.normal(size=n)).T, "shape (2, 5000)")
    assert_wrong(exercise, lambda w, s, n, rng: rng.normal(size=(n, 2)), "never calls `wire`")
    assert_wrong(exercise, lambda w, s, n, rng: w(rng.normal(size=(n, 1))), "(n,) to points")
    assert_wrong(exercise, lambda w, s, n, rng: w(rng.normal(1, 1, n)), "mean")
    assert_not_attempted(exercise, lambda w, s, n, rng: ...)


def test_sample_photos_in_a_loop():
    def one_by_one(wire, noise, n, rng):
        return [wire(rng.normal(size=1))[0] + noise * rng.normal(size=2) for _ in range(n)]

    assert_right(chapter02.sample_photos, one_by_one)


def test_sample_photos_draws_with_the_generator_given():
    def own_seed(wire, noise, n, rng):
        return photos()(wire, noise, n, np.random.default_rng(0))

    def global_draws(wire, noise, n, rng):
        return photos()(wire, noise, n, np.random)

    def own_blur(wire, noise, n, rng):
        return photos()(wire, noise, n, rng) + 1e-3 * np.random.standard_normal((n, 2))  # noqa: NPY002

    def half_own(wire, noise, n, rng):
        return wire(np.random.default_rng(0).standard_normal(n)) + noise * rng.normal(size=(n, 2))

    def other_half(wire, noise, n, rng):
        blur = np.random.default_rng(0).standard_normal((n, 2))
        return wire(rng.standard_normal(n)) + noise * blur

    assert_wrong(chapter02.sample_photos, half_own, "seed of your own")
    assert_wrong(chapter02.sample_photos, other_half, "seed of your own")
    assert_wrong(chapter02.sample_photos, own_seed, "seed of your own")
    assert_wrong(chapter02.sample_photos, global_draws, "`np.random`")
    assert_wrong(chapter02.sample_photos, own_blur, "`np.random`")


def test_sample_photos_that_only_look_normal():
    def even_blur(noise, n, rng):
        return noise * rng.uniform(-(3**0.5), 3**0.5, (n, 2))

    def even_places(wire, noise, n, rng):
        return wire(rng.uniform(-(3**0.5), 3**0.5, n)) + noise * rng.normal(size=(n, 2))

    assert_wrong(chapter02.sample_photos, photos(blur=even_blur), "not normal")
    assert_wrong(chapter02.sample_photos, even_places, "are not normal, perhaps uniform")


def test_sample_photos_of_one_place():
    def one_place(wire, noise, n, rng):
        return wire(np.zeros(n)) + noise * rng.standard_normal((n, 2))

    def few_places(wire, noise, n, rng):
        z = np.repeat(rng.standard_normal(n // 2), 2)
        return wire(z) + noise * rng.standard_normal((n, 2))

    assert_wrong(chapter02.sample_photos, one_place, "one place")
    assert_wrong(
        chapter02.sample_photos, photos(blur=lambda s, n, rng: rng.normal(0, s, 2)), "the same blur"
    )
    assert_wrong(chapter02.sample_photos, lambda *args: np.round(photos()(*args)), "do not round")
    assert_wrong(chapter02.sample_photos, few_places, "2500 places")


def bayes(evidence=None, density=None):
    """Return an answer; log p(x) and the density are right where they are not given."""

    def posterior(log_joints, step):
        right = logsumexp(log_joints) + np.log(step)
        found = right if evidence is None else evidence(log_joints, step)
        if density is None:
            return found, np.exp(log_joints - found)
        return found, density(log_joints, found, step)

    return posterior


def test_posterior():
    exercise = chapter02.posterior
    assert_right(exercise, bayes())
    assert_right(exercise, lambda v, h: list(bayes()(v, h)))
    assert_wrong(exercise, bayes(lambda v, h: logsumexp(v)), "`step` is missing")
    assert_wrong(exercise, bayes(lambda v, h: logsumexp(v) + h), "`np.log(step)`")
    assert_wrong(exercise, bayes(lambda v, h: np.log(np.exp(v).sum() * h)), "exp(−1000) is 0")
    assert_wrong(exercise, bayes(lambda v, h: logsumexp(v) - np.log(len(v))), "mean over the grid")
    assert_wrong(exercise, bayes(lambda v, h: v.sum() + np.log(h)), "sum of the logarithms")
    assert_wrong(exercise, bayes(density=lambda v, e, h: v - e), "its exponential")
    assert_wrong(exercise, bayes(density=lambda v, e, h: np.exp(v)), "divide it by p(x)")
    assert_wrong(exercise, bayes(density=lambda v, e, h: np.exp(v - e) * h), "*area* 1")
    assert_wrong(exercise, bayes(density=lambda v, e, h: np.exp(v) / np.exp(e)), "0/0")
    assert_wrong(exercise, lambda v, h: bayes()(v, h)[::-1], "exchanged")
    assert_not_attempted(exercise, lambda v, h: ...)
    assert_not_attempted(exercise, lambda v, h: (..., ...))


def test_posterior_in_other_ways():
    def largest_out(log_joints, step):
        top = log_joints.max()
        log_evidence = top + np.log(np.exp(log_joints - top).sum() * step)
        return log_evidence, np.exp(log_joints - log_evidence)

    def normalized(log_joints, step):
        heights = np.exp(log_joints - log_joints.max())
        return logsumexp(log_joints, b=step), heights / heights.sum() / step

    def trapezoids(log_joints, step):
        ends = np.ones(len(log_joints))
        ends[[0, -1]] = 0.5
        log_evidence = logsumexp(log_joints, b=ends * step)
        return log_evidence, np.exp(log_joints - log_evidence)

    for answer in (largest_out, normalized, trapezoids):
        assert_right(chapter02.posterior, answer)


@pytest.mark.parametrize("name", ["blind_draws", "own_draw"])
def test_predictions_comment_on_every_choice(name):
    prediction = predictions_of("02")[name]
    told = [prediction.question.feedback_on(choice) for choice in prediction.question.choices]
    assert len(set(told)) == 3


def test_elbo_steps():
    exercise, right = chapter02.elbo_steps, {1: "c", 2: "a", 3: "d", 4: "b", 5: "e"}
    assert_right(exercise, right)
    assert_right(exercise, {line: f" {letter.upper()}" for line, letter in right.items()})
    assert_right(exercise, {1: "c)", 2: "(a)", 3: " [D]", 4: "b.", 5: "E "})
    assert_wrong(exercise, {**right, 2: "e", 5: "a"}, "3 of 5 right", "Line 2", "Line 5")
    assert_wrong(exercise, {**right, 4: "g"}, "letters 'a' to 'f'")
    assert_wrong(exercise, {**right, 4: "f"}, "f is false", "Jensen")
    assert_wrong(exercise, {**right, 3: ...}, "Line 3 is open")
    assert_wrong(exercise, {**right, 3: 4}, "Line 3 has 4", "letters 'a' to 'f'")
    assert_wrong(exercise, "cadbe", "expected {1:")
    assert_not_attempted(exercise, dict.fromkeys(right, ...))


def draws_from(statistic):
    def elbo(log_joint, q_mean, q_std, rng, n):
        z = rng.normal(q_mean, q_std, n)
        return statistic(log_joint(z), norm.logpdf(z, q_mean, q_std))

    return elbo


def test_elbo():
    exercise = chapter02.elbo
    assert_right(exercise, draws_from(lambda p, q: np.mean(p - q)))
    assert_wrong(exercise, draws_from(lambda p, q: np.mean(p)), "− log q(z) is missing")
    assert_wrong(exercise, draws_from(lambda p, q: np.mean(p + q)), "wrong sign")
    assert_wrong(exercise, draws_from(lambda p, q: np.mean(q - p)), "turned")
    assert_wrong(exercise, draws_from(lambda p, q: np.sum(p - q)), "not their mean")
    assert_wrong(exercise, draws_from(lambda p, q: p - q), "take their mean")
    assert_wrong(
        exercise, draws_from(lambda p, q: logsumexp(p - q) - np.log(len(p))), "after the mean"
    )
    assert_wrong(exercise, draws_from(lambda p, q: (p - q)[0]), "one draw")
    assert_wrong(exercise, draws_from(lambda p, q: np.median(p - q)), "median")
    assert_wrong(exercise, draws_from(lambda p, q: np.mean(p - q) / np.log(2)), "bits")
    assert_wrong(exercise, draws_from(lambda p, q: np.mean(p - np.exp(q))), "its logarithm")
    assert_wrong(
        exercise,
        lambda f, m, s, rng, n: np.mean(f(z := rng.normal(m, s, n)) - norm.logpdf(z, m, s**2)),
        "not the variance",
    )
    assert_not_attempted(exercise, lambda f, m, s, rng, n: ...)


def test_elbo_in_a_loop():
    def loop(log_joint, q_mean, q_std, rng, n):
        total = 0
        for _ in range(n):
            z = rng.normal(q_mean, q_std)
            total += log_joint(z) - norm.logpdf(z, q_mean, q_std)
        return total / n

    def one_array_each(log_joint, q_mean, q_std, rng, n):
        z = q_mean + q_std * rng.standard_normal(n)
        return np.mean(
            [log_joint(z[i : i + 1]) - norm.logpdf(z[i], q_mean, q_std) for i in range(n)]
        )

    assert_right(chapter02.elbo, loop)
    assert_right(chapter02.elbo, one_array_each)


@pytest.mark.parametrize(
    ("draw", "piece"),
    [
        (lambda m, s, rng, n: rng.standard_normal(n), "That is the prior"),
        (lambda m, s, rng, n: m + s**2 * rng.standard_normal(n), "no square"),
        (lambda m, s, rng, n: m + np.sqrt(s) * rng.standard_normal(n), "not the variance"),
        (lambda m, s, rng, n: m + rng.standard_normal(n), "not scaled"),
        (lambda m, s, rng, n: rng.normal(s, m, n) if m > 0 else rng.normal(m, s, n), "exchanged"),
        (lambda m, s, rng, n: rng.uniform(m - s, m + s, n), "rng.normal(q_mean, q_std, n)"),
        (
            lambda m, s, rng, n: m + s * rng.uniform(-(3**0.5), 3**0.5, n),
            "rng.normal(q_mean, q_std, n)",
        ),
        (lambda m, s, rng, n: rng.normal(m, s, 600), "draw `n` = 150"),
        (lambda m, s, rng, n: np.repeat(rng.normal(m, s), n), "1 different places"),
        (lambda m, s, rng, n: np.random.normal(m, s, n), "`np.random`"),  # noqa: NPY002
        (lambda m, s, rng, n: np.random.default_rng(0).normal(m, s, n), "seed of your own"),
    ],
)
def test_elbo_with_other_draws(draw, piece):
    """With q the posterior or the prior some of them give the right average all the same."""

    def elbo(log_joint, q_mean, q_std, rng, n):
        z = draw(q_mean, q_std, rng, n)
        return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))

    assert_wrong(chapter02.elbo, elbo, piece)


def test_elbo_with_the_formula_of_the_entropy():
    """Another unbiased estimate, and the praise does not say that it is exact."""

    def elbo(log_joint, q_mean, q_std, rng, n):
        z = rng.normal(q_mean, q_std, n)
        return log_joint(z).mean() + 0.5 * np.log(2 * np.pi * np.e * q_std**2)

    assert_right(chapter02.elbo, elbo)
    assert "Right on average" in chapter02.elbo.grade(elbo).message


def test_elbo_draws_the_places_once():
    def twice(log_joint, q_mean, q_std, rng, n):
        p = log_joint(rng.normal(q_mean, q_std, n))
        return np.mean(p - norm.logpdf(rng.normal(q_mean, q_std, n), q_mean, q_std))

    assert_wrong(chapter02.elbo, twice, "over your draws")


def terms(m, v):
    return 0.5 * (m**2 + np.exp(v) - 1 - v)


def test_kl_divergence():
    exercise = chapter02.kl_divergence
    assert_right(exercise, lambda m, v: terms(m, v).sum(axis=1))
    assert_wrong(exercise, lambda m, v: -terms(m, v).sum(axis=1), "never negative")
    assert_wrong(exercise, lambda m, v: 2 * terms(m, v).sum(axis=1), "½")
    assert_wrong(exercise, lambda m, v: terms(m, 2 * v).sum(axis=1), "log σ²")
    assert_wrong(exercise, lambda m, v: terms(m, v / 2).sum(axis=1), "nothing to halve")
    assert_wrong(exercise, terms, "one by one")
    assert_wrong(exercise, lambda m, v: terms(m, v).mean(axis=1), "add up")
    assert_wrong(exercise, lambda m, v: terms(m, v).sum(), "over images too")
    assert_wrong(exercise, lambda m, v: terms(m, v).sum(axis=1).mean(), "averaged over images")
    assert_wrong(exercise, lambda m, v: terms(m, v).sum(axis=0), "`axis=1`")
    assert_wrong(exercise, lambda m, v: (m**2 + v - 1 - np.log(v)).sum(axis=1), "NaN")
    assert_wrong(exercise, lambda m, v: 0.5 * (m**2 + np.exp(v) - v).sum(axis=1), "−1", "missing")
    assert_wrong(exercise, lambda m, v: 0.5 * (m**2 + np.exp(v) - 1 + v).sum(axis=1), "wrong sign")
    assert_wrong(exercise, lambda m, v: terms(v, m).sum(axis=1), "exchanged")
    assert_wrong(exercise, lambda m, v: terms(m[:, :2], v[:, :2]).sum(axis=1), "first two")
    assert_wrong(
        exercise, lambda m, v: 0.5 * ((1 + m**2) / np.exp(v) - 1 + v).sum(axis=1), "KL(p ‖ q)"
    )
    assert_right(
        exercise,
        lambda m, v: [
            sum(0.5 * (a * a + np.exp(b) - 1 - b) for a, b in zip(*row, strict=True))
            for row in zip(m.tolist(), v.tolist(), strict=True)
        ],
    )
    assert_not_attempted(exercise, lambda m, v: ...)


def test_gradient_samples():
    exercise = chapter02.gradient_samples

    def both(score, slope):
        return lambda m, s, e: (score(m, s, m + s * e), slope(m, s, e, m + s * e))

    def score(m, s, z):
        return z**2 * (z - m) / s**2

    def slope(m, s, e, z):
        return 2 * z

    assert_right(exercise, both(score, slope))
    assert_wrong(exercise, both(lambda m, s, z: z**2 * (z - m) / s, slope), "by σ², not by σ")
    assert_wrong(exercise, both(lambda m, s, z: z**2 * (z - m), slope), "missing")
    assert_wrong(exercise, both(lambda m, s, z: (z - m) / s**2, slope), "multiply it by f(z)")
    assert_wrong(exercise, both(lambda m, s, z: 2 * z * (z - m) / s**2, slope), "not its slope")
    assert_wrong(exercise, both(lambda m, s, z: 2 * z, slope), "comes first")
    assert_wrong(exercise, both(score, lambda m, s, e, z: z**2), "derivative")
    assert_wrong(exercise, both(score, lambda m, s, e, z: 2 * z * e), "dz/dσ")
    assert_wrong(exercise, both(score, lambda m, s, e, z: 2 * z * s), "dz/dε")
    assert_wrong(exercise, both(score, lambda m, s, e, z: 2 * m), "known answer")
    assert_wrong(exercise, lambda m, s, e: 2 * (m + s * e), "`return score, reparameterized`")
    assert_right(exercise, lambda m, s, e: np.stack([score(m, s, m + s * e), 2 * (m + s * e)]))
    assert_wrong(exercise, both(lambda m, s, z: (z - m) ** 3, lambda m, s, e, z: 2 * z), "score")
    assert_not_attempted(exercise, lambda m, s, e: (..., ...))
    assert_not_attempted(exercise, lambda m, s, e: ...)


def layer_of(draw):
    """Return a layer class that returns draw(z_mean, z_log_var, noise of a shape)."""

    class Sampling(keras.layers.Layer):
        def __init__(self, seed=None, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(seed)

        def noise(self, shape):
            return keras.random.normal(shape, seed=self.seed_generator)

        def call(self, inputs):
            return draw(*inputs, self.noise)

    return Sampling


def test_sampling_layer():
    exercise = chapter02.sampling_layer

    def spread(scale):
        return layer_of(lambda m, v, noise: m + scale(v) * noise(ops.shape(m)))

    assert_right(exercise, PackageSampling)
    assert_right(exercise, spread(lambda v: ops.exp(v / 2)))
    assert_wrong(exercise, spread(ops.exp), "half of it")
    assert_wrong(exercise, spread(lambda v: v), "exponential")
    assert_wrong(exercise, spread(lambda v: 0.5 * v), "exponential")
    assert_wrong(exercise, spread(lambda v: 1.0), "not scaled")
    assert_wrong(
        exercise,
        layer_of(lambda m, v, noise: ops.exp(v / 2) * noise(ops.shape(m))),
        "`z_mean` is not added",
    )
    assert_wrong(
        exercise,
        layer_of(lambda m, v, noise: m + ops.exp(v / 2) * noise((1, 2))),
        "same noise",
    )
    assert_wrong(
        exercise,
        layer_of(lambda m, v, noise: m + ops.exp(v / 2) * noise((ops.shape(m)[0], 1))),
        "share their noise",
    )
    assert_wrong(
        exercise,
        layer_of(lambda m, v, _: m + ops.exp(v / 2) * keras.random.normal(ops.shape(m), seed=7)),
        "Two calls draw the same noise",
    )
    assert_wrong(
        exercise,
        layer_of(
            lambda m, v, noise: (
                ops.stop_gradient(m) + ops.stop_gradient(ops.exp(v / 2)) * noise(ops.shape(m))
            )
        ),
        "No gradient reaches `z_mean`",
    )
    assert_wrong(
        exercise,
        layer_of(lambda m, v, _: np.random.default_rng().normal(m, np.exp(0.5 * np.asarray(v)))),
        "`keras.random.normal(…, seed=self.seed_generator)`",
    )
    assert_wrong(exercise, layer_of(lambda m, v, noise: m[0]), "shape (2,)")
    assert_wrong(exercise, layer_of(lambda m, v, noise: "z"), "expected")
    assert_wrong(exercise, layer_of(lambda m, v, noise: 1 / 0), "ZeroDivisionError")
    assert_wrong(exercise, PackageSampling(seed=1), "without brackets")
    assert_wrong(exercise, dict, "keras.layers.Layer")
    assert_not_attempted(exercise, layer_of(lambda m, v, noise: ...))


def spread_noise(make_noise):
    """Return a layer class whose noise is make_noise(layer, shape of z_mean)."""

    class Sampling(keras.layers.Layer):
        def __init__(self, seed=None, **kwargs):
            super().__init__(**kwargs)
            self.seed = seed
            self.seed_generator = keras.random.SeedGenerator(seed)

        def call(self, inputs):
            z_mean, z_log_var = inputs
            noise = make_noise(self, tuple(ops.shape(z_mean)))
            return z_mean + ops.exp(0.5 * z_log_var) * noise

    return Sampling


def numpy_of_the_seed(layer, shape):
    layer.generator = getattr(layer, "generator", None) or np.random.default_rng(layer.seed)
    return layer.generator.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("noise", "piece"),
    [
        (lambda layer, shape: np.random.standard_normal(shape).astype("float32"), "`seed=14`"),  # noqa: NPY002
        (numpy_of_the_seed, "then frozen"),
        (
            lambda layer, shape: keras.random.normal(shape, seed=keras.random.SeedGenerator()),
            "`seed=14`",
        ),
        (lambda layer, shape: keras.random.normal(shape), "`seed=14`"),
        (lambda layer, shape: keras.random.normal(shape, seed=layer.seed), "moves on"),
        (
            lambda layer, shape: keras.random.truncated_normal(shape, seed=layer.seed_generator),
            "cut off",
        ),
        (
            lambda layer, shape: keras.random.uniform(
                shape, -(3**0.5), 3**0.5, seed=layer.seed_generator
            ),
            "not normal",
        ),
        (
            lambda layer, shape: keras.random.normal((5_000, 2), seed=layer.seed_generator),
            "shape",
        ),
        (
            lambda layer, shape: keras.random.normal((*shape[:1], 2), seed=layer.seed_generator),
            "Incompatible shapes",
        ),
    ],
)
def test_sampling_layer_with_other_noise(noise, piece):
    assert_wrong(chapter02.sampling_layer, spread_noise(noise), piece)


def test_sampling_layer_in_a_compiled_model():
    """NumPy runs once, when Keras compiles; a generator made inside cannot be compiled."""

    class Inside(PackageSampling):
        def __init__(self, seed=None, **kwargs):
            super().__init__(seed=seed, **kwargs)
            self.given, self.calls = seed, 0

        def call(self, inputs):
            self.calls += 1
            generator = keras.random.SeedGenerator(self.given + self.calls)
            noise = keras.random.normal(ops.shape(inputs[0]), seed=generator)
            return inputs[0] + ops.exp(0.5 * inputs[1]) * noise

    assert_wrong(chapter02.sampling_layer, Inside, "In a compiled model")


def test_sampling_layer_draws_outside_training_too():
    def mean(m, v, noise):
        return m + 0 * v

    assert_wrong(chapter02.sampling_layer, layer_of(mean), "in training and outside it")
    assert_wrong(
        chapter02.sampling_layer,
        layer_of(lambda m, v, noise: v + ops.exp(m / 2) * noise(ops.shape(m))),
        "exchanged",
    )


def test_sampling_layer_passes_the_right_slopes():
    assert_wrong(
        chapter02.sampling_layer,
        layer_of(
            lambda m, v, noise: m + ops.stop_gradient(ops.exp(v / 2)) * noise(ops.shape(m)) + 0 * v
        ),
        "slope of z in `z_log_var`",
    )


def test_assumed_deviation():
    exercise = chapter02.assumed_deviation
    assert_right(exercise, np.sqrt(392))
    assert_right(exercise, 19.8)
    assert_wrong(exercise, 392, "root")
    assert_right(exercise, 20)
    assert_wrong(exercise, 28, "2σₓ²")
    assert_wrong(exercise, 0.7071, "sum over pixels")
    assert_wrong(exercise, 0.02525, "Upside down")
    assert_wrong(exercise, 3, "not right")


def test_negative_elbo():
    exercise = chapter02.negative_elbo

    def pixels(x, logits):
        return np.logaddexp(0, logits) - x * logits

    def loss(combine):
        def negative_elbo(x, logits, m, v):
            return combine(pixels(x, logits).sum(axis=(1, 2, 3)), terms(m, v).sum(axis=1))

        return negative_elbo

    def from_probabilities(clip):
        def negative_elbo(x, logits, m, v):
            p = np.clip(1 / (1 + np.exp(-logits)), clip, 1 - clip)
            cost = -x * np.log(p) - (1 - x) * np.log(1 - p)
            return cost.sum(axis=(1, 2, 3)) + terms(m, v).sum(axis=1)

        return negative_elbo

    assert_right(exercise, loss(lambda r, kl: r + kl))
    assert_wrong(exercise, loss(lambda r, kl: r - kl), "it is a cost")
    assert_wrong(exercise, loss(lambda r, kl: kl - r), "reconstruction has the wrong sign")
    assert_wrong(exercise, loss(lambda r, kl: -r - kl), "This is the ELBO")
    assert_wrong(exercise, loss(lambda r, kl: r), "KL divergence is missing")
    assert_wrong(exercise, loss(lambda r, kl: kl), "reconstruction is missing")
    assert_wrong(exercise, loss(lambda r, kl: (r + kl).mean()), "comes later")
    assert_wrong(exercise, loss(lambda r, kl: (r + kl).sum()), "over images too")
    assert_wrong(
        exercise,
        lambda x, lo, m, v: pixels(x, lo).mean(axis=(1, 2, 3)) + terms(m, v).sum(axis=1),
        "hidden β",
    )
    assert_wrong(
        exercise,
        lambda x, lo, m, v: pixels(x, lo).sum(axis=(1, 2, 3)) + terms(m, v).mean(axis=1),
        "mean over latent dimensions",
    )
    assert_wrong(
        exercise,
        lambda x, lo, m, v: pixels(x, lo).sum(axis=(1, 2, 3)) + terms(m, 2 * v).sum(axis=1),
        "log σ²",
    )
    assert_wrong(exercise, from_probabilities(1e-12), "clipping")
    assert_wrong(
        exercise,  # right as long as no logit is above 709
        lambda x, lo, m, v: (
            (np.log(1 + np.exp(lo)) - x * lo).sum(axis=(1, 2, 3)) + terms(m, v).sum(axis=1)
        ),
        "logits of ±800",
        "overflows",
    )
    assert_wrong(
        exercise,
        lambda x, lo, m, v: pixels(x, lo).sum(axis=(1, 2, 3)) + 0.5 * (m**2 - 1 - v).sum(axis=1),
        "½ σ² of the KL is missing",
    )
    assert_right(
        exercise,
        lambda x, lo, m, v: [
            sum(pixels(x[i], lo[i]).ravel()) + sum(terms(m[i], v[i])) for i in range(len(x))
        ],
    )
    assert_wrong(
        exercise,
        lambda x, lo, m, v: (
            (np.log(1 + np.exp(-lo.astype("float32"))) + (1 - x) * lo).sum(axis=(1, 2, 3))
            + terms(m, v).sum(axis=1)
        ),
        "infinity",
    )
    assert_not_attempted(exercise, lambda x, lo, m, v: ...)


def test_self_test():
    exercise = chapter02.self_test
    assert isinstance(exercise, SelfTest)
    assert len(exercise.questions) == 5
    right = {n: question.right for n, question in exercise.questions.items()}
    assert_right(exercise, right)
    assert_wrong(exercise, {**right, 5: "a"}, "4 of 5 right", "summed over pixels")
    assert_wrong(exercise, {**right, 1: "a"}, "4 of 5 right", "divisor")
    assert_not_attempted(exercise, dict.fromkeys(right, ...))
