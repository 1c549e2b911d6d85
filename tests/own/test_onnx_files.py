"""ONNX files of the user's with the pre-processing that goes with them, and a table of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from harness.datasets import npz

from . import graphs, mine
from .driving import Told, run

RIGHT = {"scale": 1 / 255, "mean": [graphs.MEAN], "std": [graphs.STD]}
WRONG = {"scale": 1 / 255, "mean": [-1.0], "std": [1.0]}
BAD = ("seven", "pair", "nan", "hundred", "film", "half", "corrupt")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite's folder: arrays, graphs, and scikit-learn's own exports with labels before the scores."""
    root = tmp_path_factory.mktemp("own")
    digits, table = load_digits(), load_breast_cancer()
    np.savez(root / "images.npz", x=(digits.images[:900] * 15).astype(np.uint8), y=digits.target[:900])
    np.savez(root / "rows.npz", x=table.data, y=table.target)
    train = npz.load({"file": "images.npz"}, root).train
    graphs.write(root, graphs.trained(train.samples[..., 0], train.labels))
    flat = train.samples.reshape(len(train), -1).astype(np.float32) / 255
    exported(MLPClassifier((32,), random_state=0, max_iter=150, early_stopping=True), flat, train.labels, root / "labelled.onnx")
    rows = npz.load({"file": "rows.npz"}, root).train
    columns = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    exported(columns, rows.samples, rows.labels, root / "columns.onnx")
    (root / "mine.py").write_text(mine.HERE.read_text() + ROWS)
    return root


ROWS = '''

def dense() -> nn.Module:
    """Return a network for rows of 30 columns."""
    return nn.Sequential(nn.BatchNorm1d(30), nn.Linear(30, 2))
'''


def exported(model: Any, x: np.ndarray, y: np.ndarray, path: Path) -> None:
    onnx.save(to_onnx(model.fit(x, y), x[:1], options={"zipmap": False}), path)


def graph(name: str, preprocess: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"onnx": f"{name}.onnx"} | ({"preprocess": preprocess} if preprocess else {})


@pytest.fixture(scope="module")
def swept(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "images.npz"}, "batch_size": [1, 8]},
        models=[graph("good", RIGHT), graph("good", WRONG), graph("single", RIGHT), graph("labelled")],
        passes=[[]],
        runtimes=["onnxruntime", "openvino"],
    )


@pytest.fixture(scope="module")
def mistaken(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "images.npz"}},
        models=[graph(name, RIGHT) for name in ("good", "single", "apart", *BAD)],
        passes=[[], [{"quantize": {"method": "static"}}], [{"quantize": {"method": "dynamic"}}]],
        runtimes=["onnxruntime"],
    )


@pytest.fixture(scope="module")
def rows(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "rows.npz"}},
        models=[
            {"sklearn": "logistic_regression"},
            graph("columns"),
            graph("hundred"),
            {"python": "mine:dense", "train": {"steps": 60, "batch_size": 32}},
            {"timm": "test_resnet"},
        ],
        passes=[[]],
        runtimes=["torch", "onnxruntime"],
    )


def reference(ground: Path, mean: float, std: float) -> float:
    """The accuracy of the network with that normalisation, by onnx's own reference."""
    test = npz.load({"file": "images.npz"}, ground).test
    x = torch.from_numpy((test.samples.transpose(0, 3, 1, 2).astype(np.float32) / 255 - mean) / std).numpy()
    from onnx.reference import ReferenceEvaluator

    scores = ReferenceEvaluator(onnx.load(ground / "good.onnx")).run(None, {"pixels": x})[0]
    return float((scores.argmax(axis=1) == test.labels).mean())


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_pre_processing_belongs_to_the_model(swept: Told, ground: Path, runtime: str) -> None:
    right, wrong = (swept.value(f"{name}@{runtime}/b1", "accuracy") for name in ("good", "good~2"))
    assert right == pytest.approx(reference(ground, graphs.MEAN, graphs.STD), abs=0.005)
    assert wrong == pytest.approx(reference(ground, -1.0, 1.0), abs=0.005)
    assert right > 0.85 > wrong


