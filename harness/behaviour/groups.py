"""Whether a classifier treats two groups alike: how often it is right about each, and how often it says yes.

The gaps are those of accuracy equality and of statistical parity (Verma & Rubin, Fairness definitions explained, FairWare 2018).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from harness.interfaces import Array
from harness.stats import Estimate, proportion


class Sides(NamedTuple):
    """A share among the samples beyond a bound, and among the others."""

    above: Estimate
    below: Estimate


def sides(hits: Array, above: Array) -> Sides | None:
    """Return the share of ``hits`` in each group; None where one group has no samples."""
    if above.all() or not above.any():
        return None
    return Sides(*(proportion(int(hits[mine].sum()), int(mine.sum())) for mine in (above, ~above)))


def gap(both: Sides) -> Estimate:
    """Return how far the two shares are apart, whichever is larger.

    Its interval is that of their difference (Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, 1998, 873-890: method 10), from nought where that holds nought.
    """
    a, b = both
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return Estimate(abs(value), nearest, min(1.0, max(abs(low), abs(high))), a.n + b.n)


def told(both: Sides) -> dict[str, dict[str, Any]]:
    """Return the share in each group."""
    return {name: share._asdict() for name, share in both._asdict().items()}
