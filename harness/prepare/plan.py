"""The stages that make an artifact, as values; each key is the digest of the stage and of all before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.interfaces import Part
from harness.keys import digest, digest_files, part_identity, versions
from harness.registry import Registry
from harness.spec import Candidate, Choice, Suite, Value

EXPORT_VERSION = 1
EXPORT_PACKAGES = {"onnx": ("torch", "onnx", "onnxscript"), "torch": ("torch",)}


class Stage(Value):
    """One stage: ``build``, ``pass`` or ``export``, the door that does it, and the key of what it makes."""

    kind: str
    name: str
    door: str
    options: dict[str, Any]
    key: str


class Plan(Value):
    """How to make one artifact. Its recipe is the key of the last stage."""

    stages: tuple[Stage, ...]
    format: str
    dataset: Choice
    dataset_door: str
    dataset_digest: str
    folder: str
    seed: int

    @property
    def recipe(self) -> str:
        """The key under which the artifact is known before it is made."""
        return self.stages[-1].key


class Planner:
    """Makes plans for the candidates of a suite; file digests are taken once."""

    def __init__(self, suite: Suite, registry: Registry) -> None:
        self.suite = suite
        self.registry = registry
        self.folder = Path(suite.folder)
        self.dataset = registry.datasets[suite.dataset.part]
        self.data = digest([part_identity(self.dataset, {}), self.dataset.digest(suite.dataset.options, self.folder)])
        self._files: dict[str, str] = {}

    def plan(self, candidate: Candidate) -> Plan:
        """Return the plan of the candidate's artifact."""
        source = self.registry.models[candidate.model.part]
        target = self.registry.runtimes[candidate.runtime.part].format
        start = [self.data, self.suite.search.seed, self._model_files(candidate.model)]
        stages = [self._stage("build", source, candidate.model, start)]
        form = "torch" if "torch" in source.traits(candidate.model.options) else "onnx"
        for choice in candidate.passes:
            part = self.registry.passes[choice.part]
            if form == "torch" and part.form == "onnx":
                stages.append(_export("onnx", stages[-1].key))
                form = "onnx"
            stages.append(self._stage("pass", part, choice, stages[-1].key))
        if form == "torch":
            stages.append(_export(target, stages[-1].key))
        return Plan(
            stages=tuple(stages),
            format=target,
            dataset=self.suite.dataset,
            dataset_door=self.dataset.door,
            dataset_digest=self.data,
            folder=self.suite.folder,
            seed=self.suite.search.seed,
        )

    def _stage(self, kind: str, part: Part, choice: Choice, before: Any) -> Stage:
        key = digest([kind, part_identity(part, choice.options), before])
        return Stage(kind=kind, name=part.name, door=part.door, options=choice.options, key=key)

    def _model_files(self, choice: Choice) -> str:
        text = choice.model_dump_json()
        if text not in self._files:
            files = self.registry.models[choice.part].files(choice.options, self.folder)
            self._files[text] = digest_files({f"{number:06} {path.name}": path for number, path in enumerate(files)})
        return self._files[text]


def _export(target: str, before: str) -> Stage:
    about = {"export": target, "version": EXPORT_VERSION, "packages": versions(EXPORT_PACKAGES[target])}
    return Stage(
        kind="export", name=target, door="harness.prepare.export:apply", options={"target": target}, key=digest([about, before])
    )
