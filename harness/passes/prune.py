"""Structured pruning: whole channels with everything that depends on them (Fang et al. 2023, DepGraph: torch-pruning)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
import torch_pruning as tp

from harness.errors import JobError
from harness.interfaces import Bench, Work
from harness.passes.declared import PruneOptions

ROUND_TO = 8
"""Channel counts stay multiples of this: kernels are written for them."""
BATCH = 64


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network without its least important channels, fine-tuned."""
    wish = PruneOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    before = sum(p.numel() for p in model.parameters())
    bench.say(f"pruning {wish.ratio:.0%} of the channels")
    try:
        _prune(model, torch.randn(2, *work.sample_shape), wish.ratio)
    except Exception as error:  # torch-pruning meets architectures it cannot follow in many ways
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"torch-pruning cannot prune this network: {type(error).__name__}: {first}"
        raise JobError("unsupported", "prepare", message) from error
    notes: dict[str, Any] = {"parameters_before": before, "parameters": sum(p.numel() for p in model.parameters())}
    if wish.finetune_epochs:
        steps = max(2, wish.finetune_epochs * len(bench.data.train) // BATCH)
        settings = {"steps": steps, "batch_size": BATCH, "lr": wish.lr, "weight_decay": 0.01}
        notes["finetuning"] = dict(bench.fit(model, work.preprocess, settings))
    return replace(work, model=model.eval(), notes={**work.notes, "prune": notes})


def _prune(model: torch.nn.Module, example: torch.Tensor, ratio: float) -> None:
    found: list[Any] = [m for m in model.modules() if hasattr(m, "qkv") and hasattr(m, "num_heads")]
    attention = [(module, getattr(module, "fused_attn", False)) for module in found]
    for module, _ in attention:
        module.fused_attn = False  # the fused operator hides from torch-pruning which dimensions belong together
    pruner = tp.pruner.MetaPruner(
        model,
        example,
        importance=tp.importance.MagnitudeImportance(p=2),
        pruning_ratio=ratio,
        ignored_layers=_heads(model, example),
        round_to=ROUND_TO,
        num_heads={module.qkv: module.num_heads for module, _ in attention},
        prune_head_dims=True,
    )
    pruner.step()
    for module, fused in attention:
        module.fused_attn = fused
        module.num_heads = pruner.num_heads[module.qkv]
        module.head_dim = module.qkv.out_features // (3 * module.num_heads)
        module.attn_dim = module.head_dim * module.num_heads


def _heads(model: Any, example: torch.Tensor) -> list[torch.nn.Module]:
    """Return the layers whose width is the number of classes: timm's classifier, or the last layer of weights to run."""
    if hasattr(model, "get_classifier"):
        head = model.get_classifier()
        return list(head) if isinstance(head, tuple | list) else [head]
    ran: list[torch.nn.Module] = []
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)]
    hooks = [layer.register_forward_hook(lambda module, *_: ran.append(module)) for layer in layers]
    with torch.no_grad():
        model(example)
    for hook in hooks:
        hook.remove()
    return ran[-1:]
