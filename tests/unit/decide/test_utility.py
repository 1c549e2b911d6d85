import pytest

from harness.decide import utility
from harness.spec import End

RANGES = {"latency_p90": (0.02, 0.0), "accuracy": (0.9, 1.0)}
WEIGHTS = {"latency_p90": 1.0, "accuracy": 3.0}


def test_utility_is_the_weighted_mean_of_where_values_lie_in_their_ranges(fact, profile):
    facts = {"latency_p90": fact("latency_p90", 0.005), "accuracy": fact("accuracy", 0.96)}
    score = utility.score("c", facts, {}, profile(WEIGHTS, RANGES))
    assert [term.utility for term in score.terms] == pytest.approx([0.75, 0.6])
    assert score.utility == pytest.approx((0.75 + 3 * 0.6) / 4)
    assert sum(term.contribution for term in score.terms) == pytest.approx(score.utility)


def test_a_value_beyond_its_range_gains_and_loses_nothing_more(fact, profile):
    best = utility.score("c", {"accuracy": fact("accuracy", 0.9999)}, {}, profile({"accuracy": 1}, {"accuracy": (0.9, 0.99)}))
    worst = utility.score("c", {"accuracy": fact("accuracy", 0.1)}, {}, profile({"accuracy": 1}, {"accuracy": (0.9, 0.99)}))
    assert (best.utility, worst.utility) == (1, 0)


def test_a_metric_that_is_not_known_counts_as_the_worst(fact, profile):
    score = utility.score("c", {"accuracy": fact("accuracy", 1.0)}, {}, profile(WEIGHTS, RANGES))
    assert score.utility == pytest.approx(0.75)
    assert [(term.metric, term.value, term.utility) for term in score.terms] == [("latency_p90", None, 0), ("accuracy", 1.0, 1)]


def test_the_half_width_joins_the_weighted_spreads_of_the_terms(fact, profile):
    facts = {"latency_p90": fact("latency_p90", 0.01, 0.004), "accuracy": fact("accuracy", 0.95, 0.01)}
    score = utility.score("c", facts, {}, profile(WEIGHTS, RANGES))
    assert score.half_width == pytest.approx(((0.25 * 0.2) ** 2 + (0.75 * 0.1) ** 2) ** 0.5)


def test_a_bound_that_is_kept_is_no_violation(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", offset=0.95), constraint("latency_p90", "<=", offset=0.01))
    assert utility.violations({"accuracy": fact("accuracy", 0.95), "latency_p90": fact("latency_p90", 0.01)}, {}, p) == ()


def test_a_broken_bound_says_by_how_much_it_is_missed(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", offset=0.96), constraint("latency_p90", "<=", offset=0.01))
    found = utility.violations({"accuracy": fact("accuracy", 0.93), "latency_p90": fact("latency_p90", 0.015)}, {}, p)
    assert [(v.metric, v.value, v.bound) for v in found] == [("accuracy", 0.93, 0.96), ("latency_p90", 0.015, 0.01)]
    assert [v.miss for v in found] == pytest.approx([0.03 / 0.96, 0.5])


def test_a_relative_bound_follows_the_baseline(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", factor=1, offset=-0.01))
    facts = {"accuracy": fact("accuracy", 0.96)}
    assert utility.violations(facts, {"accuracy": fact("accuracy", 0.965)}, p) == ()
    (broken,) = utility.violations(facts, {"accuracy": fact("accuracy", 0.98)}, p)
    assert broken.bound == pytest.approx(0.97)


def test_a_relative_bound_without_a_baseline_is_broken_by_an_unknown_amount(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("accuracy", ">=", factor=1))
    (broken,) = utility.violations({"accuracy": fact("accuracy", 0.96)}, {}, p)
    assert (broken.value, broken.bound, broken.miss) == (0.96, None, None)


def test_a_bound_on_what_is_not_known_is_broken(profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("latency_p99", "<=", offset=0.01))
    (broken,) = utility.violations({}, {}, p)
    assert (broken.value, broken.miss) == (None, None)


def test_a_bound_of_zero_is_missed_by_the_value_itself(fact, profile, constraint):
    p = profile({"accuracy": 1}, RANGES, constraint("size", "<=", offset=0))
    (broken,) = utility.violations({"size": fact("size", 5)}, {}, p)
    assert broken.miss == 5


def test_on_a_log_scale_equal_factors_are_worth_the_same():
    for value, worth in ((0.02, 0), (0.01, 1 / 3), (0.005, 2 / 3), (0.0025, 1), (0.9, 0), (1e-9, 1), (0, 1)):
        assert utility.desirability(value, 0.02, 0.0025, "log") == pytest.approx(worth)
    assert utility.desirability(400, 100, 1600, "log") == pytest.approx(0.5)


def test_the_scale_of_a_profile_is_the_scale_of_its_utility(fact, profile):
    logarithmic = profile({"latency_p90": 1}, {"latency_p90": (0.02, 0.0002)}).model_copy(
        update={"scales": {"latency_p90": "log"}}
    )
    assert utility.score("c", {"latency_p90": fact("latency_p90", 0.002)}, {}, logarithmic).utility == pytest.approx(0.5)


def test_ranges_are_settled_by_the_suites_own_baseline_for_all_candidates(suite, profile, fact):
    moving = profile({"size": 1}, {}).model_copy(update={"relative": {"size": (End(factor=2), End(factor=0.1))}})
    asked = suite.model_copy(update={"profiles": (moving, *suite.profiles)})
    table = {asked.baseline.label: {"size": fact("size", 500.0)}, "other": {"size": fact("size", 9.0)}}
    found = utility.anchored(asked, table)
    assert found[0].ranges == {"size": (1000, 50)}
    assert found[1:] == suite.profiles, "what does not move stays as it is"
    assert utility.anchored(asked, {"other": table["other"]}) == asked.profiles


def test_a_metric_whose_range_is_open_adds_nothing_and_leaves_the_others_as_they_are(profile, fact):
    moving = profile({"size": 1, "accuracy": 1}, {"accuracy": (0.9, 1.0)})
    moving = moving.model_copy(update={"relative": {"size": (End(factor=2), End(factor=0.1))}})
    score = utility.score("c", {"size": fact("size", 5.0, 1.0), "accuracy": fact("accuracy", 1.0)}, {}, moving)
    assert [term.contribution for term in score.terms] == [0, 0.5]
    assert (score.utility, score.half_width) == (0.5, 0)
