"""Where candidates stand among each other: the few that a reader will ask about, and who dominates those off the front. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from harness.decide import pareto
from harness.decide.columns import Columns
from harness.decide.decision import Recommendation
from harness.decide.utility import Weighed
from harness.metrics import METRICS

NOTABLE_AT_MOST: Final = 40
TIED_AT_MOST: Final = 5
"""Per profile: there may be hundreds."""


def by_utility(labels: Sequence[str], weighed: Mapping[str, Weighed]) -> list[str]:
    """Return ``labels`` by the best utility that each has in a profile where it is feasible; equals come by label."""
    best = np.full(len(labels), -np.inf)
    for one in weighed.values():
        rows = [one.columns.rows[label] for label in labels]
        best = np.maximum(best, np.where(one.feasible, one.utility, -np.inf)[rows])
    return [label for _, label in sorted(zip((-best).tolist(), labels, strict=True))]


def notable(told: Sequence[Recommendation], baseline_of: Mapping[str, str], front: Sequence[str]) -> list[str]:
    """Return whom a reader will ask about, at most ``NOTABLE_AT_MOST``.

    First what is recommended and its baselines, then who contends with it, then the ``front`` in its order.
    """
    chosen = [one.candidate for one in told if one.candidate]
    baselines = [baseline_of[label] for label in chosen]
    rivals = [label for one in told for label in _rivals(one)]
    return list(dict.fromkeys((*chosen, *baselines, *rivals, *front)))[:NOTABLE_AT_MOST]


def _rivals(one: Recommendation) -> Iterator[str]:
    if one.runner_up:
        yield one.runner_up.candidate
    yield from (contender.candidate for contender in one.contenders)
    yield from one.tied[:TIED_AT_MOST]


def dominated_by(columns: Columns, metrics: Sequence[str], rivals: Sequence[str]) -> dict[str, str]:
    """Return, by candidate, the first of ``rivals`` that is better in some of ``metrics`` and worse in none.

    Candidates that none of them dominates, or that lack one of the metrics, are left out.
    """
    if not metrics:
        return {}
    losses = np.column_stack([METRICS[metric].loss(1.0) * columns.mine[metric].value for metric in metrics])
    rows = [columns.rows[label] for label in rivals if label in columns.rows]
    found = pareto.dominators(losses, rows).tolist()
    return {columns.labels[row]: columns.labels[by] for row, by in enumerate(found) if by >= 0}
