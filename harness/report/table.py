"""The table of candidates: one row each, with what it is sorted by beside what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.report import wording
from harness.report.cards import Miss, miss

FRONT, NEAR = "front", "near"

_ORIGINS = {
    "counter": "read from a hardware counter",
    "estimate": "worked out from stated figures, not measured",
    "derived": "worked out from other measured figures",
    "published": "published by others, of another machine",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A metric's column: ``direction`` is which way is better."""

    metric: str
    label: str
    summary: str
    direction: str
    main: bool
    """Whether it is an objective; the others are shown on demand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a row; ``order`` is the plain number it is sorted by."""

    shown: str = ""
    ends: str = ""
    order: float | None = None
    note: str = ""
    """Why it is absent, that it is an estimate, or what is wrong with it."""
    main: bool = True
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A row under one profile. By ``order``, all that break a constraint come after all that do not."""

    profile: str
    shown: str
    order: float | None
    feasible: bool
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate."""

    label: str
    chain: str
    """Model and passes."""
    served: str
    """Runtime, device and batch size."""
    front: str
    recommended: tuple[str, ...]
    """The profiles it is recommended for."""
    is_baseline: bool
    scores: tuple[Score, ...]
    cells: tuple[Cell, ...]
    quality: str


@dataclass(frozen=True, slots=True)
class Table:
    """All candidates with any fact."""

    profiles: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def table(facts: Mapping[str, Any]) -> Table:
    """Return the table of all candidates; metrics that nobody has are left out, unless they are objectives."""
    columns = _columns(facts)
    return Table(
        tuple(facts["profiles"]),
        columns,
        tuple(_row(one, columns, facts) for one in facts["candidates"]),
    )


def recommended(facts: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return, per recommended candidate, the profiles it is recommended for."""
    found: dict[str, tuple[str, ...]] = {}
    for name, one in facts["profiles"].items():
        if one["feasible"] and one["candidate"]:
            found[one["candidate"]] = (*found.get(one["candidate"], ()), name)
    return found


def served(one: Mapping[str, Any]) -> str:
    """Return how a candidate is served: ``onnxruntime (threads=1), batch 8``."""
    device = "" if one["device"] == "cpu" else f", {one['device']}"
    return f"{wording.named(one['runtime'])}{device}, batch {one['batch_size']}"


def standing(label: str, facts: Mapping[str, Any]) -> str:
    """Return whether a candidate is on the front over all objectives, could be, or neither (empty)."""
    return FRONT if label in facts["front"] else NEAR if label in facts["near_front"] else ""


def _columns(facts: Mapping[str, Any]) -> tuple[Column, ...]:
    seen = {name for one in facts["candidates"] for name in one["facts"]}
    withheld = {name for one in facts["candidates"] for name in one["withheld"]}
    objectives = [name for name in facts["objectives"] if name in seen | withheld]
    others = [name for name in (*facts["metrics"], *sorted(seen - set(facts["metrics"]))) if name in seen - set(objectives)]
    return tuple(_column(name, facts["metrics"].get(name, {}), name in objectives) for name in (*objectives, *others))


def _column(name: str, told: Mapping[str, Any], main: bool) -> Column:
    direction = "higher" if told.get("higher") else "lower"
    return Column(name, wording.metric(name), f"{told.get('summary', '')}; {direction} is better".lstrip("; "), direction, main)


def _row(one: Mapping[str, Any], columns: tuple[Column, ...], facts: Mapping[str, Any]) -> Row:
    label = one["candidate"]
    return Row(
        label=label,
        chain=" + ".join((one["model"]["label"], *(choice["label"].replace(",", ", ") for choice in one["passes"]))),
        served=served(one),
        front=standing(label, facts),
        recommended=recommended(facts).get(label, ()),
        is_baseline=label in facts["baselines"].values(),
        scores=tuple(_score(name, one, facts["metrics"]) for name in facts["profiles"]),
        cells=tuple(_cell(one, column) for column in columns),
        quality=_quality(one["facts"]),
    )


def _score(profile: str, one: Mapping[str, Any], metrics: Mapping[str, Any]) -> Score:
    score = one["scores"].get(profile)
    if score is None:
        return Score(profile, "", None, False, ())
    misses = tuple(miss(violation, metrics, one["facts"]) for violation in score["violations"])
    order = score["utility"] - (1.0 if misses else 0.0)
    return Score(profile, wording.plus_minus(score["utility"], score["half_width"]), order, not misses, misses)


def _cell(one: Mapping[str, Any], column: Column) -> Cell:
    fact, withheld = one["facts"].get(column.metric), one["withheld"].get(column.metric)
    published = wording.published(one) if column.metric == "accuracy" else ""
    if fact:
        estimate = wording.ESTIMATE if wording.is_estimate(fact) else ""
        noted = (estimate, "" if fact["quality"] == "clean" else fact["quality"], published)
        shown = wording.about(wording.figure(fact["value"], fact["unit"]), fact)
        return Cell(shown, wording.interval(fact), fact["value"], ", ".join(filter(None, noted)), column.main, _origin(fact))
    absent = wording.absence(withheld) if withheld else ""
    return Cell(note="; ".join(filter(None, (absent, published))), main=column.main)


def _origin(fact: wording.Fact) -> str:
    """Return where a figure comes from, where that is not a plain measurement."""
    return _ORIGINS.get(fact.get("provenance", ""), "")


def _quality(facts: Mapping[str, wording.Fact]) -> str:
    """Return ``clean``, or what else was noted and of which metrics: ``contended: latency p90``."""
    noted = sorted({fact["quality"] for fact in facts.values()} - {"clean"})
    told = [f"{quality}: {', '.join(_with(quality, facts))}" for quality in noted]
    return "; ".join(told) or ("clean" if facts else "nothing measured")


def _with(quality: str, facts: Mapping[str, wording.Fact]) -> list[str]:
    return [wording.metric(name) for name, fact in facts.items() if fact["quality"] == quality]
