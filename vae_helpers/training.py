"""Training: one function around ``model.fit`` that shows progress and survives interruptions."""

import hashlib
import math
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from vae_helpers.backend import keras
from vae_helpers.files import read_json, replacing, sha256_of, verify_file, write_json
from vae_helpers.models import VAE
from vae_helpers.recipes import BetaSchedule, Recipe

__all__ = ["BetaSchedule", "Recipe", "ShuffledBatches", "fit"]

EVALUATION_BATCH = 2000


def fit(
    model,
    images,
    validation_images=None,
    recipe=None,
    *,
    seed=0,
    epochs=None,
    resume_from=None,
    patience=None,
    progress=True,
    strategy=None,
    callbacks=(),
) -> dict[str, list[float]]:
    """Train a model and return what it logged.

    Pressing the stop button (or Ctrl-C) ends training early without an error: the model keeps
    what it has learned so far.

    Args:
        model: an :class:`~vae_helpers.models.Autoencoder` or a VAE.
        images: (n, h, w, 1), float32 in [0, 1]. They are not copied; each epoch takes them in a
            new order that depends on ``seed`` and the number of the epoch alone.
        validation_images: measured after every epoch, if given.
        recipe: a :class:`Recipe`; five plain epochs if None.
        seed: of the order of the images and of the noise. (The first weights are the model's.)
        epochs: overrides the recipe's number; the schedules stretch to it.
        resume_from: a folder. The state is saved there after every epoch, and a run that finds a
            state there goes on from it: the same weights as without the interruption, on the
            same machine, backend and versions.
        patience: stop when the validation loss has not fallen for so many validations.
        progress: show a progress bar.
        strategy: a ``tf.distribute`` strategy in whose scope the model was built.
        callbacks: further Keras callbacks.

    Returns:
        A dict from "loss", "reconstruction_loss", "kl_loss" (of a VAE), their "val_…" twins and
        "seconds" to lists with one number an epoch (a validation), in nats an image; seconds since
        the start.

    Raises:
        ValueError: for images of a wrong shape or range, a patience without validation images,
            or a ``resume_from`` folder that belongs to another recipe, seed or model.
        DamagedFileError: if the saved state is not the one that was written.
    """
    recipe = _with_epochs(recipe or Recipe(epochs=5), epochs)
    images = _checked(model, images, "images")
    if validation_images is not None:
        validation_images = _checked(model, validation_images, "validation_images")
    if patience is not None and validation_images is None:
        raise ValueError(f"patience={patience!r}: needs validation_images to watch")
    batches = ShuffledBatches(images, recipe.batch_size, seed)
    if recipe.mean_image_bias:
        set_output_bias(model, images)
    if recipe.whitened_start:
        set_whitened_kernel(model, images, seed)
    with strategy.scope() if strategy else nullcontext():
        compile_model(model, recipe, steps_per_epoch=len(batches))
    state = _State(resume_from, model, recipe, seed, images, patience)
    watch = _callbacks(model, recipe, batches, progress)
    if state.finished(recipe.epochs):
        return state.history
    try:
        model.fit(
            _pipeline(batches),
            epochs=recipe.epochs,
            initial_epoch=state.epoch,
            validation_data=_validation(validation_images),
            validation_freq=recipe.validate_every,
            shuffle=False,  # the batches shuffle themselves
            callbacks=[*watch, state, *callbacks],
            verbose=0,
        )
    except KeyboardInterrupt:
        state.interrupted = True
        _say_stopped(state)
    return state.history


def _callbacks(model, recipe, batches, progress):
    """Collect what prepares an epoch; the state that is saved after it comes behind them."""
    watch = [_EpochCallback(batches)]
    if recipe.beta_schedule is not None:
        watch.append(_BetaCallback(recipe.beta_schedule, len(batches)))
    if progress:
        watch.append(ProgressBar(recipe.epochs))
    return watch


