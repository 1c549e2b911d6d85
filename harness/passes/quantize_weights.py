"""Small weights, float arithmetic: what onnxruntime reads fastest, by layer.

Matrix products become ``MatMulNBits`` (onnxruntime's quantizer: blocks of 32 along the inputs, symmetric); convolutions,
for which there is no such operator, keep 8 bits per output channel and are widened when the graph runs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from harness.errors import JobError
from harness.passes.quantize_graph import forget, stored, weights

BLOCK: Final = 32
ACCURACY_LEVEL: Final = 4
"""Let onnxruntime round activations to 8 bits inside the product: its fastest kernels."""


def weights_alone(graph: onnx.ModelProto, bits: int, keep: frozenset[str]) -> onnx.ModelProto:
    """Return the graph with its weights in ``bits`` bits, but for the layers in ``keep``."""
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    layers = {name: weight for name, weight in weights(model).items() if name not in keep}
    if not layers:
        raise JobError("unsupported", "prepare", "this graph has no layer with a stored weight")
    for node in [node for node in model.graph.node if node.name in layers and node.op_type == "Gemm"]:
        _as_product(model, node)
    quantizer = MatMulNBitsQuantizer(
        model, bits=bits, block_size=BLOCK, is_symmetric=True, accuracy_level=ACCURACY_LEVEL, nodes_to_exclude=sorted(keep)
    )
    quantizer.process()
    done = quantizer.model.model
    for node in [node for node in done.graph.node if node.name in layers and node.op_type == "Conv"]:
        _narrow(done, node)
    return done


def _as_product(model: onnx.ModelProto, node: onnx.NodeProto) -> None:
    """Turn a plain ``Gemm`` into a product and a sum; one with factors of its own stays as it is."""
    about = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    if about.get("alpha", 1.0) != 1.0 or about.get("beta", 1.0) != 1.0 or about.get("transA", 0):
        return
    weight, name, result = stored(model, node.input[1]), f"{node.name}:weight", node.output[0]
    old, bias = node.input[1], list(node.input[2:])
    plain = np.ascontiguousarray(weight.T) if about.get("transB", 0) else weight
    model.graph.initializer.append(numpy_helper.from_array(plain, name))
    between = f"{node.name}:product" if bias else result
    place = next(i for i, one in enumerate(model.graph.node) if one.name == node.name)
    if bias:
        model.graph.node.insert(place + 1, helper.make_node("Add", [between, *bias], [result], name=f"{node.name}:sum"))
    node.CopyFrom(helper.make_node("MatMul", [node.input[0], name], [between], name=node.name))
    forget(model, old)


def _narrow(model: onnx.ModelProto, node: onnx.NodeProto) -> None:
    """Store a convolution's weight in 8 bits per output channel, widened by a node before it."""
    old = node.input[1]
    weight = stored(model, old)
    scale = np.maximum(np.abs(weight).max(axis=tuple(range(1, weight.ndim)), keepdims=True), 1e-12) / 127
    narrow = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
    bytes_, scales, wide = (f"{node.name}:{what}" for what in ("bytes", "scales", "wide"))
    values = {bytes_: narrow, scales: scale.astype(np.float32).ravel()}
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in values.items())
    place = next(i for i, one in enumerate(model.graph.node) if one.name == node.name)
    node.input[1] = wide
    widen = helper.make_node("DequantizeLinear", [bytes_, scales], [wide], name=f"{node.name}:widen", axis=0)
    model.graph.node.insert(place, widen)
    forget(model, old)
