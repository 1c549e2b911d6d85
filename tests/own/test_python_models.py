"""Functions of the user's that return models, on arrays of the user's: what works, and every way to go wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from harness.record import Failure

from . import mine
from .driving import Told, run

TRAIN = {"steps": 60, "batch_size": 32}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite's folder: arrays of images and of rows, and modules with functions."""
    root = tmp_path_factory.mktemp("own")
    digits, rows = load_digits(), load_breast_cancer()
    np.savez(root / "images.npz", x=(digits.images[:900] * 15).astype(np.uint8), y=digits.target[:900])
    np.savez(root / "rows.npz", x=rows.data, y=rows.target)
    shutil.copy(mine.HERE, root / "mine.py")
    (root / "broken.py").write_text("def net(:\n")
    (root / "needy.py").write_text("import a_package_that_nobody_has\n")
    return root


def python(function: str, module: str = "mine", **options: Any) -> dict[str, Any]:
    return {"python": f"{module}:{function}", **options}


def bad(what: str) -> dict[str, Any]:
    """A network that goes wrong in that way when it is used."""
    return python("bad", args={"what": what})


BAD = ("crash", "hang", "memory", "raise", "mapping", "branch")


@pytest.fixture(scope="module")
def swept(ground: Path) -> Told:
    """Good models among bad ones; each of the bad ones may take the process down that prepares."""
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "images.npz"}},
        models=[
            *(bad(what) for what in BAD),
            python("net", train=TRAIN),
            python("net", args={"classes": 7}),
            *(python(name) for name in ("nan", "local", "raising", "number", "hungry", "asking", "quitting", "missing")),
            python("net", "broken"),
            python("net", "needy"),
            *(python(name, kind="sklearn") for name in ("logistic", "machine", "boosting", "spreading", "liar", "number")),
        ],
        passes=[[], [{"factorize": {"ratio": 0.5}}]],
        runtimes=["onnxruntime"],
        limits={"prepare_time": "15 s", "memory": "4 GB"},
    )


def label(swept: Told, name: str, chain: str = "", **options: Any) -> str:
    """The label of the candidate whose model has that name and those options."""
    named = [
        one.candidate
        for one in swept.evaluations.values()
        if one.candidate.model.label.partition("~")[0].partition(":")[0] == name
        and all(one.candidate.model.options.get(key) == value for key, value in options.items())
        and (one.candidate.passes[0].part if one.candidate.passes else "") == chain
    ]
    assert len(named) == 1, [one.label for one in named]
    return named[0].label


FACTORIZED = "factorize"


def failed(swept: Told, name: str, chain: str = "", **options: Any) -> Failure:
    return swept.failure(label(swept, name, chain, **options))


def test_a_module_that_a_function_returns_is_trained_and_measured(swept: Told) -> None:
    assert swept.value(label(swept, "net", train=TRAIN), "accuracy") > 0.8
    assert swept.notes(label(swept, "net", train=TRAIN))["training"]["steps"] == 60


def test_its_parameters_and_operations_are_counted(swept: Told) -> None:
    known = label(swept, "net", train=TRAIN)
    assert swept.value(known, "parameters") == 8 * 9 + 8 + 8 * 64 * 10 + 10
    assert swept.value(known, "macs") == 8 * 9 * 64 + 8 * 64 * 10


def test_passes_work_on_a_module_of_the_users(swept: Told) -> None:
    whole, thin = (swept.value(label(swept, "net", chain, train=TRAIN), "size") for chain in ("", FACTORIZED))
    assert thin < whole


@pytest.mark.parametrize("chain", ["", FACTORIZED])
def test_a_class_that_cannot_be_pickled_is_no_obstacle(swept: Told, chain: str) -> None:
    assert swept.value(label(swept, "local", chain), "size") > 0


def test_a_scikit_learn_classifier_is_fitted_and_measured(swept: Told) -> None:
    assert swept.value(label(swept, "logistic"), "accuracy") > 0.9
    assert swept.value(label(swept, "machine"), "accuracy") > 0.8
    assert swept.value(label(swept, "boosting"), "accuracy") > 0.8


@pytest.mark.parametrize("name", ["logistic", "machine", "boosting"])
def test_its_graph_is_compared_with_it_on_samples(swept: Told, name: str) -> None:
    told = swept.notes(label(swept, name))["export"]
    assert told["samples"] == 267
    assert told["difference"] < 1e-4
    assert told["agreement"] == 1.0


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("crash", "crashed", "SIGSEGV (exporting to onnx"),
        ("hang", "timed_out", "no end after 15 s (exporting to onnx"),
        ("memory", "out_of_memory", "memory"),
        ("raise", "failed", "the model fails on samples of shape (1, 8, 8): ValueError: no such day"),
        ("mapping", "wrong_output", "the model returns dict, not a tensor of scores"),
        ("branch", "export_failed", "data-dependent"),
    ],
)
@pytest.mark.parametrize("chain", ["", FACTORIZED])
def test_a_network_that_goes_wrong_in_use_is_classified(swept: Told, what: str, kind: str, words: str, chain: str) -> None:
    failure = failed(swept, "bad", chain, args={"what": what})
    assert (failure.kind, failure.stage) == (kind, "prepare")
    assert words in failure.message


@pytest.mark.parametrize(
    ("name", "options", "kind", "words"),
    [
        ("net", {"args": {"classes": 7}}, "wrong_output", "scores of shape (16, 7) for 16 samples; the dataset has 10 classes"),
        ("nan", {}, "nan_output", "not finite"),
        ("raising", {}, "bad_input", "mine:raising failed: RuntimeError: the weights are at home (mine.py, line"),
        ("number", {"kind": None}, "bad_input", "mine:number returned a value of type int, not a torch.nn.Module"),
        ("number", {"kind": "sklearn"}, "bad_input", "mine:number returned a value of type int, not a scikit-learn classifier"),
        ("hungry", {}, "out_of_memory", "mine:hungry failed"),
        ("asking", {}, "bad_input", "EOFError"),
        ("quitting", {}, "crashed", "exit status 4"),
        ("missing", {}, "bad_input", "mine has no 'missing'"),
        ("net", {"function": "broken:net"}, "bad_input", "importing broken failed: SyntaxError: "),
        ("net", {"function": "needy:net"}, "bad_input", "no module 'a_package_that_nobody_has'"),
        ("spreading", {}, "export_failed", "scikit-learn's converter cannot write LabelSpreading"),
        ("liar", {}, "export_failed", "the ONNX graph of LogisticRegression gives other scores than its source for 267 of 267"),
    ],
)
def test_a_function_that_gives_no_model_is_told_in_one_line(
    swept: Told, name: str, options: dict[str, Any], kind: str, words: str
) -> None:
    failure = failed(swept, name, **options)
    assert (failure.kind, failure.stage) == (kind, "prepare")
    assert words in failure.message


def test_what_failed_once_is_not_tried_again_for_the_next_chain(swept: Told) -> None:
    both = {label(swept, "raising"), label(swept, "raising", FACTORIZED)}
    assert len({swept.failure(one).message for one in both}) == 1
    assert len(both & {one for one, _ in swept.stages}) <= 1


def test_the_answer_holds_every_failure_and_a_recommendation_all_the_same(swept: Told) -> None:
    seen = {name for name, one in swept.evaluations.items() if one.failure}
    assert {one["candidate"] for one in swept.answer["failures"]} == seen
    assert swept.answer["profiles"]["only"]["candidate"] in swept.evaluations
