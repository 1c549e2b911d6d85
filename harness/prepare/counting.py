"""Weights and multiply-accumulate operations, counted without running anything."""

from __future__ import annotations

import copy
import math
from typing import Any

import onnx
import torch
from onnx import shape_inference
from torch.utils.flop_counter import FlopCounterMode


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
    except (RuntimeError, NotImplementedError, TypeError, ValueError):
        return parameters, None


def of_graph(model: onnx.ModelProto) -> tuple[int, int | None]:
    """Return (parameters, MACs for one sample) of an ONNX graph.

    Trees count their nodes and leaf weights as parameters and have no MACs. None where a shape is not known.
    """
    graph = model.graph
    parameters = sum(math.prod(t.dims) for t in graph.initializer if t.data_type in _NUMBERS)
    for node in graph.node:
        if node.op_type.startswith("TreeEnsemble"):
            sizes = {a.name: max(len(a.floats), len(a.ints)) for a in node.attribute}
            parameters += sizes.get("nodes_values", 0) + sizes.get("class_weights", 0)
    if any(node.op_type.startswith("TreeEnsemble") for node in graph.node):
        return parameters, None
    return parameters, _macs(model)


_NUMBERS = frozenset(
    {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
)


def _macs(model: onnx.ModelProto) -> int | None:
    try:
        inferred = shape_inference.infer_shapes(model).graph
    except (RuntimeError, ValueError):
        return None
    shapes = {t.name: list(t.dims) for t in inferred.initializer}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        shapes[value.name] = [side.dim_value or 1 for side in value.type.tensor_type.shape.dim]  # free: the batch
    total = 0
    for node in inferred.node:
        if node.op_type in _COUNTED:
            count = _COUNTED[node.op_type](node, shapes)
            if count is None:
                return None
            total += count
    batch = next((shapes[v.name][0] for v in inferred.input if shapes.get(v.name)), 1)
    return total // max(1, batch)


def _convolution(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int | None:
    out, weight = shapes.get(node.output[0]), shapes.get(node.input[1])
    return math.prod(out) * math.prod(weight[1:]) if out and weight else None


def _product(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int | None:
    out, left = shapes.get(node.output[0]), shapes.get(node.input[0])
    if not out or not left:
        return None
    transposed = any(a.name == "transA" and a.i for a in node.attribute)
    return math.prod(out) * left[0 if transposed else -1]


_COUNTED: dict[str, Any] = {"Conv": _convolution, "MatMul": _product, "Gemm": _product}
