"""The models compute what their formulas say: against NumPy, SciPy and random numbers."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats

from vae_helpers import models

SHAPE = (6, 5, 1)
LATENT = 3


def random_images(n, seed=0):
    return np.random.default_rng(seed).random((n, *SHAPE), dtype=np.float32)


def small_autoencoder(seed=0, **kwargs):
    keras.utils.set_random_seed(seed)
    return models.Autoencoder(
        models.dense_encoder(SHAPE, (8,), LATENT, variational=False),
        models.dense_decoder(SHAPE, (8,), LATENT),
        **kwargs,
    )


def small_vae(seed=0, **kwargs):
    keras.utils.set_random_seed(seed)
    vae = models.VAE(
        models.dense_encoder(SHAPE, (8,), LATENT),
        models.dense_decoder(SHAPE, (8,), LATENT),
        seed=seed,
        **kwargs,
    )
    # Fresh weights give a KL near zero, which would hide a wrong weight of it.
    vae.encoder.get_layer("z_mean").bias.assign([1.5, -2.0, 0.01])
    vae.encoder.get_layer("z_log_var").bias.assign([-1.0, 0.5, 0.0])
    return vae


def compiled(model, learning_rate=1e-3, graph=False):
    """Compile; without a graph, which takes longer to trace than a test's few steps."""
    model.compile(keras.optimizers.Adam(learning_rate), run_eagerly=not graph, jit_compile=False)
    return model


def numpy_kl(z_mean, z_log_var):
    """KL(N(m, s²) || N(0, 1)) by dimension, from the general formula for two Gaussians."""
    m, s = z_mean.astype(np.float64), np.exp(0.5 * z_log_var.astype(np.float64))
    return np.log(1 / s) + (s**2 + m**2) / 2 - 0.5


def numpy_bce(images, logits):
    """Binary cross-entropy in nats, summed over pixels, from SciPy's log-sigmoid."""
    images, logits = images.astype(np.float64), logits.astype(np.float64)
    log_p = scipy.special.log_expit(logits)
    log_not_p = scipy.special.log_expit(-logits)
    return -(images * log_p + (1 - images) * log_not_p).sum(axis=(1, 2, 3))


# The two terms of the loss


def test_bce_is_that_of_scipy():
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=8, size=(20, *SHAPE)).astype(np.float32)
    found = np.asarray(models.reconstruction_loss(random_images(20), logits))
    assert found.shape == (20,)
    np.testing.assert_allclose(found, numpy_bce(random_images(20), logits), rtol=1e-5)


def test_bce_of_binary_pixels_is_the_bernoulli_likelihood():
    rng = np.random.default_rng(2)
    images = rng.integers(0, 2, (20, *SHAPE)).astype(np.float32)
    logits = rng.normal(scale=2, size=(20, *SHAPE)).astype(np.float32)
    likelihood = scipy.stats.bernoulli.logpmf(images, scipy.special.expit(logits))
    found = np.asarray(models.reconstruction_loss(images, logits))
    np.testing.assert_allclose(found, -likelihood.sum(axis=(1, 2, 3)), rtol=1e-5)


def test_bce_survives_extreme_logits():
    images = np.array([0.0, 1.0, 0.5, 0.0, 1.0], np.float32).reshape(5, 1, 1, 1)
    logits = np.array([1e4, -1e4, 1e4, -1e4, 1e4], np.float32).reshape(5, 1, 1, 1)
    found = np.asarray(models.reconstruction_loss(images, logits))
    np.testing.assert_allclose(found, [1e4, 1e4, 5e3, 0, 0])


def test_bce_of_grey_pixels_has_their_entropy_as_floor():
    x = np.array([0.1, 0.5, 0.8], np.float32)
    best = scipy.special.logit(x).reshape(3, 1, 1, 1)
    entropy = scipy.stats.bernoulli.entropy(x)
    images = x.reshape(3, 1, 1, 1)
    np.testing.assert_allclose(models.reconstruction_loss(images, best), entropy, rtol=1e-5)
    assert (np.asarray(models.reconstruction_loss(images, best + 0.3)) > entropy).all()


