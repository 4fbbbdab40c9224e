"""Changes of solutions that change nothing, with the reason: for ``test_mutants.py``."""

SYMMETRIC = "the operation is symmetric, so the order changes nothing"
SQUARED = "only its square, or its length, is used"
AXES = "a sum over the same axes in another order"
SAME_LENGTH = "both have the same length"
NORMAL = "the noise is symmetric about 0: the draws have the same distribution"

EQUIVALENT = {
    "box_shares": {"points → nearest #2": SAME_LENGTH},
    "reconstruction_loss": {
        "(1, 2, 3) → (1, 2)": "images have one channel, and the mean runs over what is left",
        "(1, 2, 3) → (2, 1, 3)": AXES,
    },
    "sample_photos": {
        "wire(z) + noise * rng.standard_normal((n, 2)) → "
        "wire(z) - noise * rng.standard_normal((n, 2))": NORMAL
    },
    "elbo": {
        "norm.logpdf(z, q_mean, q_std) → norm.logpdf(q_mean, z, q_std)": (
            "a normal density depends on the distance of its first two arguments alone"
        )
    },
    "sampling_layer": {
        "z_mean → z_log_var": "only the shape is taken, and the shapes are equal",
        "z_mean + ops.exp(0.5 * z_log_var) * epsilon → "
        "z_mean - ops.exp(0.5 * z_log_var) * epsilon": NORMAL,
    },
    "assumed_deviation": {
        "784 / 2 → 784 // 2": "784 is even",
        "784 → 785": "one pixel more changes the deviation by less than a thousandth",
        "784 → 783": "one pixel fewer changes the deviation by less than a thousandth",
    },
    "negative_elbo": {
        "np.logaddexp(0, logits) → np.logaddexp(logits, 0)": SYMMETRIC,
        "(1, 2, 3) → (2, 1, 3)": AXES,
    },
    "mean_image_bias": {
        "np.clip(mean, epsilon, 1 - epsilon) → np.clip(epsilon, mean, 1 - epsilon)": SYMMETRIC
    },
    "free_bits_penalty": {"ops.maximum(mean, floor) → ops.maximum(floor, mean)": SYMMETRIC},
    "paired_difference": {"d → first #3": SAME_LENGTH, "d → second #3": SAME_LENGTH},
    "sample_aggregated": {
        "z_mean → z_log_var": SAME_LENGTH,
        "z_mean → z_log_var #2": SAME_LENGTH,
        "z_mean[i] + np.exp(z_log_var[i] / 2) * noise → "
        "z_mean[i] - np.exp(z_log_var[i] / 2) * noise": NORMAL,
    },
    "log_q": {
        "z[:, None] - z_mean → z_mean - z[:, None]": SQUARED,
        "z_mean → z_log_var #2": SAME_LENGTH,
    },
    "surgery": {
        "norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)) → "
        "norm.logpdf(z_mean[:m], z, np.exp(z_log_var[:m] / 2))": (
            "a normal density depends on the distance of its first two arguments alone"
        )
    },
    "slerp": {
        "np.clip(u1 @ u2, -1, 1) → np.clip(-1, u1 @ u2, 1)": (
            "the larger of the two, then at most 1: NumPy takes the bounds as they come"
        ),
        "u1 @ u2 → u2 @ u1": SYMMETRIC,
        "1 → 2 #2": "it matters for opposite directions alone, which the text leaves open",
        "np.sin(angle) → angle": "opposite directions alone differ: the text leaves them open",
        "np.sin(angle) < 1e-06 → np.sin(angle) <= 1e-06": "no angle has exactly this sine",
        "1e-06 → 2e-06": "where the threshold lies exactly is free",
        "1e-06 → 5e-07": "where the threshold lies exactly is free",
    },
    "attribute_vector": {
        "score >= high → score > high": "the quantile lies between two scores",
        "score <= low → score < low": "the quantile lies between two scores",
    },
    "balanced_vector": {
        "score >= high → score > high": "the quantile lies between two scores",
        "score <= low → score < low": "the quantile lies between two scores",
    },
    "coin_cost": {
        "return cost.sum(axis=(2, 3, 4)).mean(axis=0) → "
        "return np.abs(cost.sum(axis=(2, 3, 4)).mean(axis=0))": "a cost is never below 0",
        "return cost.sum(axis=(2, 3, 4)).mean(axis=0) → "
        "return np.maximum(cost.sum(axis=(2, 3, 4)).mean(axis=0), 0)": "a cost is never below 0",
        "(2, 3, 4) → (3, 2, 4)": SYMMETRIC,
    },
    "precision_coverage": {
        "np.sort(among_real, axis=1) → np.sort(among_real)": "the last axis is the default",
    },
    "frechet_distance": {
        "return vectors * np.sqrt(np.maximum(w, 0)) → "
        "return -(vectors * np.sqrt(np.maximum(w, 0)))": "singular values have no sign",
        "np.maximum(w, 0) → np.maximum(0, w)": SYMMETRIC,
        "mean1 - mean2 → mean2 - mean1": SQUARED,
    },
    "kernel_distance": {
        "a → b #2": SAME_LENGTH,
        "kernels(real, generated) → kernels(generated, real)": "the mean of the transpose",
    },
    "silhouette_of": {
        "z - z[i] → z[i] - z": SQUARED,
        "np.unique(labels) → labels": "the smallest of the same means, each of them more often",
        "max(a, b) → max(b, a)": SYMMETRIC,
    },
    "own_neighbours": {"z[:, None] - z → z - z[:, None]": SQUARED},
    "class_kl": {"z_mean - centre → centre - z_mean": SQUARED},
    "counted_bits": {
        "new → new_contexts #2": "there are as many of them",
        "1 → 2 #3": "NumPy takes −2 for −1 in a shape",
    },
    "conditional_vae": {
        "ops.concatenate([ops.reshape(images, (-1, 784)), labels],... → "
        "ops.stop_gradient(ops.concatenate([ops.reshape(images, (-...": "data need no gradient",
        "ops.reshape(images, (-1, 784)) → ops.stop_gradient(ops.reshape(images, (-1, 784)))": (
            "data need no gradient"
        ),
    },
}

# `np.abs(right)` and `np.maximum(right, 0)` are right where no value can be negative, and so is
# `np.round(right)` of whole numbers.
NEVER_NEGATIVE = (
    "reconstruction_loss",
    "box_shares",
    "kl_divergence",
    "negative_elbo",
    "standard_beta",
    "collapsed_dimensions",
    "sample_images",
    "path_lengths",
    "stepping_stones",
    "pixel_entropy",
    "own_neighbours",
    "between_share",
    "class_kl",
    "frechet_distance",
    "push",
    "counted_bits",
    "pair_auc",
)
WHOLE = ("collapsed_dimensions", "stepping_stones", "push")
