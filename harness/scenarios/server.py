"""MLPerf's server scenario: queries arrive at random times, whether or not the last one is answered.

The generator is MLPerf's own, LoadGen: Poisson arrivals of a given rate, one sample each. What is tested is a queue with one
serving thread, which takes what waits, up to a number of samples, and answers it in one call: batches grow with the
load and nothing waits for a batch to fill. A latency counts from the *scheduled* arrival, so that a query which the
generator sent late, or which waited, is as late as its user would see it. Of models this knows nothing.

LoadGen sends from a thread of its own and queries are answered in the calling one, where the session was loaded and warmed up:
runtimes keep a pool of workers for each thread that calls them.
"""

from __future__ import annotations

import ctypes
import math
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import mlperf_loadgen as loadgen
import numpy as np
from numpy.typing import NDArray

from harness.errors import HarnessError

Answer = Callable[[Sequence[int]], None]
"""Answers the samples with these indices in one call; blocks until it is done."""

SWITCH_INTERVAL: Final = 1e-5
"""Seconds after which a thread that runs Python lets the generator have the interpreter. With Python's 5 ms, and an answer
that computes in Python for 1 ms, half of the queries were sent more than 2.6 ms late; with this 0.09 ms."""

SAMPLE: Final = re.compile(rb'"name":"Sample".*"ph":"b".*"id":(\d+),"ts":([\d.]+),.*"issue_start_ns":(\d+),"complete_ns":(\d+)')
"""A line of LoadGen's trace: number of the sample, its scheduled arrival (microseconds from the start of the trace), when it was
sent and when it was completed (nanoseconds from the scheduled arrival)."""

MOST_QUERIES: Final = 200_000
"""No probe goes on for its seconds alone beyond so many: LoadGen writes some 700 bytes of trace for each."""

CLOCK_STEP: Final = 0.02
"""LoadGen counts by the wall clock (``std::chrono::high_resolution_clock``): seconds that may be set during a probe."""

ON_TIME: Final = 1e-3
"""The generator keeps up with a rate while the median query is sent, queued and answered at once in so many seconds."""

