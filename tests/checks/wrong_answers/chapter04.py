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
            "the ranks themselves",
            r"ppf|rank|probabilit|z\b.*belong|inverse|quantile function",
            "return (np.arange(n) + 0.5) / n",
        ),
        wrong(
            "Φ where its inverse belongs",
            r"cdf|ppf|inverse",
            "return norm.cdf((np.arange(n) + 0.5) / n)",
        ),
        wrong(
            "the density",
            r"pdf|density|ppf|inverse",
            "return norm.pdf((np.arange(n) + 0.5) / n)",
        ),
        wrong(
            "equal steps of z",
            r"equal steps|steps (of|in) (z|probab)|narrow|ranks|linspace",
            "return np.linspace(norm.ppf(0.5 / n), norm.ppf(1 - 0.5 / n), n)",
        ),
        wrong(
            "from 0.01 to 0.99",
            r"0\.01|½/n|middle|outer",
            "return norm.ppf(np.linspace(0.01, 0.99, n))",
        ),
        wrong(
            "15 values always",
            r"\bn\b|15|number|shape",
            "return norm.ppf((np.arange(15) + 0.5) / 15)",
        ),
        wrong(
            "the left borders",
            r"border|left|middle|inf|half",
            "return norm.ppf(np.arange(n) / n)",
        ),
        wrong(
            "from the quantile 0 to 1",
            r"inf|middle|0 and 1|0 to 1",
            "return norm.ppf(np.linspace(0, 1, n))",
        ),
        wrong(
            "from large to small",
            r"order|revers|sign|small|first|turned|descending",
            "return norm.isf((np.arange(n) + 0.5) / n)",
        ),
        wrong(
            "counted from 1",
            r"half|½|quarter|middle|part|inf|count",
            "return norm.ppf((np.arange(1, n + 1) - 0.25) / n)",
        ),
        wrong(
            "n + 1 parts",
            r"n \+ 1|parts|border|middle",
            "return norm.ppf(np.arange(1, n + 1) / (n + 1))",
        ),
        wrong(
            "random ranks",
            r"random|middle|even|near",
            "return np.sort(norm.ppf(np.random.default_rng(0).uniform(0, 1, n)))",
        ),
        right(
            "the standard library",
            """
            bell = statistics.NormalDist()
            return [bell.inv_cdf((2 * k + 1) / (2 * n)) for k in range(n)]
            """,
        ),
        right("isf", "return norm.isf(1 - (np.arange(n) + 0.5) / n)"),
        right(
            "erfinv",
            "return 2**0.5 * scipy.special.erfinv(np.linspace(1 / n - 1, 1 - 1 / n, n))",
        ),
    ],
    "sample_gaussian": [
        wrong(
            "the variances alone",
            r"covarian|depend|correlat",
            """
            noise = rng.standard_normal((n, codes.shape[1]))
            return codes.mean(axis=0) + codes.std(axis=0) * noise
            """,
        ),
        wrong(
            "no mean",
            r"mean",
            "return rng.multivariate_normal(np.zeros(codes.shape[1]), np.cov(codes.T), n)",
        ),
        wrong(
            "the prior's noise around the mean",
            r"covarian|prior|deviation",
            "return codes.mean(axis=0) + rng.standard_normal((n, codes.shape[1]))",
        ),
        wrong(
            "the prior",
            r"mean",
            "return rng.standard_normal((n, codes.shape[1]))",
        ),
        wrong(
            "codes drawn again",
            r"copies|codes that|new points|before",
            "return codes[rng.integers(len(codes), size=n)]",
        ),
        wrong(
            "the covariance of the rows",
            r"codes\.T|row|shape|rowvar",
            "return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes), n)",
        ),
        wrong(
            "the mean over dimensions",
            r"axis=0|axis|images",
            "return rng.multivariate_normal(codes.mean(axis=1), np.cov(codes.T), n)",
        ),
        wrong(
            "noise times the covariance",
            r"root|cholesky|square",
            """
            noise = rng.standard_normal((n, codes.shape[1]))
            return codes.mean(axis=0) + noise @ np.cov(codes.T)
            """,
        ),
        wrong(
            "Cholesky the wrong way round",
            r"wrong way|transpos|\.T|root",
            """
            noise = rng.standard_normal((n, codes.shape[1]))
            return codes.mean(axis=0) + noise @ np.linalg.cholesky(np.cov(codes.T))
            """,
        ),
        wrong(
            "correlations",
            r"correlation|np\.cov",
            "return rng.multivariate_normal(codes.mean(axis=0), np.corrcoef(codes.T), n)",
        ),
        wrong(
            "one mean and one deviation for all",
            r"axis=0|each dimension|own|same",
            "return rng.normal(codes.mean(), codes.std(), size=(n, codes.shape[1]))",
        ),
        wrong(
            "as many points as codes",
            r"\bn\b|one for each code|points",
            "return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), len(codes))",
        ),
        wrong(
            "NumPy's global generator",
            r"\brng\b|generator|global",
            "return np.random.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n)",
        ),
        wrong(
            "a seed of one's own",
            r"\brng\b|seed|generator",
            """
            rng = np.random.default_rng(0)
            return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n)
            """,
        ),
        right(
            "Cholesky by hand",
            """
            root = np.linalg.cholesky(np.cov(codes, rowvar=False))
            return codes.mean(axis=0) + rng.standard_normal((n, codes.shape[1])) @ root.T
            """,
        ),
        right(
            "SciPy",
            """
            fitted = scipy.stats.multivariate_normal(codes.mean(axis=0), np.cov(codes.T))
            return fitted.rvs(n, random_state=rng)
            """,
        ),
        right(
            "random combinations of the codes",
            """
            centred = codes - codes.mean(axis=0)
            weights = rng.standard_normal((n, len(codes))) / np.sqrt(len(codes))
            return codes.mean(axis=0) + weights @ centred
            """,
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
    "surgery": [
        wrong(
            "sums",
            r"sum|mean|points",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.sum(log_own - log_mixture), np.sum(log_mixture - log_prior)
            """,
        ),
        wrong(
            "one number a point",
            r"mean|point|shape",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return log_own - log_mixture, log_mixture - log_prior
            """,
        ),
        wrong(
            "the parts exchanged",
            r"exchang|order|first|swap",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_mixture - log_prior), np.mean(log_own - log_mixture)
            """,
        ),
        wrong(
            "the whole KL term first",
            r"whole|KL term|prior.*mixture",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_prior), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "the whole KL term second",
            r"whole|KL term|mixture",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_own - log_prior)
            """,
        ),
        wrong(
            "the signs turned round",
            r"sign|minus|turned",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_mixture - log_own), np.mean(log_prior - log_mixture)
            """,
        ),
        wrong(
            "the variance where the deviation belongs",
            r"deviation|varian|/ 2|half",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m])).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "the log-variance itself",
            r"deviation|varian|exp|nan|negative",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], z_log_var[:m]).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "a mixture of the first images alone",
            r"all n|first|posteriors|mixture",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean[:m], z_log_var[:m])
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "own posteriors of the wrong length",
            r"\[:m\]|len\(z\)|first|broadcast|shape",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean, np.exp(z_log_var / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "dimensions averaged",
            r"sum|dimension|mean|average",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).mean(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).mean(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "densities instead of logarithms",
            r"log|densit",
            """
            m = len(z)
            log_own = norm.pdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_mixture), np.mean(log_mixture - log_prior)
            """,
        ),
        wrong(
            "one number, the sum",
            r"two|parts|unpack|both|information",
            """
            m = len(z)
            log_own = norm.logpdf(z, z_mean[:m], np.exp(z_log_var[:m] / 2)).sum(axis=1)
            log_mixture = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var)
            log_prior = norm.logpdf(z).sum(axis=1)
            return np.mean(log_own - log_prior)
            """,
        ),
        right(
            "from single log densities",
            """
            own = np.array([
                norm.logpdf(z[i], z_mean[i], np.exp(z_log_var[i] / 2)).sum() for i in range(len(z))
            ])
            each = norm.logpdf(z[:, None], z_mean, np.exp(z_log_var / 2)).sum(axis=2)
            mixed = logsumexp(each, axis=1) - np.log(len(z_mean))
            return (own - mixed).mean(), (mixed - norm.logpdf(z).sum(axis=1)).mean()
            """,
        ),
        right(
            "the KL term less the information",
            """
            m = len(z)
            log_own = scipy.stats.norm(z_mean[:m], np.exp(z_log_var[:m]) ** 0.5).logpdf(z)
            mixed = vh.metrics.log_aggregated_posterior(z, z_mean, z_log_var).mean()
            information = log_own.sum(axis=1).mean() - mixed
            whole = (log_own - norm.logpdf(z)).sum(axis=1).mean()
            return np.array([information, whole - information])
            """,
        ),
    ],
}
