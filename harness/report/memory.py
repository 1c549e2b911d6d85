"""Resident memory of the measuring processes over time, as lines that the page only draws."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from harness import units
from harness.report import table

MOST_POINTS = 1000
"""Points of a line: more cannot be told apart on a screen."""

WIDEST_NAME = 40


def memory(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a line per candidate whose memory was followed, recommended ones first; names are escaped for Plotly's markup."""
    rows = {row.label: row for row in table.table(facts).rows}
    followed = {label: points for label, points in facts.get("memory", {}).items() if points}
    lines = [_line(label, points, rows.get(label)) for label, points in followed.items()]
    return sorted(lines, key=lambda line: bool(line["baseline"]))


def _line(label: str, points: Sequence[Sequence[float]], row: table.Row | None) -> dict[str, Any]:
    """Return one line: seconds since its process began, and MB. ``baseline``: it is that and nothing is recommended."""
    thinned = _thinned(points)
    begin = points[0][0]
    return {
        "label": label,
        "name": "<br>".join(map(escape, _name(row))) if row else escape(label),
        "baseline": bool(row and row.is_baseline and not row.recommended),
        "x": [round(seconds - begin, 3) for seconds, _ in thinned],
        "y": [round(size / units.SCALES[units.BYTE]["MB"], 3) for _, size in thinned],
    }


def _name(row: table.Row) -> tuple[str, ...]:
    """Return what a candidate is, a line each, short enough for a phone."""
    roles = [f"★ {', '.join(row.recommended)}"] if row.recommended else []
    roles += ["baseline"] if row.is_baseline else []
    return tuple(line for text in (row.chain, row.served, ", ".join(roles)) for line in textwrap.wrap(text, WIDEST_NAME))


def _thinned(points: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """Return at most ``MOST_POINTS`` of the points: of each stretch its highest, so that no peak is lost."""
    stretch = math.ceil(len(points) / MOST_POINTS)
    return [max(points[i : i + stretch], key=lambda point: point[1]) for i in range(0, len(points), stretch)]
