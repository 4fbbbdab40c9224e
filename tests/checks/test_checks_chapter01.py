"""The checkers of chapter 01."""

import numpy as np
import pytest
from checking import assert_not_attempted, assert_right, assert_robust, assert_wrong

from vae_helpers.checks import chapter01
from vae_helpers.checks.core import SelfTest, exercises_of


@pytest.mark.parametrize("name", list(exercises_of("01")))
def test_robust(name):
    assert_robust(getattr(chapter01, name))


def _convolution(x, kernel, stride, put):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        put(out, slice(i * stride, i * stride + len(kernel)), value * kernel)
    return out


def _add(out, place, stamp):
    out[place] += stamp


def _overwrite(out, place, stamp):
    out[place] = stamp


def test_transposed_convolution():
    exercise = chapter01.transposed_convolution
    assert_right(exercise, lambda x, k, s: _convolution(x, k, s, _add))
    assert_right(
        exercise,  # another way: put zeros between the pixels, then convolve in full
        lambda x, k, s: np.convolve(np.insert(x, np.repeat(range(1, len(x)), s - 1), 0), k),
    )
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k, s, _overwrite), "`+=`")
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k[::-1], s, _add), "not turned round")
    assert_wrong(exercise, lambda x, k, s: np.convolve(x, k), "with stride 1")
    assert_wrong(
        exercise, lambda x, k, s: np.zeros((len(x) - 1) * s + len(k)), "Nothing was stamped"
    )
    assert_wrong(exercise, lambda x, k, s: _convolution(x, k + 1, s, _add), "gives [4,", "by hand")
    assert_not_attempted(exercise, lambda x, k, s: ...)


def _decoder(
    filters=(128, 64, 32),
    last=1,
    activation="relu",
    final=None,
    padding="same",
    kernel=3,
    first=None,
):
    def build(latent_dim):
        from keras import Input, Model, layers

        z = Input((latent_dim,))
        h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128, activation=first)(z))
        for n in filters:
            h = layers.Conv2DTranspose(
                n, kernel, strides=2, padding=padding, activation=activation
            )(h)
        return Model(z, layers.Conv2D(last, 3, padding="same", activation=final)(h))

    return build


def _sequential(latent_dim):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((latent_dim,)), layers.Dense(2048)])
    model.add(layers.Reshape((4, 4, 128)))
    for n in (128, 64, 32):
        model.add(layers.Conv2DTranspose(n, 3, 2, "same"))
        model.add(layers.ReLU())
    model.add(layers.Conv2D(1, 3, padding="same"))
    return model


def test_build_decoder():
    exercise = chapter01.build_decoder
    assert_right(exercise, _decoder())
    assert_right(exercise, _sequential)
    assert_wrong(exercise, lambda latent_dim: _decoder()(2), "takes (None, 2)", "(None, 3)")
    assert_wrong(exercise, _decoder(filters=(32, 64, 128)), "expected 246,273", "fewer")
    assert_wrong(exercise, _decoder(kernel=5), "All kernels are 3 × 3")
    assert_wrong(exercise, _decoder(padding="valid"), '`padding="same"`')
    assert_wrong(exercise, _decoder(last=3), "(None, 32, 32, 3)", "a single one")
    assert_wrong(exercise, _decoder(filters=(128, 64)), "(None, 16, 16, 1)", "4 → 8 → 16 → 32")
    assert_wrong(exercise, lambda latent_dim: _decoder()(latent_dim).output, "expected a model")
    assert_not_attempted(exercise, lambda latent_dim: ...)


def test_build_decoder_compares_what_comes_out():
    exercise = chapter01.build_decoder
    assert_wrong(exercise, _decoder(final="sigmoid"), "logits", "leave it out")
    assert_wrong(exercise, _decoder(final="relu"), "negative")
    assert_wrong(exercise, _decoder(activation=None), "one linear map")
    assert_wrong(exercise, _decoder(first="relu"), "dense layer has an activation")
    assert_wrong(exercise, _decoder(activation="tanh"), "with the same weights")


