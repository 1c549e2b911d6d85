"""Low-rank layers: a weight matrix as the product of two thinner ones (Denton et al. 2014, Zhang et al. 2015).

A linear layer and a 1×1 convolution become two of their kind; a k×k convolution becomes a k×k one with ``rank``
outputs and a 1×1 one. A layer stays as it is where two factors would cost more than one.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from harness.errors import JobError
from harness.interfaces import Bench, Work
from harness.passes.declared import FactorizeOptions

CALIBRATION_SAMPLES = 1024
BATCH = 64


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network with its layers factorised where that saves, batch-norm statistics measured anew."""
    wish = FactorizeOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model).eval()
    bench.say("factorising")
    layers = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    done = [name for name, layer in layers if _replace(model, name, layer, wish)]
    if wish.recalibrate:
        inputs, _ = bench.inputs(work.preprocess, "train", CALIBRATION_SAMPLES)
        recalibrate(model, torch.from_numpy(inputs))
    notes = {"factorized": len(done), "kept_dense": len(layers) - len(done)}
    return replace(work, model=model.eval(), notes={**work.notes, "factorize": notes})


def _replace(model: nn.Module, name: str, layer: nn.Module, wish: FactorizeOptions) -> bool:
    factors = factorized(layer, wish.energy, wish.ratio)
    if factors is None:
        return False
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, factors)
    return True


def factorized(layer: nn.Module, energy: float | None, ratio: float | None) -> nn.Sequential | None:
    """Return two layers that approximate ``layer``, or None where they would cost more.

    Only plain nn.Linear and ungrouped nn.Conv2d: classes derived from them may use their weights in another way.
    """
    if not isinstance(layer, nn.Linear | nn.Conv2d) or type(layer) not in (nn.Linear, nn.Conv2d):
        return None
    if isinstance(layer, nn.Conv2d) and layer.groups != 1:
        return None
    weight = layer.weight.detach()
    if not bool(torch.isfinite(weight).all()):
        raise JobError("nan_output", "prepare", "weights that are not finite cannot be factorised")
    matrix = weight.flatten(1)
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    rank = _rank(s, energy, ratio)
    outputs, inputs = matrix.shape
    if rank * (outputs + inputs) >= outputs * inputs:
        return None
    root = s[:rank].sqrt()
    first, second = root[:, None] * v[:rank], u[:, :rank] * root
    bias = layer.bias.detach() if layer.bias is not None else None
    return _linear(first, second, bias) if isinstance(layer, nn.Linear) else _convolution(layer, first, second, bias)


def _rank(s: torch.Tensor, energy: float | None, ratio: float | None) -> int:
    if ratio is not None:
        return max(1, math.floor(ratio * len(s)))
    kept = torch.cumsum(s.double() ** 2, 0) / (s.double() ** 2).sum().clamp_min(1e-30)
    return min(len(s), int((kept < float(energy or 1)).sum()) + 1)


def _linear(first: torch.Tensor, second: torch.Tensor, bias: torch.Tensor | None) -> nn.Sequential:
    into = nn.Linear(first.shape[1], first.shape[0], bias=False)
    out = nn.Linear(second.shape[1], second.shape[0], bias=bias is not None)
    return _filled(into, out, first, second, bias)


def _convolution(layer: nn.Module, first: torch.Tensor, second: torch.Tensor, bias: torch.Tensor | None) -> nn.Sequential:
    if not isinstance(layer, nn.Conv2d):
        raise TypeError(f"expected a convolution, got {type(layer).__name__}")
    into = copy.deepcopy(layer)
    into.out_channels = first.shape[0]
    into.bias = None
    out = nn.Conv2d(first.shape[0], second.shape[0], 1, bias=bias is not None)
    return _filled(into, out, first.reshape(-1, *layer.weight.shape[1:]), second[:, :, None, None], bias)


def _filled(into: Any, out: Any, first: torch.Tensor, second: torch.Tensor, bias: torch.Tensor | None) -> nn.Sequential:
    into.weight = nn.Parameter(first.contiguous())
    out.weight = nn.Parameter(second.contiguous())
    if bias is not None:
        out.bias = nn.Parameter(bias.clone())
    return nn.Sequential(into, out)


def recalibrate(model: nn.Module, inputs: torch.Tensor) -> None:
    """Measure the batch-norm statistics of ``model`` anew on ``inputs``, shape (n, …), as the mean over batches."""
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    if not norms or len(inputs) < 2:
        return
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
