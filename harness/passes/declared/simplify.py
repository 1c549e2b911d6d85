"""Graph simplification, declared."""

from __future__ import annotations

from pydantic import BaseModel

from harness.spec import Value


class SimplifyOptions(Value):
    """The same graph with fewer operators. There is nothing to choose."""


class Simplify:
    """onnxslim on the exported graph; the outputs stay what they were."""

    name = "simplify"
    summary = "constants folded, operators merged and dead ends dropped in the exported graph (onnxslim)"
    subject = None
    options: type[BaseModel] = SimplifyOptions
    packages = ("onnxslim", "onnx")
    version = 1
    door = "harness.passes.simplify:apply"
    form = "onnx"
    needs = frozenset({"layers"})
    last = False
    several = True
