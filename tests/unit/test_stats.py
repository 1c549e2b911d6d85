"""Known values, and coverage: intervals said to be 95 % hold the truth 95 times in 100."""

import numpy as np
import pytest
from scipy import special

from harness import stats
from harness.stats import NEEDED_QUERIES, Estimate
from tests.simulated import Setting, coverage


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


def test_a_mean_is_that_of_all_queries_and_drift_is_in_its_interval():
    steady, drifting = stats.mean(np.full(200, 0.01)), stats.mean(np.linspace(0.008, 0.012, 200))
    assert steady == pytest.approx((0.01, 0.01, 0.01, 200))
    assert drifting.value == pytest.approx(0.01)
    assert drifting.high - drifting.low > 0.001
    assert stats.mean(np.ones(10)) is None
    assert stats.mean(np.concatenate([np.full(99, 1e-6), [10.0]])).low == 0


def test_a_means_interval_covers_the_truth():
    rng = np.random.default_rng(6)
    estimates = [stats.mean(rng.gamma(20, 0.01 / 20, 200)) for _ in range(1000)]
    inside = np.mean([one.low <= 0.01 <= one.high for one in estimates])
    assert 0.93 < inside < 0.97


def test_a_rates_interval_covers_the_truth():
    rng = np.random.default_rng(3)
    estimates = [stats.rate(rng.gamma(20, 0.01 / 20, 200), 4) for _ in range(1000)]
    share = np.mean([one.low <= 400 <= one.high for one in estimates])
    assert 0.93 <= share <= 0.98


def sure(*values):
    """Return one candidate's processes whose own queries leave no doubt."""
    return [Estimate(value, value, value, 5) for value in values]


def unsure(value, by):
    return Estimate(value, value / np.exp(by), value * np.exp(by), 5)


def test_the_spread_between_processes_is_pooled_over_candidates_of_different_speed():
    rng = np.random.default_rng(4)
    groups = [sure(*(speed * np.exp(rng.normal(0, 0.1, 4)))) for speed in np.geomspace(1e-6, 1, 300)]
    spread = stats.between(groups, assumed=0.5)
    assert (spread.dof, spread.within) == (900, 0)
    assert spread.sd == pytest.approx(0.1, rel=0.05)


def test_a_spread_that_too_few_processes_show_is_the_assumed_one():
    assert stats.between([sure(1), sure(2), sure(1, 1.2)], assumed=0.15) == (0.15, 0, 0)
    assert stats.between([], assumed=0.15) == (0.15, 0, 0)
    assert stats.between([sure(0, 1)] * 9, assumed=0.15) == (0.15, 0, 0)


def test_a_spread_knows_how_much_of_it_the_queries_may_have_made():
    spread = stats.between([[unsure(1, 0.1)] * 3, [unsure(5, 0.2)] * 3], assumed=0.5)
    assert spread.within == pytest.approx(np.sqrt((0.1**2 + 0.2**2) / 2))


def test_one_process_keeps_its_value_and_gets_the_spread_on_both_sides():
    low, high = 10 * np.exp([-1.96 * 0.15, 1.96 * 0.15])
    assert stats.combined([Estimate(10, 10, 10, 7)], stats.Spread(0.15, 0)) == pytest.approx((10, low, high, 7), rel=1e-4)


def test_several_processes_give_their_geometric_mean_and_a_narrower_interval():
    spread = stats.Spread(0.15, 20)
    one, three = stats.combined(sure(4), spread), stats.combined(sure(2, 4, 8), spread)
    assert three.value == pytest.approx(4)
    assert three.n == 15
    assert np.log(three.high / three.low) == pytest.approx(np.log(one.high / one.low) / np.sqrt(3))


def test_noise_that_the_spread_holds_already_is_not_added_again():
    quiet, alike = (stats.combined([unsure(4, by)] * 3, stats.Spread(0.15, 20, within=0.2)) for by in (0.01, 0.2))
    assert alike == pytest.approx(quiet)


def test_of_a_noisier_candidate_only_the_excess_is_added():
    spread = stats.Spread(0.15, 20, within=0.3)
    usual, noisy = (stats.combined([unsure(4, by)] * 3, spread) for by in (0.3, 0.5))
    assert np.log(noisy.high / 4) ** 2 - np.log(usual.high / 4) ** 2 == pytest.approx((0.5**2 - 0.3**2) / 3)


def test_an_assumed_spread_holds_no_noise_of_queries_so_all_is_added():
    told = stats.combined([unsure(4, 0.3)], stats.Spread(0.15, 0))
    assert np.log(told.high / 4) == pytest.approx(np.hypot(1.96 * 0.15, 0.3), rel=1e-4)


def test_what_is_zero_in_a_process_has_all_that_was_seen_as_its_interval():
    assert stats.combined([Estimate(0, 0, 0, 1), Estimate(2, 2, 2, 1)], stats.Spread(0.1, 9)) == (1, 0, 2, 2)


@pytest.mark.parametrize(
    "setting",
    [
        Setting("p50", 64, 3, between=0.02, within=1.0),
        Setting("p50", 64, 10, between=0.1, within=0.1),
        Setting("p50", 662, 5, between=0.2, within=0.5),
        Setting("rate", 64, 5, between=0.1, within=1.0),
        Setting("rate", 662, 3, between=0.05, within=0.3),
    ],
    ids=str,
)
def test_the_interval_of_several_processes_covers_the_truth(setting):
    """Over 200 measurements; a larger table is printed by tests/benchmarks/test_coverage.py."""
    assert 0.92 <= coverage(setting, -(-200 // setting.candidates), seed=5).combined <= 0.98


@pytest.mark.parametrize(
    "setting",
    [
        Setting("p50", 64, 4, between=0.1, within=0.5, first=1),
        Setting("p50", 64, 4, between=0.1, within=0.5, noise=3.0),
        Setting("p50", 64, 4, between=0.1, within=1.0, noise=0.3),
        Setting("rate", 64, 4, between=0.1, within=0.5, first=1, noise=3.0),
    ],
    ids=str,
)
def test_the_interval_of_a_candidate_unlike_the_others_is_not_too_narrow(setting):
    assert coverage(setting, 200, seed=6).combined >= 0.92


def test_correlated_queries_deceive_a_single_process_and_not_several():
    found = coverage(Setting("p50", 64, 4, between=0.1, within=0.5, correlation=0.9), 100, seed=7)
    assert found.single < 0.6
    assert 0.92 <= found.combined <= 0.98
