"""What a search tried is read as Optuna itself tells it."""

import pytest

from harness.search.study import Study
from harness.search.trials import CANDIDATE, trials
from harness.store import Store


@pytest.fixture
def store(url):
    with Store(url) as opened:
        yield opened


@pytest.fixture
def study(suite, space, url, environment):
    opened = Study(suite, space.candidates, url, environment.id)
    yield opened
    opened._study._storage._backend.engine.dispose()


def told(study):
    """Return what Optuna tells of the trials that are complete: label and seconds."""
    every = [one for one in study._study.get_trials(deepcopy=False) if one.state.name == "COMPLETE"]
    return [(one.user_attrs[CANDIDATE], (one.datetime_complete - one.datetime_start).total_seconds()) for one in every]


def test_what_was_tried_comes_in_order_with_the_seconds_spent_so_far(study, store, suite, evaluated):
    for _ in range(4):
        trial, candidate = study.ask()
        study.tell(trial, evaluated(candidate).facts, False, 0.0, suite.profiles)
    study.ask()  # one that is not told: a run that was killed
    found, spent = trials(store, study.name), 0.0
    assert [one.candidate for one in found] == [label for label, _ in told(study)] == list(study.tried)
    for one, (_, seconds) in zip(found, told(study), strict=True):
        spent += seconds
        assert one.seconds == pytest.approx(spent, abs=1e-3)


def test_a_candidate_that_was_tried_again_counts_at_its_first(study, store, suite, evaluated, space):
    for candidate in (space.candidates[0], space.candidates[1], space.candidates[0]):
        study._told.clear()
        trial, asked = study.ask(candidate)
        study.tell(trial, evaluated(asked).facts, False, 0.0, suite.profiles)
    assert [one.candidate for one in trials(store, study.name)] == [one.label for one in space.candidates[:2]]


def test_a_study_that_is_not_there_has_tried_nothing(study, store):
    assert trials(store, "another") == []


def test_a_store_without_any_study_has_tried_nothing():
    with Store("sqlite://") as empty:
        assert trials(empty, "any") == []
