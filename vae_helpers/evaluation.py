"""Everything this course measures of a trained model, in one dictionary for its card."""

import numpy as np

from vae_helpers import features, metrics

# Along how many lines, and at how many points of each, the smoothness is measured.
PATHS, PATH_IMAGES = 500, 11


def measure(model, data, n=10_000, seeds=5, nll_samples=None):
    """Measure a trained Autoencoder or VAE on the test images, and what it generates.

    Reconstruction, codes and classes use the first ``n`` test images. Generated images come from
    N(0, I), also for an Autoencoder, which was never trained for that; they are compared in the
    features of the bundled classifier, by the Fréchet distance with all 60,000 training images
    and by the others with the ``n`` test images.

    Args:
        model: has ``encode``, ``reconstruct`` and ``sample(n, seed=…)``; for likelihoods also
            ``decode``.
        data: the :class:`~vae_helpers.data.Data` the model was trained on, at its image size.
        n: test images and generated images, at least 20; 10,000 in all published results.
        seeds: how many sampling seeds, at least 2. They vary what is drawn, not the training.
        nll_samples: with a number, importance samples for the NLL of statically binarised test
            images, for a model that was trained on binarised images. Slow.

    Returns:
        A dictionary that ``json.dumps`` takes. What depends on a seed is a dictionary of
        ``mean``, ``standard_deviation`` and ``values``.

    Raises:
        ValueError: if n is below 20 or above the number of test images, or seeds below 2.
    """
    n_test = len(data.test)
    if not 20 <= n <= n_test:
        raise ValueError(f"n={n!r}: allowed is a whole number from 20 to {n_test:,}")
    if seeds < 2:
        raise ValueError(f"seeds={seeds!r}: allowed is a whole number from 2")
    images, labels = data.test.images[:n], data.test.labels[:n]
    codes = model.encode(images)
    variational = isinstance(codes, tuple)
    z_mean = codes[0] if variational else codes
    train_codes = model.encode(data.train.images)
    train_codes = train_codes[0] if variational else train_codes
    report = {
        "protocol": {
            "dataset": data.name,
            "n": n,
            "seeds": list(range(seeds)),
            "images": f"first {n:,} test images; {n:,} decoded points of N(0, I) a seed",
            "features": "64 features of the bundled classifier",
            "units": "nats and squared errors per image, summed over pixels and dimensions",
        },
        "reconstruction": measure_reconstruction(model, images),
        "codes": measure_codes(train_codes, data.train.labels, z_mean, labels),
        "generated": measure_generated(model, data.name, images, seeds),
        "real": measure_real(data.train.images, images, data.name),
        "smoothness": measure_smoothness(model, z_mean, data.name),
    }
    if variational:
        report["posterior"] = measure_posterior(model, images, *codes, seeds)
    if nll_samples is not None:
        report["likelihood"] = measure_likelihood(model, images, nll_samples)
    return report


def measure_reconstruction(model, images):
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


def measure_posterior(model, images, z_mean, z_log_var, seeds):
    """Return the divergences of a VAE's posteriors, in nats."""
    kl = metrics.kl_per_dimension(z_mean, z_log_var)
    aggregated = metrics.aggregated_posterior(z_mean, z_log_var)
    return {
        "kl": float(kl.sum(axis=1).mean()),
        "kl_per_dimension": kl.mean(axis=0).tolist(),
        "active_units": metrics.active_units(z_mean),
        "latent_dim": z_mean.shape[1],
        "aggregated_posterior_kl": aggregated.kl_to_prior,
        "mutual_information": metrics.mutual_information(z_mean, z_log_var),
        "elbo": _spread([metrics.estimate_elbo(model, images, 1, s).mean() for s in range(seeds)]),
    }


def measure_likelihood(model, images, k):
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


def measure_codes(train_codes, train_labels, test_codes, test_labels):
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


def measure_generated(model, dataset, real_images, seeds):
    """Compare as many generated images with real ones, once a seed."""
    real = features.classifier_features(real_images, dataset)
    runs = [_one_draw(model, dataset, real, seed) for seed in range(seeds)]
    shares = np.mean([run.pop("class_shares") for run in runs], axis=0)
    result = {key: _spread([run[key] for run in runs]) for key in runs[0]}
    return {**result, "class_shares": shares.tolist()}


def measure_real(train_images, test_images, dataset):
    """Return what real images reach where generated ones are measured: the mark to aim at."""
    n = len(test_images)
    test = features.classifier_features(test_images, dataset)
    other = features.classifier_features(train_images[:n], dataset)
    kernel_distance = metrics.kid(test, other)
    return {
        "fcd_floor": features.real_floor(n, dataset),
        "kid": float(kernel_distance),
        "kid_standard_error": kernel_distance.standard_error,
        **metrics.neighbour_scores(test, other)._asdict(),
        "expected_coverage": metrics.expected_coverage(n, len(other)),
        "diversity": metrics.diversity(test),
    }


def measure_smoothness(model, z, dataset):
    """Measure classifier features along straight lines between codes of neighbouring rows."""
    n = min(PATHS, len(z) // 2)
    start, end = z[:n, None], z[n : 2 * n, None]
    position = np.linspace(0, 1, PATH_IMAGES, dtype=np.float32)[:, None]
    points = start + position * (end - start)
    images = model.decode(points.reshape(-1, z.shape[1]))
    path = features.classifier_features(images, dataset).reshape(n, PATH_IMAGES, -1)
    length = metrics.perceptual_path_length(path)
    return {
        "paths": n,
        "images_per_path": PATH_IMAGES,
        "energy": length.energy,
        "ratio": length.ratio,
    }


def _one_draw(model, dataset, real, seed):
    images = model.sample(len(real), seed=seed)
    generated, probabilities = features.features_and_probabilities(images, dataset)
    balance = metrics.class_balance(probabilities)
    return {
        "fcd": features.features_distance(generated, dataset).value,
        "kid": float(metrics.kid(real, generated)),
        **metrics.neighbour_scores(real, generated)._asdict(),
        "diversity": metrics.diversity(generated),
        "class_entropy": balance.entropy,
        "class_uncertainty": balance.uncertainty,
        "class_shares": balance.shares,
    }


def _spread(values):
    summary = metrics.summarise(values)
    return {
        "mean": summary.mean,
        "standard_deviation": summary.standard_deviation,
        "values": list(summary.values),
    }
