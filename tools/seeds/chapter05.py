"""What chapter 05 says of trained models."""

from functools import cache

import numpy as np
from over_seeds import claim
from sklearn.neighbors import NearestNeighbors

import vae_helpers as vh

BETAS = (0.1, 0.5, 1, 2, 4, 10)


@cache
def digits():
    return vh.load_data("mnist", validation=10_000)


def some():
    return digits().test.images[::5], digits().test.labels[::5]


def training(n=10_000):
    return digits().train.images[:n], digits().train.labels[:n]


@cache
def known():
    return vh.features.handwriting(training()[0])


@cache
def written():
    return NearestNeighbors(n_neighbors=1, algorithm="brute").fit(
        training(5_000)[0].reshape(5_000, -1)
    )


def both(models):
    return {"AE": models("mnist-ae"), "VAE": models("mnist-vae")}


def with_beta(models, beta):
    return models("mnist-vae") if beta == 1 else models("mnist-vae", beta=beta)


def pairs(n, of=2_000):
    """Return the two halves of n pairs of test images, as in the chapter."""
    order = np.random.default_rng(5).permutation(of)
    return order[:n], order[n : 2 * n]


def recognised(images):
    return np.mean(vh.features.classify(images).max(axis=1) >= 0.9)


def ratio(film):
    """Return length over direct distance of films (n, images, …)."""
    f = vh.features.classifier_features(film.reshape(-1, 28, 28, 1))
    f = f.reshape(*film.shape[:2], -1)
    return vh.metrics.path_lengths(f).sum() / vh.metrics.path_lengths(f[:, [0, -1]]).sum()


def walks(model, z, method="linear"):
    ways = [vh.latent.interpolate(z[a], z[b], 11, method) for a, b in zip(*pairs(500), strict=True)]
    return vh.latent.decode(model, np.array(ways))


def middle(z):
    one, other = pairs(1_000)
    return (z[one] + z[other]) / 2


WALKS = "500 pairs of test images, 11 images a walk; 1,000 middles."


@claim(
    "The VAE's walks are a few hundredths of the direct distance shorter than the AE's; fewer of "
    "its middles are recognised.",
    holds=lambda v: (
        0.03 < v["AE ratio"] - v["VAE ratio"] < 0.06
        and 0.03 < v["AE middles"] - v["VAE middles"] < 0.1
    ),
    protocol=WALKS,
)
def smoothness(models):
    numbers = {}
    for name, model in both(models).items():
        z = model.codes(some()[0])
        numbers[f"{name} ratio"] = ratio(walks(model, z))
        numbers[f"{name} middles"] = recognised(model.decode(middle(z)))
    return numbers


@claim(
    "With β the paths grow shorter, and fewer middles are recognised.",
    holds=lambda v: (
        v["β = 0.1 ratio"] > v["β = 1 ratio"] + 0.02 > v["β = 4 ratio"] + 0.05
        and v["β = 0.1 middles"] > v["β = 1 middles"] > v["β = 4 middles"] + 0.03
    ),
    protocol=WALKS,
)
def dial(models):
    numbers = {}
    for beta in (0.1, 1, 4):
        model = with_beta(models, beta)
        z = model.codes(some()[0])
        numbers[f"β = {beta:g} ratio"] = ratio(walks(model, z))
        numbers[f"β = {beta:g} middles"] = recognised(model.decode(middle(z)))
    return numbers


@claim(
    "The middle of a walk is recognised more often than the cross-fade of the same two copies, and "
    "lies nearer to something that was written.",
    holds=lambda v: all(
        v[f"{name} walk"] > v[f"{name} fade"] + 0.08
        and v[f"{name} walk, distance"] < v[f"{name} fade, distance"] - 0.3
        for name in ("AE", "VAE")
    ),
    protocol="1,000 pairs of test images; distance to the nearest of 5,000 training images.",
)
def against_the_fade(models):
    numbers = {}
    one, other = pairs(1_000)
    for name, model in both(models).items():
        x = some()[0]
        copies = model.reconstruct(x)
        kinds = {
            "fade": (copies[one] + copies[other]) / 2,
            "walk": model.decode(middle(model.codes(x))),
        }
        for kind, images in kinds.items():
            distance, _ = written().kneighbors(images.reshape(len(images), -1))
            numbers[f"{name} {kind}"] = recognised(images)
            numbers[f"{name} {kind}, distance"] = distance.mean()
    return numbers


def ones():
    """Return the 1s among the test images, by slant."""
    x, y = some()
    x = x[y == 1]
    return x[np.argsort(vh.features.handwriting(x)["slant"])]


