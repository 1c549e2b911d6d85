"""The sides of a comparison: answers read from the ``facts.json`` of reports, checked, and named so that they can be told apart.

Of a file only what a comparison looks at is checked, so that those of earlier and later versions can be read, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.decide.decision import Violation
from harness.errors import InputError

FACTS: Final = "facts.json"


class _Kept(BaseModel):
    """A part of an answer, of which the rest is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Fact(_Kept):
    value: float
    low: float
    high: float
    unit: str
    provenance: str = "measured"


class _Part(_Kept):
    part: str
    label: str


class _Score(_Kept):
    utility: float
    half_width: float
    violations: tuple[Violation, ...]


class _Candidate(_Kept):
    candidate: str
    facts: dict[str, _Fact]
    model: _Part
    passes: tuple[_Part, ...]
    runtime: _Part
    batch_size: int
    device: str = "cpu"
    artifact: str | None = None
    runs: tuple[int, ...] = ()
    scores: dict[str, _Score]
    eligible: bool = True


class _Failure(_Kept):
    candidate: str
    kind: str


class _Deployment(_Kept):
    feasible: bool
    candidate: str | None
    utility: float | None
    tied: tuple[str, ...] = ()


class _Environment(_Kept):
    id: str
    identity: dict[str, Any] = {}
    context: dict[str, Any] = {}
    versions: dict[str, str] = {}


class _Trust(_Kept):
    harness: str | None = None


class _Space(_Kept):
    candidates: int
    evaluated: int


class _Metric(_Kept):
    unit: str
    higher: bool


class _Bound(_Kept, extra="allow"):
    metric: str


class _Priorities(_Kept, extra="allow"):
    """All of a profile: it is told where priorities differ."""

    weights: dict[str, float]
    constraints: tuple[_Bound, ...] = ()


class _Answer(_Kept):
    schema_version: Literal[1]
    suite: str
    environment: _Environment
    objectives: tuple[str, ...]
    profiles: dict[str, _Deployment]
    front: tuple[str, ...]
    near_front: tuple[str, ...]
    candidates: tuple[_Candidate, ...]
    failures: tuple[_Failure, ...]
    space: _Space
    baselines: dict[str, str]
    priorities: dict[str, _Priorities]
    metrics: dict[str, _Metric]
    notable: tuple[str, ...] = ()
    trust: _Trust = Field(default_factory=_Trust)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Refuse an answer whose parts do not know each other."""
        known = {one.candidate for one in self.candidates}
        for name, one in self.profiles.items():
            if one.candidate is not None and one.candidate not in known:
                raise ValueError(f"{one.candidate} is recommended for {name} and nothing is told of it")
            if name not in self.priorities or any(name not in candidate.scores for candidate in self.candidates):
                raise ValueError(f"not every candidate is judged for {name}")
        if unknown := {metric for one in self.candidates for metric in one.facts} - self.metrics.keys():
            raise ValueError(f"nothing is told of the metric {min(unknown)}")
        return self


def is_facts(path: Path) -> bool:
    """Return whether a path means the facts of a report, as a file or in its folder, and not a suite."""
    return path.suffix == ".json" or path.is_dir()


def read(path: Path) -> dict[str, Any]:
    """Return the answer in a ``facts.json``, or in that of a folder; raises InputError where it is none."""
    file = path / FACTS if path.is_dir() else path
    try:
        return checked(file.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{file} is not there", "harness report SUITE writes a report with its facts") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{file} holds no facts of a report: {f'{where}: ' if where else ''}{first['msg']}",
            "harness report SUITE writes them anew",
        ) from None


def checked(answer: bytes | Mapping[str, Any]) -> dict[str, Any]:
    """Return what a comparison looks at of an answer, or of its JSON; raises pydantic's ValidationError."""
    if isinstance(answer, bytes):
        return _Answer.model_validate_json(answer).model_dump(mode="json")
    return _Answer.model_validate(answer).model_dump(mode="json")


def named(answers: Sequence[Mapping[str, Any]], paths: Sequence[Path]) -> list[str]:
    """Return a name for each answer: its suite's, else its file's or folder's, else its whole path, the first that differ."""
    suites = [str(answer["suite"]) for answer in answers]
    stems = [path.parent.name if path.name == FACTS else path.stem for path in (path.absolute() for path in paths)]
    for names in (suites, stems, [str(path) for path in paths]):
        if len(set(names)) == len(names):
            return names
    raise InputError("the same facts are named twice", "name a report, or a suite, once")
