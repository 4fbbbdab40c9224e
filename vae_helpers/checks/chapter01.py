"""Exercises of chapter 01: the autoencoder."""

import numpy as np

from vae_helpers.checks.advice import advice
from vae_helpers.checks.core import (
    Prediction,
    Question,
    SelfTest,
    Wrong,
    call,
    exercise,
    expect,
    expect_function,
    show,
)


def loss_in_nats(x, x_hat):
    """Return the cross-entropy, summed over pixels and averaged over images (n, h, w, 1)."""
    return _cross_entropy(x, x_hat).sum() / len(x)


def _cross_entropy(x, x_hat):
    return -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)


def linear_copies(x, mean, components):
    """Encode images (n, d) with principal components (k, d), and decode them again."""
    return mean + (x - mean) @ components.T @ components


copies_named = Prediction(
    "A classifier of clothes names 93 of 100 originals right. How many of their copies?",
    {
        "a": "About 90: the class is the very first thing that two numbers will keep.",
        "b": "About 50: what looks alike is no longer told apart.",
        "c": "About 10, no more than chance: it has never seen pictures so blurred.",
    },
    right="b",
    feedback={
        "a": "It feels so, for at a glance the copies look right. What you recognise is the kind: "
        "a top, trousers, a shoe, a bag. Whether a top is a coat or a pullover is gone.",
        "b": "About half. Two numbers keep the kind of garment, and much less of its class.",
        "c": "Blur costs something, but most copies of trousers, bags and ankle boots are named "
        "right: the classifier can read such pictures.",
    },
    name="copies_named",
    chapter=__name__,
)


empty_spots = Prediction(
    "What does the decoder make of a spot where no garment hangs?",
    {
        "a": "A black picture, like the spot in the map of real garments.",
        "b": "Noise, as on a screen without a signal.",
        "c": "Garments there as well, good ones and torn ones.",
    },
    right="c",
    feedback={
        "a": "Black is what I put there to mark the empty spots. A decoder cannot stay silent: it "
        "is a function, with an image for every point.",
        "b": "Noise would need a decoder that changes wildly from point to point. This one is "
        "smooth, and goes on from the nearest garments as best it can.",
        "c": "It is a function, smooth, and trained to draw nothing but clothes. So it goes on "
        "drawing them where nobody has ever corrected it, and no picture says so.",
    },
    name="empty_spots",
    chapter=__name__,
)


