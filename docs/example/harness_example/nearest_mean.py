"""The door of the model source: a model on the bench, here as an ONNX graph from samples to scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper, parser

from harness.bench import Bench, Work
from harness.errors import InputError
from harness.interfaces import Array
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the model: of -|x - m|² for each mean m, what differs between classes is 2xm - |m|²."""
    if bench.data.task != "classification" or bench.data.inputs:
        raise InputError("nearest_mean is for images or rows, of classes", "name another model")
    images = bench.data.shape is None or len(bench.data.shape) == 3
    preprocess = Preprocess(layout="flat", scale=1 / 255 if images else 1.0)
    inputs, labels = bench.inputs(preprocess, "train", None)
    means = np.stack([inputs[labels == label].mean(axis=0) for label in range(len(bench.data.classes))])
    graph = _linear(2 * means.T, -(means**2).sum(axis=1))
    return Work("onnx", graph, preprocess, inputs.shape[1:], notes={"samples": len(labels)})


def _linear(weights: Array, offsets: Array) -> onnx.ModelProto:
    columns, classes = weights.shape
    model = parser.parse_model(
        f"""<ir_version: 10, opset_import: ["": 17]>
        nearest_mean (float[batch, {columns}] samples) => (float[batch, {classes}] scores) {{
            scores = Gemm(samples, weights, offsets)
        }}"""
    )
    for name, array in (("weights", weights), ("offsets", offsets)):
        model.graph.initializer.append(numpy_helper.from_array(array.astype(np.float32), name))
    return model
