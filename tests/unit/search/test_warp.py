import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.metrics import METRICS
from harness.search import warp
from harness.search.warp import LOGIT, Warp

SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=20).filter(lambda shares: max(shares) - min(shares) > 1e-3)


@given(SHARES)
def test_every_bend_of_a_share_goes_there_and_back(shares):
    lost = warp.losses(METRICS["accuracy"], np.array(shares))
    for bend in warp.warps(METRICS["accuracy"], lost):
        assert np.allclose(bend.back(bend.bend(lost)), lost, atol=1e-9)
        assert np.allclose(warp.values(METRICS["accuracy"], lost), shares)


@given(SHARES)
def test_every_bend_keeps_the_order(shares):
    lost = np.sort(warp.losses(METRICS["accuracy"], np.array(shares)))
    for bend in warp.warps(METRICS["accuracy"], lost):
        assert (np.diff(bend.bend(lost)) >= 0).all()


@given(SHARES)
def test_what_a_bend_owes_is_how_steep_it_is(shares):
    lost = warp.losses(METRICS["accuracy"], np.array(shares))
    for bend in warp.warps(METRICS["accuracy"], lost):
        step = 1e-7
        steep = (bend.bend(lost + step / 2) - bend.bend(lost - step / 2)) / step
        assert bend.slope(lost) == pytest.approx(float(np.log(steep).sum()), abs=1e-3)


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=20))
def test_a_time_is_a_logarithm_and_comes_back(seconds):
    lost = warp.losses(METRICS["latency_p50"], np.array(seconds))
    assert np.allclose(lost, np.log(seconds))
    assert np.allclose(warp.values(METRICS["latency_p50"], lost), seconds)


def test_less_is_better_for_every_loss():
    assert warp.losses(METRICS["accuracy"], np.array([0.9]))[0] < warp.losses(METRICS["accuracy"], np.array([0.8]))[0]
    assert warp.losses(METRICS["throughput"], np.array([20.0]))[0] < warp.losses(METRICS["throughput"], np.array([10.0]))[0]
    assert warp.losses(METRICS["latency_p50"], np.array([1.0]))[0] < warp.losses(METRICS["latency_p50"], np.array([2.0]))[0]


def test_a_time_of_nought_is_not_infinitely_good():
    assert math.isfinite(warp.losses(METRICS["latency_p50"], np.array([0.0]))[0])


def test_what_does_not_differ_is_not_bent():
    assert warp.warps(METRICS["accuracy"], np.array([-0.5, -0.5])) == (Warp(),)
    assert warp.warps(METRICS["latency_p50"], np.log([1.0, 2.0])) == (Warp(),)


def test_only_shares_are_bent_at_both_ends():
    seen = np.array([-0.9, -0.5])
    assert LOGIT in warp.warps(METRICS["accuracy"], seen)
    assert LOGIT not in warp.warps(METRICS["own_score"], seen)
