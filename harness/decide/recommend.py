"""The decision: which candidate to ship for a profile, which are tied with it, and why the next one lost.

A pure function of facts: the same store gives the same answer, offline, at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from harness import units
from harness.decide import pareto, sensitivity
from harness.decide.columns import Columns, Differences, Samples, gather
from harness.decide.columns import Table as Table  # noqa: PLC0414 (named here for those who call this)
from harness.decide.confidence import chances, field, is_tied
from harness.decide.decision import Knee, Recommendation, RunnerUp, Score
from harness.decide.draws import resample
from harness.decide.utility import Weighed, desirabilities, shares, wanted, weigh
from harness.interfaces import Array
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Profile

TOLD_GAP = 0.0005
"""Differences of utility below this are not worth a word."""


def recommend(
    profile: Profile,
    table: Table,
    baselines: Mapping[str, str],
    references: Table,
    differences: Differences | None = None,
    samples: Samples | None = None,
) -> Recommendation:
    """Return the recommendation for ``profile`` among ``table``.

    ``baselines`` names, per candidate, the baseline its relative constraints refer to; its facts are in ``references``.
    ``differences`` from it that were taken on the same samples replace the two intervals; ``samples`` make ties surer.
    """
    return decide(weigh(profile, gather(table, wanted(profile), baselines, references, differences, samples)))


def examined(profile: Profile, columns: Columns, seed: int = 0) -> Recommendation:
    """Return the recommendation for ``profile`` with how sure it is of itself and what would change it."""
    weighed = weigh(profile, columns)
    told = decide(weighed)
    if told.candidate is None:
        return told
    best = columns.rows[told.candidate]
    drawn = resample(weighed, field(weighed, best), seed)
    probability, contenders = chances(weighed, drawn, best)
    return told.model_copy(
        update={
            "win_probability": probability,
            "contenders": contenders,
            "sensitivity": sensitivity.sensitivity(weighed, drawn, best, seed),
            "knee": _knee(weighed),
        }
    )


def decide(weighed: Weighed) -> Recommendation:
    """Return the recommendation among candidates that are weighed already."""
    feasible = weighed.feasible
    counts = {"considered": len(feasible), "infeasible": int((~feasible).sum())}
    best = weighed.first(feasible)
    if best is None:
        return _nearest(weighed, counts)
    tied = feasible & is_tied(weighed, best)
    tied[best] = False
    others = feasible & ~tied
    others[best] = False
    next_one = weighed.first(others if others.any() else tied)
    return _recommendation(weighed.score(best), weighed, counts).model_copy(
        update={
            "feasible": True,
            "tied": tuple(weighed.columns.labels[row] for row in _best_first(weighed, tied)),
            "runner_up": None if next_one is None else _runner_up(weighed, best, next_one),
        }
    )


def _recommendation(score: Score, weighed: Weighed, counts: Mapping[str, int]) -> Recommendation:
    return Recommendation(
        profile=weighed.profile.name,
        feasible=False,
        candidate=score.candidate,
        utility=score.utility,
        half_width=score.half_width,
        terms=score.terms,
        violations=score.violations,
        considered=counts["considered"],
        infeasible=counts["infeasible"],
    )


def _best_first(weighed: Weighed, among: NDArray[np.bool_]) -> list[int]:
    rows = [int(row) for row in np.flatnonzero(among)]
    return sorted(rows, key=lambda row: (-weighed.utility[row], weighed.columns.labels[row]))


def _runner_up(weighed: Weighed, best: int, other: int) -> RunnerUp:
    mine, theirs = weighed.score(best), weighed.score(other)
    losses = [(one.contribution - two.contribution, one.metric) for one, two in zip(mine.terms, theirs.terms, strict=True)]
    worst = sorted((loss for loss in losses if loss[0] > 0), reverse=True)[:2]
    has, lacks = weighed.columns.table[mine.candidate], weighed.columns.table[theirs.candidate]
    parts = [
        f"{metric} {_shown(lacks.get(metric))} against {_shown(has.get(metric))} (−{gap:.3f})"
        for gap, metric in worst
        if gap >= TOLD_GAP
    ]
    why = "; ".join(parts) or "next to nothing in every term"
    return RunnerUp(candidate=theirs.candidate, utility=theirs.utility, why=why)


def _shown(fact: Fact | None) -> str:
    if fact is None:
        return "unknown"
    return ("≈ " if fact.provenance == "estimate" else "") + units.show(fact.value, fact.unit)


def _nearest(weighed: Weighed, counts: Mapping[str, int]) -> Recommendation:
    """Return the nearest miss: those come first that break nothing but by their noise, then those that miss least in all."""
    if not len(weighed.columns):
        return Recommendation(profile=weighed.profile.name, feasible=False)
    beyond = np.where(weighed.slack >= 0, 0.0, np.nan_to_num(weighed.misses, nan=np.inf)).sum(axis=1)
    within = np.where(weighed.slack >= 0, weighed.misses, 0.0).sum(axis=1)
    near = beyond == beyond.min()
    row = weighed.first(near & (within == within[near].min()))
    return _recommendation(weighed.score(0 if row is None else row), weighed, counts)


def _knee(weighed: Weighed) -> Knee | None:
    """Return where the front of the feasible bends most, in what the profile makes of its metrics."""
    losses = 1 - weighed.useful[:, shares(weighed.profile) > 0]
    found = pareto.knee(np.where(weighed.feasible[:, None], losses, np.nan))
    return None if found is None else Knee(candidate=weighed.columns.labels[found[0]], distance=found[1])


def fronts(table: Table, metrics: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the Pareto front of ``table`` over ``metrics``, and those that are not on it but, with their intervals, could be.

    Candidates that lack one of the metrics are in neither.
    """
    return fronts_of(gather(table, metrics), metrics)