@exercise(
    hints=(
        "The stamp of `x[i]` covers the places from `i * stride` to just before "
        "`i * stride + len(kernel)`.",
        "A slice of `out` can be added to in one go: `out[a:b] += …`. Do not overwrite: stamps "
        "overlap.",
        "What is added is `value * kernel`. Begin with `for i, value in enumerate(x):`, and return "
        "`out` after the loop, not in it.",
    )
)
def transposed_convolution(answer):
    """Write a transposed convolution in one dimension."""

    def right(x, kernel, stride):
        return _stamped(x, kernel, stride)

    # Each has stamps that overlap; sizes and strides differ, and not all numbers are whole.
    cases = [
        (np.array([2.0, -1.0]), np.array([1.0, 2.0, 0.5]), 1),
        (np.array([1.0, 10.0, 100.0]), np.array([1.0, 2.0, 3.0]), 2),
        (np.array([0.5, 3.0, 2.0, 4.0]), np.array([4.0, 1.0, 2.0, 5.0, 7.0]), 3),
    ]
    expect_function(
        answer,
        right,
        cases,
        look_at="Stamp the first pixel by hand, then the second, and compare.",
        mistakes=[
            (_overwritten, "Where stamps overlap they add up: use `+=`."),
            (lambda x, k, s: _stamped(x, k[::-1], s), "The kernel is not turned round here."),
            (
                lambda x, k, s: _stamped(x, k, 1, s),
                "The stamp must move on by `stride` places, not by one.",
            ),
            (_fixed_stride_2, "The stamp moves on by `stride` places, not always by 2."),
            (_averaged, "Where stamps overlap they add up: no average."),
            (_brightest, "Where stamps overlap they add up: not the brighter one alone."),
            (
                lambda x, k, s: _cut_to_stride(x, k, s),
                "A stamp is as long as the kernel, `len(kernel)`, not as `stride`: stamps overlap.",
            ),
            (_with_growing_kernel, "The kernel itself changes: write `value * kernel`, not `*=`."),
            (lambda x, k, s: _stamped(x * 0 + 1, k, s), "Multiply each stamp by its pixel."),
            (
                lambda x, k, s: _stamped(np.arange(len(x)), k, s),
                "That multiplies by the place `i`: multiply by the pixel `x[i]`.",
            ),
            (lambda x, k, s: _stamped(x[:1], k, s, None, len(x)), _ONLY_FIRST),
            (lambda x, k, s: _stamped(x[:-1], k, s, None, len(x)), "The last pixel is missing."),
            (_last_stamp_alone, "Only the last stamp is there: make `out` once, and add to it."),
            (lambda x, k, s: np.convolve(x, k), "That is an ordinary convolution, with stride 1."),
            (lambda x, k, s: np.convolve(x, k, "same"), "That is an ordinary convolution."),
            (lambda x, k, s: np.convolve(x, k, "valid"), "That is an ordinary convolution."),
            (
                lambda x, k, s: np.convolve(x, k)[::s],
                "That is a convolution whose stride *shrinks* the output; a transposed one widens.",
            ),
            (
                lambda x, k, s: np.convolve(np.repeat(x, s), k),
                "That repeats each pixel before the convolution: put zeros between them instead.",
            ),
            (
                lambda x, k, s: np.convolve(np.repeat(x, s), k)[: (len(x) - 1) * s + len(k)],
                "That repeats each pixel before the convolution: put zeros between them instead.",
            ),
            (
                lambda x, k, s: np.zeros((len(x) - 1) * s + len(k)),
                "Nothing was stamped: `out` is all zeros.",
            ),
        ],
    )
    return "That is all there is to Conv2DTranspose, in two dimensions and for many channels."


@exercise(
    title="Build the decoder",
    hints=(
        "Begin as the encoder ends: `h = layers.Dense(4 * 4 * 128)(z)`, without an activation, "
        "then `layers.Reshape((4, 4, 128))`.",
        'Three times `layers.Conv2DTranspose(filters, 3, strides=2, padding="same", '
        'activation="relu")`, with 128, 64 and 32 filters: 4 → 8 → 16 → 32.',
        'The last layer is `layers.Conv2D(1, 3, padding="same")`, without an activation. Return '
        "`keras.Model(z, logits)`.",
    ),
)
def build_decoder(answer):
    """Build the decoder, from a code to the logits of an image."""
    from vae_helpers.backend import keras

    for latent_dim in (2, 3):
        with advice(_DECODER):
            decoder = call(answer, latent_dim)
        expect(
            isinstance(decoder, keras.Model),
            f"You return {show(decoder)}: expected a model, `keras.Model(z, logits)`.",
        )
        _expect_shapes(decoder, latent_dim)
        _expect_weights(decoder, _decoder(keras, latent_dim))
        _expect_same_images(keras, decoder, latent_dim)
    return "246,273 parameters, from two numbers to 1,024 logits: Ben is ready to learn."


