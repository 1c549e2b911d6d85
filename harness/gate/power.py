"""What a run could tell of each metric, by the noise that it met: from which change on it would have said that it regressed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from harness.gate import looks, statistic, timed
from harness.gate.samples import Case, Metric, Samples
from harness.gate.standing import look


@dataclass(frozen=True, slots=True)
class Power:
    """The smallest ``change`` for the worse of a metric that would have been called regressed after so many ``blocks``.

    A share of the baseline, positive where the figure grows, as of a judgement.
    """

    case: str
    metric: Metric
    change: float
    blocks: int

    @property
    def keeps(self) -> bool:
        """Whether it is no more than what is promised to be caught."""
        return abs(self.change) <= abs(statistic.change(math.log1p(self.metric.detect), self.metric.higher) or 0.0)


def powers(samples: Samples) -> list[Power]:
    """Return what could be told of each metric that counts, where there were blocks enough to tell anything."""
    schedule = looks.schedule(samples)
    timed_ones = ((case, metric) for case in samples.cases for metric in case.metrics if not metric.advisory)
    return [one for case, metric in timed_ones for one in _power(samples, case, metric, schedule)]


def _power(samples: Samples, case: Case, metric: Metric, schedule: tuple[int, ...]) -> Iterator[Power]:
    reached = [blocks for blocks in schedule if blocks <= len(case.blocks)]
    if reached and case.has("baseline", metric.series) and case.has("candidate", metric.series):
        levels = looks.levels(samples, metric, samples.plan.looks)
        seen = look(timed.differences(case, metric)[: reached[-1]], levels)
        change = statistic.change(math.log1p(metric.tol) + seen.estimate - seen.strict[0], metric.higher)
        if change is not None:
            yield Power(case.name, metric, change, seen.blocks)
