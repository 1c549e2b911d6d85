"""Planted truth: what a query takes is what the scenario reads, and how sure it is decides when it stops."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from harness import precision, stats
from harness.interfaces import Sizing
from harness.scenarios.back_to_back import LOOK_AGAIN, WARM_UP_AT_LEAST, WARM_UP_WINDOW, multi_stream, offline, single_stream
from harness.testing import FakeClock

STEP = 2**-7
"""About 8 ms, and exact in floating point."""
SIZES = {"min_queries": 64, "min_time": 0.3, "max_queries": 662, "max_time": 1.0, "hard_time": 20.0, "precision": 0.02}


def drive(scenario, seconds=STEP, options=None, ready=lambda: None, **sizing):
    """Drive calls that take ``seconds``, a number or one for each call, in their order."""
    clock, calls = FakeClock(), []

    def query(number):
        clock.sleep(seconds if isinstance(seconds, float | int) else seconds[len(calls)])
        calls.append(number)

    return scenario(query, clock, Sizing(**SIZES | sizing), options or {}, ready)


def noisy(sd, median=STEP, seed=0, count=60_000):
    """Return durations that spread around a median."""
    return np.random.default_rng(seed).lognormal(math.log(median), sd, count).tolist()


@pytest.mark.parametrize("scenario", [single_stream, offline])
def test_a_query_reads_exactly_what_it_takes(scenario):
    timeline = drive(scenario)
    assert set(timeline.queries) == {STEP}
    assert timeline.elapsed == STEP * len(timeline.queries)


@pytest.mark.parametrize(
    ("samples", "batch", "calls"), [(8, 1, 8), (8, 3, 3), (8, 8, 1), (8, 16, 1), (1, 1, 1), (9, 8, 2), (64, 8, 8)]
)
def test_a_query_of_several_samples_is_as_many_calls_as_they_fill(samples, batch, calls):
    numbers = []
    clock = FakeClock()

    def query(number):
        numbers.append(number)
        clock.sleep(STEP)

    timeline = multi_stream(query, clock, Sizing(**SIZES, batch_size=batch), {"samples": samples}, lambda: None)
    assert set(timeline.queries) == {calls * STEP}
    assert timeline.elapsed == calls * STEP * len(timeline.queries)
    assert numbers == list(range(calls * (len(timeline.warm_up) + len(timeline.queries))))


def test_a_query_of_several_samples_has_eight_unless_told_otherwise():
    assert set(drive(multi_stream).queries) == {8 * STEP}


SD = 0.4
TRUTH = {p: STEP * math.exp(SD * norm.ppf(p)) for p in (0.5, 0.9, 0.99)}


def test_percentiles_of_planted_latencies_are_inside_their_intervals():
    """At 95 %, of 40 seeds two miss; five and more would be a chance of 5 %."""
    inside = dict.fromkeys(TRUTH, 0)
    for seed in range(40):
        timeline = drive(single_stream, noisy(SD, seed=seed, count=1500), min_queries=662, max_queries=1000)
        for p, truth in TRUTH.items():
            told = stats.percentile(timeline.queries, p)
            inside[p] += told.low <= truth <= told.high
    assert all(count > 40 - 5 for count in inside.values()), inside


def test_the_rate_of_planted_latencies_is_inside_its_interval():
    truth = 1 / (STEP * math.exp(SD**2 / 2))
    told = [stats.rate(drive(offline, noisy(SD, seed=seed), max_time=10).queries, 1) for seed in range(40)]
    assert sum(one.low <= truth <= one.high for one in told) > 40 - 5


@pytest.mark.parametrize(
    ("scenario", "sizing", "count", "stop"),
    [
        (single_stream, {}, 64, "precision"),
        (single_stream, {"min_queries": 20}, 39, "precision"),
        (single_stream, {"min_queries": 200}, 200, "max_time"),
        (single_stream, {"max_queries": 10, "min_time": 0}, 64, "max_queries"),
        (single_stream, {"max_queries": 64, "min_time": 0.75, "max_time": 10}, 96, "max_queries"),
        (single_stream, {"min_queries": 10_000, "hard_time": 2}, 256, "hard_time"),
        (multi_stream, {}, 64, "max_time"),
        (multi_stream, {"max_time": 10}, 64, "precision"),
        (multi_stream, {"min_queries": 10_000, "hard_time": 2}, 32, "hard_time"),
        (offline, {}, 80, "precision"),
        (offline, {"min_time": 3, "max_time": 10}, 480, "precision"),
        (offline, {"min_time": 3}, 384, "max_time"),
        (offline, {"min_queries": 10_000, "hard_time": 2}, 256, "hard_time"),
    ],
)
def test_a_timing_ends_when_its_minima_are_met_and_it_is_precise_or_a_maximum_is_reached(scenario, sizing, count, stop):
    timeline = drive(scenario, **sizing)
    assert (len(timeline.queries), timeline.stop) == (count, stop)


@pytest.mark.parametrize("scenario", [single_stream, multi_stream, offline])
def test_noisy_queries_go_on_until_a_maximum_and_say_so(scenario):
    calls = 8 if scenario is multi_stream else 1
    rough = noisy(2.0, STEP / calls / 20)
    timeline = drive(scenario, rough, max_time=1000, hard_time=2000)
    assert (len(timeline.queries), timeline.stop) == (662, "max_queries")
    timeline = drive(scenario, rough, max_queries=10_000)
    assert timeline.stop == "max_time"
    assert timeline.elapsed >= 1.0
    assert timeline.elapsed - timeline.queries[-1] < 1.0
    timeline = drive(scenario, rough, min_queries=10_000, max_queries=10_000, hard_time=0.5)
    assert timeline.stop == "hard_time"
    assert timeline.elapsed - timeline.queries[-1] < 0.5


@pytest.mark.parametrize(
    ("scenario", "width"),
    [(single_stream, precision.of_median), (multi_stream, precision.of_median), (offline, precision.of_mean)],
)
@pytest.mark.parametrize("wish", [0.01, 0.03, 0.1])
def test_a_timing_that_ends_precise_is_as_precise_as_was_asked_for(scenario, width, wish):
    timeline = drive(scenario, noisy(0.2), precision=wish, max_queries=10_000, max_time=1000, hard_time=2000)
    assert timeline.stop == "precision"
    assert width(timeline.queries) <= wish


def test_noisier_queries_take_longer_to_be_as_precise():
    wish = {"max_queries": 60_000, "max_time": 1000, "hard_time": 2000, "min_queries": 11, "min_time": 0}
    counts = [len(drive(single_stream, noisy(sd), **wish).queries) for sd in (0.01, 0.1, 0.2, 0.4)]
    assert counts == sorted(counts)
    assert 2 < counts[3] / counts[2] < 8  # four times as many, to a step of looking


def test_without_a_wish_for_precision_noise_ends_at_a_maximum():
    assert drive(single_stream, noisy(0.01), precision=0.0).stop == "max_time"


@pytest.mark.parametrize(("scenario", "name"), [(single_stream, "of_median"), (multi_stream, "of_median"), (offline, "of_mean")])
def test_precision_is_looked_at_so_rarely_that_queries_are_hardly_touched(monkeypatch, scenario, name):
    """As often as the logarithm of their number: so much per query on average, whatever their number."""
    looked = []

    def width(durations):
        looked.append(len(durations))
        return math.inf

    monkeypatch.setattr(precision, name, width)
    timeline = drive(scenario, min_time=0, max_queries=20_000, max_time=1e6, hard_time=2e6)
    assert len(timeline.queries) == 20_000
    assert looked[0] == 64
    assert all(later >= LOOK_AGAIN * earlier for earlier, later in pairwise(looked))
    assert len(looked) <= math.log(20_000 / 64, LOOK_AGAIN) + 1
    assert sum(looked) <= 20_000 * LOOK_AGAIN / (LOOK_AGAIN - 1)


def test_nothing_is_looked_at_before_the_minima_are_met(monkeypatch):
    looked = []
    monkeypatch.setattr(precision, "of_median", lambda durations: looked.append(len(durations)) or 0.0)
    drive(single_stream, min_time=1.0, max_time=10)
    assert looked == [128]


def test_meters_start_once_between_warm_up_and_timing_and_are_not_timed():
    clock, log = FakeClock(), []

    def query(number):
        log.append(number)
        clock.sleep(STEP)

    def ready():
        log.append("ready")
        clock.sleep(100)

    for scenario in (single_stream, multi_stream, offline):
        log.clear()
        timeline = scenario(query, clock, Sizing(**SIZES), {"samples": 1}, ready)
        warm_up = len(timeline.warm_up)
        assert log == [*range(warm_up), "ready", *range(warm_up, warm_up + len(timeline.queries))]
        assert timeline.elapsed == STEP * len(timeline.queries)


def test_a_query_that_raises_ends_the_timing():
    def query(number):
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        single_stream(query, FakeClock(), Sizing(**SIZES), {}, lambda: None)


def test_warm_up_ends_as_soon_as_queries_stop_getting_faster():
    assert len(drive(single_stream, max_time=100).warm_up) == WARM_UP_AT_LEAST + WARM_UP_WINDOW


def test_warm_up_goes_on_while_queries_get_faster():
    faster = [STEP * max(1.0, 4 * 0.8**number) for number in range(1, 5000)]
    timeline = drive(single_stream, faster, max_time=100.0, hard_time=200.0)
    assert len(timeline.warm_up) > WARM_UP_AT_LEAST + WARM_UP_WINDOW
    assert timeline.warm_up[0] > 3 * STEP
    assert timeline.warm_up[-1] == pytest.approx(STEP)
    assert timeline.queries == pytest.approx([STEP] * len(timeline.queries))


def test_warm_up_takes_a_quarter_of_the_longest_time_at_most():
    assert len(drive(single_stream, seconds=0.0625).warm_up) == 4


def test_one_very_slow_query_warms_up_and_one_is_told():
    timeline = drive(single_stream, seconds=32)
    assert (timeline.warm_up, timeline.queries, timeline.stop) == ([32], [32], "hard_time")
