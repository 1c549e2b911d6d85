"""One block after the other: a fresh process of each arm, whose slices of queries alternate. Decides nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import psutil

from harness import derive
from harness.errors import JobError
from harness.gate import block_size, turns
from harness.gate.samples import ArmName, Block, Turn
from harness.gating.asking import Process

SHORTEST: Final = 0.02
LONGEST: Final = 0.1
"""Seconds of a slice: long enough for caches to be an arm's own, short enough for both arms to see the same machine."""
FEWEST: Final = 2
"""Queries of a slice."""

NO_ROOM: Final = ("out_of_memory", "out_of_device_memory", "killed")
"""What becomes of an arm for which there is no memory beside the others; ``killed``: a container's limit may not tell."""

ARMS: Final[tuple[ArmName, ...]] = ("baseline", "candidate", "control")
Jobs = Mapping[ArmName, Mapping[str, Any]]


class Blocks:
    """The blocks of one case. ``arm`` is the one that was asked last, and to blame for a JobError."""

    def __init__(self, jobs: Jobs, folder: Path, limit: float, seed: int) -> None:
        """``jobs`` are the arms' job files; each answer of their processes may take ``limit`` seconds."""
        self.jobs = jobs
        self.folder = folder
        self.limit = limit
        self.arm: ArmName = "baseline"
        self.cost = 0.0
        """Seconds that it took on average to have a process of the latest block ready."""
        self._alternate = False
        """Whether whole processes alternate, since there was no memory for all arms at once."""
        self._orders = turns.spawning(tuple(jobs), seed)
        self._leaders = turns.spawning(tuple(jobs), seed + 1)

    def measure(self, queries: int) -> Block:
        """Return a block with at least so many queries an arm; raises JobError."""
        order, leading = next(self._orders), next(self._leaders)
        with ExitStack() as stack:
            opened = {} if self._alternate else self._together(order, stack)
            if opened:
                self.cost = sum(one.cost for one in opened.values()) / len(opened)
                query = sum(one.ready["query"] for one in opened.values()) / len(opened)
                return self._ended(opened, self._sliced(opened, leading, slicing(query, queries, len(order))))
        return self._alternating(order, queries)

    def _together(self, order: Sequence[ArmName], stack: ExitStack) -> dict[ArmName, Process]:
        """Return the processes of all arms; of none, where there is no memory for all, so that they alternate from now on."""
        first = stack.enter_context(self._open(order[0]))
        self._alternate = psutil.virtual_memory().available < first.ready["resident"] * (len(order) - 1)
        try:
            return {} if self._alternate else {order[0]: first} | {arm: stack.enter_context(self._open(arm)) for arm in order[1:]}
        except JobError as error:
            if error.kind not in NO_ROOM:
                raise
            self._alternate = True
            return {}

    def _alternating(self, order: Sequence[ArmName], queries: int) -> Block:
        """Return a block in which whole processes alternate."""
        found: dict[ArmName, Turn] = {}
        plan = None
        for arm in order:
            with self._open(arm) as process:
                self.cost = process.cost
                plan = plan or slicing(process.ready["query"], queries, 1)
                alone = {arm: process}
                found |= self._ended(alone, self._sliced(alone, (arm,), plan)).turns()
        return Block.model_validate(found)

    def _open(self, arm: ArmName) -> Process:
        self.arm = arm
        return Process(self.jobs[arm], self.folder, self.limit)

    def _sliced(
        self, opened: Mapping[ArmName, Process], order: tuple[ArmName, ...], plan: tuple[int, int]
    ) -> dict[ArmName, list[dict[str, Any]]]:
        """Return what the slices of each arm took."""
        queries, rounds = plan
        found: dict[ArmName, list[dict[str, Any]]] = {arm: [] for arm in opened}
        for arm in turns.slices(order) * rounds:
            self.arm = arm
            found[arm].append(opened[arm].ask(queries))
        return found

    def _ended(self, opened: Mapping[ArmName, Process], sliced: Mapping[ArmName, list[dict[str, Any]]]) -> Block:
        found = {}
        for arm, process in opened.items():
            self.arm = arm
            job = self.jobs[arm]
            found[arm] = turn(process.ready, sliced[arm], process.ask(0), int(job["threads"]), int(job["batch_size"]))
        return Block.model_validate(found)


def slicing(query: float, queries: int, arms: int) -> tuple[int, int]:
    """Return how many queries a slice has, and how often the arms go round, for at least so many ``queries`` an arm.

    ``query`` is the seconds that one takes.
    """
    slices = turns.slices(ARMS[:arms]).count("baseline")
    least = max(FEWEST, math.ceil(SHORTEST / query))
    most = max(FEWEST, math.floor(LONGEST / query))
    size = min(max(least, math.ceil(queries / slices)), most)
    return size, math.ceil(queries / (size * slices))


def turn(
    ready: Mapping[str, Any], slices: Sequence[Mapping[str, Any]], end: Mapping[str, Any], threads: int, batch_size: int
) -> Turn:
    """Return an arm's turn from what its process told. Of very many queries some are kept, at equal distances."""
    samples = {name: tuple(_spread([one for each in slices for one in each[name]])) for name in ("latency", "cpu_time")}
    samples["throughput"] = tuple(len(one["latency"]) * batch_size / one["elapsed"] for one in slices)
    samples["warm_up"] = tuple(_spread(ready["warm_up"]))
    samples["memory_peak"] = (max(1.0, float(end["memory_peak"])),)
    samples |= {name: (float(ready[name]),) for name in ("load_time", "cold_start")}
    return Turn(samples=samples, quality=derive.grade(end, threads), machine=dict(_machine(end)))


def _machine(end: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name in ("involuntary", "waited", "stolen", "pressure", "others"):
        if name in end["usage"]:
            yield name, float(end["usage"][name])
    for name in ("hertz", "degrees"):
        if end[name] is not None:
            yield name, float(end[name])


def _spread(samples: Sequence[float]) -> Iterator[float]:
    count = min(len(samples), block_size.MOST)
    return (samples[i * len(samples) // count] for i in range(count))
