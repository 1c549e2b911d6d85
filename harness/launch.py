"""Starting measuring processes, one at a time: the parent waits, enforces the limits, and tells what became of them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from harness.confine import THREAD_VARIABLES
from harness.errors import JobError
from harness.faults import died, kills_for_memory
from harness.interfaces import Array
from harness.interpreter import command
from harness.measure import memory

WATCH_INTERVAL: Final = 0.1
"""Seconds between looks at the process: rare enough not to disturb it."""
LOG_CHARACTERS: Final = 4000
MEMORY_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measuring process left: its findings, the raw samples as npz bytes, memory over time, the log."""

    found: Mapping[str, Any]
    samples: bytes
    memory: list[tuple[float, float]]
    log: str

    def arrays(self) -> dict[str, Array]:
        """Return the raw samples by name."""
        with np.load(io.BytesIO(self.samples), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}


def packed(samples: Mapping[str, Array]) -> bytes:
    """Return raw samples as npz bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **samples)  # type: ignore[arg-type]
    return file.getvalue()


def measure(job: Mapping[str, Any], time_limit: float, folder: Path) -> Outcome:
    """Run one job in a fresh process and return its outcome; raises JobError when there is none.

    ``folder`` holds the job's files while it runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="job-", dir=folder))
    try:
        (place / "job.json").write_text(json.dumps({**job, "parent": os.getpid(), "started": time.monotonic()}))
        variables = dict.fromkeys(THREAD_VARIABLES, str(int(job["threads"]))) | job["environment"]
        return _run(place, time_limit, variables, job.get("python"))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(place: Path, time_limit: float, variables: Mapping[str, str], python: str | None) -> Outcome:
    kills_before = kills_for_memory()
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            command("harness.worker", [str(place / "job.json")], python),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **variables},
        )
    try:
        seen = memory.watch(process, WATCH_INTERVAL, time_limit)
        late = process.poll() is None
    finally:
        kill(process)
    text = tail(place / "log")
    stage = _read(place / "stage") or "load"
    if late:
        raise JobError("timed_out", stage, f"no end after {time_limit:g} s", text)
    if process.returncode == 0 and (place / "result.json").exists():
        found = json.loads((place / "result.json").read_text())
        return Outcome(found, (place / "samples.npz").read_bytes(), seen, text)
    raise _failed(process.returncode, stage, place / "error.json", text, kills_before)


def _failed(code: int, stage: str, error: Path, log: str, kills_before: int | None) -> JobError:
    if error.exists():
        told = json.loads(error.read_text())
        return JobError(told["kind"], stage, told["message"], log)
    kind, message = died(code, kills_before)
    return JobError(kind, stage, message, log)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and its whole group, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def memory_limit(wish: float | None) -> int:
    """Return the data memory a process may use: as the suite says, else most of what is free now, in bytes."""
    return int(wish or MEMORY_SHARE * psutil.virtual_memory().available)


def tail(path: Path) -> str:
    """Return the end of a log file as text."""
    return _read(path)[-LOG_CHARACTERS:]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
