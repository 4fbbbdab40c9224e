"""One function around ``model.fit`` that shows progress and survives interruptions."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from vae_helpers import _arguments
from vae_helpers.backend import keras
from vae_helpers.training.batches import EVALUATION_BATCH, ShuffledBatches, pipeline
from vae_helpers.training.callbacks import BetaFollowsSchedule, EpochStart, ProgressBar
from vae_helpers.training.optimizers import FusedAdam, learning_rate
from vae_helpers.training.recipes import Recipe
from vae_helpers.training.starts import set_output_bias, set_whitened_kernel
from vae_helpers.training.state import State, identity_of


def fit(
    model: keras.Model,
    images: np.ndarray,
    validation_images: np.ndarray | None = None,
    recipe: Recipe | None = None,
    *,
    seed: int = 0,
    epochs: int | None = None,
    resume_from: str | Path | None = None,
    patience: int | None = None,
    progress: bool = True,
    strategy: Any = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Train a model and return what it logged.

    Pressing the stop button (or Ctrl-C) ends training early without an error: the model keeps
    what it has learned so far.

    Args:
        model: an :class:`~vae_helpers.models.Autoencoder` or a VAE.
        images: (n, h, w, 1), float32 in [0, 1]. They are neither copied nor changed; each epoch
            takes them in a new order that depends on ``seed`` and the number of the epoch alone.
        validation_images: measured after every epoch, if given. With a β schedule they are
            measured with the β of its end, so that epochs can be compared.
        recipe: a :class:`Recipe`; five plain epochs if None.
        seed: of the order of the images and of the noise, a whole number from 0. (The first
            weights are the model's.)
        epochs: overrides the recipe's number; the schedules stretch to it.
        resume_from: a folder. The state is saved there after every epoch, and a run that finds a
            state there goes on from it: the same weights as without the interruption, on the
            same machine, backend and versions. The state has to be of the same images, seed,
            recipe, loss and layers; what only changes the speed may differ, and where no schedule
            depends on it the number of epochs.
        patience: stop when ``val_loss`` has not fallen for so many validations, and in the end
            give the model the weights of the best one.
        progress: show a progress bar.
        strategy: a ``tf.distribute`` strategy in whose scope the model was built; None takes the
            one that it was built in. Every device draws noise of its own, so that only an
            Autoencoder has the losses of a single device.
        callbacks: further Keras callbacks. They see the β that the model has after the epoch.

    Returns:
        A dict from "loss", "reconstruction_loss", "kl_loss" (of a VAE), their "val_…" twins and
        "seconds" to lists with one number an epoch (a validation), in nats an image; seconds since
        the start.

    Raises:
        ValueError: for images of a wrong shape or range; a patience without validation; a β
            schedule for a model without β; a precision other than the model's; a strategy that
            the model was not built in; or a ``resume_from`` folder that belongs to another run.
        DamagedFileError: if the saved state is not the one that was written.
    """
    recipe = recipe or Recipe(epochs=5)
    recipe = recipe if epochs is None else recipe.replace(epochs=epochs)
    images, validation_images, seed = _checked(model, images, validation_images, seed)
    _check_options(model, recipe, patience, validation_images)
    watched = None if patience is None else validation_images
    batches = ShuffledBatches(images, recipe.batch_size, seed)
    bar = ProgressBar(recipe.epochs)
    with _scope(model, strategy):
        _prepare(model, recipe, images, seed, len(batches))
        identity = identity_of(model, recipe, seed, images, watched) if resume_from else {}
        state = State(resume_from, model, identity, patience)
    if state.epoch > recipe.epochs:
        raise ValueError(
            f"epochs={recipe.epochs}: {resume_from} holds a run of {state.epoch} epochs; allowed "
            "is at least as many"
        )
    try:
        if not state.finished(recipe.epochs):
            model.fit(
                pipeline(batches),
                epochs=recipe.epochs,
                initial_epoch=state.epoch,
                validation_data=_validation(validation_images),
                validation_freq=recipe.validate_every,
                shuffle=False,  # the batches shuffle themselves
                callbacks=[*_callbacks(recipe, batches), *[bar] * progress, *callbacks, state],
                verbose=0,
            )
        with _scope(model, strategy):
            _conclude(model, recipe, state)
    except KeyboardInterrupt:
        _say_stopped(state)
    finally:
        bar.close()
    return state.history


