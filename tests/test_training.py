"""Training on images small enough that every run takes well under a second after compiling."""

import json
import os
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

from vae_helpers import models, training
from vae_helpers.files import DamagedFileError
from vae_helpers.recipes import BetaSchedule, Recipe

IMAGES = np.random.default_rng(0).random((230, 8, 8, 1), dtype=np.float32)
RECIPE = Recipe(
    epochs=4,
    batch_size=50,  # the last batch of an epoch has 30 images
    learning_rate=1e-2,
    schedule="cosine",
    warmup=0.1,
    beta_schedule=BetaSchedule(2.0, "linear", 2.0),
    mean_image_bias=True,
)


def tiny_vae(seed=0, **kwargs):
    keras.utils.set_random_seed(seed)
    encoder = models.dense_encoder((8, 8, 1), (16,), 3)
    decoder = models.dense_decoder((8, 8, 1), (16,), 3)
    return models.VAE(encoder, decoder, seed=seed, name="tiny", **kwargs)


def tiny_autoencoder():
    encoder = models.dense_encoder((8, 8, 1), (16,), 3, variational=False)
    return models.Autoencoder(encoder, models.dense_decoder((8, 8, 1), (16,), 3), name="tiny")


def fit(model, recipe=RECIPE, **kwargs):
    return training.fit(model, IMAGES, IMAGES[:60], recipe, progress=False, **kwargs)


