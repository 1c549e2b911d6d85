"""A front is non-dominated, complete and does not depend on order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness import pareto

SMALL = st.one_of(st.integers(0, 4).map(float), st.just(float("nan")))
LOSSES = hnp.arrays(float, st.tuples(st.integers(0, 12), st.integers(1, 3)), elements=SMALL)


def dominates(a, b):
    return bool((a <= b).all() and (a < b).any())


@given(LOSSES)
def test_no_row_of_the_front_is_dominated(losses):
    rows = losses[pareto.front(losses)]
    assert not any(dominates(a, b) for a in rows for b in rows)


@given(LOSSES)
def test_every_other_row_is_dominated_by_one_of_the_front_or_has_a_gap(losses):
    on = pareto.front(losses)
    for row in losses[~on]:
        assert np.isnan(row).any() or any(dominates(a, row) for a in losses[on])


@given(LOSSES)
def test_no_row_with_a_gap_is_on_the_front(losses):
    assert not np.isnan(losses[pareto.front(losses)]).any()


@given(LOSSES, st.randoms())
def test_the_front_does_not_depend_on_order(losses, random):
    order = list(range(len(losses)))
    random.shuffle(order)
    assert (pareto.front(losses)[order] == pareto.front(losses[order])).all()


@given(LOSSES, st.floats(0, 3))
def test_with_intervals_the_front_only_grows(losses, width):
    assert (pareto.undominated(losses, losses + width) >= pareto.front(losses)).all()
