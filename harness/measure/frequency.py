"""How fast the processor runs, and whether it was slowed down while something ran.

Sources, under ``/sys/devices/system/cpu/cpuN``: ``cpufreq/scaling_cur_freq`` and ``cpufreq/scaling_max_freq`` (kHz;
the second is lowered when a cooling device limits the core), ``thermal_throttle/*_throttle_count`` (Intel: events of a
core and of its package since boot). A virtual machine has none of them: then nothing is known, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path("/sys/devices/system/cpu")
EVENTS: Final[Mapping[str, str]] = {
    "core_throttle_count": "a core was throttled for its temperature",
    "package_throttle_count": "a processor package was throttled for its temperature",
}


@dataclass(frozen=True, slots=True)
class Speed:
    """Speed and throttling of the cores at one moment; a core without the file is not in the mapping."""

    frequency: Mapping[int, float] = field(default_factory=dict)
    """Hz that each core runs at."""
    allowed: Mapping[int, float] = field(default_factory=dict)
    """Hz that each core may run at, by policy and cooling."""
    events: Mapping[str, int] = field(default_factory=dict)
    """Throttling events since boot, by ``cpu0/core_throttle_count``."""

    @classmethod
    def now(cls, root: Path = ROOT) -> Speed:
        """Return what the kernel tells of every core now."""
        cores = sorted(int(path.name[3:]) for path in root.glob("cpu[0-9]*") if _is_number(path.name[3:]))
        counts = {f"cpu{core}/{name}": _number(root / f"cpu{core}/thermal_throttle/{name}") for core in cores for name in EVENTS}
        return cls(
            frequency=_per_core(root, cores, "scaling_cur_freq"),
            allowed=_per_core(root, cores, "scaling_max_freq"),
            events={name: count for name, count in counts.items() if count is not None},
        )


def reasons(before: Speed, after: Speed) -> list[str] | None:
    """Return in words what slowed the processor between two readings.

    Without counters of events only a lowered limit is evidence: None, "not known", where nothing speaks either way.
    """
    told = []
    for name, meaning in EVENTS.items():
        risen = [after.events[key] - n for key, n in before.events.items() if key.endswith(name) and after.events.get(key, 0) > n]
        if risen:
            told.append(f"{meaning}: up to {max(risen)} times, seen by {len(risen)} cores")
    fallen = [after.allowed[core] for core, limit in before.allowed.items() if after.allowed.get(core, limit) < limit]
    if fallen:
        told.append(f"the highest frequency allowed was lowered on {len(fallen)} cores, to {min(fallen) / 1e6:.0f} MHz")
    return told if told or before.events.keys() & after.events.keys() else None


def throttled(before: Speed, after: Speed) -> bool | None:
    """Return whether the processor was slowed down between two readings; None where that is not known."""
    told = reasons(before, after)
    return None if told is None else bool(told)


def _per_core(root: Path, cores: list[int], name: str) -> dict[int, float]:
    read = {core: _number(root / f"cpu{core}/cpufreq/{name}") for core in cores}
    return {core: khz * 1e3 for core, khz in read.items() if khz is not None and khz > 0}


def _number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None
    return int(text) if _is_number(text) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20
