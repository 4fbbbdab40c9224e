from wrong_answers import right, wrong

ANSWERS = {
    "path_lengths": [
        wrong(
            "the direct distance",
            r"direct|step|neighbour|between|first.*last|ends|stops",
            "return np.linalg.norm(features[:, -1] - features[:, 0], axis=1)",
        ),
        wrong(
            "from walk to walk",
            r"axis|walk|path|image",
            "return np.linalg.norm(np.diff(features, axis=0), axis=2).sum(axis=1)",
        ),
        wrong(
            "the ratio already",
            r"ratio|divide|direct|above the line|length only",
            """
            steps = np.linalg.norm(np.diff(features, axis=1), axis=2).sum(axis=1)
            return steps / np.linalg.norm(features[:, -1] - features[:, 0], axis=1)
            """,
        ),
        wrong(
            "squares without the root",
            r"root|squar|sqrt|energy",
            "return (np.diff(features, axis=1) ** 2).sum(axis=(1, 2))",
        ),
        wrong(
            "the root of all squares",
            r"root|each step|steps|sum of|square|before|norm",
            "return np.sqrt((np.diff(features, axis=1) ** 2).sum(axis=(1, 2)))",
        ),
        wrong(
            "the mean step",
            r"mean|average|sum",
            "return np.linalg.norm(np.diff(features, axis=1), axis=2).mean(axis=1)",
        ),
        wrong(
            "city blocks",
            r"abs|norm|root|squar|Euclid|straight",
            "return np.abs(np.diff(features, axis=1)).sum(axis=(1, 2))",
        ),
        wrong(
            "one number for all",
            r"each path|one number|axis|shape|all (paths|walks)|\(n,\)",
            "return np.linalg.norm(np.diff(features, axis=1), axis=2).sum()",
        ),
        wrong(
            "each step by itself",
            r"sum|add|shape|steps|\(n,\)",
            "return np.linalg.norm(np.diff(features, axis=1), axis=2)",
        ),
        wrong(
            "the features' lengths, not the steps'",
            r"diff|step|neighbour|differences|between|origin",
            "return np.linalg.norm(features, axis=2).sum(axis=1)",
        ),
        wrong(
            "the last step left out",
            r"last|step|missing|left out|off by one|first",
            "return np.linalg.norm(np.diff(features[:, :-1], axis=1), axis=2).sum(axis=1)",
        ),
        right(
            "loops",
            """
            lengths = []
            for walk in features:
                lengths.append(sum(math.dist(a, b) for a, b in zip(walk[:-1], walk[1:])))
            return lengths
            """,
        ),
        right(
            "einsum",
            """
            d = features[:, 1:] - features[:, :-1]
            return np.sqrt(np.einsum("nid,nid->ni", d, d)).sum(1)
            """,
        ),
        right(
            "a tensor",
            """
            f = ops.convert_to_tensor(features)
            return ops.sum(ops.norm(f[:, 1:] - f[:, :-1], axis=-1), axis=-1)
            """,
        ),
    ],
    "stepping_stones": [
        wrong(
            "lengths that are not squared",
            r"squar",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
            """,
        ),
        wrong(
            "from the end to the start",
            r"order|revers|turn|start|other way",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way
            """,
        ),
        wrong(
            "the ends left out",
            r"end|start|both",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[-2:0:-1]
            """,
        ),
        wrong(
            "hops counted",
            r"length|distance|hop",
            """
            graph = kneighbors_graph(z, k)
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
            """,
        ),
        wrong(
            "joints that lead one way",
            r"one way|direct|both",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=True, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
            """,
        ),
        wrong(
            "every code with every other",
            r"k\b|nearest|every",
            """
            graph = kneighbors_graph(z, len(z) - 1, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
            """,
        ),
        wrong(
            "ten neighbours always",
            r"k\b|neighbour",
            """
            graph = kneighbors_graph(z, min(10, len(z) - 1), mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
            """,
        ),
        wrong(
            "the codes themselves",
            r"number|index|indices|codes",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return z[way[::-1]]
            """,
        ),
        wrong(
            "what came before, for all",
            r"before|way|follow|back",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            return before
            """,
        ),
        wrong(
            "the costs",
            r"cost|way|number|before",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            cost, _ = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            return cost[end]
            """,
        ),
        wrong(
            "start and end alone",
            r"stone|between|straight|before",
            "return [start, end]",
        ),
        right(
            "with the costs squared in the matrix",
            """
            graph = kneighbors_graph(z, k, mode="distance").power(2)
            _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return np.array(way[::-1])
            """,
        ),
        right(
            "from the end, without turning round",
            """
            graph = kneighbors_graph(z, k, mode="distance")
            graph.data **= 2
            _, before = dijkstra(graph, directed=False, indices=end, return_predecessors=True)
            way = [start]
            while way[-1] != end:
                way.append(int(before[way[-1]]))
            return way
            """,
        ),
    ],
    "slerp": [
        wrong(
            "the straight line again",
            r"straight|line|lerp|arc|length",
            "return (1 - t) * z1 + t * z2",
        ),
        wrong(
            "no clip",
            r"clip|nan|above 1|arccos|arc cosine|round",
            """
            straight = (1 - t) * z1 + t * z2
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return straight
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(u1 @ u2)
            if np.sin(angle) < 1e-6:
                return straight
            u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        wrong(
            "zero vectors forgotten",
            r"zero|direction|nan|origin|length 0",
            """
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(np.clip(u1 @ u2, -1, 1))
            if np.sin(angle) < 1e-6:
                return (1 - t) * z1 + t * z2
            u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        wrong(
            "equal directions forgotten",
            r"equal|same direction|parallel|Ω = 0|angle|divi|nan",
            """
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return (1 - t) * z1 + t * z2
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(np.clip(u1 @ u2, -1, 1))
            u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        wrong(
            "the direction only",
            r"length|unit",
            """
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return (1 - t) * z1 + t * z2
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(np.clip(u1 @ u2, -1, 1))
            if np.sin(angle) < 1e-6:
                return (1 - t) * z1 + t * z2
            return (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
            """,
        ),
        wrong(
            "the codes in place of the unit vectors",
            r"unit|u₁|length|direction|normali",
            """
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return (1 - t) * z1 + t * z2
            angle = np.arccos(np.clip(z1 @ z2 / length1 / length2, -1, 1))
            if np.sin(angle) < 1e-6:
                return (1 - t) * z1 + t * z2
            return (np.sin((1 - t) * angle) * z1 + np.sin(t * angle) * z2) / np.sin(angle)
            """,
        ),
        wrong(
            "the cosine without the lengths",
            r"unit|normali|length|cos|angle",
            """
            straight = (1 - t) * z1 + t * z2
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return straight
            angle = np.arccos(np.clip(z1 @ z2, -1, 1))
            if np.sin(angle) < 1e-6:
                return straight
            u1, u2 = z1 / length1, z2 / length2
            u = (np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2) / np.sin(angle)
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        wrong(
            "the first length all the way",
            r"length|second|z2|‖",
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
            return length1 * u
            """,
        ),
        wrong(
            "straight, then stretched",
            r"constant speed|speed|angle|straight|stretch|sin|even",
            """
            straight = (1 - t) * z1 + t * z2
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return straight
            u = (1 - t) * z1 / length1 + t * z2 / length2
            u = u / np.linalg.norm(u, axis=1, keepdims=True)
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        wrong(
            "the ends exchanged",
            r"exchang|swap|order|z1|other way|start",
            """
            straight = (1 - t) * z1 + t * z2
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return straight
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(np.clip(u1 @ u2, -1, 1))
            if np.sin(angle) < 1e-6:
                return straight
            u = (np.sin(t * angle) * u1 + np.sin((1 - t) * angle) * u2) / np.sin(angle)
            return (t * length1 + (1 - t) * length2) * u
            """,
        ),
        wrong(
            "not divided by sin Ω",
            r"sin|divid|length|Ω",
            """
            straight = (1 - t) * z1 + t * z2
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if length1 == 0 or length2 == 0:
                return straight
            u1, u2 = z1 / length1, z2 / length2
            angle = np.arccos(np.clip(u1 @ u2, -1, 1))
            if np.sin(angle) < 1e-6:
                return straight
            u = np.sin((1 - t) * angle) * u1 + np.sin(t * angle) * u2
            return ((1 - t) * length1 + t * length2) * u
            """,
        ),
        right(
            "turned within the plane of both",
            """
            length1, length2 = np.linalg.norm(z1), np.linalg.norm(z2)
            if min(length1, length2) == 0:
                return (1 - t) * z1 + t * z2
            u1, u2 = z1 / length1, z2 / length2
            aside = u2 - (u1 @ u2) * u1
            if np.linalg.norm(aside) < 1e-6:
                return (1 - t) * z1 + t * z2
            angle = np.arctan2(np.linalg.norm(aside), u1 @ u2)
            turned = np.cos(t * angle) * u1 + np.sin(t * angle) * aside / np.linalg.norm(aside)
            return ((1 - t) * length1 + t * length2) * turned
            """,
        ),
        right(
            "a list of points",
            """
            n1, n2 = np.sqrt(np.sum(z1**2)), np.sqrt(np.sum(z2**2))
            cosine = np.sum(z1 * z2) / (n1 * n2) if n1 * n2 > 0 else 1.0
            omega = math.acos(max(-1.0, min(1.0, cosine)))
            points = []
            for s in t[:, 0]:
                if math.sin(omega) < 1e-6:
                    points.append((1 - s) * z1 + s * z2)
                    continue
                a, b = math.sin((1 - s) * omega), math.sin(s * omega)
                u = (a * z1 / n1 + b * z2 / n2) / math.sin(omega)
                points.append(u * ((1 - s) * n1 + s * n2))
            return points
            """,
        ),
    ],
    "attribute_vector": [
        wrong(
            "lowest minus highest",
            r"sign|other way|exchang|lowest minus|minus|turned|direction",
            """
            low, high = np.quantile(score, [share, 1 - share])
            return z[score <= low].mean(axis=0) - z[score >= high].mean(axis=0)
            """,
        ),
        wrong(
            "a fifth always",
            r"share",
            """
            low, high = np.quantile(score, [0.2, 0.8])
            return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)
            """,
        ),
        wrong(
            "halves",
            r"share|half|median",
            """
            middle = np.median(score)
            return z[score >= middle].mean(axis=0) - z[score <= middle].mean(axis=0)
            """,
        ),
        wrong(
            "two single images",
            r"share|single|one (image|code)|mean|average|highest and lowest",
            "return z[np.argmax(score)] - z[np.argmin(score)]",
        ),
        wrong(
            "minus the mean of all",
            r"lowest|all (codes|images)|bottom|rest|subtract",
            "return z[score >= np.quantile(score, 1 - share)].mean(axis=0) - z.mean(axis=0)",
        ),
        wrong(
            "minus the rest",
            r"lowest|rest|bottom|others|share",
            """
            top = score >= np.quantile(score, 1 - share)
            return z[top].mean(axis=0) - z[~top].mean(axis=0)
            """,
        ),
        wrong(
            "a share of the range",
            r"quantile|range|share of (all|the) (images|codes)|number of|how many",
            """
            step = share * (score.max() - score.min())
            top, bottom = score >= score.max() - step, score <= score.min() + step
            return z[top].mean(axis=0) - z[bottom].mean(axis=0)
            """,
        ),
        wrong(
            "one number",
            r"axis|dimension|shape|latent|one number",
            """
            low, high = np.quantile(score, [share, 1 - share])
            return z[score >= high].mean() - z[score <= low].mean()
            """,
        ),
        wrong(
            "the sum in place of the mean",
            r"sum|mean|average",
            """
            low, high = np.quantile(score, [share, 1 - share])
            return z[score >= high].sum(axis=0) - z[score <= low].sum(axis=0)
            """,
        ),
        wrong(
            "limits of the codes, not of the score",
            r"score|quantile",
            "low, high = np.quantile(z, [share, 1 - share], axis=0)\nreturn high - low",
        ),
        wrong(
            "the limits exchanged",
            r"limit|exchang|swap|1 - share|other way|quantile|too many",
            """
            low, high = np.quantile(score, [share, 1 - share])
            return z[score >= low].mean(axis=0) - z[score <= high].mean(axis=0)
            """,
        ),
        right(
            "sorted",
            """
            n, order = round(share * len(score)), np.argsort(score)
            return z[order[-n:]].mean(axis=0) - z[order[:n]].mean(axis=0)
            """,
        ),
        right(
            "weights",
            """
            low, high = np.quantile(score, share), np.quantile(score, 1 - share)
            top, bottom = (score >= high).astype(float), (score <= low).astype(float)
            return top @ z / top.sum() - bottom @ z / bottom.sum()
            """,
        ),
        right(
            "lists",
            """
            low, high = np.quantile(score, [share, 1 - share])
            top = [c for c, s in zip(z, score) if s >= high]
            bottom = [c for c, s in zip(z, score) if s <= low]
            return list(np.mean(top, axis=0) - np.mean(bottom, axis=0))
            """,
        ),
    ],
    "balanced_vector": [
        wrong(
            "the plain vector again",
            r"class|label|balanc|plain",
            """
            low, high = np.quantile(score, [share, 1 - share])
            return z[score >= high].mean(axis=0) - z[score <= low].mean(axis=0)
            """,
        ),
        wrong(
            "limits of all images",
            r"within|limit|own|quantile|of the class|each class|nan|empty",
            """
            low, high = np.quantile(score, [share, 1 - share])
            vectors = []
            for label in np.unique(labels):
                own = labels == label
                top, bottom = z[own & (score >= high)], z[own & (score <= low)]
                vectors.append(top.mean(axis=0) - bottom.mean(axis=0))
            return np.mean(vectors, axis=0)
            """,
        ),
        wrong(
            "the sum over classes",
            r"sum|mean|average|number of classes",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return np.sum(vectors, axis=0)
            """,
        ),
        wrong(
            "large classes count more",
            r"same|equal|weigh|size|every class|large",
            """
            total = 0
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                total = total + len(s) * (c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return total / len(z)
            """,
        ),
        wrong(
            "all tops together, all bottoms together",
            r"same|equal|weigh|size|every class|large|within|each class|mean of",
            """
            top, bottom = [], []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                top.append(c[s >= high])
                bottom.append(c[s <= low])
            return np.concatenate(top).mean(axis=0) - np.concatenate(bottom).mean(axis=0)
            """,
        ),
        wrong(
            "ten classes always",
            r"class|10|ten|unique|empty|nan",
            """
            vectors = []
            for label in range(10):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return np.mean(vectors, axis=0)
            """,
        ),
        wrong(
            "one vector a class",
            r"mean|average|shape|classes",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return np.array(vectors)
            """,
        ),
        wrong(
            "lowest minus highest",
            r"sign|other way|exchang|lowest minus|minus|turned|direction",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vectors.append(c[s <= low].mean(axis=0) - c[s >= high].mean(axis=0))
            return np.mean(vectors, axis=0)
            """,
        ),
        wrong(
            "a fifth always",
            r"share",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [0.2, 0.8])
                vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return np.mean(vectors, axis=0)
            """,
        ),
        wrong(
            "only the last class",
            r"last|all classes|each class|mean|one class",
            """
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vector = c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0)
            return vector
            """,
        ),
        wrong(
            "one number",
            r"axis|dimension|shape|latent|one number",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                vectors.append(c[s >= high].mean(axis=0) - c[s <= low].mean(axis=0))
            return np.mean(vectors)
            """,
        ),
        right(
            "the package's function",
            """
            def of(c, s):
                low, high = np.quantile(s, [share, 1 - share])
                return vh.latent.attribute_vector(c[s >= high], c[s <= low])

            groups = [labels == label for label in set(labels.tolist())]
            return sum(of(z[g], score[g]) for g in groups) / len(groups)
            """,
        ),
        right(
            "sorted within the class",
            """
            vectors = []
            for label in np.unique(labels):
                c, s = z[labels == label], score[labels == label]
                low, high = np.quantile(s, [share, 1 - share])
                order = np.argsort(s)
                n_low, n_high = np.sum(s <= low), np.sum(s >= high)
                vectors.append(c[order[-n_high:]].mean(0) - c[order[:n_low]].mean(0))
            return np.stack(vectors).mean(0)
            """,
        ),
    ],
}
