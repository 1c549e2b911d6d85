"""What became of a process or an exception, in one word and one line: the kinds of ``record.FAILURE_KINDS``."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final

from harness.errors import HarnessError, JobError, UnavailableError

KILLED_FOR_MEMORY: Final = Path("/proc/vmstat")


def classify(error: BaseException, device: str = "cpu") -> str:
    """Return the failure kind of an exception, by its type and then by what runtimes are known to say.

    ``device`` is where the model runs: of its memory ONNX Runtime speaks in the same words, whatever the device.
    """
    if isinstance(error, JobError):
        return error.kind
    if isinstance(error, UnavailableError | ModuleNotFoundError):
        return "missing_package"
    if isinstance(error, HarnessError):
        return "bad_input"
    text = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(word in text for word in _MEMORY):
        devices = _DEVICE if device == "cpu" else (*_DEVICE, "bfcarena")
        return "out_of_device_memory" if any(word in text for word in devices) else "out_of_memory"
    if isinstance(error, NotImplementedError) or any(word in text for word in _UNSUPPORTED):
        return "unsupported"
    if any(word in text for word in ("got invalid dimensions", "incompatible", "shape mismatch", "invalid rank")):
        return "bad_input"
    return "failed"


_MEMORY = (
    "bad_alloc",
    "out of memory",
    "out_of_memory",
    "outofmemory",
    "not enough memory",
    "can't allocate",
    "failed to allocate memory",
    "alloc_failed",
)
_DEVICE = ("cuda", "cublas", "cudnn", "gpu")
_UNSUPPORTED = (
    "not_implemented",
    "not implemented",
    "no conversion rule",
    "unsupported",
    "not supported",
    "not a registered function/op",
)


def describe(error: BaseException) -> str:
    """Return an exception in one line, with its type where that tells something."""
    text = " ".join(str(error).split())[:600] or type(error).__name__
    return text if isinstance(error, HarnessError) else f"{type(error).__name__}: {text}"


def died(code: int, kills_before: int | None) -> tuple[str, str]:
    """Return failure kind and message of a process that ended without a word, by its exit status.

    ``kills_before`` is what ``kills_for_memory`` said when it started.
    """
    if code == -signal.SIGKILL:
        kills = kills_for_memory()
        if kills is None or kills_before is None:
            return ("out_of_memory", "killed (SIGKILL), as the system does when memory runs out")
        if kills > kills_before:
            return "out_of_memory", "killed by the system because memory ran out"
        return ("killed", "killed from outside (SIGKILL); the system tells of no lack of memory")
    if code < 0:
        known = {one.value: one.name for one in signal.Signals}
        return "crashed", f"ended by {known.get(-code, f'signal {-code}')}"
    return "crashed", f"ended with exit status {code} and no result"


def kills_for_memory(counters: Path = KILLED_FOR_MEMORY) -> int | None:
    """Return how many processes the kernel has killed for memory since it started; None where it does not tell."""
    try:
        lines = counters.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)
