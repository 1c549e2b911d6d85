"""What was measured of two arms, and how it is to be judged. Values only; ``file`` is their file.

A *case* is something that both arms can do, such as a candidate of a suite. It is measured in *blocks*; in each of them every arm
has one fresh process, a *turn*, whose samples are kept in the order in which they were taken. Everything is in SI units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from harness.record import Environment, Quality
from harness.spec import Value

ArmName = Literal["baseline", "candidate", "control"]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Sample = Annotated[float, Field(ge=1e-18, le=1e18, allow_inf_nan=False)]
"""What can be compared as a ratio: nought, of a clock that is too coarse, is no sample."""
Number = Annotated[float, Field(ge=-1e18, le=1e18, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=1e-6, le=1e6, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class Plan(Value):
    """The error budget, and when it is spent."""

    alpha: float = Field(0.01, ge=1e-9, le=0.25, description="how often a run may call anything regressed that is within its tol")
    beta: float = Field(0.05, ge=1e-9, le=0.25, description="how often a metric may pass that is worse by detect")
    looks: int = Field(4, ge=1, le=20)
    growth: float = Field(1.4, gt=1, le=10, description="blocks at a look by those at the look before it")
    max_blocks: int = Field(40, ge=1, le=400)
    on_inconclusive: Literal["warn", "fail"] = "warn"


class Judged(Value):
    """What metrics of every kind have. ``declared``: that it is in one arm only is meant, and fails nothing."""

    name: Name
    unit: str
    higher: bool = False
    advisory: bool = False
    declared: bool = False

    def gates(self, missing: bool) -> bool:
        """Say whether it counts for the run, being missing or not."""
        return not self.advisory and not (missing and self.declared)


class Metric(Judged):
    """A metric that is judged from samples: what it tolerates, and what it promises to catch."""

    series: Name
    quantile: float | None = Field(
        None, gt=0, lt=1, description="default: the mean of the best three quarters of a turn's samples"
    )
    tol: Share
    detect: Share
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _promises_no_more_than_it_tolerates(self) -> Self:
        if self.detect <= self.tol:
            raise ValueError("detect must be more than tol: what is tolerated cannot be promised to be caught")
        return self


class Exact(Judged):
    """A metric that is counted: no statistics, but a rule. ``limit`` is the change, as a share, that is allowed."""

    limit: Share = 0.0
    baseline: Number | None = None
    candidate: Number | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.baseline is None and self.candidate is None:
            raise ValueError("neither arm has it")
        return self


class Outcomes(Value):
    """How many samples of a frozen set the arms have right; ``limit`` is the drop of the accuracy that is allowed."""

    both: Count
    gained: Count
    """Only the candidate has them right."""
    lost: Count
    """Only the baseline has them right."""
    neither: Count
    limit: Share = 0.01
    weight: Weight = 1.0

    @classmethod
    def of(cls, before: Iterable[bool], after: Iterable[bool]) -> Self:
        """Return the outcomes of samples, from what the baseline and the candidate have right."""
        pairs = Counter((bool(old), bool(new)) for old, new in zip(before, after, strict=True))
        return cls(both=pairs[True, True], gained=pairs[False, True], lost=pairs[True, False], neither=pairs[False, False])

    @model_validator(mode="after")
    def _has_samples(self) -> Self:
        if not self.both + self.gained + self.lost + self.neither:
            raise ValueError("accuracy needs at least one sample")
        return self


class Turn(Value):
    """One fresh process of an arm."""

    samples: dict[Name, Annotated[tuple[Sample, ...], Field(min_length=1)]]
    """By series, in the order they were taken. A series that no metric names is kept, such as that of the warm-up."""
    quality: Quality = "clean"
    machine: dict[str, Number] = Field({})
    """What the kernel told meanwhile: stolen time, pressure, involuntary switches, hertz, degrees."""


class Block(Value):
    """The turns of the arms, interleaved; a run against a stored baseline has only the candidate's."""

    baseline: Turn | None = None
    candidate: Turn | None = None
    control: Turn | None = None

    def turns(self) -> dict[ArmName, Turn]:
        """Return the turns that there are."""
        arms: tuple[tuple[ArmName, Turn | None], ...] = (
            ("baseline", self.baseline),
            ("candidate", self.candidate),
            ("control", self.control),
        )
        return {name: turn for name, turn in arms if turn is not None}


