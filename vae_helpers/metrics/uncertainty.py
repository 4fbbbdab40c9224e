"""How sure a number is: standard errors, several seeds, bootstrap intervals."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from vae_helpers import _arguments


class Estimate(float):
    """A number that knows its ``standard_error``; it prints as "0.0123 ± 0.0045"."""

    def __new__(cls, value: float, standard_error: float) -> Self:
        """Wrap ``value`` and keep ``standard_error`` beside it."""
        estimate = super().__new__(cls, value)
        estimate.standard_error = float(standard_error)
        return estimate

    def __getnewargs__(self):
        return float(self), self.standard_error

    def __str__(self):
        return f"{float(self):.4g} ± {self.standard_error:.2g}"

    def __repr__(self):
        return f"Estimate({float(self)!r}, standard_error={self.standard_error!r})"


class Summary(NamedTuple):
    """A number measured several times: mean, sample standard deviation (n − 1), all values."""

    mean: float
    standard_deviation: float
    values: tuple[float, ...]

    def __str__(self):
        return f"{self.mean:.4g} ± {self.standard_deviation:.2g} (n = {len(self.values)})"


def over_seeds(measure: Callable[[int], float], seeds: int | Iterable[int] = 5) -> Summary:
    """Call ``measure(seed)`` for several seeds and summarise the numbers it returns.

    Args:
        measure: a function of one integer seed that returns a finite number.
        seeds: how many seeds, 0 … seeds − 1 (at least 2), or the seeds themselves.

    Returns:
        A :class:`Summary`. Its spread is that of what the seed decides, and of nothing else.

    Raises:
        ValueError: for fewer than 2 seeds, or a measurement that is not finite.
    """
    if np.ndim(seeds) == 0:
        seeds = range(_arguments.whole_number(seeds, "seeds", low=2))
    return summarise([measure(seed) for seed in seeds])


def summarise(values: ArrayLike) -> Summary:
    """Return the :class:`Summary` of a number measured several times.

    Args:
        values: the measurements (n,), n >= 2.

    Raises:
        ValueError: for fewer than 2 values, another shape, NaN or infinity.
    """
    values = _arguments.row(values, "values", least=2)
    return Summary(float(values.mean()), float(values.std(ddof=1)), tuple(values.tolist()))


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable = np.mean,
    level: float = 0.95,
    resamples: int = 2_000,
    seed: int | None = 0,
) -> tuple[float, float]:
    """Return a percentile bootstrap interval (low, high) of a statistic of one sample.

    The values are drawn again with replacement, many times; the interval holds the middle
    ``level`` of what the statistic becomes (Efron and Tibshirani 1993). Good for means, such as
    the error of an image or being right or wrong; not for FID or KID, where drawing an image
    twice is itself a bias.

    Args:
        values: one number an image, (n,), n >= 2.
        statistic: a function of an array and an ``axis``, such as ``np.mean`` or ``np.median``.
        level: the share of the resampled statistics inside.
        resamples: how often to draw.
        seed: of the draws.

    Raises:
        ValueError: for a level outside (0, 1), fewer than 2 values, NaN or infinity.
    """
    level = _arguments.number(level, "level", low=0, high=1, open_low=True, open_high=True)
    resamples = _arguments.whole_number(resamples, "resamples")
    values = _arguments.row(values, "values", least=2)
    interval = stats.bootstrap(
        (values,),
        statistic,
        confidence_level=level,
        n_resamples=resamples,
        batch=max(1, 1_000_000 // len(values)),
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)
