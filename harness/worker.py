"""The process that measures: one artifact, one runtime, one job file; then it ends.

It imports the runtime of its job and nothing else that is heavy, so that start-up and memory are those of the
deployment. What it knows is in the job file; what it found is in ``result.json`` and ``samples.npz`` beside it. It
times and reads meters; it never scores.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from harness import outputs
from harness.behaviour.probabilities import probabilities
from harness.confine import die_with_parent, limit_memory, pin
from harness.errors import JobError
from harness.faults import classify, describe
from harness.interfaces import Array, Session, Sizing, Timeline
from harness.measure import memory
from harness.measure.meters import Meters
from harness.metrics import METRICS
from harness.queries import Prepared, Queries, WholePath, batches

CEILING_SECONDS = 0.25
"""Of a load generator at each rate that is tried for its own ceiling."""


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
    pin(job.wish.get("cores", ()))
    try:
        _does(job.wish)(job)
        job.keep()
    except Exception as error:
        job.fail(classify(error, job.wish.get("device", "cpu")), describe(error))
        return 1
    return 0


def _does(wish: Mapping[str, Any]) -> Callable[[Job], None]:
    """Return what a job is for: a profile and explanations have a process of their own."""
    return profile if wish["profile"] else explain if wish["explain"] else measure


@dataclass(frozen=True, slots=True)
class Begun:
    """A loaded artifact that has answered its first query, rightly, and what came before."""

    session: Session
    queries: Queries
    raw: Array
    reference: Array
    empty: int
    """Resident bytes before it was loaded."""
    peak: int
    """The most that was resident while it was loaded and answered."""


def begin(job: Job) -> Begun:
    """Load the artifact, time that and the first query, and compare scores with the reference; raises JobError."""
    wish = job.wish
    job.stage("load")
    load = door(wish["door"])
    began = time.monotonic()
    raw = np.load(Path(wish["inputs"]) / "samples.npy", mmap_mode="r")
    reference = np.load(Path(wish["artifact"]) / wish["reference"])
    queries = _queries(wish, raw)
    own = time.monotonic() - began
    empty = memory.resident()
    session = _load(job, load, empty)
    job.stage("warm_up")
    queries = queries.to(session)
    _first_query(job, queries, own)
    peak = memory.peak()
    job.found["reference_difference"] = outputs.compare(session, raw, wish, reference)
    memory.reset_peak()  # comparing makes inputs of its own: not the deployment's memory
    return Begun(session, queries, raw, reference, empty, peak)


def measure(job: Job) -> None:
    """Load, query, time, evaluate; raises what the runtime raises, and JobError for wrong outputs."""
    wish = job.wish
    begun = begin(job)
    session, raw = begun.session, begun.raw
    job.stage("measure")
    for name, scenario in wish["scenarios"].items():
        _time(job, name, scenario, begun.queries)
    if wish["probe"]:
        _probe(job, wish["probe"], begun.queries)
    job.found["memory_peak"] = max(job.found["memory_load"], max(begun.peak, memory.peak()) - begun.empty)
    outputs.compare(session, raw, wish, begun.reference)
    job.found["memory_device"] = session.device_memory() or _driver_memory(job.found)
    if wish["evaluate"]:
        job.stage("evaluate")
        labels = np.load(Path(wish["inputs"]) / "labels.npy")
        if wish["subset"]:
            rows = job.samples["rows"] = outputs.subset(labels, wish["subset"])
            raw, labels = raw[rows], labels[rows]
        job.samples["predictions"] = _predictions(session, raw, wish)
        job.samples["labels"] = labels
    if wish["corrupted"]:
        job.stage("evaluate")
        job.samples |= _corrupted(session, begun.raw, wish)
    if wish["own_metric"]:
        job.samples["own_metric"] = _own_metric(wish["own_metric"], job.samples)


def _corrupted(session: Session, raw: Array, wish: Mapping[str, Any]) -> dict[str, Array]:
    """Return what is predicted of corrupted samples and how sure that is: by kind and severity; of the same clean; of none."""
    folder, kinds = Path(wish["corrupted"]["folder"]), wish["corrupted"]["kinds"]
    rows = np.load(folder / "rows.npy")

    def answered(samples: Array) -> tuple[Array, Array]:
        shares = probabilities(_predictions(session, samples, wish))
        return shares.argmax(axis=1).astype(np.int32), shares.max(axis=1).astype(np.float32)

    worse = [[answered(np.load(folder / f"{kind}-{n}.npy", mmap_mode="r")) for n in range(1, 6)] for kind in kinds]
    clean, none = answered(raw[rows]), answered(np.load(folder / "shuffled.npy", mmap_mode="r"))
    return {
        "corrupted": np.array([[one[0] for one in each] for each in worse]),
        "corrupted_confidence": np.array([[one[1] for one in each] for each in worse]),
        "clean": clean[0],
        "clean_confidence": clean[1],
        "shuffled_confidence": none[1],
        "corrupted_labels": np.load(Path(wish["inputs"]) / "labels.npy")[rows],
    }


def _own_metric(own: Mapping[str, Any], samples: Mapping[str, Array]) -> Array:
    from harness.own_metric import values  # late: brings what the user's function brings

    scores, labels = samples["predictions"], samples["labels"]
    return values(own["function"], Path(own["folder"]), scores, labels, by_label=own["by_label"])


def _driver_memory(found: Mapping[str, Any]) -> int | None:
    """Return the most memory that the driver saw this process hold on the GPU, after any of the timings."""
    seen = [told["gpu"].get("memory_process") for told in found.values() if isinstance(told, dict) and "gpu" in told]
    return max((held for held in seen if held is not None), default=None)


def _predictions(session: Session, raw: Array, wish: Mapping[str, Any]) -> Array:
    """Return the scores of the whole test split, in large batches unless there is no memory for them."""
    try:
        return outputs.scores(session, raw, wish)
    except Exception as error:
        if classify(error) not in ("out_of_memory", "out_of_device_memory"):
            raise
        return outputs.scores(session, raw, wish, int(wish["batch_size"]))


def _queries(wish: Mapping[str, Any], raw: Array) -> Queries:
    size, fixed = int(wish["batch_size"]), wish["fixed_batch"] is not None
    if wish["end_to_end"]:
        return WholePath(Path(wish["originals"]), wish["preprocess"], size, fixed)
    return Prepared(raw, wish["preprocess"], size, fixed)


def _load(job: Job, load: Callable[..., Any], empty: int) -> Session:
    """Return the session, with what loading it took; memory is counted beyond ``empty`` bytes."""
    memory.reset_peak()
    start = time.perf_counter()
    session: Session = load(Path(job.wish["artifact"]), job.wish["options"], job.wish["device"])
    job.found["load_time"] = time.perf_counter() - start
    job.found["memory_load"] = max(0, memory.peak() - empty)
    job.found["memory_model"] = max(0, memory.resident() - empty)
    job.found["settings"] = dict(session.settings)
    memory.reset_peak()
    return session


def _first_query(job: Job, queries: Queries, own: float) -> None:
    """Answer the first query; ``own`` seconds since the start of the process were the harness's own work."""
    start = time.perf_counter()
    queries.query(0)
    job.found["first_query"] = time.perf_counter() - start
    job.found["cold_start"] = time.monotonic() - job.wish["started"] - own


