import json

import jsonschema
import numpy as np
import pytest

from harness import facts
from harness.answer import building
from harness.answer.since import snapshot
from harness.decide import recommend
from harness.ledger import Known
from harness.metrics import METRICS
from harness.operators import OperatorTime, Profile
from harness.record import Failure
from harness.search.trials import Trial
from harness.space import expand
from harness.spec import Choice, End, Target

KEYS = {"suite", "environment", "profiles", "front", "candidates", "failures", "counts", "memory"}
LAYERS = tuple(OperatorTime(f"layer {i}", "Conv", "fast", i * 1e-6) for i in range(50))
PROFILE = Profile("onnxruntime", 1, 10, 2e-3, LAYERS)
SERVER = Choice(part="server", label="server:0.02", options={"latency": 0.02})


class Planted:
    """Evidence that is made up: every difference of accuracies is the same, and every candidate has a curve but those named."""

    def __init__(self, without=(), profiled=(), tried=()):
        self.without, self.profiled, self.tried, self.asked = without, profiled, tried, []

    def accuracy(self, fact, baseline):
        self.asked.append((fact, baseline))
        return (
            {"value": -0.01, "low": -0.02, "high": 0.001, "n": 20, "gained": 1, "lost": 2, "p": 0.5}
            if fact and baseline
            else None
        )

    def right(self, facts):
        return {}

    def judged(self, facts, baseline):
        return {}

    def memory(self, one):
        return [] if one.candidate.label in self.without else [[0.0, 1e6], [1.0, 3e6]]

    def flips(self, fact, parent):
        return None

    def behaviour(self, one, baseline, suite):
        return None

    def profile(self, one):
        return PROFILE if one.candidate.label in self.profiled else None

    def server(self, one):
        return f"planted for {one.candidate.label}"

    def latencies(self, one):
        return {} if one.candidate.label in self.without else {"single_stream": {"n": 1, "seconds": [0.1], "shares": [1.0]}}

    def rates(self, one):
        return None

    def contention(self, one):
        return {"single_stream": [{"waited": 0.5, "throttled": []}]}

    def trials(self, study):
        return [Trial(label, 2.0 * i) for i, label in enumerate(self.tried)]


@pytest.fixture
def told(suite, registry, environment, fact, artifact):
    """Build the answer of a store that knows latency by threads, and of which one candidate failed."""
    space = expand(suite, registry)

    def made(evidence=None, changes=None, **run):
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
        asked = suite.model_copy(update=changes or {})
        return valid(building.build(asked, space, known, environment, evidence or Planted(), run or None)), known

    return made


def valid(found):
    """Return an answer that is as its schema says, and has no key that the schema does not name."""
    jsonschema.validate(found, facts.schema())
    facts.Facts.model_validate(found)
    return found


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
    facts = {name: fact(name, 0.01, n=70) for name in ("latency_p50", "latency_p90")}
    several = {"multi_stream_p50": fact("multi_stream_p50", 0.01, n=40)}
    of_one = {
        "latency_p95": {"needs": 130, "has": 70},
        "latency_p99": {"needs": 662, "has": 70},
        "latency_p999": {"needs": 6636, "has": 70},
    }
    of_several = {"multi_stream_p90": {"needs": 64, "has": 40}, "multi_stream_p99": {"needs": 662, "has": 40}}
    assert building.withheld(facts) == of_one
    assert building.withheld(several) == of_several
    assert building.withheld(facts | several) == of_one | of_several
    assert building.withheld({}) == {}


def test_queries_of_several_processes_do_not_add_up_to_a_percentile(fact):
    whole = fact("latency_p50", 0.01, n=210).model_copy(update={"processes": 3})
    assert building.withheld({"latency_p50": whole})["latency_p95"] == {"needs": 130, "has": 70}


def test_a_candidate_tells_its_accuracy_beside_its_baselines_on_the_same_samples(told):
    evidence = Planted()
    found, known = told(evidence)
    asked = [fact and baseline for fact, baseline in evidence.asked]
    for one in found["candidates"]:
        baseline = known[found["baselines"][one["candidate"]]]
        assert bool(one["paired"]) == (baseline.failure is None), "without a baseline there is nothing to compare with"
    assert {one["paired"]["accuracy"]["lost"] for one in found["candidates"] if one["paired"]} == {2}
    assert len(asked) == len(found["candidates"])


