"""Passes that change no output: batch-norms folded, branches merged, graphs simplified."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from harness.bench import Work
from harness.errors import JobError
from harness.passes import fuse, simplify
from harness.prepare import export
from harness.record import Preprocess

from .trained import accuracy, bench, graph, on, plain, resnet, scores


def norms(model: nn.Module) -> int:
    return sum(isinstance(one, nn.modules.batchnorm._BatchNorm) for one in model.modules())


def a_network(name: str) -> Work:
    """Return a network of timm whose batch-norms have seen something."""
    torch.manual_seed(0)
    net = timm.create_model(name, num_classes=10, in_chans=3)
    net.train()
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(4, 3, 32, 32))
    for one in net.modules():
        if isinstance(one, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(one.weight, 0.5, 1.5)
            nn.init.uniform_(one.bias, -0.5, 0.5)
    return Work("torch", net.eval(), Preprocess(size=(32, 32), channels=3), (3, 32, 32))


def test_a_trained_network_answers_the_same_without_its_batch_norms() -> None:
    after = fuse.apply(resnet(), {}, bench())
    assert (norms(resnet().model), norms(after.model)) == (15, 0)
    assert after.notes["fuse"]["batch_norms"] == [15, 0]
    np.testing.assert_allclose(scores(after, 100), scores(resnet(), 100), atol=1e-4)
    assert accuracy(after) == accuracy(resnet())


@pytest.mark.parametrize(
    ("name", "left", "layers"), [("repvgg_a0", 0, 23), ("mobileone_s0", 0, 44), ("mobilenetv3_small_050", 0, 54)]
)
def test_branches_and_batch_norms_go_and_the_scores_stay(name: str, left: int, layers: int) -> None:
    before = a_network(name)
    after = fuse.apply(before, {}, bench())
    assert norms(before.model) > norms(after.model) == left
    assert after.notes["fuse"]["layers"][1] == layers
    inputs = np.random.default_rng(0).standard_normal((3, 3, 32, 32)).astype(np.float32)
    wanted, got = on(before, inputs), on(after, inputs)
    assert np.abs(got - wanted).max() / np.ptp(wanted) < 1e-4


class Shared(nn.Module):
    """Batch-norms that must stay: one convolution is read twice, another runs twice, a third is read before its norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8)
        self.again, self.once, self.twice = nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.BatchNorm2d(8)
        self.alone, self.last = nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)
        self.head, self.end = nn.Linear(8, 10), nn.BatchNorm1d(10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        x = self.norm(x) + x
        x = self.twice(self.again(self.once(self.again(x))))
        return self.end(self.head(self.last(self.alone(x).relu()).mean((2, 3))))


def test_a_batch_norm_stays_where_something_else_needs_what_is_before_it() -> None:
    torch.manual_seed(0)
    net = Shared()
    with torch.no_grad():
        net.train()(torch.randn(64, 1, 28, 28) * 3 + 1)
    before = plain(net)
    after = fuse.apply(before, {}, bench())
    assert after.notes["fuse"]["folded"] == 1  # the linear layer at the end
    assert norms(after.model) == 4
    np.testing.assert_allclose(scores(after, 20), scores(before, 20), atol=1e-4)


def test_each_half_of_fusing_can_be_left_out() -> None:
    assert fuse.apply(resnet(), {"batch_norm": False}, bench()).notes["fuse"]["batch_norms"] == [15, 15]
    assert norms(fuse.apply(a_network("repvgg_a0"), {"branches": False}, bench()).model) > 0


def test_a_fused_network_is_exported_as_ever() -> None:
    after = export.apply(fuse.apply(resnet(), {}, bench()), {"target": "torch"}, bench())
    assert not any("batch_norm" in str(node.target) for node in after.model.graph.nodes)


class Branching(nn.Module):
    """A network that looks at its input before it decides."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(-x) if float(x.sum()) > 0 else self.body(x)


def test_a_network_that_cannot_be_traced_is_unsupported_in_one_line() -> None:
    with pytest.raises(JobError, match="cannot be traced") as told:
        fuse.apply(plain(Branching()), {}, bench())
    assert told.value.kind == "unsupported"
    assert "\n" not in told.value.message


def clumsy() -> Work:
    """Return a graph with operators that do nothing, as some exporters write them."""
    weight = np.random.default_rng(0).standard_normal((784, 10)).astype(np.float32)
    stored = [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(np.array([-1, 784], np.int64), "shape")]
    nodes = [
        helper.make_node("Identity", ["x"], ["same"]),
        helper.make_node("Transpose", ["same"], ["turned"], perm=[0, 2, 3, 1]),
        helper.make_node("Transpose", ["turned"], ["back"], perm=[0, 3, 1, 2]),
        helper.make_node("Reshape", ["back", "shape"], ["flat"]),
        helper.make_node("Identity", ["w"], ["weight"]),
        helper.make_node("MatMul", ["flat", "weight"], ["y"]),
        helper.make_node("Relu", ["y"], ["unused"]),
    ]
    ends = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 28, 28]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10]),
    ]
    inner = helper.make_graph(nodes, "clumsy", ends[:1], ends[1:], stored)
    return Work(
        "onnx", helper.make_model(inner, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), Preprocess(), (1, 28, 28)
    )


def test_operators_that_do_nothing_go() -> None:
    after = simplify.apply(clumsy(), {}, bench())
    onnx.checker.check_model(after.model)
    assert len(after.model.graph.node) < len(clumsy().model.graph.node) - 3
    told = after.notes["simplify"]
    assert told["operators"] == [7, len(after.model.graph.node)]
    assert told["gone"]["Identity"] == 2
    np.testing.assert_allclose(scores(after, 20), scores(clumsy(), 20), rtol=1e-5)


def test_a_graph_that_is_simple_keeps_its_scores() -> None:
    after = simplify.apply(graph(), {}, bench())
    np.testing.assert_allclose(scores(after, 100), scores(graph(), 100), atol=1e-4)


def test_a_simplifier_that_changes_the_scores_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    other = clumsy().model
    other.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.ones((784, 10), np.float32), "w"))
    monkeypatch.setattr(simplify.onnxslim, "slim", lambda model: other)
    with pytest.raises(JobError, match="simplifying changes the scores"):
        simplify.apply(clumsy(), {}, bench())
