"""The page of replayed searches: hypervolume and regret against evaluations, a line and a band per algorithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from harness.report import figures, offline


def render(told: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of what algorithms reached on each of some problems."""
    scripts = {"plotly": figures.library(), "curves": offline.template("curves.js")}
    fixed = {"layout": figures.layout(), "config": figures.config()}
    data = {"problems": [_lines(one) for one in told], **fixed}
    return (
        offline.environment()
        .get_template("curves.html")
        .render(
            problems=told,
            data=offline.as_data(data),
            policy=offline.policy(scripts),
            style=Markup(offline.template("page.css")),  # noqa: S704 - our own file
            scripts={name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - our own files and plotly's
        )
    )


def _lines(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the curves of a problem, the algorithms in their order; the names are the program's own."""
    return {
        "trials": one["trials"],
        "hypervolume": {name: found["curves"]["hypervolume"] for name, found in one["algorithms"].items()},
        "regret": {name: found["curves"]["regret"] for name, found in one["algorithms"].items()},
    }
