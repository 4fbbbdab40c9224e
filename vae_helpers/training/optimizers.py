"""Adam in one operation, and learning rates that rise and fall."""

from typing import Any

from vae_helpers.backend import keras
from vae_helpers.training.recipes import Recipe

LearningRateSchedule = keras.optimizers.schedules.LearningRateSchedule


@keras.saving.register_keras_serializable(package="vae_helpers")
class FusedAdam(keras.optimizers.Adam):
    """Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980), on TensorFlow in one operation.

    Keras writes an update as a dozen operations, each of which reads and writes whole weight
    matrices; TensorFlow has all of them in one pass over memory. The result differs by rounding.
    On other backends, whose compilers join the operations anyway, and with ``amsgrad``, which that
    operation does not know, this is Keras' Adam.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight variable along its gradient."""
        if keras.backend.backend() != "tensorflow" or self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index = self._get_variable_index(variable)
        step = keras.ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,  # Keras hands over the TensorFlow variable itself
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=keras.ops.power(self.beta_1, step),
            beta2_power=keras.ops.power(self.beta_2, step),
            lr=keras.ops.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=keras.ops.cast(gradient, variable.dtype),
        )


def learning_rate(recipe: Recipe, steps_per_epoch: int) -> float | LearningRateSchedule:
    """Return the recipe's learning rate: a number, or a Keras schedule over all its steps."""
    if recipe.schedule == "constant":
        return recipe.learning_rate
    steps = recipe.epochs * steps_per_epoch
    warmup = max(1, round(recipe.warmup * steps))
    if recipe.schedule == "linear":
        return LinearRiseAndFall(recipe.learning_rate, warmup, steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / warmup,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, steps - warmup),
    )


@keras.saving.register_keras_serializable(package="vae_helpers")
class LinearRiseAndFall(LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak, then falls to zero."""

    def __init__(self, peak: float, warmup_steps: int, steps: int):
        self.peak = peak
        self.warmup_steps = warmup_steps
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step; step 0 already learns a little."""
        step = keras.ops.cast(step, "float32")
        rise = (step + 1) / self.warmup_steps
        fall = (self.steps - step) / max(1, self.steps - self.warmup_steps)
        return self.peak * keras.ops.clip(keras.ops.minimum(rise, fall), 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to build the schedule again."""
        return {"peak": self.peak, "warmup_steps": self.warmup_steps, "steps": self.steps}
