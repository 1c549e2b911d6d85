"""How long timings are: as the suite says, and as long as the percentiles in use need."""

import pytest

from harness.interfaces import Sizing
from harness.sizing import sizing
from harness.spec import Measure


@pytest.fixture
def sized(suite, profile, constraint):
    """Return the sizing of a scenario in a suite whose profiles weigh and constrain some metrics."""

    def made(scenario, weighs=(), constrains=(), **measure):
        one = profile(dict.fromkeys(weighs, 1.0), dict.fromkeys(weighs, (1.0, 0.0)))
        other = profile({}, {}, *(constraint(name, "<=", offset=1.0) for name in constrains))
        return sizing(suite.model_copy(update={"profiles": (one, other), "measure": Measure(**measure)}), scenario)

    return made


def test_without_a_percentile_a_timing_is_as_the_suite_says(sized):
    assert sized("single_stream", ["accuracy", "throughput"], min_queries=5, max_queries=9) == {
        "precision": 0.02,
        "min_queries": 5,
        "min_time": 0.3,
        "max_queries": 9,
        "max_time": 1.0,
        "hard_time": 20.0,
    }


@pytest.mark.parametrize(
    ("metric", "needs"),
    [("latency_p50", 11), ("latency_p90", 64), ("latency_p95", 130), ("latency_p99", 662), ("latency_p999", 6636)],
)
@pytest.mark.parametrize("use", ["weighs", "constrains"])
def test_a_percentile_in_use_gets_the_queries_it_needs(sized, metric, needs, use):
    assert sized("single_stream", **{use: [metric]}, min_queries=1)["min_queries"] == needs
    assert sized("single_stream", **{use: [metric]}, min_queries=7000)["min_queries"] == 7000


def test_the_most_demanding_percentile_decides(sized):
    assert sized("single_stream", ["latency_p50"], ["latency_p99", "latency_p90"], min_queries=1)["min_queries"] == 662


def test_each_scenario_follows_its_own_percentiles(sized):
    uses = ["latency_p99", "multi_stream_p90", "throughput"]
    found = {name: sized(name, uses, min_queries=20)["min_queries"] for name in ("single_stream", "multi_stream", "offline")}
    assert found == {"single_stream": 662, "multi_stream": 64, "offline": 20}


def test_the_most_queries_are_never_fewer_than_the_least(sized):
    found = sized("single_stream", ["latency_p999"], min_queries=1, max_queries=100)
    assert (found["min_queries"], found["max_queries"]) == (6636, 6636)


def test_a_sizing_is_what_a_scenario_takes(sized):
    taken = Sizing(**sized("single_stream", ["latency_p90"]), batch_size=8)
    assert (taken.min_queries, taken.precision, taken.batch_size) == (64, 0.02, 8)
