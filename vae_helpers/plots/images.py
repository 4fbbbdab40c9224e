"""Views of images: rows with names, filmstrips, traversals, and a latent plane laid out."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.textpath import TextPath
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.plots.figure import (
    AltFigure,
    alt_text,
    as_images,
    dimension_name,
    finish,
    in_style,
    new_figure,
    range_text,
    spoken_list,
)

_NAME_SIZE = 12  # points
_GAP = 0.06  # between images, as a part of an image's width


@in_style
def image_grid(
    rows: Mapping[str, ArrayLike],
    titles: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show rows of images, each with its name: originals above their reconstructions.

    Args:
        rows: dict from a row's name to its images (n, h, w, 1) or (n, h, w) in [0, 1]; rows may
            differ in length.
        titles: a text above each column, such as the classes; None for none.
        title: a text above the figure.
        alt: alt text, where the one made from the names is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for an empty dict, images of a wrong shape or range, or too few titles.
    """
    rows = _arguments.each(as_images, rows, "rows")
    n_columns = max(len(images) for images in rows.values())
    titles = _checked_titles(titles, n_columns)
    figure, canvas = _image_canvas(rows, n_columns, bool(titles), title)
    for row, images in enumerate(rows.values()):
        for column, image in enumerate(images):
            _put(canvas, image, column, row)
    _row_names(canvas, rows)
    size = _title_size(figure, canvas, titles)
    for column, text in enumerate(titles):
        canvas.text(column + 0.5, -0.08, text, ha="center", va="bottom", fontsize=size)
    return finish(
        figure,
        title,
        alt,
        f"{len(rows)} row{'s' * (len(rows) > 1)} of up to {n_columns} images: {spoken_list(rows)}.",
        f"Columns: {spoken_list(titles)}." if titles else "",
    )


