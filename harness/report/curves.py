"""The page of replayed searches: hypervolume and regret against evaluations, a line and a band per algorithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.report import figures, offline


def render(told: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of what algorithms reached on each of some problems."""
    scripts = {"look": offline.script("look"), "plotly": figures.library(), "curves": offline.script("curves")}
    data = {"problems": [_lines(one) for one in told], "layout": figures.layout(), "config": figures.config()}
    return offline.render("curves.html", scripts, problems=told, data=offline.as_data(data))


def _lines(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the curves of a problem, the algorithms in their order; the names are the program's own."""
    return {
        "trials": one["trials"],
        "hypervolume": {name: found["curves"]["hypervolume"] for name, found in one["algorithms"].items()},
        "regret": {name: found["curves"]["regret"] for name, found in one["algorithms"].items()},
    }
