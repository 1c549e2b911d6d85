"""Quantization on real networks: each method by each tool, run by the runtime it is made for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper
from pydantic import ValidationError
from torch import nn

from harness.bench import Work
from harness.errors import JobError, SuiteError
from harness.interfaces import Tool
from harness.models import timm_source
from harness.passes import quantize_sensitivity as sensitivity
from harness.passes import quantize_training as training
from harness.passes.declared import QuantizeOptions
from harness.passes.quantize import ONNX
from harness.passes.quantize_check import judged, nearness, scores
from harness.passes.quantize_graph import prepared, products, weights
from harness.passes.quantize_job import Samples, job
from harness.prepare import export
from harness.prepare.plan import Planner
from harness.prepare.stages import Maker
from harness.record import Preprocess
from harness.registry import Registry, open_door
from harness.space import expand
from harness.suitefile import loads

from . import trained

REGISTRY = Registry.load()
QUANTIZE = REGISTRY.passes["quantize"]
FLOATS = {"onnx": {"target": "onnx"}}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are trained several times faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def network(name: str) -> Work:
    """Return a trained network, exported: a residual one, a transformer, or plain convolutions."""
    if name == "resnet":
        return trained.graph()
    if name == "vit":
        made = timm_source.build({"name": "test_vit", "train": {"steps": 60}}, trained.bench())
        return export.apply(made, FLOATS["onnx"], trained.bench())
    return export.apply(trained.plain(uneven(), 1, 28, 28), FLOATS["onnx"], trained.bench())


def uneven() -> nn.Module:
    """Return trained convolutions; one channel between the first two is made 500 times as large as the others.

    The scores stay the same, but one range for all channels leaves the others next to nothing.
    """
    torch.manual_seed(0)
    first, second, third = nn.Conv2d(1, 8, 3, 2, 1), nn.Conv2d(8, 16, 3, 2, 1), nn.Conv2d(16, 16, 3, padding=1)
    layers = [first, nn.ReLU(), second, nn.ReLU(), third, nn.ReLU(), nn.Flatten(), nn.Linear(784, 10)]
    model = nn.Sequential(*layers)
    trained.bench().fit(model, Preprocess(), {"steps": 150, "batch_size": 64, "lr": 5e-3, "weight_decay": 0.01})
    with torch.no_grad():
        first.weight[0] *= 500
        first.bias[0] *= 500
        second.weight[:, 0] /= 500
    return model


@cache
def _made(name: str, runtime: str, options: str) -> Work:
    wish = json.loads(options)
    found = QUANTIZE.tools(REGISTRY.runtimes[runtime], wish)
    assert not isinstance(found, str), found
    work = network(name)
    if found[0].form == "torch":
        assert (name, found[0].door) == ("resnet", "harness.passes.quantize_training:apply")
        work = export.apply(fine_tuned(), FLOATS["onnx"], trained.bench())
    return quantized(found[-1], work, wish)


@cache
def fine_tuned() -> Work:
    return training.apply(trained.resnet(), {"method": "qat"}, trained.bench())


def quantized(tool: Tool, work: Work, wish: Mapping[str, Any]) -> Work:
    done: Work = open_door(tool.door)(work, wish, trained.bench())
    return done


def made(name: str, runtime: str, **options: Any) -> Work:
    """Return a network quantized for a runtime, as a suite that says ``options`` has it."""
    return _made(name, runtime, json.dumps(options))


def notes(work: Work) -> Mapping[str, Any]:
    told: Mapping[str, Any] = work.notes["quantize"]
    return told


def accuracy(work: Work, runtime: str, folder: Path) -> float:
    """Return the accuracy on the test split, by the runtime itself."""
    onnx.save(work.model, folder / "model.onnx")
    session = open_door(REGISTRY.runtimes[runtime].door)(folder, {"threads": 1}, "cpu")
    inputs, labels = trained.bench().inputs(work.preprocess, "test", None)
    answers = [np.array(session.run(batch)).argmax(1) for batch in np.split(inputs, 15)]
    return float((np.concatenate(answers) == labels).mean())


WAYS = [
    ("onnxruntime", {}, "onnxruntime"),
    ("openvino", {}, "nncf"),
    ("onnxruntime", {"method": "dynamic"}, "onnxruntime"),
    ("onnxruntime", {"method": "weight_only"}, "onnxruntime"),
    ("openvino", {"method": "weight_only"}, "nncf"),
    ("onnxruntime", {"method": "weight_only", "bits": 4}, "onnxruntime"),
    ("openvino", {"method": "weight_only", "bits": 4}, "nncf"),
    ("onnxruntime", {"method": "fp16"}, "onnxruntime.float16"),
    ("openvino", {"method": "fp16"}, "onnxruntime.float16"),
    ("onnxruntime", {"method": "bf16"}, "onnx.bfloat16"),
    ("openvino", {"method": "bf16"}, "onnx.bfloat16"),
    ("onnxruntime", {"method": "qat"}, "onnxruntime"),
    ("openvino", {"method": "qat"}, "nncf"),
]
SMALLER = {"static": 0.31, "dynamic": 1.0, "weight_only": 0.31, "fp16": 0.52, "bf16": 0.53, "qat": 0.31}
"""The file's size beside the float one's, at most: a network of convolutions, which dynamic quantization leaves alone."""


@pytest.mark.parametrize(("runtime", "options", "tool"), WAYS)
def test_a_small_residual_network_loses_less_than_half_a_point(
    runtime: str, options: dict[str, Any], tool: str, tmp_path: Path
) -> None:
    done, plain = made("resnet", runtime, **options), network("resnet")
    told = notes(done)
    assert (told["method"], told["tool"]) == (options.get("method", "static"), tool)
    assert trained.size(done, tmp_path) <= SMALLER[told["method"]] * trained.size(plain, tmp_path)
    before, after = (accuracy(work, runtime, tmp_path) for work in (plain, done))
    print(f"{told['method']} by {tool} for {runtime}: {before:.2%} -> {after:.2%}")
    assert before - after < 0.005
    assert told["agreement"] > 0.95
    assert told["cosine"] > 0.99
    assert abs(told["drop"]) < 0.05


@pytest.mark.parametrize(("runtime", "options", "tool"), [way for way in WAYS if way[1].get("method") != "qat"])
def test_a_transformer_is_quantized_but_for_its_attention(
    runtime: str, options: dict[str, Any], tool: str, tmp_path: Path
) -> None:
    done, plain = made("vit", runtime, **options), network("vit")
    assert trained.size(done, tmp_path) < 0.53 * trained.size(plain, tmp_path)
    lost = accuracy(plain, runtime, tmp_path) - accuracy(done, runtime, tmp_path)
    print(f"{options} by {tool} for {runtime}: {lost:.2%} lost")
    assert lost < (0.04 if options.get("bits") == 4 else 0.01)
    assert notes(done)["tool"] == tool


def test_products_of_attention_stay_in_float_in_onnxruntimes_graph() -> None:
    graph = made("vit", "onnxruntime").model
    exact = set(products(prepared(network("vit").model)))
    assert exact
    widened = {output for node in graph.graph.node if node.op_type == "DequantizeLinear" for output in node.output}
    both = [node for node in graph.graph.node if node.name in exact and set(node.input) <= widened]
    assert not both


def test_one_suite_gets_the_tool_of_each_runtime_and_the_artifacts_say_so(tmp_path: Path) -> None:
    text = """
