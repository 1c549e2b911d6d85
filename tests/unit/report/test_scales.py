"""The scales across which every candidate is a line: where a figure lies on one, and what the ranges that are marked keep."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts import Scripts

SCALES = Scripts("scales")
positive = st.floats(1e-9, 1e9)
shares = st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted)


def laid(expression, *scales, **more):
    SCALES.put("given", [{"value": value, "higher": higher, "log": log} for value, higher, log in scales])
    for name, value in more.items():
        SCALES.put(name, value)
    return SCALES.get(f"((laid) => {expression})(given.map(scales.laid))")


@pytest.mark.parametrize(
    ("higher", "log", "up"),
    [(True, False, [0, 1 / 11, 1]), (False, False, [1, 10 / 11, 0]), (True, True, [0, 0.5, 1]), (False, True, [1, 0.5, 0])],
)
def test_the_better_lies_higher_on_a_straight_scale_and_on_a_logarithmic_one(higher, log, up):
    assert laid("laid[0].up", ([1.0, 10.0, 100.0], higher, log)) == pytest.approx(up)


def test_what_is_not_known_lies_nowhere_and_a_scale_of_one_value_has_it_in_the_middle():
    assert laid("laid[0].up", ([None, 3.0, 3.0], True, False)) == [None, 0.5, 0.5]
    assert laid("laid[0].up", ([None], True, True)) == [None]


@given(st.lists(positive, min_size=2), st.booleans(), st.booleans())
def test_a_place_on_a_scale_is_read_back_as_its_figure(values, higher, log):
    ups = laid("laid[0].up", (values, higher, log))
    if len(set(ups)) == 1:
        return
    told = laid("ups.map(laid[0].at)", (values, higher, log), ups=ups)
    assert told == pytest.approx(values, rel=1e-6, abs=1e-6 * (0 if log else max(values)))


@given(
    st.lists(st.tuples(*[st.one_of(st.none(), positive)] * 2), min_size=1),
    st.lists(st.one_of(st.none(), shares), min_size=2, max_size=2),
)
def test_those_are_kept_that_lie_in_every_range_that_is_marked(table, ranges):
    scales = [(list(column), True, False) for column in zip(*table, strict=True)]
    ups = laid("laid.map((one) => Array.from(one.up))", *scales)
    marked = [(up, ends) for up, ends in zip(ups, ranges, strict=True) if ends]
    kept = [row for row in range(len(table)) if all(up[row] is not None and ends[0] <= up[row] <= ends[1] for up, ends in marked)]
    assert laid("scales.within(laid, ranges)", *scales, ranges=ranges) == (kept if marked else [])


def test_the_nearest_line_is_found_between_two_scales():
    scales = [([0.0, 1.0, None], True, False), ([0.0, 1.0, 0.5], True, False)]
    assert laid("scales.nearest(laid[0], laid[1], 0.5, 0.9)", *scales) == {"row": 1, "off": pytest.approx(0.1)}
    nobody = laid("scales.nearest(laid[0], laid[1], 0.5, 0.9)", ([None], True, False), ([1.0], True, False))
    assert nobody["row"] is None
    assert math.isinf(nobody["off"] or math.inf)
