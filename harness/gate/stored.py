"""A metric against earlier jobs: their spread says what a further job of the same code may show.

Jobs differ far more than the arms of one job, so this needs many of them, sees large changes only, and compares nothing where the
environment's identity differs. The bound is that of one further observation of a normal distribution, here of logarithms (Hahn &
Meeker, Statistical Intervals, 1991, section 4.8).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from scipy import special

from harness.gate import statistic
from harness.gate.samples import Case, History, Job, Metric
from harness.gate.signed_rank import Array
from harness.gate.standing import Levels
from harness.gate.timed import about, figures
from harness.gate.verdict import Judgement, Said
from harness.record import Environment

JOBS: Final = 20
"""Earlier jobs in the same environment before anything is said."""


def judge(case: Case, metric: Metric, history: History, environment: Environment, levels: Levels) -> Judgement:
    """Return the judgement of a metric of this job against the earlier ones."""
    here = job_figure(case, metric) if case.has("candidate", metric.series) else None
    candidate = None if here is None else statistic.figure(here)
    common = {**about(case, metric, missing=here is None), "kind": "stored", "candidate": candidate}
    if not _alike(history, environment):
        return Judgement(**common, verdict="refused")
    if here is None:
        return Judgement(**common, verdict="missing")
    known = earlier(case, metric, history, environment)
    if len(known) < JOBS:
        return Judgement(**common, verdict="inconclusive", jobs=len(known))
    return _against(known, here, metric, levels, common)


def earlier(case: Case, metric: Metric, history: History, environment: Environment) -> Array:
    """Return the logarithms of what earlier jobs in the same environment said of a metric, oldest first."""
    jobs = (job.values.get(case.name, {}) for job in _alike(history, environment))
    return np.log([values[metric.name] for values in jobs if metric.name in values])


def job_figure(case: Case, metric: Metric) -> float:
    """Return the logarithm of what a job says of a metric: the median of its blocks."""
    return float(np.median(figures(case, metric, "candidate")))


def differs(history: History, environment: Environment) -> tuple[str, ...]:
    """Return what of this environment is not as it was in the latest job, where no job was in the same."""
    if not history.jobs or _alike(history, environment):
        return ()
    there, here = history.identities[history.jobs[-1].environment], environment.identity
    return tuple(name for name in sorted({*there, *here}) if there.get(name) != here.get(name))


def _alike(history: History, environment: Environment) -> list[Job]:
    return [job for job in history.jobs if job.environment == environment.id]


def _against(known: Array, here: float, metric: Metric, levels: Levels, common: dict[str, Any]) -> Judgement:
    mean = float(known.mean())
    worse = mean - here if metric.higher else here - mean
    strict, loose = (_width(known, level) for level in (levels.strict, levels.loose))
    bound = max(strict, math.log1p(metric.tol))
    verdict: Said = "inconclusive"
    if abs(worse) > bound:
        verdict = "regressed" if worse > 0 else "improved"
    elif worse + loose < math.log1p(metric.detect):
        verdict = "pass"
    low, high = (worse - loose, worse + strict) if verdict == "improved" else (worse - strict, worse + loose)
    return Judgement(
        **common,
        verdict=verdict,
        baseline=statistic.figure(mean),
        jobs=len(known),
        detectable=statistic.change(bound, metric.higher),
        **statistic.changes(worse, low, high, metric.higher),
    )


def _width(known: Array, level: float) -> float:
    """Return how far one further job may lie from the mean of these, on one side, but for a share of ``level``."""
    n = len(known)
    return float(special.stdtrit(n - 1, 1 - level)) * float(known.std(ddof=1)) * math.sqrt(1 + 1 / n)
