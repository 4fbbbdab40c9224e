"""Exercises of chapter 03: training."""

import numpy as np
from scipy.stats import kstest

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


@exercise(
    hints=(
        "Chapter 02, exercise 9, with `ops` in place of `np`. `ops.softplus(logits)` is "
        "log(1 + exp(logits)) without overflow.",
        "The cross-entropy of a pixel is `ops.softplus(logits) - images * logits`. Sum it over "
        "rows, columns and channels: axes 1, 2, 3.",
        "`kl = 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var, axis=1)`",
    )
)
def loss_parts(answer):
    """Return the reconstruction loss and the KL divergence of each image, in nats."""
    rng = np.random.default_rng(31)
    images = rng.uniform(size=(3, 4, 5, 1))
    logits = rng.normal(size=(3, 4, 5, 1)) * 2
    z_mean, z_log_var = rng.normal(size=(2, 3, 2))
    terms = np.logaddexp(0, logits) - images * logits
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    tensors = _tensors(images, logits, z_mean, z_log_var)
    got_reconstruction, got_kl = _pair(call(answer, *tensors), "loss_parts")
    expect_array(
        _numpy(got_reconstruction, "The reconstruction loss"),
        terms.sum(axis=(1, 2, 3)),
        "The reconstruction loss of 3 images (nats)",
        rtol=1e-3,
        look_at="Compare it with the formula above, term by term.",
        mistakes=[
            (terms.mean(axis=(1, 2, 3)), _AVERAGED),
            (terms.mean(), f"{_AVERAGED} Leave one number for each image."),
            (terms.sum(), "You summed over images too: leave one number for each image."),
            (terms.sum(axis=(1, 2, 3)).mean(), "Leave one number for each image, no mean yet."),
            (-terms.sum(axis=(1, 2, 3)), "The sign is wrong: surprise is never negative."),
            (kl.sum(axis=1), "That is the KL divergence: return the reconstruction loss first."),
            (terms, "That is the loss of each pixel: sum over rows, columns and channels."),
        ],
    )
    expect_array(
        _numpy(got_kl, "The KL divergence"),
        kl.sum(axis=1),
        "The KL divergence of 3 images (nats)",
        rtol=1e-3,
        look_at="½ (μ² + σ² − 1 − log σ²), and `z_log_var` is log σ².",
        mistakes=[
            (-kl.sum(axis=1), "The sign is turned: a divergence is never negative."),
            (kl.mean(axis=1), "You averaged over latent dimensions: sum over them."),
            (kl, "Sum over latent dimensions, axis 1."),
            (kl.sum(), "You summed over images too: leave one number for each image."),
            (kl.sum(axis=1).mean(), "Leave one number for each image, no mean yet."),
            (2 * kl.sum(axis=1), "The factor ½ is missing."),
            (
                0.5 * (z_mean**2 + np.exp(2 * z_log_var) - 1 - 2 * z_log_var).sum(axis=1),
                "You took `z_log_var` for log σ; it is log σ².",
            ),
        ],
    )
    _expect_no_overflow(answer)
    _expect_gradients_of_parts(answer, tensors)
    return "Two numbers an image, both in nats: now they may be added."


def _expect_no_overflow(answer):
    """One pixel each with a logit of ±200, which float32 cannot take the exponential of."""
    logits, images = np.array([[-200.0], [200.0]]), np.array([[1.0], [0.0]])
    shape, zeros = (2, 1, 1, 1), np.zeros((2, 2))
    tensors = _tensors(images.reshape(shape), logits.reshape(shape), zeros, zeros)
    expect_array(
        _numpy(_pair(call(answer, *tensors), "loss_parts")[0], "The reconstruction loss"),
        [200.0, 200.0],
        "The reconstruction loss of a white pixel with logit −200 and a black one with 200",
        rtol=1e-3,
        look_at="Each costs 200 nats. `ops.softplus(l)` is log(1 + exp(l)) without overflow; a "
        "sigmoid rounds to 0 or 1.",
    )


