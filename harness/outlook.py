"""What a run of a suite would do, before it does it: axes, combinations, distinct facts, a time estimate."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.ledger import Known
from harness.pipeline import Setting
from harness.search.algorithm import algorithm
from harness.spec import Choice, Suite

PREPARE_GUESS: Final = 12.0
"""Seconds to prepare an artifact where none was prepared yet: what small networks took on two cores."""
START_GUESS: Final = {"torch": 7.0, "onnx": 1.0}
"""Seconds to start a measuring process and load an artifact, by format: importing torch is most of it."""

EXPLAIN_GUESS: Final = 10.0
"""Seconds to explain decisions of a small model: importing what explains is most of it."""
PROBES_GUESS: Final = 12
"""Arrival rates that are tried until the largest is found."""


def look(setting: Setting) -> dict[str, Any]:
    """Return the resolved space of a suite and what running it would take; nothing is measured."""
    suite, space = setting.suite, setting.space
    known = setting.known()
    chosen = min(len(space.candidates), suite.search.trials)
    return {
        "suite": suite.name,
        "axes": _axes(suite),
        "combinations": len(space.candidates) + sum(e.count for e in space.excluded),
        "candidates": len(space.candidates),
        "excluded": [{"rule": e.rule, "count": e.count, "example": e.example} for e in space.excluded],
        "artifacts": len({one.plan.recipe for one in known.values()}),
        "distinct_facts": setting.ledger.distinct(space.everything),
        "known": {
            "candidates": sum(one.complete for one in known.values()),
            "failed": sum(one.failure is not None for one in known.values()),
            "facts": len({fact.key for one in known.values() for fact in one.facts.values()}),
        },
        "search": {
            "algorithm": algorithm(suite, len(space.candidates)),
            "trials": chosen,
            "minutes": suite.search.minutes,
        },
        "estimate": _estimate(setting, known, chosen),
    }


def _axes(suite: Suite) -> dict[str, list[str]]:
    return {
        "model": _labels(suite.models),
        "passes": ["+".join(choice.label for choice in chain) or "none" for chain in suite.chains],
        "runtime": _labels(suite.runtimes),
        "batch_size": [str(size) for size in suite.batch_sizes],
    }


def _labels(choices: Sequence[Choice]) -> list[str]:
    return [choice.label for choice in choices]


def _estimate(setting: Setting, known: Mapping[str, Known], chosen: int) -> dict[str, Any]:
    """Return seconds to prepare and to measure what is missing of ``chosen`` candidates, and what the guess rests on."""
    open_ = [one for one in known.values() if not one.complete]
    share = min(1.0, max(0, chosen - (len(known) - len(open_))) / len(open_)) if open_ else 0.0
    spent = [
        float(str(one.artifact.notes["seconds"])) for one in known.values() if one.artifact and "seconds" in one.artifact.notes
    ]
    each = statistics.mean(spent) if spent else PREPARE_GUESS
    prepare = each * len({one.plan.recipe for one in open_ if one.artifact is None})
    measure = (sum(_measuring(setting, one) for one in open_) + _explaining(setting, open_)) * share
    total = prepare + measure
    limit = setting.suite.search.minutes * 60
    return {
        "seconds": round(min(total, limit)),
        "prepare": round(prepare),
        "measure": round(measure),
        "limited": total > limit,
        "rests_on": "artifacts prepared here before" if spent else "a guess: nothing was prepared here yet",
    }


def _explaining(setting: Setting, open_: Sequence[Known]) -> float:
    """Return seconds to explain decisions, where all candidates' are: those that differ in threads or batch size share them."""
    asked = [one for one in open_ if one.explained is None and one.unexplained is None] if setting.ledger.explains_all else []
    return EXPLAIN_GUESS * len({(one.plan.recipe, one.candidate.runtime.part) for one in asked})


def _measuring(setting: Setting, one: Known) -> float:
    suite, start = setting.suite, START_GUESS[one.plan.format]
    probed = [choice for choice in suite.scenarios if setting.ledger.is_probed(choice.part)]
    probing = sum(PROBES_GUESS * (start + float(str(choice.options.get("seconds", 2.0)))) for choice in probed)
    return start + 1.25 * suite.measure.max_time * (len(suite.scenarios) - len(probed)) + probing
