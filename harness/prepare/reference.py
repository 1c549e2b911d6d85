"""The reference scores of an artifact: its own file on real samples, by the plainest executor of its format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.ao.quantization.fx._decomposed  # registers the operators that torch.export.load finds in int8 programs

from harness.interfaces import Array
from harness.outputs import REFERENCE_SAMPLES
from harness.preprocess import arithmetic, each
from harness.record import Preprocess


def answers(model: Path, format_: str, inputs: Path, preprocess: Preprocess, fixed: int | None) -> Array:
    """Return the scores of the first samples in ``inputs``, shape (n, classes); (0, 0) where the file does not run here.

    What does not run here, or gives no finite scores, is left to the measuring process, which tells it as a failure.
    """
    raw = np.load(inputs / "samples.npy", mmap_mode="r")[:REFERENCE_SAMPLES]
    size = fixed or len(raw)
    nothing = np.empty((0, 0), dtype=np.float32)
    whole = np.arange(-(-len(raw) // size) * size) % len(raw)  # the last batch is filled up as ``outputs.scores`` does
    how = preprocess.model_dump()
    try:
        run = (_onnx if format_ == "onnx" else _torch)(model)
        parts = np.split(raw[whole], len(whole) // size)
        scores = np.concatenate([run(each(arithmetic(part, how))) for part in parts]).astype(np.float32)
    except Exception:  # runtimes raise anything: an operator that is not there, a shape that does not fit
        return nothing
    good = scores.ndim == 2 and len(scores) == len(whole) and np.isfinite(scores).all()
    return scores[: len(raw)] if good else nothing


def _onnx(model: Path) -> Callable[[tuple[Array, ...]], Array]:
    settings = ort.SessionOptions()
    settings.log_severity_level = 4
    settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # not what candidates run with
    session = ort.InferenceSession(str(model), settings, providers=["CPUExecutionProvider"])
    output, given = session.get_outputs()[0].name, [value.name for value in session.get_inputs()]
    return lambda batch: session.run([output], dict(zip(given, batch, strict=True)))[0]


def _torch(model: Path) -> Callable[[tuple[Array, ...]], Array]:
    module = torch.export.load(str(model)).module()

    def run(batch: tuple[Array, ...]) -> Array:
        with torch.inference_mode():
            scores: Array = module(*map(torch.from_numpy, batch)).float().numpy()
        return scores

    return run
