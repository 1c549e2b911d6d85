"""A small network whose answer NumPy can compute, written as an artifact of any format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from harness.interfaces import Array

REFERENCE_SHAPE: Final = (3, 8, 8)
REFERENCE_CLASSES: Final = 4


REFERENCE_WIDTH: Final = 16


def reference_weights(width: int = REFERENCE_WIDTH) -> tuple[Array, Array, Array, Array]:
    """Return the weights of the reference network: flatten, linear to ``width``, ReLU, linear to four classes."""
    rng = np.random.default_rng(0)
    inputs = int(np.prod(REFERENCE_SHAPE))
    first, second = rng.normal(0, 0.1, (inputs, width)), rng.normal(0, 0.3, (width, REFERENCE_CLASSES))
    biases = rng.normal(0, 0.1, width), rng.normal(0, 0.1, REFERENCE_CLASSES)
    one, two, three, four = (array.astype(np.float32) for array in (first, biases[0], second, biases[1]))
    return one, two, three, four


def reference_scores(batch: Array) -> Array:
    """Return what the reference network answers, computed by NumPy."""
    first, bias, second, offset = reference_weights()
    hidden = np.maximum(batch.reshape(len(batch), -1) @ first + bias, 0)
    scores: Array = hidden @ second + offset
    return scores


def reference_batch(count: int) -> Array:
    """Return seeded inputs for the reference network."""
    return np.random.default_rng(1).normal(0, 1, (count, *REFERENCE_SHAPE)).astype(np.float32)


def write_reference(folder: Path, format_: str, width: int = REFERENCE_WIDTH, fixed: int | None = None) -> None:
    """Write the reference network into ``folder`` as an artifact of a format: ``onnx`` or ``torch``.

    A wider one is work for several threads; a ``fixed`` one, in ONNX, takes batches of just that size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = reference_weights(width)
    if format_ == "onnx":
        _write_onnx(folder / "model.onnx", weights, fixed or "batch")
    else:
        _write_torch(folder / "model.pt2", weights)


def _write_onnx(path: Path, weights: Sequence[Array], batch: int | str) -> None:
    import onnx
    from onnx import helper, numpy_helper

    names = ("w1", "b1", "w2", "b2")
    stored = [numpy_helper.from_array(array, name) for array, name in zip(weights, names, strict=True)]
    nodes = [
        helper.make_node("Flatten", ["input"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "w1", "b1"], ["linear"]),
        helper.make_node("Relu", ["linear"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "w2", "b2"], ["scores"]),
    ]
    takes = helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [batch, *REFERENCE_SHAPE])
    gives = helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [batch, REFERENCE_CLASSES])
    graph = helper.make_graph(nodes, "reference", [takes], [gives], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(path))


def _write_torch(path: Path, weights: Sequence[Array]) -> None:
    import torch

    first, bias, second, offset = (torch.from_numpy(array) for array in weights)
    layers = torch.nn.Linear(*first.shape), torch.nn.Linear(*second.shape)
    for layer, weight, shift in ((layers[0], first, bias), (layers[1], second, offset)):
        layer.weight = torch.nn.Parameter(weight.T.contiguous())
        layer.bias = torch.nn.Parameter(shift)
    model = torch.nn.Sequential(torch.nn.Flatten(), layers[0], torch.nn.ReLU(), layers[1]).eval()
    example = torch.zeros(2, *REFERENCE_SHAPE)
    program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch", min=1)},))
    torch.export.save(program, str(path))


SEVERAL_WORDS: Final = 10


def several_batch(count: int) -> tuple[Array, Array, Array]:
    """Return seeded inputs of the network with several: token ids, int64, a mask, bool, and a table, float32."""
    rng = np.random.default_rng(2)
    ids = rng.integers(0, SEVERAL_WORDS, (count, 5))
    return ids, rng.random((count, 5)) < 0.5, rng.normal(0, 1, (count, 3)).astype(np.float32)


def several_weights() -> tuple[Array, Array]:
    """Return the weights of the network with several inputs: a number for each word, and a matrix for the table."""
    rng = np.random.default_rng(3)
    return rng.normal(0, 1, SEVERAL_WORDS).astype(np.float32), rng.normal(0, 1, (3, 5)).astype(np.float32)


def several_scores(batch: tuple[Array, Array, Array]) -> Array:
    """Return what it answers, computed by NumPy: for each place the masked word's number, and the table by its matrix."""
    words, matrix = several_weights()
    ids, mask, table = batch
    scores: Array = words[ids] * mask + table @ matrix
    return scores


def write_several(folder: Path, format_: str) -> None:
    """Write the network with several inputs into ``folder`` as an artifact of a format: ``onnx`` or ``torch``."""
    folder.mkdir(parents=True, exist_ok=True)
    if format_ == "onnx":
        _write_several_onnx(folder / "model.onnx")
    else:
        _write_several_torch(folder / "model.pt2")


def _write_several_onnx(path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kinds = {"ids": (TensorProto.INT64, 5), "mask": (TensorProto.BOOL, 5), "table": (TensorProto.FLOAT, 3)}
    stored = [numpy_helper.from_array(array, name) for array, name in zip(several_weights(), ("words", "matrix"), strict=True)]
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["found"]),
        helper.make_node("Cast", ["mask"], ["shown"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["found", "shown"], ["kept"]),
        helper.make_node("MatMul", ["table", "matrix"], ["beside"]),
        helper.make_node("Add", ["kept", "beside"], ["scores"]),
    ]
    takes = [helper.make_tensor_value_info(name, kind, ["batch", width]) for name, (kind, width) in kinds.items()]
    gives = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 5])
    graph = helper.make_graph(nodes, "several", takes, [gives], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(path))


def _write_several_torch(path: Path) -> None:
    import torch

    words, matrix = map(torch.from_numpy, several_weights())

    class Several(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.matrix = torch.nn.Parameter(words), torch.nn.Parameter(matrix)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
            return self.words[ids] * mask + table @ self.matrix

    example = tuple(map(torch.from_numpy, several_batch(2)))
    program = torch.export.export(Several().eval(), example, dynamic_shapes=({0: torch.export.Dim("batch", min=1)},) * 3)
    torch.export.save(program, str(path))
