"""NVIDIA GPUs through NVML: what is there, and how one of them is doing. ``pynvml`` comes from the distribution nvidia-ml-py.

A driver may lack any call, and a GPU may not support it: then the value is left out. Tested against a stand-in library;
not yet run on a GPU.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pynvml

REFUSALS: Final = (pynvml.NVMLError, pynvml.NVMLLibraryMismatchError)
"""The second is a plain Exception: a library that lacks the version of a call that the bindings want."""
REASONS: Final[Mapping[int, str]] = {
    0x1: "idle",
    0x2: "application clocks setting",
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x10: "sync boost",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "power brake",
    0x100: "display clock setting",
}
"""Why clocks are below their highest: ``nvmlClocksEventReason...`` of nvml.h."""
SLOWDOWNS: Final = frozenset({"hardware slowdown", "software thermal slowdown", "hardware thermal slowdown", "power brake"})
"""Reasons that come and go with heat or supply. The power cap is none: it is how the GPU is set up, the same every time."""


def gpus() -> list[dict[str, Any]]:
    """Return name, uuid and memory (bytes) of every GPU, and the driver; an empty list without a driver."""
    with _library() as there:
        if not there:
            return []
        try:
            driver = _text(pynvml.nvmlSystemGetDriverVersion())
            handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        except REFUSALS:
            return []
        return [_described(handle) | {"driver": driver} for handle in handles]


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, with the library held open until ``close``."""

    handle: Any

    @classmethod
    def open(cls, device: str, environ: Mapping[str, str] = os.environ) -> Gpu | None:
        """Return the GPU that CUDA calls ``device`` (``cuda``, ``cuda:1``); None without it or where that is not certain."""
        try:
            pynvml.nvmlInit()
        except REFUSALS:
            return None
        try:
            return cls(_handle(int(device.partition(":")[2] or 0), environ))
        except (*REFUSALS, LookupError, ValueError):
            _shut_down()
            return None

    def close(self) -> None:
        """Let the library go."""
        _shut_down()

    def energy(self) -> float | None:
        """Return the joules that the GPU has used since the driver was loaded, its memory included."""
        millijoules = _asked(pynvml.nvmlDeviceGetTotalEnergyConsumption, self.handle)
        return None if millijoules is None else millijoules / 1e3

    def read(self, process: int | None = None) -> dict[str, Any]:
        """Return how the GPU is doing: bytes, watts, joules, hertz, degrees Celsius, reasons for low clocks in words.

        ``memory_process`` is what process id ``process`` holds; in a container NVML may see other ids, and it is absent.
        """
        handle = self.handle
        memory = _asked(pynvml.nvmlDeviceGetMemoryInfo, handle)
        found = {
            "memory_used": None if memory is None else int(memory.used),
            "memory_process": None if process is None else _memory_of(handle, process),
            "power": _scaled(_asked(pynvml.nvmlDeviceGetPowerUsage, handle), 1e-3),
            "energy": self.energy(),
            "clock_sm": _scaled(_asked(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM), 1e6),
            "clock_memory": _scaled(_asked(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_MEM), 1e6),
            "temperature": _scaled(_asked(pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU), 1.0),
            "throttle": _words(_asked(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle)),
        }
        return {name: value for name, value in found.items() if value is not None}


def throttled(found: Mapping[str, Any]) -> bool | None:
    """Return whether a reading of ``Gpu.read`` names a slowdown; None where it has no reasons for its clocks."""
    words = found.get("throttle")
    return None if words is None else not SLOWDOWNS.isdisjoint(words)


@contextlib.contextmanager
def _library() -> Iterator[bool]:
    try:
        pynvml.nvmlInit()
    except REFUSALS:
        yield False
        return
    try:
        yield True
    finally:
        _shut_down()


def _shut_down() -> None:
    with contextlib.suppress(*REFUSALS):
        pynvml.nvmlShutdown()


def _handle(number: int, environ: Mapping[str, str]) -> Any:
    """Return the handle of CUDA's GPU ``number``; raises LookupError where CUDA's order of GPUs cannot be told from here.

    CUDA counts what CUDA_VISIBLE_DEVICES leaves, the fastest first; NVML counts all, by bus.
    """
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    names = [str(i) for i in range(pynvml.nvmlDeviceGetCount())] if visible is None else visible.split(",")
    if number >= len(names):
        raise LookupError(number)
    name = names[number].strip()
    if not name.isdecimal():
        return pynvml.nvmlDeviceGetHandleByUUID(name)
    kinds = {_text(pynvml.nvmlDeviceGetName(pynvml.nvmlDeviceGetHandleByIndex(i))) for i in range(pynvml.nvmlDeviceGetCount())}
    if len(kinds) > 1 and environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        raise LookupError(name)
    return pynvml.nvmlDeviceGetHandleByIndex(int(name))


def _described(handle: Any) -> dict[str, Any]:
    name, uuid = (_asked(pynvml.nvmlDeviceGetName, handle), _asked(pynvml.nvmlDeviceGetUUID, handle))
    memory = _asked(pynvml.nvmlDeviceGetMemoryInfo, handle)
    found = {
        "name": "NVIDIA GPU" if name is None else _text(name),
        "uuid": None if uuid is None else _text(uuid),
        "memory": None if memory is None else int(memory.total),
    }
    return {key: value for key, value in found.items() if value is not None}


def _memory_of(handle: Any, process: int) -> int | None:
    for one in _asked(pynvml.nvmlDeviceGetComputeRunningProcesses, handle) or ():
        if one.pid == process and one.usedGpuMemory is not None:
            return int(one.usedGpuMemory)
    return None


def _words(bits: int | None) -> list[str] | None:
    return None if bits is None else [word for bit, word in REASONS.items() if bits & bit]


def _scaled(value: int | None, unit: float) -> float | None:
    return None if value is None else value * unit


def _asked(call: Callable[..., Any], *about: Any) -> Any:
    """Return what NVML answers, None where it refuses."""
    try:
        return call(*about)
    except REFUSALS:
        return None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
