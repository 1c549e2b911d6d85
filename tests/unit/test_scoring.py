"""Metrics of a regression and of embeddings: values by hand, intervals that hold the truth as often as they say."""

import numpy as np
import pytest
from scipy import stats as reference
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from harness import scoring


def targets(n, noise, seed=0, columns=1):
    """Return scores and targets: a standard normal plus noise of that deviation."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, columns)).astype(np.float32)
    return scores, (scores + noise * rng.standard_normal((n, columns))).astype(np.float32)


@pytest.mark.parametrize("columns", [1, 3])
def test_the_figures_of_a_regression_are_scikit_learns(columns):
    scores, labels = targets(200, 0.5, columns=columns)
    assert scoring.estimate("mae", scores, labels).value == pytest.approx(mean_absolute_error(labels, scores))
    assert scoring.estimate("r2", scores, labels).value == pytest.approx(
        r2_score(labels, scores, multioutput="variance_weighted"), rel=1e-5
    )
    if columns == 1:
        assert scoring.estimate("rmse", scores, labels).value == pytest.approx(root_mean_squared_error(labels, scores))


@pytest.mark.parametrize(("metric", "truth"), [("rmse", 0.5), ("mae", 0.5 * np.sqrt(2 / np.pi)), ("r2", 0.8)])
def test_the_interval_of_a_regression_holds_the_truth_as_often_as_it_says(metric, truth):
    found = [scoring.estimate(metric, *targets(80, 0.5, seed)) for seed in range(600)]
    inside = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.92 < inside < 0.975


@pytest.mark.parametrize("metric", ["rmse", "mae", "r2"])
def test_a_difference_on_the_same_samples_holds_the_truth_and_is_surer_than_two_intervals(metric):
    inside, widths = [], []
    for seed in range(300):
        scores, labels = targets(100, 0.5, seed)
        other = scores + 0.05 * np.random.default_rng(seed + 1000).standard_normal(scores.shape).astype(np.float32)
        told = scoring.difference(metric, other, scores, labels)
        truth = {"rmse": np.sqrt(0.2525) - 0.5, "mae": (np.sqrt(0.2525) - 0.5) * np.sqrt(2 / np.pi), "r2": -0.002}[metric]
        inside.append(told["low"] <= truth <= told["high"])
        alone = scoring.estimate(metric, scores, labels)
        widths.append((told["high"] - told["low"]) / (alone.high - alone.low))
    assert 0.91 < np.mean(inside) < 0.985
    assert np.median(widths) < 0.3


def test_a_perfect_regression_has_no_error_and_no_interval():
    scores, _ = targets(20, 0.0)
    assert scoring.estimate("rmse", scores, scores)[:3] == (0, 0, 0)
    assert scoring.estimate("r2", scores, scores)[:3] == (1, 1, 1)


def test_r2_may_be_below_nought_and_is_absent_where_targets_do_not_differ():
    scores, labels = targets(50, 0.5)
    told = scoring.estimate("r2", -scores, labels)
    assert told.low <= told.value < 0
    assert told.value <= told.high < 1
    assert scoring.estimate("r2", scores, np.ones_like(labels)) is None


def test_ranks_share_their_mean_where_values_are_equal():
    values = np.array([3.0, 1.0, 3.0, 2.0, 3.0])
    np.testing.assert_array_equal(scoring.ranks(values), reference.rankdata(values))


def embedded(m, noise, seed=0):
    """Return embeddings on a circle, and pairs whose similarity is that of their angles, disturbed."""
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0, np.pi / 2, 2 * m)
    scores = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32) * rng.uniform(1, 5, (2 * m, 1))
    wanted = np.cos(angles[:m] - angles[m:]) + noise * rng.standard_normal(m)
    return scores, np.stack([np.arange(m), np.arange(m) + m, wanted], axis=1)


def test_embeddings_are_judged_by_the_ranks_of_their_cosines():
    scores, pairs = embedded(40, 0.1)
    cosines = scoring.similarities(scores, pairs)
    told = scoring.estimate("spearman", scores, pairs)
    assert told.value == pytest.approx(reference.spearmanr(cosines, pairs[:, 2]).statistic)
    exact = scoring.estimate("spearman", *embedded(40, 0.0))
    assert exact.value == pytest.approx(1.0)
    assert exact.low > 0.99


def test_the_interval_of_a_rank_correlation_holds_the_truth_as_often_as_it_says():
    truth = 6 / np.pi * np.arcsin(0.6 / 2)
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(600):
        a, b = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 60).T
        told = scoring.correlation(a, b)
        inside.append(told.low <= truth <= told.high)
    assert 0.92 < np.mean(inside) < 0.98


def test_two_embeddings_of_the_same_pairs_are_compared_pair_by_pair():
    scores, pairs = embedded(60, 0.1)
    worse = scores + np.random.default_rng(1).normal(0, 5.0, scores.shape)
    told = scoring.difference("spearman", worse, scores, pairs)
    assert told["low"] <= told["value"] <= told["high"] < 0
    same = scoring.difference("spearman", scores, scores, pairs)
    assert (same["value"], same["low"], same["high"]) == (0, 0, 0)


@pytest.mark.parametrize("wanted", [np.ones(10), np.arange(3.0)])
def test_a_correlation_with_nothing_to_rank_is_absent(wanted):
    assert scoring.correlation(np.arange(float(len(wanted))), wanted) is None
