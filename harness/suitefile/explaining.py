"""What a suite says of explanations, settled, and whether they can be made of its samples."""

from __future__ import annotations

from harness.compatibility import Workload
from harness.keys import installed
from harness.registry import Registry
from harness.spec import Explain
from harness.suitefile.document import ExplainDocument
from harness.suitefile.parts import expand
from harness.suitefile.yaml_text import Reading

EXTRA = frozenset({"shap", "lime", "captum"})
"""Distributions that the harness names as an extra of its own."""


def settle(document: ExplainDocument, task: str, bearing: Workload, registry: Registry, reading: Reading) -> Explain | None:
    """Return how decisions are explained; None, with a mistake noted, where they cannot be."""
    if task == "embedding" or bearing.several:
        what = "an embedding decides nothing" if task == "embedding" else "samples of several inputs are not explained"
        reading.mistake(("explain",), what, "leave explain out")
        return None
    found = expand(document.method, registry.explainers, "explainers", reading, ("explain", "method"))
    if len(found) > 1:
        reading.mistake(("explain", "method"), f"stands for {len(found)} at once; exactly one is needed here")
    if not found:
        return None
    missing = [package for package in registry.explainers[found[0].part].packages if installed(package) is None]
    if missing:
        names = ".[explain]" if EXTRA & set(missing) else " ".join(missing)
        reading.mistake(("explain", "method"), f"{found[0].part} needs {' and '.join(missing)}", f"pip install '{names}'")
    return Explain(method=found[0], samples=document.samples, budget=document.budget, segments=document.segments)
