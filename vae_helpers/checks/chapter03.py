"""Exercises of chapter 03: training."""

import numpy as np
from scipy.stats import kstest

from vae_helpers.checks.core import (
    Case,
    NotAttempted,
    Prediction,
    Question,
    SelfTest,
    Wrong,
    attempted,
    call,
    describe_error,
    exercise,
    expect,
    expect_array,
    expect_function,
    expect_number,
    letter,
    show,
)


def _kl(z_mean, z_log_var):
    """Return the KL divergence of each dimension."""
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


class _OnTensors:
    """The learner's function, called with tensors in place of arrays.

    It has the learner's code, so that a message can show the line at which it stops.
    """

    def __init__(self, function):
        self.function = function
        self.__name__ = getattr(function, "__name__", "your function")
        self.__code__ = getattr(function, "__code__", None)

    def __call__(self, *args):
        if not callable(self.function):
            return call(self.function)
        args = [_tensors(arg)[0] if isinstance(arg, np.ndarray) else arg for arg in args]
        try:
            return self.function(*args)
        except AttributeError as error:
            method = getattr(error, "name", None)
            if not hasattr(np.ndarray, method or ""):
                raise
            raise Wrong(
                f"`{self.__name__}` gets tensors, and those have no `.{method}` as arrays do: "
                f"write `ops.{method}(…)`.",
                "exception",
            ) from error


@exercise(
    title="My VAE",
    hints=(
        "`call`: encode, sample, decode. `self.encoder(images)` gives two tensors, and "
        "`self.sampling((z_mean, z_log_var))` draws z.",
        '`call` returns `{"z_mean": z_mean, "z_log_var": z_log_var, "logits": logits}`, and '
        "`compute_loss` finds that dict in `y_pred` and the images in `x`.",
        "`compute_loss`: `loss_parts(x, y_pred['logits'], y_pred['z_mean'], y_pred['z_log_var'])` "
        "gives both numbers of each image. Hand each to its tracker with `.update_state(…)`, as "
        "they are, and return `ops.mean(…)` of the sum, with `self.beta` before the KL.",
    ),
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
    title="The bias of the mean image",
    hints=(
        "Three steps: the mean image, clipped to [ε, 1 − ε], and its logit log(p / (1 − p)).",
        "`images.mean(axis=0)` is the mean image, (28, 28, 1), and `.ravel()` makes a row of it.",
        "`p = np.clip(mean, epsilon, 1 - epsilon)`, then `np.log(p / (1 - p))`.",
    ),
)
def mean_image_bias(answer):
    """Return the logit of the mean image, one number a pixel."""

    def right(images, epsilon):
        p = np.clip(images.mean(axis=0).ravel(), epsilon, 1 - epsilon)
        return np.log(p / (1 - p))

    def logit(p):
        with np.errstate(all="ignore"):
            return np.log(p / (1 - p))

    rng = np.random.default_rng(36)
    small = np.array([[0.0, 0.9, 0.5, 1.0], [0.0, 0.3, 0.1, 1.0]]).reshape(2, 2, 2, 1)
    others = [rng.beta(0.3, 0.6, size) for size in ((5, 3, 2, 1), (3, 2, 4, 1))]
    for images in others:
        images[:, 0, 0], images[:, 1, 1] = 0, 1  # never lit, always lit
    expect_function(
        answer,
        right,
        [(small, 0.05), (small, 0.2), (others[0], 0.005), (others[1], 0.01)],
        look_at="Mean over images, clip, logit: log(p / (1 − p)), one number a pixel.",
        mistakes=[
            (
                lambda x, e: logit(x.mean(axis=0).ravel()),
                "A pixel that is never lit has the mean 0, and its logit is −∞: clip the mean "
                "first.",
            ),
            (
                lambda x, e: np.clip(x.mean(axis=0).ravel(), e, 1 - e),
                "That is the mean brightness. The last layer gives logits: log(p / (1 − p)).",
            ),
            (
                lambda x, e: np.log(np.clip(x.mean(axis=0).ravel(), e, 1 - e)),
                "That is log p: the logit is log(p / (1 − p)).",
            ),
            (
                lambda x, e: -right(x, e),
                "The fraction is upside down: bright pixels need a large logit, log(p / (1 − p)).",
            ),
            (
                lambda x, e: right(x, 0.005),
                "It is as if ε were always 0.005: use `epsilon`.",
            ),
            (
                lambda x, e: logit(np.clip(x.mean(axis=0).ravel(), e, None)),
                "A pixel that is always lit has the mean 1, and the logit ∞: clip at 1 − ε, too.",
            ),
            (
                lambda x, e: logit(np.clip(x, e, 1 - e)).mean(axis=0).ravel(),
                "That is the mean of logits: take the logit of the mean.",
            ),
            (
                lambda x, e: logit(np.clip(x, e, 1 - e).mean(axis=0).ravel()),
                "You clipped every image: clip the mean. A pixel that is dark in most images "
                "would come out brighter than it is.",
            ),
            (
                lambda x, e: logit(x.mean(axis=0).ravel() * (1 - 2 * e) + e),
                "That shrinks every pixel towards grey: clip only what is nearer to 0 or 1 than ε.",
            ),
            (
                lambda x, e: logit(np.clip(x.mean(), e, 1 - e)),
                "That is one number for all pixels: each has a mean of its own, over axis 0.",
            ),
            (
                lambda x, e: logit(np.clip(np.median(x, axis=0).ravel(), e, 1 - e)),
                "That is the median over images: take the mean.",
            ),
            (
                lambda x, e: logit(np.clip(x.mean(axis=(1, 2, 3)), e, 1 - e)),
                "That is one number an image: average over images, axis 0.",
            ),
            (
                lambda x, e: 1 / (1 + np.exp(-np.clip(x.mean(axis=0).ravel(), e, 1 - e))),
                "That is the sigmoid, the way back: asked is its inverse, log(p / (1 − p)).",
            ),
            (
                lambda x, e: np.log1p(np.clip(x.mean(axis=0).ravel(), e, 1 - e)),
                "That is log(1 + p): the logit is log(p / (1 − p)).",
            ),
        ],
    )
    return "Before it has learned anything, the decoder now draws the average digit."


