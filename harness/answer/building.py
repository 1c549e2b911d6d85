"""The answer to a suite: what is recommended per profile, and all it rests on, as plain data in SI units.

``harness recommend --json``, ``harness run --json`` and ``facts.json`` of a report are this. Keys are added, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.answer.charted import charted
from harness.answer.evidence import Evidence
from harness.answer.explanations import absent, explanations
from harness.answer.explanations import told as told_of_explanations
from harness.answer.history import history
from harness.answer.judged import Judged, judge
from harness.answer.lineage import lineage
from harness.answer.since import Snapshot, changed
from harness.answer.trust import reruns, trust
from harness.answer.validity import validity
from harness.decide import recommend
from harness.decide.decision import Recommendation
from harness.decide.utility import Weighed
from harness.ledger import Known
from harness.metrics import METRICS, PERCENTILES
from harness.operators import trimmed
from harness.record import Environment, Fact
from harness.search.trials import Trial
from harness.space import Space
from harness.spec import Profile, Suite
from harness.stats import NEEDED_QUERIES

SCHEMA_VERSION: Final = 1
MOST_OPERATORS: Final = 40
"""Of each profile: what is left is a sliver of the whole."""


def build(
    suite: Suite,
    space: Space,
    known: Mapping[str, Known],
    environment: Environment,
    evidence: Evidence,
    run: Mapping[str, Any] | None = None,
    before: Sequence[Snapshot] = (),
) -> dict[str, Any]:
    """Return the answer that the store's knowledge gives.

    ``run`` tells of the search that led to it, if one did; ``before`` is what earlier answers said (``since``).
    """
    judged, search = judge(suite, space, known, evidence), run or {}
    candidates = [_candidate(one, judged, environment, evidence) for one in judged.shown.values()]
    told = _space(space, known)
    found = {
        "schema_version": SCHEMA_VERSION,
        "suite": suite.name,
        "task": suite.task,
        "own_metric": suite.own_metric.model_dump(mode="json") if suite.own_metric else None,
        "environment": environment.model_dump(mode="json"),
        "objectives": list(judged.metrics),
        "profiles": _profiles(judged, environment, candidates, told),
        "front": list(judged.front),
        "near_front": list(judged.near),
        "hypervolume": recommend.hypervolume(judged.columns, judged.metrics, judged.suite.profiles),
        "stop_reason": search.get("stop_reason"),
        "screened": search.get("screened", []),
        "candidates": candidates,
        "references": _references(judged),
        "failures": [_failure(one) for one in known.values() if one.failure],
        "counts": {"measured": 0, "reused": sum(map(len, judged.table.values())), **search.get("counts", {})},
        "space": told,
        "notable": judged.notable,
        "memory": _memory(judged, evidence),
        **charted(judged.notable, known, evidence),
        "behaviour": _behaviour(judged, evidence),
        "explanations": explanations(_shown_first(judged), known, evidence) if suite.explain else None,
        "history": _history(judged, evidence.trials(search["study"]) if "study" in search else []),
        "trust": trust(suite, environment, (one.facts for one in judged.shown.values()), (one["withheld"] for one in candidates)),
        "operators": _operators(known, evidence),
        "baselines": dict(judged.baseline_of),
        "priorities": {profile.name: profile.model_dump(mode="json") for profile in judged.suite.profiles},
        "anchor": _anchor(suite),
        "metrics": {name: {"unit": m.unit, "higher": m.higher, "summary": m.summary} for name, m in METRICS.items()},
        "run": dict(search),
    }
    return found | {"changed": changed(before, found)}


def show_facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return facts by metric, in the order of the metrics."""
    fields = {"value", "low", "high", "unit", "n", "quality", "provenance", "processes", "tries"}
    return {name: facts[name].model_dump(mode="json", include=fields) for name in METRICS if name in facts}


def _space(space: Space, known: Mapping[str, Known]) -> dict[str, Any]:
    return {
        "candidates": len(space.candidates),
        "evaluated": sum(known[candidate.label].complete for candidate in space.candidates),
        "excluded": [{"rule": e.rule, "count": e.count, "example": e.example} for e in space.excluded],
    }


def _profiles(
    judged: Judged, environment: Environment, candidates: Sequence[Mapping[str, Any]], space: Mapping[str, Any]
) -> dict[str, Any]:
    absent = {one["candidate"]: one["withheld"] for one in candidates}
    seen = space["evaluated"], space["candidates"]
    return {
        profile.name: _recommended(one, judged) | {"validity": _validity(profile, one, judged, environment, absent, seen)}
        for profile, one in zip(judged.suite.profiles, judged.told, strict=True)
    }


def _recommended(one: Recommendation, judged: Judged) -> dict[str, Any]:
    label = one.candidate or ""
    return {
        **one.model_dump(mode="json", exclude={"profile"}),
        "facts": show_facts(judged.table.get(label, {})),
        "baseline": judged.baseline_of.get(label),
        "baseline_facts": show_facts(judged.baseline(label)),
    }


def _validity(
    profile: Profile,
    one: Recommendation,
    judged: Judged,
    environment: Environment,
    absent: Mapping[str, Mapping[str, Any]],
    seen: tuple[int, int],
) -> dict[str, Any]:
    label = one.candidate or ""
    labels = dict.fromkeys(each for each in (label, judged.baseline_of.get(label)) if each)
    rests_on = {each: judged.table.get(each, {}) for each in labels}
    return validity(judged.suite, profile, environment, rests_on, absent.get(label, {}), seen)


def _references(judged: Judged) -> dict[str, Any]:
    """Return the facts of the baselines."""
    labels = dict.fromkeys(judged.baseline_of.values())
    return {label: show_facts(judged.table[label]) for label in labels if label in judged.table}


