"""Exercises of chapter 00: start here."""

import numpy as np

from vae_helpers.checks.core import call, exercise, expect_array, expect_number


@exercise(hints=("Every row has 28 pixels, and there are 28 rows.", "`28 * 28`"))
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
            28: "That is one row.",
        },
    )
    return "784 numbers make one digit."


@exercise(
    hints=(
        "255 must become 1, and 0 stays 0.",
        "Divide by the largest byte. NumPy divides every element of an array at once.",
        "`pixels / 255`",
    )
)
def to_unit_interval(answer):
    """Turn bytes into numbers from 0 to 1."""
    pixels = np.array([[0, 51], [102, 255]], dtype=np.uint8)
    right = np.array([[0.0, 0.2], [0.4, 1.0]])
    expect_array(
        call(answer, pixels.copy()),
        right,
        f"to_unit_interval({pixels.tolist()})",
        look_at="0 must stay 0 and 255 must become 1, with the fractions between.",
        mistakes=[
            (pixels, "These still are bytes: divide them."),
            (pixels / 256, "The largest byte is 255, so that 255 becomes 1."),
            (pixels // 255, "`//` drops the fractions: use `/`."),
            (pixels / 102, "The largest byte there can be is 255."),
            (1 - right, "Black must stay 0."),
        ],
    )
    return "The models of this course refuse images outside [0, 1], so that this is not forgotten."
