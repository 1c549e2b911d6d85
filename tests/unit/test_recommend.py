import pytest

from harness import recommend

RANGES = {"latency_p90": (0.02, 0.0), "accuracy": (0.9, 1.0)}


@pytest.fixture
def table(fact):
    """Make facts by candidate from (latency, accuracy) and the spread of the latency."""

    def made(spread=0.0, /, **rows):
        return {
            label: {"latency_p90": fact("latency_p90", latency, spread, key=f"l-{label}"), "accuracy": fact("accuracy", accuracy)}
            for label, (latency, accuracy) in rows.items()
        }

    return made


@pytest.fixture
def even(profile):
    return profile({"latency_p90": 1, "accuracy": 1}, RANGES)


def test_the_highest_utility_wins_and_the_runner_up_says_what_it_loses_by(table, even):
    found = recommend.recommend(even, table(quick=(0.002, 0.97), slow=(0.016, 0.98), poor=(0.016, 0.91)), {}, {})
    assert (found.candidate, found.tied, found.considered, found.infeasible) == ("quick", (), 3, 0)
    assert found.runner_up.candidate == "slow"
    assert found.runner_up.why == "latency_p90 16 ms against 2 ms (−0.350)"


def test_a_runner_up_names_two_reasons_at_most_the_worst_first(table, even):
    found = recommend.recommend(even, table(good=(0.002, 0.99), bad=(0.004, 0.91)), {}, {})
    assert found.runner_up.why == "accuracy 91.0 % against 99.0 % (−0.400); latency_p90 4 ms against 2 ms (−0.050)"


def test_differences_inside_the_noise_are_ties(table, even):
    rows = {"a": (0.010, 0.95), "b": (0.0105, 0.95), "c": (0.018, 0.95)}
    found = recommend.recommend(even, table(0.001, **rows), {}, {})
    assert (found.candidate, found.tied) == ("a", ("b",))
    assert found.runner_up.candidate == "c"
    assert recommend.recommend(even, table(0.0001, **rows), {}, {}).tied == ()


def test_when_all_are_tied_the_runner_up_is_the_next_of_them(table, even):
    found = recommend.recommend(even, table(a=(0.01, 0.95), b=(0.01, 0.95)), {}, {})
    assert (found.candidate, found.tied) == ("a", ("b",))
    assert (found.runner_up.candidate, found.runner_up.why) == ("b", "next to nothing in every term")


def test_a_fact_that_both_share_adds_no_noise_to_their_difference(fact, even):
    noisy = {key: fact("accuracy", 0.95, 0.02, key=key) for key in ("one", "two")}
    quick, slow = fact("latency_p90", 0.010), fact("latency_p90", 0.011)
    shared = {"a": {"latency_p90": quick, "accuracy": noisy["one"]}, "b": {"latency_p90": slow, "accuracy": noisy["one"]}}
    own = {"a": {"latency_p90": quick, "accuracy": noisy["one"]}, "b": {"latency_p90": slow, "accuracy": noisy["two"]}}
    assert recommend.recommend(even, shared, {}, {}).tied == ()
    assert recommend.recommend(even, own, {}, {}).tied == ("b",)


def test_a_constraint_beats_utility(table, profile, constraint):
    p = profile({"latency_p90": 1}, RANGES, constraint("accuracy", ">=", offset=0.95))
    found = recommend.recommend(p, table(quick=(0.001, 0.93), slow=(0.015, 0.96)), {}, {})
    assert (found.candidate, found.infeasible) == ("slow", 1)


def test_a_relative_constraint_is_held_against_each_candidates_own_baseline(table, profile, constraint):
    p = profile({"latency_p90": 1}, RANGES, constraint("latency_p90", "<=", factor=0.5))
    rows = table(a=(0.004, 0.9), b=(0.003, 0.9))
    references = table(base1=(0.008, 0.9), base8=(0.005, 0.9))
    found = recommend.recommend(p, rows, {"a": "base1", "b": "base8"}, references)
    assert (found.candidate, found.infeasible) == ("a", 1)


def test_when_nothing_is_feasible_the_nearest_is_told_with_what_it_misses(table, profile, constraint):
    p = profile(
        {"latency_p90": 1}, RANGES, constraint("accuracy", ">=", offset=0.99), constraint("latency_p90", "<=", offset=0.01)
    )
    found = recommend.recommend(p, table(near=(0.009, 0.97), quick=(0.001, 0.60), slow=(0.019, 0.985)), {}, {})
    assert (found.feasible, found.candidate, found.infeasible) == (False, "near", 3)
    assert [(v.metric, v.miss) for v in found.violations] == [("accuracy", pytest.approx(0.02 / 0.99))]


def test_a_candidate_of_which_a_constrained_metric_is_not_known_is_never_the_nearest(table, profile, constraint):
    p = profile({"latency_p90": 1}, RANGES, constraint("accuracy", ">=", offset=0.99))
    rows = table(unknown=(0.001, 0.5), far=(0.02, 0.5))
    del rows["unknown"]["accuracy"]
    assert recommend.recommend(p, rows, {}, {}).candidate == "far"


def test_nothing_measured_recommends_nothing(even):
    found = recommend.recommend(even, {}, {}, {})
    assert (found.feasible, found.candidate, found.considered) == (False, None, 0)


def test_the_front_has_the_unbeaten_and_near_it_what_the_noise_may_put_there(table):
    rows = table(0.001, best=(0.005, 0.95), exact=(0.010, 0.99), close=(0.0105, 0.99), far=(0.015, 0.99))
    assert recommend.fronts(rows, ["latency_p90", "accuracy"]) == (["best", "exact"], ["close"])


def test_a_candidate_without_one_of_the_metrics_is_on_no_front(table):
    rows = table(a=(0.005, 0.95), b=(0.001, 0.99))
    del rows["b"]["accuracy"]
    assert recommend.fronts(rows, ["latency_p90", "accuracy"]) == (["a"], [])
    assert recommend.fronts({}, ["accuracy"]) == ([], [])
