"""The answer to a suite: what is recommended per profile, and all it rests on, as plain data in SI units.

``harness recommend --json``, ``harness run --json`` and ``facts.json`` of a report are this. Keys are added, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness import recommend, utility
from harness.columns import Table, gather
from harness.decision import Recommendation
from harness.evidence import Evidence
from harness.ledger import Known
from harness.lineage import lineage
from harness.metrics import METRICS, PERCENTILES
from harness.operators import trimmed
from harness.record import Environment, Fact
from harness.search.objectives import objectives
from harness.space import Space
from harness.spec import Suite
from harness.stats import NEEDED_QUERIES
from harness.utility import Weighed
from harness.validity import validity

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
) -> dict[str, Any]:
    """Return the answer that the store's knowledge gives; ``run`` tells of the search that led to it, if one did."""
    table: Table = {label: one.facts for label, one in known.items() if one.facts and not one.failure}
    suite = suite.model_copy(update={"profiles": utility.anchored(suite, table)})
    inside = {candidate.label for candidate in space.candidates}
    eligible = {label: facts for label, facts in table.items() if label in inside and known[label].complete}
    shown = {label: one for label, one in known.items() if one.facts and one.complete}
    baseline_of = space.baseline_of()
    differences = {label: _paired(one, table.get(baseline_of.get(label, ""), {}), evidence) for label, one in shown.items()}
    metrics = objectives(suite)
    needed = dict.fromkeys((*metrics, *(metric for profile in suite.profiles for metric in utility.wanted(profile))))
    taken = {"accuracy": evidence.right(facts.get("accuracy") for facts in table.values())}
    columns = gather(eligible, needed, baseline_of, table, differences, taken)
    told = [recommend.examined(profile, columns, suite.search.seed) for profile in suite.profiles]
    front, near = recommend.fronts_of(columns, metrics)
    everyone = gather({label: one.facts for label, one in shown.items()}, needed, baseline_of, table, differences)
    weighed = {profile.name: utility.weigh(profile, everyone) for profile in suite.profiles}
    candidates = [
        _candidate(one, suite, weighed, differences[label], evidence) | {"parent": lineage(one, known, environment, evidence)}
        for label, one in shown.items()
    ]
    evaluated = sum(known[label].complete for label in inside)
    absent = {one["candidate"]: one["withheld"] for one in candidates}
    reused = sum(len(facts) for facts in table.values())
    counts = {"measured": 0, "reused": reused} | dict((run or {}).get("counts", {}))
    return {
        "schema_version": SCHEMA_VERSION,
        "suite": suite.name,
        "task": suite.task,
        "own_metric": suite.own_metric.model_dump(mode="json") if suite.own_metric else None,
        "environment": environment.model_dump(mode="json"),
        "objectives": list(metrics),
        "profiles": {
            one.profile: _recommended(one, table, baseline_of)
            | {"validity": _validity(one, suite, environment, table, baseline_of, absent, (evaluated, len(space.candidates)))}
            for one in told
        },
        "front": front,
        "near_front": near,
        "hypervolume": recommend.hypervolume(columns, metrics, suite.profiles),
        "stop_reason": (run or {}).get("stop_reason"),
        "screened": (run or {}).get("screened", []),
        "candidates": candidates,
        "failures": [_failure(one) for one in known.values() if one.failure],
        "counts": counts,
        "space": {
            "candidates": len(space.candidates),
            "evaluated": evaluated,
            "excluded": [{"rule": e.rule, "count": e.count, "example": e.example} for e in space.excluded],
        },
        "memory": _memory(told, known, baseline_of, evidence),
        "operators": _operators(known, evidence),
        "baselines": baseline_of,
        "priorities": {profile.name: profile.model_dump(mode="json") for profile in suite.profiles},
        "metrics": {name: {"unit": m.unit, "higher": m.higher, "summary": m.summary} for name, m in METRICS.items()},
        "run": dict(run or {}),
    }


