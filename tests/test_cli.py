import os

import pytest

from vae_helpers import class_board, cli, preflight, training, zoo
from vae_helpers.data import Data, Split
from vae_helpers.files import write_json


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


@pytest.mark.parametrize("status", [0, 1])
def test_preflight_and_its_status(capsys, monkeypatch, status):
    monkeypatch.setattr(preflight, "run", lambda: status)
    assert run(capsys, "preflight") == (status, "", "")


def test_preflight_reads_a_file_of_codes(capsys, tmp_path):
    (tmp_path / "codes.txt").write_text("no code at all")
    for name, words in (("codes.txt", "no code such as VAE-"), ("none.txt", "No such file")):
        status, out, err = run(capsys, "preflight", "--read", str(tmp_path / name))
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert words in err


@pytest.mark.parametrize(
    ("arguments", "every"), [([], 10), (["--every", "2.5"], 2.5), (["--once"], None)]
)
def test_the_board_of_a_class(monkeypatch, tmp_path, arguments, every):
    asked = {}
    monkeypatch.setattr(class_board, "show", lambda folder, **how: asked.update(how) or 0)
    page = tmp_path / "board.html"
    assert cli.main(["class", str(tmp_path), "--html", str(page), *arguments]) == 0
    assert asked == {"every": every, "page": page}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere"], "FOLDER='/nowhere': there is no such folder"),
        ([".", "--every", "0"], "every=0: allowed is a number of seconds from 1"),
        ([".", "--every", "nan"], "every=nan: allowed"),
        ([".", "--release", "3"], "release='3': allowed are all, a chapter such as 03"),
        ([".", "--release", "00/half"], "or an exercise such as 03/halfway"),
        (["/nowhere", "--release", "all"], "there is no such folder"),
    ],
)
def test_a_board_that_cannot_be_shown(capsys, arguments, message):
    status, out, err = run(capsys, "class", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_version(capsys):
    assert run(capsys, "--version")[1].startswith("vae-helpers ")
