"""Decisions explained for real: by each method, through each runtime, in processes of their own."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from harness.metrics import EXPLAINED

from . import mine
from .driving import Told, run

NET = "mine:net"
PROFILES = {
    "regulated": {
        "weights": {"interpretability": 1},
        "range": {"interpretability": [0, 1]},
    }
}


def swept(tmp_path_factory: pytest.TempPathFactory, method: str, **more: Any) -> Told:
    ground = tmp_path_factory.mktemp(method)
    shutil.copy(mine.HERE, ground / "mine.py")
    return run(
        ground,
        ground / "results",
        **{
            "workload": {"dataset": "digits"},
            "models": [{"python": NET, "train": {"steps": 60}}],
            "runtimes": ["torch", {"onnxruntime": {"threads": [1, 2]}}, "openvino"],
            "scenarios": ["single_stream"],
            "explain": {"method": method, "samples": 12},
            "profiles": PROFILES,
            **more,
        },
    )


@pytest.fixture(scope="module", params=["shap", "lime"])
def each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return swept(tmp_path_factory, request.param)


def test_what_asks_for_scores_alone_explains_through_every_runtime(each: Told) -> None:
    assert len(each.answer["candidates"]) == 4
    for one in each.answer["candidates"]:
        assert set(one["facts"]) >= EXPLAINED
        assert one["explanation"]["samples"] == 12
        assert one["explanation"]["versus_random"]["beats"]
        assert one["facts"]["interpretability"]["value"] > 0.1


def test_the_same_weights_are_explained_alike_through_every_runtime(each: Told) -> None:
    for one in each.answer["candidates"]:
        assert one["facts"]["explanation_agreement"]["value"] > 0.95
        assert one["facts"]["explanation_agreement"]["n"] == 12


def test_the_baseline_agrees_with_itself(each: Told) -> None:
    baseline = each.answer["anchor"]["candidate"]
    assert each.value(baseline, "explanation_agreement") == pytest.approx(1.0)


def test_threads_share_explanations(each: Told) -> None:
    one, two = (
        next(c for c in each.answer["candidates"] if c["candidate"].endswith(f"onnxruntime:threads={n}/b1")) for n in (1, 2)
    )
    assert one["facts"]["explanation_time"] == two["facts"]["explanation_time"]
    explained = [label for label, text in each.stages if text == "explaining"]
    assert len(explained) == 3


def test_the_same_samples_are_shown_of_every_candidate(each: Told) -> None:
    shown = each.answer["explanations"]
    assert shown["layout"] == [8, 8]
    for sample in shown["samples"]:
        assert len(sample["by"]) == 4
        assert all(len(one["attributions"]) == 64 for one in sample["by"].values())


def test_gradients_are_taken_where_the_runtime_gives_them_and_a_rule_says_where_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    told = swept(tmp_path_factory, "integrated_gradients", runtimes=["torch", "onnxruntime"])
    torch, onnx = told.answer["candidates"]
    assert torch["explanation"]["versus_random"]["beats"]
    assert onnx["explanation"] is None
    assert "onnxruntime does not give" in onnx["withheld"]["interpretability"]["why"]


def test_glass_boxes_are_counted_and_shown_as_they_are(tmp_path_factory: pytest.TempPathFactory) -> None:
    told = swept(
        tmp_path_factory,
        "lime",
        workload={"dataset": "wine"},
        models=[{"sklearn": ["logistic_regression", "decision_tree"]}, {"sklearn": "mlp"}],
        runtimes=["onnxruntime"],
    )
    shown = told.answer["explanations"]
    assert {label.partition("@")[0]: one["kind"] for label, one in shown["models"].items()} == {
        "logistic_regression": "linear",
        "decision_tree": "tree",
    }
    assert shown["columns"][0] == "alcohol"
    assert told.value("logistic_regression@onnxruntime/b1", "complexity") == 13 * 3
    assert "complexity" not in told.evaluations["mlp@onnxruntime/b1"].facts


@pytest.mark.parametrize("shuffled", [False, True])
def test_of_shuffled_labels_nothing_is_learned_and_explanations_do_not_beat_a_random_order(
    tmp_path_factory: pytest.TempPathFactory, shuffled: bool
) -> None:
    # The penalty is stronger than chance: what only chance relates to the labels is given no weight.
    data = load_breast_cancer()
    labels = np.random.default_rng(0).permutation(data.target) if shuffled else data.target
    file = tmp_path_factory.mktemp("labels") / "labels.npz"
    np.savez(file, x=data.data.astype(np.float32), y=labels)
    told = swept(
        tmp_path_factory,
        "shap",
        workload={"dataset": {"npz": str(file)}},
        models=[{"sklearn": "linear_svc", "params": {"penalty": "l1", "dual": False, "C": 0.005}}],
        runtimes=["onnxruntime"],
        explain={"method": "shap", "samples": 64},
    )
    (one,) = told.answer["candidates"]
    assert one["explanation"]["versus_random"]["beats"] != shuffled


def test_where_no_profile_judges_by_it_only_what_a_run_ends_with_is_explained(tmp_path_factory: pytest.TempPathFactory) -> None:
    fast = {"fast": {"weights": {"accuracy": 1}, "range": {"accuracy": [0, 1]}}}
    told = swept(
        tmp_path_factory,
        "lime",
        workload={"dataset": "wine"},
        models=[{"sklearn": ["decision_tree", "logistic_regression", "knn"]}],
        runtimes=["onnxruntime"],
        profiles=fast,
    )
    chosen = told.answer["profiles"]["fast"]["candidate"]
    explained = {one["candidate"] for one in told.answer["candidates"] if one["explanation"]}
    assert explained == {chosen, "decision_tree@onnxruntime/b1"}


def test_a_way_to_explain_that_fails_is_told_and_stops_nothing(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.explainers.declared.Lime.door", "harness.explainers.declared:nothing_here")
    told = swept(tmp_path_factory, "lime", workload={"dataset": "wine"}, models=[{"sklearn": "knn"}], runtimes=["onnxruntime"])
    (one,) = told.answer["candidates"]
    assert one["facts"]["accuracy"]
    assert one["explanation"] is None
    assert "nothing_here" in one["withheld"]["interpretability"]["why"]
    assert not told.answer["failures"]