def _expect_gradients_of_parts(answer, tensors):
    """The slopes of the sums are known: sigmoid(l) − x; and μ and ½ (σ² − 1)."""
    images, logits, z_mean, z_log_var = (_numpy(t, "") for t in tensors)
    for part, watched, right in (
        (0, {"logits": tensors[1]}, [1 / (1 + np.exp(-logits)) - images]),
        (
            1,
            {"z_mean": tensors[2], "z_log_var": tensors[3]},
            [z_mean, (np.exp(z_log_var) - 1) / 2],
        ),
    ):
        name = ("reconstruction loss", "KL divergence")[part]
        _expect_slopes(
            lambda part=part: call(answer, *tensors)[part],
            list(watched.values()),
            f"No gradient of the {name} reaches `{'`, `'.join(watched)}`, so training would not "
            "move them",
            right,
        )


@exercise(
    hints=(
        "`call`: encode, sample, decode. `self.encoder(images)` gives two tensors, and "
        "`self.sampling((z_mean, z_log_var))` draws z.",
        '`call` returns `{"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}`, and '
        "`compute_loss` finds that dict in `y_pred` and the images in `x`.",
        "`compute_loss`: `reconstruction, kl = loss_parts(x, y_pred['logits'], …)`, hand each to "
        "its tracker with `.update_state(…)`, return `ops.mean(reconstruction + self.beta * kl)`.",
    )
)
def my_vae(answer):
    """Write a VAE whose loss is reconstruction + β · KL and whose logs add up."""
    expect(
        isinstance(answer, type),
        f"Your answer is {show(answer)}: expected the class `MyVAE`, without brackets.",
    )
    from vae_helpers.backend import keras

    expect(
        issubclass(answer, keras.Model),
        f"Your class is {show(answer)}: expected one based on `keras.Model`.",
    )
    model = call(answer, *_tiny_networks(keras), beta=3.0)
    images = np.random.default_rng(32).uniform(size=(7, 4, 4, 1)).astype("float32")
    images[4:] **= 4  # a darker second batch, so that a mean of means is seen
    outputs = _outputs(model, images)
    _expect_samples(model)
    _expect_loss(keras, model, images, outputs)
    _expect_gradients(keras, model, images)
    _expect_live_beta(keras, model)
    _expect_logs(model, images)
    return "Your class has the right loss, it logs parts that add up, and β can change on the way."


@exercise(
    hints=(
        "Divide the whole loss by a number so that the reconstruction becomes a *sum* over "
        "pixels. A loss may be divided: the best weights stay the best.",
        "The mean over pixels is the sum divided by `n_pixels`, so the reconstruction is "
        "`weight / n_pixels` times the sum. Divide everything by that factor.",
        "`return n_pixels / weight`",
    )
)
def standard_beta(answer):
    """Turn a weight on the mean reconstruction into the β of the standard loss."""
    for weight, n_pixels in ((500, 1024), (1, 784), (784, 784), (50, 3072)):
        expect_number(
            call(answer, weight, n_pixels),
            n_pixels / weight,
            f"standard_beta({weight}, {n_pixels})",
            look_at="Write mean = sum / n_pixels and divide the loss by what stands before sum.",
            mistakes={
                weight / n_pixels: (
                    "That is the factor before the *sum*: divide by it, and see what is left "
                    "before the KL."
                ),
                weight: "That weight stands on the reconstruction; β stands on the KL.",
                1 / weight: "The reconstruction still is a mean over pixels there.",
                weight * n_pixels: "Dividing by `weight` makes β smaller where it is large.",
            },
        )
    return "500 × mean + KL is β = 2.048: more pressure on the code, not 500 times less."


