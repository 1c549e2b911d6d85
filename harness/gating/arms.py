"""The arms, made before any of them is timed: artifacts in folders of equal path length, job files, and what needs no timing."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from harness import compiling, jobs, launch, outputs
from harness.compatibility import unscored
from harness.errors import InputError, JobError
from harness.gate import levels
from harness.gate.samples import ArmName, Broken, Exact, Outcomes
from harness.gating.sides import Pair, Side
from harness.record import Artifact
from harness.spec import Candidate
from harness.workshop import Workshop

FOLDERS: Final[Mapping[ArmName, str]] = MappingProxyType({"baseline": "a", "candidate": "b", "control": "c"})
"""Names of one length: where a file lies is a difference, too."""

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


@dataclass(frozen=True, slots=True)
class Made:
    """What one arm has of a case."""

    candidate: Candidate
    artifact: Artifact


class Arms:
    """Makes both arms. ``root`` holds artifacts and caches, ``place`` what is there only while the gate runs."""

    def __init__(self, root: Path, place: Path, control: bool, machine: str, say: Say) -> None:
        self.root, self.place, self.control, self.machine, self.say = root, place, control, machine, say

    def contests(self, baseline: Side, candidate: Side, pairs: Sequence[Pair]) -> Iterator[Contest]:
        """Give the cases, ready to be timed; raises ArmError."""
        if baseline.planner.data != candidate.planner.data:
            raise InputError("the arms have different data, so that nothing can be compared", "gate them on the same dataset")
        new = dict(self._made("candidate", candidate, {one.name: one.candidate for one in pairs}))
        old = dict(self._made("baseline", baseline, {one.name: _standing_in(baseline, one, new) for one in pairs}))
        for number, pair in enumerate(pairs):
            yield self._contest(pair.name, number, baseline, candidate, old.get(pair.name), new.get(pair.name))

    def _made(self, arm: ArmName, side: Side, wanted: Mapping[str, Candidate | None]) -> Iterator[tuple[str, Made]]:
        limits = side.suite.limits
        with Workshop(self.root, limits.prepare_time, limits.memory) as workshop:
            for name, candidate in wanted.items():
                if candidate is None:
                    continue
                self.say(name, f"preparing the {arm}")
                try:
                    artifact = workshop.make(side.planner.plan(candidate), lambda _: None, math.inf)
                except JobError as error:
                    raise ArmError(broken(name, arm, error)) from None
                yield name, Made(candidate, artifact)

    def _contest(self, name: str, number: int, baseline: Side, candidate: Side, old: Made | None, new: Made | None) -> Contest:
        exact = tuple(_counted(old, new))
        if old is None or new is None:
            return Contest(name, {}, exact)
        asked: list[tuple[ArmName, Side, Made]] = [("baseline", baseline, old), ("candidate", candidate, new)]
        if self.control:
            asked.append(("control", baseline, old))
        prepared = {arm: self._job(name, number, arm, side, made) for arm, side, made in asked}
        return Contest(name, prepared, exact, self._outcomes(name, candidate, new.candidate, prepared))

    def _job(self, name: str, number: int, arm: ArmName, side: Side, made: Made) -> dict[str, Any]:
        """Return an arm's job file, over a copy of its artifact; what its runtime compiles is there when it starts."""
        folder = self.place / FOLDERS[arm] / str(number)
        shutil.copytree(made.artifact.folder, folder)
        artifact = made.artifact.model_copy(update={"folder": str(folder)})
        job = jobs.job(side.suite, side.registry, made.candidate, artifact, ())
        if made.candidate.runtime.part == "onnxruntime":
            job["options"] = {**job["options"], "spinning": False}
        code = compiling.folder(self.root, side.registry, made.candidate, artifact, self.machine)
        if code is None:
            return job
        self.say(name, f"compiling the {arm}")
        variable = side.registry.runtimes[made.candidate.runtime.part].code_variable
        self._asking(name, arm, lambda: compiling.compiled(code, variable, job, self._launching(side.suite.limits.prepare_time)))
        return job | {"environment": {variable: str(code)}}

    def _outcomes(self, name: str, side: Side, candidate: Candidate, prepared: Mapping[ArmName, Any]) -> Outcomes | None:
        """Return whose answers are right; None where that is not known. Then scores must at least be alike."""
        launched = self._launching(side.suite.limits.measure_time)
        found = {}
        for arm in ("baseline", "candidate"):
            self.say(name, f"asking the {arm} about the test split")
            job = {**prepared[arm], "evaluate": True}
            found[arm] = self._asking(name, arm, lambda job=job: launched(job).arrays())  # type: ignore[misc]
        before, after, labels = found["baseline"]["predictions"], found["candidate"]["predictions"], found["candidate"]["labels"]
        if before.shape != after.shape:
            message = f"gives scores of shape {after.shape}, the baseline of {before.shape}"
            raise ArmError(Broken(case=name, arm="candidate", kind="wrong_output", message=message))
        judged = side.suite.task == "classification" and unscored(side.registry, side.suite.dataset, candidate.model) is None
        if judged:
            return outcomes(before.argmax(axis=1) == labels, after.argmax(axis=1) == labels)
        differs = outputs.difference(after, before)
        if not differs <= outputs.DIFFERENT:
            message = f"scores differ from the baseline's by {differs:.2f} of what samples differ by"
            raise ArmError(Broken(case=name, arm="candidate", kind="wrong_output", message=message))
        return None

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


def outcomes(before: Any, after: Any) -> Outcomes:
    """Return how many samples the arms have right, from what each of them has."""
    pairs = Counter(zip(np.asarray(before).tolist(), np.asarray(after).tolist(), strict=True))
    return Outcomes(both=pairs[True, True], gained=pairs[False, True], lost=pairs[True, False], neither=pairs[False, False])


def _standing_in(side: Side, pair: Pair, made: Mapping[str, Made]) -> Candidate | None:
    if pair.baseline is None or pair.name not in made:
        return pair.baseline
    return side.standing_in(pair.baseline, made[pair.name].artifact)


def _counted(old: Made | None, new: Made | None) -> Iterator[Exact]:
    """Give what is counted of an artifact. What the candidate alone has is new, and fails nothing."""
    for name in levels.LIMITS:
        before, after = (None if one is None else getattr(one.artifact, name) for one in (old, new))
        if before is not None or after is not None:
            yield levels.counted(name, before, after).model_copy(update={"declared": old is None})