def test_build_decoder_of_other_layers():
    from keras import Input, Model, layers

    def upsampling(latent_dim):
        z = Input((latent_dim,))
        h = layers.Reshape((4, 4, 128))(layers.Dense(2048)(z))
        for n in (128, 64, 32):
            h = layers.Conv2D(n, 3, padding="same", activation="relu")(layers.UpSampling2D()(h))
        return Model(z, layers.Conv2D(1, 3, padding="same")(h))

    def normalized(latent_dim):
        model = _decoder()(latent_dim)
        return Model(model.input, layers.BatchNormalization()(model.output))

    def transposed(latent_dim):
        model = _decoder()(latent_dim)
        h = model.layers[-2].output
        return Model(model.input, layers.Conv2DTranspose(1, 3, padding="same")(h))

    exercise = chapter01.build_decoder
    assert_wrong(exercise, upsampling, "Conv2DTranspose")
    assert_wrong(exercise, normalized, "no others (no normalization)")
    assert_wrong(exercise, transposed, "take `Conv2D`")


def _terms(x, x_hat):
    return -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)


def test_reconstruction_loss():
    exercise = chapter01.reconstruction_loss
    assert_right(exercise, lambda x, x_hat: _terms(x, x_hat).sum(axis=(1, 2, 3)).mean())
    assert_wrong(exercise, lambda x, x_hat: -_terms(x, x_hat).sum() / len(x), "sign")
    assert_wrong(exercise, lambda x, x_hat: _terms(x, x_hat).mean(), "averaged over pixels")
    assert_wrong(exercise, lambda x, x_hat: _terms(x, x_hat).sum(), "summed over images")
    assert_wrong(exercise, lambda x, x_hat: _terms(x_hat, x).sum() / len(x), "belongs to the copy")
    assert_wrong(exercise, lambda x, x_hat: (-x * np.log(x_hat)).sum() / len(x), "dark pixels")
    assert_wrong(
        exercise,
        lambda x, x_hat: _terms(x, x_hat).sum(axis=(1, 2, 3)),
        "shape (2,)",
        "take their mean",
    )
    assert_wrong(exercise, lambda x, x_hat: np.nan * x.sum(), "NaN")
    assert_wrong(exercise, lambda x, x_hat: np.inf * x.sum(), "log of zero")
    assert_not_attempted(exercise, lambda x, x_hat: ...)


def test_reconstruction_loss_without_cutting_off():
    """Clipping does no harm where all copies are grey; one at 0.9995 shows it."""
    exercise = chapter01.reconstruction_loss

    def clipped(epsilon):
        return lambda x, x_hat: _terms(x, np.clip(x_hat, epsilon, 1 - epsilon)).sum() / len(x)

    def padded(x, x_hat):
        cost = -x * np.log(x_hat + 0.01) - (1 - x) * np.log(1.01 - x_hat)
        return cost.sum() / len(x)

    assert_wrong(exercise, clipped(0.01), "0.01", "hides the worst errors")
    assert_wrong(exercise, padded, "0.01 inside the logarithms")
    assert_right(exercise, clipped(1e-7))


def test_reconstruction_loss_in_loops():
    def loops(x, x_hat):
        total = 0.0
        for image, copy in zip(x, x_hat, strict=True):
            for pixel, value in zip(image.ravel(), copy.ravel(), strict=True):
                total += -pixel * np.log(value) - (1 - pixel) * np.log(1 - value)
        return [total / len(x)]

    assert_right(chapter01.reconstruction_loss, loops)


def test_reconstruction_loss_with_a_term_that_is_not_right():
    exercise = chapter01.reconstruction_loss

    def loss(a, b):
        return lambda x, y: (a * x * np.log(y) + b * (1 - x) * np.log(1 - y)).sum() / len(x)

    assert_wrong(exercise, loss(1, -1), "−x log x̂ is there with the wrong sign")
    assert_wrong(exercise, loss(0, -1), "bright pixels")
    assert_wrong(exercise, loss(-1, -2), "twice")
    assert_wrong(exercise, lambda x, y: loss(-1, -1)(x, y) / np.log(10), "`np.log10`")


