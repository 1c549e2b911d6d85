"""scikit-learn's classifiers and a glass box on a table that ships with it, measured for real on every runtime that can."""

from __future__ import annotations

import shutil

import pytest

from . import mine
from .driving import Told, run

TREES = ("decision_tree", "random_forest", "extra_trees", "gradient_boosting", "hist_gradient_boosting")
LAYERS = ("logistic_regression", "ridge", "linear_svc", "mlp")
SAMPLES = ("svc", "knn")
PARAMS = {
    "random_forest": {"n_estimators": 10},
    "extra_trees": {"n_estimators": 10},
    "gradient_boosting": {"n_estimators": 10},
    "hist_gradient_boosting": {"max_iter": 10},
}
GLASS_BOX = {"interactions": 2, "max_rounds": 100, "outer_bags": 2}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Told:
    ground = tmp_path_factory.mktemp("own")
    shutil.copy(mine.HERE, ground / "mine.py")
    estimators = [{"sklearn": name, "params": PARAMS.get(name, {})} for name in (*TREES, *LAYERS, *SAMPLES)]
    functions = [{"python": f"mine:{name}", "kind": "sklearn"} for name in ("logistic", "boosting")]
    return run(
        ground,
        ground / "results",
        workload={"dataset": "breast_cancer"},
        models=[*estimators, {"ebm": GLASS_BOX}, *functions],
        passes=[[], ["quantize"]],
        runtimes=["onnxruntime", "openvino"],
    )


def found(swept: Told, name: str, runtime: str, chain: str = "") -> str:
    """The label of the candidate of that model, whatever its options add to it."""
    named = [
        label
        for label, one in swept.evaluations.items()
        if one.candidate.model.label.partition("~")[0].removeprefix("mine:").partition(":")[0] == name
        and one.candidate.runtime.part == runtime
        and bool(one.candidate.passes) == bool(chain)
    ]
    assert len(named) <= 1, named
    return named[0] if named else ""


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("name", [*LAYERS, *SAMPLES, "ebm"])
def test_what_is_no_tree_runs_everywhere(swept: Told, name: str, runtime: str) -> None:
    label = found(swept, name, runtime)
    assert swept.value(label, "accuracy") > 0.92
    assert swept.notes(label)["export"]["agreement"] == 1.0


@pytest.mark.parametrize("name", TREES)
def test_trees_run_where_there_are_operators_for_them(swept: Told, name: str) -> None:
    label = found(swept, name, "onnxruntime")
    assert swept.value(label, "accuracy") > 0.88
    assert swept.notes(label)["export"]["agreement"] == 1.0
    assert not found(swept, name, "openvino")


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_only_layers_are_quantized(swept: Told, runtime: str) -> None:
    chosen = {name for name in (*TREES, *LAYERS, *SAMPLES, "ebm") if found(swept, name, runtime, "quantize")}
    assert chosen == set(LAYERS)
    for name in LAYERS:
        assert swept.value(found(swept, name, runtime, "quantize"), "accuracy") > 0.88


def test_the_rules_that_leave_candidates_out_are_named(swept: Told) -> None:
    rules = " ".join(one["rule"] for one in swept.answer["space"]["excluded"])
    for words in ("decision trees", "compares samples with stored ones", "adds up scores from tables"):
        assert words in rules


def test_a_classifier_of_the_users_runs_where_what_it_is_made_of_does(swept: Told) -> None:
    assert swept.value(found(swept, "logistic", "openvino"), "accuracy") > 0.88
    assert swept.value(found(swept, "boosting", "onnxruntime"), "accuracy") > 0.88
    failure = swept.failure(found(swept, "boosting", "openvino"))
    assert (failure.kind, failure.stage) == ("unsupported", "load")


def test_quantizing_a_classifier_of_the_users_without_layers_tells_that_no_weight_was(swept: Told) -> None:
    told = [swept.notes(found(swept, name, "onnxruntime", "quantize"))["quantize"] for name in ("boosting", "logistic")]
    assert ["8" in one["weights"] for one in told] == [False, True]
    assert swept.failure(found(swept, "boosting", "openvino", "quantize")).kind == "unsupported"


def test_a_glass_box_says_what_it_is_made_of(swept: Told) -> None:
    told = swept.notes(found(swept, "ebm", "onnxruntime"))["ebm"]
    assert (told["terms"], told["pairs"]) == (32, 2)
    assert told["bins"] > 300
