"""Laws of scores and recommendations."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decide import recommend, utility
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Constraint, Profile

NAMES = ("latency_p90", "accuracy", "size")
RANGES = {"latency_p90": (0.02, 0.001), "accuracy": (0.9, 0.99), "size": (5e6, 5e4)}
VALUES = {"latency_p90": st.floats(1e-4, 0.05), "accuracy": st.floats(0.5, 1), "size": st.floats(1e3, 1e7)}
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.floats(1e-3, 1e3), min_size=1)


def fact(metric, value, spread=0.0):
    return Fact(
        key=f"{metric}{value}{spread}",
        metric=metric,
        value=value,
        low=value * (1 - spread),
        high=value * (1 + spread),
        n=9,
        unit=METRICS[metric].unit,
        subject={},
    )


def facts_of(values, spread=0.0):
    return {metric: fact(metric, value, spread) for metric, value in values.items()}


CONSTRAINTS = st.lists(
    st.sampled_from(
        [
            Constraint(metric="accuracy", op=">=", offset=0.9, text="a"),
            Constraint(metric="accuracy", op=">=", factor=1, offset=-0.05, text="b"),
            Constraint(metric="latency_p90", op="<=", offset=0.01, text="c"),
            Constraint(metric="size", op="<=", factor=0.5, text="d"),
        ]
    ),
    max_size=3,
).map(tuple)
PROFILES = st.builds(
    lambda weights, bounds: Profile(name="p", weights=weights, ranges=RANGES, constraints=bounds), WEIGHTS, CONSTRAINTS
)
FACTS = st.fixed_dictionaries({}, optional=VALUES)
TABLES = st.dictionaries(st.sampled_from("abcdefgh"), FACTS, min_size=1)


def better(facts, metric, by):
    value = facts[metric] * ((1 + by) if METRICS[metric].higher else (1 - by))
    return facts | {metric: value}


@given(FACTS, PROFILES)
def test_utility_lies_between_zero_and_one_and_is_the_sum_of_its_terms(values, profile):
    score = utility.score("c", facts_of(values, 0.1), {}, profile)
    assert 0 <= score.utility <= 1
    assert all(0 <= term.utility <= 1 for term in score.terms)
    assert sum(term.contribution for term in score.terms) == pytest.approx(score.utility, abs=1e-12)
    assert 0 <= score.half_width <= 1


@settings(max_examples=500)
@given(WEIGHTS)
def test_the_best_of_everything_is_one_and_never_more(weights):
    best = {metric: fact(metric, RANGES[metric][1]) for metric in NAMES}
    score = utility.score("c", best, {}, Profile(name="p", weights=weights, ranges=RANGES))
    assert 1 - 1e-12 <= score.utility <= 1


@given(st.fixed_dictionaries(VALUES), PROFILES, st.sampled_from(NAMES), st.floats(0, 0.9))
def test_a_better_value_never_lowers_the_utility_or_breaks_a_constraint(values, profile, metric, by):
    before = utility.score("c", facts_of(values), facts_of(values), profile)
    after = utility.score("c", facts_of(better(values, metric, by)), facts_of(values), profile)
    assert after.utility >= before.utility - 1e-12
    assert len(after.violations) <= len(before.violations)


@given(FACTS, PROFILES, st.floats(1e-3, 1e3))
def test_only_the_ratio_of_the_weights_matters(values, profile, scale):
    scaled = profile.model_copy(update={"weights": {name: w * scale for name, w in profile.weights.items()}})
    one, other = (utility.score("c", facts_of(values), {}, p).utility for p in (profile, scaled))
    assert one == pytest.approx(other, abs=1e-9)


def recommended(table, profile):
    facts = {label: facts_of(values, 0.05) for label, values in table.items()}
    first = sorted(facts)[0]
    return recommend.recommend(profile, facts, dict.fromkeys(facts, first), facts), facts, first


@given(TABLES, PROFILES)
def test_a_recommendation_is_a_feasible_candidate_of_the_highest_utility(table, profile):
    found, facts, first = recommended(table, profile)
    scores = {label: utility.score(label, one, facts[first], profile) for label, one in facts.items()}
    feasible = {label: score.utility for label, score in scores.items() if not score.violations}
    assert found.feasible == bool(feasible)
    assert (found.considered, found.infeasible) == (len(table), len(table) - len(feasible))
    if feasible:
        assert found.utility == max(feasible.values())
        assert set(found.tied) < set(feasible)
        assert found.candidate not in found.tied
        assert (found.runner_up is None) == (len(feasible) == 1)
    else:
        assert found.violations == scores[found.candidate].violations


@given(TABLES, PROFILES, st.randoms())
def test_a_recommendation_does_not_depend_on_order(table, profile, random):
    labels = list(table)
    random.shuffle(labels)
    shuffled = {label: table[label] for label in labels}
    once, again = recommended(table, profile)[0], recommended(shuffled, profile)[0]
    assert (once.candidate, set(once.tied), once.runner_up) == (again.candidate, set(again.tied), again.runner_up)


@given(TABLES, PROFILES, st.floats(0, 0.5), st.sampled_from(NAMES))
def test_a_better_copy_of_a_candidate_never_loses_to_it(table, profile, by, metric):
    original = sorted(table)[-1]
    if metric not in table[original]:
        return
    copied = {**table, "z-copy": better(table[original], metric, by)}
    found, facts, first = recommended(copied, profile)
    score = {label: utility.score(label, facts[label], facts[first], profile) for label in (original, "z-copy")}
    if found.candidate == original and found.feasible:
        assert score["z-copy"].utility == pytest.approx(score[original].utility, abs=1e-12)
        assert "z-copy" in found.tied


@given(TABLES)
def test_the_front_and_what_is_near_it_do_not_overlap(table):
    facts = {label: facts_of(values, 0.05) for label, values in table.items()}
    front, near = recommend.fronts(facts, NAMES)
    assert not set(front) & set(near)
    complete = {label for label, values in table.items() if set(values) == set(NAMES)}
    assert set(front) | set(near) <= complete
    assert bool(front) == bool(complete)
