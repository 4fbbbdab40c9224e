"""The named models of the course: what they are made of, how to train and to load them."""

import functools
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_helpers import _arguments, models, provenance, training, weights
from vae_helpers.backend import keras
from vae_helpers.data import FILES, Data, load_data
from vae_helpers.files import ASSETS, damaged, read_card, replacing, sha256_of, write_json
from vae_helpers.training import Recipe

CHECKPOINTS = ASSETS / "checkpoints"
METRICS = ("reconstruction_loss", "kl_loss")
EVALUATION_BATCH = 500
# What a card must have for its model to be built, loaded and compared.
CARD_FIELDS = {
    "name": str,
    "sha256": str,
    "seed": int,
    "beta": float | int | None,
    "parameters": dict,
    "recipe": dict,
    "metrics": dict,
    "tolerance": float | int,
}
# The variants of a model are folders beside its own checkpoint, "beta-0.5" or "epoch-3".
VARIANT = re.compile(r"[a-z]+-\d+(\.\d+)?")
# Losses are measured with one noise sample an image, which another backend draws differently.
TOLERANCE = 0.15


@dataclass(frozen=True)
class Entry:
    """A named model: its data, how to build it, and how it is trained.

    Of the recipes, ``published`` is the source's, ``fast`` made the bundled checkpoint (whose card
    says how the steps were run then, compiled or not), and ``shortest``, where there is one, only
    just reaches the published loss. ``validation`` images
    are kept from the training file; where a source used the test images for validation, it is 0.
    ``beta`` is the weight of the KL divergence, None without one.
    """

    data_name: str
    image_size: int
    build: Callable[..., keras.Model]
    published: Recipe
    fast: Recipe
    shortest: Recipe | None = None
    validation: int = 10_000
    beta: float | None = None

    def load_data(self) -> Data:
        """Load the data that the model is trained and measured on."""
        return load_data(self.data_name, self.image_size, self.validation)

    def recipe(self, name: str) -> Recipe:
        """Return the recipe called "published", "fast" or "shortest" (if none, the fast one)."""
        if name not in RECIPES:
            raise ValueError(f"recipe={name!r}: allowed are {', '.join(map(repr, RECIPES))}")
        return getattr(self, name) or self.fast


RECIPES = ("published", "fast", "shortest")


def _dense_autoencoder(**kwargs):
    return models.Autoencoder(
        models.dense_encoder((28, 28, 1), (300,), 10, variational=False),
        models.dense_decoder((28, 28, 1), (300,), 10),
        **kwargs,
    )


def _dense_vae(**kwargs):
    return models.VAE(
        models.dense_encoder((28, 28, 1), (300,), 10),
        models.dense_decoder((28, 28, 1), (300,), 10),
        **kwargs,
    )


def _dense_vae_2d(**kwargs):
    return models.VAE(
        models.dense_encoder((28, 28, 1), (512, 256), 2, activation="relu"),
        models.dense_decoder((28, 28, 1), (256, 512), 2, activation="relu"),
        reconstruction="mse",
        **kwargs,
    )


def _mnist_conv_vae(**kwargs):
    return models.VAE(models.mnist_conv_encoder(), models.mnist_conv_decoder(), **kwargs)


def _fashion_autoencoder(**kwargs):
    return models.Autoencoder(
        models.fashion_conv_encoder(variational=False), models.fashion_conv_decoder(), **kwargs
    )


def _fashion_vae(**kwargs):
    return models.VAE(models.fashion_conv_encoder(), models.fashion_conv_decoder(), **kwargs)


_PUBLISHED = Recipe(epochs=30, batch_size=100, learning_rate=1e-3, precision="float32")
_DENSE_FAST = Recipe(
    epochs=12,
    batch_size=250,
    learning_rate=1.2e-2,
    schedule="cosine",
    warmup=0.1,
    beta_2=0.99,
    mean_image_bias=True,
    steps_per_call=10,
    precision="float32",
)
# Where epochs are few a straight line to zero beats a cosine: just enough for the published loss.
_DENSE_SHORTEST = _DENSE_FAST.replace(
    epochs=9,
    learning_rate=1.5e-2,
    schedule="linear",
    whitened_start=True,
    validate_every=9,
    fused_adam=True,
)
_CONV_FAST = Recipe(
    epochs=12,
    batch_size=100,
    learning_rate=2e-3,
    schedule="cosine",
    warmup=0.05,
    beta_2=0.99,
    mean_image_bias=True,
    precision="mixed_bfloat16",
)

