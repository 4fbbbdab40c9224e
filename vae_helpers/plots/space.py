"""Views of the latent space: where the encodings lie, and what the decoder makes of points."""

import numpy as np
from matplotlib import patheffects

from vae_helpers.plots.figure import (
    as_images,
    as_labels,
    as_points,
    class_colours,
    in_style,
    new_figure,
    range_text,
    sentence,
)

_HALO = [patheffects.withStroke(linewidth=3, foreground="white")]


@in_style
def embedding(z, labels, class_names=None, title=None, alt=None):
    """Show encodings in two dimensions, coloured by class, with the name at each class's median.

    Args:
        z: (n, 2) encodings or any 2-D embedding.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit, NaN, or a label without a name.
    """
    z = as_points(z)
    labels, class_names = as_labels(labels, len(z), class_names)
    figure = new_figure(8.2, 6.2)
    axes = figure.add_subplot()
    _scatter(axes, z, labels, class_names)
    _latent_axes(axes)
    _class_legend(axes, labels, class_names)
    if title:
        axes.set_title(title)
    figure.alt = alt or sentence(
        f"{title}." if title else "", _where_classes_lie(z, labels, class_names)
    )
    return figure


@in_style
def decoded_points(z, labels, points, images, class_names=None, title=None, alt=None):
    """Show numbered points over the encodings, and beside them what the decoder makes of each.

    Args:
        z: (n, 2) encodings, shown faintly.
        labels: (n,) whole numbers from 0.
        points: (m, 2) latent points, such as random ones.
        images: (m, h, w, 1) in [0, 1], decoded from ``points``.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    z, points, images = as_points(z), as_points(points, "points"), as_images(images)
    labels, class_names = as_labels(labels, len(z), class_names)
    if len(images) != len(points):
        raise ValueError(f"images has {len(images)} rows: allowed are {len(points)}, one a point")
    figure = new_figure(10, 5.2)
    left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
    axes = left.add_subplot()
    _scatter(axes, z, labels, class_names, faint=True)
    _numbered(axes, points)
    _latent_axes(axes)
    _numbered_images(right, images)
    if title:
        figure.suptitle(title)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"Left: {len(points)} numbered points over {len(z):,} encodings, z₁ from "
        f"{range_text(points[:, 0])} and z₂ from {range_text(points[:, 1])}. "
        "Right: the image decoded from each point, with its number.",
    )
    return figure


def _scatter(axes, z, labels, class_names, faint=False, names=True):
    """Draw the points in an order that hides no class behind another."""
    colours = np.array(class_colours(len(class_names)))
    order = np.random.default_rng(0).permutation(len(z))
    size = float(np.clip(25_000 / len(z), 4, 30))
    axes.scatter(
        *z[order].T,
        s=size,
        c=colours[labels[order]],
        alpha=0.25 if faint else 0.6,
        linewidths=0,
        rasterized=True,
    )
    if names:
        _name_classes(axes, z, labels, class_names)


def _name_classes(axes, z, labels, class_names, size=13):
    """Write each class's name at its median, moved up or down where names would collide."""
    colours = class_colours(len(class_names))
    present = np.unique(labels)
    medians = np.array([np.median(z[labels == label], axis=0) for label in present])
    names = [class_names[label] for label in present]
    for label, name, place, shift in zip(
        present, names, medians, _apart(axes, z, medians, names, size), strict=True
    ):
        axes.annotate(
            name,
            place,
            xytext=(0, shift),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=size,
            fontweight="bold",
            color=_darker(colours[label]),
            path_effects=_HALO,
            zorder=3,
        )


def _apart(axes, z, places, names, size):
    """Return how many points each name moves upwards so that no two lie on each other."""
    width, height = 72 * axes.figure.bbox.size / axes.figure.dpi
    unit = 0.75 * min((width, height) / np.maximum(np.ptp(z, axis=0), 1e-9))
    x, y = unit * places.T
    widths = 0.72 * size * np.array([len(name) for name in names])
    start = y.copy()
    for _ in range(300):
        moved = False
        for i in range(len(names)):
            for j in range(i):
                gap = 1.15 * size - abs(y[i] - y[j])
                if gap > 0 and abs(x[i] - x[j]) < (widths[i] + widths[j]) / 2:
                    upper, lower = (i, j) if y[i] >= y[j] else (j, i)
                    y[upper] += gap / 2 + 0.01
                    y[lower] -= gap / 2 + 0.01
                    moved = True
        if not moved:
            break
    return y - start


def _darker(colour):
    """Return a shade dark enough to read on white."""
    from matplotlib.colors import to_rgb

    return tuple(0.62 * part for part in to_rgb(colour))


def _class_legend(axes, labels, class_names, **kwargs):
    from matplotlib.lines import Line2D

    colours = class_colours(len(class_names))
    handles = [
        Line2D([], [], linestyle="", marker="o", color=colours[i], label=class_names[i])
        for i in np.unique(labels)
    ]
    axes.legend(
        handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.1, **kwargs
    )


def _latent_axes(axes, names=("z₁", "z₂"), equal=True):
    axes.set(xlabel=names[0], ylabel=names[1])
    if equal:
        # One unit is as long upwards as to the right: areas can be compared.
        axes.set_aspect("equal", adjustable="datalim")


def _numbered(axes, points):
    axes.scatter(*points.T, s=230, c="white", edgecolors="black", linewidths=1.2, zorder=3)
    for i, (x, y) in enumerate(points, start=1):
        axes.text(
            x,
            y,
            str(i),
            ha="center",
            va="center_baseline",
            fontsize=9.5,
            zorder=4,
            fontweight="bold",
            clip_on=True,
        )


def _numbered_images(figure, images):
    n_columns = int(np.ceil(np.sqrt(len(images))))
    n_rows = int(np.ceil(len(images) / n_columns))
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for i, (axes, image) in enumerate(zip(grid.flat, images, strict=False), start=1):
        axes.imshow(image, cmap="gray", vmin=0, vmax=1)
        axes.set_title(str(i), fontsize=10.5, pad=2)


def _where_classes_lie(z, labels, class_names):
    places = [
        f"{class_names[label]} at ({x:.1f}, {y:.1f})"
        for label in np.unique(labels)
        for x, y in [np.median(z[labels == label], axis=0)]
    ]
    return (
        f"Scatter of {len(z):,} points coloured by {len(places)} classes; the first coordinate "
        f"runs from {range_text(z[:, 0])}, the second from {range_text(z[:, 1])}. "
        f"Class medians: {', '.join(places)}."
    )
