"""What chapter 04 says of trained models."""

from functools import cache

import numpy as np
from over_seeds import claim
from scipy.stats import norm

import vae_helpers as vh


@cache
def digits():
    return vh.load_data("mnist", validation=10_000)


def some():
    return digits().test.images[::5]


@cache
def real_diversity():
    return vh.metrics.diversity(vh.features.classifier_features(some()))


def noise():
    return vh.latent.sample_prior(2_000, 10, seed=1)


def judge(images):
    """Return the share that is recognised, the diversity (real digits: 1), and the distance."""
    features, probabilities = vh.features.features_and_probabilities(images)
    return {
        "recognised": float(np.mean(probabilities.max(axis=1) >= 0.9)),
        "diversity": float(vh.metrics.diversity(features) / real_diversity()),
        "distance": float(vh.features.features_distance(features).value),
    }


def draws(model, n=10_000):
    """Return what a sampler is fitted to: codes of an AE, draws from the posteriors of a VAE."""
    codes = model.encode(digits().train.images[:n])
    return vh.latent.sample_posterior(*codes, seed=0) if isinstance(codes, tuple) else codes


def posteriors(vae):
    return vae.encode(digits().train.images)


def log_prior(z):
    return norm.logpdf(z).sum(axis=1)


SAMPLES = "2,000 samples a row, compared with the 10,000 test images."


@claim(
    "Of N(0, I) the AE makes ghosts that the judge takes for digits: for ones.",
    holds=lambda v: (
        v["recognised"] > 0.9
        and v["ones"] > 0.95
        and v["diversity"] < 0.2 < 0.4 < v["VAE diversity"]
        and v["distance"] > 2 * v["VAE distance"]
    ),
    protocol=SAMPLES,
)
def ghosts(models):
    images = models("mnist-ae").decode(noise())
    ones = vh.features.classify(images).argmax(axis=1) == 1
    vae = judge(models("mnist-vae").decode(noise()))
    return {
        "ones": ones.mean(),
        **judge(images),
        "VAE distance": vae["distance"],
        "VAE diversity": vae["diversity"],
    }


@claim(
    "Asked with one Gaussian of its codes' mean and covariance, the AE is no worse than the VAE "
    "asked with N(0, I); the VAE gains little by such a Gaussian.",
    holds=lambda v: (
        v["AE recognised, least"] > v["VAE, N(0, I) recognised"]
        and v["AE distance, most"] < v["VAE, N(0, I) distance"]
        and 0 < v["VAE, N(0, I) distance"] - v["VAE distance, most"] < 3
    ),
    protocol=SAMPLES + " Gaussians fitted to 10,000 codes or draws, three sampling seeds.",
)
def one_gaussian(models):
    numbers = {}
    for name in ("AE", "VAE"):
        model = models(f"mnist-{name.lower()}")
        codes = draws(model)
        found = [
            judge(
                model.decode(vh.latent.sample_gaussian(codes, 2_000, np.random.default_rng(seed)))
            )
            for seed in (1, 2, 3)
        ]
        numbers[f"{name} recognised, least"] = min(one["recognised"] for one in found)
        numbers[f"{name} distance, most"] = max(one["distance"] for one in found)
    prior = judge(models("mnist-vae").decode(noise()))
    numbers["VAE, N(0, I) recognised"] = prior["recognised"]
    numbers["VAE, N(0, I) distance"] = prior["distance"]
    return numbers


@claim(
    "With a mixture of ten Gaussians the AE beats the VAE; both beat the VAE's N(0, I) by far.",
    holds=lambda v: (
        v["AE distance, most"] < v["VAE distance, least"]
        and v["VAE distance, most"] < 0.75 * v["VAE, N(0, I) distance"]
        and 1 < v["nats saved at test images"] < 3
    ),
    protocol=SAMPLES + " Mixtures fitted to 10,000 codes or draws, three sampling seeds.",
)
def mixtures(models):
    numbers = {}
    for name in ("AE", "VAE"):
        model = models(f"mnist-{name.lower()}")
        mixture = vh.latent.PosteriorMixture(draws(model), 10, seed=0)
        found = [judge(model.decode(mixture.sample(2_000, seed=seed))) for seed in (1, 2, 3)]
        for what, choose in (("least", min), ("most", max)):
            numbers[f"{name} distance, {what}"] = choose(one["distance"] for one in found)
        numbers[f"{name} recognised, least"] = min(one["recognised"] for one in found)
    vae = models("mnist-vae")
    numbers["VAE, N(0, I) distance"] = judge(vae.decode(noise()))["distance"]
    z = vh.latent.sample_posterior(*vae.encode(digits().test.images), seed=0)
    numbers["nats saved at test images"] = np.mean(mixture.log_density(z) - log_prior(z))
    return numbers


