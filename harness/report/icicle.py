"""Pictures of where the time of a query goes: a candidate's operators above its parent's, on one scale, as data for Plotly."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from harness import units
from harness.operators import role
from harness.report import wording
from harness.report.payoff import with_profile

OUTSIDE = "outside"
LONGEST_NAME = 48


def icicles(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a picture per compressed candidate whose operators were timed; names are escaped for Plotly's markup."""
    known = {one["candidate"]: one for one in facts["candidates"]}
    timed = facts.get("operators", {})
    return [_picture(known[label], timed) for label in with_profile(facts)]


def _picture(one: Mapping[str, Any], timed: Mapping[str, Any]) -> dict[str, Any]:
    profiles = {"compressed": timed[one["candidate"]], "parent": timed.get(one["parent"]["candidate"])}
    shown = {name: told for name, told in profiles.items() if told}
    widest = max(_whole(told) for told in shown.values()) or 1.0
    return {
        "summary": _summary(shown),
        "bars": [{"name": name, "width": _whole(told) / widest, **_nodes(name, told)} for name, told in shown.items()],
    }


def _whole(told: Mapping[str, Any]) -> float:
    """Return the seconds of a query: in operators, and outside them."""
    return float(sum(one["seconds"] for one in told["kinds"]) + told["uncovered"])


def _summary(shown: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what the picture says, for those who do not see it."""
    told = []
    for name, one in shown.items():
        kinds = [f"{kind['kind']} {100 * kind['share']:.0f} %" for kind in one["kinds"][:3]]
        told.append(f"{name.capitalize()}: {_time(_whole(one))} a query, {wording.listed(kinds) or 'no operators'}")
    return "; ".join(told)


def _nodes(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the nodes of one bar: the runtime, its kinds of operators, and the operators."""
    whole = _whole(told)
    nodes = [("", "", f"{name}, {told['runtime']}", whole, "whole", "")]
    for kind in told["kinds"]:
        about = wording.count(kind["count"], "operator")
        nodes.append((f"k {kind['kind']}", "", kind["kind"], kind["seconds"], role(kind["kind"]), about))
    for number, one in enumerate(told["operators"]):
        about = " ".join(filter(None, (one["kernel"], one["precision"])))
        nodes.append((f"o {number}", f"k {one['kind']}", _short(one["name"]), one["seconds"], role(one["kind"]), about))
    if told["uncovered"]:
        nodes.append(("outside", "", OUTSIDE, told["uncovered"], "outside", "the runtime's own work, and the call"))
    return {
        "ids": [f"{name} {node[0]}".strip() for node in nodes],
        "parents": ["", *(f"{name} {node[1]}".strip() for node in nodes[1:])],
        "labels": [escape(node[2]) for node in nodes],
        "values": [round(node[3] * 1e6, 3) for node in nodes],
        "roles": [node[4] for node in nodes],
        "times": [_time(whole), *(f"{_time(node[3])}, {100 * node[3] / (whole or 1.0):.0f} %" for node in nodes[1:])],
        "about": [escape(node[5]) for node in nodes],
    }


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _time(seconds: float) -> str:
    return units.show(seconds, units.SECOND)
