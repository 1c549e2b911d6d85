"""The gate on a small repository of its own: what is planted in the candidate is caught, and nothing is where nothing changed."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

from tests.end_to_end.conftest import Project

SUITE = """
name: gated
workload: {dataset: digits}
models: [{onnx: model.onnx}]
runtimes: [{onnxruntime: {threads: 1}}]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""
LEAST = ("--max-blocks", "13")
"""As many blocks as the first look needs."""


def linear() -> np.ndarray:
    """Return weights (64, 10) that classify digits: of the least squares."""
    digits = load_digits()
    return np.linalg.lstsq(digits.data, np.eye(10)[digits.target], rcond=None)[0].astype(np.float32)


def model(path: Path, weights: np.ndarray, detours: int = 0, width: int = 512) -> None:
    """Write a linear model that goes through some products with the identity first: the same answers, and more work."""
    ways = [
        np.eye(64, width, dtype=np.float32),
        *([np.eye(width, dtype=np.float32)] * detours),
        np.eye(width, 64, dtype=np.float32),
    ]
    matrices = [*ways, weights] if detours else [weights]
    names = [f"x{i}" for i in range(len(matrices))] + ["scores"]
    products = [helper.make_node("MatMul", [names[i], f"w{i}"], [names[i + 1]]) for i in range(len(matrices))]
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["pixels"], ["x0"]), *products],
        "linear",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(one, f"w{i}") for i, one in enumerate(matrices)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(project: Project) -> Project:
    """A project in git, whose model is committed."""
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    (project.folder / ".gitignore").write_text("results/\nreports/\n")
    git(project.folder, "init", "-q", "-b", "main")
    git(project.folder, "add", "-A")
    git(project.folder, "commit", "-qm", "first")
    return project


def verdicts(told) -> dict[str, str]:
    return {one["metric"]: one["verdict"] for one in told["judgements"]}


def test_nothing_regressed_where_nothing_changed_and_all_formats_agree(repository: Project) -> None:
    done = repository.harness("gate", "suite.yaml", "--json", *LEAST)
    assert done.status == 0, done.err
    told = verdicts(done.json)
    assert not {"regressed", "missing", "void"} & set(told.values())
    assert [told[name] for name in ("size", "parameters", "macs", "accuracy")] == ["pass"] * 4
    folder = repository.folder / "reports" / "gated" / "gate"
    assert sorted(path.name for path in folder.iterdir()) == ["gate.json", "gate.md", "index.html", "junit.xml"]
    again = repository.harness("gate", "decide", str(folder / "gate.json"), "--json")
    assert again.json == done.json
    assert not ElementTree.parse(folder / "junit.xml").findall(".//failure")
    assert json.loads((folder / "gate.json").read_text())["samples"]["arms"]["baseline"]["label"].startswith("main (")


def test_more_work_a_larger_file_and_more_memory_are_caught(repository: Project) -> None:
    model(repository.folder / "model.onnx", linear(), detours=8)
    done = repository.harness("gate", "suite.yaml", "--no-control", "--json", *LEAST)
    assert done.status == 1, done.err
    told = verdicts(done.json)
    caught = ("latency", "cpu_time", "throughput", "memory_peak", "size", "parameters", "macs")
    assert {name: told[name] for name in caught} == dict.fromkeys(caught, "regressed")
    assert told["accuracy"] == "pass"


def test_answers_that_are_less_often_right_are_caught(repository: Project) -> None:
    weights = linear()
    weights[:, 3] *= 0.5
    model(repository.folder / "model.onnx", weights, detours=2)
    done = repository.harness("gate", "suite.yaml", *LEAST)
    assert done.status == 1, done.err
    assert done.out.startswith("regressed: accuracy of ")


def test_a_file_can_be_compared_with_instead_of_a_revision(project: Project) -> None:
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    model(project.folder / "a.onnx", linear(), detours=8)
    done = project.harness("gate", "suite.yaml", "--baseline-artifact", "a.onnx", "--json", *LEAST)
    assert done.status == 0, done.err
    assert verdicts(done.json)["latency"] == verdicts(done.json)["size"] == "improved"


def test_what_cannot_be_loaded_is_a_failure_to_measure(repository: Project) -> None:
    (repository.folder / "model.onnx").write_bytes(b"nothing")
    done = repository.harness("gate", "suite.yaml")
    assert done.status == 5, done.err
    assert done.out.startswith("failed: ")
    assert "Traceback" not in done.err + done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--baseline", "nothing"), "git knows no revision 'nothing'"),
        (("--baseline-artifact", "nothing.onnx"), "nothing.onnx: there is no such file"),
        (("--baseline", "main", "--baseline-artifact", "model.onnx"), "both a revision and a file"),
        (("--candidate", "nothing"), "the suite has no candidate 'nothing'"),
        (("--max-blocks", "3"), "nothing can be decided within 3 blocks"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(repository: Project, words: tuple[str, ...], told: str) -> None:
    done = repository.harness("gate", "suite.yaml", *words)
    assert done.status == 2
    assert told in done.err.splitlines()[-1]


def test_a_suite_that_the_older_revision_does_not_have_is_told(repository: Project) -> None:
    (repository.folder / "new.yaml").write_text(SUITE)
    done = repository.harness("gate", "new.yaml", "--baseline", "HEAD")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "has no new.yaml" in done.err


def test_without_git_there_is_nothing_to_compare_with(project: Project) -> None:
    done = project.harness("gate", "suite.yaml")
    assert done.status == 2
    assert "is not in a git repository" in done.err
    assert done.err.count("\n") == 1
