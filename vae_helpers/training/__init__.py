"""Training: one function around ``model.fit`` that shows progress and survives interruptions."""

from vae_helpers.training.batches import ShuffledBatches
from vae_helpers.training.fit import compile_model, fit
from vae_helpers.training.optimizers import FusedAdam, LinearRiseAndFall, learning_rate
from vae_helpers.training.recipes import BetaSchedule, Recipe
from vae_helpers.training.starts import mean_image_bias, set_output_bias, set_whitened_kernel

__all__ = [
    "BetaSchedule",
    "FusedAdam",
    "LinearRiseAndFall",
    "Recipe",
    "ShuffledBatches",
    "compile_model",
    "fit",
    "learning_rate",
    "mean_image_bias",
    "set_output_bias",
    "set_whitened_kernel",
]
