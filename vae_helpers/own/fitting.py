"""A model of the zoo for a learner's own images, the simple tool beside it, their report card."""

import math
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments, latent, plots, zoo
from vae_helpers.data import Data
from vae_helpers.files import DamagedFileError, read_card
from vae_helpers.training import Recipe

MANY = 5_000  # so many training images make an epoch worth keeping
OF_A_RUN = {"model.keras", "card.json", "unfinished"}  # what zoo.train writes into a folder
HALF_A_GREY_LEVEL = 1 / 510

# Row of the card → where evaluation.measure has it, which way is better, where real images have it.
ROWS = {
    "squared error of a copy": ("reconstruction", "mse", "low", None),
    "BCE above the floor, nats": ("reconstruction", "bce_above_floor", "low", None),
    "KL, nats": ("posterior", "kl", None, None),
    "Fréchet classifier distance": ("generated", "fcd", "low", "fcd_floor"),
    "Fréchet distance": ("generated", "frechet_distance", "low", "frechet_distance_floor"),
    "kernel distance (KID)": ("generated", "kid", "low", "kid"),
    "precision": ("generated", "precision", "high", "precision"),
    "recall": ("generated", "recall", "high", "recall"),
    "density": ("generated", "density", "high", "density"),
    "coverage": ("generated", "coverage", "high", "coverage"),
    "diversity": ("generated", "diversity", None, "diversity"),
    "classes told by neighbours": ("codes", "knn_accuracy", "high", None),
}


