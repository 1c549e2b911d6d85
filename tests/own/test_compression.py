"""Passes, counts and digests on real networks: what must stay the same, and what must change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from harness.bench import Bench, Teacher, Work
from harness.datasets import shipped
from harness.norms import recalibrate
from harness.passes import factorize, prune
from harness.passes.factorize_layers import Rule, factorized
from harness.prepare import counting, training
from harness.prepare.data import Store
from harness.record import Preprocess

from .driving import run

LAYERS = {
    "linear": lambda: nn.Linear(48, 40),
    "linear without bias": lambda: nn.Linear(48, 40, bias=False),
    "convolution": lambda: nn.Conv2d(16, 24, 3, padding=1),
    "convolution without bias": lambda: nn.Conv2d(16, 24, 3, bias=False),
    "stride": lambda: nn.Conv2d(16, 24, 3, stride=2, padding=1),
    "dilation": lambda: nn.Conv2d(16, 24, 3, dilation=2, padding=2),
    "uneven kernel": lambda: nn.Conv2d(16, 24, (1, 5), padding=(0, 2), stride=(1, 2)),
    "reflected padding": lambda: nn.Conv2d(16, 24, 3, padding=1, padding_mode="reflect"),
    "pointwise": lambda: nn.Conv2d(32, 24, 1),
}


def an_input(layer: nn.Module) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(2, 48) if isinstance(layer, nn.Linear) else torch.randn(2, layer.in_channels, 11, 13)


def of_low_rank(layer: nn.Module, rank: int) -> nn.Module:
    """Return the layer with a weight of exactly that rank."""
    with torch.no_grad():
        u, s, v = torch.linalg.svd(layer.weight.flatten(1), full_matrices=False)
        layer.weight.copy_(((u[:, :rank] * s[:rank]) @ v[:rank]).reshape(layer.weight.shape))
    return layer


@pytest.mark.parametrize("name", LAYERS)
def test_factors_keep_the_shape_of_what_they_replace(name: str) -> None:
    layer = LAYERS[name]()
    factors = factorized(layer, Rule(ratio=0.3))
    assert factors is not None
    assert factors(an_input(layer)).shape == layer(an_input(layer)).shape
    assert sum(p.numel() for p in factors.parameters()) < sum(p.numel() for p in layer.parameters())


@pytest.mark.parametrize("name", LAYERS)
def test_factors_of_a_weight_of_that_rank_change_nothing(name: str) -> None:
    torch.manual_seed(0)
    layer = of_low_rank(LAYERS[name](), 4)
    factors = factorized(layer, Rule(energy=0.99999))
    assert factors is not None
    torch.testing.assert_close(factors(an_input(layer)), layer(an_input(layer)), atol=1e-2, rtol=1e-2)
    exact = factorized(layer, Rule(rank=4))
    assert exact is not None
    torch.testing.assert_close(exact(an_input(layer)), layer(an_input(layer)), atol=1e-5, rtol=1e-4)


def test_a_layer_stays_where_factors_would_cost_more_or_mean_something_else() -> None:
    class Own(nn.Linear):
        pass

    assert factorized(nn.Linear(48, 40), Rule(energy=0.999)) is None
    assert factorized(nn.Conv2d(16, 16, 3, groups=4), Rule(ratio=0.3)) is None
    assert factorized(Own(48, 40), Rule(ratio=0.3)) is None


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    samples = shipped.digits({}, Path())
    store = Store(samples, "digits", tmp_path_factory.mktemp("inputs"))

    def fit(
        model: nn.Module, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = None
    ) -> Mapping[str, Any]:
        return training.fit(model, *store.inputs(preprocess, "train"), settings, 0, lambda _: None, teacher)

    return Bench(
        data=samples, seed=0, folder=Path(), say=lambda _: None, inputs=store.inputs, fit=fit, keep=lambda *_: np.empty(0)
    )


def work(model: nn.Module) -> Work:
    return Work("torch", model.eval(), Preprocess(), (1, 8, 8))


def test_energy_near_one_changes_nothing_beyond_tolerance(bench: Bench) -> None:
    torch.manual_seed(0)
    first, last = of_low_rank(nn.Conv2d(1, 64, 3, padding=1), 4), of_low_rank(nn.Linear(4096, 10), 3)
    net = nn.Sequential(first, nn.ReLU(), nn.Flatten(), last)
    after = factorize.apply(work(net), {"energy": 0.999999}, bench)
    inputs = torch.from_numpy(bench.inputs(Preprocess(), "test", 50)[0])
    assert after.notes["factorize"]["factorized"] >= 1
    torch.testing.assert_close(after.model(inputs), net(inputs), atol=1e-2, rtol=1e-2)


def test_recalibration_without_batch_norm_is_no_step_at_all() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Dropout(), nn.Flatten(), nn.Linear(144, 10)).eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    recalibrate(net, torch.randn(70, 1, 8, 8))
    assert not any(module.training for module in net.modules())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_recalibration_measures_the_statistics_of_the_samples_it_is_given() -> None:
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(3)
    inputs = torch.randn(128, 3) * torch.tensor([1.0, 2.0, 3.0]) + torch.tensor([5.0, 0.0, -5.0])
    recalibrate(nn.Sequential(norm), inputs)
    torch.testing.assert_close(norm.running_mean, inputs.mean(0))
    torch.testing.assert_close(norm.running_var, torch.stack([part.var(0) for part in inputs.split(64)]).mean(0))
    assert norm.momentum == 0.1
    assert not norm.training


class Headless(nn.Module):
    """Scores come from a convolution, not from a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Conv2d(32, 10, 1)
        self.first = nn.Conv2d(1, 32, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.first(x).relu()).mean((2, 3))