@exercise(
    hints=(
        "Begin with the cross-entropy of every pixel, the formula above in NumPy: an array of the "
        "shape of `x`. Mind the minus signs.",
        "`-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)` is that array. It has no log 0 as long "
        "as no copy is exactly 0 or 1.",
        "Then sum over rows, columns and channels, which are axes 1, 2 and 3, and take the mean of "
        "what is left.",
    )
)
def reconstruction_loss(answer):
    """Write the binary cross-entropy, summed over pixels and averaged over images."""
    pixels, right = _cross_entropy, loss_in_nats

    expect_function(
        answer,
        right,
        [_images_and_copies(n, (n, n + 1, 2, 1)) for n in (2, 3, 4)],
        look_at="Compare your formula with the one above, term by term; add nothing to it and cut "
        "nothing off.",
        unreduced=pixels,
        terms=lambda x, x_hat: {
            "−x log x̂": (-x * np.log(x_hat)).sum() / len(x),
            "−(1 − x) log(1 − x̂)": (-(1 - x) * np.log(1 - x_hat)).sum() / len(x),
        },
        mistakes=[
            (
                lambda x, x_hat: -right(x, x_hat),
                "The sign is wrong: surprise is never negative.",
            ),
            (
                lambda x, x_hat: pixels(x, x_hat).mean(),
                "You averaged over pixels: sum over them, average over images only.",
            ),
            (
                lambda x, x_hat: 1024 * pixels(x, x_hat).mean(),
                "1,024 pixels is right for one size of images only: sum over the axes 1, 2 and 3.",
            ),
            (
                lambda x, x_hat: pixels(x, x_hat).sum(),
                "You summed over images: sum over pixels, average over images.",
            ),
            (
                lambda x, x_hat: pixels(x, x_hat).sum(axis=0).mean(),
                "It is the other way round: sum over pixels, average over images, axis 0.",
            ),
            (
                lambda x, x_hat: pixels(x, x_hat).sum(axis=(1, 2, 3)),
                "That is one number for each image: take their mean.",
            ),
            (
                lambda x, x_hat: pixels(x, x_hat).sum(axis=1).mean(),
                "You summed over rows only: the pixels have the axes 1, 2 and 3.",
            ),
            (
                lambda x, x_hat: (-x * np.log(x_hat)).sum() / len(x),
                "The term of the dark pixels, 1 − x, is missing.",
            ),
            (
                lambda x, x_hat: (-(1 - x) * np.log(1 - x_hat)).sum() / len(x),
                "The term of the bright pixels, −x log x̂, is missing.",
            ),
            (
                lambda x, x_hat: (-x * np.log(x_hat) - np.log(1 - x_hat)).sum() / len(x),
                "The factor (1 − x) of the second term is missing.",
            ),
            (
                lambda x, x_hat: (-x_hat * np.log(x) - (1 - x_hat) * np.log(1 - x)).sum() / len(x),
                "The logarithm belongs to the copy x_hat, not to the image x.",
            ),
            (
                lambda x, x_hat: (
                    (-x * np.log(x_hat) - (1 - x) * (1 - np.log(x_hat))).sum() / len(x)
                ),
                "The second term has the logarithm of 1 − x̂, not 1 minus the logarithm of x̂.",
            ),
            (
                lambda x, x_hat: (-x * np.log(x_hat) - (1 - x) * np.log1p(x_hat)).sum() / len(x),
                "`np.log1p(x_hat)` is log(1 + x̂): the second term has log(1 − x̂).",
            ),
            (
                lambda x, x_hat: (np.logaddexp(0, x_hat) - x * x_hat).sum() / len(x),
                "That is the formula for logits; `x_hat` is a brightness from 0 to 1.",
            ),
            (
                lambda x, x_hat: right(x, x_hat) - right(x, x),
                "You subtracted the loss of a perfect copy: that is a KL divergence, which is 0 "
                "for it. The loss keeps this floor.",
            ),
            (
                lambda x, x_hat: right(np.round(x), x_hat),
                "You made the image black and white first: take its greys as they are.",
            ),
            (
                lambda x, x_hat: np.square(x - x_hat).sum() / len(x),
                "That is the squared error, not the cross-entropy.",
            ),
            (
                lambda x, x_hat: np.abs(x - x_hat).sum() / len(x),
                "That is the absolute error, not the cross-entropy.",
            ),
            *(
                (
                    lambda x, x_hat, e=e: right(x, np.clip(x_hat, e, 1 - e)),
                    f"Copies are cut to the range from {e} to {1 - e}. A copy at 0.9995 beside a "
                    "black pixel costs 7.6 nats: cutting off hides the worst errors.",
                )
                for e in (0.1, 0.05, 0.01, 0.001)
            ),
            *(
                (
                    lambda x, x_hat, e=e: (
                        (-x * np.log(x_hat + e) - (1 - x) * np.log(1 - x_hat + e)).sum() / len(x)
                    ),
                    f"The {e} inside the logarithms changes the loss: it is not needed here.",
                )
                for e in (0.1, 0.01, 0.001)
            ),
        ],
    )
    return "Nats, summed over pixels, averaged over images: the convention of this course."