class StopInEpoch(keras.callbacks.Callback):
    """Press the stop button in the middle of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch
        self.now = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch and batch == 2:
            raise KeyboardInterrupt


def test_logs_and_history():
    history = fit(tiny_vae())
    parts = ("loss", "reconstruction_loss", "kl_loss")
    assert set(history) == {*parts, *(f"val_{part}" for part in parts), "seconds"}
    assert all(len(values) == RECIPE.epochs for values in history.values())
    assert history["seconds"] == sorted(history["seconds"])
    json.dumps(history)


def test_same_seed_same_history_and_other_seed_another():
    losses = [
        fit(tiny_vae(), RECIPE.replace(epochs=2), seed=seed)["val_loss"] for seed in (3, 3, 4)
    ]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path, capsys):
    whole = tiny_vae()
    history = fit(whole, seed=3)
    stopped = fit(tiny_vae(), seed=3, resume_from=tmp_path, callbacks=[StopInEpoch(2)])
    assert len(stopped["loss"]) == 2
    assert "Stopped on request after 2 finished epochs" in capsys.readouterr().out
    resumed = tiny_vae(seed=9)  # other first weights: the saved ones replace them
    again = fit(resumed, seed=3, resume_from=tmp_path)
    assert again["loss"] == history["loss"]
    for expected, found in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [path.name for path in tmp_path.glob("*.h5")] == ["epoch-0004.weights.h5"]


def test_a_killed_process_goes_on_to_the_same_weights(tmp_path):
    """SIGKILL gives no chance to tidy up: the folder must still hold a whole state."""
    script = textwrap.dedent("""
        import os, signal, sys
        sys.path.insert(0, os.path.dirname(sys.argv[1]))
        import keras, test_training as t
        class Kill(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None): self.epoch = epoch
            def on_train_batch_end(self, batch, logs=None):
                if self.epoch == 3 and batch == 1: os.kill(os.getpid(), signal.SIGKILL)
        t.fit(t.tiny_vae(), seed=3, resume_from=sys.argv[2], callbacks=[Kill()])
    """)
    command = [sys.executable, "-c", script, __file__, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, check=False)
    assert result.returncode == -9, result.stderr.decode()
    resumed, whole = tiny_vae(), tiny_vae()
    assert len(fit(resumed, seed=3, resume_from=tmp_path)["loss"]) == RECIPE.epochs
    fit(whole, seed=3)
    for expected, found in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_finished_run_is_not_trained_again(tmp_path):
    model = tiny_vae()
    history = fit(model, RECIPE.replace(epochs=1), resume_from=tmp_path)
    weights = model.get_weights()
    fresh = tiny_vae(seed=5)
    assert fit(fresh, RECIPE.replace(epochs=1), resume_from=tmp_path) == history
    np.testing.assert_array_equal(fresh.get_weights()[0], weights[0])


@pytest.mark.parametrize(
    ("change", "what"),
    [({"seed": 8}, "seed"), ({"recipe": RECIPE.replace(learning_rate=0.5)}, "recipe")],
)
def test_another_runs_folder_is_refused(tmp_path, change, what):
    fit(tiny_vae(), RECIPE.replace(epochs=1), resume_from=tmp_path)
    arguments = {"recipe": RECIPE.replace(epochs=1), **change}
    with pytest.raises(ValueError, match=f"holds a run with another {what}"):
        fit(tiny_vae(), resume_from=tmp_path, **arguments)


def test_a_damaged_state_is_refused(tmp_path):
    fit(tiny_vae(), RECIPE.replace(epochs=1), resume_from=tmp_path)
    (tmp_path / "epoch-0001.weights.h5").write_bytes(b"not what was saved")
    with pytest.raises(DamagedFileError, match=r"epoch-0001\.weights\.h5 is damaged"):
        fit(tiny_vae(), RECIPE.replace(epochs=1), resume_from=tmp_path)


def test_beta_follows_its_schedule():
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(keras.ops.convert_to_numpy(self.model.beta)))

    model = tiny_vae()
    fit(model, RECIPE.replace(epochs=3), callbacks=[Watch()])
    steps = 5
    expected = [min(2.0, 2.0 * i / (2 * steps)) for i in range(3 * steps)]
    np.testing.assert_allclose(seen, expected, rtol=1e-6)
    assert float(keras.ops.convert_to_numpy(model.beta)) == 2.0


def test_beta_stays_as_it_is_without_a_schedule():
    model = tiny_vae(beta=4.0)
    history = fit(model, RECIPE.replace(epochs=1, beta_schedule=None))
    expected = history["reconstruction_loss"][0] + 4.0 * history["kl_loss"][0]
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_several_steps_a_call_train_the_same_model():
    constant = RECIPE.replace(epochs=2, beta_schedule=None)
    one, many = tiny_vae(), tiny_vae()
    fit(one, constant)
    fit(many, constant.replace(steps_per_call=3))
    for expected, found in zip(one.get_weights(), many.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_every_epoch_takes_each_image_once_in_a_new_order():
    batches = training.ShuffledBatches(np.arange(23), batch_size=5, seed=1)
    epochs = []
    for batches.epoch in (1, 2, 3):
        epochs.append(np.concatenate([batches[i][0] for i in range(len(batches))]))
    for order in epochs:
        np.testing.assert_array_equal(np.sort(order), np.arange(23))
    assert not np.array_equal(epochs[0], epochs[1])
    assert not np.array_equal(epochs[1], epochs[2])


def test_batches_without_a_seed_keep_the_order():
    batches = training.ShuffledBatches(np.arange(23), batch_size=5, seed=None)
    taken = [batches[i][0] for i in range(len(batches))]
    np.testing.assert_array_equal(np.concatenate(taken), np.arange(23))
    assert np.shares_memory(taken[0], batches.images)


def test_training_takes_every_batch_once_an_epoch(monkeypatch):
    seen = []

    class Spy(training.ShuffledBatches):
        def __getitem__(self, index):
            if self.seed is not None:  # the validation images have none
                seen.append((self.epoch, index))
            return super().__getitem__(index)

    monkeypatch.setattr(training, "ShuffledBatches", Spy)
    fit(tiny_autoencoder(), Recipe(epochs=3, batch_size=50))
    assert seen == [(epoch, index) for epoch in (1, 2, 3) for index in range(5)]


def test_the_order_is_another_with_another_seed():
    first, same, other = (
        training.ShuffledBatches(IMAGES, batch_size=50, seed=seed)[0][0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_pipeline_has_the_batches_and_no_tuning():
    """Tuned datasets make Keras wait at the end of an epoch, for up to as long as it took."""
    batches = training.ShuffledBatches(IMAGES, batch_size=50, seed=1)
    dataset = training._pipeline(batches)
    assert dataset.options().autotune.enabled is False  # None is on
    assert int(dataset.cardinality()) == len(batches)
    for batches.epoch in (1, 2):  # one pipeline serves all epochs
        taken = np.concatenate([images.numpy() for (images,) in dataset])
        expected = np.concatenate([batches[i][0] for i in range(len(batches))])
        np.testing.assert_array_equal(taken, expected)


def test_patience_stops_when_validation_no_longer_falls():
    history = fit(
        tiny_autoencoder(), Recipe(epochs=50, batch_size=50, learning_rate=0.5), patience=2
    )
    losses = history["val_loss"]
    assert len(losses) < 50
    assert len(losses) - 1 - int(np.argmin(losses)) == 2


def test_mean_image_bias_predicts_the_mean_image_first():
    model = tiny_autoencoder()
    training.set_output_bias(model, IMAGES)
    model.decoder.layers[-2].kernel.assign(np.zeros((16, 64)))
    np.testing.assert_allclose(model.decode(np.zeros((1, 3)))[0], IMAGES.mean(axis=0), atol=1e-5)


def test_mean_image_bias_of_a_convolutional_decoder():
    model = models.VAE(models.fashion_conv_encoder(), models.fashion_conv_decoder())
    images = np.full((4, 32, 32, 1), 0.2, dtype=np.float32)
    training.set_output_bias(model, images)
    assert float(model.decoder.layers[-1].bias[0]) == pytest.approx(np.log(0.2 / 0.8), rel=1e-5)


def test_whitened_start_sees_all_directions_alike():
    """Stretched a hundred times along some axes, the data move the first outputs no more."""
    generator = np.random.default_rng(1)
    images = generator.random((3_000, 8, 8, 1), dtype=np.float32)
    images[:, :4] *= 0.1
    images[:, 4:] += 5.0
    model = tiny_autoencoder()
    training.set_whitened_kernel(model, images, seed=3, floor=0.0)
    layer = next(layer for layer in model.encoder.layers if layer.weights)
    outputs = images.reshape(-1, 64) @ layer.kernel.numpy() + layer.bias.numpy()
    assert outputs.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-3)
    assert outputs.std() == pytest.approx(0.1, rel=1e-3)
    small, large = (layer.kernel.numpy().reshape(2, 32, 16)[i].std() for i in (0, 1))
    assert small / large == pytest.approx(10, rel=0.2)
    kernel = layer.kernel.numpy()
    training.set_whitened_kernel(model, images, seed=4, floor=0.0)
    assert not np.allclose(layer.kernel, kernel)  # another seed, another start
    training.set_whitened_kernel(model, images, seed=3, floor=0.0)
    assert np.allclose(layer.kernel, kernel)


def test_whitened_start_through_the_recipe():
    histories = [
        fit(tiny_vae(), RECIPE.replace(epochs=1, whitened_start=start)) for start in (False, True)
    ]
    assert histories[0]["loss"] != histories[1]["loss"]
    encoder = models.fashion_conv_encoder(variational=False)
    convolutional = models.Autoencoder(encoder, models.fashion_conv_decoder())
    with pytest.raises(ValueError, match="whitened_start=True: allowed for a dense first layer"):
        training.set_whitened_kernel(convolutional, np.zeros((5, 32, 32, 1), np.float32))


def test_fused_adam_is_adam():
    """Every weight and both moments, over epochs with a schedule, up to rounding."""
    weights = []
    for fused in (False, True):
        model = tiny_vae()
        history = fit(model, RECIPE.replace(beta_2=0.97, fused_adam=fused))
        assert isinstance(model.optimizer, training.FusedAdam) == fused
        optimizer = model.optimizer.variables
        weights.append([np.asarray(w) for w in (*model.trainable_variables, *optimizer)])
    assert history["loss"][-1] < history["loss"][0]
    for ours, theirs in zip(*weights, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=2e-5)


def test_a_stopped_run_with_fused_adam_goes_on(tmp_path):
    recipe = RECIPE.replace(fused_adam=True, whitened_start=True)
    whole = tiny_vae()
    fit(whole, recipe)
    fit(tiny_vae(), recipe, resume_from=tmp_path, callbacks=[StopInEpoch(2)])
    resumed = tiny_vae(seed=9)
    history = fit(resumed, recipe, resume_from=tmp_path)
    assert len(history["loss"]) == recipe.epochs
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_cosine_schedule():
    rate = training.learning_rate(RECIPE, steps_per_epoch=25)  # 100 steps, 10 of warm-up
    values = [float(rate(step)) for step in (0, 10, 55, 100)]
    assert values == pytest.approx([0.001, 0.01, 0.005, 0.0], abs=1e-6)


def test_linear_schedule():
    rate = training.learning_rate(RECIPE.replace(schedule="linear"), steps_per_epoch=25)
    values = [float(rate(step)) for step in (0, 9, 10, 55, 100, 120)]
    assert values == pytest.approx([0.001, 0.01, 0.01, 0.005, 0.0, 0.0], abs=1e-6)


def test_progress_bar_is_readable(capsys):
    training.fit(tiny_vae(), IMAGES, IMAGES[:60], RECIPE.replace(epochs=2))
    last = capsys.readouterr().err.split("\r")[-1]
    assert "2.0/2 epochs" in last
    assert "reconstruction" in last
    assert "validation" in last


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[..., 0], r"images has shape \(230, 8, 8\): expected"),
        (IMAGES * 255, r"expected pixels in \[0, 1\]"),
        (np.full((3, 8, 8, 1), np.nan, dtype=np.float32), "images has values from nan"),
    ],
)
def test_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        training.fit(tiny_vae(), images, progress=False)
    with pytest.raises(ValueError, match=f"validation_{message}".replace("validation_exp", "exp")):
        training.fit(tiny_vae(), IMAGES, images, progress=False)


def test_patience_needs_validation_images():
    with pytest.raises(ValueError, match="patience=2: needs validation_images"):
        training.fit(tiny_vae(), IMAGES, patience=2, progress=False)


TWO_DEVICES = """
    import sys, os
    sys.path.insert(0, os.path.dirname(sys.argv[1]))
    import numpy as np, tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    logical = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [logical, logical])
    import test_training as t
    from vae_helpers.recipes import Recipe
    # 5 whole batches, and the Adam that writes TensorFlow's variables itself
    recipe = Recipe(epochs=3, batch_size=46, learning_rate=1e-2, fused_adam=True)
    single = t.fit(t.tiny_autoencoder_seeded(), recipe)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        model = t.tiny_autoencoder_seeded()
    double = t.fit(model, recipe, strategy=strategy)
    print(single["loss"], double["loss"], single["val_loss"], double["val_loss"])
    np.testing.assert_allclose(double["loss"], single["loss"], rtol=1e-4)
    np.testing.assert_allclose(double["val_loss"], single["val_loss"], rtol=1e-4)
    with strategy.scope():
        vae = t.tiny_vae()
    logs = t.fit(vae, recipe, strategy=strategy)
    parts = np.add(logs["reconstruction_loss"], logs["kl_loss"])
    np.testing.assert_allclose(logs["loss"], parts, rtol=1e-5)
    assert logs["val_loss"][-1] < logs["val_loss"][0], logs
