"""Profiles: weights, ranges and constraints, checked against the metrics and against each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from harness import units
from harness.metrics import METRICS, Metric
from harness.spec import Constraint, Profile
from harness.suitefile import constraints
from harness.suitefile.suggest import suggest
from harness.suitefile.yaml_text import Path, Reading

Lacks = Callable[[Metric], tuple[str, str] | None]
"""Says what a metric needs that the suite does not give, and how to give it."""


def settle(name: str, raw: Any, lacks: Lacks, reading: Reading) -> Profile | None:
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
    used: list[tuple[str, Path]] = [(metric, ("weights", metric)) for metric in weights]
    used += [(bound.metric, ("constraints", i)) for i, bound in bounds]
    for metric, where in used:
        needed = lacks(METRICS[metric])
        if needed:
            reading.mistake((*at, *where), f"{metric} needs {needed[0]}", needed[1])
    if len(reading.mistakes) > before:
        return None
    return Profile(name=name, weights=weights, ranges=ranges, constraints=tuple(bound for _, bound in bounds))


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


def _constraints(raw: Any, reading: Reading, at: Path) -> list[tuple[int, Constraint]]:
    """Return the constraints with their places in the list."""
    found = []
    for i, text in enumerate(raw if isinstance(raw, list) else ()):
        if not isinstance(text, str):
            continue
        try:
            found.append((i, constraints.parse(text)))
        except ValueError as error:
            reading.mistake((*at, i), str(error))
    return found


def _example(metric: str) -> str:
    return {
        units.SECOND: "[1 ms, 20 ms]",
        units.BYTE: "[1 MB, 100 MB]",
        units.SHARE: "[90 %, 99 %]",
        units.RATE: "[100, 10000]",
        units.COUNT: "[1 M, 50 M]",
        units.JOULE: "[1 mJ, 100 mJ]",
        units.COST: "[0.001, 0.1]",
        units.NUMBER: "[0, 1]",
    }[METRICS[metric].unit]
