"""How far the answer may be believed, and how to get it again, ready to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness import units
from harness.measure.environment import Doubt, untrustworthy
from harness.record import Environment
from harness.report import surroundings, wording

Pairs = tuple[tuple[str, str], ...]

_QUALITIES: Final = {
    "contended": "something else used the machine",
    "throttled": "the processor changed its speed",
}

_STAGES: Final = {
    "report": "showing figures while it went on",
    "propose": "choosing what to try",
    "prepare": "making artifacts",
    "measure": "measuring",
    "measure_again": "measuring again",
    "profile": "timing operators",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a run spent on one of its stages; ``share`` is of the longest."""

    name: str
    seconds: str
    share: float


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What else used the machine while a candidate was timed, of its worst process: shares, as texts."""

    candidate: str
    scenario: str
    processes: int
    waited: str
    others: str
    stolen: str
    throttled: str
    worst: float


@dataclass(frozen=True, slots=True)
class Change:
    """A recommendation that is not what it was before the last run; ``why`` are all things that speak for the new one."""

    profile: str
    before: str
    after: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that moved beyond the noise since then."""

    candidate: str
    label: str
    before: str
    after: str
    tone: str


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the state before."""

    at: str
    evaluated: str
    versions: tuple[str, ...]
    recommendations: tuple[Change, ...]
    figures: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it."""

    figures: Pairs
    doubts: tuple[Doubt, ...]
    disturbances: tuple[Disturbance, ...]
    search: Pairs
    stages: tuple[Stage, ...]
    suite: str
    """The suite file as a command takes it."""
    made_by: Pairs
    commands: Pairs
    """A command, and what it does."""
    since: Since | None


def trust(facts: Mapping[str, Any]) -> Trust:
    """Return how far the answer of ``facts`` may be believed, as far as they tell."""
    suite = wording.suite_file(facts)
    return Trust(
        figures=tuple(_figures(facts)),
        doubts=_doubts(facts),
        disturbances=_disturbances(facts),
        search=surroundings.space(facts),
        stages=_stages(facts["run"]),
        suite=suite,
        made_by=tuple(_made_by(facts)),
        commands=tuple(_commands(facts, suite)),
        since=_since(facts),
    )


