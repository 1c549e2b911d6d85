"""What was learnt of a space, metric by metric: facts by row, and the model that makes them most plausible.

The same facts in the same order give the same models, also when learning was stopped in between.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.interfaces import Array
from harness.metrics import Metric
from harness.search import surrogate, warp
from harness.search.features import Features
from harness.search.surrogate import Covariance, Rows, Weights
from harness.search.warp import Warp

TRAIN_AT_MOST: Final = 192
REFIT: Final = 1.1
"""Weights are found anew when there is so much more to learn from."""


@dataclass(slots=True)
class Learnt:
    """Facts of the rows of a space. ``sharing`` says, by metric, which have a fact in common: equal numbers, equal facts."""

    features: Features
    sharing: Mapping[str, NDArray[np.int64]]
    seed: int
    _values: dict[str, Array] = field(default_factory=dict)
    _errors: dict[str, Array] = field(default_factory=dict)
    _seen: dict[str, list[int]] = field(default_factory=dict)
    """By metric: rows with distinct facts, in the order they were learnt."""
    _fitted: dict[tuple[str, int], tuple[Weights, Warp]] = field(default_factory=dict)

    def know(self, row: int, values: Mapping[str, float], errors: Mapping[str, float] = MappingProxyType({})) -> None:
        """Take in facts of a row, with their standard errors."""
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

    def values(self, metric: str) -> Array:
        """Return a metric of every row, NaN where it is not known."""
        return self._values.get(metric, np.full(len(self.features), np.nan))

    def distinct(self, metric: str) -> int:
        """Return how many distinct facts of a metric are known."""
        return len(self._seen.get(metric, []))

    def model(self, metric: Metric, covariance: Covariance) -> tuple[Weights, Warp, Rows]:
        """Return the weights and the bend for a metric, from the first facts learnt of it, and the rows to condition on."""
        seen = self._seen.get(metric.name, [])
        count = _stage(len(seen))
        lost = warp.losses(metric, self.values(metric.name))
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
        value, error = self.values(metric.name)[rows], self._errors[metric.name][rows]
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
