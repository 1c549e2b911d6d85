"""What LoadGen's arrivals, the queue and its thread do; nothing here depends on how fast the machine is."""

from __future__ import annotations

import math
import sys
import tempfile
import time

import mlperf_loadgen
import numpy as np
import pytest
from scipy.stats import kstest

from harness.scenarios import server
from harness.scenarios.server import ON_TIME, STEP_DOWN, Arrivals, ceiling, probe


def drive(answer=lambda indices: None, rate=2000.0, seconds=0.0, queries=100, seed=0, batch=4, samples=32, **more):
    return probe(answer, rate, seconds, queries, seed, batch, samples, **more)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_arrivals_are_poisson_of_the_rate_asked_for(seed):
    arrivals = drive(rate=20_000.0, queries=4000, seed=seed)
    assert len(arrivals.scheduled) == 4000
    gaps = np.diff(arrivals.scheduled)
    assert kstest(gaps, "expon", args=(0, 1 / 20_000)).pvalue > 0.001
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 0.06


def test_the_seed_decides_arrivals_and_samples():
    def run(seed):
        asked = []
        scheduled = drive(asked.extend, seed=seed).scheduled
        return asked, scheduled.tolist()

    first, again, other = run(7), run(7), run(8)
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_queries_are_sent_until_both_minima_are_met():
    arrivals = drive(rate=1000.0, seconds=0.2, queries=10)
    assert len(arrivals.scheduled) > 10
    assert arrivals.scheduled[-1] >= 0.2 > arrivals.scheduled[-2]
    assert len(drive(rate=1000.0, seconds=0.01, queries=50).scheduled) == 50


def test_a_high_rate_does_not_fill_the_disk(monkeypatch):
    monkeypatch.setattr(server, "MOST_QUERIES", 150)
    assert 100 < len(drive(rate=1000.0, seconds=60.0, queries=10).scheduled) < 200
    assert len(drive(rate=1000.0, seconds=60.0, queries=300).scheduled) >= 300


def test_every_query_is_answered_once_in_calls_no_larger_than_the_batch():
    sizes = []

    def answer(indices):
        assert set(indices) <= set(range(32))
        sizes.append(len(indices))
        time.sleep(0.004)

    arrivals = drive(answer, batch=4)
    assert sizes == arrivals.batches.tolist()
    assert sum(sizes) == len(arrivals.scheduled) == len(arrivals.latencies) == len(arrivals.lateness)
    assert max(sizes) == 4
    assert (arrivals.errors, arrivals.error) == (0, "")


def test_latency_counts_from_the_schedule():
    """The first answer stalls: all that arrive meanwhile are late, though each is answered at once."""
    calls = []

    def answer(indices):
        calls.append(len(indices))
        time.sleep(0.1 if len(calls) == 1 else 0)

    arrivals = drive(answer, rate=1000.0, queries=100, batch=1)
    assert arrivals.scheduled[0] == 0
    late = arrivals.scheduled < 0.1
    assert late.sum() > 50
    assert (arrivals.latencies[late] >= 0.0999 - arrivals.scheduled[late]).all()
    assert (arrivals.lateness >= 0).all()
    assert (arrivals.latencies >= arrivals.lateness).all()


def test_a_query_completes_after_its_answer_and_before_the_next_one_begins():
    begun, ended = [], []

    def answer(indices):
        begun.append(time.time())
        ended.append(time.time())

    arrivals = drive(answer, batch=1)
    done = arrivals.scheduled + arrivals.latencies
    earliest, latest = (np.array(ended) - done).max(), (np.array(begun)[1:] - done[:-1]).min()
    assert earliest <= latest + 1e-5, "no start of the schedule fits both clocks"


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_answer_that_fails_is_counted_and_ends_nothing(kind):
    calls = []

    def answer(indices):
        calls.append(len(indices))
        if len(calls) in {3, 5}:
            raise kind(f"planted {len(calls)}")

    arrivals = drive(answer, batch=2)
    assert (arrivals.errors, arrivals.error) == (2, f"{kind.__name__}: planted 3")
    unanswered = np.isinf(arrivals.latencies)
    first = sum(calls[:2])
    assert unanswered.sum() == calls[2] + calls[4]
    assert unanswered[first : first + calls[2]].all()
    assert len(arrivals.scheduled) == sum(calls) == 100


