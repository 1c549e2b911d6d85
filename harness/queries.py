"""What a query does: the model alone on inputs made beforehand, or the whole path from a raw sample to its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Protocol

import numpy as np

from harness.interfaces import Array, Batch, Session
from harness.metrics import PARTS
from harness.preprocess import arithmetic, each, joined, taken

POOL_BYTES: Final = 32 * 2**20
"""Inputs made before the clock runs, so that queries do not repeat a single batch."""
POOL_BATCHES: Final = 64


class Queries(Protocol):
    """Queries to a session. ``samples`` is how many different samples they are made of."""

    samples: int

    @property
    def query(self) -> Callable[[int], None]:
        """What answers the query with a number, of the candidate's batch size."""

    def answer(self, indices: Sequence[int]) -> None:
        """Answer the samples with these indices in one call."""

    def parts(self, last: int) -> dict[str, Array]:
        """Return the seconds of each part in the ``last`` queries; nothing where there are no parts."""

    def to(self, session: Session) -> Queries:
        """Address the queries to ``session``."""


class Prepared:
    """Queries of the model alone: inputs are made before the clock runs."""

    def __init__(self, raw: Array, preprocess: Mapping[str, Any], batch_size: int, fixed: bool = False) -> None:
        """Make the inputs from ``raw`` samples; ``fixed``: the model takes batches of just this size."""
        self.pool = batches(raw, preprocess, batch_size)
        self.fixed = batch_size if fixed else None
        self.samples = len(self.pool) * batch_size

    def to(self, session: Session) -> Prepared:
        """Address the queries to ``session``."""
        self._run = run = session.run
        self._flat: Batch = None
        pool, count = self.pool, len(self.pool)

        def query(number: int) -> None:
            run(pool[number % count])

        self.query = query  # a closure: what it looks up on the way counts as the model's time
        return self

    def answer(self, indices: Sequence[int]) -> None:
        """Answer these samples; where the batch is fixed, it is filled up with the last of them."""
        if self._flat is None:
            self._flat = joined(self.pool)
        chosen = list(indices) + [indices[-1]] * (self.fixed - len(indices) if self.fixed else 0)
        self._run(taken(self._flat, chosen))

    def parts(self, last: int) -> dict[str, Array]:
        """Return nothing: there is one part, the model."""
        return {}


class WholePath:
    """Queries end to end: a file's bytes or a raw array, decoded, resized, normalised, run, and turned into a class.

    ``times`` has one row per query: the seconds of each of ``metrics.PARTS``.
    """

    def __init__(self, originals: Path, preprocess: Mapping[str, Any], batch_size: int, fixed: bool = False) -> None:
        """Read the raw samples that ``keep_originals`` left in the folder ``originals``."""
        from harness.geometry import decoded, geometry  # late: brings Pillow

        self._decode, self._geometry = decoded, geometry
        self._how = dict(preprocess)
        self._raw = _originals(originals)
        self.batch_size = batch_size
        self.fixed = batch_size if fixed else None
        self.samples = len(self._raw)
        self.times: list[tuple[float, ...]] = []

    def to(self, session: Session) -> WholePath:
        """Address the queries to ``session``."""
        self._run = session.run
        return self

    def query(self, number: int) -> None:
        """Answer the next samples in their order, as many as a batch has."""
        first = number * self.batch_size
        self.answer([(first + i) % self.samples for i in range(self.batch_size)])

    def answer(self, indices: Sequence[int]) -> None:
        """Answer these samples, and note how long each part took."""
        chosen = list(indices) + [indices[-1]] * (self.fixed - len(indices) if self.fixed else 0)
        marks = [perf_counter()]
        images = [self._decode(raw) if isinstance(raw, bytes) else raw for raw in (self._raw[i] for i in chosen)]
        marks.append(perf_counter())
        if images[0].ndim == 3:  # not of rows or records
            images = [self._geometry(image, self._how) for image in images]
        marks.append(perf_counter())
        batch = arithmetic(np.stack(images), self._how)
        marks.append(perf_counter())
        scores = self._run(batch)
        marks.append(perf_counter())
        scores.argmax(axis=1).tolist()
        marks.append(perf_counter())
        self.times.append(tuple(after - before for before, after in pairwise(marks)))

    def parts(self, last: int) -> dict[str, Array]:
        """Return the seconds of each part in the ``last`` queries."""
        table = np.array(self.times[-last:])
        return {name: table[:, i] for i, name in enumerate(PARTS)}


def batches(raw: Array, preprocess: Mapping[str, Any], size: int) -> list[Batch]:
    """Return some batches of ``size`` preprocessed samples, as many as the pool may hold; samples repeat if needed."""
    one = sum(array.nbytes for array in each(arithmetic(raw[:1], preprocess))) * size
    count = max(1, min(POOL_BATCHES, POOL_BYTES // max(1, one), -(-len(raw) // size)))
    order = np.arange(count * size) % len(raw)
    return [arithmetic(raw[order[i * size : (i + 1) * size]], preprocess) for i in range(count)]


def keep_originals(folder: Path, raw: Sequence[bytes | Array]) -> None:
    """Write raw samples, files' bytes or arrays of one shape, where ``WholePath`` finds them."""
    if isinstance(raw[0], bytes):
        for number, content in enumerate(raw):
            (folder / f"{number:06}").write_bytes(content)  # type: ignore[arg-type]
    else:
        np.save(folder / "originals.npy", np.stack([np.asarray(one) for one in raw]))


def _originals(folder: Path) -> list[Any]:
    arrays = folder / "originals.npy"
    return list(np.load(arrays)) if arrays.exists() else [path.read_bytes() for path in sorted(folder.iterdir())]
