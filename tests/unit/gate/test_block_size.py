import numpy as np
import pytest

from harness.gate.block_size import LEAST, MOST, queries, variances


def test_queries_are_the_root_of_costs_by_variances():
    assert queries(process_cost=1.0, query_cost=0.005, within=0.03**2, between=0.015**2) == 29  # √800 is 28.3


def test_queries_stay_within_what_is_sensible():
    assert queries(1.0, 1.0, within=1e-6, between=1.0) == LEAST
    assert queries(1.0, 1e-9, within=1.0, between=1.0) == MOST
    assert queries(1.0, 0.005, within=1.0, between=0.0) == MOST


@pytest.mark.parametrize(("controlled", "processes"), [(False, 2), (True, 1.5)])
def test_the_variances_are_those_that_were_planted(controlled, processes):
    rng = np.random.default_rng(2)
    blocks, size, within, between = 4000, 30, 0.03, 0.015
    luck = [rng.normal(0, between, blocks) for _ in range(2 + controlled)]
    turns = [[np.exp(each + rng.normal(0, within, size)) for each in one] for one in luck]
    figures = [np.array([np.log(one).mean() for one in arm]) for arm in turns]
    against = figures[0] if not controlled else (figures[0] + figures[2]) / 2
    found = variances(figures[1] - against, [one for arm in turns for one in arm], controlled)
    assert found == pytest.approx((within**2, between**2), rel=0.06)


def test_turns_of_one_sample_tell_nothing_of_the_noise_within():
    assert variances(np.array([0.1, -0.1, 0.1]), [np.array([1.0])] * 6, controlled=False)[0] == 0
