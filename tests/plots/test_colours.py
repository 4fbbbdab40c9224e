"""The colours of the classes: told apart with any colour vision, and seen on a projector."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from vae_helpers.plots.figure import class_colours

# What is seen without one kind of cones, in linear RGB: Machado, Oliveira and Fernandes (2009),
# https://doi.org/10.1109/TVCG.2009.113, severity 1.
VISION = {
    "all cones": np.eye(3),
    "no long": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def cielab(colours, vision="all cones"):
    """Return (n, 3) lightness, a and b of colours as they are seen."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(VISION[vision]).T, 0, 1)
    t = (seen @ TO_XYZ.T) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def smallest_difference(colours, vision):
    lab = cielab(colours, vision)
    apart = np.linalg.norm(lab[:, np.newaxis] - lab, axis=-1)
    return apart[np.triu_indices(len(lab), 1)].min()


def test_the_measure_knows_black_white_and_red_against_green():
    assert cielab(["black", "white"])[:, 0] == pytest.approx([0, 100], abs=0.01)
    pair = ["#b37200", "#7a8c00"]  # an orange and a green that are one without middle cones
    assert smallest_difference(pair, "all cones") > 3 * smallest_difference(pair, "no middle")


@pytest.mark.parametrize("vision", VISION)
def test_no_two_classes_look_alike(vision):
    assert smallest_difference(class_colours(10), vision) > 18


def test_none_is_grey_or_lost_on_a_projector():
    lightness, a, b = cielab(class_colours(10)).T
    assert lightness.max() < 77
    assert np.hypot(a, b).min() > 28