@exercise(
    hints=(
        "Take the mean away from `x` first. A code is the dot product with each component.",
        "`codes = (x - mean) @ components.T` has shape (n, k).",
        "Decoding goes back the same way: k numbers times k patterns give an image, to which the "
        "mean is added.",
    ),
    title="PCA reconstruction",
)
def pca_reconstruction(answer):
    """Encode and decode with principal components."""
    right = linear_copies

    def coded(x, mean, components):
        return (x - mean) @ components.T

    expect_function(
        answer,
        right,
        [_pca_case(5, 4, 5, 2), _pca_case(6, 6, 4, 3)],
        look_at="In the smallest case `x` has shape (4, 5) and `components` (2, 5): note the shape "
        "after every step.",
        mistakes=[
            (coded, "That is the code. Decode it again: it needs the shape of `x`."),
            (
                lambda x, mean, c: coded(x, mean, c) @ c,
                "You did not put the mean back.",
            ),
            (lambda x, mean, c: x @ c.T @ c, "PCA works around the mean: take it away first."),
            (lambda x, mean, c: mean + x @ c.T @ c, "Take the mean away from x first."),
            (
                lambda x, mean, c: coded(x, mean, c) @ c - mean,
                "At the end the mean is added, not taken away.",
            ),
            (
                lambda x, mean, c: mean + (x + mean) @ c.T @ c,
                "At the beginning the mean is taken away, not added.",
            ),
            (
                lambda x, mean, c: x @ c.T @ c - mean,
                "Take the mean away at the beginning, and add it at the end.",
            ),
            (
                lambda x, mean, c: right(x, x.mean(axis=0), c),
                "You took the mean of these few images: use the argument `mean`.",
            ),
            (
                lambda x, mean, c: right(x, mean.mean(), c),
                "The mean is an image, one number for each pixel: do not average it.",
            ),
            (
                lambda x, mean, c: right(x, x.mean(), c),
                "The mean is an image: use the argument `mean`, not one number.",
            ),
            (
                lambda x, mean, c: right(x, mean, c[:1]),
                "Only the first component was used: use all of them.",
            ),
            (
                lambda x, mean, c: right(x, mean, c[:2]),
                "Only the first two components were used: use all of them.",
            ),
            (
                lambda x, mean, c: mean + coded(x, mean, c) @ c / len(c),
                "You divide by the number of components: the patterns are summed, not averaged.",
            ),
            (
                lambda x, mean, c: (x - mean) @ c,
                "Shapes do not fit. A code is (n, d) times (d, k), so `components.T`; decoding is "
                "(n, k) times (k, d), `components` itself.",
            ),
            (
                lambda x, mean, c: mean + 2 * coded(x, mean, c) @ c,
                "The codes count twice.",
            ),
            (
                lambda x, mean, c: mean + coded(x, mean, c) / coded(x, mean, c).std(axis=0) @ c,
                "You scaled the codes (whitening): decode them as they are.",
            ),
            (
                lambda x, mean, c: x - coded(x, mean, c) @ c,
                "That is what is lost, plus the mean: the reconstruction is what is kept.",
            ),
            (
                lambda x, mean, c: (x - mean) - coded(x, mean, c) @ c,
                "That is what is lost: the reconstruction is what is kept.",
            ),
            (
                lambda x, mean, c: np.clip(right(x, mean, c), 0, 1),
                "You cut to the range from 0 to 1: leave the numbers as they come out.",
            ),
            (lambda x, mean, c: _fitted_anew(x, len(c)), _FITTED),
            (lambda x, mean, c: x, "That is x itself: it has to go through the numbers of a code."),
            (
                lambda x, mean, c: np.broadcast_to(mean, x.shape),
                "That is the mean alone: add what the codes say.",
            ),
        ],
    )
    return "A linear encoder, a linear decoder, and the mean image between them."


