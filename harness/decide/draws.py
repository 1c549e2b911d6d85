"""Facts drawn anew from their intervals: what else the same measurements could have meant. Pure, and seeded.

Every fact has a stream of its own, named by its key, so that facts that candidates share move together and the order of the
candidates changes nothing. Facts that were taken on the same samples move together as far as they were right on the same ones:
what is hard for one is mostly hard for the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness import units
from harness.decide import bounds
from harness.decide.columns import Column, Columns
from harness.decide.utility import Weighed, useful
from harness.interfaces import Array
from harness.metrics import METRICS

DRAWS: Final = 4000
"""The standard error of a share of one half is then 0.8 percentage points."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Some candidates under a profile, in the order of their labels, with facts drawn anew ``DRAWS`` times."""

    rows: NDArray[np.int64]
    useful: Array
    """Desirabilities: draw, candidate, weighted metric."""
    holds: NDArray[np.bool_]
    """Whether a candidate keeps every constraint: draw, candidate."""


def resample(weighed: Weighed, rows: NDArray[np.int64], seed: int) -> Drawn:
    """Return the candidates of ``rows`` as they would be, were the truth of each fact elsewhere in its interval.

    A draw stands for a truth, so a constraint either holds in it or does not: the guard band, which is for what is not known
    for sure, plays no part in it.
    """
    profile, columns = weighed.profile, weighed.columns
    ordered = np.array(sorted(rows.tolist(), key=lambda row: columns.labels[row]), dtype=np.int64)
    values = {metric: _values(columns, metric, ordered, seed) for metric in columns.mine}
    good = np.stack([useful(values[metric][0], metric, profile) for metric in profile.weights], axis=-1)
    holds = np.ones(good.shape[:2], dtype=np.bool_)
    for constraint in profile.constraints:
        holds &= bounds.slack(constraint, *values[constraint.metric]) >= 0
    return Drawn(ordered, good, holds)


def in_common(columns: Columns, metric: str, best: int) -> Array:
    """Return how much of the noise of each candidate's value is that of the ``best`` one's, as a correlation."""
    mine, theirs = columns.mine[metric], columns.theirs[metric]
    with_baseline = _with_baseline(columns, metric)
    found = np.where(theirs.fact == theirs.fact[best], with_baseline * with_baseline[best], 0.0)
    taken = columns.samples.get(metric, {})
    if mine.fact[best] >= 0 and mine.keys[mine.fact[best]] in taken:
        facts, at = np.unique(mine.fact, return_inverse=True)
        own = taken[mine.keys[mine.fact[best]]]
        keys = [mine.keys[fact] if fact >= 0 else "" for fact in facts.tolist()]
        each = np.array([_correlation(np.stack([own, taken[key]]))[0, 1] if key in taken else np.nan for key in keys])[at]
        found = np.where(np.isnan(each), found, each)
    return np.where(mine.fact == mine.fact[best], 1.0, found)


def _with_baseline(columns: Columns, metric: str) -> Array:
    """Return how much of the noise of each candidate's value is that of its baseline's, as a correlation.

    It follows from the interval of their difference on the same samples, and is 0 where there is none. So two candidates that
    were asked the same samples share noise by way of their baselines.
    """
    mine, theirs, apart = columns.mine[metric], columns.theirs[metric], columns.apart.get(metric)
    if apart is None:
        return np.zeros(len(columns))
    one, two, both = ((column.above + column.below) / 2 for column in (mine, theirs, apart))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (one**2 + two**2 - both**2) / (2 * one * two)
    return np.where(mine.fact == theirs.fact, 1.0, np.where(np.isfinite(found), np.clip(found, 0.0, 1.0), 0.0))


def _correlation(taken: Array) -> Array:
    """Return the correlations of rows; those of a row that does not vary are 0."""
    apart = taken - taken.mean(axis=1, keepdims=True)
    length = np.sqrt((apart**2).sum(axis=1))
    apart = apart / np.where(length > 0, length, 1.0)[:, None]
    found = apart @ apart.T
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _values(columns: Columns, metric: str, rows: NDArray[np.int64], seed: int) -> tuple[Array, Array]:
    """Return a metric's values of some candidates, and of the baseline of each, by draw and candidate."""
    mine, theirs = columns.mine[metric].take(rows), columns.theirs[metric].take(rows)
    facts, at = np.unique(np.concatenate([mine.fact, theirs.fact]), return_inverse=True)
    keys = [mine.keys[fact] if fact >= 0 else "" for fact in facts.tolist()]
    own, reference = at[: len(rows)], at[len(rows) :]
    normals = np.stack([_normals(key, seed) for key in keys], axis=1)
    taken = columns.samples.get(metric, {})
    together = [i for i, key in enumerate(keys) if key in taken]
    if together:
        normals[:, together] = normals[:, together] @ _root(_correlation(np.stack([taken[keys[i]] for i in together])))
    _, first, same = np.unique(own, return_index=True, return_inverse=True)
    first = first[same]  # candidates that share a fact share what moves it
    shared = np.where(np.isin(own, together), 0.0, _with_baseline(columns, metric)[rows][first])
    moves = shared * normals[:, reference[first]] + np.sqrt(1 - shared**2) * normals[:, own]
    return _moved(mine, moves, metric), _moved(theirs, normals[:, reference], metric)


def _root(correlation: Array) -> Array:
    """Return the symmetric root: it makes correlated numbers of others, whatever their order."""
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T)


def _normals(key: str, seed: int) -> Array:
    """Return the standard normal numbers of the fact of a key."""
    stream = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, stream]).standard_normal(DRAWS)


def _moved(column: Column, normal: Array, metric: str) -> Array:
    """Return values moved by so many standard errors, and kept where the metric can be."""
    values: Array = column.value + normal * np.where(normal > 0, column.above, column.below)
    unit = METRICS[metric].unit
    low, high = (None if unit == units.NUMBER else 0.0), (1.0 if unit == units.SHARE else None)
    return values if low is None and high is None else np.clip(values, low, high)
