"""How far figures may be believed, as counts, and how to get them again."""

from harness import __version__
from harness.answer.trust import reruns, trust


def test_a_fact_that_several_share_counts_once(suite, environment, fact):
    shared = fact("accuracy", 0.9, key="shared")
    busy = fact("latency_p50", 0.1).model_copy(update={"quality": "contended", "tries": 3})
    again = fact("latency_p90", 0.1).model_copy(update={"tries": 2})
    found = trust(suite, environment, [{"accuracy": shared, "latency_p50": busy}, {"accuracy": shared, "latency_p90": again}], [])
    assert (found["facts"], found["qualities"], found["taken_again"]) == (3, {"clean": 2, "contended": 1}, 2)
    assert reruns({"latency_p50": busy, "accuracy": shared}) == 2
    assert reruns({"accuracy": shared}) == reruns({}) == 0


def test_a_percentile_that_was_withheld_says_of_how_many_and_how_near_the_best_came(suite, environment):
    withheld = [
        {"latency_p99": {"needs": 662, "has": 70}, "energy": {"why": "no counter"}},
        {"latency_p99": {"needs": 662, "has": 600}},
        {},
    ]
    assert trust(suite, environment, [], withheld)["withheld"] == {"latency_p99": {"needs": 662, "most": 600, "candidates": 2}}


def test_what_made_it_and_the_command_that_repeats_it_are_told(suite, environment):
    named = suite.model_copy(update={"file": "my suites/a.yaml"})
    kept = environment.model_copy(update={"context": {"git": {"revision": "f00", "dirty": True}}})
    found = trust(named, kept, [], [])
    assert found["command"] == "harness run 'my suites/a.yaml'"
    assert (found["suite_file"], found["seed"], found["harness"]) == ("my suites/a.yaml", 3, __version__)
    assert found["git"] == {"revision": "f00", "dirty": True}


def test_a_suite_that_is_no_file_has_no_command_and_what_is_unknown_is_null(suite, environment):
    found = trust(suite, environment, [], [])
    assert (found["command"], found["suite_file"], found["git"]) == (None, None, None)
