"""Exercises of chapter 01: the autoencoder."""

from vae_helpers.checks.core import call, exercise, expect_number


@exercise(
    hints=(
        "One filter looks at a square of `kernel_size` × `kernel_size` pixels in every input "
        "channel. How many numbers is that?",
        "Each filter adds one number of its own to every output pixel: its bias.",
        "`(kernel_size² · channels + 1) · filters`",
    )
)
def count_parameters(answer):
    """Count the parameters of a convolution."""
    for kernel_size, channels, filters in ((3, 1, 32), (3, 32, 64), (5, 3, 16)):
        what = f"count_parameters({kernel_size}, {channels}, {filters})"
        weights = kernel_size**2 * channels
        expect_number(
            call(answer, kernel_size, channels, filters),
            (weights + 1) * filters,
            what,
            look_at="Count the weights of one filter first, then its bias, then all filters.",
            mistakes={
                weights * filters: "You left out the biases: one for each filter.",
                weights * filters + 1: "Each filter has a bias of its own: not one for them all.",
                kernel_size * channels * filters + filters: "The kernel is a square.",
                (kernel_size**2 + 1)
                * filters: "A filter has one square of weights for every input channel.",
            },
        )
    return "Every filter sees all input channels and has one bias."
