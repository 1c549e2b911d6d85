"""Signs that something else used the machine while a measurement ran."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from typing import Final

BUSY: Final = 0.5
"""Involuntary context switches per query above which a timing counts as contended."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What this process has used so far: wall and CPU seconds, and how often it was switched out against its will."""

    wall: float
    cpu: float
    involuntary: int

    @classmethod
    def now(cls) -> Usage:
        """Return the usage of this process up to now, all threads."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(time.perf_counter(), used.ru_utime + used.ru_stime, used.ru_nivcsw)

    def since(self, earlier: Usage) -> dict[str, float]:
        """Return the difference to ``earlier``."""
        return {
            "wall": self.wall - earlier.wall,
            "cpu": self.cpu - earlier.cpu,
            "involuntary": float(self.involuntary - earlier.involuntary),
        }
