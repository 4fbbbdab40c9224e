"""Exercises of chapter 08: applications."""

import numpy as np

from vae_helpers.checks.core import (
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect,
    expect_array,
    expect_number,
    show,
)

LOG_2 = np.log(2)


@exercise(
    hints=(
        "First the mean squared error of each image, over all of its pixels.",
        "`np.mean(…, axis=(1, 2, 3))` averages over the pixels and leaves one number an image.",
        "10 log₁₀(1 / MSE) is `-10 * np.log10(mse)`.",
    )
)
def psnr(answer):
    """Return the peak signal-to-noise ratio of each image, in decibels."""
    rng = np.random.default_rng(1)
    x = rng.random((3, 4, 5, 1))
    x_hat = np.clip(
        x + np.array([0.05, 0.2, 0.4]).reshape(3, 1, 1, 1) * rng.normal(size=x.shape), 0, 1
    )
    squares = np.square(x - x_hat)
    mse = squares.mean(axis=(1, 2, 3))
    right = -10 * np.log10(mse)
    expect_array(
        call(answer, x.copy(), x_hat.copy()),
        right,
        "psnr(x, x_hat) of 3 images",
        look_at="An image whose mean squared error is 0.01 has 20 dB.",
        mistakes=[
            (-right, "The sign is wrong: a better copy has more decibels."),
            (right.mean(), "That is the mean: return one number for each image."),
            (
                -10 * np.log10(squares.mean()),
                "Average over pixels only: one number for each image.",
            ),
            (-10 * np.log10(20 * mse), "You summed over pixels: the PSNR takes their mean."),
            (-10 * np.log(mse), "That is the natural logarithm: use `np.log10`."),
            (2 * right, "The factor is 10, since the error is squared already."),
            (right / 2, "No square root: the factor 10 belongs to the squared error."),
            (right / 10, "The factor 10 is missing: decibels are tenths."),
            (mse, "That is the mean squared error: now its logarithm."),
        ],
    )
    return "Ten decibels more are a tenth of the squared error."


@exercise(
    hints=(
        "Look up one probability for each pixel: the row is the bin, the column the pixel's value.",
        "`table[bins, pixels]` does it for all pixels at once and has the shape of `pixels`.",
        "Bits are −log₂ of the probabilities, and the bits of all pixels of an image add up: "
        "`-np.log2(p).sum(axis=(1, 2, 3))`",
    )
)
def residual_bits(answer):
    """Return the bits of each image, given the bins of its copy."""
    rng = np.random.default_rng(2)
    pixels, bins = rng.integers(256, size=(4, 3, 5, 1)), rng.integers(16, size=(4, 3, 5, 1))
    table = rng.dirichlet(np.full(256, 0.5), size=16) * 0.9 + 0.1 / 256
    p = table[bins, pixels]
    right = -np.log2(p).sum(axis=(1, 2, 3))
    likeliest = -np.log2(table.max(axis=1)[bins]).sum(axis=(1, 2, 3))
    expect_array(
        call(answer, pixels.copy(), bins.copy(), table.copy()),
        right,
        "residual_bits of 4 images",
        look_at="A pixel of probability ¼ costs 2 bits; add up the bits of all pixels of an image.",
        mistakes=[
            (-right, "The sign is wrong: a message has no negative length."),
            (right * LOG_2, "Those are nats: use `np.log2`."),
            (right / 15, "That is the mean over pixels: all of them must be sent, so add up."),
            (right.mean(), "That is the mean over images: return one number for each image."),
            (right.sum(), "That is the sum over images: return one number for each image."),
            (-np.log2(p), "Those are the bits of each pixel: add them up within each image."),
            (p.sum(axis=(1, 2, 3)), "Those are probabilities: the bits are −log₂ of them."),
            (
                -np.log2(p.sum(axis=(1, 2, 3))),
                "First the logarithm of each probability, then the sum: chances multiply.",
            ),
            (-np.log2(p.mean(axis=(1, 2, 3))), "First the logarithm of each pixel, then the sum."),
            (
                likeliest,
                "That is the cost of the likeliest pixel value, not of the one to be sent.",
            ),
        ],
    )
    return "What is certain is nearly free; you pay for surprise only."


