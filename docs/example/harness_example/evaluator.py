"""The door of the runtime: a session that answers queries. It imports what a deployment would."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onnx.reference import ReferenceEvaluator
from threadpoolctl import threadpool_limits

from harness.errors import JobError, UnavailableError
from harness.interfaces import Array, Batch


class EvaluatorSession:
    """A loaded ONNX file."""

    def __init__(self, path: Path, threads: int) -> None:
        threadpool_limits(threads, user_api="blas")
        try:
            self.evaluator = ReferenceEvaluator(str(path))
        except RuntimeError as error:  # how it says that it lacks an operator
            raise JobError("unsupported", "load", str(error)) from error
        self.names = self.evaluator.input_names
        self.settings: Mapping[str, Any] = {"threads": threads}

    def run(self, batch: Batch) -> Array:
        """Return the scores of a batch: an array, or a tuple of one for each input."""
        arrays = batch if isinstance(batch, tuple) else (batch,)
        scores: Array = self.evaluator.run(None, dict(zip(self.names, arrays, strict=True)))[0]
        return scores

    def device_memory(self) -> int | None:
        """Return None: there is no GPU."""
        return None


def load(folder: Path, options: Mapping[str, Any], device: str) -> EvaluatorSession:
    """Return a session on the artifact in ``folder``."""
    if device != "cpu":
        raise UnavailableError(f"onnx_reference runs on the CPU, not on {device}", "target: cpu")
    threads = options.get("threads") or len(os.sched_getaffinity(0))
    return EvaluatorSession(folder / "model.onnx", int(threads))
