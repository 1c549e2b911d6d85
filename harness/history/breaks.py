"""Where a series changed, and by how much. Pure; the one door to ruptures.

Of timings: PELT, exact and quick (Killick, Fearnhead & Eckley, Journal of the American Statistical Association 107, 2012), on
logarithms, with a Gaussian kernel (Arlot, Celisse & Harchaoui, Journal of Machine Learning Research 20, 2019): one job that was
disturbed lies far from all others, however far, and is no change. Apache Otava finds as many changes, and more that are none.
What is counted has no noise: each other figure is a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import ruptures
from numpy.typing import NDArray
from scipy import special

from harness.stats import CONFIDENCE

LEAST: Final = 3
"""Jobs on each side of a change: fewer cannot tell one from a job that was disturbed."""
PENALTY: Final = 0.5
"""What a change must be worth, by the logarithm of the number of jobs: tests/benchmarks/test_history.py prints what it finds."""
BANDWIDTH: Final = 3.0
"""How far from each other jobs are alike, in standard deviations of jobs that follow each other."""
FINEST: Final = 0.001
"""A standard deviation is taken to be at least so large: what changes by less is not worth a word."""

Logs = NDArray[np.float64]


class Break(NamedTuple):
    """A change of a series: the first of the jobs after it, and the logarithm of its factor with the ends of a 95 % interval."""

    at: int
    before: float
    after: float
    """Means of the logarithms between this change and its neighbours."""
    low: float
    high: float

    @property
    def change(self) -> float:
        """The logarithm of the factor."""
        return self.after - self.before


def breaks(values: Sequence[float], counted: bool) -> list[Break]:
    """Return where a series of figures changed, oldest first; ``counted``: it has no noise."""
    logs = np.log(np.asarray(values, dtype=float))
    places = _steps(values) if counted else _found(logs)
    parts = [logs[start:end] for start, end in pairwise((0, *places, len(logs)))]
    return [_break(at, before, after) for at, (before, after) in zip(places, pairwise(parts), strict=True)]


def _steps(values: Sequence[float]) -> list[int]:
    return [at for at, (before, after) in enumerate(pairwise(values), 1) if before != after]


def _found(logs: Logs) -> list[int]:
    if len(logs) < 2 * LEAST:
        return []
    search: Any = ruptures.KernelCPD("rbf", min_size=LEAST, params={"gamma": 1 / (2 * BANDWIDTH**2)})
    ends: list[int] = search.fit((logs / _spread(logs))[:, None]).predict(pen=PENALTY * math.log(len(logs)))
    return ends[:-1]


def _spread(logs: Logs) -> float:
    """Return the standard deviation of jobs, by the median step from one to the next, which changes and outliers do not move."""
    return max(FINEST, float(np.median(np.abs(np.diff(logs)))) / float(special.ndtri(0.75)) / math.sqrt(2))


def _break(at: int, before: Logs, after: Logs) -> Break:
    """Return a change with Welch's interval (Biometrika 34, 1947); of single figures, which have no spread, it is a point."""
    first, second = float(before.mean()), float(after.mean())
    parts = [float(part.var(ddof=1)) / len(part) if len(part) > 1 else 0.0 for part in (before, after)]
    if not (variance := sum(parts)):
        return Break(at, first, second, second - first, second - first)
    freedom = variance**2 / sum(own**2 / (len(part) - 1) for own, part in zip(parts, (before, after), strict=True) if own)
    half = float(special.stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * math.sqrt(variance)
    return Break(at, first, second, second - first - half, second - first + half)