name: both
workload: {dataset: digits}
models: [{sklearn: mlp, params: {max_iter: 30}}]
passes: [[{quantize: {method: [static, dynamic]}}]]
runtimes: [onnxruntime, openvino, {openvino: {precision: bf16}}]
profiles: {one: {weights: {accuracy: 1}, range: {accuracy: [90 %, 99 %]}}}
"""
    suite = loads(text, REGISTRY, tmp_path)
    space = expand(suite, REGISTRY)
    assert [(rule.rule.partition(":")[0], rule.count) for rule in space.excluded] == [
        ("openvino has no dynamic quantization of a model", 2)
    ]
    planner, maker = Planner(suite, REGISTRY), Maker(tmp_path, lambda _: None, lambda _: None)
    artifacts = {one.label: maker.make(planner.plan(one)) for one in space.candidates}
    ort = artifacts["mlp+quantize:static@onnxruntime/b1"]
    ov, other = (one for label, one in artifacts.items() if "openvino" in label)
    assert [one.notes["quantize"]["tool"] for one in (ort, ov)] == ["onnxruntime", "nncf"]
    assert ov == other
    assert ort.digest != ov.digest
    again = Maker(tmp_path, lambda _: None, lambda _: None)
    assert {one.label: again.make(planner.plan(one)).digest for one in space.candidates} == {
        label: one.digest for label, one in artifacts.items()
    }


def scales(work: Work) -> int:
    """Return how many scales the graph stores for all its weights and activations."""
    names = {node.input[1] for node in work.model.graph.node if node.op_type == "DequantizeLinear"}
    return sum(int(np.prod(tensor.dims)) for tensor in work.model.graph.initializer if tensor.name in names)


def ranges(work: Work) -> dict[str, float]:
    """Return the scale of each activation that is quantized."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in work.model.graph.initializer}
    return {node.input[0]: float(stored[node.input[1]]) for node in work.model.graph.node if node.op_type == "QuantizeLinear"}


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_one_range_per_channel_is_more_ranges_than_one_per_weight(runtime: str) -> None:
    many, few = made("resnet", runtime), made("resnet", runtime, per_channel=False)
    layers = len(weights(prepared(network("resnet").model)))
    assert scales(many) > scales(few) + 10 * layers


