"""Ranges: the two ends of a metric, which may move with the baseline, as a list or with their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from harness import units
from harness.metrics import METRICS
from harness.spec import End, Scale
from harness.suitefile.constraints import parse_bound
from harness.suitefile.document import RangeDocument
from harness.suitefile.suggest import note
from harness.suitefile.yaml_text import Path, Reading

FAR: Final = 1e300
"""Beyond every value that a metric may have."""
NEVER_BELOW_ZERO: Final = ("rmse", "mae")
"""Of the metrics without a unit; what has one is never below 0."""


@dataclass(frozen=True, slots=True)
class Range:
    """The ends of a range, from utility 0 to 1; an end of factor 0 does not move."""

    worst: End
    best: End
    scale: Scale = "linear"

    @property
    def relative(self) -> bool:
        """Whether it moves with the baseline."""
        return bool(self.worst.factor or self.best.factor)


def settle(metric: str, raw: Any, reading: Reading, at: Path) -> Range | None:
    """Return the range of ``metric`` that ``raw`` describes, or None when there is a mistake in it."""
    if isinstance(raw, list):
        return _listed(metric, raw, reading, at)
    if isinstance(raw, dict):
        return _named(metric, raw, reading, at)
    reading.mistake(at, "expected two ends", f"like {example(metric)}, or {{worst: …, best: …}}")
    return None


def _listed(metric: str, raw: list[Any], reading: Reading, at: Path) -> Range | None:
    """Return the range between two ends that may stand in either order."""
    if len(raw) != 2:
        reading.mistake(at, f"expected two ends, got {len(raw)}", f"like {example(metric)}")
        return None
    first, second = (_end(metric, end, reading, (*at, i)) for i, end in enumerate(raw))
    if first is None or second is None:
        return None
    order = _order(metric, first, second)
    if order is None:
        reading.mistake(at, "which end is the worse depends on the baseline's value", "say it: {worst: …, best: …}")
    elif order == 0:
        reading.mistake(at, "both ends are equal, so there is nothing to weigh")
    return (Range(first, second) if order < 0 else Range(second, first)) if order else None


def _named(metric: str, raw: dict[str, Any], reading: Reading, at: Path) -> Range | None:
    """Return the range whose ends say which is which."""
    try:
        written = RangeDocument.model_validate(raw)
    except ValidationError as error:
        note(reading, error, RangeDocument, at)
        return None
    named = [name for name in ("best", "target") if name in raw]
    if len(named) != 1:
        message = "best and target mean the same: give one of them" if named else "the best end is missing"
        reading.mistake((*at, *named[1:]), message, None if named else "best: …, or target: …")
        return None
    ends = {name: _end(metric, raw[name], reading, (*at, name)) for name in ("worst", *named)}
    low = [name for name, end in ends.items() if end and not end.factor and end.offset <= 0]
    if written.scale == "log":
        for name in low:
            reading.mistake((*at, name), "a log scale has no end at 0 or below", "give one above 0, or leave out scale: log")
    worst, best = ends.values()
    if worst is None or best is None or (low and written.scale == "log"):
        return None
    order = _order(metric, worst, best)
    if order is not None and order >= 0:
        more = "more" if METRICS[metric].higher else "less"
        message = f"this is better than {named[0]}: {more} of {metric} is better" if order else "both ends are equal"
        reading.mistake((*at, "worst"), message, f"worst and {named[0]} are the other way round" if order else None)
        return None
    return Range(worst, best, written.scale)


def _end(metric: str, raw: Any, reading: Reading, at: Path) -> End | None:
    try:
        if isinstance(raw, str):
            factor, offset = parse_bound(raw.strip(), METRICS[metric].unit)
            return End(factor=factor, offset=offset)
        return End(factor=0.0, offset=units.parse(raw, METRICS[metric].unit))
    except ValueError as error:
        reading.mistake(at, str(error), _meant(raw))
        return None


def _meant(raw: Any) -> str | None:
    """Return a hint where an end has a word that is nearly ``baseline``."""
    words = set(re.findall(r"[A-Za-z]+", raw)) if isinstance(raw, str) else set()
    return "did you mean 'baseline'?" if any(get_close_matches(word, ["baseline"]) for word in words - {"baseline"}) else None


def _order(metric: str, one: End, other: End) -> int | None:
    """Return -1 where ``one`` is the worse end for every value of the baseline, 1 where it is the better, 0 where they are equal.

    None where that depends on the baseline.
    """
    slope, shift = one.factor - other.factor, one.offset - other.offset
    above = {_sign(slope * value + shift) for value in _reach(metric)} - {0}
    if len(above) > 1:
        return None
    return (above.pop() if above else 0) * (1 if METRICS[metric].higher else -1)


def _reach(metric: str) -> tuple[float, float]:
    """Return the least and the greatest value that a metric may have."""
    unit = METRICS[metric].unit
    if unit == units.SHARE:
        return 0.0, 1.0
    return -FAR if unit == units.NUMBER and metric not in NEVER_BELOW_ZERO else 0.0, FAR


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def example(metric: str) -> str:
    """Return a range of the metric as one may write it."""
    return {
        units.SECOND: "[1 ms, 20 ms]",
        units.BYTE: "[1 MB, 100 MB]",
        units.SHARE: "[90 %, 99 %]",
        units.RATE: "[100, 10000]",
        units.COUNT: "[1 M, 50 M]",
        units.JOULE: "[1 mJ, 100 mJ]",
        units.COST: "[0.001, 0.1]",
        units.NUMBER: "[0, 1]",
    }[METRICS[metric].unit]
