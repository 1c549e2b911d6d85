"""What stands around the answer: failures, the space that was searched, the run and the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import units
from harness.report import wording

_STOPPED = {
    "space": "every candidate of the space was evaluated",
    "trials": "the suite's number of trials was reached",
    "minutes": "the suite's minutes were used up",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Candidates that failed alike: the same kind, stage and message."""

    kind: str
    stage: str
    message: str
    candidates: tuple[str, ...]
    logs: tuple[tuple[str, str], ...]
    """Each log that differs, with the first candidate it is of."""


def failures(facts: Mapping[str, Any]) -> tuple[Failure, ...]:
    """Return the failures, those that are alike told as one, the most frequent first."""
    alike: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for one in facts["failures"]:
        alike.setdefault((one.get("kind", "failed"), one.get("stage", ""), one.get("message", "")), []).append(one)
    found = [Failure(*key, tuple(one["candidate"] for one in members), _logs(members)) for key, members in alike.items()]
    return tuple(sorted(found, key=lambda failure: -len(failure.candidates)))


def _logs(members: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    first: dict[str, str] = {}
    for one in members:
        if one.get("log"):
            first.setdefault(one["log"], one["candidate"])
    return tuple((label, log) for log, label in first.items())


def failure_kinds(facts: Mapping[str, Any]) -> str:
    """Return how many candidates failed in which way: ``16 failed, 2 timed out``."""
    kinds = Counter(one.get("kind", "failed") for one in facts["failures"])
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in kinds.most_common())


def space(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what was looked at, and how the search went, as pairs of a name and a text."""
    run, counts, told = facts["run"], facts["counts"], facts["space"]
    excluded = sum(one["count"] for one in told["excluded"])
    pairs = [
        ("Candidates", f"{told['candidates']:,} that fit together"),
        ("Evaluated", f"{told['evaluated']:,} of {told['candidates']:,}"),
        ("Ruled out", f"{wording.count(excluded, 'combination')}" if excluded else "none"),
        ("Facts", f"{counts['measured']:,} measured, {counts['reused']:,} reused"),
    ]
    return (*pairs, *_search(run))


def _search(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not run:
        return [("Search", "none: this was derived from what the store already knew")]
    pairs = [("Search", run.get("algorithm", "")), ("Tried", _tried(run)), ("Stopped because", _stopped(run))]
    return [(name, text) for name, text in pairs if text]


def _tried(run: Mapping[str, Any]) -> str:
    if "tried" not in run:
        return ""
    planned = f" of {run['planned']:,} planned" if "planned" in run else ""
    took = f", in {units.show_duration(run['seconds'])}" if "seconds" in run else ""
    return f"{run['tried']:,}{planned}{took}"


def _stopped(run: Mapping[str, Any]) -> str:
    reason = str(run.get("stop_reason", ""))
    return _STOPPED.get(reason, reason)


def machine(facts: Mapping[str, Any]) -> str:
    """Return the machine in a line."""
    identity = facts["environment"].get("identity", {})
    cores = f"{identity['cores']} cores" if "cores" in identity else ""
    known = [str(identity.get(name, "")) for name in ("cpu", "gpu", "device")]
    return ", ".join(filter(None, (*known, cores))) or "unknown machine"


def environment(facts: Mapping[str, Any]) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Return the groups of what is known of the machine: a heading, what it means, and pairs of a name and a text."""
    told = facts["environment"]
    return (
        ("Identity", "must be equal before two results may be compared", _pairs(told.get("identity", {}))),
        ("Context", "only told", _pairs(told.get("context", {}))),
        ("Versions", "of the packages that measured", _pairs(told.get("versions", {}))),
    )


def _pairs(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), _text(name, value)) for name, value in told.items())


def _text(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(str(key), one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(name, one) for one in value)
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "not known"}[value]
    if name == "available_memory" and isinstance(value, int | float):
        return wording.figure(value, units.BYTE)
    return f"{value} GiB" if name == "memory" and isinstance(value, int) else str(value)