@pytest.mark.parametrize(
    ("runtime", "method"), [("onnxruntime", "percentile"), ("onnxruntime", "entropy"), ("openvino", "percentile")]
)
def test_a_calibration_that_cuts_gives_narrower_ranges_than_least_and_greatest(runtime: str, method: str) -> None:
    few = {"calibration_samples": 48}
    whole, cut = (ranges(made("uneven", runtime, **few, **more)) for more in ({}, {"calibration": method}))
    assert whole.keys() == cut.keys()
    narrower = [name for name in whole if cut[name] < whole[name] * 0.999]
    assert len(narrower) >= len(whole) / 2
    assert all(cut[name] <= whole[name] * 1.01 for name in whole)


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_more_samples_give_wider_ranges(runtime: str) -> None:
    few, many = (ranges(made("uneven", runtime, calibration_samples=count)) for count in (4, 400))
    assert sum(many.values()) > sum(few.values())


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_four_bits_are_smaller_than_eight(runtime: str, tmp_path: Path) -> None:
    eight, four = (made("vit", runtime, method="weight_only", **more) for more in ({}, {"bits": 4}))
    assert trained.size(four, tmp_path) < 0.75 * trained.size(eight, tmp_path)
    assert set(notes(eight)["weights"]) - {"32"} == {"8"}
    assert set(notes(four)["weights"]) - {"32"} == {"4", "8"}
    assert notes(four)["cosine"] < notes(eight)["cosine"]


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_the_same_request_gives_the_same_bytes(runtime: str) -> None:
    (tool,) = QUANTIZE.tools(REGISTRY.runtimes[runtime], {})
    again = quantized(tool, network("uneven"), {})
    assert again.model.SerializeToString() == made("uneven", runtime).model.SerializeToString()
    assert again.notes == made("uneven", runtime).notes