def recipe(name: str, data: Data, steps: int = 1_500) -> Recipe:
    """Return the course's shortest recipe of a model, for a set of another size.

    A small set has few batches an epoch, so it is seen more often, up to the same number of
    steps. Batches are of 100 images, or fewer; where the course takes larger ones, the rate falls
    with the size.

    Args:
        name: one of ``vae_helpers.zoo.names()``.
        data: its training images are counted.
        steps: of training, about.
    """
    base = zoo.entry(name).recipe("shortest")
    batch = min(100, base.batch_size)
    an_epoch = math.ceil(len(data.train) / batch)
    epochs = max(1, round(_arguments.whole_number(steps, "steps") / an_epoch))
    return base.replace(
        epochs=epochs,
        batch_size=batch,
        learning_rate=base.learning_rate * batch / base.batch_size,
        validate_every=max(1, epochs // 20),
        precision="float32",
    )


def train(
    name: str,
    data: Data,
    folder: str | os.PathLike,
    recipe_: Recipe | None = None,
    *,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Fit a model of the zoo to your images, and keep it with its card in a folder of yours.

    ``vae_helpers.zoo.load(name, folder=folder)`` opens it again, and ``zoo.card`` its card. With
    5,000 training images or more, a run that is interrupted goes on where it was when it is started
    again with the same arguments; with fewer it starts again.

    Args:
        name: one of ``vae_helpers.zoo.names()``; "fashion-…" take pictures of 32 × 32 pixels, the
            others of 28 × 28.
        data: what :func:`~vae_helpers.own.load_images` returned.
        folder: a new or an empty one, not among the pictures.
        recipe_: None for that of :func:`recipe`.
        seed: of the weights, the noise and the order of the images.
        overwrite: take the place of the model that is in the folder. Without it nothing is ever
            overwritten, and with it nothing but a model and its card.
        progress: whether to show a progress bar.

    Returns:
        The losses by epoch, as :func:`vae_helpers.training.fit`.

    Raises:
        ValueError: for an unknown name, images of another size, or a folder that holds anything.
        OSError: if the folder cannot be written.
    """
    size, found = zoo.entry(name).image_size, data.train.images.shape[1]
    if found != size:
        raise ValueError(
            f"name={name!r} takes pictures of {size} × {size}, data has {found} × {found}: allowed "
            f"is load_images(…, image_size={size})"
        )
    _check_folder(folder, data, _arguments.flag(overwrite, "overwrite"))
    return zoo.train(
        name,
        recipe_ or recipe(name, data),
        recipe_name="own images",
        seed=seed,
        folder=folder,
        progress=progress,
        data=data,
        resume=len(data.train) >= MANY,
    )


def _check_folder(folder, data, overwrite):
    """Refuse a folder in which anything could be lost, or mistaken for a picture."""
    place, among = Path(folder).expanduser().resolve(), getattr(data, "folder", None)
    if among is not None and place.is_relative_to(among):
        raise ValueError(f"folder={str(folder)!r} lies among the pictures: allowed is another one")
    if place.exists() and not place.is_dir():
        raise ValueError(f"folder={str(folder)!r} is a file: allowed is a new or an empty folder")
    found = {path.name for path in place.iterdir()} if place.is_dir() else set()
    found = {name for name in found if not name.startswith(".")}
    is_run = (place / "unfinished" / "state.json").is_file() or "unfinished" not in found
    if found - OF_A_RUN or not is_run:
        stray = min(found - OF_A_RUN or {"unfinished"})
        raise ValueError(
            f"folder={str(folder)!r} holds {stray!r}: allowed is a new or an empty folder"
        )
    if found & {"model.keras", "card.json"}:
        if not overwrite:
            raise ValueError(
                f"folder={str(folder)!r} holds a model: allowed is a new or an empty folder, or "
                "overwrite=True"
            )
        _check_that_it_is_a_model(folder, place)


def _check_that_it_is_a_model(folder, place):
    try:
        read_card(place / "card.json", zoo.CARD_FIELDS)
    except DamagedFileError:
        raise ValueError(
            f"folder={str(folder)!r} holds no model with a card of this course, so that it is not "
            "overwritten: allowed is a new or an empty folder"
        ) from None


class PrincipalComponents:
    """The simple tool beside an autoencoder: as many numbers a picture, and nothing but sums.

    It encodes to principal components, scaled to variance 1 each; so a draw from N(0, I), decoded,
    is one from the Gaussian with the mean and the covariance of the training images, as far as
    these components hold it. Decoded pixels are kept half a grey level from 0 and 1, without which
    a cross-entropy may be infinite.
    """

    def __init__(self, images: ArrayLike, latent_dim: int):
        from sklearn.decomposition import PCA

        images = _arguments.images(images, "images")
        self.image_shape = images.shape[1:]
        rows = images.reshape(len(images), -1)
        most = min(len(rows) - 1, rows.shape[1])
        self.latent_dim = _arguments.whole_number(latent_dim, "latent_dim", 1, most)
        self._fitted = PCA(self.latent_dim, whiten=True, svd_solver="covariance_eigh").fit(rows)

    def encode(self, images: ArrayLike) -> np.ndarray:
        """Return the scaled components (n, latent_dim) of images (n, h, w, 1)."""
        images = _arguments.images(images, "images", self.image_shape)
        return self._fitted.transform(images.reshape(len(images), -1)).astype(np.float32)

    def decode(self, z: ArrayLike) -> np.ndarray:
        """Return images (n, h, w, 1) of points z (n, latent_dim)."""
        z = _arguments.matrix(z, "z", self.latent_dim, dtype=np.float32)
        pixels = self._fitted.inverse_transform(z).reshape(-1, *self.image_shape)
        return pixels.astype(np.float32).clip(HALF_A_GREY_LEVEL, 1 - HALF_A_GREY_LEVEL)

    def reconstruct(self, images: ArrayLike) -> np.ndarray:
        """Encode and decode images (n, h, w, 1)."""
        return self.decode(self.encode(images))

    def sample(self, n: int, seed: int | None = None) -> np.ndarray:
        """Decode ``n`` points of N(0, I)."""
        return self.decode(latent.sample_prior(n, self.latent_dim, seed))


@dataclass(frozen=True)
class Features:
    """Features of images, for ``evaluation.measure(…, features=…)``, that say what they are.

    ``accuracy`` is the share of test images whose class the classifier behind them tells, None
    without one.
    """

    text: str
    function: Callable[[np.ndarray], np.ndarray]
    accuracy: float | None = None

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return the features (n, d) of images (n, h, w, 1)."""
        return self.function(images)

    @property
    def __name__(self) -> str:
        return self.text


def features(data: Data, seed: int = 0) -> Features:
    """Return the features in which a learner's own images are compared with generated ones.

    Where there are classes, the 64 hidden units of a small classifier of them, made now from the
    training images; otherwise the first 32 principal components of the pixels.

    Distances in such features compare models of *this* data set, in *this* split, with these
    features. They are no FID and no Fréchet classifier distance of the bundled sets.

    Args:
        data: own or bundled.
        seed: of the classifier.
    """
    if data.train.labels is None:
        return pixel_features(data)
    return class_features(data, seed)


def pixel_features(data: Data, n: int = 32) -> Features:
    """Return the first ``n`` principal components of the training images, in units of a pixel."""
    from sklearn.decomposition import PCA

    rows = _flat(data.train.images)
    n = _arguments.whole_number(n, "n", 1, min(rows.shape))
    fitted = PCA(n, svd_solver="covariance_eigh").fit(rows)
    return Features(f"{n} components of the pixels", lambda x: fitted.transform(_flat(x)))


def class_features(data: Data, seed: int = 0, units: int = 64) -> Features:
    """Return the hidden units of a small classifier of the data's classes.

    Args:
        data: with labels of two classes or more.
        seed: of its first weights and the order of the images.
        units: how many.

    Raises:
        ValueError: for data without classes.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    labels = data.train.labels
    if labels is None or len(np.unique(labels)) < 2:
        raise ValueError("data has no classes: allowed are labels of two or more")
    classifier = MLPClassifier(
        (_arguments.whole_number(units, "units"),),
        alpha=0.1,
        max_iter=40,
        random_state=_arguments.whole_number(seed, "seed", 0),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 40 passes are what we want
        classifier.fit(_flat(data.train.images), labels)
    kernel, bias = classifier.coefs_[0], classifier.intercepts_[0]
    accuracy = float(classifier.score(_flat(data.test.images), data.test.labels))
    return Features(
        f"those of a classifier ({len(classifier.classes_)} classes, {accuracy:.0%} right)",
        lambda images: np.maximum(_flat(images) @ kernel + bias, 0),
        accuracy,
    )


def _flat(images):
    return np.asarray(images).reshape(len(images), -1)


def report_card(
    reports: Mapping[str, Mapping[str, Any]], title: str | None = None
) -> plots.figure.AltFigure:
    """Show what ``evaluation.measure`` says of several models as a table, real images beside them.

    Args:
        reports: dict from a model's name to its report, all of the same data, number of images
            and features.
        title: a text above the table; None says on how many images it rests.

    Raises:
        ValueError: for no report, or reports of different protocols.
    """
    reports = _arguments.mapping(reports, "reports")
    first = next(iter(reports.values()))
    for name, report in reports.items():
        if any(report["protocol"][key] != first["protocol"][key] for key in ("n", "features")):
            raise ValueError(
                f"reports[{name!r}] has another n or other features: allowed are equal ones"
            )
    real = first.get("real", {})
    rows, better = {}, {}
    for row, (part, key, way, floor) in ROWS.items():
        values = {name: _mean(report.get(part, {}).get(key)) for name, report in reports.items()}
        if all(value is None for value in values.values()):
            continue
        rows[row] = {**values, **({"(real images)": real.get(floor)} if real else {})}
        if way is not None:
            better[row] = way
    n = first["protocol"]["n"]
    return plots.report_card(rows, better=better, title=title or f"Report card, N = {n:,}")


def _mean(value):
    return value["mean"] if isinstance(value, dict) else value