@exercise(
    hints=(
        "First the KL divergence of each dimension of each image: `vh.metrics.kl_per_dimension` "
        "gives (n, latent_dim).",
        "Average it over *images* (axis 0): one number for each dimension.",
        "`np.sum(vh.metrics.kl_per_dimension(z_mean, z_log_var).mean(axis=0) < threshold)`",
    )
)
def collapsed_dimensions(answer):
    """Count the latent dimensions whose mean KL divergence is below a threshold."""
    # Per dimension: used, prior exactly, offset the same for all, used by every third image.
    z_mean = np.array([[1.5, 0.0, 0.08, 0.0], [-1.5, 0.0, 0.08, 0.0], [0.5, 0.0, 0.08, 1.2]])
    z_log_var = np.array([[-3.0, 0.0, 0.0, 0.0], [-3.0, 0.0, 0.0, 0.0], [-3.0, 0.0, 0.0, -2.0]])
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    per_dimension = kl.mean(axis=0)
    listed = ", ".join(f"{value:.3f}" for value in per_dimension)
    for threshold in (0.01, 0.5):
        n_collapsed = np.sum(per_dimension < threshold)
        expect_number(
            call(answer, z_mean.copy(), z_log_var.copy(), threshold),
            n_collapsed,
            f"The number of collapsed dimensions of 4, threshold {threshold} nats",
            look_at=f"The mean KL of the dimensions is {listed} nats.",
            mistakes={
                4 - n_collapsed: "That is how many dimensions are in use.",
                np.sum(kl < threshold): "You counted images too: average over them first.",
                np.sum(kl.mean(axis=1) < threshold): "Average over images, which are axis 0.",
                n_collapsed / 4: "That is the share of dimensions: count them.",
            },
        )
    return "Mean over images first: a dimension that only some digits use is in use."


@exercise(
    hints=(
        "A straight line from 0 at epoch 0 to `beta` at epoch `length`: what is its slope?",
        "After that it must not rise any more: `min(…, …)`.",
        "`return beta * min(1.0, epoch / length)`",
    )
)
def warm_up(answer):
    """Return β at a moment of training: a line from 0, then constant."""
    for epoch, length, beta in ((1, 4, 2.0), (0, 4, 1.0), (2.5, 5, 1.0), (4, 4, 3.0), (9, 4, 2.0)):
        line = beta * epoch / length
        expect_number(
            call(answer, epoch, length, beta),
            min(beta, line),
            f"warm_up({epoch}, {length}, {beta})",
            look_at="From 0 at the start to beta at epoch `length`, then beta for ever.",
            mistakes={
                line: "After `length` epochs it has to stay at beta: use `min`.",
                max(beta, line): "That is the larger of the two: use `min`.",
                min(1.0, epoch / length): "The line has to end at beta, not at 1.",
                beta: "At the start β is zero, and it rises from there.",
                beta * (1 - min(1.0, epoch / length)): "It falls: it has to rise.",
            },
        )
    return "At first the code is free, so the decoder learns that it is worth listening to."


@exercise(
    hints=(
        "Three steps, in this order: mean over images, each dimension at least `floor`, sum.",
        "`ops.maximum(a, floor)` lifts whatever is below the floor up to it.",
        "`ops.sum(ops.maximum(ops.mean(kl, axis=0), floor))`",
    )
)
def free_bits_penalty(answer):
    """Return the KL penalty of a batch with a free allowance for each dimension."""
    kl = np.array([[0.0, 1.0, 0.02], [0.3, 3.0, 0.0], [0.6, 2.0, 0.04]])
    mean = kl.mean(axis=0)
    [tensor] = _tensors(kl)
    for floor in (0.1, 0.5, 0.0):
        got = call(answer, tensor, floor)
        expect_number(
            _numpy(got, "The penalty"),
            np.maximum(mean, floor).sum(),
            f"The penalty of 3 images and 3 dimensions, floor {floor} (nats)",
            rtol=1e-3,
            look_at=f"The dimensions use {', '.join(f'{v:.2f}' for v in mean)} nats on average.",
            mistakes={
                np.maximum(kl, floor).mean(axis=0).sum(): (
                    "You lifted each image on its own: average over images first, so that a "
                    "dimension may spend its allowance on the images that need it."
                ),
                np.minimum(mean, floor).sum(): "That caps what is used: use `ops.maximum`.",
                max(mean.sum(), floor): "The allowance is for each dimension: lift before the sum.",
                np.maximum(mean - floor, 0).sum(): (
                    "That subtracts the allowance. The gradient is the same, but then the loss is "
                    "no upper bound any more: lift to the floor."
                ),
                np.maximum(mean, floor).mean(): "Sum over dimensions, do not average.",
                mean.sum(): "That is the KL divergence itself; `floor` has no effect.",
            },
        )
    mean = kl.mean(axis=0)
    _expect_slopes(
        lambda: call(answer, tensor, 0.1),
        [tensor],
        "No gradient of the penalty reaches `kl`, so training would not move it",
        [np.broadcast_to((mean > 0.1) / len(kl), kl.shape)],
    )
    return "Below its floor a dimension costs the same whatever it does: no gradient pushes it out."


