"""What graphs are made of: planted layers, zeros and conversions."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from harness.prepare.census import Graph, of_program

WEIGHTS = np.arange(1, 17, dtype=np.float32).reshape(4, 4)


def graph(nodes, **stored):
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()]
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])
    gives = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    made = helper.make_graph(
        [helper.make_node(*node[:3], **(node[3] if len(node) > 3 else {})) for node in nodes], "g", [takes], [gives], tensors
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)])


def census(nodes, **stored):
    return Graph(graph(nodes, **stored)).census()


SCALE, ZERO = np.float32(0.1), np.uint8(0)
QUANTIZED = [
    ("QuantizeLinear", ["x", "s", "z"], ["q"]),
    ("DequantizeLinear", ["q", "s", "z"], ["d"]),
    ("DequantizeLinear", ["w", "s"], ["f"]),
    ("MatMul", ["d", "f"], ["m"]),
]
INT8 = {"w": WEIGHTS.astype(np.int8), "s": SCALE, "z": ZERO}


def test_a_layer_with_quantized_inputs_and_weights_is_int8():
    told = census([*QUANTIZED[:3], ("MatMul", ["d", "f"], ["y"])], **INT8)
    assert told["layers"] == {"int8": 1}
    assert (told["quantize"], told["dequantize"]) == (1, 1)  # that of the weights is done once, when the file is loaded


def test_a_layer_with_quantized_weights_alone_expands_them():
    told = census([("DequantizeLinear", ["w", "s"], ["f"]), ("MatMul", ["x", "f"], ["y"])], w=WEIGHTS.astype(np.int8), s=SCALE)
    assert told["layers"] == {"expanded": 1}
    assert told["operators"] == 1


def test_weights_looked_up_in_a_codebook_are_expanded():
    nodes = [("Gather", ["book", "i"], ["f"], {"axis": 0}), ("MatMul", ["x", "f"], ["y"])]
    told = census(nodes, book=np.float32([1, 2]), i=np.zeros((4, 4), np.uint8).astype(np.int32))
    assert told["layers"] == {"expanded": 1}


def test_transposed_floats_are_still_floats():
    nodes = [("Transpose", ["w"], ["f"], {"perm": [1, 0]}), ("MatMul", ["x", "f"], ["y"])]
    assert census(nodes, w=WEIGHTS)["layers"] == {"float": 1}


def test_a_product_of_two_activations_is_no_layer():
    assert census([("MatMul", ["x", "x"], ["y"])])["layers"] == {}


def test_ranges_found_in_every_query_make_a_layer_dynamic():
    nodes = [("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), ("MatMulInteger", ["q", "w", "z"], ["y"])]
    told = census(nodes, w=WEIGHTS.astype(np.int8))
    assert (told["layers"], told["quantize"]) == ({"dynamic": 1}, 1)


def test_half_floats_and_casts_are_counted():
    nodes = [
        ("Cast", ["x"], ["h"], {"to": TensorProto.FLOAT16}),
        ("MatMul", ["h", "w"], ["m"]),
        ("Cast", ["m"], ["y"], {"to": TensorProto.FLOAT}),
    ]
    told = census(nodes, w=WEIGHTS.astype(np.float16))
    assert (told["layers"], told["casts"], told["half_weights"]) == ({"half": 1}, 2, 1)


def test_float_operators_between_conversions_are_named():
    after = [
        ("HardSwish", ["m"], ["h"]),
        ("QuantizeLinear", ["h", "s", "z"], ["q2"]),
        ("DequantizeLinear", ["q2", "s", "z"], ["d2"]),
    ]
    told = census([*QUANTIZED, ("QuantizeLinear", ["m", "s", "z"], ["q1"]), ("DequantizeLinear", ["q1", "s", "z"], ["d1"]),
                   ("HardSwish", ["d1"], ["h"]), *after[1:], ("Relu", ["d2"], ["y"])], **INT8)  # fmt: skip
    assert told["between"] == {"HardSwish": 1}


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75])
def test_the_share_of_zeros_is_that_which_was_planted(share):
    weights = WEIGHTS.copy()
    weights.ravel()[: int(share * weights.size)] = 0
    assert census([("MatMul", ["x", "w"], ["y"])], w=weights)["zeros"] == share


def test_zeros_of_quantized_weights_are_at_their_zero_point():
    weights = np.full((4, 4), 3, np.uint8)
    weights[0] = 128
    nodes = [("DequantizeLinear", ["w", "s", "z"], ["f"]), ("MatMul", ["x", "f"], ["y"])]
    assert census(nodes, w=weights, s=SCALE, z=np.uint8(128))["zeros"] == 0.25


def test_weights_in_a_constant_are_weights_too():
    constant = ("Constant", [], ["w"], {"value": numpy_helper.from_array(np.float32(np.eye(4)))})
    told = census([constant, ("MatMul", ["x", "w"], ["y"])])
    assert (told["layers"], told["zeros"], told["operators"]) == ({"float": 1}, 0.75, 1)


def test_bytes_are_those_stored_and_those_written_for_one_sample():
    told = census([("MatMul", ["x", "w"], ["m"]), ("Relu", ["m"], ["y"])], w=WEIGHTS)
    assert told["bytes"]["written"] == 2 * 4 * 4
    assert told["bytes"]["stored"] >= WEIGHTS.nbytes


def test_a_graph_without_layers_has_a_census_too():
    told = census([("Relu", ["x"], ["y"])])
    assert (told["layers"], told["operators"]) == ({}, 1)
    assert "zeros" not in told


def test_a_program_tells_its_layers_zeros_and_types():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 4)).eval()
    with torch.no_grad():
        model[3].weight.zero_()
    told = of_program(torch.export.export(model, (torch.zeros(1, 1, 4, 4),)))
    assert told["layers"] == {"float": 2}
    assert told["zeros"] == pytest.approx(32 / (18 + 32), abs=1e-3)
    assert told["numbers"] == {"float32": 18 + 2 + 32 + 4}
    assert (told["quantize"], told["dequantize"]) == (0, 0)


def test_a_census_leaves_the_graph_as_it_was():
    model = graph([("MatMul", ["x", "w"], ["y"])], w=WEIGHTS)
    before = model.SerializeToString()
    Graph(model).census()
    assert model.SerializeToString() == before
    assert onnx.load_from_string(before) == model
