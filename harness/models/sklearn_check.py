"""Whether an exported graph answers as its scikit-learn source does, on real samples. A wrong export is a failure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from sklearn.base import is_regressor

from harness.errors import JobError
from harness.interfaces import Array

SAMPLES: Final = 512
BATCH: Final = 64

CLOSE: Final = 1e-3
"""Scores are equal when they differ by less than this share of the range of all scores: graphs compute in float32."""

STRAY: Final = 0.01
"""A graph is wrong when more than this share of the samples gets other scores. Some may: between two neighbours that are
equally near, rounding decides."""


def compared(model: Any, graph: onnx.ModelProto, inputs: Array) -> dict[str, Any]:
    """Return how near the graph is to ``model`` on ``inputs``: the largest difference of a score, and the share of equal answers.

    Raises JobError when they are not the same function.
    """
    wanted, found = scores(model, inputs), _run(graph, inputs)
    name = type(model).__name__
    if found.shape != wanted.shape:
        message = f"the ONNX graph of {name} gives scores of shape {found.shape}, its source {wanted.shape}"
        raise JobError("export_failed", "prepare", message)
    if not np.isfinite(found).all():
        raise JobError("nan_output", "prepare", f"the ONNX graph of {name} gives scores that are not finite")
    apart = np.abs(found - wanted).max(axis=1)
    astray = ~(apart <= CLOSE * (np.ptp(wanted) or 1.0))  # NaN is astray, too
    if astray.mean() > STRAY:
        message = f"the ONNX graph of {name} gives other scores than its source for {astray.sum()} of {len(inputs)} samples"
        raise JobError("export_failed", "prepare", f"{message}: they differ by up to {apart.max():.3g}")
    told: dict[str, Any] = {"samples": len(inputs), "difference": float(f"{apart.max():.3g}")}
    if wanted.shape[1] > 1:  # values are no answers
        told["agreement"] = round(float((found.argmax(axis=1) == wanted.argmax(axis=1)).mean()), 4)
    if astray.any():
        told["stray"] = int(astray.sum())
    return told


def scores(model: Any, inputs: Array) -> Array:
    """Return what the source itself says of ``inputs``, (n, classes): probabilities, or margins; (n, 1): values."""
    if is_regressor(model):
        return np.asarray(model.predict(inputs), dtype=np.float64).reshape(len(inputs), 1)
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(inputs), dtype=np.float64)
    margins = np.asarray(model.decision_function(inputs), dtype=np.float64)
    return np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins


def _run(graph: onnx.ModelProto, inputs: Array) -> Array:
    settings = ort.SessionOptions()
    settings.log_severity_level = 4
    session = ort.InferenceSession(graph.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    parts = [session.run(None, {name: inputs[start : start + BATCH]})[0] for start in range(0, len(inputs), BATCH)]
    return np.concatenate(parts).astype(np.float64)
