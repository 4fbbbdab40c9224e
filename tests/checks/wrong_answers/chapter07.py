from wrong_answers import noted, right, wrong

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
    "adjusted_rand": [
        wrong(
            "chance forgotten",
            r"chance",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            return same_both / ((same_class + same_cluster) / 2)
            """,
        ),
        wrong(
            "chance not divided by all pairs",
            r"chance|all (pairs|images)|divid|pairs\(table\.sum\(\)\)",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster
            return (same_both - chance) / ((same_class + same_cluster) / 2 - chance)
            """,
        ),
        wrong(
            "chance by images, not by pairs",
            r"pairs|chance|\ball\b",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster / table.sum()
            return (same_both - chance) / ((same_class + same_cluster) / 2 - chance)
            """,
        ),
        wrong(
            "chance not taken from the denominator",
            r"chance|denominator|below|divid",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster / pairs(table.sum())
            return (same_both - chance) / ((same_class + same_cluster) / 2)
            """,
        ),
        wrong(
            "the sum in place of its half",
            r"half|½|/ 2|mean",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster / pairs(table.sum())
            return (same_both - chance) / (same_class + same_cluster - chance)
            """,
        ),
        wrong(
            "row sums for both",
            r"axis|column|row|cluster",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=1)).sum()
            chance = same_class * same_cluster / pairs(table.sum())
            return (same_both - chance) / ((same_class + same_cluster) / 2 - chance)
            """,
        ),
        wrong(
            "pairs of the total, not the sum of pairs",
            r"cells|pairs|sum|both|each cell",
            """
            same_both = pairs(table.sum())
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster / pairs(table.sum())
            return (same_both - chance) / ((same_class + same_cluster) / 2 - chance)
            """,
        ),
        wrong(
            "the plain Rand index",
            r"chance|Rand",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            n_pairs = pairs(table.sum())
            return (n_pairs + 2 * same_both - same_class - same_cluster) / n_pairs
            """,
        ),
        wrong(
            "purity",
            r"pairs|chance|purity|largest|share",
            "return table.max(axis=0).sum() / table.sum()",
        ),
        wrong(
            "counts, not pairs",
            r"pairs|n \(n [-−] 1\)|counts",
            """
            same_both = (table**2).sum()
            same_class = (table.sum(axis=1) ** 2).sum()
            same_cluster = (table.sum(axis=0) ** 2).sum()
            chance = same_class * same_cluster / table.sum() ** 2
            return (same_both - chance) / ((same_class + same_cluster) / 2 - chance)
            """,
        ),
        wrong(
            "the larger in place of the mean",
            r"mean|half|½|max|larger|/ 2",
            """
            same_both = pairs(table).sum()
            same_class = pairs(table.sum(axis=1)).sum()
            same_cluster = pairs(table.sum(axis=0)).sum()
            chance = same_class * same_cluster / pairs(table.sum())
            return (same_both - chance) / (max(same_class, same_cluster) - chance)
            """,
        ),
        right(
            "scikit-learn, from labels again",
            """
            rows, columns = np.indices(table.shape)
            counts = np.asarray(table).ravel().astype(int)
            classes, clusters = np.repeat(rows.ravel(), counts), np.repeat(columns.ravel(), counts)
            return sklearn.metrics.adjusted_rand_score(classes, clusters)
            """,
        ),
        right(
            "math.comb",
            """
            rows = [[int(n) for n in row] for row in table]
            both = sum(math.comb(n, 2) for row in rows for n in row)
            own = sum(math.comb(sum(row), 2) for row in rows)
            cluster = sum(math.comb(sum(column), 2) for column in zip(*rows))
            chance = own * cluster / math.comb(sum(map(sum, rows)), 2)
            return (both - chance) / (0.5 * (own + cluster) - chance)
            """,
        ),
    ],
    "vote": [
        wrong(
            "the nearest only",
            r"\bk\b|nearest only|most|vote|one neighbour",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            return train_labels[distance.argmin(axis=1)]
            """,
        ),
        wrong(
            "five neighbours always",
            r"\bk\b|five|5",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :5]
            return np.array([np.bincount(row).argmax() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "the mean of the labels",
            r"mean|average|vote|most|class",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return train_labels[nearest].mean(axis=1).round().astype(int)
            """,
        ),
        wrong(
            "the median of the labels",
            r"median|vote|most|average",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.median(train_labels[nearest], axis=1).astype(int)
            """,
        ),
        wrong(
            "the farthest",
            r"farthest|nearest|smallest|largest|order",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, -k:]
            return np.array([np.bincount(row).argmax() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "the first neighbour skipped",
            r"first|nearest|itself|skip|closest",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, 1 : k + 1]
            return np.array([np.bincount(row).argmax() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "places in place of classes",
            r"class|label|index|place|position|train_labels",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.array([np.bincount(row).argmax() for row in nearest])
            """,
        ),
        wrong(
            "sorted along the test codes",
            r"axis|test|training|shape",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=0)[:k].T
            return np.array([np.bincount(row).argmax() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "how many, not which",
            r"argmax|how many|count|which|class|number of votes",
            """
            distance = np.linalg.norm(test_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.array([np.bincount(row).max() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "training codes judged",
            r"test|training|shape|\(m,\)|exchang|swap",
            """
            distance = np.linalg.norm(train_z[:, None] - train_z, axis=2)
            nearest = np.argsort(distance, axis=1)[:, :k]
            return np.array([np.bincount(row).argmax() for row in train_labels[nearest]])
            """,
        ),
        wrong(
            "the class with the nearest centre",
            r"centre|neighbour|mean|nearest training",
            """
            classes = np.unique(train_labels)
            centres = np.array([train_z[train_labels == c].mean(axis=0) for c in classes])
            distance = np.linalg.norm(test_z[:, None] - centres, axis=2)
            return classes[distance.argmin(axis=1)]
            """,
        ),
        right(
            "scikit-learn",
            """
            from sklearn.neighbors import KNeighborsClassifier

            model = KNeighborsClassifier(k, algorithm="brute").fit(train_z, train_labels)
            return model.predict(test_z)
            """,
        ),
        right(
            "counted by hand",
            """
            from collections import Counter

            result = []
            for code in test_z:
                order = sorted(range(len(train_z)), key=lambda i: math.dist(code, train_z[i]))
                votes = Counter(int(train_labels[i]) for i in order[:k])
                result.append(votes.most_common(1)[0][0])
            return result
            """,
        ),
        right(
            "a tree",
            """
            from scipy.spatial import cKDTree

            which = cKDTree(train_z).query(test_z, k=range(1, k + 1))[1]
            return scipy.stats.mode(train_labels[which], axis=1).mode.ravel()
            """,
        ),
    ],
    "standardise": [
        wrong(
            "each by its own",
            r"training|test.*own|own|same",
            """
            def scaled(z):
                return (z - z.mean(axis=0)) / z.std(axis=0)

            return scaled(train_z), scaled(test_z)
            """,
        ),
        wrong(
            "one mean and one deviation for all dimensions",
            r"dimension|axis|each|column",
            """
            mean, deviation = train_z.mean(), train_z.std()
            return (train_z - mean) / deviation, (test_z - mean) / deviation
            """,
        ),
        wrong(
            "the variance where the deviation belongs",
            r"varian|deviation|root|squar",
            """
            mean, variance = train_z.mean(axis=0), train_z.var(axis=0)
            return (train_z - mean) / variance, (test_z - mean) / variance
            """,
        ),
        wrong(
            "only centred",
            r"divid|deviation|scale",
            "mean = train_z.mean(axis=0)\nreturn train_z - mean, test_z - mean",
        ),
        wrong(
            "only scaled",
            r"mean|centr|taken away|subtract",
            "return train_z / train_z.std(axis=0), test_z / train_z.std(axis=0)",
        ),
        wrong(
            "both together",
            r"training|together|both|test|alone",
            """
            both = np.concatenate([train_z, test_z])
            mean, deviation = both.mean(axis=0), both.std(axis=0)
            return (train_z - mean) / deviation, (test_z - mean) / deviation
            """,
        ),
        wrong(
            "the test codes' deviation",
            r"training|deviation|own|test",
            """
            mean = train_z.mean(axis=0)
            return (train_z - mean) / train_z.std(axis=0), (test_z - mean) / test_z.std(axis=0)
            """,
        ),
        wrong(
            "the order exchanged",
            r"order|exchang|swap|first",
            """
            mean, deviation = train_z.mean(axis=0), train_z.std(axis=0)
            return (test_z - mean) / deviation, (train_z - mean) / deviation
            """,
        ),
        wrong(
            "the training codes only",
            r"two|both|pair|tuple|test",
            "return (train_z - train_z.mean(axis=0)) / train_z.std(axis=0)",
        ),
        wrong(
            "each code by itself",
            r"axis|code|dimension|row|shape",
            """
            def scaled(z):
                spread = z.std(axis=1, keepdims=True)
                return (z - z.mean(axis=1, keepdims=True)) / spread

            return scaled(train_z), scaled(test_z)
            """,
        ),
        noted(
            "changed in place",
            r"in place|change|argument|copy|-=",
            """
            mean, deviation = train_z.mean(axis=0), train_z.std(axis=0)
            train_z -= mean
            train_z /= deviation
            return train_z, (test_z - mean) / deviation
            """,
        ),
        wrong(
            "from 0 to 1",
            r"range|smallest|largest|deviation|min",
            """
            low, high = train_z.min(axis=0), train_z.max(axis=0)
            return (train_z - low) / (high - low), (test_z - low) / (high - low)
            """,
        ),
        right(
            "scikit-learn",
            """
            from sklearn.preprocessing import StandardScaler

            scaler = StandardScaler().fit(train_z)
            return [scaler.transform(train_z), scaler.transform(test_z)]
            """,
        ),
        right(
            "a generator of the two",
            """
            m, s = np.mean(train_z, 0), np.sqrt(np.var(train_z, 0))
            return tuple((z - m) / s for z in (train_z, test_z))
            """,
        ),
        right(
            "code by code",
            """
            m, s = train_z.mean(0), train_z.std(0)
            return [(c - m) / s for c in train_z], [(c - m) / s for c in test_z]
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
