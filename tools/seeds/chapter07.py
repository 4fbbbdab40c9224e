"""What chapter 07 says of trained models, measured with several seeds."""

import itertools
from functools import cache

import numpy as np
from over_seeds import claim

import vae_helpers as vh
from vae_helpers.backend import keras

NAMES = {"AE": "mnist-ae", "VAE": "mnist-vae"}
BETAS = (0.1, 0.5, 1, 2, 4, 10)


@cache
def digits():
    return vh.load_data("mnist", validation=10_000)


@cache
def clothes():
    return vh.load_data("fashion-mnist", image_size=32, validation=0)


def some():
    """Return every fifth test image with its label: 2,000 from all over the file."""
    return digits().test.images[::5], digits().test.labels[::5]


def known(n=5_000):
    return digits().train.images[:n], digits().train.labels[:n]


@claim(
    "The ninth test image, a 5, is hardly ever copied as a 5; the other nine always as what they "
    "are. The ten centroids are digits of their class.",
    holds=lambda v: (
        v["other copies right"] == 18 and v["centroids right"] >= 19 and v["the AE's ninth"] < 10
    ),
    protocol="Copies by AE and VAE, read by the bundled classifier.",
)
def first_ten(models):
    images, labels = digits().test.images, digits().test.labels
    numbers = {"other copies right": 0, "centroids right": 0}
    for name, stored in NAMES.items():
        model = models(stored)
        z = model.codes(images)
        read = vh.features.classify(model.decode(z[:10])).argmax(axis=1)
        numbers[f"the {name}'s ninth"] = read[8]
        numbers["other copies right"] += np.delete(read == labels[:10], 8).sum()
        middles = model.decode(vh.latent.centroids(z, labels))
        read = vh.features.classify(middles).argmax(axis=1)
        numbers["centroids right"] += (read == np.arange(10)).sum()
    return numbers


@claim(
    "On a t-SNE map the AE's points have half a point to three points more neighbours of their own "
    "class than the VAE's, as the codes have, and both more than the codes themselves.",
    holds=lambda v: (
        0.003 < v["AE, map"] - v["VAE, map"] < 0.03
        and 0.01 < v["AE, codes"] - v["VAE, codes"] < 0.025
        and v["AE, map"] > v["AE, codes"]
        and v["VAE, map"] > v["VAE, codes"]
    ),
    protocol="2,000 test codes, maps of them with seed 0, ten neighbours.",
)
def on_the_map(models):
    images, labels = some()
    numbers = {}
    for name, stored in NAMES.items():
        z = models(stored).codes(images)
        own_map = vh.tsne.embed(z, seed=0).points
        numbers[f"{name}, map"] = vh.metrics.own_neighbours(own_map, labels)
        numbers[f"{name}, codes"] = vh.metrics.own_neighbours(z, labels)
    return numbers


@claim(
    "By the silhouette the AE leads on each fifth of the test images; one code in six or so is "
    "nearer to another class, and its training neighbours still name it right more often than not.",
    holds=lambda v: (
        v["AE, least fifth"] > v["VAE, most fifth"]
        and 0.13 < v["AE"] < 0.15
        and 0.105 < v["VAE"] < 0.115
        and 0.14 < v["AE, share below 0"] < 0.2
        and v["AE, below 0, named right"] > 0.6
        and v["AE, hundred nearest to a centroid"] < 0.5
    ),
    protocol="10,000 test codes; five disjoint fifths; 5,000 training codes name them.",
)
def silhouettes(models):
    images, labels = digits().test.images, digits().test.labels
    x, y = known()
    numbers = {}
    for name, stored in NAMES.items():
        model = models(stored)
        z = model.codes(images)
        s = vh.metrics.silhouette(z, labels, per_sample=True)
        fifths = [vh.metrics.silhouette(z[i::5], labels[i::5]) for i in range(5)]
        numbers |= {name: s.mean(), f"{name}, share below 0": np.mean(s < 0)}
        numbers |= {f"{name}, least fifth": min(fifths), f"{name}, most fifth": max(fifths)}
        away = np.linalg.norm(z - vh.latent.centroids(z, labels)[labels], axis=1)
        near = s[np.argsort(away)[:100]].mean()
        numbers[f"{name}, hundred nearest to a centroid"] = near
        named = vh.metrics.knn_accuracy(model.codes(x), y, z[s < 0], labels[s < 0])
        numbers[f"{name}, below 0, named right"] = named
    return numbers