def test_mse_is_summed_over_pixels():
    logits = np.random.default_rng(3).normal(size=(20, *SHAPE)).astype(np.float32)
    squares = (random_images(20) - scipy.special.expit(logits)) ** 2
    found = np.asarray(models.reconstruction_loss(random_images(20), logits, "mse"))
    np.testing.assert_allclose(found, squares.sum(axis=(1, 2, 3)), rtol=1e-5)


def test_mse_is_a_gaussian_likelihood_with_variance_one_half():
    logits = np.random.default_rng(4).normal(size=(20, *SHAPE)).astype(np.float32)
    gaussian = scipy.stats.norm(scipy.special.expit(logits), np.sqrt(0.5))
    likelihood = gaussian.logpdf(random_images(20)).sum(axis=(1, 2, 3))
    constant = 0.5 * np.log(np.pi) * np.prod(SHAPE)
    found = np.asarray(models.reconstruction_loss(random_images(20), logits, "mse"))
    np.testing.assert_allclose(found, -likelihood - constant, rtol=1e-4)


def test_kl_is_the_closed_form():
    rng = np.random.default_rng(5)
    z_mean, z_log_var = rng.normal(scale=2, size=(2, 50, LATENT)).astype(np.float32)
    found = np.asarray(models.kl_per_dimension(z_mean, z_log_var))
    assert found.shape == (50, LATENT)
    np.testing.assert_allclose(found, numpy_kl(z_mean, z_log_var), rtol=1e-5, atol=1e-6)
    assert (found >= 0).all()


def test_kl_to_itself_is_zero():
    zeros = np.zeros((1, LATENT), np.float32)
    np.testing.assert_array_equal(models.kl_per_dimension(zeros, zeros), zeros)


@pytest.mark.parametrize(("mean", "variance"), [(0.0, 0.1), (1.5, 1.0), (-0.7, 2.5)])
def test_kl_is_the_mean_log_ratio_of_samples(mean, variance):
    posterior = scipy.stats.norm(mean, np.sqrt(variance))
    z = posterior.rvs(200_000, random_state=6)
    ratio = posterior.logpdf(z) - scipy.stats.norm.logpdf(z)
    error = ratio.std() / np.sqrt(len(z))
    parameters = np.array([[mean]], np.float32), np.log(np.array([[variance]], np.float32))
    assert abs(float(models.kl_per_dimension(*parameters)[0, 0]) - ratio.mean()) < 5 * error


# Sampling


def draw(layer, n=1, z_mean=0.0, z_log_var=0.0):
    full = [np.full((n, LATENT), value, np.float32) for value in (z_mean, z_log_var)]
    return keras.ops.convert_to_numpy(layer(tuple(full)))


@pytest.mark.parametrize("seed", [None, 7])
def test_noise_differs_between_images_dimensions_and_calls(seed):
    layer = models.Sampling(seed)
    noise = np.stack([draw(layer, 4), draw(layer, 4)])
    assert len(np.unique(noise)) == noise.size


def test_samples_have_the_mean_and_variance_asked_for():
    z = draw(models.Sampling(8), 20_000, z_mean=2.0, z_log_var=np.log(9.0))
    assert z.dtype == np.float32
    assert scipy.stats.kstest(z.ravel(), scipy.stats.norm(2, 3).cdf).pvalue > 1e-3


def test_the_same_seed_draws_the_same():
    np.testing.assert_array_equal(draw(models.Sampling(9)), draw(models.Sampling(9)))
    assert (draw(models.Sampling(9)) != draw(models.Sampling(10))).all()


def test_restart_depends_on_its_numbers_alone():
    layer, other = models.Sampling(1), models.Sampling(2)
    draw(layer)
    layer.restart(5, 3)
    other.restart(5, 3)
    first = draw(layer)
    np.testing.assert_array_equal(first, draw(other))
    other.restart(5, 4)
    assert (first != draw(other)).all()


