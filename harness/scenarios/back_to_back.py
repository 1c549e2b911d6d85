"""The two scenarios in which one query follows the other: they differ in what is read off them.

A timing ends when it has its minimum of queries and of time and reaches one of its maxima; the hard limit ends it in
any case. Warm-up ends when the queries stop getting faster, or after a quarter of the longest time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from harness.interfaces import Clock, Sizing, Timeline

WARM_UP_AT_LEAST: Final = 5
WARM_UP_WINDOW: Final = 5
STEADY: Final = 0.95
"""Steady when the last window's fastest query is no faster than this share of the fastest before it."""

Query = Callable[[int], None]


def single_stream(query: Query, clock: Clock, sizing: Sizing) -> Timeline:
    """Send queries one after another; the durations are latencies."""
    return _drive(query, clock, sizing, sizing.max_queries)


def offline(query: Query, clock: Clock, sizing: Sizing) -> Timeline:
    """Send queries back to back for the time given; samples over elapsed time is the throughput."""
    return _drive(query, clock, sizing, None)


def _drive(query: Query, clock: Clock, sizing: Sizing, enough: int | None) -> Timeline:
    warm_up = _warm_up(query, clock, sizing)
    durations: list[float] = []
    start = end = clock()
    stop = ""
    while not stop:
        begin = clock()
        query(len(warm_up) + len(durations))
        end = clock()
        durations.append(end - begin)
        stop = _stop(len(durations), end - start, sizing, enough)
    return Timeline(warm_up, durations, end - start, stop)


def _stop(count: int, elapsed: float, sizing: Sizing, enough: int | None) -> str:
    if elapsed >= sizing.hard_time:
        return "hard_time"
    if count < sizing.min_queries or elapsed < sizing.min_time:
        return ""
    if enough is not None and count >= enough:
        return "max_queries"
    return "max_time" if elapsed >= sizing.max_time else ""


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
