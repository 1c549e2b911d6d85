"""The front of some metrics, as the page works it out: that of ``pareto``, along the first metric."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.decide import pareto
from tests.scripts import Scripts

FRONT = Scripts("front")
figures = st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats(allow_nan=False, allow_infinity=False))


def rows(*metrics):
    FRONT.put("metrics", [{"values": values, "higher": higher} for values, higher in metrics])
    return FRONT.get("front.rows(metrics)")


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(figures, min_size=n, max_size=n), min_size=1)), st.data())
def test_it_is_the_front_that_python_finds(table, data):
    columns = [list(column) for column in zip(*table, strict=True)]
    higher = data.draw(st.lists(st.booleans(), min_size=len(columns), max_size=len(columns)))
    signs = [-1.0 if up else 1.0 for up in higher]
    losses = np.array(
        [[math.nan if value is None else sign * value for value, sign in zip(row, signs, strict=True)] for row in table]
    )
    found = rows(*zip(columns, higher, strict=True))
    assert sorted(found) == np.flatnonzero(pareto.front(losses)).tolist()
    assert [losses[row][0] for row in found] == sorted(losses[row][0] for row in found)


def test_it_runs_along_the_first_metric_and_keeps_equal_rows_together():
    latency, accuracy = [3.0, 1.0, 2.0, 1.0, None], [0.9, 0.5, 0.4, 0.5, 1.0]
    assert rows((latency, False), (accuracy, True)) == [1, 3, 0]


def test_nobody_is_on_the_front_of_nothing():
    assert rows(([], False), ([], True)) == []
