"""A front is non-dominated, complete and does not depend on order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.decide import pareto

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


@given(LOSSES, st.randoms())
def test_every_row_off_the_front_has_a_dominator_on_it_and_no_other_row_has_one(losses, random):
    on = pareto.front(losses)
    rivals = np.flatnonzero(on).tolist()
    random.shuffle(rivals)
    found = pareto.dominators(losses, rivals)
    gaps = np.isnan(losses).any(axis=1)
    assert ((found >= 0) == ~(on | gaps)).all()
    for row, by in enumerate(found):
        if by >= 0:
            assert dominates(losses[by], losses[row])
            assert not any(dominates(losses[rival], losses[row]) for rival in rivals[: rivals.index(by)])


UNIT = hnp.arrays(float, st.tuples(st.integers(0, 10), st.integers(1, 4)), elements=st.integers(0, 8).map(lambda n: n / 8))


@given(UNIT)
def test_what_a_volume_has_grown_to_is_the_volume(losses):
    found = pareto.growth(losses)
    assert (np.diff(found) >= 0).all()
    for i, volume in enumerate(found):
        assert abs(volume - pareto.volume(losses[: i + 1])) < 1e-9
