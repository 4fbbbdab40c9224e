"""What the widgets show: pure functions from numbers to the bytes of a PNG file.

They draw with Pillow, which takes about a millisecond where a Matplotlib figure takes 25.
"""

import functools
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import get_data_path
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont
from scipy.special import expit
from scipy.stats import norm

from vae_helpers import _arguments, latent, metrics
from vae_helpers.plots.figure import (
    as_images,
    as_labels,
    class_colours,
    spread,
)

WHITE, BLACK, GREY, PALE = "#ffffff", "#262626", "#8a8a8a", "#dddddd"
BLUE, ORANGE, RED = "#3f90da", "#ffa90e", "#bd1f01"


def png(picture: Image.Image) -> bytes:
    """Return the bytes of a PNG file; compressed quickly, not tightly."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def decode(model: Any, z: ArrayLike) -> np.ndarray:
    """Decode points z (n, latent_dim) to images (n, h, w, 1) in [0, 1], without delay.

    The compiled step behind ``predict_on_batch`` answers several times sooner than a plain call
    of the decoder, and needs to be compiled once for each number of points.
    """
    # A copy: what is handed to a backend may be computed in place there.
    z = np.array(z, dtype="float32")
    if not hasattr(model, "decoder"):
        return np.asarray(model.decode(z))
    return expit(np.asarray(model.decoder.predict_on_batch(z), dtype="float32"))


def codes(model: Any, images: ArrayLike) -> np.ndarray:
    """Return the codes of images (n, latent_dim): z, or the means of a VAE's posteriors."""
    if len(images) == 1 and hasattr(model, "encoder"):
        encoded = model.encoder.predict_on_batch(np.array(images, dtype="float32"))
    else:
        encoded = model.encode(images)
    code = encoded[0] if isinstance(encoded, tuple | list) else encoded
    return np.asarray(code, dtype="float32")


def scores(model: Any, images: ArrayLike) -> np.ndarray:
    """Return the squared error of each reconstruction (n,), summed over pixels.

    High scores mark images unlike those that the model was trained on.
    """
    restored = model.decode(codes(model, images))
    return metrics.reconstruction_error(images, restored, kind="mse", per_image=True)


