"""What more load does: families that differ in batch size alone, and the probes of a search for a rate."""

import numpy as np
import pytest

from harness.answer import loads
from harness.spec import Candidate, Choice

TRIALS = [[100.0, True, 0.002, 3], [200.0, False, None, 0], [150.0, True, 0.01, 4], [150.0, False, 0.03, 4]]
FOUND = {
    "latency": 0.02,
    "percentile": 0.99,
    "low": 150.0,
    "trials": TRIALS,
    "probes": [{"rate": 100.0, "late": True}, {"rate": 200.0, "timed_out": True}, {"rate": 150.0}, {"rate": 150.0}],
}
SAMPLES = {
    "server_0_scheduled": np.array([0.0, 0.5, 0.9]),
    "server_0_latencies": np.array([0.1, 0.1, 0.1]),
    "server_2_scheduled": np.array([0.0, 0.1, 0.2, 0.3]),
    "server_2_latencies": np.array([0.2, 0.3, 0.3, np.inf]),
    "server_3_scheduled": np.array([0.0]),
    "server_3_latencies": np.array([np.inf]),
}


def candidate(size, runtime="ort", model="net"):
    return Candidate(model=Choice(part="m", label=model), runtime=Choice(part="r", label=runtime), batch_size=size)


@pytest.fixture
def facts(fact):
    """Make facts of a candidate that has throughput and these percentiles."""

    def made(*percentiles, rate=True):
        named = {f"latency_{p}": fact(f"latency_{p}", 0.01) for p in percentiles}
        return named | ({"throughput": fact("throughput", 100.0)} if rate else {})

    return made


def test_a_curve_goes_by_batch_size_and_shows_the_highest_percentile_that_all_its_points_have(facts):
    family = [candidate(size) for size in (32, 8, 1, 16, 64)]
    known = dict(
        zip(
            (one.label for one in family),
            (facts("p50", "p90"), facts("p50", "p90", "p99"), facts("p50", "p90", "p99"), facts("p50", rate=False), facts()),
            strict=True,
        )
    )
    curve = {"latency": "latency_p90", "candidates": ["net@ort/b1", "net@ort/b8", "net@ort/b32"]}
    assert loads.by_batch(family, known, ["net@ort/b8"]) == [curve], "16 lacks its throughput, 64 its latency"


def test_candidates_that_differ_in_more_are_other_curves_and_those_nobody_asks_for_are_none(facts):
    every = [candidate(size, runtime, model) for model in "ab" for runtime in ("ort", "ov") for size in (1, 8)]
    known = {one.label: facts("p50") for one in every}
    found = loads.by_batch(every, known, ["a@ort/b1", "b@ov/b8", "elsewhere"])
    assert [curve["candidates"] for curve in found] == [["a@ort/b1", "a@ort/b8"], ["b@ov/b1", "b@ov/b8"]]


def test_one_point_is_no_curve(facts):
    one, other = candidate(1), candidate(8)
    assert loads.by_batch([one, other], {one.label: facts("p50"), other.label: {}}, [one.label]) == []
    assert loads.by_batch([one, other], {}, [one.label]) == []


def test_each_probe_tells_the_rate_it_was_asked_and_the_one_it_achieved():
    told = loads.by_rate(FOUND, SAMPLES)
    assert (told["limit"], told["percentile"], told["rate"]) == (0.02, 0.99, 150.0)
    first, overload, held, lost = told["probes"]
    assert first == {"rate": 100.0, "achieved": 3.0, "latency": 0.002, "held": True, "queries": 3, "late": True}
    assert (overload["achieved"], overload["latency"], overload["held"], overload["late"]) == (None, None, False, False)
    assert held["achieved"] == 6.0, "three answers until half a second; the fourth was never given"
    assert lost["achieved"] == 0.0


def test_a_search_without_a_rate_tells_none():
    assert loads.by_rate({**FOUND, "low": 0.0}, SAMPLES)["rate"] is None


def test_the_latencies_at_the_held_rate_are_those_of_all_its_probes():
    assert loads.at_held_rate(FOUND, SAMPLES).tolist() == [0.2, 0.3, 0.3, np.inf, np.inf]
    assert loads.at_held_rate({**FOUND, "low": 0.0}, SAMPLES) is None
    assert loads.at_held_rate({**FOUND, "trials": [], "probes": []}, {}) is None