class Case(Value):
    """What both arms did, and what is judged of it."""

    name: Name
    metrics: tuple[Metric, ...] = ()
    blocks: Annotated[tuple[Block, ...], Field(max_length=400)] = ()
    exact: tuple[Exact, ...] = ()
    accuracy: Outcomes | None = None

    def has(self, arm: ArmName, series: str) -> bool:
        """Say whether an arm has samples of a series; if it has any in one block, it has in all."""
        return series in self._series(arm)

    def _series(self, arm: ArmName) -> frozenset[str]:
        first = self.blocks[0].turns() if self.blocks else {}
        return frozenset(first[arm].samples) if arm in first else frozenset()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [one.name for one in (*self.metrics, *self.exact)] + ["accuracy"] * (self.accuracy is not None)
        _refuse_doubles(names, "metric")
        return self

    @model_validator(mode="after")
    def _blocks_are_alike(self) -> Self:
        shapes = [{arm: frozenset(turn.samples) for arm, turn in block.turns().items()} for block in self.blocks]
        for number, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise ValueError(f"block {number} has other arms or series than the first")
        control, baseline = self._series("control"), self._series("baseline")
        if control and control != baseline:
            raise ValueError("the control is a second baseline and must have its series")
        return self


class Arm(Value):
    """One side of the comparison: what it is called, and what it was exactly."""

    label: Name
    about: dict[str, JsonValue] = Field({})
    """Revision, artifact, suite, Python: whatever finds it again."""


class Arms(Value):
    """The two sides. A control is a second copy of the baseline."""

    baseline: Arm
    candidate: Arm


class Broken(Value):
    """Something that could not be measured: a crash, a time-out, NaN, or outputs that differ between the arms."""

    case: Name
    arm: ArmName
    kind: Name
    message: str
    block: int | None = None


class Commit(Value):
    """A commit of the suite's repository, and whether files differ from it."""

    revision: str = ""
    subject: str = ""
    committed: str = ""
    """When, in ISO 8601."""
    changed: bool = False


class Job(Value):
    """What an earlier job measured: one figure a metric and case, of which commit, when, and the environment it holds in."""

    environment: Name
    commit: Commit = Commit()
    at: str = ""
    """When it was measured, in ISO 8601."""
    values: dict[Name, dict[Name, Sample]]


class History(Value):
    """What is stored of earlier jobs. ``identities`` tells what each environment was."""

    identities: dict[Name, dict[str, JsonValue]]
    jobs: Annotated[tuple[Job, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _environments_are_known(self) -> Self:
        for number, job in enumerate(self.jobs):
            if job.environment not in self.identities:
                raise ValueError(f"jobs[{number}]: nothing is told of its environment {job.environment!r}")
        return self


class Samples(Value):
    """All that a verdict follows from."""

    plan: Plan = Plan()
    arms: Arms
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    broken: tuple[Broken, ...] = ()
    history: History | None = None
    """Earlier jobs, where the baseline is stored; None: both arms were measured in this job."""
    environment: Environment
    seed: int = 0
    stopped: str = ""
    """Why measuring ended before the last look, if it did, such as that a time budget was used up."""
    remarks: tuple[str, ...] = ()
    """What is to be known of the arms, such as that they have the same artifact."""
    reproduce: str = ""
    """The command that measures this again."""

    @model_validator(mode="after")
    def _cases_are_told_apart(self) -> Self:
        _refuse_doubles((case.name for case in self.cases), "case")
        return self

    @model_validator(mode="after")
    def _metrics_are_measured(self) -> Self:
        for case in self.cases if self.history is None else ():
            for metric in case.metrics if case.blocks else ():
                if not any(case.has(arm, metric.series) for arm in ("baseline", "candidate")):
                    raise ValueError(f"{case.name}: no arm has the series {metric.series!r} that {metric.name!r} is judged by")
        return self


def _refuse_doubles(names: Iterable[str], what: str) -> None:
    doubled = [name for name, times in Counter(names).items() if times > 1]
    if doubled:
        raise ValueError(f"there is more than one {what} {doubled[0]!r}")
