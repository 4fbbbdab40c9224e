"""Exercises of chapter 03: training."""

import numpy as np

from vae_helpers.checks.core import (
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
    return "Two numbers an image, both in nats: now they may be added."


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
    outputs = _outputs(model, images)
    _expect_fresh_samples(model, images)
    _expect_loss(model, images, outputs)
    _expect_logs(model, images)
    _expect_live_beta(keras, model)
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
    for floor in (0.1, 0.5, 0.0):
        got = call(answer, *_tensors(kl), floor)
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
    """Build an encoder and a decoder of 4 × 4 images with fixed weights."""
    rng = np.random.default_rng(33)
    images, z = keras.Input((4, 4, 1)), keras.Input((2,))
    flat = keras.layers.Flatten()(images)
    encoder = keras.Model(images, [keras.layers.Dense(2)(flat), keras.layers.Dense(2)(flat)])
    logits = keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(16)(z))
    decoder = keras.Model(z, logits)
    for model in (encoder, decoder):
        model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return encoder, decoder


def _outputs(model, images):
    """Call the learner's model and return its dict of outputs as arrays."""
    outputs = _numpy_dict(_run(model, "call", images))
    for name, shape in (("z_mean", (7, 2)), ("z_log_var", (7, 2)), ("logits", (7, 4, 4, 1))):
        expect(
            name in outputs,
            f"`call` returned {show(outputs)}: expected a dict with z_mean, z_log_var and logits.",
        )
        expect(
            outputs[name].shape == shape,
            f"`{name}` has shape {outputs[name].shape} for 7 images: expected {shape}.",
        )
    z_mean, z_log_var = (_numpy(part, "The encoder's output") for part in model.encoder(images))
    expect(
        np.allclose(outputs["z_mean"], z_mean, atol=1e-4),
        "`z_mean` is not the encoder's first output. Are mean and log-variance swapped?",
    )
    expect(
        np.allclose(outputs["z_log_var"], z_log_var, atol=1e-4),
        "`z_log_var` is not the encoder's second output.",
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


def _expect_fresh_samples(model, images):
    """The decoder has to get a sample: other logits at every call, centred on the right place."""
    one, two = (_numpy_dict(_run(model, "call", images))["logits"] for _ in range(2))
    expect(
        not np.allclose(one, two),
        "Two calls give the same logits: decode a fresh sample, `self.sampling((z_mean, "
        "z_log_var))`, not the mean.",
    )


def _expect_loss(model, images, outputs):
    """Compare the learner's loss with NumPy's, from the model's own outputs."""
    reconstruction, kl = _expected_parts(images, outputs)
    tensors = dict(zip(outputs, _tensors(*outputs.values()), strict=True))
    got = _run(model, "compute_loss", x=_tensors(images)[0], y_pred=tensors)
    sum_of_means = reconstruction.mean() + 3 * kl.mean()
    expect_number(
        _numpy(got, "`compute_loss`"),
        sum_of_means,
        "`compute_loss` of 7 images with β = 3 (nats)",
        rtol=1e-3,
        look_at=f"Reconstruction is {reconstruction.mean():.4g} and KL {kl.mean():.4g} here.",
        mistakes={
            reconstruction.mean() + kl.mean(): "β is missing: `self.beta * kl`.",
            3 * reconstruction.mean() + kl.mean(): "β weighs the KL, not the reconstruction.",
            reconstruction.mean() - 3 * kl.mean(): "The KL is subtracted: it has to be added.",
            7 * sum_of_means: "That is the sum over images: take their mean.",
            reconstruction.mean(): "The KL is missing.",
            reconstruction.mean() / 16 + 3 * kl.mean(): _AVERAGED,
        },
    )


def _expected_parts(images, outputs):
    logits = outputs["logits"].astype(float)
    z_mean, z_log_var = outputs["z_mean"].astype(float), outputs["z_log_var"].astype(float)
    reconstruction = (np.logaddexp(0, logits) - images * logits).sum(axis=(1, 2, 3))
    kl = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)
    return reconstruction, kl


def _expect_logs(model, images):
    """Evaluate in batches of 4 and 3: what is logged has to add up, image by image."""
    kl = _expected_parts(images, _numpy_dict(_run(model, "call", images)))[1].mean()
    try:
        model.compile()
        logs = model.evaluate(images, batch_size=4, verbose=0, return_dict=True)
    except Exception as error:
        raise Wrong(f"`evaluate` stopped with {describe_error(error)}.") from error
    for name in ("reconstruction_loss", "kl_loss"):
        expect(
            name in logs,
            f"The logs are {', '.join(logs)}: `{name}` is missing. Keep its tracker in `__init__`.",
        )
    expect(
        logs["kl_loss"] != 0 or kl == 0,
        "The logged kl_loss is 0: `compute_loss` has to call `update_state` of both trackers.",
    )
    expect(
        not np.isclose(logs["kl_loss"], 3 * kl, rtol=1e-3),
        "The logged kl_loss has β in it: log the divergence itself.",
    )
    batches_of_means = _mean_of_batch_means(model, images)
    expect_number(
        logs["kl_loss"],
        kl,
        "The logged kl_loss of 7 images in batches of 4 and 3 (nats)",
        rtol=1e-3,
        look_at="Hand the tracker the KL of each image, one number an image.",
        mistakes={
            batches_of_means: (
                "That is the mean of two unequal batches. Hand the tracker the numbers of all "
                "images, not their mean."
            )
        },
    )
    expect(
        np.isclose(logs["loss"], logs["reconstruction_loss"] + 3 * logs["kl_loss"], rtol=1e-3),
        f"The logs do not add up: loss {logs['loss']:.4g}, reconstruction_loss "
        f"{logs['reconstruction_loss']:.4g} + 3 · kl_loss {logs['kl_loss']:.4g}.",
    )


def _mean_of_batch_means(model, images):
    kl = [_expected_parts(x, _numpy_dict(model.call(x)))[1] for x in (images[:4], images[4:])]
    return (kl[0].mean() + kl[1].mean()) / 2


def _expect_live_beta(keras, model):
    beta = getattr(model, "beta", None)
    expect(
        isinstance(beta, keras.Variable),
        f"`beta` is {show(beta)}: make it a `keras.Variable`, or the compiled step keeps its first "
        "value for ever.",
    )
    expect(not beta.trainable, "`beta` is trainable: the optimizer would turn it down to zero.")
