"""Memory as the kernel tells it, in a process of its own: this one has grown already."""

import subprocess
import sys
import time

import psutil
import pytest

from harness.launch import WATCH_INTERVAL
from harness.measure import memory

SCRIPT = """
import numpy as np
from harness.measure import memory
MIB = 2**20
before, peak_before = memory.resident(), memory.peak()
block = np.ones(200 * MIB // 8)
grown = memory.resident() - before
risen = memory.peak() - before
del block
after = memory.resident() - before
kept = memory.peak() - before
allowed = memory.reset_peak()
low = memory.peak() - before
print(*(round(value / MIB) for value in (grown, risen, after, kept, low)), allowed, peak_before >= before)
"""


def test_200_megabytes_are_seen_while_they_are_there_and_in_the_peak_until_it_is_reset():
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout.split()
    grown, risen, after, kept, low = map(int, told[:5])
    assert 195 <= grown <= 210
    assert 195 <= risen <= 210
    assert after < 20
    assert kept >= 195
    assert told[5:] == ["True", "True"]
    assert low < 20


EXACT = """
from harness.measure import memory
import numpy as np
allowed = memory.reset_peak()
before = memory.peak()
block = np.empty(200_000_000, dtype=np.uint8)
block[::4096] = 1
del block
print(memory.peak() - before, allowed)
"""


def test_a_peak_of_200_megabytes_is_read_within_two_percent():
    told = subprocess.run([sys.executable, "-c", EXACT], capture_output=True, text=True, check=True).stdout.split()
    assert int(told[0]) == pytest.approx(200e6, rel=0.02)
    assert told[1] == "True"


def watching():
    """Return the share of a core that watching a process takes which sleeps for two seconds."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"])
    wall, cpu = time.perf_counter(), time.process_time()
    seen = memory.watch(process, WATCH_INTERVAL, 30)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert wall >= 2
    assert len(seen) >= 10
    return cpu / wall


def test_whoever_watches_uses_less_than_a_hundredth_of_a_core():
    memory.watch(subprocess.Popen([sys.executable, "-c", ""]), 0.05, 10)  # what is imported once is not counted
    assert any(watching() < 0.01 for _ in range(3))  # 0.3 % here; a core that is shared makes every look dearer


def test_a_process_is_watched_until_it_ends():
    code = "import time; block = bytearray(80 * 2**20); block[::4096] = b'x' * len(block[::4096]); time.sleep(0.5)"
    process = subprocess.Popen([sys.executable, "-c", code])
    seen = memory.watch(process, 0.05, 30)
    assert process.poll() == 0
    assert seen[0][0] == 0
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    assert max(used for _, used in seen) > 80 * 2**20


def test_a_process_that_does_not_end_is_watched_no_longer_than_the_limit():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        memory.watch(process, 0.05, 0.3)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_process_that_ended_before_it_was_looked_at_has_nothing_to_show():
    process = subprocess.Popen([sys.executable, "-c", ""])
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert memory.watch(process, 0.05, 1.0) == []
    assert process.returncode == 0
