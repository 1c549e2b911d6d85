"""Whether a classifier is as often right as it is sure: the expected calibration error, and what a reliability diagram shows.

Bins hold equally many samples: a network is mostly sure, so that of bins of equal width all but the last are nearly empty, and
what they say is noise (Nguyen & O'Connor, Posterior calibration and exploratory analysis for natural language processing models,
EMNLP 2015; Nixon et al., Measuring calibration in deep learning, CVPR workshops 2019). Samples of equal confidence share a bin,
so that the error does not depend on their order.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from harness.interfaces import Array
from harness.stats import CONFIDENCE, Estimate, proportion

BINS: Final = 15
RESAMPLES: Final = 1000
COLUMNS: Final = 20
"""Of a histogram of confidence."""


class Judged(NamedTuple):
    """How sure each prediction is, and whether it is right."""

    confidence: Array
    right: Array


def judged(shares: Array, labels: Array) -> Judged:
    """Return how sure the predictions by these probabilities are, and whether they are right."""
    return Judged(shares.max(axis=1), shares.argmax(axis=1) == labels)


class _Levels(NamedTuple):
    """Predictions in the order of their confidence, those of equal confidence together."""

    confidence: Array
    right: Array
    starts: Array
    """Where each level of confidence begins."""

    def sums(self, counts: Array, rights: Array) -> tuple[Array, Array, Array]:
        """Return how many samples each level has where each is there so often, how many of them are right, and its bin.

        A level is in the bin that its middle rank falls into.
        """
        n = np.add.reduceat(counts, self.starts)
        right = np.add.reduceat(counts * rights, self.starts)
        middle = (np.cumsum(n) - n / 2) / n.sum()
        return n, right, np.minimum((middle * BINS).astype(int), BINS - 1)

    def error(self, counts: Array, rights: Array) -> float:
        """Return the calibration error of samples that are there so often and right where ``rights`` says so."""
        n, right, bins = self.sums(counts, rights)
        gaps = np.bincount(bins, right - n * self.confidence[self.starts])
        return float(np.abs(gaps).sum() / n.sum())


def _levels(found: Judged) -> _Levels:
    order = np.argsort(found.confidence, kind="stable")
    confidence = found.confidence[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(confidence) > 0]))
    return _Levels(confidence, found.right[order].astype(np.float64), starts)


def calibration_error(found: Judged) -> Estimate:
    """Return the mean distance, over samples, of confidence from the share that is right, both taken bin by bin.

    Its interval is the basic one of a seeded bootstrap (Davison & Hinkley, Bootstrap methods and their application, 1997,
    chapter 5): with few samples a bin the error is too large, and that of resamples is so twice over, which the basic interval
    takes off again. It begins at nought where a classifier that is as often right as it is sure would show as much by chance
    (Bröcker & Smith, Increasing the reliability of reliability diagrams, Weather and Forecasting 22, 2007).
    """
    levels, n = _levels(found), len(found.right)
    value = levels.error(np.ones(n), levels.right)
    rng, ends = np.random.default_rng(0), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    again = [levels.error(np.bincount(rng.integers(n, size=n), minlength=n), levels.right) for _ in range(RESAMPLES)]
    honest = [levels.error(np.ones(n), rng.random(n) < levels.confidence) for _ in range(RESAMPLES)]
    low, high = np.quantile(again, ends)
    nought = value <= np.quantile(honest, ends[1])
    return Estimate(
        value, 0.0 if nought else max(0.0, min(value, 2 * value - float(high))), max(value, 2 * value - float(low)), n
    )


def reliability(found: Judged) -> list[dict[str, Any]]:
    """Return the bins that the error is taken over, those with samples: how sure, how often right, with Wilson's interval."""
    levels = _levels(found)
    n, right, bins = levels.sums(np.ones(len(found.right)), levels.right)
    sure = n * levels.confidence[levels.starts]
    told = []
    for each in np.unique(bins):
        mine = bins == each
        count = int(n[mine].sum())
        share = proportion(int(right[mine].sum()), count)
        told.append({"confidence": float(sure[mine].sum() / count), **_ends(share), "n": count})
    return told


def histogram(found: Judged) -> dict[str, list[int]]:
    """Return how many right and how many wrong predictions there are, by twentieths of confidence."""
    at = np.minimum((found.confidence * COLUMNS).astype(int), COLUMNS - 1)
    return {
        "right": np.bincount(at[found.right], minlength=COLUMNS).tolist(),
        "wrong": np.bincount(at[~found.right], minlength=COLUMNS).tolist(),
    }


def _ends(share: Estimate) -> dict[str, float]:
    return {"accuracy": share.value, "low": share.low, "high": share.high}
