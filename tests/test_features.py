import h5py
import keras
import numpy as np
import pytest

from vae_helpers import by_mode, features, load_data, metrics
from vae_helpers.files import DamagedFileError, sha256_of

DATASETS = ("mnist", "fashion-mnist")
ACCURACY = {"mnist": 0.992, "fashion-mnist": 0.92}


@pytest.fixture(scope="module", params=DATASETS)
def measured(request):
    """A data set's name, its test set, and what the classifier makes of it."""
    test = load_data(request.param).test
    return (
        request.param,
        test,
        *features.features_and_probabilities(test.images, request.param),
    )


def test_accuracy_is_what_was_promised_and_what_the_card_says(measured):
    dataset, test, _, probabilities = measured
    accuracy = (probabilities.argmax(axis=1) == test.labels).mean()
    card = features.classifier_card(dataset)
    assert accuracy >= ACCURACY[dataset]
    # Another processor may round one image to the other side.
    assert accuracy == pytest.approx(card["metrics"]["test_accuracy"], abs=3e-4)


def test_outputs_have_their_shapes_and_units(measured):
    _, test, values, probabilities = measured
    assert values.shape == (len(test), 64)
    assert values.dtype == np.float32
    assert np.square(values, dtype=np.float64).mean() == pytest.approx(1, abs=0.05)
    assert (values.std(axis=0) > 1e-3).all(), "no feature is dead"
    assert probabilities.shape == (len(test), 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(test)), abs=1e-5)


def test_features_alone_are_the_same(measured):
    dataset, test, values, _ = measured
    alone = features.classifier_features(test.images[:50], dataset)
    assert alone == pytest.approx(values[:50], abs=1e-4)


def test_the_floor_of_10000_real_images(measured):
    dataset, test, values, _ = measured
    distance = features.features_distance(values, dataset)
    assert distance.n == len(test) == 10_000
    assert distance.value == pytest.approx(distance.floor, rel=1e-3)


def test_the_floor_of_fewer_real_images_is_interpolated(measured):
    dataset, _, values, _ = measured
    rng = np.random.default_rng(1)
    for n in (60, 700):  # not among the sizes that were measured
        draws = [
            features.features_distance(rng.permutation(values)[:n], dataset).value
            for _ in range(20)
        ]
        assert features.real_floor(n, dataset) == pytest.approx(np.mean(draws), rel=0.25)
    assert features.real_floor(20_000, dataset) == features.real_floor(10_000, dataset)


@pytest.mark.parametrize("dataset", DATASETS)
def test_floors_are_those_of_the_card_and_linear_in_one_over_n_between(dataset):
    floors = features.classifier_card(dataset)["metrics"]["real_floor"]
    for n, floor in floors.items():
        assert features.real_floor(int(n), dataset) == pytest.approx(floor)
    halfway = 2 / (1 / 200 + 1 / 500)
    expected = (floors["200"] + floors["500"]) / 2
    assert features.real_floor(halfway, dataset) == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_the_stored_statistics_are_those_of_the_training_images(dataset):
    """In quick mode those of a hundredth of them, which may miss by chance what is small.

    The floor of 10,000 images, above, holds the stored numbers to a thousandth as well.
    """
    images = load_data(dataset, validation=0).train.images
    n = by_mode(quick=600, full=60_000)
    chosen = np.random.default_rng(0).permutation(len(images))[:n]
    values = features.classifier_features(images[chosen], dataset)
    found = metrics.FeatureStatistics().update(values)
    stored = features.reference_statistics(dataset)
    assert stored.n == len(images) == 60_000
    chance = np.sqrt(1 / found.n - 1 / stored.n)
    deviation = np.sqrt(np.diag(stored.covariance))
    assert (np.abs(stored.mean - found.mean) <= 4 * chance * deviation + 1e-4).all()
    scale = np.outer(deviation, deviation)
    assert (np.abs(stored.covariance - found.covariance) <= 8 * chance * scale + 1e-3).all()


def test_worse_images_are_further_away(measured):
    dataset, test, _, _ = measured
    images = test.images[:300]
    rng = np.random.default_rng(0)
    noisy = [
        np.clip(images + s * rng.normal(size=images.shape), 0, 1).astype(np.float32)
        for s in (0.0, 0.2, 0.5)
    ]
    values = [features.frechet_classifier_distance(x, dataset).value for x in noisy]
    assert values == sorted(values)
    assert values[1] > 3 * features.real_floor(300, dataset)


