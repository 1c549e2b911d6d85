"""What is told of a history: plain data in SI units, and the words that terminal and page share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from harness import units
from harness.gate.samples import History, Job
from harness.history import series
from harness.history.breaks import LEAST, Break, breaks
from harness.report import wording

SHORT: Final = 8
"""Digits of a commit's name."""
LEAST_SHOWN: Final = 0.0005
"""A change that would be written as none."""


Found = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A series, and a change of it."""


class At(NamedTuple):
    """The changes that were first seen in one job."""

    job: Mapping[str, Any]
    changes: list[Found]


def tell(suite: str, history: History, candidates: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    """Return what is known of a suite's history; raises InputError for a candidate or metric that no job measured."""
    jobs = series.in_order(history)
    return {
        "suite": suite,
        "jobs": [_job(one) for one in jobs],
        "environments": dict(history.identities),
        "series": [_series(one) for one in series.series(jobs, candidates, metrics)],
    }


def _job(job: Job) -> dict[str, Any]:
    return {**job.commit.model_dump(), "at": job.at, "environment": job.environment}


def _series(one: series.Series) -> dict[str, Any]:
    found = breaks([point.value for point in one.points], one.counted)
    about = {name: getattr(one, name) for name in ("case", "metric", "unit", "higher", "counted", "environment")}
    return {
        **about,
        "points": [point._asdict() for point in one.points],
        "changes": [_change(one, each) for each in found],
    }


def _change(one: series.Series, each: Break) -> dict[str, Any]:
    """Return a change, in shares of the figure before, positive where the one after is larger."""
    since, job = one.points[each.at - 1], one.points[each.at]
    return {
        "job": job.job,
        "since": since.job,
        "before": since.value if one.counted else math.exp(each.before),
        "after": job.value if one.counted else math.exp(each.after),
        "change": math.expm1(each.change),
        "low": math.expm1(each.low),
        "high": math.expm1(each.high),
        "worse": (each.after > each.before) != one.higher,
    }


def at_commits(told: Mapping[str, Any]) -> list[At]:
    """Return the changes by the job that first saw them, the latest first."""
    found: dict[int, At] = {}
    for one in told["series"]:
        for change in one["changes"]:
            job = change["job"]
            found.setdefault(job, At(told["jobs"][job], [])).changes.append((one, change))
    return [found[job] for job in sorted(found, reverse=True)]


def headline(told: Mapping[str, Any]) -> str:
    """Return what there is to know, in a line."""
    jobs, found = len(told["jobs"]), at_commits(told)
    if not jobs:
        return "no job yet; harness baseline measures one"
    measured = f"in {wording.count(jobs, 'job')}"
    if found:
        worse = sum(any(change["worse"] for _, change in at.changes) for at in found)
        return f"{wording.count(len(found), 'commit')} changed what is measured, {worse or 'none'} for the worse, {measured}"
    few = max(len(one["points"]) for one in told["series"]) < 2 * LEAST
    return f"no change {measured}" + (f"; of timings, one is told from {2 * LEAST} jobs in one environment on" if few else "")


def commit(job: Mapping[str, Any]) -> str:
    """Return a job's commit in a word or two."""
    short = job["revision"][:SHORT] or "unknown commit"
    return f"{short} with changes" if job["changed"] else short


def day(job: Mapping[str, Any]) -> str:
    """Return the day of a job's commit; of one that is not known, that of the job."""
    return str(job["committed"] or job["at"])[:10]


def change(one: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    """Return a change with its interval; a share's in points."""
    if one["unit"] == units.SHARE:
        return f"{wording.signed(100 * (each['after'] - each['before']), 2)} pp"
    if one["counted"] and abs(each["change"]) < LEAST_SHOWN:
        return f"{'+' if each['change'] > 0 else '−'}<0.1 %"
    low, middle, high = (wording.signed(100 * each[end], 1) for end in ("low", "change", "high"))
    return f"{middle} %" if low == high else f"{middle} % ({low} to {high})"


def figures(one: Mapping[str, Any], each: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a metric was before a change and is after it; of a count with every digit."""
    before, after = each["before"], each["after"]
    if one["unit"] == units.COUNT:
        return f"{before:,.0f}", f"{after:,.0f}"
    return wording.figure(before, one["unit"]), wording.figure(after, one["unit"])


def latest(told: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Give each case with its series in the environment of the latest job that measured it."""
    for case in dict.fromkeys(one["case"] for one in told["series"]):
        own = [one for one in told["series"] if one["case"] == case]
        environment = max(own, key=lambda one: one["points"][-1]["job"])["environment"]
        yield case, [one for one in own if one["environment"] == environment]
