"""The simulator decides as the gate does."""

import math

import numpy as np
import pytest

from harness.gate.decide import decide
from harness.gate.samples import Block
from tests.gate_samples import LATENCY, case, samples, turn
from tests.simulated_gate import BAD, SHARED, Machine, Setting, figures, seen, simulate

METRICS = 5


def gated(runs, at):
    """Return the verdict of the gate itself on a simulated run: a case per metric."""
    cases = []
    for metric in range(METRICS):
        each = [[turn(math.exp(value)) for value in arm[at * METRICS + metric]] for arm in runs]
        blocks = tuple(
            Block(**dict(zip(("baseline", "candidate", "control"), turns, strict=False))) for turns in zip(*each, strict=True)
        )
        cases.append(case(name=str(metric), blocks=blocks, metrics=[LATENCY]))
    return decide(samples(*cases))


@pytest.mark.parametrize(
    ("setting", "effect"),
    [
        (Setting(SHARED, metrics=METRICS), 0.05),
        (Setting(BAD, control=True, metrics=METRICS), 0.02),
        (Setting(SHARED, penalty=0.05, fixed=True, control=True, metrics=METRICS), 0.0),
    ],
)
def test_the_simulator_decides_as_the_gate_does(setting, effect):
    made = figures(setting, 6 * METRICS, np.random.default_rng(1))
    found = seen(setting, made).judged(effect)
    made[1] += math.log1p(effect)
    for run in range(6):
        verdict = gated(made, run)
        series = slice(run * METRICS, (run + 1) * METRICS)
        assert bool(verdict.biases) == found.biased[:, series].any()
        if not verdict.biases:
            said = [one.verdict for one in verdict.judgements]
            assert [one == "regressed" for one in said] == found.regressed[:, series].any(0).tolist()
            assert [one != "inconclusive" for one in said] == found.decided[-1, series].tolist()


def test_the_machine_is_as_disturbed_as_it_is_said_to_be():
    rng = np.random.default_rng(3)
    machine = Machine(SHARED, 50_000, rng)
    machine.pass_time(30.0)
    drift, busy = machine._drift.copy(), machine._busy.copy()
    assert drift.std() == pytest.approx(0.02, rel=0.03)
    assert busy.mean() == pytest.approx(0.1, rel=0.05)
    machine.pass_time(20.0)
    assert np.corrcoef(drift, machine._drift)[0, 1] == pytest.approx(math.exp(-1), abs=0.02)
    assert np.corrcoef(busy, machine._busy)[0, 1] == pytest.approx(0, abs=0.02)


def test_arms_that_are_the_same_differ_by_nothing():
    baseline, candidate, control = figures(Setting(SHARED, control=True), 400, np.random.default_rng(5))
    assert (candidate - baseline).mean() == pytest.approx(0, abs=0.001)
    assert (control - baseline).mean() == pytest.approx(0, abs=0.001)


def test_a_penalty_of_going_first_hits_the_arm_that_does():
    straight = Setting(SHARED, penalty=0.05, fixed=True)
    baseline, candidate = figures(straight, 400, np.random.default_rng(5))
    assert (baseline - candidate).mean() == pytest.approx(math.log(1.05), abs=0.001)


def test_shares_are_counted_by_run_and_by_metric():
    what = simulate(Setting(SHARED, metrics=METRICS), 8, seed=1)
    slow = what.judged(effect=0.10)
    assert (slow.alarms, slow.let_through, slow.undecided) == (1, 0, 0)
    assert slow.caught() == 1 > slow.caught(within=3.0)
    assert what.judged().let_through == 1