def show_facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return facts by metric, in the order of the metrics."""
    fields = {"value", "low", "high", "unit", "n", "quality", "provenance", "processes", "tries"}
    return {name: facts[name].model_dump(mode="json", include=fields) for name in METRICS if name in facts}


def _recommended(one: Recommendation, table: Table, baseline_of: Mapping[str, str]) -> dict[str, Any]:
    label = one.candidate or ""
    baseline = baseline_of.get(label, "")
    return {
        **one.model_dump(mode="json", exclude={"profile"}),
        "facts": show_facts(table.get(label, {})),
        "baseline": baseline or None,
        "baseline_facts": show_facts(table.get(baseline, {})),
    }


def _validity(
    one: Recommendation,
    suite: Suite,
    environment: Environment,
    table: Table,
    baseline_of: Mapping[str, str],
    absent: Mapping[str, Mapping[str, Any]],
    known: tuple[int, int],
) -> dict[str, Any]:
    profile = next(profile for profile in suite.profiles if profile.name == one.profile)
    labels = dict.fromkeys(label for label in (one.candidate, baseline_of.get(one.candidate or "")) if label)
    rests_on = {label: table.get(label, {}) for label in labels}
    return validity(suite, profile, environment, rests_on, absent.get(one.candidate or "", {}), known)


def _memory(
    told: Sequence[Recommendation], known: Mapping[str, Known], baseline_of: Mapping[str, str], evidence: Evidence
) -> dict[str, list[list[float]]]:
    """Return memory over time of what is recommended, and of the baselines."""
    labels = [one.candidate for one in told if one.candidate]
    wanted = dict.fromkeys((*labels, *(baseline_of[label] for label in labels)))
    curves = {label: evidence.memory(known[label]) for label in wanted if label in known}
    return {label: curve for label, curve in curves.items() if curve}


def _operators(known: Mapping[str, Known], evidence: Evidence) -> dict[str, Any]:
    """Return where the time of a query goes, for every candidate whose operators were timed."""
    profiles = {label: evidence.profile(one) for label, one in known.items()}
    return {label: trimmed(profile, MOST_OPERATORS) for label, profile in profiles.items() if profile}


def _paired(one: Known, baseline: Mapping[str, Fact], evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Return how much right a candidate is more than its baseline, by metric, where both were asked the same samples."""
    same = evidence.accuracy(one.facts.get("accuracy"), baseline.get("accuracy"))
    return ({} if same is None else {"accuracy": same}) | evidence.judged(one.facts, baseline)


def _candidate(
    one: Known, suite: Suite, weighed: Mapping[str, Weighed], paired: Mapping[str, Mapping[str, Any]], evidence: Evidence
) -> dict[str, Any]:
    candidate = one.candidate
    scores = {name: each.score(each.columns.rows[candidate.label]) for name, each in weighed.items()}
    return {
        "candidate": candidate.label,
        "facts": show_facts(one.facts),
        "model": candidate.model.model_dump(mode="json"),
        "passes": [choice.model_dump(mode="json") for choice in candidate.passes],
        "runtime": candidate.runtime.model_dump(mode="json"),
        "batch_size": candidate.batch_size,
        "device": candidate.device,
        "artifact": one.artifact.digest if one.artifact else None,
        "notes": one.artifact.notes if one.artifact else {},
        "runs": list(one.runs),
        "paired": dict(paired),
        "withheld": withheld(one.facts) | _unknown(one, suite, evidence),
        **({} if suite.own_metric is None else {"own_metric": {"resamples": evidence.resamples(one)}}),
        **({} if candidate.model.prior is None else {"prior": candidate.model.prior}),
        "scores": {
            name: {
                "utility": score.utility,
                "half_width": score.half_width,
                "violations": [v.model_dump(mode="json") for v in score.violations],
            }
            for name, score in scores.items()
        },
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
    return {name: {"why": why} for name, why in found.items() if why}


def _failure(one: Known) -> dict[str, Any]:
    failure = one.failure
    return {
        "candidate": one.candidate.label,
        **(failure.model_dump(mode="json", include={"kind", "stage", "message", "log"}) if failure else {}),
    }
