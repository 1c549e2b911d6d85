"""A torch module to the file a runtime executes, checked against the module on real samples."""

from __future__ import annotations

import logging
import re
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

from harness.bench import Bench, Samples, Work
from harness.errors import JobError
from harness.interfaces import Array, Batch
from harness.preprocess import each

CHECKED_SAMPLES = 16
TOLERANCE = 1e-3
"""Largest difference to the module's own scores, relative to their spread."""

TRACES = ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node")
"""Where in the sources an operator came from: paths of this machine, and half of the time a program takes to load."""
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the module exported to the format ``options["target"]``: an ONNX graph, or a ``torch.export`` program."""
    bench.say(f"exporting to {options['target']}")
    samples, _ = bench.inputs(work.preprocess, "test", CHECKED_SAMPLES)
    model = work.model.eval()
    wanted = _scores(model, samples, bench.data)
    given = each(samples)
    several = tuple(torch.from_numpy(array[:2]) for array in given)  # a batch of one would be taken for a constant
    example = several if len(given) > 1 else (torch.randn(2, *work.sample_shape),)
    shapes = ({0: torch.export.Dim("batch", min=1)},) * len(given)
    made, got = (_to_onnx if options["target"] == "onnx" else _to_program)(model, example, shapes, given, _names(work))
    difference = float(np.abs(got - wanted).max() / max(float(np.ptp(wanted)), 1e-9))
    if not difference <= TOLERANCE:
        raise JobError("export_failed", "prepare", f"exported scores differ by {difference:.2%} of their spread")
    form = "onnx" if options["target"] == "onnx" else "program"
    return replace(work, form=form, model=made, notes={**work.notes, "export": {"difference": float(f"{difference:.3g}")}})


def _names(work: Work) -> list[str]:
    return list(work.preprocess.inputs or ("input",))


def _scores(model: torch.nn.Module, samples: Batch, data: Samples) -> Array:
    """Return the module's own scores; raises JobError when they are no scores of what the dataset asks for."""
    try:
        with torch.no_grad():
            out = model(*map(torch.from_numpy, each(samples)))
    except Exception as error:  # the module may be the user's
        shapes = ", ".join(str(array.shape[1:]) for array in each(samples))
        message = f"the model fails on samples of shape {shapes}: {_reason(error)}"
        raise JobError("failed", "prepare", message) from error
    if not isinstance(out, torch.Tensor):
        raise JobError("wrong_output", "prepare", f"the model returns {type(out).__name__}, not a tensor of scores")
    scores: Array = out.float().numpy()
    wrong = data.misfit(scores.shape, len(each(samples)[0]))
    if wrong:
        raise JobError("wrong_output", "prepare", f"the model {wrong}")
    if not np.isfinite(scores).all():
        raise JobError("nan_output", "prepare", "the model's scores are not finite before it is exported")
    return scores


def _to_onnx(
    model: torch.nn.Module, example: tuple[torch.Tensor, ...], shapes: Any, samples: tuple[Array, ...], names: list[str]
) -> tuple[Any, Array]:
    for name in ("torch.onnx", "onnx_ir", "onnxscript"):  # they tell of each step, a thousand lines a graph
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        program = _exported(
            lambda: torch.onnx.export(
                model,
                example,
                dynamo=True,
                verbose=False,
                dynamic_shapes=shapes,
                input_names=names,
                output_names=["scores"],
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        program.save(str(path), external_data=False)
        graph = _bare(onnx.load(path))
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return graph, session.run(None, dict(zip(names, samples, strict=True)))[0]


def _bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return ``model`` without the exporter's notes: a tenth of a small file, and paths of this machine among them."""
    graph = model.graph
    for described in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        described.ClearField("metadata_props")
        described.ClearField("doc_string")
    return model


def _to_program(
    model: torch.nn.Module, example: tuple[torch.Tensor, ...], shapes: Any, samples: tuple[Array, ...], names: list[str]
) -> tuple[Any, Array]:
    program = _exported(lambda: torch.export.export(model, example, dynamic_shapes=shapes))
    for node in program.graph.nodes:
        for note in TRACES:
            node.meta.pop(note, None)
    with torch.no_grad():
        got: Array = program.module()(*map(torch.from_numpy, samples)).float().numpy()
    return program, got


def _exported(export: Any) -> Any:
    try:
        return export()
    except Exception as error:  # the exporters raise dozens of kinds
        raise JobError("export_failed", "prepare", _reason(error)) from error


def _reason(error: BaseException) -> str:
    """Return the first line of what is at the root of an exporter's error: its own only says that it failed."""
    while error.__cause__ is not None:
        error = error.__cause__
    first = next((line for line in TERMINAL_COLOUR.sub("", str(error)).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first.strip()[:400]}"
