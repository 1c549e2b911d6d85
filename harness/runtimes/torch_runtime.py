"""PyTorch sessions: the exported program, executed eagerly. Not yet run on a GPU; the CUDA lines are written for one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from harness.runtimes.torch_program import ProgramSession, loaded


def load(folder: Path, options: Mapping[str, Any], device: str) -> ProgramSession:
    """Return a session on the artifact in ``folder``."""
    module = loaded(folder / "model.pt2", options, device)
    last = bool(options.get("channels_last", False))
    if last:
        module = module.to(memory_format=torch.channels_last)
    return ProgramSession(module, device, str(options.get("precision", "f32")), {"channels_last": last})
