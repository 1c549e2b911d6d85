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
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from harness.interfaces import Array
from harness.metrics import METRICS, Metric
from harness.search import surrogate, warp
from harness.search.features import Features
from harness.search.gains import Aim, Front
from harness.search.quasi import normals
from harness.search.surrogate import Covariance, Posterior, Rows, Weights
from harness.search.warp import Warp

FIRST: Final = 3
"""Candidates that are spread over the space before a model is asked."""
EXPLORE_EVERY: Final = 5
TRAIN_AT_MOST: Final = 192
WANTED_AT_MOST: Final = 1024
DOUBTFUL: Final = 0.7
"""What is more likely to fail than this is not asked what it would add: two failures of two are."""
DRAWN: Final = 64
"""The most promising, of which it is asked more precisely what they are expected to add."""
POINTS: Final = 64
"""What each may be, for its expected gain: the same for all, so that luck does not decide between them."""
DRAWS: Final = 32
"""What all may be together, for the chance that one of them takes a recommendation over."""
UTILITY: Final = 0.5
"""What a gain in the mean best utility of the profiles counts, beside an equal share of the hypervolume."""
REFIT: Final = 1.1
"""Weights are found anew when there is so much more to learn from."""
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


@dataclass(slots=True)
class Guided:
    """What was learnt of a space, and what to try next.

    ``sharing`` says, by metric, which candidates have a fact in common: equal numbers, equal facts.
    """

    features: Features
    sharing: Mapping[str, NDArray[np.int64]]
    seed: int
    tried: list[int] = field(default_factory=list)
    failed: dict[int, float] = field(default_factory=dict)
    """Row: how badly, from 0 to 1."""
    _values: dict[str, Array] = field(default_factory=dict)
    _seen: dict[str, list[int]] = field(default_factory=dict)
    """By metric: rows with distinct facts, in the order they were learnt."""
    _errors: dict[str, Array] = field(default_factory=dict)
    _fitted: dict[tuple[str, int], tuple[Weights, Warp]] = field(default_factory=dict)
    _threads: ThreadpoolController = field(default_factory=ThreadpoolController)

    def learn(
        self,
        row: int,
        values: Mapping[str, float],
        failed: float | None = None,
        errors: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Take in what a candidate turned out to be; ``failed`` grades a failure, ``errors`` are the values' standard errors."""
        if row not in self.tried:
            self.tried.append(row)
        if failed is not None:
            self.failed[row] = failed
        self.know(row, values, errors)

    def know(self, row: int, values: Mapping[str, float], errors: Mapping[str, float] = MappingProxyType({})) -> None:
        """Take in facts of a candidate, tried or not: a baseline, or what the store has of it already."""
        for metric, value in values.items():
            known = self._values.setdefault(metric, np.full(len(self.features), np.nan))
            alike = self._alike(metric, row)
            if np.isnan(known[row]):
                self._seen.setdefault(metric, []).append(row)
            known[alike] = value
            self._errors.setdefault(metric, np.zeros(len(self.features)))[alike] = errors.get(metric, 0.0)

    def _alike(self, metric: str, row: int) -> Rows:
        shared = self.sharing.get(metric)
        return np.array([row]) if shared is None else np.flatnonzero(shared == shared[row])

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
        beliefs, so_far = _Beliefs(self, rows, aim), _SoFar(self, aim)
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

    def _known(self, metric: str) -> Array:
        return self._values.get(metric, np.full(len(self.features), np.nan))

    def _fit(self, metric: Metric, covariance: Covariance) -> tuple[Weights, Warp, Rows]:
        """Return the weights and the bend for a metric, from the first facts learnt of it, and the rows to condition on."""
        seen = self._seen.get(metric.name, [])
        count = _stage(len(seen))
        lost = warp.losses(metric, self._known(metric.name))
        if (metric.name, count) not in self._fitted:
            first = self._some(seen[:count])
            self._fitted[metric.name, count] = _fitted(covariance.parts(first, first), metric, lost[first])
        weights, bend = self._fitted[metric.name, count]
        rows = self._some(seen)
        if bend.beyond is not None:  # what was seen since may be better than all before
            bend = replace(bend, best=min(bend.best, float(lost[rows].min())))
        return replace(weights, noise=max(weights.noise, self._noise(metric, bend, rows))), bend, rows

    def _noise(self, metric: Metric, bend: Warp, rows: Rows) -> float:
        """Return how much of the variance of what was seen is noise for sure, by its standard errors."""
        value, error = self._known(metric.name)[rows], self._errors[metric.name][rows]
        error = np.minimum(error, np.abs(value) / 2)
        seen, worse = (bend.bend(warp.losses(metric, end)) for end in (value, value - error if metric.higher else value + error))
        return float(np.mean(np.square(worse - seen))) / _spread(seen) ** 2

    def _some(self, seen: Sequence[int]) -> Rows:
        """Return the rows to learn from: all, or as many as may be, the same of them every time."""
        rows = np.array(seen, dtype=np.int64)
        if len(rows) <= TRAIN_AT_MOST:
            return rows
        order = np.random.default_rng(self.seed).permutation(len(self.features))
        return np.asarray(rows[np.argsort(order[rows])[:TRAIN_AT_MOST]])


class _SoFar:
    """What was reached with what was tried, and what other values would add to that."""

    def __init__(self, guided: Guided, aim: Aim) -> None:
        tried = np.array([row for row in guided.tried if row not in guided.failed], dtype=np.int64)
        known = {metric: guided._known(metric)[tried] for metric in aim.metrics}
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


class _Beliefs:
    """What the models believe of some rows: of each metric its known value, or a distribution."""

    def __init__(self, guided: Guided, rows: Rows, aim: Aim) -> None:
        self._covariance = Covariance(guided.features)
        self._rows = rows
        self._own = self._covariance.own(rows)
        self._across: dict[bytes, tuple[Array, Array]] = {}
        self._found: dict[str, tuple[Array, Posterior | None, Warp]] = {}
        for name in aim.metrics:
            known = guided._known(name)[rows]
            if len(guided._seen.get(name, [])) < 2 or not np.isnan(known).any():
                self._found[name] = known, None, Warp()
                continue
            weights, bend, seen = guided._fit(METRICS[name], self._covariance)
            inside, across = self._parts(seen)
            lost = bend.bend(warp.losses(METRICS[name], guided._known(name)[seen]))
            self._found[name] = known, surrogate.posterior(weights, inside, across, self._own, lost), bend

    def _parts(self, seen: Rows) -> tuple[Array, Array]:
        key = seen.tobytes()
        if key not in self._across:
            self._across[key] = self._covariance.parts(seen, seen), self._covariance.parts(self._rows, seen)
        return self._across[key]

    def optimistic(self, errors: float) -> dict[str, Array]:
        """Return every metric of every row, so many standard deviations better than expected where it is not known."""
        return {
            name: known if model is None else self._filled(name, known, bend.back(model.mean - errors * model.sd))
            for name, (known, model, bend) in self._found.items()
        }

    def evenly(self, top: Rows) -> dict[str, Array]:
        """Return values that stand for draws of every metric of each row at ``top`` alone, shape (POINTS, top)."""
        found = {}
        points = normals(POINTS, len(self._found))
        for (name, (known, model, bend)), point in zip(self._found.items(), points.T, strict=True):
            values = np.broadcast_to(known[top], (POINTS, len(top)))
            lost = None if model is None else bend.back(model.mean[top] + point[:, None] * model.sd[top])
            found[name] = values if lost is None else self._filled(name, values, lost)
        return found

    def draw(self, top: Rows, rng: np.random.Generator) -> dict[str, Array]:
        """Return joint draws of every metric for the rows at ``top``, shape (draws, top)."""
        parts = self._covariance.parts(self._rows[top], self._rows[top])
        found = {}
        for name, (known, model, bend) in self._found.items():
            shape = (DRAWS, len(top))
            drawn = np.broadcast_to(known[top], shape)
            found[name] = drawn if model is None else self._filled(name, drawn, bend.back(model.draw(top, parts, rng, DRAWS)))
        return found

    def _filled(self, name: str, known: Array, lost: Array) -> Array:
        return np.where(np.isnan(known), warp.values(METRICS[name], lost), known)


def _some_of(rows: Rows, working: Array, rng: np.random.Generator) -> tuple[Rows, Array]:
    """Return rows to compare, as many as may be: those that will probably fail only where nothing else is left."""
    likely = working >= 1 - DOUBTFUL
    if likely.any():
        rows, working = rows[likely], working[likely]
    if len(rows) > WANTED_AT_MOST:
        chosen = np.sort(rng.choice(len(rows), WANTED_AT_MOST, replace=False))
        rows, working = rows[chosen], working[chosen]
    return rows, working


def _fitted(parts: Array, metric: Metric, lost: Array) -> tuple[Weights, Warp]:
    """Return the weights and the bend that make the losses ``lost`` of a metric most plausible."""
    found = []
    for bend in warp.warps(metric, lost):
        bent = bend.bend(lost)
        weights, loss = surrogate.fit(parts, (bent - bent.mean()) / _spread(bent))
        found.append((loss + len(bent) * math.log(_spread(bent)) - bend.slope(lost), weights, bend))
    _, weights, bend = min(found, key=lambda each: each[0])
    return weights, bend


def _stage(count: int) -> int:
    """Return the count at which weights were last found."""
    stage = min(count, 2)
    while (following := math.ceil(stage * REFIT)) <= count:
        stage = following
    return stage


def _spread(seen: Array) -> float:
    return float(seen.std()) or 1.0
