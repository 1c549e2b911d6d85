"""Fusing, declared."""

from __future__ import annotations

from pydantic import BaseModel, Field

from harness.spec import Value


class FuseOptions(Value):
    """The same function with fewer layers."""

    batch_norm: bool = Field(True, description="fold each batch-norm into the convolution or linear layer before it")
    branches: bool = Field(True, description="merge parallel branches where the architecture can (RepVGG, MobileOne, FastViT)")


class Fuse:
    """Batch-norms folded and training-time branches merged; the outputs stay what they were."""

    name = "fuse"
    summary = "batch-norms folded into the layers before them, training-time branches merged (timm)"
    subject = None
    options: type[BaseModel] = FuseOptions
    packages = ("torch", "timm")
    version = 1
    door = "harness.passes.fuse:apply"
    form = "torch"
    needs = frozenset({"torch"})
    last = False
