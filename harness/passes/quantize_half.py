"""Half precision: weights and arithmetic in 16 bits, by onnxruntime's converter; inputs and scores stay float32.

On a CPU it halves the file and changes the speed little (0.8 to 1.04 times float32); it is written for GPUs.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16

from harness.bench import Bench, Work
from harness.passes.quantize import quantized
from harness.passes.quantize_job import Job, Make


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph in half precision; weights beyond its range become its greatest number."""
    return quantized(work, options, bench, "onnxruntime.float16", _maker)


def _maker(job: Job) -> Make:
    def make(keep: frozenset[str]) -> onnx.ModelProto:
        model = onnx.ModelProto()
        model.CopyFrom(job.graph)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one for each weight too small for 16 bits
            return convert_float_to_float16(model, keep_io_types=True, node_block_list=sorted(keep))

    return make
