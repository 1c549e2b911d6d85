"""Laws of how sure a recommendation is, and of what would change it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.decide import confidence, draws, sensitivity
from harness.decide.columns import gather
from harness.decide.recommend import decide, examined, recommend
from harness.decide.utility import shares, total, wanted, weigh
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Constraint, Profile

NAMES = ("latency_p90", "accuracy", "size")
RANGES = {"latency_p90": (0.02, 0.001), "accuracy": (0.8, 0.99), "size": (5e6, 5e4)}
VALUES = {"latency_p90": st.floats(1e-3, 0.03), "accuracy": st.floats(0.75, 1), "size": st.floats(1e5, 6e6)}
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10), min_size=1)
CONSTRAINTS = (
    Constraint(metric="accuracy", op=">=", offset=0.85, text="a"),
    Constraint(metric="accuracy", op=">=", factor=1, offset=-0.05, text="b"),
    Constraint(metric="latency_p90", op="<=", offset=0.015, text="c"),
    Constraint(metric="latency_p90", op="<=", factor=1.5, text="d"),
    Constraint(metric="size", op="<=", factor=0.9, text="e"),
)
PROFILES = st.builds(
    lambda weights, bounds, guard: Profile(name="p", weights=weights, ranges=RANGES, constraints=tuple(bounds), guard=guard),
    WEIGHTS,
    st.lists(st.sampled_from(CONSTRAINTS), max_size=2, unique_by=lambda one: one.text),
    st.sampled_from([0.0, 2.0]),
)
TABLES = st.dictionaries(st.sampled_from("abcdefgh"), st.fixed_dictionaries({}, optional=VALUES), min_size=1)
GRID = {
    "latency_p90": st.integers(2, 60).map(lambda i: i / 2000),
    "accuracy": st.integers(375, 500).map(lambda i: i / 500),
    "size": st.integers(1, 60).map(lambda i: i * 1e5),
}
"""Values that are either equal or tell apart."""
FULL = st.dictionaries(st.sampled_from("abcdefgh"), st.fixed_dictionaries(GRID), min_size=2)

few = settings(max_examples=40)


@pytest.fixture(autouse=True, scope="module")
def fewer_draws():
    """Laws hold of any number of draws."""
    before = draws.DRAWS
    draws.DRAWS = sensitivity.DRAWS = 300
    yield
    draws.DRAWS = sensitivity.DRAWS = before


def fact(metric, value, spread=0.05):
    ends = (value, value) if metric == "size" else (value * (1 - spread), min(value * (1 + spread), 1e9))
    return Fact(
        key=f"{metric}{value}{spread}",
        metric=metric,
        value=value,
        low=ends[0],
        high=ends[1],
        n=9,
        unit=METRICS[metric].unit,
        subject={},
    )


def columns(values, profile, spread=0.05):
    table = {label: {metric: fact(metric, one, spread) for metric, one in each.items()} for label, each in values.items()}
    first = min(table)
    return gather(table, wanted(profile), dict.fromkeys(table, first), {first: table[first]})


def of(profile, **changes):
    return profile.model_copy(update=changes)


@few
@given(TABLES, PROFILES)
def test_win_probabilities_are_shares_of_one_and_the_same_each_time(table, profile):
    found = examined(profile, columns(table, profile), seed=1)
    assert found.win_probability + sum(one.win_probability for one in found.contenders) <= 1 + 1e-9
    assert found == examined(profile, columns(table, profile), seed=1)


@few
@given(TABLES, PROFILES, st.randoms())
def test_the_order_of_the_candidates_changes_nothing(table, profile, random):
    labels = list(table)
    random.shuffle(labels)
    shuffled = {label: table[label] for label in labels}
    assert examined(profile, columns(table, profile)) == examined(profile, columns(shuffled, profile))


@few
@given(TABLES, PROFILES, st.sampled_from([0.125, 2.0, 1024.0]))
def test_only_the_proportions_of_the_weights_matter(table, profile, scale):
    one = examined(profile, columns(table, profile))
    other = examined(of(profile, weights={m: w * scale for m, w in profile.weights.items()}), columns(table, profile))
    for field in ("candidate", "win_probability", "contenders", "sensitivity", "knee", "tied"):
        assert getattr(one, field) == getattr(other, field)


@given(TABLES, PROFILES, st.sampled_from(CONSTRAINTS), st.floats(0, 0.02))
def test_a_stricter_bound_makes_nobody_feasible(table, profile, constraint, by):
    stricter = constraint.model_copy(update={"offset": constraint.offset + (by if constraint.op == ">=" else -by)})
    before, after = (
        weigh(of(profile, constraints=(c,)), columns(table, of(profile, constraints=(c,)))) for c in (constraint, stricter)
    )
    assert (after.feasible <= before.feasible).all()
    assert decide(before).feasible or not decide(after).feasible


@given(TABLES, PROFILES)
def test_a_guard_band_only_takes_candidates_away(table, profile):
    with_guard, without = (weigh(of(profile, guard=guard), columns(table, profile)).feasible for guard in (2.0, 0.0))
    assert (with_guard <= without).all()


@few
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.81, 0.98), min_size=1), st.floats(0.001, 0.01))
def test_without_noise_a_clear_lead_always_wins(values, lead):
    profile = Profile(name="p", weights={"accuracy": 1}, ranges=RANGES)
    table = {label: {"accuracy": one} for label, one in values.items()} | {"best": {"accuracy": max(values.values()) + lead}}
    found = examined(profile, columns(table, profile, spread=0.0))
    assert (found.candidate, found.win_probability, found.contenders, found.tied) == ("best", 1.0, (), ())


def reweighed(profile, metric, share):
    """Return the profile with another share of one metric's weight, the others in their proportions."""
    rest = sum(weight for name, weight in profile.weights.items() if name != metric)
    return of(profile, weights={n: share if n == metric else (1 - share) * w / rest for n, w in profile.weights.items()})


