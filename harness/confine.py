"""What a measuring or preparing process does to itself before it works: it dies with its parent, and stays in bounds."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Iterable
from typing import Final

THREAD_VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""What libraries take their number of threads from when they are loaded."""


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent dies, so that a killed sweep leaves nothing running.

    ``parent`` is the parent's process id, where it is known: another one now means that it died before it was asked.
    """
    parent_death_signal = 1
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:  # not "is 1": in a container the parent may be process 1
        os._exit(1)


def limit_memory(limit: float | None) -> None:
    """Let allocations beyond ``limit`` bytes of data fail in this process, as they would on a smaller machine."""
    if limit:
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        allowed = int(limit) if hard == resource.RLIM_INFINITY else min(int(limit), hard)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))


def pin(cores: Iterable[int]) -> None:
    """Keep this process, and the threads it will start, on ``cores``; none given: where it is."""
    chosen = set(cores)
    if chosen:
        os.sched_setaffinity(0, chosen)
