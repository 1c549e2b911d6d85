"""A search that learns: after every candidate, models of all metrics say which of the others would add most.

A fifth of its proposals explore, so that a model or a published prior that is wrong costs little: they take turns between a
candidate at random and the one that would add most if the models underrated it. What failed makes what is like it less likely.

It knows rows of features, values and what they are wanted for: nothing of files, processes or Optuna. With the same seed and the
same facts it proposes the same, also when it was stopped in between.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from harness.interfaces import Array
from harness.search.beliefs import DRAWS, Beliefs
from harness.search.features import Features
from harness.search.gains import Aim, Front
from harness.search.learnt import Learnt
from harness.search.surrogate import Covariance, Rows, Weights

FIRST: Final = 3
"""Candidates that are spread over the space before a model is asked."""
EXPLORE_EVERY: Final = 5
WANTED_AT_MOST: Final = 1024
DOUBTFUL: Final = 0.7
"""What is more likely to fail than this is not asked what it would add: two failures of two are."""
DRAWN: Final = 64
"""The most promising, of which it is asked more precisely what they are expected to add."""
UTILITY: Final = 0.5
"""What a gain in the mean best utility of the profiles counts, beside an equal share of the hypervolume."""
TAKEN_OVER: Final = 0.01
"""A recommendation changes when another candidate's utility is more than this above it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The candidate to try next, and what the models expect of those left."""

    row: int
    why: str
    """``spread``, ``explore`` or ``model``."""
    gain: float = math.inf
    """The most that a candidate is expected to add to the hypervolume, as a share of it."""
    change: float = 1.0
    """The chance that some candidate left takes a recommendation over."""


