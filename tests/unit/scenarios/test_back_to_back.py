"""Planted truth: what a query takes is what the scenario reads."""

import pytest

from harness.interfaces import Sizing
from harness.scenarios.back_to_back import WARM_UP_AT_LEAST, WARM_UP_WINDOW, offline, single_stream
from harness.testing import FakeClock

STEP = 2**-7
"""About 8 ms, and exact in floating point."""


def drive(scenario, seconds=STEP, **sizing):
    clock = FakeClock()
    sizes = {"min_queries": 64, "min_time": 0.3, "max_queries": 662, "max_time": 1.0, "hard_time": 20.0} | sizing
    return scenario(lambda number: clock.sleep(seconds), clock, Sizing(**sizes))


@pytest.mark.parametrize("scenario", [single_stream, offline])
def test_a_query_reads_exactly_what_it_takes(scenario):
    timeline = drive(scenario)
    assert set(timeline.queries) == {STEP}
    assert timeline.elapsed == STEP * len(timeline.queries)


@pytest.mark.parametrize(
    ("scenario", "sizing", "count", "stop"),
    [
        (single_stream, {"max_time": 100, "hard_time": 200}, 662, "max_queries"),
        (single_stream, {}, 128, "max_time"),
        (single_stream, {"min_queries": 200}, 200, "max_time"),
        (single_stream, {"max_queries": 10, "min_time": 0}, 64, "max_queries"),
        (single_stream, {"max_queries": 64, "min_time": 0.75, "max_time": 10}, 96, "max_queries"),
        (single_stream, {"min_queries": 10_000, "hard_time": 2}, 256, "hard_time"),
        (offline, {"max_queries": 70}, 128, "max_time"),
        (offline, {"min_queries": 200}, 200, "max_time"),
        (offline, {"min_time": 3}, 384, "max_time"),
        (offline, {"min_queries": 10_000, "hard_time": 2}, 256, "hard_time"),
    ],
)
def test_a_timing_ends_when_its_minima_are_met_and_one_maximum_is_reached(scenario, sizing, count, stop):
    timeline = drive(scenario, **sizing)
    assert (len(timeline.queries), timeline.stop) == (count, stop)


def test_warm_up_ends_as_soon_as_queries_stop_getting_faster():
    assert len(drive(single_stream, max_time=100).warm_up) == WARM_UP_AT_LEAST + WARM_UP_WINDOW


def test_warm_up_goes_on_while_queries_get_faster():
    clock, sent = FakeClock(), []

    def query(number):
        sent.append(number)
        clock.sleep(STEP * max(1.0, 4 * 0.8 ** len(sent)))

    timeline = single_stream(query, clock, Sizing(64, 0.3, 662, 100.0, 200.0))
    assert len(timeline.warm_up) > WARM_UP_AT_LEAST + WARM_UP_WINDOW
    assert timeline.warm_up[0] > 3 * STEP
    assert timeline.warm_up[-1] == pytest.approx(STEP)
    assert timeline.queries == pytest.approx([STEP] * len(timeline.queries))


def test_warm_up_takes_a_quarter_of_the_longest_time_at_most():
    assert len(drive(single_stream, seconds=0.0625).warm_up) == 4


def test_one_very_slow_query_warms_up_and_one_is_told():
    timeline = drive(single_stream, seconds=32)
    assert (timeline.warm_up, timeline.queries, timeline.stop) == ([32], [32], "hard_time")


def test_the_numbers_of_the_queries_go_on_after_the_warm_up():
    clock, numbers = FakeClock(), []

    def query(number):
        numbers.append(number)
        clock.sleep(STEP)

    timeline = offline(query, clock, Sizing(64, 0.3, 662, 1.0, 20.0))
    assert numbers == list(range(len(timeline.warm_up) + len(timeline.queries)))
