"""Low-rank layers: a weight as the product of thinner ones, so that both its numbers and its operations are fewer."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.norms import recalibrate
from harness.passes.declared import FactorizeOptions
from harness.passes.factorize_layers import Rule, factorized
from harness.passes.finetuning import finetune

CALIBRATION_SAMPLES = 1024


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network with its layers factorised where that saves, batch-norm statistics measured anew."""
    wish = FactorizeOptions.model_validate(dict(options))
    model = copy.deepcopy(work.model).eval()
    bench.say("factorising")
    notes = _replace(model, Rule(wish.energy, wish.ratio, wish.rank), wish.method)
    if notes["factorized"]:  # what is as it was needs no help
        if wish.recalibrate:
            inputs, _ = bench.inputs(work.preprocess, "train", CALIBRATION_SAMPLES)
            notes["recalibrated"] = recalibrate(model, torch.from_numpy(inputs))
        notes |= finetune(model, work, wish, bench)
    return replace(work, model=model.eval(), notes={**work.notes, "factorize": notes})


def _replace(model: nn.Module, rule: Rule, method: str) -> dict[str, Any]:
    """Put factors in the place of layers; return what to note: how many, and their ranks."""
    ranks: dict[str, list[int]] = {}
    layers = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    for name, layer in layers:
        if not bool(torch.isfinite(layer.weight).all()):
            raise JobError("nan_output", "prepare", "weights that are not finite cannot be factorised")
        factors = factorized(layer, rule, method)
        if factors is not None:
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, factors)
            ranks[name] = [len(weight) for weight in list(factors.parameters())[: len(factors) - 1]]
    return {"factorized": len(ranks), "kept_dense": len(layers) - len(ranks), "ranks": ranks}
