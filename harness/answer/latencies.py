"""How long the queries of a candidate took, all of them: the points of an empirical distribution. Pure, of raw samples."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from harness.interfaces import Array

POINTS_AT_MOST: Final = 200
"""Of a curve: more would not be seen."""

IN_THE_TAIL: Final = 60
"""Of these points, as dense towards the slowest query as a scale of 90 %, 99 %, 99.9 % is."""


def distribution(seconds: Array) -> dict[str, Any]:
    """Return points of the distribution of ``seconds``: each with the share of all queries that took at most so long.

    The seconds are observed ones. Queries that were never answered (infinite) count, and have no point.
    """
    ordered = np.sort(seconds)
    at = _ranks(len(ordered))
    at = at[np.isfinite(ordered[at])]
    return {
        "n": len(ordered),
        "seconds": [float(f"{one:.5g}") for one in ordered[at]],
        "shares": [round(float(share), 6) for share in (at + 1) / max(1, len(ordered))],
    }


def _ranks(n: int) -> Array:
    """Return which of ``n`` ordered values are shown, the first and the last among them."""
    if n <= POINTS_AT_MOST:
        return np.arange(n)
    even = np.linspace(0, n - 1, POINTS_AT_MOST - IN_THE_TAIL)
    tail = n - np.geomspace(1, n / 10, IN_THE_TAIL)
    return np.unique(np.concatenate([even, tail]).round().astype(int))
