"""Profiles: weights, ranges and constraints, checked against the metrics and against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.metrics import METRICS, Metric
from harness.spec import Constraint, Profile
from harness.suitefile import constraints, ranges
from harness.suitefile.ranges import Range
from harness.suitefile.ready_made import READY_MADE, written
from harness.suitefile.suggest import suggest
from harness.suitefile.yaml_text import Path, Reading

Lacks = Callable[[Metric], tuple[str, str] | None]
"""Says what a metric needs that the suite does not give, and how to give it."""


def settle(raw: Any, quality: str, lacks: Lacks, reading: Reading) -> tuple[Profile, ...]:
    """Return the profiles under ``profiles``, those without a mistake; ready-made ones judge by the metric ``quality``."""
    found = [_profile(name, one, at, origin, quality, lacks, reading) for name, one, at, origin in _several(raw)]
    return tuple(profile for profile in found if profile)


def _several(raw: Any) -> Iterator[tuple[str, Any, Path, Path]]:
    """Yield each profile with its name, its place, and where it names a ready-made one; a list names nothing else."""
    if isinstance(raw, dict):
        yield from ((name, one, ("profiles", name), ("profiles", name, "like")) for name, one in raw.items())
    for i, name in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(name, str) and name in READY_MADE and name not in raw[:i]:
            yield name, {"like": name}, ("profiles", i), ("profiles", i)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a profile states of itself, and where it states a weight or a constraint."""

    weights: dict[str, tuple[float, Path]] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    bounds: list[tuple[Constraint, Path]] = field(default_factory=list)
    guard: float | None = None

    def within(self, base: _Stated, origin: Path) -> _Stated:
        """Return ``base`` with this put before it, metric by metric: a weight of 0 takes a metric out."""
        weights = {metric: (weight, origin) for metric, (weight, _) in base.weights.items()} | self.weights
        out = {metric for metric, (weight, _) in self.weights.items() if not weight}
        mine = out | {bound.metric for bound, _ in self.bounds}
        return _Stated(
            {metric: stated for metric, stated in weights.items() if stated[0]},
            {metric: one for metric, one in base.ranges.items() if metric not in out} | self.ranges,
            [(bound, origin) for bound, _ in base.bounds if bound.metric not in mine] + self.bounds,
            base.guard if self.guard is None else self.guard,
        )


def _profile(name: str, raw: Any, at: Path, origin: Path, quality: str, lacks: Lacks, reading: Reading) -> Profile | None:
    """Return the profile that ``raw`` describes, or None when there is a mistake in it."""
    before = len(reading.mistakes)
    if not isinstance(raw, dict):
        return None
    like = raw.get("like")
    base = _Stated()
    if isinstance(like, str) and like in READY_MADE:
        explained = lacks(METRICS["interpretability"]) is None
        base = _stated(written(like, quality, explained=explained), Reading(), ())
    if like is None and "weights" not in raw:
        reading.mistake((*at, "weights"), "is missing", f"or like: {name if name in READY_MADE else ' | '.join(READY_MADE)}")
    own = _stated(raw, reading, at)
    whole = own.within(base, origin)
    if own.weights and not whole.weights and own.weights.keys() == raw["weights"].keys():
        reading.mistake((*at, "weights"), "every weight is 0, so all candidates are equal")
    given = raw.get("range")
    for metric in sorted(whole.weights.keys() - whole.ranges.keys() - set(given if isinstance(given, dict) else ())):
        example = f"range: {{{metric}: {ranges.example(metric)}}}"
        reading.mistake((*at, "weights", metric), "has a weight but no range, so its utility is not defined", example)
    used = [(metric, where) for metric, (_, where) in whole.weights.items()]
    for metric, where in used + [(bound.metric, where) for bound, where in whole.bounds]:
        if needed := lacks(METRICS[metric]):
            reading.mistake(where, f"{metric} needs {needed[0]}", needed[1])
    return _settled(name, whole) if len(reading.mistakes) == before else None


def _settled(name: str, whole: _Stated) -> Profile:
    return Profile(
        name=name,
        weights={metric: weight for metric, (weight, _) in whole.weights.items()},
        ranges={metric: (one.worst.offset, one.best.offset) for metric, one in whole.ranges.items() if not one.relative},
        scales={metric: one.scale for metric, one in whole.ranges.items() if one.scale != "linear"},
        relative={metric: (one.worst, one.best) for metric, one in whole.ranges.items() if one.relative},
        constraints=tuple(bound for bound, _ in whole.bounds),
        **({} if whole.guard is None else {"guard": whole.guard}),
    )


def _stated(raw: dict[str, Any], reading: Reading, at: Path) -> _Stated:
    return _Stated(
        _weights(raw.get("weights"), reading, (*at, "weights")),
        _ranges(raw.get("range", {}), reading, (*at, "range")),
        _constraints(raw.get("constraints", []), reading, (*at, "constraints")),
        _number(raw.get("guard")),
    )


def _number(raw: Any) -> float | None:
    """Return a number that is 0 or more; what is none is told by the document's own types."""
    right = isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw < math.inf
    return float(raw) if right else None


def _weights(raw: Any, reading: Reading, at: Path) -> dict[str, tuple[float, Path]]:
    """Return the weights, those of 0 too, with their places."""
    if not isinstance(raw, dict):
        return {}
    found: dict[str, tuple[float, Path]] = {}
    for metric, weight in raw.items():
        if metric not in METRICS:
            reading.mistake((*at, metric), f"unknown metric {metric!r}", suggest(metric, METRICS))
        elif isinstance(weight, bool) or not isinstance(weight, int | float):
            pass  # told by the document's own types
        elif not 0 <= weight < math.inf:
            reading.mistake((*at, metric), f"a weight is 0 or more, got {weight}")
        else:
            found[metric] = (float(weight), (*at, metric))
    return found


def _ranges(raw: Any, reading: Reading, at: Path) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for metric, ends in raw.items() if isinstance(raw, dict) else ():
        if metric not in METRICS:
            reading.mistake((*at, metric), f"unknown metric {metric!r}", suggest(metric, METRICS))
        elif settled := ranges.settle(metric, ends, reading, (*at, metric)):
            found[metric] = settled
    return found


def _constraints(raw: Any, reading: Reading, at: Path) -> list[tuple[Constraint, Path]]:
    """Return the constraints with their places in the list."""
    found = []
    for i, text in enumerate(raw if isinstance(raw, list) else ()):
        if not isinstance(text, str):
            continue
        try:
            found.append((constraints.parse(text), (*at, i)))
        except ValueError as error:
            reading.mistake((*at, i), str(error))
    return found
