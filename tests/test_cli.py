import os

import pytest

from vae_helpers import cli, features, machine, training, zoo
from vae_helpers.data import Data, Split
from vae_helpers.files import DamagedFileError, write_json


def run(capsys, *arguments):
    try:
        status = cli.main(list(arguments))
    except SystemExit as stop:  # argparse leaves this way
        status = stop.code
    return status, *capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "vae"], "name='vae': allowed are mnist-ae"),
        (["train", "mnist-ae", "--recipe", "slow"], "recipe='slow': allowed are"),
        (["train", "mnist-ae", "--epochs", "0"], "epochs=0: allowed is a whole number from 1"),
        (["train", "mnist-ae", "--seed", "-1"], "seed=-1: allowed"),
        (["train", "mnist-ae", "--beta", "2"], "has no KL divergence"),
        (["train", "mnist-vae", "--beta", "-2"], "beta=-2.0: allowed"),
        (["train", "mnist-vae", "--beta", "nan"], "beta=nan: allowed"),
        (["evaluate", "mnist-vae", "--variant", "beta-3"], "variant='beta-3': allowed"),
        (["evaluate", "mnist-vae", "--folder", "/nowhere"], "card.json is missing"),
    ],
)
def test_bad_input_is_one_line_and_status_2(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize("arguments", [[], ["train"], ["fly"], ["train", "mnist-ae", "--epochs=x"]])
def test_bad_usage_is_status_2(capsys, arguments):
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert "usage: vae-helpers" in err


def test_a_target_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    targets = [tmp_path / "file" / "models", "/proc/models", zoo.CHECKPOINTS / "mnist-ae"]
    if os.geteuid() != 0:  # root may write anywhere
        (tmp_path / "locked").mkdir(mode=0o500)
        targets.append(tmp_path / "locked" / "models")
    for target in targets:
        status, out, err = run(capsys, "train", "mnist-ae", "--out", str(target))
        assert (status, out, err.count("\n")) == (2, "", 1), err


def test_train_and_evaluate(capsys, tmp_path, monkeypatch):
    data = zoo.entry("mnist-ae").load_data()
    parts = (data.train, data.validation, data.test)
    small = Data(
        data.name,
        *(Split(part.images[:200], part.labels[:200]) for part in parts),
        class_names=data.class_names,
    )
    monkeypatch.setattr(zoo.Entry, "load_data", lambda self: small)
    arguments = ["mnist-vae", "--epochs", "2", "--beta", "4", "--recipe", "published"]
    status, out, _ = run(capsys, "train", *arguments, "--out", str(tmp_path))
    assert status == 0
    assert "reconstruction_loss" in out
    card = zoo.card("mnist-vae", folder=tmp_path)
    assert card["recipe"]["name"] == "published, 2 epochs"
    assert card["beta"] == 4.0

    status, out, _ = run(capsys, "evaluate", "mnist-vae", "--folder", str(tmp_path))
    assert status == 0
    assert f"{card['metrics']['test']['loss']:.2f}" in out

    card["metrics"]["test"]["loss"] += 1
    write_json(tmp_path / "card.json", card)
    status, _, err = run(capsys, "evaluate", "mnist-vae", "--folder", str(tmp_path))
    assert status == 2
    assert "loss: further from the card" in err


def test_a_stopped_training_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    def stopped(*args, **kwargs):
        return {"loss": [1.0]}

    monkeypatch.setattr(training, "fit", stopped)
    status, out, _ = run(capsys, "train", "mnist-ae", "--epochs", "3", "--out", str(tmp_path))
    assert status == 130
    assert "The same command goes on" in out
    assert not (tmp_path / "card.json").exists()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"name": "mnist-ae"}', "\x00"])
@pytest.mark.parametrize("command", ["evaluate"])
def test_a_damaged_card_is_one_line(capsys, tmp_path, command, content):
    (tmp_path / "card.json").write_text(content)
    status, out, err = run(capsys, command, "mnist-ae", "--folder", str(tmp_path))
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert str(tmp_path / "card.json") in err


def test_a_card_without_losses_of_test_images_is_one_line(capsys, tmp_path):
    card = zoo.card("mnist-ae")
    del card["metrics"]["test"]
    write_json(tmp_path / "card.json", card)
    status, _, err = run(capsys, "evaluate", "mnist-ae", "--folder", str(tmp_path))
    assert status == 2
    assert "no losses of test images" in err


def test_preflight_says_a_long_error_in_one_short_line(capsys, monkeypatch):
    def fail(*_, **__):
        raise TypeError("could not be deserialized\n" + "'config': {}, " * 900)

    monkeypatch.setattr(cli, "_CHECKS", {"checkpoints": cli._check_checkpoints})
    monkeypatch.setattr(zoo, "load", fail)
    status, out, _ = run(capsys, "preflight")
    assert status == 1
    line, summary = out.splitlines()
    assert line.startswith("FAIL  checkpoints could not be deserialized")
    assert len(line) < 700
    assert "1 to mend" in summary


@pytest.mark.parametrize("dataset", features.CLASSIFIERS)
def test_preflight_looks_at_the_classifiers(capsys, monkeypatch, dataset):
    def load(build, path, sha256):
        raise DamagedFileError(f"{path} is damaged")

    monkeypatch.setattr(cli, "_CHECKS", {"classifiers": cli._check_classifiers})
    monkeypatch.setattr(features, "CLASSIFIERS", {dataset: features.CLASSIFIERS[dataset]})
    monkeypatch.setattr(features.weights, "load", load)
    features._classifier.cache_clear()
    status, out, _ = run(capsys, "preflight")
    assert status == 1
    assert "classifier" in out
    assert "model.keras is damaged" in out


def test_preflight_names_what_is_wrong(capsys, monkeypatch):
    status, out, _ = run(capsys, "preflight")
    assert status == 0, out
    assert "Everything is in place" in out

    def damaged():
        raise RuntimeError("mnist.npz is damaged")

    monkeypatch.setitem(cli._CHECKS, "data", damaged)
    status, out, _ = run(capsys, "preflight")
    assert status == 1
    assert "FAIL  data        mnist.npz is damaged" in out
    assert "1 to mend" in out


def test_preflight_says_what_the_container_has(capsys, monkeypatch):
    checks = {"memory": cli._check_memory, "processors": cli._check_processors}
    monkeypatch.setattr(cli, "_CHECKS", checks)
    monkeypatch.setattr(machine, "memory", lambda: 2e9)
    monkeypatch.setattr(machine, "processors", lambda: 0.5)
    status, out, _ = run(capsys, "preflight")
    assert status == 1
    assert "FAIL  memory      2.0 GB: a notebook may need up to 6 GB" in out
    assert "0.5 usable" in out


def test_version(capsys):
    assert run(capsys, "--version")[1].startswith("vae-helpers ")