@cache
def training_ones():
    """Return 1s of the training images for the graph, and others to judge by."""
    x, y = training(20_000)
    x = x[y == 1]
    return x[::2], x[1::2]


@claim(
    "Straight on between 1s of opposite slant, a walk goes farther from anything written and loses "
    "more ink, than by way of one upright 1; the data choose such a way as well.",
    holds=lambda v: (
        all(
            v[f"{name} straight"] > v[f"{name} {way}"] + 0.15
            and v[f"{name} pairs that it helps, {way}"] > 0.7
            and v[f"{name} ink, straight"] < 0.68 < 0.72 < v[f"{name} ink, one stop"]
            for name in ("AE", "VAE")
            for way in ("one stop", "stones")
        )
        and v["VAE log q, stones"] > v["VAE log q, straight"] + 5
    ),
    protocol="30 pairs of the 20 1s that lean most to the left and to the right, of 227 test "
    "images; stones from these and about 1,100 training images; distance to the nearest of about "
    "1,100 others, the farthest on the way.",
)
def leaning(models):
    x, (meadow, judges) = ones(), training_ones()
    n, rng = len(x), np.random.default_rng(0)
    left, right = rng.integers(20, size=30), n - 1 - rng.integers(20, size=30)
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute")
    nearest.fit(judges.reshape(len(judges), -1))
    numbers = {}
    for name, model in both(models).items():
        z = model.codes(np.concatenate([x, meadow]))
        posteriors = model.encode(training()[0])
        found = {"straight": [], "one stop": [], "stones": []}
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            stones = vh.latent.stepping_stones(z, a, b)
            ways = (
                vh.latent.interpolate(z[a], z[b], 21),
                vh.latent.filmstrip(z[[a, n // 2, b]], 11),
                vh.latent.filmstrip(z[stones], 3),
            )
            for kind, way in zip(found, ways, strict=True):
                images = model.decode(way)
                ink = vh.features.handwriting(images)["ink"]
                log_q = np.zeros(1)
                if name == "VAE":
                    log_q = vh.metrics.log_aggregated_posterior(way, *posteriors)
                far = nearest.kneighbors(images.reshape(len(images), -1))[0].max()
                found[kind].append((far, ink.min() / ink[[0, -1]].mean(), log_q.min(), len(stones)))
        found = {kind: np.array(rows) for kind, rows in found.items()}
        for kind, rows in found.items():
            numbers[f"{name} {kind}"], numbers[f"{name} ink, {kind}"] = rows.mean(axis=0)[:2]
            if name == "VAE":
                numbers[f"VAE log q, {kind}"] = rows[:, 2].mean()
            if kind != "straight":
                helped = rows[:, 0] < found["straight"][:, 0]
                numbers[f"{name} pairs that it helps, {kind}"] = helped.mean()
        numbers[f"{name} stones, median"] = np.median(rows[:, 3])
    return numbers


@claim(
    "The spherical middle is recognised more often, its path is longer, and it lies where q(z) is "
    "lower; the straight middle, stretched to its length, does as well.",
    holds=lambda v: (
        0.05 < v["spherical"] - v["straight"] < 0.16
        and abs(v["stretched"] - v["spherical"]) < 0.06
        and -15 < v["spherical, log q"] - v["straight, log q"] < -5
        and v["spherical ratio"] > v["straight ratio"] + 0.08
        and v["spherical, distance"] > v["straight, distance"]
    ),
    protocol=WALKS + " q(z) of 10,000 training images.",
)
def spherical(models):
    vae = models("mnist-vae")
    z = vae.codes(some()[0])
    posteriors = vae.encode(training()[0])
    one, other = pairs(1_000)
    straight = middle(z)
    arc = np.array(
        [vh.latent.between(a, b, 0.5, "spherical") for a, b in zip(z[one], z[other], strict=True)]
    )
    stretch = np.linalg.norm(arc, axis=1) / np.linalg.norm(straight, axis=1)
    kinds = {"straight": straight, "spherical": arc, "stretched": straight * stretch[:, None]}
    numbers = {}
    for kind, points in kinds.items():
        images = vae.decode(points)
        numbers[kind] = recognised(images)
        distance, _ = written().kneighbors(images.reshape(len(images), -1))
        numbers[f"{kind}, distance"] = distance.mean()
        log_q = vh.metrics.log_aggregated_posterior(points, *posteriors)
        numbers[f"{kind}, log q"] = np.median(log_q)
    numbers["straight ratio"] = ratio(walks(vae, z))
    numbers["spherical ratio"] = ratio(walks(vae, z, "spherical"))
    return numbers


@claim(
    "All ten dimensions together know the slant, in the AE and at any β; the best one knows more "
    "at β = 2 than at 0.1, and how much differs from training to training.",
    holds=lambda v: (
        all(value > 0.8 for what, value in v.items() if "all ten" in what)
        and v["β = 2, best one"] > v["β = 0.1, best one"] + 0.15
        and v["AE, best one"] < 0.36
    ),
    protocol="r² over 10,000 training images.",
)
def slant(models):
    codes = {"AE": models("mnist-ae").codes(training()[0])}
    codes |= {f"β = {b:g}": with_beta(models, b).codes(training()[0]) for b in BETAS}
    numbers = {}
    for name, z in codes.items():
        alone, together = vh.latent.explained(z, known()["slant"])
        numbers[f"{name}, best one"] = alone.max()
        numbers[f"{name}, all ten"] = together
    for name in ("AE", "β = 1"):
        for what in ("ink", "width"):
            alone, together = vh.latent.explained(codes[name], known()[what])
            numbers[f"{what}, {name}, best one"] = alone.max()
            numbers[f"{what}, {name}, all ten"] = together
    return numbers


def random(model, z, step, what):
    """Return mean |change| and mean share kept over four random steps of this length."""
    found = vh.features.random_effect(model, z[::4], step, 4, seed=3)
    return found.change[what], found.kept


@claim(
    "Half a slant vector leans digits, in the AE as in the VAE, and most stay what they are; a "
    "random step of the length leans them by half of that or less, and keeps fewer.",
    holds=lambda v: all(
        10 < v[f"{name} degrees"] < 16
        and v[f"{name} random degrees"] < 0.6 * v[f"{name} degrees"]
        and v[f"{name} kept"] > max(0.82, v[f"{name} random kept"])
        for name in ("AE", "VAE")
    ),
    protocol="Vectors of 10,000 training images, 500 test images; four random steps.",
)
def leaned(models):
    numbers = {}
    for name, model in both(models).items():
        step = vh.latent.score_vector(model.codes(training()[0]), known()["slant"]) / 2
        z = model.codes(some()[0])
        found = vh.features.effect(model, z[::4], step)
        numbers[f"{name} degrees"] = found.change["slant"]
        numbers[f"{name} kept"] = found.kept
        numbers[f"{name} random degrees"], numbers[f"{name} random kept"] = random(
            model, z, step, "slant"
        )
    return numbers


@claim(
    "Without the plain ink vector most digits are read as 1s. The balanced vector takes most of "
    "the ink and keeps about twice as many digits, yet fewer than a random step of its length.",
    holds=lambda v: (
        v["plain kept"] < 0.4
        and v["plain read as a 1"] > 0.6
        and v["balanced kept"] > 1.6 * v["plain kept"]
        and v["balanced ink"] < 0.8 * v["plain ink"] < 0
        and v["balanced kept"] < v["random, balanced length, kept"]
    ),
    protocol="Vectors of 10,000 training images, 500 test images; four random steps.",
)
def thinned(models):
    vae = models("mnist-vae")
    z_train, z = vae.codes(training()[0]), vae.codes(some()[0])
    steps = {
        "plain": vh.latent.score_vector(z_train, known()["ink"]),
        "balanced": vh.latent.balanced_vector(z_train, known()["ink"], training()[1]),
    }
    numbers = {}
    for name, step in steps.items():
        found = vh.features.effect(vae, z[::4], -step)
        numbers[f"{name} ink"] = found.change["ink"]
        numbers[f"{name} kept"] = found.kept
        numbers[f"{name} read as a 1"] = found.read[1]
        numbers[f"{name} length"] = np.linalg.norm(step)
        moved, kept = random(vae, z, step, "ink")
        numbers[f"random, {name} length, ink"] = moved
        numbers[f"random, {name} length, kept"] = kept
    return numbers


@claim(
    "4 − 4 + 9: most are read as a 9, and the slant goes along.",
    holds=lambda v: 0.7 < v["read as a 9"] < 0.97 and v["correlation of slant"] > 0.9,
    protocol="The 4s among 2,000 test images.",
)
def the_same_hand(models):
    vae = models("mnist-vae")
    z, y = vae.codes(training()[0]), training()[1]
    to_nine = z[y == 9].mean(axis=0) - z[y == 4].mean(axis=0)
    fours = some()[0][some()[1] == 4]
    nines = vae.decode(vae.codes(fours) + to_nine)
    slants = [vh.features.handwriting(images)["slant"] for images in (fours, nines)]
    return {
        "read as a 9": np.mean(vh.features.classify(nines).argmax(axis=1) == 9),
        "correlation of slant": np.corrcoef(*slants)[0, 1],
    }