def test_the_frame_of_32_pixel_images_is_cut_off():
    small, large = (load_data("fashion-mnist", size).test.images[:50] for size in (28, 32))
    assert (
        features.classify(small, "fashion-mnist") == features.classify(large, "fashion_mnist")
    ).all()


def test_batches_change_nothing():
    images = load_data("mnist").test.images[:50]
    whole, parts = (features.classifier_features(images, batch_size=size) for size in (1_000, 7))
    assert parts == pytest.approx(whole, abs=1e-4)
    assert features.classifier_features(images) == pytest.approx(whole, abs=0)


def test_a_distance_says_what_it_is_and_what_to_compare_it_with():
    images = load_data("mnist").test.images[:200]
    distance = features.frechet_classifier_distance(images)
    assert float(distance) == distance.value
    text = str(distance)
    for part in ("Fréchet classifier distance", "N = 200", "64 features", "real images"):
        assert part in text
    assert f"{distance.floor:.3g}" in text
    assert "FID" not in text


@pytest.mark.parametrize("dataset", DATASETS)
def test_files_are_small_hashed_and_of_the_architecture_in_the_code(dataset):
    folder = features._folder(dataset)
    card = features.classifier_card(dataset)
    for name, expected in card["sha256"].items():
        assert sha256_of(folder / name) == expected
    assert (folder / "model.keras").stat().st_size <= 2**20
    assert features.build_classifier(folder.name).count_params() == card["parameters"]
    assert {"recipe", "seed", "versions", "data", "commit", "architecture"} <= set(card)


def test_a_damaged_file_is_not_opened(tmp_path, monkeypatch):
    source = features._folder("mnist")
    target = tmp_path / "checkpoints" / source.name
    target.mkdir(parents=True)
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    for name in ("model.keras", "statistics.npz"):
        with (target / name).open("ab") as file:
            file.write(b"!")
    monkeypatch.setattr(features, "ASSETS", tmp_path)
    with pytest.raises(DamagedFileError, match=r"model\.keras is damaged"):
        features._classifier.__wrapped__("mnist")
    with pytest.raises(DamagedFileError, match=r"statistics\.npz is damaged"):
        features._stored_statistics.__wrapped__("mnist")
    (target / "card.json").unlink()
    with pytest.raises(DamagedFileError, match=r"card\.json is missing"):
        features.classifier_card("mnist")


def test_the_images_stay_as_they_are_and_may_be_read_only():
    images = load_data("mnist").test.images[:50].copy()
    before = images.copy()
    images.flags.writeable = False
    features.classify(images)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((5, 28, 28)), r"images has shape \(5, 28, 28\)"),
        (np.zeros((5, 30, 30, 1)), r"allowed is \(n, 28, 28, 1\) or \(n, 32, 32, 1\)"),
        (np.zeros((0, 28, 28, 1)), "n from 1"),
        (np.zeros((5, 28, 28, 3)), r"images has shape \(5, 28, 28, 3\)"),
        (np.full((5, 28, 28, 1), 255), "values from 255 to 255.*divide bytes by 255"),
        (np.full((5, 28, 28, 1), np.nan), "images holds NaN"),
    ],
)
def test_bad_images_are_named(images, message):
    with pytest.raises(ValueError, match=message):
        features.classify(images)


def test_other_bad_input_is_named():
    images = np.zeros((1, 28, 28, 1))
    with pytest.raises(ValueError, match="dataset='cifar': allowed are 'mnist' and"):
        features.classify(images, "cifar")
    with pytest.raises(ValueError, match="1 rows"):
        features.frechet_classifier_distance(images)
    with pytest.raises(ValueError, match="n=1"):
        features.real_floor(1)


def test_distances_by_size_are_means_over_parts():
    f = features.classifier_features(load_data("mnist").test.images[:450])
    values = features.distances_by_size(f, [200, 450])
    halves = [features.features_distance(part).value for part in (f[:200], f[200:400])]
    assert values == pytest.approx([np.mean(halves), features.features_distance(f).value])
    with pytest.raises(ValueError, match="size=451"):
        features.distances_by_size(f, [451])


# InceptionV3


def test_inception_with_random_weights_gives_repeatable_pooled_features():
    rng = np.random.default_rng(0)
    grey = rng.random((3, 28, 28, 1), dtype=np.float32)
    values = features.inception_features(grey, weights="random", batch_size=2, progress=False)
    assert values.shape == (3, 2048)
    assert values.dtype == np.float32
    assert (values >= 0).all()
    assert np.isfinite(values).all()
    rgb = grey[::-1].repeat(3, axis=3)
    again = features.inception_features(rgb, weights="random", progress=False)[::-1]
    assert again == pytest.approx(values, abs=1e-7), "grey is equal in all channels"


