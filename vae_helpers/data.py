"""MNIST and Fashion-MNIST from files bundled with the package: no network, nothing unpickled."""

import operator
from dataclasses import dataclass

import numpy as np

from vae_helpers.files import ASSETS, read_npz

FILES = {
    "mnist": (
        "mnist.npz",
        "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    ),
    "fashion-mnist": (
        "fashion_mnist.npz",
        "5b6d2c4c694a91887af8ab7d039c04f80af3c29378d731c93a538d2e831aa469",
    ),
}

CLASS_NAMES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
}

IMAGE_SIZES = (28, 32)


@dataclass(frozen=True)
class Split:
    """Images (n, h, w, 1), float32 in [0, 1], and their labels (n,), int64 from 0.

    The bundled sets have labels from 0 to 9; own images without classes have None.
    """

    images: np.ndarray
    labels: np.ndarray | None

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Data:
    """A data set in three disjoint parts, with the names of its classes."""

    name: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]


def load_data(name: str, image_size: int = 28, validation: int = 10_000) -> Data:
    """Load a bundled data set.

    Args:
        name: "mnist" or "fashion-mnist".
        image_size: 28, or 32 for the same images in a frame of two zero pixels.
        validation: how many images, the last ones of the training file, to keep for
            validation. With 0 all 60,000 are for training.

    Returns:
        A :class:`Data` with ``train``, ``validation`` and ``test``; images are float32 in [0, 1]
        of shape (n, image_size, image_size, 1).

    Raises:
        ValueError: for a name, a size or a split that does not exist.
        DamagedFileError: if the bundled file is missing or its SHA-256 is wrong.
    """
    name = _known_name(name)
    if image_size not in IMAGE_SIZES:
        raise ValueError(f"image_size={image_size!r}: allowed are 28 and 32")
    file_name, sha256 = FILES[name]
    arrays = read_npz(ASSETS / "data" / file_name, sha256)
    n_train = len(arrays["x_train"]) - _known_split(validation, len(arrays["x_train"]))
    images = _to_float_images(arrays["x_train"], image_size)
    labels = arrays["y_train"].astype(np.int64)
    test = Split(_to_float_images(arrays["x_test"], image_size), arrays["y_test"].astype(np.int64))
    return Data(
        name=name,
        train=Split(images[:n_train], labels[:n_train]),
        validation=Split(images[n_train:], labels[n_train:]),
        test=test,
        class_names=CLASS_NAMES[name],
    )


def _known_name(name):
    known = str(name).replace("_", "-")
    if known not in FILES:
        allowed = " and ".join(map(repr, FILES))
        raise ValueError(f"name={name!r}: allowed are {allowed}")
    return known


def _known_split(validation, n_images):
    try:
        n = operator.index(validation)
    except TypeError:
        n = -1
    if not 0 <= n < n_images or isinstance(validation, bool):
        raise ValueError(
            f"validation={validation!r}: allowed is a whole number from 0 to {n_images - 1:,}"
        )
    return n


def _to_float_images(pixels, image_size):
    """Turn (n, 28, 28) bytes into (n, size, size, 1) float32 in [0, 1], with a zero frame."""
    n, height, width = pixels.shape
    images = np.zeros((n, image_size, image_size, 1), dtype=np.float32)
    top = (image_size - height) // 2
    np.divide(
        pixels,
        np.float32(255),
        out=images[:, top : top + height, top : top + width, 0],
        dtype=np.float32,
    )
    return images
