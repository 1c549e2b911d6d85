"""When a run looks at what it has, and how sure each look must be, so that all of them together keep the error budget.

Of ``N`` gating metrics with ``J`` looks each, a look has the level ``alpha * share / J``, the shares adding up to one: the union
bound holds whatever the metrics have in common, and whenever the run ends (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, Literal

from harness.errors import InputError
from harness.gate.samples import Metric, Outcomes, Plan, Samples
from harness.gate.standing import Levels

LONG_AFTER: Final = 40
"""Blocks that a run has usually."""


def planned(max_blocks: int, on_inconclusive: Literal["warn", "fail"]) -> Plan:
    """Return the plan of a run of so many blocks; those of a night are looked at once more often, and further apart."""
    usual = Plan(max_blocks=max_blocks, on_inconclusive=on_inconclusive)
    return usual if max_blocks <= LONG_AFTER else usual.model_copy(update={"looks": 5, "growth": 1.7})


def share(samples: Samples, one: Metric | Outcomes) -> float:
    """Return the part of the error budget that a metric has: its weight by those of all that gate."""
    return one.weight / (math.fsum(each.weight for each in _gating(samples)) or one.weight)


def levels(samples: Samples, metric: Metric, count: int) -> Levels:
    """Return how sure one of so many looks at a metric must be."""
    plan = samples.plan
    return Levels(plan.alpha * share(samples, metric) / count, plan.beta / count)


def schedule(samples: Samples) -> tuple[int, ...]:
    """Return after how many blocks to look at all metrics: at the first look the one with the least share can be sure."""
    return looks(samples.plan, _smallest(samples))


def looks(plan: Plan, share: float) -> tuple[int, ...]:
    """Return after how many blocks to look, where ``share`` is the least that a metric has of the error budget.

    The first look is the ``earliest``; the last is after ``plan.max_blocks``.
    """
    first = earliest(plan, share)
    if first > plan.max_blocks:
        raise InputError(
            f"plan.max_blocks: nothing can be decided within {plan.max_blocks} blocks, the first look is after {first}",
            "allow more blocks, or gate fewer metrics",
        )
    found = [first]
    for _ in range(plan.looks - 1):
        found.append(math.ceil(round(found[-1] * plan.growth, 9)))
    return (*(one for one in found[:-1] if one < plan.max_blocks), plan.max_blocks)


def earliest(plan: Plan, share: float) -> int:
    """Return the number of blocks from which on a bound can be as sure as a look must be, and one block more."""
    return math.ceil(math.log2(plan.looks / (plan.alpha * share))) + 1


def least(samples: Samples) -> int:
    """Return after how many blocks the first look at all metrics is."""
    return earliest(samples.plan, _smallest(samples))


def _smallest(samples: Samples) -> float:
    """Return the least share that a metric has."""
    return min((share(samples, one) for one in _gating(samples)), default=1.0)


def _gating(samples: Samples) -> Iterator[Metric | Outcomes]:
    """Give all whose verdicts may be wrong by chance and would fail the run."""
    for case in samples.cases:
        yield from (metric for metric in case.metrics if not metric.advisory)
        if case.accuracy is not None:
            yield case.accuracy
