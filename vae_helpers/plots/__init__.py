"""Figures of the course.

Every function takes arrays, returns a figure and shows nothing; as the last expression of a cell
the figure appears with its alt text. No function touches pyplot or Matplotlib's settings.
"""

from vae_helpers.plots.curves import training_curves
from vae_helpers.plots.figure import AltFigure
from vae_helpers.plots.images import filmstrip, image_grid, latent_grid, traversals
from vae_helpers.plots.space import decoded_points, embedding

__all__ = [
    "AltFigure",
    "decoded_points",
    "embedding",
    "filmstrip",
    "image_grid",
    "latent_grid",
    "training_curves",
    "traversals",
]
