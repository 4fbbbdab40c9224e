"""Exercises of chapter 08: applications."""

import numpy as np

from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Case,
    Question,
    SelfTest,
    Wrong,
    call,
    describe_error,
    exercise,
    expect,
    expect_function,
    expect_number,
    show,
    unpack,
)

PIXELS = (1, 2, 3)
LOG_2 = np.log(2)


@exercise(
    hints=(
        "First the mean squared error of each image, over all of its pixels.",
        "`np.mean(…, axis=(1, 2, 3))` averages over the pixels and leaves one number an image.",
        "log₁₀(1 / MSE) is minus log₁₀ of the MSE, `np.log10`; and decibels are tenths.",
    ),
    title="PSNR",
)
def psnr(answer):
    """Return the peak signal-to-noise ratio of each image, in decibels."""
    rng = np.random.default_rng(1)
    x = rng.random((3, 4, 5, 1)) * 0.9
    noise = np.array([0.05, 0.2, 0.4]).reshape(3, 1, 1, 1) * rng.normal(size=x.shape)
    small = np.array([[0.1, 0.5], [0.9, 0.3]]).reshape(2, 1, 2, 1)
    expect_function(
        answer,
        _psnr,
        [
            (small, small + np.array([[0.1, -0.2], [0.05, 0.0]]).reshape(2, 1, 2, 1)),
            (x, np.clip(x + noise, 0, 1)),
        ],
        mistakes=PSNR_MISTAKES,
        look_at="An image whose mean squared error is 0.01 has 20 dB.",
    )
    return "Ten decibels more are a tenth of the squared error."


def _mse(x, x_hat):
    return np.square(x - x_hat).mean(axis=PIXELS)


def _psnr(x, x_hat):
    return -10 * np.log10(_mse(x, x_hat))


def _decibels(error):
    """Return the answer that takes another error of each image."""
    return lambda x, x_hat: -10 * np.log10(error(x, x_hat))


def _of_peak(peak):
    return lambda x, x_hat: 10 * np.log10(peak(x) ** 2 / _mse(x, x_hat))


def _number_of_pixels(x):
    return np.prod(x.shape[1:])


