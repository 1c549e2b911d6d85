import math

import numpy as np
import pytest

from harness.gate.standing import Levels, Look, Standing, look, standing
from tests.gate_samples import LATENCY

LEVELS = Levels(0.01 / 20 / 4, 0.05 / 4)
LOOKS = (14, 20, 28, 40)
D = np.array([0.031, 0.052, 0.047, 0.061, 0.018, 0.055, 0.040, 0.072, 0.036, 0.049, 0.058, 0.027, 0.044, 0.066])


def seen(estimate, strict, loose, blocks=20):
    return Look(blocks, estimate, strict, loose)


def test_the_vector_of_the_design_is_met():
    stands = standing(D, LATENCY, LOOKS, LEVELS)
    assert stands.said == "regressed"
    assert stands.look.blocks == 14
    assert round(100 * math.expm1(stands.look.estimate), 4) == 4.8122
    assert round(100 * math.expm1(stands.look.strict[0]), 4) == 2.2755
    assert round(100 * math.expm1(stands.look.loose[1]), 4) == 5.9715


@pytest.mark.parametrize(
    ("strict", "loose", "said"),
    [
        ((0.021, 0.09), (0.03, 0.08), "regressed"),
        ((0.0198, 0.09), (0.03, 0.08), None),  # log(1.02) is 0.0198026
        ((-0.09, -0.021), (-0.08, -0.03), "improved"),
        ((-0.09, -0.0198), (-0.08, -0.03), "pass"),
        ((-0.01, 0.06), (0.0, 0.0487), "pass"),  # log(1.05) is 0.0487902
        ((-0.01, 0.06), (0.0, 0.0488), None),
        ((0.021, 0.04), (0.022, 0.03), "regressed"),
    ],
)
def test_the_first_rule_that_holds_is_what_is_said(strict, loose, said):
    assert seen(0.0, strict, loose).says(LATENCY) == said


def test_a_metric_that_passed_regresses_if_a_later_look_is_sure_of_it():
    early, late = np.zeros(14), np.full(26, 0.04)
    assert standing(early, LATENCY, LOOKS, LEVELS).said == "pass"
    stands = standing(np.concatenate([early, late, late]), LATENCY, (14, 66), LEVELS)
    assert (stands.said, stands.look.blocks) == ("regressed", 66)


def test_what_regressed_stays_so_whatever_comes_later():
    stands = standing(np.concatenate([D, np.full(26, -0.2)]), LATENCY, LOOKS, LEVELS)
    assert (stands.said, stands.look.blocks) == ("regressed", 14)


def test_blocks_between_two_looks_are_not_looked_at():
    stands = standing(np.concatenate([np.tile((-0.1, 0.1), 7), np.full(5, 0.5)]), LATENCY, LOOKS, LEVELS)
    assert stands.said is None
    assert stands.look == look(np.tile((-0.1, 0.1), 7), LEVELS)


def test_before_the_first_look_nothing_is_known():
    assert standing(D[:13], LATENCY, LOOKS, LEVELS) == Standing(None, None)


def test_four_times_the_blocks_halve_the_bounds():
    tol, detect = math.log(1.02), math.log(1.05)
    slightly = seen(tol + 0.02, (tol + 0.02 - 0.0399, 0.3), (0.0, 0.3))  # not quite twice as wide as there is room
    assert slightly.needed(LATENCY) == 80
    nearly = seen(detect - 0.03, (-0.3, 0.3), (-0.3, detect - 0.03 + 0.0599))
    assert nearly.needed(LATENCY) == 80


def test_at_least_one_more_block_is_needed_and_hopeless_noise_is_told():
    assert seen(0.04, (0.0198, 0.1), (0.0, 0.09)).needed(LATENCY) == 21
    assert seen(0.03, (-9.0, 9.0), (-9.0, 9.0)).needed(LATENCY) is None
    assert seen(0.03, (-math.inf, math.inf), (-math.inf, math.inf)).needed(LATENCY) is None
