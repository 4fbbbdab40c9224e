"""Views of the latent space: where the encodings lie, and what the decoder makes of points."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments, latent
from vae_helpers.plots.figure import (
    HALO,
    AltFigure,
    as_images,
    as_labels,
    class_colours,
    finish,
    in_style,
    new_figure,
    range_text,
    spread,
)

_DISC = 15.0  # the diameter of a numbered disc, in points


@in_style
def embedding(
    z: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
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
    z = _arguments.matrix(z, "z", 2)
    labels, class_names = as_labels(labels, len(z), class_names)
    figure = new_figure(8.2, 6.2)
    axes = figure.add_subplot()
    _scatter(axes, z, labels, class_names)
    _latent_axes(axes)
    _class_legend(axes, labels, class_names)
    return finish(figure, title, alt, _where_classes_lie(z, labels, class_names), axes=axes)


@in_style
def decoded_points(
    z: ArrayLike,
    labels: ArrayLike,
    points: ArrayLike,
    images: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    axis_names: tuple[str, str] = ("z₁", "z₂"),
    alt: str | None = None,
    point_names: Sequence[str] | None = None,
) -> AltFigure:
    """Show numbered points over the encodings, and beside them what the decoder makes of each.

    Args:
        z: (n, 2) encodings, shown faintly.
        labels: (n,) whole numbers from 0.
        points: (m, 2) latent points, such as random ones.
        images: (m, h, w, 1) in [0, 1], decoded from ``points``.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        axis_names: what the two axes are, where they are not the latent dimensions.
        alt: alt text, where the one made from the numbers is not enough.
        point_names: short names of the points, such as letters where the classes are numerals;
            None takes 1, 2, ….

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    z, points = _arguments.matrix(z, "z", 2), _arguments.matrix(points, "points", 2)
    images = as_images(images)
    labels, class_names = as_labels(labels, len(z), class_names)
    if len(images) != len(points):
        raise ValueError(f"images has {len(images)} rows: allowed are {len(points)}, one a point")
    called = [str(i + 1) for i in range(len(points))] if point_names is None else list(point_names)
    if len(called) != len(points):
        raise ValueError(
            f"point_names has {len(called)} names: allowed are {len(points)}, one a point"
        )
    figure = new_figure(10, 5.2)
    left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
    axes = left.add_subplot()
    _scatter(axes, z, labels, class_names, faint=True, names=False)
    _numbered(axes, points, called)
    _latent_axes(axes, axis_names)
    _numbered_images(right, images, called)
    # The names make room for the discs: where these lie is known once all has its place.
    figure.draw_without_rendering()
    _name_classes(axes, z, labels, class_names, around=points)
    return finish(
        figure,
        title,
        alt,
        f"Left: {len(points)} points, {called[0]} to {called[-1]}, over {len(z):,} encodings, "
        f"{axis_names[0]} from {range_text(points[:, 0])} and {axis_names[1]} from "
        f"{range_text(points[:, 1])}. Right: the image decoded from each point, with its name."
        if point_names is not None
        else f"Left: {len(points)} numbered points over {len(z):,} encodings, {axis_names[0]} from "
        f"{range_text(points[:, 0])} and {axis_names[1]} from {range_text(points[:, 1])}. "
        "Right: the image decoded from each point, with its number.",
    )


