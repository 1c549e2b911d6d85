"""Figures for print: the front, latencies, memory and the search, each as Plotly's plain data. Knows no Plotly.

White paper, a palette for colour-blind readers, 95 % intervals. What an answer has nothing of has no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np

from harness import units
from harness.decide import pareto
from harness.report import axes, table, wording

Facts = Mapping[str, Any]
Figure = dict[str, Any]

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe & Ito, Color Universal Design, 2008; its yellow is too light for a line on white."""

INK, GREY, FAINT = "#222222", "#999999", "#E5E5E5"
DASHES: Final = ("solid", "dash", "dot", "dashdot")
WIDTH, HEIGHT, LINE_OF_LEGEND = 900, 560, 20


def prints(facts: Facts) -> dict[str, Figure]:
    """Return the figures by name."""
    drawn = {"front": _front(facts), "latency": _latency(facts), "memory": _memory(facts), "history": _history(facts)}
    return {name: figure for name, figure in drawn.items() if figure}


def _front(facts: Facts) -> Figure | None:
    """Return how right candidates are against how fast, or whatever two metrics there are."""
    chosen = axes.first(facts)
    both = [one for one in facts["candidates"] if chosen and all(name in one["facts"] for name in chosen)]
    if not both:
        return None
    x, y = (axes.axis(name, facts) for name in chosen)
    both.sort(key=lambda one: one["facts"][y["name"]]["value"])  # so that names above and below points take turns
    title = f"{y['label']} against {x['label']}, 95 % intervals"
    return _figure([_line(both, x, y), *_groups(both, x, y, facts)], _layout(f"{facts['suite']}: {title}", _drawn(x), _drawn(y)))


def _line(both: Sequence[Mapping[str, Any]], x: Figure, y: Figure) -> Figure:
    """Return the front of the two metrics alone, as a line with a corner between two candidates."""
    points = np.array([[one["facts"][axis["name"]]["value"] for axis in (x, y)] for one in both])
    signs = [-1 if axis["higher"] else 1 for axis in (x, y)]
    on = points[pareto.front(points * signs)]
    on = on[np.lexsort((on[:, 1], on[:, 0]))]
    shape = "vh" if x["higher"] else "hv"
    line = {"color": GREY, "width": 1, "dash": "dot", "shape": shape}
    return {"x": on[:, 0].tolist(), "y": on[:, 1].tolist(), "mode": "lines", "line": line, "name": "best trade-off of the two"}


def _groups(both: Sequence[Mapping[str, Any]], x: Figure, y: Figure, facts: Facts) -> Iterator[Figure]:
    """Yield the candidates by what they are, the most important last, so that it lies on top."""
    stars, baselines = table.recommended(facts), set(facts["baselines"].values())
    kinds: dict[str, list[Mapping[str, Any]]] = {"": [], table.NEAR: [], table.FRONT: [], "baseline": [], "recommended": []}
    for one in both:
        label = one["candidate"]
        kind = "recommended" if label in stars else "baseline" if label in baselines else table.standing(label, facts)
        kinds[kind].append(one)
    looks = {
        "": ("others", "circle", GREY, 5),
        table.NEAR: ("could be on the front", "circle-open", COLOURS[5], 7),
        table.FRONT: ("on the front over all objectives", "circle", COLOURS[0], 7),
        "baseline": ("baseline", "diamond", INK, 9),
        "recommended": ("recommended", "star", COLOURS[1], 15),
    }
    for kind, members in kinds.items():
        if members:
            name, symbol, colour, size = looks[kind]
            named = [escape(", ".join(stars.get(one["candidate"], ()))) for one in members]
            yield {
                **_points(members, x, y, colour),
                "mode": "markers+text" if kind == "recommended" else "markers",
                "text": named,
                "textposition": ["top right" if i % 2 else "bottom right" for i in range(len(members))],
                "name": name,
                "marker": {"symbol": symbol, "color": colour, "size": size},
            }


def _points(members: Sequence[Mapping[str, Any]], x: Figure, y: Figure, colour: str) -> Figure:
    found: Figure = {}
    for side, axis in (("x", x), ("y", y)):
        each = [one["facts"][axis["name"]] for one in members]
        found[side] = [fact["value"] for fact in each]
        found[f"error_{side}"] = {
            "type": "data",
            "array": [fact["high"] - fact["value"] for fact in each],
            "arrayminus": [fact["value"] - fact["low"] for fact in each],
            "color": f"{colour}66",
            "thickness": 1,
            "width": 0,
        }
    return found


def _drawn(axis: Figure) -> Figure:
    """Return a metric as an axis."""
    if axis["log"]:
        return {"title": axis["title"], "type": "log", **_ticks(axis["ticks"])}
    return {"title": axis["title"], "tickformat": axis["format"], "ticksuffix": axis["suffix"]}