@exercise(
    hints=(
        "The runs come in pairs with the same seed: look at `first - second`, one number a seed.",
        "The standard error of a mean is the standard deviation (with `ddof=1`, for it is "
        "estimated from few values) divided by the square root of how many there are.",
        "`d = first - second` and `return d.mean(), d.std(ddof=1) / np.sqrt(len(d))`",
    )
)
def paired_difference(answer):
    """Return the mean difference of two recipes over seeds, and its standard error."""
    first = np.array([120.4, 121.9, 119.6, 121.1])
    second = np.array([118.2, 119.9, 117.8, 119.1])
    d = first - second
    mean, error = _pair(call(answer, first.copy(), second.copy()), "paired_difference")
    expect_number(
        mean,
        d.mean(),
        "The mean difference of four seeds (nats)",
        look_at="Average `first - second`.",
        mistakes={-d.mean(): "That is `second - first`: the other way round."},
    )
    unpaired = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 4)
    expect_number(
        error,
        d.std(ddof=1) / 2,
        "The standard error of the mean difference (nats)",
        look_at="The standard deviation of the four differences, divided by √4.",
        mistakes={
            d.std(ddof=1): "That is the spread of single differences: divide by √n for their mean.",
            d.std() / 2: "With few values the standard deviation needs `ddof=1`.",
            d.std(): "Use `ddof=1`, and divide by √n.",
            d.var(ddof=1) / 4: "That is its square: take the root.",
            d.std(ddof=1) / 4: "Divide by the *root* of the number of seeds.",
            unpaired: (
                "That treats the runs as strangers. Take the differences seed by seed: what a "
                "seed does to both recipes then cancels."
            ),
        },
    )
    return "Two numbers, and a claim has become a measurement."


self_test = SelfTest(
    Question(
        "During training the KL divergence *rises* from nearly 0 to 18 nats, although it is part "
        "of the loss. Why?",
        {
            "a": "Its gradient has the wrong sign.",
            "b": "Each nat spent on the code saves more than a nat of reconstruction.",
            "c": "The prior moves away from the codes.",
        },
        right="b",
        feedback={
            "a": "Then the loss would not fall; it falls.",
            "b": "A code that says nothing is free and useless. Paying 18 nats saves about 100.",
            "c": "The prior is N(0, I) from the first step to the last.",
        },
    ),
    Question(
        "A paper has `loss = 100 * mean_over_pixels(bce) + kl` on 28 × 28 images. Which β is that "
        "in the standard form?",
        {"a": "100", "b": "1 / 100", "c": "7.84", "d": "0.128"},
        right="c",
        feedback={
            "a": "The 100 stands on the reconstruction, not on the KL.",
            "b": "The mean over 784 pixels hides a factor too.",
            "c": "784 / 100: divide the loss by 100/784, and the KL gets this factor.",
            "d": "That is 100 / 784, the factor to divide by.",
        },
    ),
    Question(
        "A VAE with β = 4 has loss 148, one with β = 1 has loss 110. Which is the better model "
        "of the data?",
        {
            "a": "The one with β = 1: its loss is lower.",
            "b": "One cannot tell from these losses; compare reconstruction + KL, with β = 1.",
            "c": "The one with β = 4, for it was under more pressure.",
        },
        right="b",
        feedback={
            "a": "With β = 0.1 the loss would be 89. Losses with different β are different scales.",
            "b": "Reconstruction + KL, unweighted, bounds −log p(x), whatever the training used.",
            "c": "Pressure keeps nats out of the code; whether that helps has to be measured.",
        },
    ),
    Question(
        "Of 10 latent dimensions 4 have a mean KL below 0.01 nats. Which remedy fits, if β is 1?",
        {
            "a": "β warm-up or free bits, then look whether −ELBO gets better.",
            "b": "Subtract the KL from the loss.",
            "c": "Average the reconstruction over pixels.",
        },
        right="a",
        feedback={
            "a": "Right, and look: some dimensions are unused because they are not needed.",
            "b": "Then the loss rewards codes far from the prior and falls without end.",
            "c": "That is β = 784 in disguise: the other six would go too.",
        },
    ),
    Question(
        "Recipe A reaches 121.0 nats, recipe B 120.6, one run each. What do you know?",
        {
            "a": "B is better by 0.4 nats.",
            "b": "Nothing, since training is random and cannot be compared.",
            "c": "Little: run both with several seeds and compare pair by pair.",
        },
        right="c",
        feedback={
            "a": "Another seed alone may move either by as much.",
            "b": "Randomness can be measured: that is what several seeds are for.",
            "c": "The mean difference with its standard error says whether 0.4 is anything.",
        },
    ),
    chapter=__name__,
)