def test_after_the_hard_time_nothing_is_answered():
    arrivals = drive(lambda indices: time.sleep(0.02), rate=5000.0, queries=200, batch=1, hard_time=0.1)
    assert len(arrivals.latencies) == 200
    assert len(arrivals.batches) < 200
    assert np.isfinite(arrivals.latencies[: len(arrivals.batches)]).all()
    assert np.isinf(arrivals.latencies[len(arrivals.batches) :]).all()
    assert arrivals.errors == 0


def test_a_generator_that_fails_is_told_and_leaves_nothing_waiting(monkeypatch):
    def start(*args):
        raise MemoryError("planted")

    monkeypatch.setattr(mlperf_loadgen, "StartTestWithLogSettings", start)
    with pytest.raises(MemoryError, match="planted"):
        drive()


def test_a_clock_that_is_set_meanwhile_voids_the_probe(monkeypatch):
    offsets = iter([100.0, 101.0])
    monkeypatch.setattr(server, "_clock_offset", lambda: next(offsets))
    arrivals = drive()
    assert arrivals.errors == 1
    assert "set by 1.000 s" in arrivals.error


def test_nothing_is_read_from_or_left_in_a_folder(tmp_path, monkeypatch):
    """LoadGen would take its settings from an audit.config in the working directory."""
    (tmp_path / "audit.config").write_text("*.Server.min_query_count = 3000\n")
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert len(drive().scheduled) == 100
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["audit.config", "temporary"]


def test_the_interpreter_is_left_as_it_was():
    before, inside = sys.getswitchinterval(), set()
    drive(lambda indices: inside.add(sys.getswitchinterval()))
    assert sys.getswitchinterval() == before
    assert max(inside) < before


@pytest.mark.parametrize(
    "wrong",
    [{"rate": 0.0}, {"rate": math.inf}, {"rate": math.nan}, {"queries": 0}, {"batch": 0}, {"samples": 0}, {"seconds": -1.0}],
)
def test_what_loadgen_would_hang_on_is_refused(wrong):
    with pytest.raises(ValueError, match="no server scenario"):
        drive(**wrong)


@pytest.mark.parametrize(("limit", "answered"), [(5000.0, 20_000.0), (20_000.0, 20_000.0)])
def test_the_ceiling_is_the_largest_rate_tried_that_is_on_time(monkeypatch, limit, answered):
    def planted(answer, rate, seconds, queries, seed, batch, samples):
        scheduled = np.arange(queries) / rate
        latencies = (
            np.arange(queries) / answered if rate > answered else np.full(queries, ON_TIME * (0.5 if rate <= limit else 2))
        )
        return Arrivals(scheduled, latencies, latencies, np.ones(queries, dtype=np.int64), 0, "", 0.0)

    monkeypatch.setattr(server, "probe", planted)
    assert limit * STEP_DOWN * 0.98 <= ceiling(0.25, seed=0) <= limit * 1.02


def test_a_generator_that_is_always_late_has_no_ceiling(monkeypatch):
    def planted(answer, rate, seconds, queries, seed, batch, samples):
        late = np.full(queries, 1.0)
        return Arrivals(np.arange(queries) / rate, late, late, np.ones(queries, dtype=np.int64), 0, "", 0.0)

    monkeypatch.setattr(server, "probe", planted)
    assert ceiling(0.25, seed=0) == 0.0


def test_the_ceiling_goes_through_loadgen():
    assert ceiling(0.02, seed=0) >= 0.0
