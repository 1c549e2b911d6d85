"""The built-in runtimes, declared. Their doors are in the modules beside this one."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from harness.spec import Value


class TorchOptions(Value):
    """PyTorch, eager: the exported program run operator by operator."""

    threads: int | None = Field(None, ge=1, le=1024, description="threads inside an operator; default: all cores")
    precision: Literal["f32", "bf16", "f16"] = Field("f32", description="bf16, f16: autocast to 16 bits")
    channels_last: bool = Field(False, description="keep images and the weights of convolutions as NHWC in memory")


class TorchCompileOptions(Value):
    """PyTorch's compiler: the exported program as C++ for the shape of a query, weights folded into it."""

    threads: int | None = Field(None, ge=1, le=1024, description="threads inside an operator; default: all cores")
    precision: Literal["f32", "bf16"] = Field("f32", description="bf16: autocast to bfloat16, weights cast when compiling")
    mode: Literal["default", "max-autotune"] = Field("default", description="max-autotune: time several kernels, keep the best")


class OnnxRuntimeOptions(Value):
    """ONNX Runtime."""

    threads: int | None = Field(None, ge=1, le=1024, description="intra-op threads; default: all cores")
    optimization: Literal["all", "extended", "basic", "none"] = Field("all", description="graph optimisation level")
    provider: Literal["auto", "cpu", "cuda", "tensorrt", "openvino"] = Field(
        "auto", description="execution provider; auto: cpu, or cuda where the target is a GPU"
    )
    precision: Literal["f32", "bf16", "f16"] = Field(
        "f32", description="arithmetic of layers that are not int8 (provider: openvino)"
    )
    allow_fallback: bool = Field(False, description="let another provider run operators that this one cannot, and tell which")

    @model_validator(mode="after")
    def _precision_of_openvino(self) -> OnnxRuntimeOptions:
        if self.precision != "f32" and self.provider != "openvino":
            raise ValueError(f"precision: {self.precision} is for provider: openvino; others compute as the file says")
        return self


class OpenVinoOptions(Value):
    """OpenVINO. Its own default on a CPU with AMX is bfloat16, so the precision is always stated."""

    threads: int | None = Field(None, ge=1, le=1024, description="inference threads; default: all cores")
    precision: Literal["f32", "bf16", "f16"] = Field("f32", description="arithmetic of the layers that are not int8")
    hint: Literal["latency", "throughput"] = Field(
        "latency", description="latency: all threads on one batch; throughput: several streams, a part of the batch each"
    )


class Torch:
    """PyTorch's own executor: the usual baseline."""

    name = "torch"
    summary = "PyTorch, eager execution of the exported program"
    subject = None
    options: type[BaseModel] = TorchOptions
    packages = ("torch",)
    version = 1
    door = "harness.runtimes.torch_runtime:load"
    profile_door = "harness.runtimes.torch_profile:profile"
    format = "torch"
    lacks = MappingProxyType({"trees": "torch runs PyTorch modules; this one is made of decision trees"})
    numeric = frozenset({"precision"})
    optional: tuple[str, ...] = ()
    per_shape = False
    code_variable = ""
    idle_options = MappingProxyType[str, Any]({})
    gradients = True


class TorchCompile:
    """PyTorch's compiler, inductor, on the same file."""

    name = "torch_compile"
    summary = "PyTorch, compiled for the shape of a query (inductor, weights frozen)"
    subject = None
    options: type[BaseModel] = TorchCompileOptions
    packages = ("torch", "torchao")
    version = 1
    door = "harness.runtimes.torch_compile_runtime:load"
    profile_door = "harness.runtimes.torch_profile:profile_compiled"
    format = "torch"
    lacks = MappingProxyType({"trees": "torch_compile runs PyTorch modules; this one is made of decision trees"})
    numeric = frozenset({"precision", "mode"})
    optional: tuple[str, ...] = ()
    per_shape = True
    code_variable = "TORCHINDUCTOR_CACHE_DIR"
    idle_options = MappingProxyType[str, Any]({})


class OnnxRuntime:
    """ONNX Runtime, by any of four execution providers."""

    name = "onnxruntime"
    summary = "ONNX Runtime: CPU, or OpenVINO, CUDA and TensorRT where their providers are installed"
    subject = None
    options: type[BaseModel] = OnnxRuntimeOptions
    packages = ("onnxruntime",)
    version = 1
    door = "harness.runtimes.onnx_runtime:load"
    profile_door = "harness.runtimes.onnx_profile:profile"
    format = "onnx"
    lacks = MappingProxyType[str, str]({})
    numeric = frozenset({"optimization", "provider", "precision"})
    optional: tuple[str, ...] = ("onnxruntime-gpu", "onnxruntime-ep-openvino")
    per_shape = False
    code_variable = ""
    idle_options = MappingProxyType[str, Any]({"spinning": False})


class OpenVino:
    """OpenVINO on the CPU."""

    name = "openvino"
    summary = "OpenVINO on the CPU, precision stated"
    subject = None
    options: type[BaseModel] = OpenVinoOptions
    packages = ("openvino",)
    version = 1
    door = "harness.runtimes.openvino_runtime:load"
    profile_door = "harness.runtimes.openvino_profile:profile"
    format = "onnx"
    lacks = MappingProxyType(
        {
            "trees": "openvino has no operator for decision trees (ai.onnx.ml)",
            "ml_operators": "openvino has no operators of ai.onnx.ml, which this model is written with",
        }
    )
    numeric = frozenset({"precision"})
    optional: tuple[str, ...] = ()
    per_shape = False
    code_variable = ""
    idle_options = MappingProxyType[str, Any]({})


TORCH, TORCH_COMPILE, ONNXRUNTIME, OPENVINO = Torch(), TorchCompile(), OnnxRuntime(), OpenVino()
