from wrong_answers import noted, right, wrong

ANSWERS = {
    "build_decoder": [
        wrong(
            "a sigmoid at the end",
            r"sigmoid|logits|activation",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))
            """,
        ),
        wrong(
            "no ReLU",
            r"relu|activation|linear",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "filters from small to large",
            r"filter|128, 64|fewer",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (32, 64, 128):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "no padding",
            r"padding|same|border|cut",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, strides=2, activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "no strides",
            r"stride|double|side|4 → 8",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, padding="same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "kernels of 5 × 5",
            r"kernel|3 × 3",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 5, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "three channels",
            r"channel|one|single",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(3, 3, padding="same")(h))
            """,
        ),
        wrong(
            "no last convolution",
            r"channel|last|convolution|single",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, h)
            """,
        ),
        wrong(
            "only two steps",
            r"three|double|side|4 → 8",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "the last layer transposed",
            r"Conv2D|transpos",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2DTranspose(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "no biases",
            r"bias",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            bare = {"activation": "relu", "use_bias": False}
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", **bare)(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        wrong(
            "a dense layer of 128 numbers",
            r"2,?048|4 · 4|4 \* 4|Reshape|dense",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(128)(z))
            return keras.Model(z, layers.Conv2D(1, 3)(h))
            """,
        ),
        right(
            "in one go",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(4 * 4 * 128)(z))
            for filters in (128, 64, 32):
                h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
            return keras.Model(z, layers.Conv2D(1, 3, padding="same")(h))
            """,
        ),
        right(
            "a Sequential",
            """
            return keras.Sequential([
                keras.Input((latent_dim,)),
                layers.Dense(2048),
                layers.Reshape((4, 4, 128)),
                layers.Conv2DTranspose(128, 3, 2, "same", activation="relu"),
                layers.Conv2DTranspose(64, 3, 2, "same", activation="relu"),
                layers.Conv2DTranspose(32, 3, 2, "same", activation="relu"),
                layers.Conv2D(1, 3, padding="same"),
            ])
            """,
        ),
        right(
            "activations as layers of their own",
            """
            h = layers.Reshape((4, 4, 128))(layers.Dense(2048)(z))
            for filters in (128, 64, 32):
                h = layers.ReLU()(layers.Conv2DTranspose(filters, 3, 2, "same")(h))
            return keras.Model(z, layers.Conv2D(1, (3, 3), padding="same")(h))
            """,
        ),
        right("the course's own", "return vh.models.fashion_conv_decoder(latent_dim)"),
    ],
    "box_shares": [
        wrong(
            "numbers of points",
            r"divide|share|number",
            "return np.bincount(labels[KDTree(z).query(points)[1]], minlength=10)",
        ),
        wrong(
            "divided by the codes",
            r"number of codes|points",
            "return np.bincount(labels[KDTree(z).query(points)[1]], minlength=10) / len(z)",
        ),
        wrong(
            "distances for numbers",
            r"float|index|integer|whole|second|two arrays|distance",
            "return np.bincount(labels[KDTree(z).query(points)[0]], minlength=10) / len(points)",
        ),
        wrong(
            "the classes of the points",
            r"count",
            "return labels[KDTree(z).query(points)[1]]",
        ),
        wrong(
            "the numbers of the codes, counted",
            r"label|minlength|class|shape",
            "return np.bincount(KDTree(z).query(points)[1], minlength=10) / len(points)",
        ),
        wrong(
            "no minlength",
            r"minlength|missing|ten",
            "return np.bincount(labels[KDTree(z).query(points)[1]]) / len(points)",
        ),
        wrong(
            "the tree of the points",
            r"tree|query|other way|each code",
            """
            nearest = KDTree(points).query(z)[1]
            return np.bincount(labels[nearest], minlength=10) / len(points)
            """,
        ),
        wrong(
            "the class centres",
            r"centre|mean|single code",
            """
            there = np.unique(labels)
            centres = np.array([z[labels == label].mean(axis=0) for label in there])
            nearest = KDTree(centres).query(points)[1]
            return np.bincount(there[nearest], minlength=10) / len(points)
            """,
        ),
        wrong(
            "the farthest code",
            r"farthest|argm",
            """
            distance = np.linalg.norm(points[:, None] - z, axis=-1)
            return np.bincount(labels[distance.argmax(axis=1)], minlength=10) / len(points)
            """,
        ),
        wrong(
            "all the same",
            r"same|codes",
            "return np.ones(10) / 10",
        ),
        right(
            "distances by hand",
            """
            distance = np.linalg.norm(points[:, None] - z, axis=-1)
            of_points = labels[distance.argmin(axis=1)]
            return [np.mean(of_points == label) for label in range(10)]
            """,
        ),
        right(
            "a classifier of scikit-learn",
            """
            from sklearn.neighbors import KNeighborsClassifier

            of_points = KNeighborsClassifier(1).fit(z, labels).predict(points)
            return np.bincount(of_points, minlength=10) / len(points)
            """,
        ),
        right(
            "the package",
            "return np.pad(s := vh.latent.class_shares(z, labels, points), (0, 10 - len(s)))",
        ),
    ],
    "transposed_convolution": [
        wrong(
            "stamps overwrite each other",
            r"overlap|overwrit|\+=|add up|adds? to",
            """
            for i, value in enumerate(x):
                out[i * stride : i * stride + len(kernel)] = value * kernel
            return out
            """,
        ),
        wrong(
            "the stride forgotten",
            r"stride|i \* stride|every place|moves on",
            """
            for i, value in enumerate(x):
                out[i : i + len(kernel)] += value * kernel
            return out
            """,
        ),
        wrong(
            "a stride of two always",
            r"stride",
            """
            for i, value in enumerate(x):
                out[i * 2 : i * 2 + len(kernel)] += value * kernel
            return out
            """,
        ),
        wrong(
            "the kernel turned around",
            r"turn|revers|flip|mirror|order of the kernel|backward",
            """
            for i, value in enumerate(x):
                out[i * stride : i * stride + len(kernel)] += value * kernel[::-1]
            return out
            """,
        ),
        wrong(
            "all stamps equally strong",
            r"bright|strong|value|x\[i\]|times the pixel",
            """
            for i in range(len(x)):
                out[i * stride : i * stride + len(kernel)] += kernel
            return out
            """,
        ),
        wrong(
            "return inside the loop",
            r"first (stamp|pixel)|one stamp|only the first|inside the loop|indent|return",
            """
            for i, value in enumerate(x):
                out[i * stride : i * stride + len(kernel)] += value * kernel
                return out
            """,
        ),
        wrong(
            "the last pixel left out",
            r"last (stamp|pixel)|one stamp|missing|off by one|len\(x\)",
            """
            for i in range(len(x) - 1):
                out[i * stride : i * stride + len(kernel)] += x[i] * kernel
            return out
            """,
        ),
        wrong(
            "a kernel of three always",
            r"kernel|length|broadcast|shape|3",
            """
            for i, value in enumerate(x):
                out[i * stride : i * stride + 3] += value * kernel
            return out
            """,
        ),
        wrong(
            "no return",
            r"return|None|nothing",
            """
            for i, value in enumerate(x):
                out[i * stride : i * stride + len(kernel)] += value * kernel
            """,
        ),
        wrong(
            "NumPy's convolution, which knows no stride",
            r"stride|length|shape|places",
            "return np.convolve(x, kernel)",
        ),
        wrong(
            "the kernel scaled in place",
            r"in place|change|argument|copy|\*=|grow",
            """
            for i, value in enumerate(x):
                kernel *= value
                out[i * stride : i * stride + len(kernel)] += kernel
            return out
            """,
        ),
        right(
            "two loops",
            """
            for i in range(len(x)):
                for j in range(len(kernel)):
                    out[i * stride + j] += x[i] * kernel[j]
            return out
            """,
        ),
        right(
            "zeros in between, then convolved",
            """
            spread = np.zeros((len(x) - 1) * stride + 1)
            spread[::stride] = x
            return np.convolve(spread, kernel)
            """,
        ),
        right(
            "a list",
            """
            out = list(out)
            for i, value in enumerate(x):
                for j, weight in enumerate(kernel):
                    out[i * stride + j] += value * weight
            return out
            """,
        ),
        right(
            "np.add.at",
            """
            where = stride * np.arange(len(x))[:, None] + np.arange(len(kernel))
            np.add.at(out, where, np.outer(x, kernel))
            return out
            """,
        ),
    ],
    "reconstruction_loss": [
        wrong(
            "averaged over pixels, too",
            r"mean|averag|sum over (the )?pixels|sum.*pixels|number of pixels",
            "return np.mean(-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat))",
        ),
        wrong(
            "summed over images, too",
            r"averag\w* over (the )?images|mean over (the )?images|number of images|sum.*images",
            "return np.sum(-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat))",
        ),
        wrong(
            "not averaged over images",
            r"averag|mean|one number|shape|each image",
            "return (-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat)).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "the sign turned",
            r"sign|minus|negative|below 0|− ?x",
            """
            log_p = x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)
            return log_p.sum(axis=(1, 2, 3)).mean()
            """,
        ),
        wrong(
            "the black half forgotten",
            r"1 [-−] x|black|second (term|half)|term|half",
            "return (-x * np.log(x_hat)).sum(axis=(1, 2, 3)).mean()",
        ),
        wrong(
            "x and x_hat exchanged",
            r"exchang|swap|order|log\(x\)|log x\b|nan|places",
            """
            cross_entropy = -x_hat * np.log(x) - (1 - x_hat) * np.log(1 - x)
            return cross_entropy.sum(axis=(1, 2, 3)).mean()
            """,
        ),
        wrong(
            "bits instead of nats",
            r"log2|bits|natural|base",
            """
            cross_entropy = -x * np.log2(x_hat) - (1 - x) * np.log2(1 - x_hat)
            return cross_entropy.sum(axis=(1, 2, 3)).mean()
            """,
        ),
        wrong(
            "1,024 pixels always",
            r"1,?024|number of pixels|size|shape|pixels",
            "return 1024 * np.mean(-x * np.log(x_hat) - (1 - x) * np.log(1 - x_hat))",
        ),
        wrong(
            "the squared error",
            r"square|mse|cross-entropy|log",
            "return ((x - x_hat) ** 2).sum(axis=(1, 2, 3)).mean()",
        ),
        wrong(
            "the minus before the first term only",
            r"sign|minus|second term|1 [-−] x",
            """
            cross_entropy = -x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)
            return cross_entropy.sum(axis=(1, 2, 3)).mean()
            """,
        ),
        wrong(
            "a guard that is too wide",
            r"epsilon|guard|add|small|1e|0\.0?1|log\(",
            """
            cross_entropy = -x * np.log(x_hat + 0.01) - (1 - x) * np.log(1 - x_hat + 0.01)
            return cross_entropy.sum(axis=(1, 2, 3)).mean()
            """,
        ),
        right(
            "image by image",
            """
            total = 0.0
            for image, copy in zip(x, x_hat):
                for pixel, p in zip(image.ravel(), copy.ravel()):
                    total -= pixel * math.log(p) + (1 - pixel) * math.log(1 - p)
            return total / len(x)
            """,
        ),
        right(
            "einsum",
            """
            n = len(x)
            white = np.einsum("nhwc,nhwc->n", x, np.log(x_hat))
            black = np.einsum("nhwc,nhwc->n", 1 - x, np.log(1 - x_hat))
            return -(white + black).sum() / n
            """,
        ),
        right(
            "a tensor",
            """
            x, x_hat = ops.convert_to_tensor(x), ops.convert_to_tensor(x_hat)
            each = -x * ops.log(x_hat) - (1 - x) * ops.log(1 - x_hat)
            return ops.mean(ops.sum(each, axis=(1, 2, 3)))
            """,
        ),
    ],
    "pca_reconstruction": [
        wrong(
            "the mean not taken away",
            r"mean|subtract|centr",
            "return mean + x @ components.T @ components",
        ),
        wrong(
            "the mean not added again",
            r"mean|add",
            "return (x - mean) @ components.T @ components",
        ),
        wrong(
            "without the mean at all",
            r"mean|centr",
            "return x @ components.T @ components",
        ),
        wrong(
            "the codes only",
            r"decod|codes|shape|\(n, d\)|only half|back",
            "return (x - mean) @ components.T",
        ),
        wrong(
            "not transposed",
            r"transpos|\.T|shape|mismatch|matmul",
            "return mean + (x - mean) @ components @ components.T",
        ),
        wrong(
            "the mean of the images given",
            r"\bmean\b.*(argument|given|ignored|passed|own)|x\.mean|its own|of x",
            """
            middle = x.mean(axis=0)
            return middle + (x - middle) @ components.T @ components
            """,
        ),
        wrong(
            "two components always",
            r"component|two|2|all of them",
            """
            codes = (x - mean) @ components[:2].T
            return mean + codes @ components[:2]
            """,
        ),
        noted(
            "the images changed in place",
            r"in place|change|argument|copy|-=",
            """
            x -= mean
            return mean + x @ components.T @ components
            """,
        ),
        wrong(
            "the mean taken away twice",
            r"mean|sign|add|subtract",
            "return (x - mean) @ components.T @ components - mean",
        ),
        wrong(
            "divided by the number of components",
            r"factor|divid|scale|orthogonal|unit|times",
            "return mean + (x - mean) @ components.T @ components / len(components)",
        ),
        right(
            "one component at a time",
            """
            out = np.tile(np.asarray(mean, float), (len(x), 1))
            for direction in components:
                out += np.outer((x - mean) @ direction, direction)
            return out
            """,
        ),
        right(
            "einsum",
            """
            codes = np.einsum("nd,kd->nk", x - mean, components)
            return mean + np.einsum("nk,kd->nd", codes, components)
            """,
        ),
        right("a list", "return [mean + components.T @ (components @ (v - mean)) for v in x]"),
    ],
}