_AVERAGED = "You averaged over pixels: that is a silent β of the number of pixels. Sum over them."


def _tensors(*arrays):
    from vae_helpers.backend import keras

    return [keras.ops.convert_to_tensor(array.astype("float32")) for array in arrays]


def _numpy(tensor, what):
    """Return a tensor as an array, or raise Wrong."""
    if isinstance(tensor, int | float | np.ndarray):
        return tensor
    from vae_helpers.backend import keras

    try:
        return keras.ops.convert_to_numpy(tensor)
    except Exception:
        raise Wrong(f"{what} is {show(tensor)}: expected a tensor.") from None


def _pair(got, name):
    """Unpack two values, or raise Wrong; a stub among them is "not attempted"."""
    expect(
        isinstance(got, tuple | list) and len(got) == 2,
        f"`{name}` returned {show(got)}: expected two values, `return first, second`.",
    )
    return call(lambda: tuple(got))


def _tiny_networks(keras):
    """Build an encoder and a linear decoder of 4 × 4 images, with fixed weights."""
    rng = np.random.default_rng(33)
    images, z = keras.Input((4, 4, 1)), keras.Input((3,))
    flat = keras.layers.Flatten()(images)
    encoder = keras.Model(images, [keras.layers.Dense(3)(flat), keras.layers.Dense(3)(flat)])
    logits = keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(16)(z))
    decoder = keras.Model(z, logits)
    for model in (encoder, decoder):
        model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return encoder, decoder


def _outputs(model, images):
    """Call the learner's model and return its dict of outputs as arrays."""
    outputs = _numpy_dict(_run(model, "call", images))
    for name, shape in (("z_mean", (7, 3)), ("z_log_var", (7, 3)), ("logits", (7, 4, 4, 1))):
        expect(
            name in outputs,
            f"`call` returned {show(outputs)}: expected a dict with z_mean, z_log_var and logits.",
        )
        expect(
            outputs[name].shape == shape,
            f"`{name}` has shape {outputs[name].shape} for 7 images: expected {shape}.",
        )
    right = [_numpy(part, "The encoder's output") for part in model.encoder(images)]
    names = ("z_mean", "z_log_var")
    exchanged = np.allclose(outputs["z_mean"], right[1]) and np.allclose(
        outputs["z_log_var"], right[0]
    )
    expect(
        not exchanged,
        "`z_mean` and `z_log_var` are swapped: the encoder gives the mean first.",
    )
    for name, expected, place in zip(names, right, ("first", "second"), strict=True):
        expect(
            np.allclose(outputs[name], expected, atol=1e-4),
            f"`{name}` is not the encoder's {place} output: return that as it is"
            f"{', not the draw' if name == 'z_mean' else ''}.",
        )
    return outputs


def _numpy_dict(outputs):
    expect(
        isinstance(outputs, dict),
        f"`call` returned {show(outputs)}: expected a dict with z_mean, z_log_var and logits.",
    )
    return {name: np.asarray(_numpy(value, f"`{name}`")) for name, value in outputs.items()}


