"""The process that measures: one artifact, one runtime, one job file; then it ends.

It imports the runtime of its job and nothing else that is heavy, so that start-up and memory are those of the
deployment. What it knows is in the job file; what it found is in ``result.json`` and ``samples.npz`` beside it. It
times and reads meters; it never scores.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError, JobError, UnavailableError
from harness.interfaces import Array, Session, Sizing, Timeline
from harness.measure import memory
from harness.measure.contention import Usage
from harness.preprocess import arithmetic

POOL_BYTES = 32 * 2**20
"""Inputs made before the clock runs, so that queries do not repeat a single batch."""
POOL_BATCHES = 64
EVALUATION_BATCH = 64


class Job:
    """A job file, and the folder its result goes to."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.wish: dict[str, Any] = json.loads(path.read_text())
        self.found: dict[str, Any] = {}
        self.samples: dict[str, Array] = {}

    def stage(self, name: str) -> None:
        """Note which stage begins, so that a crash has a place."""
        (self.folder / "stage").write_text(name)

    def keep(self) -> None:
        """Write what was found; the result file appears last and whole."""
        np.savez_compressed(self.folder / "samples.npz", **self.samples)  # type: ignore[arg-type]
        part = self.folder / "result.part"
        part.write_text(json.dumps(self.found))
        part.rename(self.folder / "result.json")

    def fail(self, kind: str, message: str) -> None:
        """Write why there is no result."""
        (self.folder / "error.json").write_text(json.dumps({"kind": kind, "message": message}))


def main(path: Path) -> int:
    """Run the job at ``path``; exit status 0 with a result, 1 with an error file."""
    job = Job(path)
    die_with_parent(job.wish.get("parent"))
    limit_memory(job.wish.get("memory_limit"))
    try:
        measure(job)
        job.keep()
    except Exception as error:
        job.fail(classify(error), describe(error))
        return 1
    return 0


def measure(job: Job) -> None:
    """Load, query, time, evaluate; raises what the runtime raises, and JobError for wrong outputs."""
    job.stage("load")
    wish = job.wish
    load = door(wish["door"])
    raw = np.load(Path(wish["inputs"]) / "samples.npy", mmap_mode="r")
    pool = batches(raw, wish["preprocess"], int(wish["batch_size"]))
    empty = memory.resident()
    memory.reset_peak()
    start = time.perf_counter()
    session: Session = load(Path(wish["artifact"]), wish["options"], wish["device"])
    job.found["load_time"] = time.perf_counter() - start
    job.found["settings"] = dict(session.settings)
    job.stage("warm_up")
    start = time.perf_counter()
    scores = session.run(pool[0])
    job.found["first_query"] = time.perf_counter() - start
    check(scores, len(pool[0]), int(wish["classes"]))
    job.found["memory_model"] = memory.resident() - empty
    job.stage("measure")
    for name, scenario in wish["scenarios"].items():
        _time(job, name, door(scenario), session, pool)
    check(session.run(pool[0]), len(pool[0]), int(wish["classes"]))
    job.found["memory_peak"] = max(0, memory.peak() - empty)
    if wish["evaluate"]:
        job.stage("evaluate")
        job.samples["predictions"] = evaluate(session, raw, wish)


def _time(job: Job, name: str, drive: Callable[..., Timeline], session: Session, pool: list[Array]) -> None:
    run, count = session.run, len(pool)
    before = Usage.now()
    gc.collect()
    gc.disable()
    try:
        timeline = drive(lambda i: run(pool[i % count]), time.perf_counter, Sizing(**job.wish["sizing"]))
    finally:
        gc.enable()
    job.samples[name] = np.array(timeline.queries)
    job.samples[f"{name}_warm_up"] = np.array(timeline.warm_up)
    usage = Usage.now().since(before)
    job.found[name] = {"queries": len(timeline.queries), "elapsed": timeline.elapsed, "stop": timeline.stop, "usage": usage}


def batches(raw: Array, preprocess: Mapping[str, Any], size: int) -> list[Array]:
    """Return some batches of ``size`` preprocessed samples, as many as the pool may hold; samples repeat if needed."""
    one = arithmetic(raw[:1], preprocess).nbytes * size
    count = max(1, min(POOL_BATCHES, POOL_BYTES // max(1, one), -(-len(raw) // size)))
    order = np.arange(count * size) % len(raw)
    return [arithmetic(raw[order[i * size : (i + 1) * size]], preprocess) for i in range(count)]


def evaluate(session: Session, raw: Array, wish: Mapping[str, Any]) -> Array:
    """Return the scores of every sample, shape (n, classes), float32."""
    size = int(wish["fixed_batch"] or EVALUATION_BATCH)
    scores = []
    for start in range(0, len(raw), size):
        part = raw[start : start + size]
        count = len(part)
        if count < size:
            part = raw[np.arange(start, start + size) % len(raw)]
        out = session.run(arithmetic(part, wish["preprocess"]))
        check(out, size, int(wish["classes"]))
        scores.append(np.array(out[:count], dtype=np.float32))
    return np.concatenate(scores)


def check(scores: Array, samples: int, classes: int) -> None:
    """Raise JobError unless ``scores`` are finite numbers of shape (samples, classes)."""
    if scores.shape != (samples, classes):
        raise JobError("wrong_output", "", f"expected scores of shape ({samples}, {classes}), got {scores.shape}")
    if not np.isfinite(scores).all():
        bad = int((~np.isfinite(scores).all(axis=1)).sum())
        raise JobError("nan_output", "", f"{bad} of {samples} samples got scores that are not finite")


def door(name: str) -> Callable[..., Any]:
    """Import ``"module:function"``."""
    module, _, function = name.partition(":")
    opened: Callable[..., Any] = getattr(import_module(module), function)
    return opened


def classify(error: BaseException) -> str:
    """Return the failure kind of an exception, by its type and then by what runtimes are known to say."""
    if isinstance(error, JobError):
        return error.kind
    if isinstance(error, UnavailableError | ModuleNotFoundError):
        return "missing_package"
    if isinstance(error, HarnessError):
        return "bad_input"
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(
        w in text for w in ("bad_alloc", "out of memory", "not enough memory", "can't allocate")
    ):
        return "out_of_memory"
    if isinstance(error, NotImplementedError) or any(
        w in text for w in ("not_implemented", "not implemented", "no conversion rule", "unsupported", "not supported")
    ):
        return "unsupported"
    if any(w in text for w in ("got invalid dimensions", "incompatible", "shape mismatch", "invalid rank")):
        return "bad_input"
    return "failed"


def describe(error: BaseException) -> str:
    """Return an exception in one line, with its type where that tells something."""
    text = " ".join(str(error).split())[:600] or type(error).__name__
    return text if isinstance(error, HarnessError) else f"{type(error).__name__}: {text}"


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


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
