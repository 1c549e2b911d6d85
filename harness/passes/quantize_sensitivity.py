"""Which layers suffer most from quantization, and how many of them must stay in float for the accuracy to hold.

The recipe of Wu et al. 2020 ("Integer quantization for deep learning inference", partial quantization): each layer is
quantized by itself - its weight, what it takes, what it gives - and the damage ranked; then layers go back to float, the
worst first. How many is found by bisection, with the tool itself and the accuracy on held-out training samples; it takes
for granted that more float is no worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

from harness.errors import JobError
from harness.interfaces import Array
from harness.passes.graphs import fed
from harness.passes.quantize_check import nearness, scores
from harness.passes.quantize_graph import output_axis, stored, weights
from harness.passes.quantize_job import Form, Job, Make, Samples
from harness.preprocess import taken

CONVOLUTION_BITS: Final = 8
"""Both tools leave convolutions at this where matrix products get 4."""
RANKED_ON: Final = 32
"""Samples that rank the layers: an order is coarser than an accuracy."""


Kept = tuple[tuple[str, ...], Any]
"""The layers that stay in float, the most sensitive first, and the graph that is quantized but for them."""


def within(job: Job, maker: Callable[[Job], Make], form: Form, first: Any, exact: Array) -> Kept:
    """Return as few layers in float as let the accuracy fall no more than allowed; ``first`` is the graph without any."""
    labels, most = job.samples.labels, job.wish.accuracy_aware.max_drop if job.wish.accuracy_aware else 0.0

    def holds(graph: Any) -> bool:
        return nearness(exact, form.scores(graph, job.samples), labels).drop <= most

    if holds(first):
        return (), first
    job.say("ranking layers by sensitivity")
    count = min(RANKED_ON, len(labels))
    few = replace(job.samples, held=taken(job.samples.held, np.arange(count)), labels=labels[:count])
    order = form.ranked(replace(job, samples=few), maker)
    found = _fewest(order, maker(job), holds)
    if found is None:
        message = f"accuracy falls by more than {most:.2%} whichever layers stay in float: {len(order)} were ranked"
        raise JobError("unsupported", "prepare", message)
    return found


def _fewest(order: list[str], make: Make, holds: Callable[[Any], bool]) -> Kept | None:
    """Return the shortest beginning of ``order`` that holds when kept in float; at least one layer is quantized."""
    low, high, found = 1, len(order) - 1, None
    while low <= high:
        middle = (low + high) // 2
        graph = make(frozenset(order[:middle]))
        if holds(graph):
            found, high = (tuple(order[:middle]), graph), middle - 1
        else:
            low = middle + 1
    return found


def ranked(job: Job) -> list[str]:
    """Return the layers of an ONNX graph, the most sensitive first: by the scores' mean square error with only it quantized."""
    exact = scores(job.graph, job.samples)
    spans = {} if job.wish.method == "weight_only" else _spans(job.graph, job.samples)
    damage = {name: float(((scores(_alone(job, name, spans), job.samples) - exact) ** 2).mean()) for name in weights(job.graph)}
    return sorted(damage, key=lambda name: -damage[name])


def _spans(graph: onnx.ModelProto, samples: Samples) -> dict[str, tuple[float, float]]:
    """Return the least and greatest value of what each layer takes and gives on the samples."""
    layers = weights(graph)
    probe = onnx.ModelProto()
    probe.CopyFrom(graph)
    given = {value.name for value in probe.graph.input}
    asked = sorted({name for node in graph.graph.node if node.name in layers for name in (node.input[0], node.output[0])} - given)
    ends = {output.name for output in graph.graph.output}
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in asked if name not in ends)
    session = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, tuple[float, float]] = {}
    for batch in samples.batches(samples.held):
        feed = fed(graph, batch)
        values = dict(zip(asked, session.run(asked, feed), strict=True)) if asked else {}
        for name, value in (values | feed).items():
            low, high = found.get(name, (0.0, 0.0))
            found[name] = (min(low, float(value.min())), max(high, float(value.max())))
    return found


def _alone(job: Job, name: str, spans: dict[str, tuple[float, float]]) -> onnx.ModelProto:
    """Return the float graph with one layer's weight rounded; and what it takes and gives, where ``spans`` has their ends."""
    model = onnx.ModelProto()
    model.CopyFrom(job.graph)
    place, node = next((i, node) for i, node in enumerate(model.graph.node) if node.name == name)
    bits = CONVOLUTION_BITS if node.op_type == "Conv" else job.wish.bits
    weight = rounded(stored(model, node.input[1]), bits, output_axis(node) if job.wish.per_channel else None)
    model.graph.initializer.append(numpy_helper.from_array(weight, "rounded weight"))
    node.input[1] = "rounded weight"
    taken, gives = node.input[0], node.output[0]
    before: list[onnx.NodeProto] = []
    after: list[onnx.NodeProto] = []
    if taken in spans:
        before, node.input[0] = _pair(model, taken, "rounded input", spans[taken]), "rounded input"
    if gives in spans:
        after, node.output[0] = _pair(model, "exact output", gives, spans[gives]), "exact output"
    for new in reversed(after):
        model.graph.node.insert(place + 1, new)
    for new in reversed(before):
        model.graph.node.insert(place, new)
    return model


def rounded(weight: Array, bits: int, axis: int | None) -> Array:
    """Return the weight as ``bits`` bits hold it, symmetric around zero, with one scale per step along ``axis`` or one in all."""
    most = 2 ** (bits - 1) - 1
    others = None if axis is None else tuple(i for i in range(weight.ndim) if i != axis % weight.ndim)
    scale = np.maximum(np.abs(weight).max(axis=others, keepdims=True), 1e-12) / most
    result: Array = (np.clip(np.round(weight / scale), -most, most) * scale).astype(np.float32)
    return result


def _pair(model: onnx.ModelProto, exact: str, rough: str, span: tuple[float, float]) -> list[onnx.NodeProto]:
    """Return the two nodes that make ``rough`` of ``exact``: 8 unsigned bits between two ends, zero among them."""
    scale = max(span[1] - span[0], 1e-12) / 255
    ends, bytes_ = (f"{rough}:scale", f"{rough}:zero"), f"{rough}:bytes"
    values = (np.float32(scale), np.uint8(np.clip(round(-span[0] / scale), 0, 255)))
    for name, value in zip(ends, values, strict=True):
        model.graph.initializer.append(numpy_helper.from_array(np.array(value), name))
    return [
        helper.make_node("QuantizeLinear", [exact, *ends], [bytes_], name=f"{rough}:narrow"),
        helper.make_node("DequantizeLinear", [bytes_, *ends], [rough], name=f"{rough}:widen"),
    ]
