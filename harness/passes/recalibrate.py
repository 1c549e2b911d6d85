"""Batch-norm statistics measured anew, as changed weights make others of them (Li et al., Revisiting batch normalization, 2016).

A factorised resnet18 that had fallen to 19 % on digits was back at 99 % after this alone, with no step of training (one trial).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from harness.interfaces import Bench, Work
from harness.passes.declared import RecalibrateOptions

BATCH = 64


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network with the statistics of its batch-norms measured on training samples."""
    wish = RecalibrateOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model).eval()
    bench.say("measuring batch-norm statistics")
    inputs, _ = bench.inputs(work.preprocess, "train", wish.samples)
    notes = {"norms": recalibrate(model, torch.from_numpy(inputs)), "samples": len(inputs)}
    return replace(work, model=model, notes={**work.notes, "recalibrate": notes})


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
