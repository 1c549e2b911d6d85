"""A ``torch.export`` program on its device, as both of PyTorch's runtimes run it. CUDA lines are not yet run on a GPU."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.export._trace  # with the next line: what torch.export.load imports when first called, 2 s and 170 MB
import torch.export.pt2_archive  # of PyTorch itself, which load_time and memory_peak would put down to the model

from harness.errors import UnavailableError
from harness.interfaces import Array, Batch

PRECISIONS = {"bf16": torch.bfloat16, "f16": torch.float16}

Answering = Callable[..., torch.Tensor]


def loaded(path: Path, options: Mapping[str, Any], device: str) -> torch.fx.GraphModule:
    """Return the program as a module on ``device``, with as many threads set as ``options`` wish for."""
    if device != "cpu" and not torch.cuda.is_available():
        raise UnavailableError(f"no CUDA device here for {device}", "use target: cpu")
    torch.set_num_threads(int(options.get("threads") or len(os.sched_getaffinity(0))))
    return torch.export.load(str(path)).module().to(torch.device(device))


class ProgramSession:
    """A program that answers queries; ``answering`` is the module or what was compiled of it."""

    def __init__(self, answering: Answering, device: str, precision: str, settings: Mapping[str, Any]) -> None:
        self.answering = answering
        self.device = torch.device(device)
        self.narrow = PRECISIONS.get(precision)
        self.layout = torch.channels_last if settings.get("channels_last") else torch.contiguous_format
        self.settings: Mapping[str, Any] = {
            "threads": torch.get_num_threads(),
            "precision": precision,
            "device": str(self.device),
            **settings,
        }

    def run(self, batch: Batch) -> Array:
        """Return the scores of ``batch``; on a GPU the copy back waits for them."""
        arrays = batch if isinstance(batch, tuple) else (batch,)  # next to nothing beside what an operator takes here
        cast: Any = torch.autocast(self.device.type, self.narrow) if self.narrow else nullcontext()
        with torch.inference_mode(), cast:
            given = [torch.from_numpy(array).to(self.device) for array in arrays]
            scores = self.answering(*(x.contiguous(memory_format=self.layout) if x.ndim == 4 else x for x in given))
        result: Array = scores.float().cpu().numpy()
        return np.asarray(result)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of ``batch`` with what it takes to take gradients through them."""
        cast: Any = torch.autocast(self.device.type, self.narrow) if self.narrow else nullcontext()
        with cast:
            return self.answering(batch.contiguous(memory_format=self.layout) if batch.ndim == 4 else batch).float()

    def device_memory(self) -> int | None:
        """Return the most bytes that PyTorch's allocator has reserved on the GPU."""
        return int(torch.cuda.max_memory_reserved(self.device)) if self.device.type == "cuda" else None
