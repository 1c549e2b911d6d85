"""All meters around one timing: started between warm-up and timing, read after it. They report, and judge nothing."""

from __future__ import annotations

import os
from typing import Any, Final

from harness.measure import energy, frequency, quota, threads
from harness.measure.contention import Usage

IDLE_SECONDS: Final = {"cpu": 0.25, "cuda": 1.0}
"""How long idle power is looked at, where there is a counter: NVML's is renewed a few times a second."""


class Meters:
    """The meters of one timing on ``device``; energy only where it is asked for, since it waits for the counter."""

    def __init__(self, device: str, with_energy: bool) -> None:
        self._gpu = _open(device)
        self._counters = energy.counters(device) if with_energy else []
        self._idle = energy.idle_power(self._counters, IDLE_SECONDS[device.partition(":")[0]]) if self._counters else None
        self._energy: energy.Energy | None = None

    def start(self) -> None:
        """Begin."""
        self._speed = frequency.Speed.now()
        self._cuts = quota.cuts()
        self._threads = threads.cpu_times()
        self._energy = energy.Energy.start(self._counters) if self._counters else None
        self._usage = Usage.now()

    def read(self) -> dict[str, Any]:
        """Return what was used since the start: ``usage``, ``threads``, ``throttled`` (reasons), ``energy``, ``gpu``.

        What is not known is left out.
        """
        usage = Usage.now().since(self._usage)
        joules = self._energy.stop(self._idle) if self._energy else None
        gpu = None if self._gpu is None else self._gpu.read(os.getpid())
        told = {
            "usage": usage,
            "threads": threads.working(self._threads, threads.cpu_times()),
            "throttled": self._reasons(gpu),
            "energy": joules,
            "gpu": gpu,
        }
        return {name: value for name, value in told.items() if value is not None}

    def _reasons(self, gpu: dict[str, Any] | None) -> list[str] | None:
        """Return in words what slowed the processor, the container or the GPU; None where nothing is known of any."""
        told = [frequency.reasons(self._speed, frequency.Speed.now()), quota.reasons(self._cuts, quota.cuts()), _slowed(gpu)]
        known = [words for words in told if words is not None]
        return [word for words in known for word in words] if known else None


def _open(device: str) -> Any:
    if device == "cpu":
        return None
    from harness.measure.nvml import Gpu  # late: it imports pynvml

    return Gpu.open(device)


def _slowed(gpu: dict[str, Any] | None) -> list[str] | None:
    if gpu is None:
        return None
    from harness.measure.nvml import throttled  # late: it imports pynvml

    slowed = throttled(gpu)
    return None if slowed is None else [f"GPU: {word}" for word in gpu["throttle"] if slowed]
