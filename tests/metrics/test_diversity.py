import math

import numpy as np
import pytest
from samples import normal
from scipy.spatial.distance import pdist

from vae_helpers.metrics import class_balance, diversity, path_energy, path_lengths


def test_diversity_is_the_mean_distance_of_pairs():
    x = normal(50) + 100
    assert diversity(x) == pytest.approx(pdist(x).mean())
    assert diversity(np.ones((5, 3))) == 0
    assert diversity([[0.0], [3.0]]) == 3


def test_blocks_change_nothing(small_blocks):
    x = normal(40)
    assert diversity(x) == pytest.approx(pdist(x).mean())


def test_class_balance():
    even = class_balance(np.eye(4))
    assert even.shares.tolist() == [0.25] * 4
    assert even.entropy == pytest.approx(np.log(4))
    assert even.uncertainty == 0
    collapsed = class_balance(np.tile([0.4, 0.3, 0.3], (5, 1)))
    assert collapsed.shares.tolist() == [1, 0, 0]
    assert collapsed.entropy == 0
    assert collapsed.uncertainty == pytest.approx(-0.4 * np.log(0.4) - 0.6 * np.log(0.3))


def test_a_straight_path_is_as_short_as_can_be():
    ends = normal(10), normal(10, seed=1)
    for images in (2, 5, 11):
        t = np.linspace(0, 1, images)[:, None, None]
        straight = ((1 - t) * ends[0] + t * ends[1]).transpose(1, 0, 2)
        length = path_energy(straight)
        assert length.ratio == pytest.approx(1)
        assert length.energy == pytest.approx(np.square(ends[1] - ends[0]).sum(axis=1).mean())


def test_a_jump_costs_more_than_a_walk_and_a_detour_too():
    jump = np.array([0.0, 0, 0, 0, 1])[None, :, None]
    detour = np.array([0.0, 1, 2, 1, 1])[None, :, None]
    assert path_energy(jump).ratio == pytest.approx(4)
    assert path_energy(detour).ratio == pytest.approx(12)
    assert path_energy(np.ones((1, 3, 2))).ratio == math.inf


def test_a_half_circle_has_the_known_energy():
    angle = np.linspace(0, np.pi, 2_001)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)[None]
    assert path_energy(circle).energy == pytest.approx(np.pi**2, rel=1e-5)


def test_the_length_of_a_path_is_the_sum_of_its_steps():
    paths = np.array([[[0, 0], [3, 4], [3, 0]], [[1, 1], [1, 1], [1, 2]]], dtype=float)
    np.testing.assert_allclose(path_lengths(paths), [9, 1])
    with pytest.raises(ValueError, match="features has shape"):
        path_lengths(np.zeros((3, 1, 2)))


def test_bad_input_is_named():
    with pytest.raises(
        ValueError, match=r"features has shape \(1, 3\): allowed is \(n, d\), n from 2"
    ):
        diversity(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="allowed are probabilities"):
        class_balance(np.full((3, 10), 0.5))
    with pytest.raises(
        ValueError, match=r"paths has shape \(3, 1, 2\): allowed are 2 images a path"
    ):
        path_energy(np.zeros((3, 1, 2)))
    with pytest.raises(ValueError, match=r"paths has shape \(3, 2\): allowed is \(n, images, d\)"):
        path_energy(np.zeros((3, 2)))
