"""Curves and bars: training, KL, rate and distortion, scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments
from vae_helpers.plots.figure import (
    HALO,
    AltFigure,
    alt_text,
    class_colours,
    dimension_name,
    finish,
    in_style,
    new_figure,
)

_LOSSES = {
    "loss": "Loss",
    "reconstruction_loss": "Reconstruction",
    "kl_loss": "KL divergence",
}


@in_style
def training_curves(
    history: Any,
    title: str | None = None,
    unit: str = "nats per image",
    floor: float | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show the loss and, apart, its reconstruction and KL parts, for training and validation.

    A run that validates less often than every epoch has fewer validation losses than training
    losses. They are drawn at the epochs v, 2v, … that they come from, with the v that fits their
    number (the largest, where several fit).

    Args:
        history: a Keras ``History``, its dict ``history.history``, or a dict from a model's name
            to either, for comparing models. Read are ``loss``, ``reconstruction_loss`` and
            ``kl_loss`` and the same with ``val_`` before them; what is missing is left out.
        title: a text above the figure.
        unit: of the losses.
        floor: draw a line here in the first panel: what no model can go below.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: if there is no loss in the history, or it holds NaN.
    """
    runs = _runs(history)
    shown = _shown_losses(runs)
    figure = new_figure(3.2 * len(shown) + 0.8, 3.8)
    colours = class_colours(max(3, len(runs)))
    for axes, key in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        for colour, (name, run) in zip(colours, runs.items(), strict=False):
            _curve(axes, run, key, name, colour)
        axes.set_title(_LOSSES[key])
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(unit if key == shown[0] else "")
        axes.margins(x=0.03)
        if floor is not None and key == shown[0]:
            _floor(axes, floor)
    # A model without a KL term is in the first panel alone: its names are those of all.
    axes.legend(*figure.axes[0].get_legend_handles_labels(), loc="best")
    told = "" if floor is None else f"A dotted line marks the floor, {floor:.2f}."
    return finish(figure, title, alt, _last_losses(runs, shown, unit), told)


