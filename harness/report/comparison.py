"""A figure against the baseline's: how many times better, with an interval.

The interval of a difference or a ratio is recovered from those of its two figures, taken as independent (MOVER: Zou & Donner,
Construction of confidence intervals about effect measures, Statistics in Medicine 27, 2008). Two accuracies are taken on
the same samples and so go up and down together: their difference is rather more certain than this says.
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
    "throughput": ("more throughput", "less throughput"),
    "first_query": ("faster first query", "slower first query"),
    "load_time": ("faster loading", "slower loading"),
    "parameters": ("fewer parameters", "more parameters"),
    "macs": ("fewer operations", "more operations"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of a candidate beside its baseline's. ``tone`` is better, worse, even (inside the noise) or plain."""

    metric: str
    label: str
    value: str
    baseline: str
    change: str
    """``3.1× faster``; empty where there is nothing to compare with."""
    ends: str
    """The interval of the change: ``2.9–3.3×``."""
    tone: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


def compare(name: str, higher: bool, fact: Fact, baseline: Fact | None) -> Comparison:
    """Return the metric ``name`` of a candidate against that of its baseline."""
    change, ends, tone = _change(name, higher, fact, baseline) if baseline else ("", "", "plain")
    return Comparison(
        name,
        wording.metric(name),
        wording.with_interval(fact),
        wording.with_interval(baseline) if baseline else "",
        change,
        ends,
        tone,
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


def _change(name: str, higher: bool, fact: Fact, baseline: Fact) -> tuple[str, str, str]:
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
    return f"{value} pp {wording.metric(name)}", ends, _tone(gain, loss)


def _times(name: str, higher: bool, gain: Estimate) -> tuple[str, str, str]:
    better, worse = _words(name, higher)
    turned = gain.value < 1
    shown = Estimate(1 / gain.value, 1 / gain.high, 1 / gain.low) if turned else gain
    value, low, high = (_factor(end) for end in (shown.value, shown.low, shown.high))
    ends = "" if low == high else f"{low}–{high}×"
    return f"{value}× {worse if turned else better}", ends, _tone(gain.low > 1, gain.high < 1)


def _words(name: str, higher: bool) -> tuple[str, str]:
    if name.startswith("latency"):
        return "faster", "slower"
    more, less = f"more {wording.metric(name)}", f"less {wording.metric(name)}"
    return _WORDS.get(name, (more, less) if higher else (less, more))


def _factor(number: float) -> str:
    return f"{number:,.{2 if number < 2 else 1 if number < 10 else 0}f}"


def _tone(gain: bool, loss: bool) -> str:
    return "better" if gain else "worse" if loss else "even"


def against_baseline(
    facts: Mapping[str, Fact], baseline: Mapping[str, Fact], metrics: Mapping[str, Mapping[str, Any]]
) -> tuple[Comparison, ...]:
    """Return every fact of a candidate against its baseline's, in the order of the facts."""
    return tuple(compare(name, _higher(metrics, name), fact, baseline.get(name)) for name, fact in facts.items())


def _higher(metrics: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    return bool(metrics.get(name, {}).get("higher", False))
