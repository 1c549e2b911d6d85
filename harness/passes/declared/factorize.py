"""Low-rank factors, declared."""

from __future__ import annotations

from pydantic import BaseModel, Field, model_validator

from harness.spec import Value


class FactorizeOptions(Value):
    """Layers replaced by two thinner ones whose product approximates them."""

    energy: float | None = Field(None, gt=0, lt=1, description="share of the squared singular values to keep")
    ratio: float | None = Field(None, gt=0, lt=1, description="rank as a share of the full rank")
    recalibrate: bool = Field(True, description="measure the batch-norm statistics anew on training samples")

    @model_validator(mode="after")
    def _one_rule(self) -> FactorizeOptions:
        if (self.energy is None) == (self.ratio is None):
            raise ValueError("give either energy or ratio")
        return self


class Factorize:
    """Low-rank factors of linear and convolution layers."""

    name = "factorize"
    summary = "low-rank factors by singular values, batch-norm statistics measured anew"
    subject = None
    options: type[BaseModel] = FactorizeOptions
    packages = ("torch",)
    version = 1
    door = "harness.passes.factorize:apply"
    form = "torch"
    needs = frozenset({"torch"})
