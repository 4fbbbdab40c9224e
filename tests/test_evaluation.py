import dataclasses
import json

import numpy as np
import pytest

from vae_helpers import evaluation, features, load_data, metrics, models
from vae_helpers.data import Split


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


@pytest.mark.filterwarnings("ignore:self.within_class_std_dev_")
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


def test_bad_sizes_are_named(vae, data):
    with pytest.raises(ValueError, match="n=10: allowed"):
        evaluation.measure(vae, data, n=10)
    with pytest.raises(ValueError, match="n=10001: allowed"):
        evaluation.measure(vae, data, n=10_001)
    with pytest.raises(ValueError, match="seeds=1"):
        evaluation.measure(vae, data, n=100, seeds=1)