@exercise(
    hints=(
        "Two parts for each image, both in nats: the cross-entropy of its pixels, and its KL.",
        "The cross-entropy of each pixel is `np.logaddexp(0, logits) - images * logits`. Sum over "
        "axes 1, 2 and 3.",
        "The KL of each image is "
        "`0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)`. Add the two.",
    )
)
def anomaly_score(answer):
    """Return the negative ELBO of each image, in nats."""
    rng = np.random.default_rng(3)
    images, logits = rng.random((4, 3, 5, 1)), rng.normal(0, 2, size=(4, 3, 5, 1))
    z_mean, z_log_var = rng.normal(size=(4, 2)), rng.normal(-1, 1, size=(4, 2))
    per_pixel = np.logaddexp(0, logits) - images * logits
    reconstruction = per_pixel.sum(axis=(1, 2, 3))
    per_dimension = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    kl = per_dimension.sum(axis=1)
    right = reconstruction + kl
    as_deviation = 0.5 * (z_mean**2 + np.exp(2 * z_log_var) - 1 - 2 * z_log_var).sum(axis=1)
    squares = np.square(images - 1 / (1 + np.exp(-logits))).sum(axis=(1, 2, 3))
    got = call(answer, images.copy(), logits.copy(), z_mean.copy(), z_log_var.copy())
    expect_array(
        got,
        right,
        "anomaly_score of 4 images",
        look_at="Compute the cross-entropy and the KL apart, and compare each with the formula.",
        mistakes=[
            (-right, "That is the ELBO: a strange image must score *higher*."),
            (right.mean(), "That is the loss, a mean: return one number for each image."),
            (right.sum(), "That is a sum over images: return one number for each image."),
            (reconstruction, "The KL divergence is missing."),
            (kl, "The cross-entropy of the pixels is missing."),
            (reconstruction - kl, "Both are costs: add the KL."),
            (kl - reconstruction, "The sign of the cross-entropy is wrong."),
            (reconstruction + 2 * kl, "The factor ½ of the KL is missing."),
            (reconstruction + as_deviation, "`z_log_var` is the log of the variance already."),
            (per_pixel.mean(axis=(1, 2, 3)) + kl, "Sum over pixels: a mean shrinks them to one."),
            (reconstruction + kl / 2, "Sum the KL over dimensions; you took their mean."),
            (squares + kl, "That is the squared error of the pixels: use the cross-entropy."),
            (right / LOG_2, "Those are bits: the score is asked for in nats."),
        ],
    )
    _expect_no_overflow(answer)
    return "The loss of a single image is the detector's score."


def _expect_no_overflow(answer):
    images, logits = np.ones((1, 1, 2, 1)), np.array([800.0, -800.0]).reshape(1, 1, 2, 1)
    with np.errstate(all="ignore"):
        got = call(answer, images, logits, np.zeros((1, 2)), np.zeros((1, 2)))
    try:
        finite = np.isfinite(np.asarray(got, dtype=float)).all()
    except Exception:
        finite = True  # the next line says what is wrong
    expect(
        finite,
        "With logits of ±800 your score is not finite: exp(800) is. Use `np.logaddexp(0, logits)`.",
    )
    expect_array(got, [800.0], "anomaly_score at logits ±800 of two white pixels, KL 0")


def conditional_vae_class():
    """Return the course's own conditional VAE, a class like the one that exercise 5 asks for."""
    import vae_helpers as vh
    from vae_helpers.backend import keras

    ops = keras.ops

    class ConditionalVAE(keras.Model):
        """A VAE whose encoder and decoder get a one-hot label (Sohn et al. 2015)."""

        image_shape = (28, 28, 1)

        def __init__(self, latent_dim=3, n_classes=10):
            super().__init__()
            self.encoder = vh.models.dense_encoder((28 * 28 + n_classes,), (300,), latent_dim)
            self.decoder = vh.models.dense_decoder((28, 28, 1), (300,), latent_dim + n_classes)
            self.sampling = vh.models.Sampling(seed=0)

        def encode(self, images, labels):
            """Map images (n, 28, 28, 1) and one-hot labels to (z_mean, z_log_var)."""
            flat = ops.reshape(images, (-1, 28 * 28))
            return self.encoder(ops.concatenate([flat, labels], axis=1))

        def decode(self, z, labels):
            """Map codes and one-hot labels to logits (n, 28, 28, 1)."""
            return self.decoder(ops.concatenate([z, labels], axis=1))

        def call(self, inputs):
            """Map (images, labels) to z_mean, z_log_var and the logits of one sample."""
            z_mean, z_log_var = self.encode(*inputs)
            logits = self.decode(self.sampling((z_mean, z_log_var)), inputs[1])
            return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            """Return the mean of reconstruction + KL of a batch, in nats."""
            reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
            kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
            return ops.mean(reconstruction + ops.sum(kl, axis=1))

    return ConditionalVAE


