"""What ``algorithm: auto`` stands for."""

from __future__ import annotations

from harness.spec import Suite


def algorithm(suite: Suite, size: int) -> str:
    """Return the algorithm for a space of ``size`` candidates: ``auto`` is exhaustive when it fits the trials, else tpe."""
    wish = suite.search.algorithm
    if wish != "auto":
        return wish
    return "exhaustive" if size <= suite.search.trials else "tpe"
