"""The answer per profile, ready to be shown: what to deploy, how it compares, why it wins, and what came next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import units
from harness.metrics import QUALITIES
from harness.report import certainty, odds, wording
from harness.report.cautions import cautions
from harness.report.comparison import Comparison, against_baseline
from harness.report.odds import Odds

HEADLINES = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One metric's part in the utility. ``room`` and ``filled`` are shares of the widest term: what it can add, what it adds."""

    label: str
    value: str
    worth: str
    """The two ends of its range, from worth nothing to worth everything: ``10 ms to 100 µs, log``."""
    weight: str
    desirability: str
    contribution: str
    most: str
    """What it could contribute."""
    room: float
    filled: float


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of the profile; ``estimate``: only an estimate says whether it is met."""

    text: str
    estimate: bool


@dataclass(frozen=True, slots=True)
class Miss:
    """A constraint that is broken, or kept only within the noise: what was wanted, what is, how far that is from the bound."""

    constraint: str
    label: str
    value: str
    bound: str
    by: str
    within_noise: bool = False


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The best candidate that is not recommended, and what it loses by."""

    label: str
    utility: str
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """One profile's recommendation. ``label`` is empty when nothing was measured."""

    profile: str
    feasible: bool
    label: str
    sentence: str
    utility: str
    artifact: str
    baseline: str
    headlines: tuple[Comparison, ...]
    figures: tuple[Comparison, ...]
    terms: tuple[Term, ...]
    constraints: tuple[Constraint, ...]
    misses: tuple[Miss, ...]
    tied: tuple[str, ...]
    runner_up: RunnerUp | None
    sure: str
    """How often it is first in resamples, and who else is."""
    odds: Odds
    """The same at length."""
    changes: tuple[str, ...]
    """What would change it."""
    weights: str
    command: str
    """What hands it over."""
    run: str
    """What measures."""
    counts: str
    cautions: tuple[str, ...]
    published: str
    """The model's published accuracy: ``published 69.8 %``."""

    @property
    def is_baseline(self) -> bool:
        """Whether the candidate is its own baseline, so that there is nothing to compare."""
        return self.label == self.baseline

    @property
    def is_near(self) -> bool:
        """Whether it keeps every constraint, though not all of them by more than its noise."""
        return all(miss.within_noise for miss in self.misses)


def cards(facts: Mapping[str, Any]) -> tuple[Card, ...]:
    """Return one card per profile, in the order of the suite."""
    known = {one["candidate"]: one for one in facts["candidates"]}
    return tuple(_card(name, one, known.get(one["candidate"] or ""), facts) for name, one in facts["profiles"].items())


