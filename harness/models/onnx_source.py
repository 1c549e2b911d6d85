"""ONNX files of the user's, as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx

from harness.errors import InputError
from harness.interfaces import Bench, Samples, Work
from harness.models.declared import OnnxOptions
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph of the file with the pre-processing that goes with it."""
    wish = OnnxOptions.model_validate(dict(options))
    graph = _read(bench.folder / wish.file)
    shape = input_shape(graph, wish.file)
    preprocess = settle(wish.preprocess or Preprocess(layout="as_is"), shape, bench.data, wish.file)
    return Work("onnx", graph, preprocess, sample_shape(preprocess, shape, bench.data), {})


def _read(path: Path) -> onnx.ModelProto:
    try:
        graph = onnx.load(str(path))
        onnx.checker.check_model(graph)
    except Exception as error:  # protobuf, the checker and external data each have errors of their own
        raise InputError(f"{path} is not a usable ONNX model: {str(error).strip().splitlines()[0][:300]}") from None
    return graph


def input_shape(graph: onnx.ModelProto, name: str) -> tuple[int | None, ...]:
    """Return the shape of the only input, None where a side is free."""
    stored = {tensor.name for tensor in graph.graph.initializer}
    inputs = [value for value in graph.graph.input if value.name not in stored]
    if len(inputs) != 1:
        raise InputError(f"{name} has {len(inputs)} inputs", "one is supported: the batch of samples")
    kind = inputs[0].type.tensor_type
    if kind.elem_type != onnx.TensorProto.FLOAT:
        raise InputError(f"{name} takes {onnx.TensorProto.DataType.Name(kind.elem_type)}", "float32 input is supported")
    return tuple(side.dim_value if side.HasField("dim_value") else None for side in kind.shape.dim)


def settle(wish: Preprocess, shape: tuple[int | None, ...], data: Samples, name: str) -> Preprocess:
    """Return ``wish`` with what is left open (layout, size, channels) read off the shape of the model's input."""
    images = data.shape is None or len(data.shape) == 3
    if not images:
        fields = wish.model_fields_set
        return wish.model_copy(update={} if "scale" in fields else {"scale": 1.0})
    update: dict[str, Any] = {}
    layout = wish.layout
    if len(shape) == 2:
        layout = "flat"
    elif len(shape) == 4 and layout in ("as_is", "flat"):
        layout = "NHWC" if shape[3] in (1, 3) and shape[1] not in (1, 3) else "NCHW"
    elif len(shape) != 4:
        raise InputError(f"{name} takes input of shape {_shown(shape)}; an image batch has 4 sides, a flat one 2")
    update["layout"] = layout
    if layout in ("NCHW", "NHWC"):
        channels = shape[1] if layout == "NCHW" else shape[3]
        height, width = (shape[2], shape[3]) if layout == "NCHW" else (shape[1], shape[2])
        update["channels"] = wish.channels or channels
        if not (wish.size or wish.crop or wish.resize) and height and width and (height, width) != (data.shape or ())[:2]:
            update["size"] = (height, width)
    return wish.model_copy(update=update)


def sample_shape(preprocess: Preprocess, shape: tuple[int | None, ...], data: Samples) -> tuple[int, ...]:
    """Return the shape of one preprocessed sample, as the dataset and the geometry make it."""
    if data.shape is not None and len(data.shape) == 1:
        return data.shape
    if preprocess.crop:
        height = width = preprocess.crop
    elif preprocess.size:
        height, width = preprocess.size
    elif data.shape is not None:
        height, width = data.shape[:2]
    else:
        raise InputError("images of different sizes need preprocess: {size: [height, width]} or {resize: …, crop: …}")
    channels = preprocess.channels or (data.shape[2] if data.shape else 3)
    if preprocess.layout == "flat":
        return (height * width * channels,)
    return (channels, height, width) if preprocess.layout == "NCHW" else (height, width, channels)


def _shown(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if side is None else str(side) for side in shape) + ")"
