"""A profile's weighted score of candidates, and the constraints they break. Pure functions of facts.

``U = Σ w·u / Σ w``, where ``u`` runs from 0 at the worst to 1 at the best end of the metric's range, straight or in
its logarithm (Keeney & Raiffa, Decisions with Multiple Objectives, 1976: the additive model).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.decide import bounds
from harness.decide.columns import Columns, gather
from harness.decide.decision import Score, Term, Violation
from harness.interfaces import Array
from harness.record import Fact
from harness.spec import Profile, Scale, Suite

Facts = Mapping[str, Fact]


def anchored(suite: Suite, table: Mapping[str, Facts]) -> tuple[Profile, ...]:
    """Return the suite's profiles with the ranges that its baseline settles, at its own batch size; ``table`` has facts by label.

    One anchor for all candidates, so that their utilities compare.
    """
    baseline = {metric: fact.value for metric, fact in table.get(suite.baseline.label, {}).items()}
    return tuple(profile.anchored(baseline) for profile in suite.profiles)


def desirability(value: float, worst: float, best: float, scale: Scale = "linear") -> float:
    """Return where ``value`` lies from ``worst`` (0) to ``best`` (1), cut at both ends; on a log scale all are above 0."""
    return float(desirabilities(np.asarray(value), worst, best, scale))


def desirabilities(values: Array, worst: float, best: float, scale: Scale = "linear") -> Array:
    """Return the desirability of each of ``values``, an array of any shape; NaN stays NaN."""
    if worst == best:  # a range that moved with the baseline may close
        return np.where(np.isnan(values), np.nan, 0.0)
    if scale == "log":
        least = float(np.finfo(float).tiny)
        values, worst, best = np.log(np.maximum(values, least)), math.log(max(worst, least)), math.log(max(best, least))
    with np.errstate(over="ignore"):  # of a range next to nothing: what is beyond its end is cut
        return np.clip((values - worst) / (best - worst), 0.0, 1.0)


def useful(values: Array, metric: str, profile: Profile) -> Array:
    """Return the desirability of a metric's ``values``; 0 where one is not known, or the range for want of the baseline's."""
    if metric not in profile.ranges:
        return np.zeros_like(values)
    return np.nan_to_num(desirabilities(values, *profile.ranges[metric], profile.scales.get(metric, "linear")), nan=0.0)


def shares(profile: Profile) -> Array:
    """Return the weights as shares of one."""
    weights = np.array(list(profile.weights.values()), dtype=float)
    return np.asarray(weights / weights.sum())


def wanted(profile: Profile) -> tuple[str, ...]:
    """Return the metrics that ``profile`` weighs or constrains."""
    return tuple(dict.fromkeys((*profile.weights, *(constraint.metric for constraint in profile.constraints))))


@dataclass(frozen=True, slots=True)
class Weighed:
    """All candidates under a profile: a row each, and a column per weighted metric or per constraint."""

    profile: Profile
    columns: Columns
    useful: Array
    """Desirability of each metric's value."""
    spreads: Array
    """Half the width of each metric's interval, as desirability."""
    utility: Array
    half_width: Array
    bound: Array
    """Of each constraint."""
    slack: Array
    """How far inside its bound the value is."""
    noise: Array
    """The standard error of that."""

    @property
    def margin(self) -> Array:
        """What the slack of each constraint is beyond its guard band; below 0 it is broken, NaN where it is not known."""
        return self.slack - self.profile.guard * self.noise

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Whether every constraint holds with its guard to spare."""
        return np.asarray((self.margin >= 0).all(axis=1))

    @property
    def misses(self) -> Array:
        """How far each constraint is broken, relative to its bound: by its value, or else by what the guard asks for beyond."""
        short = np.where(self.slack >= 0, -self.margin, -self.slack)
        return np.where(self.margin >= 0, 0.0, short / np.where(self.bound == 0, 1.0, np.abs(self.bound)))

    def first(self, among: NDArray[np.bool_]) -> int | None:
        """Return the row of the highest utility ``among`` some, of equal ones the first by label; None where there is none."""
        rows = np.flatnonzero(among)
        if not len(rows):
            return None
        equal = rows[self.utility[rows] == self.utility[rows].max()]
        return int(min(equal, key=lambda row: self.columns.labels[row]))

    def score(self, row: int) -> Score:
        """Return one candidate's score, with its terms and broken constraints."""
        return Score(
            candidate=self.columns.labels[row],
            utility=float(self.utility[row]),
            half_width=float(self.half_width[row]),
            terms=tuple(self._term(row, i, metric) for i, metric in enumerate(self.profile.weights)),
            violations=self.violations(row),
        )

    def violations(self, row: int) -> tuple[Violation, ...]:
        """Return the constraints that a candidate breaks; a value or bound that is not known breaks them."""
        return tuple(self._violation(row, int(i)) for i in np.flatnonzero(~(self.margin[row] >= 0)))

    def _term(self, row: int, i: int, metric: str) -> Term:
        weight, total = self.profile.weights[metric], sum(self.profile.weights.values())
        good = float(self.useful[row, i])
        return Term(
            metric=metric,
            value=_known(self.columns.mine[metric].value[row]),
            utility=good,
            weight=weight,
            contribution=weight * good / total,
        )

    def _violation(self, row: int, i: int) -> Violation:
        constraint = self.profile.constraints[i]
        return Violation(
            constraint=constraint.text,
            metric=constraint.metric,
            value=_known(self.columns.mine[constraint.metric].value[row]),
            bound=_known(self.bound[row, i]),
            miss=_known(self.misses[row, i]),
            within_noise=bool(self.slack[row, i] >= 0),
        )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def weigh(profile: Profile, columns: Columns) -> Weighed:
    """Return every candidate of ``columns`` under ``profile``."""
    metrics, own = list(profile.weights), columns.mine
    good = _table([useful(own[metric].value, metric, profile) for metric in metrics], columns)
    ends = [(useful(own[metric].low, metric, profile), useful(own[metric].high, metric, profile)) for metric in metrics]
    spreads = _table([np.abs(high - low) / 2 for low, high in ends], columns)
    each = [(c, own[c.metric].value, columns.theirs[c.metric].value) for c in profile.constraints]
    return Weighed(
        profile=profile,
        columns=columns,
        useful=good,
        spreads=spreads,
        utility=total(good, shares(profile)),
        half_width=np.sqrt(total(spreads**2, shares(profile) ** 2)),
        bound=_table([bounds.bounds(c, theirs) for c, _, theirs in each], columns),
        slack=_table([bounds.slack(c, value, theirs) for c, value, theirs in each], columns),
        noise=_table([bounds.noise(c, columns) for c, _, _ in each], columns),
    )


