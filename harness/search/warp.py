"""Metrics, bent so that what follows from a candidate's features does so nearly straight, and back.

Times, bytes, rates and counts span decades: their logarithms. Shares and plain numbers gather near the best that can be had: the
logarithm of what is missing to a little beyond the best seen. Shares of hard tasks gather near 0, too, and those of one task
follow from another's where both are logits (Taori et al., Measuring robustness to natural distribution shifts in image
classification, NeurIPS 2020, appendix E). Or no bend: whichever makes what was seen most plausible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harness import units
from harness.interfaces import Array
from harness.metrics import Metric

_STRAIGHT: Final = (units.SHARE, units.NUMBER)
BEYOND: Final = (0.05, 0.2)
"""How far beyond the best seen the best to be had may lie, as shares of the range seen."""
EDGE: Final = 0.005
"""How far beyond 0 and 1 the logit of a share has its ends: one of 0 or 1 is no further away than that."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A monotone bend of one metric's losses (less is better) and its inverse."""

    beyond: float | None = None
    """How far beyond its ends the bend begins, as a share of ``span``; None: no bend."""
    best: float = 0.0
    span: float = 1.0
    both: bool = False
    """Whether it bends at the worst end, too: a logit."""

    def bend(self, losses: Array) -> Array:
        """Return losses as a model sees them."""
        if self.beyond is None:
            return losses
        missing = (losses - self.best) / self.span
        bent = np.log(missing + self.beyond)
        return np.asarray(bent - np.log(1 - missing + self.beyond) if self.both else bent)

    def back(self, bent: Array) -> Array:
        """Return the losses that ``bent`` ones stand for."""
        if self.beyond is None:
            return bent
        odds = np.exp(np.minimum(bent, 50.0))
        missing = (odds * (1 + self.beyond) - self.beyond) / (1 + odds) if self.both else odds - self.beyond
        return np.asarray(missing * self.span + self.best)

    def slope(self, losses: Array) -> float:
        """Return the sum of the logarithms of how steeply it bends: what its evidence owes to the bend itself."""
        if self.beyond is None:
            return 0.0
        missing = (losses - self.best) / self.span
        steep = 1 / (missing + self.beyond) + (1 / (1 - missing + self.beyond) if self.both else 0.0)
        return float(np.log(steep / self.span).sum())


LOGIT: Final = Warp(beyond=EDGE, best=-1.0, both=True)
"""Of a share, from its loss, which is its negative."""


def losses(metric: Metric, values: Array) -> Array:
    """Return the losses of a metric's values: less is better, and decades are logarithms."""
    straight = values if metric.unit in _STRAIGHT else np.log(np.maximum(values, np.finfo(float).tiny))
    return -straight if metric.higher else straight


def values(metric: Metric, lost: Array) -> Array:
    """Return the values that have the losses ``lost``."""
    straight = -lost if metric.higher else lost
    return straight if metric.unit in _STRAIGHT else np.exp(np.clip(straight, -700, 700))


def warps(metric: Metric, seen: Array) -> tuple[Warp, ...]:
    """Return the bends that may suit a metric whose losses were ``seen``."""
    best, span = float(seen.min()), float(np.ptp(seen))
    if metric.unit not in _STRAIGHT or span <= 0:
        return (Warp(),)
    missing = tuple(Warp(beyond=beyond, best=best, span=span) for beyond in BEYOND)
    return (Warp(), *missing, LOGIT) if metric.unit == units.SHARE else (Warp(), *missing)
