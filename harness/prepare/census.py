"""What an exported graph is made of, counted without running it: what it takes to say why a compressed model is not faster."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper

from harness.bench import Work
from harness.interfaces import Array
from harness.prepare.counting import shapes

LAYERS: Final = frozenset({"Conv", "ConvTranspose", "MatMul", "Gemm"})
DYNAMIC: Final = frozenset({"ConvInteger", "MatMulInteger", "DynamicQuantizeMatMul"})
WHOLE: Final = frozenset({"QLinearConv", "QLinearMatMul", "QGemm", "QAttention"})
"""Layers that take and give 8-bit numbers, as some tools write them."""
SMALL_WEIGHTS: Final = frozenset({"MatMulNBits", "GatherBlockQuantized"})
MOVES: Final = frozenset(
    {"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Slice", "Shape", "Gather", "Concat"}
)
"""Operators that only move numbers, in whatever precision these are."""
HALF: Final = frozenset({TensorProto.FLOAT16, TensorProto.BFLOAT16})

LAYER_TARGETS: Final = ("conv", "linear", "addmm", "matmul", "bmm", "mm")


def of(work: Work) -> dict[str, Any]:
    """Return the census of an exported graph, in JSON's terms; what cannot be counted is left out."""
    return of_program(work.model) if work.form == "program" else Graph(work.model).census()


class Graph:
    """An ONNX graph, with what is known of its tensors: which follow from stored numbers alone, and what made each."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.nodes = list(model.graph.node)
        self.stored: dict[str, TensorProto] = {tensor.name: tensor for tensor in model.graph.initializer}
        constants = ((node.output[0], a.t) for node in self.nodes if node.op_type == "Constant" for a in node.attribute)
        self.stored.update((name, tensor) for name, tensor in constants if tensor.data_type)
        self.made = {name: node for node in self.nodes for name in node.output}
        self.readers: dict[str, list[onnx.NodeProto]] = {}
        for node in self.nodes:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.constant = set(self.stored)
        for node in self.nodes:  # they are in the order in which they can be computed
            if (all(name in self.constant or not name for name in node.input) and node.input) or node.op_type == "Constant":
                self.constant.update(node.output)

    def census(self) -> dict[str, Any]:
        """Return what the graph is made of."""
        working = [node for node in self.nodes if node.op_type != "Constant" and not self._is_constant(node)]
        kinds = Counter(node.op_type for node in working)
        weights = [array for node in working for array in self._weights(node)]
        told: dict[str, Any] = {
            "operators": len(working),
            "layers": self._layers(working),
            "quantize": kinds["QuantizeLinear"] + kinds["DynamicQuantizeLinear"],
            "dequantize": kinds["DequantizeLinear"],
            "between": self._between(working),
            "zeros": _zeros(weights),
            "casts": sum(self._is_half_cast(node) for node in working),
            "half_weights": sum(tensor.data_type in HALF for tensor in self.stored.values()),
            "bytes": self._bytes(working),
        }
        return {name: value for name, value in told.items() if value is not None}

    def _is_constant(self, node: onnx.NodeProto) -> bool:
        return bool(node.output) and all(name in self.constant for name in node.output)

    def _layers(self, working: list[onnx.NodeProto]) -> dict[str, int]:
        """Return how many layers with stored weights compute in what: ``int8``, ``dynamic``, ``expanded`` weights, ``float``."""
        return dict(sorted(Counter(kind for node in working if (kind := self._layer(node))).items()))

    def _layer(self, node: onnx.NodeProto) -> str:
        """Return how a layer gets its weights; empty where it is none, or multiplies two activations."""
        if node.op_type in WHOLE:
            return "int8"
        if node.op_type in DYNAMIC:
            return "dynamic"
        if node.op_type in SMALL_WEIGHTS:
            return "expanded"
        if node.op_type not in LAYERS or len(node.input) < 2 or node.input[1] not in self.constant:
            return ""
        source = self.made.get(node.input[1])
        if source is None or source.op_type == "Constant":
            return "half" if self._is_half(node.input[1]) else "float"
        given = self.made.get(node.input[0])
        if source.op_type == "DequantizeLinear" and given is not None and given.op_type == "DequantizeLinear":
            return "int8"
        return "expanded" if self._is_small(node.input[1]) else "float"

    def _is_half(self, name: str) -> bool:
        return name in self.stored and int(self.stored[name].data_type) in HALF

    def _is_small(self, name: str) -> bool:
        """Whether a constant is computed from numbers that are stored in 16 bits or fewer."""
        sources = list(self._sources(name))
        small = sum(math.prod(t.dims) for t in sources if t.data_type not in (TensorProto.FLOAT, TensorProto.DOUBLE))
        return bool(2 * small > sum(math.prod(tensor.dims) for tensor in sources))

    def _sources(self, name: str) -> Iterator[TensorProto]:
        """Give the stored tensors that a constant is computed from."""
        waiting, seen = [name], {""}
        while waiting:
            one = waiting.pop()
            if one in self.stored and one not in seen:
                yield self.stored[one]
            elif one in self.made and one not in seen:
                waiting += self.made[one].input
            seen.add(one)

    def _weights(self, node: onnx.NodeProto) -> Iterator[Array]:
        """Give where a layer's weights are nought, if they are stored as they are multiplied."""
        place = {"QLinearConv": 3, "QLinearMatMul": 3}.get(node.op_type, 1)
        if not self._layer(node) or len(node.input) <= place:
            return
        source = self.made.get(node.input[place])
        through = source.input if source is not None and source.op_type == "DequantizeLinear" else [node.input[place]]
        if through[0] in self.stored:
            points = (
                numpy_helper.to_array(self.stored[through[2]]) if len(through) > 2 and through[2] in self.stored else np.zeros(1)
            )
            if points.size and (points == points.flat[0]).all():  # nearly always; else each channel has its own
                yield numpy_helper.to_array(self.stored[through[0]]) == points.flat[0]

    def _between(self, working: list[onnx.NodeProto]) -> dict[str, int]:
        """Return which operators stand between dequantizing and quantizing, layers aside: float unless the runtime fuses them."""
        return dict(sorted(Counter(node.op_type for node in working if self._is_between(node)).items()))

    def _is_between(self, node: onnx.NodeProto) -> bool:
        if node.op_type in LAYERS | MOVES or node.op_type.endswith("QuantizeLinear") or node.op_type == "DequantizeLinear":
            return False
        before = any(name in self.made and self.made[name].op_type == "DequantizeLinear" for name in node.input)
        after = any(reader.op_type == "QuantizeLinear" for name in node.output for reader in self.readers.get(name, ()))
        return before and after

    def _is_half_cast(self, node: onnx.NodeProto) -> bool:
        targets = {a.i for a in node.attribute if a.name == "to"}
        return bool(node.op_type == "Cast" and targets & {TensorProto.FLOAT, *HALF})

    def _bytes(self, working: list[onnx.NodeProto]) -> dict[str, int]:
        """Return the bytes of what is stored, and those that the operators write for one sample, as numbers of four bytes."""
        known = shapes(self.model)
        written = [math.prod(known[name]) for node in working for name in node.output if known.get(name)]
        stored = sum(tensor.ByteSize() for tensor in self.stored.values())
        return {"stored": stored, "written": 4 * sum(written)} if written else {"stored": stored}


