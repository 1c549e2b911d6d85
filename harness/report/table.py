"""Candidates as rows: how each is named, whether it is on the front, and the front itself as a plain table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.report import wording

FRONT, NEAR = "front", "near"


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate on the front, in words; ``figures`` are its objectives."""

    chain: str
    served: str
    recommended: tuple[str, ...]
    """The profiles it is recommended for."""
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Front:
    """The Pareto front over all objectives, for readers whose browser runs no script."""

    columns: tuple[str, ...]
    rows: tuple[Line, ...]


def front(facts: Mapping[str, Any]) -> Front:
    """Return the front as a plain table, its candidates in their order."""
    members, stars = set(facts["front"]), recommended(facts)
    names = facts["objectives"]
    return Front(
        tuple(wording.metric(name) for name in names),
        tuple(
            Line(
                chain(one), served(one), stars.get(one["candidate"], ()), tuple(_figure(one["facts"].get(name)) for name in names)
            )
            for one in facts["candidates"]
            if one["candidate"] in members
        ),
    )


def _figure(fact: wording.Fact | None) -> str:
    return wording.with_interval(fact) if fact else "–"


def recommended(facts: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return, per recommended candidate, the profiles it is recommended for."""
    found: dict[str, tuple[str, ...]] = {}
    for name, one in facts["profiles"].items():
        if one["feasible"] and one["candidate"]:
            found[one["candidate"]] = (*found.get(one["candidate"], ()), name)
    return found


def chain(one: Mapping[str, Any]) -> str:
    """Return a candidate's model and passes: ``resnet10t + prune:channel, ratio=0.5``."""
    return " + ".join((one["model"]["label"], *(choice["label"].replace(",", ", ") for choice in one["passes"])))


def served(one: Mapping[str, Any]) -> str:
    """Return how a candidate is served: ``onnxruntime (threads=1), batch 8``."""
    device = "" if one["device"] == "cpu" else f", {one['device']}"
    return f"{wording.named(one['runtime'])}{device}, batch {one['batch_size']}"


def standing(label: str, facts: Mapping[str, Any]) -> str:
    """Return whether a candidate is on the front over all objectives, could be, or neither (empty)."""
    return FRONT if label in facts["front"] else NEAR if label in facts["near_front"] else ""
