import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness import precision

DURATIONS = hnp.arrays(float, st.integers(0, 400), elements=st.floats(1e-7, 1e3))
BOTH = st.sampled_from([precision.of_median, precision.of_mean])


@given(DURATIONS, BOTH)
def test_it_is_never_negative_and_infinite_only_below_eleven_queries(durations, of):
    told = of(durations)
    assert told >= 0
    assert math.isinf(told) == (len(durations) < 11)


@given(DURATIONS, BOTH, st.sampled_from([2.0**-20, 0.5, 1024.0]))
def test_it_does_not_depend_on_the_unit(durations, of, scale):
    assert of(durations * scale) == pytest.approx(of(durations))


@given(DURATIONS, st.randoms())
def test_the_median_does_not_depend_on_the_order_of_the_queries(durations, random):
    shuffled = list(durations)
    random.shuffle(shuffled)
    assert precision.of_median(shuffled) == precision.of_median(durations)


@given(st.integers(11, 400), st.floats(1e-7, 1e3), BOTH)
def test_equal_queries_are_quite_sure(n, duration, of):
    assert of(np.full(n, duration)) == pytest.approx(0, abs=1e-12)
