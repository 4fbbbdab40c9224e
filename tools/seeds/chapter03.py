"""What chapter 03 says of training."""

import numpy as np
from over_seeds import claim

import vae_helpers as vh
from vae_helpers.backend import keras
from vae_helpers.training import BetaSchedule, Recipe, fit

DEEP = {"hidden": (200, 200), "decoder_hidden": (200,) * 5, "activation": "relu"}
SHORT = Recipe(epochs=3, batch_size=100, learning_rate=1e-3, steps_per_call=50, fused_adam=True)


def new_vae(hidden=(300,), decoder_hidden=(300,), seed=0, activation="leaky_relu", **settings):
    """Build the chapter's dense VAE with fresh weights."""
    keras.utils.set_random_seed(seed)
    encoder = vh.models.dense_encoder((28, 28, 1), hidden, 10, activation=activation)
    decoder = vh.models.dense_decoder((28, 28, 1), decoder_hidden, 10, activation=activation)
    return vh.models.VAE(encoder, decoder, seed=seed, **settings)


def _mnist():
    data = vh.load_data("mnist")
    return data.train.images, data.validation.images[:2_000], data.test.images


@claim(
    "In the first steps the KL leaps up and is reined in; what remains is 13 to 20 nats.",
    holds=lambda v: v["start"] < 2 and v["peak"] > 25 and 13 < v["after 400 steps"] < 20,
    protocol="10,000 images, 400 steps of 100, Adam 1e-3; mean training KL of every ten steps.",
)
def kl_leaps(models):
    train, val, _ = _mnist()
    model = new_vae(seed=models.seed)
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    start = model.evaluate(val[:999], verbose=0, return_dict=True)["kl_loss"]
    run = model.fit(train[:10_000], batch_size=100, steps_per_epoch=10, epochs=40, verbose=0)
    kl = run.history["kl_loss"]
    return {"start": start, "peak": max(kl), "after 400 steps": kl[-1]}


@claim(
    "At β = 784 the code says next to nothing: less than 0.05 nats.",
    holds=lambda v: v["KL, nats"] < 0.05 and 200 < v["reconstruction"] < 220,
    protocol="10,000 images, 200 steps of 100, Adam 1e-3; 2,000 validation images.",
)
def silent(models):
    train, val, _ = _mnist()
    model = new_vae(seed=models.seed, beta=784)
    recipe = SHORT.replace(epochs=2, steps_per_call=25)
    logs = fit(model, train[:10_000], val, recipe, seed=models.seed, progress=False)
    return {"KL, nats": logs["val_kl_loss"][-1], "reconstruction": logs["val_loss"][-1]}


@claim(
    "A deep decoder leaves some six of ten dimensions dead, warm-up four or five, free bits none; "
    "both beat no help by 2 nats and more, and warm-up has the best ELBO.",
    holds=lambda v: (
        4 <= v["dead, plain"] <= 7
        and v["dead, warm-up"] in (4, 5)
        and v["dead, free bits"] == 0
        and v["−ELBO, warm-up"] < v["−ELBO, free bits"] < v["−ELBO, plain"] - 2
    ),
    protocol="10,000 images, 6 epochs, mean KL below 0.2 nats on 2,000 validation images.",
)
def collapse(models):
    train, val, _ = _mnist()
    plain = Recipe(epochs=6, batch_size=100, learning_rate=3e-3, steps_per_call=50, fused_adam=True)
    warm = plain.replace(beta_schedule=BetaSchedule(1.0, kind="linear", epochs=3))
    runs = {
        "plain": (plain, {}),
        "warm-up": (warm, {}),
        "free bits": (plain, {"free_bits": 0.3}),
    }
    numbers = {}
    for name, (recipe, settings) in runs.items():
        model = new_vae(seed=models.seed, **DEEP, **settings)
        logs = fit(model, train[:10_000], val, recipe, seed=models.seed, progress=False)
        kl = vh.metrics.kl_per_dimension(*model.encode(val))
        numbers[f"dead, {name}"] = np.sum(kl.mean(axis=0) < 0.2)
        nats = logs["val_reconstruction_loss"][-1] + logs["val_kl_loss"][-1]
        numbers[f"−ELBO, {name}"] = nats
    return numbers