def total(useful: Array, shares: Array) -> Array:
    """Return the weighted sum over the last axis, term by term: a row's does not depend on how many rows there are."""
    added = np.zeros(useful.shape[:-1])
    for i, share in enumerate(shares):
        added += share * useful[..., i]
    return np.minimum(added, 1.0)  # rounding may go an ulp beyond


def _table(found: Sequence[Array], columns: Columns) -> Array:
    return np.column_stack(found) if found else np.empty((len(columns), 0))


def score(
    candidate: str, facts: Facts, baseline: Facts, profile: Profile, differences: Mapping[str, Mapping[str, Any]] | None = None
) -> Score:
    """Return the score of one candidate's ``facts`` under ``profile``; ``differences`` from its baseline are by metric."""
    return _alone(candidate, facts, baseline, profile, differences).score(0)


def violations(
    facts: Facts, baseline: Facts, profile: Profile, differences: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[Violation, ...]:
    """Return the constraints of ``profile`` that one candidate's ``facts`` break."""
    return _alone("", facts, baseline, profile, differences).violations(0)


def _alone(
    candidate: str, facts: Facts, baseline: Facts, profile: Profile, differences: Mapping[str, Mapping[str, Any]] | None
) -> Weighed:
    paired = None if differences is None else {candidate: differences}
    columns = gather({candidate: facts}, wanted(profile), {candidate: "baseline"}, {"baseline": baseline}, paired)
    return weigh(profile, columns)
