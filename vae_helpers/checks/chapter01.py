"""Exercises of chapter 01: the autoencoder."""

import numpy as np

from vae_helpers.checks.core import Question, SelfTest, exercise, expect_function, expect_number


@exercise(
    title="How tight is the squeeze?",
    hints=(
        "How many pixels does an image of ours have? It has one channel.",
        "The code has two numbers, and together they stand for all pixels.",
        "Divide: all pixels by two.",
    ),
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
            2048: "That is twice the number of pixels: two numbers share them, so divide.",
            392: "That would be right for 28 × 28; our images have a frame.",
            784: "That is the number of pixels of 28 × 28; ours are 32 × 32, for two numbers.",
            450: "That would be right for 30 × 30: the frame has two pixels on *each* side.",
            16: "An image has 32 rows of 32 pixels.",
            32: "That is one row of pixels: an image has 32 of them, and two numbers share them.",
            256: "Each number stands for its share of *all* pixels: divide by 2 once.",
            1 / 512: "That is the other way round: numbers per pixel.",
            1536: "These images are grey: one channel, not three.",
            4096: "That counts bits: asked are pixels.",
            128: "Asked are pixels: no division by 4 for the bytes of a number.",
            32 ^ 2: "`^` compares bits in Python; a power is `32**2`.",
        },
    )
    return "Each number stands for 512 pixels: much will have to be guessed."