def write_old_format(network, path):
    """Write weights as the published file has them: a group a layer, and names as attributes."""
    with h5py.File(path, "w") as file:
        layers = [layer for layer in network.layers if layer.weights]
        file.attrs["layer_names"] = [layer.name for layer in layers]
        for layer in layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{i}" for i in range(len(layer.weights))]
            group.attrs["weight_names"] = names
            for name, weight in zip(names, layer.weights, strict=True):
                group[name] = keras.ops.convert_to_numpy(weight)


def test_inception_takes_its_weights_from_a_file(tmp_path):
    """The way that the real weights go, with weights that were drawn here."""
    images = np.random.default_rng(1).random((2, 28, 28, 1), dtype=np.float32)
    path = tmp_path / features.INCEPTION_FILE
    write_old_format(features._inception("random"), path)
    random = features.inception_features(images, weights="random", progress=False)
    of_file = features.inception_features(images, weights=path, progress=False)
    assert of_file == pytest.approx(random, abs=1e-6)
    assert not np.allclose(of_file[0], of_file[1], atol=1e-5), "images differ in their features"
    assert metrics.fid(random, of_file) == pytest.approx(0, abs=1e-5)


def test_what_inception_is_shown():
    images = np.zeros((2, 28, 28, 1), np.float32)
    images[1] = 1
    images[1, :, :14] = 0.5
    shown = features._for_inception(images)
    assert shown.shape == (2, 299, 299, 3)
    assert (shown[0] == -1).all()
    assert shown[1, :, 0] == pytest.approx(0, abs=1e-6)
    assert shown[1, :, -1] == pytest.approx(1)


def test_missing_inception_weights_are_one_clear_error(monkeypatch, tmp_path):
    images = np.zeros((2, 28, 28, 1), np.float32)
    with pytest.raises(features.MissingWeightsError, match=r"There is no file .*none\.h5"):
        features.inception_features(images, weights=tmp_path / "none.h5")

    def offline(**_):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "InceptionV3", offline)
    with pytest.raises(features.MissingWeightsError) as caught:
        features.inception_features(images)
    for part in (features.INCEPTION_FILE, "models", "weights=", "frechet_classifier_distance"):
        assert part in str(caught.value)


def test_inception_refuses_bytes():
    with pytest.raises(ValueError, match="divide bytes by 255"):
        features.inception_features(np.full((2, 28, 28, 1), 9), weights="random")


def test_handwriting_measures_what_it_says():
    upright = np.zeros((28, 28, 1), "float32")
    upright[4:24, 14] = 1
    leaning = np.zeros_like(upright)
    for row in range(4, 24):
        leaning[row, 24 - row] = 1  # the top to the right
    wide = np.zeros_like(upright)
    wide[10:14, 4:24] = 0.5
    found = features.handwriting(np.stack([upright, leaning, wide]))
    np.testing.assert_allclose(found["ink"], [20, 20, 40], rtol=1e-5)
    np.testing.assert_allclose(found["slant"], [0, 45, 0], atol=1e-3)
    np.testing.assert_allclose(found["width"], [0, 5.766, 5.766], atol=1e-3)
    with pytest.raises(ValueError, match="black"):
        features.handwriting(np.zeros((1, 28, 28, 1)))


class Stretcher:
    """A model whose code is a bright square's side."""

    def decode(self, z):
        images = np.zeros((len(z), 28, 28, 1), "float32")
        for image, (side,) in zip(images, np.asarray(z).astype(int), strict=True):
            image[14 - side : 14 + side, 14 - side : 14 + side] = 1
        return images


def test_the_effect_of_a_step_is_that_of_images_with_it_and_without():
    found = features.effect(Stretcher(), np.array([[2.0], [3.0]]), np.array([1.0]))
    assert found.change["ink"] == np.mean([36 - 16, 64 - 36])
    assert found.change["slant"] == 0
    assert found.read.sum() == 1
    assert features.effect(Stretcher(), np.array([[2.0], [3.0]]), np.array([0.0])).kept == 1
    with pytest.raises(ValueError, match="step"):
        features.effect(Stretcher(), np.array([[2.0]]), np.ones(2))
