"""Figures of the course.

Every function takes arrays, returns a figure and shows nothing; as the last expression of a cell
the figure appears with its alt text. No function touches pyplot or Matplotlib's settings.
"""

from vae_helpers.plots.curves import (
    kl_bars,
    rate_distortion,
    seeds,
    training_curves,
)
from vae_helpers.plots.diagram import model_diagram
from vae_helpers.plots.figure import (
    AltFigure,
)
from vae_helpers.plots.images import (
    filmstrip,
    image_grid,
    latent_grid,
    traversals,
)
from vae_helpers.plots.lines import lines
from vae_helpers.plots.space import (
    decoded_points,
    embedding,
    embedding_panels,
    forming,
    posteriors,
    probability_space,
    silhouettes,
)
from vae_helpers.plots.tables import report_card

__all__ = [
    "AltFigure",
    "decoded_points",
    "embedding",
    "embedding_panels",
    "filmstrip",
    "forming",
    "image_grid",
    "kl_bars",
    "latent_grid",
    "lines",
    "model_diagram",
    "posteriors",
    "probability_space",
    "rate_distortion",
    "report_card",
    "seeds",
    "silhouettes",
    "training_curves",
    "traversals",
]
