import numpy as np
import pytest

from harness.decide import recommend, utility
from harness.decide.columns import gather

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


def guarded(table, p, guard=2.0, **more):
    return recommend.recommend(
        p.model_copy(update={"guard": guard}), table, more.get("baselines", {}), more.get("references", {})
    )


def test_what_keeps_a_bound_only_within_its_noise_is_not_recommended(table, profile, constraint):
    p = profile({"latency_p90": 1}, RANGES, constraint("latency_p90", "<=", offset=0.01))
    rows = table(0.001, inside=(0.0095, 0.9))
    found = guarded(rows, p)
    assert (found.feasible, found.candidate) == (False, "inside")
    (violation,) = found.violations
    assert violation.within_noise
    assert violation.miss == pytest.approx((2 * 0.001 / 1.96 - 0.0005) / 0.01, rel=1e-3)
    assert guarded(rows, p, guard=0.0).feasible
    assert guarded(table(0.0, inside=(0.0095, 0.9)), p).feasible, "an exact value needs no guard"


def test_the_guard_is_taken_on_the_side_of_the_bound(fact, profile, constraint):
    lopsided = fact("latency_p90", 0.009).model_copy(update={"low": 0.001, "high": 0.0091})
    p = profile({"latency_p90": 1}, RANGES, constraint("latency_p90", "<=", offset=0.01))
    assert recommend.recommend(p, {"a": {"latency_p90": lopsided}}, {}, {}).feasible


