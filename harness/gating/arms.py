"""The arms, made before any of them is timed: artifacts in folders of equal path length, job files, and what needs no timing."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from harness import compiling, jobs, launch, outputs
from harness.compatibility import unscored
from harness.errors import JobError, NoBaselineError
from harness.gate import levels
from harness.gate.samples import ArmName, Broken, Exact, Outcomes
from harness.gating.revised import Pair, Revised
from harness.keys import digest
from harness.record import Artifact
from harness.spec import Candidate
from harness.workshop import Workshop

FOLDERS: Final[Mapping[ArmName, str]] = MappingProxyType({"baseline": "a", "candidate": "b", "control": "c"})
"""Names of one length: where a file lies is a difference, too."""

BY_SOURCE: Final = ("parameters", "macs")
"""What is counted at the module of a PyTorch model, at the graph of any other: the two differ where the model does not."""

Say = Callable[[str, str], None]
"""Takes a case, and what is being done for it."""


class ArmError(Exception):
    """An arm of a case could not be made or asked."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.message)
        self.broken = broken


@dataclass(frozen=True, slots=True)
class Contest:
    """A case, ready to be timed. No ``jobs``: there is nothing to time, as one arm does not have it."""

    name: str
    jobs: Mapping[ArmName, Mapping[str, Any]]
    exact: tuple[Exact, ...]
    accuracy: Outcomes | None = None
    same: bool = False
    """Whether both arms have the same artifact."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A case of one arm, ready to be timed without another; ``right`` as in ``harness.gate.baselines``."""

    name: str
    job: Mapping[str, Any]
    exact: tuple[Exact, ...]
    right: str


@dataclass(frozen=True, slots=True)
class Made:
    """What one arm has of a case."""

    candidate: Candidate
    artifact: Artifact


