"""Where a metric's blocks lie, as places in a small drawing: each a dot, worse to the right, the oldest at the top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from harness.gate import statistic, stored, timed
from harness.gate.samples import Case, Metric, Samples
from harness.gate.verdict import Judgement
from harness.report import wording

WIDTH: Final = 320
HEIGHT: Final = 64
TOP: Final = 16
"""Room for the figures above the dots."""
EDGE: Final = 6
ROOM: Final = 1.25
"""How many times as far as what is to be caught, and as the estimate, a drawing reaches at least."""
INSIDE: Final = 0.95
"""Share of the dots that it reaches; the others are drawn at its edge."""
MOST: Final = 4.0
"""How many times as far as what is to be caught it reaches for the sake of bounds."""


class Dot(NamedTuple):
    """A block, or an earlier job."""

    x: float
    y: float
    clean: bool
    told: str


class Strip(NamedTuple):
    """The drawing of a metric: places from left to right, and its dots."""

    none: float
    tol: float
    detect: float
    estimate: float | None
    span: tuple[float, float] | None
    """The ends of the bar of the bounds."""
    dots: tuple[Dot, ...]


class _Point(NamedTuple):
    worse: float
    clean: bool
    what: str


def strip(samples: Samples, one: Judgement) -> Strip | None:
    """Return the drawing of what a judgement rests on; None where there is nothing to draw."""
    case = next(case for case in samples.cases if case.name == one.case)
    metric = next((metric for metric in case.metrics if metric.name == one.metric), None)
    if metric is None or one.verdict in ("missing", "refused"):
        return None
    points = _jobs(samples, case, metric) if one.kind == "stored" else _blocks(case, metric)
    return _placed(points, metric, one) if points else None


def _blocks(case: Case, metric: Metric) -> list[_Point]:
    clean = [all(turn.quality == "clean" for turn in block.turns().values()) for block in case.blocks]
    worse = timed.differences(case, metric) if case.blocks else ()
    return [_Point(float(each), clean[at], f"block {at + 1}") for at, each in enumerate(worse)]


def _jobs(samples: Samples, case: Case, metric: Metric) -> list[_Point]:
    assert samples.history is not None, "a judgement by earlier jobs has them"
    known = stored.earlier(case, metric, samples.history, samples.environment)
    worse = statistic.worse(known.mean(), known, metric.higher) if len(known) else ()
    return [_Point(float(each), True, f"earlier job {at}") for at, each in enumerate(worse, 1)]


def _placed(points: Sequence[_Point], metric: Metric, one: Judgement) -> Strip:
    estimate, *bounds = (_worse(end, metric.higher) for end in (one.change, one.low, one.high))
    low, high = reversed(bounds) if metric.higher else bounds
    tol, detect = math.log1p(metric.tol), math.log1p(metric.detect)
    dots = float(np.quantile([abs(point.worse) for point in points], INSIDE))
    widest = max(abs(bound or 0.0) for bound in bounds)
    reach = max(dots, ROOM * detect, ROOM * abs(estimate or 0.0), min(MOST * detect, widest))

    def place(worse: float) -> float:
        inside = max(-1.0, min(1.0, worse / reach))
        return round(WIDTH / 2 + inside * (WIDTH / 2 - EDGE), 1)

    step = (HEIGHT - TOP - 2 * EDGE) / max(1, len(points) - 1)
    return Strip(
        none=place(0.0),
        tol=place(tol),
        detect=place(detect),
        estimate=None if estimate is None else place(estimate),
        span=None if low is None or high is None else (place(low), place(high)),
        dots=tuple(
            Dot(place(point.worse), round(TOP + EDGE + at * step, 1), point.clean, _told(point, metric.higher))
            for at, point in enumerate(points)
        ),
    )


def _worse(change: float | None, higher: bool) -> float | None:
    """Return a change as a logarithm that is positive for the worse."""
    return None if change is None or change <= -1 else math.log1p(change) * (-1 if higher else 1)


def _told(point: _Point, higher: bool) -> str:
    change = statistic.change(point.worse, higher) or 0.0
    return f"{point.what}: {wording.signed(100 * change, 1)} %" + ("" if point.clean else ", disturbed")
