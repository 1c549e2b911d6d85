"""What ``algorithm: auto`` stands for, and which search a suite's is: the same question goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable

from harness.keys import digest
from harness.search.objectives import objectives
from harness.spec import Suite

REVISION = 2
"""Of how the space is told to Optuna: a study of another revision has other parameters."""


def algorithm(suite: Suite, size: int) -> str:
    """Return the algorithm for a space of ``size`` candidates: ``auto`` is exhaustive when it fits the trials, else guided."""
    wish = suite.search.algorithm
    if wish != "auto":
        return wish
    return "exhaustive" if size <= suite.search.trials else "guided"


def name(suite: Suite, labels: Iterable[str], environment: str) -> str:
    """Return the name of the search of a suite's space on a machine."""
    space = sorted(labels)
    identity = [space, objectives(suite), algorithm(suite, len(space)), suite.search.seed, environment, REVISION]
    return f"{suite.name}-{digest(identity)[:8]}"
