"""Speed, memory and accuracy of the fidelity metrics; run by hand, a few minutes on two cores.

    python benchmarks/fidelity.py            # everything
    python benchmarks/fidelity.py frechet    # one part: frechet, streaming, kernel, neighbours

Times are processor seconds, which other programs on the machine change little; those of one run
are compared with each other only, in pairs: ours, then the other. OPENBLAS_NUM_THREADS=1 makes
them steadier.
"""

import argparse
import json
import time
import tracemalloc
import warnings

import numpy as np
from scipy import linalg

from vae_helpers import metrics


def by_square_root(mean1, cov1, mean2, cov2):
    """The usual code: the root of the product, and its real part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = linalg.sqrtm(cov1 @ cov2)
    shift = mean1 - mean2
    return float(shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * np.trace(np.real(root)))


def timed(function, *arguments):
    start = time.process_time()
    value = function(*arguments)
    return time.process_time() - start, value


def peak_megabytes(function, *arguments):
    tracemalloc.start()
    function(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def moments(features):
    return features.mean(axis=0), np.cov(features.T)


def frechet():
    """Compare with sqrtm at d = 2,048: full rank from moments, 1,000 images from features."""
    d = 2_048
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(d, d)) / np.sqrt(d)
    full = [rng.normal(size=(6_000, d)) @ mixing for _ in range(2)]
    arguments = [part for features in full for part in moments(features)]
    ours, value = timed(metrics.frechet_distance, *arguments)
    other, reference = timed(by_square_root, *arguments)
    yield "full rank", ours, other, value / reference - 1

    few = rng.normal(size=(1_000, d)) @ mixing
    pair = few, 1.5 * few  # known: a quarter of the trace, and the shift of the mean
    exact = 0.25 * few.var(axis=0, ddof=1).sum() + 0.25 * np.square(few.mean(axis=0)).sum()
    scale = np.trace(np.cov(few.T))
    ours, value = timed(metrics.fid, *pair)
    other, reference = timed(lambda: by_square_root(*moments(pair[0]), *moments(pair[1])))
    yield "1,000 images", ours, other, (value - exact) / scale, (reference - exact) / scale
    arguments = [part for features in pair for part in moments(features)]
    ours, value = timed(metrics.frechet_distance, *arguments)
    yield "1,000 images, moments only", ours, other, (value - exact) / scale


def show_frechet():
    rows = {}
    for name, ours, other, error, *others_error in frechet():
        rows[name] = {"seconds": ours, "sqrtm_seconds": other, "faster": other / ours}
        rows[name]["relative_error"] = abs(error)
        if others_error:
            rows[name]["sqrtm_relative_error"] = abs(others_error[0])
    return rows


def show_streaming():
    """Time per million and memory of FeatureStatistics, d = 64, batches of 1,000."""
    batch = np.random.default_rng(0).normal(size=(1_000, 64)).astype(np.float32)

    def stream(n):
        statistics = metrics.FeatureStatistics()
        for _ in range(n // len(batch)):
            statistics.update(batch)

    stream(1_000)
    return {
        f"{n:,}": {
            "seconds_per_million": timed(stream, n)[0] * 1e6 / n,
            "peak_mb": peak_megabytes(stream, n),
        }
        for n in (1_000, 10_000, 100_000, 1_000_000)
    }


def show_kernel():
    """KID of 10,000 and 10,000 images, d = 64."""
    pair = _two_samples()
    return {
        "seconds": timed(metrics.kid, *pair)[0],
        "peak_mb": peak_megabytes(metrics.kid, *pair),
    }


def show_neighbours():
    """All four neighbour scores of 10,000 and 10,000 images, d = 64, and the authors' package."""
    import prdc

    pair = _two_samples()
    ours, scores = timed(metrics.neighbour_scores, *pair)
    other, reference = timed(prdc.compute_prdc, *pair, 5)
    return {
        "seconds": ours,
        "peak_mb": peak_megabytes(metrics.neighbour_scores, *pair),
        "prdc_seconds": other,
        "prdc_peak_mb": peak_megabytes(prdc.compute_prdc, *pair, 5),
        "largest_difference": max(
            abs(getattr(scores, key) - value) for key, value in reference.items()
        ),
        "coverage": scores.coverage,
        "expected_coverage": metrics.expected_coverage(10_000, 10_000),
    }


def _two_samples():
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, 10_000, 64))


PARTS = {
    "frechet": show_frechet,
    "streaming": show_streaming,
    "kernel": show_kernel,
    "neighbours": show_neighbours,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART")
    for part in parser.parse_args().parts:
        print(json.dumps({part: PARTS[part]()}, indent=2), flush=True)
