"""The machine: its identity, the context it is in, and what makes its timings untrustworthy."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from harness.keys import digest, versions
from harness.measure.frequency import Speed
from harness.measure.heat import degrees
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
TELLING_FLAGS: Final = (
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "asimd",
    "asimddp",
    "asimdhp",
    "sve",
)
THREAD_VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "OMP_PROC_BIND",
    "OMP_PLACES",
    "GOMP_CPU_AFFINITY",
    "KMP_AFFINITY",
    "KMP_BLOCKTIME",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "MKL_DYNAMIC",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Variables by which thread pools of numeric libraries are set from outside."""
PRESSURE: Final = Path("/proc/pressure/cpu")
GOVERNOR: Final = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
TURBO: Final = Path("/sys/devices/system/cpu/intel_pstate/no_turbo")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that makes timings here less trustworthy, and what to do about it."""

    message: str
    advice: str


def read(device: str = "cpu", folder: Path | None = None) -> Environment:
    """Return the environment of this machine now.

    The identity is what must be equal before timings are compared; GPUs are part of it when ``device`` is one. The context
    tells the rest, with the git revision of ``folder`` if that is given and has one.
    """
    identity = {
        "cpu": _cpu_model(),
        "cpu_flags": _flags(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": round(psutil.virtual_memory().total / 2**30),
        "machine": platform.machine(),
        "system": platform.system(),
        "kernel_series": series(platform.release()),
        "distribution": _distribution(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    seen = gpus()
    if device != "cpu":
        identity["gpus"] = seen
    context = _context() | {"gpus": [str(gpu["name"]) for gpu in seen]}
    revision = None if folder is None else git(folder)
    if revision is not None:
        context["git"] = revision
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
    context["thread_variables"] = {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}
    return context | _heat()


def _heat() -> dict[str, Any]:
    """Return hertz by core and the highest degrees Celsius by sensor chip, where the machine tells them."""
    found: dict[str, Any] = {}
    if speed := Speed.now().frequency:
        found["frequency"] = {f"cpu{core}": hertz for core, hertz in speed.items()}
    if highest := degrees():
        found["temperature"] = highest
    return found


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


def series(release: str) -> str:
    """Return the series of a kernel release, ``6.18`` of ``6.18.44-fc``: within one, only faults are repaired."""
    match = re.match(r"\d+\.\d+", release)
    return match.group() if match else release


def _distribution() -> str:
    """Return id and version of the distribution, ``debian 12``: its libraries are under every runtime."""
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        return ""
    return f"{about.get('ID', '')} {about.get('VERSION_ID', '')}".strip()


def git(folder: Path) -> dict[str, Any] | None:
    """Return the commit a folder is at and whether tracked files differ from it; None where there is no git or no commit.

    Runs ``git status`` without locks, prompts, monitors and the variables of a surrounding git; it may take 10 s.
    """
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    ask = ["git", "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        done = subprocess.run(
            ask, cwd=folder, env=surroundings | quiet, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return git_status(done.stdout.decode(errors="replace"))


def git_status(told: str) -> dict[str, Any] | None:
    """Return revision and dirtiness from what ``git status --porcelain=v2 --branch`` printed."""
    match = re.search(r"^# branch\.oid ([0-9a-f]{40,64})$", told, re.MULTILINE)
    if match is None:
        return None
    return {"revision": match.group(1), "dirty": any(line and not line.startswith("#") for line in told.splitlines())}


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
