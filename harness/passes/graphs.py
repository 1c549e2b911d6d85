"""An ONNX graph, run: what several passes ask of it. The plainest executor that reads all of them is onnxruntime."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
import onnxruntime as ort

from harness.interfaces import Array, Batch
from harness.preprocess import each


def fixed_batch(model: onnx.ModelProto) -> int | None:
    """Return the only batch size that a graph takes; None where it takes any."""
    sides = model.graph.input[0].type.tensor_type.shape.dim
    return int(sides[0].dim_value) or None if sides else None


def fed(model: onnx.ModelProto, batch: Batch) -> dict[str, Array]:
    """Return a batch by the names of the graph's inputs."""
    return dict(zip((value.name for value in model.graph.input), each(batch), strict=True))


def scores(model: onnx.ModelProto, batches: Iterable[Batch]) -> Array:
    """Return the first output for all ``batches``, shape (n, …); raises what onnxruntime raises."""
    settings = ort.SessionOptions()
    settings.log_severity_level = 4
    session = ort.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    output = session.get_outputs()[0].name
    found: Array = np.concatenate([session.run([output], fed(model, batch))[0] for batch in batches])
    return found
