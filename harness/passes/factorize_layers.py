"""One layer by two or three thinner ones. Pure functions of its weights.

``svd``: a linear layer and a 1×1 convolution become two of their kind; a k×k convolution becomes a k×k one with ``rank``
outputs and a 1×1 one (Denton et al., Exploiting linear structure, NeurIPS 2014; Zhang et al., Accelerating very deep
convolutional networks, TPAMI 2016). ``tucker``: a k×k convolution becomes 1×1, k×k and 1×1, with a rank for the inputs and one
for the outputs (Kim et al., Compression of deep convolutional neural networks for fast and low power mobile applications, ICLR
2016), by the higher-order SVD (De Lathauwer, De Moor & Vandewalle, 2000).
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import nn

Weights = tuple[torch.Tensor, ...]


class Rule(NamedTuple):
    """How ranks are chosen; one of the three is given."""

    energy: float | None = None
    """Share of the squared singular values that is kept at least."""
    ratio: float | None = None
    """Share of the full rank, rounded down."""
    rank: int | None = None

    def choose(self, singular: torch.Tensor) -> int:
        """Return a rank from 1 to the full one, for these singular values (descending)."""
        full = len(singular)
        if self.rank is not None:
            return min(self.rank, full)
        if self.ratio is not None:
            return max(1, math.floor(self.ratio * full))
        kept = torch.cumsum(singular.double() ** 2, 0)
        return min(full, int((kept < float(self.energy or 1) * kept[-1]).sum()) + 1)


def factorized(layer: nn.Module, rule: Rule, method: str = "svd") -> nn.Sequential | None:
    """Return layers that approximate ``layer``, or None where they would cost more: more numbers, or more operations.

    Only plain nn.Linear and ungrouped nn.Conv2d: classes derived from them may use their weights in another way.
    """
    if type(layer) is nn.Linear:
        factors = svd(layer.weight.detach(), rule)
        return _linear(layer, factors) if _costs(factors) < layer.weight.numel() else None
    if not isinstance(layer, nn.Conv2d) or type(layer) is not nn.Conv2d or layer.groups != 1:
        return None
    weight = layer.weight.detach()
    if method == "svd" or layer.kernel_size == (1, 1):
        factors = svd(weight, rule)
        return _convolutions(layer, factors) if _costs(factors) < weight.numel() else None
    factors = tucker(weight, rule)
    first = factors[0].numel() * layer.stride[0] * layer.stride[1]  # it runs before the stride takes positions away
    return _convolutions(layer, factors) if first + _costs(factors[1:]) < weight.numel() else None


def _costs(factors: Weights) -> int:
    return sum(factor.numel() for factor in factors)


def svd(weight: torch.Tensor, rule: Rule) -> Weights:
    """Return two weights, (rank, inputs…) and (outputs, rank, 1…), whose product is nearest to ``weight`` at that rank."""
    u, s, v = torch.linalg.svd(weight.flatten(1), full_matrices=False)
    rank = rule.choose(s)
    root = s[:rank].sqrt()
    first, second = root[:, None] * v[:rank], u[:, :rank] * root
    ones = (1,) * (weight.ndim - 2)
    return first.reshape(rank, *weight.shape[1:]), second.reshape(len(weight), rank, *ones)


def tucker(weight: torch.Tensor, rule: Rule) -> Weights:
    """Return weights of three convolutions, (r, inputs, 1, 1), (s, r, k, k) and (outputs, s, 1, 1), for one of ``weight``."""
    into, out = _basis(weight.transpose(0, 1), rule), _basis(weight, rule)
    core = torch.einsum("oikl,ir,os->srkl", weight, into, out)
    return into.T[:, :, None, None], core, out[:, :, None, None]


def _basis(weight: torch.Tensor, rule: Rule) -> torch.Tensor:
    """Return the leading left singular vectors of ``weight``, unfolded along its first dimension."""
    u, s, _ = torch.linalg.svd(weight.flatten(1), full_matrices=False)
    basis: torch.Tensor = u[:, : rule.choose(s)]
    return basis


def _linear(layer: nn.Linear, weights: Weights) -> nn.Sequential:
    sizes = [(weight.shape[1], weight.shape[0]) for weight in weights]
    return _filled([nn.Linear(*size, bias=False) for size in sizes], weights, layer.bias)


def _convolutions(layer: nn.Conv2d, weights: Weights) -> nn.Sequential:
    """Return convolutions with those weights; the k×k one takes over stride, padding and dilation of ``layer``."""
    made: list[nn.Module] = [nn.Conv2d(weight.shape[1], weight.shape[0], 1, bias=False) for weight in weights]
    at = len(weights) - 2
    made[at] = heart = copy.deepcopy(layer)
    heart.out_channels, heart.in_channels = weights[at].shape[:2]
    heart.bias = None
    return _filled(made, weights, layer.bias)


def _filled(layers: list[nn.Module], weights: Weights, bias: torch.Tensor | None) -> nn.Sequential:
    for layer, weight in zip(layers, weights, strict=True):
        layer.weight = nn.Parameter(weight.contiguous())
    if bias is not None:
        layers[-1].bias = nn.Parameter(bias.detach().clone())
    return nn.Sequential(*layers)
