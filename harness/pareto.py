"""Which candidates no other beats in everything. Pure functions over losses: less is better in every column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


def front(losses: npt.NDArray[np.float64]) -> Mask:
    """Return which rows of ``losses``, shape (n, objectives), no row dominates.

    A row dominates another when it is nowhere worse and somewhere better; equal rows stay together. Rows with a NaN
    are neither on the front nor do they dominate.
    """
    keep = np.zeros(len(losses), dtype=bool)
    left = np.flatnonzero(~np.isnan(losses).any(axis=1))
    left = left[np.lexsort(losses[left].T[::-1])] if losses.size else left
    while len(left):
        best, left = left[0], left[1:]  # nothing can dominate the first in lexicographic order
        keep[best] = True
        rest, point = losses[left], losses[best]
        left = left[(rest < point).any(axis=1) | (rest == point).all(axis=1)]
    return keep


def undominated(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Mask:
    """Return which rows no row dominates for sure: with its ``high`` losses against their ``low`` ones.

    With intervals this is the front and all that could be on it; with ``low == high`` it is the front.
    """
    keep = np.asarray(~np.isnan(low).any(axis=1), dtype=np.bool_)
    for rival in high[front(high)]:  # what a row dominates, some row of the front of ``high`` dominates too
        keep[(rival <= low).all(axis=1) & (rival < low).any(axis=1)] = False
    return keep
