"""Which layers suffer most from quantization, and how many of them must stay in float for the accuracy to hold.

The recipe of Wu et al. 2020 ("Integer quantization for deep learning inference", partial quantization): each layer is
quantized by itself and the damage ranked; then layers go back to float, the worst first. How many is found by bisection,
with the tool itself and the accuracy on held-out training samples; it takes for granted that more float is no worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

from harness.errors import JobError
from harness.interfaces import Array
from harness.passes.quantize_check import nearness, scores
from harness.passes.quantize_graph import output_axis, stored, weights
from harness.passes.quantize_job import Job, Make, Samples

RANKED_ON: Final = 32
"""Samples that rank the layers: an order is coarser than an accuracy."""


Kept = tuple[tuple[str, ...], onnx.ModelProto]
"""The layers that stay in float, the most sensitive first, and the graph that is quantized but for them."""


def within(job: Job, make: Make, first: onnx.ModelProto, exact: Array, most: float) -> Kept:
    """Return as few layers in float as let the accuracy fall by ``most`` at most; ``first`` is the graph without any."""
    labels = job.samples.labels

    def holds(graph: onnx.ModelProto) -> bool:
        return nearness(exact, scores(graph, job.samples), labels).drop <= most

    if holds(first):
        return (), first
    job.say("ranking layers by sensitivity")
    order = ranked(job.graph, job.samples, job.wish.bits, activations=job.wish.method != "weight_only")
    found = _fewest(order, make, holds)
    if found is None:
        message = f"accuracy falls by more than {most:.2%} whichever layers stay in float: {len(order)} were ranked"
        raise JobError("unsupported", "prepare", message)
    return found


def _fewest(order: list[str], make: Make, holds: Callable[[onnx.ModelProto], bool]) -> Kept | None:
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


def ranked(graph: onnx.ModelProto, samples: Samples, bits: int, activations: bool) -> list[str]:
    """Return the layers, the most sensitive first: by the mean square error of the scores when only it is quantized."""
    few = replace(samples, held=samples.held[:RANKED_ON], labels=samples.labels[:RANKED_ON])
    exact = scores(graph, few)
    spans = _spans(graph, few) if activations else {}
    damage = {name: float(((scores(_alone(graph, name, bits, spans), few) - exact) ** 2).mean()) for name in weights(graph)}
    return sorted(damage, key=lambda name: -damage[name])


def _spans(graph: onnx.ModelProto, samples: Samples) -> dict[str, tuple[float, float]]:
    """Return the least and greatest value of each layer's input on the samples."""
    layers = weights(graph)
    probe = onnx.ModelProto()
    probe.CopyFrom(graph)
    given = probe.graph.input[0].name
    inner = sorted({node.input[0] for node in graph.graph.node if node.name in layers} - {given})
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inner)
    session = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, tuple[float, float]] = {}
    for batch in samples.batches(samples.held):
        values = dict(zip(inner, session.run(inner, {given: batch}), strict=True)) if inner else {}
        for name, value in (values | {given: batch}).items():
            low, high = found.get(name, (0.0, 0.0))
            found[name] = (min(low, float(value.min())), max(high, float(value.max())))
    return found


def _alone(graph: onnx.ModelProto, name: str, bits: int, spans: dict[str, tuple[float, float]]) -> onnx.ModelProto:
    """Return the float graph with one layer's weight rounded, and its input too where ``spans`` has its ends."""
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    place, node = next((i, node) for i, node in enumerate(model.graph.node) if node.name == name)
    model.graph.initializer.append(numpy_helper.from_array(rounded(node, stored(model, node.input[1]), bits), "rounded weight"))
    node.input[1] = "rounded weight"
    if node.input[0] in spans:
        for new in reversed(_pair(model, node.input[0], *spans[node.input[0]])):
            model.graph.node.insert(place, new)
        next(one for one in model.graph.node if one.name == name).input[0] = "rounded input"
    return model


def rounded(node: onnx.NodeProto, weight: Array, bits: int) -> Array:
    """Return the weight as ``bits`` bits per output channel would hold it, symmetric around zero."""
    axis = output_axis(node, weight)
    most = 2 ** (bits - 1) - 1
    others = tuple(i for i in range(weight.ndim) if i != axis)
    scale = np.maximum(np.abs(weight).max(axis=others, keepdims=True), 1e-12) / most
    result: Array = (np.clip(np.round(weight / scale), -most, most) * scale).astype(np.float32)
    return result


def _pair(model: onnx.ModelProto, name: str, low: float, high: float) -> list[onnx.NodeProto]:
    """Return the two nodes that round a tensor to 8 unsigned bits between two ends, zero among them."""
    scale = max(high - low, 1e-12) / 255
    values = {"input scale": np.float32(scale), "input zero": np.uint8(np.clip(round(-low / scale), 0, 255))}
    model.graph.initializer.extend(numpy_helper.from_array(np.array(value), key) for key, value in values.items())
    return [
        helper.make_node("QuantizeLinear", [name, "input scale", "input zero"], ["input bytes"], name="round input"),
        helper.make_node("DequantizeLinear", ["input bytes", "input scale", "input zero"], ["rounded input"], name="widen input"),
    ]