def compile_model(model: keras.Model, recipe: Recipe, steps_per_epoch: int) -> None:
    """Attach the recipe's optimizer and way of running to a model."""
    adam = FusedAdam if recipe.fused_adam else keras.optimizers.Adam
    model.compile(
        optimizer=adam(learning_rate(recipe, steps_per_epoch), beta_2=recipe.beta_2),
        **_way_of_running(model, recipe, steps_per_epoch),
    )


def _way_of_running(model, recipe, steps_per_epoch):
    """Return what only decides the speed, as far as backend and devices can do it."""
    steps = min(recipe.steps_per_call, steps_per_epoch)
    if keras.backend.backend() != "tensorflow":
        # Only TensorFlow has a graph without a compiler; elsewhere False means operation by
        # operation, and "auto" is what Keras thinks best: JAX compiles, PyTorch where asked to.
        steps = 1 if keras.backend.backend() == "torch" else steps  # Keras allows no more there
        return {"steps_per_execution": steps, "jit_compile": recipe.jit_compile or "auto"}
    if model.distribute_strategy.num_replicas_in_sync > 1:
        # Devices talk to each other in every step: neither a loop of steps nor XLA holds that.
        return {"steps_per_execution": 1, "jit_compile": False}
    return {"steps_per_execution": steps, "jit_compile": recipe.jit_compile}


def _prepare(model, recipe, images, seed, steps_per_epoch):
    """Set the first weights that the recipe asks for, and compile."""
    if recipe.mean_image_bias:
        set_output_bias(model, images)
    if recipe.whitened_start:
        set_whitened_kernel(model, images, seed)
    compile_model(model, recipe, steps_per_epoch)
    model.optimizer.build(model.trainable_variables)


def _callbacks(recipe, batches):
    """Return what prepares an epoch. The state comes last: whatever it says is done is done."""
    start = EpochStart(batches)
    if recipe.beta_schedule is None:
        return [start]
    return [start, BetaFollowsSchedule(recipe.beta_schedule, len(batches))]


def _conclude(model, recipe, state):
    """Leave the model as a training that was not interrupted leaves it."""
    state.load_best(model)
    if recipe.beta_schedule is not None:
        model.beta.assign(recipe.beta_schedule.beta)


def _scope(model, strategy=None):
    """Return the scope in which the model's variables were made, and its optimizer's have to be."""
    if keras.backend.backend() != "tensorflow":
        if strategy is not None:
            raise ValueError(
                f"strategy={strategy!r}: allowed is None on {keras.backend.backend()}, for "
                "tf.distribute belongs to TensorFlow"
            )
        return nullcontext()
    if strategy is not None and model.distribute_strategy is not strategy:
        raise ValueError(
            f"strategy={strategy!r}: allowed is the one in whose scope the model was built"
        )
    return model.distribute_strategy.scope()


def _checked(model, images, validation_images, seed):
    """Return the arguments in the types that training works with."""
    images = _arguments.images(images, "images", model.image_shape)
    if validation_images is not None:
        validation_images = _arguments.images(
            validation_images, "validation_images", model.image_shape
        )
    return images, validation_images, _arguments.whole_number(seed, "seed", low=0)


def _check_options(model, recipe, patience, validation_images):
    """Refuse what would go unheard: options that this model, or these images, cannot follow."""
    if patience is not None:
        _arguments.whole_number(patience, "patience")
        if validation_images is None:
            raise ValueError(f"patience={patience!r}: needs validation_images to watch")
        if recipe.validate_every > recipe.epochs:
            raise ValueError(
                f"patience={patience!r}: needs a validation to watch, and with "
                f"validate_every={recipe.validate_every} there is none in {recipe.epochs} epochs"
            )
    if recipe.beta_schedule is not None and not hasattr(model, "beta"):
        raise ValueError(
            f"beta_schedule={recipe.beta_schedule!r}: allowed is None, for {model.name!r} has no "
            "KL divergence to weigh"
        )
    precision = model.dtype_policy.name
    if recipe.precision not in (None, precision):
        raise ValueError(
            f"precision={recipe.precision!r}: allowed is {precision!r}, in which {model.name!r} "
            "was built. For another one call keras.mixed_precision.set_dtype_policy first, or let "
            "zoo.train build the model"
        )


def _validation(images):
    if images is None:
        return None
    return pipeline(ShuffledBatches(images, EVALUATION_BATCH, seed=None))


def _say_stopped(state):
    print(
        f"Stopped on request after {state.epoch} finished epochs; the model keeps what it learned."
        + (f" Run again to go on from {state.folder}." if state.folder else "")
    )