def restore(
    model: Any, image: np.ndarray, noise: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Add noise to an image and reconstruct it.

    Args:
        model: an autoencoder or a VAE of the course.
        image: (h, w, 1) in [0, 1].
        noise: (h, w, 1) from N(0, 1).
        level: standard deviation of the noise that is added, 0 or more; pixels stay in [0, 1].

    Returns:
        The noisy image, its reconstruction, each (h, w, 1) in [0, 1], and the squared error
        between the two, summed over pixels.

    Raises:
        ValueError: for a negative or infinite level.
    """
    level = _arguments.number(level, "level", low=0)
    noisy = np.clip(image + level * noise, 0.0, 1.0).astype("float32")
    restored = decode(model, codes(model, noisy[np.newaxis]))[0]
    error = metrics.reconstruction_error(noisy[np.newaxis], restored[np.newaxis], kind="mse")
    return noisy, restored, float(error)


def render_point(model: Any, z: ArrayLike, scale: int = 11) -> bytes:
    """Decode one latent point.

    Args:
        model: an autoencoder of the course, or anything with ``latent_dim`` and ``decode``.
        z: (latent_dim,) finite numbers.
        scale: screen pixels to one pixel of the image.

    Returns:
        The bytes of a PNG file, scale times as wide and high as the image.

    Raises:
        ValueError: for a z of another length, or with NaN or infinity.
    """
    z = _arguments.row(z, "z", model.latent_dim, dtype=np.float32)
    return png(_enlarged(decode(model, z[np.newaxis])[0, ..., 0], scale))


def render_images(
    images: ArrayLike, columns: int | None = None, scale: int = 4, gap: int = 4
) -> bytes:
    """Show images on a white ground, row by row.

    Args:
        images: (n, h, w, 1) or (n, h, w) in [0, 1].
        columns: images in a row; None puts all in one.
        scale: screen pixels to one pixel of an image.
        gap: screen pixels between images.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: for a wrong shape or range.
    """
    images = as_images(images)
    columns = len(images) if columns is None else min(columns, len(images))
    rows = -(-len(images) // columns)
    height, width = (scale * side + gap for side in images.shape[1:])
    picture = Image.new("L", (columns * width - gap, rows * height - gap), 255)
    for i, image in enumerate(images):
        picture.paste(_enlarged(image, scale), (i % columns * width, i // columns * height))
    return png(picture)


def render_bars(
    values: ArrayLike, size: tuple[int, int] = (460, 250), top: float | None = None
) -> bytes:
    """Show numbers (n,) that are not negative as bars, numbered from 1, with a scale in nats.

    Args:
        values: (n,) such as the KL divergence of each dimension.
        size: width and height in pixels.
        top: the upper end of the scale; None takes the largest value.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: for a wrong shape, NaN, or a negative number.
    """
    values = _arguments.row(values, "values")
    if values.min() < -1e-6:
        raise ValueError(f"values goes down to {values.min():g}: allowed are 0 and more")
    width, height = size
    top = max(float(values.max() if top is None else top), 1e-6)
    picture = Image.new("RGB", size, WHITE)
    draw, font = ImageDraw.Draw(picture), _font(17)
    left, base, ceiling = 54, height - 28, 16
    for level in (0.0, top / 2, top):
        y = base - (base - ceiling) * level / top
        draw.line((left, y, width, y), fill=PALE)
        draw.text((left - 6, y), f"{level:.1f}", fill=BLACK, font=font, anchor="rm")
    step = (width - left) / len(values)
    every = -(-len(values) // 20)
    for i, value in enumerate(values):
        x, bar = left + i * step, (base - ceiling) * min(max(value, 0.0) / top, 1.0)
        draw.rectangle((x + 0.15 * step, base - bar, x + 0.85 * step, base), fill=BLUE)
        if i % every == 0:
            draw.text((x + step / 2, base + 3), str(i + 1), fill=BLACK, font=font, anchor="ma")
    return png(picture)


def reparameterize(
    z_mean: float, z_log_var: float, epsilon: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z = μ + σ ε and its gradients dz/dμ = 1 and dz/d(log σ²) = σ ε / 2, each (n,)."""
    epsilon = _arguments.row(epsilon, "epsilon")
    z_mean = _arguments.number(z_mean, "z_mean")
    z_log_var = _arguments.number(z_log_var, "z_log_var")
    deviation = np.exp(0.5 * z_log_var)
    return z_mean + deviation * epsilon, np.ones_like(epsilon), 0.5 * deviation * epsilon


def render_reparameterization(
    z_mean: float, z_log_var: float, epsilon: ArrayLike, size: tuple[int, int] = (720, 420)
) -> bytes:
    """Show how noise ε becomes samples z = μ + σ ε, and which way each parameter moves them.

    A row for each noise value: its grey dot, a line to its sample, the blue dot, and from there
    two arrows, the gradients. With μ all samples move alike, with log σ² each moves away from
    the mean by its own noise. Above stands the density of N(μ, σ²).

    Args:
        z_mean: μ.
        z_log_var: log σ².
        epsilon: (n,) fixed noise from N(0, 1).
        size: width and height in pixels.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: for NaN, infinity, or no noise.
    """
    z, d_mean, d_log_var = reparameterize(z_mean, z_log_var, epsilon)
    epsilon = np.asarray(epsilon, dtype=float)
    sharp = 2  # drawn larger and reduced, which smooths the lines
    width, height = (sharp * side for side in size)
    picture = Image.new("RGB", (width, height), WHITE)
    draw, font = ImageDraw.Draw(picture), _font(17 * sharp)
    top, base = 0.27 * height, 0.86 * height
    row, unit = (base - top) / len(z), width / 14

    def x_of(value):
        return width * (0.5 + value / 14)

    for tick in range(-6, 7, 2):
        draw.line((x_of(tick), top, x_of(tick), base), fill=PALE, width=sharp)
        draw.text((x_of(tick), base + 3 * sharp), str(tick), fill=BLACK, font=font, anchor="ma")
    _density(draw, z_mean, np.exp(0.5 * z_log_var), x_of, top, 0.2 * height, width, sharp)
    draw.line((0, top, width, top), fill=GREY, width=sharp)
    for i, (noise, sample, mean, log_var) in enumerate(
        zip(epsilon, z, d_mean, d_log_var, strict=True)
    ):
        y, apart = top + (i + 0.5) * row, min(0.17 * row, 9 * sharp)
        draw.line((x_of(noise), y, x_of(sample), y), fill="#b8d4ee", width=2 * sharp)
        _dot(draw, x_of(noise), y, 6 * sharp, GREY)
        _arrow(draw, x_of(sample), y - apart, unit * mean, ORANGE, sharp)
        _arrow(draw, x_of(sample), y + apart, unit * log_var, RED, sharp)
        _dot(draw, x_of(sample), y, 6 * sharp, BLUE)
    legend = (
        ("noise ε", "#666666"),
        ("sample z", BLUE),
        ("dz/dμ", "#9a6500"),
        ("dz/d log σ²", RED),
    )
    for share, (text, colour) in zip((0.02, 0.22, 0.47, 0.67), legend, strict=True):
        place = (share * width, height - 3 * sharp)
        draw.text(place, text, fill=colour, font=font, anchor="ld")
    return png(picture.reduce(sharp))


def render_beta(
    model: Any,
    images: ArrayLike,
    n_samples: int = 16,
    seed: int | None = 0,
    top: float = 6.0,
) -> tuple[bytes, bytes, bytes, float, np.ndarray]:
    """Draw what one VAE does: reconstructions, samples, and its KL divergence by dimension.

    Args:
        model: a VAE of the course.
        images: (n, h, w, 1) in [0, 1].
        n_samples: how many samples of the prior.
        seed: of the samples.
        top: upper end of the bars' scale, in nats, so that models can be compared.

    Returns:
        The bytes of three PNG files, the mean squared error of an image, summed over pixels, and
        the KL divergence of each dimension (latent_dim,), in nats.

    Raises:
        ValueError: for images of a wrong shape or range, or ``n_samples`` below 1.
    """
    images = _arguments.images(images, "images")
    z_mean, z_log_var = model.encode(images)
    restored = model.decode(z_mean)
    kl = metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0)
    shown = min(8, len(images))
    pairs = np.concatenate([images[:shown], restored[:shown]])
    samples = model.decode(latent.sample_prior(n_samples, model.latent_dim, seed))
    return (
        render_images(pairs, columns=shown, scale=3),
        render_images(samples, columns=int(np.ceil(np.sqrt(n_samples))), scale=3),
        render_bars(kl, top=max(top, float(kl.max()))),
        float(metrics.reconstruction_error(images, restored, kind="mse")),
        kl,
    )


