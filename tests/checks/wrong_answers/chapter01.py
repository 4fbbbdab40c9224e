from wrong_answers import noted, right, wrong

ANSWERS = {
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