def test_memory_over_time_is_told_of_what_is_recommended_and_of_its_baseline(told):
    found, known = told()
    best = {one["candidate"] for one in found["profiles"].values()}
    assert set(found["memory"]) == best | {found["baselines"][label] for label in best}
    assert set(told(Planted(without=known))[0]["memory"]) == set()


def test_what_charts_show_is_told_of_the_notable_alone(told):
    found, known = told()
    best = [one["candidate"] for one in found["profiles"].values()]
    assert found["notable"][: len(set(best))] == list(dict.fromkeys(best))
    assert set(found["notable"]) >= {*found["front"], *(found["baselines"][label] for label in best)}
    facts = {label for label in found["notable"] if known[label].facts}
    assert set(found["latency_curves"]) == set(found["contention"]) == facts
    assert found["load_curves"]["by_rate"] == {}
    assert set(told(Planted(without=known))[0]["latency_curves"]) == set()


def test_candidates_of_one_family_are_a_curve_over_batch_sizes(told):
    curves = told()[0]["load_curves"]["by_batch"]
    assert curves
    assert {curve["latency"] for curve in curves} == {"latency_p90"}
    assert all([label.rpartition("/b")[2] for label in curve["candidates"]] == ["1", "8"] for curve in curves)


def test_what_is_off_the_front_is_dominated_by_what_is_recommended_if_that_does(told):
    found, _ = told()
    best = found["profiles"]["fast"]["candidate"]
    beaten = {one["candidate"]: one["dominated_by"] for one in found["candidates"] if one["eligible"]}
    assert all((label in found["front"]) == (by is None) for label, by in beaten.items())
    assert best in beaten.values()


def test_a_search_is_told_in_the_order_it_tried(told, suite, registry):
    labels = [one.label for one in expand(suite, registry).candidates[:3]]
    history = told(Planted(tried=labels), study="small-1")[0]["history"]
    assert (history["candidates"], history["seconds"]) == (labels, [0.0, 2.0, 4.0])
    assert set(history["utility"]) == {"fast", "busy"}
    assert told(Planted(tried=labels))[0]["history"]["candidates"] == [], "no search led here"


def test_trust_tells_of_every_fact_that_is_shown_and_a_candidate_of_its_reruns(told):
    found, _ = told()
    assert found["trust"]["qualities"] == {"clean": found["trust"]["facts"]}
    assert found["trust"]["withheld"]["latency_p99"]["candidates"] == len(found["candidates"])
    assert {one["reruns"] for one in found["candidates"]} == {0}


def test_an_answer_is_compared_with_the_one_before(told, suite, registry, environment):
    found, known = told()
    assert found["changed"] is None
    other = {**snapshot(found), "profiles": {"fast": snapshot(found)["profiles"]["fast"] | {"candidate": "another"}}}
    later = building.build(suite, expand(suite, registry), known, environment, Planted(), None, [other])
    (one,) = valid(later)["changed"]["recommendations"]
    assert (one["profile"], one["before"], one["after"]) == ("fast", "another", found["profiles"]["fast"]["candidate"])


def test_a_rate_that_is_absent_says_why_where_it_was_asked_for(told, suite):
    found, _ = told(changes={"scenarios": (*suite.scenarios, SERVER)})
    for one in found["candidates"]:
        assert one["withheld"]["server_rate"] == {"why": f"planted for {one['candidate']}"}
    assert not any("server_rate" in one["withheld"] for one in told()[0]["candidates"])


def test_energy_that_is_absent_says_what_to_state(told):
    for one in told()[0]["candidates"]:
        assert "power" in one["withheld"]["energy"]["why"]
    assert not any("energy" in one["withheld"] for one in told(changes={"target": Target(power=65)})[0]["candidates"])
    offline_is_left_out = {"scenarios": (Choice(part="single_stream", label="single_stream"),)}
    assert not any("energy" in one["withheld"] for one in told(changes=offline_is_left_out)[0]["candidates"])


def test_a_figure_tells_where_it_comes_from_and_how_often_it_was_tried(fact):
    guessed = fact("energy", 0.1).model_copy(update={"provenance": "estimate", "tries": 2, "processes": 3})
    assert building.show_facts({"energy": guessed}) == {
        "energy": {
            "value": 0.1,
            "low": 0.1,
            "high": 0.1,
            "unit": "J",
            "n": 100,
            "quality": "clean",
            "provenance": "estimate",
            "processes": 3,
            "tries": 2,
        }
    }


