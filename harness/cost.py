"""What a query of one candidate consists of, beside its parent's, and why it is not faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from harness.answer.building import show_facts
from harness.answer.evidence import Evidence
from harness.answer.lineage import case, lineage, parent_of
from harness.errors import HarnessError, JobError
from harness.evaluate import Evaluator
from harness.ledger import Known
from harness.operators import Profile, kinds
from harness.pipeline import Setting, only_one
from harness.reasons import why
from harness.spec import Candidate
from harness.workshop import Workshop

FACTS: Final = ("latency_p50", "throughput", "size", "accuracy")

Say = Callable[[str, str], None]
"""Told a candidate's label, and what is being done for it."""


def explain(setting: Setting, wanted: str, say: Say) -> dict[str, Any]:
    """Return the time of each operator of the ``wanted`` candidate and of its parent, taken where it is not stored, and why.

    Raises InputError where the suite has no such candidate, and HarnessError where its profile cannot be taken.
    """
    candidate = setting.space.find(wanted)
    label, parent = candidate.label, parent_of(candidate)
    both = (candidate, parent) if parent else (candidate,)
    absent = _take(setting, both, say)
    if label in absent:
        raise HarnessError(f"{label} cannot be profiled: {absent[label]}")
    evidence, known = Evidence(setting.store), setting.ledger.look_up(both)
    one, other = known[label], known[parent.label] if parent else None
    reasons = why(case(one, other, setting.environment, evidence)) if parent else ()
    return {
        "suite": setting.suite.name,
        **_told(one, evidence),
        "parent": _told(other, evidence) | {"absent": absent.get(other.candidate.label)} if other else None,
        "lineage": lineage(one, known, setting.environment, evidence),
        "why": [asdict(reason) for reason in reasons],
    }


def _take(setting: Setting, candidates: tuple[Candidate, ...], say: Say) -> dict[str, str]:
    """Take the profiles that are not stored; return why one could not be taken, by label."""
    known = setting.ledger.look_up(candidates)
    missing = [one.candidate for one in known.values() if one.profile is None]
    if not missing:
        return {}
    limits = setting.suite.limits
    absent: dict[str, str] = {}
    with only_one(setting.root), Workshop(setting.root, limits.prepare_time, limits.memory) as workshop:
        end = time.monotonic() + limits.prepare_time + limits.measure_time
        evaluator = Evaluator(
            setting.ledger, setting.store, setting.environment, workshop, setting.root, lambda: end - time.monotonic()
        )
        for candidate in missing:
            try:
                evaluator.profile(candidate, lambda text, label=candidate.label: say(label, text))  # type: ignore[misc]
            except JobError as error:
                absent[candidate.label] = f"{error.message} ({error.kind})"
    return absent


def _told(one: Known, evidence: Evidence) -> dict[str, Any]:
    """Return a candidate's profile, whole, and the figures beside it."""
    profile = evidence.profile(one)
    figures = {name: fact for name, fact in one.facts.items() if name in FACTS}
    return {"candidate": one.candidate.label, "facts": show_facts(figures), "profile": _whole(profile) if profile else None}


def _whole(profile: Profile) -> Mapping[str, Any]:
    return {**asdict(profile), "uncovered": profile.uncovered, "kinds": [asdict(one) for one in kinds(profile)]}
