"""Pruning: what to remove is found by magnitude, in one step or in several with fine-tuning after each."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from harness.bench import Bench, Work
from harness.passes import prune_channels, prune_weights
from harness.passes.declared import PruneOptions
from harness.passes.finetuning import finetune


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network without its least important channels or weights, fine-tuned."""
    wish = PruneOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model).requires_grad_(True)
    notes = _channels(model, work, wish, bench) if wish.granularity == "channel" else _weights(model, work, wish, bench)
    return replace(work, model=model.requires_grad_(False).eval(), notes={**work.notes, "prune": notes})


def _channels(model: torch.nn.Module, work: Work, wish: PruneOptions, bench: Bench) -> dict[str, Any]:
    before = after = sum(p.numel() for p in model.parameters())
    notes: dict[str, Any] = {"parameters_before": before}
    pruner = prune_channels.Pruner(model, work.sample_shape, wish.ratio or 0, wish.steps)
    for step in range(wish.steps):
        bench.say(f"pruning channels, step {step + 1} of {wish.steps}")
        pruner.step()
        after = sum(p.numel() for p in model.parameters())
        if after < before:  # what lost nothing needs no training
            notes |= finetune(model, work, wish, bench, wish.steps)
    return notes | {"parameters": after}


def _weights(model: torch.nn.Module, work: Work, wish: PruneOptions, bench: Bench) -> dict[str, Any]:
    """Prune by masks, which stay on during the fine-tuning; at the end the zeros are in the weights themselves."""
    layers = prune_weights.layers(model)
    notes: dict[str, Any] = {}
    for step in range(wish.steps):
        bench.say(f"pruning weights, step {step + 1} of {wish.steps}")
        masks = prune_weights.masks(layers, wish, step)
        with prune_weights.masked(layers, masks):
            if any(not bool(mask.all()) for mask in masks.values()):
                notes |= finetune(model, work, wish, bench, wish.steps)
    return notes | prune_weights.told(layers, wish)
