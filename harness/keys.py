"""Keys: digests of just what a thing depends on, so that it is looked up before it is made or measured again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from harness.interfaces import Part, Runtime
from harness.metrics import ARITHMETIC, Metric, Scope
from harness.record import Artifact, Preprocess
from harness.spec import Candidate

KEY_LENGTH = 24

_PLAIN: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: object) -> str:
    """Return the digest of a JSON value; key order does not matter."""
    return _short(_PLAIN.encode(value))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def digest_files(paths: Mapping[str, Path]) -> str:
    """Return the digest of files by name and content."""
    whole = hashlib.sha256()
    for name, path in sorted(paths.items()):
        with path.open("rb") as file:
            whole.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
    return whole.hexdigest()[:KEY_LENGTH]


def artifact_digest(model: Path, preprocess: Preprocess, inputs: Path) -> str:
    """Return the digest that names an artifact: of its model's file, of how it takes samples, and of which."""
    return digest([digest_files({model.name: model}), preprocess.model_dump(mode="json"), inputs.name])


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the installed versions of ``packages``; one that is missing is left out."""
    return {package: version for package in packages if (version := installed(package)) is not None}


@cache
def installed(package: str) -> str | None:
    """Return the version of an installed distribution, None where it is missing; looked up once per process."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def part_identity(part: Part, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what identifies a part's work: its name, revision, packages and options."""
    return {"part": part.name, "version": part.version, "packages": versions(part.packages), "options": dict(options)}


def runtime_identity(runtime: Runtime, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what identifies a runtime's work: its optional packages count where they are installed."""
    return part_identity(runtime, options) | {"packages": versions((*runtime.packages, *runtime.optional))}


class Setting(NamedTuple):
    """What the facts of one suite on one machine have in common."""

    machine: str
    """The environment's identity."""
    scenarios: Mapping[str, Mapping[str, Any]]
    """Per scenario: what identifies it, its sizing included."""
    end_to_end: bool = False
    subset: int | None = None
    """Samples of the test split that scores are judged on, where that is not all."""
    more: Mapping[Scope, Mapping[str, Any]] = MappingProxyType({})
    """What facts of a scope of ``metrics.ARITHMETIC`` depend on beside the numerics, by name; nothing where not asked for."""


def subject(
    metric: Metric, candidate: Candidate, artifact: Artifact, runtime: Runtime, setting: Setting, process: int = 0
) -> dict[str, Any]:
    """Return what a fact of ``metric`` depends on; its key follows from this. ``process`` counts replicates."""
    about = dependencies(metric.scope, metric.scenario, candidate, artifact, runtime, setting)
    again = {"process": process} if process and metric.replicated else {}
    return {"metric": metric.name, **about, **again}


def fact_key(subject: Mapping[str, Any]) -> str:
    """Return the key of the fact with this ``subject``: its metric and process, and the digest of all else in it."""
    rest = {name: value for name, value in subject.items() if name not in ("metric", "process")}
    return _key(f"metric {subject['metric']}", digest(rest), subject.get("process", 0))


def _key(name: str, dependencies: str, process: int) -> str:
    return _short(f"{name}\n{process}\n{dependencies}")


class Keys:
    """The keys of one candidate's facts and measurements.

    Many of them depend on the same, which is digested once: a look at thousands of candidates asks for some hundred keys of each.
    """

    def __init__(self, candidate: Candidate, artifact: Artifact, runtime: Runtime, setting: Setting) -> None:
        self.candidate = candidate
        self._whose = (candidate, artifact, runtime, setting)
        self._digests: dict[tuple[Scope, str | None], str] = {}

    def fact(self, metric: Metric, process: int = 0) -> str:
        """Return the key of the fact of ``metric`` in the nth process: that of its ``subject``."""
        return _key(f"metric {metric.name}", self._digest(metric.scope, metric.scenario), process if metric.replicated else 0)

    def task(self, name: str, scope: Scope, scenario: str | None, process: int = 0) -> str:
        """Return the key of a measurement, which says that it is complete."""
        return _key(f"task {name}", self._digest(scope, scenario), process)

    def _digest(self, scope: Scope, scenario: str | None) -> str:
        known = self._digests.get((scope, scenario))
        if known is None:
            known = self._digests[scope, scenario] = digest(dependencies(scope, scenario, *self._whose))
        return known


def dependencies(
    scope: Scope, scenario: str | None, candidate: Candidate, artifact: Artifact, runtime: Runtime, setting: Setting
) -> dict[str, Any]:
    """Return what a measurement of a scope depends on."""
    about: dict[str, Any] = {"artifact": artifact.digest}
    if scope is Scope.ARTIFACT:
        return about
    options = candidate.runtime.options
    if scope in ARITHMETIC:
        options = {name: value for name, value in options.items() if name in runtime.numeric}
    about |= {"runtime": runtime_identity(runtime, options), "device": candidate.device, "machine": setting.machine}
    if scope in ARITHMETIC:
        part = {"subset": setting.subset} if setting.subset else {}
        return about | {"samples": Path(artifact.inputs).name} | part | dict(setting.more.get(scope, {}))
    if scope is Scope.QUERY:
        raw = {"originals": Path(artifact.originals).name} if setting.end_to_end else {}
        about |= {
            "batch_size": candidate.batch_size,
            "shape": list(artifact.sample_shape),
            "end_to_end": setting.end_to_end,
        } | raw
        if scenario:
            about |= {"scenario": setting.scenarios[scenario]}
    return about
