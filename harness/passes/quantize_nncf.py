"""NNCF, OpenVINO's quantizer, on the ONNX graph: static, and small weights alone.

The file stays ONNX: read by OpenVINO, in batches of 8 on a CPU with VNNI, it was 3.3 (resnet18), 2.2 (vit_tiny) and 1.4
(mobilenetv3_small_050) times as fast as float32; the IR that NNCF makes 3.4, 2.3 and 0.7; onnxruntime's graph 3.3, 1.5 and 0.4.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, Final

os.environ.setdefault("NNCF_CI", "1")  # what NNCF has against reporting each call to its makers' analytics

import nncf
import onnx
from nncf.quantization.advanced_parameters import (
    AdvancedCompressionParameters,
    AdvancedQuantizationParameters,
    GroupSizeFallbackMode,
    QuantizationParameters,
)
from nncf.quantization.range_estimator import RangeEstimatorParametersSet
from onnx import helper

from harness.bench import Bench, Work
from harness.passes.graphs import fed
from harness.passes.quantize import quantized
from harness.passes.quantize_graph import LAYERS, products
from harness.passes.quantize_job import Job, Make

RANGES: Final = {"minmax": RangeEstimatorParametersSet.MINMAX, "percentile": RangeEstimatorParametersSet.MEAN_QUANTILE}
"""Percentile: the mean over batches of the 0.01 % and 99.99 % points."""
GROUP: Final = 32


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its layers in 8 bits, or with their weights in 8 or 4."""
    nncf.set_log_level(logging.ERROR)
    return quantized(work, options, bench, "nncf", _maker)


def _maker(job: Job) -> Make:
    make = _weights if job.wish.method == "weight_only" else _static
    return lambda keep: _readable(make(job, _ignored(job, keep)))


def _ignored(job: Job, keep: frozenset[str]) -> nncf.IgnoredScope:
    """Return the layers that stay in float; once there is one, operators without weights, as sums, do so too."""
    others = {node.op_type for node in job.graph.graph.node} - set(LAYERS) if keep else set()
    return nncf.IgnoredScope(names=sorted(keep), types=sorted(others), validate=False)


def _static(job: Job, keep: nncf.IgnoredScope) -> onnx.ModelProto:
    """Return the graph quantized after training; with attention, by the rules NNCF has for transformers (SmoothQuant).

    Activations are unsigned, weights signed (``MIXED``). Biases stay: with NNCF's fast correction, a resnet10t on images of 32
    pixels changed 9 % of its answers, without it 2 %.
    """
    batches = job.samples.batches(job.samples.calibration)
    return nncf.quantize(
        _copy(job.graph),
        nncf.Dataset([fed(job.graph, batch) for batch in batches]),
        subset_size=len(batches),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER if products(job.graph) else None,
        ignored_scope=keep,
        advanced_parameters=AdvancedQuantizationParameters(
            disable_bias_correction=True,
            weights_quantization_params=QuantizationParameters(per_channel=job.wish.per_channel),
            activations_range_estimator_params=RANGES[job.wish.calibration],
        ),
    )


def _weights(job: Job, keep: nncf.IgnoredScope) -> onnx.ModelProto:
    """Return the graph with small weights; of 4 bits, in groups of 32, where a layer's width can be divided so."""
    if job.wish.bits == 8:
        return nncf.compress_weights(_copy(job.graph), ignored_scope=keep)
    return nncf.compress_weights(
        _copy(job.graph),
        mode=nncf.CompressWeightsMode.INT4_SYM,
        group_size=GROUP,
        all_layers=True,
        ignored_scope=keep,
        advanced_parameters=AdvancedCompressionParameters(group_size_fallback_mode=GroupSizeFallbackMode.ADJUST),
    )


def _readable(model: onnx.ModelProto) -> onnx.ModelProto:
    """Give scales per channel one axis, as ONNX has it: NNCF writes (n, 1, 1, 1) where weights alone are small.

    And name the domain of operators that NNCF takes from onnxruntime, without which a graph cannot be checked.
    """
    known = {one.domain for one in model.opset_import}
    model.opset_import.extend(
        helper.make_opsetid(domain, 1) for domain in sorted({node.domain for node in model.graph.node} - known - {"", "ai.onnx"})
    )
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        blocked = any(attribute.name == "block_size" and attribute.i for attribute in node.attribute)
        if node.op_type == "DequantizeLinear" and not blocked:
            for tensor in (stored[name] for name in node.input[1:] if name in stored):
                if len(tensor.dims) > 1 and max(tensor.dims) > 1:
                    tensor.dims[:] = [max(tensor.dims)]
    return model


def _copy(graph: onnx.ModelProto) -> onnx.ModelProto:
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    return model
