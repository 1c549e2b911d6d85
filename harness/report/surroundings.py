"""What stands around the answer: the space that was searched, the run and the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import units
from harness.report import wording

_STOPPED = {
    "space": "every candidate of the space was evaluated",
    "trials": "the suite's number of trials was reached",
    "minutes": "the suite's minutes were used up",
    "settled": "no candidate left is expected to change the front or a recommendation",
}


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
    pairs = [("Search", run.get("algorithm", "")), ("Tried", _tried(run)), ("Stopped because", stopped({"run": run}))]
    return [(name, text) for name, text in pairs if text]


def _tried(run: Mapping[str, Any]) -> str:
    if "tried" not in run:
        return ""
    planned = f" of {run['planned']:,} planned" if "planned" in run else ""
    took = f", in {units.show_duration(run['seconds'])}" if "seconds" in run else ""
    return f"{run['tried']:,}{planned}{took}"


def stopped(facts: Mapping[str, Any]) -> str:
    """Return why the search stopped, in words; empty where that is not known."""
    reason = str(facts.get("stop_reason") or facts["run"].get("stop_reason") or "")
    return _STOPPED.get(reason, reason)


def going_on(facts: Mapping[str, Any]) -> str:
    """Return how far the run was when this was written, if it had not ended; empty where it had."""
    told = facts["run"].get("going_on")
    if not told:
        return ""
    of = f" of {told['planned']:,}" if told["planned"] is not None else ""
    when = told["at"][:16].replace("T", " ")
    return (
        f"The run goes on: {told['tried']:,}{of} candidates tried in {units.show_duration(told['seconds'])}, "
        f"at most {units.show_duration(told['left'])} left. This is of {when} UTC."
    )


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
    if value in ({}, [], ""):
        return "none"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(str(key), one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(name, one) for one in value)
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "not known"}[value]
    if name == "available_memory" and isinstance(value, int | float):
        return wording.figure(value, units.BYTE)
    if name == "at" and isinstance(value, str):
        return wording.moment(value)
    return f"{value} GiB" if name == "memory" and isinstance(value, int) else str(value)
