"""What training logs, follows and refuses."""

import json

import keras
import numpy as np
import pytest
import tiny

from vae_helpers import training
from vae_helpers.training import BetaSchedule, Recipe


def test_logs_and_history():
    history = tiny.fit(tiny.vae())
    parts = ("loss", "reconstruction_loss", "kl_loss")
    assert set(history) == {*parts, *(f"val_{part}" for part in parts), "seconds"}
    assert all(len(values) == tiny.RECIPE.epochs for values in history.values())
    assert history["seconds"] == sorted(history["seconds"])
    json.dumps(history)


def test_same_seed_same_history_and_other_seed_another():
    losses = [
        tiny.fit(tiny.vae(), tiny.RECIPE.replace(epochs=2), seed=seed)["val_loss"]
        for seed in (3, 3, 4)
    ]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_beta_follows_its_schedule():
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(keras.ops.convert_to_numpy(self.model.beta)))

    model = tiny.vae()
    tiny.fit(model, tiny.RECIPE.replace(epochs=3), callbacks=[Watch()])
    steps = 5
    expected = [min(2.0, 2.0 * i / (2 * steps)) for i in range(3 * steps)]
    np.testing.assert_allclose(seen, expected, rtol=1e-6)
    assert float(keras.ops.convert_to_numpy(model.beta)) == 2.0


def test_beta_stays_as_it_is_without_a_schedule():
    model = tiny.vae(beta=4.0)
    history = tiny.fit(model, tiny.RECIPE.replace(epochs=1, beta_schedule=None))
    expected = history["reconstruction_loss"][0] + 4.0 * history["kl_loss"][0]
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_several_steps_a_call_train_the_same_model():
    constant = tiny.RECIPE.replace(epochs=2, beta_schedule=None)
    one, many = tiny.vae(), tiny.vae()
    tiny.fit(one, constant)
    tiny.fit(many, constant.replace(steps_per_call=3))
    for expected, found in zip(one.get_weights(), many.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_patience_stops_when_validation_no_longer_falls():
    history = tiny.fit(
        tiny.autoencoder(), Recipe(epochs=50, batch_size=50, learning_rate=0.5), patience=2
    )
    losses = history["val_loss"]
    assert len(losses) < 50
    assert len(losses) - 1 - int(np.argmin(losses)) == 2


def test_progress_bar_is_readable(capsys):
    training.fit(tiny.vae(), tiny.IMAGES, tiny.IMAGES[:60], tiny.RECIPE.replace(epochs=2))
    last = capsys.readouterr().err.split("\r")[-1]
    assert "2.0/2 epochs" in last
    assert "reconstruction" in last
    assert "validation" in last


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (tiny.IMAGES[..., 0], r"images has shape \(230, 8, 8\): allowed is \(n, 8, 8, 1\)"),
        (tiny.IMAGES * 255, r"images has values from .* allowed are pixels in \[0, 1\]"),
        (np.full((3, 8, 8, 1), np.nan, dtype=np.float32), "images holds NaN"),
    ],
)
def test_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        training.fit(tiny.vae(), images, progress=False)
    with pytest.raises(ValueError, match=f"validation_{message}"):
        training.fit(tiny.vae(), tiny.IMAGES, images, progress=False)


def test_patience_needs_validation_images():
    with pytest.raises(ValueError, match="patience=2: needs validation_images"):
        training.fit(tiny.vae(), tiny.IMAGES, patience=2, progress=False)


def test_a_cyclical_beta_ends_at_its_own_value():
    """Where a cycle ends the next one begins at 0; a model that was saved so had no KL."""
    model, seen = tiny.vae(), []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(tiny.beta_of(self.model))

    schedule = BetaSchedule(2.0, "cyclical", 2, ramp=1.0)
    tiny.fit(model, Recipe(epochs=4, beta_schedule=schedule), callbacks=[Watch()])
    assert seen == [1.0, 2.0, 1.0, 2.0]
    assert tiny.beta_of(model) == 2.0


def test_a_warm_up_longer_than_the_training_ends_at_its_beta():
    model = tiny.vae()
    tiny.fit(model, Recipe(epochs=1, beta_schedule=BetaSchedule(2.0, "linear", 20)))
    assert tiny.beta_of(model) == 2.0


