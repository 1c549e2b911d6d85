"""How much two measured figures differ, as a difference or a ratio, with an interval. Pure functions.

The interval is recovered from those of the two figures, taken as independent (MOVER: Zou & Donner, Construction of confidence
intervals about effect measures, Statistics in Medicine 27, 2008). ``pairs`` compares what was taken on the same samples.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from harness.stats import Ends


class Change(NamedTuple):
    """A difference or a ratio, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def inverse(self) -> Change:
        """The ratio the other way round."""
        return Change(1 / self.value, 1 / self.high, 1 / self.low)


def difference(a: Ends, b: Ends) -> Change:
    """Return a - b."""
    value = a.value - b.value
    below = math.hypot(a.value - a.low, b.high - b.value)
    above = math.hypot(a.high - a.value, b.value - b.low)
    return Change(value, value - below, value + above)


def ratio(a: Ends, b: Ends) -> Change | None:
    """Return a ÷ b, by the difference of their logarithms; None unless all is above nought."""
    if min(a.value, a.low, b.value, b.low) <= 0:
        return None
    logs = difference(_logarithm(a), _logarithm(b))
    return Change(*(math.exp(end) for end in logs))


def _logarithm(one: Ends) -> Change:
    return Change(math.log(one.value), math.log(one.low), math.log(one.high))