def _anchor(suite: Suite) -> dict[str, Any]:
    """Return what settles the ranges that move with the baseline, and these ranges by profile."""
    ranges = {profile.name: profile.model_dump(mode="json")["relative"] for profile in suite.profiles}
    return {"candidate": suite.baseline.label, "ranges": ranges}


def _shown_first(judged: Judged) -> list[str]:
    """Return candidates in the order in which a reader asks about them: what is recommended, baselines, what else is notable."""
    chosen = [one.candidate for one in judged.told if one.candidate]
    return list(dict.fromkeys([*chosen, *(judged.baseline_of[label] for label in chosen), *judged.notable]))


def _memory(judged: Judged, evidence: Evidence) -> dict[str, list[list[float]]]:
    """Return memory over time of what is recommended, and of the baselines."""
    labels = [one.candidate for one in judged.told if one.candidate]
    wanted = dict.fromkeys((*labels, *(judged.baseline_of[label] for label in labels)))
    curves = {label: evidence.memory(judged.known[label]) for label in wanted if label in judged.known}
    return {label: curve for label, curve in curves.items() if curve}


def _behaviour(judged: Judged, evidence: Evidence) -> dict[str, Any]:
    """Return how the notable candidates behave, those of which classes are judged."""
    baseline = judged.known.get(judged.suite.baseline.label)
    asked = {label: judged.known[label] for label in judged.notable if label in judged.known}
    told = {label: evidence.behaviour(one, baseline, judged.suite) for label, one in asked.items()}
    return {label: found for label, found in told.items() if found}


def _history(judged: Judged, trials: Sequence[Trial]) -> dict[str, Any]:
    return history(trials, judged.columns, judged.weighed, judged.metrics, judged.suite.profiles)


def _operators(known: Mapping[str, Known], evidence: Evidence) -> dict[str, Any]:
    """Return where the time of a query goes, for every candidate whose operators were timed."""
    profiles = {label: evidence.profile(one) for label, one in known.items()}
    return {label: trimmed(profile, MOST_OPERATORS) for label, profile in profiles.items() if profile}


def _same(facts: Mapping[str, Fact], baseline: Mapping[str, Fact]) -> list[str]:
    """Return the metrics whose fact is the baseline's, too."""
    return [name for name, fact in facts.items() if name in baseline and fact.key == baseline[name].key]


def _candidate(one: Known, judged: Judged, environment: Environment, evidence: Evidence) -> dict[str, Any]:
    candidate, suite, label = one.candidate, judged.suite, one.candidate.label
    return {
        "candidate": label,
        "facts": show_facts(one.facts),
        "model": candidate.model.model_dump(mode="json"),
        "passes": [choice.model_dump(mode="json") for choice in candidate.passes],
        "runtime": candidate.runtime.model_dump(mode="json"),
        "batch_size": candidate.batch_size,
        "device": candidate.device,
        "artifact": one.artifact.digest if one.artifact else None,
        "notes": one.artifact.notes if one.artifact else {},
        "runs": list(one.runs),
        "paired": dict(judged.paired[label]),
        "withheld": withheld(one.facts) | _unknown(one, suite, evidence),
        **({} if suite.own_metric is None else {"own_metric": {"resamples": evidence.resamples(one)}}),
        **({} if suite.explain is None else {"explanation": told_of_explanations(one, evidence)}),
        **({} if candidate.model.prior is None else {"prior": candidate.model.prior}),
        "scores": {name: _score(each, each.columns.rows[label]) for name, each in judged.weighed.items()},
        "eligible": label in judged.columns.rows,
        "dominated_by": judged.dominated_by.get(label),
        "reruns": reruns(one.facts),
        "same": _same(one.facts, judged.baseline(label)),
        "parent": lineage(one, judged.known, environment, evidence),
    }


def _score(weighed: Weighed, row: int) -> dict[str, Any]:
    return {
        "utility": float(weighed.utility[row]),
        "half_width": float(weighed.half_width[row]),
        "violations": [violation.model_dump(mode="json") for violation in weighed.violations(row)],
    }


def withheld(facts: Mapping[str, Fact]) -> dict[str, dict[str, int]]:
    """Return the percentiles that are absent for want of queries: how many they need, how many there were.

    A candidate measured in several processes has to have enough in each; ``has`` is the mean.
    """
    seen = {METRICS[name].scenario: facts[name].n // facts[name].processes for name in reversed(PERCENTILES) if name in facts}
    return {
        name: {"needs": NEEDED_QUERIES[p], "has": has}
        for name, p in PERCENTILES.items()
        if name not in facts and (has := seen.get(METRICS[name].scenario, 0))
    }


def _unknown(one: Known, suite: Suite, evidence: Evidence) -> dict[str, dict[str, str]]:
    """Return the other metrics that are absent, and why."""
    found: dict[str, str | None] = {}
    scenarios = {choice.part for choice in suite.scenarios}
    if "server" in scenarios and "server_rate" not in one.facts:
        found["server_rate"] = evidence.server(one)
    if "offline" in scenarios and "energy" not in one.facts and not suite.target.power:
        found["energy"] = "no energy counter can be read here; target: {power: …} gives an estimate"
    if one.unscored:
        found |= dict.fromkeys(suite.qualities, f"not measured: {one.unscored}")
    if suite.explain:
        found |= absent(one, evidence)
    return {name: {"why": why} for name, why in found.items() if why}


def _failure(one: Known) -> dict[str, Any]:
    failure = one.failure
    return {
        "candidate": one.candidate.label,
        **(failure.model_dump(mode="json", include={"kind", "stage", "message", "log"}) if failure else {}),
    }
