"""Curves and points with a legend."""

import numpy as np
import pytest

from vae_helpers.plots.lines import lines

X = np.linspace(-1.0, 1.0, 11)


def test_one_panel():
    figure = lines({"prior": X**2, "posterior": (X[:5], X[:5])}, X, "z", "density", "Two densities")
    (axes,) = figure.axes
    np.testing.assert_array_equal(axes.lines[0].get_xydata().T, [X, X**2])
    np.testing.assert_array_equal(axes.lines[1].get_xydata().T, [X[:5], X[:5]])
    assert axes.get_xlabel() == "z"
    assert axes.get_ylabel() == "density"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["prior", "posterior"]
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    assert figure.alt.startswith("Two densities. density over z. prior goes from 1 at x = -1 to 1")
    assert "lowest 0, highest 1" in figure.alt
    assert figure.png().startswith(b"\x89PNG")


def test_panels_share_colours_and_scale():
    left, right = lines({"A": {"f": X, "g": 2 * X}, "B": {"g": 3 * X}}, X).axes
    assert left.lines[1].get_color() == right.lines[0].get_color() != left.lines[0].get_color()
    assert left.get_ylim() == right.get_ylim()
    assert (left.get_title(), right.get_title()) == ("A", "B")


def test_points_errors_and_fill():
    figure = lines(
        {"low": X - 1, "high": X + 1, "dots": (X, X), "measured": (X, X, np.full(11, 0.5))},
        X,
        points=["dots"],
        fill=("low", "high", "the gap"),
    )
    (axes,) = figure.axes
    assert len(axes.containers) == 1
    bars = axes.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(bars[0], [[-1, -1.5], [-1, -0.5]])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert set(labels) == {"low", "high", "dots", "measured", "the gap"}
    assert "dots, 11 points, x from -1 to 1, y from -1 to 1" in figure.alt


def test_range():
    left, right = lines({"A": {"f": X}, "B": {"f": 9 * X}}, X, y_range=(-2, 1)).axes
    assert left.get_ylim() == right.get_ylim() == (-2, 1)


def test_logarithmic_and_equal():
    (axes,) = lines({"f": (X + 2, X + 2)}, log_x=True, log_y=True, equal=True).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_aspect() == 1
    figure = lines({"A": {"f": (X, X)}, "B": {"f": (X, 9 * X)}}, equal=True)
    assert figure.png()  # Matplotlib refuses some aspects only when it draws
    assert [axes.get_aspect() for axes in figure.axes] == [1, 1]


@pytest.mark.parametrize(
    ("panels", "kwargs", "message"),
    [
        ({}, {}, "panels"),
        ({"f": X}, {}, "needed is x"),
        ({"f": X}, {"x": X[:3]}, "the y of 'f'"),
        ({"f": (X, X, X, X)}, {}, "has 4 parts"),
        ({"f": (X, np.full(11, np.nan))}, {}, "NaN"),
        ({"f": (X, X)}, {"points": ["g"]}, "'g' is no curve: allowed are f"),
        ({"f": (X, X)}, {"fill": ("f", "g", "gap")}, "'g' is no curve"),
        ({"f": (X, X)}, {"log_y": True}, "logarithmic scale"),
        ({"f": (X, X)}, {"y_range": (1, 1)}, "low < high"),
        ({"f": (X, X), "g": (X[:2], X[:2])}, {"fill": ("f", "g", "gap")}, "the same x"),
    ],
)
def test_refusals(panels, kwargs, message):
    with pytest.raises(ValueError, match=message):
        lines(panels, **kwargs)
