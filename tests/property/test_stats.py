import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness import stats

DURATIONS = hnp.arrays(float, st.integers(0, 400), elements=st.floats(1e-7, 1e3))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_inside_its_interval_and_that_inside_zero_and_one(counts):
    estimate = stats.proportion(*counts)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@given(DURATIONS, st.sampled_from([0.5, 0.9, 0.95]))
def test_a_percentile_and_its_interval_are_observed_values_in_order(durations, p):
    estimate = stats.percentile(durations, p)
    if estimate is None:
        assert len(durations) < stats.NEEDED_QUERIES[p]
    else:
        assert estimate.low <= estimate.value <= estimate.high
        assert set(estimate[:3]) <= set(durations)
        assert np.mean(durations <= estimate.value) >= p - 1e-9


@given(DURATIONS, st.sampled_from([0.5, 0.9]), st.randoms())
def test_a_percentile_does_not_depend_on_the_order_of_the_queries(durations, p, random):
    shuffled = list(durations)
    random.shuffle(shuffled)
    assert stats.percentile(durations, p) == stats.percentile(shuffled, p)


@given(DURATIONS, st.integers(1, 64))
def test_a_rate_lies_inside_its_interval(durations, per_query):
    estimate = stats.rate(durations, per_query)
    if estimate is not None:
        assert 0 <= estimate.low <= estimate.value <= estimate.high


POSITIVE = st.floats(1e-9, 1e9)


@given(
    st.lists(st.tuples(POSITIVE, st.floats(0, 1), st.floats(0, 10)), min_size=1, max_size=6),
    st.builds(stats.Spread, st.floats(0, 1), st.integers(0, 50), st.floats(0, 1)),
)
def test_a_combined_estimate_lies_inside_its_interval_and_between_its_processes(parts, spread):
    processes = [stats.Estimate(value, value * (1 - below), value * (1 + above), 3) for value, below, above in parts]
    one = stats.combined(processes, spread)
    values = [process.value for process in processes]
    assert one.low <= one.value <= one.high
    assert min(values) * (1 - 1e-9) <= one.value <= max(values) * (1 + 1e-9)
    assert one.n == 3 * len(processes)


@given(st.lists(st.lists(POSITIVE, min_size=1, max_size=4), max_size=6), st.floats(0.01, 100))
def test_a_spread_does_not_depend_on_the_unit(values, scale):
    one, other = (
        stats.between([[stats.Estimate(v * by, v * by / 2, v * by * 3, 9) for v in group] for group in values], 0.15)
        for by in (1.0, scale)
    )
    assert one.dof == other.dof
    assert (one.sd, one.within) == pytest.approx((other.sd, other.within), abs=1e-6)
