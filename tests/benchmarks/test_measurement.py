"""How true the timings are and what they cost, on the real clock: figures are printed, nothing is asserted on time.

What is exact with a fake clock is asserted in ``tests/unit/scenarios`` and ``tests/unit/test_worker.py``.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from harness import launch, stats
from harness.interfaces import Sizing
from harness.jobs import job
from harness.ledger import ACCURACY
from harness.queries import Prepared
from harness.record import REFERENCE, Artifact, Preprocess
from harness.registry import Registry
from harness.runtimes.onnx_runtime import load
from harness.scenarios.back_to_back import single_stream
from harness.space import expand
from harness.suitefile import loads
from harness.testing import REFERENCE_CLASSES, REFERENCE_SHAPE, reference_scores, write_reference

ROUNDS = 60
AS_IS = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
BARE = """
name: bare
workload: {dataset: digits}
models: [{sklearn: mlp}]
runtimes: [{onnxruntime: {threads: 1}}]
scenarios: [single_stream]
measure: {min_queries: 100, max_queries: 100, min_time: 0 s, max_time: 100 ms, hard_time: 1 s}
profiles: {p: {weights: {latency_p50: 1}, range: {latency_p50: [1 s, 1 us]}}}
"""
"""A suite of one candidate, for its job alone."""
SIZING = Sizing(min_queries=300, min_time=0.0, max_queries=300, max_time=2.0, hard_time=20.0)


def _until(moment: float) -> None:
    while time.perf_counter() < moment:
        pass


def _ready() -> None:
    pass


def test_a_query_of_ten_milliseconds_reads_ten_milliseconds() -> None:
    sizing = Sizing(min_queries=64, min_time=0.3, max_queries=200, max_time=2.0, hard_time=20.0)
    timeline = single_stream(lambda _: _until(time.perf_counter() + 0.01), time.perf_counter, sizing, {}, _ready)
    read = stats.percentile(timeline.queries, 0.5)
    assert read is not None
    print(f"\nplanted 10 ms: p50 reads {read.value * 1e3:.4f} ms ({read.value / 0.01 - 1:+.3%})")


def test_a_planted_distribution_is_read() -> None:
    planted = np.random.default_rng(3).lognormal(np.log(1e-3), 0.3, 4000)
    sizing = Sizing(min_queries=3000, min_time=0.0, max_queries=3000, max_time=60.0, hard_time=60.0)
    timeline = single_stream(lambda i: _until(time.perf_counter() + planted[i]), time.perf_counter, sizing, {}, _ready)
    print()
    for p in (0.5, 0.9, 0.99):
        read, truth = stats.percentile(timeline.queries, p), 1e-3 * float(np.exp(0.3 * ndtri(p)))
        assert read is not None
        inside = read.low <= truth <= read.high
        told = f"{read.value * 1e3:.3f} ({read.low * 1e3:.3f}–{read.high * 1e3:.3f})"
        print(f"p{p * 100:g}: truth {truth * 1e3:.3f} ms, reads {told}, {'inside' if inside else 'outside'}")


@pytest.mark.parametrize("width", [16, 512, 4096])
def test_p50_through_the_harness_and_in_a_bare_loop(tmp_path: Path, width: int) -> None:
    """One session, one process; short rounds alternate."""
    write_reference(tmp_path, "onnx", width=width)
    session = load(tmp_path, {"threads": 1}, "cpu")
    raw = np.random.default_rng(0).normal(size=(64, *REFERENCE_SHAPE)).astype(np.float32)
    queries = Prepared(raw, AS_IS, 8).to(session)
    ratios, seen = [], []
    for _ in range(ROUNDS):
        harnessed = statistics.median(single_stream(queries.query, time.perf_counter, SIZING, {}, _ready).queries)
        bare = statistics.median(_bare(session.inner, session.input, session.outputs, queries.pool))
        ratios.append(harnessed / bare)
        seen.append(bare)
    told = f"{statistics.median(ratios):.4f} (of {ROUNDS} rounds)"
    print(f"\na query of {statistics.median(seen) * 1e6:.1f} µs: p50 through the harness / bare loop: {told}")


def _bare(session: Any, name: str, outputs: list[str], pool: list[np.ndarray]) -> list[float]:
    durations, count = [], len(pool)
    for i in range(300):
        batch = pool[i % count]
        begin = time.perf_counter()
        session.run(outputs, {name: batch})
        durations.append(time.perf_counter() - begin)
    return durations


def test_what_a_query_costs_beside_itself() -> None:
    sizing = Sizing(min_queries=200_000, min_time=0.0, max_queries=200_000, max_time=60.0, hard_time=60.0)
    began: list[float] = []

    def ready() -> None:
        began.append(time.perf_counter())

    timeline = single_stream(lambda _: None, time.perf_counter, sizing, {}, ready)
    each = (time.perf_counter() - began[0]) / len(timeline.queries)
    print(
        f"\na query that does nothing: {each * 1e6:.2f} µs from one to the next, {np.median(timeline.queries) * 1e6:.2f} µs read"
    )


def test_what_a_candidate_costs_beside_its_timings(tmp_path: Path) -> None:
    """Start, import and load ONNX Runtime, compare with the reference, write, and be read."""
    artifact, inputs = tmp_path / "artifact", tmp_path / "inputs"
    artifact.mkdir()
    inputs.mkdir()
    write_reference(artifact, "onnx")
    raw = np.random.default_rng(0).normal(size=(64, *REFERENCE_SHAPE)).astype(np.float32)
    np.save(inputs / "samples.npy", raw)
    np.save(inputs / "labels.npy", np.zeros(64, np.int64))
    np.save(artifact / REFERENCE, reference_scores(raw[:32]))
    registry = Registry.load()
    suite = loads(BARE, registry, tmp_path)
    made = Artifact(
        recipe="recipe",
        digest="digest",
        format="onnx",
        folder=str(artifact),
        inputs=str(inputs),
        sample_shape=REFERENCE_SHAPE,
        classes=REFERENCE_CLASSES,
        preprocess=Preprocess(scale=1.0, layout="as_is"),
        size=1,
    )
    (candidate,) = expand(suite, registry).candidates
    asked = job(suite, registry, candidate, made, ("single_stream", ACCURACY))
    walls, imports = [], []
    for _ in range(7):
        began = time.perf_counter()
        outcome = launch.measure(asked, 60.0, tmp_path / "jobs")
        walls.append(time.perf_counter() - began)
        found = outcome.found
        imports.append(found["cold_start"] - found["load_time"] - found["first_query"])
        samples = outcome.arrays()
        walls[-1] -= float(samples["single_stream"].sum() + samples["single_stream_warm_up"].sum())
    start = statistics.median(imports)
    print(f"\nfixed cost of an onnxruntime candidate: {statistics.median(walls):.2f} s, of it start and imports {start:.2f} s")
