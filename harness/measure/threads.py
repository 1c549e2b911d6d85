"""Which threads of this process do the work: whether a wish for a number of threads has an effect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SHARE: Final = 0.1
"""A thread works if it used at least this share of what the busiest one used."""


def cpu_times(tasks: Path = Path("/proc/self/task")) -> dict[str, float]:
    """Return the processor seconds of every thread of this process, by thread id; nothing where the kernel does not tell."""
    found: dict[str, float] = {}
    for task in tasks.iterdir() if tasks.exists() else ():
        try:
            found[task.name] = int((task / "schedstat").read_text().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):  # it ended meanwhile, or the kernel keeps no such figures
            continue
    return found


def working(before: Mapping[str, float], after: Mapping[str, float]) -> int:
    """Return how many threads worked between two readings of ``cpu_times``."""
    used = [seconds - before.get(name, 0.0) for name, seconds in after.items()]
    most = max(used, default=0.0)
    return sum(seconds >= SHARE * most > 0 for seconds in used)