ROUGH: dict[str, Any] = {"per_channel": False}


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_an_accuracy_is_held_by_the_layers_that_were_made_sensitive(runtime: str, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="the quantized graph answers as the float one does for") as caught:
        made("uneven", runtime, **ROUGH)
    assert caught.value.kind == "wrong_output"
    plain, held = network("uneven"), made("uneven", runtime, **ROUGH, accuracy_aware={"max_drop": 0.01})
    names = list(weights(prepared(plain.model)))
    assert accuracy(plain, runtime, tmp_path) - accuracy(held, runtime, tmp_path) < 0.03
    assert set(names[:2]) & set(notes(held)["kept_float"])
    assert len(notes(held)["kept_float"]) < len(names)
    assert notes(held)["drop"] <= 0.01
    assert notes(held)["checked_samples"] == 512
    assert set(notes(held)["weights"]) == {"32", "8"}


def test_nothing_is_kept_in_float_where_the_accuracy_holds_anyway() -> None:
    assert notes(made("uneven", "onnxruntime", accuracy_aware={"max_drop": 0.5}))["kept_float"] == []


def test_the_layers_at_the_planted_channel_rank_first() -> None:
    fine, rough, narrow = (
        sensitivity.ranked(job(network("uneven"), QuantizeOptions.model_validate(options), trained.bench(), ONNX))
        for options in ({}, ROUGH, {"method": "weight_only", "bits": 4})
    )
    names = list(weights(prepared(network("uneven").model)))
    assert set(fine[:2]) == set(rough[:2]) == set(names[:2])
    assert set(narrow) == set(names)
    assert narrow[0] == names[-1], "convolutions keep 8 bits where the linear layer has 4"


@given(st.integers(2, 40), st.integers(0, 41))
def test_bisection_keeps_the_fewest_layers_that_hold(count: int, needed: int) -> None:
    order = [f"layer {i}" for i in range(count)]

    def make(keep: frozenset[str]) -> Any:
        return sorted(keep)

    found = sensitivity._fewest(order, make, lambda graph: len(graph) >= needed)
    if needed >= count:
        assert found is None
    else:
        assert found == (tuple(order[: max(1, needed)]), sorted(order[: max(1, needed)]))


@given(arrays(np.float32, (4, 6), elements=st.floats(-8, 8, width=32)), st.sampled_from([4, 8]))
@settings(max_examples=50)
def test_rounding_moves_a_weight_by_half_a_step_at_most(weight: np.ndarray, bits: int) -> None:
    for axis, others in ((0, 1), (-1, 0), (None, None)):
        step = np.abs(weight).max(axis=others, keepdims=True) / (2 ** (bits - 1) - 1)
        assert (np.abs(sensitivity.rounded(weight, bits, axis) - weight) <= step * 0.501 + 1e-9).all()


@given(st.integers(1, 70), st.one_of(st.none(), st.integers(1, 20)))
def test_batches_hold_every_sample_in_order(count: int, fixed: int | None) -> None:
    inputs = np.arange(count, dtype=np.float32)[:, None]
    batches = Samples(inputs, inputs, np.zeros(count), fixed).batches(inputs)
    assert len({batch.shape for batch in batches}) == 1
    assert fixed in (None, len(batches[0]))
    np.testing.assert_array_equal(np.concatenate(batches)[:count], inputs)


def test_samples_that_set_ranges_do_not_judge_and_none_are_tested() -> None:
    asked = job(network("uneven"), QuantizeOptions(accuracy_aware={"max_drop": 0.01}), trained.bench(), ONNX)
    assert (len(asked.samples.calibration), len(asked.samples.held), len(asked.samples.labels)) == (128, 512, 512)
    test, _ = trained.bench().inputs(network("uneven").preprocess, "test", None)
    seen = [{row.tobytes() for row in part} for part in (asked.samples.calibration, asked.samples.held, test)]
    assert not seen[0] & seen[1]
    assert not (seen[0] | seen[1]) & seen[2]


EXACT = np.random.default_rng(0).normal(size=(64, 10))
LABELS = EXACT.argmax(1)