@claim(
    "Between the dense models the AE is a little ahead by clusters, neighbours and a linear probe.",
    holds=lambda v: all(
        v[f"AE, {what}"] > v[f"VAE, {what}"] for what in ("ARI", "own", "5 neighbours", "probe")
    ),
    protocol="10,000 test codes, 5,000 for training; k-means from five starts; own: share of own "
    "class among ten neighbours of 2,000.",
)
def dense_models(models):
    images, labels = digits().test.images, digits().test.labels
    x, y = known()
    numbers = {}
    for name, stored in NAMES.items():
        model = models(stored)
        z, train_z = model.codes(images), model.codes(x)
        aris = [vh.metrics.cluster_scores(z, labels, seed=s, restarts=1).ari for s in range(5)]
        numbers[f"{name}, ARI"] = np.mean(aris)
        numbers[f"{name}, own"] = vh.metrics.own_neighbours(z[::5], labels[::5])
        numbers[f"{name}, 5 neighbours"] = vh.metrics.knn_accuracy(train_z, y, z, labels)
        numbers[f"{name}, probe"] = vh.metrics.linear_probe(train_z, y, z, labels)
    return numbers


@claim(
    "The VAE with two latent dimensions is last by neighbours, by ten points; its silhouette is "
    "about as high as that of the dense VAE, or even first, with the training.",
    holds=lambda v: (
        v["two, silhouette"] > v["VAE, silhouette"] - 0.005
        and v["two, neighbours"] < min(v["AE, neighbours"], v["VAE, neighbours"]) - 0.1
    ),
    protocol="10,000 test codes, 5,000 for training.",
)
def two_dimensions(models):
    images, labels = digits().test.images, digits().test.labels
    x, y = known()
    numbers = {}
    for name, stored in {"two": "mnist-dense-vae-2d", **NAMES}.items():
        model = models(stored)
        z = model.codes(images)
        numbers[f"{name}, silhouette"] = vh.metrics.silhouette(z, labels)
        numbers[f"{name}, neighbours"] = vh.metrics.knn_accuracy(model.codes(x), y, z, labels)
    return numbers


@claim(
    "Whitened, the AE's lead shrinks by a quarter or more, and does not vanish; draws score below "
    "means.",
    holds=lambda v: (
        0.01 < v["lead, whitened"] < 0.75 * v["lead"] and v["VAE, draws"] < v["VAE"] - 0.004
    ),
    protocol="2,000 test codes, whitened with 5,000 training codes.",
)
def scales(models):
    from sklearn.decomposition import PCA

    (images, labels), (x, _) = some(), known()
    numbers = {}
    for name, stored in NAMES.items():
        model = models(stored)
        z = model.codes(images)
        white = PCA(whiten=True).fit(model.codes(x)).transform(z)
        numbers[name] = vh.metrics.silhouette(z, labels)
        numbers[f"{name}, whitened"] = vh.metrics.silhouette(white, labels)
    draws = vh.latent.sample_posterior(*models("mnist-vae").encode(images), seed=0)
    numbers["VAE, draws"] = vh.metrics.silhouette(draws, labels)
    numbers["lead"] = numbers["AE"] - numbers["VAE"]
    numbers["lead, whitened"] = numbers["AE, whitened"] - numbers["VAE, whitened"]
    return numbers


@claim(
    "The silhouette of the means falls to β = 2 and is higher at 10 than at 1; the share between "
    "classes rises and falls with it; that of draws falls all the way; at six dimensions each, 10 "
    "is still ahead of 1, and any six of β = 1 score lower than its ten.",
    holds=lambda v: (
        all(
            (v[f"means, {b}"] - v[f"means, {a}"]) * (v[f"share, {b}"] - v[f"share, {a}"]) > 0
            for a, b in itertools.pairwise(BETAS)
        )
        and v["means, 0.1"] > v["means, 0.5"] > v["means, 1"] > v["means, 2"] - 0.002
        and v["means, 10"] > max(v["means, 1"], v["means, 2"], v["means, 4"]) + 0.008
        and v["share, 0.1"] > v["share, 0.5"] > v["share, 1"] > v["share, 2"]
        and v["share, 10"] > v["share, 0.1"]
        and v["draws, 0.1"] > v["draws, 0.5"] > v["draws, 1"] > v["draws, 2"] > v["draws, 4"]
        and v["draws, 4"] > v["draws, 10"] + 0.03
        and v["draws, 10"] < 0.02
        and v["widest six, 10"] > v["widest six, 1"]
        and v["any six, 1"] < v["means, 1"] - 0.02
        and v["5 neighbours, 10"] < min(v[f"5 neighbours, {b}"] for b in (0.1, 0.5, 1, 2, 4)) - 0.04
    ),
    protocol="2,000 test images, ten random sets of six, 5,000 training codes.",
)
def by_beta(models):
    (images, labels), (x, y) = some(), known()
    numbers = {}
    for beta in BETAS:
        model = models("mnist-vae", beta=None if beta == 1 else beta)
        z_mean, z_log_var = model.encode(images)
        draws = vh.latent.sample_posterior(z_mean, z_log_var, seed=0)
        numbers[f"means, {beta}"] = vh.metrics.silhouette(z_mean, labels)
        numbers[f"draws, {beta}"] = vh.metrics.silhouette(draws, labels)
        numbers[f"share, {beta}"] = vh.metrics.between_share(z_mean, labels)
        numbers[f"in use, {beta}"] = vh.metrics.active_units(z_mean)
        widest = np.argsort(-z_mean.var(axis=0))[:6]
        numbers[f"widest six, {beta}"] = vh.metrics.silhouette(z_mean[:, widest], labels)
        rng = np.random.default_rng(0)
        sets = [rng.choice(10, 6, replace=False) for _ in range(10)]
        any_six = np.mean([vh.metrics.silhouette(z_mean[:, six], labels) for six in sets])
        numbers[f"any six, {beta}"] = any_six
        numbers[f"5 neighbours, {beta}"] = vh.metrics.knn_accuracy(
            model.codes(x), y, z_mean, labels
        )
    return numbers


