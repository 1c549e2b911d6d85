import math

import numpy as np
import pytest

from harness.gate.decide import decide
from harness.gate.samples import Block, Broken, Exact, Metric, Outcomes, Plan, Turn
from tests.gate_samples import LATENCY, case, samples, turn

D = (0.031, 0.052, 0.047, 0.061, 0.018, 0.055, 0.040, 0.072, 0.036, 0.049, 0.058, 0.027, 0.044, 0.066)
TWENTY = [LATENCY.model_copy(update={"name": f"latency {i}"}) for i in range(20)]
SAME = Exact(name="size", unit="B", baseline=5, candidate=5)
ADVISORY = LATENCY.model_copy(update={"name": "aside", "advisory": True})


def said(*cases, **more):
    """Return the verdict of the run and its exit status."""
    found = decide(samples(*cases, **more))
    return found.verdict, found.exit_status


def test_the_vector_of_the_design_is_met():
    found = decide(samples(case(D, TWENTY)))
    one = found.judgements[7]
    assert (found.verdict, found.exit_status, found.looks) == ("regressed", 1, (14, 20, 28, 40))
    assert (one.verdict, one.blocks) == ("regressed", 14)
    assert [round(100 * value, 4) for value in (one.change, one.low, one.high)] == [4.8122, 2.2755, 5.9715]
    assert (one.baseline, one.candidate) == (0.01, pytest.approx(0.01 * math.exp(sum(D) / 14)))


def test_what_is_the_same_passes_at_the_first_look():
    found = decide(samples(case([0.0] * 10)))
    assert (found.verdict, found.exit_status) == ("pass", 0)
    assert [(one.change, one.low, one.high, one.blocks) for one in found.judgements] == [(0.0, 0.0, 0.0, 10)]


def test_what_is_faster_improved():
    assert said(case([-0.05] * 10)) == ("improved", 0)
    assert said(case([-0.05] * 14), case([0.0] * 14, name="other")) == ("improved", 0)
    assert said(case([-0.05] * 14), case([0.05] * 14, name="other")) == ("regressed", 1)


def test_a_run_goes_on_while_blocks_are_left_and_is_inconclusive_after_them():
    noisy = (0.03 + np.random.default_rng(0).normal(0, 0.2, 40)).tolist()
    open_, closed = decide(samples(case(noisy[:14]))), decide(samples(case(noisy)))
    assert (open_.verdict, open_.exit_status, open_.judgements[0].blocks) == ("continue", 3, 14)
    assert (closed.verdict, closed.exit_status, closed.judgements[0].blocks) == ("inconclusive", 0, 40)
    assert closed.judgements[0].needed > 40
    assert said(case(noisy), plan=Plan(on_inconclusive="fail")) == ("inconclusive", 3)


def test_a_run_that_was_stopped_is_inconclusive():
    found = decide(samples(case([0.0] * 5), stopped="60 s were used up"))
    assert (found.verdict, found.judgements[0].blocks, found.judgements[0].change) == ("inconclusive", 5, None)
    assert said(case(), stopped="60 s were used up") == ("inconclusive", 0)
    assert said(case()) == ("continue", 3)


def test_an_advisory_metric_changes_nothing_and_keeps_no_run_open():
    noisy = [(-1) ** i * 0.2 for i in range(14)]
    aside = case(noisy, [ADVISORY], name="aside")
    found = decide(samples(case([0.0] * 14), aside))
    assert (found.verdict, [one.verdict for one in found.judgements]) == ("pass", ["pass", "inconclusive"])
    assert decide(samples(case(noisy), aside)).judgements[1].verdict == "continue"
    assert said(case([0.05] * 14, [ADVISORY])) == ("pass", 0)


def one_sided(arm, **more):
    other = Turn(samples={"other": (1.0,)})
    block = Block(**{"baseline": other, "candidate": other} | {arm: turn(0.01)})
    return case(metrics=[LATENCY.model_copy(update=more)], blocks=(block,) * 14)


@pytest.mark.parametrize("arm", ["baseline", "candidate"])
def test_a_metric_of_one_arm_alone_fails_unless_that_is_declared(arm):
    found = decide(samples(one_sided(arm)))
    assert (found.verdict, found.exit_status) == ("missing", 1)
    other = "candidate" if arm == "baseline" else "baseline"
    assert (getattr(found.judgements[0], arm), getattr(found.judgements[0], other)) == (0.01, None)
    assert said(one_sided(arm, declared=True)) == ("pass", 0)


def test_a_control_that_differs_from_the_baseline_makes_the_run_void():
    found = decide(samples(case([0.06] * 14, control=[0.03] * 14)))
    assert (found.verdict, found.exit_status) == ("void", 3)
    assert [one.verdict for one in found.judgements] == ["void"]
    assert [(one.metric, round(one.change, 4), one.blocks) for one in found.biases] == [("latency", 0.0305, 10)]
    assert said(case([0.0] * 14, control=[-0.03] * 14)) == ("void", 3)


def test_nothing_passes_while_its_control_could_still_hide_what_is_to_be_caught():
    same, noisy = [0.0] * 10, [0.0, 0.09] * 5
    assert said(case(same, control=same)) == ("pass", 0)
    found = decide(samples(case(same, control=noisy)))
    assert (found.verdict, found.judgements[0].waits, found.biases) == ("continue", True, ())
    assert said(case(same, control=[-each for each in noisy])) == ("continue", 3)
    assert said(case(same, control=noisy), stopped="60 s were used up") == ("pass", 0)
    assert said(case(same, control=noisy), plan=Plan(looks=1, max_blocks=10)) == ("pass", 0)


def test_a_control_that_differs_by_less_than_a_hundredth_is_a_second_baseline():
    found = decide(samples(case([0.05] * 14, control=[0.008] * 14)))
    assert (found.verdict, found.biases) == ("regressed", ())
    assert found.judgements[0].change == pytest.approx(math.expm1(0.046))


def test_of_a_void_run_only_what_no_timing_is_in_still_counts():
    void = {"control": [0.03] * 14}
    larger = Exact(name="size", unit="B", baseline=100, candidate=120)
    assert said(case([0.06] * 14, exact=(larger,), **void)) == ("regressed", 1)
    assert said(case([0.06] * 14, exact=(SAME,), **void)) == ("void", 3)
    assert said(case([0.06] * 14, accuracy=Outcomes(both=90, gained=0, lost=10, neither=0), **void)) == ("regressed", 1)


def test_what_could_not_be_measured_matters_most():
    broken = (Broken(case="resnet", arm="candidate", kind="nan_output", message="scores are NaN"),)
    assert said(case([0.06] * 14), broken=broken) == ("failed", 5)
    assert said(case(), broken=broken) == ("failed", 5)


def test_counted_metrics_alone_need_no_blocks():
    found = decide(samples(case(metrics=[], exact=(SAME,)), plan=Plan(max_blocks=1)))
    assert (found.verdict, found.exit_status, found.looks) == ("pass", 0, ())


def test_where_more_is_better_fewer_is_worse():
    rate = Metric(name="rate", series="latency", unit="samples/s", higher=True, tol=0.02, detect=0.05)
    found = decide(samples(case([-0.06] * 14, [rate]))).judgements[0]
    assert (found.verdict, found.change) == ("regressed", pytest.approx(math.expm1(-0.06)))
    assert decide(samples(case([0.06] * 14, [rate]))).verdict == "improved"


def test_more_metrics_make_the_gate_stricter():
    assert said(case(D[:10])) == ("regressed", 1)
    assert said(case(D[:10], TWENTY)) == ("continue", 3)