@exercise(
    title="The standard β",
    hints=(
        "Divide the whole loss by a number so that the reconstruction becomes a *sum* over "
        "pixels. A loss may be divided: the best weights stay the best.",
        "The mean over pixels is the sum divided by `n_pixels`, so the reconstruction is "
        "`weight / n_pixels` times the sum. Divide everything by that factor.",
        "What is left before the KL is 1 divided by `weight / n_pixels`.",
    ),
)
def standard_beta(answer):
    """Turn a weight on the mean reconstruction into the β of the standard loss."""

    def right(weight, n_pixels):
        return n_pixels / weight

    expect_function(
        answer,
        right,
        [(500, 1024), (10, 784), (50, 3072), (2000, 64)],
        look_at="Write mean = sum / n_pixels and divide the loss by what stands before sum.",
        mistakes=[
            (
                lambda weight, n: weight / n,
                "That is the factor before the *sum*: divide by it, and see what is left before "
                "the KL.",
            ),
            (
                lambda weight, n: weight,
                "That weight stands on the reconstruction; β stands on the KL.",
            ),
            (lambda weight, n: n, "That is β if the weight is 1: divide by the weight."),
            (lambda weight, n: 1 / weight, "The reconstruction still is a mean over pixels there."),
            (
                lambda weight, n: 1 / n,
                "The mean *divides* the sum by the number of pixels: β grows with it.",
            ),
            (
                lambda weight, n: weight * n,
                "The weight divides: the more the reconstruction weighs, the smaller is β.",
            ),
            (lambda weight, n: n // weight, "`//` drops the fractions: use `/`."),
            (lambda weight, n: n - weight, "The weight divides: a quotient, not a difference."),
            (
                lambda weight, n: np.sqrt(n) / weight,
                "No root: `n_pixels` is the number of all pixels already.",
            ),
            (
                lambda weight, n: n**2 / weight,
                "No square: `n_pixels` is the number of all pixels already.",
            ),
            (
                lambda weight, n: n / weight / 2,
                "No ½: divide the whole loss by `weight / n_pixels`.",
            ),
            (
                lambda weight, n: 1024 / weight,
                "It is as if there were always 1,024 pixels: use `n_pixels`.",
            ),
            (
                lambda weight, n: 784 / weight,
                "It is as if there were always 784 pixels: use `n_pixels`.",
            ),
            (lambda weight, n: n / 500, "It is as if the weight were always 500: use `weight`."),
            (
                lambda weight, n: 1024 / 500,
                "That is the answer to the example alone: use `weight` and `n_pixels`.",
            ),
        ],
    )
    return "500 × mean + KL is β = 2.048: more pressure on the code, not 500 times less."


@exercise(
    hints=(
        "First the KL divergence of each dimension of each image: `vh.metrics.kl_per_dimension` "
        "gives (n, latent_dim).",
        "Average it over *images* (axis 0): one number for each dimension.",
        "Compare with the threshold: the sum of True and False is the number of True.",
    )
)
def collapsed_dimensions(answer):
    """Count the latent dimensions whose mean KL divergence is below a threshold."""

    def right(z_mean, z_log_var, threshold):
        return np.sum(_kl(z_mean, z_log_var).mean(axis=0) < threshold)

    def counted(function):
        """A mistake: function(z_mean, z_log_var) gives the numbers that are compared."""
        return lambda m, v, t: np.sum(function(m, v) < t)

    per_dimension = _kl(*_COLLAPSING).mean(axis=0)
    listed = ", ".join(f"{value:.3f}" for value in per_dimension)
    thresholds = [0.15, *(c * kl for kl in per_dimension[1:] for c in (0.98, 1.02))]
    cases = [Case(*_COLLAPSING, float(f"{t:.4g}")) for t in thresholds]
    exactly = Case(*_COLLAPSING, 0.0, when="no KL is below 0")
    expect_function(
        answer,
        right,
        [*cases, exactly],
        look_at=f"The mean KL of the dimensions is {listed} nats. Which are below the threshold?",
        mistakes=[
            (
                lambda m, v, t: np.sum(_kl(m, v).mean(axis=0) >= t),
                "That is how many dimensions are in use.",
            ),
            (
                lambda m, v, t: np.sum(_kl(m, v).mean(axis=0) > t),
                "That is how many dimensions are in use.",
            ),
            (
                lambda m, v, t: np.sum(_kl(m, v).mean(axis=0) <= t),
                "A KL of exactly the threshold is not below it: `<`, not `<=`.",
            ),
            (counted(_kl), "You counted images too: average over them first."),
            (
                lambda m, v, t: np.sum((_kl(m, v) < t).all(axis=0)),
                "You ask that *every* image, even the largest KL, is below the threshold: average "
                "over them first.",
            ),
            (
                lambda m, v, t: np.sum((_kl(m, v) < t).any(axis=0)),
                "You ask that *some* image, the smallest KL, is below the threshold: average over "
                "them first.",
            ),
            (
                lambda m, v, t: np.mean((_kl(m, v) < t).sum(axis=1)),
                "You counted in each image and averaged the counts: average the KL first.",
            ),
            (
                counted(lambda m, v: _kl(m, v).mean(axis=1)),
                "Average over images, which are axis 0.",
            ),
            (
                counted(lambda m, v: _kl(m, v).sum(axis=0)),
                "You summed over images: average over them.",
            ),
            (
                counted(lambda m, v: np.median(_kl(m, v), axis=0)),
                "That is the median over images: take the mean.",
            ),
            (
                lambda m, v, t: np.mean(_kl(m, v).mean(axis=0) < t),
                "That is the share of dimensions: count them.",
            ),
            (
                lambda m, v, t: _kl(m, v).mean(axis=0) < t,
                "That is True or False for each dimension: count the True ones.",
            ),
            (
                lambda m, v, t: _kl(m, v).sum(axis=1).mean() < t,
                "That compares the KL of all dimensions together: compare one by one.",
            ),
            (
                counted(lambda m, v: _kl(m.mean(axis=0), v.mean(axis=0))),
                "You averaged means and log-variances over the images, and took the KL of that: "
                "codes to the left and to the right then cancel. Take the KL of each image first.",
            ),
            (
                counted(lambda m, v: m.var(axis=0)),
                "That is the variance of the means over the images, the other count that the text "
                "names (`active_units`): take the mean KL.",
            ),
            (
                counted(lambda m, v: m.std(axis=0)),
                "That is the deviation of the means over the images: take the mean KL.",
            ),
            (
                counted(lambda m, v: (0.5 * m**2).mean(axis=0)),
                "The variances are forgotten: a dimension may say something by them alone. Take "
                "all four terms of the KL.",
            ),
            (
                counted(lambda m, v: (m**2).mean(axis=0)),
                "The variances are forgotten: take all four terms of the KL.",
            ),
            (
                counted(lambda m, v: 2 * _kl(m, v).mean(axis=0)),
                "The factor ½ of the KL is missing.",
            ),
            (
                counted(lambda m, v: _kl(m, 2 * v).mean(axis=0)),
                "You took `z_log_var` for log σ; it is log σ².",
            ),
            (
                counted(lambda m, v: _kl(m, v / 2).mean(axis=0)),
                "log σ² is `z_log_var`, and σ² its exponential: nothing to halve.",
            ),
            (
                counted(lambda m, v: _kl(v, m).mean(axis=0)),
                "`z_mean` and `z_log_var` are exchanged.",
            ),
            (
                counted(lambda m, v: _kl(m, m).mean(axis=0)),
                "`z_mean` stands in the place of `z_log_var`, too.",
            ),
            (
                lambda m, v, t: right(m, v, 0.2),
                "It is as if the threshold were always the same, 0.1 or 0.2: use `threshold`.",
            ),
            (
                lambda m, v, t: right(m, v, 0.01),
                "It is as if the threshold were always 0.01: use `threshold`.",
            ),
        ],
    )
    return "Mean over images first: a dimension that only some digits use is in use."


# Per dimension: the prior exactly; an offset, the same for all; means that cancel; a variance
# alone; used by every third image; used by all.
_COLLAPSING = (
    np.array(
        [
            [0.0, 0.3, 1.5, 0.0, 0.0, 1.9],
            [0.0, 0.3, -1.5, 0.0, 0.1, -1.1],
            [0.0, 0.3, 0.6, 0.0, 1.2, -0.5],
            [0.0, 0.3, -0.6, 0.0, 0.0, 0.4],
        ]
    ),
    np.array(
        [
            [0.0, 0.0, 0.0, -1.6, 0.0, -3.0],
            [0.0, 0.0, 0.0, -1.6, -0.1, -2.5],
            [0.0, 0.0, 0.0, -1.6, -2.0, -3.5],
            [0.0, 0.0, 0.0, -1.6, 0.0, -3.0],
        ]
    ),
)


@exercise(
    title="Free bits",
    hints=(
        "Three steps, in this order: mean over images, each dimension at least `floor`, sum.",
        "`ops.maximum(a, floor)` lifts whatever is below the floor up to it.",
        "`ops.mean(kl, axis=0)` is the first step. Stay with `ops` all the way, so that gradients "
        "pass.",
    ),
)
def free_bits_penalty(answer):
    """Return the KL penalty of a batch with a free allowance for each dimension."""

    def right(kl, floor):
        return np.maximum(kl.mean(axis=0), floor).sum()

    small = np.array([[0.0, 1.0, 0.02], [0.3, 3.0, 0.0], [0.9, 2.3, 0.07]])
    wide = np.array([[0.9, 0.1, 0.35, 2.6], [0.1, 0.25, 0.2, 0.5], [0.3, 0.4, 0.0, 0.2]])
    mean = small.mean(axis=0)
    expect_function(
        _OnTensors(answer),
        right,
        [(small, 0.1), (small, 0.45), (wide, 0.3), (wide, 0.7), (wide, 2.5)],
        look_at="The order is: mean over images, each dimension at least `floor`, sum. The "
        f"dimensions of the (3, 3) batch use {', '.join(f'{v:.2f}' for v in mean)} nats.",
        mistakes=[
            (
                lambda kl, f: np.maximum(kl, f).mean(axis=0).sum(),
                "You lifted each image on its own: average over images first, so that a dimension "
                "may spend its allowance on the images that need it.",
            ),
            (
                lambda kl, f: np.maximum(kl, f).sum(),
                "You lifted each image on its own, and summed over images: average over them "
                "first.",
            ),
            (
                lambda kl, f: np.minimum(kl.mean(axis=0), f).sum(),
                "That caps what is used: use `ops.maximum`.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0).sum(), f),
                "The allowance is for each dimension: lift before the sum.",
            ),
            (
                lambda kl, f: np.maximum(kl.sum(axis=1), f).mean(),
                "The allowance is for each dimension, not for an image: mean over images first.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0) - f, 0).sum(),
                "That subtracts the allowance. The gradient is the same, but then the loss is no "
                "upper bound any more: lift to the floor.",
            ),
            (
                lambda kl, f: np.maximum(kl.sum() / len(kl) - f, 0),
                "That subtracts one allowance for all dimensions: lift each one to the floor.",
            ),
            (
                lambda kl, f: np.where(kl.mean(axis=0) < f, 0, kl.mean(axis=0)).sum(),
                "Below the floor you charge nothing: charge the floor, so that the loss has no "
                "leap there.",
            ),
            (
                lambda kl, f: np.where(kl.mean(axis=0) < f, kl.mean(axis=0), 0).sum(),
                "That counts what is *below* the floor: lift it to the floor, and keep the rest.",
            ),
            (
                lambda kl, f: (kl.mean(axis=0) + f).sum(),
                "That adds the floor everywhere: lift only what is below it, `ops.maximum`.",
            ),
            (
                lambda kl, f: (kl.mean(axis=0) - f).sum(),
                "That subtracts the floor everywhere: lift what is below it, `ops.maximum`.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0), f / kl.shape[1]).sum(),
                "You share one floor among the dimensions: each has its own, of `floor` nats.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=1), f).sum(),
                "You averaged over dimensions: images are axis 0.",
            ),
            (
                lambda kl, f: np.maximum(kl.sum(axis=0), f).sum(),
                "You summed over images: average over them.",
            ),
            (
                lambda kl, f: np.maximum(np.median(kl, axis=0), f).sum(),
                "That is the median over images: take the mean.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(), f),
                "You averaged over dimensions, too: each has an allowance of its own.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0), f).mean(),
                "Sum over dimensions, do not average.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0), f),
                "These are the dimensions one by one: sum them.",
            ),
            (
                lambda kl, f: np.maximum(kl.mean(axis=0), f).max(),
                "That is the largest dimension: sum them all.",
            ),
            (
                lambda kl, f: kl.mean(axis=0).sum(),
                "That is the KL divergence itself; `floor` has no effect.",
            ),
            (
                lambda kl, f: right(kl, 0.3),
                "It is as if the floor were always 0.3: use `floor`.",
            ),
            (
                lambda kl, f: right(kl, 0.1),
                "It is as if the floor were always 0.1: use `floor`.",
            ),
            (
                lambda kl, f: -right(kl, f),
                "The sign is turned: the penalty is a cost.",
            ),
            (lambda kl, f: f * kl.shape[1], "That is the floor of all dimensions alone."),
        ],
    )
    [tensor] = _tensors(small)
    _expect_slopes(
        lambda: call(answer, tensor, 0.1),
        [tensor],
        "No gradient of the penalty reaches `kl`, so training would not move it",
        [np.broadcast_to((mean > 0.1) / len(small), small.shape)],
    )
    return "Below its floor a dimension costs the same whatever it does: no gradient pushes it out."


_CURVES = {"A": "silent", "B": "collapsing", "C": "sign", "D": "healthy"}
_CURVE_SIGNS = {
    "silent": "in this pair the KL lies below the picture from the first look on, and the "
    "reconstruction stays at the 200 nats of the mean image. The code is too dear from the first "
    "step to the last.",
    "collapsing": "here the KL is small but not gone, and rises late and slowly, while the "
    "reconstruction waits on a plateau: the decoder has not learned to read yet.",
    "sign": "here both curves shoot up and end after a few dozen steps. No loss rewards that, "
    "unless it is paid for a *large* KL.",
    "healthy": "here the KL leaps up early and is reined in, and the reconstruction falls all the "
    "time.",
}


@exercise(
    title="Name each pair of curves",
    hints=(
        "Look at the KL first: in which pair is it gone, in which does it explode?",
        "A KL of nearly 0 at once: the code is too dear (`silent`). A KL without end: the loss "
        "rewards it (`sign`).",
        "Of the other two, one has the leap of section 3, and the other waits before its KL rises.",
    ),
)
def four_curves(answer):
    """Say of each pair of curves what kind of training it shows."""
    kinds = ", ".join(f'"{kind}"' for kind in sorted(_CURVE_SIGNS))
    expect(
        isinstance(answer, dict) and set(map(letter, answer)) == {"a", "b", "c", "d"},
        f"Your answer is {show(answer)}: expected a dict with the letters A, B, C and D.",
    )
    given = {letter(key).upper(): attempted(value) for key, value in answer.items()}
    given = {key: letter(value) for key, value in given.items()}
    for key, kind in sorted(given.items()):
        expect(
            isinstance(kind, str) and kind in _CURVE_SIGNS,
            f"{key} is {show(kind)}: allowed are {kinds}.",
        )
    kinds_given = list(given.values())
    for kind in kinds_given:
        once = kinds_given.count(kind) == 1
        expect(once, f"{kind!r} stands more than once: each kind has one pair.")
    wrong = [key for key in sorted(given) if given[key] != _CURVES[key]]
    if wrong:
        key = wrong[0]
        seen = _CURVE_SIGNS[_CURVES[key]]
        raise Wrong(f"{4 - len(wrong)} of 4 right. {key} is not {given[key]!r}: {seen}")
    return "Four diagnoses from two curves each: look at them before you look at the loss."


@exercise(
    title="Split the gap",
    hints=(
        "A gap is what one bound lacks to the next better one, image by image; then take the mean.",
        "The order is encoder ≤ refined ≤ log p(x). The first step is the encoder's fault, the "
        "second the Gaussian's.",
        "`np.mean(refined_elbo - encoder_elbo)` is the amortisation gap.",
    ),
)
def split_gap(answer):
    """Return the amortisation gap and the approximation gap, means over images."""

    def right(encoder_elbo, refined_elbo, log_p):
        return np.mean(refined_elbo - encoder_elbo), np.mean(log_p - refined_elbo)

    def first(function):
        """A mistake in the amortisation gap, whatever the other is."""
        return lambda e, r, p: (function(e, r, p), None)

    def second(function):
        """A mistake in the approximation gap, if the first is right."""
        return lambda e, r, p: (np.mean(r - e), function(e, r, p))

    cases = [
        (np.array([-99.0, -120.0]), np.array([-95.0, -114.5]), np.array([-94.2, -113.4])),
        (
            np.array([-60.1, -88.4, -131.0]),
            np.array([-58.0, -85.1, -121.2]),
            np.array([-57.7, -84.9, -118.8]),
        ),
        (
            np.array([-70.1, -92.3, -83.8, -105.9]),
            np.array([-70.4, -85.0, -81.3, -97.7]),
            np.array([-70.6, -83.1, -80.8, -97.0]),
        ),
    ]
    expect_function(
        answer,
        right,
        cases,
        parts=("amortisation gap", "approximation gap"),
        look_at="From the encoder's ELBO to the refined one, and from there to log p(x).",
        mistakes=[
            (
                lambda e, r, p: (np.mean(p - r), np.mean(r - e)),
                "The two are exchanged: what a better Gaussian wins is the amortisation gap.",
            ),
            (
                first(lambda e, r, p: np.mean(e - r)),
                "That is negative: the refined ELBO is the higher one, so subtract the encoder's.",
            ),
            (
                first(lambda e, r, p: np.mean(p - e)),
                "That is the whole distance, both gaps together: stop at the refined ELBO.",
            ),
            (
                first(lambda e, r, p: r - e),
                "These are the gaps image by image: take their mean.",
            ),
            (
                first(lambda e, r, p: np.sum(r - e)),
                "That is the sum over images: take the mean.",
            ),
            (
                first(lambda e, r, p: np.median(r - e)),
                "That is the median over images: take the mean.",
            ),
            (
                first(lambda e, r, p: np.mean(np.abs(r - e))),
                "Keep the signs: an estimate may be lower by its noise, and that has to cancel.",
            ),
            (
                second(lambda e, r, p: np.mean(np.abs(p - r))),
                "Keep the signs: an estimate may be lower by its noise, and that has to cancel.",
            ),
            (
                first(lambda e, r, p: np.max(r - e)),
                "That is the image with the largest gap: take the mean.",
            ),
            (
                first(lambda e, r, p: np.mean((r - e) / (p - e))),
                "That is a share: return nats.",
            ),
            (
                first(lambda e, r, p: np.mean(r - e) / np.mean(p - e)),
                "That is a share: return nats.",
            ),
            (
                first(lambda e, r, p: np.mean(r)),
                "That is the refined ELBO itself: subtract the encoder's.",
            ),
            (
                second(lambda e, r, p: np.mean(p - e)),
                "That is the whole distance, both gaps together: begin at the refined ELBO.",
            ),
            (
                second(lambda e, r, p: np.mean(r - p)),
                "The sign is turned: log p(x) is the higher one.",
            ),
            (
                second(lambda e, r, p: p - r),
                "These are the gaps image by image: take their mean.",
            ),
            (
                second(lambda e, r, p: np.sum(p - r)),
                "That is the sum over images: take the mean.",
            ),
            (
                second(lambda e, r, p: np.median(p - r)),
                "That is the median over images: take the mean.",
            ),
            (
                second(lambda e, r, p: np.mean(p)),
                "That is log p(x) itself: subtract the refined ELBO.",
            ),
        ],
    )
    return "Two faults told apart: the first could be mended by a better encoder alone."


@exercise(
    title="The difference, with its error",
    hints=(
        "The runs come in pairs with the same seed: look at `first - second`, one number a seed.",
        "The standard error of a mean is the standard deviation (with `ddof=1`, for it is "
        "estimated from few values) divided by the square root of how many there are.",
        "`d.std(ddof=1) / np.sqrt(len(d))` is the standard error, if `d` are the differences.",
    ),
)
def paired_difference(answer):
    """Return the mean difference of two recipes over seeds, and its standard error."""

    def right(first, second):
        d = first - second
        return d.mean(), d.std(ddof=1) / np.sqrt(len(d))

    def mean(function):
        """A mistake in the mean, function(first, second), whatever the error is."""
        return lambda a, b: (function(a, b), None)

    def error(function):
        """A mistake in the error, function(difference), if the mean is right."""
        return lambda a, b: ((a - b).mean(), function(a - b))

    # Skewed, with a negative difference each; the mean, the median and all sizes differ.
    cases = [
        (np.array([120.4, 121.9, 119.6, 121.1]), np.array([118.2, 122.3, 117.8, 114.3])),
        (np.array([98.2, 97.5, 99.9, 98.8, 97.1]), np.array([97.9, 98.4, 95.2, 98.1, 96.0])),
        (np.array([110.5, 111.2, 113.9]), np.array([111.7, 114.1, 113.0])),
    ]
    expect_function(
        answer,
        right,
        cases,
        parts=("mean", "standard error"),
        look_at="Take `first - second` seed by seed: the mean of these differences, and their "
        "standard deviation divided by √n.",
        mistakes=[
            (
                mean(lambda a, b: (b - a).mean()),
                "That is `second - first`: the other way round.",
            ),
            (
                mean(lambda a, b: np.abs(a - b).mean()),
                "Keep the signs: a seed for which `first` is smaller counts against the others.",
            ),
            (
                mean(lambda a, b: np.abs((a - b).mean())),
                "Keep the sign: it says which of the two is larger.",
            ),
            (mean(lambda a, b: np.median(a - b)), "That is the median: take the mean."),
            (mean(lambda a, b: (a - b).sum()), "That is the sum: divide by the number of seeds."),
            (
                mean(lambda a, b: (a - b).sum() / (len(a) - 1)),
                "A mean divides by n; n − 1 is for the standard deviation.",
            ),
            (mean(lambda a, b: a - b), "These are the differences seed by seed: take their mean."),
            (mean(lambda a, b: (a / b).mean()), "Take the difference, not the quotient."),
            (mean(lambda a, b: ((a - b) / b).mean()), "Take the difference in nats, no share."),
            (mean(lambda a, b: (a - b)[0]), "That is the first seed alone: average over all."),
            (mean(lambda a, b: a.min() - b.min()), "Compare all seeds, not the best of each."),
            (mean(lambda a, b: a.max() - b.max()), "Compare all seeds, not the worst of each."),
            (mean(lambda a, b: a.mean()), "Subtract `second`, seed by seed."),
            (
                mean(lambda a, b: (a - b).mean() / ((a - b).std(ddof=1) / np.sqrt(len(a)))),
                "That is a t value, the mean divided by its error: return the two apart.",
            ),
            (
                error(lambda d: d.std(ddof=1)),
                "That is the spread of single differences: divide by √n for their mean.",
            ),
            (
                error(lambda d: d.std() / np.sqrt(len(d))),
                "With few values the standard deviation needs `ddof=1`.",
            ),
            (error(lambda d: d.std()), "Use `ddof=1`, and divide by √n."),
            (
                error(lambda d: d.var(ddof=1) / len(d)),
                "That is its square: take the root.",
            ),
            (
                error(lambda d: d.var(ddof=1)),
                "That is the variance of single differences: take its root, and divide by √n.",
            ),
            (
                error(lambda d: d.var(ddof=1) / np.sqrt(len(d))),
                "That is the variance divided by √n: take the standard deviation.",
            ),
            (
                error(lambda d: d.std(ddof=1) / len(d)),
                "Divide by the *root* of the number of seeds.",
            ),
            (
                error(lambda d: d.std(ddof=1) / np.sqrt(len(d) - 1)),
                "`ddof=1` is the n − 1 already: divide by √n.",
            ),
            (
                error(lambda d: d.std(ddof=1) * np.sqrt(len(d))),
                "Divide by √n, do not multiply: more seeds, a smaller error.",
            ),
            (
                error(lambda d: 1.96 * d.std(ddof=1) / np.sqrt(len(d))),
                "That is half of a 95 % interval: the standard error has no factor 1.96.",
            ),
            (
                error(lambda d: d.std(ddof=1) / np.sqrt(3)),
                "It is as if there were always three seeds: divide by the root of `len(first)`.",
            ),
            (
                error(lambda d: d.std(ddof=1) / 2),
                "It is as if there were always four seeds: divide by the root of `len(first)`.",
            ),
            (
                error(lambda d: d.std(ddof=1) / np.sqrt(2 * len(d))),
                "There are n differences, one a seed, not 2n.",
            ),
            (
                error(lambda d: np.abs(d - d.mean()).mean() / np.sqrt(len(d))),
                "That is the mean absolute deviation: take the standard deviation.",
            ),
            (
                lambda a, b: (
                    (a - b).mean(),
                    np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)),
                ),
                "That treats the runs as strangers. Take the differences seed by seed: what a seed "
                "does to both recipes then cancels.",
            ),
            (
                lambda a, b: ((a - b).mean(), np.sqrt((a.var() + b.var()) / len(a))),
                "That treats the runs as strangers, without `ddof=1`: take the differences seed by "
                "seed.",
            ),
            (
                lambda a, b: ((a - b).mean(), (a.std(ddof=1) - b.std(ddof=1)) / np.sqrt(len(a))),
                "That is a difference of deviations: take the deviation of the differences.",
            ),
            (
                lambda a, b: ((a - b).mean(), a.std(ddof=1) / np.sqrt(len(a))),
                "That is the error of `first` alone: take the deviation of the differences.",
            ),
        ],
    )
    return "Two numbers, and a claim has become a measurement."


