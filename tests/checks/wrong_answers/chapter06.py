from wrong_answers import right, wrong

ANSWERS = {
    "coin_cost": [
        wrong(
            "white coins only",
            r"black|1 [-−] p|only white",
            "return -xlogy(coins, p).sum(axis=(2, 3, 4)).mean(axis=0)",
        ),
        wrong(
            "the sign forgotten",
            r"sign|minus|negative|above 0",
            """
            cost = xlogy(coins, p) + xlogy(1 - coins, 1 - p)
            return cost.sum(axis=(2, 3, 4)).mean(axis=0)
            """,
        ),
        wrong(
            "np.log, and sure pixels",
            r"nan|xlogy|0 · log",
            """
            cost = -coins * np.log(p) - (1 - coins) * np.log(1 - p)
            return cost.sum(axis=(2, 3, 4)).mean(axis=0)
            """,
        ),
        wrong(
            "the mean over pixels",
            r"mean|average|sum|pixels",
            """
            cost = -xlogy(coins, p) - xlogy(1 - coins, 1 - p)
            return cost.mean(axis=(0, 2, 3, 4))
            """,
        ),
        wrong(
            "tosses not averaged",
            r"toss|first axis|shape",
            """
            cost = -xlogy(coins, p) - xlogy(1 - coins, 1 - p)
            return cost.sum(axis=(2, 3, 4))
            """,
        ),
        wrong(
            "tosses added up",
            r"toss|mean|added",
            """
            cost = -xlogy(coins, p) - xlogy(1 - coins, 1 - p)
            return cost.sum(axis=(0, 2, 3, 4))
            """,
        ),
        wrong(
            "one number for all images",
            r"images|one number",
            """
            cost = -xlogy(coins, p) - xlogy(1 - coins, 1 - p)
            return cost.sum(axis=(2, 3, 4)).mean()
            """,
        ),
        wrong(
            "p and 1 − p exchanged",
            r"exchang|white|swap",
            """
            cost = -xlogy(coins, 1 - p) - xlogy(1 - coins, p)
            return cost.sum(axis=(2, 3, 4)).mean(axis=0)
            """,
        ),
        wrong(
            "bits",
            r"bits|log2|log 2|natural",
            """
            cost = -np.where(coins == 1, np.log2(p), np.log2(1 - p))
            return cost.sum(axis=(2, 3, 4)).mean(axis=0)
            """,
        ),
        wrong(
            "the squared error",
            r"squared|logarithm",
            "return ((coins - p) ** 2).sum(axis=(2, 3, 4)).mean(axis=0)",
        ),
        wrong(
            "the entropy of p",
            r"entropy|whatever|p for the coins",
            """
            cost = -xlogy(p, p) - xlogy(1 - p, 1 - p)
            return cost.sum(axis=(1, 2, 3))
            """,
        ),
        right(
            "the mean coin first",
            """
            x = coins.mean(axis=0)
            return (-xlogy(x, p) - xlogy(1 - x, 1 - p)).sum(axis=(1, 2, 3))
            """,
        ),
        right(
            "the probability of what fell",
            """
            fell = np.where(coins > 0.5, p, 1 - p)
            return -np.log(fell).reshape(len(coins), len(p), -1).sum(axis=2).mean(axis=0)
            """,
        ),
    ],
    "iwae_bound": [
        wrong(
            "the ELBO",
            r"ELBO|mean of (the )?log|log of (the )?(sum|mean)|logsumexp|exponential|inside",
            "return log_weights.mean(axis=1)",
        ),
        wrong(
            "log k forgotten",
            r"log k|log\(k|mean|divide|number of draws|sum",
            "return logsumexp(log_weights, axis=1)",
        ),
        wrong(
            "log n in place of log k",
            r"log k|number of (draws|images)|draws|shape\[1\]|\bk\b",
            "return logsumexp(log_weights, axis=1) - np.log(len(log_weights))",
        ),
        wrong(
            "out of the logarithms",
            r"inf|underflow|too small|logsumexp|stay",
            "return np.log(np.exp(log_weights).mean(axis=1))",
        ),
        wrong(
            "over images, not over draws",
            r"axis|image|draw|shape",
            "return logsumexp(log_weights, axis=0) - np.log(len(log_weights))",
        ),
        wrong(
            "the NLL",
            r"sign|negative|minus|NLL",
            "return np.log(log_weights.shape[1]) - logsumexp(log_weights, axis=1)",
        ),
        wrong(
            "the best draw only",
            r"max|best|all draws|largest|sum",
            "return log_weights.max(axis=1)",
        ),
        wrong(
            "200 draws always",
            r"200|\bk\b|number of draws|shape",
            "return logsumexp(log_weights, axis=1) - np.log(200)",
        ),
        wrong(
            "divided by k, not by log k",
            r"log k|log\(k|divide|subtract|logarithm",
            "return logsumexp(log_weights, axis=1) / log_weights.shape[1]",
        ),
        wrong(
            "the mean over images",
            r"each image|\(n,\)|one number|shape|mean over images",
            """
            k = log_weights.shape[1]
            return np.mean(logsumexp(log_weights, axis=1) - np.log(k))
            """,
        ),
        right(
            "the largest taken out",
            """
            top = log_weights.max(axis=1, keepdims=True)
            return top[:, 0] + np.log(np.mean(np.exp(log_weights - top), axis=1))
            """,
        ),
        right(
            "two at a time",
            """
            k = log_weights.shape[1]
            return [float(np.logaddexp.reduce(row)) - math.log(k) for row in log_weights]
            """,
        ),
        right(
            "a tensor", "return ops.logsumexp(log_weights - np.log(log_weights.shape[1]), axis=1)"
        ),
    ],
    "frechet_distance": [
        wrong(
            "the textbook formula with sqrtm",
            r"sqrtm|complex|singular|root of (the|a) product|nan|imagin",
            """
            root = sqrtm(cov1 @ cov2)
            return np.sum((mean1 - mean2) ** 2) + np.trace(cov1 + cov2 - 2 * root)
            """,
        ),
        wrong(
            "the means forgotten",
            r"mean|shift",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            return np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "the means' distance not squared",
            r"squar|mean",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = np.linalg.norm(mean1 - mean2)
            return shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "the overlap once",
            r"twice|2|two|overlap|factor",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = mean1 - mean2
            return shift @ shift + np.trace(cov1) + np.trace(cov2) - overlap
            """,
        ),
        wrong(
            "the root of it all",
            r"root|squar|sqrt",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = mean1 - mean2
            squared = shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            return np.sqrt(max(squared, 0))
            """,
        ),
        wrong(
            "diagonals only",
            r"diagonal|off|correlat|covarian",
            """
            spread1, spread2 = np.sqrt(np.diag(cov1)), np.sqrt(np.diag(cov2))
            return np.sum((mean1 - mean2) ** 2) + np.sum((spread1 - spread2) ** 2)
            """,
        ),
        wrong(
            "no root in the overlap",
            r"root|sqrt|singular",
            """
            shift = mean1 - mean2
            return shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * np.trace(cov1 @ cov2)
            """,
        ),
        wrong(
            "eigenvectors not scaled by the root",
            r"root|sqrt|√w|factor|eigenvalue",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.maximum(w, 0)

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = mean1 - mean2
            return shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "roots of slightly negative eigenvalues",
            r"negative|nan|maximum|below 0|eigenvalue|clip",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(w)

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = mean1 - mean2
            return shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "A B in place of AᵀB",
            r"transpos|AᵀB|\.T|eigenvector|singular",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1) @ factor(cov2), compute_uv=False).sum()
            shift = mean1 - mean2
            return shift @ shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "the mean of the squared differences",
            r"sum|mean|average|\|μ|squared distance",
            """
            def factor(cov):
                w, vectors = np.linalg.eigh(cov)
                return vectors * np.sqrt(np.maximum(w, 0))

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2), compute_uv=False).sum()
            shift = np.mean((mean1 - mean2) ** 2)
            return shift + np.trace(cov1) + np.trace(cov2) - 2 * overlap
            """,
        ),
        wrong(
            "the root of a symmetric product, which loses half of the digits",
            r"digits|rounding|symmetric|√S₁|root of (the|a) product",
            """
            w, v = np.linalg.eigh(cov1)
            root = (v * np.sqrt(np.clip(w, 0, None))) @ v.T
            inner = root @ cov2 @ root
            roots = np.sqrt(np.clip(np.linalg.eigvalsh((inner + inner.T) / 2), 0, None))
            spread = np.trace(cov1) + np.trace(cov2)
            return float(np.dot(mean1 - mean2, mean1 - mean2) + spread - 2 * roots.sum())
            """,
        ),
        right(
            "Cholesky factors of what is not singular, else singular vectors",
            """
            def factor(cov):
                try:
                    return np.linalg.cholesky(cov)
                except np.linalg.LinAlgError:
                    u, s, _ = np.linalg.svd(cov, hermitian=True)
                    return u * np.sqrt(s)

            overlap = np.linalg.svd(factor(cov1).T @ factor(cov2))[1].sum()
            squared = np.dot(mean1 - mean2, mean1 - mean2)
            return float(squared + np.sum(np.diag(cov1) + np.diag(cov2)) - 2 * overlap)
            """,
        ),
        right(
            "the nuclear norm",
            """
            u1, s1, _ = np.linalg.svd(cov1)
            u2, s2, _ = np.linalg.svd(cov2)
            overlap = np.linalg.norm((u1 * s1**0.5).T @ (u2 * s2**0.5), "nuc")
            return np.sum((mean1 - mean2) ** 2) + s1.sum() + s2.sum() - 2 * overlap
            """,
        ),
    ],
    "kernel_distance": [
        wrong(
            "images paired with themselves",
            r"itself|themsel|diagonal|bias",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            mixed = kernels(real, generated).mean()
            within = kernels(real, real).mean() + kernels(generated, generated).mean()
            return within - 2 * mixed
            """,
        ),
        wrong(
            "the diagonal taken out, but n² pairs counted",
            r"n [-−] 1|pairs|divid|len|number of|diagonal",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / len(k) ** 2

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "not divided by d",
            r"divid|/ ?d\b|number of (features|numbers)|dimension",
            """
            def kernels(a, b):
                return (a @ b.T + 1) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "64 features always",
            r"64|\bd\b|number of (features|numbers)|dimension",
            """
            def kernels(a, b):
                return (a @ b.T / 64 + 1) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "squares, not cubes",
            r"cube|third|\*\* ?3|³|power",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 2

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "the one forgotten",
            r"\+ 1|\b1\b|one",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1]) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "mixed pairs once",
            r"twice|2|mixed|two",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - mixed
            """,
        ),
        wrong(
            "never below zero",
            r"below 0|negative|max|cut|clip|abs",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            def within(k):
                return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

            mixed = kernels(real, generated).mean()
            kid = within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            return max(kid, 0.0)
            """,
        ),
        wrong(
            "sums, not means",
            r"mean|average|sum|divid|pairs",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            def within(k):
                return k.sum() - np.trace(k)

            mixed = kernels(real, generated).sum()
            return within(kernels(real, real)) + within(kernels(generated, generated)) - 2 * mixed
            """,
        ),
        wrong(
            "a set of as many generated images taken for granted",
            r"shape|n\b.*m\b|size|as many|number of|broadcast|mixed|differ",
            """
            def kernels(a, b):
                return (a @ b.T / a.shape[1] + 1) ** 3

            n = len(real)
            k = kernels(real, real) + kernels(generated, generated)
            k = k - kernels(real, generated) - kernels(generated, real)
            return (k.sum() - np.trace(k)) / (n * (n - 1))
            """,
        ),
        right(
            "scikit-learn's kernel",
            """
            from sklearn.metrics.pairwise import polynomial_kernel as kernel

            def off_diagonal(k):
                return k[~np.eye(len(k), dtype=bool)].mean()

            rest = 2 * kernel(real, generated, degree=3, coef0=1).mean()
            return off_diagonal(kernel(real)) + off_diagonal(kernel(generated)) - rest
            """,
        ),
        right(
            "pair by pair",
            """
            d = real.shape[1]

            def k(a, b):
                return (float(np.dot(a, b)) / d + 1) ** 3

            def within(f):
                n = len(f)
                pairs = [k(f[i], f[j]) for i in range(n) for j in range(i)]
                return sum(pairs) / len(pairs)

            mixed = sum(k(r, g) for r in real for g in generated) / len(real) / len(generated)
            return within(real) + within(generated) - 2 * mixed
            """,
        ),
    ],
    "precision_coverage": [
        wrong(
            "one neighbour too near",
            r"k [-−] 1|itself",
            """
            radius = np.sort(among_real, axis=1)[:, k - 1]
            inside = to_generated <= radius[:, None]
            return inside.any(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "not sorted",
            r"sort",
            """
            inside = to_generated <= among_real[:, k][:, None]
            return inside.any(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "the axes exchanged",
            r"exchang|columns|rows",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated <= radius[:, None]
            return inside.any(axis=1).mean(), inside.any(axis=0).mean()
            """,
        ),
        wrong(
            "the edge outside",
            r"edge|≤",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated < radius[:, None]
            return inside.any(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "pairs counted",
            r"pairs|once",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated <= radius[:, None]
            return inside.mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "density in place of precision",
            r"how many balls|one ball|density",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated <= radius[:, None]
            return inside.sum(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "all in place of any",
            r"any|all",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated <= radius[:, None]
            return inside.all(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "one radius for all",
            r"its own|one radius",
            """
            radius = np.sort(among_real, axis=1)[:, k].mean()
            inside = to_generated <= radius
            return inside.any(axis=0).mean(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "counts, not shares",
            r"divide|share|number of",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            inside = to_generated <= radius[:, None]
            return inside.any(axis=0).sum(), inside.any(axis=1).mean()
            """,
        ),
        wrong(
            "precision alone",
            r"2 values|two",
            """
            radius = np.sort(among_real, axis=1)[:, k]
            return (to_generated <= radius[:, None]).any(axis=0).mean()
            """,
        ),
        right(
            "with loops",
            """
            radius = [sorted(row)[k] for row in among_real]
            inside = np.array([row <= r for row, r in zip(to_generated, radius)])
            return sum(inside.max(axis=0)) / inside.shape[1], np.mean(inside.max(axis=1))
            """,
        ),
        right(
            "by partition",
            """
            radius = np.partition(among_real, k)[:, [k]]
            held = to_generated <= radius
            return [np.mean(held.any(axis)) for axis in (0, 1)]
            """,
        ),
    ],
}
