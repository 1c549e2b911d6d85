"""A metric that both arms were timed for, block by block: its judgement, and whether the control gives the harness away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from harness.gate import statistic
from harness.gate.samples import ArmName, Case, Metric
from harness.gate.signed_rank import Array
from harness.gate.standing import Levels, Look, look, standing
from harness.gate.verdict import Bias, Judgement, Said

NULL: Final = 0.01
"""How much the control, a copy of the baseline, may seem to differ from it."""


def figures(case: Case, metric: Metric, arm: ArmName) -> Array:
    """Return the logarithm of an arm's figure in each block, in their order."""
    turns = [np.array(block.turns()[arm].samples[metric.series]) for block in case.blocks]
    if metric.quantile is None:
        return np.array([statistic.best(samples, metric.higher) for samples in turns])
    return np.array([statistic.quantile(samples, metric.quantile, metric.higher) for samples in turns])


def against(case: Case, metric: Metric) -> Array:
    """Return the logarithm of what the candidate is held against in each block: the baseline, or the mean of it and a control."""
    baseline = figures(case, metric, "baseline")
    return (baseline + figures(case, metric, "control")) / 2 if case.has("control", metric.series) else baseline


def differences(case: Case, metric: Metric) -> Array:
    """Return by how much the candidate is worse in each block, as logarithms of ratios."""
    return statistic.worse(against(case, metric), figures(case, metric, "candidate"), metric.higher)


def judge(case: Case, metric: Metric, looks: Sequence[int], levels: Levels, ended: bool) -> Judgement:
    """Return the judgement of a metric; ``ended``: no further block comes.

    While blocks are left, a metric does not pass before its control is clear: a run that ended as soon as nothing seems worse
    would often not notice that the harness is not fair.
    """
    if case.has("baseline", metric.series) != case.has("candidate", metric.series):
        return missing(case, metric)
    if not case.blocks:
        return Judgement(**about(case, metric), verdict="inconclusive" if ended else "continue", blocks=0)
    found = differences(case, metric)
    stands = standing(found, metric, looks, levels)
    over = ended or len(found) >= looks[-1]
    waits = stands.said == "pass" and not over and not _control_is_clear(case, metric, looks, levels)
    verdict: Said = "continue" if waits else stands.said or ("inconclusive" if over else "continue")
    seen = stands.look
    blocks = seen.blocks if seen else len(found)
    return Judgement(
        **about(case, metric),
        verdict=verdict,
        baseline=statistic.figure(float(against(case, metric)[:blocks].mean())),
        candidate=statistic.figure(float(figures(case, metric, "candidate")[:blocks].mean())),
        blocks=blocks,
        needed=seen.needed(metric) if seen and not stands.said else None,
        waits=waits,
        **(_changes(seen, verdict, metric.higher) if seen else {}),
    )


def missing(case: Case, metric: Metric) -> Judgement:
    """Return the judgement of a metric that one arm has alone, with its figure."""
    arm: ArmName = "baseline" if case.has("baseline", metric.series) else "candidate"
    alone = {arm: statistic.figure(float(figures(case, metric, arm).mean()))}
    return Judgement(**about(case, metric, missing=True), verdict="missing", blocks=len(case.blocks), **alone)


def about(case: Case, metric: Metric, missing: bool = False) -> dict[str, Any]:
    """Return what a judgement tells of the metric itself."""
    told = metric.model_dump(include={"unit", "higher", "tol", "detect"})
    return {"case": case.name, "metric": metric.name, "kind": "timed", "gates": metric.gates(missing), **told}


def bias(case: Case, metric: Metric, looks: Sequence[int], levels: Levels) -> Bias | None:
    """Return how the control differs from the baseline, if at some look it does for sure."""
    seen = _control(case, metric, looks, levels)
    biased = (one for one in seen if one.strict[0] > math.log1p(NULL) or one.strict[1] < -math.log1p(NULL))
    first = next(biased, None)
    if first is None:
        return None
    changes: dict[str, Any] = statistic.changes(first.estimate, *first.strict, metric.higher)
    return Bias(case=case.name, metric=metric.name, blocks=first.blocks, **changes)


def _control_is_clear(case: Case, metric: Metric, looks: Sequence[int], levels: Levels) -> bool:
    """Say whether there is no control, or it is surely no further from the baseline than what is to be caught."""
    if not case.has("control", metric.series):
        return True
    detect = math.log1p(metric.detect)
    return any(-detect < one.loose[0] and one.loose[1] < detect for one in _control(case, metric, looks, levels))


def _control(case: Case, metric: Metric, looks: Sequence[int], levels: Levels) -> Iterator[Look]:
    """Give what each look sees of the control, as if it were the candidate."""
    found = statistic.worse(figures(case, metric, "baseline"), figures(case, metric, "control"), metric.higher)
    return (look(found[:blocks], levels) for blocks in looks if blocks <= len(found))


def _changes(seen: Look, verdict: Said, higher: bool) -> dict[str, Any]:
    """Return the estimate and its bounds as changes, each bound at the level that the verdict needs."""
    low, high = (seen.loose[0], seen.strict[1]) if verdict == "improved" else (seen.strict[0], seen.loose[1])
    return statistic.changes(seen.estimate, low, high, higher)
