"""Quantization, declared."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from harness.spec import Value


class QuantizeOptions(Value):
    """Eight-bit integers in place of floats."""

    method: Literal["static", "dynamic"] = Field(
        "static", description="static: ranges from calibration samples; dynamic: activations ranged at run time"
    )
    calibration_samples: int = Field(128, ge=1, description="training samples that set the ranges (static)")
    per_channel: bool = Field(True, description="one range per output channel of a weight")


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