@exercise(
    title="What the box draws",
    hints=(
        "`KDTree(z).query(points)` returns two arrays: how far each point is from its nearest "
        "code, and the number of that code.",
        "`labels[nearest]` is the class of each point. How often does each class occur? "
        "`np.bincount(…, minlength=10)`.",
        "`nearest = KDTree(z).query(points)[1]`, then count `labels[nearest]`, and divide by how "
        "many points there are.",
    ),
)
def box_shares(answer):
    """Return the share of points that go to each class, by the label of the nearest code."""

    def counts(labels):
        return np.bincount(labels, minlength=10)

    def right(z, labels, points):
        return counts(labels[_nearest(z, points)]) / len(points)

    def of_centres(z, labels, points):
        there = np.unique(labels)
        centres = np.stack([z[labels == label].mean(axis=0) for label in there])
        return counts(there[_nearest(centres, points)]) / len(points)

    with advice(_TWO_ARRAYS, about="integer|out of bounds"):
        expect_function(
            answer,
            right,
            [_box_case(*sizes) for sizes in ((1, 3, 4), (2, 7, 9), (3, 16, 25))],
            look_at="For each point: which code is nearest, and which label has that code?",
            mistakes=[
                (
                    lambda z, labels, points: counts(labels[_nearest(z, points)]),
                    "Those are numbers of points: divide by how many points there are.",
                ),
                (
                    lambda z, labels, points: 100 * right(z, labels, points),
                    "That is in percent: a share lies between 0 and 1.",
                ),
                (
                    lambda z, labels, points: counts(labels[_nearest(z, points)]) / len(z),
                    "You divide by the number of codes: divide by the number of *points*.",
                ),
                (
                    lambda z, labels, points: counts(labels) / len(labels),
                    "That is each class's share of the *codes*: the points are not asked.",
                ),
                (
                    lambda z, labels, points: counts(labels[_nearest(z, points, -1)]) / len(points),
                    "You take the code that is *farthest* from each point: `argmin`, not `argmax`.",
                ),
                (
                    lambda z, labels, points: counts(labels[_nearest(z, points, 1)]) / len(points),
                    "You take the second-nearest code. (The nearest one of a *code* is itself, but "
                    "these points are no codes.)",
                ),
                (
                    of_centres,
                    "You take the nearest class *centre*: ask for the nearest single code.",
                ),
                (
                    lambda z, labels, points: (
                        counts(labels[_nearest(points, z) % len(labels)]) / len(points)
                    ),
                    "You ask for each code which *point* is nearest: build the tree of the codes, "
                    "and query it with the points.",
                ),
                (
                    lambda z, labels, points: (
                        counts(labels[_nearest(z[:, :1], points[:, :1])]) / len(points)
                    ),
                    "You compare the first coordinate alone: a code has two.",
                ),
                (
                    lambda z, labels, points: (
                        counts(labels[_by_city_blocks(z, points)]) / len(points)
                    ),
                    "You add up the distances along the axes: take the straight distance.",
                ),
                (
                    lambda z, labels, points: (
                        np.bincount(labels[_nearest(z, points)]) / len(points)
                    ),
                    "Classes that no point goes to are missing at the end: `minlength=10`.",
                ),
                (
                    lambda z, labels, points: labels[_nearest(z, points)],
                    "Those are the classes of the points: count how often each occurs, and divide.",
                ),
                (
                    lambda z, labels, points: _nearest(z, points),
                    "Those are the numbers of the nearest codes: count their labels.",
                ),
                (
                    lambda z, labels, points: (
                        counts(labels[_nearest(z, points)]) / counts(labels).clip(1)
                    ),
                    "You divide by the size of each class: divide by the number of points.",
                ),
                (
                    lambda z, labels, points: np.full(10, 0.1),
                    "That says that each class gets the same: ask the codes.",
                ),
            ],
        )
    return "Every point belongs to one class now, so the ten shares add up to 1."


