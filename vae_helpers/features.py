"""Image features to compare images by: the bundled classifiers, and InceptionV3.

The bundled classifiers of digits and clothes give 64 features an image. A Fréchet distance of
these is a *Fréchet classifier distance*: it ranks models of one data set, and is no FID.
"""

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm.auto import tqdm

from vae_helpers import _arguments, latent, metrics, weights
from vae_helpers.backend import keras
from vae_helpers.files import ASSETS, read_card, read_npz
from vae_helpers.models import in_batches

layers = keras.layers

CLASSIFIERS = {"mnist": "mnist-classifier", "fashion-mnist": "fashion-classifier"}

HANDWRITING = ("ink", "slant", "width")
INCEPTION_SIZE = 299
INCEPTION_FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"


@dataclass(frozen=True)
class FrechetClassifierDistance:
    """A Fréchet distance of classifier features, with what is needed to judge it.

    ``value``; ``n`` generated images; ``dimension`` of the features; ``floor``, the mean distance
    that ``n`` real test images have; and the ``dataset``. ``float()`` gives the value.
    """

    value: float
    n: int
    dimension: int
    floor: float
    dataset: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return (
            f"Fréchet classifier distance {self.value:.3g} "
            f"({self.dataset}, N = {self.n:,}, {self.dimension} features; "
            f"real images at this N: {self.floor:.3g})"
        )


class MissingWeightsError(RuntimeError):
    """InceptionV3's weights are neither on this machine nor to be had from the network."""


def classifier_features(
    images: np.ndarray, dataset: str = "mnist", batch_size: int = 1_000
) -> np.ndarray:
    """Return the 64 features, float32 (n, 64), that the bundled classifier sees in images.

    Args:
        images: (n, 28, 28, 1), or (n, 32, 32, 1) whose frame of two pixels is cut off; pixels in
            [0, 1].
        dataset: "mnist" or "fashion-mnist", the classifier to use.
        batch_size: images at a time.

    Raises:
        ValueError: for an unknown data set, a wrong shape, NaN, or pixels outside [0, 1].
        DamagedFileError: if a bundled file is missing or not the one that was published.
    """
    return features_and_probabilities(images, dataset, batch_size)[0]


def classify(images: np.ndarray, dataset: str = "mnist", batch_size: int = 1_000) -> np.ndarray:
    """Return the bundled classifier's class probabilities, float32 (n, 10).

    Arguments and errors are those of :func:`classifier_features`.
    """
    return features_and_probabilities(images, dataset, batch_size)[1]


def features_and_probabilities(
    images: np.ndarray, dataset: str = "mnist", batch_size: int = 1_000
) -> tuple[np.ndarray, np.ndarray]:
    """Return features (n, 64) and probabilities (n, 10), both float32, in one pass.

    Arguments and errors are those of :func:`classifier_features`.
    """
    images = _arguments.images(images, "images", (28, 28, 1), (32, 32, 1))
    if images.shape[1] == 32:
        images = images[:, 2:-2, 2:-2]
    return in_batches(_classifier(_known(dataset)), images, batch_size)


