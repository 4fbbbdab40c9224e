"""Widgets of the course: a pure render from numbers to a PNG, under a thin frame of ipywidgets.

They work with ipywidgets 7.7 (Colab) and 8 (JupyterLab), by pointer and by keyboard, and show
their own errors. A class shows itself as the last expression of a cell.
"""

from vae_helpers.widgets.compare import (
    BetaExplorer,
    RealOrGenerated,
    ReparameterizationExplorer,
)
from vae_helpers.widgets.explore import InterpolationExplorer, LatentExplorer, NoiseExplorer
from vae_helpers.widgets.render import (
    LatentMap,
    render_bars,
    render_beta,
    render_images,
    render_point,
    render_reparameterization,
    score_text,
)

__all__ = [
    "BetaExplorer",
    "InterpolationExplorer",
    "LatentExplorer",
    "LatentMap",
    "NoiseExplorer",
    "RealOrGenerated",
    "ReparameterizationExplorer",
    "render_bars",
    "render_beta",
    "render_images",
    "render_point",
    "render_reparameterization",
    "score_text",
]