STEP_DOWN: Final = 0.7
TRIED_RATES: Final = 8
TRIES: Final = 2
BURST: Final = 5_000
FLOOD: Final = 1e7
"""Arrivals per second that no machine sends: the generator is always behind and goes as fast as it can."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """What happened to every query, in the order of arrival; times in seconds."""

    scheduled: NDArray[np.float64]
    """When it was to arrive, from the first one."""
    latencies: NDArray[np.float64]
    """From the scheduled arrival to its answer; infinite where there was none: after an error or the hard time."""
    lateness: NDArray[np.float64]
    """From the scheduled arrival to when the generator sent it."""
    batches: NDArray[np.int64]
    """How many samples each call carried, in order."""
    errors: int
    """Calls that failed, and times the clock was set; if there is one, the figures are void."""
    error: str
    """The first of them."""
    elapsed: float
    """The whole drive, from starting LoadGen until it has ended."""


def probe(
    answer: Answer, rate: float, seconds: float, queries: int, seed: int, batch: int, samples: int, hard_time: float = math.inf
) -> Arrivals:
    """Send queries at ``rate`` per second for ``seconds`` and until there were ``queries``, and return what happened.

    Where that is more than ``MOST_QUERIES``, there are about so many, or ``queries``.
    ``answer`` is called in this thread with 1 to ``batch`` of the indices below ``samples``; what it raises is counted.
    ``hard_time`` seconds after the start nothing is answered any more, so that an overload ends. A call that never
    returns is never given up. Raises ValueError for arguments that LoadGen would hang on.
    """
    if not (0 < rate < math.inf and 0 <= seconds < math.inf and queries > 0 and batch > 0 and samples > 0):
        raise ValueError(f"no server scenario of {queries} queries at {rate} per second, batch {batch}, {samples} samples")
    with tempfile.TemporaryDirectory(prefix="loadgen-") as folder, _prompt_switching():
        begin, clock = time.perf_counter(), _clock_offset()
        service = _Service(answer, batch, begin + hard_time)
        generator = _Generator(service, _settings(rate, seconds, queries, seed), samples, Path(folder))
        generator.start()
        service.serve()
        generator.join()
        elapsed = time.perf_counter() - begin
        if generator.failure:
            raise generator.failure
        service.note_clock(_clock_offset() - clock)
        return _arrivals(_read(Path(folder) / "mlperf_log_trace.json"), service, elapsed)


def ceiling(seconds: float, seed: int) -> float:
    """Return the highest rate (queries per second) that generator, queue and serving thread keep up with by themselves.

    A flood tells how fast they are when they are always behind; from there the rate is lowered until the median query is on
    time. One sample is answered per call: the most work for them. Each burst takes ``seconds`` or 5,000 queries, what is
    shorter, and has another try, since other programs can only make it slower. 0.0 when even a small share of the
    flood's rate is late.
    """

    def burst(rate: float) -> Arrivals:
        return probe(_nothing, rate, 0.0, max(100, int(min(rate * seconds, BURST))), seed, batch=1, samples=1)

    floods = [burst(FLOOD) for _ in range(TRIES)]
    rate = max(len(one.scheduled) / float((one.scheduled + one.latencies).max()) for one in floods)
    for _ in range(TRIED_RATES):
        if any(float(np.median(burst(rate).latencies)) <= ON_TIME for _ in range(TRIES)):
            return rate
        rate *= STEP_DOWN
    return 0.0


class _Service:
    """The system under test: what waits, and one thread that answers it, up to ``batch`` samples a call."""

    def __init__(self, answer: Answer, batch: int, until: float) -> None:
        self.batches: list[int] = []
        self.failed: list[bool] = []
        self.errors = 0
        self.error = ""
        self._answer, self._batch, self._until = answer, batch, until
        self._waiting: SimpleQueue[tuple[int, int] | None] = SimpleQueue()

    def send(self, numbers: list[int], indices: list[int]) -> None:
        """Put a query in the queue; LoadGen calls this in its thread, and an exception here would end the process."""
        self._waiting.put((numbers[0], indices[0]))

    def end(self) -> None:
        """Say that no query follows."""
        self._waiting.put(None)

    def serve(self) -> None:
        """Answer what arrives until the end; every query is completed, whatever happens to its answer."""
        while taken := self._take():
            if time.perf_counter() < self._until:
                self.batches.append(len(taken))
                self.failed.append(not self._call([index for _, index in taken]))
            loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(number, 0, 0) for number, _ in taken])

    def note_clock(self, step: float) -> None:
        """Count it as an error if the wall clock was set by ``step`` seconds, which LoadGen would take for latency."""
        if abs(step) > CLOCK_STEP:
            self._count(f"the wall clock, by which LoadGen counts, was set by {step:.3f} s during the probe")

    def _take(self) -> list[tuple[int, int]]:
        taken = []
        query = self._waiting.get()
        while query is not None:
            taken.append(query)
            if len(taken) == self._batch or self._waiting.empty():
                break
            query = self._waiting.get()
        return taken

    def _call(self, indices: list[int]) -> bool:
        try:
            self._answer(indices)
        except BaseException as error:  # LoadGen waits for ever for a query that is not completed: KeyboardInterrupt counts too
            self._count(f"{type(error).__name__}: {error}")
            return False
        return True

    def _count(self, error: str) -> None:
        self.errors += 1
        self.error = self.error or error


class _Generator(threading.Thread):
    """LoadGen, in a thread that does not outlive the process; its logs go to ``folder``."""

    def __init__(self, service: _Service, settings: loadgen.TestSettings, samples: int, folder: Path) -> None:
        super().__init__(name="loadgen", daemon=True)
        self.failure: Exception | None = None
        self._service, self._settings, self._samples, self._folder = (service, settings, samples, folder)

    def run(self) -> None:
        try:
            self._send()
        except Exception as error:  # raised again by the probe, in its own thread
            self.failure = error
        finally:
            self._service.end()

    def _send(self) -> None:
        _wake_promptly()
        system = loadgen.ConstructFastSUT(self._service.send, _nothing)
        library = loadgen.ConstructQSL(self._samples, self._samples, _nothing, _nothing)
        try:
            unread = str(self._folder / "audit.config")  # else one in the working directory would change the settings
            loadgen.StartTestWithLogSettings(system, library, self._settings, _logs(self._folder), unread)
        finally:
            loadgen.DestroyFastSUT(system)
            loadgen.DestroyQSL(library)


def _nothing(*_: object) -> None:
    pass


def _settings(rate: float, seconds: float, queries: int, seed: int) -> loadgen.TestSettings:
    settings = loadgen.TestSettings()
    settings.scenario = loadgen.TestScenario.Server
    settings.mode = loadgen.TestMode.PerformanceOnly
    settings.server_target_qps = rate
    settings.min_duration_ms = math.ceil(1000 * min(seconds, max(queries, MOST_QUERIES) / rate))
    settings.min_query_count = queries
    # three seeds, since LoadGen draws arrivals and samples from the same generator, and equal seeds would tie them
    seeds = np.random.SeedSequence(seed).generate_state(3)
    (settings.schedule_rng_seed, settings.sample_index_rng_seed, settings.qsl_rng_seed) = (int(one) for one in seeds)
    return settings


def _logs(folder: Path) -> loadgen.LogSettings:
    output = loadgen.LogOutputSettings()
    output.outdir = str(folder)
    output.copy_summary_to_stdout = False
    logs = loadgen.LogSettings()
    logs.log_output = output
    logs.enable_trace = True
    return logs


@contextmanager
def _prompt_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _wake_promptly() -> None:
    """Ask the kernel to end this thread's sleeps when they are over, not up to 50 microseconds later."""
    set_timer_slack = 29
    ctypes.CDLL(None).prctl(set_timer_slack, 1, 0, 0, 0)


def _clock_offset() -> float:
    """Return how far the wall clock is ahead of the monotonic one; of some readings the one that took the least time."""
    readings = [(time.monotonic(), time.time(), time.monotonic()) for _ in range(5)]
    before, wall, after = min(readings, key=lambda reading: reading[2] - reading[0])
    return wall - (before + after) / 2


def _read(trace: Path) -> NDArray[np.float64]:
    """Return a row for each query in order: scheduled, lateness, latency, in seconds."""
    with trace.open("rb") as lines:
        rows = [[float(number) for number in found.groups()] for line in lines if (found := SAMPLE.search(line))]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    ordered: NDArray[np.float64] = table[np.argsort(table[:, 0])][:, 1:] * np.array([1e-6, 1e-9, 1e-9])
    return ordered


def _arrivals(table: NDArray[np.float64], service: _Service, elapsed: float) -> Arrivals:
    batches = np.array(service.batches, dtype=np.int64)
    answered = np.repeat(~np.array(service.failed, dtype=bool), batches)
    if len(table) < len(answered) or len(table) == 0:
        raise HarnessError(f"LoadGen's trace has {len(table)} queries, and {len(answered)} were answered")
    scheduled, lateness, latencies = table.T.copy()
    latencies[: len(answered)][~answered] = math.inf
    latencies[len(answered) :] = math.inf
    from_first = np.round(scheduled - scheduled[0], 9)  # the trace has nanoseconds
    return Arrivals(from_first, latencies, lateness, batches, service.errors, service.error, elapsed)
