"""The checkers of chapter 08."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers import metrics
from vae_helpers.checks import chapter08
from vae_helpers.checks.core import SelfTest, exercises_of

PIXELS = (1, 2, 3)


@pytest.mark.parametrize("name", list(exercises_of("08")))
def test_robust(name):
    assert_robust(getattr(chapter08, name))


def test_psnr():
    exercise = chapter08.psnr

    def mse(x, x_hat):
        return np.mean((x - x_hat) ** 2, axis=PIXELS)

    assert_right(exercise, lambda x, y: -10 * np.log10(mse(x, y)))
    assert_right(exercise, lambda x, y: [10 * np.log10(1 / error) for error in mse(x, y)])
    assert_right(
        exercise,
        lambda x, y: -10 * np.log10(metrics.reconstruction_error(x, y, "mse", "mean", True)),
    )
    wrong = {
        "sign": lambda x, y: 10 * np.log10(mse(x, y)),
        "for each image": lambda x, y: -10 * np.log10(mse(x, y)).mean(),
        "Average over pixels only": lambda x, y: -10 * np.log10(np.mean((x - y) ** 2)),
        "summed over pixels": lambda x, y: -10 * np.log10(np.sum((x - y) ** 2, axis=PIXELS)),
        "natural logarithm": lambda x, y: -10 * np.log(mse(x, y)),
        "squared already": lambda x, y: -20 * np.log10(mse(x, y)),
        "No square root": lambda x, y: -10 * np.log10(np.sqrt(mse(x, y))),
        "factor 10 is missing": lambda x, y: -np.log10(mse(x, y)),
        "now its logarithm": mse,
        "peak of 255": lambda x, y: 10 * np.log10(255**2 / mse(x, y)),
        "brightest pixel of each": lambda x, y: 10 * np.log10(x.max(axis=PIXELS) ** 2 / mse(x, y)),
        "784 pixels": lambda x, y: -10 * np.log10(np.sum((x - y) ** 2, axis=PIXELS) / 784),
        "absolute error": lambda x, y: -10 * np.log10(np.abs(x - y).mean(axis=PIXELS)),
        "20 dB": lambda x, y: -10 * np.log10(mse(x, y)) ** 2,
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda x, y: ...)


@pytest.mark.filterwarnings("ignore")  # of the wrong answers
def test_residual_bits():
    exercise = chapter08.residual_bits
    assert_right(exercise, lambda v, b, t: -np.log2(t[b, v]).sum(axis=PIXELS))
    assert_right(exercise, lambda v, b, t: -np.log(t[b, v]).sum(axis=PIXELS) / np.log(2))
    assert_right(
        exercise, lambda v, b, t: [np.log2(1 / t[i, j]).sum() for i, j in zip(b, v, strict=True)]
    )
    wrong = {
        "sign": lambda v, b, t: np.log2(t[b, v]).sum(axis=PIXELS),
        "nats": lambda v, b, t: -np.log(t[b, v]).sum(axis=PIXELS),
        "mean over pixels": lambda v, b, t: -np.log2(t[b, v]).mean(axis=PIXELS),
        "mean over images": lambda v, b, t: -np.log2(t[b, v]).sum(axis=PIXELS).mean(),
        "sum over images": lambda v, b, t: -np.log2(t[b, v]).sum(),
        "within each image": lambda v, b, t: -np.log2(t[b, v]),
        "Those are probabilities": lambda v, b, t: t[b, v].sum(axis=PIXELS),
        "chances multiply": lambda v, b, t: -np.log2(t[b, v].sum(axis=PIXELS)),
        "first the logarithm of each pixel": lambda v, b, t: -np.log2(t[b, v].mean(axis=PIXELS)),
        "likeliest": lambda v, b, t: -np.log2(t.max(axis=1)[b]).sum(axis=PIXELS),
        "IndexError": lambda v, b, t: -np.log2(t[v, b]).sum(axis=PIXELS),
        "`table[bins, pixels]`": lambda v, b, t: -np.log2(t[v, b]).sum(axis=PIXELS),
        "from the pixels themselves": lambda v, b, t: -np.log2(t[v // 16, v]).sum(axis=PIXELS),
        "the *entropy*": lambda v, b, t: -(t[b, v] * np.log2(t[b, v])).sum(axis=PIXELS),
        "first the logarithms": lambda v, b, t: -np.log2(t[b, v].prod(axis=PIXELS)),
        "2 bits": lambda v, b, t: -np.log2(t[b[::-1], v]).sum(axis=PIXELS),
    }
    for piece, answer in wrong.items():
        assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda v, b, t: ...)


def cross_entropy(x, logits):
    return (np.logaddexp(0, logits) - x * logits).sum(axis=PIXELS)


def kl(mean, log_var, scale=1.0):
    return 0.5 * (mean**2 + np.exp(scale * log_var) - 1 - scale * log_var).sum(axis=1)


def test_anomaly_score():
    exercise = chapter08.anomaly_score

    def unstable(x, logits):
        return (np.log(1 + np.exp(logits)) - x * logits).sum(axis=PIXELS)

    def from_probabilities(x, logits):
        p = 1 / (1 + np.exp(-logits))
        return -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=PIXELS)

    assert_right(exercise, lambda x, o, m, v: cross_entropy(x, o) + kl(m, v))
    assert_right(
        exercise, lambda x, o, m, v: cross_entropy(x, o) + metrics.kl_divergence(m, v)
    )  # the package's
    wrong = {
        "score *higher*": lambda x, o, m, v: -cross_entropy(x, o) - kl(m, v),
        "a mean": lambda x, o, m, v: np.mean(cross_entropy(x, o) + kl(m, v)),
        "sum over images": lambda x, o, m, v: np.sum(cross_entropy(x, o) + kl(m, v)),
        "KL divergence is missing": lambda x, o, m, v: cross_entropy(x, o),
        "cross-entropy of the pixels is missing": lambda x, o, m, v: kl(m, v),
        "add the KL": lambda x, o, m, v: cross_entropy(x, o) - kl(m, v),
        "sign of the cross-entropy": lambda x, o, m, v: kl(m, v) - cross_entropy(x, o),
        "factor ½": lambda x, o, m, v: cross_entropy(x, o) + 2 * kl(m, v),
        "variance already": lambda x, o, m, v: cross_entropy(x, o) + kl(m, v, 2),
        "Sum over pixels": lambda x, o, m, v: cross_entropy(x, o) / x[0].size + kl(m, v),
        "took their mean": lambda x, o, m, v: cross_entropy(x, o) + kl(m, v) / m.shape[1],
        "squared error": lambda x, o, m, v: (
            ((x - 1 / (1 + np.exp(-o))) ** 2).sum(axis=PIXELS) + kl(m, v)
        ),
        "in nats": lambda x, o, m, v: (cross_entropy(x, o) + kl(m, v)) / np.log(2),
        "logaddexp": lambda x, o, m, v: unstable(x, o) + kl(m, v),
        "formula for logits": lambda x, o, m, v: from_probabilities(x, o) + kl(m, v),
        "too large by 1": lambda x, o, m, v: cross_entropy(x, o) + kl(m, v) + 1,
        "twice": lambda x, o, m, v: cross_entropy(x, 1 / (1 + np.exp(-o))) + kl(m, v),
        "784 pixels": lambda x, o, m, v: 784 * cross_entropy(x, o) / x[0].size + kl(m, v),
        "unclipped": lambda x, o, m, v: cross_entropy(x, np.clip(o, -80, 80)) + kl(m, v),
        "compare each": lambda x, o, m, v: cross_entropy(x, o) * kl(m, v),
    }
    with np.errstate(all="ignore"):
        for piece, answer in wrong.items():
            assert_wrong(exercise, answer, piece)
    assert_not_attempted(exercise, lambda x, o, m, v: ...)


@pytest.fixture(scope="module")
def right_class():
    return chapter08.conditional_vae_class()


def changed(right, **methods):
    """Return the course's class with some methods replaced."""
    return type("Mine", (right,), methods)


