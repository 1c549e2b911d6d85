"""What deciding among very many candidates costs: `nox -s benchmarks -- -k decisions` prints it; nothing is asserted on time."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from harness.bulk import collecting_nothing
from harness.decide.columns import Table, gather
from harness.decide.recommend import decide, examined, fronts_of
from harness.decide.utility import wanted, weigh
from harness.metrics import METRICS
from harness.record import Environment, Fact
from harness.spec import Constraint, Profile
from harness.store import Run, Store

CANDIDATES = 100_000
ACCURACIES = 20_000
"""Distinct ones: candidates of other batch sizes and threads share them."""

PROFILE = Profile(
    name="many",
    weights={"latency_p90": 1, "accuracy": 2, "size": 0.5},
    ranges={"latency_p90": (0.05, 0.001), "accuracy": (0.6, 0.99), "size": (2e7, 1e5)},
    constraints=(
        Constraint(metric="latency_p90", op="<=", offset=0.02, text="latency_p90 <= 20 ms"),
        Constraint(metric="accuracy", op=">=", factor=1, offset=-0.1, text="accuracy >= baseline - 10 pp"),
    ),
)


def _fact(metric: str, value: float, spread: float, key: str) -> Fact:
    low, high = value * (1 - spread), value * (1 + spread)
    return Fact(key=key, metric=metric, value=value, low=low, high=high, n=64, unit=METRICS[metric].unit, subject={"m": metric})


def _table() -> dict[str, dict[str, Fact]]:
    rng = np.random.default_rng(0)
    sizes = np.exp(rng.normal(size=CANDIDATES))
    latencies = 0.01 * sizes**0.7 * np.exp(rng.normal(size=CANDIDATES) / 2)
    lacking = 0.3 * np.exp(-0.3 * np.log(sizes[:ACCURACIES]) + rng.normal(size=ACCURACIES) * 0.2 - 0.5)
    accuracies = [_fact("accuracy", float(1 - each), 0.01, f"accuracy{i}") for i, each in enumerate(np.clip(lacking, 0.01, 0.9))]
    return {
        f"candidate{i:06}": {
            "latency_p90": _fact("latency_p90", float(latencies[i]), 0.06, f"latency{i}"),
            "accuracy": accuracies[i % ACCURACIES],
            "size": _fact("size", float(sizes[i] * 1e6), 0.0, f"size{i}"),
        }
        for i in range(CANDIDATES)
    }


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began, used = time.perf_counter(), time.process_time()
    yield
    print(f"  {what:<54} {time.perf_counter() - began:5.2f} s ({time.process_time() - used:.2f} s of processor time)")


def _decided(table: Table) -> None:
    metrics, baselines = wanted(PROFILE), dict.fromkeys(table, min(table))
    with _timed("facts as columns"):
        columns = gather(table, metrics, baselines, table)
    with _timed("scored, constraints held against them"):
        weighed = weigh(PROFILE, columns)
    with _timed("front of three objectives, and what could be on it"):
        front, near = fronts_of(columns, metrics)
    with _timed("recommended, with ties and runner-up"):
        told = decide(weighed)
    print(f"  ({told.infeasible} infeasible, {len(front)} on the front, {len(near)} near it, {len(told.tied)} tied)")
    assert told.feasible


def test_decisions_among_a_hundred_thousand(tmp_path: Path) -> None:
    table = _table()
    gc.collect()
    print(f"\n{CANDIDATES:,} candidates, their facts in memory")
    with _timed("all of it"):
        _decided(table)
    columns = gather(table, wanted(PROFILE), dict.fromkeys(table, min(table)), table)
    with _timed("and how sure, and what would change it"):
        examined(PROFILE, columns)
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        _stored(store, table)
        keys = {label: {metric: fact.key for metric, fact in row.items()} for label, row in table.items()}
        del table, columns
        gc.collect()
        print(f"{CANDIDATES:,} candidates, their facts in the store, by key")
        with _timed("all of it"):
            _decided(_read(store, keys))


def _stored(store: Store, table: Table) -> None:
    facts = {fact.key: fact for row in table.values() for fact in row.values()}
    store.add_run(Run(Environment(id="here", identity={}, context={}, versions={}), {}, b"", (), tuple(facts.values())))


def _read(store: Store, keys: Mapping[str, Mapping[str, str]]) -> Table:
    """Return facts as the ledger reads them, once it knows their keys."""
    with _timed("facts read"), collecting_nothing():
        facts = store.facts(key for row in keys.values() for key in row.values())
        return {label: {metric: facts[key] for metric, key in row.items()} for label, row in keys.items()}
