"""ONNX files of the user's, as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from onnx.utils import Extractor

from harness.bench import Bench, Samples, Work
from harness.errors import InputError, JobError
from harness.interfaces import Batch
from harness.models import onnx_file
from harness.models.declared import OnnxOptions
from harness.preprocess import each, taken
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph of the file with the pre-processing that goes with it, tried on a few samples."""
    wish = OnnxOptions.model_validate(dict(options))
    model = onnx_file.read(bench.folder / wish.file)
    leave_inputs(model, wish.file, bench.data.inputs)
    sample: tuple[int, ...] = ()
    if bench.data.inputs:
        preprocess, fixed = _records(model, wish, bench.data), fixed_batch(model)
    else:
        shape = input_shape(model, wish.file)
        preprocess = settle(wish.preprocess or Preprocess(), shape, bench.data, wish.file)
        sample, fixed = sample_shape(preprocess, shape, bench.data), shape[0]
        _require_fit(shape, sample, wish.file)
    model = scores_only(model, wish.file)
    samples, _ = bench.inputs(preprocess, "test", fixed or 2)
    count = len(each(samples)[0])
    _try(model, taken(samples, np.arange(fixed or count) % count), bench.data, wish.file)
    return Work("onnx", model, preprocess, sample, {})


def fixed_batch(model: onnx.ModelProto) -> int | None:
    """Return the only batch size that a graph takes; None where it takes any."""
    sides = model.graph.input[0].type.tensor_type.shape.dim
    return int(sides[0].dim_value) or None if sides else None


def _records(model: onnx.ModelProto, wish: OnnxOptions, data: Samples) -> Preprocess:
    """Return how records become the inputs of the graph: by their names, of the types that it wants."""
    if wish.preprocess:
        raise InputError(f"{wish.file} takes {', '.join(data.inputs)} as they are", "leave out preprocess")
    example, types = data.test.samples, dict[str, str]()
    for value in model.graph.input:
        kind = value.type.tensor_type
        shape = tuple(side.dim_value if side.dim_value > 0 else None for side in kind.shape.dim)
        have = (None, *example.dtype[value.name].shape)
        if len(shape) != len(have) or any(want not in (None, side) for want, side in zip(shape[1:], have[1:], strict=True)):
            raise InputError(f"{wish.file} takes {value.name} of shape {_shown(shape)}, the dataset has {_shown(have)}")
        types[value.name] = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type).name
    return Preprocess(layout="as_is", scale=1.0, inputs=types)


def leave_inputs(model: onnx.ModelProto, name: str, given: tuple[str, ...] = ()) -> None:
    """Take the weights out of the inputs, where old files list them; raises InputError unless what is left is ``given``.

    With nothing given by name, one input must be left: the batch of samples.
    """
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in stored]
    told = ", ".join(value.name for value in inputs)
    if not given and len(inputs) != 1:
        hint = f"one is the batch of samples; for several, an npz dataset with inputs: [{told}]"
        raise InputError(f"{name} has {len(inputs)} inputs ({told})", hint)
    if given and not {value.name for value in inputs} <= set(given):
        raise InputError(f"{name} has the inputs {told}; the dataset gives {', '.join(given)}", "name its arrays alike")
    if len(inputs) < len(model.graph.input):
        keep = [onnx.ValueInfoProto.FromString(value.SerializeToString()) for value in inputs]
        del model.graph.input[:]
        model.graph.input.extend(keep)


def scores_only(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """Return ``model`` with its scores as the only output.

    They are the first output of floats in rows: scikit-learn's converter writes the labels before them.
    """
    scores = next((value for value in model.graph.output if _may_be_scores(value)), None)
    if scores is None:
        told = ", ".join(value.name for value in model.graph.output)
        hint = "from scikit-learn, export with options={'zipmap': False}"
        raise InputError(f"{name} has no output of float scores, (samples, classes), among {told}", hint)
    if len(model.graph.output) > 1:
        return Extractor(model).extract_model([value.name for value in model.graph.input], [scores.name])
    return model


def _may_be_scores(value: onnx.ValueInfoProto) -> bool:
    if value.type.WhichOneof("value") != "tensor_type":
        return False
    kind = value.type.tensor_type
    return kind.elem_type == onnx.TensorProto.FLOAT and (not kind.HasField("shape") or len(kind.shape.dim) in (0, 2))


def input_shape(model: onnx.ModelProto, name: str) -> tuple[int | None, ...]:
    """Return the shape of the only input, None where a side is free."""
    kind = model.graph.input[0].type.tensor_type
    if kind.elem_type != onnx.TensorProto.FLOAT:
        raise InputError(f"{name} takes {onnx.TensorProto.DataType.Name(kind.elem_type)}", "float32 input is supported")
    return tuple(side.dim_value if side.HasField("dim_value") and side.dim_value > 0 else None for side in kind.shape.dim)


def _require_fit(shape: tuple[int | None, ...], sample: tuple[int, ...], name: str) -> None:
    fits = len(shape) == 1 + len(sample) and all(side in (None, have) for side, have in zip(shape[1:], sample, strict=True))
    if not fits:
        raise InputError(
            f"{name} takes input of shape {_shown(shape)}, samples have {_shown((None, *sample))} after pre-processing",
            "give preprocess: {size, crop, channels, layout} that makes them fit",
        )


def _try(model: onnx.ModelProto, samples: Batch, data: Samples, name: str) -> None:
    """Raise JobError where the graph answers with something else than finite scores for each class."""
    try:
        session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    except Exception:  # another runtime may have what this one lacks, and this one says so again when it is measured
        return
    names = [value.name for value in model.graph.input]
    scores = np.asarray(session.run(None, dict(zip(names, each(samples), strict=True)))[0])
    wrong = data.misfit(scores.shape, len(each(samples)[0]))
    if wrong:
        raise JobError("wrong_output", "prepare", f"{name} {wrong}")
    if not np.isfinite(scores).all():
        raise JobError("nan_output", "prepare", f"{name} gives scores that are not finite; is the pre-processing right?")


def settle(wish: Preprocess, shape: tuple[int | None, ...], data: Samples, name: str) -> Preprocess:
    """Return ``wish`` with what is left open (layout, size, channels) read off the shape of the model's input."""
    images = data.shape is None or len(data.shape) == 3
    if not images:
        fields = wish.model_fields_set
        return wish.model_copy(update={} if "scale" in fields else {"scale": 1.0})
    unsaid = "layout" not in wish.model_fields_set or wish.layout in ("as_is", "flat")
    update: dict[str, Any] = {}
    if len(shape) == 2:
        update["layout"] = "flat"
    elif len(shape) == 4:
        last = shape[3] in (1, 3) and shape[1] not in (1, 3)
        layout = update["layout"] = wish.layout if wish.layout == "NHWC" else "NHWC" if last and unsaid else "NCHW"
        channels, height, width = shape[1:] if layout == "NCHW" else (shape[3], *shape[1:3])
        update["channels"] = wish.channels or channels
        if not (wish.size or wish.crop or wish.resize) and height and width and (height, width) != (data.shape or ())[:2]:
            update["size"] = (height, width)
    else:
        raise InputError(f"{name} takes input of shape {_shown(shape)}; an image batch has 4 sides, a flat one 2")
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
