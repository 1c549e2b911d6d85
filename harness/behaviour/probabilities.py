"""From scores to probabilities, and their temperature. NumPy only, so that the process that measures can afford it."""

from __future__ import annotations

from typing import Final

import numpy as np

from harness.interfaces import Array

WHOLE: Final = 0.05
"""How far from 1 a row may add up that is probabilities already: half precision and int8 round."""
LEAST: Final = 1e-6
"""What stands for a smaller probability where its logarithm is needed: trees give nought where they have seen nothing."""


def probable(scores: Array) -> bool:
    """Whether scores are probabilities as they are: in every row none below nought, and one in sum."""
    return bool((scores >= 0).all() and (np.abs(scores.sum(axis=1, dtype=np.float64) - 1) < WHOLE).all())


def probabilities(scores: Array) -> Array:
    """Return scores as probabilities, float64: taken as they are where all rows are probabilities, else their softmax."""
    wide = scores.astype(np.float64)
    return wide / wide.sum(axis=1, keepdims=True) if probable(scores) else softmax(wide)


def logits(scores: Array) -> Array:
    """Return the numbers whose softmax the probabilities of ``scores`` are."""
    wide = scores.astype(np.float64)
    return np.log(np.maximum(wide, LEAST)) if probable(scores) else wide


def softmax(numbers: Array) -> Array:
    """Return the softmax of each row."""
    raised = np.exp(numbers - numbers.max(axis=1, keepdims=True))
    shares: Array = raised / raised.sum(axis=1, keepdims=True)
    return shares
