"""The door of the pass: the work that comes in, changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from harness.bench import Bench, Work
from harness_example.declared import RoundOptions


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its stored floats rounded; the notes tell the largest change of one."""
    wish = RoundOptions.model_validate(dict(options))
    model, largest = onnx.ModelProto.FromString(work.model.SerializeToString()), 0.0
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            exact = numpy_helper.to_array(tensor)
            rounded = np.round(exact, wish.decimals)
            largest = max(largest, float(np.abs(rounded - exact).max(initial=0)))
            tensor.CopyFrom(numpy_helper.from_array(rounded, tensor.name))
    return replace(work, model=model, notes={**work.notes, "round": {"largest_change": largest}})
