"""Exercises of chapter 02: the theory of the VAE and reparameterization."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import multivariate_normal, norm

from vae_helpers.checks.core import (
    NotAttempted,
    Question,
    SelfTest,
    Wrong,
    call,
    describe_error,
    exercise,
    expect,
    expect_array,
    expect_number,
    show,
)
from vae_helpers.metrics import kl_divergence as right_kl

W = np.array([1.0, 0.5])


@exercise(
    hints=(
        "Two steps, two draws: first `n` places, then the blur of `n` photos.",
        "The places are `z = rng.standard_normal(n)`; `wire(z)` are the sharp points (n, 2).",
        "The blur is `noise * rng.standard_normal((n, 2))`: of its own for each photo and "
        "coordinate. `noise` is a standard deviation.",
    )
)
def sample_photos(answer):
    """Draw places from the prior and photos from the likelihood."""
    n, noise = 40_000, 0.8
    what = f"sample_photos(straight, {noise}, {n}, rng)"
    seen = []

    def wire(z):
        seen.append(np.asarray(z, dtype=float))
        return np.reshape(seen[-1], (-1, 1)) * W

    photos = call(answer, wire, noise, n, np.random.default_rng(11))
    photos = _finite(photos, (n, 2), what, "One row for each photo, two columns for x₁ and x₂.")
    expect(seen, f"{what} never calls `wire`: the photo must depend on the place.")
    covariance, blur = np.outer(W, W), noise**2 * np.eye(2)
    expect_array(
        photos.mean(axis=0),
        np.zeros(2),
        f"The mean of the photos of {what}",
        atol=0.05,
        look_at="The prior is N(0, 1), and the blur has the mean 0.",
    )
    expect_array(
        np.cov(photos.T),
        covariance + blur,
        f"The covariance of the photos of {what}",
        rtol=0,
        atol=0.05,
        look_at="Draw z from N(0, 1), and add `noise` times a standard normal number.",
        mistakes=[
            (covariance, "These photos are sharp: the second step, the blur, is missing."),
            (covariance + noise * np.eye(2), "`noise` is a standard deviation, not a variance."),
            (covariance + noise**4 * np.eye(2), "`noise` is a standard deviation: no square here."),
            (covariance + noise**2, "Both coordinates got the same blur: draw (n, 2) numbers."),
            (blur, "All photos show one place: draw `n` places, one for each photo."),
            (covariance / 12 + blur, "The places are uniform: the prior is normal."),
        ],
    )
    return "That is all a generative model is: draw a cause, then draw what it causes."


_REASONS = {
    1: ("c", "Line 1 only puts an average around log p(x). Which reason is about averaging?"),
    2: ("a", "Line 2 writes p(x) as a quotient. Which rule ties p(x) to p(x, z) and p(z|x)?"),
    3: ("d", "Line 3 has q(z) in both terms: above the line in one, below it in the other."),
    4: ("b", "Line 4 drops the gap. What must be known of something to drop it from a sum?"),
    5: ("e", "Line 5 holds p(x|z) and p(z), which line 3 has not. Which rule splits p(x, z)?"),
}


@exercise(
    hints=(
        "Compare each line with the one before it: what appeared, what vanished?",
        "Lines 2 and 5 both use the product rule, in its two forms.",
        "f is the false one: the logarithm is concave, so the average of the logarithms is lower.",
    )
)
def elbo_steps(answer):
    """Give the reason for each line of the derivation."""
    expect(
        isinstance(answer, Mapping),
        f"Your reasons are {show(answer)}: expected {{1: 'a', 2: 'b', …}}.",
    )
    unknown = [key for key in answer if key not in _REASONS]
    expect(not unknown, f"There is no line {show(unknown[:1])}: use the numbers 1 to 5.")
    given = {line: answer.get(line, ...) for line in _REASONS}
    if all(reason is ... for reason in given.values()):
        raise NotAttempted
    messages = []
    for line, (right, hint) in _REASONS.items():
        letter = given[line]
        letter = letter.strip().lower() if isinstance(letter, str) else letter
        if letter is ...:
            messages.append(f"Line {line} is open.")
        elif letter == "f":
            messages.append(
                f"Line {line}: f is false. The logarithm of an average is never below the average "
                "of the logarithms (Jensen's inequality), and mostly above it."
            )
        elif letter != right:
            messages.append(f"Line {line} does not follow from {show(letter)}. {hint}")
    if messages:
        raise Wrong("\n".join(messages))
    return "You have derived the ELBO: four small steps and one rearrangement."


@exercise(
    hints=(
        "Three steps: draw `z`, evaluate the logarithm at each, take the mean.",
        "`z = rng.normal(q_mean, q_std, n)`, and the logarithm of q at those places is "
        "`norm.logpdf(z, q_mean, q_std)`.",
        "`np.mean(log_joint(z) - norm.logpdf(z, q_mean, q_std))`",
    )
)
def elbo(answer):
    """Estimate the ELBO of the straight wire by Monte Carlo."""
    x, variance, n = np.array([1.5, 0.2]), 0.25, 20_000
    posterior_var = 1 / (1 + W @ W / variance)
    mean, std = posterior_var * (W @ x) / variance, np.sqrt(posterior_var)
    log_p = float(multivariate_normal.logpdf(x, np.zeros(2), np.outer(W, W) + variance * np.eye(2)))
    entropy = 0.5 * np.log(2 * np.pi * np.e * posterior_var)

    def log_joint(z):
        points = np.reshape(np.asarray(z, dtype=float), (-1, 1)) * W
        return norm.logpdf(np.ravel(z)) + norm.logpdf(x, points, np.sqrt(variance)).sum(axis=1)

    look_at = "Average log p(x, z) − log q(z) over draws from q."
    expect_number(
        call(answer, log_joint, mean, std, np.random.default_rng(12), n),
        log_p,
        "Your ELBO for q = the true posterior",
        rtol=0,
        atol=0.02,
        look_at=f"There it is log p(x) = {log_p:.4f} for every draw. {look_at}",
        mistakes={
            log_p - entropy: "The term − log q(z) is missing.",
            log_p - 2 * entropy: "log q(z) has the wrong sign.",
            -log_p: "The sign is turned: log p(x, z) minus log q(z).",
            log_p * n: "You took the sum over the draws, not their mean.",
        },
    )
    kl = 0.5 * ((1 + mean**2) / posterior_var - 1 + np.log(posterior_var))
    expect_number(
        call(answer, log_joint, 0.0, 1.0, np.random.default_rng(13), n),
        log_p - kl,
        "Your ELBO for q = N(0, 1)",
        rtol=0,
        atol=0.35,
        look_at=f"About {log_p - kl:.1f} nats are right. {look_at} Do both use q's mean and std?",
        mistakes={
            log_p: "That is log p(x) itself: the logarithm was taken after the mean. For the ELBO "
            "it comes before.",
        },
    )
    return "With q = the posterior your estimate is exact, whatever the draws."


@exercise(
    hints=(
        "KL = E[log q] − E[log p]: subtract the second formula above from the first. The log 2π "
        "cancel.",
        "One dimension gives ½ (μ² + σ² − 1 − log σ²). What are σ² and log σ², given `z_log_var`?",
        "`0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)`, then the sum over `axis=1`.",
    )
)
def kl_divergence(answer):
    """Compute the KL divergence of diagonal Gaussians to N(0, I)."""
    z_mean = np.array([[1.0, -2.0, 0.0], [0.0, 0.0, 0.0], [0.3, 0.0, -0.7]])
    z_log_var = np.array([[0.5, -1.0, 0.2], [0.0, 0.0, 0.0], [-3.0, 1.0, -0.4]])
    right = right_kl(z_mean, z_log_var)
    per_dimension = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    expect_array(
        call(answer, z_mean.copy(), z_log_var.copy()),
        right,
        "kl_divergence(z_mean, z_log_var)",
        look_at="Compare the four terms one by one: μ², σ², 1, log σ².",
        mistakes=[
            (-right, "The sign is turned: a divergence is never negative."),
            (2 * right, "The factor ½ is missing."),
            (
                right_kl(z_mean, 2 * z_log_var),
                "You took `z_log_var` for log σ. It is log σ²: the variance is `exp(z_log_var)`.",
            ),
            (
                right_kl(z_mean, z_log_var / 2),
                "Here σ² is `exp(z_log_var)`, and log σ² is `z_log_var`: nothing to halve.",
            ),
            (per_dimension, "These are the dimensions one by one: sum over `axis=1`."),
            (right / 3, "You took the mean over dimensions: divergences add up."),
            (right.sum(), "You summed over images too: one number for each image."),
            (right.mean(), "You averaged over images too: one number for each image."),
            (per_dimension.sum(axis=0), "You summed over the images: dimensions are `axis=1`."),
        ],
    )
    return "Zero for the second image, whose posterior is the prior, and positive elsewhere."


@exercise(
    hints=(
        "First `z = mean + std * epsilon`. f(z) = z², and its derivative is 2z.",
        "Score function: f(z) times (z − μ)/σ². Reparameterization: f′(z) times dz/dμ = 1.",
        "`z**2 * (z - mean) / std**2` and `2 * z`",
    )
)
def gradient_samples(answer):
    """Estimate a slope in two ways, draw by draw."""
    mean, std, epsilon = 0.5, 2.0, np.array([-1.0, 0.25, 1.5])
    z = mean + std * epsilon
    what = f"gradient_samples({mean}, {std}, epsilon)"
    result = call(answer, mean, std, epsilon.copy())
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong(f"{what} is {show(result)}: expected two arrays, (score, reparameterized).")
    if any(part is ... for part in result):
        raise NotAttempted
    score, slope = z**2 * (z - mean) / std**2, 2 * z
    expect_array(
        result[0],
        score,
        f"The score part of {what}",
        look_at="It is f(z) · (z − μ) / σ².",
        mistakes=[
            (slope, "This is the reparameterized one: the score function comes first."),
            (score * std, "Divide by σ², not by σ."),
            (score * std**2, "The division by σ² is missing."),
            ((z - mean) / std**2, "This is d log q / dμ alone: multiply it by f(z)."),
            (2 * z * (z - mean) / std**2, "The score function takes f(z) itself, not its slope."),
            (-score, "The sign is turned: z − μ."),
        ],
    )
    expect_array(
        result[1],
        slope,
        f"The reparameterized part of {what}",
        look_at="It is f′(z) · dz/dμ, at z = μ + σε.",
        mistakes=[
            (z**2, "This is f(z): take its derivative."),
            (np.full(3, 2 * mean), "This is the known answer; an estimate uses its draw z."),
            (np.array(2 * mean), "This is the known answer; an estimate uses its draws z."),
            (2 * z * std, "dz/dμ is 1; σ would be dz/dε."),
            (2 * z * epsilon, "dz/dμ is 1; ε would be dz/dσ."),
            (2 * epsilon, "Use z = μ + σε, not ε."),
        ],
    )
    return "Two unbiased estimates of one slope. Their scatter is another matter: read on."


@exercise(
    hints=(
        "Two lines: noise of the shape of `z_mean`, then μ + σ · noise.",
        "σ is the root of the variance: `ops.exp(0.5 * z_log_var)`.",
        "`epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)` and "
        "`return z_mean + ops.exp(0.5 * z_log_var) * epsilon`",
    )
)
def sampling_layer(answer):
    """Write the layer that draws z so that gradients pass."""
    expect(
        isinstance(answer, type),
        f"Your layer is {show(answer)}: expected the class `Sampling`, without brackets.",
    )
    import keras

    expect(
        issubclass(answer, keras.layers.Layer),
        f"Your layer is {show(answer)}: expected a class based on `keras.layers.Layer`.",
    )
    layer = call(answer, seed=14)
    n = 20_000
    z_mean = np.tile(np.array([2.0, -1.0], "float32"), (n, 1))
    z_log_var = np.tile(np.log(np.array([9.0, 0.25], "float32")), (n, 1))
    z, again = (_draw(keras, layer, z_mean, z_log_var) for _ in range(2))
    expect(
        not np.array_equal(z, again),
        "Two calls draw the same noise. Give `seed=self.seed_generator`, which moves on; a number "
        "repeats itself.",
    )
    expect(
        z.std(axis=0).min() > 1e-3,
        "All rows get the same noise, or none: draw noise of the whole shape of `z_mean`.",
    )
    expect_array(
        z.mean(axis=0),
        [2.0, -1.0],
        "The mean of 20,000 draws from N((2, −1), diag(9, ¼))",
        rtol=0,
        atol=0.15,
        look_at="It should be `z_mean`: is the noise normal with mean 0, and μ added?",
        mistakes=[
            ([0.0, 0.0], "`z_mean` is not added."),
            ([4.0, -2.0], "`z_mean` is added twice."),
        ],
    )
    expect_array(
        z.std(axis=0),
        [3.0, 0.5],
        "The standard deviation of 20,000 draws from N((2, −1), diag(9, ¼))",
        rtol=0.05,
        atol=0,
        look_at="It should be exp(z_log_var / 2).",
        mistakes=[
            ([9.0, 0.25], "You took `z_log_var` for log σ: half of it is."),
            (np.log([9.0, 4.0]), "`z_log_var` is a logarithm: take the exponential."),
            (np.log([3.0, 2.0]), "`z_log_var` is a logarithm: take the exponential."),
            ([1.0, 1.0], "The noise is not scaled by σ."),
        ],
    )
    correlation = np.corrcoef(z.T)[0, 1]
    expect(
        abs(correlation) < 0.1,
        f"Both dimensions share their noise (correlation {correlation:.2f}): draw the whole shape "
        "of `z_mean`.",
    )
    _expect_gradients(keras, layer)
    return "Fresh noise, the right spread, and gradients reach both outputs of the encoder."


def _draw(keras, layer, z_mean, z_log_var):
    """Call the learner's layer and return its draws, an array of the shape of z_mean."""
    inputs = tuple(keras.ops.convert_to_tensor(part) for part in (z_mean, z_log_var))
    z = call(layer.call, inputs)
    try:
        z = keras.ops.convert_to_numpy(z)
    except Exception as error:
        raise Wrong(f"The layer returns {show(z)}: expected a tensor.") from error
    return _finite(z, z_mean.shape, "What the layer returns", "One draw for each mean.")


