"""The search: ask, evaluate, tell, until the space, the trials or the minutes are used up, or nothing more is expected of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from harness.decide import utility
from harness.errors import OutOfTimeError
from harness.evaluate import Evaluation
from harness.interfaces import Clock
from harness.record import Fact
from harness.search.pilot import Pilot, grade
from harness.search.study import Study
from harness.space import Space
from harness.spec import Candidate, Profile, Suite

if TYPE_CHECKING:
    import optuna

RESERVE: Final = 0.2
"""Share of the minutes kept for measuring contenders in more processes."""

Evaluate = Callable[[Candidate], Evaluation]


@dataclass
class Progress:
    """How far a search is."""

    planned: int
    tried: int
    started: float
    durations: list[float] = field(default_factory=list)
    proposing: float = 0.0
    """Seconds spent on choosing what to try."""
    stop: str = ""


def search(
    suite: Suite,
    space: Space,
    study: Study,
    evaluate: Evaluate,
    clock: Clock,
    tell: Callable[[Progress], None],
    pilot: Pilot | None = None,
) -> Progress:
    """Evaluate candidates until the search is over; return how far it got and why it stopped.

    Baselines come first, whether they are in the space or not: relative constraints need them. A ``pilot`` says what to try.
    """
    progress = Progress(min(suite.search.trials, len(space.candidates)), len(study.tried), clock())
    try:
        progress.stop = _Search(suite, space, study, evaluate, clock, tell, pilot, progress).run()
    except OutOfTimeError:
        progress.stop = "minutes"
    return progress


@dataclass(slots=True)
class _Search:
    suite: Suite
    space: Space
    study: Study
    evaluate: Evaluate
    clock: Clock
    tell: Callable[[Progress], None]
    pilot: Pilot | None
    progress: Progress
    baselines: dict[str, Mapping[str, Fact]] = field(default_factory=dict)

    def run(self) -> str:
        """Return why it stopped."""
        inside = {candidate.label for candidate in self.space.candidates}
        for baseline in self.space.baselines:
            if baseline.label not in inside or baseline.label in self.study.tried:
                self._refer(self.evaluate(baseline))
        wishes = [b for b in self.space.baselines if b.label in inside and b.label not in self.study.tried]
        while not (stop := self._stop()):
            began = self.clock()
            wish = wishes.pop(0) if wishes else None
            if wish is None and self.pilot:
                wish = self.pilot.propose(self.study.untried())
                if self.pilot.settled:
                    return "settled"
            asked = self.study.ask(wish)
            if asked is None:
                return "space"
            self.progress.proposing += self.clock() - began
            self._try(*asked)
        return stop

    def _try(self, trial: optuna.Trial, candidate: Candidate) -> None:
        began = self.clock()
        evaluation = self.evaluate(candidate)
        of = self.space.baseline_of()
        if candidate.label in of.values():
            self._refer(evaluation)
        if self.pilot:
            self.pilot.learn(candidate.label, evaluation.facts, evaluation.failure)
        profiles = utility.anchored(self.suite, self.baselines)
        miss = nearest_miss(profiles, evaluation.facts, self.baselines.get(of[candidate.label], {}))
        self.study.tell(trial, evaluation.facts, grade(evaluation.failure) if evaluation.failure else 0.0, miss, profiles)
        self.progress.tried = len(self.study.tried)
        self.progress.durations.append(self.clock() - began)
        self.tell(self.progress)

    def _refer(self, baseline: Evaluation) -> None:
        self.baselines[baseline.candidate.label] = baseline.facts
        if self.pilot:
            self.pilot.know(baseline.candidate.label, baseline.facts)

    def _stop(self) -> str:
        if not self.study.untried():
            return "space"
        if len(self.study.tried) >= self.suite.search.trials:
            return "trials"
        durations = self.progress.durations
        typical = statistics.median(durations) if durations else 0.0
        budget = self.suite.search.minutes * 60 * (1 - RESERVE if self.suite.measure.processes > 1 else 1)
        return "minutes" if self.clock() - self.progress.started + typical > budget else ""


def nearest_miss(profiles: Sequence[Profile], facts: Mapping[str, Fact], baseline: Mapping[str, Fact]) -> float:
    """Return how far ``facts`` are from satisfying the profile they are nearest to: 0 when they satisfy one."""
    misses = []
    for profile in profiles:
        found = utility.violations(facts, baseline, profile)
        misses.append(math.fsum(1.0 if v.miss is None else v.miss for v in found))
    return min(misses)
