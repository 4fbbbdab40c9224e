"""The figure that every plot function returns, the style, and checks of what is drawn."""

import base64
import functools
import html
import io
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import patheffects
from matplotlib.figure import Figure

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


def in_style(function):
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
    def savefig(self, *args, **kwargs):
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


def new_figure(width, height, **kwargs):
    """Return an empty figure of ``width`` × ``height`` inches."""
    return AltFigure(figsize=(width, height), **{"layout": "constrained", **kwargs})


def class_colours(n):
    """Return ``n`` colours that colour-blind readers can tell apart, the first ten of the style."""
    cycle = _style()["axes.prop_cycle"].by_key()["color"]
    return [f"#{str(cycle[i % len(cycle)]).lstrip('#')}" for i in range(n)]


def as_images(images, name="images"):
    """Return images as float (n, h, w).

    Raises:
        ValueError: unless they are (n, h, w) or (n, h, w, 1), finite, and in [0, 1].
    """
    images = np.asarray(images, dtype=float)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or not images.size:
        raise ValueError(
            f"{name} has shape {images.shape}: allowed are (n, h, w) and (n, h, w, 1), n from 1"
        )
    if not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(
            f"{name} has values from {images.min():g} to {images.max():g}: "
            "allowed are pixels in [0, 1]"
        )
    return images


def as_points(z, name="z", dims=2):
    """Return points as float (n, dims).

    Raises:
        ValueError: for another shape, no point, NaN or infinity.
    """
    z = np.asarray(z, dtype=float)
    if z.ndim != 2 or z.shape[1] != dims or not len(z):
        raise ValueError(f"{name} has shape {z.shape}: allowed is (n, {dims}), n from 1")
    if not np.isfinite(z).all():
        raise ValueError(f"{name} holds NaN or infinity: allowed are finite numbers")
    return z


def as_labels(labels, n, class_names=None):
    """Return whole-number labels (n,) and the names of all classes.

    Raises:
        ValueError: if there are not ``n`` labels, or one has no name.
    """
    labels = np.asarray(labels)
    if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels has shape {labels.shape} and type {labels.dtype}: "
            f"allowed are {n} whole numbers, one a row"
        )
    if class_names is None:
        class_names = [str(i) for i in range(max(10, labels.max() + 1))]
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(
            f"labels goes from {labels.min()} to {labels.max()}: "
            f"allowed are 0 to {len(class_names) - 1}, for {len(class_names)} class names"
        )
    return labels, [str(name) for name in class_names]


def as_row(values, name, n=None):
    """Return finite numbers (n,).

    Raises:
        ValueError: for another shape, no number, NaN or infinity.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or n not in (None, len(values)):
        wanted = "(n,), n from 1" if n is None else f"({n},)"
        raise ValueError(f"{name} has shape {values.shape}: allowed is {wanted}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: allowed are finite numbers")
    return values


def as_rows(rows, name):
    """Return a dict with at least one entry; ValueError for anything else."""
    if not hasattr(rows, "items") or not rows:
        raise ValueError(f"{name}={type(rows).__name__}: allowed is a dict {{name: values}}")
    return {str(key): value for key, value in rows.items()}


def sentence(*parts):
    """Join the parts of an alt text with spaces, leaving out the empty ones."""
    return " ".join(part for part in parts if part)


def spoken_list(words):
    """Return "a", "a and b" or "a, b and c"."""
    words = [str(word) for word in words]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def range_text(values):
    """Return the smallest and the largest number, as "-3.1 to 2.9"."""
    return f"{np.min(values):.3g} to {np.max(values):.3g}"


def dimension_name(i):
    """Return z₁ for dimension 0, z₁₀ for dimension 9."""
    return "z" + str(i + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def spread(x, y, widths, height):
    """Return heights like ``y`` at which texts of these widths do not lie on each other.

    All four in one unit; x and y (n,) are the middles of the texts, which move up or down alone.
    """
    y = np.array(y, dtype=float)
    for _ in range(300):
        moved = False
        for i in range(len(y)):
            for j in range(i):
                gap = height - abs(y[i] - y[j])
                if gap > 0 and abs(x[i] - x[j]) < (widths[i] + widths[j]) / 2:
                    upper, lower = (i, j) if y[i] >= y[j] else (j, i)
                    y[upper] += gap / 2 + 0.01
                    y[lower] -= gap / 2 + 0.01
                    moved = True
        if not moved:
            break
    return y
