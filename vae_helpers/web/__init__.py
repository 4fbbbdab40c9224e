"""The course's models in the browser: the explorer's scripts, and the export of models to them."""

from vae_helpers.web import export

__all__ = ["export"]
