"""What the charts of a report show beside the decision, of the candidates that a reader will ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.answer import loads
from harness.answer.evidence import Evidence
from harness.ledger import Known


def charted(notable: Sequence[str], known: Mapping[str, Known], evidence: Evidence) -> dict[str, Any]:
    """Return latencies, what more load does, and what disturbed the timings, each by the label of a candidate."""
    asked = {label: known[label] for label in notable if label in known and known[label].facts}
    facts = {label: one.facts for label, one in known.items() if one.complete and not one.failure}
    return {
        "latency_curves": _all(asked, evidence.latencies),
        "load_curves": {
            "by_batch": loads.by_batch([one.candidate for one in known.values()], facts, asked),
            "by_rate": _all(asked, evidence.rates),
        },
        "contention": _all(asked, evidence.contention),
    }


def _all(asked: Mapping[str, Known], told: Callable[[Known], Any]) -> dict[str, Any]:
    """Return what is told of each; those of whom there is nothing to tell are left out."""
    return {label: found for label, one in asked.items() if (found := told(one))}
