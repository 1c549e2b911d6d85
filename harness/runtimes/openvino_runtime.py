"""OpenVINO sessions. The precision is stated: left alone, OpenVINO computes in bfloat16 on a CPU that can."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openvino as ov

from harness.errors import UnavailableError
from harness.interfaces import Array


class OvSession:
    """A compiled model."""

    def __init__(self, path: Path, options: Mapping[str, Any], counting: bool = False) -> None:
        """Compile the model; ``counting`` takes the time of each operator, which slows."""
        wish = {
            "PERF_COUNT": counting,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": int(options.get("threads") or len(os.sched_getaffinity(0))),
            "INFERENCE_PRECISION_HINT": str(options.get("precision", "f32")),
        }
        self.inner = ov.Core().compile_model(str(path), "CPU", wish)
        self.request = self.inner.create_infer_request()
        self.output = self.inner.output(0)
        self.settings: Mapping[str, Any] = {
            "threads": int(self.inner.get_property("INFERENCE_NUM_THREADS")),
            "precision": str(self.inner.get_property("INFERENCE_PRECISION_HINT").to_string()),
        }

    def run(self, batch: Array) -> Array:
        """Return the first output for ``batch``."""
        scores: Array = self.request.infer([batch], share_inputs=True)[self.output]
        return scores

    def device_memory(self) -> int | None:
        """Return None: the driver's figure is all there is."""
        return None


def load(folder: Path, options: Mapping[str, Any], device: str) -> OvSession:
    """Return a session on the artifact in ``folder``."""
    cpu_only(device)
    return OvSession(folder / "model.onnx", options)


def cpu_only(device: str) -> None:
    """Raise UnavailableError unless ``device`` is the CPU."""
    if device != "cpu":
        raise UnavailableError(f"the openvino runtime runs on cpu, not on {device}", "use onnxruntime or torch there")
