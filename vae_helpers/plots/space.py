"""Views of the latent space: where the encodings lie, and what the decoder makes of points."""

import numpy as np

from vae_helpers import latent
from vae_helpers.plots.figure import (
    HALO,
    as_images,
    as_labels,
    as_points,
    as_row,
    as_rows,
    class_colours,
    in_style,
    new_figure,
    range_text,
    sentence,
    spread,
)


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
def decoded_points(
    z, labels, points, images, class_names=None, title=None, axis_names=("z₁", "z₂"), alt=None
):
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
    _latent_axes(axes, axis_names)
    _numbered_images(right, images)
    if title:
        figure.suptitle(title)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"Left: {len(points)} numbered points over {len(z):,} encodings, {axis_names[0]} from "
        f"{range_text(points[:, 0])} and {axis_names[1]} from {range_text(points[:, 1])}. "
        "Right: the image decoded from each point, with its number.",
    )
    return figure


@in_style
def embedding_panels(panels, labels, class_names=None, title=None, axis_names=None, alt=None):
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
    panels = {
        name: as_points(z, f"panels[{name!r}]") for name, z in as_rows(panels, "panels").items()
    }
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
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"{len(panels)} scatter plots of the same {len(labels):,} images, coloured by class.",
        *(
            f"{name}: of ten neighbours of a point {share:.0%} are of its class, on average."
            for name, share in _neighbours_of_same_class(panels, labels).items()
        ),
    )
    return figure


@in_style
def probability_space(z, labels, class_names=None, title=None, alt=None):
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
    z = as_points(z)
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
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"Two scatter plots of {len(z):,} encodings coloured by class. Left, in z: standard "
        f"deviations {z[:, 0].std():.2f} and {z[:, 1].std():.2f}; the prior has 1 and 1. Right, "
        f"as probabilities Φ(z): standard deviations {p[:, 0].std():.2f} and "
        f"{p[:, 1].std():.2f}; points spread evenly have 0.29.",
    )
    return figure


@in_style
def autoencoder_limits(z, labels, gap_points, gap_images, class_names=None, title=None, alt=None):
    """Show three limits of a plain autoencoder's latent plane, one in each panel.

    The classes take unequal areas, the cloud is neither centred nor bounded, and the gaps decode
    to nonsense.

    Args:
        z: (n, 2) encodings.
        labels: (n,) whole numbers from 0, three rows a class or more.
        gap_points: (m, 2) empty places, from :func:`vae_helpers.latent.gaps`.
        gap_images: (m, h, w, 1) in [0, 1], decoded from them.
        class_names: names of the classes; None takes the numbers.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that do not fit.
    """
    z, gap_points = as_points(z), as_points(gap_points, "gap_points")
    gap_images = as_images(gap_images, "gap_images")
    labels, class_names = as_labels(labels, len(z), class_names)
    if len(gap_images) != len(gap_points):
        raise ValueError(f"gap_images has {len(gap_images)} rows: allowed are {len(gap_points)}")
    areas = latent.class_areas(z, labels)
    figure = new_figure(10.4, 4.6)
    first, second, third = figure.subfigures(1, 3, width_ratios=(1, 1.05, 0.85))
    _area_bars(first.add_subplot(), areas, labels, class_names)
    _cloud_and_prior(second.add_subplot(), z, labels, class_names, gap_points)
    _numbered_images(third, gap_images)
    third.suptitle("3 · Nonsense in the gaps", fontsize=12)
    if title:
        figure.suptitle(title)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"Three panels. First, the area of each class: the largest, "
        f"{areas.max():.3g}, is {areas.max() / max(areas.min(), 1e-12):.0f} times the smallest, "
        f"{areas.min():.3g}.",
        f"Second, the encodings: z₁ from {range_text(z[:, 0])}, z₂ from {range_text(z[:, 1])}, "
        f"their mean at ({z[:, 0].mean():z.1f}, {z[:, 1].mean():z.1f}); a circle around the origin "
        "marks two standard deviations of N(0, I).",
        f"Third, {len(gap_images)} images decoded from numbered places where no encoding lies.",
    )
    return figure


