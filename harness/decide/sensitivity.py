"""What would have to be otherwise for another winner: weights, bounds of constraints. Pure functions.

The thresholds are exact, for the facts as they are. How candidates fare under other weights is drawn, together with the facts:
stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen & Salminen, SMAA - stochastic multiobjective acceptability
analysis, European Journal of Operational Research 106, 1998; Lahdelma & Salminen, SMAA-2, Operations Research 49, 2001).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.decide.confidence import RANKS
from harness.decide.decision import BoundTurns, Place, Sensitivity, Turn, WeightTurns
from harness.decide.draws import DRAWS, Drawn
from harness.decide.utility import Weighed, shares
from harness.interfaces import Array

CONCENTRATION: Final = 50.0
"""Of weights drawn around a profile's: a weight of one half then has a standard deviation of 7 percentage points."""

TOLD_PLACES: Final = 6
TOLD_SHARE: Final = 0.005


def sensitivity(weighed: Weighed, drawn: Drawn, best: int, seed: int) -> Sensitivity:
    """Return what would change the recommendation of ``best``."""
    feasible = bool(weighed.feasible[best])
    return Sensitivity(
        weights=tuple(weight_turns(weighed, best)) if feasible else (),
        constraints=tuple(bound_turns(weighed, best)),
        near=places(weighed, drawn, best, CONCENTRATION * shares(weighed.profile), seed),
        anywhere=places(weighed, drawn, best, (shares(weighed.profile) > 0).astype(float), seed),
    )


def places(weighed: Weighed, drawn: Drawn, best: int, alpha: Array, seed: int) -> tuple[Place, ...]:
    """Return how the candidates fare when the weights are a Dirichlet draw of ``alpha``: the ``best``, and who is first most.

    The ranks are SMAA's rank acceptability indices, the weights its central weight vectors. Where ``alpha`` is 0, weights stay 0.
    """
    weights = np.zeros((DRAWS, len(alpha)))
    weights[:, alpha > 0] = np.random.default_rng(seed).dirichlet(alpha[alpha > 0], DRAWS)
    reached = np.where(drawn.holds, np.einsum("dcm,dm->dc", drawn.useful, weights), -np.inf)
    order = np.argsort(-reached, axis=1, kind="stable")[:, :RANKS]
    held = np.isfinite(np.take_along_axis(reached, order, axis=1))
    found = [_place(weighed, row, (order == i) & held, weights) for i, row in enumerate(drawn.rows.tolist())]
    label = weighed.columns.labels[best]
    told = [one for one in found if one.candidate == label or sum(one.ranks) >= TOLD_SHARE]
    told.sort(key=lambda one: (one.candidate != label, *(-share for share in one.ranks), one.candidate))
    return tuple(told[:TOLD_PLACES])


def _place(weighed: Weighed, row: int, at: NDArray[np.bool_], weights: Array) -> Place:
    ranks = [float(share) for share in at.mean(axis=0)] + [0.0] * RANKS
    central = weights[at[:, 0]].mean(axis=0) if at[:, 0].any() else None
    names = list(weighed.profile.weights)
    return Place(
        candidate=weighed.columns.labels[row],
        ranks=(ranks[0], ranks[1], ranks[2]),
        weights=None if central is None else dict(zip(names, map(float, central), strict=True)),
    )


def weight_turns(weighed: Weighed, best: int) -> Iterator[WeightTurns]:
    """Yield, per weighted metric, the nearest shares of its weight at which ``best`` is not the winner any more.

    The others keep their proportions, so every score is a straight line in the share, and lines cross once.
    """
    rows = np.flatnonzero(weighed.feasible)
    for i, (metric, share) in enumerate(zip(weighed.profile.weights, shares(weighed.profile), strict=True)):
        if share >= 1:
            continue
        good = weighed.useful[rows, i]
        rest = (weighed.utility[rows] - share * good) / (1 - share)
        level = rest - (weighed.utility[best] - share * weighed.useful[best, i]) / (1 - share)
        slope = good - weighed.useful[best, i] - level
        yield WeightTurns(
            metric=metric,
            share=float(share),
            below=_crossing(weighed, rows, level, slope, share, -1),
            above=_crossing(weighed, rows, level, slope, share, 1),
        )


def _crossing(weighed: Weighed, rows: NDArray[np.int64], level: Array, slope: Array, share: float, way: int) -> Turn | None:
    """Return the nearest share, upwards (``way`` 1) or downwards (-1), beyond which ``level + share * slope`` is above 0."""
    rising = way * slope > 1e-12
    at = np.where(rising, -level, np.nan) / np.where(rising, slope, 1.0)
    at = np.where(way * (at - share) < 0, share, at)  # an equal one overtakes at once
    reached = rising & (at < 1 if way > 0 else at > 0)
    if not reached.any():
        return None
    nearest = at[reached].min() if way > 0 else at[reached].max()
    there = np.flatnonzero(reached & (np.abs(at - nearest) <= 1e-12)).tolist()
    _, label = min((-way * float(slope[i]), weighed.columns.labels[int(rows[i])]) for i in there)
    return Turn(at=float(nearest), candidate=label)


def bound_turns(weighed: Weighed, best: int) -> Iterator[BoundTurns]:
    """Yield, per constraint, how strict it must be for ``best`` to fall out, and how loose for a better one to come in.

    The guard band goes with the bound. Where nothing is feasible, the nearest that a looser bound lets in is told.
    """
    feasible, margin = weighed.feasible, weighed.margin
    level = weighed.utility[best] if feasible[best] else -np.inf
    for i, constraint in enumerate(weighed.profile.constraints):
        bound = float(weighed.bound[best, i])
        if math.isnan(bound):
            continue
        stricter = -1 if constraint.op == "<=" else 1
        tightened = loosened = None
        if feasible[best]:
            left = weighed.first(feasible & (margin[:, i] > margin[best, i]))
            tightened = Turn(at=bound + stricter * float(margin[best, i]), candidate=_label(weighed, left))
        others = np.delete(margin, i, axis=1)
        comes = (others >= 0).all(axis=1) & (margin[:, i] < 0) & (weighed.utility > level)
        if comes.any():
            least = margin[comes, i].max()
            incoming = weighed.first(comes & (margin[:, i] == least))
            loosened = Turn(at=bound + stricter * float(least), candidate=_label(weighed, incoming))
        yield BoundTurns(
            constraint=constraint.text, metric=constraint.metric, bound=bound, tightened=tightened, loosened=loosened
        )


def _label(weighed: Weighed, row: int | None) -> str | None:
    return None if row is None else weighed.columns.labels[row]
