"""A pilot on the small space, with the planted truth of the fake evaluation."""

import pytest

from harness.ledger import Ledger
from harness.record import Failure
from harness.search.pilot import PATIENCE, Pilot, grade, taught
from harness.spec import Search
from harness.store import Store


@pytest.fixture
def flown(suite, space, evaluated):
    """Let a pilot try so many candidates; return it and what it tried."""

    def made(count, pilot=None, tried=(), **search):
        asked = suite.model_copy(update={"search": suite.search.model_copy(update=search)})
        pilot = pilot or Pilot(asked, space)
        tried = list(tried)
        for baseline in space.baselines:
            pilot.know(baseline.label, evaluated(baseline).facts)
        while len(tried) < count:
            candidate = pilot.propose([c.label for c in space.candidates if c.label not in tried])
            tried.append(candidate.label)
            pilot.learn(candidate.label, evaluated(candidate).facts)
        return pilot, tried

    return made


def test_everything_is_proposed_once_and_nothing_twice(flown, space):
    _, tried = flown(len(space.candidates))
    assert sorted(tried) == sorted(candidate.label for candidate in space.candidates)


def test_the_same_seed_and_facts_give_the_same_proposals(flown):
    assert flown(6)[1] == flown(6)[1]
    assert any(flown(6, seed=seed)[1] != flown(6)[1] for seed in (11, 12, 13))


def test_a_pilot_that_learns_again_what_was_tried_goes_on_as_the_first_would_have(flown, suite, space, evaluated):
    whole = flown(8)[1]
    again = Pilot(suite, space)
    for baseline in space.baselines:
        again.know(baseline.label, evaluated(baseline).facts)
    by_label = {candidate.label: candidate for candidate in space.candidates}
    for label in whole[:5]:
        again.learn(label, evaluated(by_label[label]).facts)
    assert flown(8, again, whole[:5])[1] == whole


def test_what_a_quick_look_ended_is_learnt_by_what_the_look_told(suite, registry, environment, space, evaluated):
    one, other = space.candidates[3], space.candidates[4]
    look = evaluated(one).facts
    with Store("sqlite://") as store:
        ledger = Ledger(suite, registry, store, environment)
        known = ledger.look_up(space.everything)
    learnt = taught(ledger, space, known, [one.label, other.label], quick={one.label: look})._guided.learnt
    for metric, fact in look.items():
        assert learnt.values(metric)[space.candidates.index(one)] == fact.value
        assert learnt.distinct(metric) == 1


def test_a_search_is_settled_when_nothing_more_is_expected_for_a_while(flown, space):
    assert not flown(len(space.candidates), gain=0.0)[0].settled, "a gain of 0 is never promised not to be exceeded"
    assert not flown(PATIENCE)[0].settled
    assert flown(len(space.candidates), gain=1.0, change=1.0)[0]._quiet > 0


def test_the_earlier_a_candidate_failed_the_worse_its_grade_and_none_is_beyond_1():
    stages = ("prepare", "load", "warm_up", "measure")
    grades = [grade(Failure(key="k", kind="crashed", stage=stage, message="")) for stage in stages]
    assert grades == sorted(grades, reverse=True)
    assert max(grades) == 1 == grade(Failure(key="k", kind="crashed", stage="elsewhere", message=""))


def test_a_suite_says_when_a_search_is_settled():
    assert Search.model_validate({"gain": "1 %", "change": "2 %"}).gain == pytest.approx(0.01)
