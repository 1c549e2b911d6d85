"""Figures against the baseline: known ratios and differences, with intervals that are recovered rightly."""

import math

import pytest

from harness.report.comparison import compare, difference, ratio


def fact(value, low=None, high=None, unit="s"):
    return {"value": value, "low": value if low is None else low, "high": value if high is None else high, "unit": unit}


def test_a_fifth_of_the_latency_is_five_times_faster():
    told = compare("latency_p90", False, fact(0.002), fact(0.010))
    assert (told.change, told.ends, told.tone) == ("5.0× faster", "", "better")


def test_more_latency_is_slower_and_worse():
    told = compare("latency_p90", False, fact(0.015, 0.014, 0.016), fact(0.010))
    assert (told.change, told.ends, told.tone) == ("1.50× slower", "1.40–1.60×", "worse")


def test_more_throughput_is_better():
    told = compare("throughput", True, fact(3000.0, unit="samples/s"), fact(1000.0, unit="samples/s"))
    assert (told.change, told.tone) == ("3.0× more throughput", "better")


def test_a_quarter_of_the_bytes_is_four_times_smaller():
    assert compare("size", False, fact(1e6, unit="B"), fact(4e6, unit="B")).change == "4.0× smaller"


def test_accuracy_differs_by_percentage_points():
    told = compare("accuracy", True, fact(0.95, 0.949, 0.951, "share"), fact(0.96, 0.959, 0.961, "share"))
    assert (told.change, told.ends, told.tone) == ("−1.0 pp accuracy", "−1.1 to −0.9 pp", "worse")


def test_a_difference_inside_the_noise_is_neither_better_nor_worse():
    told = compare("accuracy", True, fact(0.95, 0.94, 0.96, "share"), fact(0.951, 0.941, 0.961, "share"))
    assert (told.change, told.tone) == ("−0.1 pp accuracy", "even")
    told = compare("latency_p90", False, fact(0.010, 0.008, 0.012), fact(0.011, 0.009, 0.013))
    assert told.tone == "even"


def test_equal_values_are_the_same():
    told = compare("size", False, fact(1e6, unit="B"), fact(1e6, unit="B"))
    assert (told.change, told.tone) == ("same size", "even")


def test_without_a_baseline_only_the_value_is_told():
    told = compare("latency_p90", False, fact(0.002, 0.0019, 0.0021), None)
    assert (told.value, told.baseline, told.change, told.tone) == ("2 ms (1.90–2.10)", "", "", "plain")


def test_a_metric_of_a_later_version_is_compared_in_plain_words():
    assert compare("energy", False, fact(1.0, unit="J"), fact(3.0, unit="J")).change == "3.0× less energy"


def test_nought_has_no_ratio():
    assert ratio(fact(0.0), fact(1.0)) is None
    assert compare("first_query", False, fact(0.0), fact(1.0)).change == ""


def test_the_error_of_a_difference_is_the_root_of_the_sum_of_squares():
    told = difference(fact(10.0, 7.0, 13.0), fact(4.0, 0.0, 8.0))
    assert (told.value, told.low, told.high) == pytest.approx((6.0, 1.0, 11.0))


def test_the_error_of_a_ratio_is_that_of_the_difference_of_logarithms():
    told = ratio(fact(4.0, 4.0 / math.exp(0.3), 4.0 * math.exp(0.3)), fact(2.0, 2.0 / math.exp(0.4), 2.0 * math.exp(0.4)))
    assert (told.value, told.low, told.high) == pytest.approx((2.0, 2.0 / math.exp(0.5), 2.0 * math.exp(0.5)))


def test_one_certain_side_leaves_the_interval_of_the_other():
    told = ratio(fact(4.0, 2.0, 8.0), fact(2.0))
    assert (told.low, told.high) == pytest.approx((1.0, 4.0))
