"""Quantization, declared: one request, and per runtime the tool that serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from harness.interfaces import Runtime, Tool
from harness.spec import Minutes, Share, Value


class AccuracyAware(Value):
    """Layers stay in float, the most sensitive first, until the accuracy holds."""

    max_drop: Share = Field(0.01, ge=0, lt=1, description="accuracy that may be lost on held-out training samples")


class QuantizeOptions(Value):
    """Fewer bits in place of float32."""

    method: Literal["static", "dynamic", "weight_only", "fp16", "bf16", "qat"] = Field(
        "static",
        description="static: int8, ranges from calibration samples; dynamic: int8, activations ranged at run time; weight_only: "
        "float arithmetic on small weights; fp16: half precision; bf16: bfloat16; qat: fine-tuned for int8, then static",
    )
    bits: Literal[8, 4] = Field(8, description="bits of a weight (weight_only); at 4, convolutions keep 8")
    calibration: Literal["minmax", "entropy", "percentile"] = Field("minmax", description="how samples set the ranges (static)")
    calibration_samples: int = Field(128, ge=1, description="training samples that set the ranges (static)")
    per_channel: bool = Field(True, description="one range per output channel of a weight, not one per weight")
    accuracy_aware: AccuracyAware | None = Field(None, description="keep the most sensitive layers in float: {max_drop: 1 pp}")
    finetune_epochs: int = Field(1, ge=1, description="passes over the training split (qat)")
    minutes: Annotated[Minutes, Field(gt=0)] | None = Field(None, description="no more minutes of fine-tuning than this (qat)")
    lr: float = Field(2e-4, gt=0, description="highest learning rate of the fine-tuning (qat)")


_CALIBRATED: Final = frozenset({"calibration", "calibration_samples", "per_channel", "accuracy_aware"})
USES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "static": _CALIBRATED,
        "dynamic": frozenset({"per_channel", "accuracy_aware"}),
        "weight_only": frozenset({"bits", "accuracy_aware"}),
        "fp16": frozenset(),
        "bf16": frozenset(),
        "qat": _CALIBRATED | {"finetune_epochs", "minutes", "lr"},
    }
)
"""The options that change what a method makes."""

ONNXRUNTIME: Final = Tool("onnxruntime", "harness.passes.quantize_onnx:apply", "onnx", ("onnxruntime", "onnx"))
HALF: Final = Tool("onnxruntime.float16", "harness.passes.quantize_half:apply", "onnx", ("onnxruntime", "onnx"))
NNCF: Final = Tool("nncf", "harness.passes.quantize_nncf:apply", "onnx", ("nncf", "onnxruntime", "onnx"))
BFLOAT: Final = Tool("onnx.bfloat16", "harness.passes.quantize_bfloat:apply", "onnx", ("onnxruntime", "onnx"))
PT2E: Final = Tool("torchao", "harness.passes.quantize_pt2e:apply", "program", ("torchao", "torch"))
HALF_PROGRAM: Final = Tool("torch.half", "harness.passes.quantize_half_program:apply", "program", ("torch",))
TRAINING: Final = Tool("qat", "harness.passes.quantize_training:apply", "torch", ("torch",), frozenset({"torch"}))


class Quantize:
    """Integers or halves in place of floats, by the quantizer that its runtime is written for."""

    name = "quantize"
    summary = "int8, int4, fp16 or bf16 by the runtime's own tool: onnxruntime's, NNCF for openvino, torchao for torch_compile"
    subject = "method"
    options: type[BaseModel] = QuantizeOptions
    packages = ("onnxruntime", "onnx", "nncf", "torchao", "torch")
    version = 2
    door = ONNXRUNTIME.door
    form = "onnx"
    needs = frozenset({"layers"})
    last = False
    several = True

    def tools(self, runtime: Runtime, options: Mapping[str, Any]) -> tuple[Tool, ...] | str:
        """Return what serves the request for ``runtime``, in order; or why nothing does."""
        wish = QuantizeOptions.model_validate(dict(options))
        idle = sorted(set(options) - {"method"} - USES[wish.method])
        if idle:
            return f"{idle[0]} means nothing to {wish.method} quantization"
        if wish.method in ("fp16", "bf16"):
            return (HALF_PROGRAM if runtime.format == "torch" else HALF if wish.method == "fp16" else BFLOAT,)
        found = (
            _torchao(wish, runtime) if runtime.format == "torch" else _nncf(wish) if runtime.name == "openvino" else ONNXRUNTIME
        )
        if isinstance(found, str):
            return found
        found = replace(found, judges=wish.accuracy_aware is not None)
        return (TRAINING, found) if wish.method == "qat" else (found,)


def _integers(wish: QuantizeOptions, runtime: Runtime) -> Tool | str:
    """Return what makes integers of the floats for ``runtime``, or why nothing does."""
    if runtime.format == "torch":
        return _torchao(wish, runtime)
    return _nncf(wish) if runtime.name == "openvino" else ONNXRUNTIME


def _torchao(wish: QuantizeOptions, runtime: Runtime) -> Tool | str:
    """Return torchao, whose quantizer inductor makes int8 kernels of; or what it lacks."""
    if runtime.name != "torch_compile":
        return f"{runtime.name} has no int8 kernels for a program; torch_compile makes them"
    if wish.method == "weight_only":
        return "torch_compile has no weight_only quantization: torchao's quantizer for a CPU makes static and dynamic ones"
    if wish.calibration != "minmax":
        return f"torch_compile has no {wish.calibration} calibration: torchao's quantizer is given minmax"
    return PT2E


def _nncf(wish: QuantizeOptions) -> Tool | str:
    """Return NNCF, which openvino's documentation names as its quantizer; or what it lacks."""
    if wish.method == "dynamic":
        return "openvino has no dynamic quantization of a model: NNCF makes static and weight_only ones"
    if wish.calibration == "entropy":
        return "openvino has no entropy calibration: NNCF knows minmax and percentile"
    return NNCF
