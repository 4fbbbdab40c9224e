"""The mode of the course, and the table of measured numbers."""

import math

import nbformat
import pytest
from nbclient import NotebookClient

import vae_helpers as vh
from vae_helpers.course import MeasuredNumbers

ROWS = [
    ("KL <of the VAE>, nats", 18.037, 18.24, "10,000 test images"),
    ("images", 12_345, None, "counted"),
]


def test_the_mode_chooses(monkeypatch):
    monkeypatch.delenv("VAE_COURSE_MODE", raising=False)
    assert vh.by_mode(quick=1, full=2) == 1
    monkeypatch.setenv("VAE_COURSE_MODE", "full")
    assert vh.by_mode(quick=1, full=2) == 2
    monkeypatch.setenv("VAE_COURSE_MODE", "Full")
    with pytest.raises(ValueError, match="VAE_COURSE_MODE='Full': allowed are 'quick' and 'full'"):
        vh.course_mode()


def test_measured_numbers_as_text_and_table():
    table = vh.measured(ROWS)
    assert repr(table).splitlines() == [
        "KL <of the VAE>, nats: 18.037 (published: 18.24; 10,000 test images)",
        "images: 12,345 (published: –; counted)",
    ]
    page = table._repr_html_()
    assert "KL &lt;of the VAE&gt;" in page
    assert page.count("<tr>") == 3
    assert page.count("text-align: right") == 6  # two columns of numbers, three rows
    assert page.index("18.037") < page.index("18.24")  # ours comes first


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", 1.0, None), "allowed is \\(what, ours, published or None, protocol\\)"),
        (("loss", None, 2.0, "p"), "ours=None of 'loss'"),
        (("loss", math.nan, 2.0, "p"), "'loss'.*finite"),
        (("loss", 1.0, "84.7 nats", "p"), "'loss'.*finite"),
    ],
)
def test_bad_rows(row, message):
    with pytest.raises(ValueError, match=message):
        vh.measured([row])


def test_a_notebook_carries_the_numbers():
    """Not only as a table to look at: the tool that runs the course reads them again."""
    code = f"import vae_helpers as vh\nvh.measured({ROWS!r})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/html"].startswith("<table>")
    assert output.data[MeasuredNumbers.MIME][0] == {
        "what": "KL <of the VAE>, nats",
        "ours": 18.037,
        "published": 18.24,
        "protocol": "10,000 test images",
    }
