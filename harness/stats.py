"""Values with intervals, from samples. Pure functions; every interval is two-sided 95 %.

They describe one process's queries. Processes differ from each other as well, and one process cannot tell by how
much: until several are measured, ``between_processes`` adds an allowance, and says that it is one.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

CONFIDENCE: Final = 0.95

NEEDED_QUERIES: Final = MappingProxyType({0.5: 11, 0.9: 64, 0.95: 130, 0.99: 662, 0.999: 6636})
"""Queries before a percentile is stated: MLPerf LoadGen's early-stopping rule with no query over the limit."""

PROCESS_ALLOWANCE: Final = 0.03
"""Half-width, as a share, that covers how much a timing differs from one process to the next: two standard
deviations of 1.5 %, what block timings on a shared two-core machine showed (docs/measuring.md)."""


class Estimate(NamedTuple):
    """A value with the ends of its interval and the number of observations it rests on."""

    value: float
    low: float
    high: float
    n: int


def proportion(successes: int, n: int) -> Estimate:
    """Return the share ``successes / n`` with the Wilson score interval (Wilson 1927)."""
    if n <= 0:
        raise ValueError("a share needs at least one observation")
    z = float(special.ndtri(0.5 + CONFIDENCE / 2))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Estimate(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)), n)


def percentile(samples: ArrayLike, p: float) -> Estimate | None:
    """Return the observed ``p`` quantile with its distribution-free interval, or None with too few samples.

    The value is the smallest sample that at least ``p`` of the samples do not exceed; the ends are the order statistics
    whose ranks a binomial count stays between (Hahn & Meeker, Statistical Intervals, 1991, section 5.2).
    """
    ordered = np.sort(np.asarray(samples, dtype=float))
    n = len(ordered)
    if n < NEEDED_QUERIES[p]:
        return None
    value = ordered[math.ceil(p * n) - 1]
    cumulative = special.bdtr(np.arange(n), n, p)
    low = max(0, int(np.searchsorted(cumulative, (1 - CONFIDENCE) / 2)) - 1)
    high = min(n - 1, int(np.searchsorted(cumulative, (1 + CONFIDENCE) / 2)))
    return Estimate(float(value), float(ordered[low]), float(ordered[high]), n)


def rate(durations: ArrayLike, per_query: int) -> Estimate | None:
    """Return samples per second of back-to-back queries, its interval from the means of ten consecutive batches.

    Batch means keep slow drift inside the interval, which single queries would hide. None below 11 queries.
    """
    times = np.asarray(durations, dtype=float)
    if len(times) < NEEDED_QUERIES[0.5]:
        return None
    value = per_query * len(times) / times.sum()
    batches = np.array([per_query * len(part) / part.sum() for part in np.array_split(times, 10)])
    t = float(special.stdtrit(len(batches) - 1, 0.5 + CONFIDENCE / 2))
    half = t * batches.std(ddof=1) / math.sqrt(len(batches))
    return Estimate(float(value), float(max(0.0, value - half)), float(value + half), len(times))


def between_processes(estimate: Estimate) -> Estimate:
    """Return ``estimate`` with its interval widened by the allowance for what one process cannot show."""
    allowance = PROCESS_ALLOWANCE * abs(estimate.value)
    return Estimate(
        estimate.value,
        estimate.value - math.hypot(estimate.value - estimate.low, allowance),
        estimate.value + math.hypot(estimate.high - estimate.value, allowance),
        estimate.n,
    )
