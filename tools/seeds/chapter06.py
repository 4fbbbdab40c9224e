"""What chapter 06 says of trained models."""

from functools import cache

import numpy as np
from over_seeds import claim

import vae_helpers as vh

N = 2_000
IMAGES = "2,000 test images"


@cache
def digits():
    return vh.load_data("mnist", validation=10_000)


def some():
    return digits().test.images[::5]


@cache
def coins():
    return vh.metrics.binarize(some(), seed=0)


def loss(model, images):
    return -vh.metrics.estimate_elbo(model, images).mean()


def distance(images):
    return vh.features.frechet_classifier_distance(images).value


def copy_error(model):
    return vh.metrics.reconstruction_error(some(), model.reconstruct(some()))


@claim(
    "The AE copies better than the VAE with the same layers; half of the BCE is floor.",
    holds=lambda v: (
        v["AE, squared error"] < v["VAE, squared error"]
        and v["AE, above the floor"] < v["VAE, above the floor"] - 2
        and v["VAE, above the floor"] < v["floor"]
    ),
    protocol=IMAGES + ".",
)
def copies(models):
    floor = vh.metrics.bce_floor(some())
    numbers = {"floor": floor}
    for name in ("AE", "VAE"):
        model = models(f"mnist-{name.lower()}")
        bce = vh.metrics.reconstruction_error(some(), model.reconstruct(some()), "bce")
        numbers |= {f"{name}, squared error": copy_error(model)}
        numbers |= {f"{name}, above the floor": bce - floor}
    return numbers


@claim(
    "Neither a lower nor a higher KL is better: β = 4 and 10 have worse copies and samples than "
    "β = 1, β = 0.1 has worse samples.",
    holds=lambda v: (
        v["β = 10, KL"] < v["β = 4, KL"] < v["β = 1, KL"] < v["β = 0.1, KL"]
        and v["β = 1, squared error"] < v["β = 4, squared error"] < v["β = 10, squared error"]
        and v["β = 1, distance"] < min(v[f"β = {b}, distance"] for b in (0.1, 4, 10)) - 1
    ),
    protocol=f"{IMAGES}, 2,000 samples of N(0, I).",
)
def price(models):
    numbers = {}
    for beta in (0.1, 1, 4, 10):
        model = models("mnist-vae", beta=None if beta == 1 else beta)
        kl = vh.metrics.kl_divergence(*model.encode(some())).mean()
        numbers[f"β = {beta:g}, KL"] = kl
        numbers[f"β = {beta:g}, squared error"] = copy_error(model)
        numbers[f"β = {beta:g}, distance"] = distance(model.sample(N, seed=1))
    return numbers


@claim(
    "The loss on grey digits is the mean bound over coins that the encoder does not see; an "
    "encoder that sees them gets a bound tighter by a nat or two.",
    holds=lambda v: (
        abs(v["grey"] - v["coins, encoder sees grey"]) < 0.3
        and 0.8 < v["grey"] - v["coins"] < 2.5
        and v["coins"] - v["threshold"] > 8
    ),
    protocol=f"{IMAGES}, mean of five tosses in the second line.",
)
def grey_bound(models):
    vae = models("mnist-vae")
    z_mean, z_log_var = vae.encode(some())
    p = vae.decode(vh.latent.sample_posterior(z_mean, z_log_var, seed=0))
    tosses = [vh.metrics.binarize(some(), seed=s) for s in range(5)]
    costs = [vh.metrics.reconstruction_error(b, p, "bce") for b in tosses]
    return {
        "grey": loss(vae, some()),
        "coins, encoder sees grey": np.mean(costs)
        + vh.metrics.kl_divergence(z_mean, z_log_var).mean(),
        "coins": loss(vae, coins()),
        "threshold": loss(vae, vh.metrics.binarize(some(), "threshold")),
    }


@claim(
    "The VAE's precision is nearly that of real images, its coverage is far below; the AE's "
    "samples from N(0, I) are further away than noisy digits.",
    holds=lambda v: (
        v["precision"] > 0.85
        and v["coverage"] < 0.3
        and v["distance"] < v["noisy digits"] < v["AE, distance"]
        and v["distance, sd of ten sampling seeds"] < 0.04 * v["distance"]
    ),
    protocol="2,000 samples of N(0, I), 2,000 test images, k = 5.",
)
def samples(models):
    vae = models("mnist-vae")
    real = vh.features.classifier_features(some())
    scores = vh.metrics.neighbour_scores(
        real, vh.features.classifier_features(vae.sample(N, seed=1))
    )
    others = digits().train.images[1::25]
    noisy = others + 0.2 * np.random.default_rng(6).standard_normal(others.shape)
    distances = [distance(vae.sample(N, seed=s)) for s in range(10)]
    return {
        "precision": scores.precision,
        "coverage": scores.coverage,
        "distance": np.mean(distances),
        "distance, sd of ten sampling seeds": np.std(distances, ddof=1),
        "noisy digits": distance(np.clip(noisy, 0, 1).astype("float32")),
        "AE, distance": distance(models("mnist-ae").sample(N, seed=1)),
    }
