"""One search over a problem, by the same loop, study and pilot as a live one; only the facts are looked up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.decide import pareto
from harness.evaluate import Evaluation
from harness.interfaces import Array
from harness.replay.problem import Problem, Worth
from harness.search.loop import search
from harness.search.pilot import Pilot
from harness.search.study import Study
from harness.spec import Candidate, Suite

FOREVER: Final = 1e9
"""Minutes: nothing is measured, so nothing takes any."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a search tried, in order, and why it stopped."""

    tried: tuple[str, ...]
    stop: str
    proposing: float
    """Seconds spent on choosing what to try."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What had been reached after each evaluation of a search: arrays of one length."""

    volume: Array
    """Of the full hypervolume, the share."""
    regret: Mapping[str, Array]
    """By profile: the best utility there is less the best found; all of it while nothing feasible was found."""
    failing: NDArray[np.bool_]
    """Which of the evaluations failed."""


def play(problem: Problem, algorithm: str, trials: int, seed: int, settle: bool = False) -> Played:
    """Search ``problem``; ``settle`` lets a guided search stop when it expects next to nothing more."""
    suite = _asked(problem.suite, algorithm, trials, seed, settle)
    tried: list[str] = []
    inside = {candidate.label for candidate in problem.space.candidates}

    def evaluate(candidate: Candidate) -> Evaluation:
        if candidate.label in inside:
            tried.append(candidate.label)
        return problem.known[candidate.label]

    study = Study(suite, problem.space.candidates, None, "replay")
    pilot = Pilot(suite, problem.space, problem.sharing, problem.outlines) if study.algorithm == "guided" else None
    progress = search(suite, problem.space, study, evaluate, time.perf_counter, lambda _: None, pilot)
    return Played(tuple(tried), progress.stop, progress.proposing)


def _asked(suite: Suite, algorithm: str, trials: int, seed: int, settle: bool) -> Suite:
    wish = {"algorithm": algorithm, "trials": trials, "seed": seed, "minutes": FOREVER}
    limits = {} if settle else {"gain": 0.0, "change": 0.0}
    return suite.model_copy(update={"search": suite.search.model_copy(update=wish | limits)})


def curve(played: Played, worth: Worth) -> Curve:
    """Return what ``played`` had reached after each of its evaluations."""
    rows = np.array([worth.rows[label] for label in played.tried], dtype=np.int64)
    volumes = np.array([pareto.volume(worth.losses[rows[: n + 1]]) for n in range(len(rows))])
    return Curve(
        volume=volumes / worth.volume if worth.volume > 0 else np.ones(len(rows)),
        regret={name: each.max(initial=0.0) - np.maximum.accumulate(each[rows]) for name, each in worth.utilities.items()},
        failing=worth.failing[rows],
    )
