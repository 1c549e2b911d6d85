"""Stages are keyed by all that comes before them, so that what is shared is made once."""

import pytest

from harness.prepare.plan import Planner
from harness.space import expand
from harness.suitefile import loads

SUITE = """
name: plans
workload: {dataset: digits}
models: [{timm: test_resnet, train: {steps: 5}}, {sklearn: mlp}, {onnx: own.onnx}]
passes: [[], [{prune: {ratio: 0.5}}], [{prune: {ratio: 0.5}}, {quantize: {}}], [quantize]]
runtimes: [torch, onnxruntime, openvino]
profiles: {one: {weights: {accuracy: 1}, range: {accuracy: [90 %, 99 %]}}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "own.onnx").write_bytes(b"one")
    return tmp_path


@pytest.fixture
def plans(registry, folder):
    """Plan every candidate of the suite; the text may be changed first."""

    def made(change=("", "")):
        suite = loads(SUITE.replace(*change), registry, folder)
        planner = Planner(suite, registry)
        return {candidate.label: planner.plan(candidate) for candidate in expand(suite, registry).candidates}

    return made


def kinds(plan):
    return [(stage.kind, stage.name) for stage in plan.stages]


def test_a_plan_has_a_stage_for_each_step_and_exports_once(plans):
    made = plans()
    assert kinds(made["test_resnet@torch/b1"]) == [("build", "timm"), ("export", "torch")]
    assert kinds(made["test_resnet@onnxruntime/b1"]) == [("build", "timm"), ("export", "onnx")]
    both = next(
        plan
        for label, plan in made.items()
        if label.startswith("test_resnet+prune") and "quantize" in label and "openvino" in label
    )
    assert kinds(both) == [("build", "timm"), ("pass", "prune"), ("export", "onnx"), ("pass", "quantize")]
    assert kinds(made["mlp@onnxruntime/b1"]) == [("build", "sklearn")]
    assert kinds(made["own@openvino/b1"]) == [("build", "onnx")]


def test_runtimes_of_one_format_share_the_artifact_and_others_the_stages_before(plans):
    made = plans()
    ort, ov, torch = (made[f"test_resnet@{runtime}/b1"] for runtime in ("onnxruntime", "openvino", "torch"))
    assert ort.recipe == ov.recipe != torch.recipe
    assert ort.stages[0] == torch.stages[0]


def test_different_artifacts_have_different_recipes(plans):
    """Quantized for another runtime is another artifact; else runtimes of one format share theirs."""

    def makes(label, plan):
        chain, _, runtime = label.partition("@")
        return chain, runtime if "quantize" in chain else plan.format if "test_resnet" in chain else "onnx"

    made = plans()
    assert len({plan.recipe for plan in made.values()}) == len({makes(label, plan) for label, plan in made.items()})


def test_a_pass_is_done_by_the_tool_of_the_runtime_and_keyed_by_it(plans):
    made = plans()
    ort, ov = (made[f"test_resnet+quantize:static@{runtime}/b1"] for runtime in ("onnxruntime", "openvino"))
    assert ort.stages[:-1] == ov.stages[:-1]
    assert ort.stages[-1].door.startswith("harness.passes.quantize_onnx:")
    assert ov.stages[-1].door.startswith("harness.passes.quantize_nncf:")
    assert ort.stages[-1].options == ov.stages[-1].options
    assert ort.recipe != ov.recipe


def test_a_tool_without_a_choice_is_shared_between_runtimes(plans):
    made = plans(("[quantize]", "[{quantize: fp16}]"))
    assert made["test_resnet+quantize:fp16@onnxruntime/b1"].recipe == made["test_resnet+quantize:fp16@openvino/b1"].recipe


def test_a_pass_of_two_steps_is_two_stages_with_the_export_between(plans):
    made = plans(("[quantize]", "[{quantize: qat}]"))
    ort, ov = (made[f"test_resnet+quantize:qat@{runtime}/b1"] for runtime in ("onnxruntime", "openvino"))
    assert kinds(ort) == [("build", "timm"), ("pass", "quantize"), ("export", "onnx"), ("pass", "quantize")]
    assert ort.stages[:3] == ov.stages[:3]
    assert ort.recipe != ov.recipe


def test_another_version_of_the_tool_is_another_recipe(plans, monkeypatch):
    from harness import keys

    before = plans()
    label = "test_resnet+quantize:static@{}/b1".format
    installed = keys.installed
    monkeypatch.setattr(keys, "installed", lambda package: "0" if package == "nncf" else installed(package))
    after = plans()
    assert before[label("openvino")].recipe != after[label("openvino")].recipe
    assert before[label("onnxruntime")].recipe == after[label("onnxruntime")].recipe


@pytest.mark.parametrize(
    ("change", "label"),
    [
        (("steps: 5", "steps: 6"), "test_resnet@torch/b1"),
        (("dataset: digits", "dataset: mnist5k"), "test_resnet@torch/b1"),
        (("profiles:", "search: {seed: 1}\nprofiles:"), "mlp@onnxruntime/b1"),
    ],
)
def test_a_recipe_follows_what_it_is_made_of(plans, change, label):
    assert plans(change)[label].recipe != plans()[label].recipe


@pytest.mark.parametrize(
    "change",
    [
        ("profiles:", "limits: {measure_time: 5 s}\nprofiles:"),
        ("profiles:", "measure: {min_queries: 11}\nprofiles:"),
        ("name: plans", "name: other"),
        ("dataset: digits", "dataset: digits, batch_size: [1, 2]"),
    ],
)
def test_a_recipe_does_not_follow_the_rest(plans, change):
    before, after = plans(), plans(change)
    assert {label: plan.recipe for label, plan in before.items()}.items() <= {
        label: plan.recipe for label, plan in after.items()
    }.items()


def test_a_users_file_is_known_by_its_content(plans, folder):
    before = plans()
    (folder / "own.onnx").write_bytes(b"two")
    after = plans()
    assert before["own@openvino/b1"].recipe != after["own@openvino/b1"].recipe
    assert before["mlp@openvino/b1"].recipe == after["mlp@openvino/b1"].recipe


STUDENTS = ("[quantize]", "[{distill: {student: [{timm: test_vit}, {sklearn: decision_tree}]}}]")


def test_a_student_is_a_stage_and_one_of_trees_needs_no_export(plans):
    made = plans(STUDENTS)
    network, tree = (made[f"test_resnet+distill:{name}@onnxruntime/b1"] for name in ("test_vit", "decision_tree"))
    assert kinds(network) == [("build", "timm"), ("pass", "distill"), ("export", "onnx")]
    assert kinds(tree) == [("build", "timm"), ("pass", "distill")]
    assert tree.stages[1].door.startswith("harness.passes.distill_trees:")
    assert network.stages[0] == tree.stages[0]


def test_a_student_follows_the_source_that_builds_it(plans, registry, monkeypatch):
    before = plans(STUDENTS)
    monkeypatch.setattr(type(registry.models["sklearn"]), "version", 99)
    after = plans(STUDENTS)
    same = {
        name: before[f"test_resnet+distill:{name}@onnxruntime/b1"] == after[f"test_resnet+distill:{name}@onnxruntime/b1"]
        for name in ("test_vit", "decision_tree")
    }
    assert same == {"test_vit": True, "decision_tree": False}


@pytest.mark.parametrize(
    ("package", "changed"),
    [("timm", {"test_vit", "decision_tree"}), ("skl2onnx", {"decision_tree"})],
)
def test_a_student_follows_the_packages_that_make_it(plans, monkeypatch, package, changed):
    """The teacher is of timm, so that every student of it follows that package."""
    from harness import keys

    before = plans(STUDENTS)
    installed = keys.installed
    monkeypatch.setattr(keys, "installed", lambda asked: "0" if asked == package else installed(asked))
    after = plans(STUDENTS)
    labels = {name: f"test_resnet+distill:{name}@onnxruntime/b1" for name in ("test_vit", "decision_tree")}
    assert {name for name, label in labels.items() if before[label].recipe != after[label].recipe} == changed
