"""Your own images: from a folder or an array to a data set, a model of the zoo, a report card."""

from vae_helpers.own.example import draw_flowers
from vae_helpers.own.fitting import (
    Features,
    PrincipalComponents,
    class_features,
    features,
    pixel_features,
    recipe,
    report_card,
    train,
)
from vae_helpers.own.loading import OwnData, Summary, load_images

__all__ = [
    "Features",
    "OwnData",
    "PrincipalComponents",
    "Summary",
    "class_features",
    "draw_flowers",
    "features",
    "load_images",
    "pixel_features",
    "recipe",
    "report_card",
    "train",
]
