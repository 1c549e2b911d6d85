"""Asked and told, never run: no candidate twice, failures teach, and a kill loses nothing that was told."""

import warnings

import optuna
import pytest
from optuna.trial import TrialState

from harness.search.algorithm import algorithm
from harness.search.study import Study

ALGORITHMS = ["exhaustive", "random", "tpe", "nsga2", "nsga3"]


@pytest.fixture
def open_study(suite, space, url, environment):
    """Open the study of the small suite, with an algorithm; every one is closed at the end."""
    opened = []

    def made(name="exhaustive", seed=3, candidates=None):
        search = suite.search.model_copy(update={"algorithm": name, "seed": seed})
        asked = suite.model_copy(update={"search": search})
        study = Study(asked, space.candidates if candidates is None else candidates, url, environment.id)
        opened.append(study)
        return study

    yield made
    for study in opened:
        study._study._storage._backend.engine.dispose()


def trials(study):
    return study._study.get_trials(deepcopy=False)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_candidate_is_asked_for_and_none_twice(suite, open_study, space, evaluated, name):
    study, asked = open_study(name), []
    while (found := study.ask()) is not None:
        trial, candidate = found
        asked.append(candidate.label)
        study.tell(trial, evaluated(candidate).facts, False, 0.0, suite.profiles)
    assert len(asked) == len(set(asked)) == len(space.candidates)
    assert set(study.tried) == set(asked)
    assert study.untried() == []


def test_the_order_of_an_exhaustive_search_follows_its_seed(suite, open_study, evaluated):
    def order(seed):
        study, asked = open_study(seed=seed), []
        while (found := study.ask()) is not None:
            asked.append(found[1].label)
            study.tell(found[0], {}, False, 0.0, suite.profiles)
        return asked

    first, other = order(1), order(2)
    assert first != other
    assert sorted(first) == sorted(other)


def test_a_wish_comes_first(suite, open_study, space):
    study = open_study("tpe")
    for wish in (space.candidates[3], space.candidates[1]):
        trial, candidate = study.ask(wish)
        assert candidate == wish
        study.tell(trial, {}, False, 0.0, suite.profiles)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_failure_is_told_as_a_violated_constraint_with_the_worst_values_and_never_as_fail(
    suite, open_study, space, evaluated, name
):
    study = open_study(name)
    while (found := study.ask()) is not None:
        trial, candidate = found
        result = evaluated(candidate, trees_fail=True)
        study.tell(trial, result.facts, result.failure is not None, 0.0, suite.profiles)
    assert {trial.state for trial in trials(study)} == {TrialState.COMPLETE}
    for trial in trials(study):
        failed = trial.user_attrs["candidate"].startswith("decision_tree")
        assert trial.constraints == {"failed": float(failed), "profiles": 0.0}
        if failed:
            assert trial.values == [0.02, 0.9, 100]


def test_how_far_a_candidate_is_from_every_profile_is_told(suite, open_study, space):
    study = open_study()
    for miss in (0.25, float("inf")):
        trial, _ = study.ask()
        study.tell(trial, {}, False, miss, suite.profiles)
    assert [one.constraints["profiles"] for one in trials(study)] == [0.25, 1e9]


def test_objectives_have_the_directions_of_their_metrics(suite, open_study):
    study = open_study()
    assert study.objectives == ("latency_p90", "accuracy", "throughput")
    assert [direction.name for direction in study._study.directions] == ["MINIMIZE", "MAXIMIZE", "MAXIMIZE"]


@pytest.mark.parametrize("name", ["exhaustive", "tpe"])
def test_a_study_goes_on_where_it_stopped(suite, open_study, space, evaluated, name):
    first = open_study(name)
    for _ in range(4):
        trial, candidate = first.ask()
        first.tell(trial, evaluated(candidate).facts, candidate.model.label == "decision_tree", 0.0, suite.profiles)
    first.ask()  # asked and never told: killed
    again = open_study(name)
    assert again.name == first.name
    assert set(again.tried) == set(first.tried)
    assert len(again.untried()) == len(space.candidates) - 4
    asked = set()
    while (found := again.ask()) is not None:
        asked.add(found[1].label)
        again.tell(found[0], evaluated(found[1]).facts, False, 0.0, suite.profiles)
    assert asked == {one.label for one in space.candidates} - set(first.tried)
    assert TrialState.RUNNING not in {trial.state for trial in trials(again)}


def test_points_that_a_kill_left_in_the_queue_are_not_asked_for_again(suite, open_study, space):
    first = open_study("tpe")
    done = space.candidates[:3]
    for wish in done:
        trial, _ = first.ask(wish)
        first.tell(trial, {}, True, 0.0, suite.profiles)
    for stale in done:
        first._study.enqueue_trial(first._tree.parameters(stale))
    again = open_study("tpe")
    trial, candidate = again.ask()
    assert candidate not in done
    repeated = [one for one in trials(again) if one.state == TrialState.COMPLETE]
    assert len(repeated) == 6
    assert {one.constraints["failed"] for one in repeated} == {1.0}


def test_another_space_or_seed_is_another_study(suite, open_study, space):
    names = {open_study().name, open_study(seed=4).name, open_study(candidates=space.candidates[1:]).name, open_study("tpe").name}
    assert len(names) == 4
    assert open_study().name in names


def test_auto_is_exhaustive_when_the_space_fits_the_trials(suite):
    assert suite.search.algorithm == "auto"
    assert (algorithm(suite, suite.search.trials), algorithm(suite, suite.search.trials + 1)) == ("exhaustive", "guided")
    wish = suite.model_copy(update={"search": suite.search.model_copy(update={"algorithm": "nsga2"})})
    assert algorithm(wish, 1) == "nsga2"


def test_no_failure_is_among_the_best_trials(suite, open_study, evaluated):
    study, failed = open_study("tpe"), []
    for _ in range(8):
        trial, candidate = study.ask()
        result = evaluated(candidate, trees_fail=True)
        failed.append(result.failure is not None)
        study.tell(trial, result.facts, failed[-1], 0.0, suite.profiles)
    assert any(failed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        best = study._study.best_trials
    assert best
    assert all(one.constraints["failed"] == 0 for one in best)
