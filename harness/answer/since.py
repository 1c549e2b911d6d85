"""What an answer says that the one before did not: which recommendations changed and why, and which figures moved beyond noise.

What is compared is a *snapshot*, remembered when a run ends: of each profile what was recommended, and the figures of the
candidates that a reader asks about. Answers are plain data here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness import changes, units
from harness.decide.columns import ERRORS_IN_HALF
from harness.stats import Estimate
from harness.store import Store

REVISION: Final = 1
"""Of what a snapshot holds: those of another are not read."""

KEPT: Final = 2
"""Snapshots: of the state that is now, and of the last one that was another."""

BEYOND: Final = 3.0
"""Standard errors by which a figure has moved: of 600 that are measured again, one or two do by chance."""

PRIORITIES: Final = ("weights", "ranges", "scales", "constraints", "guard")

Snapshot = Mapping[str, Any]
Answer = Mapping[str, Any]


def recall(store: Store, suite: str, environment: str) -> list[Snapshot]:
    """Return the snapshots of a suite on a machine, oldest first."""
    found: list[Snapshot] = json.loads(store.recall(_name(suite, environment)) or "[]")
    return found


def remember(store: Store, answer: Answer) -> None:
    """Keep the present snapshot after the last that differs from it."""
    suite, environment = answer["suite"], answer["environment"]["id"]
    kept = [*_others(recall(store, suite, environment), answer), snapshot(answer)][-KEPT:]
    store.remember(_name(suite, environment), json.dumps(kept))


def _name(suite: str, environment: str) -> str:
    return f"snapshots {REVISION} of {suite} on {environment}"


def snapshot(answer: Answer) -> dict[str, Any]:
    """Return what is to be remembered of an answer."""
    known = _by_label(answer["candidates"])
    return {
        "at": answer["environment"]["context"].get("at"),
        "versions": answer["environment"]["versions"] | {"harness": answer["trust"]["harness"]},
        "evaluated": answer["space"]["evaluated"],
        "last_run": max((run for one in answer["candidates"] for run in one["runs"]), default=0),
        "profiles": {
            name: {"candidate": one["candidate"], "feasible": one["feasible"], "priorities": answer["priorities"][name]}
            for name, one in answer["profiles"].items()
        },
        "facts": {
            label: {metric: _ends(fact) for metric, fact in known[label]["facts"].items()}
            for label in answer["notable"]
            if label in known
        },
    }


def changed(snapshots: Sequence[Snapshot], answer: Answer) -> dict[str, Any] | None:
    """Return what changed since the last of ``snapshots`` that differs from the present state; None where there is none."""
    before = _others(snapshots, answer)
    return compare(before[-1], answer) if before else None


def _others(snapshots: Sequence[Snapshot], answer: Answer) -> list[Snapshot]:
    now = {**snapshot(answer), "at": None}
    return [one for one in snapshots if {**one, "at": None} != now]


def compare(before: Snapshot, answer: Answer) -> dict[str, Any]:
    """Return what changed since a snapshot; only what changed is in it."""
    moved = list(_moved(before["facts"], answer))
    was, now = before["versions"], snapshot(answer)["versions"]
    told = {name: (before["profiles"][name], one) for name, one in answer["profiles"].items() if name in before["profiles"]}
    return {
        "since": before["at"],
        "evaluated": [before["evaluated"], answer["space"]["evaluated"]],
        "versions": {name: [was.get(name), now.get(name)] for name in sorted({*was, *now}) if was.get(name) != now.get(name)},
        "recommendations": [
            {
                "profile": name,
                "before": deployed(old),
                "after": deployed(new),
                "why": [{"kind": kind, "words": words} for kind, words in _why(name, before, answer, moved)],
            }
            for name, (old, new) in told.items()
            if deployed(old) != deployed(new)
        ],
        "figures": moved,
    }


def deployed(one: Mapping[str, Any]) -> str | None:
    """Return what a recommendation says to deploy; None where nothing is feasible."""
    return one["candidate"] if one["feasible"] else None


def _moved(before: Mapping[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    """Yield the figures that moved beyond the noise of both."""
    for one in answer["candidates"]:
        for metric, was in before.get(one["candidate"], {}).items():
            now = one["facts"].get(metric)
            if now and is_beyond_noise(was, now):
                yield {
                    "candidate": one["candidate"],
                    "metric": metric,
                    "unit": now["unit"],
                    "before": was,
                    "after": _ends(now),
                    "better": (now["value"] > was["value"]) == answer["metrics"][metric]["higher"],
                }


def is_beyond_noise(was: Mapping[str, float], now: Mapping[str, float]) -> bool:
    """Return whether a figure moved by more than its noise: by ``BEYOND`` standard errors of the difference."""
    apart = changes.difference(*(Estimate(**_ends(one), n=0) for one in (now, was)))
    side = apart.value - apart.low if apart.value > 0 else apart.high - apart.value
    return abs(apart.value) * ERRORS_IN_HALF > BEYOND * side


def _ends(fact: Mapping[str, Any]) -> dict[str, float]:
    return {end: fact[end] for end in ("value", "low", "high")}


def _why(profile: str, before: Snapshot, answer: Answer, moved: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield all that is known to speak for another recommendation of a profile: a kind, and words."""
    was, now = before["profiles"][profile], answer["profiles"][profile]
    priorities = answer["priorities"][profile]
    others = [name for name in PRIORITIES if was["priorities"].get(name) != priorities.get(name)]
    if others:
        yield "priorities", f"{', '.join(others)} changed"
    old, new = deployed(was), deployed(now)
    if old:
        yield from _lost(old, profile, answer)
    else:
        yield "infeasible", "nothing kept every constraint" if was["candidate"] else "nothing was measured"
    if new and _is_new(new, before, answer):
        yield "new", f"{new} was not measured before"
    looked_at = {*priorities["weights"], *(one["metric"] for one in priorities["constraints"])}
    for one in moved:
        if one["candidate"] in (old, new) and one["metric"] in looked_at:
            change = " → ".join(units.show(one[end]["value"], one["unit"]) for end in ("before", "after"))
            yield "moved", f"{one['metric']} of {one['candidate']} {change}"
    if old in now["tied"]:
        yield "tied", f"{old} is tied with it"


def _lost(old: str, profile: str, answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield what keeps a candidate from being recommended now, if something does."""
    known, failures = _by_label(answer["candidates"]), _by_label(answer["failures"])
    if old in failures:
        yield "failed", f"{old} failed ({failures[old]['kind']})"
    elif old not in answer["baselines"]:
        yield "gone", f"{old} is no candidate of the suite any more"
    elif old not in known:
        yield "unknown", f"{old} is not measured under what holds now"
    else:
        for violation in known[old]["scores"][profile]["violations"]:
            yield "violates", f"{old} does not keep {violation['constraint']}"


def _is_new(label: str, before: Snapshot, answer: Answer) -> bool:
    """Whether a candidate has runs since, and had no figures among those that were remembered."""
    runs = _by_label(answer["candidates"])[label]["runs"]
    return label not in before["facts"] and max(runs, default=0) > before["last_run"]


def _by_label(told: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["candidate"]: one for one in told}
