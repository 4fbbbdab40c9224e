"""Curves and points of any kind: densities, bounds, gradients, rate against distortion."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.plots.figure import (
    AltFigure,
    class_colours,
    finish,
    in_style,
    new_figure,
    range_text,
    spoken_list,
)

_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_MARKERS = "osD^v"
# Darker than the first colours of the style where those are too pale for a thin line.
_ORDER = (0, 2, 4, 1, 8, 5, 6, 3, 7, 9)


@in_style
def lines(
    panels: Mapping[str, Any],
    x: ArrayLike | None = None,
    x_label: str = "",
    y_label: str = "",
    title: str | None = None,
    *,
    points: Collection[str] = (),
    fill: tuple[str, str, str] | None = None,
    log_x: bool = False,
    log_y: bool = False,
    y_range: tuple[float, float] | None = None,
    equal: bool = False,
    alt: str | None = None,
) -> AltFigure:
    """Show curves and points with a legend: colour and dashes or marker tell them apart.

    Args:
        panels: dict from a curve's name to its values; or, for panels side by side on one scale,
            a dict from a panel's title to such a dict. Values are y (n,) over ``x``, or a pair
            (x, y), or a triple (x, y, error), which is drawn as points with bars ± error.
        x: (n,), for the curves that are given by y alone.
        x_label: what x is, with its unit.
        y_label: what y is, with its unit.
        title: a text above the figure.
        points: names that are drawn as points without a line.
        fill: a triple (name, name, text): the space between two curves over ``x`` is filled and
            called by the text.
        log_x: whether x has a logarithmic scale.
        log_y: whether y has one.
        y_range: (low, high), the part of y that is shown; None shows all.
        equal: whether a unit of x is as long as a unit of y.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for no curve, lengths that do not fit, NaN or infinity, a name that is none of
            the curves, or numbers of 0 and less on a logarithmic scale.
    """
    panels = _checked_panels(panels, x, log_x, log_y)
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    for name in [*points, *(fill or ())[:2]]:
        if name not in names:
            raise ValueError(f"{name!r} is no curve: allowed are {spoken_list(names)}")
    figure = new_figure(7.2 if len(panels) == 1 else 4.2 * len(panels) + 1, 4.0)
    row = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (panel, curves) in zip(row, panels.items(), strict=True):
        if fill:
            _fill(axes, curves, *fill)
        for name, values in curves.items():
            _draw(axes, names.index(name), name, values, name in points)
        axes.set(xlabel=x_label, ylabel=y_label if axes is row[0] else "", title=panel)
        axes.set_xscale("log" if log_x else "linear")
        axes.set_yscale("log" if log_y else "linear")
        if y_range is not None:
            axes.set_ylim(*_checked_range(y_range))
        if equal:
            axes.set_aspect("equal", adjustable="datalim" if len(panels) == 1 else "box")
    _legend(figure, row)
    return finish(figure, title, alt, _described(panels, x_label, y_label, points))


def _checked_range(y_range):
    low, high = _arguments.row(y_range, "y_range", 2)
    if low >= high:
        raise ValueError(f"y_range={tuple(y_range)}: allowed is (low, high) with low < high")
    return low, high


def _checked_panels(panels, x, log_x, log_y):
    panels = _arguments.mapping(panels, "panels")
    if not all(hasattr(curves, "items") for curves in panels.values()):
        panels = {"": panels}
    checked = {}
    for panel, curves in panels.items():
        curves = _arguments.mapping(curves, f"panels[{panel!r}]")
        checked[panel] = {name: _checked_curve(values, x, name) for name, values in curves.items()}
    for which, axis, wanted in ((0, "x", log_x), (1, "y", log_y)):
        for name, values in ((n, v) for curves in checked.values() for n, v in curves.items()):
            if wanted and values[which].min() <= 0:
                raise ValueError(
                    f"{name!r} has {axis} down to {values[which].min():g}: allowed on a "
                    "logarithmic scale are numbers above 0"
                )
    return checked


def _checked_curve(values, x, name):
    """Return (x, y) or (x, y, error), each (n,)."""
    if not isinstance(values, tuple):
        if x is None:
            raise ValueError(f"{name!r} is given by y alone: needed is x, or a pair (x, y)")
        values = (x, values)
    if len(values) not in (2, 3):
        raise ValueError(f"{name!r} has {len(values)} parts: allowed are (x, y) and (x, y, error)")
    first = _arguments.row(values[0], f"the x of {name!r}")
    parts = zip(values[1:], ("y", "error"), strict=False)
    return (
        first,
        *(_arguments.row(part, f"the {what} of {name!r}", len(first)) for part, what in parts),
    )


def _draw(axes, i, name, values, as_points):
    colour = class_colours(10)[_ORDER[i % len(_ORDER)]]
    marker = _MARKERS[i % len(_MARKERS)]
    if len(values) == 3:
        x, y, error = values
        axes.errorbar(
            x, y, error, fmt=marker, color=colour, capsize=4, markersize=5, lw=1.6, label=name
        )
    elif as_points:
        x, y = values
        size = float(np.clip(8_000 / len(x), 8, 60))
        axes.scatter(x, y, s=size, marker=marker, color=colour, linewidths=0, label=name, alpha=0.6)
    else:
        axes.plot(*values, linestyle=_DASHES[i % len(_DASHES)], color=colour, label=name, zorder=3)


def _fill(axes, curves, lower, upper, text):
    if lower not in curves or upper not in curves:
        return
    (x, low), (_, high) = curves[lower][:2], curves[upper][:2]
    if len(low) != len(high):
        raise ValueError(f"fill={lower!r}, {upper!r}: allowed are curves over the same x")
    axes.fill_between(x, low, high, color="#e6e6e6", label=text)


def _legend(figure, row):
    """Put one legend for all panels to the right of them."""
    entries = {}
    for axes in row:
        entries |= {
            label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
    if len(entries) > 1:
        figure.legend(entries.values(), entries.keys(), loc="outside right center")


def _described(panels, x_label, y_label, points):
    parts = []
    for panel, curves in panels.items():
        told = [_told(name, values, name in points) for name, values in curves.items()]
        parts.append(f"{panel + ': ' if panel else ''}{'; '.join(told)}.")
    return f"{y_label or 'Values'} over {x_label or 'x'}. {' '.join(parts)}"


def _told(name, values, as_points):
    x, y = values[:2]
    if as_points:
        return f"{name}, {len(x)} points, x from {range_text(x)}, y from {range_text(y)}"
    return (
        f"{name} goes from {y[0]:.3g} at x = {x[0]:.3g} to {y[-1]:.3g} at x = {x[-1]:.3g}, "
        f"lowest {y.min():.3g}, highest {y.max():.3g}"
    )
