"""Why a candidate won or lost, as the page says it: the same as the answer does, and it follows the setting."""

import pytest

from harness.report import page_data
from tests.scripts import Scripts

SCRIPTS = Scripts("units", "utility", "outcomes")
SCRIPTS.get("(value = (row, metric) => (metric in data.values ? data.values[metric].value[row] : null), 0)")


def told(answer, tied=(), profile=None):
    """Return the outcome of every candidate under the answer's profile, or as that is turned."""
    SCRIPTS.put("data", page_data.page_data(answer))
    SCRIPTS.put("profile", answer["priorities"]["toys"] | (profile or {}))
    SCRIPTS.put("tied", list(tied))
    SCRIPTS.get("(weighed = utility.weigh(profile, data), best = utility.best(weighed, data), 0)")
    of = "outcomes.of(row, weighed, best, new Set(tied), data.eligible, value)"
    return SCRIPTS.get(f"data.labels.map((_, row) => {of})")


def kind(name):
    return SCRIPTS.get(f"outcomes.{name}")


def test_the_recommended_wins_and_the_others_say_by_what_they_lose(answer):
    slow, best, wrong = told(answer)
    assert best == {"kind": kind("RECOMMENDED")}
    assert slow["kind"] == kind("LESS")
    assert slow["gap"] == pytest.approx((0.9 - 0.5) / 4 - 3 / 4 * (0.96 - 0.95) / 0.2)
    assert (slow["most"]["metric"], slow["most"]["loss"]) == ("latency_p90", pytest.approx(0.1))
    assert wrong["kind"] == kind("BREAKS")
    (miss,) = wrong["misses"]
    assert (miss["text"], miss["metric"], miss["value"], miss["bound"]) == ("accuracy >= 90 %", "accuracy", 0.6, 0.9)
    assert miss["by"] == pytest.approx(0.3)
    assert not miss["within"]


def test_ties_are_those_that_the_answer_tells(answer):
    slow, *_ = told(answer, tied=[0])
    assert slow["kind"] == kind("TIED")


def test_a_bound_that_is_turned_turns_the_outcomes(answer):
    (constraint,) = answer["priorities"]["toys"]["constraints"]
    outcomes = told(answer, profile={"constraints": [constraint | {"offset": 0.955}]})
    assert [one["kind"] for one in outcomes] == [kind("BREAKS")] * 3
    slow, best, _ = (one["misses"][0] for one in outcomes)
    assert (slow["within"], slow["by"]) == (True, None), "0.96 is inside 0.955, but not by its noise"
    assert best["by"] == pytest.approx(0.005)


def test_a_figure_that_is_not_known_breaks_its_constraint_by_nothing_that_could_be_told(answer):
    del answer["candidates"][0]["facts"]["accuracy"]
    (miss,) = told(answer)[0]["misses"]
    assert (miss["value"], miss["by"], miss["within"], miss["bound"]) == (None, None, False, 0.9)


def test_a_candidate_that_is_only_compared_with_is_told_as_that(answer):
    answer["candidates"][0]["eligible"] = False
    assert told(answer)[0] == {"kind": kind("OUTSIDE")}


def test_without_constraints_and_weights_of_one_metric_the_others_lose_by_it(answer):
    slow, fast, best = (told(answer, profile={"constraints": [], "weights": {"latency_p90": 2.0}})[row] for row in (0, 1, 2))
    assert best["kind"] == kind("RECOMMENDED")
    assert slow["most"]["loss"] == pytest.approx(slow["gap"]) == pytest.approx(0.45)
    assert fast["gap"] == pytest.approx(0.05)
