"""Did compression pay? A compressed candidate against its parent: the same model with no passes, served in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from harness.answer.evidence import Evidence
from harness.changes import Change, difference, ratio
from harness.ledger import Known
from harness.metrics import METRICS
from harness.reasons import Case, why
from harness.record import Environment, Fact
from harness.spec import Candidate

TOLD: Final = (
    "size",
    "parameters",
    "macs",
    "latency_p50",
    "latency_p90",
    "throughput",
    "cpu_time",
    "memory_peak",
    "load_time",
)
"""Metrics whose ratios to the parent's are told, and accuracy beside them."""

SPEEDS: Final = ("latency_p50", "throughput")
"""What the verdict rests on."""

HARDLY: Final = 1.1
"""Times as fast, below which it is asked why it is not faster."""


def parent_of(candidate: Candidate) -> Candidate | None:
    """Return the uncompressed candidate that ``candidate`` comes from; None where it is that itself."""
    return candidate.model_copy(update={"passes": ()}) if candidate.passes else None


def lineage(one: Known, known: Mapping[str, Known], environment: Environment, evidence: Evidence) -> dict[str, Any] | None:
    """Return what a candidate gained and lost against its parent, in JSON's terms; None where it has none."""
    parent = parent_of(one.candidate)
    if parent is None:
        return None
    other = known.get(parent.label)
    absent = _absent(other)
    if other is None or absent:
        return {"candidate": parent.label, "absent": absent, "verdict": None, "changes": {}, "flips": None, "why": []}
    found = changes(one.facts, other.facts)
    same = evidence.accuracy(one.facts.get("accuracy"), other.facts.get("accuracy"))
    if same:
        found["accuracy"] = {"difference" if end == "value" else end: told for end, told in same.items()}
    reasons = why(case(one, other, environment, evidence)) if is_hardly_faster(one.facts, other.facts) else ()
    return {
        "candidate": parent.label,
        "absent": None,
        "verdict": verdict(one.facts, other.facts),
        "changes": found,
        "flips": evidence.flips(one.facts.get("accuracy"), other.facts.get("accuracy")),
        "why": [asdict(reason) for reason in reasons],
    }


def _absent(parent: Known | None) -> str | None:
    """Return why there is no parent to compare with; None where there is one."""
    if parent is None:
        return "parent not measured: the suite has no chain [] for it"
    if parent.failure:
        return f"parent failed ({parent.failure.kind})"
    return None if parent.facts else "parent not measured"


def changes(facts: Mapping[str, Fact], parent: Mapping[str, Fact]) -> dict[str, dict[str, float]]:
    """Return the candidate's figures ÷ its parent's, and the difference of accuracies, with intervals."""
    found: dict[str, dict[str, float]] = {}
    for name in TOLD:
        change = ratio(facts[name], parent[name]) if name in facts and name in parent else None
        if change:
            found[name] = _told("ratio", change)
    if "accuracy" in facts and "accuracy" in parent:
        found["accuracy"] = _told("difference", difference(facts["accuracy"], parent["accuracy"]))
    return found


def _told(name: str, change: Change) -> dict[str, float]:
    return {name: change.value, "low": change.low, "high": change.high}


def gains(facts: Mapping[str, Fact], parent: Mapping[str, Fact]) -> list[Change]:
    """Return how many times as fast as its parent a candidate is, by each metric of speed that both have."""
    found = []
    for name in SPEEDS:
        change = ratio(facts[name], parent[name]) if name in facts and name in parent else None
        if change:
            found.append(change if METRICS[name].higher else change.inverse)
    return found


def verdict(facts: Mapping[str, Fact], parent: Mapping[str, Fact]) -> str | None:
    """Return ``faster``, ``slower`` or, inside the noise or at odds, ``even``; None where no speed was measured."""
    found = gains(facts, parent)
    if not found:
        return None
    up, down = any(gain.low > 1 for gain in found), any(gain.high < 1 for gain in found)
    return "faster" if up and not down else "slower" if down and not up else "even"


def is_hardly_faster(facts: Mapping[str, Fact], parent: Mapping[str, Fact]) -> bool:
    """Say whether a candidate is known not to be much faster than its parent, by either metric."""
    found = gains(facts, parent)
    return bool(found) and min(gain.value for gain in found) < HARDLY


def case(one: Known, parent: Known | None, environment: Environment, evidence: Evidence) -> Case:
    """Return what the rules look at."""
    artifact, identity = one.artifact, environment.identity
    flags = identity.get("cpu_flags")
    telling = flags.get("telling") if isinstance(flags, dict) else None
    notes: Mapping[str, Any] = artifact.notes if artifact else {}
    latency = one.facts.get("latency_p50")
    return Case(
        runtime=one.candidate.runtime.part,
        device=one.candidate.device,
        batch_size=one.candidate.batch_size,
        precision=str(one.candidate.runtime.options.get("precision") or ""),
        same_file=bool(artifact and parent and parent.artifact and artifact.digest == parent.artifact.digest),
        census=notes.get("census") or {},
        macs=artifact.macs if artifact else None,
        latency=latency.value if latency else None,
        profile=evidence.profile(one),
        parent=evidence.profile(parent) if parent else None,
        machine=str(identity.get("machine", "")),
        flags=frozenset(map(str, telling)) if isinstance(telling, list) else frozenset(),
    )
