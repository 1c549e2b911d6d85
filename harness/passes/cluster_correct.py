"""Each layer's outputs brought back to the mean and spread they had before its weights were changed, channel by channel.

What is off in one layer adds up in those behind it: the layers are done in order, each with those before it corrected. The means
are Nagel et al., Data-free quantization through weight equalization and bias correction (ICCV 2019), here measured on samples;
mean and spread together are Jordan et al., REPAIR (ICLR 2023). It is to a graph whose batch-norms are folded what measuring
their statistics anew is to a network that still has them: resnet18 with 2 bits was at 10 % on digits and is at 99 % (one trial).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

from harness.interfaces import Array
from harness.passes.graphs import fixed_batch

BATCH: Final = 16
MOST: Final = 8.0
"""A channel is scaled by no more than this either way: one that hardly varies says nothing."""


class Layer(NamedTuple):
    """An operator whose output can be scaled and shifted by its weight and its bias."""

    output: str
    weight: str
    side: int
    """The dimension of the weight that counts the output's channels."""
    bias: str
    channels: int
    """The dimension of the output that does."""


class Spread(NamedTuple):
    """Mean and standard deviation of an output, per channel."""

    mean: Array
    deviation: Array


def correct(model: onnx.ModelProto, changed: Mapping[str, Array], batch: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return factors of the weights, shaped to multiply them, and new biases, both by name.

    ``changed`` are the new values of some weights of ``model``; ``batch`` are inputs for it.
    """
    found = [layer for layer in layers(model) if layer.weight in changed]
    wanted = spreads(model, found, batch)
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    stored = {tensor.name: tensor for tensor in twin.graph.initializer}
    for name, value in changed.items():
        _put(stored[name], value)
    factors, biases = dict[str, Array](), dict[str, Array]()
    for layer in found:
        (got,) = spreads(twin, [layer], batch).values()
        factor, shift = _matching(wanted[layer.output], got)
        bias = numpy_helper.to_array(stored[layer.bias])
        sides = [-1 if side == layer.side else 1 for side in range(changed[layer.weight].ndim)]
        factors[layer.weight] = factor.astype(bias.dtype).reshape(sides)
        biases[layer.bias] = (factor * bias + shift).astype(bias.dtype)
        _put(stored[layer.weight], changed[layer.weight] * factors[layer.weight])
        _put(stored[layer.bias], biases[layer.bias])
    return factors, biases


def _matching(wanted: Spread, got: Spread) -> tuple[Array, Array]:
    """Return the factor and the shift that give ``got`` the mean and deviation of ``wanted``."""
    factor = np.clip(wanted.deviation / np.maximum(got.deviation, 1e-12), 1 / MOST, MOST)
    return factor, wanted.mean - factor * got.mean


def _put(tensor: onnx.TensorProto, value: Array) -> None:
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def layers(model: onnx.ModelProto) -> Iterator[Layer]:
    """Yield what can be corrected, in order: convolutions and matrix products with a weight and a bias of their own."""
    stored = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    uses = Counter(name for node in model.graph.node for name in node.input)
    readers = {name: node for node in model.graph.node for name in node.input if uses[name] == 1}
    for node in model.graph.node:
        layer = _layer(node, readers.get(node.output[0]), stored)
        if (
            layer
            and stored.get(layer.bias) == (stored[layer.weight][layer.side],)
            and uses[layer.bias] == uses[layer.weight] == 1
        ):
            yield layer


def _layer(node: onnx.NodeProto, reader: onnx.NodeProto | None, stored: Mapping[str, Any]) -> Layer | None:
    if len(node.input) < 2 or node.input[1] not in stored:
        return None
    settings = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    if node.op_type == "Conv" and len(node.input) == 3:
        return Layer(node.output[0], node.input[1], 0, node.input[2], 1)
    if node.op_type == "Gemm" and len(node.input) == 3 and settings.get("alpha", 1) == settings.get("beta", 1) == 1:
        return Layer(node.output[0], node.input[1], 0 if settings.get("transB") else 1, node.input[2], -1)
    if node.op_type == "MatMul" and reader is not None and reader.op_type == "Add" and len(stored[node.input[1]]) == 2:
        bias = next((name for name in reader.input if name in stored), "")
        return Layer(reader.output[0], node.input[1], 1, bias, -1)
    return None


def spreads(model: onnx.ModelProto, found: list[Layer], batch: Array) -> dict[str, Spread]:
    """Return mean and deviation of the outputs of layers, over ``batch``, by output."""
    if not found:
        return {}
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    del twin.graph.output[:]
    twin.graph.output.extend(helper.make_empty_tensor_value_info(layer.output) for layer in found)
    settings = ort.SessionOptions()
    settings.log_severity_level = 4
    session = ort.InferenceSession(twin.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    fixed = fixed_batch(model)
    size = fixed or BATCH
    starts = range(0, len(batch) - size + 1, size) if fixed else range(0, len(batch), size)
    sums = {layer.output: Sums() for layer in found}
    for start in starts:  # only sums are kept: the outputs of all layers together take gigabytes
        outputs = session.run(None, {model.graph.input[0].name: batch[start : start + size]})
        for layer, output in zip(found, outputs, strict=True):
            sums[layer.output].add(output, layer.channels)
    return {name: one.spread() for name, one in sums.items()}


class Sums:
    """Number, sum and sum of squares of an output, per channel."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Any = 0.0
        self.second: Any = 0.0

    def add(self, output: Array, channels: int) -> None:
        """Take in another batch, whose dimension ``channels`` counts the channels."""
        flat = np.moveaxis(output, channels, -1).reshape(-1, output.shape[channels]).astype(np.float64)
        self.count += len(flat)
        self.first = self.first + flat.sum(axis=0)
        self.second = self.second + (flat**2).sum(axis=0)

    def spread(self) -> Spread:
        """Return mean and deviation of all that was taken in."""
        mean = self.first / self.count
        return Spread(mean, np.sqrt(np.maximum(self.second / self.count - mean**2, 0)))
