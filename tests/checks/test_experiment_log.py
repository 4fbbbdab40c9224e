"""The experiment log: only ever added to, never half written, never in the way."""

import json
import subprocess
import sys

import numpy as np
import pytest

from vae_helpers.checks import experiment_log, journal
from vae_helpers.checks.core import NOT_ATTEMPTED, RIGHT, WRONG, UnexpectedResultError


@pytest.fixture
def path(home):
    return home / "experiments.jsonl"


def add(conclusion="It falls.", loss=1.5):
    return experiment_log.add("01: wider", {"filters": 8}, {"loss (nats)": loss}, conclusion)


def test_an_entry_is_stored_and_shown(path):
    result = add()
    assert result.state == RIGHT
    assert str(path) in result.message
    entry = json.loads(path.read_text())
    assert entry.pop("when").endswith("+00:00")
    assert entry == {
        "experiment": "01: wider",
        "settings": {"filters": 8},
        "results": {"loss (nats)": 1.5},
        "conclusion": "It falls.",
    }
    shown = experiment_log.read()
    assert "01: wider | filters = 8 | loss (nats) = 1.5 | It falls." in repr(shown)
    assert ">It falls.</td>" in shown._repr_html_()
    assert "<caption>Experiment log</caption>" in shown._repr_html_()


@pytest.mark.parametrize("conclusion", [..., "", "  "])
def test_the_stub_is_not_stored(path, conclusion):
    assert add(conclusion).state == NOT_ATTEMPTED
    assert not path.exists()
    assert "empty" in repr(experiment_log.read())


@pytest.mark.parametrize("parts", [{"settings": {"seeds": ...}}, {"results": ...}])
def test_a_part_that_is_a_stub_is_not_stored_either(path, parts):
    assert experiment_log.add("own", conclusion="It is sharper.", **parts).state == NOT_ATTEMPTED
    assert not path.exists()


def test_entries_are_added_and_not_repeated(path):
    add(loss=1.5)
    add(loss=1.5)
    add(loss=1.4)
    add(loss=1.5)
    assert len(experiment_log.read()) == 3


def test_what_the_learner_wrote_stays(path):
    path.parent.mkdir()
    path.write_bytes(b'my notes \xff\n{broken\n[1]\n{"experiment": "mine"}')
    before = path.read_bytes()
    add()
    assert path.read_bytes().startswith(before + b"\n")
    assert [entry["experiment"] for entry in experiment_log.read().entries] == [
        "mine",
        "01: wider",
    ]
    assert "mine" in repr(experiment_log.read())


def test_a_full_disk_is_told_and_loses_nothing(path, monkeypatch):
    add(loss=1.0)
    before = path.read_bytes()

    def fail(*args, **kwargs):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(journal, "open", fail, raising=False)
        result = add(loss=2.0)
    assert result.state == WRONG
    assert "disk full" in result.message
    assert "VAE_COURSE_HOME" in result.message
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_line_cut_off_by_a_full_disk_is_left_behind(path, monkeypatch):
    add(loss=1.0)
    before = path.read_bytes()
    path.write_bytes(before + b'{"when": "2026-11-24T06:0')
    add(loss=2.0)
    assert path.read_bytes().startswith(before + b'{"when": "2026-11-24T06:0\n{"')
    assert len(experiment_log.read()) == 2


def test_the_file_is_only_ever_appended_to(path):
    """The same file, longer: a handle that another kernel holds sees the new lines."""
    add(loss=1.0)
    with open(path, "rb") as other:
        first = other.read()
        add(loss=2.0)
        assert other.read().count(b"\n") == 1
    assert path.read_bytes().startswith(first)


@pytest.mark.parametrize(
    "text", ["two\u2028lines", "next\u0085line", "nul\0", "a\r\nb", "\ud800 half", '"\\', "β → ∞"]
)
def test_any_text_is_one_entry(path, text):
    for loss in (1.0, 2.0):
        result = experiment_log.add(text, {text: text}, {"loss": loss}, text)
        assert result.state == RIGHT
    read = experiment_log.read().entries
    assert [entry["results"] for entry in read] == [{"loss": 1.0}, {"loss": 2.0}]
    assert read[0]["conclusion"] == text
    assert path.read_bytes().count(b"\n") == 2
    assert experiment_log.read()._repr_html_()


def test_kernels_that_write_at_once_lose_nothing(path):
    code = (
        "import sys; from vae_helpers.checks import experiment_log, journal; input(); "
        "[experiment_log.add(sys.argv[1], {'i': i}, {}, 'x' * 5000) for i in range(20)]"
    )
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, name], stdin=subprocess.PIPE) for name in "ab"
    ]
    for kernel in kernels:  # both have their imports behind them, and start together
        kernel.stdin.write(b"\n")
        kernel.stdin.flush()
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    for kernel in kernels:
        kernel.stdin.close()
    read = [(e["experiment"], e["settings"]["i"]) for e in experiment_log.read().entries]
    assert sorted(read) == [(name, i) for name in "ab" for i in range(20)]
    assert path.read_bytes().count(b"\n") == 40


def test_without_a_home_a_sentence_is_said(monkeypatch):
    def no_home(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("VAE_COURSE_HOME")
    monkeypatch.setattr(journal.Path, "expanduser", no_home)
    result = add()
    assert result.state == WRONG
    assert "no home directory" in result.message
    assert "VAE_COURSE_HOME" in result.message
    assert "empty" in repr(experiment_log.read())


def test_a_folder_that_is_a_file_is_told(home):
    home.write_text("mine")
    assert add().state == WRONG
    assert home.read_text() == "mine"
    assert len(experiment_log.read()) == 0


def test_a_value_that_cannot_be_written_does_not_stop_the_notebook(path):
    class Hostile:
        def __str__(self):
            raise RuntimeError("no words")

    loop = []
    loop.append(loop)
    assert experiment_log.add(Hostile(), {"x": Hostile()}, {"y": loop}, "fine").state == RIGHT
    assert len(experiment_log.read()) == 1


def test_arrays_and_odd_values(path):
    experiment_log.add(
        "odd",
        {"array": np.arange(2), "shape": (1, 2), "thing": object},
        {"nan": float("nan"), "np": np.float32(0.5), "inf": np.inf},
        "They fit.",
    )
    entry = json.loads(path.read_text())
    assert entry["settings"]["array"] == [0, 1]
    assert entry["results"] == {"nan": "nan", "np": 0.5, "inf": "inf"}


def test_expectation(monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", "right")
    with pytest.raises(UnexpectedResultError):
        add(...)
    add("It falls.")


def test_html_is_escaped():
    add("<script>")
    assert "<script>" not in experiment_log.read()._repr_html_()