@claim(
    "The bias of the mean image gains some 19 nats, a shorter memory of Adam less than two.",
    holds=lambda v: 17 < v["gain, mean-image bias"] < 22 and 0 < v["gain, β₂ = 0.99"] < 2,
    protocol="5,000 images, 3 epochs of batches of 100, Adam 1e-3; 2,000 validation images.",
)
def gains(models):
    train, val, _ = _mnist()
    recipes = {
        "plain": SHORT,
        "mean-image bias": SHORT.replace(mean_image_bias=True),
        "β₂ = 0.99": SHORT.replace(beta_2=0.99),
        "a high rate that falls": SHORT.replace(learning_rate=6e-3, schedule="cosine", warmup=0.1),
    }
    last = {}
    for name, recipe in recipes.items():
        model = new_vae(seed=models.seed)
        logs = fit(model, train[:5_000], val, recipe, seed=models.seed, progress=False)
        last[name] = logs["val_loss"][-1]
    plain = last.pop("plain")
    return {"plain, nats": plain, **{f"gain, {k}": plain - v for k, v in last.items()}}


class Fixed:
    """A model whose posteriors are given."""

    def __init__(self, codes, decoder):
        self.codes, self.decode_logits = codes, decoder.decode_logits

    def encode(self, images):
        """Return the given codes."""
        return self.codes


def refine(model, images, seed=0, steps=300):
    """Return means and log-variances that were moved by gradient from the encoder's."""
    layer = Table(*(np.array(part) for part in model.encode(images)))
    inputs = keras.Input(images.shape[1:])
    model.decoder.trainable = False
    refined = vh.models.VAE(keras.Model(inputs, layer(inputs)), model.decoder, seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(0.05, steps)
    refined.compile(keras.optimizers.Adam(rate), steps_per_execution=50)
    repeated = np.tile(images, (steps, 1, 1, 1))
    refined.fit(repeated, batch_size=len(images), shuffle=False, verbose=0)
    return [np.array(w) for w in layer.get_weights()]


class Table(keras.layers.Layer):
    """Keep a mean and a log-variance for each of a few images."""

    def __init__(self, z_mean, z_log_var):
        super().__init__()
        self.z_mean = keras.Variable(z_mean)
        self.z_log_var = keras.Variable(z_log_var)

    def call(self, images):
        """Return the table, whatever the images are."""
        return self.z_mean + 0, self.z_log_var + 0


def _gaps(model, images):
    found = {}
    codes = {"encoder": model.encode(images), "refined": refine(model, images)}
    for name, code in codes.items():
        fixed = Fixed(code, model)
        found[name] = vh.metrics.estimate_elbo(fixed, images, samples=100, seed=1).mean()
    bound = vh.metrics.importance_weighted_log_likelihood(fixed, images, k=500, seed=1).mean()
    return found["refined"] - found["encoder"], bound - found["refined"]


@claim(
    "The gap between the ELBO and log p(x) is mostly the encoder's haste: four to five nats of "
    "it, against less than one nat for the shape of the Gaussian.",
    holds=lambda v: (
        all(
            v[f"amortisation, {w}"] > 2 * v[f"approximation, {w}"]
            for w in ("test", "training", "grey")
        )
        and 3.5 < v["amortisation, test"] < 5.5
        and 0.5 < v["approximation, test"] < 1.1
    ),
    protocol="100 test images, black and white; 300 steps of gradient on fresh noise; 100 other "
    "draws for each ELBO, 500 importance samples; the same with training images and grey ones.",
)
def amortisation(models):
    train, _, test = _mnist()
    model = models("mnist-vae")
    white = lambda images: (images >= 0.5).astype("float32")  # noqa: E731
    sets = {"test": white(test[::100]), "training": white(train[::500]), "grey": test[::100]}
    numbers = {}
    for name, images in sets.items():
        numbers[f"amortisation, {name}"], numbers[f"approximation, {name}"] = _gaps(model, images)
    return numbers
