"""What each arm is: a suite at one revision, its candidates, and which of them are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.compatibility import refusal, workload
from harness.errors import InputError, NoBaselineError
from harness.gate.samples import Arm
from harness.gating.pythons import Python
from harness.prepare.plan import Planner
from harness.record import Artifact
from harness.registry import Registry
from harness.space import Space, expand
from harness.spec import Candidate, Choice, Suite

FEW: Final = 4
"""So many candidates are gated all; of more, those that are recommended."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A suite at one revision. ``about`` is whatever finds it again."""

    suite: Suite
    registry: Registry
    space: Space
    planner: Planner
    arm: Arm
    instead: Path | None = None
    """An ONNX file that takes the place of every candidate's artifact."""
    python: Python | None = None
    """What runs its artifacts; by default what runs this."""

    @classmethod
    def of(
        cls,
        suite: Suite,
        registry: Registry,
        label: str,
        about: Mapping[str, Any],
        instead: Path | None = None,
        python: Python | None = None,
    ) -> Revised:
        """Return a suite, read at some revision."""
        arm = Arm(label=label, about=dict(about))
        return cls(suite, registry, expand(suite, registry), Planner(suite, registry), arm, instead, python)

    def candidate(self, label: str) -> Candidate | None:
        """Return the candidate with that label, if the suite has it here."""
        return next((one for one in self.space.everything if one.label == label), None)

    def standing_in(self, candidate: Candidate, other: Artifact) -> Candidate:
        """Return the candidate with this arm's file in the place of its model, which gets the inputs of the ``other`` arm."""
        if self.instead is None:
            return candidate
        options = {"file": str(self.instead), "preprocess": other.preprocess.model_dump(mode="json", exclude_defaults=True)}
        model = Choice(part="onnx", label="onnx", options=options)
        given = workload(self.registry, self.suite.dataset, self.suite.task)
        reason = refusal(self.registry, model, (), candidate.runtime, given)
        if reason:
            raise InputError(f"{candidate.label}: {self.instead.name} cannot take its place: {reason}", "gate another candidate")
        return candidate.model_copy(update={"model": model, "passes": ()})


@dataclass(frozen=True, slots=True)
class Pair:
    """One case: the candidate of each arm; None where an arm does not have it."""

    name: str
    baseline: Candidate | None
    candidate: Candidate | None


def pairs(baseline: Revised, candidate: Revised, wanted: Sequence[str], recommended: Sequence[str]) -> list[Pair]:
    """Return what is compared: what is ``wanted``; else all candidates, if they are few; else what is ``recommended``."""
    labels = chosen(candidate.space, wanted, recommended)
    if not wanted and _are_few(candidate.space) and _are_few(baseline.space):
        labels = list(dict.fromkeys((*labels, *(one.label for one in baseline.space.candidates))))
    return [Pair(label, baseline.candidate(label), candidate.candidate(label)) for label in labels]


def across(baseline: Revised, candidate: Revised, wanted: Sequence[str], recommended: Sequence[str]) -> list[Pair]:
    """Return what is compared of two suites: candidates of one label; or the single one of each, whatever its label."""
    if len(baseline.space.candidates) == len(candidate.space.candidates) == 1:
        (old,), (new,) = baseline.space.candidates, candidate.space.candidates
        return [Pair(new.label, old, new)]
    found = pairs(baseline, candidate, wanted, recommended)
    if not any(one.baseline and one.candidate for one in found):
        message = f"{candidate.arm.label} and {baseline.arm.label} have no candidate in common"
        raise NoBaselineError(message, "candidates are paired by label; or leave a single one in each suite")
    return found


def chosen(space: Space, wanted: Sequence[str], recommended: Sequence[str]) -> list[str]:
    """Return the labels of what is compared of a suite."""
    if wanted:
        return list(dict.fromkeys(space.find(one).label for one in wanted))
    if _are_few(space):
        return [one.label for one in space.candidates]
    if not recommended:
        raise InputError(
            f"the suite has {len(space.candidates)} candidates, and none is recommended yet",
            "harness run it first, or say which: --candidate LABEL",
        )
    return list(dict.fromkeys(recommended))


def _are_few(space: Space) -> bool:
    return len(space.candidates) <= FEW
