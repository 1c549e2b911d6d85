"""Signs of contention: exact differences of planted readings, verdicts on planted usage, and real load on real cores."""

import json
import math
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.contention import RATIO, Usage, grade, machine_time, pressure_time, shares, waiting_time

QUIET = {
    "wall": 1.0,
    "cpu": 1.0,
    "involuntary": 4.0,
    "waited": 0.001,
    "stolen": 0.0,
    "pressure": 0.001,
    "others": 0.01,
    "cores": 4.0,
    "machine": 4.0,
}
STAT = "cpu  1000 100 200 9000 50 10 20 300 0 0\ncpu0 500 50 100 4500 25 5 10 150 0 0\n"


def without(usage, *names):
    return {name: value for name, value in usage.items() if name not in names}


def test_the_difference_of_two_readings_is_what_happened_between_them():
    told = Usage(12.0, 5.0, 30).since(Usage(10.0, 4.5, 10))
    assert told == {"wall": 2.0, "cpu": 0.5, "involuntary": 20.0}


def test_the_difference_holds_all_that_both_readings_know():
    early = Usage(10.0, 4.0, 10, {"1": 5, "2": 7_000_000_000, "4": 9}, 100.0, 8.0, 3.0, 2, 8)
    late = Usage(12.0, 5.5, 10, {"1": 500_000_005, "2": 7_250_000_000, "3": 1_000_000_000}, 104.0, 8.5, 3.25, 2, 8)
    assert late.since(early) == {
        "wall": 2.0,
        "cpu": 1.5,
        "involuntary": 0.0,
        "waited": 1.75,
        "stolen": 0.5,
        "pressure": 0.25,
        "others": 2.5,
        "cores": 2.0,
        "machine": 8.0,
    }


def test_a_thread_that_took_the_id_of_an_older_one_does_not_wait_backwards():
    late, early = Usage(2.0, 1.0, 0, {"1": 10, "2": 0}), Usage(1.0, 0.5, 0, {"1": 0, "2": 10**12})
    assert late.since(early)["waited"] == pytest.approx(10e-9)


def test_what_a_kernel_does_not_tell_is_absent(tmp_path):
    told = Usage.now(tmp_path).since(Usage.now(tmp_path))
    assert set(told) == {"wall", "cpu", "involuntary", "cores", "machine"}


def test_readings_come_from_the_kernels_files(tmp_path):
    (tmp_path / "self/task/77").mkdir(parents=True)
    (tmp_path / "self/task/77/schedstat").write_text("519102936 178793 4\n")
    (tmp_path / "pressure").mkdir()
    (tmp_path / "pressure/cpu").write_text("some avg10=0.02 avg60=0.38 avg300=0.56 total=546642768\nfull avg10=0.00 total=0\n")
    (tmp_path / "stat").write_text(STAT)
    now = Usage.now(tmp_path)
    ticks = os.sysconf("SC_CLK_TCK")
    assert now.waits == {"77": 178793}
    assert (now.busy, now.stolen, now.pressure) == (1330 / ticks, 300 / ticks, 546.642768)


def test_work_shows_as_cpu_time():
    before = Usage.now()
    sum(i * i for i in range(2_000_000))
    used = Usage.now().since(before)
    assert used["cpu"] > 0
    assert used["wall"] > 0
    assert used["involuntary"] >= 0


def test_a_reading_is_quick():
    costs = []
    for _ in range(50):
        start = time.thread_time()
        Usage.now()
        costs.append(time.thread_time() - start)
    threads = len(Usage.now().waits or ())
    assert min(costs) < 2e-4 + threads * 2e-5


@pytest.mark.parametrize(
    ("change", "queries", "threads", "verdict"),
    [
        ({}, 100, 1, "clean"),
        ({"waited": 0.14}, 100, 1, "clean"),
        ({"waited": 0.16}, 100, 1, "contended"),
        ({"cpu": 2.0, "waited": 0.29}, 100, 2, "clean"),
        ({"cpu": 2.0, "waited": 0.31}, 100, 2, "contended"),
        ({"involuntary": 800.0}, 80, 2, "clean"),
        ({"waited": 0.06, "involuntary": 20.0}, 100, 1, "clean"),
        ({"waited": 0.06, "involuntary": 21.0}, 100, 1, "contended"),
        ({"waited": 0.04, "involuntary": 99.0}, 100, 1, "clean"),
        ({"waited": 0.06, "pressure": 0.21}, 100, 1, "contended"),
        ({"pressure": 1.0}, 100, 1, "clean"),
        ({"cpu": 0.01, "waited": 0.01, "involuntary": 0.0}, 100, 1, "clean"),
        ({"cpu": 0.01, "waited": 0.03, "involuntary": 0.0}, 100, 1, "contended"),
        ({"cpu": 0.5}, 100, 1, "clean"),
        ({"waited": 3.0}, 100, 5, "clean"),
        ({"waited": 3.0, "others": 1.0}, 100, 5, "contended"),
        ({"stolen": 0.17}, 100, 1, "clean"),
        ({"stolen": 0.20}, 100, 1, "contended"),
        ({"others": 0.83}, 100, 1, "clean"),
        ({"others": 0.85}, 100, 1, "contended"),
    ],
)
def test_a_timing_is_contended_when_waiting_stealing_or_others_say_so(change, queries, threads, verdict):
    assert grade(QUIET | change, queries, threads) == verdict


