"""First weights that know the data: what the first epochs would otherwise have to find."""

import math

import numpy as np

from vae_helpers.backend import keras


def set_output_bias(model: keras.Model, images: np.ndarray) -> None:
    """Start the biases of the decoder's last layer at the logit of the mean training image.

    A dense decoder has one bias a pixel; a convolutional one has a single bias, which gets the
    logit of the mean pixel. That such a start spares the first steps is practitioners' knowledge
    (Karpathy 2019, https://karpathy.github.io/2019/04/25/recipe/, "init well").

    Args:
        model: has ``decoder`` and ``image_shape``.
        images: (n, h, w, 1), pixels in [0, 1].
    """
    layer = next(layer for layer in reversed(model.decoder.layers) if layer.weights)
    per_pixel = layer.bias.shape[0] == math.prod(model.image_shape)
    layer.bias.assign(mean_image_bias(images if per_pixel else images.mean(keepdims=True)))


def mean_image_bias(images: np.ndarray, epsilon: float = 0.005) -> np.ndarray:
    """Return the logit of each pixel's mean over images (n, …), as one row.

    Args:
        images: (n, …), pixels in [0, 1].
        epsilon: a mean is kept that far away from 0 and 1: a pixel that is never lit is unlikely
            to be, not unable.
    """
    mean = np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)
    return np.log(mean / (1 - mean))


def set_whitened_kernel(
    model: keras.Model, images: np.ndarray, seed: int = 0, scale: float = 0.1, floor: float = 0.1
) -> None:
    """Start a dense encoder's first layer as random mixtures of whitened principal components.

    A few directions carry most of the variance of images. Random weights see little else; these
    see all directions alike, as far as their variance is above ``floor``, with outputs of standard
    deviation ``scale`` and mean 0. The idea of starting from the statistics of the data is that
    of Krähenbühl et al. 2016 (https://arxiv.org/abs/1511.06856).

    Args:
        model: has ``encoder``.
        images: (n, h, w, 1); at most 10,000 of them, drawn by ``seed``, are looked at.
        seed: of the mixtures, too.
        scale: standard deviation of the first layer's outputs.
        floor: added to each variance; a direction with much less than that counts little.

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