def test_pruning_takes_channels_and_leaves_the_classes(bench: Bench) -> None:
    after = prune.apply(work(Headless()), {"ratio": 0.5, "finetune_epochs": 0}, bench)
    assert after.model.first.out_channels == 16
    assert after.model(torch.randn(3, 1, 8, 8)).shape == (3, 10)


def test_resnet18_has_its_published_size() -> None:
    parameters, macs = counting.of_module(timm.create_model("resnet18"), (3, 224, 224))
    assert parameters == 11_689_512
    assert macs == pytest.approx(1.82e9, rel=0.01)


@pytest.mark.parametrize("batch", ["N", 1, 4])
def test_a_graph_is_counted_for_one_sample_whatever_its_batch(batch: int | str) -> None:
    weights = {
        "kernel": np.zeros((64, 3, 7, 7), np.float32),
        "table": np.zeros((64, 1000), np.float32),
        "three": np.array([3], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["maps"], strides=[2, 2], pads=[3, 3, 3, 3]),
        helper.make_node("GlobalAveragePool", ["maps"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "table"], ["y"]),
    ]
    ends = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 224, 224]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 1000]),
    ]
    stored = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "stem", ends[:1], ends[1:], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    assert counting.of_graph(model) == (64 * 147 + 64_000, 112 * 112 * 64 * 147 + 64_000)


def test_operations_are_not_guessed_where_a_side_is_unknown() -> None:
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 1, "H", "W"]) for name in "xy"]
    stored = [numpy_helper.from_array(np.zeros((4, 1, 3, 3), np.float32), "kernel")]
    graph = helper.make_graph([helper.make_node("Conv", ["x", "kernel"], ["y"])], "free", ends[:1], ends[1:], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    assert counting.of_graph(model) == (36, None)


def test_the_same_seed_gives_the_same_artifact_in_another_process(tmp_path: Path) -> None:
    suite: dict[str, Any] = {
        "workload": {"dataset": "digits"},
        "models": [
            {"sklearn": "mlp", "params": {"max_iter": 5}},
            {"timm": "test_resnet", "train": {"steps": 3, "batch_size": 16}},
        ],
        "passes": [[], [{"quantize": {"method": "static", "calibration_samples": 16}}]],
        "runtimes": ["onnxruntime"],
    }
    first, again = (run(tmp_path, tmp_path / name, **suite) for name in ("first", "again"))
    named = [{one["candidate"]: one["artifact"] for one in told.answer["candidates"]} for told in (first, again)]
    assert len(named[0]) == 4
    assert named[0] == named[1]
    changed = {"search": {"algorithm": "exhaustive", "seed": 1}, "models": suite["models"][:1], "passes": [[]]}
    (other,) = run(tmp_path, tmp_path / "other", **suite | changed).answer["candidates"]
    assert other["artifact"] != named[0][other["candidate"]]