@claim(
    "In the AE's box one class gets nearly three times the room of another, or more; of its images "
    "11 to 19 % are poorly formed, and of those from N(0, I) 38 to 58 %.",
    holds=lambda v: (
        v["largest over smallest"] > 2.9
        and 0.1 < v["poorly formed"] < 0.2
        and 0.35 < v["poorly formed, N(0, I)"] < 0.6
    ),
    protocol="60 × 60 places, label of the nearest of 10,000 codes; 2,000 points of the box, no "
    "class with 70 %.",
)
def clothes_of_the_ae(models):
    model = models("fashion-conv-ae")
    z = model.codes(clothes().test.images)
    places = vh.latent.grid(60, low=z.min(axis=0), high=z.max(axis=0))
    numbers = {}
    for k, judge in ((1, ""), (25, ", 25 votes")):
        shares = vh.latent.class_shares(z, clothes().test.labels, places, k)
        numbers[f"largest over smallest{judge}"] = shares.max() / shares.min()
    points = {
        "poorly formed": vh.latent.sample_box(z, 2_000, seed=1),
        "poorly formed, N(0, I)": vh.latent.sample_prior(2_000, 2, seed=1),
    }
    for what, drawn in points.items():
        sure = vh.features.classify(model.decode(drawn), "fashion-mnist").max(axis=1)
        numbers[what] = np.mean(sure < 0.7)
    return numbers


class ClassPriorVAE(vh.models.VAE):
    """A VAE with one centre a class: z ~ N(centres[y], I)."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Take the loss with each mean seen from the centre of its class."""
        own_centre = keras.ops.take(self.centres, y, axis=0)
        shifted = {**y_pred, "z_mean": y_pred["z_mean"] - own_centre}
        return super().compute_loss(x, y, shifted, sample_weight, training)


@claim(
    "A little training with a term for the classes lifts the silhouette to the AE's; the same "
    "training without it changes nothing; the neighbours hardly move. Sampled around stretched "
    "class means the VAE with the term is far better than from N(0, I), but so is that without it.",
    holds=lambda v: (
        v["silhouette, 3"] > 0.13 > 0.118 > v["silhouette, 0"]
        and abs(v["5 neighbours, 3"] - v["5 neighbours, 0"]) < 0.015
        and v["distance, 3"] < 6 < 11 < v["distance, plain, by class"]
        and v["distance, plain, by class"] < v["distance, 0"] - 4
        and v["distance, 3"] < v["distance, plain, stretched"] < v["distance, 3"] + 1.5
        and v["wanted class, 3"] > 0.88
    ),
    protocol="5,000 training images for 4 epochs from the trained VAE; 1,000 samples. Plain: "
    "trained on without the term, asked around the class means, or around three times these.",
)
def told_the_classes(models):
    images, labels = digits().test.images, digits().test.labels
    x, y = known()
    noise, wanted = vh.latent.sample_prior(1_000, 10, seed=1), np.arange(1_000) % 10
    middles, numbers = vh.latent.centroids(models("mnist-vae").codes(x), y), {}
    for stretch in (0, 3):
        start = models("mnist-vae")
        model = ClassPriorVAE(start.encoder, start.decoder, seed=models.seed)
        model.centres = stretch * middles
        keras.utils.set_random_seed(models.seed)
        model.compile(optimizer=keras.optimizers.Adam(1e-3))
        model.fit(x, y, batch_size=100, epochs=4, verbose=0)
        z, train_z = model.codes(images), model.codes(x)
        numbers[f"silhouette, {stretch}"] = vh.metrics.silhouette(z, labels)
        numbers[f"5 neighbours, {stretch}"] = vh.metrics.knn_accuracy(train_z, y, z, labels)
        centres = {f"{stretch}": model.centres}
        if stretch == 0:
            centres |= {"plain, by class": middles, "plain, stretched": 3 * middles}
        for what, centre in centres.items():
            drawn = model.decode(noise + centre[wanted])
            features, probabilities = vh.features.features_and_probabilities(drawn)
            right = np.mean(probabilities.argmax(axis=1) == wanted)
            numbers[f"wanted class, {what}"] = right
            numbers[f"distance, {what}"] = vh.features.features_distance(features).value
    return numbers
