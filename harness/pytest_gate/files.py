"""Two sides of files that pytest-benchmark wrote, compared as far as they can be: each file is one process.

They support a verdict where there are enough of them, and both sides were measured by turns. Otherwise it is told what they
show, and why that is not enough.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from harness import stats
from harness.errors import InputError
from harness.gate import looks
from harness.gate.samples import Arm, Arms, Plan, Samples
from harness.gate.statistic import change
from harness.keys import digest
from harness.pytest_gate.cases import Process, Processes, cases
from harness.pytest_gate.results import Results, machine, read
from harness.record import Environment
from harness.stats import Estimate

INSTEAD: Final = "pytest --harness-baseline=REF"
ONE: Final = "one process a side cannot support a verdict"
SPREAD: Final = (
    "Processes of the same code differ by more: on a shared machine with two cores by 8 to 24 %, as a standard deviation."
)
"""The figures are those of ``stats.ASSUMED_SPREAD``."""
BY_TURNS: Final = "the processes of both sides were not measured by turns, so that a drift of the machine looks like a change"


@dataclass(frozen=True, slots=True)
class Shown:
    """What two sides show of a benchmark: medians in seconds, None where a side lacks it, and the change.

    The interval is that of the queries of these processes, and knows nothing of how processes differ; None: too few samples.
    """

    name: str
    before: float | None
    after: float | None
    change: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What follows from the files. ``why`` they support no verdict; nothing: they do."""

    samples: Samples
    shown: tuple[Shown, ...]
    why: str


def compared(before: Path, after: Path) -> Compared:
    """Return what follows from two files, or two folders of as many files; raises InputError."""
    older, newer = _side(before), _side(after)
    if len(older) != len(newer):
        raise InputError(
            f"{before} has {len(older)} files and {after} has {len(newer)}: they cannot be paired", "measure both sides as often"
        )
    blocks: list[Processes] = [
        {"baseline": Process(one), "candidate": Process(other)} for one, other in zip(older, newer, strict=True)
    ]
    samples = _samples(blocks, (before, after))
    why = _why_not(older, newer, looks.least(samples))
    if why:
        samples = samples.model_copy(update={"stopped": why, "plan": samples.plan.model_copy(update={"max_blocks": 400})})
    names = dict.fromkeys(name for one in (*older, *newer) for name in one.by_name)
    return Compared(samples, tuple(_shown(name, older, newer) for name in names), why)


def _side(path: Path) -> list[Results]:
    """Return the files of a side, in the order in which they were measured."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: no file in this folder ends in .json", "name a file of pytest-benchmark, or a folder of them")
    found = [read(_content(file), str(file)) for file in files]
    for one, file in zip(found, files, strict=True):
        if not one.benchmarks:
            raise InputError(f"{file}: it has no benchmark", "pytest --benchmark-only shows which there are")
    return sorted(found, key=lambda one: one.at)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", "name a file of pytest-benchmark, or a folder of them") from None


def _samples(blocks: Sequence[Processes], paths: tuple[Path, Path]) -> Samples:
    labels = [
        f"{path.name} ({block.results.revision})" if block.results.revision else path.name
        for path, block in zip(paths, blocks[0].values(), strict=True)
    ]
    identity = machine(blocks[0]["candidate"].results)
    return Samples(
        plan=Plan(looks=1, max_blocks=min(400, len(blocks)), on_inconclusive="fail"),
        arms=Arms(baseline=Arm(label=labels[0]), candidate=Arm(label=labels[1])),
        cases=cases(blocks, {}),
        environment=Environment(id=digest(identity)[:12], identity=identity, context={}, versions={}),
    )


def _why_not(older: Sequence[Results], newer: Sequence[Results], least: int) -> str:
    """Return why the files support no verdict; nothing where they do."""
    identities = [machine(one) for one in (*older, *newer)]
    differs = sorted({name for one, other in pairwise(identities) for name in {*one, *other} if one.get(name) != other.get(name)})
    if differs:
        return f"they were not measured in the same environment: {', '.join(differs).replace('_', ' ')}"
    if len(older) == 1:
        return ONE
    if len(older) < least:
        return f"{len(older)} processes a side are too few, it takes {least}"
    return "" if _by_turns(older, newer) else BY_TURNS


def _by_turns(older: Sequence[Results], newer: Sequence[Results]) -> bool:
    """Say whether each pair was measured before the next one began."""
    return all(
        max(one.at, other.at) < min(later.at, latter.at)
        for (one, other), (later, latter) in pairwise(zip(older, newer, strict=True))
    )


def _shown(name: str, older: Sequence[Results], newer: Sequence[Results]) -> Shown:
    before, after = _centre(name, older), _centre(name, newer)
    if before is None or after is None:
        return Shown(name, before and before.value, after and after.value)
    found = _share(after.value, before.value)
    if not min(before.n, after.n):
        return Shown(name, before.value, after.value, found)
    return Shown(name, before.value, after.value, found, _share(after.low, before.high), _share(after.high, before.low))


def _share(after: float, before: float) -> float | None:
    return change(math.log(after / before), higher=False)


def _centre(name: str, side: Sequence[Results]) -> Estimate | None:
    """Return the mean of the processes' medians with that of the ends of their intervals; ``n`` is 0 where there are none."""
    found = [_median(one.by_name[name].series["latency"]) for one in side if name in one.by_name]
    if not found:
        return None
    value, low, high = (math.exp(math.fsum(map(math.log, ends)) / len(found)) for ends in list(zip(*found, strict=True))[:3])
    return Estimate(value, low, high, min(one.n for one in found))


def _median(samples: Sequence[float]) -> Estimate:
    known = stats.percentile(samples, 0.5)
    middle = statistics.median(samples)
    return known or Estimate(middle, middle, middle, 0)
