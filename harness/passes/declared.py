"""The built-in passes, declared. Their doors are in the modules beside this one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, model_validator

from harness.spec import Value


class QuantizeOptions(Value):
    """Eight-bit integers in place of floats."""

    method: Literal["static", "dynamic"] = Field(
        "static", description="static: ranges from calibration samples; dynamic: activations ranged at run time"
    )
    calibration_samples: int = Field(128, ge=1, description="training samples that set the ranges (static)")
    per_channel: bool = Field(True, description="one range per output channel of a weight")


class PruneOptions(Value):
    """Whole channels removed, the least important first, then fine-tuned."""

    granularity: Literal["channel"] = "channel"
    ratio: float = Field(gt=0, lt=1, description="share of the channels of each layer to remove")
    finetune_epochs: int = Field(3, ge=0, description="passes over the training split after pruning")
    lr: float = Field(2e-3, gt=0, description="highest learning rate of the fine-tuning")


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


class Quantize:
    """int8 through onnxruntime's quantizer; onnxruntime and openvino both run its graph."""

    name = "quantize"
    summary = "int8 weights and activations, U8/S8, calibrated on training samples (onnxruntime's quantizer)"
    subject = "method"
    options: type[BaseModel] = QuantizeOptions
    packages = ("onnxruntime", "onnx")
    version = 1
    door = "harness.passes.quantize:apply"
    form = "onnx"
    needs = frozenset({"layers"})


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


QUANTIZE, PRUNE, FACTORIZE = Quantize(), Prune(), Factorize()