@claim(
    "Copies of test images get a better distance when their codes are stretched by 1.4.",
    holds=lambda v: (
        v["× 1.4"] < 0.65 * v["× 1"] and v["× 1.4 recognised"] > v["× 1 recognised"] - 0.01
    ),
    protocol="2,000 test images, posterior means, compared with the 10,000 test images.",
)
def stretched_copies(models):
    vae = models("mnist-vae")
    z_mean, _ = vae.encode(some())
    numbers = {}
    for factor in (1, 1.2, 1.4):
        found = judge(vae.decode(factor * z_mean))
        numbers[f"× {factor:g}"] = found["distance"]
        numbers[f"× {factor:g} recognised"] = found["recognised"]
    return numbers


@claim(
    "Diversity falls with the temperature, and so does the share of digits that are recognised.",
    holds=lambda v: (
        v["T = 0.5 recognised"] < v["T = 1 recognised"] - 0.1 < v["T = 2 recognised"] - 0.1
        and v["T = 0.5 diversity"] < v["T = 1 diversity"] < v["T = 2 diversity"]
        and v["T = 0.5 distance"] > v["T = 1 distance"] > v["T = 2 distance"]
    ),
    protocol=SAMPLES + " The same noise for each.",
)
def temperature(models):
    vae = models("mnist-vae")
    found = {t: judge(vae.decode(t * noise())) for t in (0.5, 1, 2)}
    return {f"T = {t:g} {what}": value for t, one in found.items() for what, value in one.items()}


@claim(
    "Mean and variances of q(z) are nearly those of the prior; digits from q(z) are far better.",
    holds=lambda v: v["nats from N(0, I)"] < 0.5 and v["q recognised"] > v["p recognised"] + 0.25,
    protocol=SAMPLES + " q(z) of the 50,000 training images.",
)
def moments(models):
    vae = models("mnist-vae")
    z_mean, z_log_var = posteriors(vae)
    z = vh.latent.sample_aggregated(z_mean, z_log_var, 2_000, np.random.default_rng(4))
    return {
        "nats from N(0, I)": vh.metrics.aggregated_posterior(z_mean, z_log_var).kl_to_prior,
        "q recognised": judge(vae.decode(z))["recognised"],
        "p recognised": judge(vae.decode(noise()))["recognised"],
        "mean length of the class centroids": np.linalg.norm(
            vh.latent.centroids(vae.encode(digits().test.images)[0], digits().test.labels), axis=1
        ).mean(),
    }


@claim(
    "At one length of all points, the emptiest tenth by log q(z) has half the digits of the "
    "fullest; codes of test images lie where q(z) is e^17 times as dense as at the prior's draws.",
    holds=lambda v: (
        v["fullest tenth"] > v["emptiest tenth"] + 0.3
        and v["fullest three"] > v["middle four"] + 0.08 > v["emptiest three"] + 0.12
        and 15 < v["median, test images"] - v["median, prior"] < 19
    ),
    protocol="2,000 draws at the length 3.45, 500 codes of test images, all 50,000 posteriors.",
)
def holes(models):
    vae = models("mnist-vae")
    z_mean, z_log_var = posteriors(vae)
    z = 3.45 * noise() / np.linalg.norm(noise(), axis=1, keepdims=True)
    order = np.argsort(vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var))
    sure = vh.features.classify(vae.decode(z)).max(axis=1) >= 0.9
    tenths = np.array([sure[part].mean() for part in np.array_split(order, 10)])
    test = vh.latent.sample_posterior(*vae.encode(some()[::4]), seed=0)

    def ratio(z):
        return vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var) - log_prior(z)

    return {
        "emptiest tenth": tenths[0],
        "emptiest three": tenths[:3].mean(),
        "middle four": tenths[3:7].mean(),
        "fullest three": tenths[7:].mean(),
        "fullest tenth": tenths[9],
        "median, test images": np.median(ratio(test)),
        "mean, test images": ratio(test).mean(),
        "median, prior": np.median(ratio(noise()[:500])),
    }


@claim(
    "The information of image and code follows log N up to N = 50,000; the rest is what remains.",
    holds=lambda v: (
        all(0 < v[f"log N − information, N = {n}"] < 0.6 for n in (100, 1000, 10000, 50000))
        and 10.2 < v["information, N = 50000"] < 10.82
        and 7 < v["q to p, N = 50000"] < 8.2
    ),
    protocol="Draws from the posteriors of the first 1,000 training images, among N of them.",
)
def surgery(models):
    z_mean, z_log_var = posteriors(models("mnist-vae"))
    numbers = {}
    for n in (100, 1000, 10000, 50000):
        m = min(n, 1000)
        z = vh.latent.sample_posterior(z_mean[:m], z_log_var[:m], seed=0)
        own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
        log_q = vh.metrics.log_aggregated_posterior(z, z_mean[:n], z_log_var[:n])
        numbers[f"log N − information, N = {n}"] = np.log(n) - np.mean(own - log_q)
    numbers["information, N = 50000"] = np.mean(own - log_q)
    numbers["q to p, N = 50000"] = np.mean(log_q - log_prior(z))
    return numbers