@exercise(
    hints=(
        "`ops.reshape(images, (-1, 784))` flattens; `ops.concatenate([flat, labels], axis=1)` puts "
        "the labels beside it. Both parts of the model then take one row of numbers.",
        "`decode` is the same with `z` in place of the pixels. What `self.encoder` and "
        "`self.decoder` return is what your methods return.",
        "The loss: `reconstruction = vh.models.reconstruction_loss(x[0], y_pred['logits'])`, "
        "`kl = vh.models.kl_per_dimension(y_pred['z_mean'], y_pred['z_log_var'])`, and "
        "`ops.mean(reconstruction + ops.sum(kl, axis=1))`. The images are `x[0]`.",
    )
)
def conditional_vae(answer):
    """Write the concatenation and the loss of a conditional VAE."""
    from vae_helpers.backend import keras

    if not isinstance(answer, type) or not issubclass(answer, keras.Model):
        raise Wrong(f"Expected your class, a `keras.Model`, got {show(answer)}.")
    model = call(answer)
    expect(isinstance(model, keras.Model), f"Your class makes {show(model)}: expected a model.")
    rng = np.random.default_rng(4)
    images = rng.random((3, 28, 28, 1)).astype("float32")
    labels = np.eye(10, dtype="float32")[[7, 1, 4]]
    latent_dim = model.decoder.input_shape[-1] - 10  # theirs to choose
    z = rng.normal(size=(3, latent_dim)).astype("float32")
    _check_encode(model, images, labels)
    _check_decode(model, z, labels)
    _check_loss(model, images, labels, rng)
    return "Two concatenations: now the label says what, and the code only has to say how."


def _check_encode(model, images, labels):
    flat = images.reshape(3, -1)
    got = call(model.encode, images.copy(), labels.copy())
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong(
            f"`encode` returned {show(got)}: return what `self.encoder` returns, the pair "
            "(z_mean, z_log_var)."
        )
    _expect_one_of(
        _numbers(got, "`encode`"),
        [_numbers(model.encoder(_beside(*pair)), "") for pair in _orders(flat, labels)],
        [
            (
                _numbers(model.encoder(_beside(flat, np.zeros_like(labels))), ""),
                "`encode` does not use the labels: put them beside the pixels.",
            ),
            (
                _numbers(model.encoder(_beside(np.zeros_like(flat), labels)), ""),
                "`encode` does not use the images: put their pixels beside the labels.",
            ),
        ],
        "`encode` must give `self.encoder` the flat pixels with the labels beside them, unchanged.",
    )


def _check_decode(model, z, labels):
    got = call(model.decode, z.copy(), labels.copy())
    _expect_one_of(
        _numbers([got], "`decode`"),
        [_numbers([model.decoder(_beside(*pair))], "") for pair in _orders(z, labels)],
        [
            (
                _numbers([model.decoder(_beside(z, np.zeros_like(labels)))], ""),
                "`decode` does not use the labels: put them beside the codes.",
            ),
            (
                _numbers([model.decoder(_beside(np.zeros_like(z), labels))], ""),
                "`decode` does not use the codes: put them beside the labels.",
            ),
            (
                1 / (1 + np.exp(-_numbers([model.decoder(_beside(z, labels))], ""))),
                "`decode` returns probabilities: the loss needs the logits as they are.",
            ),
        ],
        "`decode` must give `self.decoder` the codes with the labels beside them, unchanged.",
    )


