"""Weights that were never trained, made fit for timings: every branch computes, no activation runs away, and samples differ.

Many networks start with branches that give nothing (batch-norm weights of 0, layer scales of 1e-6), so that exporters drop them
and files are too small; and with batch-norm statistics that were never measured, so that a mobileone answers with 1e8.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import nn
from torch.nn.utils import parametrize

from harness.norms import recalibrate

SAMPLES: Final = 32
TINY: Final = 0.1
"""A scale that is the same for all channels and below this is a start near nothing."""
JITTER: Final = 0.05
"""Deviation of what starts as equal numbers: exporters store two equal tensors once, and trained ones are never equal."""
SHIFTS: Final = (1.0, 0.25)
"""Biases of batch-norms that are tried, in standard deviations. With none, random networks multiply rounding errors from layer to
layer: in bfloat16, scores of efficientnet_lite0 changed by 0.32 of what samples differ by, of mobileone_s0 by 0.53, of repvgg_a0
by 0.12. With 1, where most outputs are above the kink of their activation: 0.06, 0.14, 0.94; with 0.25: 0.18, 0.38, 0.14 (one
trial, at 96 pixels)."""


def liven(model: nn.Module, inputs: torch.Tensor) -> dict[str, Any]:
    """Let every weight of ``model`` do something, and measure batch-norms and scores on ``inputs``; return what to note."""
    model.requires_grad_(False).eval()
    opened = sum(_open(name, parameter) for name, parameter in model.named_parameters())
    shift = min(SHIFTS, key=lambda one: _rounding(model, inputs, one)) if _norms(model) else 0.0
    norms = _shift(model, inputs, shift)
    _spread(model, inputs)
    return {"opened": opened, "norms": norms, "shift": shift}


def settle(model: nn.Module, inputs: torch.Tensor) -> dict[str, Any]:
    """Measure batch-norms and scores of a changed network anew on ``inputs``, in place of a training; return what to note.

    A pass that trains leaves them fitting to what it changed. Left as they were, scores of all samples may be nearly the same.
    """
    model.eval()
    norms = recalibrate(model, inputs)
    if hasattr(model, "get_classifier"):
        _spread(model, inputs)
    return {"norms": norms}


def _norms(model: nn.Module) -> list[nn.Module]:
    return [one for one in model.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm) and one.affine]


def _shift(model: nn.Module, inputs: torch.Tensor, shift: float) -> int:
    """Set the biases of all batch-norms and measure their statistics; return how many there are."""
    for norm in _norms(model):
        nn.init.normal_(norm.get_parameter("bias"), shift, JITTER)
    return recalibrate(model, inputs)


def _rounding(model: nn.Module, inputs: torch.Tensor, shift: float) -> float:
    """Return how far scores are off in bfloat16 with that shift, relative to how much samples differ."""
    _shift(model, inputs, shift)
    with torch.no_grad():
        exact = model(inputs)
        with torch.autocast("cpu", torch.bfloat16):
            rough = model(inputs)
    return float((rough.float() - exact).norm() / (exact - exact.mean(0)).norm().clamp_min(1e-12))


def _open(name: str, parameter: nn.Parameter) -> bool:
    """Let a parameter through that lets nothing through, and make equal numbers different; say whether it was the first."""
    if parameter.ndim > 1:
        if parameter.any():
            return False
        nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
        return True
    if not parameter.numel() or float(parameter.max()) != float(parameter.min()):
        return False
    closed = not name.endswith("bias") and float(parameter.abs().max()) < TINY
    nn.init.normal_(parameter, 1.0 if closed else float(parameter.max()), JITTER)
    return closed


def _spread(model: Any, inputs: torch.Tensor) -> None:
    """Give the scores of each class a mean of 0 and a deviation of 1 over ``inputs``, where one layer makes them."""
    head = model.get_classifier()
    if not (isinstance(head, nn.Linear | nn.Conv2d) and head.bias is not None) or parametrize.is_parametrized(head):
        return
    with torch.no_grad():
        scores = model(inputs)
        mean, deviation = scores.mean(0), scores.std(0).clamp_min(1e-12)
        head.weight.div_(deviation.reshape(-1, *[1] * (head.weight.ndim - 1)))
        head.bias.sub_(mean).div_(deviation)
