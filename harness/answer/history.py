"""How far a search had come after each candidate that it tried. Pure: what is known today, in the order it was found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.decide import pareto, recommend
from harness.decide.columns import Columns
from harness.decide.utility import Weighed
from harness.interfaces import Array
from harness.search.trials import Trial
from harness.spec import Profile


def history(
    trials: Sequence[Trial],
    columns: Columns,
    weighed: Mapping[str, Weighed],
    metrics: Sequence[str],
    profiles: Sequence[Profile],
) -> dict[str, Any]:
    """Return the candidates tried, the seconds spent, the hypervolume and the best utility per profile, a list each, in order.

    A candidate without facts, or that is not eligible now, adds nothing. Null is where nothing is feasible yet; there is no
    hypervolume where no metric has a range, or where it would take too long (``pareto.growth``).
    """
    rows = np.array([columns.rows.get(trial.candidate, -1) for trial in trials], dtype=np.int64)
    losses = recommend.boxed(columns, metrics, profiles)
    volumes = None if losses is None else pareto.growth(_in_order(losses, rows, np.nan))
    return {
        "candidates": [trial.candidate for trial in trials],
        "seconds": [trial.seconds for trial in trials],
        "hypervolume": None if volumes is None else [round(float(volume), 6) for volume in volumes],
        "utility": {name: _best(one, columns, rows) for name, one in weighed.items()},
    }


def _best(weighed: Weighed, columns: Columns, rows: Array) -> list[float | None]:
    """Return the best utility of a feasible candidate so far; null before the first."""
    at = [weighed.columns.rows[label] for label in columns.labels]
    found = np.where(weighed.feasible, weighed.utility, -np.inf)[at]
    best = np.maximum.accumulate(_in_order(found, rows, -np.inf)).tolist()
    return [one if math.isfinite(one) else None for one in best]


def _in_order(values: Array, rows: Array, nothing: float) -> Array:
    """Return the values of ``rows``, and ``nothing`` for those that are -1."""
    return np.concatenate([values, np.full((1, *values.shape[1:]), nothing)])[rows]
