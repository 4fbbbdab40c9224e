"""How a model is trained, as data: optimizer, schedules, batch, epochs."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from vae_helpers import _arguments

BETA_KINDS = ("constant", "linear", "cyclical")
SCHEDULES = ("constant", "cosine", "linear")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")

# What each field of a recipe is changed for: see Recipe.changes_from.
REASONS = {
    "epochs": "how often every image is seen",
    "batch_size": "larger: fewer steps an epoch, each along a steadier average",
    "learning_rate": "a high one goes far in the beginning",
    "schedule": "and falls to zero: the end is a landing",
    "warmup": "a short rise before keeps the first steps from jumping",
    "beta_2": "Adam divides by the root of a mean of squared gradients: the huge early ones fade",
    "mean_image_bias": "nothing to learn about 'most pixels are black'",
    "whitened_start": "the encoder sees the small components from the first step",
    "beta_schedule": "the weight of the KL changes on the way",
    "steps_per_call": "several steps in one call: quicker, the same steps",
    "validate_every": "epochs from one validation to the next: quicker, the same steps",
    "jit_compile": "a compiled step: quicker, the same but for rounding",
    "precision": "numbers of 16 bits, where the hardware is quicker with them",
    "fused_adam": "Adam in one operation: quicker, the same steps",
}


@dataclass(frozen=True)
class BetaSchedule:
    """The weight β of the KL divergence as a function of the epoch, a real number from 0.

    Args:
        beta: the weight in the end, whatever the way there: a model whose training has ended has
            this β, and its validation loss is measured with it from the first epoch on.
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
        _arguments.one_of(self.kind, "kind", BETA_KINDS)
        _keep(self, "beta", _arguments.number(self.beta, "beta", 0))
        _keep(self, "epochs", _arguments.number(self.epochs, "epochs", 0, open_low=True))
        _keep(self, "ramp", _arguments.number(self.ramp, "ramp", 0, 1, open_low=True))

    def __call__(self, epoch: float) -> float:
        """Return β at a moment of training: 2.5 is half-way through the third epoch."""
        if self.kind == "constant":
            return self.beta
        if self.kind == "linear":
            return self.beta * min(1.0, epoch / self.epochs)
        within_cycle = (epoch % self.epochs) / self.epochs
        return self.beta * min(1.0, within_cycle / self.ramp)

    def until(self, epoch: float) -> float:
        """Return β just before a moment: where a cycle ends it is high, and 0 just after."""
        if self.kind == "cyclical" and epoch > 0 and epoch % self.epochs == 0:
            return self.beta
        return self(epoch)


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
            makes the progress bar, and a β schedule, move in larger steps.
        validate_every: epochs from one validation to the next.
        jit_compile: compile the step, with XLA on TensorFlow and ``torch.compile`` on PyTorch. JAX
            always compiles.
        precision: "float32", or a mixed precision, which is worth it where the hardware
            multiplies 16-bit numbers faster. A model gets its precision when it is built, and
            another one is refused; None takes any.
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
    precision: str | None = None
    fused_adam: bool = False

    def __post_init__(self):
        _arguments.one_of(self.schedule, "schedule", SCHEDULES)
        if self.precision is not None:
            _arguments.one_of(self.precision, "precision", PRECISIONS)
        for name in ("epochs", "batch_size", "steps_per_call", "validate_every"):
            _keep(self, name, _arguments.whole_number(getattr(self, name), name))
        for name in ("mean_image_bias", "whitened_start", "jit_compile", "fused_adam"):
            _keep(self, name, _arguments.flag(getattr(self, name), name))
        rate = _arguments.number(self.learning_rate, "learning_rate", 0, open_low=True)
        _keep(self, "learning_rate", rate)
        for name in ("warmup", "beta_2"):
            share = _arguments.number(getattr(self, name), name, 0, 1, open_high=True)
            _keep(self, name, share)
        if not isinstance(self.beta_schedule, BetaSchedule | None):
            raise ValueError(
                f"beta_schedule={self.beta_schedule!r}: allowed are a BetaSchedule and None"
            )

    def replace(self, **changes) -> "Recipe":
        """Return a copy with some fields changed, such as ``recipe.replace(epochs=2)``."""
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return dataclasses.asdict(self)

    def changes_from(self, other: "Recipe") -> list[tuple[str, Any, Any, str]]:
        """Return (field, other's value, own value, what such a change is for) where they differ."""
        before, after = other.as_dict(), self.as_dict()
        return [
            (name, before[name], after[name], why)
            for name, why in REASONS.items()
            if before[name] != after[name]
        ]


def _keep(frozen, name, value):
    """Write a field of a frozen dataclass: the same number as a plain Python one."""
    object.__setattr__(frozen, name, value)
