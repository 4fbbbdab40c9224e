"""Everything this course measures of a trained model, in one dictionary for its card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vae_helpers import _arguments, features, metrics
from vae_helpers.data import Data

# Along how many lines, and at how many points of each, the smoothness is measured.
PATHS, PATH_IMAGES = 500, 11

# What a report card shows of a report: key → (in words, which way is better, part of the report).
REPORT = {
    "mse": ("squared error of a copy", "low", "reconstruction"),
    "bce_above_floor": ("BCE above the floor, nats", "low", "reconstruction"),
    "kl": ("KL, nats", None, "posterior"),
    "coin_loss": ("−ELBO on dynamic coins, nats", "low", "likelihood"),
    "fcd": ("Fréchet classifier distance", "low", "generated"),
    "frechet_distance": ("Fréchet distance", "low", "generated"),
    "kid": ("kernel distance (KID)", "low", "generated"),
    "precision": ("precision", "high", "generated"),
    "recall": ("recall", "high", "generated"),
    "density": ("density", "high", "generated"),
    "coverage": ("coverage", "high", "generated"),
    "diversity": ("diversity", None, "generated"),
}

# Images that a feature extractor gets at a time, so that memory stays bounded.
IMAGES_AT_ONCE = 1_000

# From images (n, h, w, c) in [0, 1] to features (n, d).
Extractor = Callable[[np.ndarray], ArrayLike]


@dataclass(frozen=True)
class FeatureSpace:
    """The features in which generated images are compared with real ones.

    Attributes:
        describe: a function from images to their features (n, d) and the class probabilities
            (n, classes), or None where no classifier gives any.
        reference: :class:`~vae_helpers.metrics.FeatureStatistics` of all training images.
        distance: what the report calls the Fréchet distance of these features.
        floor: a function from features of real test images (n, d) to the distance that as many
            real images have; it is not zero.
        text: the features in words.
    """

    describe: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    reference: metrics.FeatureStatistics
    distance: str
    floor: Callable[[np.ndarray], float]
    text: str

    @classmethod
    def of_classifier(cls, dataset: str) -> "FeatureSpace":
        """Return the features of the bundled classifier of "mnist" or "fashion-mnist".

        Raises:
            ValueError: for another data set.
            DamagedFileError: if a bundled file is missing or not the one that was published.
        """
        return cls(
            describe=lambda images: features.features_and_probabilities(images, dataset),
            reference=features.reference_statistics(dataset),
            distance="fcd",
            floor=lambda real: features.real_floor(len(real), dataset),
            text="64 features of the bundled classifier",
        )

    @classmethod
    def of(cls, extractor: Extractor, train_images: np.ndarray) -> "FeatureSpace":
        """Return the features of any extractor, with the statistics of the training images.

        Raises:
            ValueError: if the extractor is no function, or gives no finite features (n, d).
        """
        if not callable(extractor):
            raise ValueError(
                f"features={extractor!r}: allowed is a function from images to features (n, d)"
            )
        reference = metrics.FeatureStatistics()
        for rows in _rows(train_images):
            reference.update(_extracted(extractor, rows))
        name = getattr(extractor, "__name__", type(extractor).__name__)
        return cls(
            describe=lambda images: (
                np.concatenate([_extracted(extractor, rows) for rows in _rows(images)]),
                None,
            ),
            reference=reference,
            distance="frechet_distance",
            floor=lambda real: metrics.fid(reference, real),
            text=f"{reference.dimension:,} features of {name}",
        )


def measure(
    model: Any,
    data: Data,
    n: int | None = None,
    seeds: int = 5,
    nll_samples: int | None = None,
    features: Extractor | None = None,
) -> dict[str, Any]:
    """Measure a trained Autoencoder or VAE on the test images, and what it generates.

    Reconstruction, codes and classes use the first ``n`` test images. Generated images come from
    N(0, I), also for an Autoencoder, which was never trained for that; they are compared in a
    feature space, by the Fréchet distance with all training images and by the others with the
    ``n`` test images.

    The feature space is that of the bundled classifier of digits or clothes, unless ``features``
    is given. Then the distance is called "frechet_distance" instead of "fcd", and what needs the
    classifier's classes is left out. Data of another name, and no ``features``: all comparisons
    are left out. So are the codes' classes where the labels hold less than two. The report's
    protocol says under "left_out" what is missing and why.

    Args:
        model: has ``encode``, ``decode``, ``reconstruct`` and ``sample(n, seed=…)``, as those of
            the course.
        data: the :class:`~vae_helpers.data.Data` the model was trained on, at its image size; a
            learner's own with any number of classes, or with labels of None.
        n: test images and generated images, at least 20; None takes all test images, at most
            10,000, as in all published results.
        seeds: how many sampling seeds, at least 2. They vary what is drawn, not the training.
        nll_samples: with a number, importance samples for the NLL of statically binarised test
            images, for a model that was trained on binarised images. Slow.
        features: a function from images (m, h, w, 1) in [0, 1] to features (m, d), such as
            ``vae_helpers.features.inception_features``; it gets at most 1,000 images at a time.

    Returns:
        A dictionary that ``json.dumps`` takes. What depends on a seed is a dictionary of
        ``mean``, ``standard_deviation`` and ``values``.

    Raises:
        ValueError: if n is below 20 or above the number of test images, seeds below 2, or
            ``features`` gives no finite (m, d).
    """
    n, seeds = _checked_sizes(data, n, seeds)
    images = data.test.images[:n]
    z = codes(model, images)
    report = {
        "protocol": {
            "dataset": data.name,
            "n": n,
            "seeds": list(range(seeds)),
            "images": f"first {n:,} test images; {n:,} decoded points of N(0, I) a seed",
            "features": "none",
            "units": "nats and squared errors per image, summed over pixels and dimensions",
        },
        "reconstruction": measure_reconstruction(model, images),
    }
    left_out = {}
    if _has_classes(data, n):
        train, test = (data.train.images, data.train.labels), (z, data.test.labels[:n])
        report["codes"] = measure_codes(codes(model, train[0]), train[1], *test)
    else:
        left_out["codes"] = "the labels hold less than two classes"
    space = _feature_space(data, features)
    if space is not None:
        report["protocol"]["features"] = space.text
        report["generated"] = measure_generated(model, images, seeds, space)
        report["real"] = measure_real(data.train.images, images, space)
        report["smoothness"] = measure_smoothness(model, z, space)
    else:
        reason = f"no classifier of {data.name!r} is bundled, and no features=… was given"
        left_out |= dict.fromkeys(("generated", "real", "smoothness"), reason)
    if isinstance(encoded := model.encode(images), tuple):
        report["posterior"] = measure_posterior(model, images, *encoded, seeds)
    if nll_samples is not None:
        report["likelihood"] = measure_likelihood(model, images, nll_samples)
    if left_out:
        report["protocol"]["left_out"] = left_out
    return report


def headline(report: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a report of :func:`measure` that a report card shows, by their keys.

    Of what has several sampling seeds the mean is taken; what the report does not have is left out.
    """
    found = {key: report.get(part, {}).get(key) for key, (_, _, part) in REPORT.items()}
    return {
        key: value["mean"] if isinstance(value, Mapping) else value
        for key, value in found.items()
        if value is not None
    }