PSNR_MISTAKES = (
    (lambda x, y: -_psnr(x, y), "The sign is wrong: a better copy has more decibels."),
    (lambda x, y: _psnr(x, y).mean(), "That is the mean: return one number for each image."),
    (
        _decibels(lambda x, y: np.square(x - y).mean()),
        "Average over pixels only: one number for each image.",
    ),
    (
        _decibels(lambda x, y: np.square(x - y).sum(axis=PIXELS)),
        "You summed over pixels: the PSNR takes their mean.",
    ),
    (
        _decibels(lambda x, y: np.square(x - y).sum(axis=PIXELS) / 784),
        "You divided by 784 pixels, whatever the size of the images: take the mean.",
    ),
    (
        _decibels(lambda x, y: np.abs(x - y).mean(axis=PIXELS)),
        "That is the absolute error: square the differences.",
    ),
    (
        _decibels(lambda x, y: np.square((x - y).mean(axis=PIXELS))),
        "You averaged the differences and then squared: square first, or they cancel.",
    ),
    (
        _decibels(lambda x, y: np.square(x - y).max(axis=PIXELS)),
        "That is the largest squared error of a pixel: take the mean.",
    ),
    (
        lambda x, y: -10 * np.log10(np.square(x - y)).mean(axis=PIXELS),
        "You took the logarithm of each pixel: first the mean, then the logarithm.",
    ),
    (lambda x, y: -10 * np.log(_mse(x, y)), "That is the natural logarithm: use `np.log10`."),
    (lambda x, y: -10 * np.log2(_mse(x, y)), "That is the logarithm to base 2: use `np.log10`."),
    (lambda x, y: 2 * _psnr(x, y), "The factor is 10, since the error is squared already."),
    (
        lambda x, y: _psnr(x, y) / 2,
        "No square root: the factor 10 belongs to the squared error.",
    ),
    (lambda x, y: _psnr(x, y) / 10, "The factor 10 is missing: decibels are tenths."),
    (_of_peak(lambda x: 255), "You took a peak of 255: these pixels go from 0 to 1."),
    (
        lambda x, y: 10 * np.log10(255 / _mse(x, y)),
        "You took a peak of 255: these pixels go from 0 to 1.",
    ),
    (
        _of_peak(lambda x: x.max(axis=PIXELS)),
        "You took the brightest pixel of each image for the peak: it is 1, the most that there can "
        "be in [0, 1].",
    ),
    (
        _of_peak(np.max),
        "You took the brightest pixel of all images for the peak: it is 1, the most that there can "
        "be in [0, 1].",
    ),
    (
        lambda x, y: 10 * np.log10(np.square(x).mean(axis=PIXELS) / _mse(x, y)),
        "That is the signal-to-noise ratio, with the image's own power above the line: the *peak* "
        "is 1.",
    ),
    (
        lambda x, y: 10 * np.log10(x.var(axis=PIXELS) / _mse(x, y)),
        "That is the signal-to-noise ratio, with the image's own variance above the line: the "
        "*peak* is 1.",
    ),
    (
        _decibels(lambda x, y: np.square(x - y).mean(axis=0)),
        "You averaged over the images: the pixels are axes 1, 2 and 3.",
    ),
    (
        _decibels(lambda x, y: np.square(x - y)),
        "One number for each image: average over axes 1, 2 and 3.",
    ),
    *(
        (
            _decibels(lambda x, y, little=little: _mse(x, y) + little),
            "An ε beside the error changes the PSNR: leave it out.",
        )
        for little in (0.01, 1e-3, 1e-4)
    ),
    (
        lambda x, y: 10 * np.log10(1 + 1 / _mse(x, y)),
        "You added 1 inside the logarithm: it is the logarithm of 1 / MSE alone.",
    ),
    (_mse, "That is the mean squared error: now its logarithm."),
    (lambda x, y: 10 / _mse(x, y), "The logarithm is missing: 10 log₁₀ of 1 / MSE."),
)


@exercise(
    hints=(
        "Look up one probability for each pixel: the row is the bin, the column the pixel's value.",
        "`table[bins, pixels]` does it for all pixels at once and has the shape of `pixels`.",
        "Bits are −log₂ of the probabilities, `np.log2`, and the bits of all pixels of an image "
        "add up.",
    ),
    title="Bits, given the copy",
)
def residual_bits(answer):
    """Return the bits of each image, given the bins of its copy."""
    rng = np.random.default_rng(2)
    table = rng.dirichlet(np.full(256, 0.5), size=16) * 0.9 + 0.1 / 256

    def case(*shape):
        return rng.integers(16, 256, size=shape), rng.integers(16, size=shape), table

    expect_function(
        answer,
        _bits,
        [case(2, 2, 2, 1), case(4, 3, 5, 1)],
        mistakes=BITS_MISTAKES,
        unreduced=_bits_of_pixels,
        look_at="A pixel of probability ¼ costs 2 bits; add up the bits of all pixels of an image.",
    )
    expect_function(
        answer,
        _bits,
        [Case(*case(2, 28, 28, 1), when="whole digits, 784 pixels")],
        mistakes=[
            (
                lambda pixels, bins, table: -np.log2(table[bins, pixels].prod(axis=PIXELS)),
                "The product of so many probabilities is below the smallest number there is, and "
                "log 0 is −∞: first the logarithms, then their sum.",
            )
        ],
        look_at="Add up the bits of all pixels of an image, however many there are.",
    )
    return "What is certain is nearly free; you pay for surprise only."


def _bits_of_pixels(pixels, bins, table):
    return -np.log2(table[bins, pixels])


def _bits(pixels, bins, table):
    return _bits_of_pixels(pixels, bins, table).sum(axis=PIXELS)


def _bits_with(lookup):
    """Return the bits of other probabilities."""
    return lambda pixels, bins, table: -np.log2(lookup(pixels, bins, table)).sum(axis=PIXELS)


def _of_probabilities(function):
    return lambda pixels, bins, table: function(table[bins, pixels])


