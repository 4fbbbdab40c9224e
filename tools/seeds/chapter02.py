"""What chapter 02 says of trained models, to be measured with several training seeds."""

import numpy as np
from over_seeds import claim
from scipy.special import logsumexp

import vae_helpers as vh

SEVEN, TWO = 0, 1  # among the test images
SIZES = (10, 100, 1_000, 10_000)


def black_and_white(n):
    return vh.metrics.binarize(vh.load_data("mnist").test.images[:n], "threshold")


def blind_log_likelihoods(vae, digits, seed):
    """Return log p(x|z) (digits, 10,000) at draws from the prior."""
    z = vh.latent.sample_prior(SIZES[-1], vae.latent_dim, seed=seed)
    logits = vae.decode_logits(z, batch_size=2_000).reshape(len(z), -1)
    return digits.reshape(len(digits), -1) @ logits.T - np.logaddexp(0, logits).sum(axis=1)


@claim(
    "Ten estimates of log p(x) from 10,000 blind draws each span 11 to 52 nats, three draws never "
    "hold less than 83 % of the sum, and most of the estimates fall short of the ELBO.",
    holds=lambda v: (
        10.5 < v["smallest span of 20 digits, nats"] < v["largest span of 20 digits, nats"] < 52.5
        and min(v["span, the 7"], v["span, the 2"]) > 20
        and v["smallest share of the three best draws"] > 0.825
        and v["share of estimates below the ELBO"] > 0.9
        and v["the 2: ELBO above the best of ten, nats"] > 20
        and v["the 7: ELBO above the best of ten, nats"] < 10
    ),
    protocol="First 20 test digits, black and white; ten seeds of the prior's draws; ELBO with 50 "
    "draws of seed 0.",
)
def blind_draws(models):
    vae, digits = models("mnist-vae"), black_and_white(20)
    log_p = np.stack([blind_log_likelihoods(vae, digits, seed) for seed in range(10)])
    log_total = logsumexp(log_p, axis=-1, keepdims=True)
    estimates = log_total[..., 0] - np.log(SIZES[-1])  # (10 seeds, 20 digits)
    best_three = np.sort(np.exp(log_p - log_total), axis=-1)[..., -3:].sum(axis=-1)
    elbo = vh.metrics.estimate_elbo(vae, digits, samples=50)
    span, short = np.ptp(estimates, axis=0), elbo - estimates.max(axis=0)
    return {
        "span, the 7": span[SEVEN],
        "span, the 2": span[TWO],
        "smallest span of 20 digits, nats": span.min(),
        "largest span of 20 digits, nats": span.max(),
        "smallest share of the three best draws": best_three.min(),
        "share of estimates below the ELBO": (estimates < elbo).mean(),
        "the 7: ELBO above the best of ten, nats": short[SEVEN],
        "the 2: ELBO above the best of ten, nats": short[TWO],
    }


@claim(
    "Ten draws from the encoder's posterior tell more than ten thousand from the prior: their "
    "estimates agree within a few nats.",
    holds=lambda v: (
        max(v["span at 10 draws, the 7"], v["span at 10 draws, the 2"]) < 8
        and max(v["span at 100 draws, the 7"], v["span at 100 draws, the 2"]) < 6
        and v["median span at 10 draws, 20 digits"] < 8
    ),
    protocol="First 20 test digits, black and white; ten seeds of the draws.",
)
def draws_from_the_encoder(models):
    vae, digits = models("mnist-vae"), black_and_white(20)
    spans = {}
    for k in (10, 100):
        estimates = [
            vh.metrics.importance_weighted_log_likelihood(vae, digits, k=k, seed=seed)
            for seed in range(10)
        ]
        spans[k] = np.ptp(estimates, axis=0)
    return {
        "span at 10 draws, the 7": spans[10][SEVEN],
        "span at 10 draws, the 2": spans[10][TWO],
        "span at 100 draws, the 7": spans[100][SEVEN],
        "span at 100 draws, the 2": spans[100][TWO],
        "median span at 10 draws, 20 digits": np.median(spans[10]),
        "median span at 100 draws, 20 digits": np.median(spans[100]),
    }


@claim(
    "The importance-weighted bound lies a few nats above the ELBO; a pixel costs about a tenth of "
    "a nat, and the KL divergence is nearly 20.",
    holds=lambda v: (
        2 < v["bound above the ELBO, nats"] < 6
        and 0.08 < v["cross-entropy of a pixel, nats"] < 0.12
        and 17 < v["KL, nats"] < 20
        and 1e7 < np.exp(v["KL of the 7, nats"]) < 1e8
        and np.exp(v["KL of the 2, nats"]) > 1e9
    ),
    protocol="First 100 test digits, black and white; 50 draws for the ELBO, 500 for the bound.",
)
def the_gap(models):
    vae, digits = models("mnist-vae"), black_and_white(100)
    kl = vh.metrics.kl_divergence(*vae.encode(digits))
    elbo = vh.metrics.estimate_elbo(vae, digits, samples=50)
    bound = vh.metrics.importance_weighted_log_likelihood(vae, digits, k=500)
    return {
        "ELBO, nats": elbo.mean(),
        "bound above the ELBO, nats": (bound - elbo).mean(),
        "cross-entropy of a pixel, nats": -(elbo + kl).mean() / 784,
        "KL, nats": kl.mean(),
        "KL of the 7, nats": kl[SEVEN],
        "KL of the 2, nats": kl[TWO],
    }


@claim(
    "The classifier reads the original's digit in 89 % of the plain copies, in 87 % of the draws, "
    "and in about 65 % where σ is four times as large.",
    holds=lambda v: (
        v["posterior mean"] - 0.04 < v["σ × 1"] < v["posterior mean"]
        and abs(v["posterior mean"] - 0.89) < 0.015
        and abs(v["σ × 1"] - 0.87) < 0.015
        and abs(v["σ × 4"] - 0.65) < 0.02
    ),
    protocol="Share of draws that the course's classifier reads as the digit of the original; one "
    "draw for each of 2,000 test images, seed 6.",
)
def stretched_clouds(models):
    vae, test = models("mnist-vae"), vh.load_data("mnist").test
    images, labels = test.images[:2_000], test.labels[:2_000]
    mean, log_var = vae.encode(images)

    def read_as_the_original(z):
        return (vh.features.classify(vae.decode(z)).argmax(axis=1) == labels).mean()

    draws = {
        f"σ × {times}": read_as_the_original(
            vh.latent.sample_posterior(mean, log_var + 2 * np.log(times), seed=6)
        )
        for times in (1, 2, 4)
    }
    return {"posterior mean": read_as_the_original(mean), **draws}


@claim(
    "Fed with random numbers, the decoder makes digits of which about half are plain to read.",
    holds=lambda v: 0.4 < v["share recognised"] < 0.6,
    protocol="2,000 draws of N(0, I), seed 1; recognised is what the course's classifier gives a "
    "probability of 0.9 or more.",
)
def random_numbers_decoded(models):
    images = models("mnist-vae").sample(2_000, seed=1)
    return {"share recognised": (vh.features.classify(images).max(axis=1) >= 0.9).mean()}
