"""What there is and what it can do. Light: whatever is heavy waits behind a door, in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field

from harness.interfaces import Runtime
from harness.keys import digest
from harness.spec import Value


# --8<-- [start:dataset]
class MoonsOptions(Value):
    """Two half circles, one in the other."""

    count: int = Field(400, ge=20, description="points")
    noise: float = Field(0.1, ge=0, description="standard deviation of each coordinate")


class Moons:
    """A dataset: rows of two numbers, of two classes."""

    name = "moons"
    summary = "points on two half circles, one in the other, 2 classes (made up, seeded)"
    subject = None
    options: type[BaseModel] = MoonsOptions
    packages = ("harness-example", "numpy")
    version = 1
    door = "harness_example.moons:load"
    labelled = True

    def task(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return that labels are class numbers."""
        return "classification"

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the options: all follows from them."""
        return digest(dict(options))


# --8<-- [end:dataset]
# --8<-- [start:model]
class NearestMeanOptions(Value):
    """Nothing to choose."""


class NearestMean:
    """A model source: the class whose training samples have the nearest mean."""

    name = "nearest_mean"
    summary = "the class whose mean is nearest, as one matrix product"
    subject = None
    options: type[BaseModel] = NearestMeanOptions
    packages = ("harness-example", "numpy", "onnx")
    version = 1
    door = "harness_example.nearest_mean:build"
    outline_door = ""

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return that it is made of layers, which quantize and other passes on graphs ask for."""
        return frozenset({"layers"})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return nothing: it is computed from the training split."""
        return ()


# --8<-- [end:model]
# --8<-- [start:pass]
class RoundOptions(Value):
    """How far weights are rounded."""

    decimals: int = Field(2, ge=0, le=7, description="decimals that stay")


class Round:
    """A pass on the exported graph."""

    name = "round"
    summary = "weights rounded to a few decimals"
    subject = "decimals"
    options: type[BaseModel] = RoundOptions
    packages = ("harness-example", "numpy", "onnx")
    version = 1
    door = "harness_example.rounding:apply"
    form = "onnx"
    needs = frozenset({"layers"})
    last = False


# --8<-- [end:pass]
# --8<-- [start:runtime]
class OnnxReferenceOptions(Value):
    """ONNX's reference evaluator."""

    threads: int | None = Field(None, ge=1, description="of a matrix product; default: all cores")


class OnnxReference:
    """A runtime for ONNX files on the CPU."""

    name = "onnx_reference"
    summary = "ONNX's own reference evaluator, written in NumPy"
    subject = None
    options: type[BaseModel] = OnnxReferenceOptions
    packages = ("harness-example", "onnx", "numpy")
    version = 1
    door = "harness_example.evaluator:load"
    profile_door = ""
    format = "onnx"
    lacks = MappingProxyType[str, str]({})
    numeric = frozenset[str]()
    optional = ()
    per_shape = False
    code_variable = ""
    idle_options = MappingProxyType[str, Any]({})


# --8<-- [end:runtime]
# --8<-- [start:explainer]
class OcclusionOptions(Value):
    """Nothing to choose."""


class Occlusion:
    """An explainer that asks for scores only."""

    name = "occlusion"
    summary = "what a decision loses without each feature, one after the other"
    subject = None
    options: type[BaseModel] = OcclusionOptions
    packages = ("harness-example", "numpy")
    version = 1
    door = "harness_example.occlusion:explain"

    def refusal(self, traits: frozenset[str], runtime: Runtime) -> str | None:
        """Return nothing: it explains any model on any runtime."""
        return None


# --8<-- [end:explainer]
# --8<-- [start:declared]
MOONS, NEAREST_MEAN, ROUND, ONNX_REFERENCE, OCCLUSION = Moons(), NearestMean(), Round(), OnnxReference(), Occlusion()
# --8<-- [end:declared]