def fronts_of(columns: Columns, metrics: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the same of candidates that are columns already."""
    if not len(columns) or not metrics:
        return [], []
    own = {metric: columns.mine[metric] for metric in metrics}
    value = np.column_stack([_loss(metric, column.value) for metric, column in own.items()])
    ends = [np.sort([_loss(metric, column.low), _loss(metric, column.high)], axis=0) for metric, column in own.items()]
    sure = pareto.front(value)
    near = pareto.undominated(np.column_stack([each[0] for each in ends]), np.column_stack([each[1] for each in ends])) & ~sure
    on, could_be = ([columns.labels[i] for i in np.flatnonzero(mask).tolist()] for mask in (sure, near))
    return on, could_be


def hypervolume(columns: Columns, metrics: Sequence[str], profiles: Sequence[Profile]) -> float | None:
    """Return how much of what the profiles care for the front of ``metrics`` dominates, as a share; None where none has a range.

    It is the volume of what the front dominates in the box of ``boxed``.
    """
    losses = boxed(columns, metrics, profiles)
    return None if losses is None or not len(columns) else pareto.volume(losses)


def boxed(columns: Columns, metrics: Sequence[str], profiles: Sequence[Profile]) -> Array | None:
    """Return the losses of each candidate in the unit box that the profiles care for; None where none of them has a range.

    The box goes from the best to the worst of each metric's ends over all profiles that weigh it, on the metric's scale in the
    first of them. What lies beyond an end counts as being at it. A metric without a range is left out.
    """
    ranges = {metric: [p.ranges[metric] for p in profiles if metric in p.weights and metric in p.ranges] for metric in metrics}
    known = {metric: ends for metric, ends in ranges.items() if ends}
    if not known:
        return None
    return np.column_stack([1 - _reached(columns, metric, ends, profiles) for metric, ends in known.items()])


def _reached(columns: Columns, metric: str, ends: Sequence[tuple[float, float]], profiles: Sequence[Profile]) -> Array:
    better = max if METRICS[metric].higher else min
    worse = min if METRICS[metric].higher else max
    scale = next(profile.scales.get(metric, "linear") for profile in profiles if metric in profile.weights)
    worst, best = worse(worst for worst, _ in ends), better(best for _, best in ends)
    return desirabilities(columns.mine[metric].value, worst, best, scale)


def _loss(metric: str, values: Array) -> Array:
    return -values if METRICS[metric].higher else values
