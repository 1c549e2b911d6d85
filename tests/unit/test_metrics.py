import pytest

from harness import units
from harness.metrics import METRICS, PERCENTILES, Scope
from harness.stats import NEEDED_QUERIES


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_better_and_less_loss_are_the_same(metric):
    assert metric.better(2, 1) == (metric.loss(2) < metric.loss(1)) == metric.higher
    assert not metric.better(1, 1)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_has_a_known_unit_and_one_line(metric):
    assert metric.unit in units.SCALES
    assert metric.summary
    assert "\n" not in metric.summary


def test_only_what_a_scenario_times_needs_it():
    assert {name for name, metric in METRICS.items() if metric.scenario == "single_stream"} == set(PERCENTILES)
    assert {name for name, metric in METRICS.items() if metric.scenario == "offline"} == {"throughput"}
    assert all(METRICS[name].scope is Scope.QUERY for name in PERCENTILES)


def test_every_percentile_says_how_many_queries_it_needs():
    assert set(PERCENTILES.values()) <= set(NEEDED_QUERIES)
