"""How sure a recommendation is of itself: who is tied with it, and how often it is first when every fact is drawn anew.

Pure functions of facts and their intervals.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.decide import bounds, pareto
from harness.decide.decision import Contender
from harness.decide.draws import Drawn, in_common
from harness.decide.utility import Weighed, shares, total, useful
from harness.interfaces import Array

FIELD_AT_MOST: Final = 256
"""Candidates that are drawn: those that come nearest to winning, whether by luck or by other weights."""

RANKS: Final = 3

LUCK: Final = 4.0
"""Standard errors by which a value may lie elsewhere: once in 30,000 it is further away."""

TOLD_CONTENDERS: Final = 5
TOLD_CHANCE: Final = 0.005


def is_tied(weighed: Weighed, best: int) -> NDArray[np.bool_]:
    """Return whose difference of utility to the ``best`` is inside the 95 % interval of that difference.

    A fact that both share adds no noise to it, and of facts that were taken on the same samples what they have in common
    adds none either: the noise is that of the draws.
    """
    noise = np.zeros(len(weighed.columns))
    for i, (metric, share) in enumerate(zip(weighed.profile.weights, shares(weighed.profile), strict=True)):
        spread = share * weighed.spreads[:, i]
        common = in_common(weighed.columns, metric, best) * spread * spread[best]
        noise += np.maximum(spread**2 + spread[best] ** 2 - 2 * common, 0.0)
    return np.asarray(weighed.utility[best] - weighed.utility <= np.sqrt(noise))


def field(weighed: Weighed, best: int) -> NDArray[np.int64]:
    """Return the rows of those who can win, by luck or under other weights, and the ``best``: ``FIELD_AT_MOST`` at most."""
    lucky, unlucky = _reach(weighed)
    sure = (weighed.slack - LUCK * weighed.noise >= 0).all(axis=1)
    by_luck = _may_hold(weighed) & (lucky >= unlucky[sure].max(initial=-np.inf))
    losses = np.where(weighed.feasible[:, None], 1 - weighed.useful[:, shares(weighed.profile) > 0], np.nan)
    by_weights = pareto.near_front(losses, RANKS)
    by_luck[best] = True
    rows = np.flatnonzero(by_luck | by_weights)
    if len(rows) > FIELD_AT_MOST:
        near = 2.0 * (rows == best) + by_luck[rows] + (lucky + weighed.utility)[rows] / 2
        labels = np.array([weighed.columns.labels[row] for row in rows.tolist()])
        rows = rows[np.lexsort((labels, -near))[:FIELD_AT_MOST]]
    return rows


def _reach(weighed: Weighed) -> tuple[Array, Array]:
    """Return the utility of every candidate with luck in all its facts, and with none."""
    gains, losses = np.zeros_like(weighed.useful), np.zeros_like(weighed.useful)
    for i, metric in enumerate(weighed.profile.weights):
        column = weighed.columns.mine[metric]
        ends = [useful(column.value + LUCK * side, metric, weighed.profile) for side in (-column.below, column.above)]
        gains[:, i] = np.maximum(*ends) - weighed.useful[:, i]
        losses[:, i] = weighed.useful[:, i] - np.minimum(*ends)
    parts = shares(weighed.profile) ** 2
    return weighed.utility + np.sqrt(total(gains**2, parts)), weighed.utility - np.sqrt(total(losses**2, parts))


def _may_hold(weighed: Weighed) -> NDArray[np.bool_]:
    """Return who keeps every constraint, with luck."""
    holds = np.ones(len(weighed.columns), dtype=np.bool_)
    for i, constraint in enumerate(weighed.profile.constraints):
        holds &= weighed.slack[:, i] + LUCK * bounds.noise(constraint, weighed.columns, inwards=True) >= 0
    return holds


def chances(weighed: Weighed, drawn: Drawn, best: int) -> tuple[float, tuple[Contender, ...]]:
    """Return how often the ``best`` is first in the draws, and the others that are; of equals the first by label is."""
    reached = np.where(drawn.holds, total(drawn.useful, shares(weighed.profile)), -np.inf)
    won = reached.argmax(axis=1)[drawn.holds.any(axis=1)]
    won_by = (np.bincount(won, minlength=len(drawn.rows)) / len(reached)).tolist()
    by_row = dict(zip(drawn.rows.tolist(), won_by, strict=True))
    others = sorted((-share, weighed.columns.labels[row], row) for row, share in by_row.items() if row != best)
    feasible = weighed.feasible
    told = (
        Contender(candidate=label, win_probability=-less, feasible=bool(feasible[row]))
        for less, label, row in others[:TOLD_CONTENDERS]
        if -less >= TOLD_CHANCE
    )
    return by_row[best], tuple(told)