def test_facts_come_in_the_order_of_the_metrics(fact):
    facts = {name: fact(name, 1.0) for name in reversed(METRICS)}
    assert list(building.show_facts(facts)) == list(METRICS)


def test_nothing_known_recommends_nothing(suite, registry, environment):
    space = expand(suite, registry)
    found = valid(building.build(suite, space, {c.label: Known(c, None) for c in space.everything}, environment, Planted()))
    assert [one["candidate"] for one in found["profiles"].values()] == [None, None]
    assert (found["front"], found["candidates"], found["failures"], found["memory"]) == ([], [], [], {})


def test_a_profile_is_told_with_all_its_kinds_and_its_slowest_operators(told, suite, registry):
    label = expand(suite, registry).candidates[1].label
    built, _ = told(Planted(profiled=[label]))
    assert list(built["operators"]) == [label]
    shown = built["operators"][label]
    assert shown["kinds"] == [{"kind": "Conv", "count": 50, "seconds": pytest.approx(1225e-6), "share": 1.0}]
    assert [one["name"] for one in shown["operators"]] == [f"layer {i}" for i in range(10, 50)]
    assert shown["uncovered"] == pytest.approx(2e-3 - 1225e-6)


def test_what_is_not_compressed_has_no_parent(told):
    built, _ = told()
    assert {one["parent"] for one in built["candidates"]} == {None}


MOVING = {"relative": {"latency_p90": (End(factor=2), End(factor=0.5)), "size": (End(factor=2), End(factor=0.1))}}


def test_priorities_have_the_ranges_that_the_baseline_settled_and_tell_those_that_stay_open(told, suite):
    fast = suite.profiles[0].model_copy(update=MOVING | {"ranges": {"accuracy": (0.9, 1.0)}, "scales": {"latency_p90": "log"}})
    spared = suite.model_copy(update={"baseline": suite.baseline.model_copy(update={"runtime": suite.runtimes[1]})}).baseline
    built, known = told(changes={"profiles": (fast,), "baseline": spared})
    measured = known[spared.label].facts["latency_p90"].value
    priorities = built["priorities"]["fast"]
    assert priorities["ranges"] == {"accuracy": [0.9, 1.0], "latency_p90": [2 * measured, 0.5 * measured]}
    assert priorities["scales"] == {"latency_p90": "log"}
    assert priorities["relative"].keys() == {"size"}
    assert {"name", "weights", "constraints", "guard"} < priorities.keys()
    assert built["anchor"]["candidate"] == spared.label
    assert built["anchor"]["ranges"]["fast"]["size"] == [{"factor": 2.0, "offset": 0.0}, {"factor": 0.1, "offset": 0.0}]
    assert built["anchor"]["ranges"]["fast"].keys() == {"latency_p90", "size"}
    (same,) = [one for one in built["candidates"] if one["candidate"] == spared.label]
    assert same["scores"]["fast"]["utility"] == pytest.approx((0.5 + 0.5) / 2)


def test_a_recommendation_says_how_sure_it_is_and_for_what_it_holds(told, environment):
    found, known = told(stop_reason="trials")
    for one in found["profiles"].values():
        assert 0 < one["win_probability"] <= 1
        assert {*one["sensitivity"]} == {"weights", "constraints", "near", "anywhere"}
        assert one["validity"]["environment"]["id"] == environment.id
        assert all(other["candidate"] in known for other in one["contenders"])
    assert found["stop_reason"] == "trials"
    assert 0 < found["hypervolume"] <= 1
    assert told()[0]["stop_reason"] is None


def test_a_decision_is_made_with_the_differences_on_the_same_samples(told, monkeypatch):
    seen = []
    examined = recommend.examined
    monkeypatch.setattr(
        recommend, "examined", lambda profile, columns, seed: seen.append(columns) or examined(profile, columns, seed)
    )
    found, _ = told()
    paired = {one["candidate"]: one["paired"] for one in found["candidates"]}
    for label, low in zip(seen[0].labels, seen[0].apart["accuracy"].low, strict=True):
        assert low == paired[label]["accuracy"]["low"] if paired[label] else np.isnan(low)
