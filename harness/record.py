"""What was found out: facts, failures, artifacts and the environment they hold in. Values only."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field, JsonValue

from harness.spec import Value

FAILURE_KINDS: Final = (
    "out_of_memory",
    "out_of_device_memory",
    "killed",
    "crashed",
    "timed_out",
    "nan_output",
    "wrong_output",
    "unsupported",
    "export_failed",
    "missing_package",
    "bad_input",
    "failed",
)
MODEL_FILES: Final = MappingProxyType({"onnx": "model.onnx", "torch": "model.pt2"})
"""The model's file in an artifact's folder, by format."""
REFERENCE: Final = "reference.npy"
"""The file in an artifact's folder with the scores of its first samples: what every runtime must come near."""
Quality = Literal["clean", "contended", "throttled"]
Provenance = Literal["measured", "counter", "estimate", "derived", "published"]
STAGES: Final = ("prepare", "load", "warm_up", "measure", "evaluate")


class Fact(Value):
    """One measured metric with its interval, its key and where it comes from."""

    key: str
    metric: str
    value: float
    low: float
    high: float
    """Ends of the 95 % interval; both equal ``value`` for what is counted, not measured."""
    n: int
    """How many observations the value rests on."""
    unit: str
    subject: dict[str, JsonValue]
    """What the fact depends on, in words: the key follows from it (``keys.fact_key``)."""
    run: int | None = None
    """The run whose raw samples it was derived from."""
    quality: Quality = "clean"
    """``contended``: something else used the machine; ``throttled``: the processor changed its speed."""
    provenance: Provenance = "measured"
    """``counter``: read from a hardware counter; ``estimate``: from a stated figure; ``derived``: from other facts;
    ``published``: by others, of another machine."""
    processes: int = 1
    """How many processes it was measured in."""
    tries: int = 1
    """How often it was measured, since a timing that was disturbed is taken again."""


class Failure(Value):
    """A candidate that did not get through: classified, with the end of what its process said."""

    key: str
    kind: str
    stage: str
    message: str
    log: str = ""


class Preprocess(Value):
    """How a raw sample becomes a model's input; it travels with the artifact.

    Geometry first (``resize`` the short side, ``crop`` the centre, or ``size`` both sides at once), then arithmetic:
    ``(pixel * scale - mean) / std`` per channel, then ``layout``.
    """

    resize: int | None = Field(None, ge=1, description="length of the short side after resizing, pixels")
    crop: int | None = Field(None, ge=1, description="side of the central square, pixels")
    size: tuple[int, int] | None = Field(None, description="height and width, both stretched to, pixels")
    interpolation: Literal["nearest", "bilinear", "bicubic"] = Field("bilinear", description="how pixels are resized")
    channels: int | None = Field(None, description="1 (grey) or 3 (RGB); default: those of the dataset")
    layout: Literal["NCHW", "NHWC", "flat", "as_is"] = Field("NCHW", description="order of the axes; flat: one row a sample")
    scale: float = Field(1 / 255, description="what pixels are multiplied by first")
    mean: tuple[float, ...] = Field((0.0,), description="then taken off, one for all channels or one each")
    std: tuple[float, ...] = Field((1.0,), description="then divided by, one for all channels or one each")
    inputs: dict[str, str] | None = Field(None, description="of records: the model's inputs in order, with their NumPy types")


class Artifact(Value):
    """The exported files of a chain: named by the digest of their content, with what is known without running them."""

    recipe: str
    digest: str
    format: Literal["onnx", "torch"]
    folder: str
    inputs: str
    """Folder with the test split after the artifact's geometry: ``samples.npy`` and ``labels.npy``."""
    originals: str = ""
    """Folder with some samples of the test split as they are, for queries end to end."""
    background: str = ""
    """Folder with what stands for a feature that is not there (``coalitions.Background``); empty where nothing is explained."""
    samples: int | None = None
    """How many the test split has; None in what was made before they were counted."""
    sample_shape: tuple[int, ...]
    classes: int
    """Scores that a sample gets; 0: any number, as of embeddings."""
    preprocess: Preprocess
    fixed_batch: int | None = None
    """The only batch size its graph takes; None: any."""
    size: int
    parameters: int | None = None
    macs: int | None = None
    activations: int | None = None
    complexity: int | None = None
    """What a reader of the model must read (``glass``); None where it cannot be read."""
    notes: dict[str, JsonValue] = Field({})
    """What the stages told about themselves: training steps, layers kept, loss at the end."""


class Environment(Value):
    """The machine: what must be equal before results may be compared, and what is only told."""

    id: str
    identity: dict[str, JsonValue]
    context: dict[str, JsonValue]
    versions: dict[str, str]
