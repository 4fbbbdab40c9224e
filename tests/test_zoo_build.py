"""The named models have the published architectures: every number here is exact."""

import keras
import numpy as np
import pytest
import scipy.special

from vae_helpers import models, zoo
from vae_helpers.published import PARAMETERS

OWN = {"mnist-dense-vae-2d": (534_276, 534_544)}  # its source prints no counts

# name: (image size, latent dimensions)
PUBLISHED = {
    "mnist-ae": (28, 10),
    "mnist-vae": (28, 10),
    "mnist-conv-vae": (28, 10),
    "fashion-conv-ae": (32, 2),
    "fashion-conv-vae": (32, 2),
    "mnist-dense-vae-2d": (28, 2),
}


@pytest.fixture(scope="module", params=PUBLISHED)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return zoo.build(name, seed=0)


def layers_of(part, kind):
    return [layer for layer in part.layers if isinstance(layer, kind)]


def test_there_are_these_six():
    assert set(zoo.names()) == set(PUBLISHED)


def test_parameters(name, model):
    encoder, decoder = (PARAMETERS | OWN)[name]
    assert model.encoder.count_params() == encoder
    assert model.decoder.count_params() == decoder
    assert sum(np.prod(w.shape) for w in model.trainable_variables) == encoder + decoder


def test_the_published_total_of_the_fashion_autoencoder():
    assert sum(PARAMETERS["fashion-conv-ae"]) == 343_043


def test_shapes(name, model):
    size, latent_dim = PUBLISHED[name]
    assert model.image_shape == (size, size, 1)
    assert model.latent_dim == latent_dim
    assert model.decoder.output_shape == (None, size, size, 1)
    codes = model.encoder.output_shape
    assert codes == ((None, latent_dim) if name.endswith("-ae") else [(None, latent_dim)] * 2)


def test_kind_and_loss(name, model):
    assert isinstance(model, models.VAE) != name.endswith("-ae")
    assert model.reconstruction == ("mse" if name == "mnist-dense-vae-2d" else "bce")


@pytest.mark.parametrize(
    ("name", "beta"),
    [
        ("mnist-vae", 1.0),
        ("mnist-conv-vae", 1.0),
        ("fashion-conv-vae", 2.048),
        ("mnist-dense-vae-2d", 1.0),
    ],
)
def test_beta(name, beta):
    assert float(zoo.build(name).beta.value) == pytest.approx(beta)


def test_the_published_fashion_loss_is_ours_times_a_constant():
    """500 × mean over 1,024 pixels + KL: the same minimum as sum + 2.048 × KL."""
    published, pixels = 500, 32 * 32
    rng = np.random.default_rng(0)
    images, kl = rng.random((4, 32, 32, 1), dtype=np.float32), rng.random(4) * 9
    logits = rng.normal(size=images.shape).astype(np.float32)
    summed = np.asarray(models.reconstruction_loss(images, logits))
    theirs = published * summed / pixels + kl
    beta = float(zoo.build("fashion-conv-vae").beta.value)
    np.testing.assert_allclose(theirs, published / pixels * (summed + beta * kl), rtol=1e-6)


def test_decoders_end_in_logits(name, model):
    """The last layer is linear, and a sigmoid turns it into an image."""
    last = [layer for layer in model.decoder.layers if layer.weights][-1]
    assert last.activation is keras.activations.linear
    z = np.random.default_rng(0).normal(size=(2, model.latent_dim)).astype(np.float32)
    logits = keras.ops.convert_to_numpy(model.decoder(z))
    assert logits.min() < 0
    np.testing.assert_allclose(model.decode(z), scipy.special.expit(logits), atol=1e-6)


def test_codes_are_linear(model):
    for layer in model.encoder.layers:
        if layer.name in ("z", "z_mean", "z_log_var"):
            assert layer.activation is keras.activations.linear


def test_activations(name, model):
    for part in (model.encoder, model.decoder):
        slopes = {layer.negative_slope for layer in layers_of(part, keras.layers.LeakyReLU)}
        leaky = name in ("mnist-ae", "mnist-vae", "mnist-conv-vae")
        assert slopes == ({0.3} if leaky else set())


def test_an_image_goes_through(model):
    images = np.random.default_rng(0).random((2, *model.image_shape), dtype=np.float32)
    assert model.reconstruct(images).shape == images.shape
    assert model.sample(3, seed=0).shape == (3, *model.image_shape)


def test_the_same_seed_builds_the_same_weights():
    one, two, other = (zoo.build("mnist-vae", seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("ask", [zoo.build, zoo.entry, zoo.card, zoo.load])
def test_unknown_names_list_the_known_ones(ask):
    with pytest.raises(ValueError, match="name='mnist-gan'") as raised:
        ask("mnist-gan")
    for known in PUBLISHED:
        assert known in str(raised.value)