@in_style
def embedding_panels(
    panels: Mapping[str, ArrayLike],
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    axis_names: tuple[str, str] | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show several two-dimensional embeddings of the same images side by side: t-SNE of models.

    Args:
        panels: dict from a panel's name to its points (n, 2).
        labels: (n,) whole numbers from 0, the same for all panels.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        axis_names: names of the two axes. None leaves the axes without numbers, which in a t-SNE
            mean nothing.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    panels = _arguments.each(_arguments.matrix, panels, "panels", 2)
    figure, grid = _panel_grid(len(panels), title)
    for axes, (name, z) in zip(grid, panels.items(), strict=True):
        labels, class_names = as_labels(labels, len(z), class_names)
        _scatter(axes, z, labels, class_names, size=11)
        axes.set_title(name)
        if axis_names:
            _latent_axes(axes, axis_names)
        else:
            axes.set(xticks=[], yticks=[])
    _figure_legend(figure, labels, class_names)
    return finish(
        figure,
        title,
        alt,
        f"{len(panels)} scatter plots of the same {len(labels):,} images, coloured by class.",
        *(
            f"{name}: of ten neighbours of a point {share:.0%} are of its class, on average."
            for name, share in _neighbours_of_same_class(panels, labels).items()
        ),
    )


@in_style
def probability_space(
    z: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show encodings twice: in z, and as Φ(z), where the prior fills the square evenly.

    Args:
        z: (n, 2) encodings of a VAE.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    z = _arguments.matrix(z, "z", 2)
    labels, class_names = as_labels(labels, len(z), class_names)
    figure, (left, right) = _panel_grid(2, title)
    _scatter(left, z, labels, class_names, size=11)
    _latent_axes(left)
    left.set_title("z")
    left.set_box_aspect(1)
    p = latent.to_probability(z)
    _scatter(right, p, labels, class_names, size=11)
    right.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="Φ(z₁)", ylabel="Φ(z₂)")
    right.set_title("Φ(z)")
    _figure_legend(figure, labels, class_names)
    return finish(
        figure,
        title,
        alt,
        f"Two scatter plots of {len(z):,} encodings coloured by class. Left, in z: standard "
        f"deviations {z[:, 0].std():.2f} and {z[:, 1].std():.2f}; the prior has 1 and 1. Right, "
        f"as probabilities Φ(z): standard deviations {p[:, 0].std():.2f} and "
        f"{p[:, 1].std():.2f}; points spread evenly have 0.29.",
    )


@in_style
def forming(
    snapshots: Mapping[str, ArrayLike],
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    limit: float | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show how the latent space forms: the same images encoded by snapshots of a training run.

    Args:
        snapshots: dict from a moment ("epoch 1") to the encodings (n, 2), in order.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        limit: the panels run from -limit to limit; None takes what holds 99 % of the last
            snapshot, so that all panels have one scale.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    snapshots = _arguments.each(_arguments.matrix, snapshots, "snapshots", 2)
    last = list(snapshots.values())[-1]
    labels, class_names = as_labels(labels, len(last), class_names)
    if limit is None:
        limit = float(np.quantile(np.abs(last), 0.99)) * 1.15
    else:
        limit = _arguments.number(limit, "limit", low=0, open_low=True)
    figure, grid = _panel_grid(len(snapshots), title, most_columns=4, side=2.75)
    for axes, (name, z) in zip(grid, snapshots.items(), strict=True):
        labels, class_names = as_labels(labels, len(z), class_names)
        _scatter(axes, z, labels, class_names, names=z is last, size=12)
        axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        axes.set_title(name, fontsize=12)
        axes.tick_params(labelleft=axes.get_subplotspec().is_first_col())
    _figure_legend(figure, labels, class_names)
    return finish(
        figure,
        title,
        alt,
        f"{len(snapshots)} scatter plots of {len(labels):,} encodings during training, each from "
        f"{-limit:.1f} to {limit:.1f}.",
        *(
            f"{name}: of ten neighbours of a point {share:.0%} are of its class, on average."
            for name, share in _neighbours_of_same_class(snapshots, labels).items()
        ),
    )


@in_style
def posteriors(
    z_mean: ArrayLike,
    z_log_var: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show each image's posterior as the ellipse one standard deviation around its mean.

    A plain autoencoder has points where a VAE has these ellipses, which must overlap to fill the
    prior.

    Args:
        z_mean: (n, 2); a few hundred images are enough.
        z_log_var: (n, 2), the logarithm of the variances.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    z_mean = _arguments.matrix(z_mean, "z_mean", 2)
    z_log_var = _arguments.matrix(z_log_var, "z_log_var", 2)
    _arguments.same_shape(z_mean, z_log_var, "z_mean", "z_log_var")
    labels, class_names = as_labels(labels, len(z_mean), class_names)
    deviation = np.exp(0.5 * z_log_var)
    figure = new_figure(8.2, 6.2)
    axes = figure.add_subplot()
    _ellipses(axes, z_mean, deviation, np.array(class_colours(len(class_names)))[labels])
    _name_classes(axes, z_mean, labels, class_names)
    axes.add_patch(_prior_circle())
    _latent_axes(axes)
    _class_legend(axes, labels, class_names)
    middle = np.median(deviation, axis=0)
    return finish(
        figure,
        title,
        alt,
        f"The posteriors of {len(z_mean):,} images as ellipses one standard deviation around "
        f"their means, coloured by class. Median deviations: {middle[0]:.2f} in z₁ and "
        f"{middle[1]:.2f} in z₂; the prior has 1 and 1. A dashed circle marks two standard "
        "deviations of the prior.",
        axes=axes,
    )


@in_style
def silhouettes(
    panels: Mapping[str, ArrayLike],
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show the silhouette of every point, class by class, with the mean as a dashed line.

    Args:
        panels: dict from a model's name to its silhouette values (n,), from -1 to 1.
        labels: (n,) whole numbers from 0.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit, or values outside [-1, 1].
    """
    panels = _arguments.each(_arguments.row, panels, "panels", len(labels))
    for name, values in panels.items():
        if np.abs(values).max() > 1:
            raise ValueError(
                f"panels[{name!r}] goes from {range_text(values)}: allowed are -1 to 1"
            )
    labels, class_names = as_labels(labels, len(labels), class_names)
    figure = new_figure(min(10.4, 1.4 + 3.2 * len(panels)), 5.2)
    grid = figure.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)[0]
    for axes, (name, values) in zip(grid, panels.items(), strict=True):
        places = _silhouette(axes, values, labels, class_names)
        axes.set_title(f"{name}: mean {values.mean():.3f}")
        axes.set_xlabel("silhouette")
    grid[0].set_yticks(places, [class_names[i] for i in np.unique(labels)])
    return finish(
        figure,
        title,
        alt,
        f"Silhouette values of {len(labels):,} points, sorted within their classes.",
        *(
            f"{name}: mean {values.mean():.4f}, {np.mean(values < 0):.0%} below zero."
            for name, values in panels.items()
        ),
    )


def _scatter(axes, z, labels, class_names, faint=False, names=True, size=13):
    """Draw the points in an order that hides no class behind another."""
    colours = np.array(class_colours(len(class_names)))
    order = np.random.default_rng(0).permutation(len(z))
    axes.scatter(
        *z[order].T,
        s=float(np.clip(25_000 / len(z), 4, 30)),
        c=colours[labels[order]],
        alpha=0.25 if faint else 0.6,
        linewidths=0,
        rasterized=True,
    )
    if names:
        _name_classes(axes, z, labels, class_names, size)


def _name_classes(axes, z, labels, class_names, size=13, around=None):
    """Write each class's name at its median, moved up or down where it would cover another.

    ``around`` (m, 2) are places of discs that it may not cover either.
    """
    colours = class_colours(len(class_names))
    present = np.unique(labels)
    medians = np.array([np.median(z[labels == label], axis=0) for label in present])
    names = [class_names[label] for label in present]
    for label, name, place, shift in zip(
        present, names, medians, _apart(axes, z, medians, names, size, around), strict=True
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
            path_effects=HALO,
            zorder=3,
            in_layout=around is None,
        )


def _apart(axes, z, places, names, size, around=None):
    """Return how many points each name moves upwards so that no two lie on each other.

    With ``around`` the axes must have their final place, which is measured; without, it is guessed.
    """
    widths = [0.72 * size * len(name) for name in names]
    if around is None:
        width, height = 72 * axes.figure.bbox.size / axes.figure.dpi
        unit = 0.75 * min((width, height) / np.maximum(np.ptp(z, axis=0), 1e-9))
        x, y = unit * places.T
        return spread(x, y, widths, 1.15 * size) - y
    x, y = 72 / axes.figure.dpi * axes.transData.transform(np.concatenate([places, around])).T
    n = len(names)
    taken = [(*disc, _DISC, _DISC) for disc in zip(x[n:], y[n:], strict=True)]
    shifts = []
    for middle, own, width in zip(x[:n], y[:n], widths, strict=True):
        shifts.append(_first_free(middle, own, width, 1.15 * size, taken))
        taken.append((middle, own + shifts[-1], width, 1.15 * size))
    return shifts


def _first_free(x, y, width, height, taken):
    """Return the smallest move up or down that takes a text off all that is taken.

    ``taken`` holds (x, y, width, height) of discs and texts, by their middles.
    """
    for shift in sorted(range(-120, 121), key=abs):
        if not any(
            abs(x - other_x) < (width + other_width) / 2
            and abs(y + shift - other_y) < (height + other_height) / 2
            for other_x, other_y, other_width, other_height in taken
        ):
            return shift
    return 0


def _darker(colour):
    """Return a shade dark enough to read on white."""
    from matplotlib.colors import to_rgb

    return tuple(0.62 * part for part in to_rgb(colour))


def _class_legend(axes, labels, class_names):
    axes.legend(
        handles=_class_handles(labels, class_names),
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        handletextpad=0.1,
    )


def _class_handles(labels, class_names):
    from matplotlib.lines import Line2D

    colours = class_colours(len(class_names))
    return [
        Line2D([], [], linestyle="", marker="o", color=colours[i], label=class_names[i])
        for i in np.unique(labels)
    ]


def _latent_axes(axes, names=("z₁", "z₂"), equal=True):
    axes.set(xlabel=names[0], ylabel=names[1])
    if equal:
        # One unit is as long upwards as to the right: areas can be compared.
        axes.set_aspect("equal", adjustable="datalim")


def _numbered(axes, points, called):
    axes.scatter(
        *points.T, s=_DISC**2, c="white", edgecolors="black", lw=1.2, zorder=3, clip_on=False
    )
    for name, (x, y) in zip(called, points, strict=True):
        axes.text(
            x,
            y,
            name,
            ha="center",
            va="center_baseline",
            fontsize=9.5,
            zorder=4,
            fontweight="bold",
        )


def _numbered_images(figure, images, called):
    n_columns = int(np.ceil(np.sqrt(len(images))))
    n_rows = int(np.ceil(len(images) / n_columns))
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for name, axes, image in zip(called, grid.flat, images, strict=False):
        axes.imshow(image, cmap="gray", vmin=0, vmax=1)
        axes.set_title(name, fontsize=10.5, pad=2)


def _where_classes_lie(z, labels, class_names):
    places = [
        f"{class_names[label]} at ({x:z.1f}, {y:z.1f})"
        for label in np.unique(labels)
        for x, y in [np.median(z[labels == label], axis=0)]
    ]
    return (
        f"Scatter of {len(z):,} points coloured by {len(places)} classes; the first coordinate "
        f"runs from {range_text(z[:, 0])}, the second from {range_text(z[:, 1])}. "
        f"Class medians: {', '.join(places)}."
    )


def _panel_grid(n, title, most_columns=3, side=3.4):
    """Return a figure and its ``n`` square panels, with room for a legend on the right."""
    n_rows = -(-n // most_columns)
    n_columns = -(-n // n_rows)
    legend = 1.6
    side = min(side, (10.4 - legend) / n_columns)
    figure = new_figure(side * n_columns + legend, (side + 0.35) * n_rows + 0.3 + 0.4 * bool(title))
    grid = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in grid[n:]:
        axes.remove()
    return figure, grid[:n]


def _figure_legend(figure, labels, class_names):
    figure.legend(
        handles=_class_handles(labels, class_names), loc="outside right center", handletextpad=0.1
    )


def _neighbours_of_same_class(panels, labels):
    """Return for each panel how many of a point's ten neighbours share its class, from 0 to 1."""
    from sklearn.neighbors import NearestNeighbors

    shares = {}
    for name, z in panels.items():
        n = min(10, len(z) - 1)
        if n < 1:
            continue
        neighbours = NearestNeighbors(n_neighbors=n).fit(z).kneighbors(return_distance=False)
        shares[name] = float(np.mean(labels[neighbours] == labels[:, np.newaxis]))
    return shares


def _prior_circle():
    from matplotlib.patches import Circle

    return Circle((0, 0), 2, fill=False, edgecolor="black", linestyle="--", linewidth=1.3)


def _ellipses(axes, centres, deviations, colours):
    from matplotlib.collections import EllipseCollection

    axes.add_collection(
        EllipseCollection(
            2 * deviations[:, 0],
            2 * deviations[:, 1],
            np.zeros(len(centres)),
            units="xy",
            offsets=centres,
            offset_transform=axes.transData,
            facecolors=colours,
            edgecolors=colours,
            alpha=0.3,
            linewidths=0.6,
        )
    )
    axes.update_datalim(centres - deviations)
    axes.update_datalim(centres + deviations)
    axes.autoscale_view()


def _silhouette(axes, values, labels, class_names):
    """Draw a silhouette plot and return the middle of each class's band."""
    colours = class_colours(len(class_names))
    space = len(values) // 80 + 1
    start, places = space, []
    for label in np.unique(labels):
        members = np.sort(values[labels == label])[::-1]
        rows = np.arange(start, start + len(members))
        axes.fill_betweenx(rows, 0, members, color=colours[label], linewidth=0)
        places.append(rows.mean())
        start += len(members) + space
    axes.axvline(values.mean(), color="black", linestyle="--", linewidth=1.3)
    axes.set_ylim(start, 0)
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    return places