@in_style
def filmstrip(
    rows: Mapping[str, ArrayLike],
    steps: ArrayLike | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show interpolations, a row each, from the first image on the left to the last on the right.

    Args:
        rows: dict from a row's name ("VAE, spherical") to images (n, h, w, 1) in [0, 1], all of
            one length.
        steps: the numbers under the columns (n,); None gives 0 to 1 in equal steps.
        title: a text above the figure.
        alt: alt text, where the one made from the names is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: if the rows differ in length or the steps are too few or too many.
    """
    rows = _arguments.each(as_images, rows, "rows")
    lengths = {name: len(images) for name, images in rows.items()}
    n = next(iter(lengths.values()))
    if set(lengths.values()) != {n}:
        raise ValueError(f"rows has the lengths {lengths}: allowed is one length for all")
    steps = _arguments.row(np.linspace(0, 1, n) if steps is None else steps, "steps", n)
    alt = alt or alt_text(
        title,
        f"{n} decoded steps from one image to another, {range_text(steps)}, in "
        f"{len(rows)} row{'s' * (len(rows) > 1)}: {spoken_list(rows)}.",
    )
    titles = [f"{step:.2f}".rstrip("0").rstrip(".") for step in steps]
    return image_grid(rows, titles, title, alt)


@in_style
def traversals(
    images: ArrayLike,
    values: ArrayLike,
    names: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show what one latent dimension at a time does: a row a dimension, a column a value.

    Args:
        images: (n_dims, n_values, h, w, 1) or without the last axis, in [0, 1].
        values: (n_values,) what the dimension was set to.
        names: (n_dims,) names of the rows; None gives z₁, z₂, …
        title: a text above the figure.
        alt: alt text, where the one made from the names is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for a wrong shape, or names or values that do not fit.
    """
    values = _arguments.row(values, "values")
    shapes = ((len(values), "h", "w"), (len(values), "h", "w", 1))
    images = _arguments.images(images, "images", *shapes)
    names = [dimension_name(i) for i in range(len(images))] if names is None else list(names)
    if len(names) != len(images):
        raise ValueError(f"names has {len(names)} entries: allowed are {len(images)}")
    rows = dict(zip(map(str, names), images, strict=True))
    alt = alt or alt_text(
        title,
        f"{len(rows)} rows of {len(values)} decoded images. Each row changes one latent "
        f"dimension from {range_text(values)} and keeps the others: {spoken_list(names)}.",
    )
    titles = [f"{value:+.1f}" if value else "0" for value in values]
    return image_grid(rows, titles, title, alt)


@in_style
def latent_grid(
    images: ArrayLike,
    points: ArrayLike,
    title: str | None = None,
    quantiles: bool = False,
    what: str = "images decoded from",
    alt: str | None = None,
) -> AltFigure:
    """Show a latent plane: each image stands where its point is, z₁ to the right, z₂ upwards.

    Args:
        images: (n * m, h, w, 1) in [0, 1], such as those decoded from ``points``.
        points: (n * m, 2) as :func:`vae_helpers.latent.grid` or
            :func:`vae_helpers.latent.quantile_grid` gives them: row by row from the top left.
        title: a text above the figure.
        quantiles: say in the labels that the steps are equal in probability, not in z.
        what: what the images have to do with the points, for the alt text: "real images nearest
            to", say.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for wrong shapes, or points that are not such a grid.
    """
    images, points = as_images(images), _arguments.matrix(points, "points", 2)
    across, down = _grid_axes(points)
    if len(images) != len(points):
        raise ValueError(f"images has {len(images)} rows: allowed are {len(points)}, one a point")
    n, m = len(across), len(down)
    height, width = images.shape[1:]
    mosaic = images.reshape(m, n, height, width).transpose(0, 2, 1, 3)
    mosaic = mosaic.reshape(m * height, n * width)
    size = 7.5
    figure = new_figure(size + 0.6, size * m * height / (n * width) + 0.6)
    axes = figure.add_subplot()
    axes.imshow(mosaic, cmap="gray", vmin=0, vmax=1, extent=(0, n, m, 0), aspect="auto")
    axes.grid(False)
    _plain(axes)
    axes.set_xticks(np.arange(n) + 0.5, _sparse(across))
    axes.set_yticks(np.arange(m) + 0.5, _sparse(down))
    axes.tick_params(length=0)
    steps = " (equal steps of probability)" if quantiles else ""
    axes.set(xlabel=f"z₁{steps}", ylabel=f"z₂{steps}")
    return finish(
        figure,
        title,
        alt,
        f"{n} by {m} {what} a regular grid of latent points: z₁ from "
        f"{across[0]:.2f} at the left to {across[-1]:.2f} at the right, z₂ from {down[-1]:.2f} "
        f"at the bottom to {down[0]:.2f} at the top",
        "in equal steps of probability under N(0, 1)." if quantiles else "in equal steps.",
        axes=axes,
    )


def _checked_titles(titles, n_columns):
    titles = [] if titles is None else [str(title) for title in titles]
    if titles and len(titles) != n_columns:
        raise ValueError(f"titles has {len(titles)} entries: allowed are {n_columns}, one a column")
    return titles


def _title_size(figure, canvas, titles):
    """Return the size of the columns' titles, smaller where the longest would not fit."""
    longest = max((len(title) for title in titles), default=1)
    column = figure.get_figwidth() * canvas.get_position().width / canvas.get_xlim()[1]
    return float(np.clip(72 * column / (0.62 * longest), 7, 11))


def _image_canvas(rows, n_columns, has_titles, title):
    """Make one pair of axes for all images; the unit of its axes is one image."""
    image = next(iter(rows.values()))
    ratio = image.shape[1] / image.shape[2]
    room = max((_name_width(name) + 0.2 for name in rows if name), default=0.05)
    cell = min(0.95, (9.2 - room) / n_columns)
    above = 0.3 * has_titles + 0.4 * bool(title) + 0.05
    width = room + cell * n_columns + 0.1
    height = cell * ratio * len(rows) + above + 0.05
    figure = new_figure(width, height, layout=None)
    canvas = figure.add_axes(
        (
            room / width,
            0.05 / height,
            cell * n_columns / width,
            cell * ratio * len(rows) / height,
        )
    )
    canvas.set(xlim=(0, n_columns), ylim=(len(rows), 0))
    canvas.set_axis_off()
    return figure, canvas


def _name_width(name):
    """Return the width of a row's name in inches."""
    return TextPath((0, 0), name, size=_NAME_SIZE).get_extents().width / 72


def _put(canvas, image, column, row):
    gap = _GAP / 2
    extent = (column + gap, column + 1 - gap, row + 1 - gap, row + gap)
    canvas.imshow(image, cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto")
    # Each imshow moves the limits to its own image.
    canvas.set(xlim=canvas.get_xlim(), ylim=canvas.get_ylim())


def _row_names(canvas, rows):
    n_columns = max(len(images) for images in rows.values())
    canvas.set(xlim=(0, n_columns), ylim=(len(rows), 0))
    for row, name in enumerate(rows):
        canvas.annotate(
            name,
            (0, row + 0.5),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=_NAME_SIZE,
            annotation_clip=False,
        )


def _plain(axes):
    """Take the frame away."""
    for spine in axes.spines.values():
        spine.set_visible(False)


def _grid_axes(points):
    """Return the values of z₁ from left to right and of z₂ from top to bottom."""
    across = np.unique(points[:, 0])
    down = np.unique(points[:, 1])[::-1]
    expected = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    if expected.shape != points.shape or not np.allclose(expected, points):
        raise ValueError(
            f"points of shape {points.shape} is no grid read row by row from the top left: "
            "allowed is what latent.grid and latent.quantile_grid return"
        )
    return across, down


def _sparse(values):
    """Return labels of the values, none of them "-0.0", some left out where too dense."""
    every = max(1, len(values) // 7)
    return [
        f"{round(v, 1) + 0:.1f}" if i % every == len(values) // 2 % every else ""
        for i, v in enumerate(values)
    ]
