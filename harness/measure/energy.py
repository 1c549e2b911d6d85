"""Energy from counters that the hardware keeps. Where there is none, nothing is said: a guess from load is no measurement.

Sources: RAPL through ``/sys/class/powercap`` (``energy_uj``; processor packages and their memory, for the CPU; usually
only root may read it), NVML's total energy (for a GPU, its memory included). A counter stands still between its updates
(about a millisecond for RAPL, some tens for NVML), so a measurement begins at an update and is too short unless it
spans several. What a counter covers is all that ran on that hardware, not this process alone: measure idle power apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Protocol

from harness.interfaces import Clock

ROOT: Final = Path("/sys/class/powercap")
PERIODS: Final = 5
"""Updates of the counter that a measurement must span: its end is known to one update, so at worst to a fifth."""
PATIENCE: Final = 1.0
"""Seconds to wait for a counter to move; one that does not is dead (virtual machines show such)."""
LOOK: Final = 1e-4
"""Seconds between looks at a counter while waiting for it to move."""


class Counter(Protocol):
    """Joules since some start; wrapping round is its own affair."""

    @property
    def name(self) -> str:
        """What it counts."""

    @property
    def essential(self) -> bool:
        """Whether a measurement without it would be wrong, and not only cover less."""

    def read(self) -> float | None:
        """Return the joules now, None when they cannot be read."""


class Rapl:
    """One RAPL zone. It wraps after ``max_energy_range_uj``: read it more often than that (minutes at full power)."""

    def __init__(self, zone: Path) -> None:
        kind = _text(zone / "name")
        self.name = f"rapl {zone.name.partition(':')[2]} {kind}"
        self.essential = kind != "dram"
        self._path = zone / "energy_uj"
        self._range = _number(zone / "max_energy_range_uj")
        self._last: int | None = None
        self._wraps = 0

    def read(self) -> float | None:
        """Return the joules since the counter's own zero, wraps since the first reading added."""
        now = _number(self._path)
        if now is None:
            return None
        if self._last is not None and now < self._last:
            if self._range is None:
                return None
            self._wraps += 1
        self._last = now
        return (now + self._wraps * (self._range or 0)) / 1e6


class Nvml:
    """One GPU's total energy; the library stays open as long as the process lives."""

    def __init__(self, gpu: Any, device: str) -> None:
        self.name, self.essential = f"nvml {device}", True
        self._gpu = gpu

    def read(self) -> float | None:
        """Return the joules since the driver was loaded."""
        joules: float | None = self._gpu.energy()
        return joules


def counters(device: str, root: Path = ROOT) -> list[Counter]:
    """Return the counters that together cover ``device``; an empty list where one of them cannot be read."""
    found: list[Counter] = [*_rapl(root)] if device == "cpu" else [*_nvml(device)]
    return found if all(counter.read() is not None for counter in found) else []


def _rapl(root: Path) -> list[Rapl]:
    """Return packages and the memory beside them; not ``core``, ``psys`` or ``intel-rapl-mmio``, which count them again."""
    zones = {zone: _text(zone / "name") for zone in sorted(root.glob("intel-rapl:*"))}
    top = [Rapl(zone) for zone, name in zones.items() if zone.name.count(":") == 1 and name.startswith("package")]
    memory = [Rapl(zone) for zone, name in zones.items() if name == "dram" and _number(zone / "energy_uj") is not None]
    return top + memory if top else []


def _nvml(device: str) -> list[Nvml]:
    from harness.measure.nvml import Gpu  # late: it imports pynvml

    gpu = Gpu.open(device)
    return [] if gpu is None else [Nvml(gpu, device)]


@dataclass(frozen=True, slots=True)
class Energy:
    """A measurement under way: the counters, when and at what it began, and the seconds between updates."""

    counters: tuple[Counter, ...]
    began: float
    joules: float
    period: float
    clock: Clock

    @classmethod
    def start(
        cls, counters: Sequence[Counter], clock: Clock = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> Energy | None:
        """Wait for an update of every counter and begin there; None without a counter that moves.

        Takes a few updates: milliseconds for RAPL, some tenths of a second for NVML.
        """
        periods = {one: period for one in counters if (period := update_period(one, clock, sleep)) is not None}
        if not periods or any(one.essential and one not in periods for one in counters):
            return None
        slowest = max(periods, key=lambda one: periods[one])
        _next_update(slowest, clock, sleep)
        total = _total(tuple(periods))
        return None if total is None else cls(tuple(periods), clock(), total, periods[slowest], clock)

    def stop(self, idle_power: float | None = None) -> dict[str, Any] | None:
        """Return joules and seconds since the start, the idle power in watts if given, the counters and updates spanned.

        None where that was fewer than ``PERIODS`` updates, or a counter can no longer be read.
        """
        seconds, total = self.clock() - self.began, _total(self.counters)
        periods = int(seconds / self.period + 1e-9)
        if total is None or periods < PERIODS:
            return None
        told = {
            "joules": total - self.joules,
            "seconds": seconds,
            "counter": " + ".join(counter.name for counter in self.counters),
            "periods": periods,
        }
        return told if idle_power is None else told | {"idle_power": idle_power}


def idle_power(
    counters: Sequence[Counter], seconds: float, clock: Clock = time.perf_counter, sleep: Callable[[float], None] = time.sleep
) -> float | None:
    """Return the watts used while this process sleeps for ``seconds``; None without a counter, or where that is too short."""
    under_way = Energy.start(counters, clock, sleep)
    if under_way is None:
        return None
    sleep(seconds)
    told = under_way.stop()
    return None if told is None else float(told["joules"] / told["seconds"])


def update_period(counter: Counter, clock: Clock, sleep: Callable[[float], None]) -> float | None:
    """Return the seconds between updates of a counter, the middle one of three; None if it does not move."""
    moments = []
    for _ in range(4):
        if not _next_update(counter, clock, sleep):
            return None
        moments.append(clock())
    return sorted(later - earlier for earlier, later in pairwise(moments))[1]


def _next_update(counter: Counter, clock: Clock, sleep: Callable[[float], None]) -> bool:
    start, before = clock(), counter.read()
    while counter.read() == before:
        if clock() - start > PATIENCE:
            return False
        sleep(LOOK)
    return True


def _total(counters: Sequence[Counter]) -> float | None:
    read = [counter.read() for counter in counters]
    return None if any(joules is None for joules in read) else sum(joules for joules in read if joules is not None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
