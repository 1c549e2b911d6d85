import json

import pytest

from harness.answer.validity import validity


@pytest.fixture
def told(suite, environment):
    def made(rests_on=None, absent=None, known=(4, 4), profile=None):
        return validity(suite, profile or suite.profiles[0], environment, rests_on or {}, absent or {}, known)

    return made


def test_it_names_the_environment_and_all_that_ends_it(told, environment):
    found = told()
    assert json.loads(json.dumps(found)) == found
    assert (found["environment"]["id"], found["environment"]["identity"]) == (environment.id, environment.identity)
    assert [one["changes"] for one in found["holds_until"]] == ["machine", "versions", "data", "workload", "profile"]
    words = " ".join(one["words"] for one in found["holds_until"])
    assert all(name in words for name in (environment.id, "numpy 2", "digits", "1 or 8 samples", "single_stream"))
    assert found["weak"] == []


def test_disturbed_and_estimated_facts_that_the_profile_looks_at_are_weak(told, fact):
    facts = {
        "latency_p90": fact("latency_p90", 0.01).model_copy(update={"quality": "contended"}),
        "accuracy": fact("accuracy", 0.9).model_copy(update={"provenance": "estimate"}),
        "energy": fact("energy", 1.0).model_copy(update={"provenance": "estimate"}),
    }
    weak = told({"mine": facts})["weak"]
    assert [(one["kind"], one["candidate"], one["metrics"]) for one in weak] == [
        ("contended", "mine", ["latency_p90"]),
        ("estimate", "mine", ["accuracy"]),
    ]


def test_of_the_baseline_only_what_a_relative_bound_looks_at_counts(told, fact, suite, constraint):
    facts = {name: fact(name, 0.5).model_copy(update={"quality": "throttled"}) for name in ("latency_p90", "accuracy")}
    relative = suite.profiles[0].model_copy(update={"constraints": (constraint("accuracy", ">=", factor=1),)})
    assert told({"mine": {}, "base": facts})["weak"] == []
    (weak,) = told({"mine": {}, "base": facts}, profile=relative)["weak"]
    assert (weak["kind"], weak["candidate"], weak["metrics"]) == ("throttled", "base", ["accuracy"])


def test_what_is_not_known_is_told(told):
    absent = {"latency_p90": {"needs": 64, "has": 20}, "latency_p99": {"needs": 662, "has": 20}}
    assert [(one["kind"], one["metrics"]) for one in told(absent=absent)["weak"]] == [("withheld", ["latency_p90"])]
    (weak,) = told(known=(30, 1090))["weak"]
    assert (weak["kind"], weak["evaluated"], weak["candidates"]) == ("not_evaluated", 30, 1090)
