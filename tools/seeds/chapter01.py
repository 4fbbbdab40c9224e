"""What chapter 01 says of a plain autoencoder with two numbers, measured with several seeds."""

from functools import cache

import numpy as np
from over_seeds import claim
from scipy.spatial import Delaunay, KDTree
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

import vae_helpers as vh

KINDS = np.array(["top", "trousers", "top", "top", "top", "shoe", "top", "shoe", "bag", "shoe"])


@cache
def data():
    return vh.load_data("fashion-mnist", image_size=32, validation=0)


N_COPIES, SEEN = 4_000, {}


def seen(models):
    """Return the model, the codes of 10,000 test images and 4,000 copies, made once a seed."""
    model = models("fashion-conv-ae")
    if models.seed not in SEEN:
        z = model.encode(data().test.images)
        SEEN[models.seed] = model, z, model.decode(z[:N_COPIES])
    return SEEN[models.seed]


@cache
def originals_named():
    named = vh.features.classify(data().test.images[:N_COPIES], "fashion-mnist").argmax(axis=1)
    return np.mean(named == data().test.labels[:N_COPIES])


@cache
def pca_errors():
    """Return the squared error of PCA with 1, 2, … numbers."""
    pca = PCA(12, random_state=0).fit(data().train.images[:10_000].reshape(-1, 1024))
    flat = data().test.images[:N_COPIES].reshape(-1, 1024)
    codes, errors = pca.transform(flat), []
    for k in range(1, 13):
        copies = (pca.mean_ + codes[:, :k] @ pca.components_[:k]).clip(0, 1)
        errors.append(np.square(flat - copies).sum(axis=1).mean())
    return np.array(errors)


@claim(
    "A classifier names about half of the copies right, and more than 88 % of the right kind.",
    holds=lambda v: (
        0.45 < v["copies named right"] < 0.6
        and v["copies of the right kind"] > 0.88
        and v["originals named right"] > 0.9
        and v["classes of which less than a fifth is named right"] >= 3
    ),
    protocol="The bundled classifier, 4,000 test images.",
)
def copies_named(models):
    _, _, copies = seen(models)
    labels = data().test.labels[:N_COPIES]
    named = vh.features.classify(copies, "fashion-mnist").argmax(axis=1)
    right = named == labels
    by_class = np.array([right[labels == label].mean() for label in range(10)])
    numbers = {
        "originals named right": originals_named(),
        "copies named right": right.mean(),
        "copies of the right kind": (KINDS[named] == KINDS[labels]).mean(),
        "classes of which less than a fifth is named right": (by_class < 0.2).sum(),
    }
    return numbers | dict(zip(data().class_names, by_class, strict=True))


@claim(
    "Most of the class is lost in the squeeze: 25 neighbours on the map name two thirds right.",
    holds=lambda v: 0.6 < v["named right by 25 neighbours"] < 0.7,
    protocol="5,000 test images named by the codes of the 5,000 others.",
)
def neighbours_named(models):
    _, z, _ = seen(models)
    labels, numbers = data().test.labels, {}
    for k in (1, 25):
        judge = KNeighborsClassifier(k).fit(z[::2], labels[::2])
        numbers[f"named right by {k} neighbours"] = judge.score(z[1::2], labels[1::2])
    return numbers


@claim(
    "The classes take unequal room in the box: bags get most, twice an even share or more. Shirts "
    "get 10 % by the nearest code, and a third of that by 25 votes.",
    holds=lambda v: (
        v["largest share"] == v["Bag"] > 0.19 > 2 * v["smallest share"]
        and v["largest share, 25 votes"] == v["Bag, 25 votes"] > 0.19
        and v["Shirt"] > 0.09 > 0.05 > v["Shirt, 25 votes"]
    ),
    protocol="60 × 60 places of the box, label of the nearest of 10,000 codes; and of 25.",
)
def box_shares(models):
    _, z, _ = seen(models)
    fine = vh.latent.grid(60, low=z.min(axis=0), high=z.max(axis=0))
    names, numbers = data().class_names, {}
    for k, judge in ((1, ""), (25, ", 25 votes")):
        shares = vh.latent.class_shares(z, data().test.labels, fine, k)
        print(sorted(zip(shares.round(3), names, strict=True)), flush=True)
        numbers |= {f"largest share{judge}": shares.max(), f"smallest share{judge}": shares.min()}
        numbers |= {f"{name}{judge}": x for name, x in zip(names, shares, strict=True)}
    return numbers


@claim(
    "In the gaps the classifier is unsure two and a half times as often as near garments or more; "
    "beyond the rim it is surer, but most pictures are sent elsewhere.",
    holds=lambda v: (
        v["unsure, gaps"] > 2.5 * v["unsure, near garments"]
        and v["unsure, gaps"] > v["unsure, beyond the rim"]
        and v["sent elsewhere, beyond the rim"] > 0.65
        and v["sent elsewhere, gaps"] > 0.2 > 0.05 > v["sent elsewhere, near garments"]
    ),
    protocol="60 × 60 places of the box; empty: no code within half a step of the 15 × 15 grid.",
)
def gaps_and_rim(models):
    model, z, _ = seen(models)
    fine = vh.latent.grid(60, low=z.min(axis=0), high=z.max(axis=0))
    step = np.ptp(z, axis=0) / 14
    inside = Delaunay(z).find_simplex(fine) >= 0
    is_empty = KDTree(z / step).query(fine / step)[0] > 0.5
    decoded = model.decode(fine)
    sure = vh.features.classify(decoded, "fashion-mnist").max(axis=1)
    moved = np.linalg.norm((model.encode(decoded) - fine) / step, axis=1)
    groups = {"near garments": ~is_empty, "gaps": is_empty & inside}
    groups["beyond the rim"] = is_empty & ~inside
    numbers = {}
    for name, group in groups.items():
        numbers[f"N, {name}"] = group.sum()
        numbers[f"unsure, {name}"] = (sure[group] < 0.7).mean()
        numbers[f"sent elsewhere, {name}"] = (moved[group] > 1).mean()
    return numbers


@claim(
    "The codes are not centred at the origin.",
    holds=lambda v: v["deviations from the origin"] > 0.25,
    protocol="Mean of 10,000 codes over their standard deviation, length.",
)
def off_centre(models):
    _, z, _ = seen(models)
    return {"deviations from the origin": np.linalg.norm(z.mean(axis=0) / z.std(axis=0))}


@claim(
    "PCA needs more than two numbers, five to ten, for the squared error of the autoencoder.",
    holds=lambda v: 5 <= v["components needed"] <= 10,
    protocol="PCA of 10,000 training images, squared error of 4,000 test images.",
)
def components_needed(models):
    _, _, copies = seen(models)
    error = np.square(data().test.images[:N_COPIES] - copies).sum(axis=(1, 2, 3)).mean()
    lost = pca_errors()
    return {
        "squared error": error,
        "PCA with two numbers": lost[1],
        "components needed": 1 + np.flatnonzero(lost < error)[0],
    }
