"""Differences and ratios of known figures, with intervals that are recovered rightly."""

import math

import pytest

from harness.changes import Change, difference, ratio


def figure(value, low=None, high=None):
    return Change(value, value if low is None else low, value if high is None else high)


def test_nought_has_no_ratio():
    assert ratio(figure(0.0), figure(1.0)) is None
    assert ratio(figure(1.0), figure(1.0, 0.0, 2.0)) is None


def test_a_ratio_the_other_way_round_swaps_its_ends():
    assert Change(2.0, 1.0, 4.0).inverse == (0.5, 0.25, 1.0)
    assert ratio(figure(4.0, 3.0, 5.0), figure(2.0)).inverse == pytest.approx(ratio(figure(2.0), figure(4.0, 3.0, 5.0)))


def test_the_error_of_a_difference_is_the_root_of_the_sum_of_squares():
    told = difference(figure(10.0, 7.0, 13.0), figure(4.0, 0.0, 8.0))
    assert (told.value, told.low, told.high) == pytest.approx((6.0, 1.0, 11.0))


def test_the_error_of_a_ratio_is_that_of_the_difference_of_logarithms():
    told = ratio(figure(4.0, 4.0 / math.exp(0.3), 4.0 * math.exp(0.3)), figure(2.0, 2.0 / math.exp(0.4), 2.0 * math.exp(0.4)))
    assert (told.value, told.low, told.high) == pytest.approx((2.0, 2.0 / math.exp(0.5), 2.0 * math.exp(0.5)))


def test_one_certain_side_leaves_the_interval_of_the_other():
    told = ratio(figure(4.0, 2.0, 8.0), figure(2.0))
    assert (told.low, told.high) == pytest.approx((1.0, 4.0))
