"""Clustered weights in an ONNX graph: constants, and a few operators that look the weights up in them.

Every number of bits takes the same operators (Cast, Gather, Reshape, and Mul, Add and Slice where need be), which every
runtime has had for long: tensors of 4-bit integers are younger, and there are none of three bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness.interfaces import Array
from harness.passes.cluster_codebook import Clustered, planes, table


def rewritten(
    model: onnx.ModelProto,
    chosen: Mapping[str, Clustered],
    factors: Mapping[str, Array],
    biases: Mapping[str, Array],
    bits: int,
) -> onnx.ModelProto:
    """Return ``model`` with its ``chosen`` weights as indices, times their factors, and with those biases."""
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    writer = Writer(_free_prefix(model.graph))
    for tensor in model.graph.initializer:
        if tensor.name in chosen:
            writer.expand(tensor.name, chosen[tensor.name], tuple(tensor.dims), bits, factors.get(tensor.name))
    del twin.graph.initializer[:], twin.graph.node[:]
    for tensor in model.graph.initializer:
        if tensor.name not in chosen:
            changed = tensor.name in biases
            twin.graph.initializer.append(numpy_helper.from_array(biases[tensor.name], tensor.name) if changed else tensor)
    twin.graph.initializer.extend(writer.stored)
    twin.graph.node.extend([*writer.nodes, *model.graph.node])
    return twin


def _free_prefix(graph: onnx.GraphProto) -> str:
    """Return a short beginning that no name in the graph has."""
    names = {name for node in graph.node for name in (*node.input, *node.output)} | {tensor.name for tensor in graph.initializer}
    prefix = "~"
    while any(name.startswith(prefix) for name in names):
        prefix += "~"
    return prefix


class Writer:
    """Collects the constants and operators that stand for clustered weights. Their names are short: they add to the file."""

    def __init__(self, prefix: str) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[TensorProto] = []
        self._prefix = prefix
        self._known: set[str] = set()
        self._weights = 0

    def expand(self, name: str, found: Clustered, shape: tuple[int, ...], bits: int, factor: Array | None) -> None:
        """Write ``found`` so that the result is called ``name`` and has that shape; times ``factor``, if there is one."""
        self._weights += 1
        own = f"{self._prefix}{self._weights}"
        held = planes(found.indices, bits)
        indices = ""
        for width, packed in held:
            plane = self._plane(f"{own}.{width}", width, packed)
            if len(held) > 1 or found.indices.size % (8 // width):
                plane = self._cut(f"{own}.{width}", plane, found.indices.size)
            indices = self._joined(indices, plane, width) if indices else plane
        shaped = self._node("Reshape", f"{own}r", indices, self._constant(f"{own}s", np.array(shape, np.int64)))
        codebook = self._constant(f"{own}c", found.codebook)
        values = self._node("Gather", name if factor is None else f"{own}v", codebook, shaped)
        if factor is not None:
            self._node("Mul", name, values, self._constant(f"{own}k", factor))

    def _plane(self, own: str, width: int, packed: Array) -> str:
        """Write a plane of bits; return the name of what its bytes hold, a row for each, int32."""
        whole = self._node("Cast", f"{own}b", self._constant(f"{own}p", packed), to=TensorProto.INT32)
        return whole if width == 8 else self._node("Gather", f"{own}u", self._table(width), whole)

    def _cut(self, own: str, rows: str, count: int) -> str:
        """Write that the first ``count`` values of ``rows`` count; return the name of these, flat."""
        flat = self._node("Reshape", f"{own}f", rows, self._once("f", np.array([-1], np.int64)))
        ends = [self._once("z", np.array([0], np.int64)), self._constant(f"{own}n", np.array([count], np.int64))]
        return self._node("Slice", f"{own}l", flat, *ends)

    def _table(self, width: int) -> str:
        name = f"{self._prefix}i{width}"
        if name not in self._known:
            self._known.add(name)
            self._node("Cast", name, self._once(f"t{width}", table(width)), to=TensorProto.INT32)
        return name

    def _joined(self, high: str, low: str, width: int) -> str:
        shifted = self._node("Mul", f"{low}m", high, self._once(f"x{width}", np.array(1 << width, np.int32)))
        return self._node("Add", f"{low}a", shifted, low)

    def _node(self, kind: str, output: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Array) -> str:
        self.stored.append(numpy_helper.from_array(value, name))
        return name

    def _once(self, name: str, value: Array) -> str:
        whole = self._prefix + name
        if whole not in self._known:
            self._known.add(whole)
            self._constant(whole, value)
        return whole
