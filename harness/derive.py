"""From what a process reported to facts: pure, so that they can be derived again from the stored samples at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from harness import explained, scoring, stats, units
from harness.interfaces import Array
from harness.keys import fact_key
from harness.measure import contention
from harness.metrics import METRICS, OWN, PARTS, PERCENTILES, TASKS, Metric
from harness.record import Artifact, Fact, Provenance, Quality
from harness.spec import Target
from harness.stats import Estimate, Spread

Subject = Callable[[Metric], dict[str, Any]]
"""What a fact of a metric depends on, for the candidate in question."""


def of_artifact(artifact: Artifact, subject: Subject) -> list[Fact]:
    """Return the facts that follow from the files alone; what could not be counted is left out."""
    counts = {
        "size": artifact.size,
        "parameters": artifact.parameters,
        "macs": artifact.macs,
        "activations": artifact.activations,
        "complexity": artifact.complexity,
    }
    return [
        _fact(METRICS[name], Estimate(count, count, count, 1), subject) for name, count in counts.items() if count is not None
    ]


def of_estimates(estimates: Mapping[str, Estimate | None], subject: Subject) -> list[Fact]:
    """Return facts of metrics that were estimated; one that is not defined has none."""
    return [_fact(METRICS[name], estimate, subject) for name, estimate in estimates.items() if estimate is not None]


def key(metric: Metric, subject: Subject) -> str:
    """Return the key of a metric's fact."""
    return fact_key(subject(metric))


def of_run(
    found: Mapping[str, Any],
    samples: Mapping[str, Array],
    batch_size: int,
    subject: Subject,
    qualities: Sequence[str] = TASKS["classification"],
) -> list[Fact]:
    """Return every fact that a run supports; a percentile without enough queries is left out.

    ``qualities`` are the metrics of how right its scores are, if it kept any.
    """
    estimates = _of_process(found) | _of_scenarios(found, samples, batch_size)
    facts = [
        _fact(METRICS[name], estimate, subject, _quality(METRICS[name], found), "counter" if name == "energy" else "measured")
        for name, estimate in estimates.items()
        if estimate is not None
    ]
    judged = {name: _quality_of(name, samples) for name in qualities if "predictions" in samples}
    return facts + [_fact(METRICS[name], one, subject) for name, one in judged.items() if one is not None]


def _quality_of(name: str, samples: Mapping[str, Array]) -> Estimate | None:
    """Return how right scores are by one metric; None where that is not defined, or was not asked."""
    if name not in OWN.values():
        return scoring.estimate(name, samples["predictions"], samples["labels"])
    if "own_metric" not in samples:
        return None
    value = float(samples["own_metric"][0])
    return Estimate(value, *scoring.ends(samples["own_metric"][1:], value), len(samples["labels"]))


_ONCE: Final = (
    "load_time",
    "first_query",
    "cold_start",
    "compile_time",
    "memory_peak",
    "memory_load",
    "memory_model",
    "memory_device",
)
"""Metrics that a process tells as a number."""


def _of_process(found: Mapping[str, Any]) -> dict[str, Estimate | None]:
    return {name: _once(found[name]) for name in _ONCE if found.get(name) is not None}


def _quality(metric: Metric, found: Mapping[str, Any]) -> Quality:
    """Return the grade of the timing a metric was read off; what is timed beside the scenarios shares the first one's."""
    if metric.unit == units.BYTE or not metric.replicated:
        return "clean"
    first: Mapping[str, Any] = next((found[name] for name in ("single_stream", "multi_stream", "offline") if name in found), {})
    told = found.get(metric.scenario, {}) if metric.scenario else first
    return grade(told, int(found["settings"].get("threads", 1)))


def _once(value: float) -> Estimate:
    return Estimate(float(value), float(value), float(value), 1)


def _of_scenarios(found: Mapping[str, Any], samples: Mapping[str, Array], batch_size: int) -> dict[str, Estimate | None]:
    estimates: dict[str, Estimate | None] = {}
    for name, p in PERCENTILES.items():
        scenario = METRICS[name].scenario
        if scenario and scenario in samples:
            estimates[name] = stats.percentile(samples[scenario], p)
    for part in PARTS:
        if f"single_stream_{part}" in samples:
            estimates[f"time_{part}"] = stats.percentile(samples[f"single_stream_{part}"], 0.5)
    if "single_stream" in samples:
        estimates["latency_mean"] = stats.mean(samples["single_stream"])
        told = found["single_stream"]
        estimates["cpu_time"] = _once(told["usage"]["cpu"] / told["queries"])._replace(n=told["queries"])
    if "offline" in samples:
        estimates["throughput"] = stats.rate(samples["offline"], batch_size)
        energy = found["offline"].get("energy")
        if energy:
            count = found["offline"]["queries"] * batch_size
            estimates["energy"] = _once(energy["joules"] / count)._replace(n=count)
    return estimates


