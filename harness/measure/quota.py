"""How often a container's CPU quota stopped its processes: what ``docker run --cpus`` and Kubernetes limits do.

Source: ``nr_throttled`` in the control group's ``cpu.stat``, as a container sees its own group (version 2, then version 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

STATS: Final = (Path("/sys/fs/cgroup/cpu.stat"), Path("/sys/fs/cgroup/cpu/cpu.stat"))


def cuts(stats: Sequence[Path] = STATS) -> int | None:
    """Return in how many periods the quota was used up so far; None where there is no such figure."""
    for path in stats:
        try:
            words = [line.split() for line in path.read_text(encoding="ascii", errors="replace").splitlines()]
        except OSError:
            continue
        found = next((pair[1] for pair in words if len(pair) == 2 and pair[0] == "nr_throttled"), "")
        if found.isascii() and found.isdigit():
            return int(found)
    return None


def reasons(before: int | None, after: int | None) -> list[str] | None:
    """Return in words what happened between two readings of ``cuts``; None where nothing is known."""
    if before is None or after is None:
        return None
    return [f"the container's CPU quota stopped it {after - before} times"] if after > before else []
