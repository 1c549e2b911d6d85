"""Distillation: what a student learns from, that it may be of any kind, and what can follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import yaml
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeRegressor
from torch import nn

from harness import estimators
from harness.bench import Bench, Teacher, Work
from harness.errors import InputError, JobError, SuiteError
from harness.models import timm_source
from harness.passes import distill, distill_trees, teaching
from harness.registry import Registry
from harness.suitefile import loads

from . import trained
from .driving import SUITE, run


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are trained faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def bench(keep: Callable[..., np.ndarray] | None = None) -> Bench:
    return replace(trained.bench(), keep=keep) if keep else trained.bench()


def saying(answers: np.ndarray) -> Callable[..., np.ndarray]:
    """Return a memory in which the teacher has said these classes of the training samples, without a doubt."""
    return lambda name, make: 20.0 * np.eye(10, dtype=np.float32)[answers]


def network(**options: Any) -> dict[str, Any]:
    return {"part": "timm", "label": "student", "options": {"name": "test_efficientnet", **options}}


def trees(estimator: str, **params: Any) -> dict[str, Any]:
    return {"part": "sklearn", "label": estimator, "options": {"estimator": estimator, "params": params}}


def labels(split: str) -> np.ndarray:
    return getattr(trained.bench().data, split).labels


def answers(work: Work) -> np.ndarray:
    return trained.scores(work).argmax(1)


def test_scores_are_those_of_the_teacher_in_the_order_of_the_split() -> None:
    found = teaching.scores(trained.resnet(), bench())
    inputs, _ = bench().inputs(trained.resnet().preprocess, "train", None)
    for i in (0, 1, 63, 64, len(found) - 1):
        with torch.no_grad():
            wanted = trained.resnet().model(torch.from_numpy(inputs[i : i + 1])).numpy()[0]
        np.testing.assert_allclose(found[i], wanted, atol=1e-4)


def test_softened_scores_are_shares_that_grow_even_with_the_temperature() -> None:
    scores = np.array([[5.0, 1.0, -3000.0], [0.0, 0.0, 0.0]], np.float32)
    for temperature in (0.5, 1.0, 4.0):
        shares = teaching.softened(scores, temperature)
        np.testing.assert_allclose(shares.sum(axis=1), 1)
        assert shares[0, 0] / shares[0, 1] == pytest.approx(np.exp(4 / temperature))
    np.testing.assert_allclose(teaching.softened(scores, 1e9)[0], 1 / 3, atol=1e-4)


def test_without_a_word_from_the_teacher_a_student_is_what_training_alone_makes_of_it() -> None:
    student = distill.apply(trained.resnet(), {"student": network(), "mix": 1.0, "epochs": 1}, bench())
    alone = timm_source.build({"name": "test_efficientnet", "train": {"epochs": 1}}, trained.bench())
    assert all(torch.equal(value, student.model.state_dict()[name]) for name, value in alone.model.state_dict().items())
    assert student.preprocess == alone.preprocess


def test_a_student_believes_its_teacher_where_the_labels_have_no_weight() -> None:
    wrong = (labels("train") + 3) % 10
    student = distill.apply(trained.resnet(), {"student": network(), "mix": 0.0, "epochs": 2}, bench(saying(wrong)))
    assert (answers(student) == (labels("test") + 3) % 10).mean() > 0.8
    assert trained.accuracy(student) < 0.1


def test_a_student_has_a_size_and_a_budget_of_its_own_and_the_notes_tell_of_both() -> None:
    seen: list[Any] = []

    def fit(model: nn.Module, preprocess: Any, settings: Mapping[str, Any], teacher: Teacher | None = None) -> dict[str, Any]:
        inputs, _ = bench().inputs(preprocess, "train", 2)
        seen.extend([inputs.shape[1:], teacher.scores.shape, {name: settings[name] for name in budget}])
        return {"steps": 0}

    budget = {"epochs": 7, "minutes": 0.5, "batch_size": 16, "lr": 0.1, "weight_decay": 0.2}
    teacher = replace(trained.resnet(), notes={"training": "as it was"})
    wish = {"student": network(image_size=64, channels=3), "temperature": 2.0, **budget}
    student = distill.apply(teacher, wish, replace(bench(), fit=fit))
    assert seen == [(3, 64, 64), (len(labels("train")), 10), budget]
    assert (student.sample_shape, teacher.sample_shape) == ((3, 64, 64), (1, 32, 32))
    assert student.notes["training"] == "as it was"
    assert student.notes["distill"] == {"student": "student", "temperature": 2.0, "mix": 0.5, "steps": 0}


def test_trees_hold_the_mean_of_their_targets_and_the_graph_gives_it() -> None:
    """A tree of two leaves gives, over all samples, what the labels and the teacher say on average."""
    said = np.zeros(len(labels("train")), int)
    stump = distill_trees.apply(
        trained.resnet(), {"student": trees("decision_tree", max_leaf_nodes=2, max_depth=1), "mix": 0.25}, bench(saying(said))
    )
    found = trained.scores(stump)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    soft = teaching.softened(20.0 * np.eye(10)[said], 4.0)
    targets = 0.25 * np.eye(10)[labels("train")] + 0.75 * soft
    assert len(np.unique(found[:, 0])) == 2
    inputs, _ = bench().inputs(stump.preprocess, "train", None)
    np.testing.assert_allclose(trained.on(stump, inputs).mean(axis=0), targets.mean(axis=0), atol=1e-4)


@pytest.mark.parametrize(
    ("student", "least"),
    [(trees("decision_tree", max_depth=10), 0.7), (trees("random_forest", n_estimators=12, min_samples_leaf=2), 0.85)],
)
def test_trees_learn_from_a_network_and_are_exported_as_they_are(student: dict[str, Any], least: float) -> None:
    made = distill_trees.apply(trained.resnet(), {"student": student}, bench())
    assert (made.form, made.sample_shape) == ("onnx", (784,))
    assert len(made.model.graph.output) == 1
    assert trained.accuracy(made) > least
    told = made.notes["distill"]
    assert made.notes["export"]["difference"] < 1e-5
    assert told["samples"] == len(labels("train"))
    assert 2**4 < told["leaves"] < 12 * told["samples"]


def test_trees_believe_their_teacher_where_the_labels_have_no_weight() -> None:
    wrong = (labels("train") + 3) % 10
    student = trees("decision_tree", max_depth=12)
    made = distill_trees.apply(trained.resnet(), {"student": student, "mix": 0.0}, bench(saying(wrong)))
    assert (answers(made) == (labels("test") + 3) % 10).mean() > 0.7


def test_samples_at_a_threshold_stay_on_their_side_of_it() -> None:
    """A threshold in the middle of two neighbouring float32 is none of them, and must not be rounded up to the larger."""
    low = np.float32(0.3)
    high = np.nextafter(low, np.float32(1))
    inputs = np.array([[low], [high]] * 8, np.float32)
    tree = DecisionTreeRegressor(random_state=0).fit(inputs, np.array([[1.0, 0.0], [0.0, 1.0]] * 8))
    assert float(tree.tree_.threshold[0]) != float(low)
    assert estimators.compared(tree, distill_trees._converted(tree, inputs), inputs) == {
        "samples": 16,
        "difference": 0.0,
        "agreement": 1.0,
    }


def test_a_graph_that_says_something_else_is_no_export() -> None:
    inputs = np.arange(12, dtype=np.float32)[:, None]
    one, other = (DecisionTreeRegressor().fit(inputs, np.eye(2)[(inputs[:, 0] > cut).astype(int)]) for cut in (3, 8))
    with pytest.raises(JobError, match="other scores than its source for 5 of 12 samples: they differ by up to 1") as caught:
        estimators.compared(one, distill_trees._converted(other, inputs), inputs)
    assert caught.value.kind == "export_failed"


@pytest.mark.parametrize(
    ("params", "words"),
    [({"depth": 3}, "refuses params of decision_tree"), ({"max_depth": -3}, "cannot fit"), ({"criterion": "gini"}, "cannot fit")],
)
def test_params_that_are_none_of_the_estimator_are_one_clear_line(params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        distill_trees.apply(trained.resnet(), {"student": trees("decision_tree", **params)}, bench())
    assert "\n" not in caught.value.message


def test_a_teacher_without_proper_scores_is_a_failure() -> None:
    flat = nn.Sequential(nn.Flatten(), nn.Linear(1024, 7))
    nan = nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))
    nn.init.constant_(nan[1].weight, float("nan"))
    for model, kind in ((flat, "wrong_output"), (nan, "nan_output")):
        with pytest.raises(JobError, match="teacher") as caught:
            teaching.scores(replace(trained.resnet(), model=model.eval()), bench())
        assert caught.value.kind == kind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("distill")


def test_students_of_one_teacher_come_through_with_what_follows_them(folder: Path) -> None:
    """Two networks and a tree learn from one network, which is asked once."""
    told = run(
        folder,
        folder / "results",
        workload={"dataset": "digits"},
        models=[{"timm": "test_resnet", "train": {"epochs": 3}}],
        passes=[
            [{"distill": {"student": {"timm": "test_efficientnet", "image_size": [16, 32]}, "epochs": 1}}],
            [
                {"distill": {"student": {"timm": "test_efficientnet", "image_size": 16}, "epochs": 1}},
                {"prune": {"ratio": 0.5, "finetune_epochs": 1}},
                "quantize",
            ],
            [{"distill": {"student": {"sklearn": "decision_tree", "params": {"max_depth": 8}}}}],
        ],
        runtimes=["onnxruntime"],
    )
    assert [one.failure for one in told.evaluations.values() if one.failure] == []
    small, large = (f"test_resnet+distill:test_efficientnet(image_size={side}),epochs=1@onnxruntime/b1" for side in (16, 32))
    tree = "test_resnet+distill:decision_tree@onnxruntime/b1"
    (chain,) = set(told.evaluations) - {small, large, tree, "test_resnet@onnxruntime/b1"}
    assert [name for name in told.notes(chain) if name in Registry.load().passes] == ["distill", "prune", "quantize"]
    assert told.value(chain, "size") < told.value(small, "size") < told.value("test_resnet@onnxruntime/b1", "size")
    assert told.value(tree, "accuracy") > 0.6
    assert [text for _, text in told.stages].count("asking the teacher") == 1
    (kept,) = (folder / "results/cache/kept").iterdir()
    assert np.load(kept / "array.npy").shape == (told.notes(tree)["distill"]["samples"], 10)


def test_a_network_of_the_users_teaches_on_rows_a_tree(folder: Path) -> None:
    rows = load_breast_cancer()
    np.savez(folder / "rows.npz", x=rows.data, y=rows.target)
    (folder / "mine.py").write_text(
        "from torch import nn\n"
        "def net():\n"
        "    return nn.Sequential(nn.BatchNorm1d(30), nn.Linear(30, 8), nn.ReLU(), nn.Linear(8, 2))\n"
    )
    student = {"sklearn": "random_forest", "params": {"n_estimators": 9}}
    told = run(
        folder,
        folder / "rows",
        workload={"dataset": {"npz": "rows.npz"}},
        models=[{"python": "mine:net", "train": {"epochs": 5}}],
        passes=[[{"distill": {"student": student, "mix": [0, 1]}}]],
        runtimes=["onnxruntime"],
    )
    for mix in (0, 1):
        assert told.value(f"net+distill:random_forest,mix={mix}@onnxruntime/b1", "accuracy") > 0.85


WRONG = {
    "no student": ({"epochs": 3}, "distill.student", "is missing"),
    "no such source": ({"student": {"tim": "resnet18"}}, "distill.student.tim", "did you mean 'timm'?"),
    "no such network": ({"student": {"timm": "resnet1O"}}, "distill.student.timm", "did you mean 'resnet1"),
    "no such option": ({"student": {"timm": "resnet18", "imagesize": 32}}, "distill.student.imagesize", "'image_size'"),
    "no such estimator": ({"student": {"sklearn": "decison_tree"}}, "distill.student.sklearn", "'decision_tree'"),
    "no tree": ({"student": {"sklearn": "mlp"}}, "distill.student", "a student is a timm network, or a decision_tree"),
    "a file": ({"student": {"onnx": "a.onnx"}}, "distill.student", "a student is a timm network"),
    "a training of its own": ({"student": {"timm": "resnet18", "train": {"steps": 3}}}, "distill.student", "train means nothing"),
    "one in a list": ({"student": [{"timm": "resnet18"}, {"timm": "x"}]}, "distill.student[1].timm", "unknown timm"),
    "an empty list": ({"student": []}, "distill.student", "an empty list has no value"),
    "two at once": ({"student": {"timm": "resnet18", "sklearn": "mlp"}}, "distill.student", "names 2 models at once"),
    "a name alone": ({"student": "resnet18"}, "distill.student", "unknown model 'resnet18'"),
    "no temperature": ({"student": {"timm": "resnet18"}, "temperature": 0}, "distill.temperature", "greater than 0"),
    "too much of the labels": ({"student": {"timm": "resnet18"}, "mix": 1.5}, "distill.mix", "less than or equal to 1"),
    "steps": ({"student": {"timm": "resnet18"}, "step": 5}, "distill.step", "unknown key"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_a_student_is_one_line_at_its_place(name: str, tmp_path: Path) -> None:
    use, place, words = WRONG[name]
    suite = {"workload": {"dataset": "digits"}, "models": [{"timm": "test_resnet"}], "runtimes": ["onnxruntime"]}
    with pytest.raises(SuiteError) as told:
        loads(yaml.safe_dump({**SUITE, **suite, "passes": [[{"distill": use}]]}), Registry.load(), tmp_path)
    (mistake,) = told.value.mistakes
    assert mistake.place == f"passes[0][0].{place}"
    assert words in str(mistake)
    assert "\n" not in str(mistake)


def test_students_are_an_axis_and_have_labels_of_their_own(tmp_path: Path) -> None:
    students = [{"timm": ["test_resnet", "test_vit"]}, {"sklearn": {"estimator": "random_forest", "params": {"max_depth": [3]}}}]
    deep = {"sklearn": "decision_tree", "params": {"max_depth": 9}}
    suite = {
        "workload": {"dataset": "digits"},
        "models": [{"timm": "test_resnet"}],
        "runtimes": ["onnxruntime"],
        "passes": [
            [{"distill": {"student": students, "temperature": [2, 4]}}],
            [{"distill": {"student": {"sklearn": "decision_tree"}}}],
            [{"distill": {"student": deep}}],
        ],
        "baseline": {
            "model": {"timm": "test_resnet"},
            "passes": [{"distill": {"student": {"sklearn": "decision_tree"}}}],
            "runtime": "onnxruntime",
        },
    }
    settled = loads(yaml.safe_dump({**SUITE, **suite}), Registry.load(), tmp_path)
    labels_ = [chain[0].label for chain in settled.chains]
    assert labels_ == [
        *(f"distill:{name},temperature={t}" for name in ("test_resnet", "test_vit", "random_forest") for t in (2, 4)),
        "distill:decision_tree",
        "distill:decision_tree~2",
    ]
    assert settled.baseline.passes == settled.chains[-2]


def test_what_lies_in_the_file_is_a_checked_graph() -> None:
    made = distill_trees.apply(trained.resnet(), {"student": trees("decision_tree", max_depth=3)}, bench())
    onnx.checker.check_model(made.model)
    assert next(one.op_type for one in made.model.graph.node) == "TreeEnsembleRegressor"
    (output,) = made.model.graph.output
    assert [side.dim_value for side in output.type.tensor_type.shape.dim] == [0, 10], "any number of samples, ten classes"
