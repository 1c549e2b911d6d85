"""What the gate tolerates and what it promises to catch, by metric, where nothing else is asked for.

Two numbers, since a threshold that equals the effect is passed by every second run with it. What is as noisy as a tail or a start
gets wider ones. Of the 99th percentile some forty queries a block tell too little to fail a merge: it is shown and gates nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from harness import units
from harness.gate.samples import Exact, Metric
from harness.metrics import METRICS

_TIME: Final = {"unit": units.SECOND, "tol": 0.02, "detect": 0.05}
_MEMORY: Final = {"unit": units.BYTE, "tol": 0.01, "detect": 0.03}
_START: Final = {"unit": units.SECOND, "tol": 0.05, "detect": 0.15}

TIMED: Final = MappingProxyType(
    {
        one.name: one
        for one in (
            Metric(name="latency", series="latency", **_TIME),
            Metric(name="latency_p95", series="latency", quantile=0.95, unit=units.SECOND, tol=0.05, detect=0.15),
            Metric(name="latency_p99", series="latency", quantile=0.99, unit=units.SECOND, tol=0.05, detect=0.15, advisory=True),
            Metric(name="cpu_time", series="cpu_time", **_TIME),
            Metric(name="throughput", series="throughput", unit=units.RATE, higher=True, tol=0.02, detect=0.05),
            *(Metric(name=name, series=name, **_MEMORY) for name in ("memory_peak", "memory_load", "memory_model")),
            *(Metric(name=name, series=name, **_START) for name in ("cold_start", "load_time", "first_query")),
        )
    }
)
"""Metrics that are judged from samples, by name; ``latency`` is the mean of the best three quarters of a block's queries."""

LIMITS: Final = MappingProxyType(
    {"size": 0.01, "parameters": 0.0, "macs": 0.0, "activations": 0.0, "operators": 0.0, "complexity": 0.0}
)
"""By how much a counted metric may grow: a file by a few bytes of names, what is computed by nothing."""

ADVISORY: Final = frozenset({"operators", "complexity"})
"""What is counted and only shown: what more operators cost is timed, and how much there is to read is not for a gate to say."""


def counted(name: str, baseline: float | None, candidate: float | None) -> Exact:
    """Return a counted metric with its limit."""
    limit, advisory = LIMITS[name], name in ADVISORY
    unit = METRICS[name].unit if name in METRICS else units.COUNT
    return Exact(name=name, unit=unit, limit=limit, advisory=advisory, baseline=baseline, candidate=candidate)
