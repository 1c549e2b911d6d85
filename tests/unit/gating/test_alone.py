"""One arm without another: what is stored of it, and what of a suite is held against what is stored."""

import pytest

from harness.errors import InputError
from harness.gate.baselines import Baseline, Frozen, write
from harness.gate.samples import Arm, Block, Commit, Exact, History, Plan
from harness.gating import alone, asked
from harness.gating.alone import BLOCKS, Measured
from harness.gating.arms import Alone, ArmError
from harness.gating.asked import Against
from harness.gating.running import Wish
from harness.pipeline import settle
from harness.registry import Registry
from harness.store import Store
from harness.suitefile import loads
from tests.gate_samples import case, samples, turn
from tests.unit.gating.test_blocks import job  # noqa: F401 (a fixture)

SUITE = """
name: two
workload: {dataset: digits}
models: [{sklearn: [decision_tree, logistic_regression]}]
runtimes: [onnxruntime]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""
TREE, LINE = "decision_tree@onnxruntime/b1", "logistic_regression@onnxruntime/b1"
SIZE = Exact(name="size", unit="B", candidate=100, declared=True)
EMPTY = History(identities={})


def measured(*names, right="101"):
    cases = [case(name=name, blocks=(Block(candidate=turn(0.01)),), exact=(SIZE,)) for name in names]
    return Measured(samples(*cases), dict.fromkeys(names, right), Commit(revision="abc"))


def test_what_is_stored_of_an_arm_is_a_baseline_that_must_be_there_later():
    stored = alone.stored(measured("resnet"), EMPTY)
    assert stored.cases == {"resnet": Frozen(exact=(Exact(name="size", unit="B", baseline=100),), right="101")}
    assert stored.history.jobs[0].values["resnet"] == {"latency": 0.01, "size": 100, "accuracy": 2 / 3}
    assert stored.arm.label.startswith("feature, stored ")


def test_an_arm_alone_is_timed_in_blocks_of_its_own(job, tmp_path):  # noqa: F811
    told = []
    found = alone._timed(Alone("planted", job(latency=0.002), (SIZE,), ""), tmp_path, 60, lambda name, text: told.append(text))
    assert len(found.blocks) == BLOCKS
    assert all([*block.turns()] == ["candidate"] for block in found.blocks)
    assert min(found.blocks[0].turns()["candidate"].samples["latency"]) >= 0.002
    assert told == [f"block {number + 1} of {BLOCKS}" for number in range(BLOCKS)]


def test_an_arm_that_is_killed_is_told_with_its_block(job, tmp_path):  # noqa: F811
    with pytest.raises(ArmError) as told:
        alone._timed(Alone("planted", job(fault="killed"), (), ""), tmp_path, 60, lambda name, text: None)
    assert (told.value.broken.arm, told.value.broken.block) == ("candidate", 0)


@pytest.fixture
def gated(tmp_path, monkeypatch):
    """Hold a suite of two candidates, of which nothing is really measured, against a stored baseline of some cases."""
    registry, labels = Registry.load(), []

    def pretend(setting, file, wanted, plan, place, say):
        labels.extend(wanted)
        return measured(*wanted)

    monkeypatch.setattr(alone, "measured", pretend)

    def gate(cases, named=()):
        file = tmp_path / "main.json"
        write(Baseline(arm=Arm(label="main"), cases=dict.fromkeys(cases, Frozen(right="101")), history=EMPTY), file)
        with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
            setting = settle(loads(SUITE, registry, tmp_path), registry, store, tmp_path)
            told = asked.measured(setting, file, Against(stored=file), named, Wish(Plan(), False, 0), lambda name, text: None)
        return labels, [one.name for one in told.cases]

    return gate


def test_all_of_a_few_candidates_are_held_against_what_is_stored_and_those_that_are_gone_are_missed(gated):
    labels, cases = gated(["gone", TREE])
    assert set(labels) == set(cases) == {"gone", TREE, LINE}


def test_what_is_named_is_held_alone_and_nothing_else_is_missed(gated):
    assert gated(["gone", TREE, LINE], ("tree",)) == ([TREE], [TREE])


def test_a_candidate_that_the_suite_does_not_have_is_a_wrong_question(gated):
    with pytest.raises(InputError, match="the suite has no candidate 'vit'"):
        gated([TREE], ("vit",))
