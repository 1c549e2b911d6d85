"""What became of every combination, from a store that knows some of them."""

import numpy as np
import pytest

from harness import launch, pipeline
from harness.keys import fact_key
from harness.matrix import matrix, speed
from harness.metrics import METRICS
from harness.record import Fact, Failure
from harness.store import Run, Store
from harness.suitefile import loads

SUITE = """
name: small
workload: {dataset: digits}
models: [{sklearn: decision_tree}, {sklearn: mlp}]
passes: [[], [quantize]]
runtimes: [onnxruntime]
profiles: {p: {weights: {latency_p50: 1}, range: {latency_p50: [1 us, 1 ms]}}}
measure: {processes: 1}
"""


@pytest.fixture
def setting(registry, tmp_path):
    with Store("sqlite://") as store:
        yield pipeline.settle(loads(SUITE, registry, tmp_path), registry, store, tmp_path)


def keep(setting, artifact, label, latency):
    """Put a candidate that was measured into the store."""
    candidate = next(one for one in setting.space.candidates if one.label == label)
    recipe = setting.ledger.plan(candidate).recipe
    made = artifact.model_copy(update={"recipe": recipe, "digest": f"digest-{recipe}"})
    setting.store.add_artifact(made, [])
    about = setting.ledger.subject(candidate, made)(METRICS["latency_p50"])
    fact = Fact(
        key=fact_key(about), metric="latency_p50", value=latency, low=latency, high=latency, n=99, unit="s", subject=about
    )
    done = tuple(setting.ledger.tasks(candidate, made).values())
    outputs = launch.packed({"predictions": np.eye(10), "labels": np.arange(10)})
    setting.store.add_run(Run(setting.environment, {}, outputs, done, (fact,)))


def cells(setting):
    return {(cell["model"], cell["chain"]): cell for cell in matrix(setting)["cells"]}


def test_every_combination_has_a_cell_and_a_rule_that_keeps_it_out_is_named(setting):
    found = cells(setting)
    assert set(found) == {(model, chain) for model in ("decision_tree", "mlp") for chain in ("none", "quantize:static")}
    assert found["decision_tree", "quantize:static"]["outcome"] == "ruled_out"
    assert "decision trees" in found["decision_tree", "quantize:static"]["why"]
    assert {found[key]["outcome"] for key in found if key != ("decision_tree", "quantize:static")} == {"not_tried"}


def test_a_measured_one_is_told_with_its_speed_beside_the_uncompressed(setting, artifact):
    keep(setting, artifact, "mlp@onnxruntime/b1", 3e-3)
    keep(setting, artifact, "mlp+quantize:static@onnxruntime/b1", 1e-3)
    found = cells(setting)
    assert (found["mlp", "none"]["outcome"], found["mlp", "none"]["speed"]) == ("measured", None)
    assert found["mlp", "quantize:static"]["outcome"] == "measured"
    assert found["mlp", "quantize:static"]["speed"]["value"] == pytest.approx(3)


def test_what_the_workload_rules_out_is_told_too(registry, tmp_path):
    np.savez(tmp_path / "records.npz", ids=np.zeros((30, 4), int), table=np.zeros((30, 2)), y=np.arange(30) % 2)
    (tmp_path / "mine.py").write_text("def bag():\n    raise AssertionError('nothing is built here')\n")
    text = SUITE.replace("dataset: digits", "dataset: {npz: records.npz, inputs: [ids, table]}").replace("quantize", "cluster")
    text = text.replace("{sklearn: decision_tree}, {sklearn: mlp}", "{python: 'mine:bag'}")
    with Store("sqlite://") as store:
        found = cells(pipeline.settle(loads(text, registry, tmp_path), registry, store, tmp_path))
    assert {chain: (cell["outcome"], cell["why"]) for (_, chain), cell in found.items()} == {
        "none": ("not_tried", ""),
        "cluster:4": ("ruled_out", "cluster handles one input; the dataset gives several"),
    }


def test_a_failure_is_told_with_its_kind_and_message(setting):
    candidate = next(one for one in setting.space.candidates if one.label == "mlp+quantize:static@onnxruntime/b1")
    recipe = setting.ledger.plan(candidate).recipe
    setting.store.add_failure(Failure(key=recipe, kind="unsupported", stage="prepare", message="no such layer"))
    assert cells(setting)["mlp", "quantize:static"]["outcome"] == "failed"
    assert cells(setting)["mlp", "quantize:static"]["why"] == "unsupported at prepare: no such layer"


def test_speed_is_read_off_what_both_have_and_absent_where_they_share_nothing(fact):
    latency, rate = fact("latency_p50", 2.0), fact("throughput", 50.0)
    assert speed({"latency_p50": latency}, {"latency_p50": fact("latency_p50", 1.0)}) == pytest.approx((0.5, 0.5, 0.5))
    found = speed({"throughput": rate}, {"throughput": fact("throughput", 25.0, 5.0), "latency_p50": latency})
    assert found.value == pytest.approx(2)
    assert found.low < 2 < found.high
    assert speed({"throughput": rate}, {"latency_p50": latency}) is None


def test_a_timing_that_was_disturbed_tells_no_speed(fact):
    calm, busy = fact("latency_p50", 1.0), fact("latency_p50", 2.0).model_copy(update={"quality": "contended"})
    assert speed({"latency_p50": busy}, {"latency_p50": calm}) is None
    assert speed({"latency_p50": calm}, {"latency_p50": busy}) is None