self_test = SelfTest(
    Question(
        "What does the loss of an autoencoder say about a place where no training image has its "
        "code?",
        {
            "a": "Nothing at all.",
            "b": "It makes the decoded image black.",
            "c": "It draws codes towards the origin from there.",
        },
        right="a",
        feedback={
            "a": "The loss compares images with their own copies; other places never occur.",
            "b": "The decoder continues in some way, and no term rewards any of them. (Section 7.)",
            "c": "Nothing in this loss knows of an origin. Chapter 02 adds such a term. "
            "(Section 7.)",
        },
    ),
    Question(
        "`Conv2DTranspose(32, 3, strides=2, padding='same')` is applied to 8 × 8 × 64. What shape "
        "comes out?",
        {"a": "4 × 4 × 32", "b": "16 × 16 × 64", "c": "16 × 16 × 32"},
        right="c",
        feedback={
            "a": "That is what an ordinary convolution with stride 2 would do. (Section 4.)",
            "b": "The side is right; the number of channels is that of the filters. (Section 4.)",
            "c": "The stride doubles the side, and each filter gives one channel.",
        },
        variants=(
            Question(
                "`Conv2DTranspose(16, 5, strides=4, padding='same')` is applied to 7 × 7 × 32. "
                "What shape comes out?",
                {"a": "28 × 28 × 16", "b": "35 × 35 × 16", "c": "28 × 28 × 32"},
                right="a",
                feedback={
                    "a": "The stride of 4 gives four times the side, each filter one channel.",
                    "b": "The stride says how far stamps lie apart, not their size. (Section 4.)",
                    "c": "The number of channels is that of the filters. (Section 4.)",
                },
            ),
        ),
    ),
    Question(
        "The binary cross-entropy of a perfect copy of a grey image is …",
        {
            "a": "zero",
            "b": "the entropy of its pixels, above zero",
            "c": "minus infinity, for log 0",
        },
        right="b",
        feedback={
            "a": "Only if all pixels are black or white. (Section 5.)",
            "b": "A grey pixel is read as a coin toss, which surprises whatever one predicts.",
            "c": "The loss is a sum of surprises, and none of them is negative. (Section 5.)",
        },
    ),
    Question(
        "Why does the autoencoder beat PCA, if both have two numbers?",
        {
            "a": "It was trained for longer.",
            "b": "It was trained with labels.",
            "c": "Its plane through the space of images may bend.",
        },
        right="c",
        feedback={
            "a": "PCA finds its best solution at once; more time would not help it. (Section 6.)",
            "b": "Neither of them saw a label. (Section 6.)",
            "c": "A linear autoencoder could only find PCA's flat plane again.",
        },
    ),
    Question(
        "You train again with another seed. The loss is the same, the map is turned and "
        "stretched. Why?",
        {
            "a": "One of the two trainings has failed.",
            "b": "The loss does not say where codes lie.",
            "c": "The order in which the classes came was different.",
        },
        right="b",
        feedback={
            "a": "Both copy equally well, and nothing else was asked of them. (Section 8.)",
            "b": "Turn all codes and let the decoder turn them back: the copies are the same.",
            "c": "Training sees no classes. (Section 8.)",
        },
    ),
    chapter=__name__,
)


_TWO_ARRAYS = (
    "`KDTree(z).query(points)` returns two arrays: distances, and for each point the number of the "
    "nearest code. Take the second, and ask the tree of the *codes*."
)
_DECODER = (
    "A dense layer to 2,048 numbers, `Reshape((4, 4, 128))`, three transposed convolutions that "
    "double the side, and one convolution to a single channel."
)
_KERNELS = ("dense layer", *(f"{n} transposed convolution" for n in ("first", "second", "third")))
_WITH_WEIGHTS = (*_KERNELS, "last convolution")


def _decoder(keras, latent_dim, first=None, hidden="relu", last=None):
    """Return the course's decoder, or with other activations what a slip makes of it."""
    layers = keras.layers
    z = keras.Input((latent_dim,))
    h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128, activation=first)(z))
    for filters in (128, 64, 32):
        h = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation=hidden)(h)
    return keras.Model(z, layers.Conv2D(1, 3, padding="same", activation=last)(h))