def _expect_gradients(keras, layer):
    """Raise Wrong if no gradient passes (where TensorFlow is the backend, which can tell)."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    z_mean, z_log_var = tf.constant([[0.5, 1.0]]), tf.constant([[-1.0, 0.5]])
    try:
        with tf.GradientTape() as tape:
            tape.watch([z_mean, z_log_var])
            z = layer.call((z_mean, z_log_var))
        slopes = tape.gradient(tf.convert_to_tensor(z), [z_mean, z_log_var])
    except Exception as error:
        raise Wrong(f"The gradient stopped with {describe_error(error)}.") from error
    for slope, name in zip(slopes, ("z_mean", "z_log_var"), strict=True):
        expect(
            slope is not None,
            f"No gradient reaches `{name}`: something on its way is not `keras.ops` (NumPy, "
            "`stop_gradient` and `float` cut it).",
        )


@exercise(
    hints=(
        "A Gaussian pixel costs (x − x̂)² / (2σ²), summed over pixels. Which σ² makes this sum the "
        "mean of (x − x̂)²?",
        "The mean is the sum divided by 784. So 2σ² = 784.",
        "`np.sqrt(784 / 2)`",
    )
)
def assumed_deviation(answer):
    """Find the deviation of a pixel that a mean squared error assumes."""
    expect_number(
        answer,
        np.sqrt(392),
        "Your σₓ",
        rtol=0.01,
        look_at="Set (x − x̂)² / (2σ²) equal to (x − x̂)² / 784.",
        mistakes={
            392: "This is the variance: take its root.",
            28: "The Gaussian has 2σ² below its square, not σ².",
            784: "The 784 stands for 2σ², not for σ.",
            np.sqrt(0.5): "That is right for the sum over pixels; here it is their mean.",
            np.sqrt(0.5 / 784): "Upside down: dividing the error by 784 means *more* noise.",
            np.sqrt(0.5) * 784: "It is the variance that grows 784-fold, not the deviation.",
        },
    )
    return "About 20, for pixels between 0 and 1: such a loss believes that pictures are all noise."


@exercise(
    hints=(
        "Two terms: the cross-entropy summed over the axes 1, 2 and 3, and your KL divergence.",
        "`np.logaddexp(0, logits) - images * logits` is the cross-entropy of each pixel.",
        "Add them: loss = reconstruction + KL, both (n,). The minus of the ELBO is in it already.",
    )
)
def negative_elbo(answer):
    """Assemble the loss of a VAE, image by image."""
    rng = np.random.default_rng(15)
    images = rng.choice([0.0, 0.25, 1.0], (3, 2, 4, 1))
    logits = rng.normal(0, 2, images.shape)
    z_mean, z_log_var = rng.normal(0, 1, (2, 3, 5))
    pixels = np.logaddexp(0, logits) - images * logits
    reconstruction, kl = pixels.sum(axis=(1, 2, 3)), right_kl(z_mean, z_log_var)
    right = reconstruction + kl
    expect_array(
        call(answer, images.copy(), logits.copy(), z_mean.copy(), z_log_var.copy()),
        right,
        "negative_elbo(images, logits, z_mean, z_log_var)",
        look_at="One number an image: cross-entropy summed over pixels, plus KL summed over "
        "dimensions.",
        mistakes=[
            (reconstruction - kl, "The KL has the wrong sign: it is a cost."),
            (kl - reconstruction, "The reconstruction has the wrong sign."),
            (-right, "This is the ELBO; a loss is its negative."),
            (reconstruction, "The KL divergence is missing."),
            (kl, "The reconstruction is missing."),
            (reconstruction / 8 + kl, "You took the mean over pixels: a hidden β of 8."),
            (reconstruction + kl / 5, "You took the mean over latent dimensions: sum them."),
            (right.mean(), "The mean over images comes later: one number for each image."),
            (right.sum(), "You summed over images too: one number for each image."),
            (
                reconstruction + right_kl(z_mean, 2 * z_log_var),
                "You took `z_log_var` for log σ: it is log σ².",
            ),
        ],
    )
    far = np.full((1, 2, 2, 1), -200.0)
    expect_array(
        call(answer, np.ones_like(far), far, np.zeros((1, 2)), np.zeros((1, 2))),
        [800.0],
        "The loss of four white pixels with logits of −200",
        look_at="Each costs 200 nats. Compute from the logits: a sigmoid rounds to 0, and clipping "
        "it hides the cost.",
    )
    return "This is the loss that trains every VAE of this course."


def _finite(value, shape, what, look_at):
    """Return the learner's value as a finite float array of the shape, or raise Wrong."""
    expect_array(value, np.zeros(shape), what, atol=1e300, look_at=look_at)
    return np.asarray(value, dtype=float)