@pytest.mark.parametrize(
    ("rough", "kind", "words"),
    [
        (-EXACT, "wrong_output", "the quantized graph answers as the float one does for 0% of 64 training samples"),
        (np.full_like(EXACT, np.nan), "nan_output", "not finite"),
        (EXACT[:, :5], "wrong_output", "shape (64, 5), not (64, 10)"),
    ],
)
def test_scores_that_are_wrong_are_a_failure(rough: np.ndarray, kind: str, words: str) -> None:
    with pytest.raises(JobError, match="quantized graph") as caught:
        judged(EXACT, rough, LABELS)
    assert caught.value.kind == kind
    assert words in caught.value.message


def test_scores_that_are_only_rough_are_told_and_not_failed() -> None:
    assert judged(EXACT, EXACT * 3 + 7, LABELS) == nearness(EXACT, EXACT, LABELS)
    noise = np.random.default_rng(1).normal(size=EXACT.shape)
    told = judged(EXACT, EXACT + noise, LABELS)
    assert 0 < told.agreement < 1
    assert told.drop == pytest.approx(1 - told.agreement)


def graph_of(nodes: list[onnx.NodeProto], shape: list[Any], **stored: np.ndarray) -> Work:
    sides = {"x": ["N", 1, 28, 28], "y": shape}
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, side) for name, side in sides.items()]
    tensors = [numpy_helper.from_array(value, name) for name, value in stored.items()]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return Work("onnx", model, Preprocess(), (1, 28, 28))


def test_a_graph_that_is_quantized_already_is_refused() -> None:
    for runtime in ("onnxruntime", "openvino"):
        (tool,) = QUANTIZE.tools(REGISTRY.runtimes[runtime], {})
        with pytest.raises(JobError, match="this graph is quantized already") as caught:
            quantized(tool, made("uneven", runtime), {})
        assert caught.value.kind == "unsupported"


def test_a_graph_without_layers_has_no_weights_to_make_small() -> None:
    flat = [helper.make_node("Flatten", ["x"], ["y"])]
    (tool,) = QUANTIZE.tools(REGISTRY.runtimes["onnxruntime"], {"method": "weight_only"})
    with pytest.raises(JobError, match="no layer with a stored weight"):
        quantized(tool, graph_of(flat, ["N", 784]), {"method": "weight_only"})


