"""From which change on a metric would have been called regressed, held against the verdict where it is planted."""

import math

import numpy as np
import pytest

from harness.gate.decide import decide
from harness.gate.power import powers
from harness.gate.samples import Metric, Plan
from tests.gate_samples import LATENCY, blocks, case, samples

NOISE = np.random.default_rng(0).normal(0, 0.01, 28)
PLAN = Plan(looks=1, max_blocks=28)


def verdict(differences):
    (one,) = decide(samples(case(differences), plan=PLAN)).judgements
    return one.verdict


def test_a_little_more_than_it_is_called_regressed_and_a_little_less_is_not():
    (power,) = powers(samples(case(NOISE.tolist()), plan=PLAN))
    (centre,) = decide(samples(case(NOISE.tolist()), plan=PLAN)).judgements
    least = math.log1p(power.change) - math.log1p(centre.change)
    assert verdict((NOISE + least + 1e-6).tolist()) == "regressed"
    assert verdict((NOISE + least - 1e-6).tolist()) != "regressed"
    assert power.blocks == 28


@pytest.mark.parametrize(("noise", "keeps"), [(0.005, True), (0.1, False)])
def test_a_noisy_machine_does_not_keep_what_is_promised(noise, keeps):
    (power,) = powers(samples(case((NOISE / NOISE.std() * noise).tolist())))
    assert power.keeps == keeps


def test_of_what_is_better_the_higher_it_is_a_drop_would_be_called():
    throughput = LATENCY.model_copy(update={"name": "throughput", "higher": True})
    (power,) = powers(samples(case(NOISE.tolist(), [throughput])))
    assert -0.05 < power.change < -0.02


def test_nothing_is_told_of_what_gates_nothing_has_too_few_blocks_or_one_arm_alone():
    advisory = LATENCY.model_copy(update={"name": "aside", "advisory": True})
    alone = Metric(name="other", series="other", unit="s", tol=0.02, detect=0.05)
    turns = [one.baseline.model_copy(update={"samples": {**one.baseline.samples, "other": (1.0,)}}) for one in blocks(NOISE)]
    lacking = tuple(one.model_copy(update={"baseline": turn}) for one, turn in zip(blocks(NOISE), turns, strict=True))
    told = powers(
        samples(case(NOISE.tolist(), [LATENCY, advisory]), case([0.0] * 3, name="b"), case([], [alone], name="c", blocks=lacking))
    )
    assert [(one.case, one.metric.name) for one in told] == [("resnet", "latency")]
