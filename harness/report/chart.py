"""The points of the Pareto chart and the axes they can be drawn on: plain data, so that the page only draws."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from harness import pareto, units
from harness.metrics import QUALITIES
from harness.report import table, wording

_TICKS = {
    units.SECOND: ("~s", "s"),
    units.BYTE: ("~s", "B"),
    units.RATE: ("~s", "/s"),
    units.SHARE: ("~%", ""),
    units.COUNT: ("~s", ""),
    units.JOULE: ("~s", "J"),
    units.NUMBER: ("~g", ""),
}
"""How Plotly writes a tick of a linear axis in each unit: a d3 format and a suffix."""

MOST_IN_HOVER = 12
"""Figures beside a point: more would not fit beside it."""

WIDE = 20.0
"""An axis starts logarithmic when its largest value is this many times its smallest."""


def chart(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return points, axes, two-metric fronts and the first choice of axes; texts are escaped for Plotly's markup."""
    candidates = facts["candidates"]
    axes = [axis for name in _metrics(facts) if (axis := _axis(name, facts))]
    stars = table.recommended(facts)
    return {
        "axes": axes,
        "points": [_point(one, facts, stars.get(one["candidate"], ())) for one in candidates],
        "fronts": _fronts(axes, candidates),
        "first": _first([axis["name"] for axis in axes], facts),
    }


def _metrics(facts: Mapping[str, Any]) -> list[str]:
    """Return every metric that some candidate has, objectives first."""
    seen = {name for one in facts["candidates"] for name in one["facts"]}
    order = dict.fromkeys((*facts["objectives"], *facts["metrics"], *sorted(seen)))
    return [name for name in order if name in seen]


def _axis(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    values = [one["facts"][name]["value"] for one in facts["candidates"] if name in one["facts"]]
    told = facts["metrics"].get(name, {})
    unit = told.get("unit", "")
    form, suffix = _TICKS.get(unit, ("~g", f" {unit}".rstrip()))
    can_log = min(values) > 0 and unit != units.SHARE
    return {
        "name": name,
        "label": wording.metric(name),
        "title": escape(f"{wording.metric(name)} ({_better(name, facts)})"),
        "higher": bool(told.get("higher")),
        "format": form,
        "suffix": escape(suffix),
        "ticks": _ticks(min(values), max(values), unit) if can_log else [],
        "can_log": can_log,
        "log": can_log and max(values) / min(values) >= WIDE,
    }


def _better(name: str, facts: Mapping[str, Any]) -> str:
    """Return which way is better, and whether some figure on the axis is an estimate."""
    direction = "higher" if facts["metrics"].get(name, {}).get("higher") else "lower"
    estimated = any(wording.is_estimate(one["facts"].get(name, {})) for one in facts["candidates"])
    return f"{direction} is better" + (f"; {wording.ESTIMATE}" if estimated else "")


def _ticks(low: float, high: float, unit: str) -> list[dict[str, Any]]:
    """Return the ticks of a logarithmic axis, 1, 2 and 5 of every decade that the values and their intervals may touch."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    steps = [(float(f"{digit}e{decade}"), digit == 1) for decade in decades for digit in (1, 2, 5)]
    return [{"value": value, "text": escape(_round(wording.figure(value, unit))), "decade": decade} for value, decade in steps]


def _round(shown: str) -> str:
    """Return a figure without noughts behind its point: what is written on an axis is exact."""
    number, _, scale = shown.partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {scale}".rstrip()


def _point(one: Mapping[str, Any], facts: Mapping[str, Any], stars: Sequence[str]) -> dict[str, Any]:
    standing = table.standing(one["candidate"], facts)
    return {
        "label": one["candidate"],
        "hover": _hover(one, facts, stars, standing),
        "standing": standing,
        "stars": escape(", ".join(stars)),
        "groups": {
            "runtime": escape(one["runtime"]["part"]),
            "model": escape(one["model"]["label"]),
            "passes": escape(" + ".join(choice["part"] for choice in one["passes"]) or "none"),
            "batch": str(one["batch_size"]),
        },
        "values": {name: [fact["value"], fact["low"], fact["high"]] for name, fact in one["facts"].items()},
    }


def _hover(one: Mapping[str, Any], facts: Mapping[str, Any], stars: Sequence[str], standing: str) -> str:
    """Return the whole candidate and its facts, a line each."""
    said = {table.FRONT: "on the Pareto front", table.NEAR: "could be on the front, within the noise"}
    heading = [
        f"<b>{escape(one['model']['label'])}</b>",
        escape(wording.passes(one["passes"]) or "uncompressed"),
        escape(f"{wording.named(one['runtime'])}, {one['device']}, {wording.count(one['batch_size'], 'sample')} per query"),
        *([f"<i>recommended for {escape(wording.listed(list(stars)))}</i>"] if stars else []),
        *([f"<i>{said[standing]}</i>"] if standing else []),
    ]
    shown = list(dict.fromkeys(name for name in (*facts["objectives"], *one["facts"]) if name in one["facts"]))
    figures = [
        f"{escape(wording.metric(name))}: {escape(wording.with_interval(one['facts'][name]))}" for name in shown[:MOST_IN_HOVER]
    ]
    more = len(shown) - MOST_IN_HOVER
    return "<br>".join((*heading, "", *figures, *([f"<i>and {more} more in the table</i>"] if more > 0 else [])))


def _fronts(axes: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return, per pair of metrics, the candidates no other beats in both, along the first metric."""
    if not candidates:
        return {}
    losses = {axis["name"]: _losses(axis, candidates) for axis in axes}
    found = {}
    for a, b in itertools.combinations(losses, 2):
        members = np.flatnonzero(pareto.front(np.column_stack((losses[a], losses[b]))))
        found[f"{a} {b}"] = [int(i) for i in members[np.argsort(losses[a][members], kind="stable")]]
    return found


def _losses(axis: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]) -> np.ndarray:
    sign = -1.0 if axis["higher"] else 1.0
    return np.array([sign * one["facts"].get(axis["name"], {}).get("value", math.nan) for one in candidates])


def _first(names: Sequence[str], facts: Mapping[str, Any]) -> list[str]:
    """Return the axes to begin with: the first latency (else the first that is less when better) against how right scores are."""
    timed = [name for name in names if name.startswith("latency")]
    lower = [name for name in names if not facts["metrics"].get(name, {}).get("higher")]
    x = next(iter((*timed, *lower, *names)), "")
    y = next((name for name in (*QUALITIES, *names) if name in names and name != x), x)
    return [x, y]
