"""How one candidate does under each profile, told from an answer about planted facts."""

import json

import pytest

from harness.compare.placing import placing
from harness.store import Store
from tests.answered import BASELINE, BEST, FAILED, FASTER, SLOW_AND_WRONG, TIED, UNKNOWN, WRONG, planted


@pytest.fixture(scope="module")
def answer(registry, tmp_path_factory):
    with Store("sqlite://") as store:
        yield planted(registry, store, tmp_path_factory.mktemp("planted")).answer


def test_a_candidate_is_weighed_again_to_the_last_digit(answer):
    for one in answer["candidates"]:
        for name, found in placing(answer, one["candidate"]).items():
            score = one["scores"][name]
            assert (found["utility"], found["half_width"]) == (score["utility"], score["half_width"])
            broken = [each["constraint"] for each in found["constraints"] if not each["holds"]]
            assert broken == [violation["constraint"] for violation in score["violations"]]


def test_the_terms_add_up_to_the_utility_and_have_their_ranges(answer):
    found = placing(answer, BEST)["fast"]
    assert found["utility"] == pytest.approx(sum(term["contribution"] for term in found["terms"]))
    latency, accuracy = found["terms"]
    assert (latency["metric"], latency["worst"], latency["best"], latency["scale"]) == ("latency_p50", 0.005, 0, "linear")
    assert latency["contribution"] == pytest.approx(0.5 * (5 - 1) / 5)
    assert accuracy["contribution"] == pytest.approx(0.5 * (0.93 - 0.5) / 0.5)


@pytest.mark.parametrize(
    ("label", "fast", "small"),
    [
        (BEST, "recommended", "below"),
        (TIED, "tied", "below"),
        (BASELINE, "below", "below"),
        (FASTER, "below", "below"),
        (WRONG, "infeasible", "recommended"),
        (SLOW_AND_WRONG, "infeasible", "tied"),
    ],
)
def test_the_outcome_under_each_profile_is_the_planted_one(answer, label, fast, small):
    found = placing(answer, label)
    assert (found["fast"]["outcome"], found["small"]["outcome"]) == (fast, small)


def test_places_are_those_of_the_feasible_by_utility(answer):
    places = {label: placing(answer, label)["fast"]["place"] for label in (BEST, TIED, FASTER, BASELINE, WRONG)}
    assert places == {
        BEST: {"place": 1, "of": 4},
        TIED: {"place": 2, "of": 4},
        FASTER: {"place": 3, "of": 4},
        BASELINE: {"place": 4, "of": 4},
        WRONG: None,
    }


def test_a_constraint_tells_how_far_inside_the_value_is_and_what_the_guard_leaves_of_that(answer):
    (held,), (broken,) = (placing(answer, label)["fast"]["constraints"] for label in (BEST, WRONG))
    assert held["bound"] == pytest.approx(0.85)
    assert held["slack"] == pytest.approx(0.08)
    assert held["margin"] == pytest.approx(held["slack"] - held["guard"])
    assert 0 < held["guard"] < held["slack"]
    assert broken["slack"] == pytest.approx(-0.15)
    assert not broken["holds"]


def test_a_baseline_is_exactly_its_own_bound_away_from_itself(answer):
    (constraint,) = placing(answer, BASELINE)["fast"]["constraints"]
    assert (constraint["slack"], constraint["guard"]) == (pytest.approx(0.1), 0)


def test_what_beats_a_candidate_is_told_by_term_the_most_first(answer):
    against = placing(answer, BASELINE)["fast"]["against"]
    assert against["candidate"] == BEST
    assert [term["metric"] for term in against["terms"]] == ["latency_p50"], "it is better in accuracy"
    (term,) = against["terms"]
    assert (term["value"], term["theirs"]) == (0.004, 0.001)
    assert term["gap"] == pytest.approx(0.5 * (4 - 1) / 5)
    assert against["gap"] == pytest.approx(term["gap"] - 0.5 * 0.02 / 0.5)
    assert placing(answer, BEST)["fast"]["against"] is None


def test_where_nothing_is_feasible_the_nearest_is_told_and_beats_nobody(answer):
    profiles = answer["profiles"] | {"fast": answer["profiles"]["fast"] | {"feasible": False}}
    found = placing(answer | {"profiles": profiles}, BEST)["fast"]
    assert found["outcome"] == "nearest"
    assert placing(answer | {"profiles": profiles}, WRONG)["fast"]["against"] is None


def test_a_baseline_outside_the_space_is_told_to_be_outside(answer):
    candidates = [one | {"eligible": one["candidate"] != BASELINE} for one in answer["candidates"]]
    found = placing(answer | {"candidates": candidates}, BASELINE)["fast"]
    assert (found["outcome"], found["place"]) == ("outside", None)


@pytest.mark.parametrize("label", [FAILED, UNKNOWN])
def test_without_facts_there_is_nothing_to_tell(answer, label):
    assert placing(answer, label) == {}


def test_an_answer_that_went_through_json_tells_the_same(answer):
    assert placing(json.loads(json.dumps(answer)), BASELINE) == placing(answer, BASELINE)
