import pytest

from harness.errors import InputError
from harness.gate.looks import levels, looks, planned, schedule, share
from harness.gate.samples import Metric, Outcomes, Plan
from tests.gate_samples import LATENCY, case, samples


def metric(name, **more):
    return Metric(name=name, series="latency", unit="s", tol=0.02, detect=0.05, **more)


@pytest.mark.parametrize(("metrics", "first"), [(1, 10), (5, 12), (20, 14), (50, 16), (100, 17), (200, 18)])
def test_the_first_look_is_as_early_as_a_bound_can_be_that_sure_and_one_block_more(metrics, first):
    assert looks(Plan(), 1 / metrics)[0] == first


def test_the_looks_at_twenty_metrics_are_those_of_the_design():
    assert looks(Plan(), 1 / 20) == (14, 20, 28, 40)
    assert looks(Plan(looks=5, growth=1.7, max_blocks=120), 1 / 20) == (15, 26, 45, 77, 120)


def test_a_run_of_more_blocks_than_usual_is_looked_at_once_more_and_further_apart():
    assert looks(planned(120, "warn"), 1 / 20) == (15, 26, 45, 77, 120)
    assert looks(planned(40, "fail"), 1 / 20) == (14, 20, 28, 40)
    assert planned(40, "fail").on_inconclusive == planned(41, "fail").on_inconclusive == "fail"


def test_looks_that_would_come_after_the_last_are_left_out():
    assert looks(Plan(max_blocks=22), 1 / 20) == (14, 20, 22)
    assert looks(Plan(looks=1), 1 / 20) == (40,)


def test_too_few_blocks_for_any_look_are_refused_in_one_line():
    with pytest.raises(InputError, match=r"plan\.max_blocks: nothing can be decided within 10 blocks.*first look is after 14"):
        looks(Plan(max_blocks=10), 1 / 20)


def test_the_error_budget_is_shared_by_weight_among_what_gates():
    told = samples(
        case(metrics=[metric("a", weight=3), metric("b"), metric("c", advisory=True)]),
        case(name="other", metrics=[], accuracy=Outcomes(both=9, gained=0, lost=0, neither=1)),
    )
    a, b, advisory = told.cases[0].metrics
    assert [share(told, one) for one in (a, b, told.cases[1].accuracy)] == [0.6, 0.2, 0.2]
    assert share(told, advisory) == 0.2
    assert levels(told, a, 4).strict == pytest.approx(0.01 * 0.6 / 4)
    assert levels(told, a, 4).loose == pytest.approx(0.05 / 4)


def test_all_metrics_are_looked_at_when_the_one_with_the_least_share_can_be_sure():
    alike = samples(case(metrics=[metric("a"), metric("b")]))
    uneven = samples(case(metrics=[metric("a", weight=7), metric("b")]))
    assert schedule(alike) == looks(Plan(), 1 / 2)
    assert schedule(uneven) == looks(Plan(), 1 / 8)


def test_advisory_metrics_alone_have_the_budget_of_one():
    told = samples(case(metrics=[LATENCY.model_copy(update={"advisory": True})]))
    assert schedule(told) == looks(Plan(), 1)
    assert share(told, told.cases[0].metrics[0]) == 1