def compile_model(model, recipe: Recipe, steps_per_epoch: int) -> None:
    """Attach the recipe's optimizer and way of running to a model."""
    adam = FusedAdam if recipe.fused_adam else keras.optimizers.Adam
    model.compile(
        optimizer=adam(learning_rate(recipe, steps_per_epoch), beta_2=recipe.beta_2),
        steps_per_execution=min(recipe.steps_per_call, steps_per_epoch),
        jit_compile=recipe.jit_compile,
    )


@keras.saving.register_keras_serializable(package="vae_helpers")
class FusedAdam(keras.optimizers.Adam):
    """Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980), on TensorFlow in one operation.

    Keras writes an update as a dozen operations, each of which reads and writes whole weight
    matrices; TensorFlow has all of them in one pass over memory. The result differs by rounding.
    On other backends, whose compilers join the operations anyway, this is Keras' Adam.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Move one weight variable along its gradient."""
        if keras.backend.backend() != "tensorflow":
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index = self._get_variable_index(variable)
        step = keras.ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,  # Keras hands over the TensorFlow variable itself
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=keras.ops.power(self.beta_1, step),
            beta2_power=keras.ops.power(self.beta_2, step),
            lr=keras.ops.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=keras.ops.cast(gradient, variable.dtype),
        )


def set_output_bias(model, images) -> None:
    """Start the biases of the decoder's last layer at the logit of the mean training image.

    A dense decoder has one bias a pixel; a convolutional one has a single bias, which gets the
    logit of the mean pixel.
    """
    layer = next(layer for layer in reversed(model.decoder.layers) if layer.weights)
    per_pixel = layer.bias.shape[0] == math.prod(model.image_shape)
    mean = images.mean(axis=0).ravel() if per_pixel else images.mean(keepdims=True).ravel()
    mean = np.clip(mean, 0.005, 0.995)  # never-lit pixels: unlikely, not impossible
    layer.bias.assign(np.log(mean / (1.0 - mean)))


def set_whitened_kernel(model, images, seed=0, scale=0.1, floor=0.1) -> None:
    """Start a dense encoder's first layer as random mixtures of whitened principal components.

    A few directions carry most of the variance of images. Random weights see little else; these
    see all directions alike, as far as their variance is above ``floor``, with outputs of standard
    deviation ``scale`` and mean 0. The idea of starting from the statistics of the data is that
    of Krähenbühl et al. 2016 (https://arxiv.org/abs/1511.06856).

    Raises:
        ValueError: if the encoder's first layer is not dense.
    """
    layer = next(layer for layer in model.encoder.layers if layer.weights)
    if not isinstance(layer, keras.layers.Dense):
        raise ValueError(f"whitened_start=True: allowed for a dense first layer, not {layer!r}")
    generator = np.random.default_rng(seed)
    sample = images[generator.permutation(len(images))[:10_000]].reshape(-1, layer.kernel.shape[0])
    mean = sample.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(sample - mean, rowvar=False, dtype=np.float32))
    mixtures = generator.standard_normal(layer.kernel.shape, np.float32)
    kernel = directions / np.sqrt(np.maximum(variances, 0) + floor) @ mixtures
    kernel *= scale / np.std((sample - mean) @ kernel)
    layer.kernel.assign(kernel)
    layer.bias.assign(-mean @ kernel)


def learning_rate(recipe: Recipe, steps_per_epoch: int):
    """Return the recipe's learning rate: a number, or a Keras schedule over all its steps."""
    if recipe.schedule == "constant":
        return recipe.learning_rate
    steps = recipe.epochs * steps_per_epoch
    warmup = max(1, round(recipe.warmup * steps))
    if recipe.schedule == "linear":
        return LinearRiseAndFall(recipe.learning_rate, warmup, steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / warmup,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, steps - warmup),
    )


