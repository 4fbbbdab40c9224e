"""How much faster our shortest recipes reach the published validation losses.

    python benchmarks/training.py [NAME …] [--write]

The published protocol and ours run in the same run on the same machine, one after the other,
each in a process of its own. The dense models are trained until they reach the published loss,
compiling and validation included, and so is the quickest convolutional one; where no loss was
published, they race for the best one that the published protocol gets here. The published protocol
is what its source's reader runs: Keras' ``model.fit`` on arrays; ours is ``training.fit``.

The other models would take hours: for them a part of an epoch is timed, both protocols by
``training.fit``, and the seconds are extrapolated with the number of epochs that the card's
training needed to reach the published loss (ours), or that was published.

``--write`` puts the rows into benchmarks/training.json, of which ``make results`` makes the table.
"""

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from vae_helpers.machine import matrix_rate, processors

RESULT = Path(__file__).with_name("training.json")
PART = {"dense": 10_000, "conv": 2_000}  # images of an epoch that is timed in part
WHOLE = ("mnist-ae", "mnist-vae", "mnist-dense-vae-2d", "fashion-conv-ae")  # trained to the end
DENSE = ("mnist-ae", "mnist-vae", "mnist-dense-vae-2d")
CONVOLUTIONAL = ("mnist-conv-vae", "fashion-conv-ae", "fashion-conv-vae")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[*DENSE, *CONVOLUTIONAL], metavar="NAME")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(_WORKERS[options.worker](*options.names)))
        return
    host = {"machine": platform.machine(), "cores": processors(), "matrix_rate": matrix_rate()}
    rows = [measured(name, host["matrix_rate"]) for name in options.names]
    print(report(rows, host))
    if options.write:
        write(rows, host)


def write(rows, host):
    """Put the rows beside those of other models that an earlier call has written."""
    from vae_helpers.files import read_json, write_json

    kept = {row["name"]: row for row in read_json(RESULT)["rows"]} if RESULT.is_file() else {}
    kept.update((row["name"], row) for row in rows)
    rows = [kept[name] for name in (*DENSE, *CONVOLUTIONAL) if name in kept]
    write_json(RESULT, {"rows": rows, "host": host})


def measured(name, rate):
    """Time one model by both protocols and return a row of numbers."""
    from vae_helpers import zoo
    from vae_helpers.published import PUBLISHED

    target = PUBLISHED[name].value
    row = {"name": name, "extrapolated": name not in WHOLE}
    for recipe in ("published", "shortest"):
        if name in WHOLE:
            row[recipe] = worker("train", name, recipe, target)
            target = target or row[recipe]["best"]
        else:
            row[recipe] = worker("part", name, recipe)
            epochs = epochs_needed(name, recipe)
            timed = row[recipe]
            timed["epochs"] = epochs
            timed["seconds"] = timed["start"] + epochs * timed["epoch"]
            timed["cpu"] = epochs * timed["cpu_epoch"]
        print(name, recipe, row[recipe], file=sys.stderr, flush=True)
    row["ratio"] = row["published"]["seconds"] / row["shortest"]["seconds"]
    row["jax"] = worker("part", name, "published", backend="jax")
    images = len(zoo.entry(name).load_data().train)
    row["floor"] = 6 * multiply_adds(zoo.build(name)) * images / rate
    return row


def epochs_needed(name, recipe):
    """Return the published number of epochs, or the card's first epoch at the published loss."""
    from vae_helpers import zoo
    from vae_helpers.published import PUBLISHED

    if recipe == "published":
        return zoo.entry(name).published.epochs
    forms = validation_forms(zoo.card(name)["history"], PUBLISHED[name])  # one every epoch
    return first_epoch(forms, PUBLISHED[name].value)


def first_epoch(losses, target, every=1):
    """Return the number of the first epoch at the target or below; if there is none, the last."""
    reached = [loss <= target for loss in losses]
    return (reached.index(True) + 1 if any(reached) else len(losses)) * every


def validation_forms(history, published):
    """Return the validation losses of a history in the published form."""
    keys = [key for key in ("loss", "reconstruction_loss", "kl_loss") if f"val_{key}" in history]
    columns = zip(*(history[f"val_{key}"] for key in keys), strict=True)
    return [published.form(dict(zip(keys, column, strict=True))) for column in columns]


def worker(kind, name, recipe, target=None, backend="tensorflow"):
    """Run one measurement in a fresh process."""
    arguments = [name, recipe, *([] if target is None else [str(target)])]
    command = [sys.executable, __file__, "--worker", kind, *arguments]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr[-3000:])
    return json.loads(result.stdout.splitlines()[-1])


def train(name, recipe, target=None):
    """Train in full; seconds until the target (or the best loss), from compiling on."""
    from vae_helpers.published import PUBLISHED

    model, data, chosen = prepared(name, recipe)
    run = plain_fit if recipe == "published" else our_fit
    before = peak_memory()
    clock = stop_watch()
    history = run(model, data.train.images, validation(data), chosen, clock)
    losses = validation_forms(history, PUBLISHED[name])
    best = min(losses)
    target = best if target is None else float(target)
    epochs = first_epoch(losses, target, chosen.validate_every)
    return {
        "seconds": clock.seconds[epochs],
        "cpu": clock.cpu_seconds[epochs],
        "epochs": epochs,
        "epoch": float(np.median(np.diff(clock.seconds))),
        "cpu_epoch": float(np.median(np.diff(clock.cpu_seconds))),
        "best": best,
        "reached": best <= target,
        "memory": peak_memory(),
        "memory_before": before,
    }


