"""How far two columns of figures agree on the order of candidates. Pure functions.

The measure is Kendall's tau-b: of all pairs, those ordered alike less those ordered otherwise, ties allowed for. Its interval
tells how sure it is for candidates like these; that single figures are noisy only makes orders less alike, so pairs whose order
is sure are counted apart.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.stats import kendalltau

from harness.interfaces import Array
from harness.stats import CONFIDENCE

LEAST: Final = 10
"""Candidates below which no interval is worth its name."""

ROWS: Final = 256
"""Candidates that are compared with all others at once: what is in memory stays small with thousands of them."""


class Agreement(NamedTuple):
    """Kendall's tau-b with its 95 % interval, from 1 (the same order) to -1 (the opposite one)."""

    value: float
    low: float
    high: float
    n: int
    """Candidates that it rests on."""


class Ordered(NamedTuple):
    """Pairs of candidates whose order is beyond noise on both sides, and how many of them are ordered alike."""

    pairs: int
    alike: int


def rank_agreement(one: ArrayLike, other: ArrayLike) -> Agreement | None:
    """Return how alike two columns order their rows; None with fewer than ``LEAST``, or where one orders nothing.

    The interval is symmetric in the inverse hyperbolic tangent of tau, with the larger of two standard errors: that of a
    jackknife over candidates, right whatever the ties, and that of Fieller, Hartley & Pearson (Tests for rank correlation
    coefficients I, Biometrika 44, 1957), which a few candidates in nearly the same order cannot make too small.
    """
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    n = len(a)
    if n < LEAST or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    tau = float(kendalltau(a, b).statistic)
    edge = 1 - 4 / (n * (n - 1))  # a perfect order, had one pair been the other way around
    z, without = (np.arctanh(np.clip(taus, -edge, edge)) for taus in (tau, _without_each(a, b)))
    jackknifed = math.sqrt((n - 1) / n * float(((without - without.mean()) ** 2).sum()))
    half = float(special.stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * max(jackknifed, math.sqrt(0.437 / (n - 4)))
    return Agreement(tau, min(tau, math.tanh(z - half)), max(tau, math.tanh(z + half)), n)


def _without_each(a: Array, b: Array) -> Array:
    """Return tau-b with each row left out in turn; a column that orders nothing without it agrees with nothing."""
    alike, apart_a, apart_b = (np.empty(len(a)) for _ in range(3))
    for rows in _parts(len(a)):
        signs_a, signs_b = np.sign(a[rows, None] - a), np.sign(b[rows, None] - b)
        alike[rows], apart_a[rows], apart_b[rows] = (signs_a * signs_b).sum(1), (signs_a != 0).sum(1), (signs_b != 0).sum(1)
    products = (apart_a.sum() / 2 - apart_a) * (apart_b.sum() / 2 - apart_b)
    taus: Array = np.where(products > 0, (alike.sum() / 2 - alike) / np.sqrt(np.where(products > 0, products, 1.0)), 0.0)
    return taus


def surely_ordered(one: tuple[ArrayLike, ArrayLike], other: tuple[ArrayLike, ArrayLike]) -> Ordered:
    """Return how many pairs of rows have intervals, given as lows and highs, that touch on neither side."""
    bounds = [tuple(np.asarray(end, dtype=float) for end in each) for each in (one, other)]
    pairs = alike = 0
    for rows in _parts(len(bounds[0][0])):
        above_a, above_b = (low[rows, None] > high for low, high in bounds)
        below_b = bounds[1][1][rows, None] < bounds[1][0]
        same, opposite = int((above_a & above_b).sum()), int((above_a & below_b).sum())
        pairs, alike = pairs + same + opposite, alike + same
    return Ordered(pairs, alike)


def _parts(n: int) -> list[slice]:
    return [slice(first, min(first + ROWS, n)) for first in range(0, n, ROWS)]
