"""The search: ask, evaluate, tell, until the space, the trials or the minutes are used up."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from harness import utility
from harness.errors import OutOfTimeError
from harness.evaluate import Evaluation
from harness.interfaces import Clock
from harness.record import Fact
from harness.search.study import Study
from harness.space import Space
from harness.spec import Candidate, Suite

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
    stop: str = ""


def search(
    suite: Suite, space: Space, study: Study, evaluate: Evaluate, clock: Clock, tell: Callable[[Progress], None]
) -> Progress:
    """Evaluate candidates until the search is over; return how far it got and why it stopped.

    Baselines come first, whether they are in the space or not: relative constraints need them.
    """
    progress = Progress(min(suite.search.trials, len(space.candidates)), len(study.tried), clock())
    try:
        progress.stop = _search(suite, space, study, evaluate, clock, tell, progress)
    except OutOfTimeError:
        progress.stop = "minutes"
    return progress


def _search(
    suite: Suite,
    space: Space,
    study: Study,
    evaluate: Evaluate,
    clock: Clock,
    tell: Callable[[Progress], None],
    progress: Progress,
) -> str:
    baselines: dict[str, Mapping[str, Fact]] = {}
    inside = {candidate.label for candidate in space.candidates}
    for baseline in space.baselines:
        if baseline.label not in inside or baseline.label in study.tried:
            baselines[baseline.label] = evaluate(baseline).facts
    of = space.baseline_of()
    wishes = [b for b in space.baselines if b.label in inside and b.label not in study.tried]
    while not (stop := _stop(suite, study, progress, clock())):
        asked = study.ask(wishes.pop(0) if wishes else None)
        if asked is None:
            return "space"
        trial, candidate = asked
        began = clock()
        evaluation = evaluate(candidate)
        if candidate.label in of.values():
            baselines[candidate.label] = evaluation.facts
        miss = nearest_miss(suite, evaluation.facts, baselines.get(of[candidate.label], {}))
        study.tell(trial, evaluation.facts, evaluation.failure is not None, miss)
        progress.tried = len(study.tried)
        progress.durations.append(clock() - began)
        tell(progress)
    return stop


def _stop(suite: Suite, study: Study, progress: Progress, now: float) -> str:
    if not study.untried():
        return "space"
    if len(study.tried) >= suite.search.trials:
        return "trials"
    typical = statistics.median(progress.durations) if progress.durations else 0.0
    budget = suite.search.minutes * 60 * (1 - RESERVE if suite.measure.processes > 1 else 1)
    return "minutes" if now - progress.started + typical > budget else ""


def nearest_miss(suite: Suite, facts: Mapping[str, Fact], baseline: Mapping[str, Fact]) -> float:
    """Return how far ``facts`` are from satisfying the profile they are nearest to: 0 when they satisfy one."""
    misses = []
    for profile in suite.profiles:
        found = utility.violations(facts, baseline, profile)
        misses.append(math.fsum(1.0 if v.miss is None else v.miss for v in found))
    return min(misses)