def test_weights_in_bfloat16_are_widened_when_onnxruntime_loads_them_and_not_when_it_runs(tmp_path: Path) -> None:
    done = made("resnet", "onnxruntime", method="bf16")
    settings = onnxruntime.SessionOptions()
    settings.optimized_model_filepath = str(tmp_path / "loaded.onnx")
    onnxruntime.InferenceSession(done.model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    assert sum(node.op_type == "Cast" for node in done.model.graph.node) == len(weights(prepared(network("resnet").model)))
    assert not [node for node in onnx.load(tmp_path / "loaded.onnx").graph.node if node.op_type == "Cast"]
    assert set(notes(done)["weights"]) == {"16"}


def test_a_weight_in_bfloat16_is_the_nearest_there_is() -> None:
    exact = np.random.default_rng(0).normal(size=(7, 784)).astype(np.float32)
    node = [helper.make_node("Flatten", ["x"], ["f"]), helper.make_node("Gemm", ["f", "w"], ["y"], transB=1)]
    (tool,) = QUANTIZE.tools(REGISTRY.runtimes["onnxruntime"], {"method": "bf16"})
    done = quantized(tool, graph_of(node, ["N", 7], w=exact), {"method": "bf16"}).model
    (tensor,) = done.graph.initializer
    got = numpy_helper.to_array(tensor).astype(np.float32)
    assert tensor.data_type == TensorProto.BFLOAT16
    assert got.shape == exact.shape
    torch.testing.assert_close(torch.from_numpy(got), torch.from_numpy(exact).bfloat16().float(), rtol=0, atol=0)


def test_nodes_get_names_of_their_own_and_old_graphs_a_newer_opset() -> None:
    nodes = [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Relu", ["a"], ["y"])]
    work = graph_of(nodes, ["N", 1, 28, 28])
    work.model.opset_import[0].version = 11
    done = prepared(work.model)
    assert len({node.name for node in done.graph.node}) == 2
    assert done.opset_import[0].version >= 13


def test_weights_alone_change_scores_by_their_rounding_only() -> None:
    asked = job(network("uneven"), QuantizeOptions(), trained.bench(), ONNX)
    exact = scores(asked.graph, asked.samples)
    for runtime in ("onnxruntime", "openvino"):
        rough = scores(made("uneven", runtime, method="weight_only").model, asked.samples)
        assert np.abs(rough - exact).max() < 0.05 * np.ptp(exact)


def test_training_sees_rounded_numbers_and_leaves_plain_layers() -> None:
    before, after = trained.resnet(), fine_tuned()
    assert [type(module) for module in after.model.modules()] == [type(module) for module in before.model.modules()]
    assert not any(module._forward_pre_hooks for module in after.model.modules())
    assert after.model.state_dict().keys() == before.model.state_dict().keys()
    assert any(not torch.equal(value, before.model.state_dict()[name]) for name, value in after.model.state_dict().items())
    assert after.notes["qat"]["layers"] == len(weights(prepared(network("resnet").model)))
    assert after.notes["qat"]["steps"] == len(trained.bench().data.train) // training.BATCH


@pytest.mark.parametrize("per_channel", [True, False])
def test_a_rounded_weight_has_255_levels_and_passes_gradients_on(per_channel: bool) -> None:
    weight = torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    rounded = training.RoundedWeight(per_channel)(weight)
    rounded.sum().backward()
    assert torch.equal(weight.grad, torch.ones_like(weight))
    most = weight.detach().abs().amax((1, 2, 3), keepdim=True) if per_channel else weight.detach().abs().max()
    levels = rounded.detach() / (most / 127)
    assert torch.allclose(levels, levels.round(), atol=1e-3)


def test_a_rounded_input_keeps_the_ends_it_saw() -> None:
    hook = training.RoundedInput()
    assert hook(nn.Identity(), (torch.tensor([-1.0, 4.0]),)) is None
    hook.watching = False
    (after,) = hook(nn.Identity(), (torch.tensor([-9.0, -1.0, 0.0, 1.23, 4.0, 9.0]),)) or (None,)
    assert after is not None
    torch.testing.assert_close(after, torch.tensor([-1.0, -1.0, 0.0, 1.23, 4.0, 4.0]), atol=5.1 / 255, rtol=0)
    assert after[2] == 0


@pytest.mark.parametrize(
    "options",
    [
        {"method": "int8"},
        {"bits": 3},
        {"calibration": "kl"},
        {"calibration_samples": 0},
        {"accuracy_aware": {"max_drop": -0.1}},
        {"accuracy_aware": {"max_drop": 1}},
        {"accuracy_aware": {"drop": 0.1}},
        {"finetune_epochs": 0},
        {"lr": 0},
        {"per_chanel": True},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QuantizeOptions.model_validate(options)


def test_a_drop_is_written_in_points_and_a_mistake_has_its_place(tmp_path: Path) -> None:
    text = """
name: points
workload: {dataset: digits}
models: [{sklearn: mlp}]
passes: [[{quantize: {accuracy_aware: {max_drop: 1 pp}}}]]
runtimes: [onnxruntime]
profiles: {one: {weights: {accuracy: 1}, range: {accuracy: [90 %, 99 %]}}}
"""
    (chain,) = loads(text, REGISTRY, tmp_path).chains
    assert QuantizeOptions.model_validate(chain[0].options).accuracy_aware.max_drop == pytest.approx(0.01)
    with pytest.raises(SuiteError) as caught:
        loads(text.replace("1 pp", "1 ms"), REGISTRY, tmp_path)
    assert [mistake.place for mistake in caught.value.mistakes] == ["passes[0][0].quantize.accuracy_aware.max_drop"]
