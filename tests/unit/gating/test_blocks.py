"""Processes of planted sessions, for real: what they take is read off them, and what becomes of them is told."""

import time

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import JobError
from harness.gate.decide import decide
from harness.gate.samples import Plan
from harness.gating import blocks as blocks_module
from harness.gating.arms import ArmError, Contest
from harness.gating.asking import IDLE, Process
from harness.gating.blocks import LONGEST, NO_ROOM, Blocks, slicing
from harness.gating.revised import Revised
from harness.gating.running import Run, Wish, queries
from harness.registry import Registry
from harness.suitefile import loads
from tests.gate_samples import HERE, case
from tests.unit.test_launch import AS_IS, CLASSES

SUITE = """
name: planted
workload: {dataset: digits}
models: [{sklearn: decision_tree}]
runtimes: [onnxruntime]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""
SLOW = 0.006


@pytest.fixture
def job(tmp_path):
    """Make the job of an arm whose session is planted."""
    (tmp_path / "inputs").mkdir()
    np.save(tmp_path / "inputs" / "samples.npy", CLASSES.astype(np.float32).reshape(-1, 1))
    np.save(tmp_path / "inputs" / "labels.npy", CLASSES)
    np.save(tmp_path / "reference.npy", np.eye(4, dtype=np.float32)[CLASSES[:32]])

    def made(**options):
        return {
            "artifact": str(tmp_path),
            "reference": "reference.npy",
            "door": "harness.testing:load_fake",
            "options": options,
            "device": "cpu",
            "threads": 1,
            "cores": [],
            "inputs": str(tmp_path / "inputs"),
            "end_to_end": False,
            "preprocess": AS_IS,
            "classes": 4,
            "batch_size": 1,
            "fixed_batch": None,
            "memory_limit": None,
            "environment": {},
        }

    return made


def test_a_block_has_the_time_that_each_arm_takes_and_the_same_queries(job, tmp_path):
    jobs = {"baseline": job(latency=0.002), "candidate": job(latency=SLOW), "control": job(latency=0.002)}
    turns = Blocks(jobs, tmp_path, 60, seed=0).measure(8).turns()
    shortest = {arm: min(turn.samples["latency"]) for arm, turn in turns.items()}
    assert shortest["candidate"] >= SLOW
    assert 0.002 <= shortest["baseline"] < SLOW
    assert 0.002 <= shortest["control"] < SLOW
    assert len({len(turn.samples["latency"]) for turn in turns.values()}) == 1
    assert min(turns["candidate"].samples["cpu_time"]) < SLOW  # asleep
    assert {"involuntary"} <= turns["baseline"].machine.keys()


def test_warm_ups_are_kept_and_an_arm_is_told_how_to_wait(job, tmp_path):
    blocks = Blocks({"baseline": job(latency=0.01), "candidate": job(latency=0.01)}, tmp_path, 60, seed=0)
    turn = blocks.measure(4).turns()["baseline"]
    assert 5 <= len(turn.samples["warm_up"]) <= 400
    assert min(turn.samples["warm_up"]) >= 0.01


@pytest.mark.parametrize("name", ["OMP_WAIT_POLICY", "KMP_BLOCKTIME"])
def test_the_process_of_an_arm_has_threads_that_sleep_while_they_wait(job, tmp_path, name):
    with Process(job(), tmp_path, 60) as process:
        variables = psutil.Process(process.pid).environ()
    assert variables[name] == IDLE[name]


@pytest.mark.parametrize("kind", NO_ROOM)
def test_whole_processes_alternate_from_then_on_where_a_second_one_finds_no_memory(job, tmp_path, monkeypatch, kind):
    alive, refused = set(), []

    class Roomy(Process):
        def __init__(self, *words):
            if alive:
                refused.append(words)
                raise JobError(kind, "warm_up", "planted")
            super().__init__(*words)
            alive.add(self)

        def close(self):
            alive.discard(self)
            super().close()

    monkeypatch.setattr(blocks_module, "Process", Roomy)
    blocks = Blocks({"baseline": job(latency=0.002), "candidate": job(latency=SLOW)}, tmp_path, 60, seed=0)
    for _ in range(2):
        turns = blocks.measure(4).turns()
        assert min(turns["candidate"].samples["latency"]) >= SLOW > min(turns["baseline"].samples["latency"])
    assert len(refused) == 1


def test_whole_processes_alternate_where_there_is_no_memory_for_both(job, tmp_path, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 0}))
    blocks = Blocks({"baseline": job(latency=0.002), "candidate": job(latency=SLOW)}, tmp_path, 60, seed=0)
    turns = blocks.measure(4).turns()
    assert min(turns["candidate"].samples["latency"]) >= SLOW > min(turns["baseline"].samples["latency"])


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ({"fault": "killed", "at": 40}, ("killed", "out_of_memory")),
        ({"fault": "crash", "at": 0}, ("crashed",)),
        ({"fault": "exit", "at": 40}, ("crashed",)),
        ({"fault": "raise", "at": 40}, ("failed",)),
        ({"fault": "nan"}, ("nan_output",)),
        ({"fault": "zeros"}, ("wrong_output",)),
    ],
)
def test_an_arm_that_breaks_is_told_with_its_name(job, tmp_path, planted, kind):
    blocks = Blocks({"baseline": job(latency=0.001), "candidate": job(latency=0.001, **planted)}, tmp_path, 60, seed=0)
    with pytest.raises(JobError) as told:
        blocks.measure(400)
    assert told.value.kind in kind
    assert blocks.arm == "candidate"
    assert not list(tmp_path.glob("turn-*"))


def test_an_arm_that_hangs_is_ended_when_its_time_is_over(job, tmp_path):
    note = tmp_path / "child"
    blocks = Blocks({"baseline": job(), "candidate": job(fault="hang", note=str(note))}, tmp_path, 20, seed=0)
    with pytest.raises(JobError, match="no answer after 20 s") as told:
        blocks.measure(4)
    assert told.value.kind == "timed_out"
    child = int(note.read_text())
    for _ in range(100):
        if not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child outlives the process that started it")


@pytest.fixture
def run(tmp_path):
    """A run with two candidates of a suite that are not looked at."""
    registry = Registry.load()
    side = Revised.of(loads(SUITE, registry, tmp_path), registry, "planted", {})
    wish = Wish(Plan(alpha=0.25, looks=1, max_blocks=6), control=False, seed=0)
    return Run(side, side, wish, HERE, lambda case, text: None)


def test_a_slower_arm_regressed_and_the_run_ends_at_its_last_look(run, job, tmp_path):
    run.time([Contest("planted", {"baseline": job(latency=0.002), "candidate": job(latency=SLOW)}, ())], tmp_path)
    judged = {one.metric: one.verdict for one in decide(run.samples()).judgements}
    assert judged["latency"] == judged["throughput"] == "regressed"
    assert len(run.samples().cases[0].blocks) == 6


def test_a_killed_arm_is_a_failure_to_measure(run, job, tmp_path):
    with pytest.raises(ArmError) as told:
        run.time([Contest("planted", {"baseline": job(), "candidate": job(fault="killed")}, ())], tmp_path)
    run.broken.append(told.value.broken)
    assert decide(run.samples()).exit_status == 5
    assert (told.value.broken.arm, told.value.broken.block) == ("candidate", 0)


@given(st.floats(1e-7, 100), st.integers(1, 400), st.integers(1, 3))
def test_slices_hold_at_least_the_queries_and_are_neither_too_short_nor_too_long(query, wanted, arms):
    size, rounds = slicing(query, wanted, arms)
    assert size * rounds * 2 * arms >= wanted
    assert size == 2 or query * size <= LONGEST * (1 + 1e-9)


def test_queries_are_as_many_as_narrow_the_bounds_fastest():
    assert queries(case([0.0, 0.1] * 4), cost=0.5) == 20  # processes differ, queries do not
    assert queries(case([0.0] * 8), cost=0.5) == 400  # nothing tells processes apart
