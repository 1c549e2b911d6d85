"""What more load does to a candidate: latency against throughput as batches grow, and as queries come faster. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np

from harness.interfaces import Array
from harness.record import Fact
from harness.spec import Candidate

LATENCIES: Final = ("latency_p99", "latency_p90", "latency_p50")
"""What a curve shows, whichever all of its points have first."""


def by_batch(
    candidates: Sequence[Candidate], facts: Mapping[str, Mapping[str, Fact]], wanted: Collection[str]
) -> list[dict[str, Any]]:
    """Return the candidates that differ in nothing but their batch size, by that size, where one of ``wanted`` is among them.

    ``latency`` names the metric that stands against throughput; those without either have no point.
    """
    families: dict[str, list[Candidate]] = {}
    for one in candidates:
        if "throughput" in facts.get(one.label, ()):
            families.setdefault(one.model_copy(update={"batch_size": 1}).label, []).append(one)
    curves = [_curve(family, facts) for family in families.values() if any(one.label in wanted for one in family)]
    return [curve for curve in curves if len(curve["candidates"]) > 1]


def _curve(family: Sequence[Candidate], facts: Mapping[str, Mapping[str, Fact]]) -> dict[str, Any]:
    timed = [one for one in family if any(name in facts[one.label] for name in LATENCIES)]
    shared = [name for name in LATENCIES if timed and all(name in facts[one.label] for one in timed)]
    ordered = sorted(timed, key=lambda one: one.batch_size) if shared else []
    return {"latency": shared[0] if shared else None, "candidates": [one.label for one in ordered]}


def by_rate(found: Mapping[str, Any], samples: Mapping[str, Array]) -> dict[str, Any]:
    """Return what a search for an arrival rate tried, in order, from what it found and its raw samples.

    ``achieved`` is how many answers came per second until the last of them; a probe that timed out has none.
    """
    return {
        "limit": found["latency"],
        "percentile": found["percentile"],
        "rate": found["low"] or None,
        "probes": [
            {
                "rate": rate,
                "achieved": _achieved(samples, number),
                "latency": latency,
                "held": held,
                "queries": queries,
                "late": bool(found["probes"][number].get("late")),
            }
            for number, (rate, held, latency, queries) in enumerate(found["trials"])
        ],
    }


def _achieved(samples: Mapping[str, Array], number: int) -> float | None:
    if f"server_{number}_latencies" not in samples:
        return None
    answered = samples[f"server_{number}_scheduled"] + samples[f"server_{number}_latencies"]
    answered = answered[np.isfinite(answered)]
    return float(f"{len(answered) / answered.max():.5g}") if len(answered) else 0.0


def at_held_rate(found: Mapping[str, Any], samples: Mapping[str, Array]) -> Array | None:
    """Return the latencies of the probes at the largest rate that held; None where none did."""
    held = [number for number, (rate, *_) in enumerate(found["trials"]) if rate == found["low"]]
    taken = [samples[name] for number in held if (name := f"server_{number}_latencies") in samples]
    return np.concatenate(taken) if taken else None
