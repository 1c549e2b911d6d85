"""A fitted scikit-learn estimator as an ONNX graph, and whether a graph answers as its estimator does, on real samples.

For whoever fits one: a source of models, or a pass. A wrong export is a failure.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from onnx.utils import Extractor
from skl2onnx import to_onnx
from sklearn.base import is_regressor

from harness.errors import HarnessError, JobError
from harness.interfaces import Array

OPSET: Final = {"": 18, "ai.onnx.ml": 3}
PLAIN_OPERATORS: Final = {"LinearClassifier", "LinearRegressor", "Scaler", "Normalizer"}
"""Operators of ai.onnx.ml that skl2onnx can write as plain ones, which every runtime has."""

SAMPLES: Final = 512
BATCH: Final = 64

CLOSE: Final = 1e-3
"""Scores are equal when they differ by less than this share of the range of all scores: graphs compute in float32."""

STRAY: Final = 0.01
"""A graph is wrong when more than this share of the samples gets other scores. Some may: between two neighbours that are
equally near, rounding decides."""


@contextmanager
def converting(model: Any) -> Iterator[None]:
    """Keep skl2onnx's warnings about its own internals back, and turn what it raises into JobError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except HarnessError:
        raise
    except Exception as error:  # the converter's exceptions have no common ancestor
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"scikit-learn's converter cannot write {type(model).__name__} as ONNX: {type(error).__name__}: {first}"
        raise JobError("export_failed", "prepare", message) from error


def by_library(model: Any, example: Array) -> onnx.ModelProto:
    """Return what skl2onnx writes, with the last of its outputs: it puts the labels before the scores."""
    settings: dict[str, Any] = {"target_opset": OPSET, "black_op": PLAIN_OPERATORS}
    try:
        whole = to_onnx(model, example, options={"zipmap": False}, **settings)
    except NameError:  # how the converter says that scores of this model have no such setting: they are an array anyway
        whole = to_onnx(model, example, **settings)
    return Extractor(whole).extract_model([whole.graph.input[0].name], [whole.graph.output[-1].name])


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
    if wanted.shape[1] > 1:  # one value is no answer
        told["agreement"] = round(float((found.argmax(axis=1) == wanted.argmax(axis=1)).mean()), 4)
    if astray.any():
        told["stray"] = int(astray.sum())
    return told


def scores(model: Any, inputs: Array) -> Array:
    """Return what the source itself says of ``inputs``: probabilities or margins, one a class, or values, one a target."""
    if is_regressor(model):
        return np.asarray(model.predict(inputs), dtype=np.float64).reshape(len(inputs), -1)
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
