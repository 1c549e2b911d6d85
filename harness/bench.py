"""What datasets, model sources and passes work with: samples, a model that is being made, and the bench it is made on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.interfaces import Array, Batch

if TYPE_CHECKING:
    from harness.record import Preprocess


@dataclass(frozen=True, slots=True)
class Split:
    """Raw samples with their labels: ``samples[i]`` is an image (height, width, channels), uint8, a row, float32, or a record.

    Records are a structured array, a field for each input of a model.
    """

    samples: Any
    labels: Array
    encoded: Callable[[int], bytes] | None = None
    """The bytes of a sample's file, where samples are files."""

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Samples:
    """A dataset, opened. ``shape`` is that of every raw sample, () of records, or None where they differ (photographs)."""

    classes: tuple[str, ...]
    train: Split
    test: Split
    shape: tuple[int, ...] | None
    model_transform: bool = False
    """Images follow the model's own resize and crop, not the dataset's size."""
    labelled: bool = True
    """Whether the labels mean something (see ``Dataset.labelled``)."""
    task: str = "classification"
    """What the labels are: class numbers, int64 (n); of a ``regression`` targets, float32 (n, k); of an ``embedding`` nothing."""
    columns: tuple[str, ...] = ()
    """Names of a table's columns, where it has any."""
    pairs: Array | None = None
    """What embeddings are judged by: rows of (index, index, similarity), of test samples, float64."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of a record's arrays; none where samples are images or rows."""
        return tuple(self.test.samples.dtype.names) if self.shape == () else ()

    @property
    def width(self) -> int:
        """How many scores a sample gets; 0 where any number will do."""
        if self.task == "embedding":
            return 0
        return len(self.classes) if self.task == "classification" else int(self.test.labels.shape[1])

    def misfit(self, shape: tuple[int, ...], samples: int) -> str | None:
        """Return what is wrong with scores of that shape for so many samples, or None where they fit."""
        if len(shape) == 2 and shape[0] == samples and shape[1] == (self.width or shape[1]):
            return None
        count = {"classification": f"{self.width} classes", "regression": f"{self.width} targets"}
        wanted = count.get(self.task, "rows to embed")
        return f"gives scores of shape {shape} for {samples} samples; the dataset has {wanted}"


@dataclass(frozen=True, slots=True)
class Work:
    """A model on the bench: the object a stage hands to the next."""

    form: str
    """``torch``: a module with weights; ``onnx``: a graph; ``program``: an exported PyTorch program, which is a graph too."""
    model: Any
    """``torch.nn.Module``, ``onnx.ModelProto`` or ``torch.export.ExportedProgram``."""
    preprocess: Preprocess
    sample_shape: tuple[int, ...]
    """Shape of one preprocessed sample."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    parameters: int | None = None
    macs: int | None = None


@dataclass(frozen=True, slots=True)
class Teacher:
    """What a student learns from beside the labels: another model's scores (Hinton, Vinyals & Dean, 2015)."""

    scores: Array
    """Of every training sample, in the split's order, shape (n, classes): before any softmax."""
    temperature: float
    """What scores are divided by before the softmax: the higher, the more the wrong classes tell."""
    mix: float
    """Weight of the labels; the rest of one is the teacher's."""


class Fit(Protocol):
    """Trains a torch module in place, for inputs with that pre-processing, by the words of ``models.declared.Train``."""

    def __call__(
        self, model: Any, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = None
    ) -> Mapping[str, Any]:
        """Return what to note about the training."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a source or a pass may use: the data, a seed, the suite's folder, and a way to say how far it is."""

    data: Samples
    seed: int
    folder: Path
    say: Callable[[str], None]
    inputs: Callable[[Preprocess, str, int | None], tuple[Batch, Array]]
    """(preprocess, "train" | "test", at most how many) → inputs ready for the model, float32, and labels (``Samples.task``)."""
    fit: Fit
    keep: Callable[[str, Callable[[], Array]], Array]
    """(name, make) → the array that ``make`` returns: made once of the work that came into this stage, and kept on disk."""
