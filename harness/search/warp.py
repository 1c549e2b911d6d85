"""Metrics, bent so that what follows from a candidate's features does so nearly straight, and back.

Times, bytes, rates and counts span decades: their logarithms. Shares and plain numbers gather near the best that can be had:
the logarithm of what is missing to a little beyond the best seen, or no bend, whichever makes what was seen most plausible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harness import units
from harness.interfaces import Array
from harness.metrics import Metric

_STRAIGHT: Final = (units.SHARE, units.NUMBER)
BEYOND: Final = (None, 0.05, 0.2)
"""How far beyond the best seen the best to be had may lie, as shares of the range seen; None: no bend."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A monotone bend of one metric's losses (less is better) and its inverse."""

    beyond: float | None = None
    best: float = 0.0
    span: float = 1.0

    def bend(self, losses: Array) -> Array:
        """Return losses as a model sees them."""
        if self.beyond is None:
            return losses
        return np.log((losses - self.best) / self.span + self.beyond)

    def back(self, bent: Array) -> Array:
        """Return the losses that ``bent`` ones stand for."""
        if self.beyond is None:
            return bent
        return (np.exp(np.minimum(bent, 50.0)) - self.beyond) * self.span + self.best

    def slope(self, losses: Array) -> float:
        """Return the sum of the logarithms of how steeply it bends: what its evidence owes to the bend itself."""
        if self.beyond is None:
            return 0.0
        return float(-np.log((losses - self.best) + self.beyond * self.span).sum())


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
    return tuple(Warp(beyond=beyond, best=best, span=span) for beyond in BEYOND)
