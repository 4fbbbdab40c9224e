import dataclasses
import json

import numpy as np
import pytest

from vae_helpers import evaluation, features, load_data, metrics, models, plots, zoo
from vae_helpers.data import Data, Split


@pytest.fixture(scope="module")
def data():
    full = load_data("fashion-mnist", image_size=32)
    train = Split(full.train.images[:300], full.train.labels[:300])
    return dataclasses.replace(full, train=train)


@pytest.fixture(scope="module")
def vae():
    return models.VAE(
        models.dense_encoder((32, 32, 1), (16,), 3), models.dense_decoder((32, 32, 1), (16,), 3)
    )


@pytest.fixture(scope="module")
def report(vae, data):
    return evaluation.measure(vae, data, n=100, seeds=3, nll_samples=5)


def test_everything_is_there_and_json_takes_it(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert set(report) == {
        "protocol", "reconstruction", "codes", "generated", "real", "smoothness", "posterior",
        "likelihood",
    }  # fmt: skip
    assert {"fcd", "kid", "precision", "recall", "density", "coverage"} < set(report["generated"])
    assert set(report["codes"]) == {
        "silhouette", "ari", "nmi", "nearest_centroid_accuracy", "knn_accuracy",
        "linear_probe_accuracy",
    }  # fmt: skip


def test_numbers_are_those_of_the_metrics(report, vae, data):
    images = data.test.images[:100]
    z_mean, z_log_var = vae.encode(images)
    assert report["posterior"]["kl"] == pytest.approx(
        metrics.kl_divergence(z_mean, z_log_var).mean()
    )
    assert report["reconstruction"]["bce"] == pytest.approx(
        metrics.reconstruction_error(images, vae.decode(z_mean), "bce")
    )
    real = features.classifier_features(images, "fashion-mnist")
    generated = features.classifier_features(vae.sample(100, seed=2), "fashion-mnist")
    found = report["generated"]
    assert found["kid"]["values"][2] == pytest.approx(metrics.kid(real, generated))
    assert found["precision"]["values"][2] == metrics.precision_recall(real, generated)[0]
    assert found["fcd"]["values"][2] == pytest.approx(
        features.frechet_classifier_distance(vae.sample(100, seed=2), "fashion-mnist").value
    )
    assert found["fcd"]["mean"] == pytest.approx(np.mean(found["fcd"]["values"]))
    assert found["fcd"]["standard_deviation"] > 0
    assert sum(found["class_shares"]) == pytest.approx(1)


def test_an_untrained_model_is_worse_than_real_images(report):
    assert report["generated"]["fcd"]["mean"] > 2 * report["real"]["fcd_floor"]
    assert report["generated"]["coverage"]["mean"] < report["real"]["coverage"]
    assert report["likelihood"]["interval_95"][0] < report["likelihood"]["nll"]


class Perfect:
    """Decodes every code to real images, by looking them up."""

    def __init__(self, images):
        self.images = images

    def encode(self, images):
        return images.reshape(len(images), -1)[:, 400:600:9].astype("float32")

    def decode(self, z):
        return self.images[np.arange(len(z)) % len(self.images)]

    def reconstruct(self, images):
        return images

    def sample(self, n, seed):
        return np.random.default_rng(seed).permutation(self.images)[:n]


def test_an_autoencoder_has_no_posterior_and_a_perfect_one_reaches_the_floor(data):
    report = evaluation.measure(Perfect(data.test.images[5_000:]), data, n=400, seeds=2)
    assert "posterior" not in report
    assert report["reconstruction"]["mse"] == 0
    assert report["reconstruction"]["bce_above_floor"] == pytest.approx(0, abs=1e-2)
    assert report["generated"]["fcd"]["mean"] == pytest.approx(
        report["real"]["fcd_floor"], rel=0.25
    )
    assert report["generated"]["coverage"]["mean"] == pytest.approx(
        report["real"]["expected_coverage"], abs=0.04
    )


def own_data(labels=lambda n: np.arange(n) % 3, n=60, side=12):
    """A learner's data: other images, other classes, no bundled classifier."""
    images = np.random.default_rng(0).uniform(size=(2 * n, side, side, 1)).astype("float32")
    halves = images[:n], images[n:]
    train, test = (Split(half, labels(n)) for half in halves)
    return Data("leaves", train, train, test, class_names=("oak", "elm", "ash"))


@pytest.fixture(scope="module")
def small_vae():
    shape = (12, 12, 1)
    return models.VAE(models.dense_encoder(shape, (8,), 3), models.dense_decoder(shape, (8,), 3))


def thumbnail(images):
    """The simplest features: 16 pixels."""
    return images[:, ::3, ::3, 0].reshape(len(images), -1)


def test_own_data_with_an_extractor_of_its_own(small_vae):
    data = own_data()
    report = evaluation.measure(small_vae, data, seeds=2, features=thumbnail)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["protocol"]["n"] == 60
    assert report["protocol"]["features"] == "16 features of thumbnail"
    assert "left_out" not in report["protocol"]
    train, test = thumbnail(data.train.images), thumbnail(data.test.images)
    generated = thumbnail(small_vae.sample(60, seed=1))
    found = report["generated"]
    assert "fcd" not in found
    assert "class_shares" not in found
    assert "class_entropy" not in found
    assert found["frechet_distance"]["values"][1] == pytest.approx(metrics.fid(train, generated))
    assert found["kid"]["values"][1] == pytest.approx(metrics.kid(test, generated))
    assert report["real"]["frechet_distance_floor"] == pytest.approx(metrics.fid(train, test))
    assert report["smoothness"]["paths"] == 30


def test_own_data_without_an_extractor_says_what_is_left_out(small_vae):
    report = evaluation.measure(small_vae, own_data(), seeds=2)
    assert {"reconstruction", "codes", "posterior"} < set(report)
    assert not {"generated", "real", "smoothness"} & set(report)
    assert report["protocol"]["features"] == "none"
    left_out = report["protocol"]["left_out"]
    assert set(left_out) == {"generated", "real", "smoothness"}
    assert "no classifier of 'leaves' is bundled" in left_out["generated"]


@pytest.mark.parametrize("labels", [lambda n: None, lambda n: np.zeros(n, int)])
def test_images_without_classes_have_no_report_of_them(small_vae, labels):
    report = evaluation.measure(small_vae, own_data(labels), seeds=2, features=thumbnail)
    assert "codes" not in report
    assert report["protocol"]["left_out"] == {"codes": "the labels hold less than two classes"}


def test_an_extractor_may_replace_the_bundled_classifier(vae, data):
    report = evaluation.measure(
        vae, data, n=20, seeds=2, features=lambda images: images[:, ::8, ::8, 0].reshape(-1, 16)
    )
    assert "frechet_distance" in report["generated"]
    assert "fcd" not in report["generated"]


def test_an_extractor_gets_portions(small_vae, monkeypatch):
    monkeypatch.setattr(evaluation, "IMAGES_AT_ONCE", 7)
    sizes = []

    def recorded(images):
        sizes.append(len(images))
        return thumbnail(images)

    data = own_data()
    report = evaluation.measure(small_vae, data, seeds=2, features=recorded)
    assert max(sizes) == 7
    assert report["real"]["frechet_distance_floor"] == pytest.approx(
        metrics.fid(thumbnail(data.train.images), thumbnail(data.test.images))
    )


@pytest.mark.parametrize(
    ("extractor", "message"),
    [
        ("inception", "features='inception': allowed is a function from images to features"),
        (lambda images: images, r"features\(images\) has shape .*: allowed is \(60, d\)"),
        (lambda images: thumbnail(images)[1:], r"features\(images\) has shape \(59, 16\)"),
        (lambda images: thumbnail(images) * np.nan, r"features\(images\) holds NaN"),
    ],
)
def test_a_bad_extractor_is_named(small_vae, extractor, message):
    with pytest.raises(ValueError, match=message):
        evaluation.measure(small_vae, own_data(), seeds=2, features=extractor)


def test_the_mutual_information_has_its_bound_beside_it(report):
    posterior = report["posterior"]
    assert posterior["mutual_information_at_most"] == pytest.approx(
        max(
            posterior["kl"] - posterior["aggregated_posterior_kl"],
            posterior["mutual_information"],
        )
    )


class Line:
    """Decodes a code to an image whose one bright pixel says where it lies."""

    def decode(self, z):
        return np.asarray(z)[:, :, None, None]


def test_smoothness_pairs_row_i_with_row_n_plus_i():
    z = np.array([[0.0], [10.0], [1.0], [13.0]])
    space = evaluation.FeatureSpace(
        lambda images: (images.reshape(len(images), -1), None), None, "", None, ""
    )
    found = evaluation.measure_smoothness(Line(), z, space)
    assert found["energy"] == pytest.approx((1**2 + 3**2) / 2)  # 0 to 1 and 10 to 13
    assert found["ratio"] == pytest.approx(1)


def test_bad_sizes_are_named(vae, data):
    with pytest.raises(ValueError, match="data has 12 test images: allowed are 20 or more"):
        evaluation.measure(vae, own_data(n=12))
    with pytest.raises(ValueError, match="n=10: allowed"):
        evaluation.measure(vae, data, n=10)
    with pytest.raises(ValueError, match="n=10001: allowed"):
        evaluation.measure(vae, data, n=10_001)
    with pytest.raises(ValueError, match="seeds=1"):
        evaluation.measure(vae, data, n=100, seeds=1)


def test_the_headline_of_a_card_has_means_and_leaves_out_what_is_missing():
    card = zoo.card("mnist-vae")["evaluation"]
    numbers = evaluation.headline(card)
    assert numbers["mse"] == card["reconstruction"]["mse"]
    assert numbers["kl"] == card["posterior"]["kl"]
    assert numbers["fcd"] == card["generated"]["fcd"]["mean"]
    assert "coin_loss" not in numbers
    assert "kl" not in evaluation.headline(zoo.card("mnist-ae")["evaluation"])


def test_card_rows_turn_columns_into_rows_that_the_plot_takes():
    ours = {"AE": {"recall": 0.1, "mse": 2.0}, "VAE": {"mse": 3.0, "kl": 18.0}}
    rows, beside, better = evaluation.card_rows(ours, {"AE": {"mse": 2.5, "fcd": 9.0}})
    assert rows == {
        "squared error of a copy": {"AE": 2.0, "VAE": 3.0},
        "KL, nats": {"AE": None, "VAE": 18.0},
        "recall": {"AE": 0.1, "VAE": None},
    }
    assert list(rows) == ["squared error of a copy", "KL, nats", "recall"]
    assert beside["squared error of a copy"] == {"AE": 2.5}
    assert beside["recall"] == {"AE": None}
    assert better == {"squared error of a copy": "low", "recall": "high"}
    alt = plots.report_card(rows, beside, better).alt
    assert "squared error of a copy" in alt


def test_card_rows_refuse_what_no_card_shows():
    with pytest.raises(ValueError, match="'AE' has a number 'bce': allowed are mse, "):
        evaluation.card_rows({"AE": {"bce": 3.0}})
    with pytest.raises(ValueError, match="measured"):
        evaluation.card_rows({})