def numpy_encode(self, images, labels):
    """Give the right values, but outside of any graph."""
    flat = np.asarray(images).reshape(-1, 784)
    return self.encoder(np.concatenate([flat, np.asarray(labels)], axis=1))


def cut_second(self, images, labels):
    """Return the log-variance without a gradient."""
    from vae_helpers.backend import keras

    ops = keras.ops
    flat = ops.reshape(images, (-1, 784))
    return [ops.stop_gradient(self.encoder(ops.concatenate([flat, labels], axis=1))[1])]


def eager_only(self, images, labels):
    """Give right values and gradients, but not within a graph."""
    from vae_helpers.backend import keras

    ops = keras.ops
    flat = ops.reshape(images, (-1, 784))
    if float(ops.max(labels)) != 1:
        raise ValueError("the labels are not one-hot")
    return self.encoder(ops.concatenate([flat, labels], axis=1))


def test_conditional_vae(right_class):
    import vae_helpers as vh
    from vae_helpers.backend import keras

    ops = keras.ops
    exercise = chapter08.conditional_vae

    def flat(images):
        return ops.reshape(images, (-1, 784))

    def beside(*parts):
        return ops.concatenate(parts, axis=1)

    assert_right(exercise, right_class)
    labels_first = changed(
        right_class,
        encode=lambda self, x, y: self.encoder(beside(y, flat(x))),
        decode=lambda self, z, y: self.decoder(beside(y, z)),
    )
    assert_right(exercise, labels_first)
    larger = changed(right_class, __init__=lambda self: right_class.__init__(self, latent_dim=10))
    assert_right(exercise, larger)  # the size of the code is theirs to choose

    encoders = {
        "`encode` does not use the labels": lambda s, x, y: s.encoder(beside(flat(x), 0 * y)),
        "`encode` does not use the images": lambda s, x, y: s.encoder(beside(0 * flat(x), y)),
        "expected 2 values": lambda s, x, y: s.encoder(beside(flat(x), y))[0],
        "two exchanged": lambda s, x, y: s.encoder(beside(flat(x), y))[::-1],
        "in [0, 1] already": lambda s, x, y: s.encoder(beside(flat(x) / 255, y)),
        "ops.reshape(x, (3, 784))": lambda s, x, y: s.encoder(beside(ops.reshape(x, (3, 784)), y)),
        "unchanged": lambda s, x, y: s.encoder(beside(flat(x) / 2, y)),
        "stopped with": lambda s, x, y: s.encoder(flat(x)),
        "what the network returns": lambda s, x, y: ("a", "b"),
    }
    for piece, encode in encoders.items():
        assert_wrong(exercise, changed(right_class, encode=encode), piece)
    decoders = {
        "`decode` does not use the labels": lambda s, z, y: s.decoder(beside(z, 0 * y)),
        "`decode` does not use the codes": lambda s, z, y: s.decoder(beside(0 * z, y)),
        "probabilities": lambda s, z, y: ops.sigmoid(s.decoder(beside(z, y))),
        "shape": lambda s, z, y: s.decoder(beside(z, y))[..., 0],
        "stopped with": lambda s, z, y: s.decoder(z),
    }
    for piece, decode in decoders.items():
        assert_wrong(exercise, changed(right_class, decode=decode), piece)

    def loss(combine):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            kl_parts = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
            return combine(vh.models.reconstruction_loss(x[0], y_pred["logits"]), kl_parts)

        return changed(right_class, compute_loss=compute_loss)

    losses = {
        "KL divergence is missing": lambda r, k: ops.mean(r),
        "reconstruction is missing": lambda r, k: ops.mean(ops.sum(k, axis=1)),
        "return their mean": lambda r, k: ops.sum(r) + ops.sum(k),
        "before the mean": lambda r, k: ops.mean(r) + ops.mean(k),
        "over images, too": lambda r, k: ops.mean(r) + ops.sum(k),
        "a mean hides": lambda r, k: ops.mean(r) / 784 + ops.mean(ops.sum(k, axis=1)),
        "add the KL": lambda r, k: ops.mean(r - ops.sum(k, axis=1)),
        "expected one number": lambda r, k: r + ops.sum(k, axis=1),
        "not right": lambda r, k: ops.mean(r) + 3 * ops.mean(k) + 1,
        "β = 1": lambda r, k: ops.mean(r + 0.1 * ops.sum(k, axis=1)),
        "gradient for `z_mean`": lambda r, k: ops.mean(r + ops.stop_gradient(ops.sum(k, axis=1))),
    }
    for piece, combine in losses.items():
        assert_wrong(exercise, loss(combine), piece)

    in_numpy = changed(right_class, encode=numpy_encode)
    assert_wrong(exercise, in_numpy, "`encode` gives the right values", "no gradient")
    one_cut = changed(
        right_class,
        encode=lambda self, x, y: (self.encoder(beside(flat(x), y))[0], *cut_second(self, x, y)),
    )
    assert_wrong(exercise, one_cut, "no gradient")
    graph_only = changed(right_class, encode=lambda self, x, y: eager_only(self, x, y))
    assert_wrong(exercise, graph_only, "`fit` stopped", "no NumPy")
    no_pair = changed(
        right_class,
        compute_loss=lambda self, x=None, y=None, y_pred=None, **_: ops.mean(
            vh.models.reconstruction_loss(x, y_pred["logits"])
        ),
    )
    assert_wrong(exercise, no_pair, "the images are `x[0]`")
    assert_wrong(
        exercise,
        changed(right_class, encode=lambda s, x, y: s.encoder(beside(x, y))),
        "flattens the images to (n, 784)",
    )

    for name in ("encode", "decode", "compute_loss"):
        stub = changed(right_class, **{name: lambda self, *args, **kwargs: ...})
        assert_not_attempted(exercise, stub)
    assert_wrong(exercise, right_class(), "your class")
    assert_wrong(exercise, dict, "your class")


def test_the_courses_class_learns_and_separates_label_from_code(right_class):
    from vae_helpers.backend import keras

    keras.utils.set_random_seed(0)
    model = right_class()
    labels = np.eye(10, dtype="float32")[np.arange(200) % 2]
    images = np.broadcast_to(labels[:, :1, None, None], (200, 28, 28, 1)).astype("float32")
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    losses = model.fit((images, labels), batch_size=50, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]
    drawn = np.asarray(model.decode(np.zeros((2, 3), "float32"), labels[:2]))
    assert drawn[0].min() > 0 > drawn[1].max()  # white for label 0, black for label 1


def test_self_test():
    exercise = chapter08.self_test
    assert isinstance(exercise, SelfTest)
    right = {1: "b", 2: "a", 3: "c", 4: "b", 5: "a"}
    assert_right(exercise, right)
    assert_wrong(exercise, {**right, 2: "b"}, "divide by log 2")
    assert_wrong(exercise, {**right, 4: "a"}, "nine cases")
    assert_not_attempted(exercise, dict.fromkeys(right, ...))
