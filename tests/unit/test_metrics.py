import pytest

from harness import units
from harness.metrics import ARITHMETIC, METRICS, PARTS, PERCENTILES, Scope
from harness.registry import Registry
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
    needs = {}
    for name, metric in METRICS.items():
        needs.setdefault(metric.scenario, set()).add(name)
    latencies = {name for name in PERCENTILES if name.startswith("latency_")}
    assert needs.pop("single_stream") == latencies | {"latency_mean", "cpu_time"} | {f"time_{part}" for part in PARTS}
    assert needs.pop("multi_stream") == set(PERCENTILES) - latencies
    assert needs.pop("offline") == {"throughput", "energy", "cost"}
    assert needs.pop("server") == {"server_rate"}
    assert set(needs) == {None}
    assert all(METRICS[name].scope is Scope.QUERY for name in PERCENTILES)


def test_every_scenario_a_metric_needs_is_declared():
    assert {metric.scenario for metric in METRICS.values()} - {None} == set(Registry.load().scenarios)


def test_what_is_measured_once_is_what_does_not_differ_between_processes_and_what_repeats_itself():
    once = {name for name, metric in METRICS.items() if not metric.replicated}
    answers = {name for name, metric in METRICS.items() if metric.scope in ARITHMETIC}
    files = {"size", "parameters", "macs", "activations", "complexity"}
    assert once == {*answers, *files, "cost", "server_rate", "compile_time"}
    assert {name for name, metric in METRICS.items() if metric.scope is Scope.DERIVED} == {"cost"}


def test_every_percentile_says_how_many_queries_it_needs():
    assert set(PERCENTILES.values()) <= set(NEEDED_QUERIES)


@pytest.mark.parametrize("name", PERCENTILES)
def test_a_percentile_is_called_what_it_is(name):
    digits = name.rpartition("_p")[2]
    assert PERCENTILES[name] == float(f"0.{digits}")
