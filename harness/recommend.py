"""The decision: which candidate to ship for a profile, which are tied with it, and why the next one lost.

A pure function of facts: the same store gives the same answer, offline, at any time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from harness import pareto, units, utility
from harness.decision import Recommendation, RunnerUp, Score, Violation
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Profile

TOLD_GAP = 0.0005
"""Differences of utility below this are not worth a word."""

Table = Mapping[str, Mapping[str, Fact]]
"""Facts by candidate label and metric."""


def recommend(profile: Profile, table: Table, baselines: Mapping[str, str], references: Table) -> Recommendation:
    """Return the recommendation for ``profile`` among ``table``.

    ``baselines`` names, per candidate, the baseline its relative constraints refer to; its facts are in ``references``.
    """
    scores = [
        utility.score(label, facts, references.get(baselines.get(label, ""), {}), profile) for label, facts in table.items()
    ]
    feasible = sorted((s for s in scores if not s.violations), key=_best_first)
    counts = {"considered": len(scores), "infeasible": len(scores) - len(feasible)}
    if not feasible:
        return _nearest(profile, scores, counts)
    best, others = feasible[0], feasible[1:]
    tied = tuple(s.candidate for s in others if _is_tied(best, s, table, profile))
    runner_up = next((s for s in others if s.candidate not in tied), others[0] if others else None)
    return Recommendation(
        profile=profile.name,
        feasible=True,
        candidate=best.candidate,
        utility=best.utility,
        half_width=best.half_width,
        terms=best.terms,
        tied=tied,
        runner_up=_runner_up(best, runner_up, table) if runner_up else None,
        **counts,
    )


def _best_first(score: Score) -> tuple[float, str]:
    return (-score.utility, score.candidate)


def _is_tied(best: Score, other: Score, table: Table, profile: Profile) -> bool:
    """Whether the difference of two utilities is inside the noise; a fact both share adds none to the difference."""
    total = sum(profile.weights.values())
    noise = [
        weight / total * utility.spread(fact, profile)
        for metric, weight in profile.weights.items()
        for mine, theirs in ((table[best.candidate].get(metric), table[other.candidate].get(metric)),)
        if not (mine and theirs and mine.key == theirs.key)
        for fact in (mine, theirs)
        if fact
    ]
    return best.utility - other.utility <= math.hypot(*noise)


def _runner_up(best: Score, other: Score, table: Table) -> RunnerUp:
    losses = [
        (mine.contribution - theirs.contribution, mine.metric) for mine, theirs in zip(best.terms, other.terms, strict=True)
    ]
    mine, theirs = table[best.candidate], table[other.candidate]
    worst = sorted((loss for loss in losses if loss[0] > 0), reverse=True)[:2]
    parts = [
        f"{metric} {_shown(theirs.get(metric))} against {_shown(mine.get(metric))} (−{gap:.3f})"
        for gap, metric in worst
        if gap >= TOLD_GAP
    ]
    return RunnerUp(candidate=other.candidate, utility=other.utility, why="; ".join(parts) or "next to nothing in every term")


def _shown(fact: Fact | None) -> str:
    if fact is None:
        return "unknown"
    return ("≈ " if fact.provenance == "estimate" else "") + units.show(fact.value, fact.unit)


def _nearest(profile: Profile, scores: Sequence[Score], counts: dict[str, int]) -> Recommendation:
    if not scores:
        return Recommendation(profile=profile.name, feasible=False, **counts)
    near = min(scores, key=lambda s: (_distance(s.violations), *_best_first(s)))
    return Recommendation(
        profile=profile.name,
        feasible=False,
        candidate=near.candidate,
        utility=near.utility,
        half_width=near.half_width,
        terms=near.terms,
        violations=near.violations,
        **counts,
    )


def _distance(violations: Sequence[Violation]) -> float:
    return math.fsum(math.inf if v.miss is None else v.miss for v in violations)


def fronts(table: Table, metrics: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the Pareto front of ``table`` over ``metrics``, and those that are not on it but, with their intervals, could be.

    Candidates that lack one of the metrics are in neither.
    """
    if not table or not metrics:
        return [], []
    value, low, high = (_losses(table, metrics, end) for end in ("value", "best", "worst"))
    sure = pareto.front(value)
    near = pareto.undominated(low, high) & ~sure
    labels = list(table)
    return [labels[i] for i in np.flatnonzero(sure)], [labels[i] for i in np.flatnonzero(near)]


def _losses(table: Table, metrics: Sequence[str], end: str) -> np.ndarray:
    return np.array([[_loss(facts.get(metric), metric, end) for metric in metrics] for facts in table.values()])


def _loss(fact: Fact | None, name: str, end: str) -> float:
    if fact is None:
        return math.nan
    metric = METRICS[name]
    ends = sorted((metric.loss(fact.low), metric.loss(fact.high)))
    return {"value": metric.loss(fact.value), "best": ends[0], "worst": ends[1]}[end]
