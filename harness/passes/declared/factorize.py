"""Low-rank factors, declared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from harness.spec import Minutes, Value


class FactorizeOptions(Value):
    """Layers replaced by two or three thinner ones that approximate them."""

    method: Literal["svd", "tucker"] = Field(
        "svd", description="what a k×k convolution becomes: svd, k×k and 1×1; tucker, 1×1, k×k and 1×1"
    )
    energy: float | None = Field(None, gt=0, lt=1, description="share of the squared singular values to keep")
    ratio: float | None = Field(None, gt=0, lt=1, description="rank as a share of the full rank")
    rank: int | None = Field(None, ge=1, description="the same rank for every layer")
    recalibrate: bool = Field(True, description="measure the batch-norm statistics anew on training samples")
    finetune_epochs: int = Field(0, ge=0, description="passes over the training split afterwards")
    minutes: Annotated[Minutes, Field(gt=0)] | None = Field(None, description="no more minutes of fine-tuning than this")
    lr: float = Field(5e-4, gt=0, description="highest learning rate of the fine-tuning")

    @model_validator(mode="after")
    def _one_rule(self) -> FactorizeOptions:
        if sum(rule is not None for rule in (self.energy, self.ratio, self.rank)) != 1:
            raise ValueError("give one of energy, ratio and rank")
        return self


class Factorize:
    """Low-rank factors of linear and convolution layers."""

    name = "factorize"
    summary = "low-rank factors by singular values or Tucker-2, batch-norm statistics measured anew"
    subject = None
    options: type[BaseModel] = FactorizeOptions
    packages = ("torch",)
    version = 2
    door = "harness.passes.factorize:apply"
    form = "torch"
    needs = frozenset({"torch"})
    last = False
