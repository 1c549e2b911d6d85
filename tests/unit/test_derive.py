import numpy as np
import pytest

from harness import derive
from harness.keys import fact_key
from harness.metrics import METRICS, PARTS
from harness.spec import Target
from harness.stats import Spread

FOUND = {"load_time": 0.5, "first_query": 0.02, "memory_peak": 3e7, "settings": {"threads": 1}}
QUIET = {"wall": 1.0, "cpu": 1.0, "involuntary": 0.0, "waited": 0.0}
BUSY = QUIET | {"waited": 0.5}


def subject(metric):
    return {"metric": metric.name, "artifact": "x"}


def facts_of(samples, found=FOUND, batch=1, **scenarios):
    """Derive facts; a scenario with samples was left alone unless ``scenarios`` tells of it."""
    told = {name: {"queries": len(values), "usage": QUIET} for name, values in samples.items()}
    return {one.metric: one for one in derive.of_run(found | told | scenarios, samples, batch, subject)}


def test_a_percentile_without_enough_queries_is_left_out():
    counts = {
        10: set(),
        11: {"p50"},
        64: {"p50", "p90"},
        130: {"p50", "p90", "p95"},
        662: {"p50", "p90", "p95", "p99"},
        6636: {"p50", "p90", "p95", "p99", "p999"},
    }
    for count, names in counts.items():
        facts = facts_of({"single_stream": np.full(count, 0.01), "multi_stream": np.full(count, 0.08)})
        assert {name.partition("_")[2] for name in facts if name.startswith("latency_p")} == names
        of_several = {name.removeprefix("multi_stream_") for name in facts if name.startswith("multi_stream")}
        assert of_several == names - {"p95", "p999"}


def test_latencies_are_observed_with_an_interval():
    facts = facts_of({"single_stream": np.linspace(0.01, 0.02, 101)})
    p50 = facts["latency_p50"]
    assert (p50.value, p50.n, p50.unit) == (pytest.approx(0.015), 101, "s")
    assert p50.low < p50.value < p50.high < facts["latency_p90"].value


def test_a_mean_latency_is_that_of_the_queries_whatever_a_query_carries():
    times = {"single_stream": np.linspace(0.01, 0.02, 101)}
    mean = facts_of(times)["latency_mean"]
    assert (mean.value, mean.n, mean.unit) == (pytest.approx(0.015), 101, "s")
    assert mean.low < mean.value < mean.high
    assert facts_of(times, batch=8)["latency_mean"].value == mean.value
    assert "latency_mean" not in facts_of({"single_stream": np.full(10, 0.01)})


def test_throughput_counts_the_samples_of_each_query():
    assert facts_of({"offline": np.full(100, 0.01)}, batch=32)["throughput"].value == pytest.approx(3200)
    assert "throughput" not in facts_of({"offline": np.full(10, 0.01)}, batch=32)


def test_accuracy_is_the_share_of_right_answers_with_the_wilson_interval():
    predictions = np.eye(4)[[0, 1, 2, 3, 0]]
    accuracy = facts_of({"predictions": predictions, "labels": np.array([0, 1, 2, 3, 1])})["accuracy"]
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


def test_a_key_follows_from_what_the_fact_depends_on():
    for one in facts_of({"single_stream": np.full(70, 0.01)}).values():
        assert one.subject == subject(METRICS[one.metric])
        assert one.key == fact_key(one.subject)


TIMED = {"single_stream": np.full(100, 0.01), "offline": np.full(100, 0.01)}
SCORED = {"predictions": np.eye(2), "labels": np.array([0, 1])}


def test_a_timing_that_something_disturbed_says_so_and_no_other_does():
    facts = facts_of(TIMED | SCORED, offline={"queries": 100, "usage": BUSY})
    assert {name for name, one in facts.items() if one.quality != "clean"} == {"throughput"}
    facts = facts_of(TIMED | SCORED, single_stream={"queries": 100, "usage": BUSY})
    beside = {"load_time", "first_query"}
    assert {name for name, one in facts.items() if one.quality == "contended"} == {
        "latency_p50",
        "latency_p90",
        "latency_mean",
        "cpu_time",
        *beside,
    }
    assert facts["accuracy"].quality == facts["memory_peak"].quality == facts["throughput"].quality == "clean"


def test_without_single_stream_what_is_timed_beside_it_shares_the_grade_of_the_next_scenario():
    facts = facts_of({"offline": np.full(100, 0.01)}, offline={"queries": 100, "usage": BUSY})
    assert facts["load_time"].quality == facts["throughput"].quality == "contended"


def test_a_processor_that_changed_its_speed_is_told_before_anything_else():
    told = {"queries": 100, "usage": BUSY, "throttled": ["thermal"]}
    assert facts_of(TIMED, single_stream=told)["latency_p50"].quality == "throttled"


def test_more_threads_than_cores_wait_for_each_other_and_disturb_nobody():
    many = FOUND | {"settings": {"threads": 8}}
    assert facts_of(TIMED, many, single_stream={"queries": 100, "usage": BUSY | {"cores": 2}})["latency_p50"].quality == "clean"


def test_processor_time_is_that_of_a_query():
    found = facts_of(TIMED, single_stream={"queries": 100, "usage": QUIET | {"cpu": 3.0}})["cpu_time"]
    assert (found.value, found.n, found.unit) == (0.03, 100, "s")


def test_the_parts_of_the_whole_path_are_medians():
    parts = {f"single_stream_{name}": np.full(11, i / 1000) for i, name in enumerate(PARTS)}
    facts = facts_of(TIMED | parts)
    assert {name: facts[f"time_{name}"].value for name in PARTS} == {name: i / 1000 for i, name in enumerate(PARTS)}
    assert not any(name.startswith("time_") for name in facts_of(TIMED))


