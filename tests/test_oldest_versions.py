"""The oldest versions that pyproject.toml allows, where they are known to differ.

The set-up puts them into .venv/oldest, so that no test needs the network.
"""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import test_zoo

from vae_helpers import features, zoo

TESTS = Path(__file__).parent
CHECKPOINTS = [(name, variant) for name in zoo.names() for variant in (None, *zoo.variants(name))]


def run_with(package, *arguments, **environment):
    """Run Python with the oldest version of a package in front of all others."""
    folder = Path(sys.prefix) / "oldest" / package
    if not (folder / package).is_dir():
        why = f"{folder} is not there: sh tools/setup.sh lab dev installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": os.pathsep.join([str(folder), str(TESTS.parent), str(TESTS)]),
        },
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
def test_widgets_with_the_ipywidgets_of_colab():
    """The tests of test_widgets.py once more."""
    tests = TESTS / "test_widgets.py"
    out = run_with(
        "ipywidgets",
        *("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests),
        VAE_IPYWIDGETS="7.7.1",
    )
    assert " passed" in out


def images_of(image_size):
    """Return a few images; what is in them does not matter."""
    return np.random.default_rng(0).random((5, image_size, image_size, 1), dtype=np.float32)


def what_the_checkpoints_compute() -> dict[str, np.ndarray]:
    """Return codes and decoded images of every model, and features of both classifiers."""
    outputs = {}
    for name, variant in CHECKPOINTS:
        model = zoo.load(name, variant)
        codes = model.encoder(images_of(model.image_shape[0]))
        for part, code in enumerate(codes if isinstance(codes, list | tuple) else [codes]):
            outputs[f"{name} {variant} code {part}"] = np.asarray(code)
        z = np.linspace(-1, 1, 3 * model.latent_dim).reshape(3, -1)
        outputs[f"{name} {variant} images"] = model.decode(z)
    for dataset in features.CLASSIFIERS:
        both = features.features_and_probabilities(images_of(28), dataset)
        outputs |= {f"{dataset} classifier {part}": value for part, value in enumerate(both)}
    return outputs


def store(folder):
    """Write what the checkpoints compute, the Keras that computed it, and a trained model."""
    path = Path(folder) / "outputs.npz"
    np.savez(path, version=keras.__version__, **what_the_checkpoints_compute())
    data = test_zoo.small_data()
    settings = {"data": data, "progress": False, "beta": 2.0}
    zoo.train("mnist-vae", test_zoo.TINY, folder=Path(folder) / "trained", **settings)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A folder with what the oldest Keras has written."""
    folder = tmp_path_factory.mktemp("oldest")
    code = f"import test_oldest_versions; test_oldest_versions.store({str(folder)!r})"
    run_with("keras", "-c", code)
    return folder


@pytest.mark.slow
def test_every_checkpoint_opens_with_the_oldest_keras_and_computes_the_same(stored):
    with np.load(stored / "outputs.npz") as file:
        theirs = {key: file[key] for key in file.files}
    oldest = str(theirs.pop("version"))
    assert oldest != keras.__version__, "this is the Keras of the environment"
    ours = what_the_checkpoints_compute()
    assert theirs.keys() == ours.keys()
    assert len([key for key in ours if "code 0" in key]) == 14
    for key, value in ours.items():
        np.testing.assert_allclose(theirs[key], value, rtol=1e-4, atol=1e-4, err_msg=key)


@pytest.mark.slow
def test_a_checkpoint_of_the_oldest_keras_opens_here(stored):
    folder = stored / "trained"
    card = zoo.card("mnist-vae", folder=folder)
    assert card["versions"]["keras"] != keras.__version__
    model = zoo.load("mnist-vae", folder=folder)
    measured = zoo.evaluate(model, test_zoo.small_data().test.images)
    assert measured["loss"] == pytest.approx(card["metrics"]["test"]["loss"], rel=1e-4)
