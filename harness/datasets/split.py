"""A fixed, stratified split that needs no random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from harness.bench import Split
from harness.interfaces import Array

ROUNDING: Final = 1e-9
"""3 × 0.1 is a little more than 0.3: what is this near to a whole number is one."""


def split_by_rank(samples: Any, labels: Array, test_share: float) -> tuple[Split, Split]:
    """Return (train, test): of every class, each sample with which the share passes a whole number is held out.

    Labels that are no class numbers are all of one class.
    The split follows the order of the samples alone, so it is the same on every machine and with every library.
    """
    rank = np.zeros(len(labels), dtype=np.int64)
    classes = labels if labels.ndim == 1 else np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(classes):
        members = classes == label
        rank[members] = np.arange(members.sum())
    held_out = np.floor((rank + 1) * test_share + ROUNDING) > np.floor(rank * test_share + ROUNDING)
    return _take(samples, labels, ~held_out), _take(samples, labels, held_out)


def _take(samples: Any, labels: Array, mask: Array) -> Split:
    if isinstance(samples, np.ndarray):
        return Split(samples[mask], labels[mask])
    chosen: Sequence[Any] = [samples[i] for i in np.flatnonzero(mask)]
    return Split(chosen, labels[mask])
