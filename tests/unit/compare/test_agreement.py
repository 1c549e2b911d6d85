"""How alike two columns order candidates: planted orders are found, and the interval holds the truth as often as it says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from harness.compare import agreement
from harness.compare.agreement import LEAST, rank_agreement, surely_ordered


def test_the_same_order_is_one_and_the_opposite_minus_one():
    up = np.arange(20.0)
    same, opposite = rank_agreement(up, 3 * up), rank_agreement(up, -up)
    assert (same.value, same.high, same.n) == (1, 1, 20)
    assert 0.9 < same.low < 1, "a perfect order of few candidates is not yet certain"
    assert (opposite.value, opposite.low) == (-1, -1)


@pytest.mark.parametrize("columns", [(range(LEAST - 1), range(LEAST - 1)), ([1.0] * 30, range(30)), (range(30), [1.0] * 30)])
def test_too_few_candidates_or_a_column_that_orders_nothing_give_no_figure(columns):
    assert rank_agreement(*columns) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=LEAST, max_size=40))
@settings(max_examples=100)
def test_leaving_each_row_out_is_what_scipy_finds_without_it(rows):
    a, b = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    expected = [kendalltau(np.delete(a, row), np.delete(b, row)).statistic for row in range(len(a))]
    assert agreement._without_each(a, b) == pytest.approx(np.nan_to_num(expected, nan=0.0), abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=LEAST, max_size=30))
@settings(max_examples=50)
def test_the_interval_holds_the_value_whichever_side_comes_first(rows):
    a, b = zip(*rows, strict=True)
    one, other = rank_agreement(a, b), rank_agreement(b, a)
    assert (one is None) == (other is None)
    if one:
        assert -1 <= one.low <= one.value <= one.high <= 1
        assert one == pytest.approx(other)


@pytest.mark.parametrize(("n", "correlation"), [(15, 0.0), (40, 0.6), (40, 0.98), (15, 0.999)])
def test_the_interval_holds_the_truth_as_often_as_it_says(n, correlation):
    random = np.random.default_rng(7)
    truth = 2 / math.pi * math.asin(correlation)  # of a normal distribution
    draws = random.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], size=(300, n))
    found = [rank_agreement(*draw.T) for draw in draws]
    assert sum(one.low <= truth <= one.high for one in found) >= 0.92 * len(found)


def test_only_pairs_that_are_apart_on_both_sides_are_sure_and_counted_once():
    low, high = np.array([1.0, 3.0, 5.0, 5.5]), np.array([2.0, 4.0, 6.0, 6.5])
    assert surely_ordered((low, high), (low, high)) == (5, 5)
    assert surely_ordered((low, high), (-high, -low)) == (5, 0)
    assert surely_ordered((low, high), (low, low + 100)) == (0, 0)


def test_many_candidates_are_compared_in_parts(monkeypatch):
    random = np.random.default_rng(1)
    a = random.normal(size=50)
    b = a + random.normal(size=50)
    whole = rank_agreement(a, b), surely_ordered((a - 0.1, a + 0.1), (b, b + 0.1))
    monkeypatch.setattr(agreement, "ROWS", 7)
    parts = rank_agreement(a, b), surely_ordered((a - 0.1, a + 0.1), (b, b + 0.1))
    assert parts[0] == pytest.approx(whole[0])
    assert parts[1] == whole[1]
