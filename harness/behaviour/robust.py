"""How a classifier holds out on samples that were made worse, and how sure it is of what is no sample at all.

Hendrycks & Dietterich, Benchmarking neural network robustness to common corruptions and perturbations, ICLR 2019: the mean over
corruptions and their five severities.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from harness.interfaces import Array
from harness.stats import CONFIDENCE, Estimate, proportion


def robust_accuracy(predicted: Array, labels: Array) -> Estimate:
    """Return the share right of predictions of shape (corruptions, severities, n), on the same ``n`` samples each.

    A sample that is hard is so at most severities, so the interval is Wilson's with as many observations as the variance between
    samples is worth, and never fewer than samples (the effective sample size of Korn & Graubard, Survey Methodology 24, 1998).
    """
    each = (predicted == labels).mean(axis=(0, 1))
    value, n = float(each.mean()), len(each)
    spread = float(each.var(ddof=1)) if n > 1 else 0.0
    most = n * predicted.shape[0] * predicted.shape[1]
    worth = round(min(max(n * value * (1 - value) / spread, n), most)) if spread else n
    found = proportion(value * worth, worth)
    return Estimate(value, min(found.low, value), max(found.high, value), n)


def by_severity(predicted: Array, labels: Array, kinds: Sequence[str]) -> dict[str, list[Estimate]]:
    """Return the share right at each severity of each corruption."""
    right = predicted == labels
    return {kind: [proportion(int(one.sum()), len(one)) for one in right[i]] for i, kind in enumerate(kinds)}


def ood_gap(clean: Array, shuffled: Array) -> Estimate:
    """Return how much surer a classifier is of samples than of the same ones shuffled, with Student's interval of pairs."""
    apart = clean.astype(np.float64) - shuffled
    value, n = float(apart.mean()), len(apart)
    if n < 2:
        return Estimate(value, -1.0, 1.0, n)
    half = float(special.stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * float(apart.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n)