def _run(model, method, *args, **kwargs):
    return call(getattr(model, method, None), *args, **kwargs)


def _expect_samples(model):
    """The decoder has to get z_mean + exp(z_log_var / 2) ε, with fresh normal noise ε.

    The decoder is linear, so z can be computed from the logits.
    """
    images = np.random.default_rng(34).uniform(size=(2_000, 4, 4, 1)).astype("float32")
    outputs, later = (_numpy_dict(_run(model, "call", images)) for _ in range(2))
    z = _decoded_place(model.decoder, outputs["logits"])
    z_mean, std = outputs["z_mean"], np.exp(outputs["z_log_var"] / 2)
    expect(
        not np.allclose(z, z_mean, atol=1e-2),
        "The decoder gets the mean: decode a fresh sample, `self.sampling((z_mean, z_log_var))`.",
    )
    expect(
        not np.allclose(outputs["logits"], later["logits"]),
        "Two calls give the same logits: decode a fresh sample, `self.sampling((z_mean, "
        "z_log_var))`.",
    )
    noise = (z - z_mean) / std
    if _is_normal(noise) and np.abs(np.corrcoef(noise.T) - np.eye(3)).max() < 0.15:
        return
    twice, exchanged = noise / np.sqrt(2), (z - outputs["z_log_var"]) / np.exp(z_mean / 2)
    for guess, message in (
        (z, "This is noise from the prior: the code of the image is lost on the way."),
        (twice, "Noise was added twice: call `self.sampling` once."),
        (exchanged, "Mean and log-variance are exchanged: `self.sampling((z_mean, z_log_var))`."),
        (z - z_mean, "The noise has to be scaled by exp(z_log_var / 2): use `self.sampling`."),
        ((z - z_mean) / std**2, "The noise is scaled by the variance: use exp(z_log_var / 2)."),
        (z / std, "The mean is missing in the draw: `self.sampling((z_mean, z_log_var))`."),
    ):
        if _is_normal(guess):
            raise Wrong(f"The decoder does not get a draw from q. {message}")
    raise Wrong(
        "The decoder does not get a draw from q, N(z_mean, exp(z_log_var)): decode "
        "`self.sampling((z_mean, z_log_var))`."
    )


def _decoded_place(decoder, logits):
    """Return the z of which the linear decoder makes these logits, or raise Wrong."""
    kernel, bias = (np.asarray(w, dtype=float) for w in decoder.get_weights())

    def place(logits):
        flat = logits.reshape(len(logits), -1) - bias
        z = flat @ np.linalg.pinv(kernel)
        return z, np.allclose(z @ kernel, flat, atol=1e-2)

    z, is_decoded = place(logits.astype(float))
    if is_decoded:
        return z
    if logits.min() >= 0 and logits.max() <= 1:
        with np.errstate(divide="ignore"):
            raw = np.log(logits) - np.log1p(-logits.astype(float))
        if np.isfinite(raw).all() and place(raw)[1]:
            raise Wrong(
                "`logits` went through a sigmoid: return what the decoder gives. The loss takes "
                "logits, and would put a second sigmoid on them."
            )
    raise Wrong("`logits` is not what the decoder gives: return `self.decoder(z)` as it is.")


def _is_normal(noise):
    """Say whether numbers can be standard normal draws; wrong once in a million right ones."""
    return kstest(np.ravel(noise), "norm").pvalue > 1e-6


