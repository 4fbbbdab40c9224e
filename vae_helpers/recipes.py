"""How a model is trained, as data: optimizer, schedules, batch, epochs."""

import dataclasses
import math
from dataclasses import dataclass

BETA_KINDS = ("constant", "linear", "cyclical")
SCHEDULES = ("constant", "cosine", "linear")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True)
class BetaSchedule:
    """The weight β of the KL divergence as a function of the epoch, a real number from 0.

    Args:
        beta: the weight in the end; the only one where ``kind`` is "constant".
        kind: "constant"; "linear", rising from 0 to ``beta`` over ``epochs`` (Bowman et al. 2016,
            https://arxiv.org/abs/1511.06349); "cyclical", rising again and again, each cycle of
            ``epochs`` spending the share ``ramp`` on the way up and the rest at ``beta`` (Fu et
            al. 2019, https://arxiv.org/abs/1903.10145).
        epochs: length of the warm-up or of one cycle, in epochs.
        ramp: share of a cycle that rises.

    Raises:
        ValueError: for an unknown kind or a number out of range.
    """

    beta: float = 1.0
    kind: str = "constant"
    epochs: float = 1.0
    ramp: float = 0.5

    def __post_init__(self):
        _one_of("kind", self.kind, BETA_KINDS)
        _number("beta", self.beta, low=0.0)
        _number("epochs", self.epochs, low=0.0, open_low=True)
        _number("ramp", self.ramp, low=0.0, high=1.0, open_low=True)

    def __call__(self, epoch: float) -> float:
        """Return β at a moment of training: 2.5 is half-way through the third epoch."""
        if self.kind == "constant":
            return self.beta
        if self.kind == "linear":
            return self.beta * min(1.0, epoch / self.epochs)
        within_cycle = (epoch % self.epochs) / self.epochs
        return self.beta * min(1.0, within_cycle / self.ramp)


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run except the model, the data and the seed.

    Args:
        epochs: passes over the training images.
        batch_size: images a step.
        learning_rate: of Adam; with a schedule other than "constant" the highest one.
        schedule: "constant", or a linear rise over ``warmup`` of all steps and then down to zero:
            "cosine" along half a cosine (Loshchilov and Hutter 2017,
            https://arxiv.org/abs/1608.03983), "linear" in a straight line.
        warmup: share of all steps, from 0 to below 1.
        beta_2: Adam's memory of squared gradients. Against noisy gradients that shrink fast, as
            here, 0.99 forgets the large early ones sooner than Adam's usual 0.999.
        mean_image_bias: start the biases of the last layer at the logit of the mean image, so
            that the first steps need not spend themselves on "most pixels are black".
        whitened_start: start a dense encoder's first layer where all principal components of the
            images count alike, so that the first epochs need not find the small ones.
        beta_schedule: the KL weight over time; None leaves the model's β as it is.
        steps_per_call: training steps in one call into the compiled graph. More is faster and
            only makes the progress bar move in larger steps.
        validate_every: epochs from one validation to the next.
        jit_compile: compile the step with XLA.
        precision: "float32", or a mixed precision, which is worth it where the hardware
            multiplies 16-bit numbers faster. It counts when the model is built.
        fused_adam: make Adam's update one operation instead of a dozen, on TensorFlow. Worth it
            where the weights are many and the multiplications few: in dense models.

    Raises:
        ValueError: for an unknown word or a number out of range.
    """

    epochs: int
    batch_size: int = 100
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warmup: float = 0.0
    beta_2: float = 0.999
    mean_image_bias: bool = False
    whitened_start: bool = False
    beta_schedule: BetaSchedule | None = None
    steps_per_call: int = 1
    validate_every: int = 1
    jit_compile: bool = False
    precision: str = "float32"
    fused_adam: bool = False

    def __post_init__(self):
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        for name in ("epochs", "batch_size", "steps_per_call", "validate_every"):
            _whole(name, getattr(self, name))
        _number("learning_rate", self.learning_rate, low=0.0, open_low=True)
        _number("warmup", self.warmup, low=0.0, high=1.0, open_high=True)
        _number("beta_2", self.beta_2, low=0.0, high=1.0, open_high=True)

    def replace(self, **changes) -> "Recipe":
        """Return a copy with some fields changed, such as ``recipe.replace(epochs=2)``."""
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict:
        """Return the fields as plain JSON values."""
        return dataclasses.asdict(self)


def _one_of(name, value, allowed):
    if value not in allowed:
        raise ValueError(f"{name}={value!r}: allowed are {', '.join(map(repr, allowed))}")


def _whole(name, value):
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value!r}: allowed is a whole number from 1")


def _number(name, value, low, high=math.inf, open_low=False, open_high=False):
    right_type = isinstance(value, int | float) and not isinstance(value, bool)
    if (
        not right_type
        or not low <= value <= high
        or math.isinf(value)
        or (open_low and value == low)
        or (open_high and value == high)
    ):
        interval = f"{'above' if open_low else 'from'} {low}"
        if high < math.inf:
            interval += f" {'to below' if open_high else 'to'} {high}"
        raise ValueError(f"{name}={value!r}: allowed is a number {interval}")
