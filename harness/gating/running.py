"""A gate's run: cases one after the other, block by block, until every metric is decided or the blocks are spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from harness.errors import JobError
from harness.gate import block_size, decide, levels, looks, timed
from harness.gate.samples import Arms, Block, Broken, Case, Metric, Plan, Samples
from harness.gating.arms import ArmError, Contest, Making, Say, broken
from harness.gating.blocks import Blocks
from harness.gating.revised import Pair, Revised
from harness.record import Environment

GATED: Final = ("latency", "latency_p95", "latency_p99", "cpu_time", "throughput", "memory_peak", "load_time", "cold_start")
"""What is timed of every case."""
LATENCY: Final = levels.TIMED["latency"]


@dataclass(frozen=True, slots=True)
class Wish:
    """How to gate. ``control``: a copy of the baseline is measured, too."""

    plan: Plan
    control: bool
    seed: int
    metrics: tuple[Metric, ...] = tuple(levels.TIMED[name] for name in GATED)
    """What is timed of every case; nothing, where only what needs no timing is asked for."""


class Run:
    """A run of the gate, and what it has so far."""

    def __init__(self, baseline: Revised, candidate: Revised, wish: Wish, environment: Environment, say: Say) -> None:
        self.baseline, self.candidate, self.wish, self.environment, self.say = baseline, candidate, wish, environment, say
        self.cases: dict[str, Case] = {}
        self.broken: list[Broken] = []
        self.remarks: tuple[str, ...] = ()

    def measure(self, pairs: Sequence[Pair], root: Path, place: Path) -> Samples:
        """Return what was measured of ``pairs``; an arm that breaks ends the run, and is told in the samples.

        ``root`` holds artifacts and caches, ``place`` what is there only while the gate runs.
        """
        self.cases = {one.name: Case(name=one.name, metrics=self.wish.metrics) for one in pairs}
        looks.schedule(self.samples())  # a plan that can decide nothing is told before anything is made
        self.cases = {one.name: Case(name=one.name) for one in pairs}
        try:
            making = Making(root, place, self.wish.control, self.environment.id, self.say)
            contests = list(making.contests(self.baseline, self.candidate, pairs))
            self.remarks = tuple(_same(contests))
            self.time(contests, place)
        except ArmError as error:
            self.broken.append(error.broken)
        return self.samples()

    def time(self, contests: Sequence[Contest], place: Path) -> None:
        """Time the cases, one after the other; raises ArmError."""
        self.cases = {one.name: self._case(one) for one in contests}
        for contest in contests:
            self._time(contest, place)

    def _case(self, contest: Contest) -> Case:
        metrics = self.wish.metrics if contest.jobs else ()
        return Case(name=contest.name, metrics=metrics, exact=contest.exact, accuracy=contest.accuracy)

    def _time(self, contest: Contest, place: Path) -> None:
        if not (contest.jobs and self.wish.metrics):
            return
        blocks = Blocks(contest.jobs, place, self.candidate.suite.limits.measure_time, self.wish.seed)
        found: list[Block] = []
        schedule = looks.schedule(self.samples())
        for number in range(schedule[-1]):
            coming = next(look for look in schedule if look > number)
            self.say(contest.name, f"block {number + 1}, the next look is after {coming}")
            try:
                found.append(blocks.measure(self._queries(contest.name, blocks.cost)))
            except JobError as error:
                raise ArmError(broken(contest.name, blocks.arm, error, number)) from None
            self.cases[contest.name] = self.cases[contest.name].model_copy(update={"blocks": tuple(found)})
            if len(found) in schedule and self._is_decided(contest.name):
                return

    def _queries(self, name: str, cost: float) -> int:
        """Return how many queries an arm gets in the next block."""
        case = self.cases[name]
        return queries(case, cost) if len(case.blocks) >= block_size.KNOWN_AFTER else block_size.FIRST

    def _is_decided(self, name: str) -> bool:
        judged = decide.decide(self.samples()).judgements
        return not any(one.verdict == "continue" and one.gates for one in judged if one.case == name)

    def samples(self) -> Samples:
        """Return what was measured so far."""
        return Samples(
            plan=self.wish.plan,
            arms=Arms(baseline=self.baseline.arm, candidate=self.candidate.arm),
            cases=tuple(self.cases.values()),
            broken=tuple(self.broken),
            environment=self.environment,
            seed=self.wish.seed,
            remarks=self.remarks,
        )


def queries(case: Case, cost: float) -> int:
    """Return how many queries a turn should have, from the blocks of a case, where a process costs so many seconds."""
    turns = [np.array(turn.samples["latency"]) for block in case.blocks for turn in block.turns().values()]
    differences = timed.differences(case, LATENCY)
    within, between = block_size.variances(differences, turns, case.has("control", "latency"))
    return block_size.queries(cost, float(np.mean([one.mean() for one in turns])), within, between)


def _same(contests: Sequence[Contest]) -> Iterator[str]:
    """Say of which cases both arms have the same artifact, so that only what runs it may differ."""
    same = [one.name for one in contests if one.same]
    if same:
        yield "both arms have the same artifact" + (f": {', '.join(same)}" if len(same) < len(contests) else "")
