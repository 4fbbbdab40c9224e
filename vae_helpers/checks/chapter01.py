"""Exercises of chapter 01: the autoencoder."""

import numpy as np

from vae_helpers.checks.core import (
    Question,
    SelfTest,
    call,
    exercise,
    expect_array,
    expect_number,
)


@exercise(
    hints=(
        "How many pixels does an image of ours have? It has one channel.",
        "The code has two numbers, and together they stand for all pixels.",
        "`32 * 32 / 2`",
    )
)
def compression(answer):
    """How many pixels each number of a two-dimensional code stands for."""
    expect_number(
        answer,
        512,
        "pixels_per_number",
        look_at="Divide the number of pixels of an image by the two numbers of a code.",
        mistakes={
            1024: "That is the number of pixels; two numbers share the work.",
            392: "That would be right for 28 × 28; our images have a frame.",
            16: "An image has 32 rows of 32 pixels.",
            1 / 512: "That is the other way round: numbers per pixel.",
        },
    )
    return "Each number stands for 512 pixels: much will have to be guessed."


@exercise(
    hints=(
        "One filter looks at a square of `kernel_size` × `kernel_size` pixels in every input "
        "channel. How many numbers is that?",
        "Each filter adds one number of its own to every output pixel: its bias.",
        "`(kernel_size**2 * channels + 1) * filters`",
    )
)
def count_parameters(answer):
    """Count the weights and biases of a convolution."""
    for kernel_size, channels, filters in ((3, 1, 32), (3, 32, 64), (5, 3, 16)):
        weights = kernel_size**2 * channels
        expect_number(
            call(answer, kernel_size, channels, filters),
            (weights + 1) * filters,
            f"count_parameters({kernel_size}, {channels}, {filters})",
            look_at="Count the weights of one filter, then its bias, then all filters.",
            mistakes={
                weights * filters: "You left out the biases: one for each filter.",
                weights * filters + 1: "Each filter has a bias of its own: not one for them all.",
                (kernel_size * channels + 1) * filters: "The kernel is a square.",
                (kernel_size**2 + 1) * filters: (
                    "A filter has a square of weights for every input channel."
                ),
            },
        )
    return "Every filter sees all input channels and has one bias."


@exercise(
    hints=(
        "The stamp of `x[i]` covers the places from `i * stride` to just before "
        "`i * stride + len(kernel)`.",
        "A slice of `out` can be added to in one go: `out[a:b] += …`. Do not overwrite: stamps "
        "overlap.",
        "`out[i * stride : i * stride + len(kernel)] += value * kernel`, and after the loop "
        "`return out`",
    )
)
def transposed_convolution(answer):
    """Write a transposed convolution in one dimension."""
    kernel = np.array([1.0, 2.0, 3.0])
    for x, stride in ((np.array([1.0, 10.0, 100.0]), 2), (np.array([2.0, -1.0]), 1)):
        expect_array(
            call(answer, x.copy(), kernel.copy(), stride),
            _stamped(x, kernel, stride),
            f"transposed_convolution({x}, {kernel}, {stride})",
            look_at="Stamp the first pixel by hand, then the second, and compare.",
            mistakes=[
                (_overwritten(x, kernel, stride), "Where stamps overlap they add up: use `+=`."),
                (_stamped(x, kernel[::-1], stride), "The kernel is not turned round here."),
                (_stamped(x, kernel, 1, stride), "The stamp must move on by `stride` places."),
                (np.convolve(x, kernel, "same"), "That is an ordinary convolution."),
                (np.zeros((len(x) - 1) * stride + 3), "Nothing was stamped: `out` is all zeros."),
            ],
        )
    return "That is all there is to Conv2DTranspose, in two dimensions and for many channels."


@exercise(
    hints=(
        "Begin with the cross-entropy of every pixel: an array of the shape of `x`.",
        "Sum over rows, columns and channels, which are axes 1, 2 and 3.",
        "`cross_entropy.sum(axis=(1, 2, 3)).mean()`",
    )
)
def reconstruction_loss(answer):
    """Write the binary cross-entropy, summed over pixels and averaged over images."""
    rng = np.random.default_rng(4)
    x, x_hat = rng.uniform(0.1, 0.9, (2, 3, 4, 5, 1))
    terms = -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)
    right = terms.sum() / 3
    expect_number(
        call(answer, x.copy(), x_hat.copy()),
        right,
        "The loss of 3 images of 4 × 5 pixels (nats)",
        look_at="Compare your formula with the one above, term by term.",
        mistakes={
            -right: "The sign is wrong: surprise is never negative.",
            terms.mean(): "You averaged over pixels: sum over them, average over images only.",
            terms.sum(): "You summed over images: sum over pixels, average over images.",
            right / np.log(2): "That is in bits: use the natural logarithm.",
            (-x * np.log(x_hat)).sum() / 3: "The term of the dark pixels, 1 − x, is missing.",
            (-x_hat * np.log(x) - (1 - x_hat) * np.log(1 - x)).sum() / 3: (
                "The logarithm belongs to the copy x_hat, not to the image x."
            ),
            np.square(x - x_hat).sum() / 3: "That is the squared error, not the cross-entropy.",
        },
    )
    return "Nats, summed over pixels, averaged over images: the convention of this course."