kl_rises = Prediction(
    "The reconstruction loss falls. What does the other term of the loss, the KL divergence, do?",
    {
        "a": "It falls as well, for it is part of a loss that is made small.",
        "b": "It rises steadily from nearly 0, and levels off.",
        "c": "It leaps up, and then comes down to some 17 nats.",
        "d": "It stays near 0, where it began, for there it is smallest.",
    },
    right="c",
    feedback={
        "a": "It cannot: it begins at nearly 0, and no divergence is negative. The *sum* falls.",
        "b": "It does end well above 0, but on the way there it shoots past.",
        "c": "The first steps are wild: a decoder that is wrong in every pixel tears the codes "
        "apart, and the KL reins them in. The nats that remain are a price, paid because each "
        "of them saves more than a nat of reconstruction. Training stops buying where the last "
        "one saves just one.",
        "d": "Then the code would say nothing, and every copy would be the same grey blot. (Such "
        "a model comes in section 5.)",
    },
    name="kl_rises",
    chapter=__name__,
)

larger_gap = Prediction(
    "Which part of the distance between the ELBO and log p(x) is larger?",
    {
        "a": "The amortisation gap: better Gaussians are there, but the encoder misses them.",
        "b": "The approximation gap: ten independent Gaussians cannot follow the true posterior.",
        "c": "Both are about equal.",
    },
    right="a",
    feedback={
        "a": "With its own mean and variance for each image, most of the distance is gone, though "
        "it still is a Gaussian without correlations. The decoder learned beside this family of "
        "posteriors, and gave the true ones a shape that fits into it.",
        "b": "That is what one expects of so simple a shape, but the best Gaussian comes within a "
        "nat of log p(x).",
        "c": "They are not: one of them is several times the other.",
    },
    name="larger_gap",
    chapter=__name__,
)


