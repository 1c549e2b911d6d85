"""Very many points as one shape, and which of them lie in a box or a lasso."""

from hypothesis import given
from hypothesis import strategies as st

from tests.scripts import Scripts

CROWD = Scripts("crowd")
coordinates = st.floats(-10, 10)


def inside(told, x, y):
    CROWD.put("told", told)
    return CROWD.get(f"crowd.inside(told, {x!r}, {y!r})")


def ends(a, b):
    return sorted((a, b))


@given(coordinates, coordinates, coordinates, coordinates, coordinates, coordinates)
def test_a_lasso_along_a_box_holds_what_the_box_holds(x, y, left, right, low, high):
    (left, right), (low, high) = ends(left, right), ends(low, high)
    corners = {"x": [left, right, right, left], "y": [low, low, high, high]}
    within = inside({"range": {"x": [left, right], "y": [low, high]}}, x, y)
    assert within == (left <= x <= right and low <= y <= high)
    if x not in (left, right) and y not in (low, high):
        assert inside({"lassoPoints": corners}, x, y) == within


def test_a_lasso_may_be_bent():
    horseshoe = {"x": [0, 3, 3, 2, 2, 1, 1, 0], "y": [0, 0, 3, 3, 1, 1, 3, 3]}
    found = [inside({"lassoPoints": horseshoe}, x, 2) for x in (0.5, 1.5, 2.5, 3.5)]
    assert found == [True, False, True, False]


def test_each_point_is_a_line_of_no_length():
    shape = CROWD.get("crowd.shape([1e-6, 2], [3, 4e21], '#123456', 7, 0.5)")
    assert shape["path"] == "M0.000001,3L0.000001,3M2,4e+21L2,4e+21"
    assert (shape["line"], shape["opacity"]) == ({"color": "#123456", "width": 7}, 0.5)
