"""What quantizing has to know of exported PyTorch programs: how one is run, what its layers are, how a module becomes one."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import torch
from torch.export import ExportedProgram

from harness.errors import JobError
from harness.interfaces import Array, Batch
from harness.passes.quantize_job import Form, Job, Make, Samples
from harness.preprocess import each, taken

LAYERS: Final = (torch.ops.aten.conv1d.default, torch.ops.aten.conv2d.default, torch.ops.aten.linear.default)
"""Operators with weights that torchao quantizes."""
TRACES: Final = ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node")
"""Where in the sources an operator came from: paths of this machine, as in ``prepare.export``."""
WIDTHS: Final = {torch.int8: "8", torch.uint8: "8", torch.bfloat16: "16", torch.float16: "16", torch.float32: "32"}


def layer(node: torch.fx.Node) -> str | None:
    """Return the name of the module whose weight a node works with, where it is a layer that has one stored."""
    if node.target not in LAYERS or not isinstance(node.args[1], torch.fx.Node) or node.args[1].op != "get_attr":
        return None
    return str(node.args[1].target).removesuffix(".weight")


def layers(module: torch.fx.GraphModule) -> list[str]:
    """Return the names of the layers, in the order they run first."""
    return list(dict.fromkeys(name for node in module.graph.nodes if (name := layer(node))))


def graph_module(program: ExportedProgram) -> torch.fx.GraphModule:
    """Return the program as a module with tensors of its own: what is done to them leaves the program alone."""
    return copy.deepcopy(program.module())


def tensors(batch: Batch) -> tuple[torch.Tensor, ...]:
    """Return a batch as PyTorch takes it, a tensor for each input."""
    return tuple(torch.from_numpy(array) for array in each(batch))


def exported(module: torch.nn.Module, like: Batch) -> ExportedProgram:
    """Return a module as a program for batches ``like`` that and of any size; it keeps only the tensors that it uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        example = tensors(taken(like, [0, -1]))  # a batch of one would be taken for a constant
        shapes = torch.export.ShapesCollection()  # type: ignore[no-untyped-call]
        for tensor in example:
            shapes[tensor] = {0: torch.export.Dim("batch", min=1)}
        program = torch.export.export(module, example, dynamic_shapes=shapes)
    for node in program.graph.nodes:
        for trace in TRACES:
            node.meta.pop(trace, None)
    return program


def without_rest(module: torch.fx.GraphModule) -> torch.fx.GraphModule:
    """Return the module without the tensors that its graph does not use: the float weights beside their integers."""
    used = {str(node.target) for node in module.graph.nodes if node.op == "get_attr"}
    for name in [name for name, _ in (*module.named_parameters(), *module.named_buffers()) if name not in used]:
        owner, _, own = name.rpartition(".")
        delattr(module.get_submodule(owner), own)
    return module


def prepared(program: ExportedProgram) -> ExportedProgram:
    """Return the program as it is; raises JobError where it is quantized already."""
    narrow = any(tensor.dtype in (torch.bfloat16, torch.float16) for tensor in program.state_dict.values())
    if narrow or any("quantize" in str(node.target) for node in program.graph.nodes):
        raise JobError("unsupported", "prepare", "this program is quantized already")
    return program


def scores(program: ExportedProgram, samples: Samples) -> Array:
    """Return the scores of the held-out samples, shape (n, classes)."""
    module = graph_module(program)
    with torch.inference_mode():
        parts = [module(*tensors(batch)).float().numpy() for batch in samples.batches(samples.held)]
    found: Array = np.concatenate(parts).astype(np.float64)[: len(samples.labels)]
    return found.reshape(len(found), -1)


def ranked(job: Job, maker: Callable[[Job], Make]) -> list[str]:
    """Return the layers, the most sensitive first: by the mean square error of the scores when only it is quantized."""
    exact, make = scores(job.graph, job.samples), maker(job)
    names = layers(graph_module(job.graph))
    damage = {name: float(((scores(make(frozenset(names) - {name}), job.samples) - exact) ** 2).mean()) for name in names}
    return sorted(damage, key=lambda name: -damage[name])


def told(program: ExportedProgram) -> dict[str, Any]:
    """Return how many operators quantize while it runs, and how many weights it stores in how many bits."""
    count = sum(".quantize_per_tensor" in str(node.target) for node in program.graph.nodes)
    found: dict[str, int] = {}
    for tensor in program.state_dict.values():
        width = WIDTHS.get(tensor.dtype)
        if width and tensor.ndim > 1:
            found[width] = found.get(width, 0) + tensor.numel()
    return {"quantizers": count, "weights": dict(sorted(found.items()))}


PROGRAM: Final = Form("program", prepared, lambda _: None, scores, ranked, told)
