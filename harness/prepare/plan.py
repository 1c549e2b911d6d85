"""The stages that make an artifact, as values; each key is the digest of the stage and of all before it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.compatibility import tools, unscored
from harness.errors import InputError
from harness.interfaces import Part, Pass, Runtime, Tool
from harness.keys import digest, digest_files, part_identity, versions
from harness.registry import Registry
from harness.spec import Candidate, Choice, Corruptions, Suite, Value
from harness.suitefile.parts import names_of_models

EXPORT_VERSION = 1
CORRUPTION_VERSION = 1
CORRUPTION_PACKAGES = ("torchvision",)
TARGETS = {"onnx": "onnx", "program": "torch"}
"""Forms of exported graphs, and the format of artifacts that holds each."""
UNLABELLED = "embeddings have no labels"
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
    untrainable: str | None = None
    """Why nothing is trained on the way, if so."""
    corruptions: Corruptions | None = None
    """How samples are made worse beside the artifact, if so."""
    explained: bool = False
    """Whether a background for explanations is made beside the artifact."""

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
        runtime = self.registry.runtimes[candidate.runtime.part]
        target = runtime.format
        start = [self.data, self.suite.search.seed, self._model_files(candidate.model)]
        stages = [_build(source, candidate.model, start)]
        form = "torch" if "torch" in source.traits(candidate.model.options) else "onnx"
        for choice in candidate.passes:
            part = self.registry.passes[choice.part]
            for tool in _tools(part, runtime, choice):
                if form == "torch" and tool.form != "torch":
                    stages.append(_export(TARGETS[tool.form], stages[-1].key))
                stages.append(_step(part, tool, choice, stages[-1].key, self.registry.models))
                form = tool.leaves
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
            untrainable=UNLABELLED
            if self.suite.task == "embedding"
            else unscored(self.registry, self.suite.dataset, candidate.model),
            corruptions=self.suite.corruptions,
            explained=self.suite.explain is not None,
        )

    def _model_files(self, choice: Choice) -> str:
        text = choice.model_dump_json()
        if text not in self._files:
            files = self.registry.models[choice.part].files(choice.options, self.folder)
            self._files[text] = digest_files({f"{number:06} {path.name}": path for number, path in enumerate(files)})
        return self._files[text]


def corruption_identity(asked: Corruptions, seed: int) -> dict[str, Any]:
    """Return what corrupted samples depend on beside the samples."""
    about = asked.model_dump(mode="json")
    return {**about, "seed": seed, "version": CORRUPTION_VERSION, "packages": versions(CORRUPTION_PACKAGES)}


def corrupted(inputs: Path, asked: Corruptions, seed: int) -> Path:
    """Return the folder with the corrupted samples of the folder ``inputs``, beside it."""
    return inputs.with_name(digest([inputs.name, corruption_identity(asked, seed)]))


def _build(source: Part, choice: Choice, before: Any) -> Stage:
    key = digest(["build", part_identity(source, choice.options), before])
    return Stage(kind="build", name=source.name, door=source.door, options=choice.options, key=key)


def _tools(part: Pass, runtime: Runtime, choice: Choice) -> tuple[Tool, ...]:
    found = tools(part, runtime, choice.options)
    if isinstance(found, str):
        raise InputError(found)
    return found


def _step(part: Pass, tool: Tool, choice: Choice, before: Any, models: Mapping[str, Part]) -> Stage:
    """Return the stage in which ``tool`` does the pass: keyed by the tool's own packages, and by its name if it is a choice.

    Where an option is a model of its own, its source counts, too.
    """
    about = part_identity(part, choice.options) | {"packages": versions(tool.packages)}
    named = {"tool": tool.name} if tool.name != part.name else {}
    within = [
        Choice.model_validate(choice.options[name]) for name in sorted(names_of_models(part.options) & choice.options.keys())
    ]
    sources = {"models": [part_identity(models[one.part], one.options) for one in within]} if within else {}
    key = digest(["pass", about | named | sources, before])
    return Stage(kind="pass", name=part.name, door=tool.door, options=choice.options, key=key)


def _export(target: str, before: str) -> Stage:
    about = {"export": target, "version": EXPORT_VERSION, "packages": versions(EXPORT_PACKAGES[target])}
    return Stage(
        kind="export", name=target, door="harness.prepare.export:apply", options={"target": target}, key=digest([about, before])
    )