self_test = SelfTest(
    Question(
        "During training the KL divergence *rises* from nearly 0 to 18 nats, although it is part "
        "of the loss. Why?",
        {
            "a": "Its gradient has the wrong sign: the optimizer climbs where it should fall.",
            "b": "Each nat spent on the code saves more than a nat of reconstruction.",
            "c": "The prior moves away from the codes.",
        },
        right="b",
        feedback={
            "a": "Then the loss would not fall; it falls. (Section 3.)",
            "b": "A code that says nothing is free and useless. Paying 18 nats saves about 100.",
            "c": "The prior is N(0, I) from the first step to the last. (Section 3.)",
        },
    ),
    Question(
        "A paper has `loss = 100 * mean_over_pixels(bce) + kl` on 28 × 28 images. Which β is that "
        "in the standard form?",
        {"a": "100", "b": "1 / 100", "c": "7.84", "d": "0.128"},
        right="c",
        feedback={
            "a": "The 100 stands on the reconstruction, not on the KL. (Section 5.)",
            "b": "The mean over 784 pixels hides a factor too. (Section 5.)",
            "c": "784 / 100: divide the loss by 100/784, and the KL gets this factor.",
            "d": "That is 100 / 784, the factor to divide by. (Section 5.)",
        },
        variants=(
            Question(
                "A paper has `loss = 2 * mean_over_pixels(bce) + kl` on 32 × 32 images. Which β is "
                "that in the standard form?",
                {"a": "1 / 2", "b": "512", "c": "2,048", "d": "0.00195"},
                right="b",
                feedback={
                    "a": "The mean over 1,024 pixels hides a factor too. (Section 5.)",
                    "b": "1,024 / 2: divide the loss by 2/1,024, and the KL gets this factor.",
                    "c": "The 2 makes the reconstruction heavier, so β is smaller. (Section 5.)",
                    "d": "That is 2 / 1,024, the factor to divide by. (Section 5.)",
                },
            ),
        ),
    ),
    Question(
        "A VAE with β = 4 has loss 148, one with β = 1 has loss 110. Which is the better model "
        "of the data?",
        {
            "a": "The one with β = 1: its loss is lower.",
            "b": "These losses do not tell: compare reconstruction + KL.",
            "c": "The one with β = 4, for it was trained under more pressure.",
        },
        right="b",
        feedback={
            "a": "With β = 0.1 the loss would be 88. Losses with different β are different scales. "
            "(Section 6.)",
            "b": "Reconstruction + KL, unweighted, bounds −log p(x), whatever the training used.",
            "c": "Pressure keeps nats out of the code; whether that helps has to be measured. "
            "(Section 6.)",
        },
    ),
    Question(
        "Of 10 latent dimensions 4 have a mean KL below 0.01 nats. Which remedy fits, if β is 1?",
        {
            "a": "β warm-up or free bits, then look whether −ELBO gets better.",
            "b": "Subtract the KL from the loss.",
            "c": "Average the reconstruction over pixels, so that both terms are small.",
        },
        right="a",
        feedback={
            "a": "Right, and look: some dimensions are unused because they are not needed.",
            "b": "Then the loss rewards codes far from the prior and falls without end. "
            "(Section 7.)",
            "c": "That is β = 784 in disguise: the other six would go too. (Section 7.)",
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
            "a": "Another seed alone may move either by as much. (Section 10.)",
            "b": "Randomness can be measured: that is what several seeds are for. (Section 10.)",
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
    low, high = np.quantile(std, (0.25, 0.75))  # half of log σ² shows where σ is small or large
    groups = noise, noise[std < low], noise[std > high]
    if all(map(_is_normal, groups)) and np.abs(np.corrcoef(noise.T) - np.eye(3)).max() < 0.15:
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
    expect(
        np.shape(got) != (7,),
        "`compute_loss` has one number for each of the 7 images: return their mean, `ops.mean(…)`.",
        "shape",
    )
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