def test_pca_reconstruction():
    exercise = chapter01.pca_reconstruction
    assert_right(exercise, lambda x, mean, c: mean + (x - mean) @ c.T @ c)
    assert_right(exercise, lambda x, mean, c: mean @ (np.eye(len(mean)) - c.T @ c) + x @ c.T @ c)
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T, "That is the code")
    assert_wrong(exercise, lambda x, mean, c: (x - mean) @ c.T @ c, "put the mean back")
    assert_wrong(exercise, lambda x, mean, c: x @ c.T @ c, "take it away first")
    assert_wrong(exercise, lambda x, mean, c: x @ c, "stopped with ValueError", "`")
    assert_wrong(
        exercise, lambda x, mean, c: mean + (x - mean) @ c[:1].T @ c[:1], "first component"
    )
    assert_wrong(exercise, lambda x, mean, c: x - (x - mean) @ c.T @ c, "what is lost")
    assert_wrong(
        exercise,
        lambda x, mean, c: x.mean(axis=0) + (x - x.mean(axis=0)) @ c.T @ c,
        "argument `mean`",
    )
    assert_not_attempted(exercise, lambda x, mean, c: ...)


def _nearest(z, points):
    return np.square(points[:, None] - z).sum(axis=-1).argmin(axis=1)


def test_box_shares():
    exercise = chapter01.box_shares

    def counted(z, labels, points):
        return np.bincount(labels[_nearest(z, points)], minlength=10)

    assert_right(exercise, lambda z, labels, p: counted(z, labels, p) / len(p))
    assert_right(
        exercise,
        lambda z, labels, p: [np.mean(labels[_nearest(z, p)] == label) for label in range(10)],
    )
    assert_wrong(exercise, counted, "how many points there are")
    assert_wrong(exercise, lambda z, labels, p: counted(z, labels, p) / len(z), "number of codes")
    assert_wrong(exercise, lambda z, labels, p: labels[_nearest(z, p)], "count how often")
    assert_wrong(
        exercise,
        lambda z, labels, p: np.bincount(labels, minlength=10) / len(labels),
        "points are not asked",
    )
    assert_wrong(
        exercise,
        lambda z, labels, p: np.bincount(labels[_nearest(z, p)]) / len(p),
        "minlength=10",
    )
    assert_not_attempted(exercise, lambda z, labels, points: ...)


def test_what_is_drawn_with_if_an_answer_is_wrong():
    """The package's functions that stand in are those that the exercises ask for."""
    from vae_helpers import latent, models

    assert_right(chapter01.build_decoder, models.fashion_conv_decoder)
    assert_right(chapter01.pca_reconstruction, chapter01.linear_copies)

    def padded(z, labels, points):
        return np.pad(shares := latent.class_shares(z, labels, points), (0, 10 - len(shares)))

    assert_right(chapter01.box_shares, padded)
    assert_right(chapter01.reconstruction_loss, chapter01.loss_in_nats)


def test_self_test():
    assert isinstance(chapter01.self_test, SelfTest)
    assert len(chapter01.self_test.questions) == 5
    right = {n: question.right for n, question in chapter01.self_test.questions.items()}
    assert_right(chapter01.self_test, right)
    assert_wrong(chapter01.self_test, {**right, 3: "a"}, "4 of 5", "3. ✗ (a) Only if all pixels")
    assert_not_attempted(chapter01.self_test, dict.fromkeys(right, ...))


def test_the_learners_own_arrays_are_not_shared():
    """An answer that changes its arguments in place does not change what is right."""

    def in_place(x, mean, components):
        x -= mean
        codes = x @ components.T
        x[:] = codes @ components
        x += mean
        return x

    assert_right(chapter01.pca_reconstruction, in_place)
