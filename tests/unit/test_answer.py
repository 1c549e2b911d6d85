import json

import pytest

from harness import answer
from harness.ledger import Known
from harness.metrics import METRICS
from harness.record import Failure
from harness.space import expand

KEYS = {"suite", "environment", "profiles", "front", "candidates", "failures", "counts"}


@pytest.fixture
def told(suite, registry, environment, fact, artifact):
    """Build the answer of a store that knows latency by threads, and of which one candidate failed."""
    space = expand(suite, registry)

    def made(**run):
        known = {}
        for i, candidate in enumerate(space.everything):
            latency = 0.01 / int(candidate.runtime.options.get("threads", 3))
            facts = {
                "latency_p90": fact("latency_p90", latency, n=70).model_copy(update={"run": 1}),
                "latency_p50": fact("latency_p50", latency, n=70),
                "accuracy": fact("accuracy", 0.95),
                "throughput": fact("throughput", 300.0),
            }
            known[candidate.label] = Known(candidate, None, artifact, facts)
            if i == 0:
                known[candidate.label].failure = Failure(key="f", kind="crashed", stage="load", message="planted", log="words")
        return answer.build(suite, space, known, environment, run or None), known

    return made


def test_the_answer_has_the_keys_that_are_promised_and_is_plain_json(told):
    found, _ = told()
    assert set(found) >= KEYS
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for profile in found["profiles"].values():
        assert set(profile) >= {"candidate", "utility", "terms", "facts", "tied", "runner_up", "violations"}


def test_the_facts_of_a_recommendation_are_those_of_its_candidate(told):
    found, known = told()
    best = found["profiles"]["fast"]
    assert best["candidate"].partition("@")[2].startswith("openvino")
    facts = known[best["candidate"]].facts
    assert {name: one["value"] for name, one in best["facts"].items()} == {name: one.value for name, one in facts.items()}
    assert all(set(one) >= {"value", "low", "high", "unit", "n"} for one in best["facts"].values())


def test_a_candidate_that_failed_is_told_and_is_neither_recommended_nor_on_the_front(told):
    found, known = told()
    (failed,) = found["failures"]
    assert (failed["kind"], failed["stage"], failed["message"]) == ("crashed", "load", "planted")
    assert failed["candidate"] not in found["front"] + found["near_front"]
    assert all(one["candidate"] != failed["candidate"] for one in found["profiles"].values())
    assert found["space"]["evaluated"] == found["space"]["candidates"] == len(known)


def test_what_was_left_out_of_the_space_is_counted(told):
    found, _ = told()
    assert sum(one["count"] for one in found["space"]["excluded"]) == 2


def test_a_run_tells_what_it_measured(told):
    assert told(counts={"measured": 7, "reused": 3})[0]["counts"] == {"measured": 7, "reused": 3}
    known = told()[0]["counts"]
    assert known["measured"] == 0
    assert known["reused"] > 0


def test_a_percentile_without_enough_queries_says_what_it_needs(fact):
    facts = {"latency_p50": fact("latency_p50", 0.01, n=70), "latency_p90": fact("latency_p90", 0.01, n=70)}
    assert answer.withheld(facts) == {"latency_p99": {"needs": 662, "has": 70}}
    assert answer.withheld({}) == {}


def test_facts_come_in_the_order_of_the_metrics(fact):
    facts = {name: fact(name, 1.0) for name in reversed(METRICS)}
    assert list(answer.show_facts(facts)) == list(METRICS)


def test_nothing_known_recommends_nothing(suite, registry, environment):
    found = answer.build(
        suite, expand(suite, registry), {c.label: Known(c, None) for c in expand(suite, registry).everything}, environment
    )
    assert [one["candidate"] for one in found["profiles"].values()] == [None, None]
    assert (found["front"], found["candidates"], found["failures"]) == ([], [], [])