def _expect_loss(keras, model, images, outputs):
    """Compare the learner's loss with NumPy's, from the model's own outputs."""
    reconstruction, kl = (part.mean() for part in _expected_parts(images, outputs))
    got = _numpy(_loss(model, images, outputs), "`compute_loss`")
    expect_number(
        got,
        reconstruction + 3 * kl,
        "`compute_loss` of 7 images with β = 3 (nats)",
        rtol=1e-4,
        look_at=f"Reconstruction is {reconstruction:.4g} and KL {kl:.4g} here.",
        mistakes={
            reconstruction + kl: "β is missing: `self.beta * kl`.",
            3 * reconstruction + kl: "β weighs the KL, not the reconstruction.",
            3 * (reconstruction + kl): "β weighs the KL only, not both.",
            reconstruction - 3 * kl: "The KL is subtracted: it has to be added.",
            3 * kl - reconstruction: "The reconstruction has the wrong sign.",
            -(reconstruction + 3 * kl): "This is the bound itself; a loss is its negative.",
            7 * (reconstruction + 3 * kl): "That is the sum over images: take their mean.",
            reconstruction: "The KL is missing.",
            3 * kl: "The reconstruction is missing.",
            kl: "The reconstruction is missing, and β.",
            reconstruction + 9 * kl: "β is in it twice.",
            reconstruction + kl / 3: "β multiplies the KL: do not divide by it.",
            reconstruction + 6 * kl: "The factor ½ of the KL is missing.",
            reconstruction + 1.5 * kl: "The KL is halved once too often.",
            reconstruction + 3 * kl / 3 / 2: "The KL is halved, and β is missing.",
            reconstruction / 16 + 3 * kl: _AVERAGED,
            reconstruction / 16 + kl / 3: f"{_AVERAGED} That goes for latent dimensions, too.",
            (reconstruction + 3 * kl) / 7: "The mean over images was taken twice.",
        },
    )


def _loss(model, images, outputs):
    tensors = dict(zip(outputs, _tensors(*outputs.values()), strict=True))
    return _run(model, "compute_loss", x=_tensors(images)[0], y_pred=tensors)


def _expected_parts(images, outputs):
    logits = outputs["logits"].astype(float)
    z_mean, z_log_var = outputs["z_mean"].astype(float), outputs["z_log_var"].astype(float)
    reconstruction = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
    return reconstruction, kl


def _expect_gradients(keras, model, images):
    """Raise Wrong if training would not reach a part of the model (TensorFlow can tell)."""
    [x] = _tensors(images)
    outputs = _run(model, "call", x)
    names = ("logits", "z_mean", "z_log_var")
    tensors = [keras.ops.convert_to_tensor(outputs[name]) for name in names]
    logits, z_mean, z_log_var = (_numpy(tensor, "").astype(float) for tensor in tensors)

    def loss():
        y_pred = dict(zip(names, tensors, strict=True))
        return _run(model, "compute_loss", x=x, y_pred=y_pred)

    def decoded():
        return _run(model, "call", x)["logits"]

    _expect_slopes(loss, tensors[:1], "No gradient of the loss reaches the decoder")
    _expect_slopes(loss, tensors[1:], "No gradient of the loss reaches the encoder")
    right = [1 / (1 + np.exp(-logits)) - images, 3 * z_mean, 1.5 * (np.exp(z_log_var) - 1)]
    _expect_slopes(loss, tensors, "No gradient of the loss", [part / len(x) for part in right])
    weights = model.encoder.trainable_weights
    _expect_slopes(decoded, weights, "No gradient of the logits reaches the encoder")


def _expect_logs(model, images):
    """Evaluate in batches of 4 and 3: what is logged has to add up, image by image.

    The encoder says "no noise" first, so that right logs are known; then β changes.
    """
    weights = model.encoder.get_weights()
    quiet = [*weights[:2], np.zeros_like(weights[2]), np.full_like(weights[3], -20)]
    model.encoder.set_weights(quiet)
    reconstruction, kl = _expected_parts(images, _numpy_dict(_run(model, "call", images)))
    logs = _evaluate(model, images)
    for name in ("reconstruction_loss", "kl_loss"):
        expect(
            name in logs,
            f"The logs are {', '.join(logs)}: `{name}` is missing. Keep its tracker in `__init__`.",
        )
    _expect_logged(logs["kl_loss"], "kl_loss", kl, "the KL", _KL_MISTAKES)
    _expect_logged(
        logs["reconstruction_loss"],
        "reconstruction_loss",
        reconstruction,
        "the reconstruction loss",
        _RECONSTRUCTION_MISTAKES,
    )
    expect(
        np.isclose(logs["loss"], logs["reconstruction_loss"] + 3 * logs["kl_loss"], rtol=1e-3),
        f"The logs do not add up: loss {logs['loss']:.4g}, reconstruction_loss "
        f"{logs['reconstruction_loss']:.4g} + 3 · kl_loss {logs['kl_loss']:.4g}.",
    )
    model.beta.assign(7.0)
    loss = _evaluate(model, images)["loss"]
    right = reconstruction.mean() + 7 * kl.mean()
    expect(
        np.isclose(loss, right, rtol=1e-3),
        f"After `model.beta.assign(7)` the compiled loss is {loss:.4g}: expected {right:.4g}. Use "
        "`self.beta` itself in `compute_loss`; a number of Python is kept for ever by the "
        "compiled step.",
    )
    model.encoder.set_weights(weights)
    one, two = (_evaluate(model, images)["reconstruction_loss"] for _ in range(2))
    expect(
        one != two,
        "In the compiled model the noise is drawn once and then frozen: draw it with "
        "`self.sampling`, not with NumPy.",
    )