def score_text(right: int, n: int) -> str:
    """Say how many answers were right, with Wilson's 95 % interval, and what chance gives.

    Args:
        right: number of right answers.
        n: number of answers.

    Raises:
        ValueError: unless 0 ≤ right ≤ n.
    """
    from scipy.stats import binomtest

    n = _arguments.whole_number(n, "n", low=0)
    right = _arguments.whole_number(right, "right", low=0, high=n)
    if n == 0:
        return "No answers yet; chance is 50 %."
    interval = binomtest(right, n).proportion_ci(method="wilson")
    told = (
        "chance is inside: no sign that you can tell them apart"
        if interval.low <= 0.5 <= interval.high
        else "chance is outside"
    )
    return (
        f"{right} of {n} right, {right / n:.0%}; 95 % interval {interval.low:.0%} to "
        f"{interval.high:.0%}; chance is 50 % ({told})."
    )


class LatentMap:
    """A class-coloured map of encodings on a plane, drawn once, and a mark for the current point.

    Args:
        points: (n, 2) encodings on the plane.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        size: width and height in pixels.

    Raises:
        ValueError: for shapes that do not fit.
    """

    def __init__(
        self,
        points: ArrayLike,
        labels: ArrayLike,
        class_names: Sequence[str] | None = None,
        size: int = 400,
    ):
        points = _arguments.matrix(points, "points", 2)
        labels, class_names = as_labels(labels, len(points), class_names)
        low, high = np.quantile(points, (0.002, 0.998), axis=0)
        self.centre = (low + high) / 2
        self.reach = float(np.max(high - low)) / 2 * 1.08 or 1.0
        self.size = size
        self.background = self._drawn(points, labels, class_names)

    def to_pixels(self, points: ArrayLike) -> np.ndarray:
        """Map points (…, 2) of the plane to pixels (x to the right, y downwards)."""
        shares = (np.asarray(points) - self.centre) / (2 * self.reach) + 0.5
        return np.stack([shares[..., 0], 1 - shares[..., 1]], axis=-1) * self.size

    def to_point(self, share_x: float, share_y: float) -> np.ndarray:
        """Map a place on the map, as shares from the left and from the top, to the plane.

        Raises:
            ValueError: for a share below 0 or above 1.
        """
        shares = np.array(
            [
                _arguments.number(share_x, "share_x", low=0, high=1),
                _arguments.number(share_y, "share_y", low=0, high=1),
            ]
        )
        return self.centre + (shares * (1, -1) + (-0.5, 0.5)) * 2 * self.reach

    def render(self, point: ArrayLike) -> bytes:
        """Return the map with the point (2,) marked, as the bytes of a PNG file."""
        x, y = self.to_pixels(_arguments.row(point, "point", 2))
        x, y = np.clip((x, y), 4, self.size - 4)  # at the edge, rather than out of sight
        picture = self.background.copy()
        draw = ImageDraw.Draw(picture)
        for radius, colour in ((9, WHITE), (8, BLACK), (5, WHITE)):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=BLACK)
        return png(picture)

    def _drawn(self, points, labels, class_names):
        sharp = 2
        picture = Image.new("RGB", (sharp * self.size,) * 2, WHITE)
        draw = ImageDraw.Draw(picture)
        colours = class_colours(len(class_names))
        order = np.random.default_rng(0).permutation(len(points))
        for (x, y), label in zip(sharp * self.to_pixels(points[order]), labels[order], strict=True):
            _dot(draw, x, y, 1.3 * sharp, colours[label])
        for axis in (0, 1):
            zero = sharp * self.to_pixels(np.zeros(2))[axis]
            ends = (zero, 0, zero, 2 * self.size) if axis == 0 else (0, zero, 2 * self.size, zero)
            draw.line(ends, fill=GREY)
        self._name_classes(draw, sharp, points, labels, class_names)
        draw.rectangle((0, 0, 2 * self.size - 1, 2 * self.size - 1), outline=GREY, width=sharp)
        # With few colours a picture compresses in a millisecond; the mark's two are added later.
        return picture.reduce(sharp).quantize(200)

    def _name_classes(self, draw, sharp, points, labels, class_names):
        present, font = np.unique(labels), _font(17 * sharp)
        names = [class_names[label] for label in present]
        medians = [np.median(points[labels == label], axis=0) for label in present]
        x, y = sharp * self.to_pixels(medians).T
        y = spread(x, y, [font.getlength(name) for name in names], 20 * sharp)
        for name, place in zip(names, zip(x, y, strict=True), strict=True):
            draw.text(
                place,
                name,
                font=font,
                fill=BLACK,
                stroke_width=3 * sharp,
                stroke_fill=WHITE,
                anchor="mm",
            )


