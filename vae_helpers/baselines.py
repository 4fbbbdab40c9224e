"""The simple tools that stand beside a VAE in its uses: a blur, counts, files, the nearest image.

Who says that a VAE cleans, compresses, or finds what is odd has to say what it is compared with.
These are what an engineer would try first, and what both sides are measured by.
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from scipy.ndimage import gaussian_filter

from vae_helpers import _arguments, latent, metrics

# Neighbours of a pixel, (rows down, columns right), that come before it line by line. The ten are
# those of JBIG (ITU-T T.82), a standard for fax pages.
TEN_NEIGHBOURS = (
    *((-2, -1), (-2, 0), (-2, 1)),
    *((-1, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2)),
    *((0, -2), (0, -1)),
)
SIX_NEIGHBOURS = ((-2, 0), (-1, -1), (-1, 0), (-1, 1), (0, -2), (0, -1))
PNG_WRAPPING = 8 * 57  # bits that are the same in every grey PNG file of a size


def flat(images: np.ndarray) -> np.ndarray:
    """Return images as rows of pixels, (n, h · w)."""
    return images.reshape(len(images), -1)


def add_noise(images: np.ndarray, level: float, seed: int = 8) -> np.ndarray:
    """Return images with normal noise of so large a standard deviation, cut off at 0 and 1."""
    noise = np.random.default_rng(seed).standard_normal(images.shape)
    return np.clip(images + level * noise, 0, 1).astype(np.float32)


def decibels(x: ArrayLike, x_hat: ArrayLike) -> float:
    """Return the peak signal-to-noise ratio 10 log₁₀(1 / MSE) of images in [0, 1], mean over them.

    Args:
        x: (n, …), the originals.
        x_hat: the copies, of which none may be perfect.
    """
    difference = np.asarray(x) - np.asarray(x_hat)
    return float(
        np.mean(-10 * np.log10(np.square(difference).reshape(len(difference), -1).mean(1)))
    )


def rescaled_blur(
    noisy: ArrayLike, clean: ArrayLike, images: ArrayLike, sigma: float = 1.0
) -> np.ndarray:
    """Blur images with a Gaussian, and stretch their contrast as suits a set of known images.

    Args:
        noisy: (n, h, w, 1), known images with noise.
        clean: the same without noise. A straight line from the blurred pixels of the one to those
            of the other is fitted by least squares.
        images: (m, h, w, 1), to be cleaned.
        sigma: the width of the blur, in pixels.

    Returns:
        (m, h, w, 1) in [0, 1].
    """
    blurred, new = (gaussian_filter(one, (0, sigma, sigma, 0)) for one in (noisy, images))
    line = np.polyfit(blurred.ravel(), np.ravel(clean), 1)
    return np.polyval(line, new).clip(0, 1)


def nearest(known: ArrayLike, new: ArrayLike) -> np.ndarray:
    """Return the squared distance of each new image to the nearest known one, (m,)."""
    from sklearn.neighbors import NearestNeighbors

    known, new = (np.asarray(images).reshape(len(images), -1) for images in (known, new))
    return np.square(NearestNeighbors(n_neighbors=1).fit(known).kneighbors(new)[0][:, 0])


def anomaly_scores(
    model: Any, known: np.ndarray, images: np.ndarray, seed: int = 0
) -> dict[str, np.ndarray]:
    """Return how strange images are, by a VAE and by the images that it was trained on.

    Args:
        model: a VAE.
        known: (m, h, w, 1), its training images, or some of them.
        images: (n, h, w, 1), none of them black.
        seed: of the draws for the ELBO.

    Returns:
        {name: (n,)}, higher is stranger: "−ELBO" with cross-entropy, in nats; "error + KL", the
        −ELBO with a Gaussian of variance ½ but for a constant; "error", the squared error of the
        copy; "nearest", the squared distance to the nearest known image; and the last two divided
        by the ink, the sum of the squared pixels.
    """
    ink = np.square(images).sum(axis=(1, 2, 3))
    error = metrics.reconstruction_error(images, model.reconstruct(images), per_image=True)
    near = nearest(known, images)
    return {
        "−ELBO": -metrics.estimate_elbo(model, images, seed=seed),
        "error + KL": error + metrics.kl_divergence(*model.encode(images)),
        "error": error,
        "nearest": near,
        "error / ink": error / ink,
        "nearest / ink": near / ink,
    }


def vae_of_few(images: np.ndarray, seed: int = 0) -> Any:
    """Train a VAE of the course's kind on a few images, again and again, until copies are sharp."""
    from vae_helpers import training, zoo
    from vae_helpers.backend import keras

    keras.utils.set_random_seed(seed)
    model, many = zoo.build("mnist-vae", seed=seed), np.tile(images, (20, 1, 1, 1))
    recipe = zoo.entry("mnist-vae").fast.replace(batch_size=50, learning_rate=4e-3, fused_adam=True)
    training.fit(model, many, recipe=recipe, epochs=15, seed=seed, progress=False)
    return model


