"""What the charts draw beside the columns of the page, by the name of the script that draws it: plain data.

Candidates are rows of ``page_data``; texts are escaped by who draws them, but for those of the pictures of operators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.report import axes, behaviour, icicle, mistakes

Rows = Mapping[str, int]
"""The row of each candidate in the columns of the page, by its label."""

SHARED: Final = ("front", "scales", "crowd", "shades", "charts", "legend", "points", "plane", "depth", "tip", "selected")
"""The scripts that the charts use."""


def charts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each chart draws; a chart that has nothing to draw is not there."""
    rows = {one["candidate"]: row for row, one in enumerate(facts["candidates"])}
    first = axes.first(facts)
    made: dict[str, Any] = {
        "pareto": first,
        "parallel": bool(first),
        "latencies": _by_row(facts.get("latency_curves", {}), rows),
        "batches": _batches(facts, rows),
        "rates": _by_row(facts.get("load_curves", {}).get("by_rate", {}), rows),
        "memory": _by_row({label: _memory(points) for label, points in facts.get("memory", {}).items() if points}, rows),
        "searching": _searching(facts.get("history", {}), rows),
        "icicle": icicle.icicles(facts),
        "reliability": _told(behaviour.reliability, facts, rows),
        "classes": _told(behaviour.classes, facts, rows),
        "corruptions": _told(behaviour.corruptions, facts, rows),
        "mistakes": _told(mistakes.curve, facts, rows),
    }
    return {name: told for name, told in made.items() if told}


def scenarios(facts: Mapping[str, Any]) -> list[str]:
    """Return the scenarios whose latencies are drawn."""
    return list(dict.fromkeys(name for one in facts.get("latency_curves", {}).values() for name in one))


def _by_row(told: Mapping[str, Any], rows: Rows) -> dict[int, Any]:
    return {rows[label]: one for label, one in told.items() if label in rows}


def _told(of: Callable[[Mapping[str, Any]], Any], facts: Mapping[str, Any], rows: Rows) -> dict[int, Any]:
    """Return what ``of`` makes of how each candidate behaves, where it makes anything."""
    return {row: made for row, one in _by_row(facts.get("behaviour", {}), rows).items() if (made := of(one))}


def _batches(facts: Mapping[str, Any], rows: Rows) -> list[dict[str, Any]]:
    """Return the candidates that differ in nothing but their batch size, and the latency that all of them have."""
    curves = facts.get("load_curves", {}).get("by_batch", ())
    known = [{"latency": one["latency"], "rows": [rows[label] for label in one["candidates"] if label in rows]} for one in curves]
    return [one for one in known if len(one["rows"]) > 1]


def _memory(points: list[list[float]]) -> dict[str, list[float]]:
    """Return resident bytes against the seconds since a process began."""
    begin = points[0][0]
    return {"seconds": [round(seconds - begin, 3) for seconds, _ in points], "bytes": [size for _, size in points]}


def _searching(history: Mapping[str, Any], rows: Rows) -> dict[str, Any]:
    """Return how far a search had come after each candidate, with its row, null where it has none."""
    tried = history.get("candidates", ())
    return {**history, "candidates": [rows.get(label) for label in tried]} if tried else {}
