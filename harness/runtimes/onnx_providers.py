"""ONNX Runtime's execution providers: how each is asked for, and what really runs where.

ONNX Runtime falls back in silence: a provider that does not start, or that has no kernel for an operator, leaves its work to
the CPU. So what was assigned is read back, and nothing is measured under another provider's name. The lines for CUDA and
TensorRT are not yet run on a GPU.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import onnxruntime as ort

from harness.errors import JobError, UnavailableError

RECORD: Final = "session.record_ep_graph_assignment_info"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by its short name: what onnxruntime calls it, where it runs, and what brings it."""

    short: str
    name: str
    on_gpu: bool
    package: str
    ask: Callable[[ort.SessionOptions, str, Mapping[str, Any]], None]
    """Asks for it in the session's options, for a device, with the harness's own options."""


def _cpu(settings: ort.SessionOptions, device: str, options: Mapping[str, Any]) -> None:
    settings.add_provider(CPU.name, {})


def _cuda(settings: ort.SessionOptions, device: str, options: Mapping[str, Any]) -> None:
    """Ask for CUDA; without TF32, which rounds float32 to 10 bits of mantissa and is on by default."""
    settings.add_provider(CUDA.name, {"device_id": _number(device), "use_tf32": "0"})


def _tensorrt(settings: ort.SessionOptions, device: str, options: Mapping[str, Any]) -> None:
    """Ask for TensorRT; where another may take over, CUDA comes before the CPU."""
    settings.add_provider(TENSORRT.name, {"device_id": _number(device)})
    if options.get("allow_fallback"):
        _cuda(settings, device, options)


def _openvino(settings: ort.SessionOptions, device: str, options: Mapping[str, Any]) -> None:
    """Ask for OpenVINO's plugin, in the precision wished for: left alone it computes in bfloat16 on a CPU that can."""
    devices = [one for one in ort.get_ep_devices() if one.ep_name == OPENVINO.name]
    if not devices:
        import onnxruntime_ep_openvino

        ort.register_execution_provider_library(OPENVINO.name, onnxruntime_ep_openvino.get_library_path())
        devices = [one for one in ort.get_ep_devices() if one.ep_name == OPENVINO.name]
    about = {
        "INFERENCE_PRECISION_HINT": str(options.get("precision", "f32")),
        "INFERENCE_NUM_THREADS": str(settings.intra_op_num_threads),  # its option num_of_threads has no effect
        "NUM_STREAMS": "1",
    }
    settings.add_provider_for_devices(devices[:1], {"load_config": json.dumps({"CPU": about})})


CPU: Final = Provider("cpu", "CPUExecutionProvider", False, "onnxruntime", _cpu)
CUDA: Final = Provider("cuda", "CUDAExecutionProvider", True, "onnxruntime-gpu", _cuda)
TENSORRT: Final = Provider("tensorrt", "TensorrtExecutionProvider", True, "onnxruntime-gpu", _tensorrt)
OPENVINO: Final = Provider("openvino", "OpenVINOExecutionProvider", False, "onnxruntime-ep-openvino", _openvino)
PROVIDERS: Final = {one.short: one for one in (CPU, CUDA, TENSORRT, OPENVINO)}


def chosen(options: Mapping[str, Any], device: str) -> Provider:
    """Return the provider that ``options`` ask for; ``auto`` is the CPU's or CUDA's, as the device is."""
    wish = str(options.get("provider", "auto"))
    on_gpu = device != "cpu"
    found = (CUDA if on_gpu else CPU) if wish == "auto" else PROVIDERS[wish]
    if found.on_gpu != on_gpu:
        where = "a GPU" if found.on_gpu else "the CPU"
        target = "target: cuda:0" if found.on_gpu else "target: cpu"
        raise UnavailableError(f"onnxruntime's {found.short} provider runs on {where}, not on {device}", target)
    if found.on_gpu and found.name not in ort.get_available_providers():
        shown = {"cuda": "CUDA", "tensorrt": "TensorRT"}[found.short]
        raise UnavailableError(f"onnxruntime has no {shown} provider for {device}", f"pip install {found.package}")
    return found


def ask(provider: Provider, settings: ort.SessionOptions, options: Mapping[str, Any], device: str) -> None:
    """Ask for the provider; raises UnavailableError where what brings it is not installed."""
    if provider is not CPU:
        settings.add_session_config_entry(RECORD, "1")
    try:
        provider.ask(settings, device, options)
    except ModuleNotFoundError as error:
        message = f"onnxruntime's {provider.short} provider is not installed"
        raise UnavailableError(message, f"pip install {provider.package}") from error


def elsewhere(provider: Provider, session: ort.InferenceSession, allowed: bool) -> dict[str, int]:
    """Return how many operators of each kind run by another provider; raises unless that is ``allowed``.

    A provider that did not start at all is never allowed: it would be the CPU that is measured.
    """
    if provider.name not in session.get_providers():
        message = f"onnxruntime could not start its {provider.short} provider, and would have used {session.get_providers()[0]}"
        raise UnavailableError(message, f"see what {provider.package} needs beside it")
    if provider is CPU:
        return {}
    parts = [(part.ep_name, Counter(node.op_type for node in part.get_nodes())) for part in _assigned(session)]
    others = sum((operators for name, operators in parts if name != provider.name), Counter[str]())
    whole = sum(operators.total() for _, operators in parts)
    if others.total() == whole:
        message = f"onnxruntime's {provider.short} provider runs none of the {whole} operators of this graph: {_listed(others)}"
        raise JobError("unsupported", "load", message)
    if others and not allowed:
        some = f"{others.total()} of {whole} operators to another: {_listed(others)}"
        message = f"onnxruntime's {provider.short} provider leaves {some} (allow_fallback: true measures it so)"
        raise JobError("unsupported", "load", message)
    return dict(sorted(others.items()))


def _assigned(session: ort.InferenceSession) -> list[Any]:
    """Return the parts of the graph, each with the provider that runs it."""
    return list(session.get_provider_graph_assignment_info())


def _listed(operators: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(operators.items()))


def _number(device: str) -> str:
    return str(int(device.partition(":")[2] or 0))
