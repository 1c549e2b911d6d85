"""Weights as indices into a codebook per layer (Han, Mao & Dally, Deep Compression, ICLR 2016), small on disk.

A weight becomes constants and a few operators that look it up in them. onnxruntime and openvino both compute these when they
load the graph, since nothing in them depends on the input: a query runs the same kernels as before, on dense floats (seen in
the graphs they made of it). What gets smaller is the file, not the memory of a loaded model nor its latency.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness.errors import JobError
from harness.interfaces import Array, Bench, Work
from harness.passes.cluster_codebook import Clustered, cluster, planes, table
from harness.passes.declared import ClusterOptions

WEIGHTS: Final = {"Conv": (1,), "ConvTranspose": (1,), "Gemm": (0, 1), "MatMul": (0, 1)}
"""Operators with weights, and which of their inputs these may be."""
OVERHEAD: Final = 250
"""Bytes of names and operators that a clustered weight adds to the file, about."""
OPSET: Final = 11
"""The first with every operator that is used, in the form that is used."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its weights clustered where that makes the file smaller."""
    wish = ClusterOptions.model_validate(dict(options))
    opset = next((one.version for one in work.model.opset_import if one.domain in ("", "ai.onnx")), 0)
    if opset < OPSET:
        raise JobError("unsupported", "prepare", f"cluster needs a graph of opset {OPSET} or newer; this one has {opset}")
    bench.say(f"clustering to {wish.bits} bits")
    model = onnx.ModelProto()
    model.CopyFrom(work.model)
    if next(_weights(model.graph), None) is None:
        raise JobError("unsupported", "prepare", "cluster finds no weights of floats in this graph")
    return replace(work, model=model, notes={**work.notes, "cluster": clustered(model, wish.bits)})


def clustered(model: onnx.ModelProto, bits: int) -> dict[str, Any]:
    """Cluster the weights of ``model`` in place; return what to note: layers, bytes of indices and codebooks, the error."""
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in _weights(model.graph)}
    chosen = {name: cluster(value, bits) for name, value in weights.items() if _saves(value, bits)}
    writer = Writer(_free_prefix(model.graph))
    for name, found in chosen.items():
        writer.expand(name, found, weights[name].shape, bits)
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in chosen]
    nodes = [*writer.nodes, *model.graph.node]
    for field, content in ((model.graph.initializer, [*kept, *writer.stored]), (model.graph.node, nodes)):
        copies = [type(one).FromString(one.SerializeToString()) for one in content]
        del field[:]
        field.extend(copies)
    return {
        "bits": bits,
        "clustered": len(chosen),
        "kept_dense": len(weights) - len(chosen),
        "weights": sum(found.indices.size for found in chosen.values()),
        "indices": sum(_bytes(found.indices.size, bits) for found in chosen.values()),
        "codebooks": sum(found.codebook.nbytes for found in chosen.values()),
        "error": float(f"{_error(chosen, weights):.3g}"),
    }


def _free_prefix(graph: onnx.GraphProto) -> str:
    """Return a short beginning that no name in the graph has."""
    names = {name for node in graph.node for name in (*node.input, *node.output)} | {tensor.name for tensor in graph.initializer}
    prefix = "~"
    while any(name.startswith(prefix) for name in names):
        prefix += "~"
    return prefix


def _weights(graph: onnx.GraphProto) -> Iterator[TensorProto]:
    """Yield the tensors of floats with more than one side that are weights of an operator, each once."""
    used = {name for node in graph.node for i, name in enumerate(node.input) if i in WEIGHTS.get(node.op_type, ())}
    for tensor in graph.initializer:
        if tensor.name in used and len(tensor.dims) > 1 and tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16):
            yield tensor


def _bytes(count: int, bits: int) -> int:
    return sum(math.ceil(count * width / 8) for width in (8, 4, 2, 1) if bits & width)


def _saves(weight: Array, bits: int) -> bool:
    """Whether a weight is smaller as indices; also whether it is finite, as what is not has no nearest value."""
    smaller = _bytes(weight.size, bits) + weight.itemsize * 2**bits + OVERHEAD < weight.nbytes
    return smaller and bool(np.isfinite(weight).all())


def _error(chosen: Mapping[str, Clustered], weights: Mapping[str, Array]) -> float:
    """Return the mean over layers of the squared error, relative to the variance of the layer's weights."""
    errors = [
        float(np.mean((weights[name] - found.codebook[found.indices].reshape(weights[name].shape)) ** 2))
        / max(float(np.var(weights[name])), 1e-30)
        for name, found in chosen.items()
    ]
    return float(np.mean(errors)) if errors else 0.0


class Writer:
    """Collects the constants and operators that stand for clustered weights. Their names are short: they add to the file."""

    def __init__(self, prefix: str) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[TensorProto] = []
        self._prefix = prefix
        self._known: set[str] = set()
        self._weights = 0

    def expand(self, name: str, found: Clustered, shape: tuple[int, ...], bits: int) -> None:
        """Write ``found`` so that the result is called ``name`` and has that shape."""
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
        self._node("Gather", name, self._constant(f"{own}c", found.codebook), shaped)

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
