"""What each pass of a chain gained and lost: a candidate, its parent, and those between them that have some of its passes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from harness import units
from harness.report import wording
from harness.report.comparison import compare

SPEED, SIZE, ACCURACY = "latency_p50", "size", "accuracy"
TOLD: Final = (SPEED, SIZE, ACCURACY)
"""What is told of each step: what compression is for, and what it costs."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure after a step. ``begin`` and ``width`` are shares of the widest way that all steps of its chain go."""

    value: str
    change: str = ""
    tone: str = "plain"
    begin: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, and the figures after it, in the order of ``TOLD``; None where one is not known."""

    done: str
    cells: tuple[Cell | None, ...]


class Chains:
    """Looks up what is known of every chain of passes on every runtime."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._metrics = facts["metrics"]
        self._known: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for one in facts["candidates"]:
            chain = [choice["label"] for choice in one["passes"]]
            for name in TOLD:
                if name in one["facts"]:
                    self._known.setdefault(_key(name, one, chain), one["facts"][name])

    def steps(self, one: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return the model without passes, then each pass; those after which nothing is known are told with the next.

        Empty where there are no two to compare.
        """
        labels = [choice["label"] for choice in one["passes"]]
        known = [[self._known.get(_key(name, one, labels[:n])) for name in TOLD] for n in range(len(labels) + 1)]
        stops = [n for n, figures in enumerate(known) if any(figures)]
        if len(stops) < 2:
            return ()
        columns = [self._column(name, [known[n][i] for n in stops]) for i, name in enumerate(TOLD)]
        done = [_done(one, begin, end) for begin, end in zip([0, *stops], stops, strict=False)]
        return tuple(Step(text, cells) for text, cells in zip(done, zip(*columns, strict=True), strict=True))

    def _column(self, name: str, figures: Sequence[Mapping[str, Any] | None]) -> list[Cell | None]:
        """Return the cells of a metric: each change is from the last figure before it that is known."""
        higher = bool(self._metrics.get(name, {}).get("higher"))
        cells: list[Cell | None] = []
        ways: list[tuple[float, float]] = []
        before: Mapping[str, Any] | None = None
        for figure in figures:
            at = ways[-1][1] if ways else 0.0
            ways.append((at, at + (_gain(figure, before, higher) if figure and before else 0.0)))
            told = compare(name, higher, figure, before) if figure else None
            cells.append(Cell(told.value, told.change, told.tone) if told else None)
            before = figure or before
        return _laid(cells, ways)


def _key(name: str, one: Mapping[str, Any], chain: Sequence[str]) -> tuple[Any, ...]:
    """Return what a figure is shared by: files by those on one runtime, answers by those with its options, too."""
    shared = (name, one["model"]["label"], tuple(chain), one["runtime"]["part"])
    return {
        SIZE: shared,
        ACCURACY: (*shared, one["runtime"]["label"], one["device"]),
        SPEED: (*shared, one["runtime"]["label"], one["device"], one["batch_size"]),
    }[name]


def _done(one: Mapping[str, Any], begin: int, end: int) -> str:
    return wording.passes(one["passes"][begin:end]) if end else str(one["model"]["label"])


def _gain(figure: Mapping[str, Any], before: Mapping[str, Any], higher: bool) -> float:
    """Return how far a step goes: a difference of shares, or the logarithm of how many times better."""
    now, then = float(figure["value"]), float(before["value"])
    if figure["unit"] == units.SHARE:
        return now - then if higher else then - now
    if min(now, then) <= 0:
        return 0.0
    return math.log(now / then if higher else then / now)


def _laid(cells: Sequence[Cell | None], ways: Sequence[tuple[float, float]]) -> list[Cell | None]:
    """Return the cells with their places between the furthest loss and the furthest gain."""
    least, most = min(min(way) for way in ways), max(max(way) for way in ways)
    whole = most - least or 1.0
    return [
        cell and replace(cell, begin=(min(way) - least) / whole, width=(max(way) - min(way)) / whole)
        for cell, way in zip(cells, ways, strict=True)
    ]
