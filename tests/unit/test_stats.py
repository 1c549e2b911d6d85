"""Known values, and coverage: intervals said to be 95 % hold the truth 95 times in 100."""

import numpy as np
import pytest
from scipy import special

from harness import stats
from harness.stats import NEEDED_QUERIES, Estimate


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_a_share_has_the_wilson_interval(successes, n, low, high):
    estimate = stats.proportion(successes, n)
    assert estimate.value == successes / n
    assert estimate.n == n
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        stats.proportion(0, 0)


@pytest.mark.parametrize(("p", "needed"), NEEDED_QUERIES.items())
def test_a_percentile_is_absent_below_its_needed_queries(p, needed):
    assert stats.percentile(np.ones(needed - 1), p) is None
    assert stats.percentile(np.ones(needed), p) == Estimate(1, 1, 1, needed)


def test_the_queries_a_percentile_needs_are_those_of_the_issue():
    assert (NEEDED_QUERIES[0.5], NEEDED_QUERIES[0.9], NEEDED_QUERIES[0.99]) == (11, 64, 662)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_a_percentile_is_a_sample_that_p_of_the_samples_do_not_exceed(p):
    samples = np.random.default_rng(0).permutation(np.arange(1000.0))
    estimate = stats.percentile(samples, p)
    assert estimate.value == p * 1000 - 1
    assert np.mean(samples <= estimate.value) == p


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.99])
def test_a_percentiles_interval_covers_at_least_95_percent_whatever_the_number_of_queries(p):
    """Exactly: the interval (X_(l), X_(u)) holds the quantile with probability F(u-1) - F(l-1), F binomial."""
    for n in range(NEEDED_QUERIES[p], NEEDED_QUERIES[p] + 200):
        ranks = stats.percentile(np.arange(1, n + 1), p)
        assert special.bdtr(ranks.high - 1, n, p) - special.bdtr(ranks.low - 1, n, p) >= 0.95


@pytest.mark.parametrize(("p", "n"), [(0.5, 17), (0.9, 71), (0.9, 300), (0.99, 700)])
def test_a_percentiles_interval_covers_the_truth_of_a_skewed_distribution(p, n):
    draws = np.random.default_rng(7).lognormal(0, 0.5, (2000, n))
    truth = float(np.exp(0.5 * special.ndtri(p)))
    intervals = [stats.percentile(row, p) for row in draws]
    share = np.mean([one.low <= truth <= one.high for one in intervals])
    assert share >= 0.94
    widths = np.mean([(one.high - one.low) / one.value for one in intervals])
    assert widths < 0.8


def test_a_rate_is_samples_over_the_whole_time():
    durations = np.array([0.01] * 50 + [0.03] * 50)
    assert stats.rate(durations, 8).value == pytest.approx(8 * 100 / 2.0)


def test_a_steady_rate_has_no_width_and_a_drifting_one_has():
    steady = stats.rate(np.full(200, 0.01), 1)
    assert (steady.low, steady.high) == pytest.approx((100, 100))
    drifting = stats.rate(np.linspace(0.008, 0.012, 200), 1)
    assert drifting.high - drifting.low > 10


def test_a_rate_is_absent_below_eleven_queries():
    assert stats.rate(np.ones(10), 1) is None
    assert stats.rate(np.ones(11), 1) is not None


def test_a_rates_interval_covers_the_truth():
    rng = np.random.default_rng(3)
    estimates = [stats.rate(rng.gamma(20, 0.01 / 20, 200), 4) for _ in range(1000)]
    share = np.mean([one.low <= 400 <= one.high for one in estimates])
    assert 0.93 <= share <= 0.98


def test_what_one_process_cannot_show_widens_the_interval_on_both_sides():
    widened = stats.between_processes(Estimate(10, 9.6, 10.4, 5))
    assert (widened.low, widened.high) == pytest.approx((9.5, 10.5))
    assert stats.between_processes(Estimate(10, 10, 10, 1)) == pytest.approx((10, 9.7, 10.3, 1))