def test_gradients_reach_mean_and_log_variance():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("needs the gradient tape of TensorFlow")
    z_mean, z_log_var = tf.Variable([[0.3, -1.0]]), tf.Variable([[0.5, -2.0]])
    with tf.GradientTape() as tape:
        z = models.Sampling(11)((z_mean, z_log_var))
    by_mean, by_log_var = tape.gradient(z, (z_mean, z_log_var))
    np.testing.assert_allclose(by_mean, [[1, 1]])
    np.testing.assert_allclose(by_log_var, (z - z_mean) / 2, rtol=1e-5)  # d exp(v/2) e / dv


# What training logs


@pytest.mark.parametrize(("beta", "reconstruction"), [(0.0, "bce"), (1.0, "mse"), (2.048, "bce")])
def test_logged_parts_add_up(beta, reconstruction):
    vae = compiled(small_vae(beta=beta, reconstruction=reconstruction))
    logs = vae.fit(
        random_images(70),
        validation_data=(random_images(30, seed=1),),
        batch_size=32,
        epochs=2,
        verbose=0,
    ).history
    for prefix in ("", "val_"):
        loss, first, kl = (
            np.array(logs[prefix + key]) for key in ("loss", "reconstruction_loss", "kl_loss")
        )
        np.testing.assert_allclose(loss, first + beta * kl, atol=1e-4, rtol=0)
        assert (kl > 1).all()  # so that a wrong beta would show


def test_autoencoder_logs_its_loss():
    autoencoder = compiled(small_autoencoder())
    logs = autoencoder.fit(random_images(70), batch_size=32, epochs=2, verbose=0).history
    assert set(logs) == {"loss", "reconstruction_loss"}
    np.testing.assert_allclose(logs["loss"], logs["reconstruction_loss"], atol=1e-4)