def of_peak(found: Mapping[str, Any], subject: Subject) -> list[Fact]:
    """Return the fact of a ``server`` search, if it found a rate: its interval is the range between held and not held."""
    if found["why"] is not None:
        return []
    estimate = Estimate(found["low"], found["low"], found["high"], found["queries"])
    grades = ["contended" if told.get("late") else grade(told, found["threads"] + 1) for told in found["probes"]]
    return [_fact(METRICS["server_rate"], estimate, subject, _prevailing(grades))]


def of_explanations(samples: Mapping[str, Array], baseline: Mapping[str, Array] | None, subject: Subject) -> list[Fact]:
    """Return the facts of a candidate's explanations; ``baseline`` has those of the suite's baseline, if they are known."""
    estimates = explained.estimates(samples)
    estimates["explanation_agreement"] = explained.agreement(samples, baseline) if baseline else None  # {}: it could not be
    return [_fact(METRICS[name], one, subject) for name, one in estimates.items() if one is not None]


def from_facts(facts: Mapping[str, Fact], target: Target) -> dict[str, Fact]:
    """Return the facts that follow from ``facts`` and from what the suite states of its target."""
    rate = facts.get("throughput")
    derived: dict[str, Fact] = {}
    if rate and min(rate.value, rate.low) > 0 and target.price_per_hour:
        per_second = target.price_per_hour / 3600
        derived["cost"] = _inverse(rate, METRICS["cost"], 1000 * per_second, "derived")
    if rate and min(rate.value, rate.low) > 0 and target.power and "energy" not in facts:
        derived["energy"] = _inverse(rate, METRICS["energy"], target.power, "estimate")
    return derived


def _inverse(rate: Fact, metric: Metric, factor: float, provenance: Provenance) -> Fact:
    """Return the fact ``factor / rate``."""
    about: dict[str, Any] = {"metric": metric.name, "from": rate.key, "factor": factor}
    return rate.model_copy(
        update={
            "key": fact_key(about),
            "metric": metric.name,
            "value": factor / rate.value,
            "low": factor / rate.high,
            "high": factor / rate.low,
            "unit": metric.unit,
            "subject": about,
            "provenance": provenance,
        }
    )


def merged(processes: Sequence[Fact], spread: Spread) -> Fact:
    """Return one fact from those of several processes, first process first; the interval holds their ``spread``."""
    estimates = [Estimate(fact.value, fact.low, fact.high, fact.n) for fact in processes]
    value, low, high, n = stats.combined(estimates, spread)
    return processes[0].model_copy(
        update={
            "value": value,
            "low": low,
            "high": high,
            "n": n,
            "run": processes[-1].run,
            "processes": len(processes),
            "quality": _prevailing([fact.quality for fact in processes]),
            "tries": max(fact.tries for fact in processes),
        }
    )


def spread(metric: Metric, candidates: Iterable[Sequence[Fact]]) -> Spread:
    """Return how much ``metric`` differs between processes, from candidates that were measured in several."""
    assumed = stats.ASSUMED_MEMORY_SPREAD if metric.unit == units.BYTE else stats.ASSUMED_SPREAD
    return stats.between(candidates, assumed)


def grade(told: Mapping[str, Any], threads: int) -> Quality:
    """Return whether a scenario's timing was left alone, by what its meters told."""
    usage = told.get("usage")
    if not usage:
        return "clean"
    return "throttled" if told.get("throttled") else contention.grade(usage, int(told.get("queries", 0)), threads)


def _prevailing(grades: Sequence[Quality]) -> Quality:
    """Return ``clean`` unless most of ``grades`` are not, then the most frequent of those."""
    noted = [grade for grade in grades if grade != "clean"]
    return Counter(noted).most_common(1)[0][0] if 2 * len(noted) > len(grades) else "clean"


def _fact(
    metric: Metric, estimate: Estimate, subject: Subject, quality: Quality = "clean", provenance: Provenance = "measured"
) -> Fact:
    about = subject(metric)
    return Fact(
        key=fact_key(about),
        metric=metric.name,
        value=float(estimate.value),
        low=float(estimate.low if metric.unit in (units.NUMBER, units.SHARE) else np.clip(estimate.low, 0, None)),
        high=float(estimate.high),
        n=estimate.n,
        unit=metric.unit,
        subject=about,
        quality=quality,
        provenance=provenance,
    )
