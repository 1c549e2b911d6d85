"""Quantization-aware training: the network is fine-tuned with its weights and activations rounded (Jacob et al. 2018).

Rounding passes gradients on as if it were not there, but for what it clips (Bengio et al. 2013: straight through). Weights are
rounded to 8 signed bits per output channel at every step, layer inputs to 8 unsigned ones between ends seen before training.
Batch norms train on. What comes out is float again: the static quantization behind it rounds to nearly the same numbers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from harness.bench import Bench, Work
from harness.passes.declared import QuantizeOptions
from harness.passes.finetuning import BATCH, finetune


class RoundedWeight(nn.Module):
    """A weight as 8 signed bits hold it, symmetric around zero, one scale per output channel or one in all."""

    def __init__(self, per_channel: bool) -> None:
        super().__init__()
        self.per_channel = per_channel

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Return the rounded weight."""
        flat = weight.detach().flatten(1) if self.per_channel else weight.detach().reshape(1, -1)
        scale = flat.abs().amax(1).clamp_min(1e-12) / 127
        if self.per_channel:
            return torch.fake_quantize_per_channel_affine(weight, scale, torch.zeros_like(scale), 0, -127, 127)
        return torch.fake_quantize_per_tensor_affine(weight, float(scale), 0, -127, 127)


class RoundedInput:
    """A hook before a layer: it watches the ends of the input first, then rounds to 8 unsigned bits between them."""

    def __init__(self) -> None:
        self.low, self.high, self.watching = 0.0, 0.0, True

    def __call__(self, _: nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...] | None:
        """Return the rounded input, or None while it watches."""
        if self.watching:
            self.low = min(self.low, float(given[0].min()))
            self.high = max(self.high, float(given[0].max()))
            return None
        scale = max(self.high - self.low, 1e-12) / 255
        zero = min(255, max(0, round(-self.low / scale)))
        return (torch.fake_quantize_per_tensor_affine(given[0], scale, zero, 0, 255), *given[1:])


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network fine-tuned to bear 8 bits."""
    wish = QuantizeOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model).eval()
    layers = [layer for layer in model.modules() if type(layer) in (nn.Linear, nn.Conv2d)]
    bench.say("ranging activations")
    inputs, _ = bench.inputs(work.preprocess, "train", wish.calibration_samples)
    undo = _round(model, layers, torch.from_numpy(inputs), wish.per_channel)
    notes = finetune(model, work, wish, bench, weight_decay=0.0)["finetuning"]
    undo()
    return replace(work, model=model.eval(), notes={**work.notes, "qat": {**notes, "layers": len(layers)}})


def _round(model: nn.Module, layers: list[nn.Module], inputs: torch.Tensor, per_channel: bool) -> Callable[[], None]:
    """Make the layers round what they get and what they hold; return what takes that back."""
    hooks = [RoundedInput() for _ in layers]
    handles = [layer.register_forward_pre_hook(hook) for layer, hook in zip(layers, hooks, strict=True)]
    with torch.no_grad():
        for start in range(0, len(inputs), BATCH):
            model(inputs[start : start + BATCH])
    for layer, hook in zip(layers, hooks, strict=True):
        hook.watching = False
        parametrize.register_parametrization(layer, "weight", RoundedWeight(per_channel), unsafe=True)

    def undo() -> None:
        for layer, handle in zip(layers, handles, strict=True):
            handle.remove()
            exact = layer.get_parameter("parametrizations.weight.original")
            parametrize.remove_parametrizations(layer, "weight")
            layer.register_parameter("weight", exact)

    return undo
