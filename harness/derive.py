"""From what a process reported to facts: pure, so that they can be derived again from the stored samples at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from harness import stats, units
from harness.interfaces import Array
from harness.keys import digest
from harness.measure.contention import BUSY
from harness.metrics import METRICS, PERCENTILES, Metric
from harness.record import Artifact, Fact
from harness.stats import Estimate, Spread

Subject = Callable[[Metric], dict[str, Any]]
"""What a fact of a metric depends on, for the candidate in question."""

STATIC = ("size", "parameters", "macs")


def of_artifact(artifact: Artifact, subject: Subject) -> list[Fact]:
    """Return the facts that follow from the files alone; what could not be counted is left out."""
    counts = {"size": artifact.size, "parameters": artifact.parameters, "macs": artifact.macs}
    return [
        _fact(METRICS[name], Estimate(count, count, count, 1), subject) for name, count in counts.items() if count is not None
    ]


def of_run(
    found: Mapping[str, Any], samples: Mapping[str, Array], labels: Array, batch_size: int, subject: Subject
) -> list[Fact]:
    """Return every fact that a run supports; a percentile without enough queries is left out.

    ``labels`` are those of the test split, in the order of the run's predictions.
    """
    facts = []
    quality = grade(found)
    for name, estimate in _estimates(found, samples, labels, batch_size).items():
        if estimate is not None:
            facts.append(_fact(METRICS[name], estimate, subject, quality if name != "accuracy" else "clean"))
    return facts


def _estimates(
    found: Mapping[str, Any], samples: Mapping[str, Array], labels: Array, batch_size: int
) -> dict[str, Estimate | None]:
    estimates: dict[str, Estimate | None] = {}
    for name in ("load_time", "first_query"):
        estimates[name] = Estimate(found[name], found[name], found[name], 1)
    peak = float(found["memory_peak"])
    estimates["memory_peak"] = Estimate(peak, peak, peak, 1)
    if "single_stream" in samples:
        for name, p in PERCENTILES.items():
            estimates[name] = stats.percentile(samples["single_stream"], p)
    if "offline" in samples:
        estimates["throughput"] = stats.rate(samples["offline"], batch_size)
    if "predictions" in samples:
        right = int((samples["predictions"].argmax(axis=1) == labels).sum())
        estimates["accuracy"] = stats.proportion(right, len(labels))
    return estimates


def merged(processes: Sequence[Fact], spread: Spread) -> Fact:
    """Return one fact from those of several processes, first process first; the interval holds their ``spread``."""
    estimates = [Estimate(fact.value, fact.low, fact.high, fact.n) for fact in processes]
    value, low, high, n = stats.combined(estimates, spread)
    contended = sum(fact.quality == "contended" for fact in processes)
    return processes[0].model_copy(
        update={
            "value": value,
            "low": low,
            "high": high,
            "n": n,
            "run": processes[-1].run,
            "processes": len(processes),
            "quality": "contended" if 2 * contended > len(processes) else "clean",
        }
    )


def spread(metric: Metric, candidates: Iterable[Sequence[Fact]]) -> Spread:
    """Return how much ``metric`` differs between processes, from candidates that were measured in several."""
    assumed = stats.ASSUMED_MEMORY_SPREAD if metric.unit == units.BYTE else stats.ASSUMED_SPREAD
    return stats.pooled(([fact.value for fact in facts] for facts in candidates), assumed)


def grade(found: Mapping[str, Any]) -> Literal["clean", "contended"]:
    """Return whether something else seems to have used the cores: many involuntary switches while queries ran."""
    for name in ("single_stream", "offline"):
        usage, count = found.get(name, {}).get("usage"), found.get(name, {}).get("queries", 0)
        if usage and count and usage["involuntary"] / count > BUSY:
            return "contended"
    return "clean"


def _fact(metric: Metric, estimate: Estimate, subject: Subject, quality: Literal["clean", "contended"] = "clean") -> Fact:
    about = subject(metric)
    return Fact(
        key=digest(about),
        metric=metric.name,
        value=float(estimate.value),
        low=float(np.clip(estimate.low, 0, None)),
        high=float(estimate.high),
        n=estimate.n,
        unit=metric.unit,
        subject=about,
        quality=quality,
    )
