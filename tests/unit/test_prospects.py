"""Whether a candidate can still win, by facts that are planted: what breaks every bound cannot, nor what others outdo."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.prospects import OUTDONE, hopeless
from harness.space import expand

FAST = {"latency_p90": (0.010, 0.001), "accuracy": (0.96, 0.01), "throughput": (500.0, 1.0)}
"""Values and how far their intervals go to both sides."""


@pytest.fixture
def asked(suite, registry, fact):
    """The small suite's space, whose baseline is as good as ``FAST``, and why another candidate is hopeless beside it."""
    space = expand(suite, registry)
    baseline = space.baselines[0]
    one = next(candidate for candidate in space.candidates if candidate not in space.baselines)

    def facts(told):
        return {metric: fact(metric, value, spread) for metric, (value, spread) in told.items()}

    def why(mine, among=space, profiles=suite.profiles):
        told = suite.model_copy(update={"profiles": profiles})
        return hopeless(told, among, {one.label: facts(mine)}, {baseline.label: facts(FAST)}).get(one.label)

    return SimpleNamespace(why=why, space=space, baseline=baseline)


def test_what_is_not_known_at_all_may_be_anything(asked):
    assert asked.why({}) is None


def test_a_bound_of_one_profile_alone_ends_nothing(asked):
    assert asked.why({"accuracy": (0.5, 0.01)}) is None


def test_what_breaks_every_profile_beyond_doubt_is_ended_and_what_is_within_the_noise_is_not(asked, suite):
    only = suite.profiles[:1]
    assert asked.why({"accuracy": (0.5, 0.01)}, profiles=only) == "accuracy 50.0 % breaks accuracy >= 0.9, beyond doubt"
    assert asked.why({"accuracy": (0.89, 0.01)}, profiles=only) is None, "two standard errors are not beyond doubt"


def test_what_is_worse_than_another_in_everything_at_its_best_is_outdone(asked):
    worse = {"latency_p90": (0.015, 0.001), "accuracy": (0.93, 0.005), "throughput": (300.0, 1.0)}
    assert asked.why(worse) == OUTDONE
    assert asked.why(worse | {"latency_p90": (0.015, 0.010)}) is None, "its interval reaches below the other's"


def test_what_leads_in_one_metric_is_not_outdone(asked):
    assert asked.why({"latency_p90": (0.015, 0.0), "accuracy": (0.93, 0.0), "throughput": (900.0, 1.0)}) is None


def test_a_metric_that_is_not_known_may_lead(asked):
    assert asked.why({"latency_p90": (0.015, 0.001), "accuracy": (0.93, 0.005)}) is None


def test_a_percentile_that_wants_more_queries_is_no_better_than_the_median(asked):
    slow = {"latency_p50": (0.015, 0.001), "accuracy": (0.93, 0.005), "throughput": (300.0, 1.0)}
    assert asked.why(slow) == OUTDONE
    assert asked.why(slow | {"latency_p50": (0.009, 0.001)}) is None


def test_a_baseline_outside_of_the_space_outdoes_nobody_since_it_cannot_be_recommended(asked):
    worse = {"latency_p90": (0.015, 0.001), "accuracy": (0.93, 0.005), "throughput": (300.0, 1.0)}
    without = replace(asked.space, candidates=tuple(c for c in asked.space.candidates if c != asked.baseline))
    assert asked.why(worse) == OUTDONE
    assert asked.why(worse, among=without) is None


def test_several_candidates_are_judged_each_for_itself(asked, suite, fact):
    labels = [candidate.label for candidate in asked.space.candidates]
    table = {labels[i]: {"accuracy": fact("accuracy", 0.5 if i % 2 else 0.95, 0.01)} for i in range(1, 5)}
    only = suite.model_copy(update={"profiles": suite.profiles[:1]})
    assert set(hopeless(only, asked.space, table, {})) == {labels[1], labels[3]}
    assert hopeless(only, asked.space, {}, {}) == {}
