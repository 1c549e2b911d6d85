"""The Brier score: how far probabilities are from what happened (Brier, Monthly Weather Review 78, 1950)."""

from __future__ import annotations

import numpy as np

from harness.interfaces import Array
from harness.scoring import Influence, on_a_log_scale
from harness.stats import Estimate


def brier(shares: Array, labels: Array) -> Estimate:
    """Return the mean, over samples, of the squared distance of all classes' probabilities from the truth: from 0 to 2."""
    wanted = np.zeros_like(shares)
    wanted[np.arange(len(labels)), labels] = 1.0
    each = ((shares - wanted) ** 2).sum(axis=1)
    value = float(each.mean())
    if len(each) < 2:
        return Estimate(value, 0.0, 2.0, len(each))
    found = on_a_log_scale(Influence(value, each - value), 0.0)
    return found._replace(high=min(found.high, 2.0))
