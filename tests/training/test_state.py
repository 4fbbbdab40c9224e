"""Runs that are stopped, killed or finished, and go on."""

import shutil

import keras
import numpy as np
import pytest
import tiny

from vae_helpers import models, training
from vae_helpers.files import DamagedFileError
from vae_helpers.training import BetaSchedule, Recipe

pytestmark = pytest.mark.usefixtures("without_a_graph")
AS_FOR_LEARNERS = training.fit.__globals__["_way_of_running"]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What a killed process leaves: what lies on the disk in the middle of the fourth epoch."""
    return tmp_path_factory.mktemp("killed") / "state"


@pytest.fixture(scope="module")
def whole_run(killed, tmp_path_factory):
    """A model that was trained without a stop, and its history."""

    class Look(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if (self.epoch, batch) == (3, 1):
                shutil.copytree(folder, killed)

    model, folder = tiny.vae(), tmp_path_factory.mktemp("whole")
    return model, tiny.fit(model, seed=3, resume_from=folder, callbacks=[Look()])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a run of one epoch; tests copy it."""
    folder = tmp_path_factory.mktemp("finished")
    tiny.fit(tiny.vae(), tiny.RECIPE.replace(epochs=1), resume_from=folder)
    return folder


@pytest.fixture(scope="module")
def stopped_in_epoch_1(tmp_path_factory):
    """The folder of a run of two epochs that was stopped in the second; tests copy it."""
    folder = tmp_path_factory.mktemp("stopped")
    interrupted(folder)
    return folder


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path, capsys, whole_run):
    whole, history = whole_run
    stopped = tiny.fit(tiny.vae(), seed=3, resume_from=tmp_path, callbacks=[tiny.StopInEpoch(2)])
    assert len(stopped["loss"]) == 2
    assert "Stopped on request after 2 finished epochs" in capsys.readouterr().out
    resumed = tiny.vae(seed=9)  # other first weights: the saved ones replace them
    again = tiny.fit(resumed, seed=3, resume_from=tmp_path)
    assert again["loss"] == history["loss"]
    for expected, found in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [path.name for path in tmp_path.glob("*.h5")] == ["epoch-0004.weights.h5"]


def test_a_killed_process_goes_on_to_the_same_weights(killed, whole_run):
    """SIGKILL gives no chance to tidy up: at any moment the folder must hold a whole state."""
    whole, history = whole_run
    assert [path.name for path in killed.glob("*.h5")] == ["epoch-0003.weights.h5"]
    resumed = tiny.vae(seed=9)
    assert tiny.fit(resumed, seed=3, resume_from=killed)["loss"] == history["loss"]
    for expected, found in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_finished_run_is_not_trained_again(tmp_path):
    model = tiny.vae()
    history = tiny.fit(model, tiny.RECIPE.replace(epochs=1), resume_from=tmp_path)
    weights = model.get_weights()
    fresh = tiny.vae(seed=5)
    assert tiny.fit(fresh, tiny.RECIPE.replace(epochs=1), resume_from=tmp_path) == history
    np.testing.assert_array_equal(fresh.get_weights()[0], weights[0])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": 8}, "seed"),
        ({"recipe": tiny.RECIPE.replace(learning_rate=0.5)}, "recipe"),
        ({"images": np.roll(tiny.IMAGES, 1, axis=0)}, "images"),
        ({"images": np.concatenate([tiny.IMAGES[:229], 1 - tiny.IMAGES[229:]])}, "images"),
    ],
)
def test_another_runs_folder_is_refused(tmp_path, finished, change, what):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    arguments = {"recipe": tiny.RECIPE.replace(epochs=1), **change}
    with pytest.raises(ValueError, match=f"holds a run with another {what}"):
        tiny.fit(tiny.vae(), resume_from=tmp_path, **arguments)


def test_a_damaged_state_is_refused(tmp_path, finished):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    (tmp_path / "epoch-0001.weights.h5").write_bytes(b"not what was saved")
    with pytest.raises(DamagedFileError, match=r"epoch-0001\.weights\.h5 is damaged"):
        tiny.fit(tiny.vae(), tiny.RECIPE.replace(epochs=1), resume_from=tmp_path)


def test_a_stopped_run_with_fused_adam_goes_on(tmp_path):
    recipe = tiny.RECIPE.replace(fused_adam=True, whitened_start=True)
    whole = tiny.vae()
    tiny.fit(whole, recipe)
    tiny.fit(tiny.vae(), recipe, resume_from=tmp_path, callbacks=[tiny.StopInEpoch(2)])
    resumed = tiny.vae(seed=9)
    history = tiny.fit(resumed, recipe, resume_from=tmp_path)
    assert len(history["loss"]) == recipe.epochs
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


CONSTANT = Recipe(epochs=2, batch_size=50, learning_rate=1e-2)


def interrupted(folder, build=tiny.vae, recipe=CONSTANT, **kwargs):
    """Leave the state of one epoch in a folder."""
    stop = [tiny.StopInEpoch(1)]
    model = build()
    tiny.fit(model, recipe, resume_from=folder, callbacks=stop, **kwargs)
    return model


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: tiny.vae(beta=2.0), "beta"),
        (lambda: tiny.vae(free_bits=0.5), "free_bits"),
        (lambda: tiny.vae(reconstruction="mse"), "reconstruction"),
        (tiny.autoencoder, "model"),
        (lambda: tiny.vae(kind=type("Other", (models.VAE,), {})), "model"),
    ],
)
def test_another_model_or_loss_is_refused(tmp_path, stopped_in_epoch_1, build, what):
    shutil.copytree(stopped_in_epoch_1, tmp_path, dirs_exist_ok=True)
    with pytest.raises(ValueError, match=f"holds a run with another {what}"):
        tiny.fit(build(), CONSTANT, resume_from=tmp_path)


