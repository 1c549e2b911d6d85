import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.pairs import mcnemar, paired

COUNTS = st.tuples(*[st.integers(0, 5000)] * 4).filter(any)


@given(COUNTS)
def test_a_difference_lies_inside_its_interval_and_that_between_minus_one_and_one(counts):
    told = paired(*counts)
    assert -1 <= told.low <= told.value <= told.high <= 1
    assert 0 <= told.p <= 1


@given(COUNTS)
def test_the_other_way_round_everything_has_the_other_sign(counts):
    gained, lost, both, neither = counts
    one, other = paired(gained, lost, both, neither), paired(lost, gained, both, neither)
    assert (other.value, other.p) == (-one.value, one.p)
    assert (-other.high, -other.low) == pytest.approx((one.low, one.high), abs=1e-12)


@given(COUNTS)
def test_right_and_wrong_exchanged_everything_has_the_other_sign(counts):
    gained, lost, both, neither = counts
    one, other = paired(gained, lost, both, neither), paired(lost, gained, neither, both)
    assert (-other.high, -other.low) == pytest.approx((one.low, one.high), abs=1e-9)


@given(COUNTS, st.integers(2, 20))
def test_the_same_shares_of_more_samples_are_surer(counts, times):
    one, more = paired(*counts), paired(*(count * times for count in counts))
    assert more.high - more.low <= one.high - one.low + 1e-12


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_further_apart_the_counts_the_smaller_the_p_value(fewer, apart):
    assert mcnemar(fewer, fewer + apart + 1) <= mcnemar(fewer, fewer + apart) * (1 + 1e-9)
