"""What became of every combination of a suite: measured, ruled out by which rule, or failed in which way.

A combination is a model, a chain and a runtime with its options; the batch sizes of one are told together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from harness.changes import Change, ratio
from harness.compatibility import Workload, refusal, workload
from harness.ledger import Known
from harness.pipeline import Setting
from harness.record import Fact
from harness.spec import Candidate, Choice

Outcome = Literal["measured", "ruled_out", "failed", "not_tried"]

SPEED: Final = (("latency_p50", -1), ("throughput", 1))
"""What a speed is read off, the first that both have: a metric, and whether more of it is faster."""


def matrix(setting: Setting) -> dict[str, Any]:
    """Return the axes of a suite, and a cell for every combination of them; nothing is measured."""
    suite, known = setting.suite, setting.known()
    given = workload(setting.ledger.registry, suite.dataset, suite.task)
    cells = [_cell(setting, known, given, *combination) for combination in _combinations(setting)]
    return {
        "suite": suite.name,
        "environment": setting.environment.model_dump(mode="json"),
        "models": [choice.label for choice in suite.models],
        "chains": [chain_label(chain) for chain in suite.chains],
        "runtimes": [choice.label for choice in suite.runtimes],
        "batch_sizes": list(suite.batch_sizes),
        "cells": cells,
    }


def chain_label(chain: Sequence[Choice]) -> str:
    """Return the name of a chain of passes."""
    return "+".join(choice.label for choice in chain) or "none"


def _combinations(setting: Setting) -> Iterator[tuple[Choice, tuple[Choice, ...], Choice]]:
    suite = setting.suite
    return ((model, chain, runtime) for runtime in suite.runtimes for chain in suite.chains for model in suite.models)


def _cell(
    setting: Setting, known: Mapping[str, Known], given: Workload, model: Choice, chain: tuple[Choice, ...], runtime: Choice
) -> dict[str, Any]:
    about = {"model": model.label, "chain": chain_label(chain), "runtime": runtime.label}
    rule = refusal(setting.ledger.registry, model, chain, runtime, given)
    if rule:
        return about | _told("ruled_out", rule)
    several = [known[label] for label in _labels(setting, model, chain, runtime)]
    failed = next((one.failure for one in several if one.failure), None)
    if failed:
        return about | _told("failed", f"{failed.kind} at {failed.stage}: {failed.message}")
    if not all(one.complete for one in several):
        return about | _told("not_tried", "")
    plain = known.get(_labels(setting, model, (), runtime)[0])
    change = speed(several[0].facts, plain.facts) if plain and chain else None
    return about | _told("measured", "") | {"speed": change._asdict() if change else None}


def _told(outcome: Outcome, why: str) -> dict[str, Any]:
    return {"outcome": outcome, "why": why}


def _labels(setting: Setting, model: Choice, chain: tuple[Choice, ...], runtime: Choice) -> list[str]:
    """Return the labels of the combination's candidates, one per batch size."""
    return [
        Candidate(model=model, passes=chain, runtime=runtime, batch_size=size, device=setting.suite.device).label
        for size in setting.suite.batch_sizes
    ]


def speed(facts: Mapping[str, Fact], plain: Mapping[str, Fact]) -> Change | None:
    """Return how many times as fast as the uncompressed model a candidate is; None where that is not known, or was disturbed."""
    metric, sign = next(((name, sign) for name, sign in SPEED if name in facts and name in plain), (None, 0))
    if metric is None or {facts[metric].quality, plain[metric].quality} != {"clean"}:
        return None
    change = ratio(facts[metric], plain[metric])
    return change.inverse if change and sign < 0 else change
