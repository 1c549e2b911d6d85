"""Which model, passes and runtime make sense together, by what the parts declare. Every refusal names its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from harness.interfaces import ByRuntime, ChangesTraits, GivesSeveral, Pass, Runtime, TakesSeveral, Tool
from harness.registry import Registry
from harness.spec import Choice

NOISE: Final = "the samples are noise"
RANDOM: Final = "the weights are random"


def tools(part: Pass, runtime: Runtime, options: Mapping[str, Any]) -> tuple[Tool, ...] | str:
    """Return what does a pass for a runtime, in order; or why nothing does. Most passes are their own tool."""
    if isinstance(part, ByRuntime):
        return part.tools(runtime, options)
    return (Tool(part.name, part.door, part.form, part.packages),)


def unscored(registry: Registry, dataset: Choice, model: Choice) -> str | None:
    """Return why nothing is to be trained or judged by labels here, or None where there are labels and trained weights."""
    if not registry.datasets[dataset.part].labelled:
        return NOISE
    return RANDOM if "untrained" in registry.models[model.part].traits(model.options) else None


class Workload(NamedTuple):
    """What of a workload matters to whether a chain makes sense."""

    unjudged: str | None = None
    """Why no pass can go by an accuracy, if so."""
    several: bool = False
    """Whether samples are records, so that models have several inputs."""


PLAIN: Final = Workload()
"""Images or rows, of classes."""


def workload(registry: Registry, dataset: Choice, task: str) -> Workload:
    """Return what candidates of a workload must bear."""
    part = registry.datasets[dataset.part]
    unjudged = NOISE if not part.labelled else None if task == "classification" else f"of {task} none is defined"
    return Workload(unjudged, isinstance(part, GivesSeveral) and bool(part.inputs(dataset.options)))


def refusal(registry: Registry, model: Choice, passes: Sequence[Choice], runtime: Choice, given: Workload = PLAIN) -> str | None:
    """Return why these cannot be one candidate of the workload ``given``, or None when they can."""
    traits = registry.models[model.part].traits(model.options)
    unjudged = given.unjudged or (RANDOM if "untrained" in traits else None)
    if given.several:
        parts = (registry.models[model.part], *(registry.passes[choice.part] for choice in passes))
        single = next((part.name for part in parts if not isinstance(part, TakesSeveral)), None)
        if single:
            return f"{single} handles one input; the dataset gives several"
    target = registry.runtimes[runtime.part]
    steps: list[tuple[str, Tool]] = []
    for choice in passes:
        part = registry.passes[choice.part]
        found = tools(part, target, choice.options)
        needs = part.needs.union(*(tool.needs for tool in found if isinstance(tool, Tool)))
        if not needs <= traits:
            return f"{part.name} needs a model with {_words(needs - traits)}; {_kind(traits)}"
        if isinstance(found, str):
            return found
        if unjudged and any(tool.judges for tool in found):
            return f"{part.name} would go by accuracy here, and there is none: {unjudged}"
        steps += [(part.name, tool) for tool in found]
        if isinstance(part, ChangesTraits):
            traits = part.traits(traits, choice.options)
    return _follows(registry, passes) or _order(steps) or _ends(steps, traits, target) or _lacking(traits, target)


def traits(registry: Registry, model: Choice, passes: Sequence[Choice]) -> frozenset[str]:
    """Return what a model is behind a chain of passes."""
    found = registry.models[model.part].traits(model.options)
    for choice in passes:
        part = registry.passes[choice.part]
        if isinstance(part, ChangesTraits):
            found = part.traits(found, choice.options)
    return found


def _follows(registry: Registry, passes: Sequence[Choice]) -> str | None:
    """Return why one of the passes comes too late: what it follows had to be the last."""
    undone = next(((one, after) for one, after in pairwise(passes) if registry.passes[one.part].last), None)
    return f"{undone[1].part} would undo {undone[0].part}, which goes last" if undone else None


def _order(steps: Sequence[tuple[str, Tool]]) -> str | None:
    """Return why one of the steps comes too late: weights are gone once a graph was made of them."""
    early = made = ""
    for name, tool in steps:
        if tool.form == "torch" and early:
            return f"{name} changes PyTorch weights, so it goes before {early}, which {_exported(made)}"
        if tool.leaves != "torch":
            early, made = early or name, made or tool.form
    return None


def _ends(steps: Sequence[tuple[str, Tool]], traits: frozenset[str], target: Runtime) -> str | None:
    """Return why what the chain ends in is nothing that ``target`` runs."""
    if target.format != "torch":
        return None
    if "torch" not in traits:
        return f"{target.name} runs PyTorch modules; {_kind(traits)}"
    makes = next((name for name, tool in steps if tool.leaves == "onnx"), None)
    return f"{makes} makes an ONNX file, which {target.name} does not run" if makes else None


def _exported(form: str) -> str:
    return "leaves none" if form == "torch" else "changes the exported graph"


def _lacking(traits: frozenset[str], target: Runtime) -> str | None:
    return next((reason for trait, reason in target.lacks.items() if trait in traits), None)


def _words(traits: frozenset[str]) -> str:
    names = {"torch": "PyTorch weights", "layers": "matrix or convolution layers", "trees": "decision trees"}
    return " and ".join(sorted(names.get(trait, trait) for trait in traits))


_MADE: Final = {
    "trees": "is made of decision trees",
    "samples": "compares samples with stored ones",
    "tables": "adds up scores from tables",
}


def _kind(traits: frozenset[str]) -> str:
    made = next((words for trait, words in _MADE.items() if trait in traits), None)
    if made:
        return f"this one {made}"
    return "this one is an ONNX graph" if "torch" not in traits else "this one has none"
