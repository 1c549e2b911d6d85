"""How often a classifier is right about each class, and about the one it knows worst."""

from __future__ import annotations

import numpy as np

from harness.interfaces import Array
from harness.stats import Estimate, proportion


def by_class(predicted: Array, labels: Array) -> dict[int, Estimate]:
    """Return the share of each class's samples that are classified rightly; classes without samples are left out."""
    right = np.bincount(labels[predicted == labels], minlength=int(labels.max()) + 1)
    there = np.bincount(labels)
    return {int(number): proportion(int(right[number]), int(there[number])) for number in np.flatnonzero(there)}


def worst_class(predicted: Array, labels: Array) -> Estimate:
    """Return that share of the class with the lowest; of equals, that of the class with the most samples."""
    return min(by_class(predicted, labels).values(), key=lambda one: (one.value, -one.n))