_ENTRIES = {
    "mnist-ae": Entry(
        "mnist",
        28,
        _dense_autoencoder,
        published=_PUBLISHED,
        fast=_DENSE_FAST,
        shortest=_DENSE_SHORTEST,
    ),
    "mnist-vae": Entry(
        "mnist",
        28,
        _dense_vae,
        published=_PUBLISHED,
        fast=_DENSE_FAST,
        shortest=_DENSE_SHORTEST.replace(epochs=8, validate_every=8),
        beta=1.0,
    ),
    "mnist-conv-vae": Entry(
        "mnist", 28, _mnist_conv_vae, published=_PUBLISHED, fast=_CONV_FAST, beta=1.0
    ),
    "fashion-conv-ae": Entry(
        "fashion-mnist",
        32,
        _fashion_autoencoder,
        published=_PUBLISHED.replace(epochs=3),
        fast=_CONV_FAST.replace(epochs=3),
        shortest=_CONV_FAST.replace(epochs=1, batch_size=40, learning_rate=3e-3, schedule="linear"),
        validation=0,
    ),
    # Published as 500 × the mean over 1,024 pixels + KL: divided by 500 / 1024, β = 2.048.
    "fashion-conv-vae": Entry(
        "fashion-mnist",
        32,
        _fashion_vae,
        published=_PUBLISHED.replace(epochs=5, learning_rate=5e-4),
        fast=_CONV_FAST.replace(epochs=5),
        validation=0,
        beta=1024 / 500,
    ),
    "mnist-dense-vae-2d": Entry(
        "mnist",
        28,
        _dense_vae_2d,
        published=_PUBLISHED.replace(epochs=50, batch_size=128),
        fast=_DENSE_FAST.replace(epochs=30, learning_rate=4e-3),
        shortest=_DENSE_SHORTEST.replace(
            epochs=16, batch_size=500, learning_rate=8e-3, beta_2=0.98, validate_every=16
        ),
        validation=0,
        beta=1.0,
    ),
}


def names() -> tuple[str, ...]:
    """Return the names of the models."""
    return tuple(_ENTRIES)


def entry(name: str) -> Entry:
    """Return the description of a named model; ValueError lists the names there are."""
    if name not in _ENTRIES:
        raise ValueError(f"name={name!r}: allowed are {', '.join(_ENTRIES)}")
    return _ENTRIES[name]


def build(name: str, seed: int | None = None, beta: float | None = None) -> keras.Model:
    """Build a named model with fresh weights.

    Args:
        name: one of :func:`names`.
        seed: with a number, the initial weights and the sampling noise are the same every time.
            This seeds Python's, NumPy's and the backend's global generators.
        beta: instead of the model's own weight of the KL divergence.

    Raises:
        ValueError: if the name is unknown, or for a β out of range or of a model without one.
    """
    described = entry(name)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    if described.beta is None and beta is not None:
        raise ValueError(f"beta={beta!r}: {name} has no KL divergence to weigh")
    return _construct(name, seed, described.beta if beta is None else beta)


def _construct(name, seed, beta):
    """Build a named model, its noise seeded and its first weights not."""
    construct = functools.partial(entry(name).build, name=name.replace("-", "_"))
    return construct() if beta is None else construct(beta=beta, seed=seed)


def train(
    name: str,
    recipe: Recipe | str = "fast",
    *,
    recipe_name: str = "own",
    seed: int = 0,
    folder: str | os.PathLike,
    beta: float | None = None,
    progress: bool = True,
    data: Data | None = None,
    snapshots: Iterable[int] = (),
    callbacks: Iterable[keras.callbacks.Callback] = (),
    resume: bool = True,
) -> dict[str, list[float]]:
    """Train a named model from scratch and write its checkpoint and card to ``folder``.

    A run that is interrupted goes on where it was when it is started again with the same
    arguments: until the checkpoint is written, its state is kept in ``folder / "unfinished"``.
    The training images, the recipe and the seed fix the result up to rounding.

    Args:
        name: one of :func:`names`.
        recipe: one of ``RECIPES``, or a recipe of your own.
        recipe_name: what the card calls a recipe of your own.
        seed: of the weights, the noise and the order of the images.
        folder: where model.keras and card.json are written; never the bundled checkpoints.
        beta: instead of the model's own weight of the KL divergence.
        progress: show a progress bar.
        data: instead of the model's own data, such as a smaller part of it.
        snapshots: epochs after which the model as it is then is kept too, in a folder
            "epoch-3" (say) within ``folder``.
        callbacks: further Keras callbacks.
        resume: keep the state after every epoch, and go on from it. Where epochs are shorter than
            it takes to write them down, False is quicker.

    Returns:
        What :func:`vae_helpers.training.fit` returns. If training was stopped early, by Ctrl-C,
        it is shorter than the recipe's epochs, and no checkpoint is written yet.

    Raises:
        ValueError: for an unknown name or recipe, a β for a model without one, or a folder among
            the bundled checkpoints.
        OSError: if the folder cannot be written.
    """
    described = entry(name)
    if isinstance(recipe, str):
        recipe_name, recipe = recipe, described.recipe(recipe)
    with weights.precision(recipe.precision or "float32"):
        model = build(name, seed, beta)
    folder = _own_folder(folder)
    provenance.commit()  # now: when the training ends, the checkout may be another one
    data = data or described.load_data()
    validation = data.validation if len(data.validation) else data.test

    def keep(history, target):
        twin = _in_float32(model, name, seed)  # measured and saved; the model may train on
        save(twin, target, _card(name, twin, recipe_name, recipe, seed, data, history))

    history = training.fit(
        model,
        data.train.images,
        validation.images,
        recipe,
        seed=seed,
        resume_from=folder / "unfinished" if resume else None,
        progress=progress,
        callbacks=[_Snapshots(snapshots, folder, keep), *callbacks],
    )
    if len(history["loss"]) == recipe.epochs:
        keep(history, folder)
        _forget(folder / "unfinished")
    return history