def _zeros(weights: list[Array]) -> float | None:
    """Return the share of zeros among weights, told for each tensor by where they are."""
    count = sum(one.size for one in weights)
    return round(sum(int(np.count_nonzero(one)) for one in weights) / count, 4) if count else None


def of_program(program: torch.export.ExportedProgram) -> dict[str, Any]:
    """Return what can be counted of a PyTorch program: layers, zeros, numbers by type, quantizing operators."""
    targets = Counter(_target(node) for node in program.graph.nodes if node.op == "call_function")
    layers = {name: count for name, count in targets.items() if name in LAYER_TARGETS or name.startswith("conv")}
    matrices = [value for value in program.state_dict.values() if isinstance(value, torch.Tensor) and value.dim() > 1]
    count = sum(value.numel() for value in matrices)
    quantize = sum(number for name, number in targets.items() if name.startswith("quantize_per"))
    dequantize = sum(number for name, number in targets.items() if name.startswith("dequantize_per"))
    told: dict[str, Any] = {
        "operators": sum(targets.values()),
        "layers": {"int8" if quantize else "float": sum(layers.values())},
        "quantize": quantize,
        "dequantize": dequantize,
        "zeros": round(sum(int((value == 0).sum()) for value in matrices) / count, 4) if count else None,
        "numbers": _types(program.state_dict),
    }
    return {name: value for name, value in told.items() if value is not None}


def _target(node: Any) -> str:
    return str(getattr(node.target, "__name__", node.target)).partition(".")[0]


def _types(state: Mapping[str, Any]) -> dict[str, int]:
    """Return how many numbers of each type are stored."""
    found: Counter[str] = Counter()
    for value in state.values():
        found[str(value.dtype).removeprefix("torch.")] += value.numel()
    return dict(sorted(found.items()))
