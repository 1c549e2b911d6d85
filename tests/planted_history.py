"""Histories with a planted change, for tests: jobs of one or several environments over made-up commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.gate.baselines import Baseline
from harness.gate.samples import Arm, Commit, History, Job

IDENTITIES = {"here": {"cpu": "Xeon", "kernel_series": "6.1"}, "there": {"cpu": "Xeon", "kernel_series": "6.5"}}


def job(number: int, values: Mapping[str, float], case: str = "resnet", environment: str = "here", subject: str = "") -> Job:
    """Return a job of the commit of day ``number``."""
    day = f"2026-01-{number + 1:02d}T08:00:00+00:00"
    commit = Commit(revision=f"{number:02d}" * 20, subject=subject or f"change {number}", committed=day)
    return Job(environment=environment, commit=commit, at=day, values={case: dict(values)})


def history(jobs: Sequence[Job]) -> History:
    """Return the history of jobs."""
    return History(identities=IDENTITIES, jobs=tuple(jobs))


def stored(jobs: Sequence[Job]) -> str:
    """Return the file of a stored baseline with these jobs."""
    return Baseline(arm=Arm(label="main"), cases={}, history=history(jobs)).model_dump_json()


def noisy(changes: Mapping[int, float], count: int, spread: float = 0.01, seed: int = 0) -> list[float]:
    """Return figures around 10 ms that are larger by a share from some places on."""
    logs = np.random.default_rng(seed).normal(0, spread, count)
    for at, change in changes.items():
        logs[at:] += np.log1p(change)
    return (0.01 * np.exp(logs)).tolist()
