"""What a long run tells while it goes on. The pipeline speaks; the command line decides how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.decide.decision import Recommendation
from harness.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is: candidates tried of those planned, facts so far, the best candidate per profile."""

    planned: int
    tried: int
    measured: int
    reused: int
    failed: int
    elapsed: float
    left: float | None
    """Seconds left, estimated from what candidates took so far; None before the first."""
    best: Mapping[str, Recommendation] = field(default_factory=dict)


class Observer(Protocol):
    """Hears what a run does."""

    def began(self, suite: str, planned: int, algorithm: str) -> None: ...

    def stage(self, candidate: str, text: str) -> None: ...

    def evaluated(self, evaluation: Evaluation) -> None: ...

    def progressed(self, status: Status) -> None: ...
