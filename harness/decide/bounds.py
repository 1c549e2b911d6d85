"""How far candidates are inside the bounds of a constraint, and how unsure that is. Pure functions of arrays of any shape."""

from __future__ import annotations

import math

import numpy as np

from harness.decide.columns import Column, Columns
from harness.interfaces import Array
from harness.spec import Constraint


def bounds(constraint: Constraint, reference: Array) -> Array:
    """Return the bound of each candidate, for its baseline's value of the metric; NaN where that is not known."""
    if not constraint.factor:
        return np.full_like(reference, constraint.offset)
    return constraint.factor * reference + constraint.offset


def slack(constraint: Constraint, value: Array, reference: Array) -> Array:
    """Return how far each value is inside its bound: negative where it is beyond, NaN where either is not known."""
    bound = bounds(constraint, reference)
    return bound - value if constraint.op == "<=" else value - bound


def noise(constraint: Constraint, columns: Columns, *, inwards: bool = False) -> Array:
    """Return the standard error of each candidate's slack: by how much less it could be, or with ``inwards`` how much more.

    A fact that is its baseline's too adds none, and where the two were asked the same samples their paired difference takes
    the place of the two intervals. What a ``factor`` other than 1 leaves of the baseline counts in either case.
    """
    mine, theirs = columns.mine[constraint.metric], columns.theirs[constraint.metric]
    upwards = (constraint.op == "<=") != inwards
    alone = _side(mine, upwards)
    if not constraint.factor:
        return alone
    apart = _apart(mine, theirs, columns.apart.get(constraint.metric), upwards)
    left = (1 - constraint.factor) * _side(theirs, upwards == (constraint.factor < 1))
    moved = constraint.factor * _side(theirs, upwards == (constraint.factor < 0))
    return np.where(np.isnan(apart), np.hypot(alone, moved), np.hypot(apart, left))


def _apart(mine: Column, theirs: Column, paired: Column | None, upwards: bool) -> Array:
    """Return the standard error of what a candidate's value is more than its baseline's; NaN where only each alone is known."""
    known = np.full(len(mine.value), math.nan) if paired is None else _side(paired, upwards)
    return np.where((mine.fact == theirs.fact) & (mine.fact >= 0), 0.0, known)


def _side(column: Column, upwards: bool) -> Array:
    return column.above if upwards else column.below
