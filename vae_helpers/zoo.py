"""The named models of the course: what they are made of."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras

from vae_helpers import models


@dataclass(frozen=True)
class Entry:
    """A named model: its data, the β of its published loss, and how to build it."""

    data_name: str
    image_size: int
    build: Callable[..., keras.Model]
    validation: int = 10_000
    beta: float | None = None


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


_ENTRIES = {
    "mnist-ae": Entry("mnist", 28, _dense_autoencoder),
    "mnist-vae": Entry("mnist", 28, _dense_vae, beta=1.0),
    "mnist-conv-vae": Entry("mnist", 28, _mnist_conv_vae, beta=1.0),
    "fashion-conv-ae": Entry("fashion-mnist", 32, _fashion_autoencoder, validation=0),
    # Published as 500 × the mean over 1,024 pixels + KL: divided by 500 / 1024, β = 2.048.
    "fashion-conv-vae": Entry("fashion-mnist", 32, _fashion_vae, validation=0, beta=1024 / 500),
    "mnist-dense-vae-2d": Entry("mnist", 28, _dense_vae_2d, validation=0, beta=1.0),
}


def names() -> tuple[str, ...]:
    """Return the names of the models."""
    return tuple(_ENTRIES)


def entry(name: str) -> Entry:
    """Return the description of a named model; ValueError lists the names there are."""
    if name not in _ENTRIES:
        raise ValueError(f"name={name!r}: allowed are {', '.join(_ENTRIES)}")
    return _ENTRIES[name]


def build(name: str, seed: int | None = None) -> keras.Model:
    """Build a named model with fresh weights.

    Args:
        name: one of :func:`names`.
        seed: with a number, the initial weights and the sampling noise are the same every time.
            This seeds Python's, NumPy's and the backend's global generators.

    Raises:
        ValueError: if the name is unknown.
    """
    described = entry(name)
    construct = functools.partial(described.build, name=name.replace("-", "_"))
    if seed is not None:
        keras.utils.set_random_seed(seed)
    if described.beta is None:
        return construct()
    return construct(beta=described.beta, seed=seed)
