"""Profiles: weights, ranges and constraints, checked against the metrics and against each other."""

from __future__ import annotations

import math
from typing import Any

from harness import units
from harness.metrics import METRICS
from harness.spec import Constraint, Profile
from harness.suitefile import constraints
from harness.suitefile.suggest import suggest
from harness.suitefile.yaml_text import Path, Reading


def settle(name: str, raw: Any, scenarios: tuple[str, ...], reading: Reading) -> Profile | None:
    """Return the profile that ``raw`` describes, or None when there is a mistake in it."""
    at: Path = ("profiles", name)
    before = len(reading.mistakes)
    if not isinstance(raw, dict):
        return None
    weights = _weights(raw.get("weights"), reading, (*at, "weights"))
    ranges = _ranges(raw.get("range", {}), reading, (*at, "range"))
    given = raw.get("range")
    for metric in sorted(weights.keys() - ranges.keys()):
        if not isinstance(given, dict) or metric not in given:
            example = f"range: {{{metric}: {_example(metric)}}}"
            reading.mistake((*at, "weights", metric), "has a weight but no range, so its utility is not defined", example)
    bounds = _constraints(raw.get("constraints", []), reading, (*at, "constraints"))
    for metric, where in _used(raw):
        scenario = METRICS[metric].scenario
        if scenario and scenario not in scenarios:
            reading.mistake((*at, *where), f"{metric} needs the scenario {scenario!r}", f"add it to scenarios: [{scenario}]")
    if len(reading.mistakes) > before:
        return None
    return Profile(name=name, weights=weights, ranges=ranges, constraints=bounds)


def _used(raw: dict[str, Any]) -> list[tuple[str, Path]]:
    weights = raw.get("weights")
    return [(name, ("weights", name)) for name in weights if name in METRICS] if isinstance(weights, dict) else []


def _weights(raw: Any, reading: Reading, at: Path) -> dict[str, float]:
    if not isinstance(raw, dict):
        return {}
    found: dict[str, float] = {}
    for metric, weight in raw.items():
        if metric not in METRICS:
            reading.mistake((*at, metric), f"unknown metric {metric!r}", suggest(metric, METRICS))
        elif isinstance(weight, bool) or not isinstance(weight, int | float):
            pass  # told by the document's own types
        elif not 0 <= weight < math.inf:
            reading.mistake((*at, metric), f"a weight is 0 or more, got {weight}")
        elif weight:
            found[metric] = float(weight)
    if raw and not found and all(isinstance(w, int | float) and w == 0 for w in raw.values()):
        reading.mistake(at, "every weight is 0, so all candidates are equal")
    return found


def _ranges(raw: Any, reading: Reading, at: Path) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for metric, ends in raw.items() if isinstance(raw, dict) else ():
        if metric not in METRICS:
            reading.mistake((*at, metric), f"unknown metric {metric!r}", suggest(metric, METRICS))
        elif isinstance(ends, list):
            settled = _range(metric, ends, reading, (*at, metric))
            if settled:
                found[metric] = settled
    return found


def _range(metric: str, ends: list[Any], reading: Reading, at: Path) -> tuple[float, float] | None:
    """Return (worst, best); the two ends may be written in either order."""
    if len(ends) != 2:
        reading.mistake(at, f"expected two ends, got {len(ends)}", f"like {_example(metric)}")
        return None
    values = []
    for i, end in enumerate(ends):
        try:
            values.append(units.parse(end, METRICS[metric].unit))
        except ValueError as error:
            reading.mistake((*at, i), str(error))
    if len(values) < 2:
        return None
    low, high = sorted(values)
    if low == high:
        reading.mistake(at, "both ends are equal, so there is nothing to weigh")
        return None
    return (low, high) if METRICS[metric].higher else (high, low)


def _constraints(raw: Any, reading: Reading, at: Path) -> tuple[Constraint, ...]:
    found = []
    for i, text in enumerate(raw if isinstance(raw, list) else ()):
        if not isinstance(text, str):
            continue
        try:
            found.append(constraints.parse(text))
        except ValueError as error:
            reading.mistake((*at, i), str(error))
    return tuple(found)


def _example(metric: str) -> str:
    return {
        units.SECOND: "[1 ms, 20 ms]",
        units.BYTE: "[1 MB, 100 MB]",
        units.SHARE: "[90 %, 99 %]",
        units.RATE: "[100, 10000]",
        units.COUNT: "[1 M, 50 M]",
    }[METRICS[metric].unit]