def test_a_graph_for_one_sample_is_measured_with_one_and_told_with_eight(swept: Told) -> None:
    assert swept.value("single@onnxruntime/b1", "accuracy") == swept.value("good@onnxruntime/b1", "accuracy")
    for runtime in ("onnxruntime", "openvino"):
        failure = swept.failure(f"single@{runtime}/b8")
        assert (failure.kind, failure.stage) == ("unsupported", "load")
        assert failure.message == "its graph takes batches of 1 only, not of 8"
        assert swept.value(f"good@{runtime}/b8", "throughput") > 0


def test_scores_are_found_behind_the_labels_that_scikit_learn_writes_first(swept: Told) -> None:
    assert swept.value("labelled@onnxruntime/b1", "accuracy") > 0.8


def test_operations_and_parameters_of_a_graph_are_counted_for_one_sample(swept: Told) -> None:
    for name in ("good@onnxruntime/b8", "single@onnxruntime/b1"):
        assert swept.value(name, "macs") == 8 * 9 * 64 + 512 * 10
        assert swept.value(name, "parameters") == 8 * 9 + 8 + 512 * 10 + 10


def test_weights_beside_the_file_are_read(mistaken: Told) -> None:
    assert mistaken.value("apart@onnxruntime/b1", "accuracy") == mistaken.value("good@onnxruntime/b1", "accuracy")
    assert mistaken.value("apart@onnxruntime/b1", "size") > 20_000


def test_other_weights_beside_the_file_are_another_model(ground: Path, mistaken: Told) -> None:
    from harness.models.declared import ONNX

    names = [path.name for path in ONNX.files({"file": "apart.onnx"}, ground)]
    assert names == ["apart.onnx", "apart.onnx.data"]


@pytest.mark.parametrize("name", ["good", "single"])
@pytest.mark.parametrize("method", ["static", "dynamic"])
def test_a_graph_of_the_users_is_quantized(mistaken: Told, name: str, method: str) -> None:
    chain = "quantize:static" if method == "static" else "quantize:dynamic"
    plain, small = f"{name}@onnxruntime/b1", f"{name}+{chain}@onnxruntime/b1"
    assert mistaken.value(small, "size") < mistaken.value(plain, "size")
    assert abs(mistaken.value(small, "accuracy") - mistaken.value(plain, "accuracy")) < 0.05


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("seven", "wrong_output", "seven.onnx gives scores of shape (2, 7) for 2 samples; the dataset has 10 classes"),
        ("pair", "bad_input", "pair.onnx has 2 inputs (pixels, mask)"),
        ("nan", "nan_output", "nan.onnx gives scores that are not finite"),
        ("hundred", "bad_input", "hundred.onnx takes input of shape (any, 100), samples have (any, 64) after pre-processing"),
        ("film", "bad_input", "film.onnx takes input of shape (any, any, 1, 8, 8)"),
        ("half", "bad_input", "half.onnx"),
        ("corrupt", "bad_input", "corrupt.onnx is not a usable ONNX model"),
    ],
)
def test_a_graph_that_does_not_fit_is_told_in_one_line(mistaken: Told, name: str, kind: str, words: str) -> None:
    failure = mistaken.failure(f"{name}@onnxruntime/b1")
    assert (failure.kind, failure.stage) == (kind, "prepare")
    assert words in failure.message
    assert mistaken.failure(f"{name}+quantize:static@onnxruntime/b1").message == failure.message


def test_a_table_of_rows_is_a_dataset(rows: Told) -> None:
    for name in ("logistic_regression@onnxruntime/b1", "columns@onnxruntime/b1", "dense@torch/b1", "dense@onnxruntime/b1"):
        assert rows.value(name, "accuracy") > 0.9


def test_models_that_do_not_take_rows_say_so(rows: Told) -> None:
    told = {name: rows.failure(f"{name}@onnxruntime/b1").message for name in ("test_resnet", "hundred")}
    assert "test_resnet takes images; a sample of this dataset has shape (30,)" in told["test_resnet"]
    assert "hundred.onnx takes input of shape (any, 100), samples have (any, 30)" in told["hundred"]
