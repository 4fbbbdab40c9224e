"""The thin frame around the renders: controls with labelled boxes, pictures, errors in sight."""

import contextlib
import html
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets

from vae_helpers import _arguments
from vae_helpers.plots.figure import image_html


class Control:
    """A slider and, beside it, a labelled number box with the same value.

    A slider has no name that a screen reader could read; the box has, and takes exact numbers.
    """

    def __init__(self, name: str, low: float, high: float, value: float = 0.0, step: float = 0.05):
        value = float(np.clip(value, low, high))
        self.slider = widgets.FloatSlider(
            value=value,
            min=low,
            max=high,
            step=step,
            readout=False,
            layout=widgets.Layout(width="190px"),
        )
        self.box = widgets.BoundedFloatText(
            value=value,
            min=low,
            max=high,
            step=step,
            description=name,
            style={"description_width": "72px"},
            layout=widgets.Layout(width="165px"),
        )
        # A slider that a browser moves arrives at 0.04999999999999982; the box says 0.05.
        self._link = traitlets.link(
            (self.slider, "value"), (self.box, "value"), transform=(_without_dust, float)
        )
        self.view = widgets.HBox([self.box, self.slider])

    @property
    def value(self) -> float:
        """The number that is set."""
        return self.slider.value

    @value.setter
    def value(self, value: float):
        value = _arguments.number(value, "value")
        self.slider.value = round(float(np.clip(value, self.slider.min, self.slider.max)), 3)

    def observe(self, function: Callable[[], Any]) -> None:
        """Call ``function()`` when the number changes."""
        self.slider.observe(lambda change: function(), "value")


def _without_dust(value):
    return round(value, 6)


class Picture:
    """A picture with a text that says what it shows, for screen readers.

    An HTML widget, because ipywidgets' own Image has no such text (and in version 8 no view once
    it has a tooltip).

    Attributes:
        view: the ipywidgets object.
        png: the bytes of the PNG file that is shown.
        alt: what it shows.
    """

    def __init__(self):
        self.view = widgets.HTML()
        self.png, self.alt = b"", ""

    def show(self, png: bytes, alt: str) -> None:
        """Show the bytes of a PNG file, and say what is in it."""
        self.png, self.alt = png, alt
        # Decoded at once: the picture before it would otherwise leave a white flash.
        self.view.value = image_html(png, alt).replace(
            "<img ", '<img class="vae-picture" decoding="sync" draggable="false" ', 1
        )


class Panel:
    """A widget of the course: what all of them share.

    A subclass makes controls, calls :meth:`listen` for each, puts them into ``self.view`` with
    :meth:`assemble`, and draws in :meth:`draw`. Whatever fails in a callback is shown in the
    panel, with its traceback, and kept in ``errors``.

    Attributes:
        view: the ipywidgets object.
        errors: the tracebacks of everything that failed, oldest first.
    """

    def __init__(self):
        self.errors = []
        self.caption = widgets.HTML()
        self.message = widgets.HTML()
        self.view = widgets.VBox()
        self.view.add_class("vae-panel")
        self._quiet = False

    def draw(self) -> None:
        """Draw the present state of the controls."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Draw, unless several controls are being set; show what fails."""
        if self._quiet:
            return
        with self.reported():
            self.draw()

    def assemble(self, *children: widgets.Widget) -> None:
        """Put the parts under each other, the caption and the place for errors last."""
        self.view.children = [*children, self.caption, self.message]
        self.refresh()

    def listen(self, control: Control | widgets.Widget, trait: str = "value") -> None:
        """Draw when a control changes."""
        if isinstance(control, Control):
            control.observe(self.refresh)
        else:
            control.observe(lambda change: self.refresh(), trait)

    def button(self, text: str, action: Callable[[], Any]) -> widgets.Button:
        """Return a button; what fails in its action is shown."""
        button = widgets.Button(description=text, layout=widgets.Layout(width="auto"))

        def clicked(_):
            with self.reported():
                action()

        button.on_click(clicked)
        return button

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Set several controls and draw once."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
        self.refresh()

    @contextlib.contextmanager
    def reported(self) -> Iterator[None]:
        """Show an error in the panel, and take it away when all is well again."""
        before = len(self.errors)
        try:
            yield
        except Exception as error:
            self.errors.append(traceback.format_exc())
            self.message.value = (
                f'<div role="alert" class="vae-error" style="color: #a01800">'
                f"<b>{html.escape(type(error).__name__)}: {html.escape(str(error))}</b>"
                f'<pre style="font-size: 11px">{html.escape(self.errors[-1])}</pre></div>'
            )
        else:
            # A drawing within this action may have failed and have told so already.
            if len(self.errors) == before:
                self.message.value = ""

    def say(self, text: str) -> None:
        """Put a text under the pictures, which screen readers read out when it changes."""
        self.caption.value = f'<div aria-live="polite">{html.escape(text)}</div>'

    def _ipython_display_(self):
        from IPython.display import display

        display(self.view)


def whole_number(name: str, high: int, value: int = 0) -> widgets.BoundedIntText:
    """Return a labelled box for a whole number from 0 to ``high``."""
    return widgets.BoundedIntText(
        value=value,
        min=0,
        max=high,
        description=name,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="190px"),
    )


def numbers(values: Iterable[float]) -> str:
    """Return "0.5, −1.20" for people to read."""
    return ", ".join(f"{value:.2f}".replace("-", "−") for value in values)


def labelled(picture: Picture, text: str) -> widgets.VBox:
    """Return a picture with a heading above it."""
    return widgets.VBox([widgets.Label(text), picture.view])
