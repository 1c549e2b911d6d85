"""The page of a comparison: several answers side by side, and every metric of one side against that of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.answer import since
from harness.report import axes, figures, offline, orders, sides, wording
from harness.report.page_data import ENDS


def render(told: Mapping[str, Any], light: bool = False) -> str:
    """Return the page of a comparison, a ``light`` one with plotly.js in a file beside it."""
    drawn = drawing(told)
    scripts: dict[str, str | offline.Linked] = {}
    if drawn["metrics"]:
        scripts = {
            "look": offline.script("look"),
            "units": offline.script("units"),
            "plotly": figures.beside(told) if light else figures.library(),
            "sides": offline.script("sides"),
        }
    return offline.render(
        "sides.html",
        scripts,
        title=sides.title(told),
        names=[one["name"] for one in told["sides"]],
        sides=sides.sides(told),
        profiles=sides.profiles(told),
        pairs=orders.pairs(told),
        fronts=sides.fronts(told),
        on_fronts=sides.on_fronts(told),
        drawn=drawn["metrics"],
        objectives=wording.listed([wording.metric(name) for name in told["objectives"]]),
        data=offline.as_data(drawn),
    )


def drawing(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the chart draws: the figures of candidates that two sides know, as columns, a list of sides in each."""
    rows = [one for one in told["candidates"] if sum(each is not None for each in one["facts"]) > 1]
    shared = {name for pair in told["pairs"] for name in pair["metrics"]}
    each = [{"facts": facts} for one in rows for facts in one["facts"] if facts]
    about = {"candidates": each, "metrics": told["metrics"], "objectives": told["objectives"]}
    names = [name for name in axes.metrics(about) if name in shared] if each else []
    return {
        "sides": [one["name"] for one in told["sides"]],
        "labels": [one["candidate"] for one in rows],
        "runtimes": [one["runtime"]["part"] for one in rows],
        "recommended": sorted({label for one in told["profiles"].values() for label in one["deployed"] if label}),
        "metrics": [axes.axis(name, about) for name in names],
        "values": {name: [_column(name, side, rows) for side in range(len(told["sides"]))] for name in names},
        "beyond": [{name: _beyond(name, pair, rows) for name in pair["metrics"]} for pair in told["pairs"]],
        "pairs": [[pair["one"], pair["other"]] for pair in told["pairs"]],
        "layout": figures.layout(),
        "config": figures.config(),
    }


def _column(name: str, side: int, rows: list[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    found = [(one["facts"][side] or {}).get(name) for one in rows]
    return {end: [fact[end] if fact else None for fact in found] for end in ENDS}


def _beyond(name: str, pair: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> list[int]:
    """Return the rows whose figures differ beyond noise."""
    both = [[(one["facts"][pair[which]] or {}).get(name) for which in ("one", "other")] for one in rows]
    return [row for row, (mine, its) in enumerate(both) if mine and its and since.is_beyond_noise(mine, its)]
