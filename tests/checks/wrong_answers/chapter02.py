from wrong_answers import right, wrong

ANSWERS = {
    "sample_photos": [
        wrong(
            "the noise squared",
            r"squar|varian|deviation|noise\*\*2|noise ?²",
            """
            z = rng.standard_normal(n)
            return wire(z) + noise**2 * rng.standard_normal((n, 2))
            """,
        ),
        wrong(
            "one noise for both coordinates",
            r"both|each coordinate|same noise|own noise|diagonal|\(n, 2\)|correlat|independent",
            """
            z = rng.standard_normal(n)
            return wire(z) + noise * rng.standard_normal((n, 1))
            """,
        ),
        wrong(
            "sharp photos",
            r"noise|blur|sharp",
            """
            z = rng.standard_normal(n)
            return wire(z)
            """,
        ),
        wrong(
            "NumPy's global generator",
            r"\brng\b|generator|global",
            """
            z = np.random.standard_normal(n)
            return wire(z) + noise * np.random.standard_normal((n, 2))
            """,
        ),
        wrong(
            "a generator of one's own",
            r"\brng\b|seed|generator|same (photos|numbers)",
            """
            rng = np.random.default_rng(0)
            z = rng.standard_normal(n)
            return wire(z) + noise * rng.standard_normal((n, 2))
            """,
        ),
        wrong(
            "places drawn evenly",
            r"uniform|even|normal|prior|N\(0, 1\)|spread|place",
            """
            z = rng.random(n)
            return wire(z) + noise * rng.standard_normal((n, 2))
            """,
        ),
        wrong(
            "noise from 0 to 1",
            r"uniform|normal|mean|centred|noise|blur|shift",
            """
            z = rng.standard_normal(n)
            return wire(z) + noise * rng.random((n, 2))
            """,
        ),
        wrong(
            "the chapter's noise always",
            r"noise|NOISE|0\.5",
            """
            z = rng.standard_normal(n)
            return wire(z) + NOISE * rng.standard_normal((n, 2))
            """,
        ),
        wrong(
            "noise on the place, not on the photo",
            r"along the wire|on the wire|place|after the wire|off the wire|before",
            """
            z = rng.standard_normal(n)
            return wire(z + noise * rng.standard_normal(n))
            """,
        ),
        wrong(
            "one place for all photos",
            r"one place|same place|places|each photo",
            """
            z = np.repeat(rng.standard_normal(), n)
            return wire(z) + noise * rng.standard_normal((n, 2))
            """,
        ),
        wrong(
            "one blur for all photos",
            r"same (noise|blur|shift)|each photo|one noise|own noise|noise|blur",
            """
            z = rng.standard_normal(n)
            return wire(z) + noise * rng.standard_normal(2)
            """,
        ),
        wrong(
            "the straight wire always",
            r"wire",
            """
            z = rng.standard_normal(n)
            return straight(z) + noise * rng.standard_normal((n, 2))
            """,
        ),
        right("rng.normal", "return rng.normal(wire(rng.normal(size=n)), noise)"),
        right(
            "photo by photo",
            """
            photos = []
            for _ in range(n):
                place = rng.standard_normal(1)
                photos.append(wire(place)[0] + noise * rng.standard_normal(2))
            return np.array(photos)
            """,
        ),
        right(
            "the noise first",
            """
            blur = rng.normal(0, noise, (n, 2))
            return wire(rng.standard_normal(n)) + blur
            """,
        ),
    ],
    "posterior": [
        wrong(
            "without the step",
            r"\bstep\b|width|area|integral",
            """
            log_evidence = logsumexp(log_joints)
            return log_evidence, np.exp(log_joints - log_evidence)
            """,
        ),
        wrong(
            "outside the logarithms",
            r"logsumexp|underflow|rounds? to 0|is 0|−?1000|log 0|infin",
            """
            evidence = np.sum(np.exp(log_joints)) * step
            return np.log(evidence), np.exp(log_joints) / evidence
            """,
        ),
        wrong(
            "p(x) in place of its logarithm",
            r"logarithm|log p\(x\)|p\(x\) itself",
            """
            evidence = np.exp(logsumexp(log_joints) + np.log(step))
            return evidence, np.exp(log_joints) / evidence
            """,
        ),
        wrong(
            "step multiplied in the logarithm",
            r"np\.log\(step\)|plus|logarithm of .?step",
            """
            log_evidence = logsumexp(log_joints) * step
            return log_evidence, np.exp(log_joints - log_evidence)
            """,
        ),
        wrong(
            "the logarithms added up",
            r"logsumexp|sum of the logarithms|exponential",
            """
            log_evidence = log_joints.sum() + np.log(step)
            return log_evidence, np.exp(log_joints - log_evidence)
            """,
        ),
        wrong(
            "divided by the number of places",
            r"\bmean\b|average|number of|\bstep\b",
            """
            log_evidence = logsumexp(log_joints) - np.log(len(log_joints))
            return log_evidence, np.exp(log_joints - log_evidence)
            """,
        ),
        wrong(
            "the density left in logarithms",
            r"exponential|np\.exp|logarithm",
            """
            log_evidence = logsumexp(log_joints) + np.log(step)
            return log_evidence, log_joints - log_evidence
            """,
        ),
        wrong(
            "the joint density",
            r"divide|p\(x\)|p\(x, z\)|normali",
            """
            log_evidence = logsumexp(log_joints) + np.log(step)
            return log_evidence, np.exp(log_joints)
            """,
        ),
        wrong(
            "probabilities that add up to 1",
            r"area|add up to 1|sum to 1|\bstep\b|density",
            """
            log_evidence = logsumexp(log_joints) + np.log(step)
            density = np.exp(log_joints - log_evidence)
            return log_evidence, density / density.sum()
            """,
        ),
        wrong(
            "scaled to a peak of 1",
            r"peak|highest|largest|area|maximum",
            """
            log_evidence = logsumexp(log_joints) + np.log(step)
            return log_evidence, np.exp(log_joints - log_joints.max())
            """,
        ),
        wrong(
            "the order exchanged",
            r"exchanged|order|first",
            """
            log_evidence = logsumexp(log_joints) + np.log(step)
            return np.exp(log_joints - log_evidence), log_evidence
            """,
        ),
        right(
            "the largest taken out by hand",
            """
            top = np.max(log_joints)
            log_evidence = top + np.log(np.sum(np.exp(log_joints - top))) + np.log(step)
            return log_evidence, np.exp(log_joints - log_evidence)
            """,
        ),
    ],
    "elbo_steps": [
        wrong(
            "the two product rules exchanged",
            r"\b2\b|\b5\b|product rule",
            'reasons = {1: "c", 2: "e", 3: "d", 4: "b", 5: "a"}',
        ),
        wrong(
            "the false reason in line 3",
            r"\bf\b|false|average of the log|line 3",
            'reasons = {1: "c", 2: "a", 3: "f", 4: "b", 5: "e"}',
        ),
        wrong(
            "the false reason in line 4",
            r"\bf\b|false|average of the log|line 4|\b4\b",
            'reasons = {1: "c", 2: "a", 3: "d", 4: "f", 5: "e"}',
        ),
        wrong(
            "in alphabetical order",
            r"line|1|2",
            'reasons = {1: "a", 2: "b", 3: "c", 4: "d", 5: "e"}',
        ),
        wrong(
            "one line left out",
            r"\b5\b|missing|left out|no reason|open",
            'reasons = {1: "c", 2: "a", 3: "d", 4: "b"}',
        ),
        wrong(
            "a letter that is none of the reasons",
            r"\bg\b|letter|a to f|none of",
            'reasons = {1: "c", 2: "a", 3: "d", 4: "b", 5: "g"}',
        ),
        right("capitals", 'reasons = {1: "C", 2: "A", 3: "D", 4: "B", 5: "E"}'),
        right("brackets", 'reasons = {1: "(c)", 2: "(a)", 3: "(d)", 4: "(b)", 5: "(e)"}'),
        right("dots and spaces", 'reasons = {1: "c.", 2: " a ", 3: "d)", 4: "b.", 5: "**e**"}'),
        right("dict()", 'reasons = dict(zip(range(1, 6), "cadbe"))'),
    ],
    "elbo": [
        wrong(
            "drawn from the prior",
            r"prior|N\(0, 1\)|drawn? from q|from q|q_mean",
            """
            z = rng.standard_normal(n)
            return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "log q forgotten",
            r"log q|second term|entropy|subtract",
            """
            z = rng.normal(q_mean, q_std, n)
            return np.mean(log_joint(z))
            """,
        ),
        wrong(
            "log q added",
            r"sign|minus|add|subtract|\+",
            """
            z = rng.normal(q_mean, q_std, n)
            return np.mean(log_joint(z) + norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "the variance where the deviation belongs",
            r"varian|deviation|squar|q_std",
            """
            z = rng.normal(q_mean, q_std**2, n)
            return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std**2))
            """,
        ),
        wrong(
            "the variance in the density only",
            r"varian|deviation|squar|q_std",
            """
            z = rng.normal(q_mean, q_std, n)
            return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std**2))
            """,
        ),
        wrong(
            "the prior's density in place of q's",
            r"prior|N\(0, 1\)|standard normal|log q|q_mean",
            """
            z = rng.normal(q_mean, q_std, n)
            return np.mean(log_joint(z) - norm.logpdf(z))
            """,
        ),
        wrong(
            "the sum",
            r"sum|mean|average|divide|\bn\b",
            """
            z = rng.normal(q_mean, q_std, n)
            return np.sum(log_joint(z) - norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "the logarithm of the mean",
            r"log\w* of (the |an )?(mean|average)|importance|mean of the log|log p\(x\)|outside",
            """
            z = rng.normal(q_mean, q_std, n)
            return logsumexp(log_joint(z) - norm.logpdf(z, q_mean, q_std)) - np.log(n)
            """,
        ),
        wrong(
            "the negative ELBO",
            r"sign|negative|minus",
            """
            z = rng.normal(q_mean, q_std, n)
            return -np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "the prior counted twice",
            r"prior|twice|already|KL|double",
            """
            z = rng.normal(q_mean, q_std, n)
            kl = 0.5 * (q_mean**2 + q_std**2 - 1) - np.log(q_std)
            return np.mean(log_joint(z)) - kl
            """,
        ),
        wrong(
            "a seed of one's own",
            r"seed|\brng\b|generator",
            """
            z = np.random.default_rng(1).normal(q_mean, q_std, n)
            return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "a thousand draws always",
            r"\bn\b|draws|1,?000|number of",
            """
            z = rng.normal(q_mean, q_std, 1000)
            return np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))
            """,
        ),
        wrong(
            "the terms, not their mean",
            r"mean|average|one number|shape",
            """
            z = rng.normal(q_mean, q_std, n)
            return log_joint(z) - norm.logpdf(z, q_mean, q_std)
            """,
        ),
        right(
            "the entropy by its formula",
            """
            z = q_mean + q_std * rng.standard_normal(n)
            return log_joint(z).mean() + 0.5 * np.log(2 * np.pi * q_std**2) + 0.5
            """,
        ),
        right(
            "a loop",
            """
            total = 0.0
            for z in rng.normal(q_mean, q_std, n):
                total += log_joint(np.array([z]))[0] - norm(q_mean, q_std).logpdf(z)
            return total / n
            """,
        ),
    ],
    "kl_divergence": [
        wrong(
            "the sign turned",
            r"sign|negative|minus|below 0",
            "return -0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the half forgotten",
            r"half|½|0\.5|twice|factor|double",
            "return (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the mean over dimensions",
            r"mean|average|sum",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).mean(axis=1)",
        ),
        wrong(
            "log σ² taken for log σ",
            r"log σ|deviation|log_var|varian|twice|2 \*",
            "return 0.5 * (z_mean**2 + np.exp(2 * z_log_var) - 1 - 2 * z_log_var).sum(axis=1)",
        ),
        wrong(
            "the deviation in place of the variance",
            r"deviation|varian|σ²|half|/ 2|0\.5",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var / 2) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the exponential forgotten",
            r"exp|varian|log_var|nan|logarithm of a negative",
            "return 0.5 * (z_mean**2 + z_log_var - 1 - np.log(z_log_var)).sum(axis=1)",
        ),
        wrong(
            "the mean not squared",
            r"squar|μ|mean|z_mean",
            "return 0.5 * (z_mean + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the one forgotten",
            r"\b1\b|one|constant|½|0\.5|offset",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - z_log_var).sum(axis=1)",
        ),
        wrong(
            "log σ² with a plus",
            r"sign|z_log_var|log σ|\+|minus",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 + z_log_var).sum(axis=1)",
        ),
        wrong(
            "summed over images",
            r"axis|image|shape|latent",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=0)",
        ),
        wrong(
            "one number for the batch",
            r"axis|each image|one number|shape|\(n,\)",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum()",
        ),
        wrong(
            "each dimension by itself",
            r"sum|dimension|shape|axis",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)",
        ),
        wrong(
            "the divergence the other way round",
            r"other way|revers|exchang|direction|order|KL\(N\(0",
            """
            var = np.exp(z_log_var)
            return 0.5 * ((1 + z_mean**2) / var - 1 + z_log_var).sum(axis=1)
            """,
        ),
        right(
            "image by image",
            """
            result = []
            for means, log_vars in zip(z_mean, z_log_var):
                result.append(sum((m * m + np.exp(s) - 1 - s) / 2 for m, s in zip(means, log_vars)))
            return result
            """,
        ),
        right(
            "a tensor",
            """
            m, s = ops.convert_to_tensor(z_mean), ops.convert_to_tensor(z_log_var)
            return -0.5 * ops.sum(1 + s - m**2 - ops.exp(s), axis=-1)
            """,
        ),
        right(
            "einsum",
            """
            squares = np.einsum("nd,nd->n", z_mean, z_mean)
            return 0.5 * (squares + np.einsum("nd->n", np.expm1(z_log_var) - z_log_var))
            """,
        ),
    ],
    "gradient_samples": [
        wrong(
            "divided by the deviation",
            r"varian|squar|std ?\*\*|σ²|std²|deviation",
            """
            z = mean + std * epsilon
            return z**2 * (z - mean) / std, 2 * z
            """,
        ),
        wrong(
            "not divided at all",
            r"divid|std|σ",
            """
            z = mean + std * epsilon
            return z**2 * (z - mean), 2 * z
            """,
        ),
        wrong(
            "the order exchanged",
            r"order|exchang|swap|first",
            """
            z = mean + std * epsilon
            return 2 * z, z**2 * epsilon / std
            """,
        ),
        wrong(
            "the averages",
            r"mean|average|each|one for|shape",
            """
            z = mean + std * epsilon
            return np.mean(z**2 * epsilon / std), np.mean(2 * z)
            """,
        ),
        wrong(
            "the known answer for every draw",
            r"2 ?\* ?mean|2 ?μ|known|2 z|draw|epsilon|noise|same",
            """
            z = mean + std * epsilon
            return z**2 * epsilon / std, np.full(len(epsilon), 2 * mean)
            """,
        ),
        wrong(
            "the slope with respect to σ",
            r"dz|dμ|with respect|chain|epsilon|ε|slope",
            """
            z = mean + std * epsilon
            return z**2 * epsilon / std, 2 * z * epsilon
            """,
        ),
        wrong(
            "f itself in place of its slope",
            r"slope|derivative|f'|2 ?\*? ?z|z²",
            """
            z = mean + std * epsilon
            return z**2 * epsilon / std, z**2
            """,
        ),
        wrong(
            "the variance times the noise",
            r"varian|std|squar|deviation|σ",
            """
            z = mean + std**2 * epsilon
            return z**2 * (z - mean) / std**2, 2 * z
            """,
        ),
        wrong(
            "the score without f",
            r"f\(z\)|z²|z\*\*2|f of|value of f|times f",
            """
            z = mean + std * epsilon
            return (z - mean) / std**2, 2 * z
            """,
        ),
        wrong(
            "the score's sign turned",
            r"sign|minus|negative",
            """
            z = mean + std * epsilon
            return z**2 * (mean - z) / std**2, 2 * z
            """,
        ),
        wrong(
            "one of the two only",
            r"two|pair|both|tuple",
            """
            z = mean + std * epsilon
            return 2 * z
            """,
        ),
        right(
            "a list",
            """
            z = [mean + std * e for e in epsilon]
            return [v * v * (v - mean) / std**2 for v in z], [2 * v for v in z]
            """,
        ),
        right(
            "an array of two rows",
            """
            z = mean + std * epsilon
            return np.stack([z**2 * epsilon / std, z + z])
            """,
        ),
    ],
    "sampling_layer": [
        wrong(
            "the variance where the deviation belongs",
            r"varian|deviation|half|½|0\.5",
            """
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
            return z_mean + ops.exp(z_log_var) * epsilon
            """,
        ),
        wrong("no noise", r"noise|random|draw|z_mean", "return z_mean"),
        wrong(
            "NumPy's noise",
            r"NumPy|np\.|keras\.random|graph|compiled|same noise|seed_generator",
            """
            epsilon = np.random.standard_normal(tuple(z_mean.shape))
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "a plain number as a seed",
            r"seed|same noise|every call|fresh",
            """
            epsilon = keras.random.normal(ops.shape(z_mean), seed=0)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "the same noise for all images",
            r"image|same noise|row|each|shape",
            """
            epsilon = keras.random.normal(ops.shape(z_mean)[1:], seed=self.seed_generator)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "one noise for all dimensions",
            r"dimension|same noise|column|each|shape",
            """
            shape = (ops.shape(z_mean)[0], 1)
            epsilon = keras.random.normal(shape, seed=self.seed_generator)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "even noise",
            r"uniform|normal|even|from 0 to 1|mean",
            """
            epsilon = keras.random.uniform(ops.shape(z_mean), seed=self.seed_generator)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "the log-variance as the deviation",
            r"exp|deviation|log",
            """
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
            return z_mean + z_log_var * epsilon
            """,
        ),
        wrong(
            "the mean forgotten",
            r"mean|z_mean|μ|centre",
            """
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
            return ops.exp(0.5 * z_log_var) * epsilon
            """,
        ),
        wrong(
            "gradients stopped",
            r"gradient|slope",
            """
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
            std = ops.stop_gradient(ops.exp(0.5 * z_log_var))
            return z_mean + std * epsilon
            """,
        ),
        right(
            "the root of the variance",
            """
            epsilon = keras.random.normal(ops.shape(z_log_var), seed=self.seed_generator)
            return ops.add(z_mean, ops.sqrt(ops.exp(z_log_var)) * epsilon)
            """,
        ),
        right(
            "noise first, scaled by a power",
            """
            noise = keras.random.normal(ops.shape(z_mean), 0.0, 1.0, seed=self.seed_generator)
            return noise * ops.exp(z_log_var) ** 0.5 + z_mean
            """,
        ),
    ],
    "assumed_deviation": [
        wrong("the variance", r"varian|root|sqrt|deviation|squar", "deviation = 784 / 2"),
        wrong("the two forgotten", r"½|half|2|two|1/2", "deviation = np.sqrt(784)"),
        wrong(
            "the deviation of the summed error",
            r"sum|mean|784|average|pixels",
            "deviation = np.sqrt(1 / 2)",
        ),
        wrong(
            "upside down",
            r"upside|inverse|other way|1 /|large|small|turned",
            "deviation = np.sqrt(1 / (2 * 784))",
        ),
        wrong(
            "the two on the wrong side", r"2|two|half|twice|factor", "deviation = np.sqrt(2 * 784)"
        ),
        wrong("the clothes' pixels", r"784|1,?024|pixels|28", "deviation = np.sqrt(1024 / 2)"),
        wrong(
            "the two over the pixels",
            r"upside|inverse|other way|turned|large|small",
            "deviation = np.sqrt(2 / 784)",
        ),
        right("in other words", "deviation = 14 * 2**0.5"),
        right("rounded", "deviation = 19.8"),
        right("math", "deviation = math.sqrt(28 * 28 / 2)"),
        right("a NumPy array of no dimension", "deviation = np.array(392) ** 0.5"),
    ],
    "negative_elbo": [
        wrong(
            "the mean over pixels",
            r"mean|average|sum over (the )?pixels|784|sum.*pixels",
            """
            bce = (np.logaddexp(0, logits) - images * logits).mean(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "the KL taken away",
            r"KL.*(add|sign|plus|minus|subtract)|(add|sign|plus|minus|subtract).*KL",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce - kl
            """,
        ),
        wrong(
            "the ELBO itself",
            r"sign|negative|minus",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return -bce - kl
            """,
        ),
        wrong(
            "no KL",
            r"KL|second term|prior",
            "return (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))",
        ),
        wrong(
            "the KL only",
            r"reconstruction|cross-entropy|pixel",
            "return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)",
        ),
        wrong(
            "the KL without its half",
            r"½|half|0\.5|twice|double",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
            kl = (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "the KL averaged over dimensions",
            r"KL.*(mean|average|sum)|(mean|average|sum).*(KL|dimension)",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).mean(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "logits taken for brightness",
            r"logit|sigmoid|nan|probabilit",
            """
            bce = -images * np.log(logits) - (1 - images) * np.log(1 - logits)
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce.sum(axis=(1, 2, 3)) + kl
            """,
        ),
        wrong(
            "overflow with large logits",
            r"overflow|inf|logaddexp|large|nan",
            """
            bce = (np.log(1 + np.exp(logits)) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "the mean over the batch",
            r"each image|batch|\(n,\)|one number|shape|mean over images",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return np.mean(bce + kl)
            """,
        ),
        wrong(
            "summed over all images",
            r"each image|batch|\(n,\)|one number|axis|all images|whole",
            """
            bce = (np.logaddexp(0, logits) - images * logits).sum()
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "images and logits exchanged",
            r"exchang|swap|order|places|logits",
            """
            bce = (np.logaddexp(0, images) - images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        wrong(
            "a plus before x l",
            r"sign|minus|x l|images \* logits|x·l|\+",
            """
            bce = (np.logaddexp(0, logits) + images * logits).sum(axis=(1, 2, 3))
            kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
            return bce + kl
            """,
        ),
        right(
            "a loop",
            """
            losses = []
            for x, l, m, s in zip(images, logits, z_mean, z_log_var):
                bce = np.maximum(l, 0) - x * l + np.log1p(np.exp(-np.abs(l)))
                losses.append(bce.sum() + 0.5 * np.sum(m * m + np.exp(s) - 1 - s))
            return losses
            """,
        ),
        right(
            "flattened",
            """
            x, l = images.reshape(len(images), -1), logits.reshape(len(images), -1)
            bce = np.logaddexp(0, l).sum(axis=1) - np.einsum("np,np->n", x, l)
            return bce - 0.5 * np.sum(1 + z_log_var - z_mean**2 - np.exp(z_log_var), axis=-1)
            """,
        ),
        right(
            "a tensor",
            """
            bce = ops.sum(ops.softplus(logits) - images * logits, axis=(1, 2, 3))
            return bce + ops.sum(z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var, axis=1) / 2
            """,
        ),
    ],
}