def plain_fit(model, images, validation_images, recipe, clock):
    """Train as the sources do: Keras as it comes, arrays, Adam at one rate."""
    import keras

    model.compile(optimizer=keras.optimizers.Adam(recipe.learning_rate))
    return model.fit(
        images,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=(validation_images,),
        callbacks=[clock],
        verbose=0,
    ).history


def our_fit(model, images, validation_images, recipe, clock):
    import vae_helpers.training as training

    return training.fit(model, images, validation_images, recipe, progress=False, callbacks=[clock])


def part(name, recipe):
    """Time three short epochs: the first one compiles, the faster of the others counts."""
    model, data, recipe = prepared(name, recipe)
    n = PART["dense" if name in DENSE else "conv"]
    before = peak_memory()
    steps = math.ceil(n / recipe.batch_size)
    recipe = recipe.replace(epochs=3, steps_per_call=min(recipe.steps_per_call, steps // 2))
    clock = stop_watch()
    our_fit(model, data.train.images[:n], validation(data)[: n // 6], recipe, clock)
    seconds, cpu_seconds = np.diff(clock.seconds), np.diff(clock.cpu_seconds)
    epoch = float(seconds[1:].min())
    return {
        "epoch": epoch * len(data.train) / n,
        "cpu_epoch": float(cpu_seconds[-1]) * len(data.train) / n,
        "start": float(seconds[0]) - epoch,
        "memory": peak_memory(),
        "memory_before": before,
    }


def stop_watch():
    """Return a callback that notes the seconds, and those of the processors, after each epoch."""
    import keras

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self._starts = time.perf_counter(), time.process_time()
            self.seconds, self.cpu_seconds = [0.0], [0.0]

        def on_epoch_end(self, epoch, logs=None):
            self.seconds.append(time.perf_counter() - self._starts[0])
            self.cpu_seconds.append(time.process_time() - self._starts[1])

    return Watch()


def prepared(name, recipe):
    import keras

    from vae_helpers import zoo

    entry = zoo.entry(name)
    recipe = entry.recipe(recipe)
    data = entry.load_data()
    keras.mixed_precision.set_dtype_policy(recipe.precision or "float32")
    return zoo.build(name, seed=0), data, recipe


def validation(data):
    return data.validation.images if len(data.validation) else data.test.images


def multiply_adds(model):
    """Return the multiply-adds of one image forward, from the shapes of the layers."""
    return sum(_layer_multiply_adds(layer) for part in (model.encoder, model.decoder)
               for layer in part.layers if layer.weights)  # fmt: skip


def _layer_multiply_adds(layer):
    kernel = math.prod(layer.kernel.shape)
    shape = layer.input.shape if "Transpose" in type(layer).__name__ else layer.output.shape
    places = math.prod(shape[1:-1]) if len(shape) == 4 else 1
    return kernel * places


def peak_memory():
    """Return the peak memory of this process in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def report(rows, host):
    """Return the table in Markdown; ``host`` is the machine that the rows were measured on."""
    header = (
        "model", "published protocol, s", "ours, s", "ratio", "epochs: theirs, ours",
        "processor seconds: theirs, ours", "epoch: theirs, ours, JAX, s", "floor of an epoch, s",
        "peak memory, MB",
    )  # fmt: skip
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    for row in rows:
        theirs, ours = row["published"], row["shortest"]
        about = "≈ " if row["extrapolated"] else ""
        cells = (
            f"`{row['name']}`",
            f"{about}{theirs['seconds']:.0f}"
            + ("" if theirs.get("reached", True) else f" (only {theirs['best']:.4g})"),
            f"{about}{ours['seconds']:.0f}",
            f"**{row['ratio']:.1f}×**",
            f"{theirs['epochs']}, {ours['epochs']}",
            f"{about}{theirs['cpu']:.0f}, {about}{ours['cpu']:.0f}",
            f"{theirs['epoch']:.1f}, {ours['epoch']:.1f}, {row['jax']['epoch']:.1f}",
            f"{row['floor']:.1f}",
            f"{ours['memory']:.0f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    note = (
        f"{host['machine']}, {host['cores']:g} cores, float32 matrix products at "
        f"{host['matrix_rate'] / 1e9:.0f} GFLOP/s. Seconds until the published validation loss, "
        "compiling and validation included; ≈ marks an extrapolation from epochs of "
        f"{PART['conv']:,} images to the number of whole epochs. “Floor”: three times the forward "
        "pass's multiply-adds at the matrix rate; our "
        "convolutions multiply 16-bit numbers and can fall below it. Where nothing was "
        "published, both race for the best loss of the published protocol. That protocol is run "
        "as its source runs it, by Keras’ `model.fit` on arrays, which between epochs may wait "
        "for TensorFlow’s tuning of datasets; the processors are idle then, so that their seconds "
        "tell how much of a ratio is work saved (≈: both by our `training.fit`, without those "
        "waits). JAX runs the published recipe. Rows may come from different runs of the benchmark "
        "on a machine more or less busy, the two protocols of a row never. Peak memory includes "
        "TensorFlow and the data."
    )
    return "\n".join(lines) + "\n\n" + note + "\n"


_WORKERS = {"train": train, "part": part}

if __name__ == "__main__":
    main()
