"""Against every assignment of signs there is, and against scipy's exact test."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import wilcoxon

from harness.gate import signed_rank

MAGNITUDES = np.array([0.3, 0.5, 1.1, 1.9, 2.6, 3.4, 4.5, 5.7])


@pytest.mark.parametrize("k", [1, 4, 8])
def test_the_null_distribution_is_that_of_all_assignments_of_signs(k):
    sums = np.array([sum(rank for rank, positive in enumerate(signs, 1) if positive) for signs in product((0, 1), repeat=k)])
    found = signed_rank.null(k)
    assert found.tolist() == [np.mean(sums <= at) for at in range(k * (k + 1) // 2 + 1)]


def test_of_many_differences_the_tail_is_as_small_as_it_is():
    assert signed_rank.null(120)[0] == 2.0**-120
    assert signed_rank.null(120)[-1] == pytest.approx(1)


@pytest.mark.parametrize("level", [0.02, 0.05, 0.2])
def test_a_bound_is_wrong_as_often_as_its_level_allows_and_the_next_rank_would_be_more_often(level):
    signed = MAGNITUDES * np.array(list(product((-1, 1), repeat=len(MAGNITUDES))))
    _, (bounds,) = signed_rank.estimate(signed, (level,))
    next_bounds = np.sort(signed_rank.walsh(signed))[:, signed_rank.rank(len(MAGNITUDES), level) + 1]
    assert np.mean(bounds.low > 0) <= level < np.mean(next_bounds > 0)
    assert np.mean(bounds.high < 0) == np.mean(bounds.low > 0)


@pytest.mark.parametrize("k", [6, 14, 25])
def test_a_bound_excludes_nought_where_scipys_exact_test_rejects_it(k):
    rng = np.random.default_rng(k)
    outcomes = set()
    for shift in np.linspace(-0.5, 1.5, 60):
        differences = rng.normal(shift, 1, k)
        _, (bounds,) = signed_rank.estimate(differences, (0.03,))
        rejected = wilcoxon(differences, alternative="greater", method="exact").pvalue <= 0.03
        assert (bounds.low > 0) == rejected
        outcomes.add(rejected)
    assert outcomes == {True, False}


def test_the_estimate_is_the_median_of_the_averages_of_pairs():
    centre, _ = signed_rank.estimate(np.array([1.0, 2.0, 9.0]), ())
    assert centre == np.median([1, 2, 9, 1.5, 5, 5.5])


def test_too_few_differences_bound_nothing():
    _, (bounds,) = signed_rank.estimate(np.array([1.0, 2.0]), (0.01,))
    assert (bounds.low, bounds.high) == (-np.inf, np.inf)


def test_many_series_at_once_are_the_same_as_one_by_one():
    series = np.random.default_rng(1).normal(0, 1, (3, 5, 14))
    together, (loose, strict) = signed_rank.estimate(series, (0.05, 0.001))
    for at in np.ndindex(3, 5):
        alone, (one_loose, one_strict) = signed_rank.estimate(series[at], (0.05, 0.001))
        assert (together[at], loose.low[at], strict.high[at]) == (alone, one_loose.low, one_strict.high)