@exercise(
    hints=(
        "Take the mean away from `x` first. A code is the dot product with each component.",
        "`codes = (x - mean) @ components.T` has shape (n, k).",
        "Back: `codes @ components`, and put the mean back.",
    ),
    title="PCA reconstruction",
)
def pca_reconstruction(answer):
    """Encode and decode with principal components."""
    rng = np.random.default_rng(5)
    x, mean = rng.normal(size=(4, 5)), rng.normal(size=5)
    components = np.linalg.qr(rng.normal(size=(5, 2)))[0].T
    codes = (x - mean) @ components.T
    expect_array(
        call(answer, x.copy(), mean.copy(), components.copy()),
        mean + codes @ components,
        "pca_reconstruction(x, mean, components)",
        look_at="x has shape (4, 5), components (2, 5): note the shape after every step.",
        mistakes=[
            (codes, "That is the code. Decode it again: it needs shape (4, 5)."),
            (codes @ components, "You did not put the mean back."),
            (x @ components.T @ components, "PCA works around the mean: take it away first."),
            (mean + x @ components.T @ components, "Take the mean away from x first."),
            (x, "That is x itself: it has to go through the two numbers of the code."),
        ],
    )
    return "A linear encoder, a linear decoder, and the mean image between them."


@exercise(
    hints=(
        "`probabilities.max(axis=1)` is the highest probability of each image.",
        "Comparing an array with a number gives True or False for each image.",
        "The mean of True and False is the share of True: `np.mean(… < threshold)`.",
    )
)
def implausible_share(answer):
    """Return the share of images that the classifier is not sure of."""
    probabilities = np.array(
        [[0.95, 0.05, 0.0], [0.6, 0.3, 0.1], [0.05, 0.9, 0.05], [0.4, 0.3, 0.3], [0.0, 0.2, 0.8]]
    )
    highest = probabilities.max(axis=1)
    for threshold in (0.9, 0.5):
        share = np.mean(highest < threshold)
        expect_number(
            call(answer, probabilities.copy(), threshold),
            share,
            f"The share of 5 images below {threshold}",
            look_at="Which images have no probability from the threshold up? Divide by 5.",
            mistakes={
                5 * share: "That is the number of images: divide by how many there are.",
                np.mean(highest >= threshold): "That is the share of the plausible ones.",
                np.mean(highest <= threshold): "An image exactly at the threshold is plausible.",
                np.mean(probabilities < threshold): "Look at the highest probability of each row.",
            },
        )
    return "The share makes grids of different sizes comparable."


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
            "b": "The decoder continues in some way, and no term rewards any of them.",
            "c": "Nothing in this loss knows of an origin. Chapter 02 adds such a term.",
        },
    ),
    Question(
        "`Conv2DTranspose(32, 3, strides=2, padding='same')` is applied to 8 × 8 × 64. What shape "
        "comes out?",
        {"a": "4 × 4 × 32", "b": "16 × 16 × 64", "c": "16 × 16 × 32"},
        right="c",
        feedback={
            "a": "That is what an ordinary convolution with stride 2 would do.",
            "b": "The side is right; the number of channels is that of the filters.",
            "c": "The stride doubles the side, and each filter gives one channel.",
        },
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
            "a": "Only if all pixels are black or white.",
            "b": "A grey pixel is read as a coin toss, which surprises whatever one predicts.",
            "c": "The loss is a sum of surprises, and none of them is negative.",
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
            "a": "PCA finds its best solution at once; more time would not help it.",
            "b": "Neither of them saw a label.",
            "c": "A linear autoencoder could only find PCA's flat plane again.",
        },
    ),
    Question(
        "You train again with another seed. The loss is the same, the map is turned and "
        "stretched. Why?",
        {
            "a": "One of the two trainings has failed.",
            "b": "The loss does not depend on where codes lie, if the decoder knows it too.",
            "c": "The order of the classes was different.",
        },
        right="b",
        feedback={
            "a": "Both copy equally well, and nothing else was asked of them.",
            "b": "Turn all codes and let the decoder turn them back: the copies are the same.",
            "c": "Training sees no classes.",
        },
    ),
    chapter=__name__,
)


def _stamped(x, kernel, stride, size_stride=None):
    out = np.zeros((len(x) - 1) * (size_stride or stride) + len(kernel))
    for i, value in enumerate(x):
        out[i * stride : i * stride + len(kernel)] += value * kernel
    return out


def _overwritten(x, kernel, stride):
    out = np.zeros((len(x) - 1) * stride + len(kernel))
    for i, value in enumerate(x):
        out[i * stride : i * stride + len(kernel)] = value * kernel
    return out
