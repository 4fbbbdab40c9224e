from wrong_answers import right, wrong

ANSWERS = {
    "psnr": [
        wrong(
            "the natural logarithm",
            r"log10|natural|base|decimal",
            "return -10 * np.log(np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "the sign forgotten",
            r"sign|minus|negative|1 / ?MSE|upside",
            "return 10 * np.log10(np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "20 in place of 10",
            r"20|\b10\b|twice|factor|double|2",
            "return -20 * np.log10(np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "a peak of 255",
            r"255|peak|\[0, 1\]|from 0 to 1|offset",
            "return 10 * np.log10(255**2 / np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "one number for all images",
            r"each image|\(n,\)|one number|axis|shape",
            "return -10 * np.log10(np.mean((x - x_hat) ** 2))",
        ),
        wrong(
            "the mean of the decibels",
            r"each image|\(n,\)|one number|mean|shape",
            "return np.mean(-10 * np.log10(np.mean((x - x_hat) ** 2, axis=(1, 2, 3))))",
        ),
        wrong(
            "the sum over pixels",
            r"sum|mean|average|pixels",
            "return -10 * np.log10(np.sum((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "the absolute error",
            r"squar|abs",
            "return -10 * np.log10(np.mean(np.abs(x - x_hat), axis=(1, 2, 3)))",
        ),
        wrong(
            "bels",
            r"\b10\b|ten|factor|times",
            "return -np.log10(np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))",
        ),
        wrong(
            "pixel by pixel",
            r"mean|average|pixel|shape|inf|each image",
            "return -10 * np.log10((x - x_hat) ** 2)",
        ),
        wrong(
            "the image's own peak",
            r"peak|brightest|max|\[0, 1\]|own",
            """
            peak = x.max(axis=(1, 2, 3))
            return 10 * np.log10(peak**2 / np.mean((x - x_hat) ** 2, axis=(1, 2, 3)))
            """,
        ),
        wrong(
            "784 pixels always",
            r"784|size|shape|number of pixels|pixels",
            "return -10 * np.log10(np.sum((x - x_hat) ** 2, axis=(1, 2, 3)) / 784)",
        ),
        right(
            "20 log of the root",
            """
            rmse = np.sqrt(np.mean(np.square(x - x_hat), axis=(1, 2, 3)))
            return 20 * np.log10(1 / rmse)
            """,
        ),
        right(
            "a loop",
            """
            result = []
            for original, copy in zip(x, x_hat):
                result.append(10 * math.log10(original.size / np.sum((original - copy) ** 2)))
            return result
            """,
        ),
        right(
            "a tensor",
            """
            mse = ops.mean(ops.square(ops.subtract(x, x_hat)), axis=(1, 2, 3))
            return -10 * ops.log10(mse)
            """,
        ),
    ],
    "residual_bits": [
        wrong(
            "nats",
            r"log2|bits|nats|natural|base",
            "return -np.log(table[bins, pixels]).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "rows and columns of the table exchanged",
            r"exchang|swap|order|table\[|index|row|column",
            "return -np.log2(table[pixels, bins]).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "the table turned around",
            r"exchang|swap|order|table\[|index|row|column|transpos",
            "return -np.log2(table.T[bins, pixels]).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "the sign forgotten",
            r"sign|minus|negative|[-−] ?log",
            "return np.log2(table[bins, pixels]).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "bits a pixel",
            r"mean|average|sum|pixel",
            "return -np.log2(table[bins, pixels]).mean(axis=(1, 2, 3))",
        ),
        wrong(
            "all images in one number",
            r"each image|\(n,\)|one number|axis|shape",
            "return -np.log2(table[bins, pixels]).sum()",
        ),
        wrong(
            "each pixel by itself",
            r"sum|each image|shape|\(n,\)",
            "return -np.log2(table[bins, pixels])",
        ),
        wrong(
            "the entropy in place of the bits",
            r"entropy|times p|p log|weigh|[-−] ?log",
            """
            p = table[bins, pixels]
            return -(p * np.log2(p)).sum(axis=(1, 2, 3))
            """,
        ),
        wrong(
            "bins of the pixels themselves",
            r"bins|copy|copies|given",
            "return -np.log2(table[pixels // 16, pixels]).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "the logarithm of the sum",
            r"log(arithm)? of (the |a )?sum|sum of (the )?log|before|order|product",
            "return -np.log2(table[bins, pixels].sum(axis=(1, 2, 3)))",
        ),
        wrong(
            "the product of the probabilities",
            r"underflow|inf|product|sum of (the )?log|too small",
            "return -np.log2(table[bins, pixels].prod(axis=(1, 2, 3)))",
        ),
        wrong(
            "the copy ignored",
            r"bins|copy|given|condition",
            "return -np.log2(table.mean(axis=0)[pixels]).sum(axis=(1, 2, 3))",
        ),
        right(
            "the logarithm first",
            """
            cost = -np.log2(table)
            return np.array([cost[b, p].sum() for b, p in zip(bins, pixels)])
            """,
        ),
        right(
            "a flat table",
            """
            cost = np.take(np.log(table.ravel()), 256 * bins + pixels)
            return -cost.reshape(len(pixels), -1).sum(axis=1) / math.log(2)
            """,
        ),
    ],
    "anomaly_score": [
        wrong(
            "the mean over pixels",
            r"mean|average|sum",
            """
            bce = np.mean(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "the reconstruction only",
            r"KL",
            "return np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))",
        ),
        wrong(
            "the ELBO itself",
            r"sign|negative|minus",
            """
            bce = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return -(bce + kl)
            """,
        ),
        wrong(
            "the loss of chapter 03, with its mean",
            r"each image|\(n,\)|one number|mean|shape",
            """
            bce = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return (bce + kl).mean()
            """,
        ),
        wrong(
            "the squared error of the copy",
            r"cross-entropy|square|logit|logaddexp",
            """
            error = np.sum((images - 1 / (1 + np.exp(-logits))) ** 2, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return error + kl
            """,
        ),
        wrong(
            "log σ² taken for log σ",
            r"log σ|deviation|varian|2 \*|twice",
            """
            bce = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(2 * z_log_var) - 1 - 2 * z_log_var, axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "the half on both terms",
            r"half|½|0\.5|cross-entropy|reconstruction",
            """
            bce = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return 0.5 * (bce + kl)
            """,
        ),
        wrong(
            "the brightness taken for a logit",
            r"sigmoid|logit|twice|brightness",
            """
            p = 1 / (1 + np.exp(-logits))
            bce = np.sum(np.logaddexp(0, p) - images * p, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "in bits",
            r"bits|nats|log2|log 2",
            """
            bce = np.sum(np.logaddexp(0, logits) - images * logits, axis=(1, 2, 3))
            kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
            return (bce + kl) / np.log(2)
            """,
        ),
        right(
            "logaddexp2, turned to nats",
            """
            bits = np.logaddexp2(0, logits / np.log(2)) - images * logits / np.log(2)
            kl = vh.metrics.kl_divergence(z_mean, z_log_var)
            return np.log(2) * bits.sum(axis=(1, 2, 3)) + kl
            """,
        ),
        right(
            "tensors of the package",
            """
            kl = vh.models.kl_per_dimension(z_mean, z_log_var)
            return vh.models.reconstruction_loss(images, logits) + ops.sum(kl, axis=1)
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
