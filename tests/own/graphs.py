"""ONNX files as other tools write them: a small network with trained weights, and variants that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

MEAN, STD = 0.3, 0.35
Shape = Sequence[int | str]


def trained(images: np.ndarray, labels: np.ndarray) -> nn.Sequential:
    """Return a convolution and a linear layer, trained on images (n, 8, 8), uint8, normalised by MEAN and STD."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
    x = torch.from_numpy((images[:, None].astype(np.float32) / 255 - MEAN) / STD)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(80):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), torch.from_numpy(labels)).backward()
        optimizer.step()
    return model.eval()


def network(
    model: nn.Sequential,
    shape: Shape = ("N", 1, 8, 8),
    classes: int = 10,
    inputs: Sequence[str] = ("pixels",),
    kind: int = TensorProto.FLOAT,
    times: float = 1.0,
) -> onnx.ModelProto:
    """Return the layers of ``trained`` as a graph; the keywords say what is different about it."""
    names = ("kernel", "shift", "weight", "bias")
    weights = dict(zip(names, (p.detach().numpy() * np.float32(times) for p in model.parameters()), strict=True))
    weights["weight"], weights["bias"] = weights["weight"][:classes], weights["bias"][:classes]
    nodes = [
        helper.make_node("Conv", [inputs[0], "kernel", "shift"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["maps"], ["positive"]),
        helper.make_node("Flatten", ["positive"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["logits"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(name, kind, shape) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [shape[0], classes])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def identity(shape: Shape) -> onnx.ModelProto:
    """Return a graph that gives back what it gets."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("pixels", "logits")]
    graph = helper.make_graph([helper.make_node("Identity", ["pixels"], ["logits"])], "identity", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def write(root: Path, model: nn.Sequential) -> None:
    """Fill ``root`` with graphs, right and wrong."""
    onnx.save(network(model), root / "good.onnx")
    onnx.save(network(model), root / "apart.onnx", save_as_external_data=True, location="apart.onnx.data", size_threshold=0)
    onnx.save(network(model, (1, 1, 8, 8)), root / "single.onnx")
    onnx.save(network(model, classes=7), root / "seven.onnx")
    onnx.save(network(model, inputs=("pixels", "mask")), root / "pair.onnx")
    onnx.save(network(model, times=float("nan")), root / "nan.onnx")
    onnx.save(identity(("N", 100)), root / "hundred.onnx")
    onnx.save(identity(("N", "T", 1, 8, 8)), root / "film.onnx")
    half = network(model, kind=TensorProto.FLOAT16)
    onnx.save(half, root / "half.onnx")
    (root / "corrupt.onnx").write_bytes((root / "good.onnx").read_bytes()[:700])
