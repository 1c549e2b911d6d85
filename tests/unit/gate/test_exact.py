import pytest
from scipy.stats import binomtest

from harness.gate import exact
from harness.gate.samples import Exact, Outcomes
from tests.gate_samples import case


def judged(baseline, candidate, **more):
    return exact.judge(case(), Exact(**{"name": "size", "unit": "B", "baseline": baseline, "candidate": candidate} | more))


@pytest.mark.parametrize(
    ("baseline", "candidate", "limit", "said"),
    [
        (100, 100, 0.0, "pass"),
        (100, 101, 0.0, "regressed"),
        (100, 101, 0.01, "pass"),
        (100, 102, 0.01, "regressed"),
        (101, 100, 0.01, "pass"),
        (102, 100, 0.01, "improved"),
        (100, 120, 0.01, "regressed"),
        (0, 0, 0.0, "pass"),
        (0, 1, 0.5, "regressed"),
        (-2.0, -1.0, 0.01, "regressed"),
        (-2.0, -2.01, 0.01, "pass"),
    ],
)
def test_a_counted_metric_may_change_by_its_limit(baseline, candidate, limit, said):
    assert judged(baseline, candidate, limit=limit).verdict == said


def test_where_more_is_better_less_is_a_regression():
    assert judged(0.9, 0.8, higher=True).verdict == "regressed"
    assert judged(0.8, 0.9, higher=True).verdict == "improved"


def test_the_change_is_a_share_of_the_baseline_where_it_can_be():
    assert judged(100, 120).change == pytest.approx(0.2)
    assert judged(0, 120).change is None
    assert judged(-1, 120).change is None
    assert judged(5e-324, 1e18).change is None


def test_what_one_arm_has_alone_is_missing_and_fails_unless_that_is_declared():
    assert (judged(None, 5).verdict, judged(None, 5).gates) == ("missing", True)
    declared = judged(5, None, declared=True)
    assert (declared.verdict, declared.gates) == ("missing", False)
    assert judged(5, 5, declared=True).gates


def answered(gained, lost, level=0.0005, limit=0.01, n=10_000):
    told = Outcomes(both=n - gained - lost, gained=gained, lost=lost, neither=0, limit=limit)
    return exact.accuracy(case(), told, level)


def test_a_drop_beyond_the_limit_regressed_however_unsure():
    assert answered(0, 3, n=100, limit=0.03).verdict == "pass"
    assert answered(0, 4, n=100, limit=0.03).verdict == "regressed"
    assert answered(4, 0, n=100, limit=0.03).verdict == "improved"


@pytest.mark.parametrize("level", [0.0005, 0.01, 0.05])
def test_flips_are_held_against_chance_by_the_exact_test(level):
    said = set()
    for lost in range(40):
        rejected = lost > 9 and binomtest(lost, 9 + lost, alternative="greater").pvalue <= level
        assert (answered(9, lost, level, limit=1.0).verdict == "regressed") == rejected
        assert (answered(lost, 9, level, limit=1.0).verdict == "improved") == rejected
        said.add(rejected)
    assert said == {True, False}


def test_no_flip_is_no_change():
    told = answered(0, 0)
    assert (told.verdict, told.change, told.baseline, told.candidate) == ("pass", 0.0, 1.0, 1.0)


def test_accuracies_are_told_with_the_interval_of_their_difference():
    told = answered(12, 31)
    assert (told.baseline, told.candidate, told.change) == pytest.approx((0.9988, 0.9969, -0.0019))
    assert told.low < told.change < told.high < 0
