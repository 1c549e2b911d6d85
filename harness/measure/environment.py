"""The machine: its identity, the context it is in, and what makes its timings untrustworthy."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from harness.keys import digest, versions
from harness.measure.nvml import gpus
from harness.record import Environment

PACKAGES: Final = (
    "torch",
    "torchvision",
    "timm",
    "onnx",
    "onnxruntime",
    "openvino",
    "scikit-learn",
    "skl2onnx",
    "torch-pruning",
    "optuna",
    "numpy",
)
TELLING_FLAGS: Final = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "sve")
PRESSURE: Final = Path("/proc/pressure/cpu")
GOVERNOR: Final = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
TURBO: Final = Path("/sys/devices/system/cpu/intel_pstate/no_turbo")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that makes timings here less trustworthy, and what to do about it."""

    message: str
    advice: str


def read(device: str = "cpu") -> Environment:
    """Return the environment of this machine now; GPUs are part of its identity when ``device`` is one."""
    identity = {
        "cpu": _cpu_model(),
        "cpu_flags": _flags(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": round(psutil.virtual_memory().total / 2**30),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    seen = gpus()
    if device != "cpu":
        identity["gpus"] = seen
    context = _context() | {"gpus": [str(gpu["name"]) for gpu in seen]}
    return Environment(id=digest(identity)[:12], identity=identity, context=context, versions=versions(PACKAGES))


def _context() -> dict[str, Any]:
    load = os.getloadavg()
    context: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": [round(value, 2) for value in load],
        "available_memory": psutil.virtual_memory().available,
        "virtual_machine": "hypervisor" in _cpuinfo().get("flags", "").split(),
    }
    for name, path in (("governor", GOVERNOR), ("no_turbo", TURBO)):
        if path.exists():
            context[name] = path.read_text().strip()
    pressure = _pressure()
    if pressure is not None:
        context["cpu_pressure"] = pressure
    return context


def untrustworthy(environment: Environment) -> list[Doubt]:
    """Return what makes timings on this machine less trustworthy, worst first."""
    context, cores = environment.context, int(str(environment.identity["cores"]))
    found: list[Doubt] = []
    load = float(str(context["load"][0])) if isinstance(context["load"], list) else 0.0
    if load > 0.5 * cores:
        found.append(Doubt(f"load average {load:.1f} on {cores} cores", "stop what else runs here, then measure"))
    pressure = context.get("cpu_pressure")
    if isinstance(pressure, int | float) and pressure > 10:
        found.append(Doubt(f"tasks waited for a core {pressure:.0f} % of the last 10 s", "stop what else runs here"))
    if context.get("governor") not in (None, "performance"):
        found.append(Doubt(f"the CPU governor is {context['governor']!r}", "sudo cpupower frequency-set -g performance"))
    if context.get("no_turbo") == "0":
        found.append(Doubt("turbo is on, so speed follows temperature", "echo 1 | sudo tee " + str(TURBO)))
    if context.get("virtual_machine"):
        found.append(
            Doubt("this is a virtual machine: neighbours on its host are not visible", "compare within one run, not across days")
        )
    return found


def _cpuinfo() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    pairs = (line.partition(":") for line in path.read_text().split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _cpu_model() -> str:
    about = _cpuinfo()
    return about.get("model name") or about.get("Hardware") or platform.processor() or platform.machine()


def _flags() -> dict[str, Any]:
    about = _cpuinfo()
    flags = set((about.get("flags") or about.get("Features") or "").split())
    whole = hashlib.sha256(" ".join(sorted(flags)).encode()).hexdigest()[:12]
    return {"telling": [flag for flag in TELLING_FLAGS if flag in flags], "digest": whole}


def _pressure() -> float | None:
    if not PRESSURE.exists():
        return None
    match = re.search(r"some avg10=([\d.]+)", PRESSURE.read_text())
    return float(match.group(1)) if match else None
