"""The checkers of chapter 03."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong
from keras import ops

from vae_helpers.checks import chapter03
from vae_helpers.checks.core import SelfTest, exercises_of, predictions_of
from vae_helpers.metrics import kl_per_dimension
from vae_helpers.models import Sampling
from vae_helpers.training import mean_image_bias


@pytest.mark.parametrize("name", list(exercises_of("03")))
def test_robust(name):
    assert_robust(getattr(chapter03, name))


def _parts(images, logits, z_mean, z_log_var):
    cross_entropy = ops.softplus(logits) - images * logits
    kl = 0.5 * (z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var)
    return ops.sum(cross_entropy, axis=(1, 2, 3)), ops.sum(kl, axis=1)


class Good(keras.Model):
    """A right answer; the wrong ones change one method each."""

    def __init__(self, encoder, decoder, beta=1.0):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.sampling = Sampling(seed=0)
        self.beta = keras.Variable(beta, trainable=False)
        self.trackers = [keras.metrics.Mean(name=n) for n in ("reconstruction_loss", "kl_loss")]

    def call(self, images):
        z_mean, z_log_var = self.encoder(images)
        logits = self.decoder(self.sampling((z_mean, z_log_var)))
        return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}

    def log(self, reconstruction, kl):
        self.trackers[0].update_state(reconstruction)
        self.trackers[1].update_state(kl)

    def total(self, reconstruction, kl):
        return ops.mean(reconstruction + self.beta * kl)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        parts = _parts(x, y_pred["logits"], y_pred["z_mean"], y_pred["z_log_var"])
        self.log(*parts)
        return self.total(*parts)


def _with(**methods):
    return type("MyVAE", (Good,), methods)


def test_my_vae_right():
    assert_right(chapter03.my_vae, Good)


@pytest.mark.parametrize(
    ("total", "piece"),
    [
        (lambda self, r, kl: ops.mean(r + kl), "β is missing"),
        (lambda self, r, kl: ops.mean(self.beta * r + kl), "weighs the KL"),
        (lambda self, r, kl: ops.mean(r - self.beta * kl), "has to be added"),
        (lambda self, r, kl: ops.sum(r + self.beta * kl), "take their mean"),
        (lambda self, r, kl: ops.mean(r), "KL is missing"),
        (lambda self, r, kl: ops.mean(r / 16 + self.beta * kl), "silent β"),
        (lambda self, r, kl: ops.mean(r + self.beta**2 * kl), "in it twice"),
        (lambda self, r, kl: r + self.beta * kl, "return their mean"),
    ],
)
def test_my_vae_with_a_wrong_loss(total, piece):
    assert_wrong(chapter03.my_vae, _with(total=total), piece)


def _logs(reconstruction, kl):
    def log(self, r, k):
        self.trackers[0].update_state(reconstruction(self, r))
        self.trackers[1].update_state(kl(self, k))

    return log


def _same(self, values):
    return values


@pytest.mark.parametrize(
    ("log", "piece"),
    [
        (lambda self, r, kl: None, "update_state"),
        (_logs(_same, lambda self, k: self.beta * k), "β is in it"),
        (_logs(_same, lambda self, k: ops.mean(k)), "unequal batches"),
        (_logs(lambda self, r: r / 16, _same), "mean over pixels"),
        (_logs(lambda self, r: ops.mean(r), _same), "unequal batches"),
        (_logs(lambda self, r: ops.sum(r), _same), "sums over a batch"),
        (_logs(lambda self, r: 0.98 * r, _same), "one number an image"),
        (_logs(_same, lambda self, k: -k), "KL of each image"),
    ],
)
def test_my_vae_with_wrong_logs(log, piece):
    assert_wrong(chapter03.my_vae, _with(log=log), piece)


def _mean_decoded(self, images):
    z_mean, z_log_var = self.encoder(images)
    return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": self.decoder(z_mean)}


def _decoding(draw):
    """Return a `call` that decodes draw(self, z_mean, z_log_var)."""

    def call(self, images):
        z_mean, z_log_var = self.encoder(images)
        logits = self.decoder(draw(self, z_mean, z_log_var))
        return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}

    return call


def _sigmoid_twice(self, images):
    outputs = Good.call(self, images)
    return {**outputs, "logits": ops.sigmoid(outputs["logits"])}


def _draw_as_mean(self, images):
    z_mean, z_log_var = self.encoder(images)
    z = self.sampling((z_mean, z_log_var))
    return {"z_mean": z, "z_log_var": z_log_var, "logits": self.decoder(z)}


def _with_stopped_gradient(self, images):
    z_mean, z_log_var = self.encoder(images)
    logits = self.decoder(ops.stop_gradient(self.sampling((z_mean, z_log_var))))
    return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}


def _frozen_noise(self, images):
    """NumPy draws once, while Keras compiles."""
    z_mean, z_log_var = self.encoder(images)
    noise = np.random.default_rng().standard_normal((1, 3)).astype("float32")
    if images.shape[0] is not None:
        noise = np.random.default_rng().standard_normal((len(images), 3)).astype("float32")
    logits = self.decoder(z_mean + ops.exp(z_log_var / 2) * noise)
    return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}


def _swapped(self, images):
    outputs = Good.call(self, images)
    return {**outputs, "z_mean": outputs["z_log_var"], "z_log_var": outputs["z_mean"]}


@pytest.mark.parametrize(
    ("call", "piece"),
    [
        (_mean_decoded, "The decoder gets the mean"),
        (_decoding(lambda self, m, v: self.sampling((v, m))), "exchanged"),
        (_decoding(lambda self, m, v: self.sampling((0 * m, 0 * v))), "from the prior"),
        (_decoding(lambda self, m, v: self.sampling((self.sampling((m, v)), v))), "twice"),
        (_decoding(lambda self, m, v: self.sampling((0 * m, v))), "mean is missing"),
        (_decoding(lambda self, m, v: self.sampling((m, 0 * v))), "scaled by exp(z_log_var / 2)"),
        (_decoding(lambda self, m, v: self.sampling((m, 2 * v))), "by the variance"),
        (_decoding(lambda self, m, v: m + 0.1 * self.sampling((0 * m, 0 * v))), "a draw from q"),
        (_sigmoid_twice, "second sigmoid"),
        (_draw_as_mean, "not the draw"),
        (_with_stopped_gradient, "No gradient of the logits reaches the encoder"),
        (_swapped, "swapped"),
        (lambda self, x: tuple(Good.call(self, x).values()), "expected a dict"),
        (lambda self, x: {"logits": Good.call(self, x)["logits"]}, "expected a dict with z_mean"),
        (lambda self, x: {**Good.call(self, x), "logits": ops.zeros((7, 16))}, "shape (7, 16)"),
        (_frozen_noise, "then frozen"),
    ],
)
def test_my_vae_with_a_wrong_call(call, piece):
    assert_wrong(chapter03.my_vae, _with(call=call), piece)


def test_my_vae_with_a_beta_that_cannot_change():
    class Baked(Good):
        def __init__(self, encoder, decoder, beta=1.0):
            super().__init__(encoder, decoder)
            del self.beta
            self.beta = beta

    class Learned(Good):
        def __init__(self, encoder, decoder, beta=1.0):
            super().__init__(encoder, decoder)
            self.beta = keras.Variable(beta, trainable=True)

    class Aside(Good):
        """Has a variable, and uses the number that it began with."""

        def __init__(self, encoder, decoder, beta=1.0):
            super().__init__(encoder, decoder, beta)
            self.first_beta = beta

        def total(self, reconstruction, kl):
            return ops.mean(reconstruction + self.first_beta * kl)

    class Read(Good):
        """Reads the variable once, while Keras compiles."""

        def total(self, reconstruction, kl):
            return ops.mean(reconstruction + self.first() * kl)

        def first(self):
            with tf.init_scope():
                return float(self.beta.numpy())

    assert_wrong(chapter03.my_vae, Aside, "After `model.beta.assign(7)`")
    assert_wrong(chapter03.my_vae, Read, "After `model.beta.assign(7)`")
    assert_wrong(chapter03.my_vae, Baked, "keras.Variable")
    assert_wrong(chapter03.my_vae, Learned, "trainable")


def _stopping(part):
    def total(self, reconstruction, kl):
        parts = [reconstruction, kl]
        parts[part] = ops.stop_gradient(parts[part])
        return ops.mean(parts[0] + self.beta * parts[1])

    return total


def test_my_vae_whose_loss_cuts_the_gradient():
    assert_wrong(chapter03.my_vae, _with(total=_stopping(0)), "reaches the decoder")
    assert_wrong(chapter03.my_vae, _with(total=_stopping(1)), "reaches the encoder")


def test_my_vae_in_other_styles():
    def own_noise(self, z_mean, z_log_var):
        noise = keras.random.normal(ops.shape(z_mean), seed=self.sampling.seed_generator)
        return z_mean + ops.exp(z_log_var / 2) * noise

    def sum_of_means(self, reconstruction, kl):
        return ops.mean(reconstruction) + self.beta * ops.mean(kl)

    assert_right(chapter03.my_vae, _with(call=_decoding(own_noise), total=sum_of_means))


def test_my_vae_other_answers():
    assert_wrong(chapter03.my_vae, Good(*chapter03._tiny_networks(keras)), "without brackets")
    assert_wrong(chapter03.my_vae, dict, "keras.Model")
    assert_not_attempted(chapter03.my_vae, _with(call=lambda self, x: ...))
    assert_not_attempted(chapter03.my_vae, _with(total=lambda self, r, kl: ...))


def test_standard_beta():
    exercise = chapter03.standard_beta
    assert_right(exercise, lambda weight, n: n / weight)
    assert_wrong(exercise, lambda weight, n: weight / n, "divide by it")
    assert_wrong(exercise, lambda weight, n: 1024 / weight, "always 1,024 pixels", "1 of 4 cases")
    assert_wrong(exercise, lambda weight, n: weight, "stands on the reconstruction")
    assert_wrong(exercise, lambda weight, n: 1 / weight, "mean over pixels")
    assert_wrong(exercise, lambda weight, n: weight * n, "The weight divides")
    assert_not_attempted(exercise, lambda weight, n: ...)


def test_collapsed_dimensions():
    exercise = chapter03.collapsed_dimensions

    def count(reduce):
        return lambda m, v, threshold: reduce(kl_per_dimension(m, v), threshold)

    assert_right(exercise, count(lambda kl, t: np.sum(kl.mean(axis=0) < t)))
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl.mean(axis=0) >= t)), "in use")
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl < t)), "counted images too")
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl.mean(axis=1) < t)), "axis 0")
    assert_wrong(exercise, count(lambda kl, t: np.mean(kl.mean(axis=0) < t)), "count them")
    assert_wrong(exercise, count(lambda kl, t: kl.mean(axis=0) < t), "count the True ones")
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl.mean(axis=0) <= t)), "`<`, not `<=`")
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl.mean(axis=0) < 0.1)), "always the same")
    assert_wrong(exercise, count(lambda kl, t: np.sum(kl.mean(axis=0) < 0.2)), "always the same")
    assert_not_attempted(exercise, lambda m, v, threshold: ...)


def test_collapsed_dimensions_by_another_measure():
    """Means that cancel, and a variance alone, tell the mean KL from what is like it."""
    exercise = chapter03.collapsed_dimensions

    def below(measure):
        return lambda m, v, threshold: np.sum(measure(m, v) < threshold)

    def mean_first(m, v):
        return kl_per_dimension(m.mean(axis=0, keepdims=True), v.mean(axis=0, keepdims=True))[0]

    assert_wrong(exercise, below(mean_first), "then cancel")
    assert_wrong(exercise, below(lambda m, v: m.var(axis=0)), "`active_units`")
    assert_wrong(exercise, below(lambda m, v: (0.5 * m**2).mean(axis=0)), "variances are forgotten")
    assert_wrong(exercise, below(lambda m, v: kl_per_dimension(m, v / 2).mean(axis=0)), "halve")
    assert_wrong(exercise, below(lambda m, v: kl_per_dimension(m, m).mean(axis=0)), "the place of")


def test_collapsed_dimensions_in_loops():
    def loops(z_mean, z_log_var, threshold):
        count = 0
        for m, v in zip(z_mean.T, z_log_var.T, strict=True):
            kl = [0.5 * (a**2 + np.exp(b) - 1 - b) for a, b in zip(m, v, strict=True)]
            count += sum(kl) / len(kl) < threshold
        return count

    assert_right(chapter03.collapsed_dimensions, loops)


def test_free_bits_penalty():
    exercise = chapter03.free_bits_penalty
    assert_right(exercise, lambda kl, f: ops.sum(ops.maximum(ops.mean(kl, axis=0), f)))
    # The text speaks of the price that training feels: NumPy would give it no gradient.
    assert_wrong(
        exercise,
        lambda kl, f: np.maximum(np.asarray(kl).mean(axis=0), f).sum(),
        "No gradient",
        "`keras.ops`",
    )
    assert_wrong(
        exercise,
        lambda kl, f: ops.sum(ops.maximum(ops.mean(ops.stop_gradient(kl), axis=0), f)),
        "No gradient",
    )
    assert_wrong(
        exercise,
        lambda kl, f: ops.sum(ops.maximum(ops.stop_gradient(ops.mean(kl, axis=0)), f) + 0 * kl[0]),
        "cuts off or changes a part",
    )
    assert_wrong(
        exercise,
        lambda kl, f: ops.sum(ops.mean(ops.maximum(kl, f), axis=0)),
        "average over images first",
    )
    assert_wrong(exercise, lambda kl, f: ops.sum(ops.minimum(ops.mean(kl, axis=0), f)), "caps")
    assert_wrong(exercise, lambda kl, f: ops.sum(ops.mean(kl, axis=0)), "no effect")
    assert_wrong(
        exercise, lambda kl, f: ops.mean(ops.maximum(ops.mean(kl, axis=0), f)), "do not average"
    )
    assert_wrong(
        exercise, lambda kl, f: ops.sum(ops.relu(ops.mean(kl, axis=0) - f)), "lift to the floor"
    )
    assert_wrong(exercise, lambda kl, f: ops.maximum(ops.mean(kl, axis=0), f), "one by one")
    assert_wrong(exercise, lambda kl, f: ops.sum(ops.maximum(ops.mean(kl, axis=1), f)), "axis 0")
    assert_wrong(
        exercise, lambda kl, f: ops.sum(ops.maximum(ops.mean(kl, axis=0), 0.3)), "always 0.3"
    )
    assert_wrong(exercise, lambda kl, f: ops.sum(ops.maximum(ops.median(kl, axis=0), f)), "median")
    assert_right(
        exercise, lambda kl, f: sum(ops.maximum(ops.mean(kl[:, i]), f) for i in range(kl.shape[1]))
    )
    assert_not_attempted(exercise, lambda kl, f: ...)


def test_mean_image_bias():
    exercise = chapter03.mean_image_bias

    def logit(p):
        return np.log(p / (1 - p))

    def clipped(images, epsilon):
        return np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)

    assert_right(exercise, mean_image_bias)
    assert_right(exercise, lambda x, e: logit(clipped(x, e)))
    assert_right(exercise, lambda x, e: -np.log(1 / clipped(x, e) - 1))
    assert_wrong(exercise, lambda x, e: clipped(x, e), "gives logits")
    assert_wrong(exercise, lambda x, e: np.log(clipped(x, e)), "That is log p")
    assert_wrong(exercise, lambda x, e: -logit(clipped(x, e)), "upside down")
    assert_wrong(exercise, lambda x, e: logit(clipped(x, 0.005)), "use `epsilon`")
    assert_wrong(exercise, lambda x, e: logit(np.maximum(x.mean(0).ravel(), e)), "clip at 1 − ε")
    assert_wrong(
        exercise, lambda x, e: logit(np.clip(x, e, 1 - e)).mean(0).ravel(), "logit of the mean"
    )
    assert_wrong(exercise, lambda x, e: logit(np.clip(x.mean(), e, 1 - e)), "one number for all")
    assert_not_attempted(exercise, lambda x, e: ...)


def test_four_curves():
    exercise = chapter03.four_curves
    right = {"A": "silent", "B": "collapsing", "C": "sign", "D": "healthy"}
    assert_right(exercise, right)
    assert_right(exercise, {key.lower(): f" {kind.upper()}." for key, kind in right.items()})
    swapped = {**right, "A": "collapsing", "B": "silent"}
    assert_wrong(exercise, swapped, "2 of 4 right", "A is not 'collapsing'", "below the picture")
    assert_wrong(exercise, {**right, "C": "healthy", "D": "sign"}, "2 of 4 right", "shoot up")
    assert_wrong(exercise, {**right, "C": "healthy"}, "'healthy' stands more than once")
    assert_wrong(exercise, {**right, "D": "good"}, "allowed are")
    assert_wrong(exercise, {"A": "silent"}, "the letters A, B, C and D")
    assert_wrong(exercise, "silent", "expected a dict")
    assert_not_attempted(exercise, {**right, "B": ...})


def test_four_curves_has_a_message_for_each_pair():
    for key, kind in chapter03._CURVES.items():
        later = [other for other in chapter03._CURVES if other > key] or ["A"]
        answer = {**chapter03._CURVES, key: chapter03._CURVES[later[0]], later[0]: kind}
        first = min(key, later[0])
        seen = chapter03._CURVE_SIGNS[chapter03._CURVES[first]]
        assert_wrong(chapter03.four_curves, answer, f"{first} is not", seen)


def test_split_gap():
    exercise = chapter03.split_gap

    def means(first, second):
        return lambda e, r, p: (np.mean(first(e, r, p)), np.mean(second(e, r, p)))

    def amortisation(e, r, p):
        return r - e

    def approximation(e, r, p):
        return p - r

    assert_right(exercise, means(amortisation, approximation))
    assert_right(exercise, lambda e, r, p: [r.mean() - e.mean(), p.mean() - r.mean()])
    assert_wrong(exercise, means(approximation, amortisation), "exchanged")
    assert_wrong(exercise, means(lambda e, r, p: e - r, approximation), "higher one")
    assert_wrong(exercise, means(lambda e, r, p: p - e, approximation), "whole distance")
    assert_wrong(exercise, means(amortisation, lambda e, r, p: p - e), "begin at the refined")
    assert_wrong(exercise, means(amortisation, lambda e, r, p: r - p), "sign is turned")
    assert_wrong(exercise, lambda e, r, p: (r - e, p - r), "image by image")
    assert_wrong(exercise, lambda e, r, p: (np.sum(r - e), np.sum(p - r)), "sum over images")
    assert_wrong(exercise, lambda e, r, p: np.mean(p - e), "expected 2 values")
    assert_not_attempted(exercise, lambda e, r, p: ...)


@pytest.mark.parametrize("prediction", predictions_of("03").values(), ids=lambda p: p.name)
def test_predictions_comment_on_each_choice(prediction):
    question = prediction.question
    assert set(question.feedback) == set(question.choices)
    assert max(question.choices.values(), key=len) != question.choices[question.right]


def test_paired_difference():
    exercise = chapter03.paired_difference

    def with_error(error):
        return lambda a, b: ((a - b).mean(), error(a, b))

    def standard_error(a, b):
        return (a - b).std(ddof=1) / np.sqrt(len(a))

    assert_right(exercise, with_error(standard_error))
    assert_wrong(exercise, with_error(lambda a, b: (a - b).std(ddof=1)), "divide by √n")
    assert_wrong(exercise, with_error(lambda a, b: (a - b).std() / np.sqrt(len(a))), "ddof=1")
    assert_wrong(
        exercise,
        with_error(lambda a, b: np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))),
        "strangers",
    )
    assert_wrong(exercise, lambda a, b: ((b - a).mean(), 0.1), "other way round")
    assert_wrong(exercise, lambda a, b: (a - b).mean(), "expected 2 values")
    assert_right(exercise, lambda a, b: np.array([(a - b).mean(), standard_error(a, b)]))
    assert_right(exercise, lambda a, b: (x for x in [(a - b).mean(), standard_error(a, b)]))
    assert_wrong(exercise, lambda a, b: (standard_error(a, b), (a - b).mean()), "exchanged")
    assert_not_attempted(exercise, lambda a, b: (..., 0.1))


@pytest.mark.parametrize(
    ("centre", "piece"),
    [
        (lambda d: np.abs(d).mean(), "Keep the signs"),
        (lambda d: abs(d.mean()), "Keep the sign"),
        (np.median, "median"),
    ],
)
def test_paired_difference_of_skewed_differences(centre, piece):
    """Four positive differences with mean 2 and median 2 would not tell them apart."""
    assert_wrong(
        chapter03.paired_difference,
        lambda a, b: (centre(a - b), (a - b).std(ddof=1) / np.sqrt(len(a))),
        piece,
    )


def test_self_test():
    assert isinstance(chapter03.self_test, SelfTest)
    right = {1: "b", 2: "c", 3: "b", 4: "a", 5: "c"}
    assert_right(chapter03.self_test, right)
    assert_wrong(chapter03.self_test, {**right, 2: "d"}, "4 of 5 right", "factor to divide by")
    assert_not_attempted(chapter03.self_test, dict.fromkeys(right, ...))
