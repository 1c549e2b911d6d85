"""The metrics: what each is called, its unit, which way is better, and what it depends on.

The scope of a metric decides the key of its facts, so that nothing is measured twice (see ``keys``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from harness import units


class Scope(Enum):
    """What a metric depends on, from least to most."""

    ARTIFACT = "artifact"
    """The exported bytes alone."""
    NUMERICS = "numerics"
    """The bytes, the runtime with the options that change its arithmetic, and the dataset."""
    PROCESS = "process"
    """The bytes, the runtime with all its options, and the machine."""
    QUERY = "query"
    """All of that, and the batch size, the scenario's sizing and the shape of a sample."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity; ``higher`` says which direction is better."""

    name: str
    unit: str
    higher: bool
    scope: Scope
    summary: str
    scenario: str | None = None

    @property
    def replicated(self) -> bool:
        """Whether it differs from process to process, so that contenders are measured in several."""
        return self.scope in (Scope.PROCESS, Scope.QUERY)

    def better(self, a: float, b: float) -> bool:
        """Say whether value ``a`` is strictly better than ``b``."""
        return a > b if self.higher else a < b

    def loss(self, value: float) -> float:
        """Return ``value`` with its sign such that less is better."""
        return -value if self.higher else value


def _latency(percent: str) -> Metric:
    return Metric(
        f"latency_p{percent}",
        units.SECOND,
        False,
        Scope.QUERY,
        f"time of a query that {percent} % of the queries do not exceed",
        "single_stream",
    )


_ALL: Final = (
    _latency("50"),
    _latency("90"),
    _latency("99"),
    Metric("throughput", units.RATE, True, Scope.QUERY, "samples per second, queries sent back to back", "offline"),
    Metric(
        "memory_peak",
        units.BYTE,
        False,
        Scope.QUERY,
        "highest resident memory of the process while loading and answering, beyond the empty runtime",
    ),
    Metric("first_query", units.SECOND, False, Scope.QUERY, "time of the first query after loading"),
    Metric("load_time", units.SECOND, False, Scope.PROCESS, "time to load the artifact into its runtime"),
    Metric("accuracy", units.SHARE, True, Scope.NUMERICS, "share of the test split classified rightly"),
    Metric("size", units.BYTE, False, Scope.ARTIFACT, "bytes of the artifact's files"),
    Metric("parameters", units.COUNT, False, Scope.ARTIFACT, "stored weights"),
    Metric("macs", units.COUNT, False, Scope.ARTIFACT, "multiply-accumulate operations for one sample"),
)

METRICS: Final = MappingProxyType({metric.name: metric for metric in _ALL})
PERCENTILES: Final = MappingProxyType({"latency_p50": 0.5, "latency_p90": 0.9, "latency_p99": 0.99})
