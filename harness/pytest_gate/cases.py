"""What pytest processes measured, block by block, as the cases that a gate judges: one a benchmark. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.errors import InputError
from harness.gate import block_size, levels
from harness.gate.samples import ArmName, Block, Case, Metric, Turn
from harness.pytest_gate.results import Results
from harness.record import Quality

SERIES: Final = ("latency", "cpu_time")
"""What is judged of a benchmark; the second is there where the harness measured it in both arms."""


@dataclass(frozen=True, slots=True)
class Process:
    """What one process of an arm measured, and what disturbed it."""

    results: Results
    quality: Quality = "clean"
    machine: Mapping[str, float] = field(default_factory=dict)


Processes = Mapping[ArmName, Process]
"""Those of one block."""


def cases(blocks: Sequence[Processes], ended: Mapping[str, int]) -> tuple[Case, ...]:
    """Return the cases of all benchmarks; those that ``ended`` have that many blocks, all others all of them.

    Raises InputError where a benchmark is in some of an arm's processes only.
    """
    names = dict.fromkeys(name for block in blocks for one in block.values() for name in one.results.by_name)
    return tuple(_case(name, blocks[: ended.get(name)]) for name in names)


def expected(names: Sequence[str]) -> tuple[Case, ...]:
    """Return cases of benchmarks that nothing was measured of yet."""
    return tuple(Case(name=name, metrics=(levels.TIMED["latency"],)) for name in names)


def _case(name: str, blocks: Sequence[Processes]) -> Case:
    arms = [arm for arm in blocks[0] if _has(arm, name, blocks)]
    series = tuple(_series(name, arms, blocks))
    return Case(
        name=name,
        metrics=tuple(_metric(one, is_new="baseline" not in arms) for one in series),
        blocks=tuple(Block.model_validate({arm: _turn(block[arm], name, series) for arm in arms}) for block in blocks),
    )


def _has(arm: ArmName, name: str, blocks: Sequence[Processes]) -> bool:
    times = sum(name in block[arm].results.by_name for block in blocks)
    if times not in {0, len(blocks)}:
        raise InputError(
            f"{name}: {times} of {len(blocks)} processes of the {arm} measured it", "let the same benchmarks run every time"
        )
    return bool(times)


def _series(name: str, arms: Sequence[ArmName], blocks: Sequence[Processes]) -> Iterator[str]:
    """Give the series that every process has."""
    told = [block[arm].results.by_name[name].series for block in blocks for arm in arms]
    return (one for one in SERIES if all(one in each for each in told))


def _metric(series: str, is_new: bool) -> Metric:
    return levels.TIMED[series].model_copy(update={"declared": is_new})


def _turn(process: Process, name: str, series: Sequence[str]) -> Turn:
    """Return a turn; of very many samples some are kept, at equal distances."""
    told = process.results.by_name[name].series
    kept = {one: tuple(_spread(told[one])) for one in series}
    return Turn(samples=kept, quality=process.quality, machine=dict(process.machine))


def _spread(samples: Sequence[float]) -> Iterator[float]:
    count = min(len(samples), block_size.MOST)
    return (samples[i * len(samples) // count] for i in range(count))
