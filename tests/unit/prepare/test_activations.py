import io

import numpy as np
import pytest
import timm
import torch
from onnx import TensorProto, helper, numpy_helper

from harness.bench import Work
from harness.prepare import activations
from harness.record import Preprocess


def graph(batch, side=8):
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["maps"]),
        helper.make_node("Relu", ["maps"], ["kept"]),
        helper.make_node("GlobalAveragePool", ["kept"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "table"], ["y"]),
    ]
    ends = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 1, side, side]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 10]),
    ]
    stored = [
        numpy_helper.from_array(np.zeros(shape, np.float32), name)
        for name, shape in (("kernel", (4, 1, 3, 3)), ("table", (4, 10)))
    ]
    made = helper.make_graph(nodes, "small", ends[:1], ends[1:], stored)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def program(model, *shape):
    batch = {0: torch.export.Dim("batch", min=1)}
    return torch.export.export(model.eval(), (torch.randn(2, *shape),), dynamic_shapes=(batch,))


class Attending(torch.nn.Module):
    """Four words of eight numbers, in two heads."""

    def forward(self, x):
        heads = x.reshape(-1, 4, 2, 4).transpose(1, 2)
        return torch.nn.functional.scaled_dot_product_attention(heads, heads, heads)


@pytest.mark.parametrize("batch", ["N", 1, 4])
def test_a_graph_is_counted_for_one_sample_whatever_its_batch(batch):
    assert activations.of_graph(graph(batch)) == 6 * 6 * 4 + 10


def test_operators_that_stand_behind_those_that_take_their_numbers_are_counted_too():
    made = graph("N")
    nodes = list(made.graph.node)
    mixed = helper.make_graph(nodes[::-1], "mixed", list(made.graph.input), list(made.graph.output), list(made.graph.initializer))
    again = helper.make_model(mixed, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    assert activations.of_graph(again) == activations.of_graph(made)


def test_they_are_not_guessed_where_a_side_is_unknown_or_there_is_no_product():
    assert activations.of_graph(graph("N", side="H")) is None
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 3]) for name in "xy"]
    plain = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "none", ends[:1], ends[1:])
    assert activations.of_graph(helper.make_model(plain)) is None
    assert activations.of_program(program(torch.nn.ReLU(), 3)) is None


def test_a_program_is_counted_as_its_network_is_published_before_and_after_it_was_stored():
    made = program(timm.create_model("resnet10t", in_chans=1, num_classes=10), 1, 32, 32)
    count = activations.of(Work("program", made, Preprocess(), (1, 32, 32)))
    file = io.BytesIO()
    torch.export.save(made, file)
    file.seek(0)
    assert count == activations.of_program(torch.export.load(file))
    seen = []
    network = timm.create_model("resnet10t", in_chans=1, num_classes=10).eval()
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            layer.register_forward_hook(lambda module, given, out: seen.append(out.numel()))
    network(torch.zeros(1, 1, 32, 32))
    assert count == sum(seen)


def test_attention_gives_its_scores_and_what_it_makes_of_them():
    assert activations.of_program(program(Attending(), 4, 8)) == 2 * 4 * 4 + 4 * 8