@keras.saving.register_keras_serializable(package="vae_helpers")
class LinearRiseAndFall(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak, then falls to zero."""

    def __init__(self, peak, warmup_steps, steps):
        self.peak = peak
        self.warmup_steps = warmup_steps
        self.steps = steps

    def __call__(self, step):
        """Return the rate at a step; step 0 already learns a little."""
        step = keras.ops.cast(step, "float32")
        rise = (step + 1) / self.warmup_steps
        fall = (self.steps - step) / max(1, self.steps - self.warmup_steps)
        return self.peak * keras.ops.clip(keras.ops.minimum(rise, fall), 0.0, 1.0)

    def get_config(self):
        """Return what is needed to build the schedule again."""
        return {"peak": self.peak, "warmup_steps": self.warmup_steps, "steps": self.steps}


class ShuffledBatches(keras.utils.PyDataset):
    """Batches of images in a new order every epoch, without a copy of the data.

    The order is a function of ``seed`` and ``epoch`` alone, so a resumed run sees the same
    batches as one that was never interrupted. The last batch may be smaller.

    Args:
        images: an array; its first axis counts the images.
        batch_size: images a batch.
        seed: of the order; None keeps the order of the array.
    """

    def __init__(self, images, batch_size, seed=0):
        super().__init__()
        self.images = images
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 1
        self._order = None

    def __len__(self):
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index):
        """Return batch ``index`` of the present epoch as the 1-tuple that Keras takes for x."""
        batch = slice(index * self.batch_size, (index + 1) * self.batch_size)
        if self.seed is None:
            return (self.images[batch],)
        return (self.images[self._order_of_epoch(self.epoch)[batch]],)

    def _order_of_epoch(self, epoch):
        if self._order is None or self._order[0] != epoch:
            generator = np.random.default_rng([self.seed, epoch])
            self._order = (epoch, generator.permutation(len(self.images)))
        return self._order[1]


def _pipeline(batches):
    """Return what Keras fetches the batches from, fast.

    Keras would make such a dataset itself, but with TensorFlow's tuning of datasets switched on.
    The thread that tunes sleeps twice as long every time, and TensorFlow (2.21) often waits for it
    at the end of an epoch: an epoch of 2.7 s then takes 5.1 s. There is nothing to tune here.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    signature = tf.TensorSpec((None, *batches.images.shape[1:]), batches.images.dtype)
    dataset = tf.data.Dataset.from_generator(
        lambda: (batches[index] for index in range(len(batches))), output_signature=(signature,)
    )
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    cardinality = tf.data.experimental.assert_cardinality(len(batches))
    return dataset.apply(cardinality).prefetch(2).with_options(untuned)


class ProgressBar(keras.callbacks.Callback):
    """One bar for the whole training: epochs done, time left, and the latest losses."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs
        self.bar = None

    def on_epoch_begin(self, epoch, logs=None):
        """Open the bar with the first epoch, which after a resume is not epoch 0."""
        if self.bar is None:
            steps = self.params.get("steps") or 1
            self.bar = tqdm(
                total=self.epochs,
                initial=epoch,
                unit="epoch",
                bar_format="{l_bar}{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}{postfix}]",
            )
            self._share = 1 / steps
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Move on by one step, or by the many steps of one call."""
        done = self._epoch + (batch + 1) * self._share
        if done - self.bar.n >= 0.02:
            self.bar.set_postfix_str(_readable(logs), refresh=False)
            self.bar.update(done - self.bar.n)

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's losses."""
        self.bar.set_postfix_str(_readable(logs), refresh=False)
        self.bar.update(epoch + 1 - self.bar.n)

    def on_train_end(self, logs=None):
        """Close the bar."""
        if self.bar is not None:
            self.bar.close()


class _EpochCallback(keras.callbacks.Callback):
    """Make the order of the images and the noise of an epoch depend on seed and epoch alone."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = epoch + 1  # the first one is epoch 1
        if isinstance(self.model, VAE):
            self.model.sampling.restart(self.batches.seed, epoch)


class _BetaCallback(keras.callbacks.Callback):
    """Set β before each step (with several steps a call: before each call)."""

    def __init__(self, schedule, steps_per_epoch):
        super().__init__()
        self.schedule = schedule
        self.steps_per_epoch = steps_per_epoch
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.model.beta.assign(self.schedule(self._epoch + batch / self.steps_per_epoch))

    def on_epoch_end(self, epoch, logs=None):
        # What is saved after the last epoch is the β of its end.
        self.model.beta.assign(self.schedule(epoch + 1))


class _State(keras.callbacks.Callback):
    """The history of a run and, in a folder, all that a later run needs to go on.

    Weights and optimizer are in one HDF5 file a finished epoch; ``state.json`` names the file and
    its hash and is replaced last, so whatever moment the power fails, it describes a complete
    state.
    """

    def __init__(self, folder, model, recipe, seed, images, patience):
        super().__init__()
        self.folder = Path(folder) if folder else None
        self.patience = patience
        self.epoch = 0
        self.history = {}
        self.interrupted = False
        self._identity = {
            "recipe": recipe.as_dict(),
            "seed": seed,
            "images": [len(images), hashlib.sha256(images[:100].tobytes()).hexdigest()],
            "model": [[w.path, list(w.shape)] for w in model.weights],
            "beta": model.get_config().get("beta"),
        }
        if self.folder and (self.folder / "state.json").exists():
            self._restore(model)

    def finished(self, epochs):
        """Tell whether there is nothing left to train."""
        return self.epoch >= epochs or self._stalled()

    def on_train_begin(self, logs=None):
        self._start = time.perf_counter() - self.history.get("seconds", [0.0])[-1]

    def on_epoch_end(self, epoch, logs=None):
        self.epoch = epoch + 1
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(float(value))
        self.history.setdefault("seconds", []).append(time.perf_counter() - self._start)
        if self.folder:
            self._save()
        if self._stalled():
            self.model.stop_training = True

    def _stalled(self):
        losses = self.history.get("val_loss", [])
        return self.patience is not None and len(losses) - 1 - _argmin(losses) >= self.patience

    def _save(self):
        path = self.folder / f"epoch-{self.epoch:04d}.weights.h5"
        with replacing(path) as temporary:
            self.model.save_weights(temporary, overwrite=True)
        content = {
            "epoch": self.epoch,
            "weights": path.name,
            "sha256": sha256_of(path),
            "history": self.history,
            "identity": self._identity,
        }
        write_json(self.folder / "state.json", content)
        for old in self.folder.glob("epoch-*.weights.h5"):
            if old != path:
                old.unlink()

    def _restore(self, model):
        content = read_json(self.folder / "state.json")
        for key, value in self._identity.items():
            if content["identity"].get(key) != value:
                raise ValueError(
                    f"resume_from={str(self.folder)!r} holds a run with another {key}: "
                    "allowed is the folder of the same run, or an empty one"
                )
        path = self.folder / content["weights"]
        verify_file(path, content["sha256"])
        model.optimizer.build(model.trainable_variables)
        model.load_weights(path)
        self.epoch = content["epoch"]
        self.history = content["history"]


def _with_epochs(recipe, epochs):
    return recipe if epochs is None else recipe.replace(epochs=epochs)


def _checked(model, images, name):
    try:
        return model._checked_images(images)
    except ValueError as error:
        raise ValueError(str(error).replace("images", name, 1)) from None


def _validation(images):
    if images is None:
        return None
    return _pipeline(ShuffledBatches(images, EVALUATION_BATCH, seed=None))


def _argmin(values):
    return int(np.argmin(values)) if values else -1


def _readable(logs):
    """Write the losses that a learner watches: "loss 112.3 = 94.1 + KL 18.2, validation 113.0"."""
    logs = logs or {}
    text = f"loss {logs['loss']:.2f}" if "loss" in logs else ""
    if "kl_loss" in logs:
        text += f" (reconstruction {logs['reconstruction_loss']:.2f}, KL {logs['kl_loss']:.2f})"
    if "val_loss" in logs:
        text += f", validation {logs['val_loss']:.2f}"
    return text


def _say_stopped(state):
    print(
        f"Stopped on request after {state.epoch} finished epochs; the model keeps what it learned."
        + (f" Run again to go on from {state.folder}." if state.folder else "")
    )
