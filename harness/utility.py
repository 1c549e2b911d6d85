"""A profile's weighted score of a candidate. Pure functions of facts.

``U = Σ w·u / Σ w``, where ``u`` runs straight from 0 at the worst to 1 at the best end of the metric's range
(Keeney & Raiffa, Decisions with Multiple Objectives, 1976: the additive model).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.decision import Score, Term, Violation
from harness.record import Fact
from harness.spec import Constraint, Profile

Facts = Mapping[str, Fact]


def desirability(value: float, worst: float, best: float) -> float:
    """Return where ``value`` lies from ``worst`` (0) to ``best`` (1), cut at both ends."""
    return min(1.0, max(0.0, (value - worst) / (best - worst)))


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
    useful = desirability(fact.value, *profile.ranges[metric]) if fact else 0.0
    return Term(
        metric=metric,
        value=fact.value if fact else None,
        utility=useful,
        weight=weight,
        contribution=weight * useful / total,
    )


def spread(fact: Fact, profile: Profile) -> float:
    """Return half the width of the fact's interval, as desirability."""
    worst, best = profile.ranges[fact.metric]
    return abs(desirability(fact.high, worst, best) - desirability(fact.low, worst, best)) / 2


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
