"""What each look at a metric's differences says, and which of that stands. Differences are logarithms, positive for the worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.gate import signed_rank
from harness.gate.samples import Metric
from harness.gate.signed_rank import Array

MOST_NEEDED: Final = 10_000
"""Blocks beyond which it is not told how many are needed."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How sure one look must be: to say that a metric regressed or improved, and to let it pass."""

    strict: float
    loose: float


@dataclass(frozen=True, slots=True)
class Look:
    """What some blocks tell: the estimate, and its lower and upper bound at either level."""

    blocks: int
    estimate: float
    strict: tuple[float, float]
    loose: tuple[float, float]

    def says(self, metric: Metric) -> Literal["regressed", "improved", "pass"] | None:
        """Return the first of what can be said that holds after these blocks; None: nothing yet."""
        tol = math.log1p(metric.tol)
        if self.strict[0] > tol:
            return "regressed"
        if self.strict[1] < -tol:
            return "improved"
        return "pass" if self.loose[1] < math.log1p(metric.detect) else None

    def needed(self, metric: Metric) -> int | None:
        """Return about how many blocks decide it, were all like these, since bounds narrow with the root of their number."""
        ways = (
            (self.estimate - self.strict[0], self.estimate - math.log1p(metric.tol)),
            (self.loose[1] - self.estimate, math.log1p(metric.detect) - self.estimate),
        )
        times = min(width / room for width, room in ways if room > 0)
        enough = self.blocks * times * times
        return max(self.blocks + 1, math.ceil(enough)) if enough < MOST_NEEDED else None


def look(differences: Array, levels: Levels) -> Look:
    """Return what the differences of some blocks tell."""
    centre, (strict, loose) = signed_rank.estimate(differences, (levels.strict, levels.loose))
    return Look(len(differences), float(centre), *((float(one.low), float(one.high)) for one in (strict, loose)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands after all looks so far, and the look it rests on. None: nothing can be said yet; it is too early for a look."""

    said: Literal["regressed", "improved", "pass"] | None
    look: Look | None


def standing(differences: Array, metric: Metric, looks: Sequence[int], levels: Levels) -> Standing:
    """Return what stands after the looks that there are blocks for.

    That a metric regressed or improved stands once it is said. That it passes gives way to either, where a run goes on for other
    metrics: all looks share the error budget, so that each of them holds, and swapped arms are told the mirror image.
    """
    reached = [look(differences[:blocks], levels) for blocks in looks if blocks <= len(differences)]
    said = [Standing(one.says(metric), one) for one in reached]
    certain = (one for one in said if one.said in ("regressed", "improved"))
    passed = (one for one in said if one.said == "pass")
    return next(certain, None) or next(passed, None) or (said[-1] if said else Standing(None, None))
