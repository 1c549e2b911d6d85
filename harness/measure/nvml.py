"""NVIDIA GPUs through NVML: what is there. The module ``pynvml`` comes from the distribution nvidia-ml-py.

Tested against a stand-in library; not yet run on a GPU.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pynvml


def gpus() -> list[dict[str, Any]]:
    """Return name, uuid and memory of every GPU, and the driver; an empty list without a driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        driver = _text(pynvml.nvmlSystemGetDriverVersion())
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return [_described(handle) | {"driver": driver} for handle in handles]
    except (pynvml.NVMLError, pynvml.NVMLLibraryMismatchError):
        return []
    finally:
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _described(handle: Any) -> dict[str, Any]:
    return {
        "name": _text(pynvml.nvmlDeviceGetName(handle)),
        "uuid": _text(pynvml.nvmlDeviceGetUUID(handle)),
        "memory": int(pynvml.nvmlDeviceGetMemoryInfo(handle).total),
    }


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
