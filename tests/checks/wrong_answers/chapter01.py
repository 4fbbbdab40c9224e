from wrong_answers import noted, right, wrong

ANSWERS = {
    "compression": [
        wrong("all pixels", r"two|half|divide|2 numbers|by 2|÷ 2", "pixels_per_number = 32 * 32"),
        wrong("one side by two", r"side|row|32 × 32|32 \* 32|square", "pixels_per_number = 32 / 2"),
        wrong("the sides of MNIST", r"28|frame|32", "pixels_per_number = 28 * 28 / 2"),
        wrong(
            "upside down",
            r"upside|other way|inverse|numbers (per|for each) pixel|pixels for each|turned|exchang",
            "pixels_per_number = 2 / (32 * 32)",
        ),
        wrong("times two", r"divide|twice|times|multipl|by 2", "pixels_per_number = 32 * 32 * 2"),
        wrong(
            "a two-dimensional code taken for 2 × 2",
            r"2 × 2|four|4 numbers|two numbers|2 numbers",
            "pixels_per_number = 32 * 32 / 4",
        ),
        right("a whole number", "pixels_per_number = 32**2 // 2"),
        right("a NumPy number", "pixels_per_number = np.float32(1024) / 2"),
        right("a tensor", "pixels_per_number = ops.convert_to_tensor(512.0)"),
    ],
    "count_parameters": [
        wrong("no biases", r"bias", "return kernel_size**2 * channels * filters"),
        wrong("one bias in all", r"bias", "return kernel_size**2 * channels * filters + 1"),
        wrong(
            "a bias for each input channel",
            r"bias",
            "return kernel_size**2 * channels * filters + channels",
        ),
        wrong(
            "a bias for each pair of channel and filter",
            r"bias",
            "return (kernel_size**2 + 1) * channels * filters",
        ),
        wrong(
            "the kernel's side, not its area",
            r"square|kernel_size × kernel_size|area|side|\*\*|two sides|height",
            "return (kernel_size * channels + 1) * filters",
        ),
        wrong("a 3 × 3 kernel always", r"3|kernel_size", "return (9 * channels + 1) * filters"),
        wrong("channels forgotten", r"channel", "return (kernel_size**2 + 1) * filters"),
        wrong(
            "filters and channels exchanged",
            r"exchang|swap|order|mixed up|confus|roles",
            "return (kernel_size**2 * filters + 1) * channels",
        ),
        wrong("filters forgotten", r"filter", "return kernel_size**2 * channels + 1"),
        wrong(
            "no return",
            r"return|None|nothing",
            "total = (kernel_size**2 * channels + 1) * filters",
        ),
        right("weights and biases apart", "return kernel_size**2 * channels * filters + filters"),
        right(
            "counted by Keras",
            """
            layer = layers.Conv2D(filters, kernel_size)
            layer.build((None, 32, 32, channels))
            return layer.count_params()
            """,
        ),
        right(
            "counted one by one",
            """
            count = 0
            for _ in range(filters):
                for _ in range(channels):
                    count += kernel_size * kernel_size
                count += 1
            return count
            """,
        ),
        right("np.prod", "return np.prod([kernel_size] * 2 + [channels, filters]) + filters"),
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
    "implausible_share": [
        wrong(
            "0.7 always",
            r"threshold",
            "return np.mean(probabilities.max(axis=1) < 0.7)",
        ),
        wrong(
            "the threshold itself counts as below",
            r"equal|<=|≤|exactly|from threshold up|at the threshold",
            "return np.mean(probabilities.max(axis=1) <= threshold)",
        ),
        wrong(
            "all probabilities, not the highest",
            r"highest|max|all probabilities|each row|largest|every",
            "return np.mean(probabilities < threshold)",
        ),
        wrong(
            "the highest of each class",
            r"axis|row|column|class",
            "return np.mean(probabilities.max(axis=0) < threshold)",
        ),
        wrong(
            "a count",
            r"count|number of|share|divide|mean",
            "return np.sum(probabilities.max(axis=1) < threshold)",
        ),
        wrong(
            "in per cent",
            r"per ?cent|100|from 0 to 1",
            "return 100 * np.mean(probabilities.max(axis=1) < threshold)",
        ),
        wrong(
            "the plausible ones",
            r"plausible|below|opposite|other|1 [-−]|above",
            "return np.mean(probabilities.max(axis=1) >= threshold)",
        ),
        wrong(
            "the lowest probability",
            r"lowest|highest|min|max",
            "return np.mean(probabilities.min(axis=1) < threshold)",
        ),
        wrong(
            "the highest of all",
            r"axis|row|each image|all images|one highest|whole",
            "return float(probabilities.max() < threshold)",
        ),
        wrong(
            "the mask",
            r"share|mean|one number|shape|mask|each",
            "return probabilities.max(axis=1) < threshold",
        ),
        right(
            "a loop",
            "return sum(max(row) < threshold for row in probabilities) / len(probabilities)",
        ),
        right("sorted", "return 1 - np.mean(np.sort(probabilities, axis=1)[:, -1] >= threshold)"),
        right("no row has one", "return np.mean(~(probabilities >= threshold).any(axis=1))"),
    ],
}