@in_style
def kl_bars(
    kl: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[str] | None = None,
    title: str | None = None,
    sort: bool = True,
    threshold: float | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show how many nats each latent dimension carries, as bars.

    Args:
        kl: (latent_dim,) mean KL divergence of each dimension, in nats; or a dict from a model's
            name to such an array, for comparing, say, several β.
        names: names of the dimensions; None gives z₁, z₂, …
        title: a text above the figure.
        sort: largest first.
        threshold: draw a line here, in nats, and count the bars above it.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for a wrong shape, NaN, a negative divergence, or names that do not fit.
    """
    panels = _kl_panels(kl)
    figure = new_figure(min(10.4, max(5.5, 3.4 * len(panels))), 3.6)
    grid = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (name, values) in zip(grid, panels.items(), strict=True):
        _kl_panel(axes, values, names, sort)
        if threshold is not None:
            axes.axhline(threshold, color="black", linestyle="--", linewidth=1.3)
        heading = name or (title if not hasattr(kl, "items") else "")
        axes.set_title(f"{heading}{': ' if heading else ''}{values.sum():.1f} nats")
    grid[0].set_ylabel("KL (nats)")
    facts = (_kl_facts(name, values, threshold) for name, values in panels.items())
    alt = alt or alt_text(title, "Bars of the KL divergence of each latent dimension.", *facts)
    # A single panel has the title in its own heading.
    return finish(figure, title if hasattr(kl, "items") else None, alt)


@in_style
def rate_distortion(
    rate: ArrayLike,
    distortion: ArrayLike,
    betas: ArrayLike,
    title: str | None = None,
    alt: str | None = None,
) -> AltFigure:
    """Show what β trades: the rate (KL) against the distortion (reconstruction), one point a β.

    Along the dashed lines the sum of both, the negative ELBO, is constant (Alemi et al. 2018,
    https://arxiv.org/abs/1711.00464).

    Args:
        rate: (n,) mean KL divergence, in nats per image.
        distortion: (n,) mean reconstruction loss, in nats per image.
        betas: (n,) the β of each model.
        title: a text above the figure.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: for shapes that differ, or NaN.
    """
    betas = _arguments.row(betas, "betas")
    rate = _arguments.row(rate, "rate", len(betas))
    distortion = _arguments.row(distortion, "distortion", len(betas))
    order = np.argsort(betas)
    rate, distortion, betas = rate[order], distortion[order], betas[order]
    figure = new_figure(7.2, 5.0)
    axes = figure.add_subplot()
    axes.plot(rate, distortion, "-o", markersize=8, zorder=3)
    axes.margins(0.17)
    _constant_sums(axes, rate + distortion)
    for x, y, beta in zip(rate, distortion, betas, strict=True):
        axes.annotate(
            f"β = {beta:g}",
            (x, y),
            xytext=(9, 7),
            textcoords="offset points",
            fontsize=11,
            path_effects=HALO,
            zorder=4,
        )
    axes.set(xlabel="rate: KL (nats per image)", ylabel="distortion: reconstruction (nats)")
    best = np.argmin(rate + distortion)
    return finish(
        figure,
        title,
        alt,
        f"Rate and distortion of {len(betas)} models, in nats per image.",
        *(
            f"β = {beta:g}: rate {r:.1f}, distortion {d:.1f}."
            for beta, r, d in zip(betas, rate, distortion, strict=True)
        ),
        f"Their sum is least, {rate[best] + distortion[best]:.1f}, at β = {betas[best]:g}.",
        axes=axes,
    )


@in_style
def seeds(
    values: Mapping[str, ArrayLike],
    ylabel: str,
    title: str | None = None,
    reference: float | None = None,
    alt: str | None = None,
    join: bool = True,
) -> AltFigure:
    """Show one number of models trained with several seeds: every run, and their mean.

    Where all models have as many runs, thin lines join those of one seed: what a seed does to
    all of them alike is no difference between them.

    Args:
        values: dict from a model's name to its values (n,), one a seed.
        ylabel: what the number is, with its unit.
        title: a text above the figure.
        reference: draw a dashed line here, such as a published value.
        alt: alt text, where the one made from the numbers is not enough.
        join: whether thin lines join the runs of one seed, where all models have as many.

    Returns:
        A figure.

    Raises:
        ValueError: for a wrong shape or NaN.
    """
    values = _arguments.each(_arguments.row, values, "values")
    figure = new_figure(min(9.0, 2.5 + 1.5 * len(values)), 4.2)
    axes = figure.add_subplot()
    if join:
        _join_pairs(axes, list(values.values()))
    for i, row in enumerate(values.values()):
        axes.plot(i + _beside(row), row, "o", alpha=0.8)
        axes.plot([i - 0.2, i + 0.2], [row.mean()] * 2, color="black", linewidth=1.6)
        axes.text(i + 0.23, row.mean(), f"{row.mean():.4g}", va="center", path_effects=HALO)
    axes.set_xticks(range(len(values)), list(values))
    axes.set(xlim=(-0.6, len(values) - 0.4), ylabel=ylabel)
    axes.grid(False, axis="x")
    if reference is not None:
        axes.axhline(reference, color="#4d4d4d", linestyle="--", linewidth=1.3, zorder=1)
    return finish(
        figure,
        title,
        alt,
        f"{ylabel}, every seed as a point and the mean as a line.",
        *(_spread_facts(name, row) for name, row in values.items()),
        f"The dashed line marks {reference:g}." if reference is not None else "",
        axes=axes,
    )


def _floor(axes, value):
    """Draw a floor and name it there: the legend stands in another panel."""
    axes.axhline(value, color="black", linestyle=":", linewidth=1.6)
    axes.annotate(
        f"floor {value:.1f}",
        (1, value),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 4),
        textcoords="offset points",
        ha="right",
        va="bottom",
        path_effects=HALO,
    )


def _beside(row):
    """Return how far right of the middle each run's point stands, (n,)."""
    return np.linspace(-0.12, 0.12, len(row)) if len(row) > 1 else np.zeros(1)


def _join_pairs(axes, rows):
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return
    x = np.arange(len(rows))[:, np.newaxis] + np.array([_beside(row) for row in rows])
    axes.plot(x, np.array(rows), color="#9a9a9a", linewidth=1.1, zorder=1)


def _runs(history):
    history = getattr(history, "history", history)
    history = _arguments.mapping(history, "history")
    if any(key.removeprefix("val_") in _LOSSES for key in history):
        history = {"": history}
    return {
        name: {
            key: _arguments.row(values, f"history[{key!r}]")
            for key, values in _arguments.mapping(getattr(run, "history", run), "history").items()
            if key.removeprefix("val_") in _LOSSES
        }
        for name, run in history.items()
    }


def _shown_losses(runs):
    keys = {key.removeprefix("val_") for run in runs.values() for key in run}
    shown = [key for key in _LOSSES if key in keys]
    if not shown:
        raise ValueError(f"history has no loss: needed is one of {', '.join(_LOSSES)}")
    if "kl_loss" not in shown and "loss" in shown:
        return ["loss"]  # an autoencoder's loss is its reconstruction: once is enough
    return shown


def _curve(axes, run, key, name, colour):
    before = f"{name}, " if name else ""
    for prefix, kind, style in (("", "training", "--"), ("val_", "validation", "-")):
        values = run.get(prefix + key)
        if values is None:
            continue
        marker = "o" if len(values) < 2 else None
        epochs = _epochs(len(values), _length(run))
        colour_here = "#717581" if not name and prefix == "" else colour
        axes.plot(epochs, values, style, color=colour_here, marker=marker, label=before + kind)


def _length(run):
    """Return the number of epochs of a run: as many as its longest curve has values."""
    return max(len(values) for values in run.values())


def _epochs(n_values, n_epochs):
    """Return the epochs (n_values,) that the values come from.

    A run of 10 epochs that validates in every third one has 3 values, of epochs 3, 6 and 9. Where
    no such rule gives this many values they are spread evenly, the last at the end.
    """
    every = n_epochs // n_values
    if n_epochs // every != n_values:
        every = n_epochs / n_values
    return every * np.arange(1, n_values + 1)


def _last_losses(runs, shown, unit):
    facts = []
    for name, run in runs.items():
        n_epochs = _length(run)
        for key in shown:
            values = run.get(f"val_{key}", run.get(key))
            if values is None:
                continue
            kind = "validation" if f"val_{key}" in run else "training"
            epochs = _epochs(len(values), n_epochs)
            # Where each epoch has a value, their number says it all.
            first, last = "", ""
            if len(values) < n_epochs:
                first, last = f" at epoch {epochs[0]:g}", f" at epoch {epochs[-1]:g}"
            facts.append(
                f"{name + ': ' if name else ''}{kind} {_LOSSES[key].lower()} from "
                f"{values[0]:.2f}{first} to {values[-1]:.2f}{last} in {n_epochs} "
                f"epoch{'s' * (n_epochs > 1)}"
            )
    return f"Curves over epochs, in {unit}. {'; '.join(facts)}."


def _kl_panels(kl):
    panels = _arguments.mapping(kl, "kl") if hasattr(kl, "items") else {"": kl}
    panels = {
        name: _arguments.row(values, f"kl[{name!r}]" if name else "kl")
        for name, values in panels.items()
    }
    for values in panels.values():
        if values.min() < -1e-6:
            raise ValueError(f"kl goes down to {values.min():g}: a KL divergence is not negative")
    return panels


def _kl_panel(axes, values, names, sort):
    names = [dimension_name(i) for i in range(len(values))] if names is None else list(names)
    if len(names) != len(values):
        raise ValueError(f"names has {len(names)} entries: allowed are {len(values)}")
    order = np.argsort(-values, kind="stable") if sort else np.arange(len(values))
    axes.bar(range(len(values)), values[order])
    every = -(-len(values) // 20)
    axes.set_xticks(range(0, len(values), every), [names[i] for i in order[::every]], fontsize=10)
    axes.tick_params(axis="x", length=0)
    axes.grid(False, axis="x")


def _kl_facts(name, values, threshold):
    facts = (
        f"{len(values)} dimensions carry {values.sum():.2f} nats, "
        f"from {values.min():.2f} to {values.max():.2f} each"
    )
    if threshold is not None:
        facts += f"; {np.sum(values > threshold)} are above {threshold:g}"
    return f"{name}: {facts}." if name else f"The {facts}."


def _constant_sums(axes, sums):
    """Draw the line rate + distortion = the least sum, and lines beyond it."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    step = max(5.0, np.ptp(sums) / 4)
    for level in sums.min() + step * np.arange(5):
        axes.plot(
            [left, right],
            [level - left, level - right],
            linestyle="--",
            color="#b0b0b0",
            linewidth=1,
            zorder=1,
            label="equal sum: −ELBO" if level == sums.min() else None,
        )
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.legend(loc="upper right")


def _spread_facts(name, row):
    if len(row) == 1:
        return f"{name}: {row[0]:.4g}, one seed."
    return f"{name}: mean {row.mean():.4g}, deviation {row.std(ddof=1):.2g}, {len(row)} seeds."