def _expect_shapes(decoder, latent_dim):
    """Raise Wrong unless codes go in and images of one channel come out."""
    shapes = tuple(decoder.input_shape), tuple(decoder.output_shape)
    expect(
        shapes[0] == (None, latent_dim),
        f"Your model takes {shapes[0]}: expected (None, {latent_dim}), as `latent_dim` says.",
    )
    expect(
        shapes[1] == (None, 32, 32, 1),
        f"Your model returns {shapes[1]}: expected (None, 32, 32, 1). {_about_shape(shapes[1])}",
    )


def _about_shape(shape):
    if len(shape) != 4:
        return "Images have rows, columns and one channel: `Reshape((4, 4, 128))` after the dense."
    if shape[1] in (39, 41, 37, 35, 33):
        return 'Stamps stick out at the border: cut them off with `padding="same"`.'
    if shape[1:3] == (32, 32):
        return "Each filter gives one channel: the last convolution has a single one."
    if shape[1] < 32:
        return "Three times stride 2 doubles the side: 4 → 8 → 16 → 32."
    return "The side starts at 4 and is doubled three times."


def _expect_weights(decoder, course):
    """Raise Wrong at the first layer whose weights have another shape than the course's."""
    yours, ours = ([tuple(w.shape) for w in m.weights] for m in (decoder, course))
    if yours == ours:
        return
    count = f"Your decoder has {decoder.count_params():,} parameters, expected "
    count += f"{course.count_params():,}. "
    kernels = [[s for s in shapes if len(s) > 1] for shapes in (yours, ours)]
    if kernels[0] == kernels[1]:
        raise Wrong(
            f"{count}The kernels are right: each of the five layers has a bias besides, and there "
            "are no others (no normalization)."
        )
    for mine, right, name in zip(*kernels, _WITH_WEIGHTS, strict=False):
        if mine != right:
            raise Wrong(
                f"{count}The kernel of the {name} has shape {mine}, expected {right}. "
                f"{_about_kernel(mine, right)}"
            )
    many = "more" if len(kernels[0]) > len(kernels[1]) else "fewer"
    raise Wrong(f"{count}It has {many} layers with weights than five. {_DECODER}")


def _about_kernel(mine, right):
    if len(mine) != len(right):
        return _DECODER
    if len(right) == 2:
        return "The dense layer makes 4 · 4 · 128 = 2,048 numbers of a code."
    if mine[:2] != right[:2]:
        return "All kernels are 3 × 3."
    if mine[2:] == right[:1:-1] and right[3] == 1:
        return "A transposed convolution would do here; take `Conv2D`, as the course does."
    if mine[2:] == right[:1:-1]:
        return "Is it an ordinary convolution? Take `Conv2DTranspose` with strides=2."
    return "From the inside out the filters become fewer: 128, 64, 32, and 1 in the end."


def _expect_same_images(keras, decoder, latent_dim):
    """Raise Wrong unless with the same weights the same images come out."""
    rng = np.random.default_rng(latent_dim)
    weights = [rng.normal(0, 0.2, w.shape).astype("float32") for w in decoder.weights]
    z = rng.normal(0, 2, (3, latent_dim)).astype("float32")

    def images(model):
        model.set_weights(weights)
        return np.asarray(model(z), dtype="float32")

    yours = images(decoder)
    if np.allclose(yours, images(_decoder(keras, latent_dim)), rtol=1e-2, atol=1e-2):
        return
    for change, message in _SLIPS:
        if np.allclose(yours, images(_decoder(keras, latent_dim, **change)), rtol=1e-2, atol=1e-2):
            raise Wrong(message)
    raise Wrong(
        "All weights have the right shapes, but with the same weights yours draws other images. "
        'Compare strides (2, 2, 2), padding ("same") and activations ("relu" in the three '
        "transposed convolutions, none elsewhere)."
    )