def test_more_epochs_at_a_constant_rate_go_on(tmp_path):
    tiny.fit(tiny.vae(), CONSTANT, resume_from=tmp_path)
    longer = tiny.fit(tiny.vae(), CONSTANT, epochs=3, resume_from=tmp_path)
    assert longer["loss"] == tiny.fit(tiny.vae(), CONSTANT, epochs=3)["loss"]
    with pytest.raises(ValueError, match=r"epochs=1: .* holds a run of 3 epochs"):
        tiny.fit(tiny.vae(), CONSTANT, epochs=1, resume_from=tmp_path)


def test_a_schedule_that_stretches_needs_the_same_epochs(tmp_path):
    recipe = CONSTANT.replace(schedule="cosine")
    tiny.fit(tiny.vae(), recipe, resume_from=tmp_path)
    with pytest.raises(ValueError, match="holds a run with another recipe"):
        tiny.fit(tiny.vae(), recipe, epochs=3, resume_from=tmp_path)


@pytest.mark.parametrize("kind", ["linear", "cyclical"])
def test_the_same_line_goes_on_although_the_schedule_moved_beta(tmp_path, kind):
    """The message says "run again": the same call, with the same model."""
    recipe = CONSTANT.replace(epochs=3, beta_schedule=BetaSchedule(2.0, kind, 2))
    model = interrupted(tmp_path, recipe=recipe)
    assert tiny.beta_of(model) != 1.0
    logs = tiny.fit(model, recipe, resume_from=tmp_path)
    assert logs["loss"] == tiny.fit(tiny.vae(), recipe)["loss"]
    assert tiny.beta_of(model) == 2.0


def test_layers_without_names_go_on(tmp_path):
    """Keras numbers unnamed layers: built twice, a model has other names the second time."""

    def unnamed():
        keras.utils.set_random_seed(0)
        layers = keras.layers
        encoder = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3)])
        shape = layers.Reshape((8, 8, 1))
        decoder = keras.Sequential([keras.Input((3,)), layers.Dense(64), shape])
        return models.Autoencoder(encoder, decoder)

    interrupted(tmp_path, unnamed)
    assert len(tiny.fit(unnamed(), CONSTANT, resume_from=tmp_path)["loss"]) == 2


def test_a_state_that_could_not_be_written_counts_as_not_done(tmp_path):
    """The state comes after all callbacks: one that dies is called again for the same epoch."""
    seen = []

    class Snapshot(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(epoch)
            if seen == [0]:
                raise KeyboardInterrupt

    for _ in range(2):
        tiny.fit(tiny.vae(), CONSTANT, resume_from=tmp_path, callbacks=[Snapshot()])
    assert seen == [0, 0, 1]


WILD = Recipe(epochs=40, batch_size=50, learning_rate=0.5)


def test_patience_gives_the_best_weights_back(tmp_path):
    """From memory, from a folder, and from the folder of a run that has ended."""
    for folder in (None, tmp_path, tmp_path):
        model = tiny.autoencoder()
        logs = tiny.fit(model, WILD, patience=2, resume_from=folder)
        best = min(logs["val_loss"])
        assert len(logs["val_loss"]) < 40
        assert logs["val_loss"][-1] > 1.01 * best
        assert loss_of(model) == pytest.approx(best, rel=1e-5)


def test_patience_goes_on_after_a_stop_with_the_best_of_before(tmp_path):
    whole = tiny.fit(tiny.autoencoder(), WILD, patience=3)
    best = int(np.argmin(whole["val_loss"]))
    stop = [tiny.StopInEpoch(best + 2)]
    tiny.fit(tiny.autoencoder(), WILD, patience=3, resume_from=tmp_path, callbacks=stop)
    model = tiny.autoencoder()
    again = tiny.fit(model, WILD, patience=3, resume_from=tmp_path)
    assert again["val_loss"] == whole["val_loss"]
    assert loss_of(model) == pytest.approx(min(whole["val_loss"]), rel=1e-5)


def loss_of(model):
    """Return the validation loss by the formula, without Keras."""
    images = tiny.IMAGES[:60]
    logits = model.decode_logits(model.encode(images))
    return float(np.mean(models.reconstruction_loss(images, logits)))


def test_a_loss_that_is_not_a_number_is_never_the_best(tmp_path):
    class Nan(models.Autoencoder):
        def compute_loss(self, *args, **kwargs):
            return super().compute_loss(*args, **kwargs) * np.nan

    plain = tiny.autoencoder()
    logs = tiny.fit(Nan(plain.encoder, plain.decoder), WILD, patience=2)
    assert len(logs["val_loss"]) == 2


@pytest.mark.slow
def test_what_only_changes_the_speed_may_differ(tmp_path, monkeypatch, stopped_in_epoch_1):
    """The other way of running goes on, to the loss of the run that was never stopped."""
    whole = tiny.fit(tiny.vae(), CONSTANT)
    shutil.copytree(stopped_in_epoch_1, tmp_path, dirs_exist_ok=True)
    monkeypatch.setitem(training.fit.__globals__, "_way_of_running", AS_FOR_LEARNERS)
    quicker = CONSTANT.replace(steps_per_call=2, fused_adam=True, jit_compile=True)
    resumed = tiny.fit(tiny.vae(seed=9), quicker, resume_from=tmp_path)
    assert resumed["loss"][1] == pytest.approx(whole["loss"][1], rel=1e-3)
