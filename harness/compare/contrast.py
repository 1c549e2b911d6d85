"""Two candidates side by side: how much each metric differs, whether that is beyond noise, and who is better for each profile.

Pure functions of the answer, and of what raw runs add to it where both were asked the same samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import units
from harness.answer.evidence import Evidence, same_samples
from harness.changes import Change, difference, ratio
from harness.compare.placing import Answer, told_of
from harness.decide.columns import gather
from harness.decide.confidence import is_tied
from harness.decide.utility import Weighed, wanted, weigh
from harness.ledger import Known
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Profile


def contrast(answer: Answer, known: Mapping[str, Known], one: str, other: str, evidence: Evidence) -> dict[str, Any]:
    """Return how candidate ``one`` differs from the ``other``, in JSON's terms; both are labels with facts in the answer.

    ``known`` is what the answer was made of.
    """
    mine, its = known[one].facts, known[other].facts
    same = same_samples(mine, its, evidence)
    metrics = {name: _changed(mine[name], its[name], same.get(name)) for name in METRICS if name in mine and name in its}
    return {
        "suite": answer["suite"],
        "one": _told(answer, known[one]),
        "other": _told(answer, known[other]),
        "metrics": metrics,
        "better": [name for name, each in metrics.items() if each["better"] == "one"],
        "worse": [name for name, each in metrics.items() if each["better"] == "other"],
        "even": [name for name, each in metrics.items() if each["better"] is None],
        "flips": evidence.flips(mine.get("accuracy"), its.get("accuracy")),
        "profiles": {name: _under(answer, name, known, (one, other), evidence) for name in answer["profiles"]},
    }


def _told(answer: Answer, one: Known) -> dict[str, Any]:
    told = told_of(answer, one.candidate.label)
    return {
        **one.candidate.model_dump(mode="json"),
        "candidate": one.candidate.label,
        "front": one.candidate.label in answer["front"],
        "dominated_by": told["dominated_by"],
        "facts": told["facts"],
        "withheld": told["withheld"],
    }


def _changed(fact: Fact, other: Fact, paired: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return one metric of both: their ratio, or their difference where it is a share or has no scale, with its interval.

    A fact that both share differs by nothing. What rests on an estimate is not known to be better.
    """
    apart = fact.unit in (units.SHARE, units.NUMBER)
    change = None if apart else ratio(fact, other)
    kind, neutral = ("difference", 0.0) if change is None else ("ratio", 1.0)
    change = change or difference(fact, other)
    if fact.key == other.key:
        change, paired = Change(neutral, neutral, neutral), None
    elif paired:
        change = Change(paired["value"], paired["low"], paired["high"])
    estimate = "estimate" in (fact.provenance, other.provenance)
    return {
        "unit": fact.unit,
        "kind": kind,
        **change._asdict(),
        "better": None if estimate else _better(fact.metric, change, neutral),
        "shared": fact.key == other.key,
        "paired": dict(paired) if paired else None,
        "estimate": estimate,
    }


def _better(metric: str, change: Change, neutral: float) -> str | None:
    """Return which of the two is better beyond noise, ``one`` or ``other``; None where that cannot be told."""
    more, less = change.low > neutral, change.high < neutral
    if not more and not less:
        return None
    return "one" if more == METRICS[metric].higher else "other"


def _under(answer: Answer, name: str, known: Mapping[str, Known], both: tuple[str, str], evidence: Evidence) -> dict[str, Any]:
    """Return the two under a profile: utilities, broken constraints, and who is better.

    One that breaks constraints is worse than one that keeps them all; else the noise of their terms has to be exceeded.
    """
    one, other = (told_of(answer, label)["scores"][name] for label in both)
    gap = one["utility"] - other["utility"]
    told = {"one": one, "other": other, "difference": gap}
    if bool(one["violations"]) != bool(other["violations"]):
        return told | {"better": "other" if one["violations"] else "one"}
    tied = _is_tied(_weighed(answer, name, known, both, evidence))
    return told | {"better": None if tied else "one" if gap > 0 else "other"}


def _weighed(answer: Answer, name: str, known: Mapping[str, Known], both: tuple[str, str], evidence: Evidence) -> Weighed:
    """Return the two under a profile, on what the recommendation rests on, too."""
    profile = Profile.model_validate(answer["priorities"][name])
    table = {label: known[label].facts for label in both}
    baselines = {label: answer["baselines"][label] for label in both}
    references = {label: known[label].facts for label in baselines.values() if not known[label].failure}
    paired = {label: same_samples(facts, references.get(baselines[label], {}), evidence) for label, facts in table.items()}
    samples = {"accuracy": evidence.right(facts.get("accuracy") for facts in table.values())}
    return weigh(profile, gather(table, wanted(profile), baselines, references, paired, samples))


def _is_tied(weighed: Weighed) -> bool:
    best = int(weighed.utility.argmax())
    return bool(is_tied(weighed, best).all())
