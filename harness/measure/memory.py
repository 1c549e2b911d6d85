"""Memory of a process, from the kernel; and the door to memory-profiler, which watches it from outside.

``ru_maxrss`` is not used: it is inherited from the parent across exec, so a large parent poisons it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path


def resident() -> int:
    """Return the resident bytes of this process now."""
    return _status("VmRSS")


def peak() -> int:
    """Return the highest resident bytes of this process since it began, or since ``reset_peak``."""
    return _status("VmHWM")


def reset_peak() -> bool:
    """Let the peak start again from what is resident now; say whether the kernel allowed it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {name}")


def watch(process: subprocess.Popen[bytes], interval: float, limit: float) -> list[tuple[float, float]]:
    """Block until ``process`` ends or ``limit`` seconds are over; return its resident bytes over time.

    Each entry is (seconds since the first, bytes), sampled by memory-profiler. Short peaks fall between samples: the
    figure for the peak is ``peak``, read in the process itself. Looking ten times a second takes 0.3 % of a core.
    """
    from memory_profiler import memory_usage  # late: it brings psutil and multiprocessing with it

    samples = memory_usage(proc=process, interval=interval, timeout=max(limit, 2 * interval), timestamps=True)
    if not samples:
        return []
    first = samples[0][1]
    return [(at - first, mib * 2**20) for mib, at in samples if mib > 0]
