"""The points of a distribution are observed queries, each with the share that took at most so long."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.answer.latencies import POINTS_AT_MOST, distribution

TIMES = st.lists(st.integers(1, 10_000).map(lambda n: n / 1e6), min_size=1, max_size=1500).map(np.array)


@given(TIMES)
def test_every_point_says_how_many_queries_took_at_most_so_long(seconds):
    found = distribution(seconds)
    assert found["n"] == len(seconds)
    assert len(found["seconds"]) == len(found["shares"]) <= POINTS_AT_MOST
    ordered = np.sort(seconds)
    for value, share in zip(found["seconds"], found["shares"], strict=True):
        assert ordered[round(share * len(ordered)) - 1] == pytest.approx(value)


@given(TIMES)
def test_the_fastest_and_the_slowest_query_are_shown_and_nothing_goes_down(seconds):
    found = distribution(seconds)
    assert (found["seconds"][0], found["seconds"][-1]) == pytest.approx((seconds.min(), seconds.max()))
    assert found["shares"][-1] == 1
    assert (np.diff(found["seconds"]) >= 0).all()
    assert (np.diff(found["shares"]) > 0).all()


def test_the_tail_is_as_visible_as_the_middle():
    found = distribution(np.arange(1.0, 20_001.0))
    shares = np.array(found["shares"])
    for low, high in ((0.9, 0.99), (0.99, 0.999), (0.999, 1.0)):
        assert ((shares > low) & (shares <= high)).sum() >= 15, (low, high)


def test_queries_that_were_never_answered_count_and_have_no_point():
    found = distribution(np.array([0.001, np.inf, 0.002, 0.003]))
    assert found == {"n": 4, "seconds": [0.001, 0.002, 0.003], "shares": [0.25, 0.5, 0.75]}


def test_no_queries_have_no_points():
    assert distribution(np.array([])) == {"n": 0, "seconds": [], "shares": []}
