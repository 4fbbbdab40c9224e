"""Numbers as a table that can be read at a glance."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from vae_helpers import _arguments
from vae_helpers.plots.figure import AltFigure, finish, in_style, new_figure, spoken_list

_BETTER = {"low": "↓", "high": "↑", "": ""}
_NAME_WIDTH, _CELL_WIDTH, _ROW_HEIGHT = 3.6, 1.55, 0.42  # inches


@in_style
def report_card(
    rows: Mapping[str, Mapping[str, float | None]],
    beside: Mapping[str, Mapping[str, float | None]] | None = None,
    better: Mapping[str, Literal["low", "high"]] | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show the numbers of several models as a table, the best of each row in bold on a tint.

    Args:
        rows: dict from a measure's name to a dict from a model's name to its number, or to None
            where there is none. A whole number is shown without decimals.
        beside: the same for numbers to be shown small in brackets, such as those of a larger
            measurement; what is missing is left out.
        better: dict from a measure's name to "low" or "high"; a measure that is not in it has no
            best. A column with a name in parentheses, such as "(real images)", never is.
        title: a text above the table.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for no row, rows with different models, NaN or infinity, names in ``beside``
            or ``better`` that are no row, or a direction other than "low" and "high".
    """
    rows = _arguments.each(_arguments.mapping, rows, "rows")
    beside, better = dict(beside or {}), dict(better or {})
    models = list(next(iter(rows.values())))
    _check(rows, models, beside, better)
    width = _NAME_WIDTH + _CELL_WIDTH * len(models)
    height = _ROW_HEIGHT * (len(rows) + 1) + 0.4 * bool(title) + 0.15
    figure = new_figure(width, height, layout=None)
    table = _ROW_HEIGHT * (len(rows) + 1) / height
    axes = figure.add_axes((0.01, 0.1 / height, 0.98, table))
    axes.set(xlim=(0, width), ylim=(len(rows), -1))
    axes.set_axis_off()
    for column, model in enumerate(models):
        axes.text(_middle(column), -0.5, model, ha="center", va="center", fontweight="bold")
    for i, (name, row) in enumerate(rows.items()):
        axes.axhline(i, color="#d0d0d0", linewidth=0.8, zorder=0)
        arrow = _BETTER[better.get(name, "")]
        axes.text(0.05, i + 0.5, f"{name} {arrow}".strip(), va="center")
        for column, model in enumerate(models):
            best = model in _best(row, better.get(name, ""))
            _cell(axes, column, i, row[model], beside.get(name, {}).get(model), best)
    return finish(figure, title, alt, *_told(rows, beside, better))


def _check(rows, models, beside, better):
    for name, row in rows.items():
        if list(row) != models:
            raise ValueError(f"rows[{name!r}] has {list(row)}: allowed are {models}, as above")
        for model, value in row.items():
            if value is not None and not np.isfinite(value):
                raise ValueError(f"rows[{name!r}][{model!r}]={value}: allowed are finite numbers")
    for argument, names in (("beside", beside), ("better", better)):
        unknown = [name for name in names if name not in rows]
        if unknown:
            raise ValueError(f"{argument} has {unknown[0]!r}: allowed are {spoken_list(rows)}")
    for name, direction in better.items():
        if direction not in ("low", "high"):
            raise ValueError(f"better[{name!r}]={direction!r}: allowed are 'low' and 'high'")


def _best(row, direction):
    """Return the models whose number, as it is shown, is the best of the row."""
    judged = {m: v for m, v in row.items() if v is not None and not m.startswith("(")}
    if not direction or len(judged) < 2:
        return []
    best = (min if direction == "low" else max)(judged.values())
    return [model for model, value in judged.items() if _number(value) == _number(best)]


def _cell(axes, column, row, value, other, best):
    if best:
        left = _middle(column) - 0.48 * _CELL_WIDTH
        box = {"facecolor": "#d7ebe6", "edgecolor": "none", "zorder": 0}
        axes.broken_barh([(left, 0.96 * _CELL_WIDTH)], (row + 0.06, 0.88), **box)
    x, align = _middle(column), "center"
    if other is not None:
        axes.text(x + 0.05, row + 0.5, f"({_number(other)})", va="center", fontsize=9, color="#555")
        x, align = x - 0.05, "right"
    weight = "bold" if best else "normal"
    axes.text(x, row + 0.5, _number(value), ha=align, va="center", fontweight=weight)


def _middle(column):
    return _NAME_WIDTH + _CELL_WIDTH * (column + 0.5)


def _number(value):
    """Write a number with about three digits; "–" for none."""
    if value is None:
        return "–"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return f"{value:,.1f}" if abs(value) >= 9.995 else f"{value:.2f}"


def _told(rows, beside, better):
    words = {"low": "lower is better", "high": "higher is better"}
    for name, row in rows.items():
        direction = better.get(name, "")
        note = f" ({words[direction]})" if direction else ""
        numbers = []
        for model, value in row.items():
            other = beside.get(name, {}).get(model)
            told = f" ({_number(other)})" if other is not None else ""
            numbers.append(f"{model} {_number(value)}{told}")
        yield f"{name}{note}: {', '.join(numbers)}."