class Making:
    """Makes the arms. ``root`` holds artifacts and caches, ``place`` what is there only while the gate runs."""

    def __init__(self, root: Path, place: Path, control: bool, machine: str, say: Say) -> None:
        self.root, self.place, self.control, self.machine, self.say = root, place, control, machine, say

    def contests(self, baseline: Revised, candidate: Revised, pairs: Sequence[Pair]) -> Iterator[Contest]:
        """Give the cases, ready to be timed; raises ArmError."""
        if baseline.planner.data != candidate.planner.data:
            raise NoBaselineError(
                "the arms have different data, so that nothing can be compared", "gate them on the same dataset"
            )
        new = dict(self._made("candidate", candidate, {one.name: one.candidate for one in pairs}))
        old = dict(self._made("baseline", baseline, {one.name: _standing_in(baseline, one, new) for one in pairs}))
        for number, pair in enumerate(pairs):
            yield self._contest(pair.name, number, baseline, candidate, old.get(pair.name), new.get(pair.name))

    def alone(self, candidate: Revised, wanted: Mapping[str, Candidate]) -> Iterator[Alone]:
        """Give the cases of the candidate, ready to be timed without a baseline; raises ArmError."""
        for number, (name, made) in enumerate(dict(self._made("candidate", candidate, wanted)).items()):
            job = self._job(name, number, "candidate", candidate, made)
            found = self._answers(name, "candidate", candidate, job)
            right = found["predictions"].argmax(axis=1) == found["labels"] if _judges(candidate, made.candidate) else ()
            digits = "".join("1" if one else "0" for one in right)
            yield Alone(name, job, tuple(_counted(None, made, ())), digits)

    def _made(self, arm: ArmName, revised: Revised, wanted: Mapping[str, Candidate | None]) -> Iterator[tuple[str, Made]]:
        limits = revised.suite.limits
        with Workshop(self.root, limits.prepare_time, limits.memory) as workshop:
            for name, candidate in wanted.items():
                if candidate is None:
                    continue
                self.say(name, f"preparing the {arm}")
                try:
                    artifact = workshop.make(revised.planner.plan(candidate), lambda _: None, math.inf)
                except JobError as error:
                    raise ArmError(broken(name, arm, error)) from None
                yield name, Made(candidate, artifact)

    def _contest(
        self, name: str, number: int, baseline: Revised, candidate: Revised, old: Made | None, new: Made | None
    ) -> Contest:
        if old is None or new is None:
            return Contest(name, {}, tuple(_counted(old, new, ())))
        alike = _has_module(baseline, old) == _has_module(candidate, new)
        exact = tuple(_counted(old, new, () if alike else BY_SOURCE))
        asked: list[tuple[ArmName, Revised, Made]] = [("baseline", baseline, old), ("candidate", candidate, new)]
        if self.control:
            asked.append(("control", baseline, old))
        prepared = {arm: self._job(name, number, arm, revised, made) for arm, revised, made in asked}
        accuracy = self._outcomes(name, candidate, new.candidate, prepared)
        return Contest(name, prepared, exact, accuracy, old.artifact.digest == new.artifact.digest)

    def _job(self, name: str, number: int, arm: ArmName, revised: Revised, made: Made) -> dict[str, Any]:
        """Return an arm's job file, over a copy of its artifact; what its runtime compiles is there when it starts."""
        folder = self.place / FOLDERS[arm] / str(number)
        shutil.copytree(made.artifact.folder, folder)
        artifact = made.artifact.model_copy(update={"folder": str(folder)})
        job = jobs.job(revised.suite, revised.registry, made.candidate, artifact, ())
        runtime = revised.registry.runtimes[made.candidate.runtime.part]
        job["options"] = {**job["options"], **runtime.idle_options}
        machine = self.machine
        if revised.python:
            job["python"] = revised.python.path
            machine = digest([machine, revised.python.about])
        code = compiling.folder(self.root, revised.registry, made.candidate, artifact, machine)
        if code is None:
            return job
        self.say(name, f"compiling the {arm}")
        launched = self._launching(revised.suite.limits.prepare_time)
        self._asking(name, arm, lambda: compiling.compiled(code, runtime.code_variable, job, launched))
        return job | {"environment": {runtime.code_variable: str(code)}}

    def _outcomes(self, name: str, revised: Revised, candidate: Candidate, prepared: Mapping[ArmName, Any]) -> Outcomes | None:
        """Return whose answers are right; None where that is not known. Then scores must at least be alike."""
        found = {arm: self._answers(name, arm, revised, prepared[arm]) for arm in ("baseline", "candidate")}
        before, after, labels = found["baseline"]["predictions"], found["candidate"]["predictions"], found["candidate"]["labels"]
        if before.shape != after.shape:
            message = f"gives scores of shape {after.shape}, the baseline of {before.shape}"
            raise ArmError(Broken(case=name, arm="candidate", kind="wrong_output", message=message))
        if _judges(revised, candidate):
            return Outcomes.of(before.argmax(axis=1) == labels, after.argmax(axis=1) == labels)
        differs = outputs.difference(after, before)
        if not differs <= outputs.DIFFERENT:
            message = f"scores differ from the baseline's by {differs:.2f} of what samples differ by"
            raise ArmError(Broken(case=name, arm="candidate", kind="wrong_output", message=message))
        return None

    def _answers(self, name: str, arm: ArmName, revised: Revised, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an arm's scores of the whole test split, with its labels."""
        self.say(name, f"asking the {arm} about the test split")
        launched = self._launching(revised.suite.limits.measure_time)
        arrays: Mapping[str, Any] = self._asking(name, arm, lambda: launched({**job, "evaluate": True}).arrays())
        return arrays

    def _launching(self, limit: float) -> compiling.Launch:
        return lambda job: launch.measure(job, limit, self.place)

    def _asking(self, name: str, arm: ArmName, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except JobError as error:
            raise ArmError(broken(name, arm, error)) from None


def broken(case: str, arm: ArmName, error: JobError, block: int | None = None) -> Broken:
    """Return what became of an arm."""
    return Broken(case=case, arm=arm, kind=error.kind, message=f"at {error.stage}: {error.message}", block=block)


def _standing_in(revised: Revised, pair: Pair, made: Mapping[str, Made]) -> Candidate | None:
    if pair.baseline is None or pair.name not in made:
        return pair.baseline
    return revised.standing_in(pair.baseline, made[pair.name].artifact)


def _judges(revised: Revised, candidate: Candidate) -> bool:
    """Say whether it is known which answers of a candidate are right."""
    is_classes = revised.suite.task == "classification"
    return is_classes and unscored(revised.registry, revised.suite.dataset, candidate.model) is None


def _has_module(revised: Revised, made: Made) -> bool:
    return "torch" in revised.registry.models[made.candidate.model.part].traits(made.candidate.model.options)


def _counted(old: Made | None, new: Made | None, without: Sequence[str]) -> Iterator[Exact]:
    """Give what is counted of an artifact. What the candidate alone has is new, and fails nothing."""
    for name in levels.LIMITS:
        before, after = (None if one is None else _count(one.artifact, name) for one in (old, new))
        if name not in without and (before is not None or after is not None):
            yield levels.counted(name, before, after).model_copy(update={"declared": before is None})


def _count(artifact: Artifact, name: str) -> float | None:
    found: float | None = _operators(artifact) if name == "operators" else getattr(artifact, name)
    return found


def _operators(artifact: Artifact) -> float | None:
    census = artifact.notes.get("census")
    found = census.get("operators") if isinstance(census, Mapping) else None
    return found if isinstance(found, int) else None
