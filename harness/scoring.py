"""How right scores are, by the kind of task: each metric with its interval, and the difference of two on the same samples.

Pure functions of scores and of what they are judged by: class numbers (n), targets (n, k), or for embeddings rows of two indices
and a similarity (m, 3). Errors are means over samples, so that their intervals follow from each sample's influence on the figure
(infinitesimal jackknife: Efron, The jackknife, the bootstrap and other resampling plans, 1982, chapter 6); they are taken on a
logarithmic scale, where an error cannot fall below nought.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from harness.interfaces import Array
from harness.stats import CONFIDENCE, Estimate, proportion

RESAMPLES: Final = 1000
TINY: Final = 1e-12


class Influence(NamedTuple):
    """A figure and what each sample adds to it, with a mean of nought."""

    value: float
    each: Array


def estimate(metric: str, scores: Array, labels: Array) -> Estimate | None:
    """Return a metric of ``scores`` with its interval; None where it is not defined, as r2 of targets that are all the same."""
    if metric == "accuracy":
        return proportion(int((scores.argmax(axis=1) == labels).sum()), len(labels))
    if metric == "spearman":
        return correlation(similarities(scores, labels), labels[:, 2])
    found = INFLUENCES[metric](scores.astype(np.float64), labels.astype(np.float64))
    return None if found is None else on_a_log_scale(found, 1.0 if metric == "r2" else 0.0)


def difference(metric: str, scores: Array, others: Array, labels: Array) -> dict[str, float] | None:
    """Return a metric of ``scores`` less that of ``others`` on the same samples, with its ends; None where not defined.

    Of accuracies, which are counts, ``harness.pairs.paired`` gives the difference.
    """
    if metric == "spearman":
        return _resampled(similarities(scores, labels), similarities(others, labels), labels[:, 2])
    mine, theirs = (INFLUENCES[metric](each.astype(np.float64), labels.astype(np.float64)) for each in (scores, others))
    if mine is None or theirs is None:
        return None
    value, half = mine.value - theirs.value, _quantile(len(labels) - 1) * _error(mine.each - theirs.each)
    return {"value": value, "low": value - half, "high": value + half, "n": len(labels)}


def _rmse(scores: Array, targets: Array) -> Influence | None:
    squares = ((scores - targets) ** 2).mean(axis=1)
    value = math.sqrt(squares.mean())
    return Influence(value, (squares - squares.mean()) / (2 * max(value, TINY))) if len(targets) > 1 else None


def _mae(scores: Array, targets: Array) -> Influence | None:
    errors = np.abs(scores - targets).mean(axis=1)
    return Influence(float(errors.mean()), errors - errors.mean()) if len(targets) > 1 else None


def _r2(scores: Array, targets: Array) -> Influence | None:
    """Share of the targets' variance that is explained, all columns together."""
    squares = ((scores - targets) ** 2).sum(axis=1)
    variances = ((targets - targets.mean(axis=0)) ** 2).sum(axis=1)
    if len(targets) < 2 or variances.mean() < TINY:
        return None
    left = squares.mean() / variances.mean()
    return Influence(1 - float(left), -(squares - left * variances) / variances.mean())


INFLUENCES: Final[Mapping[str, Callable[[Array, Array], Influence | None]]] = {"rmse": _rmse, "mae": _mae, "r2": _r2}


def on_a_log_scale(found: Influence, top: float) -> Estimate:
    """Return the estimate whose interval is symmetric for the logarithm of the distance to ``top``, the best there can be."""
    distance = abs(top - found.value)
    factor = math.exp(min(_quantile(len(found.each) - 1) * _error(found.each) / distance, 50.0)) if distance > TINY else 1.0
    ends = sorted(top - distance * side if top else distance * side for side in (1 / factor, factor))
    return Estimate(found.value, ends[0], ends[1], len(found.each))


def _error(each: Array) -> float:
    """Return the standard error of a figure with these influences."""
    return float(each.std(ddof=1)) / math.sqrt(len(each))


def _quantile(dof: int) -> float:
    return float(special.stdtrit(dof, 0.5 + CONFIDENCE / 2))


def similarities(scores: Array, pairs: Array) -> Array:
    """Return the cosines between the embeddings of each pair, whose first two columns are indices of samples."""
    rows = scores.astype(np.float64)
    units = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    found: Array = (units[pairs[:, 0].astype(int)] * units[pairs[:, 1].astype(int)]).sum(axis=1)
    return found


def correlation(mine: Array, wanted: Array) -> Estimate | None:
    """Return Spearman's rank correlation; its interval by Fisher's z with the variance (1 + r²/2) / (n - 3).

    Bonett & Wright, Sample size requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65, 2000.
    None with fewer than 4 pairs, or where one side is all the same.
    """
    n, value = len(wanted), _spearman(mine, wanted)
    if n < 4 or math.isnan(value):
        return None
    z = math.atanh(max(-1 + TINY, min(1 - TINY, value)))
    half = float(special.ndtri(0.5 + CONFIDENCE / 2)) * math.sqrt((1 + value * value / 2) / (n - 3))
    return Estimate(value, min(value, math.tanh(z - half)), max(value, math.tanh(z + half)), n)


def _spearman(mine: Array, wanted: Array) -> float:
    a, b = ranks(mine), ranks(wanted)
    a, b = a - a.mean(), b - b.mean()
    length = math.sqrt(float(a @ a) * float(b @ b))
    return max(-1.0, min(1.0, float(a @ b) / length)) if length else math.nan


def ranks(values: Array) -> Array:
    """Return the ranks of ``values`` from 1; equal ones share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Array = (last - (counts - 1) / 2)[inverse]
    return mean


def _resampled(mine: Array, theirs: Array, wanted: Array) -> dict[str, float] | None:
    """Return the difference of two rank correlations, with the percentile interval of a seeded bootstrap over pairs.

    Efron & Tibshirani, An introduction to the bootstrap, 1993, chapter 13. Pairs are taken as independent.
    """
    value = _spearman(mine, wanted) - _spearman(theirs, wanted)
    if math.isnan(value):
        return None
    rng, n = np.random.default_rng(0), len(wanted)
    draws = (rng.integers(n, size=n) for _ in range(RESAMPLES))
    low, high = ends(np.array([_spearman(mine[i], wanted[i]) - _spearman(theirs[i], wanted[i]) for i in draws]), value)
    return {"value": value, "low": low, "high": high, "n": n}


def ends(resampled: Array, value: float) -> tuple[float, float]:
    """Return the ends of the percentile interval of resampled figures, with ``value`` inside; those not defined are left out."""
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return value, value
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return min(value, float(low)), max(value, float(high))
