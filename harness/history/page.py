"""The history as one page that opens offline: the changes as a table, then every metric over the commits."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from harness import units
from harness.history import telling
from harness.report import axes, offline, wording

TICKS: Final = 6
"""Commits that are named below a chart."""
LEAST_SPAN: Final = 0.05
"""What a chart reaches over at least, as a share of its figures, so that noise looks small."""
MARGIN: Final = 0.12
"""Room above and below, as a share of what a chart reaches over."""


def write(told: Mapping[str, Any], path: Path) -> Path:
    """Write the page; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(told), encoding="utf-8", errors="replace")
    return path


def render(told: Mapping[str, Any]) -> str:
    """Return the page."""
    from harness.report import figures  # late: it imports plotly

    scripts = {"plotly": figures.library(), "history": _own("history.js")}
    found = list(_charts(told))
    data = {"charts": found, "layout": figures.layout(), "config": figures.config()}
    return (
        offline.environment()
        .from_string(_own("history.html"))
        .render(
            told=told,
            telling=telling,
            wording=wording,
            cases=[(case, [one for one in found if one["case"] == case]) for case in dict.fromkeys(one["case"] for one in found)],
            environments=list(_environments(told)),
            data=offline.as_data(data),
            policy=offline.policy(scripts),
            style=Markup(offline.template("page.css") + _own("history.css")),  # noqa: S704 - our own files
            scripts=[Markup(one) for one in scripts.values()],  # noqa: S704 - our own file and plotly's
        )
    )


def _charts(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a chart for each metric of each case, with a line for each environment."""
    jobs = told["jobs"]
    names = list(told["environments"])
    step = max(1, (len(jobs) - 1) // (TICKS - 1))
    across = range(0, len(jobs), step)
    for number, (case, metric) in enumerate(dict.fromkeys((one["case"], one["metric"]) for one in told["series"])):
        own = [one for one in told["series"] if (one["case"], one["metric"]) == (case, metric)]
        values = [point["value"] for one in own for point in one["points"]]
        low, high = _reach(min(values), max(values))
        yield {
            "id": f"chart-{number}",
            "case": case,
            "metric": wording.metric(metric),
            "x": {
                "range": [-0.5, len(jobs) - 0.5],
                "at": list(across),
                "text": [jobs[at]["revision"][: telling.SHORT] for at in across],
            },
            "y": {"range": [low, high], "ticks": axes.TICKS.get(own[0]["unit"], axes.TICKS[units.COUNT])},
            "lines": [_line(one, jobs, names.index(one["environment"])) for one in own],
            "breaks": [_break(one, each) for one in own for each in one["changes"]],
        }


def _line(one: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]], rank: int) -> dict[str, Any]:
    """Return a series: its points, and the level between changes."""
    points = one["points"]
    starts = [points[0]["job"], *(each["job"] for each in one["changes"])]
    ends = [*(each["since"] for each in one["changes"]), points[-1]["job"]]
    levels = [each["before"] for each in one["changes"]] + [each["after"] for each in one["changes"][-1:]]
    levels = levels or [statistics.geometric_mean(point["value"] for point in points)]
    return {
        "rank": rank,
        "x": [point["job"] for point in points],
        "y": [point["value"] for point in points],
        "told": [_told(jobs[point["job"]], wording.figure(point["value"], one["unit"])) for point in points],
        "levels": [{"x": [start, end], "y": level} for start, end, level in zip(starts, ends, levels, strict=True)],
    }


def _told(job: Mapping[str, Any], figure: str) -> list[str]:
    measured = [f"measured {wording.moment(job['at'])}"] if job["at"] else []
    return [figure, f"{telling.commit(job)}  {telling.day(job)}", *filter(None, [job["subject"]]), *measured]


def _break(one: Mapping[str, Any], each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "x": (each["since"] + each["job"]) / 2,
        "text": telling.change(one, each).partition(" (")[0],
        "worse": each["worse"],
    }


def _reach(low: float, high: float) -> tuple[float, float]:
    """Return from where to where a chart reaches."""
    middle = (low + high) / 2
    span = max(high - low, LEAST_SPAN * middle) * (1 + 2 * MARGIN)
    return middle - span / 2, middle + span / 2


def _environments(told: Mapping[str, Any]) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """Give each environment with its jobs, and what it has that others do not, or all of it where it is the only one."""
    identities = told["environments"]
    for name, identity in identities.items():
        others = [other for each, other in identities.items() if each != name]
        own = [
            (key, str(value)) for key, value in identity.items() if not others or any(value != other.get(key) for other in others)
        ]
        yield name, sum(job["environment"] == name for job in told["jobs"]), own


def _own(name: str) -> str:
    return files("harness.history").joinpath("templates", name).read_text(encoding="utf-8")
