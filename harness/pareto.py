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
    return undominated(losses, losses)


def undominated(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Mask:
    """Return which rows no row dominates for sure: with its ``high`` losses against their ``low`` ones.

    With intervals this is the front and all that could be on it; with ``low == high`` it is the front.
    """
    n = len(low)
    keep = np.zeros(n, dtype=bool)
    known = ~np.isnan(low).any(axis=1)
    rivals = high[known]
    for i in np.flatnonzero(known):
        row = low[i]
        keep[i] = not bool(np.any((rivals <= row).all(axis=1) & (rivals < row).any(axis=1)))
    return keep