def handwriting(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return three numbers that anybody can name: ink, slant and width of each image, (n,) each.

    Ink is the sum of the pixels. Slant is the angle of the line through the ink along which rows
    lie best under each other, in degrees, above 0 to the right. Width is the standard deviation of
    the ink across, in pixels.

    Args:
        images: (n, h, w, 1) in [0, 1], none of them black.

    Raises:
        ValueError: for a wrong shape, NaN, pixels outside [0, 1], or a black image.
    """
    images = _arguments.images(images, "images")
    ink = images.sum(axis=(1, 2, 3))
    if ink.min() <= 0:
        raise ValueError("images has a black one: allowed are images with some ink")
    share = images[..., 0] / ink[:, np.newaxis, np.newaxis]
    down, across = np.mgrid[: images.shape[1], : images.shape[2]]
    down = down - (share * down).sum(axis=(1, 2), keepdims=True)  # from the middle of the ink
    across = across - (share * across).sum(axis=(1, 2), keepdims=True)
    height = np.maximum((share * down**2).sum(axis=(1, 2)), 1e-9)
    slant = np.degrees(np.arctan(-(share * down * across).sum(axis=(1, 2)) / height))
    width = np.sqrt((share * across**2).sum(axis=(1, 2)))
    return dict(zip(HANDWRITING, (ink, slant, width), strict=True))


class Effect(NamedTuple):
    """What a step in the latent space does to images.

    ``change``, the mean change of each number of :func:`handwriting`; ``kept``, the share of images
    that the classifier reads as the same class before and after; ``read``, the shares (10,) of the
    classes that it reads after the step.
    """

    change: dict[str, float]
    kept: float
    read: np.ndarray


def effect(model: Any, z: np.ndarray, step: np.ndarray, dataset: str = "mnist") -> Effect:
    """Return the :class:`Effect` of adding ``step`` (latent_dim,) to each of the codes ``z``.

    Both are decoded, with the step and without it: what the model's copies lack anyway is not
    charged to the step.

    Args:
        model: has ``decode``, such as every model of the course.
        z: (n, latent_dim) codes.
        step: (latent_dim,) what to add.
        dataset: "mnist" or "fashion-mnist", the classifier to ask.

    Raises:
        ValueError: for an unknown data set, or a shape that does not fit.
    """
    step = _arguments.row(step, "step", np.shape(z)[1], dtype=np.float32)
    before, after = model.decode(z), model.decode(z + step)
    was, now = handwriting(before), handwriting(after)
    change = {what: float(np.mean(now[what] - was[what])) for what in was}
    old, new = (classify(images, dataset).argmax(axis=1) for images in (before, after))
    return Effect(change, float(np.mean(old == new)), np.bincount(new, minlength=10) / len(new))


def random_effect(
    model: Any,
    z: np.ndarray,
    like: np.ndarray,
    n: int,
    seed: int | None = None,
    dataset: str = "mnist",
) -> Effect:
    """Return the mean :class:`Effect` of ``n`` random steps, each as long as the step ``like``.

    Of each step's mean changes the sizes are averaged: a random step may go either way. Arguments
    and errors are those of :func:`effect` and of :func:`vae_helpers.latent.random_steps`.
    """
    found = [effect(model, z, step, dataset) for step in latent.random_steps(like, n, seed)]
    change = {
        what: float(np.mean([abs(one.change[what]) for one in found])) for what in HANDWRITING
    }
    kept = float(np.mean([one.kept for one in found]))
    return Effect(change, kept, np.mean([one.read for one in found], axis=0))


def classifier_card(dataset: str = "mnist") -> dict:
    """Return how the bundled classifier was made and what it reaches, as a dictionary.

    Raises:
        ValueError: for an unknown data set.
        DamagedFileError: if there is no card, or what there is is none.
    """
    return read_card(_folder(dataset) / "card.json", {"sha256": dict, "parameters": int})


def reference_statistics(dataset: str = "mnist") -> metrics.FeatureStatistics:
    """Return the :class:`~vae_helpers.metrics.FeatureStatistics` of the 60,000 training images."""
    stored = _stored_statistics(_known(dataset))
    return metrics.FeatureStatistics.from_moments(
        int(stored["n"]), stored["mean"], stored["covariance"]
    )


def real_floor(n: float, dataset: str = "mnist") -> float:
    """Return the Fréchet classifier distance that ``n`` *real* images have, on average.

    Measured with test images at sizes from 2 to 10,000, and interpolated in 1/n. It is not zero
    because the distance is biased by about c/n, and because the classifier knows its training
    images a little better than others. Above 10,000 the value at 10,000 is returned.

    Raises:
        ValueError: for n below 2 or an unknown data set.
    """
    if n < 2:
        raise ValueError(f"n={n!r}: expected at least 2")
    stored = _stored_statistics(_known(dataset))
    largest_first = np.argsort(stored["floor_n"])[::-1]
    sizes, floors = stored["floor_n"][largest_first], stored["floor"][largest_first]
    return float(np.interp(1 / n, 1 / sizes, floors))


def frechet_classifier_distance(
    images: np.ndarray, dataset: str = "mnist", batch_size: int = 1_000
) -> FrechetClassifierDistance:
    """Compare generated images with the 60,000 training images in classifier features.

    Args:
        images: generated images, at least 2, as in :func:`classifier_features`; 10,000 to be
            compared with other results of this course.
        dataset: "mnist" or "fashion-mnist".
        batch_size: images at a time.

    Returns:
        A :class:`FrechetClassifierDistance`: print it, and N, dimension and floor are said too.

    Raises:
        ValueError: as :func:`classifier_features`, and for fewer than 2 images.
        DamagedFileError: if a bundled file is missing or not the one that was published.
    """
    return features_distance(classifier_features(images, dataset, batch_size), dataset)


def features_distance(features: np.ndarray, dataset: str = "mnist") -> FrechetClassifierDistance:
    """Return the :class:`FrechetClassifierDistance` of classifier features (n, 64).

    Raises:
        ValueError: for fewer than 2 rows, or an unknown data set.
    """
    n, dimension = np.shape(features)
    if n < 2:
        raise ValueError(f"images has {n} rows: expected at least 2")
    value = metrics.fid(reference_statistics(dataset), features)
    return FrechetClassifierDistance(value, n, dimension, real_floor(n, dataset), _known(dataset))


def distances_by_size(
    features: np.ndarray, sizes: Iterable[int], dataset: str = "mnist"
) -> np.ndarray:
    """Return the mean Fréchet classifier distance (k,) of parts of features, for k part sizes.

    All rows (n, 64) are cut into parts of each size, one after the other; the last part of a size
    that does not divide n is left out.

    Raises:
        ValueError: for a size below 2 or above n, or an unknown data set.
    """
    reference, n = reference_statistics(dataset), len(features)
    means = []
    for size in sizes:
        size = _arguments.whole_number(size, "size", low=2, high=n)
        starts = range(0, n - size + 1, size)
        means.append(np.mean([metrics.fid(reference, features[i : i + size]) for i in starts]))
    return np.array(means)


def inception_features(
    images: np.ndarray,
    weights: str | os.PathLike = "imagenet",
    batch_size: int = 32,
    progress: bool = True,
) -> np.ndarray:
    """Return the 2,048 pooled features of InceptionV3, float32 (n, 2048), all at least 0.

    Grey images become RGB, are resized to 299×299 (bilinear) and scaled as the network expects.
    These are the weights of Keras applications; published FIDs use an older port of the network
    and differ a little, so compare with values from this function only. Digits and clothes are
    nothing like ImageNet's photographs: for them the bundled classifiers see more.

    Args:
        images: (n, h, w, 1) or (n, h, w, 3), pixels in [0, 1].
        weights: "imagenet", taken from Keras' cache or, the one time this package uses the
            network, downloaded (88 MB); the path of that file; or "random", which tests the way
            through the network and means nothing.
        batch_size: images at a time.
        progress: whether to show a progress bar.

    Raises:
        ValueError: for a wrong shape, NaN, or pixels outside [0, 1].
        MissingWeightsError: if the weights cannot be had; it says where the file goes.
    """
    images = _arguments.images(images, "images", ("h", "w", 1), ("h", "w", 3))
    model = _inception(str(weights))
    with tqdm(total=len(images), desc="InceptionV3", unit="image", disable=not progress) as bar:

        def pooled(batch, training):
            features = model(_for_inception(batch), training=training)
            bar.update(len(batch))
            return features

        return in_batches(pooled, images, batch_size)


def build_classifier(name: str, dropout: float = 0.0) -> keras.Model:
    """Build the classifier of 28×28 images: three convolutions, 64 features, ten logits.

    Args:
        name: of the Keras model.
        dropout: share of the features that is left out in training.
    """
    images = keras.Input((28, 28, 1), name="images")
    h = images
    for i, filters in enumerate((32, 64, 64), start=1):
        h = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{i}")(h)
        h = layers.BatchNormalization(name=f"norm_{i}")(h)
        h = layers.LeakyReLU(negative_slope=0.1, name=f"activation_{i}")(h)
        h = layers.MaxPooling2D(name=f"pool_{i}")(h)
    h = layers.Flatten(name="flatten")(h)
    h = layers.Dense(64, name="dense")(h)
    h = layers.LeakyReLU(negative_slope=0.1, name="features")(h)
    h = layers.Dropout(dropout, name="dropout")(h)
    return keras.Model(images, layers.Dense(10, name="logits")(h), name=name.replace("-", "_"))


def split_classifier(classifier: keras.Model) -> keras.Model:
    """Turn a classifier into a model from images to (features, probabilities)."""
    logits = classifier.get_layer("logits").output
    probabilities = keras.layers.Softmax(name="probabilities")(logits)
    return keras.Model(
        classifier.inputs[0],
        [classifier.get_layer("features").output, probabilities],
        name=classifier.name,
    )


@functools.cache
def _classifier(dataset):
    """Load the bundled classifier, and split off its features."""
    folder = _folder(dataset)

    def build() -> keras.Model:
        return split_classifier(build_classifier(folder.name))

    return weights.load(build, folder / "model.keras", _sha256(dataset, "model.keras"))


@functools.cache
def _stored_statistics(dataset):
    return read_npz(_folder(dataset) / "statistics.npz", _sha256(dataset, "statistics.npz"))


def _sha256(dataset, file_name):
    """Return the hash that the card gives for one of its files."""
    return str(classifier_card(dataset)["sha256"].get(file_name))


def _folder(dataset):
    return ASSETS / "checkpoints" / CLASSIFIERS[_known(dataset)]


def _known(dataset):
    known = str(dataset).replace("_", "-")
    if known not in CLASSIFIERS:
        raise ValueError(f"dataset={dataset!r}: allowed are {' and '.join(map(repr, CLASSIFIERS))}")
    return known


def _for_inception(images):
    """Make RGB images of 299×299 with values in [−1, 1] out of images in [0, 1]."""
    rgb = np.broadcast_to(images, (*images.shape[:3], 3)) * np.float32(255)
    resized = keras.ops.image.resize(
        rgb, (INCEPTION_SIZE, INCEPTION_SIZE), interpolation="bilinear"
    )
    return keras.applications.inception_v3.preprocess_input(keras.ops.convert_to_numpy(resized))


@functools.cache
def _inception(weights):
    network = functools.partial(
        keras.applications.InceptionV3,
        include_top=False,
        pooling="avg",
        input_shape=(INCEPTION_SIZE, INCEPTION_SIZE, 3),
    )
    if weights == "random":
        return network(weights=None)
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    cached = home / "models" / INCEPTION_FILE
    if weights != "imagenet" and not Path(weights).is_file():
        raise MissingWeightsError(_missing_weights(cached, f"There is no file {weights}."))
    try:
        return network(weights=weights)
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise MissingWeightsError(_missing_weights(cached, str(error))) from error


def _missing_weights(cached, reason):
    return (
        "The weights of InceptionV3 are not on this machine and could not be downloaded. "
        f"Put the file {INCEPTION_FILE} from the Keras applications into {cached.parent}, or pass "
        "its path as weights=…; or use frechet_classifier_distance, which needs no download. "
        f"({reason})"
    )
