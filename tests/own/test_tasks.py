"""Tasks beyond classes: a regression, embeddings, and a metric of the user's own, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import stats as reference

from harness.errors import SuiteError
from harness.registry import Registry
from harness.suitefile import loads

from .driving import SUITE, Told, run

MINE = '''
import torch
from torch import nn


def line(columns=1):
    """Return a network for rows of 6 numbers."""
    return nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, columns))


def fixed():
    """Return a network that embeds rows of 6 numbers as themselves, stretched."""
    model = nn.Sequential(nn.Linear(6, 6, bias=False))
    model[0].weight.data = torch.diag(torch.tensor([4.0, 1.0, 1.0, 1.0, 1.0, 1.0]))
    return model


def worst(scores, labels):
    """Return the largest error."""
    return abs(scores - labels).max()


def f1(scores, labels):
    """Return the F1 of the first class."""
    told, true = scores.argmax(axis=1) == 0, labels == 0
    return 2 * (told & true).sum() / (told.sum() + true.sum())


def broken(scores, labels):
    raise ValueError("no such metric")


def crashing(scores, labels):
    import os, signal
    os.kill(os.getpid(), signal.SIGSEGV)
'''
RATE = {"latency_p50": ["0.01 ms", "100 ms"]}


def profile(metric: str, ends: list[Any], *constraints: str) -> dict[str, Any]:
    return {
        "only": {
            "weights": {metric: 1, "latency_p50": 1},
            "range": {metric: ends, **RATE},
            "constraints": list(constraints),
        }
    }


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with functions, a regression of which one tenth is noise, and pairs of rows whose similarity is known."""
    root = tmp_path_factory.mktemp("tasks")
    (root / "mine_of_tasks.py").write_text(MINE)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((600, 6)).astype(np.float32)
    y = x[:, 0] - 2 * x[:, 1] + 0.1 * rng.standard_normal(600)
    np.savez(root / "line.npz", x=x, y=y)
    np.savez(root / "counts.npz", x=x, y=np.round(y).astype(int) + 10)
    np.savez(root / "classes.npz", x=x, y=(y > 0).astype(int))
    pairs = rng.integers(0, 600, (200, 2))
    units = x / np.linalg.norm(x, axis=1, keepdims=True)
    np.savez(root / "pairs.npz", x=x, pairs=pairs, similarity=(units[pairs[:, 0]] * units[pairs[:, 1]]).sum(1))
    return root


@pytest.fixture(scope="module")
def regression(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "line.npz"}, "metric": {"python": "mine_of_tasks:worst", "better": "lower"}},
        models=[
            {"python": "mine_of_tasks:line", "train": {"steps": 300, "lr": 0.02}},
            {"python": "mine_of_tasks:line", "args": {"columns": 2}},
        ],
        passes=[[], ["quantize"]],
        runtimes=["torch", "onnxruntime"],
        profiles=profile("rmse", [2, 0], "r2 >= 0.9", "rmse <= 2 * baseline"),
    )


@pytest.fixture(scope="module")
def classic(ground: Path) -> Told:
    """The same regression, with what is no network."""
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "line.npz"}},
        models=[
            {"sklearn": ["random_forest", "hist_gradient_boosting", "ridge", "linear_svr", "svr", "knn", "mlp", "svc"]},
            {"ebm": {"max_rounds": 200, "learning_rate": 0.1, "outer_bags": 1}},
        ],
        passes=[[]],
        runtimes=["onnxruntime"],
        profiles=profile("r2", [0, 1]),
    )


@pytest.fixture(scope="module")
def embedding(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "pairs.npz"}},
        models=[{"python": "mine_of_tasks:fixed"}],
        passes=[[], ["quantize"]],
        runtimes=["onnxruntime"],
        profiles=profile("spearman", [0, 1]),
    )


@pytest.fixture(scope="module")
def own(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "classes.npz"}, "metric": {"python": "mine_of_tasks:f1"}},
        models=[{"sklearn": "decision_tree"}, {"sklearn": "logistic_regression"}],
        passes=[[]],
        runtimes=["onnxruntime"],
        profiles=profile("own_score", [0, 1]),
    )