def few_labelled(
    images: np.ndarray, labels: np.ndarray, per_class: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw so many images of each class; return them and their labels, class by class."""
    classes = np.unique(labels)
    which = [rng.choice(np.flatnonzero(labels == k), per_class, replace=False) for k in classes]
    return images[np.concatenate(which)], np.repeat(classes, per_class)


def contexts(
    levels: ArrayLike, n_levels: int, neighbours: Sequence[tuple[int, int]] = TEN_NEIGHBOURS
) -> np.ndarray:
    """Number the neighbourhoods: which levels do the neighbours of each pixel have?

    Args:
        levels: (n, h, w) whole numbers from 0, such as pixels of 0 and 1.
        n_levels: how many levels there are.
        neighbours: pairs (rows down, columns right) of neighbours that come earlier, line by line,
            so that a receiver has them already. Beyond the border the level is 0.

    Returns:
        (n, h, w) whole numbers below ``n_levels ** len(neighbours)``.

    Raises:
        ValueError: if a level is out of range, or a neighbour comes later than its pixel.
    """
    levels = np.asarray(levels)
    n_levels = _arguments.whole_number(n_levels, "n_levels", low=2)
    if levels.ndim != 3 or levels.dtype.kind not in "iu":
        raise ValueError("levels: allowed are whole numbers (n, h, w)")
    if levels.size and not 0 <= levels.min() <= levels.max() < n_levels:
        raise ValueError(f"levels: allowed are whole numbers from 0 to {n_levels - 1}")
    if any(tuple(neighbour) >= (0, 0) for neighbour in neighbours):
        raise ValueError("neighbours: allowed are those that come before the pixel")
    reach = max((abs(step) for neighbour in neighbours for step in neighbour), default=0)
    padded = np.pad(levels, ((0, 0), (reach, 0), (reach, reach)))
    n, height, width = levels.shape
    numbers = np.zeros((n, height, width), dtype=np.int64)
    for down, right in neighbours:
        rows = slice(reach + down, reach + down + height)
        columns = slice(reach + right, reach + right + width)
        numbers = n_levels * numbers + padded[:, rows, columns]
    return numbers


def counted_bits(
    known: ArrayLike,
    known_contexts: ArrayLike,
    new: ArrayLike,
    new_contexts: ArrayLike,
    shape: tuple[int, int],
) -> np.ndarray:
    """Return the bits of each new image under a table of counts P(value | context).

    The table begins with a 1 in every cell, so that nothing is impossible, and counts the known
    images; a value of probability p costs −log₂ p bits.

    Args:
        known: whole numbers (n, …), such as pixels, which are counted.
        known_contexts: the number of the context of each of them, same shape.
        new: whole numbers (m, …), to be sent.
        new_contexts: their contexts, same shape.
        shape: (number of contexts, number of values).

    Returns:
        (m,), in bits.
    """
    n_contexts, n_values = shape
    cells = np.asarray(known_contexts) * n_values + known
    counts = np.bincount(cells.ravel(), minlength=n_contexts * n_values).reshape(shape) + 1.0
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)


def drawn_copies(model: Any, images: ArrayLike, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return copies from one draw of each posterior, and what sending the draws costs at least.

    Args:
        model: a VAE.
        images: (n, h, w, 1) in [0, 1].
        seed: of the draws.

    Returns:
        KL / log 2 of each image (n,), in bits, and the copies (n, h, w, 1).
    """
    posterior = model.encode(images)
    copies = model.decode(latent.sample_posterior(*posterior, seed=seed))
    return metrics.kl_divergence(*posterior) / np.log(2), copies


def rounded(known_z: ArrayLike, z: ArrayLike, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Round codes to multiples of a step; return the bits of each, and the rounded codes.

    Args:
        known_z: (n, d), codes of known images, whose roundings are counted: a table for each
            coordinate. Anything between the smallest and the largest value can be sent.
        z: (m, d), the codes to be sent.
        step: the distance of neighbouring values, above 0.

    Returns:
        Bits (m,), and codes (m, d) in 32 bits.
    """
    step = _arguments.number(step, "step", low=0, open_low=True)
    known, new = (np.round(np.asarray(codes) / step).astype(int) for codes in (known_z, z))
    low, high = min(known.min(), new.min()), max(known.max(), new.max())
    which, new_which = (np.broadcast_to(np.arange(q.shape[1]), q.shape) for q in (known, new))
    shape = known.shape[1], high - low + 1
    bits = counted_bits(known - low, which, new - low, new_which, shape)
    return bits, (step * new).astype(np.float32)


def png_bits(images: ArrayLike) -> np.ndarray:
    """Return the bits of each image as a PNG file of its own, as small as Pillow makes it.

    Args:
        images: (n, h, w, 1) in [0, 1]. Where all pixels are 0 or 1, each takes one bit before it
            is packed, else eight.
    """
    images = _arguments.images(images, "images")[..., 0]
    if np.isin(images, (0, 1)).all():
        pixels = images > 0
    else:
        pixels = np.round(255 * images).astype(np.uint8)
    return np.array([8 * len(_file(one, "PNG").getvalue()) for one in pixels])


def jpeg(images: ArrayLike, quality: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the bits of each image as a JPEG, without its header and tables, and what comes back.

    Args:
        images: (n, h, w, 1) in [0, 1].
        quality: 1 to 95, Pillow's.

    Returns:
        Bits (n,), and images (n, h, w, 1).
    """
    images = _arguments.images(images, "images")
    quality = _arguments.whole_number(quality, "quality", high=95)
    bits, back = [], []
    for pixels in np.round(255 * images[..., 0]).astype(np.uint8):
        file = _file(pixels, "JPEG", quality=quality)
        content = file.getvalue()
        # What comes after the marker "start of scan", its ten bytes, and before the end marker.
        bits.append(8 * (len(content) - content.index(b"\xff\xda") - 12))
        back.append(np.asarray(Image.open(file), dtype=np.float32) / 255)
    return np.array(bits), np.stack(back)[..., None]


def _file(pixels, kind, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, optimize=True, **options)
    return file


def shifted(images: ArrayLike, rng: np.random.Generator, most: int = 2) -> np.ndarray:
    """Return the images, each moved by up to ``most`` pixels up or down and to a side.

    What leaves the image on one side comes in on the other; digits have a black margin.
    """
    images = _arguments.images(images, "images")
    steps = rng.integers(-most, most + 1, size=(len(images), 2))
    moved = [np.roll(one, tuple(by), axis=(0, 1)) for one, by in zip(images, steps, strict=True)]
    return np.array(moved)
