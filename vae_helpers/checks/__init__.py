"""Exercise checkers with hints and solutions: one module a chapter, and the experiment log.

In a notebook: ``from vae_helpers.checks import chapter01 as exercises``. NumPy alone is needed.
"""
