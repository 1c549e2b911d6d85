"""Which answers are others than those of another classifier, and whether they became better."""

from __future__ import annotations

from harness.interfaces import Array
from harness.pairs import Flips, flips


def changed(labels: Array, now: Array, before: Array) -> Flips:
    """Return how many predicted classes changed from ``before`` to ``now``: to the right, away from it, or to another mistake."""
    other = now != before
    right, wrong = int((other & (now == labels)).sum()), int((other & (before == labels)).sum())
    return flips(right, wrong, int(other.sum()) - right - wrong, len(labels))
