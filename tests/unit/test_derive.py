import numpy as np
import pytest

from harness import derive
from harness.keys import digest
from harness.metrics import METRICS
from harness.stats import Spread

FOUND = {"load_time": 0.5, "first_query": 0.02, "memory_peak": 3e7}


def subject(metric):
    return {"metric": metric.name, "artifact": "x"}


def facts_of(samples, found=FOUND, labels=(), batch=1):
    return {one.metric: one for one in derive.of_run(found, samples, np.array(labels, dtype=int), batch, subject)}


def test_a_percentile_without_enough_queries_is_left_out():
    counts = {
        10: set(),
        11: {"latency_p50"},
        64: {"latency_p50", "latency_p90"},
        662: {"latency_p50", "latency_p90", "latency_p99"},
    }
    for count, names in counts.items():
        facts = facts_of({"single_stream": np.full(count, 0.01)})
        assert {name for name in facts if name.startswith("latency")} == names


def test_latencies_are_observed_with_an_interval():
    facts = facts_of({"single_stream": np.linspace(0.01, 0.02, 101)})
    p50 = facts["latency_p50"]
    assert (p50.value, p50.n, p50.unit) == (pytest.approx(0.015), 101, "s")
    assert p50.low < p50.value < p50.high < facts["latency_p90"].value


def test_throughput_counts_the_samples_of_each_query():
    assert facts_of({"offline": np.full(100, 0.01)}, batch=32)["throughput"].value == pytest.approx(3200)
    assert "throughput" not in facts_of({"offline": np.full(10, 0.01)}, batch=32)


def test_accuracy_is_the_share_of_right_answers_with_the_wilson_interval():
    predictions = np.eye(4)[[0, 1, 2, 3, 0]]
    accuracy = facts_of({"predictions": predictions}, labels=[0, 1, 2, 3, 1])["accuracy"]
    assert (accuracy.value, accuracy.n) == (0.8, 5)
    assert (accuracy.low, accuracy.high) == pytest.approx((0.3755, 0.9638), abs=5e-5)


def test_what_is_read_once_has_no_interval_of_its_own():
    facts = facts_of({})
    assert set(facts) == {"load_time", "first_query", "memory_peak"}
    assert facts["load_time"].low == facts["load_time"].value == facts["load_time"].high
    assert facts["memory_peak"].value == 3e7


def test_no_interval_goes_below_zero():
    facts = facts_of({"offline": np.array([1e-6] * 99 + [10.0])}, found=FOUND | {"memory_peak": 0})
    assert all(one.low >= 0 for one in facts.values())
    assert facts["memory_peak"].value == 0


def test_a_key_is_the_digest_of_what_the_fact_depends_on():
    for one in facts_of({"single_stream": np.full(70, 0.01)}).values():
        assert one.key == digest(one.subject) == digest(subject(METRICS[one.metric]))


@pytest.mark.parametrize(("involuntary", "quality"), [(0, "clean"), (50, "clean"), (51, "contended")])
def test_a_timing_during_which_others_had_the_cores_is_contended(involuntary, quality):
    usage = {"wall": 1.0, "cpu": 1.0, "involuntary": float(involuntary)}
    found = FOUND | {"single_stream": {"queries": 100, "usage": usage}}
    facts = facts_of({"single_stream": np.full(100, 0.01), "predictions": np.eye(2)}, found, labels=[0, 1])
    assert facts["latency_p50"].quality == quality
    assert facts["accuracy"].quality == "clean"


def test_what_follows_from_the_files_is_exact_and_what_was_not_counted_is_left_out(artifact):
    facts = {one.metric: one for one in derive.of_artifact(artifact, subject)}
    assert {name: (one.value, one.low, one.high) for name, one in facts.items()} == {
        "size": (1000, 1000, 1000),
        "parameters": (50, 50, 50),
        "macs": (40, 40, 40),
    }
    uncounted = artifact.model_copy(update={"macs": None})
    assert {one.metric for one in derive.of_artifact(uncounted, subject)} == {"size", "parameters"}


def test_deriving_again_gives_the_same():
    samples = {"single_stream": np.random.default_rng(0).random(100), "offline": np.random.default_rng(1).random(100)}
    assert facts_of(samples) == facts_of(samples)


def test_facts_of_several_processes_become_one_that_counts_them():
    first, second = (facts_of({"single_stream": np.full(64, value)})["latency_p90"] for value in (0.01, 0.04))
    one = derive.merged([first, second.model_copy(update={"run": 7})], Spread(0.1, 9))
    assert one.value == pytest.approx(0.02)
    assert (one.key, one.processes, one.n, one.run) == (first.key, 2, 128, 7)
    assert one.low < one.value < one.high


def test_the_assumed_spread_of_memory_is_less_than_that_of_timings():
    assert derive.spread(METRICS["memory_peak"], []).sd < derive.spread(METRICS["latency_p50"], []).sd