def _enlarged(image, scale):
    """Return a grey image with sharp pixels, ``scale`` times as large."""
    grey = Image.fromarray(np.round(255 * np.asarray(image)).astype(np.uint8))
    return grey.resize((scale * grey.width, scale * grey.height), Image.Resampling.NEAREST)


@functools.cache
def _font(size):
    # Pillow's own font has no Greek letters; Matplotlib brings one that has.
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)


def _dot(draw, x, y, radius, colour):
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _arrow(draw, x, y, length, colour, sharp):
    draw.line((x, y, x + length, y), fill=colour, width=2 * sharp)
    head = np.sign(length) * min(5 * sharp, abs(length))
    tip = x + length
    draw.polygon(
        [(tip, y), (tip - head, y - abs(head) * 0.7), (tip - head, y + abs(head) * 0.7)],
        fill=colour,
    )


def _density(draw, mean, deviation, x_of, base, height, width, sharp):
    """Draw the density of N(mean, deviation²), at most ``height`` high."""
    places = np.linspace(-7, 7, 281)
    curve = norm.pdf(places, mean, deviation)
    curve *= height * min(1.0, 1 / (norm.pdf(0) / 0.35)) / max(curve.max(), norm.pdf(0))
    line = [(x_of(x), base - y) for x, y in zip(places, curve, strict=True)]
    draw.line(line, fill=BLUE, width=2 * sharp)
