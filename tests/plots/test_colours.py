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


def ciede2000(lab1, lab2):
    """Return the difference of colours (…, 3) in CIELAB as it is seen.

    The plain distance makes too much of two strong violets or blues. The formula and the pairs
    it is tested with are from Sharma, Wu and Dalal (2005), https://doi.org/10.1002/col.20070.
    """
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(lab1, -1, 0), np.moveaxis(lab2, -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue, light, c = np.radians(h1 + turn / 2), (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    lightness = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    chroma = (c2 - c1) / (1 + 0.045 * c)
    hues = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * c * t)
    off_blue = (np.degrees(hue) % 360 - 275) / 25
    rotation = -2 * np.sqrt(c**7 / (c**7 + 25**7)) * np.sin(np.radians(60 * np.exp(-(off_blue**2))))
    return np.sqrt(lightness**2 + chroma**2 + hues**2 + rotation * chroma * hues)


def smallest_difference(colours, vision):
    lab = cielab(colours, vision)
    return ciede2000(lab[:, np.newaxis], lab)[np.triu_indices(len(lab), 1)].min()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ],
)
def test_the_difference_is_the_published_one(first, second, expected):
    assert ciede2000(np.array(first), np.array(second)) == pytest.approx(expected, abs=1e-4)


def test_the_measure_knows_black_white_and_red_against_green():
    assert cielab(["black", "white"])[:, 0] == pytest.approx([0, 100], abs=0.01)
    pair = ["#b37200", "#7a8c00"]  # an orange and a green that are one without middle cones
    assert smallest_difference(pair, "all cones") > 2 * smallest_difference(pair, "no middle")


@pytest.mark.parametrize("vision", VISION)
def test_no_two_classes_look_alike(vision):
    assert smallest_difference(class_colours(10), vision) > (18 if vision == "all cones" else 12)


def test_none_is_grey_or_lost_on_a_projector():
    lightness, a, b = cielab(class_colours(10)).T
    assert lightness.max() < 77
    assert np.hypot(a, b).min() > 28