def card_rows(
    measured: Mapping[str, Mapping[str, float]],
    beside: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[dict, dict, dict]:
    """Turn the numbers of some models around, into what ``plots.report_card`` takes.

    Args:
        measured: dict from a column's name to its numbers by the keys of ``REPORT``, such as
            :func:`headline` returns. A column may lack some, then its cell is empty.
        beside: the same for numbers to be shown small in brackets.

    Returns:
        (rows, beside, better): row → column → number or None, twice, and row → "low" or "high".
        Rows stand in the order of ``REPORT``; those that no column has are left out.

    Raises:
        ValueError: for no column, or a key that ``REPORT`` does not have.
    """
    _arguments.mapping(measured, "measured")
    beside = dict(beside or {})
    for name, numbers in {**measured, **beside}.items():
        unknown = [key for key in numbers if key not in REPORT]
        if unknown:
            raise ValueError(
                f"{name!r} has a number {unknown[0]!r}: allowed are {', '.join(REPORT)}"
            )
    shown = [key for key in REPORT if any(key in numbers for numbers in measured.values())]

    def turned(columns):
        return {
            REPORT[key][0]: {name: numbers.get(key) for name, numbers in columns.items()}
            for key in shown
        }

    better = {REPORT[key][0]: REPORT[key][1] for key in shown if REPORT[key][1]}
    return turned(measured), turned(beside), better


def codes(model: Any, images: np.ndarray) -> np.ndarray:
    """Return one point (n, latent_dim) for each image: z, or a VAE's posterior mean."""
    encoded = model.encode(images)
    return encoded[0] if isinstance(encoded, tuple) else encoded


def measure_reconstruction(model: Any, images: np.ndarray) -> dict[str, float]:
    """Return the errors of decoded codes (posterior means for a VAE), per image."""
    reconstructions = model.reconstruct(images)
    bce = metrics.reconstruction_error(images, reconstructions, "bce")
    floor = metrics.bce_floor(images)
    return {
        "mse": metrics.reconstruction_error(images, reconstructions, "mse"),
        "bce": bce,
        "bce_floor": floor,
        "bce_above_floor": bce - floor,
    }


def measure_posterior(
    model: Any, images: np.ndarray, z_mean: np.ndarray, z_log_var: np.ndarray, seeds: int
) -> dict[str, Any]:
    """Return the divergences of a VAE's posteriors, in nats.

    The mutual information has its upper bound beside it, because near log n the estimate says
    no more than that it is at least so much: see :func:`vae_helpers.metrics.mutual_information`.
    """
    kl = metrics.kl_per_dimension(z_mean, z_log_var)
    aggregated = metrics.aggregated_posterior(z_mean, z_log_var)
    information = metrics.mutual_information(z_mean, z_log_var)
    return {
        "kl": float(kl.sum(axis=1).mean()),
        "kl_per_dimension": kl.mean(axis=0).tolist(),
        "active_units": metrics.active_units(z_mean),
        "latent_dim": z_mean.shape[1],
        "aggregated_posterior_kl": aggregated.kl_to_prior,
        "mutual_information": float(information),
        "mutual_information_at_most": information.at_most,
        "elbo": _spread([metrics.estimate_elbo(model, images, 1, s).mean() for s in range(seeds)]),
    }


def measure_likelihood(model: Any, images: np.ndarray, k: int) -> dict[str, Any]:
    """Return the NLL of statically binarised images with ``k`` importance samples, in nats."""
    binary = metrics.binarize(images, "static")
    log_likelihood = metrics.importance_weighted_log_likelihood(model, binary, k)
    low, high = metrics.bootstrap_interval(-log_likelihood)
    return {
        "nll": float(-log_likelihood.mean()),
        "interval_95": [low, high],
        "importance_samples": k,
        "binarisation": "static: one draw with the pixels as probabilities",
    }


def measure_codes(
    train_codes: np.ndarray,
    train_labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
) -> dict[str, float]:
    """Return what the codes know about the classes they were never told."""
    train, test = (train_codes, train_labels), (test_codes, test_labels)
    clusters = metrics.cluster_scores(*test)
    return {
        "silhouette": metrics.silhouette(*test),
        "ari": clusters.ari,
        "nmi": clusters.nmi,
        "nearest_centroid_accuracy": metrics.nearest_centroid_accuracy(*train, *test),
        "knn_accuracy": metrics.knn_accuracy(*train, *test),
        "linear_probe_accuracy": metrics.linear_probe(*train, *test),
    }


def measure_generated(
    model: Any, real_images: np.ndarray, seeds: int, space: FeatureSpace
) -> dict[str, Any]:
    """Compare as many generated images with real ones, once a seed."""
    real, _ = space.describe(real_images)
    runs = [_one_draw(model, real, seed, space) for seed in range(seeds)]
    shares = [run.pop("class_shares") for run in runs if "class_shares" in run]
    result = {key: _spread([run[key] for run in runs]) for key in runs[0]}
    if shares:
        result["class_shares"] = np.mean(shares, axis=0).tolist()
    return result


def measure_real(
    train_images: np.ndarray, test_images: np.ndarray, space: FeatureSpace
) -> dict[str, float]:
    """Return what real images reach where generated ones are measured: the mark to aim at."""
    n = len(test_images)
    test, _ = space.describe(test_images)
    other, _ = space.describe(train_images[:n])
    kernel_distance = metrics.kid(test, other)
    return {
        f"{space.distance}_floor": space.floor(test),
        "kid": float(kernel_distance),
        "kid_standard_error": kernel_distance.standard_error,
        **metrics.neighbour_scores(test, other)._asdict(),
        "expected_coverage": metrics.expected_coverage(n, len(other)),
        "diversity": metrics.diversity(test),
    }


def measure_smoothness(model: Any, z: np.ndarray, space: FeatureSpace) -> dict[str, float]:
    """Measure features along straight lines between codes, from row i to row n + i of ``z``.

    The n = 500 lines, or as many as there are pairs, join the codes of unrelated images.
    """
    n = min(PATHS, len(z) // 2)
    start, end = z[:n, None], z[n : 2 * n, None]
    position = np.linspace(0, 1, PATH_IMAGES, dtype=np.float32)[:, None]
    points = start + position * (end - start)
    described, _ = space.describe(model.decode(points.reshape(-1, z.shape[1])))
    found = metrics.path_energy(described.reshape(n, PATH_IMAGES, -1))
    return {
        "paths": n,
        "images_per_path": PATH_IMAGES,
        "energy": found.energy,
        "ratio": found.ratio,
    }


def _one_draw(model, real, seed, space):
    generated, probabilities = space.describe(model.sample(len(real), seed=seed))
    run = {
        space.distance: metrics.fid(space.reference, generated),
        "kid": float(metrics.kid(real, generated)),
        **metrics.neighbour_scores(real, generated)._asdict(),
        "diversity": metrics.diversity(generated),
    }
    if probabilities is not None:
        balance = metrics.class_balance(probabilities)
        run["class_entropy"] = balance.entropy
        run["class_uncertainty"] = balance.uncertainty
        run["class_shares"] = balance.shares
    return run


def _checked_sizes(data, n, seeds):
    n_test = len(data.test)
    if n_test < 20:
        raise ValueError(f"data has {n_test} test images: allowed are 20 or more")
    n = min(10_000, n_test) if n is None else n
    n = _arguments.whole_number(n, "n", low=20, high=n_test)
    return n, _arguments.whole_number(seeds, "seeds", low=2)


def _has_classes(data, n):
    """Return whether the labels tell two classes apart, in training and in the test images."""
    labels = data.train.labels, data.test.labels
    if any(part is None for part in labels):
        return False
    return all(len(np.unique(part)) >= 2 for part in (labels[0], labels[1][:n]))


def _feature_space(data, extractor):
    if extractor is not None:
        return FeatureSpace.of(extractor, data.train.images)
    if data.name in features.CLASSIFIERS:
        return FeatureSpace.of_classifier(data.name)
    return None


def _rows(images):
    return (images[i : i + IMAGES_AT_ONCE] for i in range(0, len(images), IMAGES_AT_ONCE))


def _extracted(extractor, images):
    return _arguments.numbers(extractor(images), "features(images)", (len(images), "d"))


def _spread(values):
    summary = metrics.summarise(values)
    return {
        "mean": summary.mean,
        "standard_deviation": summary.standard_deviation,
        "values": list(summary.values),
    }
