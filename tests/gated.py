"""What the gate is tried on: an ONNX file that classifies digits at once, in a repository of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SUITE = """
name: gated
workload: {dataset: digits}
models: [{onnx: model.onnx}]
runtimes: [{onnxruntime: {threads: 1}}]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""


def linear() -> Any:
    """Return weights (64, 10) that classify digits: of the least squares."""
    digits = load_digits()
    return np.linalg.lstsq(digits.data, np.eye(10)[digits.target], rcond=None)[0].astype(np.float32)


def model(path: Path, weights: Any, detours: int = 0, width: int = 512, ballast: int = 0, shared: bool = False) -> None:
    """Write a linear model that goes through some products with the identity first: the same answers, and more work.

    Each product has a matrix of its own, so that the file and the memory grow, too, unless all have a ``shared`` one. ``ballast``
    is how many bytes of the file nothing is done with.
    """
    ways = [f"identity{0 if shared else number}" for number in range(detours)]
    matrices = {"in": np.eye(64, width), **dict.fromkeys(ways, np.eye(width)), "out": np.eye(width, 64), "weights": weights}
    way = ["in", *ways, "out", "weights"] if detours else ["weights"]
    names = [f"x{i}" for i in range(len(way))] + ["scores"]
    products = [helper.make_node("MatMul", [names[i], one], [names[i + 1]]) for i, one in enumerate(way)]
    stored = {name: matrices[name].astype(np.float32) for name in dict.fromkeys(way)}
    if ballast:
        stored["ballast"] = np.ones(ballast // 4, np.float32)
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["pixels"], ["x0"]), *products],
        "linear",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(array, name) for name, array in stored.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Make a repository of a folder, with all that is in it but results."""
    (folder / ".gitignore").write_text("results/\nreports/\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
