"""Made-up measurements whose truth is known: a suite of candidates, processes of different luck, noisy queries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import stats
from harness.stats import Estimate


@dataclass(frozen=True, slots=True)
class Setting:
    """How the measurements of a suite are made."""

    metric: str
    """``p50`` or ``rate``."""
    queries: int
    candidates: int
    between: float
    """Standard deviation between processes, of the logarithm."""
    within: float
    """Standard deviation of a process's figure that its own queries cause, as a share of ``between``, were they independent."""
    processes: int = 3
    first: int = 3
    """Processes of the first candidate that count for itself; with fewer than all, none of its processes count for the spread."""
    noise: float = 1.0
    """How many times noisier the first candidate's queries are than the others'."""
    correlation: float = 0.0
    """Of a query with the next: AR(1)."""

    @property
    def odd(self) -> bool:
        """Whether the first candidate differs from the others, so that it alone is judged."""
        return self.first < self.processes or self.noise != 1

    @property
    def query_sd(self) -> float:
        """Standard deviation of the logarithm of a query: the sd of a median is 1.25 times that of a mean."""
        spread = self.within * self.between * math.sqrt(self.queries)
        return spread / math.sqrt(math.pi / 2) if self.metric == "p50" else math.sqrt(math.log1p(spread**2))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the truth is inside: of a candidate's combined interval, and of a single process's own."""

    combined: float
    single: float
    width: float
    """Median of high ÷ low of the combined interval, less 1."""
    measurements: int


def coverage(setting: Setting, suites: int, seed: int) -> Coverage:
    """Return the coverage over all candidates of so many simulated suites (of the first alone, where it is odd)."""
    rng = np.random.default_rng(seed)
    inside, alone, widths = [], [], []
    for _ in range(suites):
        luck, truths, estimates = _suite(setting, rng)
        counted = estimates[1:] if setting.first < setting.processes else estimates
        spread = stats.between(counted, assumed=0.15)
        for i in range(1 if setting.odd else setting.candidates):
            told = stats.combined(estimates[i][: setting.first], spread)
            inside.append(told.low <= truths[i] <= told.high)
            widths.append(told.high / told.low - 1)
            alone += [one.low <= truths[i] * own <= one.high for one, own in zip(estimates[i], luck[i], strict=True)]
    return Coverage(float(np.mean(inside)), float(np.mean(alone)), float(np.median(widths)), len(inside))


def _suite(setting: Setting, rng: np.random.Generator) -> tuple[NDArray, NDArray, list[list[Estimate]]]:
    """Return each process's luck, each candidate's truth (what it is in a process of middling luck), and the estimates."""
    luck = np.exp(rng.normal(0, setting.between, (setting.candidates, setting.processes)))
    sds = np.full(setting.candidates, setting.query_sd)
    sds[0] *= setting.noise
    noise = _correlated(rng.normal(size=(*luck.shape, setting.queries)), setting.correlation)
    times = np.exp(sds[:, None, None] * noise) * luck[..., None]
    if setting.metric == "p50":
        return luck, np.ones(setting.candidates), [[stats.percentile(one, 0.5) for one in several] for several in times]
    return 1 / luck, np.exp(-(sds**2) / 2), [[stats.rate(one, 1) for one in several] for several in times]


def _correlated(noise: NDArray, correlation: float) -> NDArray:
    """Return ``noise`` as AR(1) along its last axis, of the same standard deviation."""
    if correlation:
        noise[..., 1:] *= math.sqrt(1 - correlation**2)
        for i in range(1, noise.shape[-1]):
            noise[..., i] += correlation * noise[..., i - 1]
    return noise
