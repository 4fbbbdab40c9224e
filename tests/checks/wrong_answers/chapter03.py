from wrong_answers import right, wrong

PARTS = 'loss_parts(x, y_pred["logits"], y_pred["z_mean"], y_pred["z_log_var"])'

ANSWERS = {
    "my_vae": [
        wrong(
            "a tuple in place of a dict",
            r"dict|keys?\b|tuple|z_mean.*z_log_var.*logits",
            (
                """
                z_mean, z_log_var = self.encoder(images)
                return z_mean, z_log_var, self.decoder(self.sampling((z_mean, z_log_var)))
                """,
                None,
            ),
        ),
        wrong(
            "the mean decoded, without noise",
            r"sampl|noise|draw",
            (
                """
                z_mean, z_log_var = self.encoder(images)
                logits = self.decoder(z_mean)
                return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
                """,
                None,
            ),
        ),
        wrong(
            "brightness in place of logits",
            r"sigmoid|logit",
            (
                """
                z_mean, z_log_var = self.encoder(images)
                logits = ops.sigmoid(self.decoder(self.sampling((z_mean, z_log_var))))
                return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
                """,
                None,
            ),
        ),
        wrong(
            "mean and log-variance exchanged",
            r"exchang|swap|order|z_mean",
            (
                """
                z_log_var, z_mean = self.encoder(images)
                logits = self.decoder(self.sampling((z_mean, z_log_var)))
                return {"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}
                """,
                None,
            ),
        ),
        wrong(
            "β forgotten",
            r"β|beta",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(kl)
                return ops.mean(reconstruction + kl)
                """,
            ),
        ),
        wrong(
            "β on the reconstruction",
            r"β|beta",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(kl)
                return ops.mean(self.beta * reconstruction + kl)
                """,
            ),
        ),
        wrong(
            "the batch's mean to the trackers",
            r"all images|batch|mean|each image|last",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(ops.mean(reconstruction))
                self.kl_tracker.update_state(ops.mean(kl))
                return ops.mean(reconstruction + self.beta * kl)
                """,
            ),
        ),
        wrong(
            "trackers forgotten",
            r"tracker|update_state|logged|log",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                return ops.mean(reconstruction + self.beta * kl)
                """,
            ),
        ),
        wrong(
            "β times KL in the tracker",
            r"tracker|logged|kl_loss|β|beta",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(self.beta * kl)
                return ops.mean(reconstruction + self.beta * kl)
                """,
            ),
        ),
        wrong(
            "β read once, as a number",
            r"β|beta|number|frozen|assign|float",
            (
                None,
                f"""
                if not hasattr(self, "weight_of_kl"):
                    self.weight_of_kl = float(ops.convert_to_numpy(self.beta))
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(kl)
                return ops.mean(reconstruction + self.weight_of_kl * kl)
                """,
            ),
        ),
        wrong(
            "one number an image",
            r"one number|mean|average|each image|shape|scalar",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(kl)
                return reconstruction + self.beta * kl
                """,
            ),
        ),
        wrong(
            "the sum over the batch",
            r"sum|mean|average|batch",
            (
                None,
                f"""
                reconstruction, kl = {PARTS}
                self.reconstruction_tracker.update_state(reconstruction)
                self.kl_tracker.update_state(kl)
                return ops.sum(reconstruction + self.beta * kl)
                """,
            ),
        ),
        right(
            "keys in another order, two means",
            (
                """
                encoded = self.encoder(images)
                return dict(
                    logits=self.decoder(self.sampling(encoded)),
                    z_log_var=encoded[1],
                    z_mean=encoded[0],
                )
                """,
                """
                kl = ops.sum(vh.models.kl_per_dimension(y_pred["z_mean"], y_pred["z_log_var"]), 1)
                bce = vh.models.reconstruction_loss(x, y_pred["logits"])
                for tracker, values in ((self.kl_tracker, kl), (self.reconstruction_tracker, bce)):
                    tracker.update_state(values)
                return ops.mean(bce) + self.beta * ops.mean(kl)
                """,
            ),
        ),
    ],
    "standard_beta": [
        wrong(
            "upside down",
            r"upside|inverse|other way|turned|exchang|weight / n_pixels|divide",
            "return weight / n_pixels",
        ),
        wrong("the weight itself", r"n_pixels|pixels|weight", "return weight"),
        wrong("a product", r"product|multipl|divide|times", "return weight * n_pixels"),
        wrong("one over the weight", r"pixels|n_pixels|sum|mean", "return 1 / weight"),
        wrong("1,024 pixels always", r"n_pixels|1,?024|pixels", "return 1024 / weight"),
        wrong(
            "whole-number division", r"//|whole|integer|round|fraction", "return n_pixels // weight"
        ),
        wrong("a root", r"root|sqrt|\*\* ?0\.5", "return (n_pixels / weight) ** 0.5"),
        wrong("no return", r"return|None|nothing", "beta = n_pixels / weight"),
        right("a power", "return n_pixels * weight**-1"),
        right("NumPy", "return np.divide(n_pixels, weight)"),
        right("step by step", "share = weight / n_pixels\nreturn 1 / share"),
    ],
    "collapsed_dimensions": [
        wrong(
            "0.1 always",
            r"threshold",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0)
            return np.sum(kl < 0.1)
            """,
        ),
        wrong(
            "the living",
            r"living|alive|below|above|opposite|other|exceed",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0)
            return np.sum(kl > threshold)
            """,
        ),
        wrong(
            "images counted, not dimensions",
            r"axis|image|dimension",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var)
            return np.sum(kl.mean(axis=1) < threshold)
            """,
        ),
        wrong(
            "single entries counted",
            r"mean|average|entries|each image|axis",
            "return np.sum(vh.metrics.kl_per_dimension(z_mean, z_log_var) < threshold)",
        ),
        wrong(
            "the sum over images",
            r"sum|mean|average",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var).sum(axis=0)
            return np.sum(kl < threshold)
            """,
        ),
        wrong(
            "inactive units, by the variance of the mean",
            r"active|variance|z_mean|KL",
            "return np.sum(z_mean.var(axis=0) < threshold)",
        ),
        wrong(
            "the KL of the mean posterior",
            r"mean of (the )?(KL|posterior)|mean KL|first|average|each image|order",
            """
            m, s = z_mean.mean(axis=0), z_log_var.mean(axis=0)
            return np.sum(0.5 * (m**2 + np.exp(s) - 1 - s) < threshold)
            """,
        ),
        wrong(
            "the share",
            r"share|count|number|sum",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0)
            return np.mean(kl < threshold)
            """,
        ),
        wrong(
            "which, not how many",
            r"count|how many|number|mask|shape|which",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0)
            return kl < threshold
            """,
        ),
        wrong(
            "the KL without its half",
            r"½|half|0\.5|twice|double|KL",
            """
            kl = z_mean**2 + np.exp(z_log_var) - 1 - z_log_var
            return np.sum(kl.mean(axis=0) < threshold)
            """,
        ),
        right(
            "a loop",
            """
            dead = 0
            for d in range(z_mean.shape[1]):
                m, s = z_mean[:, d], z_log_var[:, d]
                dead += float(np.mean(m * m + np.exp(s) - 1 - s) / 2) < threshold
            return dead
            """,
        ),
        right(
            "a length",
            """
            kl = vh.metrics.kl_per_dimension(z_mean, z_log_var)
            return len([k for k in kl.mean(axis=0).tolist() if k < threshold])
            """,
        ),
        right(
            "a tensor",
            """
            kl = vh.models.kl_per_dimension(z_mean, z_log_var)
            return ops.count_nonzero(ops.mean(kl, axis=0) < threshold)
            """,
        ),
    ],
    "free_bits_penalty": [
        wrong(
            "the floor for each image",
            r"each image|before|after|first|mean|order|batch",
            "return ops.sum(ops.mean(ops.maximum(kl, floor), axis=0))",
        ),
        wrong(
            "the floor for the sum",
            r"each dimension|sum|before|after|whole",
            "return ops.maximum(ops.sum(ops.mean(kl, axis=0)), floor)",
        ),
        wrong(
            "a ceiling",
            r"minimum|maximum|at least|at most|ceiling",
            "return ops.sum(ops.minimum(ops.mean(kl, axis=0), floor))",
        ),
        wrong(
            "what lies above the floor",
            r"floor|subtract|taken away|at least|excess|above|minus",
            "return ops.sum(ops.maximum(ops.mean(kl, axis=0) - floor, 0.0))",
        ),
        wrong(
            "the mean over dimensions",
            r"mean|average|sum",
            "return ops.mean(ops.maximum(ops.mean(kl, axis=0), floor))",
        ),
        wrong(
            "the wrong axis",
            r"axis|image|dimension",
            "return ops.sum(ops.maximum(ops.mean(kl, axis=1), floor))",
        ),
        wrong(
            "summed over images",
            r"mean|average|sum|images",
            "return ops.sum(ops.maximum(ops.sum(kl, axis=0), floor))",
        ),
        wrong("no floor", r"floor|maximum|at least", "return ops.sum(ops.mean(kl, axis=0))"),
        wrong(
            "one number a dimension",
            r"sum|one number|shape|each dimension",
            "return ops.maximum(ops.mean(kl, axis=0), floor)",
        ),
        wrong(
            "NumPy inside",
            r"NumPy|np\.|ops|graph|gradient|compiled",
            "return np.sum(np.maximum(np.mean(np.array(kl), axis=0), floor))",
        ),
        wrong(
            "the example's floor always",
            r"floor|0\.3",
            "return ops.sum(ops.maximum(ops.mean(kl, axis=0), 0.3))",
        ),
        right(
            "where",
            """
            mean = ops.sum(kl, axis=0) / ops.cast(ops.shape(kl)[0], "float32")
            return ops.sum(ops.where(mean > floor, mean, floor))
            """,
        ),
        right(
            "relu",
            "return ops.sum(ops.relu(ops.mean(kl, axis=0) - floor) + floor)",
        ),
        right(
            "dimension by dimension",
            """
            penalty = 0.0
            for d in range(kl.shape[1]):
                penalty = penalty + ops.maximum(ops.mean(kl[:, d]), floor)
            return penalty
            """,
        ),
    ],
    "mean_image_bias": [
        wrong(
            "without the clip",
            r"clip|inf|∞|never lit",
            "p = images.mean(axis=0).ravel()\nreturn np.log(p / (1 - p))",
        ),
        wrong(
            "the mean brightness itself",
            r"logit|log\(|brightness",
            "return np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)",
        ),
        wrong(
            "log p",
            r"log p|1 [-−] p|logit",
            "return np.log(np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon))",
        ),
        wrong(
            "upside down",
            r"upside|sign|turned|inverse|other way",
            """
            p = np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)
            return np.log((1 - p) / p)
            """,
        ),
        wrong(
            "clipped before the mean",
            r"clip|first|order|every image|before",
            """
            p = np.clip(images, epsilon, 1 - epsilon).mean(axis=0).ravel()
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "the mean of the logits",
            r"mean of (the )?logits|logit of the mean|order",
            """
            p = np.clip(images, epsilon, 1 - epsilon)
            return np.log(p / (1 - p)).mean(axis=0).ravel()
            """,
        ),
        wrong(
            "one bias for all pixels",
            r"each|one number|axis|all pixels|shape",
            """
            p = np.clip(images.mean(), epsilon, 1 - epsilon)
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "not flattened",
            r"ravel|flat|shape|layout|row",
            """
            p = np.clip(images.mean(axis=0), epsilon, 1 - epsilon)
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "one number an image",
            r"axis|image|each pixel",
            """
            p = np.clip(images.mean(axis=(1, 2, 3)), epsilon, 1 - epsilon)
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "clipped below only",
            r"1 [-−] (ε|epsilon)|always lit|above|∞",
            """
            p = np.maximum(images.mean(axis=0).ravel(), epsilon)
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "epsilon fixed",
            r"epsilon|ε",
            """
            p = np.clip(images.mean(axis=0).ravel(), 0.005, 0.995)
            return np.log(p / (1 - p))
            """,
        ),
        wrong(
            "the sigmoid",
            r"sigmoid|inverse|way back|logit",
            """
            p = np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)
            return 1 / (1 + np.exp(-p))
            """,
        ),
        right(
            "SciPy's logit",
            """
            from scipy.special import logit
            return logit(np.clip(np.mean(images, 0), epsilon, 1 - epsilon)).reshape(-1)
            """,
        ),
        right(
            "a difference of logarithms",
            """
            p = np.minimum(np.maximum(images.mean(axis=0).flatten(), epsilon), 1 - epsilon)
            return np.log(p) - np.log1p(-p)
            """,
        ),
    ],
    "four_curves": [
        wrong(
            "silent and collapsing exchanged",
            r"below the picture|too dear|at once",
            'curves = {"A": "collapsing", "B": "silent", "C": "sign", "D": "healthy"}',
        ),
        wrong(
            "collapsing and healthy exchanged",
            r"late|plateau|slow",
            'curves = {"A": "silent", "B": "healthy", "C": "sign", "D": "collapsing"}',
        ),
        wrong(
            "sign and healthy exchanged",
            r"shoot|explode|without end|large",
            'curves = {"A": "silent", "B": "collapsing", "C": "healthy", "D": "sign"}',
        ),
        wrong(
            "sign and silent exchanged",
            r"below the picture|too dear|at once",
            'curves = {"A": "sign", "B": "collapsing", "C": "silent", "D": "healthy"}',
        ),
        wrong(
            "all healthy",
            r"more than once|each",
            'curves = dict.fromkeys("ABCD", "healthy")',
        ),
        wrong(
            "β = 784 in other words",
            r"allowed|silent",
            'curves = {"A": "β = 784", "B": "collapsing", "C": "sign", "D": "healthy"}',
        ),
        wrong(
            "a list",
            r"dict|letters",
            'curves = ["silent", "collapsing", "sign", "healthy"]',
        ),
        wrong(
            "one left out",
            r"letters|A, B, C and D",
            'curves = {"A": "silent", "B": "collapsing", "C": "sign"}',
        ),
        right(
            "small letters",
            'curves = {"a": "silent", "b": "collapsing", "c": "sign", "d": "healthy"}',
        ),
        right(
            "capitals",
            'curves = dict(A="Silent", B="Collapsing", C="Sign", D="Healthy")',
        ),
    ],
    "split_gap": [
        wrong(
            "exchanged",
            r"exchang|order|swap|first",
            "return np.mean(log_p - refined_elbo), np.mean(refined_elbo - encoder_elbo)",
        ),
        wrong(
            "signs turned",
            r"sign|higher|negative|other way",
            "return np.mean(encoder_elbo - refined_elbo), np.mean(refined_elbo - log_p)",
        ),
        wrong(
            "the second sign turned",
            r"sign|higher|negative|other way",
            "return np.mean(refined_elbo - encoder_elbo), np.mean(refined_elbo - log_p)",
        ),
        wrong(
            "the whole distance first",
            r"whole|both gaps|stop",
            "return np.mean(log_p - encoder_elbo), np.mean(log_p - refined_elbo)",
        ),
        wrong(
            "the whole distance second",
            r"whole|both gaps|begin",
            "return np.mean(refined_elbo - encoder_elbo), np.mean(log_p - encoder_elbo)",
        ),
        wrong(
            "image by image",
            r"image by image|mean|each image",
            "return refined_elbo - encoder_elbo, log_p - refined_elbo",
        ),
        wrong(
            "summed",
            r"sum|mean",
            "return np.sum(refined_elbo - encoder_elbo), np.sum(log_p - refined_elbo)",
        ),
        wrong(
            "shares",
            r"share|nats",
            """
            whole = np.mean(log_p - encoder_elbo)
            return (
                np.mean(refined_elbo - encoder_elbo) / whole,
                np.mean(log_p - refined_elbo) / whole,
            )
            """,
        ),
        wrong(
            "one number",
            r"two|2 values|pair",
            "return np.mean(log_p - encoder_elbo)",
        ),
        wrong(
            "without signs",
            r"abs|sign|negative|noise",
            """
            return (
                np.abs(refined_elbo - encoder_elbo).mean(),
                np.abs(log_p - refined_elbo).mean(),
            )
            """,
        ),
        right(
            "means first",
            """
            encoder, refined, best = (v.mean() for v in (encoder_elbo, refined_elbo, log_p))
            return [refined - encoder, best - refined]
            """,
        ),
        right(
            "np.diff",
            "return np.diff([encoder_elbo.mean(), refined_elbo.mean(), log_p.mean()])",
        ),
    ],
    "paired_difference": [
        wrong(
            "the deviation over n",
            r"ddof|n [-−] 1|\bn\b",
            "d = first - second\nreturn d.mean(), d.std() / np.sqrt(len(d))",
        ),
        wrong(
            "the deviation, not the standard error",
            r"√n|sqrt|root|standard error|divide|deviation",
            "d = first - second\nreturn d.mean(), d.std(ddof=1)",
        ),
        wrong(
            "not in pairs",
            r"pair|unpaired|difference",
            """
            n = len(first)
            error = np.sqrt(first.var(ddof=1) / n + second.var(ddof=1) / n)
            return first.mean() - second.mean(), error
            """,
        ),
        wrong(
            "second minus first",
            r"sign|second [-−] first|first [-−] second|other way|order|exchang|swap",
            "d = second - first\nreturn d.mean(), d.std(ddof=1) / np.sqrt(len(d))",
        ),
        wrong(
            "divided by n",
            r"root|sqrt|√",
            "d = first - second\nreturn d.mean(), d.std(ddof=1) / len(d)",
        ),
        wrong(
            "the variance",
            r"varian|deviation|root|sqrt|squar",
            "d = first - second\nreturn d.mean(), d.var(ddof=1) / np.sqrt(len(d))",
        ),
        wrong(
            "three seeds always",
            r"\bn\b|3|three|number of|len",
            "d = first - second\nreturn d.mean(), d.std(ddof=1) / np.sqrt(3)",
        ),
        wrong(
            "the mean only",
            r"two|pair|both|tuple|error",
            "return np.mean(first - second)",
        ),
        wrong(
            "the order exchanged",
            r"order|exchang|swap|first",
            "d = first - second\nreturn d.std(ddof=1) / np.sqrt(len(d)), d.mean()",
        ),
        wrong(
            "without signs",
            r"abs|sign|cancel",
            "d = np.abs(first - second)\nreturn d.mean(), d.std(ddof=1) / np.sqrt(len(d))",
        ),
        right(
            "SciPy",
            "d = np.subtract(first, second)\nreturn [d.mean(), scipy.stats.sem(d)]",
        ),
        right(
            "statistics",
            """
            d = [float(a - b) for a, b in zip(first, second)]
            return statistics.mean(d), statistics.stdev(d) / len(d) ** 0.5
            """,
        ),
        right(
            "over n, mended under the root",
            "d = first - second\nreturn np.array([d.mean(), d.std() / np.sqrt(len(d) - 1)])",
        ),
    ],
}
