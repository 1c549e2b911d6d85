"""Which candidates no other beats in everything, and what such a front is like. Pure functions over losses: less is better.

The one door of moocore (Fonseca, López-Ibáñez, Paquete & Guerreiro's algorithms).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import moocore
import numpy as np
import numpy.typing as npt

Losses = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

EXACT_AT_MOST: Final = 6
"""Objectives whose volume is computed exactly: with 7, a front of 300 took 1.2 s; with 8, 57 s."""


def front(losses: Losses) -> Mask:
    """Return which rows of ``losses``, shape (n, objectives), no row dominates.

    A row dominates another when it is nowhere worse and somewhere better; equal rows stay together. Rows with a NaN
    are neither on the front nor do they dominate.
    """
    keep = np.asarray(~np.isnan(losses).any(axis=1), dtype=np.bool_)
    if keep.any() and losses.shape[1]:
        keep[keep] = moocore.is_nondominated(losses[keep], keep_weakly=True)
    return keep


def undominated(low: Losses, high: Losses) -> Mask:
    """Return which rows no row dominates for sure: with its ``high`` losses against their ``low`` ones.

    With intervals this is the front and all that could be on it; with ``low == high`` it is the front.
    """
    left = np.flatnonzero(~np.isnan(low).any(axis=1))
    rivals = high[front(high)]  # what a row dominates, some row of the front of ``high`` dominates too
    for rival in rivals[np.argsort(_run(rivals).sum(axis=1))]:  # those in the middle beat most, and leave little to the rest
        best = low[left]
        left = left[~((rival <= best).all(axis=1) & (rival < best).any(axis=1))]
    keep = np.zeros(len(low), dtype=np.bool_)
    keep[left] = True
    return keep


def near_front(losses: Losses, layers: int) -> Mask:
    """Return which rows are on the front, or on the next once those are gone, and so on: ``layers`` in all.

    Under any weights, the best so many rows are among them.
    """
    keep = np.zeros(len(losses), dtype=np.bool_)
    for _ in range(layers):
        keep |= front(np.where(keep[:, None], np.nan, losses))
    return keep


def dominators(losses: Losses, rivals: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return, for each row, the first of ``rivals``, rows too, that dominates it; -1 where none of them does."""
    found = np.full(len(losses), -1, dtype=np.int64)
    left = np.flatnonzero(~np.isnan(losses).any(axis=1))
    for rival in rivals:
        theirs, mine = losses[rival], losses[left]
        beaten = (theirs <= mine).all(axis=1) & (theirs < mine).any(axis=1)
        found[left[beaten]] = rival
        left = left[~beaten]
    return found


def volume(losses: Losses) -> float:
    """Return the share of the unit box that rows in it dominate: their hypervolume with 1 everywhere as reference point.

    Beyond ``EXACT_AT_MOST`` objectives it is estimated, always in the same way (Deng & Zhang, Approximating hypervolume and
    hypervolume contributions using polar coordinate, IEEE Transactions on Evolutionary Computation 23, 2019).
    """
    kept = losses[front(losses)]
    if not kept.size:
        return 0.0
    if kept.shape[1] <= EXACT_AT_MOST:
        return float(moocore.hypervolume(kept, ref=1.0))
    return float(moocore.hv_approx(kept, ref=1.0, method="DZ2019-HW"))


def growth(losses: Losses) -> Losses | None:
    """Return the volume of the first row, of the first two, and so on; None beyond ``EXACT_AT_MOST`` objectives.

    A row adds its own box less what the front so far has of it, which few rows of that front bound (While, Bradstreet & Barone,
    A fast way of calculating exact hypervolumes, IEEE Transactions on Evolutionary Computation 16, 2012).
    """
    if losses.shape[1] > EXACT_AT_MOST:
        return None
    kept, total, found = losses[:0], 0.0, np.zeros(len(losses))
    for i, row in enumerate(losses):
        if not np.isnan(row).any() and not (kept <= row).all(axis=1).any():
            total += max(0.0, float(np.prod(1 - row)) - volume(np.maximum(kept, row)))
            kept = np.vstack([kept[~(row <= kept).all(axis=1)], row])
        found[i] = total
    return found


def knee(losses: Losses) -> tuple[int, float] | None:
    """Return the row where the front bends most, and how far it lies inside of the straight line between the front's ends.

    The distance is that from the hyperplane through the ends (Das, On characterizing the "knee" of the Pareto curve based on
    normal-boundary intersection, Structural Optimization 18, 1999), each loss run from 0 at its least on the front to 1 at
    its most; with more than two losses the plane goes through the corners of that box, as if each end were the worst in all
    else. None where the front has no bend: fewer than two losses that differ, or no row inside of the plane.
    """
    on = np.flatnonzero(front(losses))
    if not len(on):
        return None
    run = _run(losses[on])
    run = run[:, run.any(axis=0)]
    if run.shape[1] < 2:
        return None
    inside = (run.shape[1] - 1 - run.sum(axis=1)) / math.sqrt(run.shape[1])
    best = int(inside.argmax())
    return (int(on[best]), float(inside[best])) if inside[best] > 1e-9 else None


def _run(losses: Losses) -> Losses:
    """Return each column run from 0 at its least to 1 at its most; 0 where the two are one."""
    least, most = losses.min(axis=0, initial=np.inf), losses.max(axis=0, initial=-np.inf)
    return np.asarray((losses - least) / np.where(most > least, most - least, 1.0))