def test_energy_is_what_a_counter_read_for_each_sample():
    told = {"queries": 100, "usage": QUIET, "energy": {"joules": 64.0}}
    energy = facts_of(TIMED, batch=8, offline=told)["energy"]
    assert (energy.value, energy.n, energy.unit, energy.provenance) == (0.08, 800, "J", "counter")
    assert "energy" not in facts_of(TIMED)
    assert {one.provenance for one in facts_of(TIMED).values()} == {"measured"}


@pytest.mark.parametrize("name", ["memory_load", "memory_model", "memory_device", "cold_start", "compile_time"])
def test_what_a_process_did_not_tell_is_left_out(name):
    assert facts_of({}, FOUND | {name: 7})[name].value == 7
    assert name not in facts_of({}, FOUND | {name: None})
    assert name not in facts_of({})


def test_what_follows_from_the_files_is_exact_and_what_was_not_counted_is_left_out(artifact):
    facts = {one.metric: one for one in derive.of_artifact(artifact, subject)}
    assert {name: (one.value, one.low, one.high) for name, one in facts.items()} == {
        "size": (1000, 1000, 1000),
        "parameters": (50, 50, 50),
        "macs": (40, 40, 40),
        "activations": (20, 20, 20),
    }
    uncounted = artifact.model_copy(update={"macs": None, "activations": None})
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


def test_facts_of_several_processes_tell_the_most_tries_and_what_disturbed_most_of_them():
    one = facts_of(TIMED)["latency_p50"]
    grades = [("clean", 1), ("contended", 3), ("throttled", 2), ("throttled", 1)]
    several = [one.model_copy(update={"quality": quality, "tries": tries}) for quality, tries in grades]
    whole = derive.merged(several, Spread(0.1, 9))
    assert (whole.quality, whole.tries) == ("throttled", 3)
    assert derive.merged(several[:2], Spread(0.1, 9)).quality == "clean", "half of them are not most"


RATE = facts_of(TIMED)["throughput"].model_copy(update={"value": 200.0, "low": 100.0, "high": 400.0, "key": "rate", "run": 3})


def test_the_cost_of_a_thousand_samples_is_the_price_by_the_throughput_with_its_interval_turned_round():
    cost = derive.from_facts({"throughput": RATE}, Target(price_per_hour=0.36))["cost"]
    assert (cost.value, cost.low, cost.high) == pytest.approx((0.0005, 0.00025, 0.001))
    assert (cost.metric, cost.unit, cost.provenance, cost.n, cost.run) == ("cost", "per 1k", "derived", RATE.n, 3)
    assert cost.subject == {"metric": "cost", "from": "rate", "factor": pytest.approx(0.1)}


def test_energy_is_estimated_from_the_power_that_is_stated_where_no_counter_is():
    target = Target(power="65 W")
    energy = derive.from_facts({"throughput": RATE}, target)["energy"]
    assert (energy.value, energy.low, energy.high) == pytest.approx((65 / 200, 65 / 400, 65 / 100))
    assert (energy.unit, energy.provenance) == ("J", "estimate")
    counted = RATE.model_copy(update={"metric": "energy", "provenance": "counter"})
    assert "energy" not in derive.from_facts({"throughput": RATE, "energy": counted}, target)


def test_what_is_derived_shares_the_doubts_of_what_it_is_derived_from():
    doubtful = RATE.model_copy(update={"quality": "contended", "processes": 3, "tries": 2})
    cost = derive.from_facts({"throughput": doubtful}, Target(price_per_hour=1))["cost"]
    assert (cost.quality, cost.processes, cost.tries) == ("contended", 3, 2)


@pytest.mark.parametrize(
    ("facts", "target"),
    [
        ({}, Target(price_per_hour=1, power=1)),
        ({"throughput": RATE}, Target()),
        ({"throughput": RATE.model_copy(update={"low": 0.0})}, Target(price_per_hour=1, power=1)),
    ],
)
def test_nothing_is_derived_without_a_rate_above_zero_and_something_stated(facts, target):
    assert derive.from_facts(facts, target) == {}


def test_another_price_is_another_fact():
    keys = {derive.from_facts({"throughput": RATE}, Target(price_per_hour=price))["cost"].key for price in (1, 2)}
    assert len(keys) == 2


PROBE = {"usage": QUIET, "queries": 662, "late": False}


def peak(**changes):
    found = {"low": 95.0, "high": 100.0, "queries": 4000, "why": None, "threads": 1}
    return found | {"probes": [PROBE] * 3} | changes


def test_the_peak_of_a_server_is_what_held_with_the_range_up_to_what_did_not():
    (rate,) = derive.of_peak(peak(), subject)
    assert (rate.metric, rate.value, rate.low, rate.high, rate.n) == ("server_rate", 95, 95, 100, 4000)
    assert (rate.quality, rate.unit) == ("clean", "samples/s")


@pytest.mark.parametrize("disturbed", [PROBE | {"usage": BUSY}, PROBE | {"late": True}], ids=["busy", "late"])
def test_a_peak_is_disturbed_when_most_of_its_probes_were(disturbed):
    assert derive.of_peak(peak(probes=[disturbed, disturbed, PROBE]), subject)[0].quality == "contended"
    assert derive.of_peak(peak(probes=[disturbed, PROBE, PROBE]), subject)[0].quality == "clean"


def test_a_search_without_an_end_gives_no_figure():
    assert derive.of_peak(peak(why="planted", high=None), subject) == []
