"""Structured pruning: whole channels with everything that depends on them (Fang et al. 2023, DepGraph: torch-pruning)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
import torch_pruning as tp

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
    _prune(model, torch.randn(2, *work.sample_shape), wish.ratio)
    notes: dict[str, Any] = {"parameters_before": before, "parameters": sum(p.numel() for p in model.parameters())}
    if wish.finetune_epochs:
        steps = max(2, wish.finetune_epochs * len(bench.data.train) // BATCH)
        settings = {"steps": steps, "batch_size": BATCH, "lr": wish.lr, "weight_decay": 0.01}
        notes["finetuning"] = dict(bench.fit(model, work.preprocess, settings))
    return replace(work, model=model.eval(), notes={**work.notes, "prune": notes})


def _prune(model: torch.nn.Module, example: torch.Tensor, ratio: float) -> None:
    attention = [m for m in model.modules() if hasattr(m, "qkv") and hasattr(m, "num_heads")]
    for module in attention:
        module.fused_attn = False
    pruner = tp.pruner.MetaPruner(
        model,
        example,
        importance=tp.importance.MagnitudeImportance(p=2),
        pruning_ratio=ratio,
        ignored_layers=_heads(model),
        round_to=ROUND_TO,
        num_heads={module.qkv: module.num_heads for module in attention},
        prune_head_dims=True,
    )
    pruner.step()
    for module in attention:
        module.num_heads = pruner.num_heads[module.qkv]
        module.head_dim = module.qkv.out_features // (3 * module.num_heads)
        module.attn_dim = module.head_dim * module.num_heads


def _heads(model: torch.nn.Module) -> list[torch.nn.Module]:
    """Return the layers whose width is the number of classes: timm's classifier, or the last linear layer."""
    if hasattr(model, "get_classifier"):
        head = model.get_classifier()
        return list(head) if isinstance(head, tuple | list) else [head]
    linear = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    return linear[-1:]
