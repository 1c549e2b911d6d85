"""Pruning, declared."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from harness.spec import Value


class PruneOptions(Value):
    """Whole channels removed, the least important first, then fine-tuned."""

    granularity: Literal["channel"] = "channel"
    ratio: float = Field(gt=0, lt=1, description="share of the channels of each layer to remove")
    finetune_epochs: int = Field(3, ge=0, description="passes over the training split after pruning")
    lr: float = Field(2e-3, gt=0, description="highest learning rate of the fine-tuning")


class Prune:
    """Structured pruning through torch-pruning."""

    name = "prune"
    summary = "whole channels removed by magnitude, then fine-tuned (torch-pruning)"
    subject = "granularity"
    options: type[BaseModel] = PruneOptions
    packages = ("torch-pruning", "torch")
    version = 1
    door = "harness.passes.prune:apply"
    form = "torch"
    needs = frozenset({"torch"})
