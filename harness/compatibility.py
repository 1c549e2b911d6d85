"""Which model, passes and runtime make sense together, by what the parts declare. Every refusal names its rule."""

from __future__ import annotations

from collections.abc import Sequence

from harness.registry import Registry
from harness.spec import Choice


def refusal(registry: Registry, model: Choice, passes: Sequence[Choice], runtime: Choice) -> str | None:
    """Return why these cannot be one candidate, or None when they can."""
    traits = registry.models[model.part].traits(model.options)
    chain = [registry.passes[choice.part] for choice in passes]
    for part in chain:
        if not part.needs <= traits:
            return f"{part.name} needs a model with {_words(part.needs - traits)}; {_kind(traits)}"
    forms = [part.form for part in chain]
    if "onnx" in forms and "torch" in forms[forms.index("onnx") :]:
        late = chain[forms.index("onnx") + forms[forms.index("onnx") :].index("torch")]
        early = chain[forms.index("onnx")]
        return f"{late.name} changes PyTorch weights, so it goes before {early.name}, which changes the exported graph"
    target = registry.runtimes[runtime.part]
    if target.format == "torch":
        if "torch" not in traits:
            return f"{target.name} runs PyTorch modules; {_kind(traits)}"
        if "onnx" in forms:
            part = chain[forms.index("onnx")]
            return f"{part.name} makes an ONNX file, which {target.name} does not run"
    return next((reason for trait, reason in target.lacks.items() if trait in traits), None)


def _words(traits: frozenset[str]) -> str:
    names = {"torch": "PyTorch weights", "layers": "matrix or convolution layers", "trees": "decision trees"}
    return " and ".join(sorted(names.get(trait, trait) for trait in traits))


def _kind(traits: frozenset[str]) -> str:
    if "trees" in traits:
        return "this one is made of decision trees"
    return "this one is an ONNX graph" if "torch" not in traits else "this one has none"
