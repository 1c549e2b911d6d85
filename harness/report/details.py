"""What the table of candidates tells beyond the columns of the page: how good a figure is, what is absent and why. Plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from harness.report import axes, failures, wording

PLAIN: Final = {"quality": "clean", "provenance": "measured"}
"""What most facts are: only what differs is told."""

COUNTED: Final = {"n": 0, "processes": 1, "tries": 1}
"""How often something was done for a fact, and what it is where that is not told."""


def details(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of every row of ``page_data`` beyond its columns, and the candidates that have no row there."""
    rows = facts["candidates"]
    names = axes.metrics(facts)
    place = {one["candidate"]: row for row, one in enumerate(rows)}
    of = {name: [one["facts"].get(name, {}) for one in rows] for name in names}
    made = {one["artifact"]: one.get("notes") or {} for one in rows if one.get("artifact")}
    number = {digest: i for i, digest in enumerate(made)}
    reasons: dict[str, int] = {}
    return {
        "suite": facts["suite"],
        "suite_file": facts.get("trust", {}).get("suite_file") or "SUITE",
        "columns": [_column(name, facts) for name in _shown(names, facts)],
        "counts": {
            name: {field: [each.get(field, one) for each in told] for field, one in COUNTED.items()} for name, told in of.items()
        },
        "noted": {field: {name: found for name, told in of.items() if (found := _noted(told, field))} for field in PLAIN},
        "withheld": [_withheld(one, reasons) for one in rows],
        "reasons": list(reasons),
        "artifacts": [{"digest": digest, "notes": notes} for digest, notes in made.items()],
        "made": [number.get(one.get("artifact")) for one in rows],
        "paired": [_paired(one) for one in rows],
        "published": {row: said for row, one in enumerate(rows) if (said := wording.published(one))},
        "baselines": _places(dict.fromkeys(facts["baselines"].values()), place),
        "tied": {name: _places(one["tied"], place) for name, one in facts["profiles"].items()},
        "dominated": {row: place[by] for row, one in enumerate(rows) if (by := one.get("dominated_by")) in place},
        **_without_figures(facts, place),
    }


def _shown(names: Sequence[str], facts: Mapping[str, Any]) -> list[str]:
    """Return the metrics with a column: those that somebody has, and objectives that are absent everywhere with a reason."""
    absent = {name for one in facts["candidates"] for name in one["withheld"]}
    return list(dict.fromkeys((*(name for name in facts["objectives"] if name in absent or name in names), *names)))


def _column(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    told = facts["metrics"].get(name, {})
    return {
        "name": name,
        "label": wording.metric(name),
        "unit": told.get("unit", ""),
        "higher": bool(told.get("higher")),
        "main": name in facts["objectives"],
        "summary": told.get("summary", ""),
    }


def _noted(told: Sequence[Mapping[str, Any]], field: str) -> dict[int, str]:
    """Return which rows have a fact that is not plain in this respect, and what it is."""
    plain = PLAIN[field]
    return {row: fact[field] for row, fact in enumerate(told) if fact.get(field, plain) != plain}


def _withheld(one: Mapping[str, Any], reasons: dict[str, int]) -> dict[str, int]:
    """Return, per metric that a candidate lacks, which of ``reasons`` says why; new ones are added there."""
    return {name: reasons.setdefault(wording.absence(why), len(reasons)) for name, why in one["withheld"].items()}


def _paired(one: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return how many samples a candidate has right that its baseline has not, and the other way round, of how many, and p."""
    told = (one.get("paired") or {}).items()
    return {name: [pair["gained"], pair["lost"], pair["n"], pair["p"]] for name, pair in told if "gained" in pair}


def _places(labels: Iterable[str], place: Mapping[str, int]) -> list[int]:
    return [place[label] for label in labels if label in place]


def _without_figures(facts: Mapping[str, Any], place: Mapping[str, int]) -> dict[str, Any]:
    """Return which rows failed, and the candidates without a row: those that failed, and those that a quick look ended."""
    causes = failures.failures(facts)
    cause = {label: number for number, one in enumerate(causes) for label in one.candidates}
    others: list[dict[str, Any]] = [{"label": label, "cause": number} for label, number in cause.items() if label not in place]
    ended = [one for one in facts.get("screened", ()) if one["candidate"] not in place and one["candidate"] not in cause]
    others += [{"label": one["candidate"], "why": one["why"], "facts": one.get("facts", {})} for one in ended]
    return {
        "causes": [one.headline for one in causes],
        "failed": {place[label]: number for label, number in cause.items() if label in place},
        "others": others,
    }