def _forget(unfinished):
    """Delete the state of a run; without state.json, which goes first, it is none any more."""
    (unfinished / "state.json").unlink(missing_ok=True)
    shutil.rmtree(unfinished, ignore_errors=True)


class _Snapshots(keras.callbacks.Callback):
    def __init__(self, epochs, folder, keep):
        super().__init__()
        self.epochs = epochs
        self.folder = folder
        self.keep = keep

    def on_train_begin(self, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            history = {key: [float(value)] for key, value in logs.items()}
            history["seconds"] = [time.perf_counter() - self._start]
            self.keep(history, self.folder / f"epoch-{epoch + 1}")


def evaluate(model: keras.Model, images: np.ndarray, seed: int = 0) -> dict[str, float]:
    """Return the mean losses of images, in nats an image, each image with one noise sample.

    The same seed gives the same noise whatever the model did before. The model is called batch
    by batch, and neither compiled nor changed in any other way than that its noise goes on from
    there: a training goes on with the optimizer that it had, and a model that was built for
    several devices is measured as any other.

    Args:
        model: an :class:`~vae_helpers.models.Autoencoder` or a VAE.
        images: (n, h, w, 1) in [0, 1].
        seed: of the noise, a whole number from 0.

    Raises:
        ValueError: for images of another shape or range.
    """
    images = _arguments.images(images, "images", model.image_shape)
    if isinstance(model, models.VAE):
        model.sampling.restart(seed)
    model.reset_metrics()
    total = 0.0
    for start in range(0, len(images), EVALUATION_BATCH):
        # A copy: TensorFlow may take an array's memory as it is, and write into it.
        batch = keras.ops.convert_to_tensor(np.array(images[start : start + EVALUATION_BATCH]))
        loss = model.compute_loss(x=batch, y_pred=model(batch, training=False), training=False)
        total += float(loss) * len(batch)
    parts = {metric.name: metric.result() for metric in model.metrics}
    return {
        "loss": total / len(images),
        **{key: float(parts[key]) for key in METRICS if key in parts},
    }


def save(model: keras.Model, folder: str | os.PathLike, card: dict) -> None:
    """Write model.keras and card.json to a folder; the card, written last, has the file's hash."""
    folder = _own_folder(folder)
    with replacing(folder / "model.keras") as temporary:
        model.save(temporary)
    write_json(folder / "card.json", {**card, "sha256": sha256_of(folder / "model.keras")})


def load(
    name: str, variant: str | None = None, folder: str | os.PathLike | None = None
) -> keras.Model:
    """Load a trained model: its architecture from the code, its weights from the file.

    Args:
        name: one of :func:`names`.
        variant: one of :func:`variants`, such as "beta-4" of "mnist-vae"; None for the model
            itself.
        folder: your own training run's folder instead of the bundled checkpoints.

    Raises:
        ValueError: if the name or the variant is unknown, or the folder holds another model.
        DamagedFileError: if a file is missing or its SHA-256 is not the card's, or its weights
            are not those of this model. The file is checked before it is opened, and nothing but
            numbers is read from it.
    """
    described = card(name, variant, folder)
    place = _checkpoint_folder(name, variant, folder)
    build = functools.partial(_construct, name, described["seed"], described["beta"])
    model = weights.load(build, place / "model.keras", described["sha256"])
    if _parameters(model) != described["parameters"]:
        raise damaged(
            place / "card.json",
            f"is of another architecture: {described['parameters']} parameters instead of "
            f"{_parameters(model)}",
        )
    return model


def card(name: str, variant: str | None = None, folder: str | os.PathLike | None = None) -> dict:
    """Return what is known of a trained model: recipe, seed, versions, measured losses.

    Arguments are those of :func:`load`.

    Raises:
        ValueError: if the name or the variant is unknown, or the folder holds another model.
        DamagedFileError: if there is no card, or what there is is none.
    """
    path = _checkpoint_folder(name, variant, folder) / "card.json"
    found = read_card(path, CARD_FIELDS)
    if found["name"] != name:
        raise ValueError(f"name={name!r}: allowed is {found['name']!r}, of which {path} is")
    if (found["beta"] is None) != (entry(name).beta is None):
        raise damaged(path, f"is damaged: 'beta' is {found['beta']!r}")
    for part, losses in found["metrics"].items():
        if not _are_losses(losses, with_kl=found["beta"] is not None):
            raise damaged(path, f"is damaged: 'metrics' of {part!r} is {losses!r}")
    return found


def _are_losses(losses, with_kl):
    expected = {"loss", "reconstruction_loss"} | ({"kl_loss"} if with_kl else set())
    return (
        isinstance(losses, dict)
        and losses.keys() == expected
        and all(isinstance(value, float | int) for value in losses.values())
    )


def variants(name: str, folder: str | os.PathLike | None = None) -> tuple[str, ...]:
    """Return the names of a model's variants: other β, or snapshots of its training.

    Args:
        name: one of :func:`names`.
        folder: your own training run's folder instead of the bundled checkpoints.
    """
    cards = _checkpoint_folder(name, None, folder).glob("*/card.json")
    found = (path.parent.name for path in cards)
    return tuple(sorted(filter(VARIANT.fullmatch, found), key=_natural_order))


def _checkpoint_folder(name, variant, folder):
    entry(name)
    place = CHECKPOINTS / name if folder is None else Path(folder)
    if variant is None:
        return place
    if variant not in variants(name, folder):
        allowed = ", ".join(map(repr, variants(name, folder))) or "none for this model"
        raise ValueError(f"variant={variant!r}: allowed are {allowed}")
    return place / variant


def _natural_order(text):
    """Sort "beta-10" after "beta-2"."""
    kind, _, number = text.rpartition("-")
    return kind, float(number)


def _own_folder(folder):
    folder = Path(folder).resolve()
    if folder.is_relative_to(CHECKPOINTS.resolve()):
        raise ValueError(
            f"folder={str(folder)!r}: allowed is any folder outside the bundled checkpoints, "
            "which are never overwritten"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _in_float32(model, name, seed):
    """Copy a model's weights into one that computes in float32, as every checkpoint does."""
    twin = weights.build_apart(functools.partial(_construct, name, seed, _beta(model)))
    twin.set_weights(model.get_weights())
    return twin


def _card(name, model, recipe_name, recipe, seed, data, history):
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    return {
        "name": name,
        "architecture": {
            "class": type(model).__name__,
            "encoder": [layer.name for layer in model.encoder.layers],
            "decoder": [layer.name for layer in model.decoder.layers],
            "latent_dim": model.latent_dim,
            "image_shape": list(model.image_shape),
            "reconstruction": model.reconstruction,
        },
        "parameters": _parameters(model),
        "beta": _beta(model),
        "recipe": {"name": recipe_name, **recipe.as_dict()},
        "seed": seed,
        "data": {
            "name": data.name,
            "image_size": model.image_shape[0],
            "split": {part: len(split) for part, split in splits.items()},
            "validation": _validation(data),
        },
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "metrics": {
            part: evaluate(model, split.images) for part, split in splits.items() if len(split)
        },
        "tolerance": TOLERANCE,
        "protocol": "nats an image, mean over all images, one noise sample each, seed 0",
        "seconds": round(history["seconds"][-1], 1),
        "history": {key: [round(x, 4) for x in values] for key, values in history.items()},
    }


def _validation(data):
    """Say which images the validation losses are of."""
    if not len(data.validation):
        return "test"
    is_bundled = data.name in FILES
    return "last images of the training file" if is_bundled else "kept apart by who made the data"


def _parameters(model):
    return {part: getattr(model, part).count_params() for part in ("encoder", "decoder")}


def _beta(model):
    """Return β without the digits that float32 adds to 0.1, or None."""
    beta = getattr(model, "beta", None)
    return None if beta is None else round(float(keras.ops.convert_to_numpy(beta)), 6)
