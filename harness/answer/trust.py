"""How far figures may be believed, and how to get them again: of an answer as a whole. Pure."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from harness import __version__
from harness.record import Environment, Fact
from harness.spec import Suite


def reruns(facts: Mapping[str, Fact]) -> int:
    """Return how often timings were taken again since something disturbed them."""
    return max((fact.tries for fact in facts.values()), default=1) - 1


def trust(
    suite: Suite,
    environment: Environment,
    facts: Iterable[Mapping[str, Fact]],
    withheld: Iterable[Mapping[str, Mapping[str, Any]]],
) -> dict[str, Any]:
    """Return what made an answer, how many facts were disturbed, and which percentiles were withheld; both given by candidate."""
    distinct = {fact.key: fact for each in facts for fact in each.values()}.values()
    return {
        "harness": __version__,
        "suite_file": suite.file or None,
        "command": f"harness run {shlex.quote(suite.file)}" if suite.file else None,
        "seed": suite.search.seed,
        "git": environment.context.get("git"),
        "facts": len(distinct),
        "qualities": dict(Counter(fact.quality for fact in distinct)),
        "taken_again": sum(fact.tries > 1 for fact in distinct),
        "withheld": _withheld(withheld),
    }


def _withheld(withheld: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, int]]:
    """Return, by percentile, how many queries it needs, the most that a candidate without it had, and how many those are."""
    found: dict[str, dict[str, int]] = {}
    for absent in withheld:
        for name, why in absent.items():
            if "needs" in why:
                seen = found.setdefault(name, {"needs": why["needs"], "most": 0, "candidates": 0})
                seen["most"] = max(seen["most"], why["has"])
                seen["candidates"] += 1
    return found
