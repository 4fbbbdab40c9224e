"""First weights that know the data."""

import numpy as np
import pytest
import tiny

from vae_helpers import models, training


def test_mean_image_bias_predicts_the_mean_image_first():
    model = tiny.autoencoder()
    training.set_output_bias(model, tiny.IMAGES)
    model.decoder.layers[-2].kernel.assign(np.zeros((16, 64)))
    np.testing.assert_allclose(
        model.decode(np.zeros((1, 3)))[0], tiny.IMAGES.mean(axis=0), atol=1e-5
    )


def test_mean_image_bias_of_a_convolutional_decoder():
    model = models.VAE(models.fashion_conv_encoder(), models.fashion_conv_decoder())
    images = np.full((4, 32, 32, 1), 0.2, dtype=np.float32)
    training.set_output_bias(model, images)
    assert float(model.decoder.layers[-1].bias[0]) == pytest.approx(np.log(0.2 / 0.8), rel=1e-5)


def test_mean_image_bias_is_the_logit_of_the_mean():
    images = np.array([[0.0, 0.2, 1.0], [0.0, 0.6, 1.0]]).reshape(2, 1, 3, 1)
    bias = training.mean_image_bias(images, epsilon=0.1)
    np.testing.assert_allclose(bias, np.log([1 / 9, 2 / 3, 9]), rtol=1e-12)


def test_whitened_start_sees_all_directions_alike():
    """Stretched a hundred times along some axes, the data move the first outputs no more."""
    generator = np.random.default_rng(1)
    images = generator.random((3_000, 8, 8, 1), dtype=np.float32)
    images[:, :4] *= 0.1
    images[:, 4:] += 5.0
    model = tiny.autoencoder()
    training.set_whitened_kernel(model, images, seed=3, floor=0.0)
    layer = next(layer for layer in model.encoder.layers if layer.weights)
    outputs = images.reshape(-1, 64) @ layer.kernel.numpy() + layer.bias.numpy()
    assert outputs.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-3)
    assert outputs.std() == pytest.approx(0.1, rel=1e-3)
    small, large = (layer.kernel.numpy().reshape(2, 32, 16)[i].std() for i in (0, 1))
    assert small / large == pytest.approx(10, rel=0.2)
    kernel = layer.kernel.numpy()
    training.set_whitened_kernel(model, images, seed=4, floor=0.0)
    assert not np.allclose(layer.kernel, kernel)  # another seed, another start
    training.set_whitened_kernel(model, images, seed=3, floor=0.0)
    assert np.allclose(layer.kernel, kernel)


def test_whitened_start_through_the_recipe():
    histories = [
        tiny.fit(tiny.vae(), tiny.RECIPE.replace(epochs=1, whitened_start=start))
        for start in (False, True)
    ]
    assert histories[0]["loss"] != histories[1]["loss"]
    encoder = models.fashion_conv_encoder(variational=False)
    convolutional = models.Autoencoder(encoder, models.fashion_conv_decoder())
    with pytest.raises(ValueError, match="whitened_start=True: allowed for a dense first layer"):
        training.set_whitened_kernel(convolutional, np.zeros((5, 32, 32, 1), np.float32))
