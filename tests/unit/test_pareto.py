import numpy as np

from harness import pareto


def test_what_no_row_beats_in_everything_is_the_front():
    losses = np.array([[1, 5], [2, 2], [5, 1], [3, 3], [2, 6]], dtype=float)
    assert pareto.front(losses).tolist() == [True, True, True, False, False]


def test_equal_rows_stay_together():
    assert pareto.front(np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 3.0]])).tolist() == [True, True, False]


def test_a_row_with_a_gap_is_neither_on_the_front_nor_a_rival():
    losses = np.array([[np.nan, 0], [0, np.nan], [5, 5]])
    assert pareto.front(losses).tolist() == [False, False, True]


def test_no_rows_have_no_front():
    assert pareto.front(np.empty((0, 2))).tolist() == []


def test_with_intervals_only_what_is_beaten_for_sure_is_out():
    low = np.array([[1.0, 1.0], [1.5, 1.5], [3.0, 3.0]])
    high = np.array([[2.0, 2.0], [2.5, 2.5], [4.0, 4.0]])
    assert pareto.undominated(low, high).tolist() == [True, True, False]
