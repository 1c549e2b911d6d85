"""Everything about one candidate: what the answer tells of it, what it is made of, and the runs its facts rest on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.compare.placing import placing, told_of
from harness.ledger import Known
from harness.spec import Candidate

ARTIFACT: Final = frozenset({"digest", "recipe", "format", "folder", "sample_shape", "classes", "fixed_batch", "preprocess"})


def dossier(
    answer: Mapping[str, Any],
    one: Known,
    runs: Mapping[int, Mapping[str, Any]],
    behaviour: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what is known of a candidate, in JSON's terms; ``runs`` are what its runs reported, by number."""
    candidate, label = one.candidate, one.candidate.label
    told = told_of(answer, label)
    screened = _named(answer["screened"], label)
    return {
        "suite": answer["suite"],
        "candidate": label,
        "state": _state(one, screened),
        **candidate.model_dump(mode="json"),
        "facts": told.get("facts", {}),
        "withheld": told.get("withheld", {}),
        "front": label in answer["front"],
        "near_front": label in answer["near_front"],
        "dominated_by": told.get("dominated_by"),
        "profiles": placing(answer, label),
        "objectives": answer["objectives"],
        "failure": _named(answer["failures"], label),
        "screened": screened,
        "artifact": one.artifact.model_dump(mode="json", include=set(ARTIFACT)) if one.artifact else None,
        "notes": dict(one.artifact.notes) if one.artifact else {},
        "baseline": answer["baselines"].get(label),
        "behaviour": behaviour,
        "explanation": told.get("explanation"),
        "parent": told.get("parent"),
        "children": [each["candidate"] for each in answer["candidates"] if (each["parent"] or {}).get("candidate") == label],
        "runs": [_run(number, body) for number, body in runs.items()],
        "environment": answer["environment"]["id"],
    }


def _named(told: list[dict[str, Any]], label: str) -> dict[str, Any] | None:
    """Return what a list of the answer tells of a candidate."""
    return next((one for one in told if one["candidate"] == label), None)


def _state(one: Known, screened: Mapping[str, Any] | None) -> str:
    """Return how far a candidate got: ``failed``, ``measured``, ``screened``, ``prepared`` or ``unknown``."""
    if one.failure:
        return "failed"
    if one.complete:
        return "measured"
    return "screened" if screened else "prepared" if one.artifact else "unknown"


def _run(number: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run measured: whose, in which process, and how long each of its scenarios took."""
    timed = {name: about for name, about in body.get("found", {}).items() if isinstance(about, Mapping) and "queries" in about}
    return {
        "run": number,
        "candidate": Candidate.model_validate(body["candidate"]).label,
        "process": body.get("process", 0),
        "explains": "explain" in body,
        "scenarios": {name: {key: about.get(key) for key in ("queries", "elapsed", "stop")} for name, about in timed.items()},
    }
