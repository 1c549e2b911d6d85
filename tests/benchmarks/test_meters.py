"""What the meters cost and how right they are: `nox -s benchmarks` prints the figures; nothing is asserted on time."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness.launch import WATCH_INTERVAL
from harness.measure import memory
from harness.measure.contention import Usage
from harness.measure.frequency import Speed

PLANTED = 200_000_000
ALLOCATE = """
import sys
import numpy as np
from harness.measure import memory
memory.reset_peak()
before = memory.peak()
block = np.empty(int(sys.argv[1]), dtype=np.uint8)
block[::4096] = 1
del block
print(memory.peak() - before)
"""


def _peak() -> int:
    ran = subprocess.run([sys.executable, "-c", ALLOCATE, str(PLANTED)], capture_output=True, text=True, check=True)
    return int(ran.stdout)


def test_a_peak_of_200_megabytes(benchmark: BenchmarkFixture) -> None:
    read = benchmark.pedantic(_peak, rounds=5)
    print(f"\npeak of {PLANTED / 1e6:.0f} MB read as {read / 1e6:.2f} MB ({read / PLANTED - 1:+.2%})")
    assert read == pytest.approx(PLANTED, rel=0.02)


def test_one_reading_of_usage(benchmark: BenchmarkFixture) -> None:
    benchmark(Usage.now)


def test_one_reading_of_frequencies(benchmark: BenchmarkFixture) -> None:
    benchmark(Speed.now)


def test_one_reading_of_resident_memory(benchmark: BenchmarkFixture) -> None:
    benchmark(memory.resident)


def test_watching_a_process_for_two_seconds(benchmark: BenchmarkFixture) -> None:
    """Not its wall time is of interest but the CPU time of whoever watches, which is printed."""
    shares = []

    def watch() -> None:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"])
        wall, cpu = time.perf_counter(), time.process_time()
        memory.watch(process, WATCH_INTERVAL, 30)
        shares.append((time.process_time() - cpu) / (time.perf_counter() - wall))

    benchmark.pedantic(watch, rounds=2, warmup_rounds=1)
    print(f"\nwatching takes {max(shares):.2%} of a core")
    assert max(shares) < 0.01