def test_of_those_that_break_a_bound_the_nearest_is_one_that_breaks_it_only_within_its_noise(table, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p90", "<=", offset=0.01))
    assert guarded(table(0.004, unsure=(0.0095, 0.9), over=(0.01001, 0.99)), p).candidate == "unsure"


def test_the_noise_of_a_relative_bound_has_both_intervals(fact, profile, constraint):
    p = profile({"throughput": 1}, {"throughput": (0, 500)}, constraint("throughput", ">=", factor=2))
    mine = {"throughput": fact("throughput", 210, 5 * 1.96, key="mine")}

    def found(spread):
        base = {"throughput": fact("throughput", 100, spread * 1.96, key="base")}
        return recommend.recommend(p.model_copy(update={"guard": 1.0}), {"a": mine}, {"a": "b"}, {"b": base}).feasible

    assert found(4.0)  # the slack of 10 is more than √(5² + 8²) = 9.4
    assert not found(4.5)  # and less than √(5² + 9²) = 10.3


def test_a_fact_that_is_the_baselines_too_has_no_noise_beside_it(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", factor=1, offset=-0.001))
    same, other = (fact("accuracy", 0.95, 0.02, key=key) for key in ("same", "other"))
    assert recommend.recommend(p, {"a": {"accuracy": same}}, {"a": "b"}, {"b": {"accuracy": same}}).feasible
    assert not recommend.recommend(p, {"a": {"accuracy": other}}, {"a": "b"}, {"b": {"accuracy": same}}).feasible


def test_a_paired_difference_takes_the_place_of_the_two_intervals(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", factor=1, offset=-0.01))
    rows = {"a": {"accuracy": fact("accuracy", 0.95, 0.02, key="a")}}
    base = {"b": {"accuracy": fact("accuracy", 0.952, 0.02, key="b")}}

    def feasible(low):
        apart = {"a": {"accuracy": {"value": -0.002, "low": low, "high": 0.002}}}
        return recommend.recommend(p, rows, {"a": "b"}, base, apart).feasible

    assert not recommend.recommend(p, rows, {"a": "b"}, base).feasible
    assert feasible(-0.006)
    assert not feasible(-0.012)


def examined(p, table, baselines=None, references=None, differences=None, seed=0):
    return recommend.examined(p, gather(table, utility.wanted(p), baselines, references, differences), seed)


def test_of_two_that_are_alike_each_wins_half_of_the_resamples(table, even):
    found = examined(even, table(0.002, a=(0.010, 0.95), b=(0.010, 0.95)))
    (other,) = found.contenders
    assert (found.candidate, other.candidate, other.feasible) == ("a", "b", True)
    assert found.win_probability == pytest.approx(0.5, abs=0.04)
    assert found.win_probability + other.win_probability == 1


def test_a_win_probability_is_that_of_the_normal_difference(table, profile):
    p = profile({"latency_p90": 1}, RANGES)
    found = examined(p, table(0.00196, a=(0.010, 0.9), b=(0.011, 0.9)))
    assert found.win_probability == pytest.approx(0.760, abs=0.03)  # Φ(1 ms / (√2 · 1 ms))


def test_facts_of_the_same_key_move_together(fact, even):
    shared = fact("accuracy", 0.95, 0.04, key="shared")
    rows = {
        label: {"latency_p90": fact("latency_p90", latency), "accuracy": shared} for label, latency in (("a", 0.01), ("b", 0.011))
    }
    assert examined(even, rows).win_probability == 1


def test_what_two_have_in_common_with_a_baseline_moves_them_together(fact, profile):
    p = profile({"accuracy": 1}, RANGES)
    rows = {
        label: {"accuracy": fact("accuracy", value, 0.02, key=label)} for label, value in (("a", 0.955), ("b", 0.95), ("c", 0.94))
    }
    gains = {"a": 0.015, "b": 0.01}
    paired = {label: {"accuracy": {"value": gain, "low": gain - 0.002, "high": gain + 0.002}} for label, gain in gains.items()}
    apart = examined(p, rows, dict.fromkeys(rows, "c"), rows)
    together = examined(p, rows, dict.fromkeys(rows, "c"), rows, paired)
    assert apart.win_probability < 0.7
    assert together.win_probability > 0.95
    assert (apart.tied, together.tied) == (("b", "c"), ())


def test_what_two_have_right_on_the_same_samples_moves_them_together(fact, profile):
    p = profile({"accuracy": 1}, RANGES)
    rows = {label: {"accuracy": fact("accuracy", value, 0.02, key=label)} for label, value in (("a", 0.955), ("b", 0.95))}
    right = np.arange(1000) < 950
    alike, unlike = (right ^ (np.arange(1000) == 0)).astype(float), np.roll(right, 500).astype(float)

    def found(other):
        columns = gather(rows, ["accuracy"], samples={"accuracy": {"a": right.astype(float), "b": other}})
        return recommend.examined(p, columns)

    assert found(unlike).win_probability < 0.7
    assert found(alike).win_probability > 0.95
    assert (found(unlike).tied, found(alike).tied) == (("b",), ())


def test_in_a_resample_a_bound_holds_or_not_with_no_guard(table, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p90", "<=", offset=0.01))
    found = examined(p, table(0.002, sure=(0.005, 0.93), unsure=(0.0099, 0.97)))
    assert found.candidate == "sure"
    (other,) = found.contenders
    assert (other.candidate, other.feasible) == ("unsure", False)
    assert other.win_probability == pytest.approx(0.54, abs=0.04)


def test_the_baseline_moves_in_a_resample_and_with_it_its_bound(table, fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p90", "<=", factor=1)).model_copy(update={"guard": 0.0})
    references = table(0.0, base=(0.0101, 0.9))
    exact = examined(p, table(a=(0.010, 0.93)), {"a": "base"}, references)
    references["base"]["latency_p90"] = fact("latency_p90", 0.0101, 0.00196, key="noisy")
    noisy = examined(p, table(a=(0.010, 0.93)), {"a": "base"}, references)
    assert (exact.win_probability, noisy.win_probability) == (1, pytest.approx(0.54, abs=0.04))


def test_a_threshold_is_where_two_lines_cross(table, even):
    found = examined(even, table(quick=(0.002, 0.93), right=(0.018, 0.99))).sensitivity
    by = {one.metric: one for one in found.weights}
    assert (by["latency_p90"].share, by["latency_p90"].above) == (0.5, None)
    assert by["latency_p90"].below.candidate == "right"
    assert by["latency_p90"].below.at == pytest.approx(0.6 / 1.4)  # 0.9 t + 0.3 (1 - t) = 0.1 t + 0.9 (1 - t)
    assert by["accuracy"].above.at == pytest.approx(0.8 / 1.4)


def test_a_bound_tells_where_the_winner_falls_out_and_where_a_better_one_comes_in(table, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p90", "<=", offset=0.01))
    (turns,) = examined(p, table(slow=(0.012, 0.99), best=(0.008, 0.97), quick=(0.002, 0.93))).sensitivity.constraints
    assert (turns.bound, turns.tightened.at, turns.tightened.candidate) == (0.01, pytest.approx(0.008), "quick")
    assert (turns.loosened.at, turns.loosened.candidate) == (pytest.approx(0.012), "slow")


def test_where_nothing_is_feasible_the_bound_that_lets_somebody_in_is_told(table, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p90", "<=", offset=0.001))
    found = examined(p, table(a=(0.008, 0.97), b=(0.002, 0.93)))
    (turns,) = found.sensitivity.constraints
    assert (found.win_probability, found.sensitivity.weights, turns.tightened) == (0, (), None)
    assert (turns.loosened.at, turns.loosened.candidate) == (pytest.approx(0.002), "b")


def test_under_any_weights_each_end_of_the_front_is_first_as_often_as_its_side_of_the_threshold_is_wide(table, even):
    found = examined(even, table(quick=(0.002, 0.93), right=(0.018, 0.99))).sensitivity
    first = {one.candidate: one.ranks[0] for one in found.anywhere}
    assert first == {"quick": pytest.approx(0.8 / 1.4, abs=0.03), "right": pytest.approx(0.6 / 1.4, abs=0.03)}
    near = {one.candidate: one for one in found.near}
    assert near["quick"].ranks[0] > first["quick"], "the profile's own weights favour it"
    assert near["right"].weights["accuracy"] > near["quick"].weights["accuracy"]


def test_the_knee_is_where_the_front_bends(table, even):
    found = examined(even, table(a=(0.001, 0.91), b=(0.004, 0.98), c=(0.018, 0.99)))
    assert found.knee.candidate == "b"
    assert examined(even, table(a=(0.001, 0.91), c=(0.018, 0.99))).knee is None


def test_the_hypervolume_is_the_share_of_what_the_profiles_care_for(table, profile):
    one, two = profile({"latency_p90": 1}, {"latency_p90": (0.02, 0.01)}), profile({"accuracy": 1}, {"accuracy": (0.9, 1.0)})
    wide = profile({"latency_p90": 1}, {"latency_p90": (0.01, 0.0)})
    columns = gather(table(a=(0.005, 0.95), b=(0.015, 1.0), worse=(0.016, 0.94)), ["latency_p90", "accuracy"])
    assert recommend.hypervolume(columns, ["latency_p90", "accuracy"], [one, wide, two]) == pytest.approx(0.75 * 0.5 + 0.25 * 0.5)
    assert recommend.hypervolume(columns, ["accuracy"], [one, two]) == 1
    assert recommend.hypervolume(columns, ["size"], [one]) is None
