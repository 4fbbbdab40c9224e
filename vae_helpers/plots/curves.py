"""Curves and bars: training, KL, rate and distortion, scores."""

import numpy as np

from vae_helpers.plots.figure import (
    as_row,
    as_rows,
    class_colours,
    in_style,
    new_figure,
    sentence,
)

_LOSSES = {
    "loss": "Loss",
    "reconstruction_loss": "Reconstruction",
    "kl_loss": "KL divergence",
}


@in_style
def training_curves(history, title=None, unit="nats per image", alt=None):
    """Show the loss and, apart, its reconstruction and KL parts, for training and validation.

    Args:
        history: a Keras ``History``, its dict ``history.history``, or a dict from a model's name
            to either, for comparing models. Read are ``loss``, ``reconstruction_loss`` and
            ``kl_loss`` and the same with ``val_`` before them; what is missing is left out.
        title: a text above the figure.
        unit: of the losses.
        alt: alt text, where the one made from the numbers is not enough.

    Returns:
        A figure.

    Raises:
        ValueError: if there is no loss in the history, or it holds NaN.
    """
    runs = _runs(history)
    shown = _shown_losses(runs)
    figure = new_figure(3.5 * len(shown) + 1.0, 3.8)
    colours = class_colours(max(3, len(runs)))
    for axes, key in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        for colour, (name, run) in zip(colours, runs.items(), strict=False):
            _curve(axes, run, key, name, colour)
        axes.set_title(_LOSSES[key])
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel(unit if key == shown[0] else "")
        axes.margins(x=0.03)
    axes.legend(loc="best")
    if title:
        figure.suptitle(title)
    figure.alt = alt or sentence(f"{title}." if title else "", _last_losses(runs, shown, unit))
    return figure


def _runs(history):
    history = getattr(history, "history", history)
    history = as_rows(history, "history")
    if any(key.removeprefix("val_") in _LOSSES for key in history):
        history = {"": history}
    return {
        name: {
            key: as_row(values, f"history[{key!r}]")
            for key, values in as_rows(getattr(run, "history", run), "history").items()
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
        epochs = np.arange(1, len(values) + 1)
        colour_here = "#717581" if not name and prefix == "" else colour
        axes.plot(epochs, values, style, color=colour_here, marker=marker, label=before + kind)


def _last_losses(runs, shown, unit):
    facts = []
    for name, run in runs.items():
        for key in shown:
            values = run.get(f"val_{key}", run.get(key))
            if values is None:
                continue
            kind = "validation" if f"val_{key}" in run else "training"
            facts.append(
                f"{name + ': ' if name else ''}{kind} {_LOSSES[key].lower()} from "
                f"{values[0]:.2f} to {values[-1]:.2f} in {len(values)} "
                f"epoch{'s' * (len(values) > 1)}"
            )
    return f"Curves over epochs, in {unit}. {'; '.join(facts)}."
