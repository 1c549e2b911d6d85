"""The cores that a measuring process is pinned to, from what the kernel tells of the machine's topology.

Sources: ``topology/thread_siblings_list`` and ``cpu_capacity`` under ``/sys/devices/system/cpu/cpuN``. Where they are
absent, every core counts as a core of its own, and all as equally fast.
"""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Final

ROOT: Final = Path("/sys/devices/system/cpu")


def choose(threads: int, available: Set[int], root: Path = ROOT) -> set[int]:
    """Return the ``threads`` cores of ``available`` that are best to measure on; all where there are no more.

    Cores of their own come before hyper-thread siblings of one that is taken, faster kinds of core (performance cores,
    "big" ones) before slower ones, and the lowest-numbered core and its siblings last, since it serves most interrupts.
    """
    if threads >= len(available):
        return set(available)
    lowest = min(available)
    order = [
        (seat, -_capacity(core, root), lowest in group, core)
        for group in groups(available, root)
        for seat, core in enumerate(sorted(group, key=lambda core: (core == lowest, core)))
    ]
    return {core for *_, core in sorted(order)[: max(1, threads)]}


def groups(available: Set[int], root: Path = ROOT) -> list[set[int]]:
    """Return the cores of ``available`` by physical core."""
    left, found = set(available), []
    while left:
        core = min(left)
        told = _read(root / f"cpu{core}" / "topology" / "thread_siblings_list")
        group = {core} | (cores_in(told) & left)
        left -= group
        found.append(group)
    return found


def cores_in(text: str) -> set[int]:
    """Return the numbers in a kernel list like ``0-3,8``; an empty set for anything else."""
    found: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if not (_is_core(first) and _is_core(last or first)):
            return set()
        found |= set(range(int(first), int(last or first) + 1))
    return found


def _is_core(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def _capacity(core: int, root: Path) -> int:
    told = _read(root / f"cpu{core}" / "cpu_capacity").strip()
    return int(told) if _is_core(told) else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
