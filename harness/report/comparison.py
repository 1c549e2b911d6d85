"""A figure against the baseline's: how many times better, with an interval.

The interval of a difference or a ratio is recovered from those of its two figures, taken as independent (MOVER: Zou & Donner,
Construction of confidence intervals about effect measures, Statistics in Medicine 27, 2008). Where the answer has compared
them sample by sample (``paired``), as it does accuracies, that interval is told: it is much surer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import units
from harness.report import wording
from harness.report.wording import Fact

_WORDS = {
    "size": ("smaller", "larger"),
    "memory_peak": ("less memory", "more memory"),
    "memory_load": ("less memory while loading", "more memory while loading"),
    "memory_model": ("less memory once loaded", "more memory once loaded"),
    "memory_device": ("less GPU memory", "more GPU memory"),
    "throughput": ("more throughput", "less throughput"),
    "server_rate": ("more load sustained", "less load sustained"),
    "cpu_time": ("less processor time", "more processor time"),
    "energy": ("less energy", "more energy"),
    "cost": ("cheaper", "dearer"),
    "cold_start": ("faster cold start", "slower cold start"),
    "first_query": ("faster first query", "slower first query"),
    "load_time": ("faster loading", "slower loading"),
    "time_decode": ("faster decoding", "slower decoding"),
    "time_resize": ("faster resizing", "slower resizing"),
    "time_normalize": ("faster normalizing", "slower normalizing"),
    "time_model": ("faster model", "slower model"),
    "time_postprocess": ("faster postprocessing", "slower postprocessing"),
    "parameters": ("fewer parameters", "more parameters"),
    "macs": ("fewer operations", "more operations"),
}

_FAMILIES = {"latency_": ("faster", "slower"), "multi_stream_": ("faster multi-stream", "slower multi-stream")}
"""The words of metrics whose names begin alike."""


Paired = Mapping[str, Any]
"""A difference to the baseline on the same samples: ``value``, ``low``, ``high``, ``gained``, ``lost`` and ``p``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of a candidate beside its baseline's. ``tone`` is better, worse, even (inside the noise) or plain.

    What rests on an estimate is plain: it is not known to be better.
    """

    metric: str
    label: str
    value: str
    baseline: str
    change: str
    """``3.1× faster``; empty where there is nothing to compare with."""
    ends: str
    """The interval of the change: ``2.9–3.3×``."""
    tone: str
    detail: str = ""
    """What a paired comparison saw: ``gained 3, lost 7 of 540 samples (p = 0.23)``, where p is McNemar's."""
    estimate: bool = False
    """Whether one of the two figures is an estimate."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


def compare(name: str, higher: bool, fact: Fact, baseline: Fact | None, paired: Paired | None = None) -> Comparison:
    """Return the metric ``name`` of a candidate against that of its baseline, on the same samples where it is ``paired``."""
    estimate = wording.is_estimate(fact) or wording.is_estimate(baseline or {})
    change, ends, tone = _change(name, higher, fact, baseline, paired) if baseline else ("", "", "plain")
    if change and estimate:
        change, ends, tone = f"≈ {change}", ", ".join(filter(None, (wording.ESTIMATE, ends))), "plain"
    return Comparison(
        name,
        wording.metric(name),
        wording.with_interval(fact),
        wording.with_interval(baseline) if baseline else "",
        change,
        ends,
        tone,
        _detail(paired, fact) if paired and baseline else "",
        estimate,
    )


def difference(a: Fact, b: Fact) -> Estimate:
    """Return a - b."""
    value = a["value"] - b["value"]
    below = math.hypot(a["value"] - a["low"], b["high"] - b["value"])
    above = math.hypot(a["high"] - a["value"], b["value"] - b["low"])
    return Estimate(value, value - below, value + above)


def ratio(a: Fact, b: Fact) -> Estimate | None:
    """Return a ÷ b, by the difference of their logarithms; None unless all is above nought."""
    if min(a["value"], a["low"], b["value"], b["low"]) <= 0:
        return None
    logs = difference(_logarithm(a), _logarithm(b))
    return Estimate(*(math.exp(end) for end in (logs.value, logs.low, logs.high)))


def _logarithm(fact: Fact) -> Fact:
    return {end: math.log(fact[end]) for end in ("value", "low", "high")}


def _detail(paired: Paired, fact: Fact) -> str:
    asked = paired.get("n") or fact.get("n")
    of = f" of {wording.count(asked, 'sample')}" if asked else " samples"
    return f"gained {paired['gained']:,}, lost {paired['lost']:,}{of} (p = {paired['p']:.2g})"


def _change(name: str, higher: bool, fact: Fact, baseline: Fact, paired: Paired | None) -> tuple[str, str, str]:
    if paired:
        return _points(name, higher, Estimate(paired["value"], paired["low"], paired["high"]))
    if fact["value"] == baseline["value"]:
        return f"same {wording.metric(name)}", "", "even"
    if fact["unit"] == units.SHARE:
        return _points(name, higher, difference(fact, baseline))
    gain = ratio(fact, baseline) if higher else ratio(baseline, fact)
    return _times(name, higher, gain) if gain else ("", "", "plain")


def _points(name: str, higher: bool, change: Estimate) -> tuple[str, str, str]:
    value, low, high = (wording.signed(end * 100, 1) for end in (change.value, change.low, change.high))
    gain, loss = (change.low > 0, change.high < 0) if higher else (change.high < 0, change.low > 0)
    ends = "" if low == high else f"{low} to {high} pp"
    told = f"{value} pp {wording.metric(name)}" if change.value else f"same {wording.metric(name)}"
    return told, ends, _tone(gain, loss)


def _times(name: str, higher: bool, gain: Estimate) -> tuple[str, str, str]:
    better, worse = _words(name, higher)
    turned = gain.value < 1
    shown = Estimate(1 / gain.value, 1 / gain.high, 1 / gain.low) if turned else gain
    value, low, high = (_factor(end) for end in (shown.value, shown.low, shown.high))
    ends = "" if low == high else f"{low}–{high}×"
    return f"{value}× {worse if turned else better}", ends, _tone(gain.low > 1, gain.high < 1)


def _words(name: str, higher: bool) -> tuple[str, str]:
    family = next((words for beginning, words in _FAMILIES.items() if name.startswith(beginning)), None)
    if family:
        return family
    more, less = f"more {wording.metric(name)}", f"less {wording.metric(name)}"
    return _WORDS.get(name, (more, less) if higher else (less, more))


def _factor(number: float) -> str:
    return f"{number:,.{2 if number < 2 else 1 if number < 10 else 0}f}"


def _tone(gain: bool, loss: bool) -> str:
    return "better" if gain else "worse" if loss else "even"


def against_baseline(
    facts: Mapping[str, Fact],
    baseline: Mapping[str, Fact],
    metrics: Mapping[str, Mapping[str, Any]],
    paired: Mapping[str, Paired],
) -> tuple[Comparison, ...]:
    """Return every fact of a candidate against its baseline's, in the order of the facts."""
    return tuple(
        compare(name, _higher(metrics, name), fact, baseline.get(name), paired.get(name)) for name, fact in facts.items()
    )


def _higher(metrics: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    return bool(metrics.get(name, {}).get("higher", False))