def _evaluate(model, images):
    try:
        if not model.compiled:
            model.compile()
        return model.evaluate(images, batch_size=4, verbose=0, return_dict=True)
    except NotAttempted:
        raise
    except Exception as error:
        raise Wrong(f"`evaluate` stopped with {describe_error(error)}.") from error


_KL_MISTAKES = {
    3: "β is in it, and the log is for the divergence itself: log it without β.",
    0: "`compute_loss` has to call `update_state` of both trackers.",
    2: "The factor ½ is missing.",
    1 / 3: "That is the mean over latent dimensions: sum over them.",
}
_RECONSTRUCTION_MISTAKES = {
    0: "`compute_loss` has to call `update_state` of both trackers.",
    1 / 16: "That is the mean over pixels: log the sum over them.",
}


def _expect_logged(logged, name, right, what, factors):
    """Raise Wrong unless the mean over 7 images was logged, in batches of 4 and 3."""
    mean, batches = right.mean(), (right[:4], right[4:])
    expect_number(
        logged,
        mean,
        f"The logged {name} of 7 images in batches of 4 and 3 (nats)",
        rtol=1e-3,
        look_at=f"Hand the tracker {what} of each image, one number an image.",
        mistakes={
            np.mean([batch.mean() for batch in batches]): (
                "That is the mean of two unequal batches. Hand the tracker the numbers of all "
                "images, not their mean."
            ),
            np.mean([batch.sum() for batch in batches]): (
                "That is the mean of two sums over a batch. Hand the tracker the numbers of all "
                "images."
            ),
            right.sum(): "That is the sum over all images: log their mean.",
        }
        | {factor * mean: message for factor, message in factors.items()},
    )


def _expect_live_beta(keras, model):
    beta = getattr(model, "beta", None)
    expect(
        isinstance(beta, keras.Variable),
        f"`beta` is {show(beta)}: make it a `keras.Variable`, or the compiled step keeps its first "
        "value for ever.",
    )
    expect(not beta.trainable, "`beta` is trainable: the optimizer would turn it down to zero.")


def _expect_slopes(f, tensors, problem, right=None):
    """Raise Wrong unless f() has a slope in each tensor (where TensorFlow, which can tell, runs).

    Args:
        f: called without arguments, returns a tensor.
        tensors: of which each is watched.
        problem: what to say if there is none.
        right: the slopes expected of the sum of f, arrays; None asks only that there are some.
    """
    from vae_helpers.backend import keras

    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    watched = [tensor.value if isinstance(tensor, keras.Variable) else tensor for tensor in tensors]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        value = tf.convert_to_tensor(f())
    slopes = tape.gradient(value, watched)
    cure = "something on its way is not `keras.ops` (NumPy, `float` and `stop_gradient` cut it)."
    expect(all(slope is not None for slope in slopes), f"{problem}: {cure}")
    for slope, expected in zip(slopes, right or (), strict=right is not None):
        expect_array(
            slope,
            expected,
            "The gradient of your answer",
            rtol=1e-3,
            atol=1e-4,
            look_at="The values are right, so something cuts off or changes a part of the "
            "gradient (`stop_gradient`, `float`, NumPy).",
        )
