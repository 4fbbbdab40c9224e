"""The figure that every plot function returns, its style, its alt text, and what is drawn in it."""

import base64
import functools
import html
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_helpers import _arguments

STYLE = Path(__file__).parent.parent / "assets" / "course.mplstyle"

# Pixels on the screen to one inch of figure, and how many more the picture file has than that,
# so that it stays sharp on a projector and on a screen of high resolution.
SCREEN_DPI = 100
SHARPNESS = 1.5

# A white rim that keeps a text legible over points and lines.
HALO = [patheffects.withStroke(linewidth=3, foreground="white")]


@functools.cache
def _style():
    return matplotlib.rc_params_from_file(STYLE, use_default_template=False)


def in_style(function: Callable) -> Callable:
    """Run ``function`` with the course's style and give back the settings as they were."""

    @functools.wraps(function)
    def styled(*args, **kwargs):
        with matplotlib.rc_context(_style()):
            return function(*args, **kwargs)

    return styled


class AltFigure(Figure):
    """A Matplotlib figure with a text that says what it shows.

    It is made without pyplot: nothing stays open and nothing is shown twice. As the last
    expression of a cell it appears as an HTML image whose ``alt`` screen readers read out.

    Attributes:
        alt: what the figure shows, with its numbers.
    """

    alt = ""

    @in_style
    def savefig(self, *args, **kwargs) -> None:
        """Save in the course's style: ticks take their looks when they are drawn."""
        super().savefig(*args, **kwargs)

    def png(self, dpi: float = SCREEN_DPI * SHARPNESS) -> bytes:
        """Return the figure as the bytes of a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()

    def _repr_html_(self):
        width = round(self.get_figwidth() * SCREEN_DPI)
        return image_html(self.png(), self.alt, width)

    def _ipython_display_(self):
        # With HTML alone: notebooks would add a second picture, without alt text, for any Figure.
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": self.alt}, raw=True)


def image_html(png: bytes, alt: str, width: int | None = None) -> str:
    """Return an HTML image that carries a PNG file and its alt text."""
    data = base64.b64encode(png).decode("ascii")
    size = f' width="{width}"' if width else ""
    return (
        f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}"{size} '
        'style="max-width: 100%; height: auto;">'
    )


def new_figure(width: float, height: float, **kwargs) -> AltFigure:
    """Return an empty figure of ``width`` × ``height`` inches."""
    return AltFigure(figsize=(width, height), **{"layout": "constrained", **kwargs})


def finish(
    figure: AltFigure, title: str | None, alt: str | None, *facts: str, axes: Axes | None = None
) -> AltFigure:
    """Give a figure its title and its alt text, the last thing a plot function does.

    Args:
        figure: the figure.
        title: a text above it; None for none.
        alt: the alt text; None makes it of the title and the facts.
        facts: what the figure shows, with its numbers; empty texts are left out.
        axes: where the title belongs, if not above the whole figure.

    Returns:
        The figure.
    """
    if title and axes is not None:
        axes.set_title(title)
    elif title and figure.get_layout_engine() is None:
        # Nothing makes room for the title: it stands a tenth of an inch below the upper edge.
        figure.suptitle(title, y=1 - 0.1 / figure.get_figheight(), va="top")
    elif title:
        figure.suptitle(title)
    figure.alt = alt or alt_text(title, *facts)
    return figure


def alt_text(title: str | None, *facts: str) -> str:
    """Return the title and the facts as one text, leaving out the empty ones."""
    return " ".join(filter(None, [f"{title}." if title else "", *facts]))


def class_colours(n: int) -> list[str]:
    """Return ``n`` colours that colour-blind readers can tell apart, the first ten of the style."""
    cycle = _style()["axes.prop_cycle"].by_key()["color"]
    return [f"#{str(cycle[i % len(cycle)]).lstrip('#')}" for i in range(n)]


def as_images(images: ArrayLike, name: str = "images") -> np.ndarray:
    """Return images as float (n, h, w).

    Raises:
        ValueError: unless they are (n, h, w) or (n, h, w, 1), finite, and in [0, 1].
    """
    images = _arguments.images(images, name, ("h", "w"), ("h", "w", 1), dtype=float)
    return images[..., 0] if images.ndim == 4 else images


def as_labels(
    labels: ArrayLike, n: int, class_names: Sequence[str] | None = None
) -> tuple[np.ndarray, list[str]]:
    """Return whole-number labels (n,) and the names of all classes.

    Raises:
        ValueError: if there are not ``n`` labels, or one has no name.
    """
    labels = _arguments.labels(labels, "labels", n)
    if class_names is None:
        class_names = [str(i) for i in range(max(10, labels.max() + 1))]
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(
            f"labels goes from {labels.min()} to {labels.max()}: "
            f"allowed are 0 to {len(class_names) - 1}, for {len(class_names)} class names"
        )
    return labels, [str(name) for name in class_names]


def spoken_list(words: Iterable) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    words = [str(word) for word in words]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def range_text(values: ArrayLike) -> str:
    """Return the smallest and the largest number, as "-3.1 to 2.9"."""
    return f"{np.min(values):.3g} to {np.max(values):.3g}"


def dimension_name(i: int) -> str:
    """Return z₁ for dimension 0, z₁₀ for dimension 9."""
    return "z" + str(i + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def spread(
    x: ArrayLike, y: ArrayLike, widths: ArrayLike, height: float, n_fixed: int = 0
) -> np.ndarray:
    """Return heights like ``y`` at which texts of these widths do not lie on each other.

    All four in one unit; x and y (n,) are the middles of the texts, which move up or down alone.
    The last ``n_fixed`` of them stay where they are, and the others make room.
    """
    y = np.array(y, dtype=float)
    n_free = len(y) - n_fixed
    for _ in range(300):
        moved = False
        for i in range(len(y)):
            for j in range(min(i, n_free)):
                gap = height - abs(y[i] - y[j])
                if gap > 0 and abs(x[i] - x[j]) < (widths[i] + widths[j]) / 2:
                    up = 1 if y[j] >= y[i] else -1
                    share = 0.5 if i < n_free else 1.0
                    y[j] += up * (share * gap + 0.01)
                    y[i] -= up * ((1 - share) * gap + (0.01 if i < n_free else 0))
                    moved = True
        if not moved:
            break
    return y
