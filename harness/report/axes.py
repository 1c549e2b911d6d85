"""The metrics as axes of charts: their ticks, on straight and logarithmic scales. Plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from harness import units
from harness.metrics import QUALITIES
from harness.report import wording

TICKS: Final = {
    units.SECOND: ("~s", "s"),
    units.BYTE: ("~s", "B"),
    units.RATE: ("~s", "/s"),
    units.SHARE: ("~%", ""),
    units.COUNT: ("~s", ""),
    units.JOULE: ("~s", "J"),
    units.NUMBER: ("~g", ""),
}
"""How Plotly writes a tick of a linear axis in each unit: a d3 format and a suffix."""

WIDE: Final = 20.0
"""An axis starts logarithmic when its largest value is this many times its smallest."""


def metrics(facts: Mapping[str, Any]) -> list[str]:
    """Return every metric that some candidate has, objectives first."""
    seen = {name for one in facts["candidates"] for name in one["facts"]}
    order = dict.fromkeys((*facts["objectives"], *facts["metrics"], *sorted(seen)))
    return [name for name in order if name in seen]


def first(facts: Mapping[str, Any]) -> list[str]:
    """Return the axes to begin with: the first latency (else the first that is less when better) against how right scores are.

    Empty where no two metrics can be drawn against each other.
    """
    names = metrics(facts)
    timed = [name for name in names if name.startswith("latency")]
    lower = [name for name in names if not facts["metrics"].get(name, {}).get("higher")]
    x = next(iter((*timed, *lower, *names)), "")
    y = next((name for name in (*QUALITIES, *names) if name in names and name != x), "")
    return [x, y] if y else []


def axis(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a metric is drawn and named; texts that Plotly reads are escaped for its markup."""
    values = [one["facts"][name]["value"] for one in facts["candidates"] if name in one["facts"]]
    told = facts["metrics"].get(name, {})
    unit = told.get("unit", "")
    form, suffix = TICKS.get(unit, ("~g", f" {unit}".rstrip()))
    can_log = min(values) > 0 and unit != units.SHARE
    return {
        "name": name,
        "label": wording.metric(name),
        "title": escape(f"{wording.metric(name)} ({_better(name, facts)})"),
        "unit": unit,
        "higher": bool(told.get("higher")),
        "main": name in facts["objectives"],
        "format": form,
        "suffix": escape(suffix),
        "ticks": ticks(min(values), max(values), unit) if can_log else [],
        "can_log": can_log,
        "log": can_log and max(values) / min(values) >= WIDE,
    }


def _better(name: str, facts: Mapping[str, Any]) -> str:
    """Return which way is better, and whether some figure on the axis is an estimate."""
    direction = "higher" if facts["metrics"].get(name, {}).get("higher") else "lower"
    estimated = any(wording.is_estimate(one["facts"].get(name, {})) for one in facts["candidates"])
    return f"{direction} is better" + (f"; {wording.ESTIMATE}" if estimated else "")


def ticks(low: float, high: float, unit: str) -> list[dict[str, Any]]:
    """Return the ticks of a logarithmic axis, 1, 2 and 5 of every decade that the values and their intervals may touch."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    steps = [(float(f"{digit}e{decade}"), digit == 1) for decade in decades for digit in (1, 2, 5)]
    return [{"value": value, "text": escape(_round(wording.figure(value, unit))), "decade": decade} for value, decade in steps]


def _round(shown: str) -> str:
    """Return a figure without noughts behind its point: what is written on an axis is exact."""
    number, _, scale = shown.partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {scale}".rstrip()
