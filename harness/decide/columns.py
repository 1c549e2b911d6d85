"""A table of facts as columns: what is asked of every candidate at once is arithmetic on arrays, however many there are.

It knows facts and their intervals, not what any of them is wanted for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.interfaces import Array
from harness.record import Fact

Table = Mapping[str, Mapping[str, Fact]]
"""Facts by candidate label and metric."""

Differences = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By candidate and metric: its value less its baseline's on the same samples, with ``low`` and ``high`` (``evidence``)."""

Samples = Mapping[str, Mapping[str, Array]]
"""By metric and key of a fact: what was got on each sample, of facts that were all taken on the same ones."""

ERRORS_IN_HALF: Final = 1.959964
"""Standard errors in half of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of every row; NaN where it is not known."""

    value: Array
    low: Array
    high: Array
    fact: NDArray[np.int64]
    """Which of ``keys`` the fact has; -1 where it is not known."""
    keys: Sequence[str] = ()

    @property
    def below(self) -> Array:
        """Standard error downwards.

        The two differ as the sides of an interval do (Zou & Donner, Construction of confidence limits about effect measures,
        Statistics in Medicine 27, 2008: each limit rests on the side it lies on).
        """
        return (self.value - self.low) / ERRORS_IN_HALF

    @property
    def above(self) -> Array:
        """Standard error upwards."""
        return (self.high - self.value) / ERRORS_IN_HALF

    def take(self, rows: NDArray[np.int64]) -> Column:
        """Return the column of some rows, in their order; a row of -1 knows nothing."""
        value, low, high = (np.append(each, math.nan)[rows] for each in (self.value, self.low, self.high))
        return Column(value, low, high, np.append(self.fact, -1)[rows], self.keys)


@dataclass(frozen=True, slots=True)
class Columns:
    """The facts of every candidate by metric, and those of each one's baseline."""

    table: Table
    labels: Sequence[str]
    mine: Mapping[str, Column]
    theirs: Mapping[str, Column]
    """Of the baseline of each candidate. A key has the same number here as in ``mine``."""
    apart: Mapping[str, Column]
    """What a candidate's value is more than its baseline's, where that was taken on the same samples."""

    samples: Samples
    rows: Mapping[str, int]
    """Where each label is."""

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.labels)


def gather(
    table: Table,
    metrics: Iterable[str],
    baselines: Mapping[str, str] | None = None,
    references: Table | None = None,
    differences: Differences | None = None,
    samples: Samples | None = None,
) -> Columns:
    """Return the columns of ``metrics``. ``baselines`` names each candidate's baseline, whose facts are in ``references``."""
    labels = list(table)
    of = [(baselines or {}).get(label, "") for label in labels]
    known = {label: i for i, label in enumerate(label for label in dict.fromkeys(of) if label in (references or {}))}
    at = np.array([known.get(label, -1) for label in of], dtype=np.int64)
    mine, theirs, apart = {}, {}, {}
    for metric in dict.fromkeys(metrics):
        own = [facts.get(metric, _NOTHING) for facts in table.values()]
        reference = [(references or {})[label].get(metric, _NOTHING) for label in known]
        numbers = {key: i - 1 for i, key in enumerate(dict.fromkeys(("", *_each("key", own), *_each("key", reference))))}
        keys = list(numbers)[1:]
        mine[metric], theirs[metric] = _column(own, numbers, keys), _column(reference, numbers, keys).take(at)
        if differences:
            apart[metric] = _apart([differences.get(label, {}).get(metric) for label in labels])
    return Columns(table, labels, mine, theirs, apart, samples or {}, {label: row for row, label in enumerate(labels)})


class _Nothing(NamedTuple):
    """What stands for a fact that is not known."""

    key: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


_NOTHING: Final = _Nothing()


def _each(field: str, facts: Sequence[Fact | _Nothing]) -> Iterable[Any]:
    return map(attrgetter(field), facts)


def _column(facts: Sequence[Fact | _Nothing], numbers: Mapping[str, int], keys: Sequence[str]) -> Column:
    value, low, high = (np.fromiter(_each(end, facts), dtype=float, count=len(facts)) for end in ("value", "low", "high"))
    fact = np.fromiter((numbers[key] for key in _each("key", facts)), dtype=np.int64, count=len(facts))
    return Column(value, low, high, fact, keys)


def _apart(found: Sequence[Mapping[str, Any] | None]) -> Column:
    value, low, high = (
        np.array([math.nan if one is None else one[end] for one in found], dtype=float) for end in ("value", "low", "high")
    )
    return Column(value, low, high, np.full(len(found), -1))
