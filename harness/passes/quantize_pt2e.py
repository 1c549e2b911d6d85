"""torchao's quantizer of exported programs, for PyTorch's compiler on a CPU (PT2E with ``X86InductorQuantizer``).

Activations are unsigned, weights signed, as inductor's int8 kernels take them. What comes out is a program of the same
operators between pairs that quantize and widen again; inductor, with weights frozen, makes integer kernels of them.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import torch
from torch import nn
from torch.export import ExportedProgram
from torchao.quantization.pt2e import MinMaxObserver, PerChannelMinMaxObserver, PlaceholderObserver
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
from torchao.quantization.pt2e.quantizer import QuantizationConfig, QuantizationSpec
from torchao.quantization.pt2e.quantizer.x86_inductor_quantizer import X86InductorQuantizer

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.passes.quantize import quantized
from harness.passes.quantize_job import Job, Make
from harness.passes.quantize_program import PROGRAM, exported, graph_module, layer, layers, tensors, without_rest

EPS: Final = 2**-12
"""The least scale: torchao's own for this processor."""

_ATEN = torch.ops.aten
SOURCES: Final[Mapping[Any, Any]] = {
    _ATEN.conv2d.default: nn.Conv2d,
    _ATEN.linear.default: nn.Linear,
    _ATEN.add.Tensor: operator.add,
    _ATEN.add_.Tensor: operator.add,
    _ATEN.relu.default: nn.ReLU,
    _ATEN.relu_.default: nn.ReLU,
    _ATEN.hardtanh.default: nn.Hardtanh,
    _ATEN.hardtanh_.default: nn.Hardtanh,
    _ATEN.relu6.default: nn.ReLU6,
    _ATEN.relu6_.default: nn.ReLU6,
    _ATEN.hardswish.default: nn.Hardswish,
    _ATEN.hardswish_.default: nn.Hardswish,
    _ATEN.silu.default: nn.SiLU,
    _ATEN.silu_.default: nn.SiLU,
    _ATEN.gelu.default: nn.GELU,
    _ATEN.tanh.default: nn.Tanh,
    _ATEN.leaky_relu.default: nn.LeakyReLU,
}
"""What the quantizer's patterns are told in: it looks for modules, of which an exported file holds the operators alone."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the program with its layers in 8 bits."""
    return quantized(work, options, bench, "torchao", _maker, PROGRAM)


def _maker(job: Job) -> Make:
    batches = [tensors(batch) for batch in job.samples.batches(job.samples.calibration)]

    def make(keep: frozenset[str]) -> ExportedProgram:
        module = _described(graph_module(job.graph))
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # torchao warns about its own internals
            watching = prepare_pt2e(module, _quantizer(job, keep))
            for batch in batches:
                watching(*batch)
            done = convert_pt2e(watching)
        return exported(without_rest(done), job.samples.calibration)

    return make


def _described(module: torch.fx.GraphModule) -> torch.fx.GraphModule:
    """Return the module with what the quantizer reads of each operator: what it was in the sources, and in which module."""
    if not layers(module):
        raise JobError("unsupported", "prepare", "this program has no layer with a stored weight")
    for node in module.graph.nodes:
        if node.target in SOURCES:
            node.meta["source_fn_stack"] = [(node.name, SOURCES[node.target])]
        name = layer(node)
        if name:
            node.meta["nn_module_stack"] = {name: (name, "layer")}
    return module


def _quantizer(job: Job, keep: frozenset[str]) -> X86InductorQuantizer:
    """Return the quantizer, but for the layers in ``keep``; it quantizes no product of two activations."""
    quantizer = X86InductorQuantizer().set_global(_config(job.wish.method == "dynamic", job.wish.per_channel))
    for name in sorted(keep):
        quantizer.set_module_name_qconfig(name, None)
    return quantizer


def _config(dynamic: bool, per_channel: bool) -> QuantizationConfig:
    """Return 8 unsigned bits for activations, between ends seen or found at run time, and 8 signed ones for weights."""
    ends = PlaceholderObserver if dynamic else MinMaxObserver
    activation = QuantizationSpec(
        dtype=torch.uint8,
        quant_min=0,
        quant_max=255,
        qscheme=torch.per_tensor_affine,
        is_dynamic=dynamic,
        observer_or_fake_quant_ctr=ends.with_args(eps=EPS),
    )
    weight = QuantizationSpec(
        dtype=torch.int8,
        quant_min=-128,
        quant_max=127,
        qscheme=torch.per_channel_symmetric,
        ch_axis=0,
        observer_or_fake_quant_ctr=PerChannelMinMaxObserver.with_args(eps=EPS),
    )
    if not per_channel:
        one = MinMaxObserver.with_args(eps=EPS)
        weight = replace(weight, qscheme=torch.per_tensor_symmetric, ch_axis=None, observer_or_fake_quant_ctr=one)
    return QuantizationConfig(activation, activation, weight, None, False)
