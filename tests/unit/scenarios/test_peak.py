"""Planted truth: a system whose largest rate is known, asked without and with noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenarios.peak import FLOOR, GROWTH, USABLE, Trial, find, judge

AT_MOST = 20
NO_CEILING = 1e9
rates = st.floats(1.0, 1e4)
shares = st.floats(0.08, 8.0)
"""Of the truth, where the search starts."""


class Planted:
    """Holds below ``truth``: a probe's own peak is off by a normally distributed share ``noise``, and some are disturbed."""

    def __init__(self, truth, noise=0.0, disturbed=0.0, seed=0):
        self.truth, self.noise, self.disturbed = truth, noise, disturbed
        self.asked = []
        self._random = np.random.default_rng(seed)

    def __call__(self, rate):
        self.asked.append(rate)
        luck = self.noise * self._random.standard_normal()
        disturbed = self._random.random() < self.disturbed
        return Trial(rate, math.log(rate / self.truth) <= luck and not disturbed, None, 662)


def contains(peak, truth, tolerance):
    return peak.low / (1 + tolerance) <= truth <= peak.high * (1 + tolerance) and truth <= peak.low * (1 + tolerance) ** 2


@given(rates, shares, st.sampled_from([0.02, 0.05, 0.1]))
def test_without_noise_the_truth_lies_between_two_rates_as_close_as_asked(truth, share, precision):
    peak = find(Planted(truth), truth * share, NO_CEILING, precision)
    assert peak.stop == "precision"
    assert peak.low <= truth < peak.high <= peak.low * (1 + precision) * (1 + 1e-9)


@given(rates, shares)
def test_the_ends_of_the_answer_were_each_asked_twice(truth, share):
    planted = Planted(truth)
    peak = find(planted, truth * share, NO_CEILING)
    assert min(planted.asked.count(peak.low), planted.asked.count(peak.high)) >= 2


@given(rates, shares, st.floats(0, 0.5), st.floats(0, 0.5), st.integers(0, 1000), st.integers(1, 5))
def test_probes_are_bounded_whatever_they_say(truth, share, noise, disturbed, seed, repeats):
    planted = Planted(truth, noise, disturbed, seed)
    peak = find(planted, truth * share, NO_CEILING, repeats=repeats, at_most=AT_MOST)
    assert len(planted.asked) == len(peak.trials) <= AT_MOST
    assert [one.rate for one in peak.trials] == planted.asked
    assert max(map(planted.asked.count, planted.asked)) <= repeats + 1 - repeats % 2
    assert peak.low < peak.high


@given(rates, shares, st.floats(0.5, 20), st.floats(0, 0.3), st.integers(0, 1000))
def test_nothing_is_asked_that_the_generator_cannot_be_trusted_with(truth, share, room, noise, seed):
    planted = Planted(truth, noise, seed=seed)
    peak = find(planted, truth * share, truth * room)
    assert max(planted.asked) <= truth * room * USABLE
    assert (peak.stop == "ceiling") <= (peak.low == truth * room * USABLE)


@given(rates, shares)
def test_beyond_the_start_the_capacity_is_exceeded_by_little(truth, share):
    planted = Planted(truth)
    find(planted, truth * share, NO_CEILING)
    assert max(planted.asked) <= max(truth * GROWTH, truth * share)


@given(rates, st.floats(1, 4), st.floats(0.2, 2))
def test_a_faster_system_gets_no_smaller_figure(truth, faster, share):
    start = truth * share
    assert find(Planted(truth), start, NO_CEILING).low <= find(Planted(truth * faster), start, NO_CEILING).low


@pytest.mark.parametrize("start", [0.2, 0.5, 0.7, 1.0, 2.0])
@pytest.mark.parametrize(("noise", "disturbed", "nearly_all"), [(0.02, 0, 0.99), (0.05, 0, 0.92), (0.02, 0.05, 0.92)])
def test_with_noise_the_truth_is_within_the_precision_of_the_answer(start, noise, disturbed, nearly_all):
    found = [find(Planted(100, noise, disturbed, seed), 100 * start, NO_CEILING) for seed in range(200)]
    assert np.mean([contains(peak, 100, 0.05) for peak in found]) >= nearly_all


def test_one_disturbed_probe_does_not_decide():
    for disturbed in range(9):
        planted = Planted(100)

        def probe(rate, planted=planted, disturbed=disturbed):
            trial = planted(rate)
            return Trial(rate, trial.holds and len(planted.asked) != disturbed + 1, None, 662)

        peak = find(probe, 70, NO_CEILING)
        assert peak.low <= 100 < peak.high <= peak.low * 1.05, disturbed


def test_one_lucky_probe_does_not_decide():
    for lucky in range(9):
        planted = Planted(100)

        def probe(rate, planted=planted, lucky=lucky):
            trial = planted(rate)
            return Trial(rate, trial.holds or (len(planted.asked) == lucky + 1 and rate < 130), None, 662)

        peak = find(probe, 70, NO_CEILING)
        assert peak.low <= 100 < peak.high <= peak.low * 1.05, lucky


def test_a_system_as_fast_as_the_generator_gets_no_peak():
    peak = find(Planted(1e6), 700, 10_000)
    assert (peak.low, peak.high, peak.stop) == (10_000 * USABLE, math.inf, "ceiling")
    assert find(Planted(1e6), 1e5, 10_000).low == 10_000 * USABLE


def test_without_a_generator_nothing_is_asked():
    peak = find(Planted(100), 70, 0.0)
    assert (peak.low, peak.high, peak.trials, peak.stop) == (0.0, math.inf, (), "ceiling")


def test_a_limit_that_never_holds_is_told_after_few_probes():
    peak = find(Planted(1e-9), 160, NO_CEILING)
    assert (peak.low, peak.high, peak.stop) == (0.0, 160 * FLOOR, "never_holds")
    assert len(peak.trials) <= 10


def test_the_end_of_the_time_is_asked_before_every_probe():
    planted = Planted(100)
    peak = find(planted, 70, NO_CEILING, out_of_time=lambda: len(planted.asked) == 3)
    assert (len(peak.trials), peak.stop) == (3, "time")
    assert peak.low <= 100 < peak.high
    assert find(Planted(100), 70, NO_CEILING, out_of_time=lambda: True).trials == ()


def test_the_last_probe_is_followed_by_what_is_known():
    peak = find(Planted(100), 70, NO_CEILING, at_most=4)
    assert (len(peak.trials), peak.stop) == (4, "trials")
    assert peak.low <= 100 < peak.high


def test_what_a_probe_raises_ends_the_search():
    def probe(rate):
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        find(probe, 70, NO_CEILING)


def test_a_probe_is_judged_by_its_observed_percentile():
    latencies = np.arange(1, 1001) / 1000
    assert judge(latencies, 0.99, 0.99) == (True, 0.99)
    assert judge(latencies, 0.99, 0.9899) == (False, 0.99)
    assert judge(latencies[::-1], 0.5, 0.5) == (True, 0.5)


def test_too_few_queries_hold_nothing():
    assert judge(np.zeros(661), 0.99, 1.0) == (False, None)
    assert judge(np.zeros(662), 0.99, 1.0) == (True, 0.0)
    assert judge([], 0.99, 1.0) == (False, None)


def test_queries_without_an_answer_are_late():
    latencies = np.full(1000, 0.5)
    latencies[:10] = math.inf
    assert judge(latencies, 0.99, 1.0) == (True, 0.5)
    latencies[:11] = math.inf
    assert judge(latencies, 0.99, 1.0) == (False, None)
