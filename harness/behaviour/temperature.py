"""One temperature for all scores, so that they say how sure they are (Guo et al., ICML 2017)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy import optimize

from harness.behaviour.probabilities import logits, softmax
from harness.interfaces import Array

FOLDS: Final = 5
BOUNDS: Final = (math.log(0.02), math.log(50.0))
"""Logarithms of the temperatures that are looked at: where every answer is right, none is the best."""


def fitted(numbers: Array, labels: Array) -> float:
    """Return the temperature by which logits are divided for the labels to be likeliest."""
    right = numbers[np.arange(len(labels)), labels]

    def surprise(log: float) -> float:
        cooled = numbers / math.exp(log)
        top = cooled.max(axis=1)
        return float((top + np.log(np.exp(cooled - top[:, None]).sum(axis=1)) - right / math.exp(log)).mean())

    return math.exp(float(optimize.minimize_scalar(surprise, bounds=BOUNDS, method="bounded").x))


def calibrated(scores: Array, labels: Array) -> Array:
    """Return probabilities at the temperature of the other samples: of five folds, each is cooled by what the other four say.

    So no sample is calibrated by its own label. Folds take every fifth sample, so that a sorted split is in all of them alike.
    """
    numbers = logits(scores)
    fold = np.arange(len(labels)) % FOLDS
    found = np.empty_like(numbers)
    for each in np.unique(fold):
        mine = fold == each
        others = ~mine if (~mine).any() else mine  # a single sample has no others
        found[mine] = numbers[mine] / fitted(numbers[others], labels[others])
    return softmax(found)
