"""Masks over single weights, by magnitude.

Globally (Han et al., Learning both weights and connections for efficient neural networks, NeurIPS 2015), in steps along the
cubic schedule of Zhu & Gupta (To prune, or not to prune, 2017); or the n largest of every m neighbours along the inputs of a
layer, as the sparse units of NVIDIA GPUs take them (Mishra et al., Accelerating sparse deep neural networks, 2021).

The zeros are stored like other weights: the file gets no smaller, and dense kernels no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn.utils import parametrize

from harness.passes.declared import PruneOptions

Layers = Mapping[str, Any]
Masks = Mapping[str, torch.Tensor]


class Mask(nn.Module):
    """A weight with some of its entries held at zero."""

    mask: torch.Tensor

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Return ``weight`` with zeros where the mask is zero."""
        return weight * self.mask


def layers(model: nn.Module) -> dict[str, Any]:
    """Return the linear layers and convolutions by name; classes derived from them may use their weights in another way."""
    return {name: module for name, module in model.named_modules() if type(module) in (nn.Linear, nn.Conv2d, Conv2dSame)}


def masks(found: Layers, wish: PruneOptions, step: int) -> dict[str, torch.Tensor]:
    """Return which weights stay after a step, by layer."""
    if wish.granularity == "n_m":
        return {name: n_of_m(layer.weight, wish.n, wish.m) for name, layer in found.items() if divides(layer.weight, wish.m)}
    share = cubic(float(wish.ratio or 0), step, wish.steps)
    return smallest({name: layer.weight for name, layer in found.items()}, share)


def cubic(ratio: float, step: int, steps: int) -> float:
    """Return the share of zeros after ``step`` (from 0) of ``steps``: much at first, little at the end."""
    return ratio if step == steps - 1 else ratio * (1 - (1 - (step + 1) / steps) ** 3)


def smallest(weights: Mapping[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """Return masks without the ``share`` of all weights together that is smallest, exactly so many (rounded)."""
    if not weights:
        return {}
    sizes = torch.cat([weight.detach().abs().flatten() for weight in weights.values()])
    flat = torch.ones_like(sizes)
    flat[sizes.argsort(stable=True)[: round(share * len(sizes))]] = 0
    parts = torch.split(flat, [weight.numel() for weight in weights.values()])
    return {name: part.reshape(weight.shape) for (name, weight), part in zip(weights.items(), parts, strict=True)}


def n_of_m(weight: torch.Tensor, n: int, m: int) -> torch.Tensor:
    """Return a mask with the ``n`` largest of every ``m`` neighbours along the inputs (dimension 1) of ``weight``."""
    last = weight.detach().abs().movedim(1, -1)
    order = last.reshape(-1, m).argsort(dim=1, descending=True, stable=True)
    mask = torch.zeros(order.shape, dtype=weight.dtype).scatter_(1, order[:, :n], 1)
    return mask.reshape(last.shape).movedim(-1, 1).contiguous()


def divides(weight: torch.Tensor, m: int) -> bool:
    """Whether the inputs of a layer make whole groups of ``m``."""
    return weight.shape[1] % m == 0


@contextmanager
def masked(found: Layers, chosen: Masks) -> Iterator[None]:
    """Hold the masked weights at zero for a while; afterwards the zeros are in the weights."""
    for name, mask in chosen.items():
        parametrize.register_parametrization(found[name], "weight", Mask(mask))
    try:
        yield
    finally:
        for name in chosen:
            parametrize.remove_parametrizations(found[name], "weight", leave_parametrized=True)


def told(found: Layers, wish: PruneOptions) -> dict[str, Any]:
    """Return what to note: layers with zeros and without, and the share of zeros among their weights."""
    zeros = {name: int((layer.weight == 0).sum()) for name, layer in found.items()}
    total = sum(layer.weight.numel() for layer in found.values())
    pruned = sum(count > 0 for count in zeros.values())
    about = {"pruned": pruned, "kept_dense": len(found) - pruned, "sparsity": round(sum(zeros.values()) / max(total, 1), 6)}
    return about | ({"pattern": f"{wish.n}:{wish.m}"} if wish.granularity == "n_m" else {})