def _check_loss(model, images, labels, rng):
    logits = rng.normal(size=images.shape).astype("float32")
    z_mean, z_log_var = rng.normal(size=(2, 3, 3)).astype("float32")
    output = {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
    cross_entropy = (np.logaddexp(0, logits) - images * logits).reshape(3, -1)
    reconstruction = cross_entropy.sum(axis=1)
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    right = np.mean(reconstruction + kl.sum(axis=1))
    got = call(model.compute_loss, x=(images, labels), y_pred=output)
    expect_number(
        _plain(got),
        right,
        "`compute_loss` of three images",
        look_at="It is the mean over images of reconstruction + KL, both sums within an image.",
        mistakes={
            reconstruction.mean(): "The KL divergence is missing.",
            kl.sum(axis=1).mean(): "The reconstruction is missing.",
            3 * right: "That is the sum over the images: return their mean.",
            np.mean(reconstruction) + kl.mean(): "Sum the KL over dimensions before the mean.",
            np.mean(reconstruction) + kl.sum(): "Average the KL over images, too.",
            cross_entropy.mean() + kl.sum(axis=1).mean(): "Sum over pixels: a mean hides them.",
            np.mean(reconstruction - kl.sum(axis=1)): "Both are costs: add the KL.",
        },
    )


def _orders(first, labels):
    return (first, labels), (labels, first)


def _beside(*parts):
    return np.concatenate(parts, axis=1)


def _numbers(tensors, what):
    """Return tensors as one array; Wrong if they are none, or differ in shape."""
    try:
        return np.stack([np.asarray(_plain(tensor), dtype=float) for tensor in tensors])
    except Exception:
        raise Wrong(f"{what} returned {show(tensors)}: return what the network returns.") from None


def _plain(tensor):
    """Return a tensor of any backend as an array, and anything else as it is."""
    from vae_helpers.backend import keras

    try:
        return keras.ops.convert_to_numpy(tensor) if hasattr(tensor, "dtype") else tensor
    except Exception:
        return tensor


def _expect_one_of(got, rights, mistakes, message):
    def same(other):
        return got.shape == other.shape and np.allclose(got, other, rtol=1e-3, atol=1e-4)

    if any(same(right) for right in rights):
        return
    for mistake, text in mistakes:
        if same(mistake):
            raise Wrong(text)
    if got.shape != rights[0].shape:
        text = f"It returned the shape {got.shape[1:]}, expected {rights[0].shape[1:]}."
        raise Wrong(f"{message} {text}")
    raise Wrong(message)


self_test = SelfTest(
    Question(
        "A plain autoencoder gets images with strong noise. What comes out?",
        {
            "a": "The clean images: noise does not fit through the bottleneck.",
            "b": "Something clean, but often of another digit.",
            "c": "The noise again.",
        },
        right="b",
        feedback={
            "a": "One decibel was all that the bottleneck won.",
            "b": "Its encoder has never met noise; it must be trained with noise in, clean out.",
            "c": "The decoder cannot draw noise. What it draws is clean, and often wrong.",
        },
    ),
    Question(
        "A black and white image has a reconstruction of 90 nats and a KL of 18 nats. How long is "
        "its message with bits back?",
        {
            "a": "about 156 bits",
            "b": "about 108 bits",
            "c": "about 26 bits",
        },
        right="a",
        feedback={
            "a": "108 nats / log 2: code and pixels together, lossless.",
            "b": "That is in nats: divide by log 2.",
            "c": "That is the code alone: the picture would not be the same.",
        },
    ),
    Question(
        "A detector was trained without ones, and ones get the *best* ELBO of all. Why?",
        {
            "a": "The training set was too small.",
            "b": "Ones look like sevens.",
            "c": "They are simple: any image with little ink has a short message.",
        },
        right="c",
        feedback={
            "a": "With all images it is the same.",
            "b": "Sevens get no such score. Look at the PNG sizes.",
            "c": "Likelihood measures how cheap an image is to describe, not how ordinary it is.",
        },
    ),
    Question(
        "A detector never rings, and one image in ten is an anomaly. Which number shows that it is "
        "useless?",
        {
            "a": "its accuracy",
            "b": "its ROC AUC",
            "c": "its share of false alarms",
        },
        right="b",
        feedback={
            "a": "It is right in nine cases of ten.",
            "b": "A score that is the same for all gets 0.5, like a coin.",
            "c": "It never raises one: the number looks perfect.",
        },
    ),
    Question(
        "Why did images from a VAE that was trained on the same 100 labelled images not help?",
        {
            "a": "They hold nothing that the 100 images do not hold.",
            "b": "There were too few of them.",
            "c": "A support vector machine cannot learn from generated images.",
        },
        right="a",
        feedback={
            "a": "Facts must come from somewhere: more images, or knowing about shifts.",
            "b": "There were ten times as many as real ones, and they did not help.",
            "c": "It learned well from shifted ones.",
        },
    ),
    chapter=__name__,
)
