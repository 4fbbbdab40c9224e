"""The benchmark of training: what it counts, and that both protocols are run as they are meant."""

import dataclasses

import numpy as np
import pytest
import training as benchmark

from vae_helpers import training, zoo
from vae_helpers.published import PUBLISHED

HOST = {"machine": "m68k", "cores": 7, "matrix_rate": 2e11}


@pytest.mark.parametrize(
    ("losses", "every", "epoch"),
    [([3, 2, 1], 1, 2), ([3, 2.5, 2.1], 1, 3), ([1], 9, 9), ([3, 1], 4, 8)],
)
def test_the_first_epoch_at_the_target(losses, every, epoch):
    assert benchmark.first_epoch(losses, 2, every) == epoch


def test_losses_are_judged_in_the_published_form():
    history = {"val_loss": [271.36, 256.0], "loss": [1.0, 1.0]}
    forms = benchmark.validation_forms(history, PUBLISHED["fashion-conv-ae"])
    assert forms == pytest.approx([0.265, 0.25])


def test_multiply_adds_of_dense_and_convolutional_layers():
    dense = zoo.build("mnist-ae")
    assert benchmark.multiply_adds(dense) == 2 * (784 * 300 + 300 * 10)
    first, *_ = (layer for layer in zoo.build("mnist-conv-vae").encoder.layers if layer.weights)
    _, height, width, _ = first.output.shape
    expected = height * width * np.prod(first.kernel.shape)
    assert benchmark._layer_multiply_adds(first) == expected


def few(split, n):
    """Return so few images that an epoch takes no time."""
    return dataclasses.replace(split, images=split.images[:n], labels=split.labels[:n])


def test_theirs_is_keras_and_ours_is_ours(monkeypatch):
    """One with its own order and constant rate, the other by training.fit; both on the clock."""
    entry = zoo.entry("mnist-ae")
    data = entry.load_data()
    data = dataclasses.replace(
        data, train=few(data.train, 500), validation=few(data.validation, 100)
    )
    calls = []
    fit = training.fit
    monkeypatch.setattr(training, "fit", lambda *a, **k: calls.append(k) or fit(*a, **k))

    def prepared(name, recipe):
        chosen = entry.recipe(recipe).replace(epochs=2, validate_every=1, steps_per_call=1)
        return zoo.build(name, seed=0), data, chosen

    monkeypatch.setattr(benchmark, "prepared", prepared)
    theirs = benchmark.train("mnist-ae", "published", "100000")
    assert not calls
    ours = benchmark.train("mnist-ae", "shortest", "1")
    assert len(calls) == 1
    assert (theirs["epochs"], theirs["reached"]) == (1, True)
    assert (ours["epochs"], ours["reached"]) == (2, False)  # never there: all epochs count
    for row in (theirs, ours):
        assert 0 < row["epoch"] <= row["seconds"]
        assert row["cpu"] > 0
        assert 100 < row["best"] < 600
    slowest = benchmark.train("mnist-ae", "published")
    assert slowest["reached"]  # without a target, its own best loss is the target
    assert slowest["epochs"] == 2


def test_the_table_says_what_was_extrapolated_and_what_not_reached():
    side = {"seconds": 100.0, "cpu": 150.0, "epochs": 30, "epoch": 3.0, "memory": 1000}
    rows = [
        {
            "name": "mnist-ae",
            "extrapolated": False,
            "published": {**side, "reached": False, "best": 84.9},
            "shortest": {**side, "seconds": 20.0, "reached": True, "best": 84.0},
        },
        {"name": "mnist-conv-vae", "extrapolated": True, "published": side, "shortest": side},
    ]
    for row in rows:
        row |= {"ratio": row["published"]["seconds"] / row["shortest"]["seconds"]}
        row |= {"jax": {"epoch": 1.0}, "floor": 0.5}
    text = benchmark.report(rows, HOST)
    assert "m68k, 7 cores, float32 matrix products at 200 GFLOP/s" in text  # not of this machine
    first, second = text.splitlines()[2:4]
    assert "| 100 (only 84.9) | 20 | **5.0×** |" in first
    assert "| ≈ 100 | ≈ 100 | **1.0×** |" in second
    assert "| ≈ 150, ≈ 150 |" in second


def test_a_run_of_one_model_keeps_the_rows_of_the_others(tmp_path, monkeypatch):
    kept = benchmark.RESULT.read_text("utf-8")
    copy = tmp_path / "training.json"
    copy.write_text(kept, "utf-8")
    monkeypatch.setattr(benchmark, "RESULT", copy)
    from vae_helpers.files import read_json

    before = {row["name"]: row for row in read_json(copy)["rows"]}
    changed = {**before["mnist-vae"], "ratio": 123.0}
    benchmark.write([changed], HOST)
    after = {row["name"]: row for row in read_json(copy)["rows"]}
    assert after == before | {"mnist-vae": changed}
