"""Ready-made profiles are what they say, and as good as written by hand."""

from typing import get_args

import pytest

from harness.metrics import METRICS, TASKS
from harness.sizing import sizing
from harness.stats import NEEDED_QUERIES
from harness.suitefile.document import ReadyMade
from harness.suitefile.ready_made import READY_MADE, written

QUALITIES = [names[0] for names in TASKS.values()]
GIVEN = {"scenarios": ["single_stream", "offline"], "target": {"price_per_hour": 0.35}}


def test_the_names_are_those_that_a_suite_file_may_use():
    assert tuple(READY_MADE) == get_args(ReadyMade)


@pytest.mark.parametrize("name", READY_MADE)
def test_written_out_a_ready_made_profile_is_the_same(small, settle, name):
    suite = settle(small | GIVEN | {"profiles": {"short": {"like": name}, "long": written(name, "accuracy")}})
    short, long = suite.profiles
    assert short.model_copy(update={"name": "long"}) == long


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("name", READY_MADE)
def test_every_weight_has_a_range_around_the_baseline_and_quality_has_a_floor(name, quality):
    body = written(name, quality)
    assert body["range"].keys() == body["weights"].keys() <= METRICS.keys()
    assert max(body["weights"].values()) >= 4
    assert [text.split()[0] for text in body["constraints"]] == [quality]


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("name", READY_MADE)
def test_the_baseline_itself_is_feasible_and_neither_the_worst_nor_the_best(profile_of, name, quality):
    found = profile_of(name, quality)
    values = dict.fromkeys(found.weights, 0.5)
    settled = found.anchored(values)
    assert not settled.relative
    assert all(METRICS[m].better(0.5, worst) and METRICS[m].better(best, 0.5) for m, (worst, best) in settled.ranges.items())
    for bound in settled.constraints:
        apart = bound.bound(0.5) - 0.5
        assert apart < 0 if bound.op == ">=" else apart > 0


@pytest.fixture
def profile_of():
    """Settle a ready-made profile without a suite around it."""
    from harness.suitefile import profiles
    from harness.suitefile.yaml_text import Reading

    def settled(name, quality):
        reading = Reading()
        (found,) = profiles.settle([name], quality, lambda metric: None, reading)
        assert not reading.mistakes
        return found

    return settled


@pytest.mark.parametrize(("name", "queries"), [("realtime", 130), ("edge", 130), ("throughput", 64), ("regulated", 64)])
def test_timings_are_long_enough_for_the_percentiles_of_a_ready_made_profile(small, settle, name, queries):
    suite = settle(small | GIVEN | {"profiles": [name]})
    assert sizing(suite, "single_stream")["min_queries"] == queries
    assert NEEDED_QUERIES[0.95] == 130, "as the reason of the profile says"
    assert NEEDED_QUERIES[0.99] == 662
