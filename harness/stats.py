"""Values with intervals, from samples. Pure functions; every interval is two-sided 95 %.

``percentile`` and ``rate`` describe one process's queries. Processes differ from each other as well, often by more:
``combined`` puts that part into the interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

CONFIDENCE: Final = 0.95

NEEDED_QUERIES: Final = MappingProxyType({0.5: 11, 0.9: 64, 0.95: 130, 0.99: 662, 0.999: 6636})
"""Queries before a percentile is stated: MLPerf LoadGen's early-stopping rule with no query over the limit."""

ASSUMED_SPREAD: Final = 0.15
"""Standard deviation of a timing between processes, as a share, where it was not measured: on a shared two-core virtual
machine it was 3 to 14 %, and 44 % beside other work (tests/benchmarks/test_between_processes.py)."""

ASSUMED_MEMORY_SPREAD: Final = 0.02

DOF_NEEDED: Final = 4


class Estimate(NamedTuple):
    """A value with the ends of its interval and the number of observations it rests on."""

    value: float
    low: float
    high: float
    n: int


def proportion(successes: float, n: int) -> Estimate:
    """Return the share ``successes / n`` with the Wilson score interval (Wilson 1927)."""
    if n <= 0:
        raise ValueError("a share needs at least one observation")
    z = float(special.ndtri(0.5 + CONFIDENCE / 2))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Estimate(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)), n)


def percentile(samples: ArrayLike, p: float) -> Estimate | None:
    """Return the observed ``p`` quantile with its distribution-free interval, or None with too few samples.

    The value is the smallest sample that at least ``p`` of the samples do not exceed; the ends are the order statistics
    whose ranks a binomial count stays between (Hahn & Meeker, Statistical Intervals, 1991, section 5.2).
    """
    ordered = np.sort(np.asarray(samples, dtype=float))
    n = len(ordered)
    if n < NEEDED_QUERIES[p]:
        return None
    value = ordered[math.ceil(p * n) - 1]
    cumulative = special.bdtr(np.arange(n), n, p)
    low = max(0, int(np.searchsorted(cumulative, (1 - CONFIDENCE) / 2)) - 1)
    high = min(n - 1, int(np.searchsorted(cumulative, (1 + CONFIDENCE) / 2)))
    return Estimate(float(value), float(ordered[low]), float(ordered[high]), n)


def rate(durations: ArrayLike, per_query: int) -> Estimate | None:
    """Return samples per second of back-to-back queries, its interval from the means of ten consecutive batches.

    Batch means keep slow drift inside the interval, which single queries would hide. None below 11 queries.
    """
    times = np.asarray(durations, dtype=float)
    if len(times) < NEEDED_QUERIES[0.5]:
        return None
    value = per_query * len(times) / times.sum()
    batches = np.array([per_query * len(part) / part.sum() for part in np.array_split(times, 10)])
    return _of_batches(float(value), batches, len(times))


def mean(durations: ArrayLike) -> Estimate | None:
    """Return the mean duration of a query, its interval from the means of ten consecutive batches, as that of a ``rate``."""
    times = np.asarray(durations, dtype=float)
    if len(times) < NEEDED_QUERIES[0.5]:
        return None
    return _of_batches(float(times.mean()), np.array([part.mean() for part in np.array_split(times, 10)]), len(times))


def _of_batches(value: float, batches: NDArray[np.float64], n: int) -> Estimate:
    """Return ``value`` of ``n`` queries with Student's interval from the same figure of batches of them."""
    t = float(special.stdtrit(len(batches) - 1, 0.5 + CONFIDENCE / 2))
    half = float(t * batches.std(ddof=1) / math.sqrt(len(batches)))
    return Estimate(value, max(0.0, value - half), value + half, n)


class Spread(NamedTuple):
    """How much a figure differs from one process to the next: standard deviation of its logarithm."""

    sd: float
    dof: int
    """Degrees of freedom it was estimated with; 0 where it is an assumption."""
    within: float = 0.0
    """Root mean square half-width, as logarithm, of the intervals of the processes it was estimated from: the noise of their
    own queries is part of ``sd``. 0 where that is not known."""


class Ends(Protocol):
    """What has a value and the ends of an interval: an ``Estimate``, or a fact."""

    @property
    def value(self) -> float:
        """The value itself."""

    @property
    def low(self) -> float:
        """Lower end of its interval."""

    @property
    def high(self) -> float:
        """Upper end of its interval."""


def between(groups: Iterable[Sequence[Ends]], assumed: float) -> Spread:
    """Return the spread between processes, pooled over candidates: each group holds one candidate's estimates, one a process.

    With fewer than ``DOF_NEEDED`` degrees of freedom in all groups together, it is the ``assumed`` one.
    """
    squares, noise, dof = 0.0, 0.0, 0
    for group in groups:
        if len(group) > 1 and min(one.value for one in group) > 0:
            logs = np.log([one.value for one in group])
            squares += float(((logs - logs.mean()) ** 2).sum())
            noise += (len(group) - 1) * (_noise(group, _below) + _noise(group, _above)) / 2
            dof += len(group) - 1
    return Spread(math.sqrt(squares / dof), dof, math.sqrt(noise / dof)) if dof >= DOF_NEEDED else Spread(assumed, 0)


def combined(processes: Sequence[Estimate], spread: Spread) -> Estimate:
    """Return one estimate from those of several processes: their geometric mean, with Student's t of their ``spread``.

    Processes are the unit of replication: queries of one process share its luck (Kalibera & Jones 2013). A spread that was
    estimated from processes holds the noise of their queries already, whatever makes it (autocorrelated queries too), so
    a candidate's own is added, in quadrature, only as far as it exceeds theirs. Where theirs exceeds its own nothing is taken
    off: the difference of two estimates is too unsure (coverage fell to 84 %).
    """
    k, n = len(processes), sum(one.n for one in processes)
    if min(one.value for one in processes) <= 0:
        mean = math.fsum(one.value for one in processes) / k
        return Estimate(mean, min(one.low for one in processes), max(one.high for one in processes), n)
    centre = processes[0].value if k == 1 else math.exp(math.fsum(math.log(one.value) for one in processes) / k)
    upper = 0.5 + CONFIDENCE / 2
    quantile = float(special.stdtrit(spread.dof, upper) if spread.dof else special.ndtri(upper))
    below, above = (
        math.sqrt(((quantile * spread.sd) ** 2 + max(0.0, _noise(processes, side) - spread.within**2)) / k)
        for side in (_below, _above)
    )
    return Estimate(centre, centre * math.exp(-below), centre * math.exp(above), n)


def _noise(processes: Sequence[Ends], side: Callable[[Ends], float]) -> float:
    """Return the mean square of one side of the processes' own intervals."""
    return math.fsum(side(one) ** 2 for one in processes) / len(processes)


def _below(one: Ends) -> float:
    return math.log(one.value / max(one.low, one.value / 10))


def _above(one: Ends) -> float:
    return math.log(max(one.high, one.value) / one.value)
