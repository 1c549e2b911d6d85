"""What a scenario keeps, seen with a fake clock: test classes to inherit."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.interfaces import Sizing, Timeline
from harness.registry import open_door
from harness.testing.fakes import FakeClock
from harness.testing.part_contracts import PartContract, takes

if TYPE_CHECKING:
    from harness.interfaces import Scenario


class ScenarioContract(PartContract):
    """What a scenario keeps that drives queries itself, seen with a fake clock.

    ``calls`` is how many calls of the query function one of its queries makes, with ``options`` and ``sizing``.
    """

    options: Mapping[str, Any] = MappingProxyType({})
    calls = 1
    sizing = Sizing(min_queries=64, min_time=0.3, max_queries=6636, max_time=1.0, hard_time=20.0, precision=0.02)

    def driven(
        self, part: Scenario, latency: Callable[[int], float], ready: Callable[[FakeClock, int], None] = lambda *_: None
    ) -> tuple[Timeline, list[int]]:
        """Return what the scenario saw of calls that take ``latency(number)``, and the numbers it asked for.

        ``ready`` gets the clock and how many calls there were before it.
        """
        clock, asked = FakeClock(), list[int]()

        def query(number: int) -> None:
            asked.append(number)
            clock.sleep(latency(len(asked) - 1))

        drive = open_door(part.door)
        timeline: Timeline = drive(query, clock, self.sizing, self.options, lambda: ready(clock, len(asked)))
        return timeline, asked

    def test_it_is_not_probed(self, part: Scenario) -> None:
        assert part.probed is False
        assert not part.ceiling_door

    def test_a_call_of_ten_milliseconds_reads_ten_milliseconds(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 0.01)
        np.testing.assert_allclose(timeline.queries, 0.01 * self.calls, rtol=1e-9)
        np.testing.assert_allclose(timeline.elapsed, 0.01 * self.calls * len(timeline.queries), rtol=1e-9)

    def test_every_call_is_told_once_and_in_order(self, part: Scenario) -> None:
        timeline, asked = self.driven(part, lambda number: 0.01 + number * 1e-6)
        assert asked == list(range(self.calls * (len(timeline.warm_up) + len(timeline.queries))))
        calls = np.reshape([0.01 + number * 1e-6 for number in asked], (-1, self.calls))
        np.testing.assert_allclose([*timeline.warm_up, *timeline.queries], calls.sum(axis=1), rtol=1e-6)

    def test_slow_first_queries_stay_in_the_warm_up(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda number: (0.05 if number < 3 * self.calls else 0.01) / self.calls)
        assert max(timeline.warm_up) > 0.04
        assert max(timeline.queries) < 0.011

    def test_meters_start_once_between_warm_up_and_timing(self, part: Scenario) -> None:
        started: list[int] = []
        timeline, _ = self.driven(part, lambda _: 0.01, lambda _, calls: started.append(calls))
        assert started == [self.calls * len(timeline.warm_up)]

    def test_what_starting_meters_takes_is_not_timed(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 0.01, lambda clock, _: clock.sleep(5))
        np.testing.assert_allclose(timeline.queries, 0.01 * self.calls, rtol=1e-9)
        np.testing.assert_allclose(timeline.elapsed, 0.01 * self.calls * len(timeline.queries), rtol=1e-9)

    def test_both_minima_are_met(self, part: Scenario) -> None:
        for latency in (1e-4, 1e-2, 0.1):
            timeline, _ = self.driven(part, lambda _, each=latency: each / self.calls)  # type: ignore[misc]
            assert len(timeline.queries) >= self.sizing.min_queries
            assert timeline.elapsed >= self.sizing.min_time * (1 - 1e-9)

    def test_steady_queries_end_it_sooner_than_noisy_ones(self, part: Scenario) -> None:
        noise = np.random.default_rng(0).lognormal(0, 1, 100_000)
        steady, _ = self.driven(part, lambda _: 1e-3 / self.calls)
        noisy, _ = self.driven(part, lambda number: 1e-3 / self.calls * noise[number])
        assert steady.stop == "precision"
        assert self.sizing.min_time <= steady.elapsed <= 1.3 * self.sizing.min_time
        assert len(noisy.queries) > 1.4 * len(steady.queries)

    def test_it_says_why_it_stopped(self, part: Scenario) -> None:
        noise = np.random.default_rng(0).lognormal(0, 2, 100_000) / self.calls
        short, _ = self.driven(part, lambda number: 1e-5 * noise[number])
        long, _ = self.driven(part, lambda number: 1e-2 * noise[number])
        assert (short.stop, long.stop) == ("max_queries", "max_time")
        assert len(short.queries) == self.sizing.max_queries
        assert long.elapsed >= self.sizing.max_time

    def test_the_hard_limit_ends_it(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 7.0 / self.calls)
        assert timeline.stop == "hard_time"
        assert len(timeline.queries) == 3

    def test_its_door_takes_a_query_a_clock_a_sizing_options_and_a_start(self, part: Scenario) -> None:
        assert takes(part.door, 5)


class ProbedScenarioContract(PartContract):
    """What a scenario keeps that is asked at one arrival rate after the other, seen at a rate that is no strain."""

    rate = 2000.0
    queries = 200

    def probed(self, part: Scenario, answer: Callable[[Sequence[int]], None], seed: int = 1, batch: int = 4) -> Any:
        """Return what happened to the queries of one probe."""
        probe = open_door(part.door)
        return probe(answer, rate=self.rate, seconds=0.0, queries=self.queries, seed=seed, batch=batch, samples=16)

    def test_it_is_probed_and_has_a_ceiling(self, part: Scenario) -> None:
        assert part.probed is True
        inspect.signature(open_door(part.ceiling_door)).bind(seconds=0.1, seed=1)

    def test_every_query_is_answered_once(self, part: Scenario) -> None:
        asked: list[int] = []
        told = self.probed(part, asked.extend)
        assert told.errors == 0
        assert sum(told.batches) == len(asked) == len(told.scheduled) == len(told.latencies) == len(told.lateness)
        assert len(asked) >= self.queries
        assert set(asked) <= set(range(16))

    def test_a_call_carries_no_more_samples_than_a_batch(self, part: Scenario) -> None:
        sizes: list[int] = []
        told = self.probed(part, lambda indices: sizes.append(len(indices)), batch=2)
        assert list(told.batches) == sizes
        assert set(sizes) <= {1, 2}

    def test_an_error_is_counted_and_its_queries_have_no_latency(self, part: Scenario) -> None:
        def fail(indices: Sequence[int]) -> None:
            raise RuntimeError("planted")

        told = self.probed(part, fail)
        assert told.errors == len(told.batches) > 0
        assert "planted" in told.error
        assert np.isinf(told.latencies).all()

    def test_the_seed_decides_when_queries_arrive(self, part: Scenario) -> None:
        one, same, other = (self.probed(part, lambda _: None, seed=seed).scheduled for seed in (1, 1, 2))
        np.testing.assert_allclose(one, same, atol=1e-6)
        assert not np.allclose(one, other, atol=1e-6)
