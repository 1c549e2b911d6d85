"""onnxruntime's quantizer: static, dynamic, and small weights alone.

Activations are unsigned and weights signed: on a CPU with AMX the graph ran 2.6 times as fast as float32 that way, and no
faster with both signed (resnet18). Where a graph has attention, only layers with weights are quantized: with all operators, or
with the products of queries, keys and values, scores of a ViT had a cosine of 0.90 and 0.98 to the float ones; without, 0.999.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QDQQuantizer,
    QuantType,
    create_calibrator,
    quantize_dynamic,
)
from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry

from harness.bench import Bench, Work
from harness.interfaces import Array
from harness.passes.graphs import fed
from harness.passes.quantize import quantized
from harness.passes.quantize_graph import LAYERS, products
from harness.passes.quantize_job import Job, Make
from harness.passes.quantize_weights import weights_alone

METHODS: Final[Mapping[str, tuple[CalibrationMethod, Mapping[str, Any]]]] = {
    "minmax": (CalibrationMethod.MinMax, {}),
    "entropy": (CalibrationMethod.Entropy, {"num_bins": 512}),
    "percentile": (CalibrationMethod.Percentile, {"symmetric": False, "percentile": 99.98}),
}
"""How ranges are found. Entropy (Migacz 2017) tries thresholds between 128 bins and all: of the library's own 128 there is just
one, so that it equals minmax. Percentile cuts 0.01 % at each end; the library's own cuts both alike, around zero."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph with its layers in 8 bits, or with their weights in 8 or 4."""
    return quantized(work, options, bench, "onnxruntime", _maker)


def _maker(job: Job) -> Make:
    if job.wish.method == "dynamic":
        return lambda keep: _dynamic(job, keep)
    if job.wish.method == "weight_only":
        return lambda keep: weights_alone(job.graph, job.wish.bits, keep)
    ranges = _ranges(job)
    return lambda keep: _static(job, ranges, keep)


class Reader(CalibrationDataReader):  # type: ignore[misc]
    """Calibration batches, in order, once."""

    def __init__(self, batches: Iterable[dict[str, Array]]) -> None:
        self.left = iter(batches)

    def get_next(self) -> dict[str, Array] | None:
        """Return the next batch, or None at the end."""
        return next(self.left, None)


def _ranges(job: Job) -> Any:
    """Return the range of each tensor on the calibration samples: found once, used however many layers stay in float."""
    method, settings = METHODS[job.wish.calibration]
    types = list(LAYERS) if products(job.graph) else None
    with tempfile.TemporaryDirectory() as folder:
        plain, augmented = Path(folder, "plain.onnx"), Path(folder, "augmented.onnx")
        onnx.save(job.graph, plain)
        calibrator = create_calibrator(plain, types, str(augmented), method, extra_options=settings)
        calibrator.collect_data(Reader(fed(job.graph, batch) for batch in job.samples.batches(job.samples.calibration)))
        return calibrator.compute_data()


def _static(job: Job, ranges: Any, keep: frozenset[str]) -> onnx.ModelProto:
    """Return the graph with a pair of quantizing nodes around each operator; once a layer stays in float, around layers only."""
    attention = products(job.graph)
    few = bool(attention or keep)
    quantizer = QDQQuantizer(
        _copy(job.graph),
        job.wish.per_channel,
        False,  # 7 bits for a CPU without VNNI
        QuantType.QInt8,
        QuantType.QUInt8,
        ranges,
        [],
        [*keep, *attention],
        list(LAYERS) if few else sorted({*QLinearOpsRegistry, *QDQRegistry}),
        {},
    )
    quantizer.quantize_model()
    return quantizer.model.model


def _dynamic(job: Job, keep: frozenset[str]) -> onnx.ModelProto:
    """Return the graph with its matrix products in 8 bits: convolutions ranged at run time were 5 to 11 times slower."""
    plain = _copy(job.graph)
    del plain.graph.value_info[:]  # shapes that the exporter wrote make the quantizer refuse some graphs
    with tempfile.TemporaryDirectory() as folder:
        ready, done = Path(folder, "ready.onnx"), Path(folder, "done.onnx")
        onnx.save(plain, ready)
        quantize_dynamic(
            ready,
            done,
            per_channel=job.wish.per_channel,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=sorted(keep),
        )
        return onnx.load(done)


def _copy(graph: onnx.ModelProto) -> onnx.ModelProto:
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    return model
