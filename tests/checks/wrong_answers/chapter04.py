from wrong_answers import right, wrong

ANSWERS = {
    "sample_images": [
        wrong(
            "no temperature",
            r"temperature",
            "return decode(rng.standard_normal((n, latent_dim)))",
        ),
        wrong(
            "the temperature on the images",
            r"temperature.*(noise|before|points|inside|z\b)|(noise|before|points|z\b).*temperature",
            "return temperature * decode(rng.standard_normal((n, latent_dim)))",
        ),
        wrong(
            "the temperature's root",
            r"root|sqrt|varian|deviation",
            "return decode(np.sqrt(temperature) * rng.standard_normal((n, latent_dim)))",
        ),
        wrong(
            "the temperature squared",
            r"squar|varian|deviation",
            "return decode(rng.normal(0, temperature**2, (n, latent_dim)))",
        ),
        wrong(
            "even noise",
            r"uniform|even|normal|from 0 to 1|bell",
            "return decode(temperature * rng.random((n, latent_dim)))",
        ),
        wrong(
            "NumPy's global generator",
            r"\brng\b|generator|global",
            "return decode(temperature * np.random.standard_normal((n, latent_dim)))",
        ),
        wrong(
            "a seed of one's own",
            r"\brng\b|seed|generator",
            """
            rng = np.random.default_rng(0)
            return decode(temperature * rng.standard_normal((n, latent_dim)))
            """,
        ),
        wrong(
            "two dimensions always",
            r"latent_dim|dimension|shape|two|2",
            "return decode(temperature * rng.standard_normal((n, 2)))",
        ),
        wrong(
            "ten images always",
            r"\bn\b|number of|ten|10|shape",
            "return decode(temperature * rng.standard_normal((10, latent_dim)))",
        ),
        wrong(
            "rows and columns exchanged",
            r"shape|\(n, latent_dim\)|exchang|transpos|rows",
            "return decode(temperature * rng.standard_normal((latent_dim, n)))",
        ),
        wrong(
            "one point, n times",
            r"same|one point|each|n points|differ|repeat|copies",
            "return decode(np.tile(temperature * rng.standard_normal((1, latent_dim)), (n, 1)))",
        ),
        wrong(
            "the points, not decoded",
            r"decode",
            "return temperature * rng.standard_normal((n, latent_dim))",
        ),
        right("rng.normal", "return decode(rng.normal(scale=temperature, size=(n, latent_dim)))"),
        right(
            "point by point",
            """
            points = [temperature * rng.standard_normal(latent_dim) for _ in range(n)]
            return decode(np.array(points))
            """,
        ),
        right(
            "a multivariate normal",
            """
            cov = temperature**2 * np.eye(latent_dim)
            return decode(rng.multivariate_normal(np.zeros(latent_dim), cov, n))
            """,
        ),
    ],
    "quantile_values": [
        wrong(
            "the p-values themselves",
            r"ppf|p-value|probabilit|z\b.*belong|inverse|quantile function",
            "return np.linspace(ends, 1 - ends, n)",
        ),
        wrong(
            "Φ where its inverse belongs",
            r"cdf|ppf|inverse",
            "return norm.cdf(np.linspace(ends, 1 - ends, n))",
        ),
        wrong(
            "the density",
            r"pdf|density|ppf|inverse",
            "return norm.pdf(np.linspace(ends, 1 - ends, n))",
        ),
        wrong(
            "equal steps of z",
            r"equal steps|steps (of|in) (z|probab)|narrow|p-values|linspace",
            "return np.linspace(norm.ppf(ends), norm.ppf(1 - ends), n)",
        ),
        wrong(
            "0.01 always",
            r"ends",
            "return norm.ppf(np.linspace(0.01, 0.99, n))",
        ),
        wrong(
            "15 values always",
            r"\bn\b|15|number|shape",
            "return norm.ppf(np.linspace(ends, 1 - ends, 15))",
        ),
        wrong(
            "the last end left out",
            r"last|end|endpoint|1 - ends|stop",
            "return norm.ppf(np.linspace(ends, 1 - ends, n, endpoint=False))",
        ),
        wrong(
            "from the quantile 0 to 1",
            r"inf|ends|0 and 1|0 to 1",
            "return norm.ppf(np.linspace(0, 1, n))",
        ),
        wrong(
            "from large to small",
            r"order|revers|sign|small|first|turned|descending",
            "return norm.ppf(np.linspace(1 - ends, ends, n))",
        ),
        wrong(
            "random quantiles",
            r"random|equal steps|linspace|even",
            "return np.sort(norm.ppf(np.random.default_rng(0).uniform(ends, 1 - ends, n)))",
        ),
        right(
            "the standard library",
            """
            bell = statistics.NormalDist()
            return [bell.inv_cdf(ends + i * (1 - 2 * ends) / (n - 1)) for i in range(n)]
            """,
        ),
        right("isf", "return norm.isf(np.linspace(1 - ends, ends, n))"),
        right(
            "erfinv",
            "return 2**0.5 * scipy.special.erfinv(np.linspace(2 * ends - 1, 1 - 2 * ends, n))",
        ),
    ],
    "class_means": [
        wrong(
            "ten classes always",
            r"class|10|ten|unique|empty|nan|shape",
            "return np.array([z[labels == label].mean(axis=0) for label in range(10)])",
        ),
        wrong(
            "one number a class",
            r"axis|dimension|shape|latent",
            "return np.array([z[labels == label].mean() for label in np.unique(labels)])",
        ),
        wrong(
            "a mean for each code",
            r"axis|shape|code",
            "return [z[labels == k].mean(axis=1) for k in np.unique(labels)]",
        ),
        wrong(
            "the sum",
            r"sum|mean|average|divide|number of",
            "return np.array([z[labels == label].sum(axis=0) for label in np.unique(labels)])",
        ),
        wrong(
            "the median",
            r"median|mean",
            "return np.array([np.median(z[labels == k], axis=0) for k in np.unique(labels)])",
        ),
        wrong(
            "the mean of all",
            r"class|all codes|label|shape|each",
            "return np.array([z.mean(axis=0) for label in np.unique(labels)])",
        ),
        wrong(
            "in the order of appearance",
            r"order|sorted|class 0 first|appear|first",
            """
            seen = list(dict.fromkeys(labels.tolist()))
            return np.array([z[labels == label].mean(axis=0) for label in seen])
            """,
        ),
        wrong(
            "one code of each class",
            r"mean|one code|average|first|all codes",
            "return np.array([z[labels == label][0] for label in np.unique(labels)])",
        ),
        wrong(
            "dimensions in rows",
            r"transpos|rows|shape|\(n_classes",
            "return np.array([z[labels == k].mean(axis=0) for k in np.unique(labels)]).T",
        ),
        wrong(
            "labels taken for positions",
            r"position|index|label|==|class",
            "return np.array([z[label] for label in np.unique(labels)])",
        ),
        wrong(
            "a dict",
            r"dict|array|rows|shape",
            "return {label: z[labels == label].mean(axis=0) for label in np.unique(labels)}",
        ),
        right(
            "a product with one-hot rows",
            """
            one_hot = (labels == np.unique(labels)[:, None]).astype(float)
            return one_hot @ z / one_hot.sum(axis=1, keepdims=True)
            """,
        ),
        right(
            "a list of lists",
            """
            means = []
            for label in sorted(set(labels.tolist())):
                own = [code for code, k in zip(z, labels) if k == label]
                means.append([float(sum(c) / len(own)) for c in zip(*own)])
            return means
            """,
        ),
        right(
            "range to the largest",
            "return np.stack([z[labels == k].mean(0) for k in range(labels.max() + 1)])",
        ),
    ],
    "sample_aggregated": [
        wrong(
            "the variance where the deviation belongs",
            r"varian|deviation|half|½|/ 2",
            """
            i = rng.integers(len(z_mean), size=n)
            return z_mean[i] + np.exp(z_log_var[i]) * rng.standard_normal((n, z_mean.shape[1]))
            """,
        ),
        wrong(
            "means only",
            r"noise|spread|varian|means|posterior.*draw|draw",
            "return z_mean[rng.integers(len(z_mean), size=n)]",
        ),
        wrong(
            "noise only",
            r"mean|centre|prior",
            """
            i = rng.integers(len(z_mean), size=n)
            return np.exp(z_log_var[i] / 2) * rng.standard_normal((n, z_mean.shape[1]))
            """,
        ),
        wrong(
            "one noise for all dimensions",
            r"dimension|same noise|each|shape|own noise|correlat|independent",
            """
            i = rng.integers(len(z_mean), size=n)
            return z_mean[i] + np.exp(z_log_var[i] / 2) * rng.standard_normal((n, 1))
            """,
        ),
        wrong(
            "the first n posteriors",
            r"first|random|choose|all posteriors|pick|len\(z_mean\)|shape|broadcast",
            """
            noise = rng.standard_normal((n, z_mean.shape[1]))
            return z_mean[:n] + np.exp(z_log_var[:n] / 2) * noise
            """,
        ),
        wrong(
            "one posterior for all points",
            r"one posterior|same posterior|each point|all posteriors|own",
            """
            i = rng.integers(len(z_mean))
            noise = rng.standard_normal((n, z_mean.shape[1]))
            return z_mean[i] + np.exp(z_log_var[i] / 2) * noise
            """,
        ),
        wrong(
            "a mean of one image with the variance of another",
            r"same image|belong|pair|same posterior|other image|twice|index|same i",
            """
            i, j = rng.integers(len(z_mean), size=n), rng.integers(len(z_mean), size=n)
            noise = rng.standard_normal((n, z_mean.shape[1]))
            return z_mean[i] + np.exp(z_log_var[j] / 2) * noise
            """,
        ),
        wrong(
            "NumPy's global generator",
            r"\brng\b|generator|global",
            """
            i = np.random.randint(len(z_mean), size=n)
            noise = np.random.standard_normal((n, z_mean.shape[1]))
            return z_mean[i] + np.exp(z_log_var[i] / 2) * noise
            """,
        ),
        wrong(
            "a single Gaussian with the mixture's moments",
            r"mixture|Gaussian|each|posterior|moments",
            """
            var = z_mean.var(axis=0) + np.exp(z_log_var).mean(axis=0)
            noise = rng.standard_normal((n, z_mean.shape[1]))
            return z_mean.mean(axis=0) + np.sqrt(var) * noise
            """,
        ),
        wrong(
            "each posterior at most once",
            r"replace|again|more than|once|larger|repeat|n .*posteriors",
            """
            i = rng.permutation(len(z_mean))[:n]
            noise = rng.standard_normal((len(i), z_mean.shape[1]))
            return z_mean[i] + np.exp(z_log_var[i] / 2) * noise
            """,
        ),
        wrong(
            "the last posterior never",
            r"last|off by one|len\(z_mean\)|all posteriors|never",
            """
            i = rng.integers(len(z_mean) - 1, size=n)
            noise = rng.standard_normal((n, z_mean.shape[1]))
            return z_mean[i] + np.exp(z_log_var[i] / 2) * noise
            """,
        ),
        right(
            "point by point",
            """
            points = []
            for _ in range(n):
                k = rng.choice(len(z_mean))
                points.append(rng.normal(z_mean[k], np.exp(z_log_var[k]) ** 0.5))
            return np.array(points)
            """,
        ),
        right(
            "rng.choice, noise first",
            """
            noise = rng.standard_normal((n, z_mean.shape[1]))
            i = rng.choice(np.arange(len(z_mean)), n)
            return z_mean[i] + np.sqrt(np.exp(z_log_var))[i] * noise
            """,
        ),
    ],
    "log_q": [
        wrong(
            "not divided by n",
            r"log n|log\(n|len\(z_mean\)|number of posteriors|mean|divide|average",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1)
            """,
        ),
        wrong(
            "the mean of the logarithms",
            r"mean of (the )?log|log of (the )?(sum|mean)|logsumexp|exponential",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return each.mean(axis=1)
            """,
        ),
        wrong(
            "divided by the number of points",
            r"points|len\(z_mean\)|len\(z\)|posteriors|\bn\b|\bm\b",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z))
            """,
        ),
        wrong(
            "log σ² forgotten",
            r"log σ|log_var|normali|z_log_var|varian",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "log 2π forgotten",
            r"2π|2 ?\* ?np\.pi|constant|offset",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "log 2π once, not for each dimension",
            r"2π|dimension|each|constant|offset",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * ((squares + z_log_var).sum(axis=2) + np.log(2 * np.pi))
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "multiplied by the variance",
            r"divide|varian|sign|multipl|exp\(",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "the deviation where the variance belongs",
            r"deviation|varian|squar|half|/ 2",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var / 2)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "out of the logarithms",
            r"inf|underflow|too small|logsumexp|far|stay",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return np.log(np.exp(each).mean(axis=1))
            """,
        ),
        wrong(
            "the density, not its logarithm",
            r"log|exp|density",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return np.exp(logsumexp(each, axis=1)) / len(z_mean)
            """,
        ),
        wrong(
            "summed over points",
            r"axis|point|shape|posterior",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -0.5 * (squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=0) - np.log(len(z_mean))
            """,
        ),
        wrong(
            "the half forgotten",
            r"half|½|0\.5|twice|factor",
            """
            squares = (z[:, None] - z_mean) ** 2 * np.exp(-z_log_var)
            each = -(squares + z_log_var + np.log(2 * np.pi)).sum(axis=2)
            return logsumexp(each, axis=1) - np.log(len(z_mean))
            """,
        ),
        right(
            "SciPy's density, point by point",
            """
            result = []
            for point in z:
                each = norm.logpdf(point, z_mean, np.exp(z_log_var / 2)).sum(axis=1)
                result.append(logsumexp(each) - math.log(len(z_mean)))
            return result
            """,
        ),
        right(
            "weights inside",
            """
            each = norm.logpdf(z[:, None], z_mean[None], np.sqrt(np.exp(z_log_var))[None]).sum(-1)
            return logsumexp(each, b=1 / len(z_mean), axis=1)
            """,
        ),
        right(
            "a tensor",
            """
            each = ops.convert_to_tensor(norm.logpdf(z[:, None], z_mean, np.exp(z_log_var / 2)))
            return ops.logsumexp(ops.sum(each, axis=2), axis=1) - float(np.log(len(z_mean)))
            """,
        ),
    ],
}