def test_metrics_are_exact_with_a_partial_last_batch():
    images = random_images(70)
    images[64:] *= 0.01  # the six of the last batch are quite unlike the others
    autoencoder = compiled(small_autoencoder())
    autoencoder.decoder.get_layer("pixels").bias.assign(np.full(30, 2.0))
    logits = keras.ops.convert_to_numpy(autoencoder(images)["logits"])
    each = numpy_bce(images, logits)
    of_batches = np.mean([each[:32].mean(), each[32:64].mean(), each[64:].mean()])
    assert abs(of_batches - each.mean()) > 0.1  # what an average of averages would say
    logs = autoencoder.evaluate(images, batch_size=32, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(each.mean(), abs=1e-4)
    assert logs["reconstruction_loss"] == pytest.approx(each.mean(), abs=1e-4)


def test_logged_kl_is_the_mean_over_all_images():
    images = random_images(70)
    images[64:] *= 0.01
    vae = compiled(small_vae())
    each = numpy_kl(*vae.encode(images)).sum(axis=1)
    logs = vae.evaluate(images, batch_size=32, verbose=0, return_dict=True)
    assert logs["kl_loss"] == pytest.approx(each.mean(), abs=1e-5)


def test_batches_and_epochs_get_different_noise():
    images = np.repeat(random_images(1), 64, axis=0)
    vae = compiled(small_vae(), learning_rate=0.0, graph=True)
    logs = vae.fit(images, batch_size=32, epochs=3, verbose=0).history
    assert len(set(logs["reconstruction_loss"])) == 3
    one, two = (vae.train_on_batch(images[:32], return_dict=True) for _ in range(2))
    assert one["reconstruction_loss"] != two["reconstruction_loss"]


def test_beta_counts_after_compiling():
    vae = compiled(small_vae(beta=1.0), learning_rate=0.0, graph=True)
    for beta in (1.0, 5.0, 0.0):
        vae.beta.assign(beta)
        logs = vae.fit(random_images(32), batch_size=32, verbose=0).history
        weighted = logs["loss"][0] - logs["reconstruction_loss"][0]
        assert weighted == pytest.approx(beta * logs["kl_loss"][0], abs=1e-4)


def test_beta_changes_what_is_learned():
    vae = compiled(small_vae(beta=0.0), learning_rate=0.01, graph=True)
    free = vae.fit(random_images(64), epochs=2, verbose=0).history["kl_loss"]
    vae.beta.assign(10.0)
    pressed = vae.fit(random_images(64), epochs=20, verbose=0).history["kl_loss"]
    assert pressed[-1] < 0.5 * free[-1]


def test_beta_is_not_trained():
    vae = compiled(small_vae(beta=2.0), learning_rate=0.1)
    vae.fit(random_images(64), batch_size=32, verbose=0)
    assert float(vae.beta.value) == 2.0
    assert not any(weight is vae.beta for weight in vae.trainable_variables)


def test_free_bits_put_a_floor_under_each_dimension():
    images = random_images(40)
    vae = compiled(small_vae(beta=2.0, free_bits=0.8))
    by_dimension = numpy_kl(*vae.encode(images)).mean(axis=0)
    assert (by_dimension < 0.8).any()
    assert (by_dimension > 0.8).any()
    logs = vae.evaluate(images, batch_size=40, verbose=0, return_dict=True)
    penalty = (logs["loss"] - logs["reconstruction_loss"]) / 2.0
    assert penalty == pytest.approx(np.maximum(by_dimension, 0.8).sum(), abs=1e-4)
    assert logs["kl_loss"] == pytest.approx(by_dimension.sum(), abs=1e-4)


def test_training_lowers_the_loss():
    images = np.repeat(random_images(2), 50, axis=0).round()
    vae = compiled(small_vae(beta=0.1), learning_rate=0.02, graph=True)
    loss = vae.fit(images, batch_size=20, epochs=12, verbose=0).history["loss"]
    assert loss[-1] < 0.5 * loss[0]


def test_the_same_seed_gives_the_same_history():
    def history(seed):
        vae = compiled(small_vae(seed))
        return vae.fit(random_images(50), batch_size=30, epochs=2, verbose=0).history

    first = history(3)
    assert history(3) == first
    assert history(4) != first


# Saving and loading

LOAD = """
import sys
from pathlib import Path
import keras, numpy as np
import vae_helpers.models
for folder in map(Path, sys.argv[1:]):
    model = keras.saving.load_model(folder / "model.keras")
    given = np.load(folder / "given.npz")
    encoded = np.reshape(model.encode(given["images"]), given["encoded"].shape)
    np.testing.assert_allclose(encoded, given["encoded"], atol=1e-6)
    np.testing.assert_allclose(model.decode(given["z"]), given["decoded"], atol=1e-6)
    print(type(model).__name__, model.name, model.reconstruction, end=" ")
    if isinstance(model, vae_helpers.models.VAE):
        print(float(model.beta.value), model.free_bits, end=" ")
    model.fit(given["images"], verbose=0)
    print("trained")
"""


def save_with_outputs(model, folder):
    """Save a model that was trained a little, with what it says about some images and points."""
    folder.mkdir()
    images, z = random_images(5), np.random.default_rng(0).normal(size=(4, LATENT))
    compiled(model).fit(images, verbose=0)
    if isinstance(model, models.VAE):
        model.beta.assign(1.25)  # the present value is saved, not the first one
    np.savez(
        folder / "given.npz",
        images=images,
        z=z,
        encoded=np.reshape(model.encode(images), (-1, 5, LATENT)),
        decoded=model.decode(z),
    )
    model.save(folder / "model.keras")
    return str(folder)


def test_a_fresh_process_loads_without_custom_objects(tmp_path):
    vae = small_vae(beta=0.7, free_bits=0.1, reconstruction="mse", name="mine")
    folders = [
        save_with_outputs(vae, tmp_path / "vae"),
        save_with_outputs(small_autoencoder(name="plain"), tmp_path / "plain"),
    ]
    run = subprocess.run([sys.executable, "-c", LOAD, *folders], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "VAE mine mse 1.25 0.1 trained",
        "Autoencoder plain bce trained",
    ]


def test_the_config_describes_the_present_model():
    vae = small_vae(beta=0.7, free_bits=0.1, reconstruction="mse")
    vae.beta.assign(1.25)
    twin = models.VAE.from_config(vae.get_config())
    assert float(twin.beta.value) == 1.25
    assert (twin.free_bits, twin.reconstruction, twin.sampling.seed) == (0.1, "mse", 0)
    assert twin.encoder is not vae.encoder


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_the_precision_is_saved(precision, tmp_path):
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        mixed = compiled(small_vae())
        mixed.fit(random_images(5), verbose=0)
        mixed.save(tmp_path / "mixed.keras")
        plain = models.VAE.from_config({**mixed.get_config(), "dtype": "float32"})
        assert plain.dtype_policy.name == "float32"  # whatever the policy of the moment
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    twin = keras.saving.load_model(tmp_path / "mixed.keras")
    assert twin.dtype_policy.name == precision
    scaled = isinstance(twin.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (precision == "mixed_float16")
    images = random_images(4)
    np.testing.assert_array_equal(twin.encode(images)[0], mixed.encode(images)[0])


class SpreadVAE(models.VAE):
    """A penalty of z itself: the squared mean of a batch, which no function of the KL knows."""

    def regularizer(self, kl, z_mean, z_log_var, z):
        self.seen = [tuple(part.shape) for part in (kl, z_mean, z_log_var, z)]
        spread = keras.ops.sum(keras.ops.square(models.batch_mean(z)))
        return super().regularizer(kl, z_mean, z_log_var, z) + 7.0 * spread


def test_a_regularizer_sees_z():
    images = random_images(20)
    base = small_vae()
    vae = SpreadVAE(base.encoder, base.decoder, seed=0)
    compiled(vae)
    vae.sampling.restart(1)
    logs = vae.evaluate(images, batch_size=20, verbose=0, return_dict=True)
    vae.sampling.restart(1)
    z = keras.ops.convert_to_numpy(vae(images)["z"])
    added = logs["loss"] - logs["reconstruction_loss"] - logs["kl_loss"]
    assert added == pytest.approx(7.0 * np.square(z.mean(axis=0)).sum(), rel=1e-3)
    assert vae.seen == [(20, LATENT)] * 4


def test_codes_are_one_point_an_image():
    images = random_images(5)
    vae, plain = small_vae(), small_autoencoder()
    np.testing.assert_array_equal(vae.codes(images), vae.encode(images)[0])
    np.testing.assert_array_equal(plain.codes(images), plain.encode(images))


def test_batches_are_handed_over_as_copies():
    """A function that computes in place cannot reach the caller's array."""

    def in_place(batch, training):
        batch *= 2
        return batch

    values = np.ones((7, 2), np.float32)
    np.testing.assert_array_equal(models.in_batches(in_place, values, 3), 2 * values)
    assert (values == 1).all()


# Encoding, decoding, sampling


def test_shapes_of_an_autoencoder():
    autoencoder = small_autoencoder()
    z = autoencoder.encode(random_images(7))
    assert isinstance(z, np.ndarray)
    assert z.shape == (7, LATENT)
    assert autoencoder.latent_dim == LATENT
    assert autoencoder.image_shape == SHAPE


def test_shapes_of_a_vae():
    vae = small_vae()
    z_mean, z_log_var = vae.encode(random_images(7))
    assert z_mean.shape == z_log_var.shape == (7, LATENT)
    assert z_mean.dtype == z_log_var.dtype == np.float32
    outputs = vae(random_images(7))
    assert set(outputs) == {"z_mean", "z_log_var", "z", "logits"}
    assert tuple(outputs["logits"].shape) == (7, *SHAPE)


@pytest.mark.parametrize("build", [small_autoencoder, small_vae])
def test_decoded_images_are_probabilities(build):
    model = build()
    z = np.random.default_rng(0).normal(scale=1000, size=(9, LATENT))
    images = model.decode(z)
    logits = keras.ops.convert_to_numpy(model.decoder(z.astype(np.float32)))
    assert images.shape == (9, *SHAPE)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, scipy.special.expit(logits), atol=1e-6)
    assert images.min() >= 0
    assert images.max() <= 1


def test_reconstruction_decodes_the_posterior_mean():
    vae, images = small_vae(), random_images(7)
    np.testing.assert_array_equal(vae.reconstruct(images), vae.decode(vae.encode(images)[0]))
    np.testing.assert_array_equal(vae.reconstruct(images), vae.reconstruct(images))
    plain = small_autoencoder()
    np.testing.assert_array_equal(plain.reconstruct(images), plain.decode(plain.encode(images)))


@pytest.mark.parametrize("build", [small_autoencoder, small_vae])
def test_batch_size_does_not_matter(build):
    model, images = build(), random_images(11)
    np.testing.assert_allclose(model.encode(images, batch_size=4), model.encode(images), atol=1e-6)
    np.testing.assert_allclose(
        model.reconstruct(images, batch_size=1), model.reconstruct(images), atol=1e-6
    )


def test_samples_depend_on_the_seed_alone():
    vae = small_vae()
    images = vae.sample(6, seed=1)
    assert images.shape == (6, *SHAPE)
    np.testing.assert_array_equal(images, vae.sample(6, seed=1))
    assert (images != vae.sample(6, seed=2)).any()
    assert (vae.sample(6) != vae.sample(6)).any()


def test_temperature_scales_the_prior():
    vae = small_vae()
    np.testing.assert_allclose(
        vae.sample(3, seed=1, temperature=0.0), np.repeat(vae.decode(np.zeros((1, 3))), 3, axis=0)
    )
    z = np.random.default_rng(1).standard_normal((3, LATENT), dtype=np.float32)
    np.testing.assert_allclose(vae.sample(3, seed=1, temperature=2.0), vae.decode(2 * z), atol=1e-6)


# Bad input

BAD_CALLS = {
    "images of another size": (lambda m: m.encode(np.zeros((2, 28, 28, 1))), "images has shape"),
    "images without channel": (lambda m: m.encode(np.zeros((2, 6, 5))), "images has shape"),
    "one image": (lambda m: m.reconstruct(np.zeros(SHAPE)), "images has shape"),
    "bytes": (lambda m: m.encode(np.full((2, *SHAPE), 255)), "divide bytes by 255"),
    "negative pixels": (lambda m: m.encode(np.full((2, *SHAPE), -0.1)), "images has values"),
    "NaN pixels": (lambda m: m.encode(np.full((2, *SHAPE), np.nan)), "images holds NaN"),
    "no images": (lambda m: m.encode(np.zeros((0, *SHAPE))), "images"),
    "points of another dimension": (lambda m: m.decode(np.zeros((2, 4))), "z has shape (2, 4)"),
    "one point": (lambda m: m.decode(np.zeros(3)), "z has shape (3,)"),
    "infinite points": (lambda m: m.decode([[np.inf, 0, 0]]), "z holds NaN or infinity"),
    "no points": (lambda m: m.decode(np.zeros((0, 3))), "z"),
    "no samples": (lambda m: m.sample(0), "n=0"),
    "negative temperature": (lambda m: m.sample(1, temperature=-1.0), "temperature=-1.0"),
    "batches of zero": (lambda m: m.encode(np.zeros((2, *SHAPE)), batch_size=0), "batch_size=0"),
}


@pytest.mark.parametrize("build", [small_autoencoder, small_vae])
@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls_are_named(case, build):
    call, words = BAD_CALLS[case]
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the words are checked below
        call(build())
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("reconstruction", "l1"),
        ("beta", -1.0),
        ("beta", float("nan")),
        ("beta", float("inf")),
        ("free_bits", -0.5),
        ("free_bits", float("nan")),
    ],
)
def test_bad_settings_are_named(argument, value):
    with pytest.raises(ValueError, match=f"{argument}={value!r}"):
        small_vae(**{argument: value})
