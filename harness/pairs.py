"""Two classifiers on the same samples: what the one gains over the other, and how sure that is. Pure functions of a few counts.

Their accuracies go up and down together, since what is hard for one is mostly hard for the other, so that the difference is
far more certain than its two intervals say.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import special

from harness.stats import Estimate, proportion


class Difference(NamedTuple):
    """Share right of the candidate minus that of the baseline, with the ends of its 95 % interval, all from -1 to 1."""

    value: float
    low: float
    high: float
    n: int
    """Samples that both were asked."""
    gained: int
    """Samples that only the candidate has right."""
    lost: int
    """Samples that only the baseline has right."""
    p: float
    """Two-sided mid-p value of McNemar's exact test that the two are right equally often."""


class Flips(NamedTuple):
    """Share of samples whose predicted class changed, with its interval, and how many changed in which way."""

    value: float
    low: float
    high: float
    n: int
    right: int
    """Samples that became right."""
    wrong: int
    """Samples that became wrong."""
    other: int
    """Samples that are wrong in another way."""


def flips(right: int, wrong: int, other: int, n: int) -> Flips:
    """Return how many of ``n`` predictions changed, from how many did in each way; the interval is Wilson's."""
    if min(right, wrong, other) < 0 or right + wrong + other > n:
        raise ValueError("more predictions changed than there are")
    return Flips(*proportion(right + wrong + other, n), right, wrong, other)


def paired(gained: int, lost: int, both: int, neither: int) -> Difference:
    """Return the difference of two accuracies on the same samples, from how many of them who has right.

    Its interval adds the squares of the two Wilson intervals less what their correlation takes off (Newcombe, Improved
    confidence intervals for the difference between binomial proportions based on paired data, Statistics in Medicine 17,
    1998, 2635-2650: method 10).
    """
    n = gained + lost + both + neither
    if min(gained, lost, both, neither) < 0 or not n:
        raise ValueError("a difference needs counts of at least one sample")
    candidate, baseline = proportion(both + gained, n), proportion(both + lost, n)
    phi = _correlation(gained, lost, both, neither)
    value = (gained - lost) / n
    low = max(-1.0, value - _side(_below(candidate), _above(baseline), phi))
    high = min(1.0, value + _side(_above(candidate), _below(baseline), phi))
    return Difference(value, low, high, n, gained, lost, mcnemar(gained, lost))


def mcnemar(gained: int, lost: int) -> float:
    """Return the two-sided mid-p value of McNemar's exact test; 1 where the two differ on no sample.

    What was seen counts half, as the exact test proper rejects far too seldom (Fagerland, Lydersen & Laake, The McNemar test
    for binary matched-pairs data: mid-p and asymptotic are better than exact conditional, BMC Medical Research Methodology
    13:91, 2013).
    """
    fewer, n = min(gained, lost), gained + lost
    below = float(special.bdtr(fewer - 1, n, 0.5)) if fewer else 0.0
    return min(1.0, float(special.bdtr(fewer, n, 0.5)) + below)


def _correlation(gained: int, lost: int, both: int, neither: int) -> float:
    """Return Pearson's phi with Newcombe's continuity correction where it is positive; 0 where it is not defined."""
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    product = both * neither - gained * lost
    corrected = max(product - (gained + lost + both + neither) / 2, 0.0) if product > 0 else product
    return corrected / math.sqrt(margins) if margins else 0.0


def _side(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _below(one: Estimate) -> float:
    return one.value - one.low


def _above(one: Estimate) -> float:
    return one.high - one.value
