"""Exercises of chapter 00: start here."""

import numpy as np

from vae_helpers.checks.core import exercise, expect_function, expect_number


@exercise(
    hints=(
        "An image is a table: rows and columns.",
        "Every row has 28 pixels, and there are 28 rows.",
        "In Python `*` multiplies, and `**` is a power.",
    )
)
def number_of_pixels(answer):
    """Count the pixels of a digit."""
    expect_number(
        answer,
        784,
        "n_pixels",
        look_at="An image is a table of 28 rows and 28 columns.",
        mistakes={
            56: "That is rows plus columns. Every row has 28 pixels: multiply.",
            1024: "That is 32 × 32; these digits have 28 rows and columns.",
            28: "That is one row, and there are 28.",
            27 * 27: "Counted from 0 the last row has the number 27, but there are 28 of them.",
            783: "Counted from 0 the last pixel has the number 783, but there are 784.",
            3
            * 784: "Three numbers a pixel is for colours; these images are grey, one number each.",
            28**3: "An image has two sides: multiply two numbers, not three.",
            28 ^ 2: "`^` compares bits in Python; a power is `28**2`.",
            28 ^ 28: "`^` compares bits in Python; multiply with `*`.",
            784 / 8: "No division by 8: asked is the number of pixels, not of bytes.",
            784 * 8: "That is how many bits they need: asked is the number of pixels.",
            784 * 255: "Asked is how many pixels there are, not how bright they may be.",
            784 * 256: "Asked is how many pixels there are, not how many values they may have.",
            70_000 * 784: "That is the number of pixels of all images: one digit is asked.",
        },
    )
    return "784 numbers make one digit."


@exercise(
    title="Bytes to numbers from 0 to 1",
    hints=(
        "255 must become 1, and 0 stays 0.",
        "Divide by the largest byte that there can be, whatever this image holds.",
        "NumPy divides every element of an array at once, and `/` keeps the fractions.",
    ),
)
def to_unit_interval(answer):
    """Turn bytes into numbers from 0 to 1."""

    def right(pixels):
        return pixels / 255

    def own_range(pixels):
        return (pixels - pixels.min()) / np.ptp(pixels)

    # Neither image holds 0 or 255: the range of an image is not the range of a byte.
    images = [np.array([[51, 102], [153, 204]], np.uint8), np.array([[10, 100, 250]], np.uint8)]
    expect_function(
        answer,
        right,
        [(image,) for image in images],
        look_at="0 must stay 0 and 255 must become 1, with the fractions between.",
        mistakes=[
            (lambda pixels: pixels, "These still are bytes: divide them."),
            (lambda pixels: pixels / 256, "The largest byte is 255, so that 255 becomes 1."),
            (
                lambda pixels: pixels * 255.0,
                "You multiply: divide, so that 255 becomes 1.",
            ),
            (
                _in_place,
                "`/=` writes the fractions back into the bytes, which have no room for them: make "
                "a new array, `pixels / 255`.",
            ),
            (lambda pixels: pixels / 254, "The largest byte is 255, so that 255 becomes 1."),
            (lambda pixels: pixels // 255, "`//` drops the fractions: use `/`."),
            (
                lambda pixels: pixels / pixels.max(),
                "You divide by the brightest pixel of this image. Divide by the largest byte there "
                "can be, 255: else a dark image becomes as bright as a white one.",
            ),
            (
                own_range,
                "You stretch this image from its darkest to its brightest pixel. Divide by the "
                "largest byte there can be, 255.",
            ),
            (lambda pixels: 1 - pixels / 255, "Black must stay 0: yours is a negative."),
            (lambda pixels: pixels / 127.5 - 1, "That goes from −1 to 1: asked is 0 to 1."),
            (lambda pixels: pixels / 127.5, "That goes from 0 to 2: divide by 255."),
            (lambda pixels: pixels / 255 - 0.5, "That goes from −½ to ½: asked is 0 to 1."),
            (lambda pixels: pixels / 100, "The largest byte is 255, not 100."),
            (lambda pixels: pixels / 28, "28 is the side of an image: the largest byte is 255."),
            (
                lambda pixels: (pixels > 127).astype(float),
                "That makes every pixel black or white: keep the greys between.",
            ),
            (
                lambda pixels: pixels / pixels.sum(),
                "You divide by the sum of this image: divide by 255, the largest byte.",
            ),
            (
                lambda pixels: (pixels - pixels.mean()) / pixels.std(),
                "That standardises the image, to mean 0 and deviation 1: just divide by 255.",
            ),
            (
                lambda pixels: np.minimum(pixels, 1),
                "All are 1: do not cut off, and take no sigmoid, but divide.",
            ),
        ],
    )
    return "The models of this course refuse images outside [0, 1], so that this is not forgotten."


def _in_place(pixels):
    pixels /= 255
    return pixels