def _ticks(found: Sequence[Mapping[str, Any]]) -> Figure:
    return {"tickvals": [tick["value"] for tick in found], "ticktext": [tick["text"] for tick in found]}


def _latency(facts: Facts) -> Figure | None:
    """Return the distributions of the latencies of what is recommended and of its baselines."""
    curves = facts.get("latency_curves", {})
    scenario = next((name for one in curves.values() for name in one), "")
    shown = {label: curves[label][scenario] for label in _main(facts) if scenario in curves.get(label, {})}
    if not shown:
        return None
    lines = [
        _curve(i, f"{label} ({wording.count(one['n'], 'query', 'queries')})", one["seconds"], one["shares"], shape="hv")
        for i, (label, one) in enumerate(shown.items())
    ]
    title = f"{facts['suite']}: how many queries took at most so long ({scenario.replace('_', ' ')})"
    ends = [end for one in shown.values() for end in one["seconds"][:: max(1, len(one["seconds"]) - 1)]]
    x = {"title": "latency", "type": "log", **_ticks(axes.ticks(min(ends), max(ends), units.SECOND))}
    return _figure(lines, _layout(title, x, {"title": "share of queries", "tickformat": "~%"}))


def _memory(facts: Facts) -> Figure | None:
    """Return resident memory over time of what is recommended and of its baselines."""
    shown = {label: facts["memory"][label] for label in _main(facts) if facts.get("memory", {}).get(label)}
    scale = units.SCALES[units.BYTE]["MB"]
    lines = [
        _curve(i, label, [at - curve[0][0] for at, _ in curve], [size / scale for _, size in curve])
        for i, (label, curve) in enumerate(shown.items())
    ]
    x, y = {"title": "seconds since the process began"}, {"title": "resident memory, MB", "rangemode": "tozero"}
    return _figure(lines, _layout(f"{facts['suite']}: memory over time", x, y)) if lines else None


def _history(facts: Facts) -> Figure | None:
    """Return the best utility per profile, and the hypervolume, against evaluations."""
    told = facts.get("history")
    if not told or len(told["candidates"]) < 2:
        return None
    at = list(range(1, len(told["candidates"]) + 1))
    named = {f"best utility, {name}": values for name, values in told["utility"].items()}
    lines = [_curve(i, name, at, values, shape="hv") for i, (name, values) in enumerate(named.items())]
    if told["hypervolume"]:
        lines.append({**_curve(0, "hypervolume", at, told["hypervolume"], shape="hv"), "line": {"color": INK, "shape": "hv"}})
    x, y = {"title": "candidates evaluated"}, {"title": "utility; share of the hypervolume", "rangemode": "tozero"}
    return _figure(lines, _layout(f"{facts['suite']}: what the search had found", x, y))


def _main(facts: Facts) -> list[str]:
    """Return what is recommended and its baselines, as many as can be told apart."""
    chosen = [one["candidate"] for one in facts["profiles"].values() if one["candidate"]]
    return list(dict.fromkeys((*chosen, *(facts["baselines"].get(label, label) for label in chosen))))[: len(COLOURS)]


def _curve(i: int, name: str, x: Sequence[float], y: Sequence[float | None], shape: str = "linear") -> Figure:
    """Return the ``i``-th line of a figure, told apart by its dashes, too."""
    line = {"color": COLOURS[i % len(COLOURS)], "dash": DASHES[i % len(DASHES)], "width": 2, "shape": shape}
    return {"x": list(x), "y": list(y), "mode": "lines", "name": escape(name), "line": line}


def _figure(data: Sequence[Figure], layout: Figure) -> Figure:
    """Return a figure that is as much higher as its legend has lines, which lies below it."""
    beside = LINE_OF_LEGEND * len(data)
    sized = {"width": WIDTH, "height": HEIGHT + beside, "margin": {"l": 80, "r": 30, "t": 60, "b": 80 + beside}}
    return {"data": list(data), "layout": layout | sized}


def _layout(title: str, x: Figure, y: Figure) -> Figure:
    axis = {"showline": True, "linecolor": INK, "gridcolor": FAINT, "zeroline": False, "ticks": "outside", "tickcolor": INK}
    return {
        "title": {"text": escape(title), "x": 0.02, "xanchor": "left", "font": {"size": 16}},
        "xaxis": {**axis, **x, "title": {"text": x["title"]}},
        "yaxis": {**axis, **y, "title": {"text": y["title"]}},
        "legend": {"orientation": "v", "yanchor": "top", "y": -0.18, "xanchor": "left", "x": 0},
        "font": {"family": "Helvetica, Arial, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
    }
