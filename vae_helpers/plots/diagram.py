"""A drawn autoencoder and a drawn VAE: what goes where, and where the losses attach."""

from typing import Literal

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.plots.figure import AltFigure, as_images, finish, in_style, new_figure

INK, NETWORK, CODE, LOSS = "#222222", "#cfe3f3", "#f7e1b5", "#9c3d00"
_MIDDLE = 2.0  # the height at which the images and networks stand


@in_style
def model_diagram(
    kind: Literal["ae", "vae"],
    image: ArrayLike | None = None,
    copy: ArrayLike | None = None,
    latent_dim: int | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Draw an autoencoder, or a VAE with its two heads, its noise and its two losses.

    Args:
        kind: "ae" or "vae".
        image: (h, w) or (h, w, 1) in [0, 1], shown as the input x; None draws a frame.
        copy: what the decoder makes of it, shown as the output x̂.
        latent_dim: how many numbers the code has, if that is to be said.
        title: a text above the figure.
        alt: alt text, where the one made from the drawing is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for another kind, or images of other shapes or outside [0, 1].
    """
    _arguments.one_of(kind, "kind", ("ae", "vae"))
    images = [None if x is None else as_images(np.asarray(x)[None])[0] for x in (image, copy)]
    figure = new_figure(10, 3.6, layout=None)
    axes = figure.add_axes((0.01, 0.02, 0.98, 0.86 if title else 0.96))
    axes.set(xlim=(0, 12.4), ylim=(-0.35, 4.05), aspect="equal")
    axes.set_axis_off()
    _image(axes, 0.75, images[0], "image x")
    _image(axes, 11.65, images[1], "copy x̂")
    _network(axes, 2.0, 3.9, "encoder", narrow_right=True)
    _network(axes, 8.5, 10.4, "decoder", narrow_right=False)
    _arrow(axes, (1.4, _MIDDLE), (1.95, _MIDDLE))
    _arrow(axes, (10.45, _MIDDLE), (11.0, _MIDDLE))
    (_code_of_ae if kind == "ae" else _code_of_vae)(axes, latent_dim)
    _loss(axes, (0.75, 1.2), (11.65, 1.2), "reconstruction loss: how far is x̂ from x?")
    return finish(figure, title, alt, _ALT[kind])


_ALT = {
    "ae": "Drawing of an autoencoder. Left to right: image x, encoder, code z, decoder, copy x̂. A "
    "line from x to x̂ is the reconstruction loss.",
    "vae": "Drawing of a variational autoencoder. Left to right: image x, encoder, two outputs, "
    "the mean μ and log σ², then z = μ + σ ε with noise ε from outside, decoder, copy x̂. A line "
    "from x to x̂ is the reconstruction loss; the KL to N(0, I) attaches to μ and log σ².",
}


def _code_of_ae(axes, latent_dim):
    _arrow(axes, (3.95, _MIDDLE), (5.55, _MIDDLE))
    _box(axes, 6.2, _MIDDLE, "z", width=1.2)
    _arrow(axes, (6.85, _MIDDLE), (8.45, _MIDDLE))
    _word(axes, 6.2, 1.2, _code_text(latent_dim))


def _code_of_vae(axes, latent_dim):
    for y, text in ((2.75, "μ"), (1.25, "log σ²")):
        _arrow(axes, (3.95, _MIDDLE), (4.35, y))
        _box(axes, 4.95, y, text, width=1.1)
        _arrow(axes, (5.55, y), (6.1, _MIDDLE + (0.22 if y > _MIDDLE else -0.22)))
    _box(axes, 7.0, _MIDDLE, "z = μ + σ ε", width=1.7)
    _arrow(axes, (7.9, _MIDDLE), (8.45, _MIDDLE))
    _arrow(axes, (7.0, 3.15), (7.0, 2.45), dashed=True)
    _word(axes, 7.0, 3.4, "noise ε ~ N(0, I)")
    _word(axes, 4.95, 3.55, "KL to N(0, I)", LOSS)
    axes.plot([4.95, 4.95], [3.4, 3.15], color=LOSS, linestyle=":", linewidth=2)
    axes.plot([4.95, 4.95], [2.35, 1.65], color=LOSS, linestyle=":", linewidth=2)
    if latent_dim is not None:
        _word(axes, 7.0, 1.2, _code_text(latent_dim))


def _code_text(latent_dim):
    return "the code" if latent_dim is None else f"the code: {latent_dim} numbers"


def _image(axes, x, image, text):
    extent = (x - 0.6, x + 0.6, _MIDDLE - 0.6, _MIDDLE + 0.6)
    if image is not None:
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, extent=extent, zorder=2)
        axes.set(xlim=(0, 12.4), ylim=(-0.35, 4.05))
    corner = (extent[0], extent[2])
    frame = FancyBboxPatch(corner, 1.2, 1.2, boxstyle="square,pad=0", fill=False, edgecolor=INK)
    axes.add_patch(frame)
    _word(axes, x, 2.9, text)


def _network(axes, left, right, text, narrow_right):
    heights = (1.15, 0.55) if narrow_right else (0.55, 1.15)
    corners = [
        (left, _MIDDLE - heights[0]),
        (left, _MIDDLE + heights[0]),
        (right, _MIDDLE + heights[1]),
        (right, _MIDDLE - heights[1]),
    ]
    axes.add_patch(Polygon(corners, facecolor=NETWORK, edgecolor=INK, linewidth=1.5))
    _word(axes, (left + right) / 2, _MIDDLE, text)


def _box(axes, x, y, text, width):
    corner = (x - width / 2, y - 0.35)
    style = "round,pad=0.03,rounding_size=0.12"
    box = FancyBboxPatch(corner, width, 0.7, boxstyle=style, facecolor=CODE, edgecolor=INK)
    axes.add_patch(box)
    _word(axes, x, y, text)


def _arrow(axes, start, end, dashed=False):
    style = {"linestyle": "--"} if dashed else {}
    arrow = FancyArrowPatch(
        start, end, arrowstyle="-|>", mutation_scale=16, linewidth=1.8, color=INK, **style
    )
    axes.add_patch(arrow)


def _loss(axes, start, end, text):
    x = [start[0], start[0], end[0], end[0]]
    y = [start[1], 0.35, 0.35, end[1]]
    axes.plot(x, y, color=LOSS, linestyle=":", linewidth=2)
    _word(axes, (start[0] + end[0]) / 2, 0.02, text, LOSS)


def _word(axes, x, y, text, colour=INK):
    axes.text(x, y, text, ha="center", va="center", fontsize=14, color=colour)
