"""What one pytest process measured: the file that pytest-benchmark writes, as far as it is judged."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from harness.errors import InputError
from harness.gate.file import mistake
from harness.gate.samples import Name

KEY: Final = "harness"
"""What the harness tells of a benchmark is under this key of its ``extra_info``."""
FINEST: Final = 1e-12
"""Seconds that what a coarse clock took for nought is told as."""
HINT: Final = "take a file of `pytest --benchmark-json=FILE`, or one that was saved with --benchmark-save-data"

Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Samples = Annotated[tuple[Seconds, ...], Field(min_length=1)]


class _Read(BaseModel):
    """Part of a file of others, who may write more into it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Stats(_Read):
    """Every sample, in the order in which they were taken."""

    data: Samples


class Benchmark(_Read):
    """What was measured of one benchmark."""

    fullname: Name
    stats: Stats
    extra_info: dict[str, JsonValue] = {}

    @property
    def series(self) -> dict[str, tuple[float, ...]]:
        """The samples by series: ``latency``, and ``cpu_time`` where the harness measured it."""
        told = self.extra_info.get(KEY)
        cpu = told.get("cpu_time") if isinstance(told, dict) else None
        found = {"latency": self.stats.data}
        if isinstance(cpu, list):
            found["cpu_time"] = tuple(float(one) for one in cpu if isinstance(one, int | float))
        return {name: tuple(max(FINEST, one) for one in samples) for name, samples in found.items() if samples}


class Results(_Read):
    """The file of one process."""

    benchmarks: tuple[Benchmark, ...]
    moment: Annotated[datetime | None, Field(alias="datetime")] = None
    commit_info: dict[str, JsonValue] = {}
    machine_info: dict[str, JsonValue] = {}

    @property
    def at(self) -> datetime:
        """When it was written; an hour without a zone is in UTC."""
        moment = self.moment or datetime.fromtimestamp(0, UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def by_name(self) -> dict[str, Benchmark]:
        """The benchmarks by their full name."""
        return {one.fullname: one for one in self.benchmarks}

    @property
    def revision(self) -> str:
        """The first digits of the commit, with what it tells of changes; empty where none is told."""
        commit = str(self.commit_info.get("id") or "")[:8]
        return f"{commit} with changes" if commit and self.commit_info.get("dirty") else commit

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        doubled = [name for name, times in Counter(one.fullname for one in self.benchmarks).items() if times > 1]
        if doubled:
            raise ValueError(f"there is more than one benchmark {doubled[0]!r}")
        return self


def read(content: bytes, name: str) -> Results:
    """Return the content of a file; raises InputError, with the first thing that is wrong and where."""
    try:
        return Results.model_validate_json(content)
    except ValidationError as error:
        raise InputError(mistake(error, name), HINT) from None


def machine(results: Results) -> dict[str, JsonValue]:
    """Return what must be equal before two files may be compared: the processor, the system and the Python."""
    told = results.machine_info
    cpu = told.get("cpu")
    processor = {"cpu": cpu.get("brand_raw"), "cores": cpu.get("count")} if isinstance(cpu, dict) else {}
    names = ("node", "machine", "system", "release", "python_version")
    found = processor | {name: told.get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}