def _row_entropy(table):
    return -(table * np.log2(table)).sum(axis=1)


BITS_MISTAKES = (
    (lambda *a: -_bits(*a), "The sign is wrong: a message has no negative length."),
    (lambda *a: _bits(*a) * LOG_2, "Those are nats: use `np.log2`."),
    (lambda *a: _bits(*a) * np.log10(2), "Those are decimal digits: use `np.log2`."),
    (
        lambda *a: _bits(*a) / LOG_2,
        "You divided by log 2 once too often: `np.log2` gives bits already.",
    ),
    (
        lambda *a: _bits_of_pixels(*a).mean(axis=PIXELS),
        "That is the mean over pixels: all of them must be sent, so add up.",
    ),
    (
        lambda *a: 784 * _bits_of_pixels(*a).mean(axis=PIXELS),
        "You count 784 pixels, whatever the size of the images: add up those that there are.",
    ),
    (
        lambda *a: _bits(*a) / 784,
        "You divided by 784 pixels: the bits of the whole image are asked for.",
    ),
    (
        lambda *a: _bits(*a).mean(),
        "That is the mean over images: return one number for each image.",
    ),
    (lambda *a: _bits(*a).sum(), "That is the sum over images: return one number for each image."),
    (_bits_of_pixels, "Those are the bits of each pixel: add them up within each image."),
    (
        _of_probabilities(lambda p: p.sum(axis=PIXELS)),
        "Those are probabilities: the bits are −log₂ of them.",
    ),
    (
        _of_probabilities(lambda p: -np.log2(p.sum(axis=PIXELS))),
        "You took the logarithm of a sum: first the logarithm of each probability, then the sum, "
        "for chances multiply.",
    ),
    (
        _of_probabilities(lambda p: -np.log2(p.mean(axis=PIXELS))),
        "You took the logarithm of a mean: first the logarithm of each pixel, then the sum.",
    ),
    (
        _of_probabilities(lambda p: -(p * np.log2(p)).sum(axis=PIXELS)),
        "−p log₂ p is a part of the *entropy*, an average over all values: this pixel is there, "
        "and costs −log₂ p.",
    ),
    (
        _of_probabilities(lambda p: -np.log2(1 - p).sum(axis=PIXELS)),
        "You took 1 − p: the bits come from the probability of what *did* happen.",
    ),
    (
        _of_probabilities(lambda p: (1 / p).sum(axis=PIXELS)),
        "1 / p without a logarithm: the bits are log₂ of it.",
    ),
    (
        _of_probabilities(lambda p: np.ceil(-np.log2(p)).sum(axis=PIXELS)),
        "You rounded the bits of each pixel up: fractions of bits count, and add up.",
    ),
    (
        _of_probabilities(lambda p: np.round(-np.log2(p)).sum(axis=PIXELS)),
        "You rounded the bits of each pixel: fractions of bits count, and add up.",
    ),
    (
        lambda *a: np.ceil(_bits(*a)),
        "You rounded the bits of an image up to whole ones: return them as they are.",
    ),
    (
        lambda *a: np.round(_bits(*a)),
        "You rounded the bits of an image to whole ones: return them as they are.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table.max(axis=1)[bins]),
        "That is the cost of the likeliest pixel value, not of the one to be sent.",
    ),
    (
        lambda pixels, bins, table: _row_entropy(table)[bins].sum(axis=PIXELS),
        "That is the entropy of the bins, the cost *on average*: look up the pixel that is to be "
        "sent.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table[pixels, bins]),
        "Some index lies outside the table: its rows are the 16 bins, its columns the 256 pixel "
        "values, `table[bins, pixels]`.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table.T[pixels % 16, bins]),
        "The rows of the table are the bins, its columns the pixel values: `table[bins, pixels]`.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table[pixels // 16, pixels]),
        "You took the bins from the pixels themselves: the reader of the message does not have "
        "those yet. `bins` are those of the copies.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table[0, pixels]),
        "All pixels were looked up in bin 0: `bins` says in which, `table[bins, pixels]`.",
    ),
    (
        _bits_with(lambda pixels, bins, table: table.mean(axis=0)[pixels]),
        "You averaged over the bins: the copy is not used. `table[bins, pixels]`.",
    ),
    (
        lambda pixels, bins, table: 8 * np.ones(pixels.shape).sum(axis=PIXELS),
        "8 bits a pixel are the cost without any copy: look up the probabilities.",
    ),
    (
        lambda *a: 8 * _number_of_pixels(a[0]) - _bits(*a),
        "Those are the bits *saved*: return the bits that are sent.",
    ),
)


