"""``results/baselines/NAME.json``: what is known of the baseline where it is not measured again, and this job held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from harness import units
from harness.errors import InputError
from harness.gate.samples import Arm, Arms, Case, Exact, History, Job, Name, Outcomes, Samples
from harness.gate.statistic import figure
from harness.gate.stored import job_figure
from harness.spec import Value

SCHEMA_VERSION: Final = 1
MOST_JOBS: Final = 200
"""Earlier jobs that are kept, the latest ones."""

Right = Annotated[str, Field(pattern="^[01]*$")]
"""One digit per sample of a frozen set: 1 where it is answered rightly."""


class Frozen(Value):
    """What a case of the baseline has that no noise is in."""

    exact: tuple[Exact, ...] = ()
    right: Right = ""


class Baseline(Value):
    """A stored baseline."""

    schema_version: Literal[1] = SCHEMA_VERSION
    arm: Arm
    cases: dict[Name, Frozen]
    history: History


def job(samples: Samples, revision: str) -> Job:
    """Return what the candidate of a job measured, to be kept beside earlier jobs."""
    values = {case.name: dict(_figures(case)) for case in samples.cases}
    return Job(environment=samples.environment.id, revision=revision, values=values)


def with_job(history: History, samples: Samples, revision: str) -> History:
    """Return the history with one more job at its end."""
    jobs = (*history.jobs, job(samples, revision))[-MOST_JOBS:]
    told = {**history.identities, samples.environment.id: samples.environment.identity}
    return History(identities={one.environment: told[one.environment] for one in jobs}, jobs=jobs)


def against(measured: Samples, baseline: Baseline, right: Mapping[str, str]) -> Samples:
    """Return what a job measured of the candidate, to be judged against a stored baseline.

    ``right`` tells by case which samples the candidate answers rightly, as ``Frozen.right``.
    """
    known = {case.name: case for case in measured.cases}
    names = dict.fromkeys((*known, *baseline.cases))
    cases = tuple(
        _case(known.get(name, Case(name=name)), baseline.cases.get(name, Frozen()), right.get(name, "")) for name in names
    )
    arms = Arms(baseline=baseline.arm, candidate=measured.arms.candidate)
    return measured.model_copy(update={"arms": arms, "cases": cases, "history": baseline.history})


def _figures(case: Case) -> Iterator[tuple[str, float]]:
    for metric in case.metrics:
        if case.has("candidate", metric.series):
            yield metric.name, figure(job_figure(case, metric))


def _case(here: Case, there: Frozen, right: str) -> Case:
    mine, theirs = ({one.name: one for one in exact} for exact in (here.exact, there.exact))
    exact = [_merged(mine.get(name), theirs.get(name)) for name in dict.fromkeys((*mine, *theirs))]
    if there.right and right:
        return here.model_copy(update={"exact": tuple(exact), "accuracy": _outcomes(here.name, there.right, right)})
    if there.right or right:
        exact.append(_alone(there.right, right))
    return here.model_copy(update={"exact": tuple(exact)})


def _merged(mine: Exact | None, theirs: Exact | None) -> Exact:
    """Return a counted metric of both; the limit is this job's, where it has one."""
    if mine is None or theirs is None:
        return next(one for one in (mine, theirs) if one is not None)
    return mine.model_copy(update={"baseline": theirs.baseline})


def _outcomes(case: str, before: str, after: str) -> Outcomes:
    if len(before) != len(after):
        raise InputError(
            f"{case}: the baseline has answered {len(before)} samples and the candidate {len(after)}",
            "store the baseline again with this dataset",
        )
    pairs = Counter(zip(before, after, strict=True))
    return Outcomes(both=pairs["1", "1"], gained=pairs["0", "1"], lost=pairs["1", "0"], neither=pairs["0", "0"])


def _alone(before: str, after: str) -> Exact:
    """Return an accuracy that one side has and the other has not."""
    shares = {arm: text.count("1") / len(text) for arm, text in (("baseline", before), ("candidate", after)) if text}
    return Exact(name="accuracy", unit=units.SHARE, higher=True, **shares)
