"""Helpers of a course on variational autoencoders.

``import vae_helpers as vh`` is light: a submodule is imported when it is first used, and
TensorFlow with the first model.
"""

import importlib
import os

# TensorFlow's notes mean nothing to a learner (that there is no GPU is an "error" to it). What
# goes wrong in a computation is raised as an exception all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from vae_helpers.course import by_mode, course_mode, measured
from vae_helpers.data import CLASS_NAMES, Data, Split, load_data

__version__ = "0.1.0"

_SUBMODULES = (
    "baselines",
    "checks",
    "cli",
    "coding",
    "evaluation",
    "features",
    "final",
    "latent",
    "machine",
    "metrics",
    "models",
    "own",
    "plots",
    "toys",
    "training",
    "tsne",
    "widgets",
    "zoo",
)

_FUNCTIONS = {"fast_forward": "sections"}  # imported on first use, too: name → its submodule

__all__ = [
    "CLASS_NAMES",
    "Data",
    "Split",
    "by_mode",
    "course_mode",
    "fast_forward",
    "load_data",
    "measured",
    *_SUBMODULES,
]


def __getattr__(name):
    """Import a submodule, or a function's, on first use (PEP 562)."""
    if name in _SUBMODULES:
        return importlib.import_module(f"vae_helpers.{name}")
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(f"vae_helpers.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module 'vae_helpers' has no attribute {name!r}")


def __dir__():
    """List the submodules and functions although they are not imported yet."""
    return sorted({*globals(), *_SUBMODULES, *_FUNCTIONS})