def _figures(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told, rows = facts.get("trust", {}), facts["candidates"]
    each = [fact for one in rows for fact in one["facts"].values()]
    if not each:
        return
    qualities = told.get("qualities") or Counter(fact["quality"] for fact in each)
    total = sum(qualities.values())
    yield "Undisturbed", f"{qualities.get('clean', 0):,} of {wording.count(total, 'fact')}"
    for quality, number in sorted(qualities.items()):
        if quality != "clean":
            meaning = f": {_QUALITIES[quality]}" if quality in _QUALITIES else ""
            yield wording.metric(quality).capitalize(), f"{number:,}{meaning}"
    again = told.get("taken_again", sum(fact.get("tries", 1) > 1 for fact in each))
    yield "Taken again", f"{wording.count(again, 'fact')}, since something disturbed the first try" if again else "none"
    several = [most for one in rows if (most := max((f.get("processes", 1) for f in one["facts"].values()), default=1)) > 1]
    most = f"up to {max(several)} fresh processes each" if several else ""
    yield "Repeated", f"{wording.count(len(several), 'candidate')} in {most}" if several else "no candidate, each had one process"
    yield "Outside", _provenances(each)


def _provenances(each: Sequence[Mapping[str, Any]]) -> str:
    """Return how many facts are no plain measurements."""
    words = {
        "counter": "from hardware counters",
        "estimate": "estimates",
        "derived": "worked out",
        "published": "published by others",
    }
    counted = Counter(fact.get("provenance", "measured") for fact in each)
    found = [f"{number:,} {words.get(name, name)}" for name, number in sorted(counted.items()) if name != "measured"]
    return wording.listed(found) or "nothing: every figure is measured here"


def _doubts(facts: Mapping[str, Any]) -> tuple[Doubt, ...]:
    told = {"id": "", "identity": {}, "context": {}, "versions": {}} | facts["environment"]
    known = "cores" in told["identity"] and "load" in told["context"]
    return tuple(untrustworthy(Environment.model_validate(told))) if known else ()


def _disturbances(facts: Mapping[str, Any]) -> tuple[Disturbance, ...]:
    """Return what disturbed the timings that a reader will ask about, the worst first."""
    found = [
        _disturbance(label, scenario, processes)
        for label, scenarios in facts.get("contention", {}).items()
        for scenario, processes in scenarios.items()
        if processes
    ]
    return tuple(sorted(found, key=lambda one: -one.worst))


def _disturbance(label: str, scenario: str, processes: Sequence[Mapping[str, Any]]) -> Disturbance:
    worst = {name: max((one[name] for one in processes if name in one), default=None) for name in ("waited", "others", "stolen")}
    shown = {name: "not told" if share is None else wording.figure(share, units.SHARE) for name, share in worst.items()}
    throttled = dict.fromkeys(why for one in processes for why in one.get("throttled", ()))
    return Disturbance(
        label,
        wording.metric(scenario),
        len(processes),
        **shown,
        throttled="; ".join(throttled) or "no",
        worst=max(share or 0.0 for share in worst.values()),
    )


def _stages(run: Mapping[str, Any]) -> tuple[Stage, ...]:
    spent = {name: seconds for name, seconds in run.get("seconds_by_stage", {}).items() if seconds > 0}
    longest = max(spent.values(), default=1.0)
    return tuple(
        Stage(_STAGES.get(name, wording.metric(name)), units.show_duration(seconds), seconds / longest)
        for name, seconds in sorted(spent.items(), key=lambda pair: -pair[1])
    )


def _made_by(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = facts.get("trust", {})
    git = told.get("git") or facts["environment"].get("context", {}).get("git")
    if told.get("harness"):
        yield "Harness", told["harness"]
    if told.get("suite_file"):
        yield "Suite file", told["suite_file"]
    if told.get("seed") is not None:
        yield "Seed", f"{told['seed']}, of training, splits and samplers"
    yield "Git revision", f"{git['revision']}{', with changes' if git.get('dirty') else ''}" if git else "none: no repository"


def _commands(facts: Mapping[str, Any], suite: str) -> Iterator[tuple[str, str]]:
    packages = " ".join(
        f"{name}=={version.partition('+')[0]}" for name, version in facts["environment"].get("versions", {}).items()
    )
    if packages:
        yield f"python -m pip install {packages}", "the packages that measured, by their versions"
    yield f"harness run {suite} --results again", "measures everything anew, beside what is known"
    yield f"harness run {suite}", "goes on where it stopped; what is known already is not measured again"
    if facts["failures"]:
        yield f"harness run {suite} --retry-failed", "tries candidates again that failed"
    yield "harness env", "what makes timings untrustworthy on a machine, with advice"


def _since(facts: Mapping[str, Any]) -> Since | None:
    told = facts.get("changed")
    if not told:
        return None
    before, now = told["evaluated"]
    return Since(
        at=wording.moment(told["since"] or ""),
        evaluated=f"{before:,} candidates evaluated then, {now:,} now" if before != now else "",
        versions=tuple(f"{name} {old or 'none'} → {new or 'none'}" for name, (old, new) in told["versions"].items()),
        recommendations=tuple(_change(one) for one in told["recommendations"]),
        figures=tuple(_moved(one) for one in told["figures"]),
    )


def _change(one: Mapping[str, Any]) -> Change:
    nothing = "nothing feasible"
    return Change(one["profile"], one["before"] or nothing, one["after"] or nothing, tuple(why["words"] for why in one["why"]))


def _moved(one: Mapping[str, Any]) -> Moved:
    before, after = (wording.with_interval({**one[side], "unit": one["unit"]}) for side in ("before", "after"))
    return Moved(one["candidate"], wording.metric(one["metric"]), before, after, "better" if one["better"] else "worse")
