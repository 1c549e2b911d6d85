"""What a quantizer gets to work with: the prepared graph, training samples, the options; and what its form has to give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from harness.bench import Bench, Work
from harness.interfaces import Array, Batch
from harness.passes.declared import QuantizeOptions
from harness.preprocess import each, taken

BATCH: Final = 16
HELD: Final = 64
HELD_AWARE: Final = 512
"""Training samples kept back to judge with: few for a look, more where an accuracy is to hold (one is 0.2 pp)."""

Make = Callable[[frozenset[str]], Any]
"""Quantizes the job's graph, but for the layers named."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Inputs that set the ranges, and others, with labels, that judge. No sample is in both."""

    calibration: Batch
    held: Batch
    labels: Array
    fixed: int | None = None
    """The only batch size the graph takes."""

    def batches(self, inputs: Batch) -> list[Batch]:
        """Return ``inputs`` in batches of one size; the last is filled up from the start."""
        count = len(each(inputs)[0])
        size = self.fixed or min(BATCH, count)
        whole = np.arange(-(-count // size) * size) % count
        return [taken(inputs, part) for part in np.split(whole, len(whole) // size)]


@dataclass(frozen=True, slots=True)
class Job:
    """One request, ready for a tool."""

    graph: Any
    """An ``onnx.ModelProto``, or a ``torch.export.ExportedProgram``."""
    samples: Samples
    wish: QuantizeOptions
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of graphs (see ``bench.Work``): what every way to quantize one has in common."""

    name: str
    prepared: Callable[[Any], Any]
    """The graph as quantizers take it; raises JobError where it is quantized already."""
    fixed_batch: Callable[[Any], int | None]
    scores: Callable[[Any, Samples], Array]
    """The scores of the held-out samples, shape (n, classes)."""
    ranked: Callable[[Job, Callable[[Job], Make]], list[str]]
    """The layers, the most sensitive first."""
    told: Callable[[Any], dict[str, Any]]
    """What the graph stores, as notes."""


def job(work: Work, wish: QuantizeOptions, bench: Bench, form: Form) -> Job:
    """Return the job of quantizing ``work``: where training samples are few, both uses get their share of them."""
    graph = form.prepared(work.model)
    held = HELD_AWARE if wish.accuracy_aware else HELD
    inputs, labels = bench.inputs(work.preprocess, "train", wish.calibration_samples + held)
    order = np.random.default_rng(bench.seed).permutation(len(labels))
    if bench.data.task != "classification":
        labels = labels.reshape(len(labels), -1)  # what is no class number is told by its second axis
    back, front = np.split(order, [max(1, len(order) * held // (wish.calibration_samples + held))])
    samples = Samples(taken(inputs, front), taken(inputs, back), labels[back], form.fixed_batch(graph))
    return Job(graph, samples, wish, bench.say)
