"""OpenVINO sessions. The precision is stated: left alone, OpenVINO computes in bfloat16 on a CPU that can."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from harness.errors import UnavailableError
from harness.interfaces import Array, Batch, Session

HINTS = {"latency": "LATENCY", "throughput": "THROUGHPUT"}


class OvSession:
    """A compiled model. A batch is answered by one request, or by one in each stream where there are several."""

    def __init__(self, path: Path, options: Mapping[str, Any], counting: bool = False) -> None:
        """Compile the model; ``counting`` takes the time of each operator, which slows."""
        hint = str(options.get("hint", "latency"))
        wish = {
            "PERF_COUNT": counting,
            "PERFORMANCE_HINT": HINTS[hint],
            "INFERENCE_NUM_THREADS": int(options.get("threads") or len(os.sched_getaffinity(0))),
            "INFERENCE_PRECISION_HINT": str(options.get("precision", "f32")),
            **({"NUM_STREAMS": "1"} if hint == "latency" else {}),
        }
        core = ov.Core()
        model = core.read_model(str(path))
        self.inner = core.compile_model(model, "CPU", wish)
        self.output = self.inner.output(0)
        self.streams = int(self.inner.get_property("NUM_STREAMS"))
        self.requests = [self.inner.create_infer_request() for _ in range(self.streams)]
        self.splits = self.streams > 1 and model.input(0).partial_shape[0].is_dynamic
        self.settings: Mapping[str, Any] = {
            "threads": int(self.inner.get_property("INFERENCE_NUM_THREADS")),
            "precision": str(self.inner.get_property("INFERENCE_PRECISION_HINT").to_string()),
            "hint": hint,
            "streams": self.streams,
        }

    def run(self, batch: Array) -> Array:
        """Return the first output for ``batch``; with several streams, each answers a part of it at the same time."""
        if self.splits and len(batch) > 1:
            return self._run_parts(np.array_split(batch, min(self.streams, len(batch))))
        scores: Array = self.requests[0].infer([batch], share_inputs=True)[self.output]
        return scores

    def _run_parts(self, parts: list[Array]) -> Array:
        working = list(zip(self.requests, parts, strict=False))
        for request, part in working:
            request.start_async([part], share_inputs=True)
        for request, _ in working:
            request.wait()
        scores: Array = np.concatenate([request.results[self.output] for request, _ in working])
        return scores

    def device_memory(self) -> int | None:
        """Return None: the driver's figure is all there is."""
        return None


class OvSeveral:
    """A compiled model with several inputs: a class of its own, so that queries of one input pay nothing for it."""

    def __init__(self, loaded: OvSession) -> None:
        self.request, self.output = loaded.requests[0], loaded.output
        self.settings, self.device_memory = loaded.settings, loaded.device_memory

    def run(self, batch: Batch) -> Array:
        """Return the first output for a ``batch`` of an array for each input."""
        scores: Array = self.request.infer(list(batch), share_inputs=True)[self.output]
        return scores


def load(folder: Path, options: Mapping[str, Any], device: str) -> Session:
    """Return a session on the artifact in ``folder``."""
    cpu_only(device)
    session = OvSession(folder / "model.onnx", options)
    return OvSeveral(session) if len(session.inner.inputs) > 1 else session


def cpu_only(device: str) -> None:
    """Raise UnavailableError unless ``device`` is the CPU."""
    if device != "cpu":
        raise UnavailableError(f"the openvino runtime runs on cpu, not on {device}", "use onnxruntime or torch there")
