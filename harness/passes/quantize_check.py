"""How near a quantized graph is to the float one, on training samples that set no ranges. Never sees the test split.

Both graphs are run by onnxruntime: the plainest executor that reads all of them, whatever runtime they are made for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx

from harness.errors import JobError
from harness.interfaces import Array
from harness.passes import graphs
from harness.passes.quantize_job import Samples

WRONG: Final = 0.5
"""A graph is wrong when its answers agree in less than this share of the samples, and its scores have less than this cosine.
Both: scores near a tie answer otherwise after any rounding, and the worst int4 network seen here had a cosine of 0.97."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """What a graph kept of another's scores: shares of the samples, and the mean cosine of centred scores."""

    agreement: float
    cosine: float
    drop: float
    """Accuracy lost; negative where it rose."""
    classes: bool = True
    """Whether scores are of classes; of others, the cosine alone means something."""

    def notes(self) -> dict[str, float]:
        """Return it as notes, rounded."""
        answers = {"agreement": round(self.agreement, 4), "drop": round(self.drop, 4)} if self.classes else {}
        return {**answers, "cosine": round(self.cosine, 5)}


def scores(model: onnx.ModelProto, samples: Samples) -> Array:
    """Return the scores of the held-out samples, shape (n, classes)."""
    found: Array = graphs.scores(model, samples.batches(samples.held)).astype(np.float64)[: len(samples.labels)]
    return found.reshape(len(found), -1)


def nearness(exact: Array, rough: Array, labels: Array) -> Nearness:
    """Return how near the scores ``rough`` are to ``exact``; ``labels`` are (n, k) where there are no classes."""
    if labels.ndim > 1:
        one, other = ((each - exact.mean(0)).ravel() for each in (exact, rough))
        cosine = float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12)
        return Nearness(0.0, cosine, 0.0, classes=False)
    answers, wanted = rough.argmax(1), exact.argmax(1)
    return Nearness(
        agreement=float((answers == wanted).mean()),
        cosine=_cosine(exact, rough),
        drop=float((wanted == labels).mean() - (answers == labels).mean()),
    )


def _cosine(exact: Array, rough: Array) -> float:
    one, other = (each - each.mean(1, keepdims=True) for each in (exact, rough))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(1) / np.maximum(lengths, 1e-12)).mean())


def judged(exact: Array, rough: Array, labels: Array) -> Nearness:
    """Return the nearness of a quantized graph's scores; raises JobError when they are no scores or wrong ones."""
    if rough.shape != exact.shape:
        raise JobError("wrong_output", "prepare", f"the quantized graph gives scores of shape {rough.shape}, not {exact.shape}")
    if not np.isfinite(rough).all():
        raise JobError("nan_output", "prepare", "the quantized graph gives scores that are not finite")
    found = nearness(exact, rough, labels)
    if found.agreement < WRONG and found.cosine < WRONG:
        raise JobError("wrong_output", "prepare", _wrong(found, len(labels)))
    return found


def _wrong(found: Nearness, count: int) -> str:
    if not found.classes:
        return f"the quantized graph gives {count} training samples scores of cosine {found.cosine:.2f} to the float ones"
    return (
        f"the quantized graph answers as the float one does for {found.agreement:.0%} of {count} training samples, "
        f"with scores of cosine {found.cosine:.2f}"
    )


def told(model: onnx.ModelProto) -> dict[str, Any]:
    """Return how many nodes of the graph quantize while it runs, and how many weights it stores in how many bits."""
    count = sum(node.op_type in ("QuantizeLinear", "DynamicQuantizeLinear") for node in model.graph.node)
    return {"quantizers": count, "weights": _bits(model)}


_WIDTHS: Final = {"INT4": 4, "UINT4": 4, "INT8": 8, "UINT8": 8, "FLOAT16": 16, "BFLOAT16": 16, "FLOAT": 32}


def _bits(model: onnx.ModelProto) -> dict[str, int]:
    """Return the numbers stored per width in bits, biggest tensors only: those with more than one axis."""
    packed = {node.input[1]: _attribute(node, "bits") for node in model.graph.node if node.op_type == "MatMulNBits"}
    found: dict[str, int] = {}
    for tensor in model.graph.initializer:
        width = packed.get(tensor.name) or _WIDTHS.get(onnx.TensorProto.DataType.Name(tensor.data_type))
        if width and len(tensor.dims) > 1:
            count = int(np.prod(tensor.dims)) * (8 // width if tensor.name in packed else 1)
            found[str(width)] = found.get(str(width), 0) + count
    return dict(sorted(found.items()))


def _attribute(node: onnx.NodeProto, name: str) -> int:
    return int(next(attribute.i for attribute in node.attribute if attribute.name == name))
