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
from onnx import TensorProto, numpy_helper

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.interfaces import Array
from harness.passes.cluster_codebook import cluster
from harness.passes.cluster_correct import correct
from harness.passes.cluster_graph import rewritten
from harness.passes.declared import ClusterOptions
from harness.passes.graphs import fixed_batch

WEIGHTS: Final = {"Conv": (1,), "ConvTranspose": (1,), "Gemm": (0, 1), "MatMul": (0, 1)}
"""Operators with weights, and which of their inputs these may be."""
OVERHEAD: Final = 250
"""Bytes of names and operators that a clustered weight adds to the file, about."""
OPSET: Final = 11
"""The first with every operator that is used, in the form that is used."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its weights clustered where that makes the file smaller."""
    wish = ClusterOptions.model_validate(dict(options))
    _refuse(work.model)
    bench.say(f"clustering to {wish.bits} bits")
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in weights_of(work.model.graph)}
    chosen = {name: cluster(value, wish.bits) for name, value in weights.items() if _saves(value, wish.bits)}
    dense = {name: found.codebook[found.indices].reshape(weights[name].shape) for name, found in chosen.items()}
    error = _error(dense, weights)
    factors, biases = dict[str, Array](), dict[str, Array]()
    if wish.correct and error:
        bench.say("correcting the layers' outputs")
        factors, biases = correct(work.model, dense, _inputs(work, bench, wish.calibration_samples))
    notes = {
        "bits": wish.bits,
        "clustered": len(chosen),
        "kept_dense": len(weights) - len(chosen),
        "corrected": len(biases),
        "weights": sum(value.size for value in dense.values()),
        "indices": sum(_bytes(value.size, wish.bits) for value in dense.values()),
        "codebooks": sum(found.codebook.nbytes for found in chosen.values()),
        "factors": sum(value.nbytes for value in factors.values()),
        "error": float(f"{error:.3g}"),
    }
    return replace(
        work,
        model=rewritten(work.model, chosen, factors, biases, wish.bits),
        notes={**work.notes, "cluster": notes},
    )


def _refuse(model: onnx.ModelProto) -> None:
    opset = next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), 0)
    if opset < OPSET:
        raise JobError("unsupported", "prepare", f"cluster needs a graph of opset {OPSET} or newer; this one has {opset}")
    if next(weights_of(model.graph), None) is None:
        raise JobError("unsupported", "prepare", "cluster finds no weights of floats in this graph")


def _inputs(work: Work, bench: Bench, count: int) -> Array:
    """Return training samples; more often than once, where a graph takes batches of more than there are."""
    inputs, _ = bench.inputs(work.preprocess, "train", count)
    return np.resize(inputs, (max(len(inputs), fixed_batch(work.model) or 0), *inputs.shape[1:]))


def weights_of(graph: onnx.GraphProto) -> Iterator[TensorProto]:
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


def _error(dense: Mapping[str, Array], weights: Mapping[str, Array]) -> float:
    """Return the mean over layers of the squared error, relative to the variance of the layer's weights."""
    parts = [
        float(np.mean((weights[name] - value) ** 2) / max(float(np.var(weights[name])), 1e-30)) for name, value in dense.items()
    ]
    return float(np.mean(parts)) if parts else 0.0
