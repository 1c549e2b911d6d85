"""The exported graph with fewer operators, through onnxslim; checked on real samples.

The exporter folds most constants already: of twenty timm networks onnxslim took off 0 to 20 % of the operators, and runtimes
optimise graphs themselves. It is worth most on files that other tools wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnx
import onnxslim

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.interfaces import Array, Batch
from harness.passes.graphs import fixed_batch, scores
from harness.preprocess import each, taken

CHECKED_SAMPLES: Final = 16
TOLERANCE: Final = 1e-3
"""Largest difference of the scores, relative to their spread."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the graph simplified; raises JobError where it cannot be, or where its scores change."""
    bench.say("simplifying the graph")
    model = _slim(work.model)
    fixed = fixed_batch(model)
    samples, _ = bench.inputs(work.preprocess, "test", fixed or CHECKED_SAMPLES)
    count = len(each(samples)[0])
    batch = taken(samples, np.arange(fixed or count) % count)
    wanted, got = _scores(work.model, batch), _scores(model, batch)
    difference = float(np.abs(got - wanted).max() / max(float(np.ptp(wanted)), 1e-9))
    if got.shape != wanted.shape or not difference <= TOLERANCE:
        raise JobError("unsupported", "prepare", f"simplifying changes the scores by {difference:.2%} of their spread")
    about = {"operators": [len(work.model.graph.node), len(model.graph.node)], "difference": float(f"{difference:.3g}")}
    return replace(work, model=model, notes={**work.notes, "simplify": about | {"gone": _gone(work.model, model)}})


def _slim(model: onnx.ModelProto) -> onnx.ModelProto:
    twin = onnx.ModelProto()
    twin.CopyFrom(model)  # onnxslim works in place
    try:
        slim: onnx.ModelProto = onnxslim.slim(twin)
    except (Exception, SystemExit) as error:  # onnxslim meets graphs it cannot follow in many ways, and may leave
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise JobError(
            "unsupported", "prepare", f"onnxslim cannot simplify this graph: {type(error).__name__}: {first}"
        ) from error
    return slim


def _scores(model: onnx.ModelProto, batch: Batch) -> Array:
    try:
        return scores(model, [batch])
    except Exception as error:  # onnxruntime raises anything
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise JobError("unsupported", "prepare", f"onnxruntime does not run this graph: {first}") from error


def _gone(before: onnx.ModelProto, after: onnx.ModelProto) -> dict[str, int]:
    """Return how many operators of each kind are not there any more."""
    counts = Counter(node.op_type for node in before.graph.node)
    counts.subtract(node.op_type for node in after.graph.node)
    return {kind: count for kind, count in sorted(counts.items()) if count > 0}