@exercise(
    hints=(
        "One filter looks at a square of `kernel_size` × `kernel_size` pixels in every input "
        "channel. How many numbers is that?",
        "Each filter adds one number of its own to every output pixel: its bias.",
        "(Weights of one filter + 1) × filters. Try it with `encoder.summary()` below.",
    )
)
def count_parameters(answer):
    """Count the weights and biases of a convolution."""

    def right(kernel_size, channels, filters):
        return (kernel_size**2 * channels + 1) * filters

    expect_function(
        answer,
        right,
        [(3, 4, 32), (5, 3, 16), (4, 7, 64)],
        look_at="Count the weights of one filter, then its bias, then all filters.",
        terms=lambda k, c, f: {"of the weights": k * k * c * f, "of the biases": f},
        mistakes=[
            (lambda k, c, f: k * k * c * f, "You left out the biases: one for each filter."),
            (
                lambda k, c, f: k * k * c * f + 1,
                "Each filter has a bias of its own: not one for them all.",
            ),
            (
                lambda k, c, f: k * k * c * f + c,
                "There is one bias for each filter, not for each input channel.",
            ),
            (lambda k, c, f: (k * c + 1) * f, "The kernel is a square, `kernel_size**2`."),
            (
                lambda k, c, f: (2 * k * c + 1) * f,
                "The kernel is a square: `kernel_size**2`, not twice `kernel_size`.",
            ),
            (
                lambda k, c, f: (k ^ (2 * c + 1)) * f,
                "`^` compares bits in Python; a power is `kernel_size**2`.",
            ),
            (
                lambda k, c, f: (k**3 * c + 1) * f,
                "The kernel is a square, `kernel_size**2`, for each channel.",
            ),
            (
                lambda k, c, f: (k * k + 1) * f,
                "`channels` is missing: a filter has a square of weights for every input channel.",
            ),
            (
                lambda k, c, f: (k * k + 1) * c * f,
                "That is a bias for every square of weights: a filter has one bias in all.",
            ),
            (lambda k, c, f: (k * k + c + 1) * f, "Channels multiply the weights: `*`, not `+`."),
            (
                lambda k, c, f: k * k * (c + 1) * f,
                "The 1 of the bias stands outside the square: (weights of a filter + 1) × filters.",
            ),
            (lambda k, c, f: k * k * c + 1, "That is one filter: multiply by `filters`."),
            (lambda k, c, f: k * k * c, "That is one filter, without its bias."),
            (
                lambda k, c, f: k * k * c + f,
                "Every filter has weights of its own: times `filters`.",
            ),
            (
                lambda k, c, f: k * k * c + c * f + f,
                "That is a separable convolution: here every filter sees every channel with "
                "weights of its own.",
            ),
            (lambda k, c, f: (k * k * c + 2) * f, "One bias for each filter, not two."),
            (
                lambda k, c, f: (k * k * c + 1) * f * 32 * 32,
                "A filter is used at every place of the image and paid for once.",
            ),
            (
                lambda k, c, f: (32 * 32 * c + 1) * f,
                "The size of the image does not matter: a filter is used at every place.",
            ),
        ],
    )
    return "Every filter sees all input channels and has one bias."


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

    def pixels(x, x_hat):
        return -x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)

    def right(x, x_hat):
        return pixels(x, x_hat).sum() / len(x)

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

    def right(x, mean, components):
        return mean + (x - mean) @ components.T @ components

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
    title="Share of implausible images",
    hints=(
        "`probabilities.max(axis=1)` is the highest probability of each image.",
        "Comparing an array with a number gives True or False for each image.",
        "The mean of True and False is the share of True.",
    ),
)
def implausible_share(answer):
    """Return the share of images that the classifier is not sure of."""

    def right(probabilities, threshold):
        return np.mean(probabilities.max(axis=1) < threshold)

    # Hundredths; one image of each table is exactly at its threshold, and so plausible.
    small = [
        [95, 3, 2],
        [60, 30, 10],
        [5, 90, 5],
        [40, 31, 29],
        [80, 12, 8],
        [50, 45, 5],
        [1, 1, 98],
    ]
    large = [[70, 10, 15, 5], [15, 55, 20, 10], [28, 24, 32, 16], [30, 8, 4, 58], [85, 5, 6, 4]]
    cases = [
        (np.array(small) / 100, 0.9),
        (np.array(small) / 100, 0.5),
        (np.array(large) / 100, 0.7),
        (np.array(large) / 100, 0.55),
        (np.array([[34, 33, 33], [36, 35, 29], [31, 35, 34], [32, 36, 32]]) / 100, 0.32),
    ]
    expect_function(
        answer,
        right,
        cases,
        look_at="Which images have no probability from the threshold up? Divide by how many images "
        "there are.",
        mistakes=[
            (
                lambda p, t: np.sum(p.max(axis=1) < t),
                "That is the number of images: divide by how many there are.",
            ),
            (lambda p, t: 100 * right(p, t), "That is in percent: a share lies between 0 and 1."),
            (
                lambda p, t: np.mean(p.max(axis=1) >= t),
                "That is the share of the plausible ones.",
            ),
            (
                lambda p, t: np.mean(p.max(axis=1) <= t),
                "An image exactly at the threshold is plausible: `<`, not `<=`.",
            ),
            (
                lambda p, t: np.mean(p < t),
                "You counted all probabilities: look at the highest of each row.",
            ),
            (
                lambda p, t: np.sum(p < t),
                "You counted all probabilities: look at the highest of each row, and divide.",
            ),
            (
                lambda p, t: np.mean((p < t).any(axis=1)),
                "That asks whether *any* probability is below, or the smallest one: ask for the "
                "highest.",
            ),
            (
                lambda p, t: np.mean(p.max(axis=0) < t),
                "The highest of each class: `axis=1` gives the highest of each image.",
            ),
            (
                lambda p, t: np.mean(p.mean(axis=1) < t),
                "That looks at the mean probability of each image: take the largest.",
            ),
            (
                lambda p, t: p.max(axis=1).mean(),
                "That is the mean of the highest probabilities: count those below the threshold.",
            ),
            (
                lambda p, t: np.mean(p.argmax(axis=1) < t),
                "`argmax` says which class it is: `max` says how probable it is.",
            ),
            (
                lambda p, t: np.mean(p.max(axis=1) < 1 - t),
                "You compare with 1 − threshold: compare with the threshold itself.",
            ),
            (
                lambda p, t: np.sum(p.max(axis=1) < t) / p.size,
                "You divide by the number of probabilities: divide by the number of images.",
            ),
            (
                lambda p, t: np.sum(p.max(axis=1) < t) / p.shape[1],
                "You divide by the number of classes: divide by the number of images.",
            ),
            (
                lambda p, t: np.sum(p.max(axis=1) < t) // len(p),
                "You get 1 or 0, nothing between. `//` drops the fractions: use `/`. Or did you "
                "take the highest probability of all images? `axis=1` gives that of each.",
            ),
            (
                lambda p, t: np.mean(_softmax(p).max(axis=1) < t),
                "These are probabilities already: no softmax.",
            ),
        ],
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
            "b": "The decoder continues in some way, and no term rewards any of them. (Section 9.)",
            "c": "Nothing in this loss knows of an origin. Chapter 02 adds such a term. "
            "(Section 9.)",
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
            "a": "PCA finds its best solution at once; more time would not help it. (Section 8.)",
            "b": "Neither of them saw a label. (Section 8.)",
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
            "a": "Both copy equally well, and nothing else was asked of them. (Section 10.)",
            "b": "Turn all codes and let the decoder turn them back: the copies are the same.",
            "c": "Training sees no classes. (Section 10.)",
        },
    ),
    chapter=__name__,
)


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


def _softmax(p):
    return np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