@exercise(
    hints=(
        "Two parts for each image, both in nats: the cross-entropy of its pixels, and its KL.",
        "The formula of one pixel stands above the exercise; sum it over axes 1, 2 and 3.",
        "The KL of each image is that of chapter 02, four terms and a ½, summed over axis 1. Add "
        "the two.",
    ),
    title="The negative ELBO as a score",
)
def anomaly_score(answer):
    """Return the negative ELBO of each image, in nats."""
    rng = np.random.default_rng(3)

    def case(n, h, w, d):
        images, logits = rng.random((n, h, w, 1)), rng.normal(0, 2, size=(n, h, w, 1))
        return images, logits, rng.normal(size=(n, d)), rng.normal(-1, 1, size=(n, d))

    expect_function(
        answer,
        _score,
        [tuple(part.round(1) for part in case(2, 1, 3, 4)), case(4, 3, 5, 3)],
        mistakes=SCORE_MISTAKES,
        terms=_score_terms,
        look_at="Compute the cross-entropy and the KL apart, and compare each with the formula.",
    )
    images, logits = np.array([1.0, 0.0, 1.0, 0.0]), np.array([800.0, -800.0, -800.0, 90.0])
    shape = (2, 1, 2, 1)
    expect_function(
        answer,
        _score,
        [
            Case(
                images.reshape(shape),
                logits.reshape(shape),
                np.zeros((2, 2)),
                np.zeros((2, 2)),
                when="logits of ±800",
            )
        ],
        mistakes=OVERFLOW_MISTAKES,
        look_at="A logit of −800 at a white pixel costs 800 nats, one of 800 nothing: use "
        "`np.logaddexp(0, logits)`, unclipped.",
    )
    return "The loss of a single image is the detector's score."


def _sigmoid(logits):
    return 0.5 * (1 + np.tanh(logits / 2))


def _softplus_form(images, logits):
    return np.logaddexp(0, logits) - images * logits


def _log_form(images, p):
    return -images * np.log(p) - (1 - images) * np.log(1 - p)


