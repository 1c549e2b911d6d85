"""The scenarios in which one query follows the other: they differ in what a query is and in what is read off it.

A timing ends when it has its minimum of queries and of time and its target statistic is precise enough, or reaches one
of its maxima; the hard limit ends it in any case. Warm-up ends when the queries stop getting faster, or after a quarter
of the longest time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from harness import precision
from harness.interfaces import Clock, Sizing, Timeline

WARM_UP_AT_LEAST: Final = 5
WARM_UP_WINDOW: Final = 5
STEADY: Final = 0.95
"""Steady when the last window's fastest query is no faster than this share of the fastest before it."""
LOOK_AGAIN: Final = 1.25
"""The precision is looked at whenever the queries have grown by this factor: rarely, since a look takes time and chances."""

Query = Callable[[int], None]
Ready = Callable[[], None]
"""Called once, between warm-up and timing: meters start there."""
Width = Callable[[Sequence[float]], float]
"""From durations to the relative half-width of the interval of what is read off them."""


def single_stream(query: Query, clock: Clock, sizing: Sizing, options: Mapping[str, Any], ready: Ready) -> Timeline:
    """Send queries one after another; the durations are latencies, and their median is what must be precise."""
    return _drive(query, clock, sizing, ready, precision.of_median)


def multi_stream(query: Query, clock: Clock, sizing: Sizing, options: Mapping[str, Any], ready: Ready) -> Timeline:
    """Send queries of several samples one after another, each as many calls as its samples need."""
    calls = -(-int(options.get("samples", 8)) // sizing.batch_size)

    def several(number: int) -> None:
        for call in range(number * calls, (number + 1) * calls):
            query(call)

    return _drive(several, clock, sizing, ready, precision.of_median)


def offline(query: Query, clock: Clock, sizing: Sizing, options: Mapping[str, Any], ready: Ready) -> Timeline:
    """Send queries back to back; samples over the time spent in them is the throughput, and must be precise."""
    return _drive(query, clock, sizing, ready, precision.of_mean, looks=2)


def _drive(query: Query, clock: Clock, sizing: Sizing, ready: Ready, width: Width, looks: int = 1) -> Timeline:
    warm_up = _warm_up(query, clock, sizing)
    ending = _Ending(sizing, width, looks)
    durations: list[float] = []
    ready()
    start = end = clock()
    stop = ""
    while not stop:
        begin = clock()
        query(len(warm_up) + len(durations))
        end = clock()
        durations.append(end - begin)
        stop = ending.reason(durations, end - start)
    return Timeline(warm_up, durations, end - start, stop)


class _Ending:
    """Says when a timing is over, and why. Most calls are two comparisons: it stands in the loop that is timed."""

    def __init__(self, sizing: Sizing, width: Width, looks: int) -> None:
        self.sizing = sizing
        self.looks = looks
        self.width = width
        self.left = looks
        """How many looks in a row must still find it precise: a width of few batches is lucky now and then."""
        self.look = sizing.min_queries
        """How many queries there must be before it is worth looking closer."""

    def reason(self, durations: list[float], elapsed: float) -> str:
        """Return why the timing is over, or nothing."""
        sizing = self.sizing
        if elapsed >= sizing.hard_time:
            return "hard_time"
        count = len(durations)
        if count < sizing.min_queries or elapsed < sizing.min_time:
            return ""
        if count >= sizing.max_queries:
            return "max_queries"
        if elapsed >= sizing.max_time:
            return "max_time"
        if count < self.look:
            return ""
        self.look = math.ceil(count * LOOK_AGAIN)
        self.left = self.left - 1 if self.width(durations) <= sizing.precision else self.looks
        return "" if self.left else "precision"


def _warm_up(query: Query, clock: Clock, sizing: Sizing) -> list[float]:
    durations: list[float] = []
    start = clock()
    while clock() - start < sizing.max_time / 4 or len(durations) < 1:
        begin = clock()
        query(len(durations))
        durations.append(clock() - begin)
        if len(durations) >= WARM_UP_AT_LEAST + WARM_UP_WINDOW and _is_steady(durations):
            break
    return durations


def _is_steady(durations: list[float]) -> bool:
    return min(durations[-WARM_UP_WINDOW:]) >= STEADY * min(durations[:-WARM_UP_WINDOW])
