"""How sure a running timing is of itself already: relative half-widths of 95 % intervals, fast, with numpy alone.

The measuring process asks this while it measures, so that it imports no scipy: that would cost it memory and time. The
intervals that are reported are those of ``stats``, with which these agree.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

AT_LEAST: Final = 11
"""Queries before anything is said, as for a median that is reported."""

BATCHES: Final = 10
Z: Final = 1.959964
"""0.975 quantile of the normal distribution."""
T: Final = 2.262157
"""0.975 quantile of Student's t with 9 degrees of freedom: ten batches."""


def of_median(durations: ArrayLike) -> float:
    """Return the relative half-width of the interval of the median, as a share of it; inf below 11 queries.

    Its ends are order statistics, their ranks by the normal approximation of the binomial count (Hahn & Meeker, Statistical
    Intervals, 1991, section 5.2). Queries are taken as independent.
    """
    times = np.asarray(durations, dtype=float)
    n = len(times)
    if n < AT_LEAST:
        return math.inf
    reach = Z * math.sqrt(n) / 2
    low, high = (max(0, math.ceil((n - 1) / 2 - reach) - 1), min(n - 1, math.ceil((n - 1) / 2 + reach)))
    middle = math.ceil(n / 2) - 1
    ordered = np.partition(times, (low, middle, high))
    return _share(float(ordered[high] - ordered[low]) / 2, float(ordered[middle]))


def of_mean(durations: ArrayLike) -> float:
    """Return the relative half-width of the interval of the mean, as a share of it; inf below 11 queries.

    It rests on the means of ten consecutive batches, so that slow drift counts.
    """
    times = np.asarray(durations, dtype=float)
    n = len(times)
    if n < AT_LEAST:
        return math.inf
    size, longer = divmod(n, BATCHES)
    sizes = np.full(BATCHES, size) + (np.arange(BATCHES) < longer)
    means = np.add.reduceat(times, np.cumsum(sizes) - sizes) / sizes
    return _share(T * float(means.std(ddof=1)) / math.sqrt(BATCHES), float(times.mean()))


def _share(half_width: float, value: float) -> float:
    return half_width / value if value > 0 else math.inf
