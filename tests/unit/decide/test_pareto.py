import numpy as np
import pytest

from harness.decide import pareto


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


def test_the_volume_is_the_share_of_the_unit_box_that_is_dominated():
    assert pareto.volume(np.array([[0.5, 0.5], [0.25, 1.0], [0.6, 0.6]])) == pytest.approx(0.25)
    assert pareto.volume(np.array([[np.nan, 0.0]])) == 0
    assert pareto.volume(np.full((1, 8), 0.5)) == pytest.approx(0.5**8, rel=0.02)


def test_the_knee_lies_furthest_inside_of_the_line_between_the_ends():
    losses = np.array([[0.0, 10.0], [1.0, 2.0], [5.0, 1.0], [10.0, 0.0], [9.0, 9.0]])
    row, distance = pareto.knee(losses)
    assert (row, distance) == (1, pytest.approx((1 - 0.1 - 0.2) / 2**0.5))


def test_a_front_without_a_bend_has_no_knee():
    assert pareto.knee(np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])) is None
    assert pareto.knee(np.array([[0.0], [1.0]])) is None
    assert pareto.knee(np.array([[np.nan, 1.0]])) is None


def test_the_layers_of_a_front_are_peeled_one_by_one():
    losses = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]])
    assert pareto.near_front(losses, 3).tolist() == [True, True, True, False]


def test_a_dominator_is_the_first_of_the_rivals_that_is_worse_in_nothing_and_better_in_something():
    losses = np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 2.0], [0.0, 9.0], [np.nan, 5.0], [1.0, 1.0]])
    assert pareto.dominators(losses, [0, 1]).tolist() == [-1, 0, 0, -1, -1, -1]
    assert pareto.dominators(losses, [2, 0]).tolist() == [-1, 2, 0, -1, -1, -1]
    assert pareto.dominators(losses, []).tolist() == [-1] * 6
    assert pareto.dominators(np.empty((0, 2)), []).tolist() == []


def test_the_volume_grows_by_what_each_row_adds():
    losses = np.array([[0.5, 0.5], [0.6, 0.6], [0.0, 0.75], [np.nan, 0.0], [0.25, 0.25]])
    assert pareto.growth(losses) == pytest.approx([0.25, 0.25, 0.375, 0.375, 0.5625 + 0.0625])
    assert pareto.growth(np.empty((0, 2))).tolist() == []


def test_beyond_what_is_exact_there_is_no_growth():
    assert pareto.growth(np.full((3, pareto.EXACT_AT_MOST + 1), 0.5)) is None