def test_numbers_as_labels_make_a_regression_with_its_own_metrics(regression: Told) -> None:
    facts = regression.evaluations["line@onnxruntime/b1"].facts
    assert {"rmse", "mae", "r2", "own_loss"} <= facts.keys()
    assert "accuracy" not in facts
    assert 0.1 < facts["rmse"].value < 0.4
    assert facts["mae"].value < facts["rmse"].value < facts["own_loss"].value
    assert facts["r2"].value == pytest.approx(1 - facts["rmse"].value ** 2 / 5, abs=0.01)
    for name in ("rmse", "mae", "r2"):
        assert facts[name].low < facts[name].value < facts[name].high
        assert (facts[name].n, facts[name].unit) == (180, "number")


def test_a_quantized_regression_is_compared_sample_by_sample(regression: Told) -> None:
    (one,) = [one for one in regression.answer["candidates"] if one["candidate"] == "line+quantize:static@onnxruntime/b1"]
    told = one["paired"]["rmse"]
    assert told["low"] <= told["value"] <= told["high"]
    assert told["value"] == pytest.approx(
        regression.value("line+quantize:static@onnxruntime/b1", "rmse") - regression.value("line@torch/b1", "rmse"), abs=1e-4
    )
    assert told["high"] - told["low"] < one["facts"]["rmse"]["high"] - one["facts"]["rmse"]["low"]
    assert {"cosine"} == {"cosine", "agreement", "drop"} & one["notes"]["quantize"].keys()


def test_a_regression_is_recommended_by_its_error(regression: Told) -> None:
    only = regression.answer["profiles"]["only"]
    assert only["feasible"]
    assert set(regression.answer["objectives"]) == {"rmse", "latency_p50"}
    assert regression.answer["task"] == "regression"


def test_classic_models_fit_targets_and_their_graphs_give_the_same_values(classic: Told) -> None:
    models = ("random_forest", "hist_gradient_boosting", "ridge", "linear_svr", "svr", "knn", "mlp", "ebm")
    for name in models:
        (label,) = [label for label in classic.evaluations if label.startswith(name + "@") or label.startswith(name + ":")]
        assert classic.value(label, "r2") > 0.7
        assert classic.notes(label)["export"]["difference"] < 0.01


def test_an_estimator_of_classes_is_told_what_there_is_for_targets(classic: Told) -> None:
    failure = classic.failure("svc@onnxruntime/b1")
    assert failure.kind == "bad_input"
    assert failure.message.startswith("scikit-learn's svc is not for a regression — one of decision_tree, ")


def test_a_model_with_other_scores_than_targets_is_told(regression: Told) -> None:
    failure = regression.failure("line~2@onnxruntime/b1")
    assert failure.message == "the model gives scores of shape (16, 2) for 16 samples; the dataset has 1 targets"


def test_embeddings_are_judged_by_pairs(embedding: Told, ground: Path) -> None:
    fact = embedding.evaluations["fixed@onnxruntime/b1"].facts["spearman"]
    with np.load(ground / "pairs.npz") as file:
        x, pairs, wanted = file["x"] * np.array([4, 1, 1, 1, 1, 1]), file["pairs"], file["similarity"]
    units = x / np.linalg.norm(x, axis=1, keepdims=True)
    truth = reference.spearmanr((units[pairs[:, 0]] * units[pairs[:, 1]]).sum(1), wanted).statistic
    assert fact.value == pytest.approx(truth, abs=1e-4)
    assert fact.low < fact.value < fact.high < 1
    assert fact.n == 200
    quantized = embedding.value("fixed+quantize:static@onnxruntime/b1", "spearman")
    assert quantized == pytest.approx(truth, abs=0.05)


def test_the_users_own_metric_is_measured_beside_accuracy(own: Told) -> None:
    for name in ("decision_tree", "logistic_regression"):
        facts = own.evaluations[f"{name}@onnxruntime/b1"].facts
        assert 0.7 < facts["own_score"].low < facts["own_score"].value < facts["own_score"].high <= 1
        assert abs(facts["own_score"].value - facts["accuracy"].value) < 0.1
    tree, line = (next(one for one in own.answer["candidates"] if one["candidate"].startswith(name)) for name in ("d", "l"))
    assert line["own_metric"]["resamples"] == 1000
    apart = line["paired"]["own_score"]
    assert apart["value"] == pytest.approx(line["facts"]["own_score"]["value"] - tree["facts"]["own_score"]["value"])
    assert apart["low"] < apart["value"] < apart["high"]


