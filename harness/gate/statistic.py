"""What a block says of a metric: one number per arm from its samples, and the difference between the arms.

Everything is a logarithm, so that a difference is a ratio, and positive where the candidate is worse.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from harness.gate.signed_rank import Array

SLOWEST: Final = 4
"""One in so many samples, the worst ones, is left out of the mean: bursts of other programs hit some queries and not all."""


def best(samples: Array, higher: bool) -> Array:
    """Return the logarithm of the mean of the best three quarters of the samples, along the last axis."""
    n = samples.shape[-1]
    kept = n - n // SLOWEST
    ordered = np.sort(samples, axis=-1)
    chosen = ordered[..., n - kept :] if higher else ordered[..., :kept]
    value: Array = np.log(chosen.mean(axis=-1))
    return value


def quantile(samples: Array, p: float, higher: bool) -> Array:
    """Return the logarithm of the sample that at least ``p`` of the samples are no worse than, along the last axis."""
    n = samples.shape[-1]
    place = math.ceil(round(p * n, 9)) - 1
    value: Array = np.log(np.sort(samples, axis=-1)[..., n - 1 - place if higher else place])
    return value


def worse(baseline: Array, candidate: Array, higher: bool) -> Array:
    """Return by how much the candidate is worse, block by block."""
    return baseline - candidate if higher else candidate - baseline


def changes(difference: float, low: float, high: float, higher: bool) -> dict[str, float | None]:
    """Return how much worse the candidate is, and its bounds, as shares of the baseline, positive where its figure is larger."""
    ends = (high, low) if higher else (low, high)
    return dict(zip(("change", "low", "high"), (change(one, higher) for one in (difference, *ends)), strict=True))


def change(difference: float, higher: bool) -> float | None:
    """Return one difference as such a share; None: not bounded.

    It ends at the ninth digit behind the point, since processors differ in the last bits of a logarithm.
    """
    return round(math.expm1(-difference if higher else difference), 9) + 0.0 if math.isfinite(difference) else None


def figure(log: float) -> float:
    """Return what a logarithm stands for, with nine digits that count, for the same reason."""
    return float(f"{math.exp(log):.9g}")
