"""The harness's own hot paths, which ``nox -s gate`` compares with those of the revision before."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from harness.decide import pareto
from harness.interfaces import Sizing, Timeline
from harness.metrics import METRICS
from harness.record import Environment, Fact
from harness.scenarios.back_to_back import single_stream
from harness.store import Run, Store

Measure = Callable[..., Any]
QUERIES = 2_000
NAMES = tuple(islice(METRICS, 30))
"""Of the facts that are written: as many in every revision."""


def test_query_loop(harness_benchmark: Measure) -> None:
    sizing = Sizing(min_queries=QUERIES, min_time=0, max_queries=QUERIES, max_time=60, hard_time=60)

    def loop() -> Timeline:
        return single_stream(lambda number: None, time.perf_counter, sizing, {}, lambda: None)

    assert len(harness_benchmark(loop).queries) == QUERIES


def test_front_of_ten_thousand(harness_benchmark: Measure) -> None:
    losses = np.random.default_rng(0).normal(size=(10_000, 3))
    assert harness_benchmark(pareto.front, losses).any()


def test_store_write(harness_benchmark: Measure, tmp_path: Path) -> None:
    environment = Environment(id="here", identity={}, context={}, versions={})
    numbers = count()

    def write(store: Store) -> int:
        first = next(numbers)
        facts = tuple(
            Fact(key=f"{first} {name}", metric=name, value=1.0, low=1.0, high=1.0, n=1, unit="s", subject={}) for name in NAMES
        )
        return store.add_run(Run(environment, {}, b"x" * 10_000, (f"done {first}",), facts))

    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        assert harness_benchmark(write, store) == next(numbers)
