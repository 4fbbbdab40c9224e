"""The bundled embeddings: whole, of the models they name, and faithful to the neighbours."""

import json
import re

import embed
import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from vae_helpers import data, tsne, zoo
from vae_helpers.files import DamagedFileError, sha256_of

NAMES = embed.MODELS
by_name = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(tsne, "EMBEDDINGS", tmp_path)
    return tmp_path


def test_the_three_models_of_the_comparison_are_there():
    assert set(tsne.names()) == set(NAMES) == {"mnist-ae", "mnist-vae", "mnist-conv-vae"}
    files = [path.name for path in tsne.EMBEDDINGS.iterdir()]
    assert sorted(files) == sorted(f"{n}{ending}" for n in NAMES for ending in (".json", ".npz"))


@by_name
def test_an_embedding_is_small_and_has_a_point_for_each_test_image(name):
    points = tsne.load(name)
    assert points.shape == (10_000, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert (tsne.EMBEDDINGS / f"{name}.npz").stat().st_size <= 100_000


@by_name
def test_a_card_says_where_it_comes_from_and_is_not_stale(name):
    card = tsne.card(name)
    assert card["model"] == {"name": name, "sha256": zoo.card(name)["sha256"]}
    assert card["data"] == {"name": "mnist", "sha256": data.FILES["mnist"][1]}
    assert card["parameters"].items() >= tsne.PARAMETERS.items()
    assert card["sha256"] == sha256_of(tsne.EMBEDDINGS / f"{name}.npz")
    assert card["command"] == f"python tools/embed.py {name}"
    assert {"python", "numpy", "scikit-learn", "keras"} <= set(card["versions"])
    assert re.fullmatch("[0-9a-f]{40}", card["commit"])
    assert card["seed"] == 0
    assert 1.5 < card["kl_divergence"] < 2.1


@by_name
def test_neighbours_on_the_map_are_neighbours_of_this_models_codes(name):
    images = data.load_data("mnist").test.images[::10]
    points = tsne.load(name)[::10]
    codes = zoo.load(name).encode(images)
    codes = codes[0] if isinstance(codes, tuple) else codes
    own = trustworthiness(codes, points, n_neighbors=10)
    shuffled = trustworthiness(codes, np.roll(points, 1, axis=0), n_neighbors=10)
    assert own > 0.96
    assert shuffled < 0.7
    pixels = trustworthiness(images.reshape(len(images), -1), points, n_neighbors=10)
    assert own > pixels


def test_a_damaged_embedding_is_not_opened(elsewhere):
    (elsewhere / "mnist-ae.npz").write_bytes(b"PK rubbish")
    card = {"name": "mnist-ae", "sha256": "0" * 64}
    (elsewhere / "mnist-ae.json").write_text(json.dumps(card))
    with pytest.raises(DamagedFileError, match="damaged: expected SHA-256 0000"):
        tsne.load("mnist-ae")
    (elsewhere / "mnist-ae.npz").unlink()
    with pytest.raises(DamagedFileError, match=r"mnist-ae\.npz is missing"):
        tsne.load("mnist-ae")
    (elsewhere / "mnist-ae.json").write_text("{}")
    with pytest.raises(DamagedFileError, match="no card of this package: 'name' is missing"):
        tsne.load("mnist-ae")


def test_without_any_card_the_message_says_so(elsewhere):
    with pytest.raises(DamagedFileError, match="has no cards"):
        tsne.card("mnist-ae")


@pytest.mark.parametrize("function", [tsne.load, tsne.card])
def test_unknown_names(function):
    with pytest.raises(ValueError, match="name='mnist': allowed are mnist-ae, mnist-conv-vae"):
        function("mnist")


def three_clouds():
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 3
    return rng.standard_normal((120, 5)) + 10 * np.eye(5)[labels], labels


def test_three_far_clouds_stay_apart_and_a_seed_fixes_the_map():
    z, labels = three_clouds()
    points, divergence = tsne.embed(z, seed=1)
    assert points.shape == (120, 2)
    assert points.dtype == np.float32
    assert 0 < divergence < 1
    distance = np.linalg.norm(points[:, None] - points, axis=2) + 1e9 * np.eye(120)
    assert (labels[distance.argmin(axis=1)] == labels).all()
    np.testing.assert_array_equal(points, tsne.embed(z, seed=1).points)


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (np.zeros((90, 3)), r"z has shape \(90, 3\): allowed is \(n, latent_dim\) with n from 91"),
        (np.zeros(200), r"shape \(200,\)"),
        (np.zeros((200, 1)), r"shape \(200, 1\)"),
        (np.full((100, 2), np.nan), "z holds NaN or infinity"),
    ],
)
def test_bad_codes(z, message):
    with pytest.raises(ValueError, match=message):
        tsne.embed(z)


def test_the_tool_writes_what_the_loader_reads(elsewhere, monkeypatch):
    images = data.load_data("mnist").test.images[:100]
    split = data.Split(images, np.zeros(100, dtype=np.int64))
    tiny = data.Data("mnist", split, split, split, class_names=tuple("0123456789"))
    monkeypatch.setattr(zoo.Entry, "load_data", lambda self: tiny)
    card = embed.publish("mnist-vae", elsewhere)
    assert tsne.card("mnist-vae") == card
    assert "posterior means of all 100 test images" in card["what"]
    expected = tsne.embed(zoo.load("mnist-vae").encode(images)[0], seed=0).points
    np.testing.assert_array_equal(tsne.load("mnist-vae"), expected)
