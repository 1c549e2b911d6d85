"""Weights and multiply-accumulate operations, counted without running anything."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Final

import onnx
import torch
from onnx import shape_inference
from torch.utils.flop_counter import FlopCounterMode

Shapes = dict[str, tuple[int, ...]]


def of_module(model: torch.nn.Module, sample_shape: tuple[int, ...]) -> tuple[int, int | None]:
    """Return (parameters, MACs for one sample) of a torch module.

    Counted on the meta device: fused attention hides from the counter on a CPU. None where the counter fails.
    """
    parameters = sum(p.numel() for p in model.parameters())
    try:
        twin = copy.deepcopy(model).to("meta").eval()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            twin(torch.empty(1, *sample_shape, device="meta"))
        return parameters, counter.get_total_flops() // 2
    except Exception:  # a user's module may do anything; that it cannot be counted is no failure
        return parameters, None


def of_graph(model: onnx.ModelProto) -> tuple[int, int | None]:
    """Return (parameters, MACs for one sample) of an ONNX graph.

    Every stored number is a parameter, batch-norm statistics too, and so are the nodes and leaf weights of trees,
    which have no MACs. None where a shape is not known.
    """
    parameters = sum(math.prod(t.dims) for t in _tensors(model.graph) if t.data_type in _NUMBERS)
    for node in model.graph.node:
        sizes = {a.name: max(len(a.floats), len(a.ints)) for a in node.attribute}
        parameters += sum(sizes.get(name, 0) for name in _STORED.get(node.op_type, ()))
    if any(node.op_type.startswith("TreeEnsemble") for node in model.graph.node):
        return parameters, None
    return parameters, _macs(model)


_NUMBERS = frozenset(
    {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
)
_STORED = {
    "TreeEnsembleClassifier": ("nodes_values", "class_weights"),
    "TreeEnsembleRegressor": ("nodes_values", "target_weights"),
    "LinearClassifier": ("coefficients", "intercepts"),
    "LinearRegressor": ("coefficients", "intercepts"),
}
"""Operators of ai.onnx.ml that keep their weights in attributes."""


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    constants = (a.t for node in graph.node if node.op_type == "Constant" for a in node.attribute if a.name == "value")
    yield from (tensor for tensor in constants if math.prod(tensor.dims) > 1)  # one number is a setting, not a weight


def _macs(model: onnx.ModelProto) -> int | None:
    known = shapes(model)
    batch = next(iter(known.get(model.graph.input[0].name, ())), 1)
    total = 0
    for node in model.graph.node:
        if node.op_type in _COUNTED:
            try:
                total += _COUNTED[node.op_type](node, known)
            except (KeyError, IndexError):
                return None
    return total // max(1, batch)


def shapes(model: onnx.ModelProto) -> Shapes:
    """Return the shapes that are wholly known when one sample is asked about."""
    single = onnx.ModelProto()
    single.CopyFrom(model)
    del single.graph.value_info[:]  # written for any batch
    _sort(single.graph)
    for value in single.graph.input:
        side = value.type.tensor_type.shape.dim
        if side and not side[0].dim_value:
            side[0].dim_value = 1
    for value in single.graph.output:
        value.type.tensor_type.ClearField("shape")
    try:
        inferred = shape_inference.infer_shapes(single, data_prop=True).graph
    except (RuntimeError, ValueError, shape_inference.InferenceError):
        return {}
    known = {t.name: tuple(t.dims) for t in inferred.initializer}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        kind = value.type.tensor_type
        if kind.HasField("shape") and all(s.HasField("dim_value") for s in kind.shape.dim):
            known[value.name] = tuple(s.dim_value for s in kind.shape.dim)
    return known


def _sort(graph: onnx.GraphProto) -> None:
    """Put what makes a tensor before what takes it: onnxruntime's quantizer adds its operators at the end."""
    nodes = list(graph.node)
    maker = {name: number for number, node in enumerate(nodes) for name in node.output if name}
    order: dict[int, None] = {}
    waiting = list(reversed(range(len(nodes))))
    while waiting:
        number = waiting[-1]
        before = [maker[name] for name in nodes[number].input if name in maker and maker[name] not in order]
        if before and number not in order:
            waiting += before
        else:
            order.setdefault(waiting.pop())
    copies = [onnx.NodeProto.FromString(nodes[number].SerializeToString()) for number in order]
    del graph.node[:]
    graph.node.extend(copies)


def _convolution(weight: int) -> Callable[[onnx.NodeProto, Shapes], int]:
    return lambda node, shapes: math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[weight]][1:])


def _transposed(node: onnx.NodeProto, shapes: Shapes) -> int:
    return math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:])


def _product(node: onnx.NodeProto, shapes: Shapes) -> int:
    flipped = any(a.name == "transA" and a.i for a in node.attribute)
    return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][0 if flipped else -1]


def _linear(node: onnx.NodeProto, shapes: Shapes) -> int:
    return math.prod(shapes[node.input[0]][:-1]) * sum(len(a.floats) for a in node.attribute if a.name == "coefficients")


_COUNTED: dict[str, Callable[[onnx.NodeProto, Shapes], int]] = {
    "Conv": _convolution(1),
    "ConvInteger": _convolution(1),
    "QLinearConv": _convolution(3),
    "ConvTranspose": _transposed,
    "MatMul": _product,
    "MatMulInteger": _product,
    "QLinearMatMul": _product,
    "Gemm": _product,
    "LinearClassifier": _linear,
    "LinearRegressor": _linear,
}
PRODUCTS: Final = frozenset(_COUNTED)
"""Operators that multiply and add up: convolutions and matrix products."""