self_test = SelfTest(
    Question(
        "Why can the posterior p(z|x) of a VAE not be computed?",
        {
            "a": "p(x|z) is unknown",
            "b": "it needs p(x), an integral over all z",
            "c": "the prior is too simple",
        },
        right="b",
        feedback={
            "a": "The decoder gives p(x|z) for every z. What is missing is the divisor.",
            "b": "Numerator: one decoder call. Divisor: a sum over all codes there are.",
            "c": "A simple prior makes things easier.",
        },
    ),
    Question(
        "By how much does the ELBO fall short of log p(x)?",
        {
            "a": "by KL(q(z) ‖ p(z))",
            "b": "by the reconstruction error",
            "c": "by KL(q(z) ‖ p(z|x))",
        },
        right="c",
        feedback={
            "a": "That is the second term of the ELBO, the distance to the prior.",
            "b": "That is, with its sign, the first term of the ELBO.",
            "c": "So the bound is exact if and only if q is the posterior.",
        },
    ),
    Question(
        "An encoder gives z_mean = 0 and z_log_var = 0 for every image. The KL divergence is",
        {
            "a": "0, and the code tells nothing of the image",
            "b": "½ for each dimension",
            "c": "infinite, for the variance is 0",
        },
        right="a",
        feedback={
            "a": "The posterior is the prior: collapsed. Chapter 03 is about avoiding it.",
            "b": "½ (0 + 1 − 1 − 0) = 0.",
            "c": "A log-variance of 0 is a variance of 1.",
        },
    ),
    Question(
        "What does z = μ + σε achieve?",
        {
            "a": "it makes the draw less random",
            "b": "it moves the randomness into ε, so that z has slopes in μ and σ",
            "c": "it makes the gradient exact",
        },
        right="b",
        feedback={
            "a": "The distribution of z is the same as before.",
            "b": "And backpropagation can go on through the decoder into the encoder.",
            "c": "It is still an estimate from one draw, only one with little scatter.",
        },
    ),
    Question(
        "You read a loss `mse + kl`: the squared error is averaged over 784 pixels, the KL summed "
        "over dimensions. This is",
        {
            "a": "the negative ELBO with σₓ² = ½",
            "b": "the negative ELBO for black and white pixels",
            "c": "in effect a KL divergence 784 times as heavy",
        },
        right="c",
        feedback={
            "a": "For that the squares must be summed over pixels.",
            "b": "That would be the cross-entropy, summed.",
            "c": "Times 784 it reads: summed squares + 784 · KL. A β that nobody chose.",
        },
    ),
    chapter=__name__,
)
