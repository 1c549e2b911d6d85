"""What jobs measured of each metric of each case, in the order of their commits, apart for each environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness import labels, units
from harness.errors import InputError
from harness.gate.levels import TIMED
from harness.gate.samples import History, Job
from harness.metrics import METRICS


class Point(NamedTuple):
    """What a job measured."""

    job: int
    """Its place among all jobs."""
    value: float


class Series(NamedTuple):
    """A metric of a case in one environment; ``counted``: it has no noise."""

    case: str
    metric: str
    unit: str
    higher: bool
    counted: bool
    environment: str
    points: tuple[Point, ...]


def in_order(history: History) -> tuple[Job, ...]:
    """Return the jobs by when their commits were made, those of one commit by when they were measured."""
    return tuple(sorted(history.jobs, key=lambda job: job.commit.committed))


def series(jobs: Sequence[Job], candidates: Sequence[str], metrics: Sequence[str]) -> list[Series]:
    """Return all series, or those of ``candidates`` and ``metrics``; raises InputError for one that is not known."""
    if not jobs:
        return []
    cases = list(dict.fromkeys(case for job in jobs for case in job.values))
    wanted = [labels.find(one, cases) for one in candidates] or cases
    _require(jobs, metrics)
    return [one for case in wanted for one in _of(case, jobs) if not metrics or one.metric in metrics]


def _require(jobs: Sequence[Job], metrics: Sequence[str]) -> None:
    known = sorted({metric for job in jobs for values in job.values.values() for metric in values})
    for metric in metrics:
        if metric not in known:
            raise InputError(f"no job measured {metric!r}", f"there are {', '.join(known)}" if known else None)


def _of(case: str, jobs: Sequence[Job]) -> Iterator[Series]:
    metrics = dict.fromkeys(metric for job in jobs for metric in job.values.get(case, ()))
    environments = dict.fromkeys(job.environment for job in jobs)
    for metric in metrics:
        unit, higher = about(metric)
        for environment in environments:
            points = tuple(
                Point(at, job.values[case][metric])
                for at, job in enumerate(jobs)
                if job.environment == environment and metric in job.values.get(case, ())
            )
            if points:
                yield Series(case, metric, unit, higher, metric not in TIMED, environment, points)


def about(metric: str) -> tuple[str, bool]:
    """Return unit and direction of a metric; one that this version does not know is a count."""
    known = TIMED.get(metric) or METRICS.get(metric)
    return (known.unit, known.higher) if known else (units.COUNT, False)
