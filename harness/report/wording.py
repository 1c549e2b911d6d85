"""Words and figures for people: a fact with its interval, a candidate as a sentence. Knows no page and no format."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from harness import units

Fact = Mapping[str, Any]

ESTIMATE = "estimate"

_DONE = {
    "quantize": "quantized",
    "prune": "pruned",
    "factorize": "factorized",
    "cluster": "clustered",
    "distill": "distilled",
}


def metric(name: str) -> str:
    """Return a metric's name for people: ``latency p90``, ``latency p99.9``."""
    return name.replace("_p999", "_p99.9").replace("_", " ")


def figure(value: float | None, unit: str) -> str:
    """Return ``value`` with a scale that suits it."""
    return "not known" if value is None else units.show(value, unit)


NO_RANGE: Final = "the range moves with the baseline, which has no figure or leaves none"


def open_ranges(priorities: Mapping[str, Any]) -> list[str]:
    """Return the metrics that a profile weighs and whose range its baseline does not settle."""
    return [metric for metric in priorities.get("weights", ()) if metric in priorities.get("relative", ())]


def worth(priorities: Mapping[str, Any], name: str, unit: str) -> str:
    """Return the two ends of a metric's range, from worth nothing to worth everything: ``10 ms to 100 µs, log``."""
    ends = priorities.get("ranges", {}).get(name)
    scale = ", log" if priorities.get("scales", {}).get(name) == "log" else ""
    return f"{figure(ends[0], unit)} to {figure(ends[1], unit)}{scale}" if ends else ""


def interval(fact: Fact) -> str:
    """Return the ends of a fact's interval, ``160–175`` where they share the value's scale; empty where there is none."""
    shown, low, high = (figure(fact[end], fact["unit"]) for end in ("value", "low", "high"))
    if low == high:
        return ""
    (_, scale), (low_number, low_scale), (high_number, high_scale) = (_split(text) for text in (shown, low, high))
    return f"{low_number}–{high_number}" if scale == low_scale == high_scale else f"{low} – {high}"


def is_estimate(fact: Fact) -> bool:
    """Say whether a fact was worked out from stated figures, so that it must not look like a measurement."""
    return bool(fact.get("provenance") == "estimate")


def about(text: str, fact: Fact) -> str:
    """Return ``text``, a figure of the fact, as ``≈ 3 mJ`` where the fact is an estimate."""
    return f"≈ {text}" if is_estimate(fact) else text


def with_interval(fact: Fact) -> str:
    """Return a fact as ``166 µs (160–175)``, an estimate as ``≈ 3 mJ (estimate, 2–5)``."""
    ends = [ESTIMATE] if is_estimate(fact) else []
    ends += filter(None, [interval(fact)])
    return about(figure(fact["value"], fact["unit"]), fact) + (f" ({', '.join(ends)})" if ends else "")


NOT_BEATEN: Final = "explanations do not beat a random order of features"


def absence(withheld: Mapping[str, Any]) -> str:
    """Return why a metric is absent: ``needs 662, has 200``, or its reason as it was given."""
    if "needs" in withheld:
        return f"needs {withheld['needs']:,}, has {withheld['has']:,}"
    return str(withheld.get("why") or "not known")


def explained(explanation: Mapping[str, Any]) -> str:
    """Return how a candidate's explanations stand against a random order of the features, in a sentence without its end."""
    versus, samples = explanation["versus_random"], explanation["samples"]
    few = f", {explanation['asked']} were asked for" if samples < explanation["asked"] else ""
    against = f"in {versus['won']} of {samples} samples{few}, less in {versus['lost']}"
    takes = f"their top tenth takes more of the decision away than a random tenth {against}"
    return f"explanations beat a random order of features: {takes}" if versus["beats"] else f"{NOT_BEATEN}: {takes}"


def published(candidate: Mapping[str, Any]) -> str:
    """Return a model's published accuracy, ``published 69.8 %``; empty where none was given."""
    prior = candidate.get("prior")
    return "" if prior is None else f"published {figure(prior, units.SHARE)}"


def plus_minus(value: float | None, half_width: float | None) -> str:
    """Return a utility as ``0.912 ± 0.045``."""
    if value is None:
        return "not known"
    return f"{value:.3f}" + (f" ± {half_width:.3f}" if half_width else "")


def signed(number: float, decimals: int) -> str:
    """Return ``number`` with its sign, a true minus, and no sign for nought: ``−0.4``."""
    text = f"{number:+,.{decimals}f}"
    return text[1:] if not float(text.replace(",", "")) else text.replace("-", "−")


def two_digits(number: float) -> str:
    """Return ``number`` with two digits that count, and never as a power of ten: ``0.37``, ``2.1``, ``1,600``."""
    return f"{number:,.0f}" if abs(number) >= 99.5 else f"{number:.2g}"


def count(number: int, one: str, many: str = "") -> str:
    """Return ``1 candidate`` or ``12 candidates``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def sentence(text: str) -> str:
    """Return ``text`` with its first letter large."""
    return text[:1].upper() + text[1:]


def moment(text: str) -> str:
    """Return a moment in ISO 8601 as ``2026-01-31 09:05 UTC``; what is none as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError):
        return text


def options(label: str) -> str:
    """Return what a part's label says beyond its name, for people: ``channel, ratio=0.5``."""
    return label.partition(":")[2].replace(",", ", ")


def named(choice: Mapping[str, Any]) -> str:
    """Return a part as ``onnxruntime (threads=1)``."""
    return _with_options(choice["part"], choice["label"])


def passes(choices: Sequence[Mapping[str, Any]]) -> str:
    """Return a chain of passes as ``pruned (channel, ratio=0.5), then quantized (static)``."""
    return ", then ".join(_with_options(_DONE.get(one["part"], one["part"]), one["label"]) for one in choices)


def deploy(candidate: Mapping[str, Any]) -> str:
    """Return what to deploy: ``test_resnet, quantized (static), on onnxruntime (threads=1), one sample per query``."""
    batch = candidate["batch_size"]
    device = "" if candidate["device"] == "cpu" else f", {candidate['device']}"
    return ", ".join(
        part
        for part in (
            candidate["model"]["label"],
            passes(candidate["passes"]) or "uncompressed",
            f"on {named(candidate['runtime'])}{device}",
            "one sample per query" if batch == 1 else f"{batch} samples per query",
        )
        if part
    )


def suite_file(facts: Mapping[str, Any]) -> str:
    """Return the suite's file as a command takes it; where it is not known, a word that stands for it."""
    return shlex.quote(facts.get("trust", {}).get("suite_file") or "SUITE")


def _with_options(name: str, label: str) -> str:
    said = options(label)
    return f"{name} ({said})" if said else name


def _split(text: str) -> tuple[str, str]:
    number, _, scale = text.partition(" ")
    return number, scale
