"""Reasons that are counted in the graph."""

from __future__ import annotations

from typing import Final

from harness.reasons.case import Case, Reason, counted, percent

ZEROS: Final = 0.3
"""Share of zeros that is no accident: 8-bit weights have a few in a hundred by rounding."""
FEW: Final = 0.1
"""Share of layers that matters: the first and the last are often left in float on purpose."""
BETWEEN: Final = 0.05
"""Share of all operators that matters between quantized layers."""
FUSED: Final = frozenset(
    {
        "Add",
        "AveragePool",
        "Clip",
        "Concat",
        "GlobalAveragePool",
        "LeakyRelu",
        "MaxPool",
        "Mul",
        "Pad",
        "Relu",
        "Resize",
        "Sigmoid",
        "Softmax",
        "Split",
        "Where",
    }
)
"""Operators with 8-bit kernels, or fused into the layer before (onnxruntime 1.31: quantization/registry.py)."""


def same_file(case: Case) -> Reason | None:
    """Say that the pass found nothing it could work on."""
    if not case.same_file:
        return None
    return Reason(
        "same_file",
        "The artifact is the parent's own file: the passes found nothing to change.",
        "leave the passes out for this model",
        {},
    )


def zeros(case: Case) -> Reason | None:
    """Say that dense kernels multiply zeros like other numbers."""
    share = case.census.get("zeros", 0.0)
    if share < ZEROS:
        return None
    return Reason(
        "zeros",
        f"{percent(share)} of the weights are zero, and dense kernels multiply zeros like other numbers.",
        "prune whole channels: {prune: {granularity: channel}}",
        {"zeros": share},
    )


def expanded_weights(case: Case) -> Reason | None:
    """Say that small weights become floats again before they are used."""
    expanded, layers = case.layers("expanded"), case.layers()
    if not expanded or expanded / layers < FEW:
        return None
    return Reason(
        "expanded_weights",
        f"{expanded} of {counted(layers, 'layer')} store small weights that become floats again before they are multiplied: "
        "the arithmetic is the parent's.",
        "the tool left their activations in float: another runtime's may not"
        if case.layers("int8")
        else "take it for the file's size; for speed, quantize activations too: {quantize: static}",
        {"expanded": expanded, "layers": layers},
    )


def half_weights(case: Case) -> Reason | None:
    """Say that 16-bit weights become 32-bit floats again on a CPU."""
    half = case.layers("half")
    if not half or case.device != "cpu" or case.precision in ("f16", "bf16") or _runs_half(case):
        return None
    return Reason(
        "half_weights",
        f"{half} of {counted(case.layers(), 'layer')} store 16-bit floats, which {case.runtime} turns into 32-bit floats "
        f"on a CPU; the graph has {counted(case.census.get('casts', 0), 'cast')}.",
        "take it for the file's size, or on a GPU",
        {"half": half, "layers": case.layers(), "casts": case.census.get("casts", 0)},
    )


def _runs_half(case: Case) -> bool:
    return case.profile is not None and any(one.precision in ("f16", "bf16") for one in case.profile.layers)


def float_layers(case: Case) -> Reason | None:
    """Say that quantization did not reach all layers."""
    quantized, left, layers = case.layers("int8", "dynamic"), case.layers("float"), case.layers()
    if not quantized or not left or left / layers < FEW:
        return None
    dynamic = ": dynamic quantization reaches matrix products only" if not case.layers("int8") else ""
    return Reason(
        "float_layers",
        f"{left} of {counted(layers, 'layer')} are left in float{dynamic}.",
        "{quantize: static} reaches convolutions"
        if dynamic
        else "another runtime's tool may reach them; accuracy_aware keeps fewer where max_drop is larger",
        {"float": left, "layers": layers},
    )


def float_between(case: Case) -> Reason | None:
    """Say that operators without an 8-bit kernel stand between quantized layers."""
    found = {kind: count for kind, count in case.census.get("between", {}).items() if kind not in FUSED}
    if not found or sum(found.values()) < BETWEEN * case.census.get("operators", 0):
        return None
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items(), key=lambda one: -one[1])[:4])
    return Reason(
        "float_between",
        f"{counted(sum(found.values()), 'operator')} in float between dequantizing and quantizing: {told}.",
        "a model with ReLU activations keeps 8-bit numbers from layer to layer",
        {"operators": sum(found.values())},
    )


def dynamic_ranges(case: Case) -> Reason | None:
    """Say that ranges are found anew in every query."""
    dynamic = case.layers("dynamic")
    if not dynamic:
        return None
    return Reason(
        "dynamic_ranges",
        f"The inputs of {counted(dynamic, 'layer')} are quantized anew in every query: their ranges are not known before.",
        "{quantize: static} finds ranges once, on calibration samples",
        {"dynamic": dynamic, "layers": case.layers()},
    )
