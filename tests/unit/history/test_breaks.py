import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.history.breaks import LEAST, breaks
from tests.planted_history import noisy

FIGURES = st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=40)


def places(values, counted=False):
    return [one.at for one in breaks(values, counted)]


def test_a_planted_change_is_found_where_it_is_and_as_large_as_it_is():
    (found,) = breaks(noisy({14: 0.08}, 30), counted=False)
    assert found.at == 14
    assert math.expm1(found.low) < 0.08 < math.expm1(found.high)
    assert math.exp(found.before) == pytest.approx(0.01, rel=0.01)
    assert math.exp(found.after) == pytest.approx(0.0108, rel=0.01)


def test_a_change_for_the_better_and_one_for_the_worse_are_both_found():
    first, second = breaks(noisy({10: 0.10, 25: -0.15}, 40), counted=False)
    assert (first.at, second.at) == (10, 25)
    assert first.low > 0 > second.high


def test_of_a_hundred_histories_in_which_nothing_changed_hardly_one_is_said_to_change():
    assert sum(bool(places(noisy({}, 30, seed=seed))) for seed in range(100)) <= 2


def test_one_job_that_was_disturbed_is_no_change():
    values = noisy({}, 30)
    values[12] *= 3
    assert places(values) == []


def test_what_is_counted_changes_with_every_other_figure():
    assert places([100, 100, 101, 101, 100], counted=True) == [2, 4]
    (found,) = breaks([100.0, 120.0], counted=True)
    assert found.low == found.high == pytest.approx(math.log(1.2))


def test_less_than_six_jobs_tell_nothing_of_timings():
    assert places([0.01] * LEAST + [0.02] * (LEAST - 1)) == []
    assert places([0.01] * LEAST + [0.02] * LEAST) == [LEAST]


def test_figures_without_any_noise_do_not_change():
    assert places([0.01] * 20) == []


@given(FIGURES, st.booleans())
def test_any_figures_have_changes_in_order_and_none_at_the_ends(values, counted):
    found = breaks(values, counted)
    ends = [0, *(one.at for one in found), len(values)]
    least = 1 if counted else LEAST
    assert all(end - start >= least for start, end in pairwise(ends)) or not found
    assert all(one.low <= one.change <= one.high for one in found)


@given(st.lists(st.floats(0.5, 2), min_size=6, max_size=30), st.sampled_from((1e-6, 1e3)))
def test_the_unit_does_not_matter_to_where_something_changed(values, factor):
    assert places(values) == places([factor * value for value in values])
