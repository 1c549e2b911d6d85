"""Batch-norm statistics measured on samples, for whoever changes weights: a pass, or a source of random ones."""

from __future__ import annotations

from typing import Final

import torch
from torch import nn

BATCH: Final = 64


def recalibrate(model: nn.Module, inputs: torch.Tensor) -> int:
    """Measure the batch-norm statistics of ``model`` anew on ``inputs``, shape (n, …), as the mean over batches.

    Returns how many batch-norms that were.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.track_running_stats]
    if not norms or len(inputs) < 2:
        return 0
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over all batches
        norm.train()
    with torch.no_grad():
        for start in range(0, len(inputs) - 1, BATCH):
            model(inputs[start : start + BATCH])
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
    return len(norms)
