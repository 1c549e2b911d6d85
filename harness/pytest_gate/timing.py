"""A callable, timed as the harness times a query: warm-up, until precise enough, wall and processor time, every sample kept."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from harness import stats
from harness.gate import statistic
from harness.interfaces import Sizing
from harness.measure.contention import Usage, grade
from harness.record import Quality
from harness.scenarios.back_to_back import single_stream

SHORTEST: Final = 1e-4
"""Seconds of a sample: several calls are one sample where a call takes less, since the clocks take half a microsecond."""
TRIES: Final = 5
"""Calls from which it is told how long one takes."""

Setup = Callable[[], tuple[Sequence[Any], Mapping[str, Any]] | None]
"""Is called before each sample, untimed; may return positional and keyword arguments."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a callable took; every sample is of so many ``calls``, in seconds of one call. ``value`` is what it returned last."""

    value: Any
    calls: int
    warm_up: tuple[float, ...]
    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    stop: str
    quality: Quality

    def facts(self) -> dict[str, Any]:
        """Return what follows from the samples, and those that pytest-benchmark has no place for, as plain data."""
        estimates = {name: stats.percentile(self.wall, p) for name, p in (("latency_p50", 0.5), ("latency_p90", 0.9))}
        best = math.exp(float(statistic.best(np.array(self.wall), higher=False)))
        return {
            "latency": best,
            **{name: one._asdict() for name, one in estimates.items() if one},
            "cpu_time": list(self.cpu),
            "warm_up": list(self.warm_up),
            "calls": self.calls,
            "stop": self.stop,
            "quality": self.quality,
        }


class Timed:
    """A callable as a query, and a clock that stands still while it is set up."""

    def __init__(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], setup: Setup | None) -> None:
        self.function, self.args, self.kwargs, self.setup = function, args, kwargs, setup
        self.calls = 1
        self.cpu: list[float] = []
        self.value: Any = None
        self._aside = 0.0

    def clock(self) -> float:
        """Return the seconds that did not go into setting up."""
        return time.perf_counter() - self._aside

    def query(self, number: int) -> None:
        """Call it as often as a sample has calls."""
        args, kwargs = self._arguments()
        function, calls = self.function, range(self.calls)
        cpu = time.process_time()
        for _ in calls:
            self.value = function(*args, **kwargs)
        self.cpu.append((time.process_time() - cpu) / self.calls)

    def size(self) -> None:
        """Settle how many calls a sample has; of a callable that is set up for each call it is one."""
        if self.setup is not None:
            return
        taken = []
        for number in range(TRIES):
            begin = self.clock()
            self.query(number)
            taken.append(self.clock() - begin)
        self.calls = max(1, math.ceil(SHORTEST / max(statistics.median(taken), 1e-9)))

    def _arguments(self) -> tuple[Sequence[Any], Mapping[str, Any]]:
        if self.setup is None:
            return self.args, self.kwargs
        begin = time.perf_counter()
        told = self.setup()
        self._aside += time.perf_counter() - begin
        return told or (self.args, self.kwargs)


def timed(one: Timed, sizing: Sizing) -> Timing:
    """Return what a callable took, timed until it is precise enough or a limit of ``sizing`` is reached."""
    seen: list[Usage] = []

    def ready() -> None:
        one.cpu.clear()  # those of the warm-up
        seen.append(Usage.now())

    with _undisturbed():
        one.size()
        timeline = single_stream(one.query, one.clock, sizing, {}, ready)
        usage = Usage.now().since(seen[0])
    return Timing(
        value=one.value,
        calls=one.calls,
        warm_up=tuple(_single(timeline.warm_up, one.calls)),
        wall=tuple(_single(timeline.queries, one.calls)),
        cpu=tuple(one.cpu),
        stop=timeline.stop,
        quality=grade(usage, len(timeline.queries), threads=1),
    )


def _single(durations: Sequence[float], calls: int) -> Iterator[float]:
    return (one / calls for one in durations)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Collect no garbage meanwhile: a collection would be put down to a sample."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