_SLIPS = (
    (
        {"last": "sigmoid"},
        "Your last layer has a sigmoid: the loss of this course takes logits, so leave it out.",
    ),
    (
        {"last": "relu"},
        "Your last layer has a ReLU: logits are negative where a pixel is dark.",
    ),
    (
        {"hidden": None},
        "The transposed convolutions have no activation: without ReLU between them all layers "
        "together are one linear map.",
    ),
    (
        {"first": "relu"},
        "The dense layer has an activation: here it has none, as the mirror of the last layer of "
        "the encoder.",
    ),
    (
        {"hidden": "leaky_relu"},
        'The transposed convolutions have a leaky ReLU: take `activation="relu"`.',
    ),
    ({"hidden": "sigmoid"}, "Inside take ReLU; the sigmoid belongs to the loss."),
    ({"first": "relu", "last": "sigmoid"}, "Only the three transposed convolutions have a ReLU."),
    ({"hidden": None, "last": "sigmoid"}, "ReLU goes into the three transposed convolutions."),
    ({"last": "tanh"}, "Your last layer has a tanh: logits are any real numbers, so leave it out."),
)


def _nearest(z, points, rank=0):
    """Return for each point the number of its nearest code, or of the one of another rank."""
    distance = np.square(points[:, None] - z).sum(axis=-1)
    return np.argsort(distance, axis=1)[:, rank]


def _by_city_blocks(z, points):
    return np.abs(points[:, None] - z).sum(axis=-1).argmin(axis=1)


def _box_case(seed, n_codes, n_points):
    """Return codes in a long box, labels of which the last does not occur, and points."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n_codes, 2)) * [1.0, 3.0]
    labels = rng.integers(0, 3 + 2 * seed, n_codes)
    return z, labels, rng.uniform(z.min(axis=0), z.max(axis=0), (n_points, 2))


_ONLY_FIRST = "Only the first pixel was stamped: does the `return` stand inside the loop?"
_FITTED = "You fitted components of your own to these few images: use the argument `components`."


def _stamped(x, kernel, stride, size_stride=None, n=None):
    """Stamp the kernel; the output has room for n pixels, ``size_stride`` apart."""
    out = np.zeros(((n or len(x)) - 1) * (size_stride or stride) + len(kernel))
    for i, value in enumerate(x):
        out[i * stride : i * stride + len(kernel)] += value * kernel
    return out


def _overwritten(x, kernel, stride):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        out[i * stride : i * stride + len(kernel)] = value * kernel
    return out


def _fixed_stride_2(x, kernel, stride):
    """Move on by two places, as far as there is room."""
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        stamp = value * kernel
        place = out[i * 2 : i * 2 + len(kernel)]
        place += stamp if len(place) == len(stamp) else stamp[: len(place)]
    return out


def _averaged(x, kernel, stride):
    return _stamped(x, kernel, stride) / _stamped(x * 0 + 1, kernel * 0 + 1, stride)


def _brightest(x, kernel, stride):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        place = slice(i * stride, i * stride + len(kernel))
        out[place] = np.maximum(out[place], value * kernel)
    return out


def _cut_to_stride(x, kernel, stride):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        out[i * stride : (i + 1) * stride] += value * kernel[:stride]
    return out


def _with_growing_kernel(x, kernel, stride):
    kernels = np.cumprod(x)[:, None] * kernel
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, stamp in enumerate(kernels):
        out[i * stride : i * stride + len(kernel)] += stamp
    return out


def _last_stamp_alone(x, kernel, stride):
    return _stamped(np.append(np.zeros(len(x) - 1), x[-1:]), kernel, stride)


def _images_and_copies(seed, shape):
    """Return grey images, and copies of which one is nearly white beside a black pixel."""
    rng = np.random.default_rng(seed)
    x, x_hat = rng.uniform(0.1, 0.9, (2, *shape))
    x[0, 0, 0, 0], x_hat[0, 0, 0, 0] = 0.02, 0.9995
    x[1, 0, 0, 0], x_hat[1, 0, 0, 0] = 0.98, 0.0005
    return x, x_hat


def _pca_case(seed, n, d, k):
    """Return n images, a mean image and k orthogonal unit vectors, all of length d."""
    rng = np.random.default_rng(seed)
    components = np.linalg.qr(rng.normal(size=(d, k)))[0].T
    return rng.normal(size=(n, d)), rng.normal(size=d), components


def _fitted_anew(x, k):
    mean = x.mean(axis=0)
    components = np.linalg.svd(x - mean, full_matrices=False)[2][:k]
    return mean + (x - mean) @ components.T @ components
