"""What the scripts of the page share: every candidate as a row of columns, the metrics as axes, the profiles. Plain data.

Texts that Plotly would read as markup are escaped by who draws them (``look.plain``); nothing here is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.metrics import QUALITIES
from harness.report import axes, comparison, figures, table, wording

ENDS: Final = ("value", "low", "high")


def page_data(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns; where a figure is not known there is null."""
    candidates = facts["candidates"]
    names = axes.metrics(facts)
    stars = table.recommended(facts)
    return {
        "labels": [one["candidate"] for one in candidates],
        "groups": {
            "runtime": [one["runtime"]["part"] for one in candidates],
            "model": [one["model"]["label"] for one in candidates],
            "passes": [" + ".join(choice["part"] for choice in one["passes"]) or "none" for one in candidates],
            "batch": [str(one["batch_size"]) for one in candidates],
        },
        "chains": [table.chain(one) for one in candidates],
        "served": [table.served(one) for one in candidates],
        "standing": [table.standing(one["candidate"], facts) for one in candidates],
        "stars": {str(row): list(stars[label]) for row, one in enumerate(candidates) if (label := one["candidate"]) in stars},
        "eligible": [bool(one.get("eligible", True)) for one in candidates],
        "metrics": [axes.axis(name, facts) for name in names],
        "values": {name: _column(name, [one["facts"] for one in candidates]) for name in names},
        "kinds": _kinds(facts),
        "profiles": {name: one | _moving(name, one, facts) for name, one in facts["priorities"].items()},
        "anchor": _anchor(facts),
        "baselines": _baselines(facts),
        "layout": figures.layout(),
        "config": figures.config(),
    }


def _kinds(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return how every metric is written and compared, also those that no candidate has, or that only profiles name."""
    asked = [each["metric"] for one in facts["priorities"].values() for each in one["constraints"]]
    asked += [name for one in facts["priorities"].values() for name in one["weights"]]
    return {
        name: {
            "label": wording.metric(name),
            "unit": told.get("unit", ""),
            "higher": bool(told.get("higher")),
            "words": comparison.words(name, bool(told.get("higher"))),
            "quality": name in QUALITIES,
        }
        for name in dict.fromkeys((*facts["metrics"], *axes.metrics(facts), *asked))
        for told in (facts["metrics"].get(name, {}),)
    }


def _moving(name: str, one: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ranges of a profile that move with the baseline, whether it settles them or not."""
    return {"relative": one.get("relative", {}) | facts.get("anchor", {}).get("ranges", {}).get(name, {})}


def _anchor(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return the values of the baseline that settle such ranges."""
    label = facts.get("anchor", {}).get("candidate")
    return {name: fact["value"] for name, fact in facts.get("references", {}).get(label, {}).items()}


def _column(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    """Return the values of a metric and the ends of its intervals, a row each."""
    return {end: [row[name][end] if name in row else None for row in rows] for end in ENDS}


def _baselines(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the baselines, and per candidate which of them is its own, with what is known of the difference.

    ``of`` is a row of ``values``, or null. ``same`` names metrics whose fact is the baseline's, too; ``apart`` holds what a
    candidate has more than its baseline, where both were asked the same samples.
    """
    known = facts.get("references", {})
    rows = {label: row for row, label in enumerate(known)}
    names = dict.fromkeys(name for one in known.values() for name in one)
    candidates = facts["candidates"]
    return {
        "labels": list(known),
        "of": [rows.get(facts["baselines"].get(one["candidate"], "")) for one in candidates],
        "values": {name: _column(name, list(known.values())) for name in names},
        "same": [one.get("same", []) for one in candidates],
        "apart": [
            {name: [apart[end] for end in ENDS] for name, apart in (one.get("paired") or {}).items() if "low" in apart}
            for one in candidates
        ],
    }