@pytest.mark.parametrize(
    ("change", "queries", "verdict"),
    [
        ({}, 100, "clean"),
        ({"cpu": 0.01}, 100, "clean"),
        ({"involuntary": 500.0}, 100, "clean"),
        ({"cpu": 0.86, "involuntary": 21.0}, 100, "contended"),
        ({"cpu": 0.88, "involuntary": 21.0}, 100, "clean"),
        ({"cpu": 0.86, "involuntary": 19.0}, 100_000, "clean"),
        ({"cpu": 0.86, "involuntary": 21.0}, 100_000, "contended"),
    ],
)
def test_where_waiting_is_not_told_wall_over_cpu_and_switches_stand_in(change, queries, verdict):
    old = without(QUIET, "waited", "stolen", "pressure", "others", "cores", "machine")
    assert grade(old | change, queries, 1) == verdict


@given(
    usage=st.fixed_dictionaries(
        {"wall": st.floats(0, 1e6), "cpu": st.floats(0, 1e6), "involuntary": st.integers(0, 10**9).map(float)},
        optional=dict.fromkeys(("waited", "stolen", "pressure", "others", "cores", "machine"), st.floats(0, 1e6)),
    ),
    queries=st.integers(0, 10**6),
    threads=st.integers(1, 512),
    more=st.floats(1, 100),
)
def test_more_waiting_never_makes_a_timing_cleaner(usage, queries, threads, more):
    worse = usage | ({"waited": usage["waited"] * more} if "waited" in usage else {})
    assert (grade(usage, queries, threads), grade(worse, queries, threads)) != ("contended", "clean")


@given(st.text())
def test_odd_text_from_the_kernel_is_not_known(text):
    for read in (machine_time(text)[0], machine_time("cpu " + text)[0], pressure_time(text), pressure_time("some " + text)):
        assert read is None or (math.isfinite(read) and read >= 0)
    assert waiting_time(text) is None or waiting_time(text) >= 0


@given(st.lists(st.integers(0, 10**12), min_size=10, max_size=10))
def test_every_count_of_the_kernel_is_read_exactly(counts):
    ticks = os.sysconf("SC_CLK_TCK")
    busy = sum(counts[:3]) + counts[5] + counts[6]
    assert machine_time(f"cpu  {' '.join(map(str, counts))}\ncpu0 1") == (busy / ticks, counts[7] / ticks)
    assert waiting_time(f"{counts[0]} {counts[1]} {counts[2]}\n") == counts[1]
    assert pressure_time(f"some avg10=1.00 total={counts[0]}\nfull avg10=0.00 total=1") == counts[0] / 1e6


BESIDE = """
import json, os, sys, time
from harness.measure.contention import Usage, grade
core = int(sys.argv[1])
os.sched_setaffinity(0, {core})
end, queries = time.perf_counter() + 0.6, 0
child = os.fork()
if child == 0:
    while time.perf_counter() < end + 1:
        pass
    os._exit(0)
before = Usage.now()
while time.perf_counter() < end:
    sum(range(20000))
    queries += 1
usage = Usage.now().since(before)
os.kill(child, 9)
print(json.dumps([usage, grade(usage, queries, 1)]))
"""


@pytest.mark.skipif(Usage.now().waits is None, reason="this kernel has no schedstat")
def test_a_busy_process_on_the_same_core_is_seen_as_waiting():
    core = max(os.sched_getaffinity(0))
    ran = subprocess.run([sys.executable, "-c", BESIDE, str(core)], capture_output=True, text=True, check=True)
    usage, verdict = json.loads(ran.stdout)
    assert usage["waited"] > 0.3 * usage["cpu"]
    assert verdict == "contended"


def test_a_process_that_sleeps_has_not_waited():
    before = Usage.now()
    time.sleep(0.5)
    usage = Usage.now().since(before)
    assert usage["wall"] > RATIO * usage["cpu"]
    assert usage.get("waited", 0.0) < 0.2


def test_the_shares_are_what_the_grade_looks_at():
    usage = {"wall": 10.0, "cpu": 4.0, "waited": 1.0, "others": 2.0, "stolen": 2.0, "machine": 2.0}
    assert shares(usage) == {"waited": 0.25, "others": 0.1, "stolen": 0.25}
    assert shares({"wall": 10.0, "cpu": 4.0}) == {}
    assert shares({"wall": 10.0, "cpu": 0.0, "waited": 1.0, "others": 2.0}) == {}
