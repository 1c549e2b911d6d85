"""The trade-off of an answer as a small picture of characters; each standing has a mark of its own, so that colour only helps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.text import Text

from harness import units
from harness.metrics import QUALITIES

ROWS: Final = 11
NARROW: Final = 60
"""Columns of a terminal below which there is no picture."""
WIDE: Final = 84
LOG: Final = 20
"""Times the least value that the largest is, from which an axis is logarithmic."""
ERRORS: Final = 2
"""Times the least error that the largest is, from which an axis of shares has the logarithm of the error."""
TICKS: Final = 5
MARKS: Final = (("·", "dim", "other"), ("●", "cyan", "on the front"), ("◆", "yellow", "tied"), ("★", "bold green", "recommended"))
"""What lies on top comes last."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One metric, from its least value to its largest."""

    metric: str
    unit: str
    low: float
    high: float

    @property
    def scale(self) -> str:
        """``linear``, ``log``, or ``error``: what is near to all of them right is told apart."""
        if self.unit == units.SHARE:
            return "error" if self.high < 1 and 1 - self.low > ERRORS * (1 - self.high) else "linear"
        return "log" if self.low > 0 and self.high > LOG * self.low else "linear"

    def at(self, value: float) -> float:
        """Return where a value lies, from 0 to 1."""
        low, high, here = (self._scaled(each) for each in (self.low, self.high, value))
        return (here - low) / (high - low)

    def _scaled(self, value: float) -> float:
        return {"log": math.log, "error": lambda share: -math.log1p(-share)}.get(self.scale, float)(value)

    def ticks(self) -> list[float]:
        """Return round values, ``TICKS`` at most where they are powers."""
        if self.scale == "error":
            return [1 - error for error in _steps(1 - self.high, 1 - self.low)]
        return _steps(self.low, self.high) if self.scale == "log" else _even(self.low, self.high)


def _steps(low: float, high: float) -> list[float]:
    """Return the powers of ten in a range, fewer where they are many; where they are few, twice and five times each, too."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    tens = [10.0**power for power in range(first, last + 1)]
    some = [ten for ten in tens if low <= ten <= high]
    if len(some) < 3:
        return [ten * times for ten in tens for times in (1, 2, 5) if low <= ten * times <= high]
    return some[:: math.ceil(len(some) / TICKS)]


def _even(low: float, high: float) -> list[float]:
    """Return the multiples of a round step in a range."""
    least = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= least)
    return [
        tick for number in range(math.ceil(low / step), math.floor(high / step) + 1) if low <= (tick := step * number) <= high
    ]


def plot(told: Mapping[str, Any], width: int) -> list[Text]:
    """Return the lines of the picture; none where the terminal is narrow, or no two metrics tell candidates apart."""
    names = axes(told)
    known = [one for one in told["candidates"] if all(name in one["facts"] for name in names)]
    if width < NARROW or len(names) < 2 or not known:
        return []
    x, y = (_axis(name, known) for name in names)
    if x.low == x.high or y.low == y.high:
        return []
    ranks = ranks_of(told)
    points = [(x.at(_value(one, x)), y.at(_value(one, y)), ranks.get(one["candidate"], 0)) for one in known]
    return [_title(told, x, y), *_drawn(points, x, y, min(width, WIDE)), _legend(ranks)]


def axes(told: Mapping[str, Any]) -> list[str]:
    """Return the two metrics that the shown profiles weigh most in all, how right scores are as the second if that is one."""
    shares: dict[str, float] = {}
    for name in told["profiles"]:
        weights = told["priorities"][name]["weights"]
        for metric, weight in weights.items():
            shares[metric] = shares.get(metric, 0.0) + weight / sum(weights.values())
    heaviest = sorted(shares, key=lambda metric: -shares[metric])[:2]
    return sorted(heaviest, key=lambda metric: metric in QUALITIES)


def _axis(name: str, known: Sequence[Mapping[str, Any]]) -> Axis:
    values = [one["facts"][name]["value"] for one in known]
    return Axis(name, known[0]["facts"][name]["unit"], min(values), max(values))


def _value(one: Mapping[str, Any], axis: Axis) -> float:
    return float(one["facts"][axis.metric]["value"])


def ranks_of(told: Mapping[str, Any]) -> dict[str, int]:
    """Return which of ``MARKS`` a candidate has that is more than one of the others, under any profile that is shown."""
    feasible = [one for one in told["profiles"].values() if one["feasible"]]
    ranks = dict.fromkeys(told["front"], 1)
    ranks |= dict.fromkeys((label for one in feasible for label in one["tied"]), 2)
    return ranks | dict.fromkeys((one["candidate"] for one in feasible), 3)


def _title(told: Mapping[str, Any], x: Axis, y: Axis) -> Text:
    up = "↑" if told["metrics"][y.metric]["higher"] else "↓"
    across = "→" if told["metrics"][x.metric]["higher"] else "←"
    return Text.assemble((f"{y.metric} over {x.metric}", "bold"), (f"  {up} {across} better", "dim"))


def _drawn(points: Sequence[tuple[float, float, int]], x: Axis, y: Axis, width: int) -> list[Text]:
    up = {round(y.at(tick) * (ROWS - 1)): units.show(tick, y.unit) for tick in y.ticks()}
    margin = max(map(len, up.values()), default=0) + 1
    columns = width - margin - 4
    across = {round(x.at(tick) * (columns - 1)): units.show(tick, x.unit) for tick in x.ticks()}
    cells: dict[tuple[int, int], int] = {}
    for right, top, rank in points:
        cell = round(right * (columns - 1)), round(top * (ROWS - 1))
        cells[cell] = max(rank, cells.get(cell, 0))
    heads = [f"{up.get(row, ''):>{margin}} {'┤' if row in up else '│'}" for row in range(ROWS)]
    lines = [_row(heads[row], [cells.get((column, row)) for column in range(columns)]) for row in reversed(range(ROWS))]
    rule = "".join("┬" if column in across else "─" for column in range(columns))
    return [*lines, Text(f"{'':{margin + 1}}└{rule}", style="dim"), _figures(across, margin + 2, width)]


def _row(head: str, ranks: Sequence[int | None]) -> Text:
    line = Text.assemble((head, "dim"))
    for rank in ranks:
        line.append(*((" ",) if rank is None else MARKS[rank][:2]))
    line.rstrip()
    return line


def _figures(ticks: Mapping[int, str], margin: int, width: int) -> Text:
    """Return the figures below the axis, each around its tick, where there is room."""
    line = ""
    for cell, text in sorted(ticks.items()):
        start = min(margin + cell - len(text) // 2, width - len(text))
        if not line or start > len(line):
            line = f"{line:{start}}{text}"
    return Text(line, style="dim")


def _legend(ranks: Mapping[str, int]) -> Text:
    used = {0, *ranks.values()}
    parts = [part for rank in (3, 2, 1, 0) if rank in used for part in (MARKS[rank][:2], (f" {MARKS[rank][2]}   ", "dim"))]
    legend = Text.assemble("  ", *parts)
    legend.rstrip()
    return legend
