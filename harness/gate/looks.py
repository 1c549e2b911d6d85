"""When a run looks at what it has, and how sure each look must be, so that all of them together keep the error budget.

Of ``N`` gating metrics with ``J`` looks each, a look has the level ``alpha * share / J``, the shares adding up to one: the union
bound holds whatever the metrics have in common, and whenever the run ends (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.errors import InputError
from harness.gate.samples import Metric, Outcomes, Plan, Samples
from harness.gate.standing import Levels


def share(samples: Samples, one: Metric | Outcomes) -> float:
    """Return the part of the error budget that a metric has: its weight by those of all that gate."""
    return one.weight / (math.fsum(each.weight for each in _gating(samples)) or one.weight)


def levels(samples: Samples, metric: Metric, count: int) -> Levels:
    """Return how sure one of so many looks at a metric must be."""
    plan = samples.plan
    return Levels(plan.alpha * share(samples, metric) / count, plan.beta / count)


def schedule(samples: Samples) -> tuple[int, ...]:
    """Return after how many blocks to look at all metrics: at the first look the one with the least share can be sure."""
    return looks(samples.plan, min((share(samples, one) for one in _gating(samples)), default=1.0))


def looks(plan: Plan, share: float) -> tuple[int, ...]:
    """Return after how many blocks to look, where ``share`` is the least that a metric has of the error budget.

    The first look is the earliest at which a bound can be that sure, and one block more; the last is ``plan.max_blocks``.
    """
    first = math.ceil(math.log2(plan.looks / (plan.alpha * share))) + 1
    if first > plan.max_blocks:
        raise InputError(
            f"plan.max_blocks: nothing can be decided within {plan.max_blocks} blocks, the first look is after {first}",
            "allow more blocks, or gate fewer metrics",
        )
    found = [first]
    for _ in range(plan.looks - 1):
        found.append(math.ceil(round(found[-1] * plan.growth, 9)))
    return (*(one for one in found[:-1] if one < plan.max_blocks), plan.max_blocks)


def _gating(samples: Samples) -> Iterator[Metric | Outcomes]:
    """Give all whose verdicts may be wrong by chance and would fail the run."""
    for case in samples.cases:
        yield from (metric for metric in case.metrics if not metric.advisory)
        if case.accuracy is not None:
            yield case.accuracy
