"""A torch module to the file a runtime executes, checked against the module on real samples."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import torch

from harness.errors import JobError
from harness.interfaces import Array, Bench, Work

CHECKED_SAMPLES = 16
TOLERANCE = 1e-3
"""Largest difference to the module's own scores, relative to their spread."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the module exported to the format ``options["target"]``: an ONNX graph, or a ``torch.export`` program."""
    bench.say(f"exporting to {options['target']}")
    samples, _ = bench.inputs(work.preprocess, "test", CHECKED_SAMPLES)
    model = work.model.eval()
    with torch.no_grad():
        wanted = model(torch.from_numpy(samples)).float().numpy()
    if wanted.ndim != 2 or wanted.shape[1] != len(bench.data.classes):
        raise JobError(
            "wrong_output", "prepare", f"the model gives scores of shape {wanted.shape[1:]}, the dataset has {len(bench.data.classes)} classes"
        )
    if not np.isfinite(wanted).all():
        raise JobError("nan_output", "prepare", "the model's scores are not finite before it is exported")
    example = torch.randn(2, *work.sample_shape)  # a batch of one would be taken for a constant
    shapes = ({0: torch.export.Dim("batch", min=1)},)
    made, got = (_to_onnx if options["target"] == "onnx" else _to_program)(model, example, shapes, samples)
    difference = float(np.abs(got - wanted).max() / max(float(np.ptp(wanted)), 1e-9))
    if not difference <= TOLERANCE:
        raise JobError("export_failed", "prepare", f"exported scores differ by {difference:.2%} of their spread")
    return replace(
        work, form=options["target"], model=made, notes={**work.notes, "export": {"difference": float(f"{difference:.3g}")}}
    )


def _to_onnx(model: torch.nn.Module, example: torch.Tensor, shapes: Any, samples: Array) -> tuple[Any, Array]:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        program = _exported(
            lambda: torch.onnx.export(
                model, (example,), dynamo=True, verbose=False, dynamic_shapes=shapes, input_names=["input"], output_names=["scores"]
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        program.save(str(path), external_data=False)
        graph = onnx.load(path)
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return graph, session.run(None, {"input": samples})[0]


def _to_program(model: torch.nn.Module, example: torch.Tensor, shapes: Any, samples: Array) -> tuple[Any, Array]:
    program = _exported(lambda: torch.export.export(model, (example,), dynamic_shapes=shapes))
    with torch.no_grad():
        got: Array = program.module()(torch.from_numpy(samples)).float().numpy()
    return program, got


def _exported(export: Any) -> Any:
    try:
        return export()
    except Exception as error:  # the exporters raise dozens of kinds
        first = (str(error).strip().splitlines() or [""])[0][:400]
        raise JobError("export_failed", "prepare", f"{type(error).__name__}: {first}") from error
