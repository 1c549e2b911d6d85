"""A network of timm without weights, to be counted before it is made: on PyTorch's meta device, which holds no numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from harness.bench import Samples
from harness.models.declared import TimmOptions
from harness.models.timm_source import shaped


def outline(options: Mapping[str, Any], samples: Samples) -> tuple[torch.nn.Module, tuple[int, ...]]:
    """Return the network that ``build`` would make for ``samples``, without weights, and the shape of a sample it takes."""
    wish = TimmOptions.model_validate(dict(options) | {"pretrained": False, "checkpoint": None})
    with torch.device("meta"):
        return shaped(wish, samples)
