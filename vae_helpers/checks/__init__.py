"""Exercise checkers with hints and solutions: one module a chapter, and the experiment log.

In a notebook: ``from vae_helpers.checks import chapter01 as exercises``, ``experiment_log`` for
the log, ``progress("01")`` for what is solved, and ``sharing`` to take part in the board of a
class. NumPy and SciPy are all that is needed.
"""

from vae_helpers.checks.core import progress

__all__ = ["progress"]
