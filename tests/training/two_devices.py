"""Trainings on two devices, in a process of its own: TensorFlow divides its processor once.

    python two_devices.py FOLDER

prints the results of all functions below that are marked, as one JSON object.
"""

import json
import sys
import traceback
from pathlib import Path

import numpy as np
import tensorflow as tf
import tiny

from vae_helpers import models, zoo
from vae_helpers.training import BetaSchedule, Recipe

CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(CPU, [tf.config.LogicalDeviceConfiguration()] * 2)
# One for all: TensorFlow mixes up the messages of several strategies with the same devices.
STRATEGY = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
# 230 images: with 46 all batches are whole; with 229 the last one has one image, and the second
# device none.
EVEN = Recipe(epochs=2, batch_size=46, learning_rate=1e-2, fused_adam=True)
RAGGED = EVEN.replace(batch_size=229)
UNEVEN = EVEN.replace(batch_size=47)
SCENARIOS = {}


def scenario(function):
    """Mark a function whose result a test looks at."""
    SCENARIOS[function.__name__] = function
    return function


def in_scope(build, **kwargs):
    """Build a model in the scope of two devices."""
    with STRATEGY.scope():
        return build(**kwargs), STRATEGY


def noiseless(**kwargs):
    """Build a VAE whose posteriors have hardly any width, so that noise does not matter."""
    vae = tiny.vae(**kwargs)
    head = vae.encoder.get_layer("z_log_var")
    head.kernel.assign(np.zeros(head.kernel.shape))
    head.bias.assign([-40.0, -40.0, -40.0])
    head.trainable = False
    return vae


def one_and_two(build, recipe, **way):
    """Train on one device and on two; return both histories and the largest difference.

    ``way`` is how the two shall run, and only changes the speed.
    """
    single, (double, strategy) = build(), in_scope(build)
    logs = [tiny.fit(single, recipe), tiny.fit(double, recipe.replace(**way), strategy=strategy)]
    for history in logs:
        del history["seconds"]
    weights = zip(single.trainable_weights, double.trainable_weights, strict=True)
    apart = max(float(np.abs(np.subtract(*map(np.asarray, pair))).max()) for pair in weights)
    return {"one": logs[0], "two": logs[1], "apart": apart}


@scenario
def autoencoder_uneven_many_steps():
    recipe = UNEVEN.replace(mean_image_bias=True)
    return one_and_two(tiny.autoencoder, recipe, steps_per_call=3, jit_compile=True)


@scenario
def free_bits_ragged():
    return one_and_two(lambda: noiseless(free_bits=25.0, beta=0.5), RAGGED)


@scenario
def free_bits_even():
    return one_and_two(lambda: noiseless(free_bits=21.0, beta=0.5), EVEN)


@scenario
def noise():
    vae, strategy = in_scope(tiny.vae)
    zeros = np.zeros((4, 3), np.float32)
    drawn = strategy.run(lambda: vae.sampling((zeros, zeros)))
    first, second = (value.numpy() for value in strategy.experimental_local_results(drawn))
    alone = tiny.vae()
    return {
        "equal": bool((first == second).any()),
        "as_alone": bool((first == np.asarray(alone.sampling((zeros, zeros)))).all()),
    }


@scenario
def vae_with_a_cycle():
    vae, strategy = in_scope(tiny.vae)
    recipe = RAGGED.replace(beta_schedule=BetaSchedule(2.0, "cyclical", 1), whitened_start=True)
    return {"logs": tiny.fit(vae, recipe, strategy=strategy), "beta": tiny.beta_of(vae)}


@scenario
def resumed():
    folder = Path(sys.argv[1]) / "resumed"
    whole, strategy = in_scope(tiny.vae)
    logs = tiny.fit(whole, validation=None, strategy=strategy)
    stopped, strategy = in_scope(tiny.vae)
    stop = [tiny.StopInEpoch(2)]
    tiny.fit(stopped, validation=None, strategy=strategy, resume_from=folder, callbacks=stop)
    again, strategy = in_scope(tiny.vae, seed=9)
    resumed = tiny.fit(again, validation=None, strategy=strategy, resume_from=folder)
    weights = zip(whole.trainable_weights, again.trainable_weights, strict=True)
    apart = max(float(np.abs(np.subtract(*map(np.asarray, pair))).max()) for pair in weights)
    return {"whole": logs["loss"], "resumed": resumed["loss"], "apart": apart}


@scenario
def patience_and_resume():
    """The best weights come back, from memory and from the folder."""
    losses = {}
    for name, folder in (("memory", None), ("folder", Path(sys.argv[1]) / "patience")):
        model, _ = in_scope(tiny.autoencoder)
        recipe = EVEN.replace(epochs=40, learning_rate=0.5)
        logs = tiny.fit(model, recipe, patience=2, resume_from=folder)
        losses[name] = [min(logs["val_loss"]), logs["val_loss"][-1], loss_of(model)]
    return losses


@scenario
def images_stay():
    """In a file on the disk, at a 64-byte boundary, cut for validation, not only read-only.

    TensorFlow once computed in the very array.
    """
    path = Path(sys.argv[1]) / "images.npy"
    np.save(path, tiny.IMAGES)
    images = np.load(path, mmap_mode="r+")
    assert images.ctypes.data % 64 == 0
    model, strategy = in_scope(tiny.autoencoder)
    tiny.fit(model, EVEN, images, images[:60], strategy=strategy)
    model.encode(images), model.reconstruct(images)
    zoo.evaluate(model, images)
    return {"changed": int((images != tiny.IMAGES).sum())}


@scenario
def measured():
    """Return what is measured of a model on one device, and of one on two, in its scope and out."""
    with STRATEGY.scope():
        model, loaded = zoo.build("mnist-vae", seed=0), zoo.load("mnist-vae")
    single = zoo.build("mnist-vae", seed=0)
    images = np.random.default_rng(1).random((600, 28, 28, 1), dtype=np.float32)
    losses = []
    for ours, theirs in ((single, model), (zoo.load("mnist-vae"), loaded)):
        losses.append([zoo.evaluate(ours, images), zoo.evaluate(theirs, images)])
        with STRATEGY.scope():
            losses[-1].append(zoo.evaluate(theirs, images))
    return losses


@scenario
def another_strategy():
    model, _ = in_scope(tiny.autoencoder)
    try:
        tiny.fit(model, EVEN, strategy=tf.distribute.OneDeviceStrategy("CPU:0"))
    except ValueError as error:
        return str(error)


def loss_of(model):
    """Return the loss of the validation images, by the model's own formula."""
    images = tiny.IMAGES[:60]
    found = models.reconstruction_loss(images, model.decode_logits(model.encode(images)))
    return float(np.mean(found))


if __name__ == "__main__":
    results = {}
    for name, function in SCENARIOS.items():
        try:
            results[name] = function()
        except Exception:
            results[name] = {"error": traceback.format_exc()}
        print(name, file=sys.stderr, flush=True)
    print(json.dumps(results))