@in_style
def forming(snapshots, labels, class_names=None, title=None, limit=None, alt=None):
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
    snapshots = {
        name: as_points(z, f"snapshots[{name!r}]")
        for name, z in as_rows(snapshots, "snapshots").items()
    }
    last = list(snapshots.values())[-1]
    labels, class_names = as_labels(labels, len(last), class_names)
    limit = float(np.quantile(np.abs(last), 0.99)) * 1.15 if limit is None else float(limit)
    figure, grid = _panel_grid(len(snapshots), title, most_columns=4, side=2.75)
    for axes, (name, z) in zip(grid, snapshots.items(), strict=True):
        labels, class_names = as_labels(labels, len(z), class_names)
        _scatter(axes, z, labels, class_names, names=False)
        axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        axes.set_title(name, fontsize=12)
        axes.tick_params(labelleft=axes.get_subplotspec().is_first_col())
    _figure_legend(figure, labels, class_names)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"{len(snapshots)} scatter plots of {len(labels):,} encodings during training, each from "
        f"{-limit:.1f} to {limit:.1f}.",
        *(
            f"{name}: of ten neighbours of a point {share:.0%} are of its class, on average."
            for name, share in _neighbours_of_same_class(snapshots, labels).items()
        ),
    )
    return figure


@in_style
def posteriors(z_mean, z_log_var, labels, class_names=None, title=None, alt=None):
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
    z_mean, z_log_var = as_points(z_mean, "z_mean"), as_points(z_log_var, "z_log_var")
    if z_log_var.shape != z_mean.shape:
        raise ValueError(f"z_log_var has shape {z_log_var.shape}: allowed is {z_mean.shape}")
    labels, class_names = as_labels(labels, len(z_mean), class_names)
    deviation = np.exp(0.5 * z_log_var)
    figure = new_figure(8.2, 6.2)
    axes = figure.add_subplot()
    _ellipses(axes, z_mean, deviation, np.array(class_colours(len(class_names)))[labels])
    _name_classes(axes, z_mean, labels, class_names)
    axes.add_patch(_prior_circle())
    _latent_axes(axes)
    _class_legend(axes, labels, class_names)
    if title:
        axes.set_title(title)
    middle = np.median(deviation, axis=0)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"The posteriors of {len(z_mean):,} images as ellipses one standard deviation around "
        f"their means, coloured by class. Median deviations: {middle[0]:.2f} in z₁ and "
        f"{middle[1]:.2f} in z₂; the prior has 1 and 1. A dashed circle marks two standard "
        "deviations of the prior.",
    )
    return figure


@in_style
def silhouettes(panels, labels, class_names=None, title=None, alt=None):
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
    panels = {
        name: as_row(values, f"panels[{name!r}]", len(labels))
        for name, values in as_rows(panels, "panels").items()
    }
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
    if title:
        figure.suptitle(title)
    figure.alt = alt or sentence(
        f"{title}." if title else "",
        f"Silhouette values of {len(labels):,} points, sorted within their classes.",
        *(
            f"{name}: mean {values.mean():.4f}, {np.mean(values < 0):.0%} below zero."
            for name, values in panels.items()
        ),
    )
    return figure


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
            path_effects=HALO,
            zorder=3,
        )


def _apart(axes, z, places, names, size):
    """Return how many points each name moves upwards so that no two lie on each other."""
    width, height = 72 * axes.figure.bbox.size / axes.figure.dpi
    unit = 0.75 * min((width, height) / np.maximum(np.ptp(z, axis=0), 1e-9))
    x, y = unit * places.T
    widths = 0.72 * size * np.array([len(name) for name in names])
    return spread(x, y, widths, 1.15 * size) - y


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


def _numbered(axes, points):
    axes.scatter(
        *points.T, s=230, c="white", edgecolors="black", linewidths=1.2, zorder=3, clip_on=False
    )
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
    if title:
        figure.suptitle(title)
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


def _area_bars(axes, areas, labels, class_names):
    present = np.unique(labels)
    colours = class_colours(len(class_names))
    names = [class_names[i] for i in present]
    axes.barh(names, areas, color=[colours[i] for i in present])
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("area of one-deviation ellipse")
    axes.set_title("1 · Unequal areas", fontsize=12)


def _cloud_and_prior(axes, z, labels, class_names, points):
    _scatter(axes, z, labels, class_names, faint=True, names=False)
    axes.add_patch(_prior_circle())
    _numbered(axes, points)
    _latent_axes(axes)
    axes.set_title("2 · Not centred, not bounded", fontsize=12)


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
