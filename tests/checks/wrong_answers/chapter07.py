from wrong_answers import right, wrong

ANSWERS = {
    "silhouette_of": [
        wrong(
            "the code itself counted in its class",
            r"itself|\bown\b.*(count|distance)|other|n [-−] 1|[-−] 1|\ba\b",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            a = distance[labels == labels[i]].mean()
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "all other classes at once",
            r"nearest|smallest|each (other )?class|all other",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a, b = distance[own].sum() / (own.sum() - 1), distance[~own].mean()
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "the farthest class",
            r"nearest|smallest|farthest|min|max",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = max(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "squared distances",
            r"squar|root|norm",
            """
            distance = ((z - z[i]) ** 2).sum(axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "a − b",
            r"sign|b [-−] a|a [-−] b|other way|turned|exchang",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (a - b) / max(a, b)
            """,
        ),
        wrong(
            "not divided",
            r"divid|max\(a",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return b - a
            """,
        ),
        wrong(
            "divided by b always",
            r"max|larger|divid|\bb\b",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (b - a) / b
            """,
        ),
        wrong(
            "the nearest single code of another class",
            r"mean|single|nearest code|average",
            """
            distance = np.linalg.norm(z - z[i], axis=1)
            own = labels == labels[i]
            a, b = distance[own].sum() / (own.sum() - 1), distance[~own].min()
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "distances to the class centres",
            r"centre|centroid|mean distance|each code|mean of (the )?distances",
            """
            own = labels == labels[i]
            own[i] = False
            a = np.linalg.norm(z[i] - z[own].mean(axis=0))
            b = min(
                np.linalg.norm(z[i] - z[labels == c].mean(axis=0))
                for c in np.unique(labels)
                if c != labels[i]
            )
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "city blocks",
            r"abs|Euclid|norm|root|squar|straight",
            """
            distance = np.abs(z - z[i]).sum(axis=1)
            own = labels == labels[i]
            a = distance[own].sum() / (own.sum() - 1)
            b = min(distance[labels == c].mean() for c in np.unique(labels) if c != labels[i])
            return (b - a) / max(a, b)
            """,
        ),
        wrong(
            "the mean silhouette of all",
            r"one (code|silhouette)|code i|\bi\b|all codes|mean",
            "return sklearn.metrics.silhouette_score(z, labels)",
        ),
        right("scikit-learn", "return sklearn.metrics.silhouette_samples(z, labels)[i]"),
        right(
            "loops",
            """
            sums = {}
            for j in range(len(z)):
                if j != i:
                    sums.setdefault(int(labels[j]), []).append(math.dist(z[i], z[j]))
            means = {c: sum(d) / len(d) for c, d in sums.items()}
            a = means.pop(int(labels[i]))
            b = min(means.values())
            return 1 - a / b if a < b else b / a - 1
            """,
        ),
    ],
    "own_neighbours": [
        wrong(
            "itself among the neighbours",
            r"itself|other|own neighbour|distance 0|diagonal",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(labels[nearest] == labels[:, None])
            """,
        ),
        wrong(
            "one too few after leaving itself out",
            r"k [-−] 1|one (too )?few|k \+ 1",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, 1:k]
            return np.mean(labels[nearest] == labels[:, None])
            """,
        ),
        wrong(
            "a share of each code",
            r"each code|mean|one number|shape",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(labels[nearest] == labels[:, None], axis=1)
            """,
        ),
        wrong(
            "the number, not the share",
            r"number|divid|share|\bk\b",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(np.sum(labels[nearest] == labels[:, None], axis=1))
            """,
        ),
        wrong(
            "a vote",
            r"vote|count the neighbours|each one|majority",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            winner = np.array([np.bincount(row).argmax() for row in labels[nearest]])
            return np.mean(winner == labels)
            """,
        ),
        wrong(
            "the farthest",
            r"farthest|nearest|smallest|order",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, -k:]
            return np.mean(labels[nearest] == labels[:, None])
            """,
        ),
        wrong(
            "ten neighbours always",
            r"\bk\b|10|ten",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, : min(10, len(z) - 1)]
            return np.mean(labels[nearest] == labels[:, None])
            """,
        ),
        wrong(
            "places compared with classes",
            r"class|label|index|place|row number",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(nearest == labels[:, None])
            """,
        ),
        wrong(
            "labels along the wrong axis",
            r"\[:, None\]|axis|column|row|own class|broadcast|shape",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(labels[nearest] == labels[:k])
            """,
        ),
        wrong(
            "other classes",
            r"other class|!=|own class|==",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, np.inf)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.mean(labels[nearest] != labels[:, None])
            """,
        ),
        wrong(
            "the values of the smallest distances for their places",
            r"argsort|place|index|distance",
            """
            distance = np.linalg.norm(z[:, None] - z, axis=2)
            np.fill_diagonal(distance, 99)
            nearest = np.sort(distance, axis=1)[:, :k].astype(int)
            return np.mean(labels[nearest] == labels[:, None])
            """,
        ),
        right(
            "scikit-learn",
            """
            from sklearn.neighbors import NearestNeighbors

            nearest = NearestNeighbors(n_neighbors=k).fit(z).kneighbors(return_distance=False)
            return (labels[nearest] == labels[:, None]).mean()
            """,
        ),
        right(
            "a tree, the first left out",
            """
            nearest = KDTree(z).query(z, k=range(2, k + 2))[1]
            return np.average(labels[nearest] == labels.reshape(-1, 1))
            """,
        ),
        right(
            "loops",
            """
            same = 0
            for i in range(len(z)):
                others = sorted((math.dist(z[i], z[j]), j) for j in range(len(z)) if j != i)
                same += sum(labels[j] == labels[i] for _, j in others[:k])
            return same / (k * len(z))
            """,
        ),
    ],
    "between_share": [
        wrong(
            "within for between",
            r"within|between|1 [-−]",
            """
            inner = z - vh.latent.centroids(z, labels)[labels]
            return inner.var(axis=0).sum() / z.var(axis=0).sum()
            """,
        ),
        wrong(
            "each class counts the same",
            r"each class|as often|size|same|equally",
            """
            means = vh.latent.centroids(z, labels)
            return means.var(axis=0).sum() / z.var(axis=0).sum()
            """,
        ),
        wrong(
            "between over within",
            r"within|whole|total",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return of_class.var(axis=0).sum() / (z - of_class).var(axis=0).sum()
            """,
        ),
        wrong(
            "the mean of the dimensions' shares",
            r"mean|dimension|first sum|sum both",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return np.mean(of_class.var(axis=0) / z.var(axis=0))
            """,
        ),
        wrong(
            "a share of each dimension",
            r"dimension|sum|one number|shape",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return of_class.var(axis=0) / z.var(axis=0)
            """,
        ),
        wrong(
            "deviations",
            r"deviation|varian|root",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return of_class.std(axis=0).sum() / z.std(axis=0).sum()
            """,
        ),
        wrong(
            "all axes at once",
            r"axis|axes|both|dimension",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return of_class.var() / z.var()
            """,
        ),
        wrong(
            "not divided",
            r"divid|share|whole",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return of_class.var(axis=0).sum()
            """,
        ),
        wrong(
            "squares from the origin",
            r"origin|mean|centre|varian",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return (of_class**2).sum() / (z**2).sum()
            """,
        ),
        wrong(
            "upside down",
            r"upside|other way|invert|over the whole",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return z.var(axis=0).sum() / of_class.var(axis=0).sum()
            """,
        ),
        wrong(
            "the mean of the classes' variances",
            r"within|between|means",
            """
            inner = [z[labels == c].var(axis=0).sum() for c in np.unique(labels)]
            return np.mean(inner) / z.var(axis=0).sum()
            """,
        ),
        right(
            "one minus the rest",
            """
            inner = sum(((z[labels == c] - z[labels == c].mean(0)) ** 2).sum() for c in set(labels))
            return 1 - inner / ((z - z.mean(0)) ** 2).sum()
            """,
        ),
        right(
            "class by class, with weights",
            """
            centre, between = z.mean(axis=0), 0.0
            for c, n in zip(*np.unique(labels, return_counts=True)):
                between += n * np.sum((z[labels == c].mean(axis=0) - centre) ** 2)
            return between / np.sum((z - centre) ** 2)
            """,
        ),
        right(
            "traces",
            """
            of_class = vh.latent.centroids(z, labels)[labels]
            return np.trace(np.cov(of_class.T)) / np.trace(np.cov(z.T))
            """,
        ),
    ],
    "class_kl": [
        wrong(
            "the centre ignored",
            r"centre",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the centre added",
            r"centre.*(sign|add|minus|subtract|distance)|(sign|add|minus|distance).*centre",
            "return 0.5 * ((z_mean + centre) ** 2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the difference of the squares",
            r"squar|difference|before|\(μ [-−] m\)|centre",
            "return 0.5 * (z_mean**2 - centre**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the half forgotten",
            r"half|½|0\.5|twice|factor|double",
            "return ((z_mean - centre) ** 2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the mean over dimensions",
            r"mean|average|sum",
            """
            from_centre = z_mean - centre
            return 0.5 * (from_centre**2 + np.exp(z_log_var) - 1 - z_log_var).mean(axis=1)
            """,
        ),
        wrong(
            "not squared",
            r"squar",
            "return 0.5 * (z_mean - centre + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the deviation in place of the variance",
            r"deviation|varian|σ²|half|/ 2",
            """
            from_centre = z_mean - centre
            return 0.5 * (from_centre**2 + np.exp(z_log_var / 2) - 1 - z_log_var).sum(axis=1)
            """,
        ),
        wrong(
            "divided by the variance",
            r"divid|varian|exp\(|prior|I\)",
            """
            squares = (z_mean - centre) ** 2 / np.exp(z_log_var)
            return 0.5 * (squares + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            """,
        ),
        wrong(
            "one number for the batch",
            r"each image|\(n,\)|one number|axis|shape",
            "return 0.5 * ((z_mean - centre) ** 2 + np.exp(z_log_var) - 1 - z_log_var).sum()",
        ),
        wrong(
            "the centre's KL taken away",
            r"centre|squar|difference|cross",
            """
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return kl - 0.5 * np.sum(np.square(centre))
            """,
        ),
        right(
            "the package's function", "return vh.metrics.kl_divergence(z_mean - centre, z_log_var)"
        ),
        right(
            "multiplied out",
            """
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=-1)
            return kl - np.sum(z_mean * centre, axis=-1) + 0.5 * np.sum(centre * centre, axis=-1)
            """,
        ),
        right(
            "image by image",
            """
            centres = np.broadcast_to(centre, z_mean.shape)
            return [
                0.5 * float(np.sum((m - c) ** 2 + np.expm1(s) - s))
                for m, s, c in zip(z_mean, z_log_var, centres)
            ]
            """,
        ),
    ],
}
