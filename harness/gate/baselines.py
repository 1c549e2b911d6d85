"""``results/baselines/NAME.json``: what is known of the baseline where it is not measured again, and this job held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from harness import units
from harness.errors import InputError
from harness.gate.file import mistake
from harness.gate.samples import Arm, Arms, Case, Commit, Exact, History, Job, Name, Outcomes, Samples
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
    """A stored baseline: what is known of it, and what all jobs measured that stored it, the latest one at the end."""

    schema_version: Literal[1] = SCHEMA_VERSION
    arm: Arm
    cases: dict[Name, Frozen]
    history: History


def place(results: Path, suite: str) -> Path:
    """Return where a suite's baseline is stored if nothing else is asked for."""
    return results / "baselines" / f"{suite}.json"


def read(content: bytes, name: str) -> Baseline:
    """Return the baseline in a file's content; raises InputError, with the first thing that is wrong and where."""
    try:
        return Baseline.model_validate_json(content)
    except ValidationError as error:
        raise InputError(mistake(error, name), "take a file as harness baseline wrote it") from None


def kept(file: Path) -> History:
    """Return what earlier jobs stored in a file, nothing where there is none; raises InputError."""
    return read(file.read_bytes(), str(file)).history if file.exists() else History(identities={})


def write(baseline: Baseline, file: Path) -> None:
    """Write a stored baseline, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(f".{file.name}.new")
    whole.write_text(baseline.model_dump_json(indent=1) + "\n", encoding="utf-8")
    whole.replace(file)


def with_job(history: History, samples: Samples, commit: Commit, right: Mapping[str, str]) -> History:
    """Return the history with what a job measured of its candidate at its end; ``right`` as for ``against``."""
    here = samples.environment
    values = {case.name: dict(_figures(case, right.get(case.name, ""))) for case in samples.cases}
    job = Job(environment=here.id, commit=commit, at=str(here.context.get("at", "")), values=values)
    jobs = (*history.jobs, job)[-MOST_JOBS:]
    told = {**history.identities, here.id: here.identity}
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


def _figures(case: Case, right: str) -> Iterator[tuple[str, float]]:
    """Give what is known of the candidate; what is counted and nought is left out, as nothing is a share of it."""
    for metric in case.metrics:
        if case.has("candidate", metric.series):
            yield metric.name, figure(job_figure(case, metric))
    yield from ((one.name, one.candidate) for one in case.exact if one.candidate is not None and one.candidate > 0)
    if "1" in right:
        yield "accuracy", right.count("1") / len(right)


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
    return Outcomes.of((one == "1" for one in before), (one == "1" for one in after))


def _alone(before: str, after: str) -> Exact:
    """Return an accuracy that one side has and the other has not."""
    shares = {arm: text.count("1") / len(text) for arm, text in (("baseline", before), ("candidate", after)) if text}
    return Exact(name="accuracy", unit=units.SHARE, higher=True, **shares)