"""


def tiny_autoencoder_seeded():
    keras.utils.set_random_seed(0)
    return tiny_autoencoder()


def run(script, **environment):
    command = [sys.executable, "-c", textwrap.dedent(script), __file__]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.slow
def test_two_devices_give_the_losses_of_one():
    result = run(TWO_DEVICES)
    assert result.returncode == 0, result.stderr


JAX = """
    import sys, os
    sys.path.insert(0, os.path.dirname(sys.argv[1]))
    import keras, numpy as np
    import test_training as t
    assert keras.backend.backend() == "jax"
    assert "tensorflow" not in sys.modules, "TensorFlow was imported"
    model = t.tiny_vae()
    logs = t.fit(model, t.RECIPE.replace(epochs=6, steps_per_call=2))
    assert logs["val_reconstruction_loss"][-1] < logs["val_reconstruction_loss"][0], logs
    whole = t.fit(t.tiny_vae(), seed=3)
    t.fit(t.tiny_vae(), seed=3, resume_from=sys.argv[2], callbacks=[t.StopInEpoch(2)])
    again = t.fit(t.tiny_vae(seed=9), seed=3, resume_from=sys.argv[2])
    np.testing.assert_allclose(again["loss"], whole["loss"], rtol=1e-5)
    model.save(sys.argv[2] + "/model.keras")
    twin = keras.saving.load_model(sys.argv[2] + "/model.keras")
    z = np.zeros((2, 3), dtype=np.float32)
    np.testing.assert_allclose(twin.decode(z), model.decode(z), rtol=1e-6)
"""


@pytest.mark.slow
def test_jax_trains_the_same_models(tmp_path):
    pytest.importorskip("jax")
    script = JAX.replace("sys.argv[2]", repr(str(tmp_path)))
    result = run(script, KERAS_BACKEND="jax")
    assert result.returncode == 0, result.stderr
