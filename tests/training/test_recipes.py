import dataclasses
import json

import numpy as np
import pytest

from vae_helpers.training import BetaSchedule, Recipe
from vae_helpers.training.recipes import REASONS


def test_constant_beta():
    assert BetaSchedule(2.0)(0) == BetaSchedule(2.0)(7.3) == 2.0


def test_linear_beta_rises_to_its_value_and_stays():
    schedule = BetaSchedule(3.0, "linear", epochs=4)
    assert [schedule(t) for t in (0, 1, 2, 4, 9)] == [0.0, 0.75, 1.5, 3.0, 3.0]


def test_cyclical_beta_starts_again():
    schedule = BetaSchedule(2.0, "cyclical", epochs=4, ramp=0.5)
    assert [schedule(t) for t in (0, 1, 2, 3, 4, 5)] == [0.0, 1.0, 2.0, 2.0, 0.0, 1.0]


def test_until_is_the_side_before_a_jump():
    cyclical = BetaSchedule(2.0, "cyclical", epochs=4, ramp=0.5)
    assert [cyclical.until(t) for t in (1, 4, 5, 8)] == [1.0, 2.0, 1.0, 2.0]
    linear = BetaSchedule(3.0, "linear", epochs=4)
    assert [linear.until(t) for t in (0, 1, 4, 8)] == [linear(t) for t in (0, 1, 4, 8)]


@pytest.mark.parametrize("kind", ["linear", "cyclical"])
def test_beta_never_leaves_its_range(kind):
    values = [BetaSchedule(1.5, kind, epochs=3)(t) for t in np.linspace(0, 12, 97)]
    assert min(values) == 0.0
    assert max(values) == 1.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"beta": -1.0}, "beta=-1.0: allowed is a finite number from 0"),
        ({"kind": "sigmoid"}, "kind='sigmoid': allowed are 'constant', 'linear' and 'cyclical'"),
        ({"epochs": 0}, "epochs=0: allowed is a finite number above 0"),
        ({"ramp": 1.5}, "ramp=1.5: allowed is a number above 0 to 1"),
        ({"beta": float("nan")}, "beta=nan"),
        ({"beta": float("inf")}, "beta=inf"),
    ],
)
def test_bad_beta_schedule(wrong, message):
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        BetaSchedule(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": 0}, "epochs=0: allowed is a whole number from 1"),
        ({"epochs": 2.5}, "epochs=2.5: allowed is a whole number"),
        ({"batch_size": True}, "batch_size=True"),
        ({"learning_rate": 0.0}, "learning_rate=0.0: allowed is a finite number above 0"),
        ({"schedule": "step"}, "schedule='step': allowed are 'constant', 'cosine' and 'linear'"),
        ({"warmup": 1.0}, "warmup=1.0: allowed is a number from 0 to below 1"),
        ({"precision": "float8"}, "precision='float8': allowed are 'float32'"),
        ({"beta_2": 1.0}, "beta_2=1.0"),
        ({"mean_image_bias": "no"}, "mean_image_bias='no': allowed are True and False"),
        ({"fused_adam": 1}, "fused_adam=1: allowed are True and False"),
        ({"beta_schedule": 2.0}, "beta_schedule=2.0: allowed are a BetaSchedule and None"),
    ],
)
def test_bad_recipe(wrong, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"epochs": 1, **wrong})


def test_numbers_of_numpy_count_and_end_as_plain_ones():
    recipe = Recipe(epochs=np.int64(3), learning_rate=np.float32(0.5), warmup=np.float64(0.25))
    assert recipe == Recipe(epochs=3, learning_rate=0.5, warmup=0.25)
    assert json.dumps(recipe.as_dict())


def test_every_field_has_a_reason():
    """Chapter 03 lists what a recipe changes, and why: no field may be left out."""
    assert list(REASONS) == [field.name for field in dataclasses.fields(Recipe)]
    assert all(REASONS.values())


def test_changes_from_another_recipe():
    slow = Recipe(epochs=30)
    assert slow.changes_from(slow) == []
    changes = Recipe(epochs=12, beta_2=0.99).changes_from(slow)
    assert changes == [
        ("epochs", 30, 12, REASONS["epochs"]),
        ("beta_2", 0.999, 0.99, REASONS["beta_2"]),
    ]
