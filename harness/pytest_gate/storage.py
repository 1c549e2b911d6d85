"""The door to pytest-benchmark: samples that the harness took become a benchmark of its session, as if it had taken them.

It has no public way in for samples. What is used of its insides: ``BenchmarkFixture``, its ``_make_stats`` and ``_mode``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture, FixtureAlreadyUsed

from harness.interfaces import Sizing
from harness.pytest_gate.results import KEY
from harness.spec import Measure
from harness.stats import NEEDED_QUERIES


def fixture(item: pytest.Item) -> BenchmarkFixture:
    """Return the fixture of a test that is no function, as pytest-benchmark makes it of one that is."""
    session = item.config._benchmarksession  # type: ignore[attr-defined]
    return BenchmarkFixture(  # type: ignore[no-untyped-call]
        item,
        add_stats=session.benchmarks.append,
        logger=session.logger,
        warner=item.warn,
        disabled=session.disabled,
        **session.options,
    )


def claim(benchmark: BenchmarkFixture) -> None:
    """Mark the fixture as used; it can be used once."""
    if benchmark._mode:
        benchmark.has_error = True
        raise FixtureAlreadyUsed(f"a test has one benchmark, and this one has it from {benchmark._mode} already")
    benchmark._mode = "harness_benchmark(...)"


def keep(benchmark: BenchmarkFixture, samples: Sequence[float], told: Mapping[str, Any], calls: int = 1) -> None:
    """Hand over ``samples``, each the seconds of one call on average of so many ``calls``, with what there is to tell."""
    benchmark.extra_info[KEY] = dict(told)
    stats = benchmark._make_stats(calls)  # type: ignore[no-untyped-call]
    for one in samples:
        stats.update(one * calls)


def sizing(config: pytest.Config) -> Sizing:
    """Return when a timing is long enough: as of a suite, with what pytest-benchmark's own options say instead."""
    rules = Measure()
    longest = float(config.getoption("benchmark_max_time"))
    return Sizing(
        min_queries=max(NEEDED_QUERIES[0.5], config.getoption("benchmark_min_rounds")),
        min_time=min(rules.min_time, longest),
        max_queries=rules.max_queries,
        max_time=longest,
        hard_time=max(rules.hard_time, longest),
        precision=float(config.getoption("benchmark_precision") or rules.precision),
    )
