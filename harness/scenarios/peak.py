"""The largest arrival rate that still holds a latency limit, found with few and noisy probes.

A probe sends queries at one rate for a while and says whether the limit held; here is only which rates to try and what
to make of the answers. It knows nothing of generators, processes or models.

**One probe is judged by its observed percentile.** LoadGen's early-stopping rule asks for more: so few queries over the limit
that, at 99 % confidence, the true share of them is below what the percentile allows. As a rule for a search that is wrong
twice. At the true peak it refuses 99 runs of 100, so short runs put the peak too low: with 2000 queries a run and a p99 limit of
2, 5 and 10 service times, it is 31, 10 and 2 % below the exact peak of a queue with one server and a fixed service time; by the
observed percentile at most 1 % off (means of 200 simulated searches). And its confidence is for independent queries, while
latencies in a queue are not: one burst of arrivals makes a whole row of queries late. LoadGen's rule is kept for how many
queries a percentile needs at all.

**Confidence comes from repeating runs, and the majority decides.** Not "all of them hold": what disturbs a run on a shared
machine, a neighbour for instance, only ever adds latency, so one disturbed run at any rate would become the answer; while a
rate well beyond the capacity does not hold in most of its runs by luck. What is found is still no surer than its runs: those
searches scattered by 11, 7 and 4 % (standard deviation) with 662 queries a run, by 8, 4 and 4 % with 2000, by 5, 3 and 3 % with
5000. And a run begins with an empty queue: with 662 queries and a limit of 10 or 20 service times they were 5 and 7 % too high.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from harness import stats

GROWTH: Final = 1.5
"""A rate that held is followed by at most so many times it, so no probe asks for much more than the capacity."""

DOUBT: Final = 2

FLOOR: Final = 1 / 16
"""Share of the first rate below which nothing is tried."""

USABLE: Final = 0.8
"""Share of the generator's ceiling up to which a rate is the system's own."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One probe: arrivals per second, whether the limit held, the observed percentile in seconds where it is known."""

    rate: float
    holds: bool
    latency: float | None
    queries: int


@dataclass(frozen=True, slots=True)
class Peak:
    """Where the largest rate lies, in queries per second, and every probe in order.

    ``low`` is the largest rate that held in most of its probes, below all that failed; 0.0 if none did. ``high`` is the
    smallest rate that failed in most of its probes; infinite if none did. ``stop`` says how far to trust them:

    - ``precision``: both were repeated, and lie as close as was asked;
    - ``trials``, ``time``: there was no more of it; the two may rest on one probe each, and lie apart;
    - ``ceiling``: ``low`` is all that the generator can be trusted with; the peak is there or anywhere above;
    - ``never_holds``: the limit did not even hold at a small share of the first rate.
    """

    low: float
    high: float
    trials: tuple[Trial, ...]
    stop: str


def judge(latencies: ArrayLike, percentile: float, limit: float) -> tuple[bool, float | None]:
    """Return whether the observed ``percentile`` of ``latencies`` is at most ``limit`` seconds, and that percentile.

    It is None, and the limit not held, where there are too few queries (``stats.NEEDED_QUERIES``: 662 for p99) or too few
    answers: a query that was never answered is an infinite latency.
    """
    observed = stats.percentile(latencies, percentile)
    if observed is None or math.isinf(observed.value):
        return False, None
    return observed.value <= limit, observed.value


def _never() -> bool:
    return False


def find(
    probe: Callable[[float], Trial],
    start: float,
    ceiling: float,
    precision: float = 0.05,
    repeats: int = 3,
    at_most: int = 20,
    out_of_time: Callable[[], bool] = _never,
) -> Peak:
    """Return the peak between two rates no more than ``precision`` apart, as a share, by bisection on a log scale.

    ``start`` is an estimate of the peak, ``ceiling`` what the generator can send; no rate above ``USABLE`` of that is
    tried. The bracket is halved on single probes; then its ends are repeated until most of ``repeats`` agree, and an end
    that is refuted moves. An end that ``DOUBT`` probes in a row only came nearer to is repeated at once: a wrong one would
    waste all that follow. ``out_of_time`` is asked before every probe. What ``probe`` raises ends the search.
    """
    search = _Search(min(start, USABLE * ceiling), USABLE * ceiling, precision, repeats // 2 + 1)
    stop = "" if ceiling > 0 else "ceiling"
    while not stop:
        rate = search.next()
        if isinstance(rate, str):
            stop = rate
        elif len(search.trials) >= at_most:
            stop = "trials"
        elif out_of_time():
            stop = "time"
        else:
            search.add(rate, probe(rate))
    return Peak(search.low, search.high, tuple(search.trials), stop)


class _Search:
    """The probes so far, and what follows from them.

    A rate leans towards holding or failing by the majority of its probes, and is sure once ``needed`` of them agree.
    """

    def __init__(self, start: float, limit: float, precision: float, needed: int) -> None:
        self.trials: list[Trial] = []
        self._balance: dict[float, list[int]] = {}
        self._start, self._limit, self._precision, self._needed = start, limit, precision, needed

    def add(self, rate: float, trial: Trial) -> None:
        """Count one more probe at ``rate``."""
        self.trials.append(trial)
        self._balance.setdefault(rate, [0, 0])[int(trial.holds)] += 1

    @property
    def high(self) -> float:
        """The smallest rate that leans towards failing."""
        return min((rate for rate, (fails, holds) in self._balance.items() if fails > holds), default=math.inf)

    @property
    def low(self) -> float:
        """The largest rate that leans towards holding, of those below ``high``."""
        high = self.high
        return max((rate for rate, (fails, holds) in self._balance.items() if holds > fails and rate < high), default=0.0)

    def next(self) -> float | str:
        """Return the rate to try now, or why there is none."""
        torn = [rate for rate, (fails, holds) in self._balance.items() if fails == holds]
        if torn:
            return min(torn)
        low, high = self.low, self.high
        if not self._balance:
            return self._start
        if low == 0:
            floor = self._start * FLOOR
            return max(high / 2, floor) if high > floor else self._sure(high) or "never_holds"
        if high == math.inf:
            return min(low * GROWTH, self._limit) if low < self._limit else self._sure(low) or "ceiling"
        if high > low * (1 + self._precision):
            return self._doubted(low, high) or math.sqrt(low * high)
        return self._sure(low) or self._sure(high) or "precision"

    def _doubted(self, low: float, high: float) -> float | None:
        """Return the end that rests on one probe and was not reached by the last ones, which all came near it."""
        last = {one.holds for one in self.trials[-DOUBT:]}
        if len(last) > 1 or len(self.trials) < DOUBT:
            return None
        return self._sure(high if last == {True} else low)

    def _sure(self, rate: float) -> float | None:
        return None if max(self._balance[rate]) >= self._needed else rate
