"""Keys: digests of just what a thing depends on, so that it is looked up before it is made or measured again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from harness.interfaces import Part, Runtime
from harness.metrics import Metric, Scope
from harness.record import Artifact
from harness.spec import Candidate, Suite

KEY_LENGTH = 24


def digest(value: object) -> str:
    """Return the digest of a JSON value; key order does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def digest_files(paths: Mapping[str, Path]) -> str:
    """Return the digest of files by name and content."""
    whole = hashlib.sha256()
    for name, path in sorted(paths.items()):
        with path.open("rb") as file:
            whole.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
    return whole.hexdigest()[:KEY_LENGTH]


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


def subject(
    metric: Metric,
    candidate: Candidate,
    artifact: Artifact,
    runtime: Runtime,
    suite: Suite,
    machine: str,
    process: int = 0,
) -> dict[str, Any]:
    """Return what a fact of ``metric`` depends on; its key is the digest of this. ``process`` counts replicates."""
    about = dependencies(metric.scope, metric.scenario, candidate, artifact, runtime, suite, machine)
    again = {"process": process} if process and metric.replicated else {}
    return {"metric": metric.name, **about, **again}


def dependencies(
    scope: Scope, scenario: str | None, candidate: Candidate, artifact: Artifact, runtime: Runtime, suite: Suite, machine: str
) -> dict[str, Any]:
    """Return what a measurement of a scope depends on."""
    about: dict[str, Any] = {"artifact": artifact.digest}
    if scope is Scope.ARTIFACT:
        return about
    options = candidate.runtime.options
    if scope is Scope.NUMERICS:
        options = {name: value for name, value in options.items() if name in runtime.numeric}
    about |= {"runtime": part_identity(runtime, options), "device": candidate.device, "machine": machine}
    if scope is Scope.NUMERICS:
        return about | {"samples": Path(artifact.inputs).name}
    if scope is Scope.QUERY:
        about |= {"batch_size": candidate.batch_size}
        if scenario:
            about |= {"scenario": scenario, "measure": suite.measure.sizing()}
    return about
