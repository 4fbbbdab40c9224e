"""The report card: who is best in a row, what is written, what is refused."""

import numpy as np
import pytest

from vae_helpers import plots

ROWS = {
    "error": {"AE": 12.0, "VAE": 3.456, "(real)": 0.5},
    "recall": {"AE": 0.1, "VAE": 0.7, "(real)": 0.95},
    "nats": {"AE": None, "VAE": 18.04, "(real)": None},
}
BETTER = {"error": "low", "recall": "high", "nats": "low"}


def texts(figure, weight=None):
    (axes,) = figure.axes
    return [t.get_text() for t in axes.texts if weight in (None, t.get_fontweight())]


def test_the_best_of_each_row_is_bold_and_tinted_and_never_the_real_images():
    figure = plots.report_card(ROWS, better=BETTER)
    assert texts(figure, "bold") == ["AE", "VAE", "(real)", "3.46", "0.70"]
    assert len(figure.axes[0].collections) == 2


def test_equal_as_written_is_equally_good():
    figure = plots.report_card({"error": {"AE": 12.04, "VAE": 12.01}}, better={"error": "low"})
    assert texts(figure, "bold") == ["AE", "VAE", "12.0", "12.0"]


def test_no_direction_no_best():
    assert texts(plots.report_card(ROWS), "bold") == ["AE", "VAE", "(real)"]


def test_numbers_arrows_and_brackets():
    figure = plots.report_card(ROWS, {"error": {"VAE": 3.5, "AE": None}}, BETTER, title="Card")
    written = texts(figure)
    assert {"error ↓", "recall ↑", "12.0", "3.46", "(3.50)", "–", "18.0"} <= {*written}
    assert sum(text.startswith("(3") for text in written) == 1
    assert figure.alt.startswith("Card. error (lower is better): AE 12.0, VAE 3.46 (3.50)")
    assert "9.99" in texts(plots.report_card({"a": {"m": 9.99}}))
    assert "10.0" in texts(plots.report_card({"a": {"m": 9.999}}))
    assert "12" in texts(plots.report_card({"a": {"m": np.int64(12)}}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "rows"),
        (({"a": {}},), "rows\\['a'\\]"),
        (({"a": {"m": 1.0}, "b": {"n": 1.0}},), "rows\\['b'\\] has"),
        (({"a": {"m": np.nan}},), "nan"),
        ((ROWS, {"F": {}}), "beside has 'F'"),
        ((ROWS, None, {"F": "low"}), "better has 'F'"),
        ((ROWS, None, {"error": "down"}), "'down'"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.report_card(*arguments)