def _card(name: str, one: Mapping[str, Any], candidate: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> Card:
    priorities = facts["priorities"].get(name, {})
    figures = against_baseline(one["facts"], one["baseline_facts"], facts["metrics"], (candidate or {}).get("paired") or {})
    label = one["candidate"] or ""
    return Card(
        profile=name,
        feasible=one["feasible"],
        label=label,
        sentence=wording.deploy(candidate) if candidate else label,
        utility=wording.plus_minus(one["utility"], one["half_width"]),
        artifact=(candidate or {}).get("artifact") or "",
        baseline=one["baseline"] or "",
        headlines=_headlines(figures, one["terms"]),
        figures=figures,
        terms=_terms(one, priorities, facts["metrics"]),
        constraints=_constraints(priorities, one["facts"]),
        misses=tuple(miss(violation, facts["metrics"], one["facts"]) for violation in one["violations"]),
        tied=tuple(one["tied"]),
        runner_up=_runner_up(one["runner_up"]),
        sure=certainty.how_sure(one),
        odds=odds.odds(one),
        changes=certainty.changes(one, facts["metrics"]),
        weights=odds.weights(priorities.get("weights", {})),
        run=f"harness run {wording.suite_file(facts)}",
        command=f"harness export {wording.suite_file(facts)} --profile {shlex.quote(name)} deploy/",
        counts=_counts(one),
        cautions=cautions(one, candidate, priorities),
        published=wording.published(candidate or {}),
    )


def _headlines(figures: Sequence[Comparison], terms: Sequence[Mapping[str, Any]]) -> tuple[Comparison, ...]:
    """Return the few figures that matter most to the profile, heaviest first, then how right scores are, and size."""
    heaviest = [term["metric"] for term in sorted(terms, key=lambda term: -term["weight"])]
    wanted = dict.fromkeys((*heaviest, *QUALITIES, "size", "latency_p90"))
    by_name = {figure.metric: figure for figure in figures}
    return tuple(by_name[name] for name in wanted if name in by_name)[:HEADLINES]


def _terms(one: Mapping[str, Any], priorities: Mapping[str, Any], metrics: Mapping[str, Any]) -> tuple[Term, ...]:
    total = sum(term["weight"] for term in one["terms"]) or 1.0
    widest = max((term["weight"] for term in one["terms"]), default=0.0) or 1.0
    return tuple(
        Term(
            label=wording.metric(term["metric"]),
            value=_value(term, one["facts"]),
            worth=wording.worth(priorities, term["metric"], _unit(metrics, term["metric"])),
            weight=f"weight {term['weight']:g}/{total:g}",
            desirability=f"{term['utility']:.2f}",
            contribution=f"{term['contribution']:.3f}",
            most=f"{term['weight'] / total:.3f}",
            room=term["weight"] / widest,
            filled=term["contribution"] * total / widest,
        )
        for term in one["terms"]
    )


def _value(term: Mapping[str, Any], facts: Mapping[str, wording.Fact]) -> str:
    fact = facts.get(term["metric"])
    return wording.with_interval(fact) if fact else "not known, counted as the worst"


def _unit(metrics: Mapping[str, Any], name: str) -> str:
    return str(metrics.get(name, {}).get("unit", ""))


def miss(violation: Mapping[str, Any], metrics: Mapping[str, Any], facts: Mapping[str, wording.Fact]) -> Miss:
    """Return a broken constraint of a candidate with these ``facts`` in words."""
    unit, fact = _unit(metrics, violation["metric"]), facts.get(violation["metric"], {})
    value, bound = violation["value"], violation["bound"]
    remark = f" ({wording.ESTIMATE})" if wording.is_estimate(fact) else ""
    within = bool(violation.get("within_noise"))
    by = "" if within else _missed_by(value, bound, violation["miss"], unit)
    return Miss(
        violation["constraint"],
        wording.metric(violation["metric"]),
        wording.about(wording.figure(value, unit), fact) + remark,
        wording.figure(bound, unit),
        wording.about(by, fact) if by else "",
        within,
    )


def _missed_by(value: float | None, bound: float | None, share: float | None, unit: str) -> str:
    if value is None or bound is None:
        return ""
    if unit == units.SHARE:
        return f"{wording.two_digits(abs(value - bound) * 100)} pp"
    relative = f" ({share * 100:.3g} %)" if share is not None and bound else ""
    return wording.figure(abs(value - bound), unit) + relative


def _runner_up(one: Mapping[str, Any] | None) -> RunnerUp | None:
    return RunnerUp(one["candidate"], wording.plus_minus(one["utility"], None), one["why"]) if one else None


def _counts(one: Mapping[str, Any]) -> str:
    considered, infeasible = one["considered"], one["infeasible"]
    if not considered:
        return "No candidate was measured yet."
    broken = {0: "none breaks", 1: "1 breaks"}.get(infeasible, f"{infeasible:,} break")
    return f"{wording.count(considered, 'candidate')} considered; {broken} a constraint."


def _constraints(priorities: Mapping[str, Any], facts: Mapping[str, wording.Fact]) -> tuple[Constraint, ...]:
    return tuple(
        Constraint(one["text"], wording.is_estimate(facts.get(one["metric"], {}))) for one in priorities.get("constraints", ())
    )
