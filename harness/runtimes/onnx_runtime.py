"""ONNX Runtime sessions. Imports nothing of the harness but its errors, so that memory is the deployment's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnxruntime as ort

from harness.errors import UnavailableError
from harness.interfaces import Array

LEVELS = {
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "none": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
}


class OrtSession:
    """A loaded ONNX file."""

    def __init__(self, path: Path, options: Mapping[str, Any], device: str, trace: str = "") -> None:
        """``trace``: the beginning of the path where the time of each operator is written; empty: it is not taken."""
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = int(options.get("threads") or len(os.sched_getaffinity(0)))
        settings.inter_op_num_threads = 1
        settings.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        settings.graph_optimization_level = LEVELS[str(options.get("optimization", "all"))]
        settings.log_severity_level = 3
        if trace:
            settings.enable_profiling = True
            settings.profile_file_prefix = trace
        self.inner = ort.InferenceSession(str(path), settings, providers=_providers(device))
        self._run = self.inner.run
        self.input = self.inner.get_inputs()[0].name
        self.outputs = [self.inner.get_outputs()[0].name]
        self.settings: Mapping[str, Any] = {
            "threads": settings.intra_op_num_threads,
            "provider": self.inner.get_providers()[0],
            "optimization": str(options.get("optimization", "all")),
        }

    def run(self, batch: Array) -> Array:
        """Return the first output for ``batch``."""
        scores: Array = self._run(self.outputs, {self.input: batch})[0]
        return scores

    def device_memory(self) -> int | None:
        """Return None: the driver's figure is all there is."""
        return None


def load(folder: Path, options: Mapping[str, Any], device: str) -> OrtSession:
    """Return a session on the artifact in ``folder``."""
    return OrtSession(folder / "model.onnx", options, device)


def _providers(device: str) -> list[Any]:
    if device == "cpu":
        return ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        raise UnavailableError(f"onnxruntime has no CUDA provider for {device}", "pip install onnxruntime-gpu")
    return [("CUDAExecutionProvider", {"device_id": int(device.partition(":")[2] or 0)})]
