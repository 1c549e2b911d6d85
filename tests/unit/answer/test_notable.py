"""Whom a reader will ask about, and who dominates whom."""

import pytest

from harness.answer.notable import NOTABLE_AT_MOST, TIED_AT_MOST, by_utility, dominated_by, notable
from harness.decide.columns import gather
from harness.decide.decision import Contender, Recommendation, RunnerUp
from harness.decide.utility import weigh

METRICS = ("latency_p90", "accuracy")


def recommended(profile, candidate, **fields):
    return Recommendation(profile=profile, feasible=candidate is not None, candidate=candidate, **fields)


@pytest.fixture
def columns(fact):
    def made(**rows):
        table = {
            label: {"latency_p90": fact("latency_p90", a), "accuracy": fact("accuracy", b)} for label, (a, b) in rows.items()
        }
        return gather(table, METRICS)

    return made


def test_what_is_recommended_comes_first_then_baselines_then_rivals_then_the_front():
    first = recommended(
        "p",
        "a",
        runner_up=RunnerUp(candidate="r", utility=0.1, why=""),
        contenders=(Contender(candidate="c", win_probability=0.2, feasible=True),),
        tied=("t", "c"),
    )
    second = recommended("q", "b", tied=("a",))
    of = {"a": "base", "b": "base"}
    assert notable([first, second, recommended("none", None)], of, ["f", "a", "g"]) == ["a", "b", "base", "r", "c", "t", "f", "g"]


def test_however_many_are_tied_or_on_the_front_few_are_told():
    many = recommended("p", "a", tied=tuple(f"t{i}" for i in range(1000)))
    found = notable([many], {"a": "a"}, [f"f{i}" for i in range(1000)])
    assert len(found) == NOTABLE_AT_MOST
    assert sum(label.startswith("t") for label in found) == TIED_AT_MOST


def test_the_order_is_that_of_the_best_utility_in_a_profile_that_is_kept(columns, profile, constraint):
    told = columns(a=(0.01, 0.95), b=(0.01, 0.91), c=(0.019, 0.99), d=(0.01, 0.95))
    quick = profile({"latency_p90": 1}, {"latency_p90": (0.02, 0.0)}, constraint("accuracy", ">=", offset=0.94))
    right = profile({"accuracy": 1}, {"accuracy": (0.9, 1.0)})
    weighed = {"quick": weigh(quick, told), "right": weigh(right, told)}
    assert by_utility(["d", "b", "c", "a"], weighed) == ["c", "a", "d", "b"]
    assert by_utility([], weighed) == []
    assert by_utility(["d", "a"], {}) == ["a", "d"]


def test_who_dominates_is_the_first_of_those_that_were_named(columns):
    told = columns(a=(0.01, 0.95), b=(0.02, 0.94), c=(0.01, 0.94), d=(0.001, 0.5))
    assert dominated_by(told, METRICS, ["c", "a", "not here"]) == {"b": "c", "c": "a"}
    assert dominated_by(told, METRICS, []) == {}
    assert dominated_by(told, (), ["a"]) == {}
    assert dominated_by(columns(), METRICS, []) == {}
