"""A gate's run over pytest benchmarks: block by block a pytest process of each arm, until every benchmark is decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import InputError, JobError
from harness.gate import decide, looks, turns
from harness.gate.samples import ArmName, Arms, Broken, Case, Plan, Samples
from harness.pytest_gate.cases import Process, cases, expected
from harness.pytest_gate.process import FailedError, Side, run
from harness.record import Environment
from harness.report import wording

PATIENCE: Final = 10
"""A process may take so many times what the slowest took so far; the first of all may take what it likes."""
LEAST_LIMIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """How to gate, and what the arms are called."""

    plan: Plan
    arms: Arms
    environment: Environment
    seed: int
    reproduce: str


class Run:
    """A run of the gate, and what it has so far. ``say`` takes what is measured, and how far it is."""

    def __init__(self, sides: Mapping[ArmName, Side], wish: Wish, place: Path, say: Callable[[str, str], None]) -> None:
        self.sides, self.wish, self.place, self.say = sides, wish, place, say
        self.blocks: list[Mapping[ArmName, Process]] = []
        self.ended: dict[str, int] = {}
        """After how many blocks a benchmark was decided."""
        self.slowest: float | None = None

    def measure(self, names: Sequence[str]) -> Samples:
        """Return what was measured of the benchmarks that are called so here; one that breaks ends the run, and is told."""
        told = wording.count(len(names), "benchmark")
        schedule = looks.schedule(self._samples(expected(names)))  # a plan that can decide nothing is told before anything runs
        orders = turns.spawning(tuple(self.sides), self.wish.seed)
        while not self.blocks or len(self.blocks) < schedule[-1]:
            coming = next(look for look in schedule if look > len(self.blocks))
            self.say(told, f"block {len(self.blocks) + 1}, the next look is after {coming}")
            broken = self._add(next(orders))
            if broken is not None:
                found = self._cases() if self.blocks else expected([broken.case])
                return self._samples(found, (broken,))
            schedule = looks.schedule(self._samples(self._cases()))
            if len(self.blocks) in schedule and self._is_decided():
                break
        return self._samples(self._cases())

    def _add(self, order: Sequence[ArmName]) -> Broken | None:
        """Measure a block; return what broke, if something did."""
        block: dict[ArmName, Process] = {}
        for arm in order:
            begun = time.monotonic()
            try:
                block[arm] = run(arm, self.sides[arm], self.place, self.ended, self._limit())
            except JobError as error:
                case = error.case if isinstance(error, FailedError) else "pytest"
                return Broken(case=case, arm=arm, kind=error.kind, message=error.message, block=len(self.blocks))
            self.slowest = max(self.slowest or 0.0, time.monotonic() - begun)
        self.blocks.append(block)
        return None

    def _limit(self) -> float | None:
        return None if self.slowest is None else max(LEAST_LIMIT, PATIENCE * self.slowest)

    def _is_decided(self) -> bool:
        """Note the benchmarks of which nothing is open any more; say whether there is no other."""
        judged = decide.decide(self._samples(self._cases())).judgements
        still = {one.case for one in judged if one.verdict == "continue" and one.gates}
        for one in judged:
            if one.case not in still:
                self.ended.setdefault(one.case, len(self.blocks))
        return not still

    def _cases(self) -> tuple[Case, ...]:
        found = cases(self.blocks, self.ended)
        if not found:
            raise InputError("no benchmark was measured: all were skipped, in both arms", "pytest -rs shows why")
        return found

    def _samples(self, found: tuple[Case, ...], broken: tuple[Broken, ...] = ()) -> Samples:
        wish = self.wish
        return Samples(
            plan=wish.plan,
            arms=wish.arms,
            cases=found,
            broken=broken,
            environment=wish.environment,
            seed=wish.seed,
            reproduce=wish.reproduce,
        )
