"""Training on two devices, and on JAX: in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def run(arguments, **environment):
    """Run Python in this folder, where ``tiny`` is, and return what it printed."""
    root = str(HERE.parents[1])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def two_devices(tmp_path_factory):
    """Return the results of all trainings in two_devices.py, by name."""
    pytest.importorskip("tensorflow")
    folder = tmp_path_factory.mktemp("two_devices")
    return json.loads(run(["two_devices.py", str(folder)]).splitlines()[-1])


@pytest.fixture
def result(two_devices):
    """Return one result, or fail with the error that came in its place."""

    def of(name):
        found = two_devices[name]
        assert "error" not in found, found
        return found

    return of


@pytest.mark.slow
def test_two_devices_give_the_losses_and_weights_of_one(result):
    found = result("free_bits_even")
    for key, values in found["one"].items():
        assert found["two"][key] == pytest.approx(values, rel=1e-5)
    assert found["apart"] < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["autoencoder_uneven_many_steps", "free_bits_ragged"])
def test_shares_that_are_uneven_or_empty_hardly_matter(result, name):
    """An empty share once made NaN.

    A batch of a single image is one device's alone, and its gradient half as large; on batches of
    one the two trainings part by some thousandths.
    """
    found = result(name)
    for key, values in found["one"].items():
        assert found["two"][key] == pytest.approx(values, rel=1e-2)


@pytest.mark.slow
def test_the_first_loss_counts_every_image_once(result):
    """Before the one step of whole batches nothing is learned: the logs are those of one device."""
    found = result("free_bits_ragged")
    for key in ("loss", "reconstruction_loss", "kl_loss"):
        assert found["two"][key][0] == pytest.approx(found["one"][key][0], rel=1e-6)


@pytest.mark.slow
def test_every_device_draws_noise_of_its_own(result):
    assert result("noise") == {"equal": False, "as_alone": True}


@pytest.mark.slow
def test_a_cyclical_beta_on_two_devices(result):
    found = result("vae_with_a_cycle")
    assert found["beta"] == 2.0
    logs = found["logs"]
    parts = np.add(logs["val_reconstruction_loss"], np.multiply(2.0, logs["val_kl_loss"]))
    assert logs["val_loss"] == pytest.approx(parts, rel=1e-5)
    assert np.isfinite(logs["loss"]).all()


@pytest.mark.slow
def test_a_stopped_run_goes_on_on_two_devices(result):
    found = result("resumed")
    assert found["resumed"] == found["whole"]
    assert found["apart"] == 0


@pytest.mark.slow
def test_patience_on_two_devices(result):
    for best, last, of_the_model in result("patience_and_resume").values():
        assert of_the_model == pytest.approx(best, rel=1e-5)
        assert last > 1.01 * best


@pytest.mark.slow
def test_two_devices_change_no_image(result):
    assert result("images_stay") == {"changed": 0}


@pytest.mark.slow
def test_a_model_of_two_devices_can_be_measured(result):
    for one, outside, inside in result("measured"):
        assert outside == pytest.approx(one, rel=1e-5)
        assert inside == pytest.approx(one, rel=1e-5)


@pytest.mark.slow
def test_a_strategy_that_the_model_was_not_built_in(two_devices):
    assert (
        "allowed is the one in whose scope the model was built" in two_devices["another_strategy"]
    )


JAX = """
import sys
import keras, numpy as np
import tiny
from vae_helpers import models
from vae_helpers.training import Recipe
assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules, "TensorFlow was imported"
how = {"recipe": tiny.RECIPE.replace(steps_per_call=2), "seed": 3}
model = tiny.vae()
whole = tiny.fit(model, **how)
assert model.jit_compile
assert whole["val_loss"][-1] < whole["val_loss"][0], whole
tiny.fit(tiny.vae(), **how, resume_from=sys.argv[1], callbacks=[tiny.StopInEpoch(2)])
again = tiny.fit(tiny.vae(seed=9), **how, resume_from=sys.argv[1])
np.testing.assert_allclose(again["loss"], whole["loss"], rtol=1e-5)
images = tiny.aligned(tiny.IMAGES)
plain = tiny.autoencoder()
logs = tiny.fit(plain, Recipe(40, 50, 0.5), images, images[:60], patience=2)
assert np.array_equal(images, tiny.IMAGES)
loss = plain.evaluate(images[:60], verbose=0, return_dict=True)["loss"]
np.testing.assert_allclose(loss, min(logs["val_loss"]), rtol=1e-4)
try:
    tiny.fit(plain, Recipe(1), strategy="any")
except ValueError as error:
    assert "allowed is None on jax" in str(error)
else:
    raise AssertionError("a strategy was taken")
model.save(sys.argv[1] + "/model.keras")
twin = keras.saving.load_model(sys.argv[1] + "/model.keras")
z = np.zeros((2, 3), dtype=np.float32)
np.testing.assert_allclose(twin.decode(z), model.decode(z), rtol=1e-6)
keras.utils.set_random_seed(0)
vae = models.VAE(
    models.dense_encoder((6, 5, 1), (8,), 3), models.dense_decoder((6, 5, 1), (8,), 3), beta=3.0
)
vae.encoder.get_layer("z_mean").bias.assign([1.5, -2.0, 0.0])
vae.compile(optimizer=keras.optimizers.Adam(0.0))
images = np.random.default_rng(0).random((70, 6, 5, 1), dtype=np.float32)
logs = vae.fit(images, validation_data=(images,), batch_size=32, epochs=2, verbose=0).history
for prefix in ("", "val_"):
    first, kl = (np.array(logs[prefix + key]) for key in ("reconstruction_loss", "kl_loss"))
    np.testing.assert_allclose(logs[prefix + "loss"], first + 3 * kl, atol=1e-4)
assert logs["reconstruction_loss"][0] != logs["reconstruction_loss"][1]
mean, log_var = vae.encode(images)
kl = 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1).mean()
np.testing.assert_allclose(logs["val_kl_loss"], kl, atol=1e-4)
vae.beta.assign(0.0)
logs = vae.evaluate(images, batch_size=32, verbose=0, return_dict=True)
np.testing.assert_allclose(logs["loss"], logs["reconstruction_loss"], atol=1e-4)
print("as on TensorFlow")
"""


@pytest.mark.slow
def test_jax_trains_the_same_models_compiled(tmp_path):
    pytest.importorskip("jax")
    assert "as on TensorFlow" in run(["-c", JAX, str(tmp_path)], KERAS_BACKEND="jax")
