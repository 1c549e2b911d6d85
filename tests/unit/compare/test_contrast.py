"""Two candidates side by side, from an answer about planted facts."""

import copy
import json
import math
from types import SimpleNamespace

import pytest

from harness.compare.contrast import contrast
from harness.store import Store
from tests.answered import BASELINE, BEST, FASTER, TIED, WRONG, planted


@pytest.fixture(scope="module")
def world(registry, tmp_path_factory):
    with Store("sqlite://") as store:
        yield planted(registry, store, tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def told(world):
    """Compare two candidates; ``changes`` are made to the facts of the first."""

    def made(one, other, **changes):
        known = dict(world.known)
        facts = known[one].facts
        changed = {name: facts[name].model_copy(update=about) for name, about in changes.items()}
        known[one].facts = facts | changed
        try:
            return contrast(world.answer, known, one, other, world.evidence)
        finally:
            known[one].facts = facts

    return made


def test_it_is_plain_json(told):
    found = told(BEST, BASELINE)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_ratios_and_differences_have_the_planted_values_inside_their_intervals(told):
    metrics = told(BEST, BASELINE)["metrics"]
    latency, accuracy, size = (metrics[name] for name in ("latency_p50", "accuracy", "size"))
    assert (latency["kind"], latency["value"]) == ("ratio", pytest.approx(1 / 4))
    assert (accuracy["kind"], accuracy["value"]) == ("difference", pytest.approx(-0.02))
    assert [size["value"], size["low"], size["high"]] == [pytest.approx(1 / 4)] * 3
    assert all(each["low"] <= each["value"] <= each["high"] for each in metrics.values())


def test_beyond_noise_and_inside_it_are_told_apart(told):
    found = told(BEST, TIED)
    assert found["metrics"]["latency_p50"]["low"] < 1 < found["metrics"]["latency_p50"]["high"]
    assert (found["better"], found["worse"]) == ([], [])
    found = told(BEST, BASELINE)
    assert found["better"] == ["latency_p50", "size"]
    assert found["even"] == ["accuracy"]
    assert told(BASELINE, WRONG)["better"] == ["accuracy"]
    assert told(WRONG, BASELINE)["worse"] == ["accuracy"]


def test_the_other_way_round_is_the_opposite(told):
    there, back = told(WRONG, BASELINE), told(BASELINE, WRONG)
    assert (there["better"], there["worse"]) == (back["worse"], back["better"])
    assert there["metrics"]["latency_p50"]["value"] == pytest.approx(1 / back["metrics"]["latency_p50"]["value"])
    assert there["metrics"]["accuracy"]["value"] == pytest.approx(-back["metrics"]["accuracy"]["value"])
    assert there["profiles"]["fast"]["difference"] == pytest.approx(-back["profiles"]["fast"]["difference"])


def test_what_was_asked_on_the_same_samples_is_compared_sample_by_sample(told):
    accuracy = told(BEST, BASELINE)["metrics"]["accuracy"]
    assert (accuracy["paired"]["gained"], accuracy["paired"]["lost"], accuracy["paired"]["n"]) == (0, 2, 100)
    assert accuracy["high"] - accuracy["low"] < 2 * math.hypot(0.04, 0.04), "which the two intervals alone would give"


def test_a_fact_that_both_share_differs_by_nothing(told):
    accuracy = told(FASTER, BASELINE)["metrics"]["accuracy"]
    assert accuracy["shared"]
    assert [accuracy[end] for end in ("value", "low", "high")] == [0, 0, 0]
    assert (accuracy["better"], accuracy["paired"]) == (None, None)


def test_what_rests_on_an_estimate_is_not_known_to_be_better(told):
    latency = told(BEST, BASELINE, latency_p50={"provenance": "estimate"})["metrics"]["latency_p50"]
    assert (latency["estimate"], latency["better"]) == (True, None)


def test_a_figure_of_nought_has_a_difference_instead_of_a_ratio(told):
    latency = told(BEST, BASELINE, latency_p50={"low": 0.0})["metrics"]["latency_p50"]
    assert (latency["kind"], latency["value"]) == ("difference", pytest.approx(-0.003))
    assert latency["better"] == "one"


def test_flips_are_counted(told):
    flips = told(BEST, BASELINE)["flips"]
    assert (flips["right"], flips["wrong"], flips["other"]) == (0, 2, 0)
    assert told(FASTER, BASELINE)["flips"]["value"] == 0


def test_profiles_tell_who_is_better_by_more_than_the_noise(told):
    fast = told(BEST, BASELINE)["profiles"]["fast"]
    assert fast["better"] == "one"
    assert fast["difference"] == pytest.approx(0.5 * 3 / 5 - 0.5 * 0.02 / 0.5)
    assert told(BASELINE, BEST)["profiles"]["fast"]["better"] == "other"
    assert told(BEST, TIED)["profiles"]["fast"]["better"] is None
    assert told(WRONG, BASELINE)["profiles"]["fast"]["one"]["violations"]


def test_who_breaks_a_constraint_is_worse_than_who_keeps_all_whatever_the_utilities(told):
    fast = told(WRONG, BASELINE)["profiles"]["fast"]
    assert fast["difference"] > 0
    assert (bool(fast["one"]["violations"]), bool(fast["other"]["violations"])) == (True, False)
    assert fast["better"] == "other"
    assert told(BASELINE, WRONG)["profiles"]["fast"]["better"] == "one"


def test_what_two_have_in_common_with_their_baseline_is_no_noise_between_them(world):
    answer = copy.deepcopy(world.answer)
    answer["priorities"]["fast"]["weights"] = {"accuracy": 1.0}

    def better(width):
        apart = {"value": -0.02, "low": -0.02 - width, "high": -0.02 + width}
        evidence = SimpleNamespace(
            accuracy=lambda one, other: apart, judged=lambda *facts: {}, right=lambda facts: {}, flips=lambda *facts: None
        )
        return contrast(answer, world.known, BEST, BASELINE, evidence)["profiles"]["fast"]["better"]

    assert better(0.001) == "one", "their difference is known well"
    assert better(1.0) is None, "it is not, and the two intervals overlap"


def test_a_candidate_is_even_with_itself_in_everything(told):
    found = told(BEST, BEST)
    assert set(found["even"]) == {"latency_p50", "accuracy", "size"}
    assert found["profiles"]["fast"]["difference"] == 0
