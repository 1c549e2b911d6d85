"""The float graph that quantizers work on, and what they need to know of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import onnx
from onnx import numpy_helper, version_converter
from onnxruntime.quantization.shape_inference import quant_pre_process

from harness.errors import JobError
from harness.interfaces import Array

LAYERS: Final = ("Conv", "MatMul", "Gemm")
"""Operators with weights that every tool here quantizes."""
OPSET: Final = 13
"""The first with one range per channel."""
UNFOLDED: Final = ("BatchNormalization", "Constant", "Identity")
"""Operators that a graph has which no one optimized. Others are left as they are: onnxruntime takes HardSwish apart, after which
the int8 graph of a mobilenetv3 ran at half the speed in openvino."""
QUANTIZED: Final = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulNBits")


def prepared(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return ``model`` with batch norms folded, shapes known, and a name for each node."""
    narrow = any(tensor.data_type == onnx.TensorProto.BFLOAT16 for tensor in model.graph.initializer)
    if narrow or any(node.op_type in QUANTIZED for node in model.graph.node):
        raise JobError("unsupported", "prepare", "this graph is quantized already")
    if next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), OPSET) < OPSET:
        model = version_converter.convert_version(model, OPSET)
    with tempfile.TemporaryDirectory() as folder:
        plain, ready = Path(folder, "plain.onnx"), Path(folder, "ready.onnx")
        onnx.save(model, plain)
        folded = not any(node.op_type in UNFOLDED for node in model.graph.node)
        quant_pre_process(plain, ready, skip_symbolic_shape=True, skip_optimization=folded)
        model = onnx.load(ready)
    _name(model)
    _flatten_biases(model)
    return model


def _name(model: onnx.ModelProto) -> None:
    """Give each node a name of its own: layers are told apart by it, and not every exporter writes names."""
    taken: set[str] = set()
    for number, node in enumerate(model.graph.node):
        if not node.name or node.name in taken:
            node.name = f"{node.name or node.op_type}_{number}"
        taken.add(node.name)


def _flatten_biases(model: onnx.ModelProto) -> None:
    """Give biases of shape (1, n), as scikit-learn's converter writes them, the shape (n) that quantizers can handle."""
    biases = {node.input[2] for node in model.graph.node if node.op_type == "Gemm" and len(node.input) > 2}
    for tensor in model.graph.initializer:
        if tensor.name in biases and len(tensor.dims) == 2 and tensor.dims[0] == 1:
            del tensor.dims[0]


def weights(model: onnx.ModelProto) -> dict[str, str]:
    """Return the layers, by node name in the order they run, with the name of the weight each has stored."""
    stored = {tensor.name for tensor in model.graph.initializer if len(tensor.dims) > 1}
    return {node.name: node.input[1] for node in model.graph.node if node.op_type in LAYERS and node.input[1] in stored}


def products(model: onnx.ModelProto) -> list[str]:
    """Return the names of the matrix products of two computed tensors, as attention has them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [node.name for node in model.graph.node if node.op_type == "MatMul" and not stored & set(node.input)]


def output_axis(node: onnx.NodeProto) -> int:
    """Return the axis of a layer's weight that counts its output channels: the first, or -1, the last."""
    transposed = any(attribute.name == "transB" and attribute.i for attribute in node.attribute)
    return 0 if node.op_type == "Conv" or transposed else -1


def stored(model: onnx.ModelProto, name: str) -> Array:
    """Return a stored tensor."""
    array: Array = numpy_helper.to_array(next(tensor for tensor in model.graph.initializer if tensor.name == name))
    return array


def forget(model: onnx.ModelProto, name: str) -> None:
    """Remove a stored tensor that nothing uses any more."""
    used = {given for node in model.graph.node for given in node.input}
    if name not in used:
        model.graph.initializer.remove(next(tensor for tensor in model.graph.initializer if tensor.name == name))
