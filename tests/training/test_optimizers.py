"""Adam in one operation, and learning rates."""

import keras
import numpy as np
import pytest
import tiny

from vae_helpers import training


def test_fused_adam_is_adam():
    """Every weight and both moments, over epochs with a schedule, up to rounding."""
    weights = []
    for fused in (False, True):
        model = tiny.vae()
        history = tiny.fit(model, tiny.RECIPE.replace(beta_2=0.97, fused_adam=fused))
        assert isinstance(model.optimizer, training.FusedAdam) == fused
        optimizer = model.optimizer.variables
        weights.append([np.asarray(w) for w in (*model.trainable_variables, *optimizer)])
    assert history["loss"][-1] < history["loss"][0]
    for ours, theirs in zip(*weights, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=2e-5)


def test_cosine_schedule():
    rate = training.learning_rate(tiny.RECIPE, steps_per_epoch=25)  # 100 steps, 10 of warm-up
    values = [float(rate(step)) for step in (0, 10, 55, 100)]
    assert values == pytest.approx([0.001, 0.01, 0.005, 0.0], abs=1e-6)


def test_linear_schedule():
    rate = training.learning_rate(tiny.RECIPE.replace(schedule="linear"), steps_per_epoch=25)
    values = [float(rate(step)) for step in (0, 9, 10, 55, 100, 120)]
    assert values == pytest.approx([0.001, 0.01, 0.01, 0.005, 0.0, 0.0], abs=1e-6)


def test_fused_adam_with_amsgrad_is_that_of_keras():
    results = []
    for kind in (keras.optimizers.Adam, training.FusedAdam):
        weight = keras.Variable([1.0, -2.0])
        optimizer = kind(0.1, amsgrad=True)
        for gradient in ([3.0, 1.0], [0.1, -0.1], [0.2, 0.3]):
            optimizer.apply_gradients([(keras.ops.convert_to_tensor(gradient), weight)])
        results.append(keras.ops.convert_to_numpy(weight))
    assert np.array_equal(*results)