def _kl_of_dimensions(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


def _score_terms(images, logits, z_mean, z_log_var):
    n, d = z_mean.shape
    return {
        "Σ log(1 + eˡ)": np.logaddexp(0, logits).sum(axis=PIXELS),
        "−Σ x l": -(images * logits).sum(axis=PIXELS),
        "½ Σ μ²": 0.5 * (z_mean**2).sum(axis=1),
        "½ Σ σ²": 0.5 * np.exp(z_log_var).sum(axis=1),
        "−½ a dimension": np.full(n, -0.5 * d),
        "−½ Σ log σ²": -0.5 * z_log_var.sum(axis=1),
    }


def _score(images, logits, z_mean, z_log_var):
    return _score_with()(images, logits, z_mean, z_log_var)


def _score_with(
    pixel=_softplus_form,
    dimension=_kl_of_dimensions,
    of_pixels=lambda parts: parts.sum(axis=PIXELS),
    of_dimensions=lambda parts: parts.sum(axis=1),
    combine=lambda reconstruction, kl: reconstruction + kl,
):
    """Return the score with one of its parts changed."""

    def score(images, logits, z_mean, z_log_var):
        reconstruction = of_pixels(pixel(images, logits))
        return combine(reconstruction, of_dimensions(dimension(z_mean, z_log_var)))

    return score


def _combined(function):
    return _score_with(combine=function)


SCORE_MISTAKES = (
    # the two parts
    (
        _combined(lambda r, kl: -r - kl),
        "The sign is turned round: that is the ELBO, and a strange image must score *higher*.",
    ),
    (
        _combined(lambda r, kl: (r + kl).mean()),
        "That is the loss, a mean: return one number for each image.",
    ),
    (
        _combined(lambda r, kl: (r + kl).sum()),
        "That is a sum over images: return one number for each image.",
    ),
    (_combined(lambda r, kl: r), "The KL divergence is missing."),
    (_combined(lambda r, kl: kl), "The cross-entropy of the pixels is missing."),
    (_combined(lambda r, kl: r - kl), "Both are costs: add the KL."),
    (_combined(lambda r, kl: kl - r), "The sign of the cross-entropy is wrong."),
    (_combined(lambda r, kl: r + 2 * kl), "The factor ½ of the KL is missing."),
    (_combined(lambda r, kl: r + kl / 2), "The KL is halved twice: one ½ is in it already."),
    (
        _combined(lambda r, kl: (r + kl) / 2),
        "The ½ belongs to the KL alone, not to the cross-entropy.",
    ),
    (
        _score_with(lambda x, o: 0.5 * _softplus_form(x, o)),
        "The cross-entropy is halved: the ½ belongs to the KL alone.",
    ),
    (
        _score_with(lambda x, o: 2 * _softplus_form(x, o)),
        "The cross-entropy is doubled: add it as it is.",
    ),
    (
        _combined(lambda r, kl: r + 784 * kl),
        "You weighed the KL with 784: the ELBO has no weights.",
    ),
    (
        _combined(lambda r, kl: r + kl / 784),
        "You divided the KL by 784: the ELBO has no weights.",
    ),
    (
        _combined(lambda r, kl: 784 * r + kl),
        "You multiplied the cross-entropy by 784: it is summed over the pixels already.",
    ),
    (_combined(lambda r, kl: r + kl.mean()), "You averaged the KL over images: each has its own."),
    (_combined(lambda r, kl: r + kl.sum()), "You added up the KL of all images: each has its own."),
    (
        _combined(lambda r, kl: r.mean() + kl),
        "You averaged the cross-entropy over images: each has its own.",
    ),
    (_combined(lambda r, kl: (r + kl) / LOG_2), "Those are bits: the score is asked for in nats."),
    (
        _combined(lambda r, kl: (r + kl - (r + kl).min()) / np.ptp(r + kl)),
        "You scaled the scores of these images to 0 … 1: a score must not depend on the others.",
    ),
    # the sums
    (
        _score_with(of_pixels=lambda parts: parts.mean(axis=PIXELS)),
        "Sum over pixels: a mean shrinks them to one.",
    ),
    (
        _score_with(of_pixels=lambda parts: 784 * parts.mean(axis=PIXELS)),
        "You count 784 pixels, whatever the size of the images: sum over those that there are.",
    ),
    (
        _score_with(of_dimensions=lambda parts: parts.mean(axis=1)),
        "Sum the KL over dimensions; you took their mean.",
    ),
    # the cross-entropy
    (
        _score_with(lambda x, o: np.logaddexp(0, o) + x * o),
        "The sign of x l is wrong: log(1 + eˡ) − x l.",
    ),
    (
        _score_with(lambda x, o: np.logaddexp(0, o)),
        "The part − x l of the cross-entropy is missing.",
    ),
    (
        _score_with(lambda x, o: np.logaddexp(0, -o) - x * o),
        "The sign of the logit is wrong: log(1 + eˡ), not log(1 + e⁻ˡ).",
    ),
    (
        _score_with(lambda x, o: np.logaddexp(0, -o) + x * o),
        "Both signs of the logit are wrong: log(1 + eˡ) − x l.",
    ),
    (
        _score_with(lambda x, o: np.logaddexp(0, o) - x),
        "The second part is x *times* l: log(1 + eˡ) − x l.",
    ),
    (
        _score_with(lambda x, o: np.maximum(o, 0) - x * o),
        "That is max(0, l) in place of log(1 + eˡ): the rounded corner counts.",
    ),
    (
        _score_with(lambda x, o: _softplus_form(o, x)),
        "`images` and `logits` are exchanged in the cross-entropy.",
    ),
    (
        _score_with(lambda x, o: _softplus_form(x, _sigmoid(o))),
        "The sigmoid is taken twice: the formula holds for the logits themselves.",
    ),
    (
        _score_with(lambda x, o: _softplus_form(_sigmoid(x), o)),
        "`images` are pixels already: no sigmoid for them.",
    ),
    (
        _score_with(lambda x, o: np.square(x - _sigmoid(o))),
        "That is the squared error of the pixels: use the cross-entropy.",
    ),
    (
        _score_with(lambda x, o: np.square(x - o)),
        "That is a squared error, and of the logits: use the cross-entropy.",
    ),
    (
        _score_with(lambda x, o: -x * np.log(_sigmoid(o))),
        "The term of the black half, (1 − x) log(1 − x̂), is missing in the cross-entropy.",
    ),
    (
        _score_with(lambda x, o: _softplus_form(x / 255, o)),
        "You divided the images by 255: their pixels are in [0, 1] already.",
    ),
    (
        _score_with(lambda x, o: _log_form(x, np.clip(o, 1e-7, 1 - 1e-7))),
        "You took the logits for probabilities: use the formula for logits, or a sigmoid first.",
    ),
    (
        _score_with(lambda x, o: _log_form(x, o)),
        "You took the logits for probabilities: use the formula for logits, or a sigmoid first.",
    ),
    (
        _score_with(lambda x, o: _softplus_form(x, o) - _log_form(x, x)),
        "You took the floor away, the cross-entropy of a perfect copy: the ELBO keeps it.",
    ),
    # the KL
    (
        _score_with(dimension=lambda m, v: _kl_of_dimensions(m, 2 * v)),
        "`z_log_var` is the log of the variance already.",
    ),
    (
        _score_with(dimension=lambda m, v: _kl_of_dimensions(m, v / 2)),
        "You halved the log-variance: `np.exp(z_log_var)` is σ² already.",
    ),
    (
        _score_with(dimension=lambda m, v: _kl_of_dimensions(v, m)),
        "`z_mean` and `z_log_var` are exchanged in the KL.",
    ),
    (
        _score_with(dimension=lambda m, v: 0.5 * (m**2 + np.exp(v / 2) - 1 - v)),
        "`np.exp(z_log_var / 2)` is the deviation σ: the term is σ², `np.exp(z_log_var)`.",
    ),
    (
        _score_with(dimension=lambda m, v: 0.5 * (m + np.exp(v) - 1 - v)),
        "The mean must be squared in the KL.",
    ),
    (
        _score_with(dimension=lambda m, v: 0.5 * m**2 + np.exp(v) - 1 - v),
        "The ½ of the KL belongs to all four terms: a bracket is missing.",
    ),
)

OVERFLOW = (
    "exp(800) is more than the largest number there is: use `np.logaddexp(0, logits)`, which is "
    "log(1 + eˡ) without overflow."
)

OVERFLOW_MISTAKES = (
    (_score_with(lambda x, o: np.log(1 + np.exp(o)) - x * o), OVERFLOW),
    (
        _score_with(lambda x, o: _log_form(x, 1 / (1 + np.exp(-o)))),
        "A sigmoid of ±800 is 0 or 1 for the computer, and the log of 0 is −∞: use the formula for "
        "logits, with `np.logaddexp(0, logits)`.",
    ),
    *(
        (
            _score_with(
                lambda x, o, little=little: _log_form(x, np.clip(_sigmoid(o), little, 1 - little))
            ),
            "The probabilities are clipped, so that a wrong pixel never costs more than "
            f"{-np.log(little):.0f} nats: use the formula for logits.",
        )
        for little in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
    ),
)


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
        "The loss: the images are `x[0]`, and `y_pred` is the dict that `call` returns. The KL is "
        "summed over the dimensions, `ops.sum(…, axis=1)`; then both together are averaged.",
    ),
    title="A conditional VAE",
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
    for n in (3, 2):
        _check_encode(model, images[:n], labels[:n])
        _check_decode(model, z[:n], labels[:n])
        _check_loss(model, images[:n], labels[:n], rng)
    if keras.backend.backend() == "tensorflow":  # which can tell
        _expect_gradients_of_loss(model, images, labels, rng)
        _expect_gradients_of_networks(model, images, z, labels)
    _expect_to_train(model, images, labels)
    return "Two concatenations: now the label says what, and the code only has to say how."


