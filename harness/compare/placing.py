"""How one candidate does under each profile: its terms, how far inside its constraints it is, and why it is not recommended.

Pure functions of the answer: what it tells of a candidate is enough to weigh it again, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.decide.columns import gather
from harness.decide.decision import Term
from harness.decide.utility import Weighed, wanted, weigh
from harness.record import Fact
from harness.spec import Profile

Answer = Mapping[str, Any]


def told_of(answer: Answer, label: str) -> Mapping[str, Any]:
    """Return what the answer tells of a candidate; nothing where it has no facts of it."""
    return next((one for one in answer["candidates"] if one["candidate"] == label), {})


def placing(answer: Answer, label: str) -> dict[str, dict[str, Any]]:
    """Return how the candidate ``label`` does under each profile of the answer, by name; nothing where it has no facts."""
    one = told_of(answer, label)
    return {name: _under(answer, one, name) for name in answer["profiles"]} if one else {}


def _under(answer: Answer, one: Mapping[str, Any], name: str) -> dict[str, Any]:
    weighed = _weighed(answer, one, name)
    score, told = weighed.score(0), answer["profiles"][name]
    return {
        "outcome": _outcome(one, name, told),
        "utility": score.utility,
        "half_width": score.half_width,
        "place": _place(answer, one, name),
        "terms": [_term(term, weighed.profile) for term in score.terms],
        "constraints": _constraints(weighed),
        "against": _against(score.terms, one, name, told),
    }


def _outcome(one: Mapping[str, Any], name: str, told: Mapping[str, Any]) -> str:
    """Return what became of a candidate under a profile, in a word."""
    if told["candidate"] == one["candidate"]:
        return "recommended" if told["feasible"] else "nearest"
    if not one["eligible"]:
        return "outside"
    if one["scores"][name]["violations"]:
        return "infeasible"
    return "tied" if one["candidate"] in told["tied"] else "below"


def _place(answer: Answer, one: Mapping[str, Any], name: str) -> dict[str, int] | None:
    """Return which of the feasible a candidate is by utility, and how many there are; None where it is none of them."""
    feasible = [each for each in answer["candidates"] if each["eligible"] and not each["scores"][name]["violations"]]
    if not any(each["candidate"] == one["candidate"] for each in feasible):
        return None
    mine = one["scores"][name]["utility"]
    return {"place": 1 + sum(each["scores"][name]["utility"] > mine for each in feasible), "of": len(feasible)}


def _weighed(answer: Answer, one: Mapping[str, Any], name: str) -> Weighed:
    """Return one candidate under a profile, as the answer has weighed it."""
    profile = Profile.model_validate(answer["priorities"][name])
    label, baseline = one["candidate"], answer["baselines"].get(one["candidate"], "")
    owner = dict.fromkeys(one["same"], baseline)
    mine = {metric: _fact(metric, told, owner.get(metric, label)) for metric, told in one["facts"].items()}
    theirs = {metric: _fact(metric, told, baseline) for metric, told in answer["references"].get(baseline, {}).items()}
    return weigh(profile, gather({label: mine}, wanted(profile), {label: baseline}, {baseline: theirs}, {label: one["paired"]}))


def _fact(metric: str, told: Mapping[str, Any], owner: str) -> Fact:
    return Fact(key=f"{metric} of {owner}", metric=metric, subject={}, **told)


def _term(term: Term, profile: Profile) -> dict[str, Any]:
    """Return a term with the range it is judged by; an open one is left out."""
    ends = dict(zip(("worst", "best"), profile.ranges.get(term.metric, ()), strict=False))
    return {**term.model_dump(mode="json"), **ends, "scale": profile.scales.get(term.metric, "linear")}


def _constraints(weighed: Weighed) -> list[dict[str, Any]]:
    """Return each constraint with its bound, how far inside the value is, and what the guard band leaves of that."""
    return [
        {
            "constraint": constraint.text,
            "metric": constraint.metric,
            "value": _known(weighed.columns.mine[constraint.metric].value[0]),
            "bound": _known(weighed.bound[0, i]),
            "slack": _known(weighed.slack[0, i]),
            "guard": _known(weighed.profile.guard * weighed.noise[0, i]),
            "margin": _known(weighed.margin[0, i]),
            "holds": bool(weighed.margin[0, i] >= 0),
        }
        for i, constraint in enumerate(weighed.profile.constraints)
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _against(terms: Sequence[Term], one: Mapping[str, Any], name: str, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the recommended candidate has over this one, the most first; None where it is that itself, or there is none."""
    if not told["feasible"] or told["candidate"] == one["candidate"]:
        return None
    theirs = {term["metric"]: term for term in told["terms"]}
    gaps = [
        {
            "metric": term.metric,
            "value": term.value,
            "theirs": theirs[term.metric]["value"],
            "gap": theirs[term.metric]["contribution"] - term.contribution,
        }
        for term in terms
    ]
    return {
        "candidate": told["candidate"],
        "gap": told["utility"] - one["scores"][name]["utility"],
        "terms": sorted((gap for gap in gaps if gap["gap"] > 0), key=lambda gap: -gap["gap"]),
    }
