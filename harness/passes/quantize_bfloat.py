"""Weights in bfloat16, widened when the file is loaded: half the size, and the runtime's own arithmetic.

Each weight is followed by a ``Cast`` to float32. onnxruntime and openvino both fold it into the weight while they load, so that
a query runs the same kernels as ever: onnxruntime's on a CPU has no convolution in bfloat16 itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.passes.quantize import quantized
from harness.passes.quantize_job import Job, Make


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its weights in bfloat16; inputs and scores stay float32."""
    return quantized(work, options, bench, "onnx.bfloat16", _maker)


def _maker(job: Job) -> Make:
    return lambda _: _narrowed(job.graph)


def _narrowed(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with each tensor of more than one axis in bfloat16, rounded to the nearest, and a node that widens it."""
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    half = helper.tensor_dtype_to_np_dtype(TensorProto.BFLOAT16)
    wide = [tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) > 1]
    if not wide:
        raise JobError("unsupported", "prepare", "this graph has no stored weight")
    for place, tensor in enumerate(wide):
        name, narrow = tensor.name, f"{tensor.name}:bfloat16"
        widen = helper.make_node("Cast", [narrow], [name], name=f"{name}:widen", to=TensorProto.FLOAT)
        model.graph.node.insert(place, widen)
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(half), narrow))
    return model
