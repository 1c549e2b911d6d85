"""The inputs that an ONNX file asks for. Opens no weights but those in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
from onnx import helper


def inputs(path: Path) -> list[dict[str, Any]]:
    """Return each input's name, type and shape; a side that may be of any length has its name there."""
    graph = onnx.load(path, load_external_data=False).graph
    stored = {tensor.name for tensor in graph.initializer}
    return [_told(value) for value in graph.input if value.name not in stored]


def _told(value: onnx.ValueInfoProto) -> dict[str, Any]:
    kind = value.type.tensor_type
    return {
        "name": value.name,
        "dtype": helper.tensor_dtype_to_np_dtype(kind.elem_type).name,
        "shape": [side.dim_value or side.dim_param or None for side in kind.shape.dim],
    }