def _time(job: Job, name: str, scenario: Mapping[str, Any], queries: Queries) -> None:
    meters = Meters(job.wish["device"], with_energy=name == "offline")
    drive, sizing = door(scenario["door"]), Sizing(**scenario["sizing"])
    with _no_collecting():
        timeline: Timeline = drive(queries.query, time.perf_counter, sizing, scenario["options"], meters.start)
    count = len(timeline.queries)
    job.found[name] = {"queries": count, "elapsed": timeline.elapsed, "stop": timeline.stop, **meters.read()}
    job.samples[name] = np.array(timeline.queries)
    job.samples[f"{name}_warm_up"] = np.array(timeline.warm_up)
    if name == METRICS["time_model"].scenario:  # elsewhere a query may be several calls
        job.samples |= {f"{name}_{part}": times for part, times in queries.parts(count).items()}


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Collect garbage now, and none until the end: a collection would be put down to a query."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _probe(job: Job, probe: Mapping[str, Any], queries: Queries) -> None:
    """Send queries at one arrival rate, with the generator that ``probe`` names; without settings, ask for its ceiling."""
    generator = door(probe["door"])
    if probe["settings"] is None:
        job.found["probe"] = {"ceiling": generator(seconds=CEILING_SECONDS, seed=1)}
        return
    for size in range(1, int(probe["settings"]["batch"]) + 1):  # a runtime prepares itself for each shape it first meets
        queries.answer([index % queries.samples for index in range(size)])
    meters = Meters(job.wish["device"], with_energy=False)
    with _no_collecting():
        meters.start()
        arrivals = generator(queries.answer, samples=queries.samples, **probe["settings"])
    if arrivals.errors:
        raise JobError("failed", "", f"{arrivals.errors} of {len(arrivals.latencies)} queries failed, first: {arrivals.error}")
    job.found["probe"] = {"elapsed": arrivals.elapsed, **meters.read()}
    job.samples["latencies"] = arrivals.latencies
    job.samples["scheduled"] = arrivals.scheduled
    job.samples["lateness"] = arrivals.lateness
    job.samples["batches"] = np.asarray(arrivals.batches)


def explain(job: Job) -> None:
    """Explain decisions of the candidate; nothing is timed beside it."""
    from harness import explaining, glass  # late: they bring scipy and onnx

    begun = begin(job)
    job.stage("explain")
    asked, labels = job.wish["explain"], np.load(Path(job.wish["inputs"]) / "labels.npy")
    method = door(asked["door"])
    told, job.samples = explaining.explain(begun.session, begun.raw, labels, job.wish, method, time.perf_counter)
    job.found["explain"] = told | (
        {"glass": glass.read(Path(job.wish["artifact"]) / asked["readable"])} if asked["readable"] else {}
    )


def profile(job: Job) -> None:
    """Take the time of each operator, with the profiler that the job names; it slows, so nothing else is measured."""
    job.stage("measure")
    wish = job.wish
    raw = np.load(Path(wish["inputs"]) / "samples.npy", mmap_mode="r")
    pool = batches(raw, wish["preprocess"], int(wish["batch_size"]))
    meters = Meters(wish["device"], with_energy=False)
    meters.start()
    taken = door(wish["profile"]["door"])(Path(wish["artifact"]), wish["options"], wish["device"], pool)
    job.found |= {"profile": asdict(taken), "queries": taken.queries, **meters.read()}


def door(name: str) -> Callable[..., Any]:
    """Import ``"module:function"``."""
    module, _, function = name.partition(":")
    opened: Callable[..., Any] = getattr(import_module(module), function)
    return opened


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