@given(FULL, PROFILES)
def test_beyond_its_threshold_a_weight_changes_the_winner_to_the_one_told_and_before_it_does_not(table, profile):
    facts = columns(table, profile)
    weighed = weigh(profile, facts)
    best = weighed.first(weighed.feasible)
    assume(best is not None)
    for turns in sensitivity.weight_turns(weighed, best):
        for turn, way in ((turns.below, -1), (turns.above, 1)):
            end = 0.0 if way < 0 else 1.0
            if turn is None:
                inside = [turns.share + (end - turns.share) * part for part in (0.5, 0.999)]
            else:
                inside = [turns.share + (turn.at - turns.share) * 0.999]
                beyond = weigh(reweighed(profile, turns.metric, turn.at + (end - turn.at) * 1e-3), facts)
                told = facts.rows[turn.candidate]
                assert beyond.utility[told] >= beyond.utility[best] - 1e-12
            for share in inside:
                before = weigh(reweighed(profile, turns.metric, share), facts)
                assert before.utility[before.feasible].max() <= before.utility[best] + 1e-9


def moved(profile, i, bound, now):
    one = profile.constraints[i]
    shifted = one.model_copy(update={"offset": one.offset + bound - now})
    return of(profile, constraints=(*profile.constraints[:i], shifted, *profile.constraints[i + 1 :]))


@given(FULL, PROFILES)
def test_beyond_its_threshold_a_bound_changes_the_winner_to_the_one_told(table, profile):
    facts = columns(table, profile)
    found = decide(weigh(profile, facts))
    assume(found.feasible)
    for i, turns in enumerate(sensitivity.bound_turns(weigh(profile, facts), facts.rows[found.candidate])):
        strict = -1 if profile.constraints[i].op == "<=" else 1
        step = 1e-9 * max(1.0, abs(turns.bound))
        after = decide(weigh(moved(profile, i, turns.tightened.at + strict * step, turns.bound), facts))
        assert (after.candidate if after.feasible else None) == turns.tightened.candidate
        before = decide(weigh(moved(profile, i, turns.tightened.at - strict * step, turns.bound), facts))
        assert before.candidate == found.candidate
        if turns.loosened:
            after = decide(weigh(moved(profile, i, turns.loosened.at - strict * step, turns.bound), facts))
            assert after.candidate == turns.loosened.candidate


@few
@given(TABLES, PROFILES)
def test_ranks_are_shares_and_central_weights_are_weights(table, profile):
    found = examined(profile, columns(table, profile)).sensitivity
    for places in (found.near, found.anywhere):
        for rank in range(3):
            assert sum(one.ranks[rank] for one in places) <= 1 + 1e-9
        assert all((one.weights is None) == (one.ranks[0] == 0) for one in places)
        assert all(sum(one.weights.values()) == pytest.approx(1) for one in places if one.weights)


@few
@given(FULL, PROFILES)
def test_whoever_is_first_in_some_draw_is_in_the_field(table, profile):
    weighed = weigh(profile, columns(table, profile))
    told = decide(weighed)
    field = confidence.field(weighed, weighed.columns.rows[told.candidate])
    every = draws.resample(weighed, np.arange(len(table)), 3)
    reached = np.where(every.holds, total(every.useful, shares(profile)), -np.inf)
    won = {every.rows[i] for i in reached.argmax(axis=1)[every.holds.any(axis=1)]}
    assert won <= set(field.tolist())


@given(TABLES, PROFILES)
def test_differences_that_are_exact_leave_no_doubt_of_a_relative_bound(table, profile):
    """A paired difference takes the place of the two intervals."""
    bound = Constraint(metric="accuracy", op=">=", factor=1, offset=-0.05, text="b")
    profile = of(profile, constraints=(bound,), guard=2.0)
    facts = columns(table, profile)
    first, own = min(table), facts.mine["accuracy"].value
    base = own[facts.rows[first]]
    exact = {
        label: {"accuracy": dict.fromkeys(("value", "low", "high"), float(own[row] - base))} for label, row in facts.rows.items()
    }
    found = recommend(profile, facts.table, dict.fromkeys(table, first), facts.table, exact)
    assert found.infeasible == int((~(own >= base - 0.05)).sum())
