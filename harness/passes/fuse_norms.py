"""Batch-norms folded into the convolution or linear layer before them (Jacob et al., CVPR 2018, section 3.2).

Which layer comes before, and that nothing else reads its output, is taken from the exported graph: names and order of modules
would only suggest it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import nn
from torch.nn.utils import fusion

from harness.errors import JobError

LAYERS: Final = ("conv1d", "conv2d", "conv3d", "convolution", "linear")
NORMS: Final = ("batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm", "native_batch_norm")


def fold(model: nn.Module, example: torch.Tensor) -> int:
    """Fold the batch-norms of ``model`` in place where a layer before them takes them; return how many."""
    found = list(_pairs(model, example))
    for layer, norm in found:
        _fold(model, layer, norm)
    return len(found)


def _pairs(model: nn.Module, example: torch.Tensor) -> Iterator[tuple[str, str]]:
    """Yield the names of (layer, batch-norm) where the second alone reads what the first gives, and each runs once."""
    try:
        program = torch.export.export(model, (example,))
    except Exception as error:  # the exporter raises dozens of kinds
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise JobError("unsupported", "prepare", f"this network cannot be traced: {type(error).__name__}: {first}") from error
    names = program.graph_signature.inputs_to_parameters
    for node in program.graph.nodes:
        before = node.args[0] if _is(node, NORMS) else None
        if before is None or not _is(before, LAYERS) or len(before.users) > 1:
            continue
        layer, norm = _owner(before.args[1], names), _owner(node.args[1], names)
        if layer and norm and _foldable(model.get_submodule(layer), model.get_submodule(norm)):
            yield layer, norm


def _is(node: Any, names: tuple[str, ...]) -> bool:
    return getattr(node, "op", "") == "call_function" and str(node.target).split(".")[1:2] in [[name] for name in names]


def _owner(node: Any, names: Any) -> str | None:
    """Return the module whose ``weight`` a node is, or None where it is no such weight or is used more than once."""
    name = names.get(getattr(node, "name", ""), "")
    return name.removesuffix(".weight") if name.endswith(".weight") and len(node.users) == 1 else None


def _foldable(layer: nn.Module, norm: nn.Module) -> bool:
    plain = isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)
    return plain and isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.running_mean is not None


def _fold(model: nn.Module, layer_name: str, norm_name: str) -> None:
    layer: Any = model.get_submodule(layer_name)
    norm: Any = model.get_submodule(norm_name)
    fuse = fusion.fuse_linear_bn_weights if isinstance(layer, nn.Linear) else fusion.fuse_conv_bn_weights
    layer.weight, layer.bias = fuse(
        layer.weight, layer.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )
    parent, _, child = norm_name.rpartition(".")
    setattr(model.get_submodule(parent), child, _rest(norm))


def _rest(norm: nn.Module) -> nn.Module:
    """Return what a module does after normalising: timm's batch-norms drop and activate too."""
    after = [module for module in (getattr(norm, "drop", None), getattr(norm, "act", None)) if isinstance(module, nn.Module)]
    kept = [module for module in after if not isinstance(module, nn.Identity)]
    return nn.Sequential(*kept) if kept else nn.Identity()
