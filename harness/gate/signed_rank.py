"""The exact signed-rank test of paired differences, as an estimate and its bounds. Any leading axes hold further series.

The estimate is Hodges and Lehmann's, the median of the Walsh averages ``(D_i + D_j) / 2``, i ≤ j; the bounds are Walsh averages
whose ranks the null distribution of the signed-rank statistic gives (Hollander, Wolfe & Chicken, Nonparametric Statistical
Methods, 3rd ed. 2014, sections 3.1 to 3.3). They hold for differences that are independent and symmetric.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Bounds(NamedTuple):
    """One-sided bounds at the same level; infinite where there are too few differences for it."""

    low: Array
    high: Array


@cache
def null(k: int) -> Array:
    """Return the probabilities that the signed-rank statistic of ``k`` differences is at most 0, 1, …, under no effect."""
    probabilities = np.ones(1)
    for rank in range(1, k + 1):
        longer = np.zeros(len(probabilities) + rank)
        longer[: len(probabilities)] = probabilities / 2
        longer[rank:] += probabilities / 2
        probabilities = longer
    cumulative: Array = np.cumsum(probabilities)
    return cumulative


def rank(k: int, level: float) -> int:
    """Return the rank, from 0, of the Walsh average that is the lower bound at ``level``; -1 where no bound is that sure."""
    return int(np.searchsorted(null(k), level, side="right")) - 1


def walsh(differences: Array) -> Array:
    """Return the averages of each difference with itself and every later one, along the last axis."""
    first, second = np.triu_indices(differences.shape[-1])
    averages: Array = (differences[..., first] + differences[..., second]) / 2
    return averages


def estimate(differences: Array, levels: Sequence[float]) -> tuple[Array, tuple[Bounds, ...]]:
    """Return the Hodges-Lehmann estimate, and the one-sided bounds at each of ``levels``."""
    averages = walsh(differences)
    k, last = differences.shape[-1], averages.shape[-1] - 1
    ranks = [rank(k, level) for level in levels]
    middle = (last // 2, last - last // 2)
    wanted = {*middle, *(place for low in ranks if low >= 0 for place in (low, last - low))}
    averages.partition(sorted(wanted), axis=-1)
    centre: Array = (averages[..., middle[0]] + averages[..., middle[1]]) / 2
    return centre, tuple(_bounds(averages, low) for low in ranks)


def _bounds(averages: Array, low: int) -> Bounds:
    if low < 0:
        none = np.full(averages.shape[:-1], np.inf)
        return Bounds(-none, none)
    return Bounds(averages[..., low], averages[..., -1 - low])
