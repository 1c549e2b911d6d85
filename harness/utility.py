"""A profile's weighted score of a candidate. Pure functions of facts.

``U = Σ w·u / Σ w``, where ``u`` runs from 0 at the worst to 1 at the best end of the metric's range, straight or in
its logarithm (Keeney & Raiffa, Decisions with Multiple Objectives, 1976: the additive model).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from harness.decision import Score, Term, Violation
from harness.interfaces import Array
from harness.record import Fact
from harness.spec import Constraint, Profile, Scale

Facts = Mapping[str, Fact]


def desirability(value: float, worst: float, best: float, scale: Scale = "linear") -> float:
    """Return where ``value`` lies from ``worst`` (0) to ``best`` (1), cut at both ends; on a log scale all are above 0."""
    return float(desirabilities(np.asarray(value), worst, best, scale))


def desirabilities(values: Array, worst: float, best: float, scale: Scale = "linear") -> Array:
    """Return the desirability of each of ``values``, an array of any shape; NaN stays NaN."""
    if worst == best:  # a range that moved with the baseline may close
        return np.where(np.isnan(values), np.nan, 0.0)
    if scale == "log":
        values, worst, best = (np.log(np.maximum(each, np.finfo(float).tiny)) for each in (values, worst, best))
    return np.clip((values - worst) / (best - worst), 0.0, 1.0)


def score(candidate: str, facts: Facts, baseline: Facts, profile: Profile) -> Score:
    """Return the utility of a candidate's ``facts`` under ``profile``, with its terms and broken constraints."""
    total = sum(profile.weights.values())
    terms = tuple(_term(metric, facts.get(metric), weight, total, profile) for metric, weight in profile.weights.items())
    half_widths = [term.weight / total * spread(facts[term.metric], profile) for term in terms if term.metric in facts]
    return Score(
        candidate=candidate,
        utility=min(1.0, math.fsum(term.contribution for term in terms)),  # rounding may go an ulp beyond
        half_width=math.hypot(*half_widths),
        terms=terms,
        violations=violations(facts, baseline, profile),
    )


def _term(metric: str, fact: Fact | None, weight: float, total: float, profile: Profile) -> Term:
    useful = _useful(fact.value, metric, profile) if fact else 0.0
    return Term(
        metric=metric,
        value=fact.value if fact else None,
        utility=useful,
        weight=weight,
        contribution=weight * useful / total,
    )


def _useful(value: float, metric: str, profile: Profile) -> float:
    """Return the desirability of a metric's ``value``; 0 where its range is not known, for want of the baseline's value."""
    if metric not in profile.ranges:
        return 0.0
    return desirability(value, *profile.ranges[metric], profile.scales.get(metric, "linear"))


def spread(fact: Fact, profile: Profile) -> float:
    """Return half the width of the fact's interval, as desirability."""
    return abs(_useful(fact.high, fact.metric, profile) - _useful(fact.low, fact.metric, profile)) / 2


def violations(facts: Facts, baseline: Facts, profile: Profile) -> tuple[Violation, ...]:
    """Return the constraints of ``profile`` that ``facts`` break; a value or bound that is not known breaks them."""
    found = (_violation(c, facts.get(c.metric), baseline.get(c.metric)) for c in profile.constraints)
    return tuple(v for v in found if v is not None)


def _violation(constraint: Constraint, fact: Fact | None, reference: Fact | None) -> Violation | None:
    value = fact.value if fact else None
    bound = constraint.bound(reference.value if reference else None)
    miss: float | None = None
    if value is not None and bound is not None:
        over = value - bound if constraint.op == "<=" else bound - value
        if over <= 0:
            return None
        miss = over / abs(bound) if bound else over
    return Violation(constraint=constraint.text, metric=constraint.metric, value=value, bound=bound, miss=miss)
