"""A Gaussian process over the features of candidates: what a metric of those not tried may be, and how surely.

Its covariance adds up simple ones (linear in the quantities, smooth in them, an offset and a slope per family, words of the
names, and what is alike in every choice), each with a weight that is found by the marginal likelihood of what was seen, with a
prior around weights that are typical of published accuracies and latencies: linear terms carry most, and families differ.
Source: Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, sections 2.2 and 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize

from harness.interfaces import Array
from harness.search.features import Features

Rows = NDArray[np.int64]

PRIOR: Final = np.log([0.2, 0.5, 0.1, 0.005, 0.05, 0.02, 0.02, 0.04, 0.05, 0.005])
"""Of the weights, in the order of ``Covariance.parts``, and of the noise: as shares of the variance, logarithms."""
PARTS: Final = len(PRIOR) - 1
SPREAD: Final = 1.0
"""Standard deviation of those logarithms."""
BOUNDS: Final = (-9.0, 4.0)
STEPS: Final = 30
JITTER: Final = 1e-6
SHORT: Final = 0.3
"""Length, in standard deviations of the quantities, over which the rougher of the two smooth parts changes."""


class Covariance:
    """The parts of the covariance between candidates."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._norm = max(1e-9, float((features.tokens**2).sum(axis=1).mean()))
        self._width = max(1, features.numbers.shape[1])

    def parts(self, rows: Rows, others: Rows) -> Array:
        """Return each part between ``rows`` and ``others``, shape (parts, rows, others)."""
        here, there = self.features.numbers[rows], self.features.numbers[others]
        groups, other_groups = self.features.groups[rows], self.features.groups[others]
        found = np.empty((PARTS, len(rows), len(others)))
        always, linear, smooth, rough, same, same_smooth, same_linear, words, alike = found
        always[:] = 1.0
        np.matmul(here, there.T / self._width, out=linear)
        squared = (np.square(here).sum(1)[:, None] + np.square(there).sum(1)) / self._width - 2 * linear
        np.maximum(squared, 0.0, out=squared)
        np.exp(squared / -2, out=smooth)
        np.exp(squared / (-2 * SHORT**2), out=rough)
        np.equal(groups[:, None, 0], other_groups[None, :, 0], out=same)
        np.multiply(same, smooth, out=same_smooth)
        np.multiply(same, linear, out=same_linear)
        np.matmul(self.features.tokens[rows], self.features.tokens[others].T / self._norm, out=words)
        np.multiply(self.alike(rows, others), smooth, out=alike)
        return found

    def alike(self, rows: Rows, others: Rows) -> Array:
        """Return how far candidates are made of the same choices, 1 where all are the same."""
        groups, other_groups = self.features.groups[rows], self.features.groups[others]
        differing = np.zeros((len(rows), len(others)), dtype=np.int8)
        for i in range(groups.shape[1]):
            differing += groups[:, None, i] != other_groups[None, :, i]
        return np.asarray(np.exp(-4 * np.arange(groups.shape[1] + 1) / groups.shape[1])[differing])

    def own(self, rows: Rows) -> Array:
        """Return each part of every row with itself, shape (parts, rows)."""
        linear = np.square(self.features.numbers[rows]).sum(1) / self._width
        one = np.ones_like(linear)
        words = np.square(self.features.tokens[rows]).sum(1) / self._norm
        return np.stack([one, linear, one, one, one, one, linear, words, one])


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a covariance matters, and the noise: shares of the variance of what was seen."""

    parts: Array
    noise: float

    @classmethod
    def typical(cls) -> Weights:
        """Return the weights that are expected before anything is seen."""
        return cls(np.exp(PRIOR[:-1]), float(np.exp(PRIOR[-1])))


def fit(parts: Array, seen: Array) -> tuple[Weights, float]:
    """Return the most plausible weights for what was ``seen`` (standardised) and their negative log evidence."""
    count = len(seen)
    identity = np.eye(count)

    def loss(logs: Array) -> tuple[float, Array]:
        weights, noise = np.exp(logs[:-1]), np.exp(logs[-1])
        try:
            root = np.linalg.cholesky(np.tensordot(weights, parts, 1) + (noise + JITTER) * identity)
        except np.linalg.LinAlgError:
            return 1e10, np.zeros_like(logs)
        solved = cho_solve((root, True), seen)
        slack = np.outer(solved, solved) - cho_solve((root, True), identity)
        apart = (logs - PRIOR) / SPREAD
        evidence = 0.5 * seen @ solved + np.log(np.diag(root)).sum()
        slope = -0.5 * np.append(np.einsum("ij,kij->k", slack, parts) * weights, np.trace(slack) * noise)
        return float(evidence + 0.5 * apart @ apart), slope + apart / SPREAD

    found = minimize(loss, PRIOR, jac=True, method="L-BFGS-B", bounds=[BOUNDS] * len(PRIOR), options={"maxiter": STEPS})
    return Weights(np.exp(found.x[:-1]), float(np.exp(found.x[-1]))), float(found.fun)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of some rows, in the unit of what was seen."""

    mean: Array
    sd: Array
    reduced: Array
    """What was seen says about each row: their covariance falls by the inner products of this, shape (seen, rows)."""
    scale: float
    weights: Weights

    def draw(self, rows: Rows, parts: Array, rng: np.random.Generator, count: int) -> Array:
        """Return joint draws for some of its ``rows``, shape (count, rows); ``parts`` are those of the covariance among them."""
        among = np.tensordot(self.weights.parts, parts, 1) - self.reduced[:, rows].T @ self.reduced[:, rows]
        among[np.diag_indices_from(among)] += self.weights.noise + 1e-4 * float(np.trace(among)) / len(rows) + JITTER
        root = np.linalg.cholesky(among)
        return np.asarray(self.mean[rows] + self.scale * (rng.standard_normal((count, len(rows))) @ root.T))


def posterior(weights: Weights, inside: Array, across: Array, own: Array, seen: Array) -> Posterior:
    """Return what is believed after something was ``seen``.

    ``inside`` are the parts of the covariance among what was seen, ``across`` those between what is asked for and that, and
    ``own`` those of each that is asked for with itself.
    """
    centre, scale = float(seen.mean()), float(seen.std()) or 1.0
    root = np.linalg.cholesky(np.tensordot(weights.parts, inside, 1) + (weights.noise + JITTER) * np.eye(len(seen)))
    between = np.tensordot(weights.parts, across, 1)
    reduced = solve_triangular(root, between.T, lower=True, check_finite=False)
    variance = np.maximum(weights.parts @ own - np.einsum("ij,ij->j", reduced, reduced), 1e-9)
    mean = between @ cho_solve((root, True), (seen - centre) / scale)
    return Posterior(mean * scale + centre, np.sqrt(variance + weights.noise) * scale, reduced, scale, weights)
