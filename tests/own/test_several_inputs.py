"""Models with several inputs of any type: token ids, a mask and a table of floats, by their names, through the pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from harness.errors import SuiteError
from harness.registry import Registry
from harness.suitefile import loads

from .driving import SUITE, Told, run

MINE = '''
import torch
from torch import nn


class Bag(nn.Module):
    """Means of the embeddings of those tokens that a mask lets through, and a table beside them."""

    def __init__(self):
        super().__init__()
        self.words, self.table, self.head = nn.Embedding(20, 8), nn.Linear(3, 8), nn.Linear(16, 2)

    def forward(self, ids, mask, table):
        shown = mask.unsqueeze(-1).float()
        words = (self.words(ids) * shown).sum(1) / shown.sum(1).clamp_min(1)
        return self.head(torch.cat([words, torch.relu(self.table(table))], 1))


def bag():
    return Bag()
'''
INPUTS = ["ids", "mask", "table"]


def written(path: Path, order: list[str], words: np.ndarray) -> None:
    """Write a graph whose first score is the sum of the words a mask lets through, and its second the sum of the table."""
    shapes = {"ids": (TensorProto.INT32, 6), "mask": (TensorProto.BOOL, 6), "table": (TensorProto.FLOAT, 3)}
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["found"]),
        helper.make_node("Cast", ["mask"], ["shown"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["found", "shown"], ["kept"]),
        helper.make_node("MatMul", ["kept", "ones6"], ["first"]),
        helper.make_node("MatMul", ["table", "ones3"], ["second"]),
        helper.make_node("Concat", ["first", "second"], ["scores"], axis=1),
    ]
    stored = {"words": words, "ones6": np.ones((6, 1), np.float32), "ones3": np.ones((3, 1), np.float32)}
    graph = helper.make_graph(
        nodes,
        "sums",
        [helper.make_tensor_value_info(name, shapes[name][0], ["batch", shapes[name][1]]) for name in order],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(value, name) for name, value in stored.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with records whose class the sums of the graph tell exactly."""
    root = tmp_path_factory.mktemp("several")
    rng = np.random.default_rng(0)
    words = rng.standard_normal(20).astype(np.float32)
    ids, mask, table = rng.integers(0, 20, (300, 6)), rng.random((300, 6)) < 0.7, rng.standard_normal((300, 3))
    first, second = (words[ids] * mask).sum(1), table.sum(1)
    np.savez(root / "records.npz", ids=ids, mask=mask, table=table, y=(second > first).astype(int), unused=ids)
    written(root / "sums.onnx", ["table", "ids", "mask"], words)
    (root / "mine_of_several.py").write_text(MINE)
    return root


DATASET = {"npz": "records.npz", "inputs": INPUTS}


@pytest.fixture(scope="module")
def several(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": DATASET},
        models=[{"onnx": "sums.onnx"}, {"python": "mine_of_several:bag", "train": {"steps": 150, "lr": 0.02}}],
        passes=[[], ["quantize"], [{"quantize": "dynamic"}], ["simplify", {"quantize": "weight_only"}], ["cluster"]],
        runtimes=["torch", "onnxruntime", "openvino"],
    )


def test_inputs_are_given_by_name_in_the_graphs_own_order_and_types(several: Told) -> None:
    for runtime in ("onnxruntime", "openvino"):
        assert several.value(f"sums@{runtime}/b1", "accuracy") == 1.0
        assert several.value(f"sums@{runtime}/b1", "throughput") > 0


def test_a_network_of_several_inputs_is_trained_and_exported(several: Told) -> None:
    for runtime in ("torch", "onnxruntime", "openvino"):
        assert several.value(f"bag@{runtime}/b1", "accuracy") > 0.8


def test_its_graph_is_quantized_on_its_own_inputs(several: Told) -> None:
    chains = ("quantize:static", "quantize:dynamic", "simplify+quantize:weight_only")
    labels = [label for label in several.evaluations if label.startswith("bag+") and "@onnxruntime" in label]
    assert len(labels) == len(chains)
    for label in labels:
        assert several.value(label, "accuracy") > 0.8
    assert several.value("bag+quantize:static@openvino/b1", "accuracy") > 0.8


def test_a_pass_for_one_input_is_left_out_by_its_rule(several: Told) -> None:
    rules = [one["rule"] for one in several.answer["space"]["excluded"]]
    assert "cluster handles one input; the dataset gives several" in rules


def test_the_server_fills_its_batches_from_records(ground: Path) -> None:
    told = run(
        ground,
        ground / "results",
        workload={"dataset": DATASET, "batch_size": 4, "end_to_end": True},
        models=[{"onnx": "sums.onnx"}],
        runtimes=["onnxruntime"],
        scenarios=["single_stream"],
    )
    assert told.value("sums@onnxruntime/b4", "time_model") > 0


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (["ids", "mask"], "sums.onnx has the inputs table, ids, mask; the dataset gives ids, mask"),
        ([*INPUTS, "gone"], "holds no gone"),
    ],
)
def test_names_that_do_not_meet_are_told(ground: Path, inputs: list[str], words: str) -> None:
    dataset = {"npz": "records.npz", "inputs": inputs}
    models = [{"onnx": "sums.onnx"}]
    told = run(ground, ground / "results", workload={"dataset": dataset}, models=models, runtimes=["onnxruntime"])
    failure = told.failure("sums@onnxruntime/b1")
    assert (failure.kind, failure.stage) == ("bad_input", "prepare")
    assert words in failure.message


def test_a_model_source_for_images_is_a_mistake(ground: Path) -> None:
    suite = {**SUITE, "workload": {"dataset": DATASET}, "models": [{"timm": "resnet18"}], "runtimes": ["onnxruntime"]}
    suite["baseline"] = {"model": {"timm": "resnet18"}, "runtime": "onnxruntime"}
    with pytest.raises(SuiteError) as caught:
        loads(yaml.safe_dump(suite), Registry.load(), ground)
    assert "timm handles one input; the dataset gives several" in str(caught.value.mistakes[0])
