from wrong_answers import right, wrong

ANSWERS = {
    "push": [
        wrong(
            "the ratio alone",
            r"undo|whole|left over|blocks|%",
            "return state * edges[-1] // width + start",
        ),
        wrong(
            "no start",
            r"start",
            "return state // width * edges[-1] + state % width",
        ),
        wrong(
            "the rest forgotten",
            r"left over|%|rest",
            "return state // width * edges[-1] + start",
        ),
        wrong(
            "a true division",
            r"/`|fraction|whole|//",
            "return state / width * edges[-1] + start + state % width",
        ),
        wrong(
            "width and total exchanged",
            r"exchang|swap|shorter|pop",
            "return state // edges[-1] * width + start + state % width",
        ),
        wrong(
            "the rest of the total",
            r"state % width|left over|width",
            "return state // width * edges[-1] + start + state % edges[-1]",
        ),
        wrong(
            "equal widths",
            r"width|likely|slots",
            "return state * edges[-1] + start",
        ),
        wrong(
            "the end for the start",
            r"edges\[symbol\]|first slot|next|start",
            "return state // width * edges[-1] + edges[symbol + 1] + state % width",
        ),
        wrong(
            "rounding by int",
            r"whole|//|float|64 bits",
            "return int(state / width) * edges[-1] + start + state % width",
        ),
        wrong(
            "the number of symbols for the total",
            r"total|edges\[-1\]|len",
            "return state // width * len(edges) + start + state % width",
        ),
        wrong(
            "the symbol in place of its start",
            r"start|slot|edges\[symbol\]",
            "return state // width * edges[-1] + symbol + state % width",
        ),
        right(
            "divmod",
            """
            blocks, rest = divmod(state, width)
            return blocks * edges[-1] + start + rest
            """,
        ),
        right(
            "by what is added",
            "return state + state // width * (edges[-1] - width) + start",
        ),
    ],
    "pop": [
        wrong(
            "state first",
            r"order|first|exchang|swap",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return state // edges[-1] * width + slot - start, symbol
            """,
        ),
        wrong(
            "strictly below",
            r"<=|equal|edge",
            """
            symbol = sum(edge < slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return symbol, state // edges[-1] * width + slot - start
            """,
        ),
        wrong(
            "one symbol too far",
            r"one too|from 0|index|range",
            """
            symbol = sum(edge <= slot for edge in edges)
            start, width = edges[symbol - 1], edges[symbol] - edges[symbol - 1]
            return symbol, state // edges[-1] * width + slot - start
            """,
        ),
        wrong(
            "the start stays",
            r"start",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return symbol, state // edges[-1] * width + slot
            """,
        ),
        wrong(
            "the rest is lost",
            r"left over|lost|slot",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            width = edges[symbol + 1] - edges[symbol]
            return symbol, state // edges[-1] * width
            """,
        ),
        wrong(
            "no width",
            r"width",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            return symbol, state // edges[-1] + slot - edges[symbol]
            """,
        ),
        wrong(
            "pushed again",
            r"push|exchang|longer|swap",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return symbol, state // width * edges[-1] + slot - start
            """,
        ),
        wrong(
            "the slot for the symbol",
            r"slot",
            """
            symbol = sum(edge <= slot for edge in edges) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return slot, state // edges[-1] * width + slot - start
            """,
        ),
        wrong(
            "NumPy's numbers",
            r"64|NumPy|whole|large|int",
            """
            edges = np.array(edges)
            symbol = int(np.searchsorted(edges, slot, side="right")) - 1
            start, width = edges[symbol], edges[symbol + 1] - edges[symbol]
            return symbol, np.int64(state // int(edges[-1])) * width + slot - start
            """,
        ),
        wrong(
            "the symbol alone",
            r"two|2 values|state|both",
            "return sum(edge <= slot for edge in edges) - 1",
        ),
        right(
            "bisect",
            """
            from bisect import bisect_right

            symbol = bisect_right(edges, slot) - 1
            start, end = edges[symbol : symbol + 2]
            return symbol, state // edges[-1] * (end - start) + (slot - start)
            """,
        ),
        right(
            "a loop",
            """
            symbol = 0
            while edges[symbol + 1] <= slot:
                symbol += 1
            width = edges[symbol + 1] - edges[symbol]
            return symbol, width * (state // edges[-1]) + slot - edges[symbol]
            """,
        ),
    ],
    "counted_bits": [
        wrong(
            "zeros at the start",
            r"never|ones|infinit|\b1\b|impossible",
            """
            table = np.zeros(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "plus-equals forgets repetitions",
            r"once|repeat|repetition|add\.at|twice",
            """
            table = np.ones(shape)
            table[known_contexts, known] += 1
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "one sum for the whole table",
            r"row|whole table|context",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum()
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "columns in place of rows",
            r"row|column|axis",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=0)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "nats",
            r"nats|log2|log 2|bits",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "counted on the new images",
            r"new|known|receiver",
            """
            table = np.ones(shape)
            np.add.at(table, (new_contexts, new), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "the mean over pixels",
            r"mean|add up|sum",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).mean(axis=1)
            """,
        ),
        wrong(
            "all images together",
            r"each|one number|over (all )?images|shape",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).sum()
            """,
        ),
        wrong(
            "the sign",
            r"sign|negative",
            """
            table = np.ones(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "index and value exchanged",
            r"row|column|index|context",
            """
            table = np.ones(shape)
            np.add.at(table, (known, known_contexts), 1)
            p = table / table.sum(axis=1, keepdims=True)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        wrong(
            "ones added after the division",
            r"start|begin|first|row|probabilit|count",
            """
            table = np.zeros(shape)
            np.add.at(table, (known_contexts, known), 1)
            p = (table + 1) / (table.sum(axis=1, keepdims=True) + 1)
            return -np.log2(p[new_contexts, new]).reshape(len(new), -1).sum(axis=1)
            """,
        ),
        right(
            "bincount",
            """
            n_contexts, n_values = shape
            cells = n_values * known_contexts + known
            table = 1 + np.bincount(cells.ravel(), minlength=n_contexts * n_values).reshape(shape)
            costs = np.log2(table.sum(axis=1))[:, None] - np.log2(table)
            return costs[new_contexts, new].sum(axis=tuple(range(1, new.ndim)))
            """,
        ),
        right(
            "a loop over pixels",
            """
            table = np.ones(shape)
            for row, column in zip(known_contexts.ravel(), known.ravel()):
                table[row, column] += 1
            bits = []
            for image, its in zip(new, new_contexts):
                total = 0
                for row, column in zip(its.ravel(), image.ravel()):
                    total -= math.log2(table[row, column] / sum(table[row]))
                bits.append(total)
            return bits
            """,
        ),
    ],
    "pair_auc": [
        wrong(
            "ties forgotten",
            r"tie|half|equal",
            "return np.mean(score[odd][:, None] > score[~odd])",
        ),
        wrong(
            "ties in full",
            r"tie|half|equal",
            "return np.mean(score[odd][:, None] >= score[~odd])",
        ),
        wrong(
            "turned round",
            r"turned|order|anomaly.*higher|revers",
            """
            difference = score[~odd][:, None] - score[odd]
            return np.mean(difference > 0) + np.mean(difference == 0) / 2
            """,
        ),
        wrong(
            "the number of pairs",
            r"number|share|divide|how many",
            """
            difference = score[odd][:, None] - score[~odd]
            return np.sum(difference > 0) + np.sum(difference == 0) / 2
            """,
        ),
        wrong(
            "all pairs of images",
            r"pair|one of each|two anomalies|ordinary",
            """
            difference = score[odd][:, None] - score
            return np.mean(difference > 0) + np.mean(difference == 0) / 2
            """,
        ),
        wrong(
            "against the mean",
            r"mean|each",
            "return np.mean(score[odd] > score[~odd].mean())",
        ),
        wrong(
            "the sign's mean",
            r"−1|-1|from|tie",
            "return np.mean(np.sign(score[odd][:, None] - score[~odd]))",
        ),
        wrong(
            "the median as a threshold",
            r"threshold|accuracy|pairs",
            "return np.mean((score > np.median(score)) == odd)",
        ),
        wrong(
            "average precision",
            r"precision|pairs|shares|AUC",
            "return sklearn.metrics.average_precision_score(odd, score)",
        ),
        wrong(
            "one number an anomaly",
            r"one number|mean|shape|each",
            """
            difference = score[odd][:, None] - score[~odd]
            return np.mean(difference > 0, axis=1) + np.mean(difference == 0, axis=1) / 2
            """,
        ),
        right(
            "scikit-learn",
            "return sklearn.metrics.roc_auc_score(odd, score)",
        ),
        right(
            "by ranks",
            """
            ranks = scipy.stats.rankdata(score)[odd]
            n, m = odd.sum(), (~odd).sum()
            return (ranks.sum() - n * (n + 1) / 2) / (n * m)
            """,
        ),
    ],
    "conditional_vae": [
        wrong(
            "the label not given to the encoder",
            r"label|encode|794|shape|784",
            ("return self.encoder(ops.reshape(images, (-1, 784)))", None, None),
        ),
        wrong(
            "zeros in place of the label, for the decoder",
            r"label|decode",
            (None, "return self.decoder(ops.concatenate([z, 0 * labels], axis=1))", None),
        ),
        wrong(
            "images not flattened",
            r"flat|reshape|784|shape|rank|dimension",
            ("return self.encoder(ops.concatenate([images, labels], axis=1))", None, None),
        ),
        wrong(
            "one on top of the other",
            r"axis|side by side|shape|concatenat",
            (None, "return self.decoder(ops.concatenate([z, labels], axis=0))", None),
        ),
        wrong(
            "the KL's mean over dimensions",
            r"KL.*(mean|average|sum)|(mean|average|sum).*(KL|dimension)",
            (
                None,
                None,
                """
                kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
                reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
                return ops.mean(reconstruction) + ops.mean(kl)
                """,
            ),
        ),
        wrong(
            "no KL",
            r"KL",
            (
                None,
                None,
                'return ops.mean(vh.models.reconstruction_loss(x[0], y_pred["logits"]))',
            ),
        ),
        wrong(
            "the pair taken for the images",
            r"x\[0\]|pair|images|tuple|shape",
            (
                None,
                None,
                """
                kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
                reconstruction = vh.models.reconstruction_loss(x, y_pred["logits"])
                return ops.mean(reconstruction + ops.sum(kl, axis=1))
                """,
            ),
        ),
        wrong(
            "the KL taken away",
            r"KL.*(add|sign|plus|minus|subtract)|(add|sign|plus|minus|subtract).*KL",
            (
                None,
                None,
                """
                kl = vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"])
                reconstruction = vh.models.reconstruction_loss(x[0], y_pred["logits"])
                return ops.mean(reconstruction - ops.sum(kl, axis=1))
                """,
            ),
        ),
        right(
            "a layer that joins, and two means",
            (
                """
                flat = layers.Flatten()(images)
                return self.encoder(layers.Concatenate()([flat, labels]))
                """,
                "return self.decoder(ops.hstack([z, labels]))",
                """
                kl = ops.sum(vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"]), -1)
                images, _ = x
                bce = vh.models.reconstruction_loss(images, y_pred["logits"])
                return ops.mean(kl) + ops.mean(bce)
                """,
            ),
        ),
    ],
}
