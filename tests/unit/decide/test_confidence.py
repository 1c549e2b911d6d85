"""A win probability is true, and a guard band holds, on made-up sweeps whose truth is known (more in tests/benchmarks)."""

import numpy as np
import pytest

from tests.sweeps import Kind, gap, judged, reliability, sweep

SWEEPS = 150


@pytest.fixture(scope="module")
def found():
    return [judged(sweep(np.random.default_rng([1, i]), Kind())) for i in range(SWEEPS)]


def test_a_recommendation_is_best_as_often_as_it_says(found):
    told = [one for one in found if one.feasible]
    assert len(told) > SWEEPS / 2
    assert np.mean([one.win_probability for one in told]) == pytest.approx(np.mean([one.best for one in told]), abs=0.05)
    assert gap(reliability(told)) <= 0.10


def test_a_sure_recommendation_is_best_and_an_unsure_one_is_often_not(found):
    sure = [one.best for one in found if one.win_probability >= 0.9]
    unsure = [one.best for one in found if one.win_probability <= 0.5]
    assert len(sure) > SWEEPS / 5
    assert np.mean(sure) >= 0.9
    assert len(unsure) > SWEEPS / 10
    assert np.mean(unsure) <= 0.4


def test_a_recommendation_breaks_no_constraint_in_truth_and_without_a_guard_band_some_do(found):
    assert sum(one.violates for one in found if one.feasible) <= 0.01 * SWEEPS
    assert sum(bool(one.violates_without_guard) for one in found) >= 0.03 * SWEEPS
