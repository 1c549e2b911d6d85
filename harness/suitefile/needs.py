"""What metrics and passes need of a suite: a scenario, labels of a kind, trained weights, a price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

from harness import compatibility
from harness.metrics import BEHAVIOUR, EXPLAINED, OWN, PARTS, QUALITIES, TASKS, Metric, Scope
from harness.registry import Registry
from harness.spec import Choice
from harness.suitefile.yaml_text import Reading

ABSENT: Final = object()


def inside(raw: dict[str, Any], key: str, inner: str, default: Any = ABSENT) -> Any:
    """Return what stands under two keys of a raw suite."""
    outer = raw.get(key)
    return outer.get(inner, default) if isinstance(outer, dict) else default


ASKED: Final = {
    Scope.COSTED: ("costs", "costs of mistakes", "costs: {mistakes: [[0, 1000], [4000, 0]], person: 200}"),
    Scope.GROUPED: ("groups", "two groups", "groups: {column: 0, above: 0.5}"),
    Scope.CORRUPTED: ("corruptions", "corrupted samples", "corruptions: {}"),
}
"""Scopes of behaviour that a workload asks for: under which key, what that is, and how it is written."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a raw suite gives to metrics."""

    raw: dict[str, Any]
    scenarios: tuple[str, ...]
    judged: tuple[str, ...]
    """The metrics of how right scores are that belong to its task."""
    unscored: tuple[str, str] | None
    """What these need that the suite does not give, and how to give it."""
    registry: Registry

    def lacks(self, metric: Metric) -> tuple[str, str] | None:
        """Return what ``metric`` needs that the suite does not give, and how to give it."""
        if metric.name in QUALITIES and (self.unscored or metric.name not in self.judged):
            return self.unscored or _another_task(metric.name, self.judged)
        if metric.name in BEHAVIOUR:
            return self._lacks_behaviour(metric)
        if metric.name in EXPLAINED and self.raw.get("explain") is None:
            return "explanations", "add explain: shap"
        if metric.scenario and metric.scenario not in self.scenarios:
            options = self.registry.scenarios[metric.scenario].options.model_fields
            asked = [f"{name}: …" for name, field in options.items() if field.is_required()]
            use = f"{{{metric.scenario}: {{{', '.join(asked)}}}}}" if asked else metric.scenario
            return f"the scenario {metric.scenario!r}", f"add it to scenarios: [{use}]"
        if metric.name.removeprefix("time_") in PARTS and inside(self.raw, "workload", "end_to_end", False) is not True:
            return "the whole path to be timed", "add to workload: {end_to_end: true}"
        target = self.raw.get("target")
        device = target.get("device", "cpu") if isinstance(target, dict) else target
        if metric.name == "memory_device" and device in (None, "cpu"):
            return "a GPU", "target: cuda:0"
        if metric.name == "compile_time" and not all(self.registry.runtimes[name].code_variable for name in self._runtimes()):
            return "every runtime to compile", "weigh or limit cold_start, which all of them have"
        if metric.scope is Scope.DERIVED and (not isinstance(target, dict) or target.get("price_per_hour") is None):
            return "a price", "add to target: {price_per_hour: 0.35}"
        return None

    @property
    def lacks_classes(self) -> str | None:
        """What is needed that predicted classes can be judged, in words; None where they can."""
        if self.unscored:
            return self.unscored[0]
        return None if "accuracy" in self.judged else "classes: the task is another"

    def _lacks_behaviour(self, metric: Metric) -> tuple[str, str] | None:
        if self.unscored or self.lacks_classes:
            return self.unscored or _another_task("accuracy", self.judged)
        block, what, hint = ASKED.get(metric.scope, ("", "", ""))
        asked = inside(self.raw, "workload", block, None) if block else {}
        if asked is None:
            return what, f"add to workload: {{{hint}}}"
        if metric.name == "review_rate" and isinstance(asked, dict) and asked.get("person") is None:
            return "the price of a person", "add to workload.costs: {person: 200}"
        return None

    def _runtimes(self) -> set[str]:
        """Return the names of the suite's runtimes, those that there are."""
        uses = self.raw.get("runtimes")
        names = {name for use in (uses if isinstance(uses, list) else ()) for name in (use if isinstance(use, dict) else [use])}
        return names & set(self.registry.runtimes)


def _another_task(name: str, judged: tuple[str, ...]) -> tuple[str, str]:
    """Return what a metric needs that does not belong to the suite's task, and what there is instead."""
    better = next((way for way, own in OWN.items() if own == name), None)
    if better:
        return "a metric of your own", f"add to workload: {{metric: {{python: 'module:function', better: {better}}}}}"
    task = next(task for task, names in TASKS.items() if name in names)
    return f"the task {task}", f"this suite has {', '.join(judged)}"


def task(asked: Any, dataset: Choice, registry: Registry, folder: FilePath, reading: Reading) -> tuple[Choice, str]:
    """Return the dataset, told what its labels are for where the suite says so, and what that is."""
    part = registry.datasets[dataset.part]
    known = part.task(dataset.options, folder)
    if asked is None or asked == known or asked not in TASKS:
        return dataset, known
    if "task" not in part.options.model_fields or "task" in dataset.options:
        reading.mistake(("workload", "task"), f"the labels of {part.name} are for {known}", "leave it out, or name other data")
        return dataset, known
    return dataset.model_copy(update={"options": dataset.options | {"task": asked}}), asked


def unscored(dataset: Choice | None, models: tuple[Choice, ...], registry: Registry) -> tuple[str, str] | None:
    """Return what an accuracy needs that the suite does not give, and how to give it."""
    if dataset and not registry.datasets[dataset.part].labelled:
        return f"labels, and {dataset.part!r} is noise", "weigh speed and size alone, or name another dataset"
    if models and all("untrained" in registry.models[choice.part].traits(choice.options) for choice in models):
        return "trained weights, and all of these are random", "weigh speed and size alone, or leave out weights: random"
    return None


def judge_nothing(
    why: str, chains: tuple[tuple[Choice, ...], ...], runtimes: tuple[Choice, ...], registry: Registry, reading: Reading
) -> None:
    """Note each pass that goes by an accuracy as a mistake: there is none."""
    for choice in {c.label: c for chain in chains for c in chain}.values():
        served = [
            compatibility.tools(registry.passes[choice.part], registry.runtimes[one.part], choice.options) for one in runtimes
        ]
        if any(tool.judges for found in served if not isinstance(found, str) for tool in found):
            message = f"{choice.label} goes by accuracy, and there is none: {why}"
            reading.mistake(("passes",), message, "leave that out, or name another dataset")
