"""ONNX Runtime sessions. Imports nothing of the harness but its errors, so that memory is the deployment's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnxruntime as ort

from harness.interfaces import Array, Batch, Session
from harness.runtimes import onnx_providers as providers

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
        if not options.get("spinning", True):  # threads that wait must not take a core from another process that is timed
            settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if trace:
            settings.enable_profiling = True
            settings.profile_file_prefix = trace
        provider, allowed = providers.chosen(options, device), bool(options.get("allow_fallback", False))
        providers.ask(provider, settings, options, device)
        self.inner = ort.InferenceSession(str(path), settings)
        others = providers.elsewhere(provider, self.inner, allowed)
        self._run = self.inner.run
        self.input = self.inner.get_inputs()[0].name
        self.outputs = [self.inner.get_outputs()[0].name]
        self.settings: Mapping[str, Any] = {
            "threads": settings.intra_op_num_threads,
            "provider": provider.name,
            "precision": str(options.get("precision", "f32")),
            "optimization": str(options.get("optimization", "all")),
            "allow_fallback": allowed,
            **({"elsewhere": others} if others else {}),
        }

    def run(self, batch: Array) -> Array:
        """Return the first output for ``batch``."""
        scores: Array = self._run(self.outputs, {self.input: batch})[0]
        return scores

    def device_memory(self) -> int | None:
        """Return None: the driver's figure is all there is."""
        return None


class OrtSeveral:
    """A loaded ONNX file with several inputs: a class of its own, so that queries of one input pay nothing for it."""

    def __init__(self, loaded: OrtSession) -> None:
        self._run, self.outputs = loaded.inner.run, loaded.outputs
        self.names = [value.name for value in loaded.inner.get_inputs()]
        self.settings, self.device_memory = loaded.settings, loaded.device_memory

    def run(self, batch: Batch) -> Array:
        """Return the first output for a ``batch`` of an array for each input."""
        scores: Array = self._run(self.outputs, dict(zip(self.names, batch, strict=True)))[0]
        return scores


def load(folder: Path, options: Mapping[str, Any], device: str) -> Session:
    """Return a session on the artifact in ``folder``."""
    session = OrtSession(folder / "model.onnx", options, device)
    return OrtSeveral(session) if len(session.inner.get_inputs()) > 1 else session
