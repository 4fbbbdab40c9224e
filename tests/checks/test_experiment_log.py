"""The experiment log: only ever added to, never half written, never in the way."""

import json

import numpy as np
import pytest

from vae_helpers.checks import experiment_log
from vae_helpers.checks.core import NOT_ATTEMPTED, RIGHT, WRONG, UnexpectedResultError


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "experiments.jsonl"


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


def test_an_interrupted_write_leaves_the_log(path, monkeypatch):
    add(loss=1.0)
    before = path.read_bytes()

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(experiment_log.os, "replace", fail)
    result = add(loss=2.0)
    assert result.state == WRONG
    assert "disk full" in result.message
    assert "VAE_COURSE_HOME" in result.message
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


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
