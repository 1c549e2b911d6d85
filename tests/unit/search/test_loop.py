import pytest

from harness.errors import OutOfTimeError
from harness.search.loop import nearest_miss, search
from harness.search.objectives import objectives
from harness.search.study import Study
from harness.space import Space
from harness.testing import FakeClock


@pytest.fixture
def searched(suite, space, url, environment, evaluated):
    """Search the small space; every evaluation takes a minute of the fake clock."""
    studies = []

    def made(minutes=1000, trials=50, evaluate=None, among=space, name="exhaustive", processes=1):
        clock, order, told = FakeClock(), [], []
        limits = suite.search.model_copy(update={"minutes": minutes, "trials": trials, "algorithm": name})
        measure = suite.measure.model_copy(update={"processes": processes})
        asked = suite.model_copy(update={"search": limits, "measure": measure})
        study = Study(asked, among.candidates, url, environment.id)
        studies.append(study)

        def evaluation(candidate):
            clock.sleep(60)
            order.append(candidate.label)
            return (evaluate or evaluated)(candidate)

        progress = search(asked, among, study, evaluation, clock, lambda p: told.append(p.tried))
        return progress, order, told

    yield made
    for study in studies:
        study._study._storage._backend.engine.dispose()


def test_a_search_ends_when_the_space_is_used_up(searched, space):
    progress, order, told = searched()
    assert (progress.stop, progress.tried, progress.planned) == ("space", len(space.candidates), len(space.candidates))
    assert sorted(order) == sorted(c.label for c in space.candidates)
    assert told == list(range(1, len(order) + 1))


def test_a_search_ends_when_its_trials_are_used_up(searched):
    progress, order, _ = searched(trials=4)
    assert (progress.stop, progress.tried, progress.planned, len(order)) == ("trials", 4, 4, 4)


def test_a_search_ends_before_a_typical_candidate_would_exceed_its_minutes(searched):
    progress, order, _ = searched(minutes=5.5)
    assert (progress.stop, len(order)) == ("minutes", 5)
    assert progress.durations == [60] * 5


def test_a_share_of_the_minutes_is_kept_for_measuring_contenders_again(searched):
    progress, order, _ = searched(minutes=5.5, processes=3)
    assert (progress.stop, len(order)) == ("minutes", 4)


def test_what_runs_out_of_time_is_not_told(searched, evaluated):
    seen = []

    def evaluate(candidate):
        seen.append(candidate)
        if len(seen) == 3:
            raise OutOfTimeError("planted")
        return evaluated(candidate)

    progress, _, _ = searched(evaluate=evaluate)
    assert (progress.stop, progress.tried) == ("minutes", 2)


def test_baselines_come_first_even_at_random(searched, space):
    _, order, _ = searched(trials=5)
    assert order[:2] == [one.label for one in space.baselines]


def test_baselines_outside_the_space_are_evaluated_first_and_are_no_trials(searched, space):
    inside = tuple(c for c in space.candidates if c.model.label != "decision_tree")
    progress, order, _ = searched(trials=3, among=Space(inside, (), space.baselines))
    assert order[:2] == [one.label for one in space.baselines]
    assert (progress.tried, len(order)) == (3, 5)


def test_a_second_search_evaluates_nothing_but_the_baselines_it_compares_with(searched, space):
    searched()
    progress, order, _ = searched()
    assert progress.stop == "space"
    assert set(order) <= {one.label for one in space.baselines}


def test_a_search_goes_on_after_its_trials_were_raised(searched):
    _, first, _ = searched(trials=4)
    progress, second, _ = searched(trials=6)
    assert (progress.stop, progress.tried) == ("trials", 6)
    assert len(set(first) | set(second)) == 6


def test_a_candidate_that_satisfies_one_profile_misses_nothing(suite, fact):
    assert nearest_miss(suite.profiles, {"accuracy": fact("accuracy", 0.5)}, {}) == 0
    only = suite.model_copy(update={"profiles": suite.profiles[:1]})
    assert nearest_miss(only.profiles, {"accuracy": fact("accuracy", 0.95)}, {}) == 0
    assert nearest_miss(only.profiles, {"accuracy": fact("accuracy", 0.45)}, {}) == pytest.approx(0.5)
    assert nearest_miss(only.profiles, {}, {}) == 1


def test_the_objectives_are_what_the_profiles_weigh_in_the_order_of_first_use(suite, quickstart):
    assert objectives(suite) == ("latency_p90", "accuracy", "throughput")
    assert objectives(quickstart) == ("latency_p90", "accuracy", "memory_peak", "size", "throughput")
