"""PyTorch sessions: the exported program, executed eagerly. Not yet run on a GPU; the CUDA lines are written for one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.export._trace  # with the next line: what torch.export.load imports when first called, 2 s and 170 MB
import torch.export.pt2_archive  # of PyTorch itself, which load_time and memory_peak would put down to the model

from harness.errors import UnavailableError
from harness.interfaces import Array


class TorchSession:
    """A loaded ``torch.export`` program."""

    def __init__(self, path: Path, options: Mapping[str, Any], device: str) -> None:
        if device != "cpu" and not torch.cuda.is_available():
            raise UnavailableError(f"no CUDA device here for {device}", "use target: cpu")
        torch.set_num_threads(int(options.get("threads") or len(os.sched_getaffinity(0))))
        self.device = torch.device(device)
        self.model = torch.export.load(str(path)).module().to(self.device)
        self.bf16 = options.get("precision", "f32") == "bf16"
        self.settings: Mapping[str, Any] = {
            "threads": torch.get_num_threads(),
            "precision": "bf16" if self.bf16 else "f32",
            "device": str(self.device),
        }

    def run(self, batch: Array) -> Array:
        """Return the scores of ``batch``; on a GPU the copy back waits for them."""
        cast: Any = torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext()
        with torch.inference_mode(), cast:
            scores = self.model(torch.from_numpy(batch).to(self.device))
        result: Array = scores.float().cpu().numpy()
        return np.asarray(result)

    def device_memory(self) -> int | None:
        """Return the most bytes that PyTorch's allocator has reserved on the GPU."""
        return int(torch.cuda.max_memory_reserved(self.device)) if self.device.type == "cuda" else None


def load(folder: Path, options: Mapping[str, Any], device: str) -> TorchSession:
    """Return a session on the artifact in ``folder``."""
    return TorchSession(folder / "model.pt2", options, device)
