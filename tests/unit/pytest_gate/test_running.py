"""The run of a gate over processes that are played: what is planted in the candidate is what is found."""

import random
from pathlib import Path

import pytest

from harness.errors import InputError, JobError
from harness.gate.decide import decide
from harness.gate.samples import Arm, Arms, Plan
from harness.pytest_gate import running
from harness.pytest_gate.cases import Process
from harness.pytest_gate.process import FailedError, Side
from harness.pytest_gate.results import Results
from harness.pytest_gate.running import Run, Wish

HERE = Side(Path(), Path(), ())


def played(speeds, noise=0.01, seed=1):
    """Return a function that plays a process: ``speeds`` are seconds by arm and benchmark."""
    chance = random.Random(seed)
    asked = []

    def run(arm, side, place, ended, limit):
        asked.append((arm, frozenset(ended)))
        found = [
            {"fullname": name, "stats": {"data": [seconds * chance.lognormvariate(0, noise) for _ in range(20)]}}
            for name, seconds in speeds[arm].items()
            if name not in ended
        ]
        return Process(Results.model_validate({"benchmarks": found}))

    return run, asked


@pytest.fixture
def measured(monkeypatch, environment):
    """Return the samples of a run over played processes, and in which order they were asked."""

    def measure(run, arms=("baseline", "candidate"), seed=0, max_blocks=40):
        monkeypatch.setattr(running, "run", run)
        told = Arms(baseline=Arm(label="old"), candidate=Arm(label="new"))
        wish = Wish(Plan(max_blocks=max_blocks), told, environment, seed, "pytest")
        return Run(dict.fromkeys(arms, HERE), wish, Path(), lambda *_: None).measure(["a", "b"])

    return measure


def verdicts(samples):
    return {one.case: one.verdict for one in decide(samples).judgements}


def test_what_is_slower_regressed_what_is_faster_improved_and_the_rest_passes(measured):
    run, asked = played({"baseline": {"a": 1.0, "b": 1.0, "c": 1.0}, "candidate": {"a": 1.3, "b": 1.0, "c": 0.7}})
    samples = measured(run)
    assert verdicts(samples) == {"a": "regressed", "b": "pass", "c": "improved"}
    assert decide(samples).exit_status == 1
    assert len(asked) == 2 * len(samples.cases[0].blocks)


def test_swapped_arms_are_told_the_mirror_image(measured):
    slow, fast = {"a": 1.3}, {"a": 1.0}
    there = verdicts(measured(played({"baseline": fast, "candidate": slow})[0]))
    back = verdicts(measured(played({"baseline": slow, "candidate": fast})[0]))
    assert (there, back) == ({"a": "regressed"}, {"a": "improved"})


@pytest.mark.parametrize("noise", [0.001, 0.05, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_code_never_regressed(measured, noise, seed):
    same = {"a": 1.0, "b": 0.001}
    said = verdicts(measured(played({"baseline": same, "candidate": same}, noise, seed)[0], seed=seed))
    assert set(said.values()) <= {"pass", "inconclusive"}


def test_a_benchmark_that_is_gone_is_missing_and_a_new_one_fails_nothing(measured):
    verdict = decide(measured(played({"baseline": {"a": 1.0, "gone": 1.0}, "candidate": {"a": 1.0, "new": 1.0}})[0]))
    said = {one.case: (one.verdict, one.gates) for one in verdict.judgements}
    assert said == {"a": ("pass", True), "gone": ("missing", True), "new": ("missing", False)}
    assert verdict.exit_status == 1


def test_processes_come_in_random_order_that_is_mirrored_in_every_second_block(measured):
    run, asked = played({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}})
    measured(run)
    arms = [arm for arm, _ in asked]
    pairs = list(zip(arms[::4], arms[1::4], arms[2::4], arms[3::4], strict=False))
    assert all(first == fourth and second == third and first != second for first, second, third, fourth in pairs)
    assert len(set(pairs)) == 2


def test_what_is_decided_is_measured_no_more(measured):
    steady, shaky = random.Random(1), random.Random(2)

    def run(arm, side, place, ended, limit):
        seen.append(frozenset(ended))
        data = {"steady": 1 + steady.random() / 1000, "shaky": shaky.lognormvariate(0, 1)}
        found = [{"fullname": name, "stats": {"data": [value]}} for name, value in data.items() if name not in ended]
        return Process(Results.model_validate({"benchmarks": found}))

    seen = []
    blocks = {case.name: len(case.blocks) for case in measured(run).cases}
    assert blocks["steady"] < blocks["shaky"] == 40
    assert seen[-1] == {"steady"}


def test_a_benchmark_that_fails_ends_the_run_and_is_told(measured):
    def run(arm, side, place, ended, limit):
        if arm == "candidate":
            raise FailedError("a", "assert 1 == 2")
        return played({"baseline": {"a": 1.0}})[0](arm, side, place, ended, limit)

    samples = measured(run)
    assert [(one.case, one.arm, one.message) for one in samples.broken] == [("a", "candidate", "assert 1 == 2")]
    assert decide(samples).exit_status == 5


def test_a_process_that_dies_later_leaves_what_was_measured_before(measured):
    good, asked = played({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}})

    def run(arm, side, place, ended, limit):
        if len(asked) == 6:
            raise JobError("crashed", "measure", "it was ended by SIGSEGV")
        return good(arm, side, place, ended, limit)

    samples = measured(run)
    assert (samples.broken[0].block, len(samples.cases[0].blocks)) == (3, 3)


def test_a_benchmark_that_runs_only_sometimes_is_a_wrong_question(measured):
    good, asked = played({"baseline": {"a": 1.0, "b": 1.0}, "candidate": {"a": 1.0, "b": 1.0}})

    def run(arm, side, place, ended, limit):
        return good(arm, side, place, {"b"} if len(asked) == 5 else ended, limit)

    with pytest.raises(InputError, match=r"^b: 2 of 3 processes of the"):
        measured(run)


def test_too_few_blocks_are_told_before_anything_is_measured(measured):
    run, asked = played({"baseline": {"a": 1.0}, "candidate": {"a": 1.0}})
    with pytest.raises(InputError, match="nothing can be decided within 5 blocks"):
        measured(run, max_blocks=5)
    assert not asked


def test_that_no_benchmark_ran_is_told(measured):
    with pytest.raises(InputError, match="no benchmark was measured"):
        measured(played({"baseline": {}, "candidate": {}})[0])