ENCODE_EXCHANGED = (
    "`encode` returns the two exchanged: first `z_mean`, then `z_log_var`, as `self.encoder` does."
)


ENCODE = (
    "`encode` flattens the images to (n, 784), puts the labels beside them (`axis=1`), and calls "
    "`self.encoder`."
)
DECODE = "`decode` puts the labels beside the codes (`axis=1`), and calls `self.decoder`."


def _ops():
    from vae_helpers.backend import keras

    return keras.ops


def _check_encode(model, images, labels):
    ops = _ops()
    flat = images.reshape(len(images), -1)
    with advice(ENCODE):
        got = call(model.encode, ops.convert_to_tensor(images), ops.convert_to_tensor(labels))
    got = unpack(got, ("z_mean", "z_log_var"), "What `encode` returns")
    rights = [_numbers(model.encoder(_beside(*pair)), "") for pair in _orders(flat, labels)]
    _expect_one_of(
        _numbers(got, "`encode`"),
        rights,
        [
            *((right[::-1], ENCODE_EXCHANGED) for right in rights),
            (
                _numbers(model.encoder(_beside(flat / 255, labels)), ""),
                "`encode` divides the images by 255: their pixels are in [0, 1] already.",
            ),
            (
                _numbers(model.encoder(_beside(np.round(flat), labels)), ""),
                "`encode` rounds the images: hand on the pixels as they are.",
            ),
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
    ops = _ops()
    with advice(DECODE):
        got = call(model.decode, ops.convert_to_tensor(z), ops.convert_to_tensor(labels))
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
    n = len(images)
    z_mean, z_log_var = rng.normal(size=(2, n, 4)).astype("float32")
    output = {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
    cross_entropy = _softplus_form(images, logits).reshape(n, -1)
    reconstruction = cross_entropy.sum(axis=1)
    kl = _kl_of_dimensions(z_mean, z_log_var)
    right = np.mean(reconstruction + kl.sum(axis=1))
    tensors = {name: _ops().convert_to_tensor(value) for name, value in output.items()}
    with advice("`x` is the pair (images, labels), as Keras hands it over: the images are `x[0]`."):
        got = call(model.compute_loss, x=(images, labels), y_pred=tensors)
    expect_number(
        _plain(got),
        right,
        f"`compute_loss` of {n} images",
        look_at="It is the mean over images of reconstruction + KL, both sums within an image.",
        mistakes={
            reconstruction.mean(): "The KL divergence is missing.",
            kl.sum(axis=1).mean(): "The reconstruction is missing.",
            n * right: "That is the sum over the images: return their mean.",
            -right: "The sign is turned round: a loss is made small, so return the costs.",
            right / LOG_2: "Those are bits: the loss is in nats.",
            np.mean(reconstruction) + kl.mean(): "Sum the KL over dimensions before the mean.",
            np.mean(reconstruction) + kl.sum(): "Average the KL over images, too.",
            cross_entropy.mean() + kl.sum(axis=1).mean(): "Sum over pixels: a mean hides them.",
            np.mean(reconstruction - kl.sum(axis=1)): "Both are costs: add the KL.",
            np.mean(kl.sum(axis=1) - reconstruction): "Both are costs: add the reconstruction.",
            **{
                np.mean(reconstruction + beta * kl.sum(axis=1)): f"The KL counts {beta:g} times: "
                "here it has no weight, β = 1."
                for beta in (0.1, 0.5, 2.0, 4.0, 10.0, 784.0)
            },
        },
    )


NOT_OPS = (
    "something on its way is not `keras.ops` (NumPy, `stop_gradient` and `float` cut the gradient)."
)


def _expect_gradients_of_networks(model, images, z, labels):
    """Raise Wrong unless gradients pass `encode` and `decode`, from inputs and weights alike."""
    import tensorflow as tf

    for name, given in (("encode", images), ("decode", z)):
        given = tf.constant(given)
        with tf.GradientTape() as tape:
            tape.watch(given)
            output = call(getattr(model, name), given, tf.constant(labels))
            total = tf.add_n([tf.reduce_sum(part) for part in tf.nest.flatten(output)])
        network = model.encoder if name == "encode" else model.decoder
        slopes = tape.gradient(total, [given, *network.trainable_variables])
        cut = any(slope is None for slope in slopes)
        expect(not cut, f"`{name}` gives the right values, but no gradient: {NOT_OPS}", "gradient")


def _expect_gradients_of_loss(model, images, labels, rng):
    """Raise Wrong unless the gradients of both parts of the loss pass."""
    import tensorflow as tf

    z_mean, z_log_var = (tf.constant(part) for part in rng.normal(size=(2, 3, 4)).astype("float32"))
    logits = tf.constant(rng.normal(size=images.shape).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var, logits])
        output = {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
        loss = call(model.compute_loss, x=(images, labels), y_pred=output)
    try:
        slopes = tape.gradient(tf.convert_to_tensor(loss), [z_mean, z_log_var, logits])
    except Exception as error:
        raise Wrong(f"The gradient stopped with {describe_error(error)}.", "exception") from error
    expected = (
        z_mean / 3,
        (np.exp(z_log_var) - 1) / 6,
        (_sigmoid(np.asarray(logits, dtype=float)) - images) / 3,
    )
    for slope, right, name in zip(slopes, expected, ("z_mean", "z_log_var", "logits"), strict=True):
        expect(
            slope is not None and np.allclose(slope, right, rtol=1e-3, atol=1e-4),
            f"The loss is right, but its gradient for `{name}` is not: {NOT_OPS}",
            "gradient",
        )


def _expect_to_train(model, images, labels):
    """Raise Wrong if the class cannot be trained, as it is compiled into a graph for that."""
    from vae_helpers.backend import keras

    try:
        model.compile(optimizer=keras.optimizers.SGD(1e-3))
        model.fit((images, labels), batch_size=2, verbose=0, shuffle=False)
    except Exception as error:
        raise Wrong(
            f"All values are right, but `fit` stopped with {describe_error(error)}. Keras compiles "
            "the class before it trains: use `ops` alone, no NumPy, and no fixed number of images "
            "(`-1` in `ops.reshape`).",
            "graph",
        ) from error


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
            "a": "One decibel was all that the bottleneck won: section 1.",
            "b": "Its encoder has never met noise; it must be trained with noise in, clean out.",
            "c": "The decoder cannot draw noise. What it draws is clean, and often wrong. See "
            "section 1.",
        },
    ),
    Question(
        "A black and white image has a reconstruction of 90 nats and a KL of 18 nats. How long is "
        "its message with bits back?",
        {
            "a": "about 156 bits",
            "b": "about 108 bits, the sum of the two",
            "c": "about 26 bits, those of the code",
        },
        right="a",
        feedback={
            "a": "108 nats / log 2: code and pixels together, lossless.",
            "b": "That is in nats: divide by log 2, as in section 2.",
            "c": "That is the code alone: the picture would not be the same. See section 2.",
        },
    ),
    Question(
        "A detector was trained without ones, and ones get the *best* ELBO of all. Why?",
        {
            "a": "The training set was too small.",
            "b": "Ones look like sevens.",
            "c": "They are simple: little ink makes a short message.",
        },
        right="c",
        feedback={
            "a": "With all images it is the same: section 3.",
            "b": "Sevens get no such score. Look at the PNG sizes in section 3.",
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
            "a": "It is right in nine cases of ten: section 3.",
            "b": "A score that is the same for all gets 0.5, like a coin.",
            "c": "It never raises one: the number looks perfect. See section 3.",
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
            "b": "There were ten times as many as real ones, and they did not help: section 4.",
            "c": "It learned well from shifted ones: section 4.",
        },
    ),
    chapter=__name__,
)
