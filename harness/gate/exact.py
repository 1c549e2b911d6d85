"""Metrics that are counted: rules for what they may change by, and how many samples of a frozen set are right."""

from __future__ import annotations

import math

from scipy import special

from harness import pairs, units
from harness.gate.samples import Case, Exact, Outcomes
from harness.gate.verdict import Judgement, Said


def judge(case: Case, one: Exact) -> Judgement:
    """Return the judgement of a counted metric."""
    verdict = _held_against(one)
    return Judgement(
        case=case.name,
        metric=one.name,
        unit=one.unit,
        higher=one.higher,
        kind="exact",
        verdict=verdict,
        gates=one.gates(missing=verdict == "missing"),
        tol=one.limit,
        baseline=one.baseline,
        candidate=one.candidate,
        change=_change(one),
    )


def _held_against(one: Exact) -> Said:
    """Return what the rule says: a change is held against the smaller of the two figures, so that swapped arms mirror it."""
    if one.baseline is None or one.candidate is None:
        return "missing"
    if abs(one.candidate - one.baseline) <= one.limit * min(abs(one.baseline), abs(one.candidate)):
        return "pass"
    return "improved" if (one.candidate > one.baseline) == one.higher else "regressed"


def _change(one: Exact) -> float | None:
    """Return the change as a share of the baseline; None where there is none, or nothing it could be a share of."""
    if one.baseline is None or one.candidate is None or one.baseline <= 0:
        return None
    change = one.candidate / one.baseline - 1
    return change if math.isfinite(change) else None


def accuracy(case: Case, told: Outcomes, level: float) -> Judgement:
    """Return the judgement of how many samples are right: a hard limit, and McNemar's exact one-sided test at ``level``.

    Were both arms as good, a sample that only one of them has right would be either's with the same chance (McNemar, Note on
    the sampling error of the difference between correlated proportions or percentages, Psychometrika 12, 1947, 153-157). It is
    asked once, so that all of its ``level`` is spent on it.
    """
    difference = pairs.paired(told.gained, told.lost, told.both, told.neither)
    verdict: Said = "pass"
    if _drops(told.gained, told.lost, difference.n, told.limit, level):
        verdict = "regressed"
    elif _drops(told.lost, told.gained, difference.n, told.limit, level):
        verdict = "improved"
    return Judgement(
        case=case.name,
        metric="accuracy",
        unit=units.SHARE,
        higher=True,
        kind="accuracy",
        verdict=verdict,
        gates=True,
        tol=told.limit,
        baseline=(told.both + told.lost) / difference.n,
        candidate=(told.both + told.gained) / difference.n,
        change=difference.value,
        low=round(difference.low, 9),
        high=round(difference.high, 9),
    )


def _drops(gained: int, lost: int, n: int, limit: float, level: float) -> bool:
    """Say whether more is lost than is allowed, or more than chance would lose."""
    return lost - gained > limit * n or (lost > gained and float(special.bdtr(gained, gained + lost, 0.5)) <= level)
