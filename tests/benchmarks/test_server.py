"""The server scenario against a planted truth, and what its generator can do here; nothing is asserted on time.

The system answers any batch in a fixed time, so the exact peak is known by simulating the same queue with very many queries. The
search is the product's own: each probe is a fresh process with a seed of its own, and LoadGen sends. Other programs on
the machine make calls longer than planted, and the peak lower: the mean call and how late LoadGen sent tell of that.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.scenarios.peak import Trial, find, judge

ROOT = Path(__file__).parents[2]
SERVICE = 10e-3
LIMIT = 100e-3
PERCENTILE = 0.99
SECONDS = 20.0
QUERIES = 1000

PROBE = """
import json, sys, time
import numpy as np
from harness.scenarios.server import probe
service, rate, seconds, queries, seed, batch = json.loads(sys.argv[1])
took = []
def answer(indices):
    begin = time.perf_counter()
    time.sleep(service * 0.9)
    while time.perf_counter() < begin + service:
        pass
    took.append(time.perf_counter() - begin)
seen = probe(answer, rate, seconds, queries, seed, batch, 64)
print(json.dumps([seen.latencies.tolist(), seen.lateness.tolist(), seen.batches.mean(), seen.errors, took]))
"""


def _python(code: str, *args: object) -> list[object]:
    done = subprocess.run([sys.executable, "-P", "-c", code, json.dumps(args)], check=True, capture_output=True, cwd=ROOT)
    return json.loads(done.stdout)


def _latencies(rate: float, queries: int, batch: int) -> NDArray[np.float64]:
    """Simulate the queue exactly: its one thread takes what waits, up to ``batch``, and needs ``SERVICE``."""
    arrivals = np.cumsum(np.random.default_rng(0).exponential(1 / rate, queries))
    done, free, first = np.empty(queries), 0.0, 0
    while first < queries:
        begin = max(free, arrivals[first])
        last = min(first + batch, int(np.searchsorted(arrivals, begin, side="right")))
        free = begin + SERVICE
        done[first:last] = free
        first = last
    return done - arrivals


def _exact_peak(batch: int) -> float:
    low, high = 0.1 / SERVICE, batch / SERVICE
    while high / low > 1.002:
        middle = math.sqrt(low * high)
        held = np.quantile(_latencies(middle, 300_000, batch), PERCENTILE) <= LIMIT
        low, high = (middle, high) if held else (low, middle)
    return low


@pytest.mark.parametrize("batch", [1, 4])
def test_the_peak_of_a_queue_with_a_known_service_time(batch: int) -> None:
    """Search the peak of a system that needs 10 ms a call, with a limit of 100 ms for p99."""
    seeds = count(1)

    def probe(rate: float) -> Trial:
        latencies, lateness, size, errors, took = _python(PROBE, SERVICE, rate, SECONDS, QUERIES, next(seeds), batch)
        assert errors == 0
        holds, observed = judge(latencies, PERCENTILE, LIMIT)
        late, late99 = 1e6 * np.quantile(lateness, [0.5, 0.99])
        verdict = "holds" if holds else "fails"
        print(f"  {rate:7.1f}/s  {verdict}  p99 {1000 * (observed or math.nan):6.2f} ms, {len(latencies)} queries,", end="")
        print(f" {size:.2f} a call of {1000 * np.mean(took):.3f} ms, sent late by {late:.0f} us (p50), {late99:.0f} us (p99)")
        return Trial(rate, holds, observed, len(latencies))

    print(f"\nbatch {batch}")
    begin = time.monotonic()
    peak = find(probe, 0.7 / SERVICE, 1e6)
    print(f"  {len(peak.trials)} probes in {time.monotonic() - begin:.0f} s, {peak.stop}: {peak.low:.1f} to {peak.high:.1f}/s")
    exact = _exact_peak(batch)
    low, high = 100 * (peak.low / exact - 1), 100 * (peak.high / exact - 1)
    print(f"  exact peak {exact:.1f}/s; found {low:+.1f} to {high:+.1f} % of it")


def test_the_ceiling_of_the_generator() -> None:
    """Measure the ceiling a few times, each in a fresh process."""
    code = "import json, time; from harness.scenarios.server import ceiling; a = time.monotonic();"
    code += "print(json.dumps([ceiling(0.25, 0), time.monotonic() - a]))"
    for rate, took in (_python(code) for _ in range(5)):
        print(f"\n  generator's ceiling {rate:.0f}/s, measured in {took:.1f} s", end="")
    print()
