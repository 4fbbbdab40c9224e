"""A second set, which the authors of the checkers saw only when they had finished."""

from wrong_answers import wrong

ANSWERS = {
    "00": {
        "halfway": [
            wrong("the product", r"add|multipl|product", "return a * b / 2"),
            wrong("the geometric mean", r"root|product|add|mean", "return np.sqrt(np.abs(a * b))"),
            wrong("the end", r"end|b", "return b"),
        ],
    },
    "01": {
        "transposed_convolution": [
            wrong(
                "stamps begin one place late",
                r"place|shift|first|begin|i \* stride|out of",
                """
                for i, value in enumerate(x):
                    for j, weight in enumerate(kernel):
                        if i * stride + j + 1 < len(out):
                            out[i * stride + j + 1] += value * weight
                return out
                """,
            ),
            wrong(
                "only every stride-th pixel stamps",
                r"every (pixel|value)|all pixels|stride|skip|pixel",
                """
                for i in range(0, len(x), stride):
                    out[i : i + len(kernel)] += x[i] * kernel
                return out
                """,
            ),
        ],
        "reconstruction_loss": [
            wrong(
                "the mean over images and the sum of their squares",
                r"square|mean|root",
                """
                each = (-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)).sum(axis=(1, 2, 3))
                return np.sqrt(np.mean(each**2))
                """,
            ),
            wrong(
                "the median over images",
                r"median|mean|average",
                """
                each = (-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)).sum(axis=(1, 2, 3))
                return np.median(each)
                """,
            ),
            wrong(
                "the term of the dark pixels with log x̂",
                r"1 [-−] x|dark|black|second|log\(1",
                """
                each = -x * np.log(x_hat) - (1 - x) * np.log(x_hat)
                return each.sum(axis=(1, 2, 3)).mean()
                """,
            ),
        ],
        "pca_reconstruction": [
            wrong(
                "the codes squared",
                r"square|factor|codes|linear",
                """
                codes = (x - mean) @ components.T
                return mean + codes**2 @ components
                """,
            ),
            wrong(
                "the mean of each image",
                r"mean|each image|axis|argument",
                """
                own = x.mean(axis=1, keepdims=True)
                return own + (x - own) @ components.T @ components
                """,
            ),
        ],
        "build_decoder": [
            wrong(
                "a ReLU on the dense layer",
                r"dense|activation|only the three",
                """
                h = layers.Dense(4 * 4 * 128, activation="relu")(z)
                h = layers.Reshape((4, 4, 128))(h)
                for filters in (128, 64, 32):
                    h = layers.Conv2DTranspose(
                        filters, 3, strides=2, padding="same", activation="relu"
                    )(h)
                logits = layers.Conv2D(1, 3, padding="same")(h)
                return keras.Model(z, logits)
                """,
            ),
            wrong(
                "not wrapped in a model",
                r"model",
                """
                h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
                for filters in (128, 64, 32):
                    h = layers.Conv2DTranspose(
                        filters, 3, strides=2, padding="same", activation="relu"
                    )(h)
                return layers.Conv2D(1, 3, padding="same")(h)
                """,
            ),
        ],
        "box_shares": [
            wrong(
                "the shares of the codes, not of the points",
                r"codes|points|asked",
                "return np.bincount(labels, minlength=10) / len(labels)",
            ),
            wrong(
                "in per cent",
                r"per ?cent|100",
                """
                nearest = KDTree(z).query(points)[1]
                return 100 * np.bincount(labels[nearest], minlength=10) / len(points)
                """,
            ),
        ],
    },
    "02": {
        "sample_photos": [
            wrong(
                "noise around each coordinate of zero",
                r"wire|place|noise",
                "return noise * rng.standard_normal((n, 2))",
            ),
            wrong(
                "noise taken away twice as wide",
                r"noise|blur|factor|twice|deviation",
                """
                z = rng.standard_normal(n)
                return wire(z) - 2 * noise * rng.standard_normal((n, 2))
                """,
            ),
            wrong(
                "one photo more",
                r"\bn\b|shape|one more|photos",
                """
                z = rng.standard_normal(n + 1)
                return wire(z) + noise * rng.standard_normal((n + 1, 2))
                """,
            ),
        ],
        "elbo": [
            wrong(
                "the deviation forgotten in the density",
                r"deviation|q_std|logpdf",
                """
                z = rng.normal(q_mean, q_std, n)
                return np.mean(log_joint(z) - norm.logpdf(z, q_mean))
                """,
            ),
            wrong(
                "the density in place of its logarithm",
                r"logpdf|log|density|pdf",
                """
                z = rng.normal(q_mean, q_std, n)
                return np.mean(log_joint(z) - norm.pdf(z, q_mean, q_std))
                """,
            ),
            wrong(
                "fresh draws for each term",
                r"same (draw|z|place)|two|again|once|different (draws|places)",
                """
                first = log_joint(rng.normal(q_mean, q_std, n))
                return np.mean(first - norm.logpdf(rng.normal(q_mean, q_std, n), q_mean, q_std))
                """,
            ),
            wrong(
                "the mean of q only",
                r"draw|rng|n places|one place|random",
                """
                z = np.full(n, q_mean)
                return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
                """,
            ),
        ],
        "kl_divergence": [
            wrong(
                "the one counted once, not for each dimension",
                r"\b1\b|one|each dimension|inside|offset|constant",
                """
                terms = z_mean**2 + np.exp(z_log_var) - z_log_var
                return 0.5 * (terms.sum(axis=1) - 1)
                """,
            ),
            wrong(
                "the half on the first term only",
                r"half|½|0\.5|term|bracket",
                "return (0.5 * z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
            ),
            wrong(
                "the variance squared",
                r"varian|squar|exp",
                "return 0.5 * (z_mean**2 + np.exp(z_log_var) ** 2 - 1 - z_log_var).sum(axis=1)",
            ),
            wrong(
                "the absolute mean",
                r"abs|squar|mean|μ",
                "return 0.5 * (np.abs(z_mean) + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
            ),
        ],
        "gradient_samples": [
            wrong(
                "the noise's mean taken away",
                r"mean|epsilon|noise|centr|each",
                """
                epsilon = epsilon - epsilon.mean()
                z = mean + std * epsilon
                return z**2 * epsilon / std, 2 * z
                """,
            ),
            wrong(
                "the slope multiplied by f again",
                r"f\(z\)|slope|derivative|z²|times|2 ?z",
                """
                z = mean + std * epsilon
                return z**2 * epsilon / std, 2 * z * z**2
                """,
            ),
        ],
        "sampling_layer": [
            wrong(
                "the deviation twice as large",
                r"twice|factor|2|deviation|half",
                """
                epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
                return z_mean + 2 * ops.exp(0.5 * z_log_var) * epsilon
                """,
            ),
            wrong(
                "the noise with the deviation's sign inside",
                r"sign|minus|[-−] ?0\.5|inverse|one over|1 / ?σ|small",
                """
                epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
                return z_mean + ops.exp(-0.5 * z_log_var) * epsilon
                """,
            ),
        ],
        "assumed_deviation": [
            wrong("a half deviation", r"root|half|√|2|inside", "deviation = np.sqrt(784) / 2"),
            wrong(
                "the variance over the pixels",
                r"root|784|pixels|other way|turned|upside",
                "deviation = 0.5 / 784",
            ),
        ],
        "negative_elbo": [
            wrong(
                "the KL once for the whole batch",
                r"KL.*(each|image|axis|batch)|(each|image|axis|batch).*KL",
                """
                bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
                kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum()
                return bce + kl
                """,
            ),
            wrong(
                "the half on the whole",
                r"half|½|0\.5|reconstruction|cross-entropy",
                """
                bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
                kl = (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
                return 0.5 * (bce + kl)
                """,
            ),
            wrong(
                "the logits' sigmoid in place of the logits",
                r"sigmoid|logit",
                """
                p = 1 / (1 + np.exp(-logits))
                bce = (np.logaddexp(0, p) - images * p).sum(axis=(1, 2, 3))
                kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
                return bce + kl
                """,
            ),
        ],
    },
    "03": {
        "my_vae": [
            wrong(
                "β squared",
                r"β|beta|squar",
                (
                    None,
                    """
                    reconstruction, kl = loss_parts(
                        x, y_pred["logits"], y_pred["z_mean"], y_pred["z_log_var"]
                    )
                    self.reconstruction_tracker.update_state(reconstruction)
                    self.kl_tracker.update_state(kl)
                    return ops.mean(reconstruction + self.beta**2 * kl)
                    """,
                ),
            ),
            wrong(
                "the trackers exchanged",
                r"tracker|exchang|swap|logged",
                (
                    None,
                    """
                    reconstruction, kl = loss_parts(
                        x, y_pred["logits"], y_pred["z_mean"], y_pred["z_log_var"]
                    )
                    self.reconstruction_tracker.update_state(kl)
                    self.kl_tracker.update_state(reconstruction)
                    return ops.mean(reconstruction + self.beta * kl)
                    """,
                ),
            ),
        ],
        "standard_beta": [
            wrong(
                "the logarithm of the quotient", r"log|divide", "return np.log(n_pixels / weight)"
            ),
            wrong("one less", r"1|one|offset|too (small|large)", "return n_pixels / weight - 1"),
        ],
        "collapsed_dimensions": [
            wrong(
                "the median over images",
                r"median|mean|average",
                """
                kl = vh.metrics.kl_per_dimension(z_mean, z_log_var)
                return np.sum(np.median(kl, axis=0) < threshold)
                """,
            ),
            wrong(
                "the largest KL below the threshold",
                r"largest|max|mean|average",
                """
                kl = vh.metrics.kl_per_dimension(z_mean, z_log_var)
                return np.sum(kl.max(axis=0) < threshold)
                """,
            ),
        ],
        "free_bits_penalty": [
            wrong(
                "the floor added",
                r"add|maximum|at least|floor",
                "return ops.sum(ops.mean(kl, axis=0) + floor)",
            ),
            wrong(
                "the largest dimension",
                r"sum|all dimensions|largest|max",
                "return ops.max(ops.maximum(ops.mean(kl, axis=0), floor))",
            ),
        ],
        "paired_difference": [
            wrong(
                "the median difference",
                r"median|mean|average",
                "d = first - second\nreturn np.median(d), d.std(ddof=1) / np.sqrt(len(d))",
            ),
            wrong(
                "in per cent of the second",
                r"per ?cent|relative|divid|nats|second",
                """
                d = (first - second) / second
                return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
                """,
            ),
        ],
    },
    "04": {
        "sample_images": [
            wrong(
                "divided by the temperature",
                r"temperature|divid|multipl",
                "return decode(rng.standard_normal((n, latent_dim)) / temperature)",
            ),
            wrong(
                "cut off at two deviations",
                r"cut|clip|tail|range|beyond|far|normal|limit",
                """
                z = np.clip(rng.standard_normal((n, latent_dim)), -2, 2)
                return decode(temperature * z)
                """,
            ),
            wrong(
                "positive halves only",
                r"negative|abs|half|sign|mean|centred",
                "return decode(temperature * np.abs(rng.standard_normal((n, latent_dim))))",
            ),
        ],
        "quantile_values": [
            wrong(
                "the logarithm of the odds",
                r"logistic|odds|ppf|normal|inverse",
                "p = (np.arange(n) + 0.5) / n\nreturn np.log(p / (1 - p))",
            ),
            wrong(
                "one value too many",
                r"\bn\b|shape|one (more|too many)|n \+ 1|values",
                "return norm.ppf((np.arange(n + 1) + 0.5) / (n + 1))",
            ),
        ],
        "sample_aggregated": [
            wrong(
                "the precision in place of the variance",
                r"sign|minus|inverse|1 ?/ ?σ|one over|deviat",
                """
                i = rng.integers(len(z_mean), size=n)
                noise = rng.standard_normal((n, z_mean.shape[1]))
                return z_mean[i] + np.exp(-z_log_var[i] / 2) * noise
                """,
            ),
            wrong(
                "standard noise around each mean",
                r"z_log_var|deviat|varian|σ|spread",
                """
                i = rng.integers(len(z_mean), size=n)
                return z_mean[i] + rng.standard_normal((n, z_mean.shape[1]))
                """,
            ),
        ],
        "log_q": [
            wrong(
                "not squared",
                r"squar|abs",
                """
                distance = np.abs(z[:, None] - z_mean) * np.exp(-z_log_var)
                each = -0.5 * (distance + z_log_var + np.log(2 * np.pi)).sum(axis=2)
                return logsumexp(each, axis=1) - np.log(len(z_mean))
                """,
            ),
            wrong(
                "the largest only",
                r"largest|max|all posteriors|sum|nearest",
                """
                squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
                each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
                return each.max(axis=1) - np.log(len(z_mean))
                """,
            ),
        ],
    },
    "05": {
        "path_lengths": [
            wrong(
                "the longest step",
                r"longest|max|sum|add",
                "return np.linalg.norm(np.diff(features, axis=1), axis=2).max(axis=1)",
            ),
            wrong(
                "the way back, too",
                r"back|closed|first|last|twice|return|direct",
                """
                closed = np.concatenate([features, features[:, :1]], axis=1)
                return np.linalg.norm(np.diff(closed, axis=1), axis=2).sum(axis=1)
                """,
            ),
        ],
        "slerp": [
            wrong(
                "the angle in degrees",
                r"degree|radian|angle",
                """
                straight = (1 - t) * z1 + t * z2
                length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
                if length1 == 0 or length2 == 0:
                    return straight
                u1, u2 = z1 / length1, z2 / length2
                angle = np.degrees(np.arccos(np.clip(u1 @ u2, -1, 1)))
                if angle < 1e-4 or angle > 179.999:
                    return straight
                u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
                return ((1 - t) * length1 + t * length2) * u
                """,
            ),
            wrong(
                "the geometric length between",
                r"length|straight|linear|‖",
                """
                straight = (1 - t) * z1 + t * z2
                length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
                if length1 == 0 or length2 == 0:
                    return straight
                u1, u2 = z1 / length1, z2 / length2
                angle = np.arccos(np.clip(u1 @ u2, -1, 1))
                if np.sin(angle) < 1e-6:
                    return straight
                u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
                return length1 ** (1 - t) * length2**t * u
                """,
            ),
        ],
        "attribute_vector": [
            wrong(
                "of length one",
                r"length|unit|norm",
                """
                low, high = np.quantile(score, [share, 1 - share])
                vector = z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)
                return vector / np.linalg.norm(vector)
                """,
            ),
            wrong(
                "half of it",
                r"half|½|factor|2|twice",
                """
                low, high = np.quantile(score, [share, 1 - share])
                return (z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)) / 2
                """,
            ),
            wrong(
                "half of the share at each end",
                r"share|half|each end|group|/ 2",
                """
                low, high = np.quantile(score, [share / 2, 1 - share / 2])
                return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)
                """,
            ),
        ],
        "balanced_vector": [
            wrong(
                "the median over classes",
                r"median|mean|average",
                """
                vectors = []
                for label in np.unique(labels):
                    c, s = z[labels == label], score[labels == label]
                    low, high = np.quantile(s, [share, 1 - share])
                    vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
                return np.median(vectors, axis=0)
                """,
            ),
            wrong(
                "the class centres in the vector",
                r"class|centre|within|mean|between",
                """
                centres = np.array([z[labels == k].mean(axis=0) for k in labels])
                low, high = np.quantile(score, [share, 1 - share])
                moved = z - centres
                return moved[score >= high].mean(axis=0) - moved[score <= low].mean(axis=0)
                """,
            ),
        ],
    },
    "06": {
        "iwae_bound": [
            wrong(
                "half the draws",
                r"half|all|draws|\bk\b|every",
                """
                half = log_weights[:, ::2]
                return logsumexp(half, axis=1) - np.log(half.shape[1])
                """,
            ),
            wrong(
                "log base two of k",
                r"log2|base|natural|bits|log k",
                "return logsumexp(log_weights, axis=1) - np.log2(log_weights.shape[1])",
            ),
        ],
        "frechet_distance": [
            wrong(
                "the trace of one covariance only",
                r"trace|S₂|cov2|both|covarian",
                """
                def factor(cov):
                    w, vectors = np.linalg.eigh(cov)
                    return vectors * np.sqrt(np.maximum(w, 0))

                shift = mean1 - mean2
                overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
                return shift @ shift + 2 * np.trace(cov1) - 2 * overlap
                """,
            ),
            wrong(
                "the squared distance of the covariances",
                r"trace|covarian|root|squar|overlap",
                "return np.sum((mean1 - mean2) ** 2) + np.sum((cov1 - cov2) ** 2)",
            ),
        ],
        "kernel_distance": [
            wrong(
                "the root",
                r"root|sqrt|square",
                """
                def kernels(a, b):
                    return (a @ b.T / a.shape[1] + 1) ** 3

                def within(k):
                    return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

                mixed = kernels(real, generated).mean()
                own = within(kernels(real, real)) + within(kernels(generated, generated))
                kid = own - 2 * mixed
                return np.sqrt(np.abs(kid))
                """,
            ),
            wrong(
                "divided by the root of d",
                r"root|\bd\b|divid|number of (features|numbers)",
                """
                def kernels(a, b):
                    return (a @ b.T / np.sqrt(a.shape[1]) + 1) ** 3

                def within(k):
                    return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

                mixed = kernels(real, generated).mean()
                own = within(kernels(real, real)) + within(kernels(generated, generated))
                return own - 2 * mixed
                """,
            ),
        ],
    },
    "07": {
        "silhouette_of": [
            wrong(
                "divided by the sum",
                r"larger|max|divid|sum",
                """
                distance = np.linalg.norm(z - z[i], axis=1)
                own = labels == labels[i]
                a = distance[own].sum() / (own.sum() - 1)
                b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
                return (b - a) / (a + b)
                """,
            ),
            wrong(
                "its own class among the others",
                r"own class|other class|itself|c != labels|every class",
                """
                distance = np.linalg.norm(z - z[i], axis=1)
                own = labels == labels[i]
                a = distance[own].sum() / (own.sum() - 1)
                b = min(distance[labels == c].mean() for c in np.unique(labels))
                return (b - a) / max(a, b)
                """,
            ),
        ],
        "class_kl": [
            wrong(
                "twice the centre",
                r"centre|twice|2|once",
                """
                from_centre = z_mean - 2 * centre
                return 0.5 * (from_centre**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
                """,
            ),
            wrong(
                "log σ² with a plus",
                r"sign|log σ|z_log_var|plus|minus",
                """
                from_centre = z_mean - centre
                return 0.5 * (from_centre**2 + np.exp(z_log_var) - 1 + z_log_var).sum(axis=1)
                """,
            ),
        ],
    },
    "08": {
        "conditional_vae": [
            wrong(
                "the labels' row in place of the code",
                r"code|\bz\b|label",
                (None, "return self.decoder(ops.concatenate([0 * z, labels], axis=1))", None),
            ),
            wrong(
                "the sum over images",
                r"sum|mean|average",
                (
                    None,
                    None,
                    """
                    kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
                    reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
                    return ops.sum(reconstruction + ops.sum(kl, axis=1))
                    """,
                ),
            ),
            wrong(
                "no label in the encoder's input, but zeros",
                r"label|encode",
                (
                    """
                    flat = ops.reshape(images, (-1, 784))
                    return self.encoder(ops.concatenate([flat, 0 * labels], axis=1))
                    """,
                    None,
                    None,
                ),
            ),
        ],
    },
}
