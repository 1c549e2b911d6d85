"""What a running timing says of itself agrees with what is reported of it in the end."""

import math
import subprocess
import sys

import numpy as np
import pytest

from harness import precision, stats


def durations(n, sd=0.2, seed=0):
    return np.random.default_rng(seed).lognormal(-6, sd, n)


def half_width(estimate):
    return (estimate.high - estimate.low) / 2 / estimate.value


@pytest.mark.parametrize("n", [200, 1000, 10_000])
def test_the_median_is_as_sure_as_the_reported_one(n):
    for seed in range(10):
        times = durations(n, seed=seed)
        assert precision.of_median(times) == pytest.approx(
            half_width(stats.percentile(times, 0.5)), rel=0.15 if n < 1000 else 0.05
        )


def test_the_median_of_any_number_of_queries_uses_the_reported_ranks_or_their_neighbours():
    for n in range(11, 400):
        ranks = np.arange(1.0, n + 1)
        told = stats.percentile(ranks, 0.5)
        assert abs(2 * told.value * precision.of_median(ranks) - (told.high - told.low)) <= 2 + 1e-9


@pytest.mark.parametrize("n", [200, 1003, 10_000])
def test_the_mean_is_as_sure_as_the_reported_rate(n):
    for seed in range(10):
        times = durations(n, seed=seed)
        assert precision.of_mean(times) == pytest.approx(half_width(stats.rate(times, 8)), rel=0.05)


@pytest.mark.parametrize("of", [precision.of_median, precision.of_mean])
def test_nothing_is_said_of_fewer_than_eleven_queries(of):
    assert of([]) == of([0.1] * 10) == math.inf
    assert of([0.1] * 11) == pytest.approx(0.0, abs=1e-12)
    assert of([0.0] * 50) == math.inf


@pytest.mark.parametrize("of", [precision.of_median, precision.of_mean])
def test_sixteen_times_the_queries_are_four_times_surer(of):
    few, many = (np.mean([of(durations(n, seed=seed)) for seed in range(50)]) for n in (500, 8000))
    assert few / many == pytest.approx(4, rel=0.2)


def test_drift_makes_the_mean_unsure():
    steady = durations(1000)
    assert precision.of_mean(steady * np.linspace(1, 1.3, 1000)) > 3 * precision.of_mean(steady)


def test_it_needs_no_scipy():
    code = "import sys, harness.precision; sys.exit('scipy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
