"""A PyTorch program in 16 bits: weights and arithmetic in bfloat16 or half precision; inputs and scores stay float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import torch
from torch.export import ExportedProgram

from harness.bench import Bench, Work
from harness.passes.quantize import quantized
from harness.passes.quantize_job import Job, Make
from harness.passes.quantize_program import PROGRAM, exported, graph_module

TYPES: Final = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Narrow(torch.nn.Module):
    """A module in 16 bits that takes and gives float32."""

    def __init__(self, inner: torch.nn.Module, kind: torch.dtype) -> None:
        super().__init__()
        self.inner = inner.to(kind)
        self.kind = kind

    def forward(self, *batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of ``batch``, a tensor for each input; those that are no floats stay what they are."""
        scores: torch.Tensor = self.inner(*(x.to(self.kind) if x.is_floating_point() else x for x in batch))
        return scores.float()


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the program in 16 bits; one that fixes its types by itself, so that they do not fit any more, is a JobError."""
    return quantized(work, options, bench, "torch", _maker, PROGRAM)


def _maker(job: Job) -> Make:
    def make(_: frozenset[str]) -> ExportedProgram:
        return exported(Narrow(graph_module(job.graph), TYPES[job.wish.method]), job.samples.calibration)

    return make
