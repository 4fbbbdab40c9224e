"""The browser's models compute what Keras does, and what is written is of today's checkpoints."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import export_explorer
import keras
import numpy as np
import pytest

from vae_helpers import zoo
from vae_helpers.models import VAE, Autoencoder
from vae_helpers.web import export

POINTS = 50
PIXEL = 2e-3  # largest difference of a pixel's probability
CODE = 3e-2  # of a mean or log-variance; posteriors of the map are 0.08 wide
EXPORTED = [
    pytest.param(*which, id=export_explorer.title(*which)) for which in export_explorer.exported()
]
HERE = Path(__file__).parent

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="no node found, which runs the explorer's scripts here"
)


def ask(scripts, *questions):
    """Run the page's scripts in node, and let them answer."""
    answers = subprocess.run(
        ["node", HERE / "run.js", export_explorer.WEB / "vae.js", *scripts],
        input=json.dumps(questions),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return json.loads(answers.stdout)


def test_images(name):
    return zoo.entry(name).load_data().test.images


test_images.__test__ = False


@needs_node
@pytest.mark.parametrize(("name", "variant"), EXPORTED)
def test_javascript_computes_what_keras_does(explorer, name, variant):
    model, called = zoo.load(name, variant), export_explorer.title(name, variant)
    script = explorer / "models" / f"{called}.js"
    z = np.random.default_rng(7).standard_normal((POINTS, model.latent_dim)).astype("float32")
    questions = [{"ask": "decode", "model": called, "z": z.tolist()}]
    encodes = '"encoder":null' not in script.read_text("utf-8")
    assert encodes == (variant is None and name in export_explorer.ENCODERS)
    if encodes:
        images = test_images(name)[-POINTS:]
        flat = images.reshape(POINTS, -1).tolist()
        questions.append({"ask": "encode", "model": called, "images": flat})
    decoded, *encoded = ask([script], *questions)
    assert np.abs(decoded - model.decode(z).reshape(POINTS, -1)).max() < PIXEL
    for codes in encoded:
        z_mean, z_log_var = model.encode(images)
        assert np.abs([code["mean"] for code in codes] - z_mean).max() < CODE
        assert np.abs([code["logVar"] for code in codes] - z_log_var).max() < CODE


@needs_node
def test_every_kind_of_layer(tmp_path):
    """Odd kernels, strides and borders, which no bundled model has all of."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    x = keras.Input((9, 12, 2))
    h = layers.Conv2D(5, (3, 4), 2, "same", activation="relu")(x)
    h = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(3, 3, 1, "valid")(h))
    encoder = keras.Model(x, layers.Dense(4)(layers.Flatten()(h)))
    z = keras.Input((4,))
    h = layers.Reshape((2, 3, 2))(layers.Activation("relu")(layers.Dense(12)(z)))
    h = layers.Conv2DTranspose(6, 4, 2, "same", activation="relu")(h)
    h = layers.Conv2DTranspose(5, 3, 2, "valid")(h)
    decoder = keras.Model(z, layers.Conv2D(1, 3, 1, "same")(h))
    model = Autoencoder(encoder, decoder)
    for part in (encoder, decoder):
        part.set_weights(
            [w + 0.05 * np.arange(w.size).reshape(w.shape) % 0.3 for w in part.get_weights()]
        )
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(5, 9, 12, 2)).astype("float32")
    points = rng.normal(size=(5, 4)).astype("float32")
    described = {
        "name": "odd",
        "latentDim": 4,
        "decoder": export.decoder(model),
        "encoder": export.encoder(model, images),
    }
    (tmp_path / "odd.js").write_text(export.script(described, "odd"), "utf-8")
    decoded, encoded = ask(
        [tmp_path / "odd.js"],
        {"ask": "decode", "model": "odd", "z": points.tolist()},
        {"ask": "encode", "model": "odd", "images": images.reshape(5, -1).tolist()},
    )
    np.testing.assert_allclose(decoded, model.decode(points).reshape(5, -1), atol=PIXEL)
    np.testing.assert_allclose([e["mean"] for e in encoded], model.encode(images), atol=CODE)
    assert encoded[0]["logVar"] is None


def test_a_layer_that_the_page_cannot_run_is_named():
    x = keras.Input((4, 4, 1))
    part = keras.Model(x, keras.layers.Flatten()(keras.layers.MaxPooling2D(name="pool")(x)))
    z = keras.Input((4,))
    model = VAE(part, keras.Model(z, keras.layers.Dense(16)(z)))
    with pytest.raises(ValueError, match="'pool' is a MaxPooling2D: allowed are Dense"):
        export.encoder(model, np.zeros((2, 4, 4, 1), "float32"))


# --- drawings


def drawn(image, scale, left, top, size=280):
    """Enlarge an image of 28×28 onto a pad."""
    ink = np.zeros((size, size))
    large = np.kron(image, np.ones((scale, scale)))
    height = min(size - top, len(large))
    width = min(size - left, len(large))
    ink[top : top + height, left : left + width] = large[:height, :width]
    return {"ask": "likeMnist", "ink": ink.ravel().tolist(), "width": size, "height": size}


@needs_node
def test_a_drawing_comes_back_as_mnist_would_have_it():
    image = test_images("mnist-vae")[1, ..., 0]  # a 2 in a box of 20
    small, moved, empty = ask(
        [], drawn(image, 6, 5, 90), drawn(image, 7, 70, 20), drawn(0 * image, 5, 0, 0)
    )
    assert empty == []
    for found in map(np.array, (small, moved)):
        found = found.reshape(28, 28)
        rows, columns = np.nonzero(found > 0.02)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (20, 21)  # one more where it lies between
        places = np.indices((28, 28)) + 0.5
        np.testing.assert_allclose((places * found).sum((1, 2)) / found.sum(), 14, atol=0.02)
        # MNIST itself moved by whole pixels, hence the half.
        assert np.abs(found - image).mean() < 0.06
    assert np.abs(np.array(small) - moved).max() < 0.1  # neither size nor place matters


# --- what is written


def test_scripts_name_today_s_checkpoints(explorer):
    for name, variant in export_explorer.exported():
        script = (explorer / "models" / f"{export_explorer.title(name, variant)}.js").read_text()
        assert script.count(zoo.card(name, variant)["sha256"]) == 2  # in the comment, in the data


def test_another_checkpoint_or_file_makes_it_stale(explorer, tmp_path, monkeypatch):
    folder = shutil.copytree(explorer, tmp_path / "copy")
    assert export_explorer.is_current(folder)
    with monkeypatch.context() as patch:
        card = zoo.card
        patch.setattr(zoo, "card", lambda *which: {**card(*which), "sha256": "0" * 64})
        assert not export_explorer.is_current(folder)
    (folder / "explorer.js").write_text("// edited by hand")
    assert not export_explorer.is_current(folder)
    assert not export_explorer.is_current(tmp_path / "nothing")


def test_nothing_asks_the_network(explorer):
    for path in explorer.rglob("*.*"):
        text = path.read_text("utf-8")
        assert not re.search(r"https?://|[\"'(]//\w|@import|\bfetch\(|XMLHttpRequest", text), path


@pytest.mark.parametrize("page", export_explorer.PAGES)
def test_a_page_is_at_most_1_5_megabytes(explorer, page):
    """With what it loads at first; the other models of β come when they are chosen."""
    import gzip

    text = (explorer / f"{page}.html").read_text("utf-8")
    models = {
        name
        for one in re.findall(r'data-vae="[^>]*>', text)
        for name in re.search(
            r'data-(?:first|model)="([^"]*)"',
            one.replace("data-model", "data-x") if "data-first" in one else one,
        )[1].split()
    }
    files = [f"{page}.html", *export_explorer.STATIC, *(f"models/{name}.js" for name in models)]
    assert sum(len(gzip.compress((explorer / f).read_bytes())) for f in files) < 1.5e6
    assert models