@pytest.mark.parametrize("free_bits", [0.0, 0.2])
def test_validation_during_a_warm_up_uses_the_beta_of_the_end(free_bits):
    model = tiny.vae(free_bits=free_bits)
    recipe = tiny.RECIPE.replace(beta_schedule=BetaSchedule(3.0, "linear", 4), epochs=2)
    logs = tiny.fit(model, recipe)
    model.sampling.restart(0, 1)  # the last epoch's noise, somewhat later
    end = model.evaluate(tiny.IMAGES[:60], batch_size=60, verbose=0, return_dict=True)
    assert logs["val_kl_loss"][-1] == pytest.approx(end["kl_loss"], rel=1e-5)
    penalty = logs["val_loss"][-1] - logs["val_reconstruction_loss"][-1]
    assert penalty == pytest.approx(end["loss"] - end["reconstruction_loss"], rel=1e-3)


def test_patience_waits_for_the_end_of_a_warm_up():
    """The loss rises with β although reconstruction + final β · KL falls: no reason to stop."""
    model = tiny.vae()
    recipe = Recipe(
        epochs=8, batch_size=50, learning_rate=3e-3, beta_schedule=BetaSchedule(1.0, "linear", 8)
    )
    logs = tiny.fit(model, recipe, patience=1)
    whole = np.add(logs["val_reconstruction_loss"], logs["val_kl_loss"])
    assert logs["val_loss"] == pytest.approx(whole, rel=1e-5)
    assert (np.diff(whole[:-1]) < 0).all()  # it went on as long as this fell
    assert len(whole) == 8 or whole[-1] >= whole[-2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patience": 0}, "patience=0: allowed is a whole number from 1"),
        ({"patience": 1.5}, "patience=1.5: allowed is a whole number from 1"),
        ({"seed": None}, "seed=None: allowed is a whole number from 0"),
        ({"seed": -1}, "seed=-1: allowed is a whole number from 0"),
        ({"recipe": Recipe(1, precision="mixed_bfloat16")}, "precision='mixed_bfloat16': allowed"),
        ({"recipe": Recipe(1, validate_every=2), "patience": 1}, "there is none in 1 epochs"),
    ],
)
def test_options_that_would_go_unheard(options, message):
    model = tiny.vae()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        tiny.fit(model, **options)
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))


def test_a_beta_schedule_needs_a_beta():
    with pytest.raises(ValueError, match=r"beta_schedule=BetaSchedule.*'tiny' has no KL"):
        tiny.fit(tiny.autoencoder())


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_a_models_own_precision_is_honoured(precision):
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        model = tiny.vae()
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    logs = tiny.fit(model, Recipe(epochs=1, precision=precision))
    assert np.isfinite(logs["loss"]).all()
    assert model.encoder.get_layer("dense_1").compute_dtype == precision.removeprefix("mixed_")
    with pytest.raises(ValueError, match=f"precision='float32': allowed is '{precision}'"):
        tiny.fit(model, Recipe(epochs=1, precision="float32"))


@pytest.mark.parametrize("mode", ["aligned", "read-only", "mapped"])
def test_images_are_never_changed(mode, tmp_path):
    images = tiny.aligned(tiny.IMAGES)
    if mode == "mapped":
        np.save(tmp_path / "images.npy", images)
        images = np.load(tmp_path / "images.npy", mmap_mode="r+")
    images.flags.writeable = mode != "read-only"
    model = tiny.vae()
    tiny.fit(model, images=images, validation=images[:60])
    model.encode(images), model.reconstruct(images), model.codes(images)
    z = tiny.aligned(np.ones((64, 3), np.float32))
    model.decode(z)
    assert np.array_equal(images, tiny.IMAGES)
    assert (z == 1).all()


def test_the_bar_is_closed_after_a_stop(monkeypatch):
    bars = []
    monkeypatch.setattr(
        training.fit.__globals__["ProgressBar"], "close", lambda bar: bars.append(bar)
    )
    for callbacks in ([tiny.StopInEpoch(0)], []):
        training.fit(tiny.autoencoder(), tiny.IMAGES, None, Recipe(1), callbacks=callbacks)
    assert len(bars) == 2
