"""Samples that the tests of several metrics draw, and what they all refuse."""

import numpy as np

# What kid, precision and recall say of generated features that do not fit 20 real ones (20, 8).
BAD_FEATURES = [
    (np.zeros((9, 7)), r"generated has shape \(9, 7\): allowed is \(n, 8\), n from 2"),
    (np.zeros((1, 8)), r"generated has shape \(1, 8\): allowed is \(n, 8\), n from 2"),
    (np.full((9, 8), np.nan), "generated holds NaN"),
    (np.zeros((3, 3, 8)), "generated has shape"),
]


def normal(n, d=8, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=(n, d))