class Guided:
    """Says what to try next of the rows of a space, from what was learnt of it."""

    def __init__(self, features: Features, sharing: Mapping[str, NDArray[np.int64]], seed: int) -> None:
        """``sharing`` says, by metric, which rows have a fact in common: equal numbers, equal facts."""
        self.features = features
        self.seed = seed
        self.learnt = Learnt(features, sharing, seed)
        self.tried: list[int] = []
        self.failed: set[int] = set()
        self._threads = ThreadpoolController()

    def learn(
        self, row: int, values: Mapping[str, float], *, failed: bool = False, errors: Mapping[str, float] = MappingProxyType({})
    ) -> None:
        """Take in what a row turned out to be when it was tried, with the standard errors of its values."""
        if row not in self.tried:
            self.tried.append(row)
        if failed:
            self.failed.add(row)
        self.learnt.know(row, values, errors)

    def propose(self, left: Sequence[int] | Rows, aim: Aim) -> Proposal:
        """Return which of the rows that are ``left`` to try.

        One thread computes it: on a busy machine two took ten times as long, and they may round otherwise.
        """
        with self._threads.limit(limits=1):
            return self._proposal(np.asarray(left, dtype=np.int64), aim)

    def _proposal(self, rows: Rows, aim: Aim) -> Proposal:
        turn = len(self.tried)
        rng = np.random.default_rng([self.seed, turn])
        working = 1 - self._failing(rows)
        if turn < FIRST:
            return Proposal(self._spread(rows, working, rng), "spread")
        explore = turn % EXPLORE_EVERY == 0
        if explore and turn // EXPLORE_EVERY % 2:
            return Proposal(int(rng.choice(rows, p=working / working.sum())), "explore")
        rows, working = _some_of(rows, working, rng)
        return self._best(rows, working, aim, explore, rng)

    def _spread(self, rows: Rows, working: Array, rng: np.random.Generator) -> int:
        """Return a row that is likely to be far from what was tried: it is drawn by its distance, as typical weights see it."""
        if not self.tried:
            return int(rng.choice(rows))
        covariance, weights = Covariance(self.features), Weights.typical()
        tried = np.array(self.tried)
        across = sum(w * part for w, part in zip(weights.parts, covariance.parts(rows, tried), strict=True))
        own, theirs = weights.parts @ covariance.own(rows), weights.parts @ covariance.own(tried)
        apart = np.maximum((own[:, None] + theirs - 2 * across).min(axis=1), 1e-12) * working
        return int(rng.choice(rows, p=apart / apart.sum()))

    def _failing(self, rows: Rows) -> Array:
        """Return how likely each row is to fail: as often as in that pair of its choices where most did.

        Mostly a pass breaks a family, or a runtime lacks what it is made of; one that works takes a pair out of suspicion.
        """
        if not self.failed:
            return np.zeros(len(rows))
        tried = np.array(self.tried)
        bad = np.array([float(row in self.failed) for row in self.tried])
        usual = (bad.sum() + 0.1) / (len(tried) + 1)
        groups = self.features.groups
        likely = np.zeros(len(rows))
        for one, other in itertools.combinations_with_replacement(groups.T, 2):
            kinds, cell = np.unique(one * (other.max() + 1) + other, return_inverse=True)
            count, failed = np.bincount(cell[tried], None, len(kinds)), np.bincount(cell[tried], bad, len(kinds))
            np.maximum(likely, ((failed + usual) / (count + 1))[cell[rows]], out=likely)
        return likely

    def _best(self, rows: Rows, working: Array, aim: Aim, explore: bool, rng: np.random.Generator) -> Proposal:
        beliefs, so_far = Beliefs(self.learnt, rows, aim.metrics), _SoFar(self, aim)
        hoped = beliefs.optimistic(2.0 if explore else 1.0)
        promise = (so_far.volume(hoped) + UTILITY * so_far.utility(hoped, rows).mean(axis=0)) * working
        if explore:
            return Proposal(int(rows[np.argmax(promise)]), "explore")
        top = np.argsort(-promise, kind="stable")[:DRAWN]
        likely = beliefs.evenly(top)
        volume = so_far.volume(likely).mean(axis=0) * working[top]
        better = so_far.utility(likely, rows[top]).mean(axis=(0, 1)) * working[top]
        chosen = int(np.argmax(volume + UTILITY * better + 1e-9 * promise[top]))
        over = so_far.utility(beliefs.draw(top, rng), rows[top]) > TAKEN_OVER
        works = rng.random((DRAWS, len(top))) < working[top]
        return Proposal(int(rows[top[chosen]]), "model", float(volume.max()), float((over & works).any(axis=(0, 2)).mean()))


class _SoFar:
    """What was reached with what was tried, and what other values would add to that."""

    def __init__(self, guided: Guided, aim: Aim) -> None:
        tried = np.array([row for row in guided.tried if row not in guided.failed], dtype=np.int64)
        known = {metric: guided.learnt.values(metric)[tried] for metric in aim.metrics}
        self._aim = aim
        self._front = Front(aim.reached(known))
        self._best = [float(each.max(initial=0.0)) for each in aim.utilities(known, tried)]

    def volume(self, values: Mapping[str, Array]) -> Array:
        """Return what each would add to the hypervolume alone, as a share of it."""
        return self._front.gain(self._aim.reached(values))

    def utility(self, values: Mapping[str, Array], rows: Rows) -> Array:
        """Return by how much each would be better than the best utility of each profile, shape (profiles, …, rows)."""
        found = self._aim.utilities(values, rows)
        return np.stack([np.maximum(each - best, 0.0) for each, best in zip(found, self._best, strict=True)])


def _some_of(rows: Rows, working: Array, rng: np.random.Generator) -> tuple[Rows, Array]:
    """Return rows to compare, as many as may be: those that will probably fail only where nothing else is left."""
    likely = working >= 1 - DOUBTFUL
    if likely.any():
        rows, working = rows[likely], working[likely]
    if len(rows) > WANTED_AT_MOST:
        chosen = np.sort(rng.choice(len(rows), WANTED_AT_MOST, replace=False))
        rows, working = rows[chosen], working[chosen]
    return rows, working
