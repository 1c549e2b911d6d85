"""What the models make of what was learnt: values of rows that are not known, as expected, hoped for or drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from harness.interfaces import Array
from harness.metrics import METRICS
from harness.search import surrogate, warp
from harness.search.learnt import Learnt
from harness.search.quasi import normals
from harness.search.surrogate import Covariance, Posterior, Rows
from harness.search.warp import Warp

POINTS: Final = 64
"""What each row may be, for its expected gain: the same for all, so that luck does not decide between them."""
DRAWS: Final = 32
"""What all may be together, for the chance that one of them takes a recommendation over."""


class Beliefs:
    """What the models believe of some rows: of each metric its known value, or a distribution."""

    def __init__(self, learnt: Learnt, rows: Rows, metrics: Sequence[str]) -> None:
        self._covariance = Covariance(learnt.features)
        self._rows = rows
        self._own = self._covariance.own(rows)
        self._across: dict[bytes, tuple[Array, Array]] = {}
        self._found: dict[str, tuple[Array, Posterior | None, Warp]] = {}
        for name in metrics:
            known = learnt.values(name)[rows]
            if learnt.distinct(name) < 2 or not np.isnan(known).any():
                self._found[name] = known, None, Warp()
                continue
            weights, bend, seen = learnt.model(METRICS[name], self._covariance)
            inside, across = self._parts(seen)
            lost = bend.bend(warp.losses(METRICS[name], learnt.values(name)[seen]))
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
