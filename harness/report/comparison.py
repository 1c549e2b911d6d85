"""A figure against the baseline's: how many times better, with an interval.

The interval of a difference or a ratio is that of ``changes``. Where the answer has compared the two sample by sample
(``paired``), as it does accuracies, that interval is told: it is much surer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import units
from harness.changes import Change, difference, ratio
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
    "compile_time": ("faster compiling", "slower compiling"),
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


def _ends(fact: Fact) -> Change:
    return Change(fact["value"], fact["low"], fact["high"])


def _detail(paired: Paired, fact: Fact) -> str:
    asked = paired.get("n") or fact.get("n")
    of = f" of {wording.count(asked, 'sample')}" if asked else " samples"
    if "gained" not in paired:
        return f"on the same{of}".replace(" of", "")
    return f"gained {paired['gained']:,}, lost {paired['lost']:,}{of} (p = {paired['p']:.2g})"


def _change(name: str, higher: bool, fact: Fact, baseline: Fact, paired: Paired | None) -> tuple[str, str, str]:
    tell = {units.SHARE: _points, units.NUMBER: _numbers}.get(fact["unit"])
    if paired and tell:
        return tell(name, higher, Change(paired["value"], paired["low"], paired["high"]))
    if fact["value"] == baseline["value"]:
        return f"same {wording.metric(name)}", "", "even"
    if tell:
        return tell(name, higher, difference(_ends(fact), _ends(baseline)))
    gain = ratio(_ends(fact), _ends(baseline)) if higher else ratio(_ends(baseline), _ends(fact))
    return _times(name, higher, gain) if gain else ("", "", "plain")


def _points(name: str, higher: bool, change: Change) -> tuple[str, str, str]:
    return _difference(name, higher, change, tuple(wording.signed(end * 100, 1) for end in change), " pp")


def _numbers(name: str, higher: bool, change: Change) -> tuple[str, str, str]:
    """Return a difference of plain numbers, with as many decimals as its smallest end needs for two digits."""
    sizes = [abs(end) for end in change if end]
    decimals = max(0, 1 - math.floor(math.log10(min(sizes)))) if sizes else 0
    return _difference(name, higher, change, tuple(wording.signed(end, min(decimals, 6)) for end in change), "")


def _difference(name: str, higher: bool, change: Change, shown: Sequence[str], unit: str) -> tuple[str, str, str]:
    value, low, high = shown
    gain, loss = (change.low > 0, change.high < 0) if higher else (change.high < 0, change.low > 0)
    ends = "" if low == high else f"{low} to {high}{unit}"
    told = f"{value}{unit} {wording.metric(name)}" if change.value else f"same {wording.metric(name)}"
    return told, ends, _tone(gain, loss)


def _times(name: str, higher: bool, gain: Change) -> tuple[str, str, str]:
    better, worse = words(name, higher)
    turned = gain.value < 1
    shown = gain.inverse if turned else gain
    value, low, high = (factor(end) for end in (shown.value, shown.low, shown.high))
    ends = "" if low == high else f"{low}–{high}×"
    return f"{value}× {worse if turned else better}", ends, _tone(gain.low > 1, gain.high < 1)


def words(name: str, higher: bool) -> tuple[str, str]:
    """Return what a metric is called that is so many times better, or worse: ``faster`` and ``slower``."""
    family = next((words for beginning, words in _FAMILIES.items() if name.startswith(beginning)), None)
    if family:
        return family
    more, less = f"more {wording.metric(name)}", f"less {wording.metric(name)}"
    return _WORDS.get(name, (more, less) if higher else (less, more))


def factor(number: float) -> str:
    """Return how many times, with about two digits behind the first."""
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
