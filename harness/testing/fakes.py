"""Stand-ins for time and for a model, with a planted truth and planted faults."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.interfaces import Array
from harness.operators import OperatorTime, Profile, repeat

FAKE_CLASSES: Final = 4


class FakeClock:
    """Time that passes only when it is told to; its methods let it stand in for the module ``time``."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self.now

    def perf_counter(self) -> float:
        """Return the seconds so far."""
        return self.now

    def monotonic(self) -> float:
        """Return the seconds so far."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class FakeSession:
    """A model whose truth is planted: what it answers, how long it takes, and when it goes wrong.

    It gives class ``k`` the highest score for a sample whose first number is ``k``. Options: ``classes`` (4), ``latency``,
    ``load`` and ``first`` (seconds for a query, for loading, beside ``latency`` for the first query), ``fault`` (one of
    ``FAULTS``), ``at`` (the query with which the fault begins, 0), ``message`` (of the fault ``raise``), ``noise`` (of the
    fault ``noisy``: standard deviation, as a share of a score), ``device_memory`` (bytes), ``tell`` (the name of an
    environment variable, whose value becomes the setting ``told``).
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.settings: Mapping[str, Any] = {"threads": options.get("threads", 1)}
        if "tell" in options:
            self.settings = {**self.settings, "told": os.environ.get(str(options["tell"]))}
        self.sizes: list[int] = []
        """How many samples each query carried."""
        time.sleep(float(options.get("load", 0)))

    def run(self, batch: Array) -> Array:
        """Return the planted scores of ``batch``, or fail as planted."""
        number = len(self.sizes)
        self.sizes.append(len(batch))
        time.sleep(float(self.options.get("latency", 0)) + (float(self.options.get("first", 0)) if number == 0 else 0))
        classes = int(self.options.get("classes", FAKE_CLASSES))
        chosen = batch.reshape(len(batch), -1)[:, 0].round().astype(int) % classes
        scores: Array = np.eye(classes, dtype=np.float32)[chosen]
        fault = self.options.get("fault")
        if fault is None or number < int(self.options.get("at", 0)):
            return scores
        return FAULTS[str(fault)](scores, self.options)

    def device_memory(self) -> int | None:
        """Return the planted ``device_memory``, if any."""
        planted = self.options.get("device_memory")
        return None if planted is None else int(planted)


def _nan(scores: Array, options: Mapping[str, Any]) -> Array:
    spoilt = scores.copy()
    spoilt[0, 0] = np.nan
    return spoilt


def _shape(scores: Array, options: Mapping[str, Any]) -> Array:
    return scores[:, :-1]


def _empty(scores: Array, options: Mapping[str, Any]) -> Array:
    return scores[:0]


def _zeros(scores: Array, options: Mapping[str, Any]) -> Array:
    return np.zeros_like(scores)


def _other(scores: Array, options: Mapping[str, Any]) -> Array:
    """Answer as if every sample were one of the next class."""
    return np.roll(scores, 1, axis=1)


def _noisy(scores: Array, options: Mapping[str, Any]) -> Array:
    """Answer nearly right, as coarser arithmetic does; the noise is the same every time."""
    noise = np.random.default_rng(0).normal(0, float(options.get("noise", 0.01)), scores.shape)
    spoilt: Array = (scores + noise).astype(np.float32)
    return spoilt


def _raise(scores: Array, options: Mapping[str, Any]) -> Array:
    raise RuntimeError(str(options.get("message", "planted")))


def _crash(scores: Array, options: Mapping[str, Any]) -> Array:
    os.kill(os.getpid(), signal.SIGSEGV)
    return scores


def _killed(scores: Array, options: Mapping[str, Any]) -> Array:
    os.kill(os.getpid(), signal.SIGKILL)
    return scores


def _exit(scores: Array, options: Mapping[str, Any]) -> Array:
    print("leaving without a result", flush=True)
    os._exit(int(options.get("status", 0)))


def _hang(scores: Array, options: Mapping[str, Any]) -> Array:
    """Start a child that would outlive this process, note its id in the file ``note``, and never return."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if options.get("note"):
        Path(str(options["note"])).write_text(str(child.pid))
    while True:
        time.sleep(60)


def _memory(scores: Array, options: Mapping[str, Any]) -> Array:
    """Take more memory than the process may have."""
    hoard = [np.ones(2**27) for _ in range(int(options.get("gibibytes", 8)))]
    return scores * float(len(hoard))


FAULTS: Final[Mapping[str, Callable[[Array, Mapping[str, Any]], Array]]] = {
    "nan": _nan,
    "shape": _shape,
    "empty": _empty,
    "zeros": _zeros,
    "other": _other,
    "noisy": _noisy,
    "raise": _raise,
    "crash": _crash,
    "killed": _killed,
    "exit": _exit,
    "hang": _hang,
    "memory": _memory,
}


def profile_fake(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of a session with these planted options: one layer, which takes three quarters of a query."""
    taken = repeat(FakeSession(options).run, batches, queries=3)
    seconds = sum(taken) / len(taken)
    operators = (OperatorTime("layer", "MatMul", "fake", 0.75 * seconds), OperatorTime("turned", "Transpose", "fake", 0.0))
    return Profile("fake", len(batches[0]), len(taken), seconds, operators)


def load_fake(folder: Path, options: Mapping[str, Any], device: str) -> FakeSession:
    """Return a fake session: the door of a runtime that runs nothing."""
    return FakeSession(options)