def test_another_source_of_the_metric_measures_it_anew_and_nothing_else(own: Told, ground: Path) -> None:
    before = (ground / "mine_of_tasks.py").read_text()
    (ground / "mine_of_tasks.py").write_text(before + "\n# mended\n")
    told = run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "classes.npz"}, "metric": {"python": "mine_of_tasks:f1"}},
        models=[{"sklearn": "decision_tree"}],
        passes=[[]],
        runtimes=["onnxruntime"],
        profiles=profile("own_score", [0, 1]),
    )
    (ground / "mine_of_tasks.py").write_text(before)
    assert told.answer["counts"]["measured"] == 1


@pytest.mark.parametrize(
    ("function", "kind", "words"),
    [
        ("broken", "failed", "the metric mine_of_tasks:broken failed: ValueError: no such metric (mine_of_tasks.py, line "),
        ("crashing", "crashed", "ended by SIGSEGV"),
        ("gone", "bad_input", "the metric mine_of_tasks:gone: mine_of_tasks has no 'gone'"),
    ],
)
def test_a_metric_that_breaks_is_a_failure_of_its_stage(ground: Path, function: str, kind: str, words: str) -> None:
    told = run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "classes.npz"}, "metric": {"python": f"mine_of_tasks:{function}"}},
        models=[{"sklearn": "decision_tree"}],
        passes=[[]],
        runtimes=["onnxruntime"],
        profiles=profile("own_score", [0, 1]),
    )
    failure = told.failure("decision_tree@onnxruntime/b1")
    assert (failure.kind, failure.stage) == (kind, "evaluate")
    assert words in failure.message


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "accuracy of a regression": (
        {"workload": {"dataset": {"npz": "line.npz"}}},
        "accuracy needs the task classification — this suite has rmse, mae, r2",
    ),
    "an error of classes": (
        {"workload": {"dataset": {"npz": "classes.npz"}}, "profiles": profile("rmse", [1, 0])},
        "rmse needs the task regression — this suite has accuracy",
    ),
    "no metric of one's own": (
        {"workload": {"dataset": {"npz": "classes.npz"}}, "profiles": profile("own_loss", [1, 0])},
        "own_loss needs a metric of your own — add to workload: {metric: {python: 'module:function', better: lower}}",
    ),
    "digits as a regression": (
        {"workload": {"dataset": "digits", "task": "regression"}},
        "the labels of digits are for classification",
    ),
    "a task that is none": ({"workload": {"dataset": "digits", "task": "ranking"}}, "workload.task"),
    "a module that is not there": (
        {"workload": {"dataset": "digits", "metric": {"python": "not_here:f"}}},
        "no Python module 'not_here' beside the suite file or installed",
    ),
    "accuracy to go by": (
        {
            "workload": {"dataset": {"npz": "line.npz"}},
            "passes": [[{"quantize": {"accuracy_aware": {"max_drop": 0.01}}}]],
            "profiles": profile("rmse", [1, 0]),
        },
        "goes by accuracy, and there is none: of regression none is defined",
    ),
    "an error with a unit": (
        {"workload": {"dataset": {"npz": "line.npz"}}, "profiles": profile("rmse", ["1 m", 0])},
        "expected a plain number, like '0.5', got '1 m'",
    ),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_a_metric_that_does_not_belong_to_the_task_is_a_mistake(ground: Path, changes: dict[str, Any], words: str) -> None:
    suite = {**SUITE, "models": [{"python": "mine_of_tasks:line"}], "runtimes": ["onnxruntime"], **changes}
    with pytest.raises(SuiteError) as caught:
        loads(yaml.safe_dump(suite), Registry.load(), ground)
    assert any(words in str(mistake) for mistake in caught.value.mistakes), list(map(str, caught.value.mistakes))


def test_whole_numbers_are_targets_where_the_suite_says_so(ground: Path) -> None:
    suite = {**SUITE, "models": [{"python": "mine_of_tasks:line"}], "runtimes": ["onnxruntime"]}
    suite |= {"workload": {"dataset": {"npz": "counts.npz"}, "task": "regression"}, "profiles": profile("rmse", [1, 0])}
    settled = loads(yaml.safe_dump(suite), Registry.load(), ground)
    assert (settled.task, settled.dataset.options["task"]) == ("regression", "regression")
