"""Weight sharing, declared."""

from __future__ import annotations

from pydantic import BaseModel, Field

from harness.spec import Value


class ClusterOptions(Value):
    """The weights of each layer as indices into a codebook of its own."""

    bits: int = Field(4, ge=1, le=8, description="bits of an index: a layer has at most 2^bits different weights")
    correct: bool = Field(
        True, description="give each output channel its mean and spread back, by a factor of its weights and by its bias"
    )
    calibration_samples: int = Field(128, ge=2, description="training samples that these are measured on")


class Cluster:
    """Shared weights, stored as packed indices; the runtime expands them when it loads the graph."""

    name = "cluster"
    summary = "the weights of each layer from a codebook of 2^bits values, stored as packed indices"
    subject = "bits"
    options: type[BaseModel] = ClusterOptions
    packages = ("onnx", "onnxruntime", "numpy")
    version = 1
    door = "harness.passes.cluster:apply"
    form = "onnx"
    needs = frozenset({"layers"})
    last = True
