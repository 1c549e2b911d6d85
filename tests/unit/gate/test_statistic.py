import math

import numpy as np
import pytest

from harness.gate import statistic


def test_the_slowest_quarter_does_not_count():
    quick = np.array([1.0, 2.0, 3.0, 50.0])
    assert statistic.best(quick, higher=False) == pytest.approx(math.log(2.0))
    assert statistic.best(np.array([1.0, 2.0, 3.0]), higher=False) == pytest.approx(math.log(2.0))


def test_of_rates_the_lowest_quarter_does_not_count():
    assert statistic.best(np.array([0.1, 3.0, 2.0, 1.0]), higher=True) == pytest.approx(math.log(2.0))


def test_one_sample_is_its_own_figure():
    assert statistic.best(np.array([5.0]), higher=False) == statistic.quantile(np.array([5.0]), 0.95, False) == math.log(5.0)


def test_a_quantile_is_a_sample_that_was_observed():
    samples = np.arange(40, 0, -1.0)
    assert statistic.quantile(samples, 0.95, higher=False) == math.log(38)
    assert statistic.quantile(samples, 0.5, higher=False) == math.log(20)
    assert statistic.quantile(samples, 0.95, higher=True) == math.log(3)


def test_more_is_worse_unless_more_is_better():
    baseline, candidate = np.log([10.0]), np.log([11.0])
    assert statistic.worse(baseline, candidate, higher=False)[0] > 0 > statistic.worse(baseline, candidate, higher=True)[0]


def test_changes_are_shares_of_the_baseline_in_the_metrics_own_direction():
    slower = statistic.changes(math.log(1.05), math.log(1.02), math.log(1.06), higher=False)
    assert slower == {"change": 0.05, "low": 0.02, "high": 0.06}
    fewer = statistic.changes(math.log(1.25), math.log(1.0), math.log(2.0), higher=True)
    assert fewer == {"change": -0.2, "low": -0.5, "high": 0.0}


def test_what_is_not_bounded_is_left_out():
    assert statistic.changes(0.0, -math.inf, math.inf, higher=False) == {"change": 0.0, "low": None, "high": None}


def test_figures_have_nine_digits_that_count():
    assert statistic.figure(math.log(1.23456789012e-5)) == 1.23456789e-5
