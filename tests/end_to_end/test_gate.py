"""The gate on a small repository of its own: what is planted in the candidate is caught, and nothing is where nothing changed."""

import json
import re
import shutil
import subprocess
import sys
import time
import venv
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.end_to_end.conftest import Project
from tests.gated import SUITE, commit, git, linear, model

LEAST = ("--max-blocks", "13")
"""As many blocks as the first look needs."""


@pytest.fixture
def repository(project: Project) -> Project:
    """A project in git, whose model is committed."""
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    commit(project.folder)
    return project


def worktrees(repository: Project) -> list[str]:
    """Return the folders of the worktrees that git knows of."""
    words = ["git", "worktree", "list", "--porcelain"]
    told = subprocess.run(words, cwd=repository.folder, check=True, capture_output=True, text=True).stdout
    return re.findall(r"^worktree (.*)$", told, re.MULTILINE)


def verdicts(told) -> dict[str, str]:
    return {one["metric"]: one["verdict"] for one in told["judgements"]}


def test_nothing_regressed_where_nothing_changed_and_all_formats_agree(repository: Project) -> None:
    done = repository.harness("gate", "suite.yaml", "--baseline", "HEAD", "--json", *LEAST)
    assert done.status == 0, done.err
    told = verdicts(done.json)
    assert not {"regressed", "missing", "void"} & set(told.values())
    assert [told[name] for name in ("size", "parameters", "macs", "accuracy")] == ["pass"] * 4
    folder = repository.folder / "reports" / "gated" / "gate"
    assert sorted(path.name for path in folder.iterdir()) == ["gate.json", "gate.md", "index.html", "junit.xml"]
    again = repository.harness("gate", "decide", str(folder / "gate.json"), "--json")
    assert again.json == done.json
    assert not ElementTree.parse(folder / "junit.xml").findall(".//failure")
    assert json.loads((folder / "gate.json").read_text())["samples"]["remarks"] == ["both arms have the same artifact"]
    for name in ("gate.md", "index.html", "junit.xml"):
        assert "oth arms have the same artifact" in (folder / name).read_text(), name
    shown = repository.harness("gate", "decide", str(folder / "gate.json")).out.splitlines()
    assert re.fullmatch(r"main \(\w{8}\) against HEAD \(\w{8}\)", shown[1])
    assert shown[2] == "both arms have the same artifact"


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


def test_another_suite_can_be_compared_with_and_its_only_candidate_is_told(project: Project) -> None:
    project.suite.write_text(SUITE)
    (project.folder / "other.yaml").write_text(
        SUITE.replace("model.onnx", "a.onnx").replace("threads: 1", "threads: 1, optimization: basic")
    )
    for name in ("model.onnx", "a.onnx"):
        model(project.folder / name, linear(), detours=8 if name == "a.onnx" else 2)
    done = project.harness("gate", "suite.yaml", "--baseline-suite", "other.yaml", "--json", *LEAST)
    assert done.status == 0, done.err
    assert verdicts(done.json)["latency"] == verdicts(done.json)["size"] == "improved"
    told = json.loads((project.folder / "reports/gated/gate/gate.json").read_text())["samples"]
    assert [told["arms"][arm]["label"] for arm in ("candidate", "baseline")] == ["suite.yaml", "other.yaml"]
    assert re.fullmatch(r"model@\S+ is compared with a@\S+", told["remarks"][0])


def environment(place: Path, code: str = "") -> Path:
    """Return the Python of a new environment that has the packages of this one, and no harness; ``code`` runs when it starts."""
    venv.create(place, with_pip=False, symlinks=True)
    (site,) = place.glob("lib/python*/site-packages")
    if code:
        (site / "sitecustomize.py").write_text(code)
    (site / "borrowed.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    about = site / "onnxruntime-0.9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: onnxruntime\nVersion: 0.9\n")
    return place / "bin/python"


SLOW = """
import importlib.abc, importlib.util, sys
class Slowing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "onnxruntime":
            return None
        sys.meta_path.remove(self)
        found = importlib.util.find_spec(name)
        execute = found.loader.exec_module
        def slowed(module):
            execute(module)
            class Slow(module.InferenceSession):
                def run(self, *words):
                    for _ in range(3): super().run(*words)
                    return super().run(*words)
            module.InferenceSession = Slow
        found.loader.exec_module = slowed
        return found
sys.meta_path.insert(0, Slowing())
"""


def test_the_environment_can_be_what_differs(project: Project) -> None:
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    environment(project.folder / "old", SLOW)
    done = project.harness("gate", "suite.yaml", "--baseline-python", "old/bin/python", "--json", *LEAST)
    assert done.status in (0, 1), done.err  # what slows it has memory of its own
    told = verdicts(done.json)
    assert told["latency"] == told["cpu_time"] == told["throughput"] == "improved"
    assert told["accuracy"] == told["size"] == "pass"
    samples = json.loads((project.folder / "reports/gated/gate/gate.json").read_text())["samples"]
    arms = samples["arms"]
    here = metadata.version("onnxruntime")
    assert [arms[arm]["label"] for arm in ("candidate", "baseline")] == ["here", "old/bin/python"]
    assert [arms[arm]["about"]["onnxruntime"] for arm in ("candidate", "baseline")] == [here, "0.9"]
    assert samples["remarks"] == [f"the environments differ in onnxruntime 0.9 → {here}", "both arms have the same artifact"]
    assert samples["reproduce"].count("--baseline-python old/bin/python") == 1


def test_an_environment_with_the_same_packages_is_no_worse(project: Project) -> None:
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    environment(project.folder / "old")
    done = project.harness("gate", "suite.yaml", "--baseline-python", "old/bin/python", "--control", *LEAST)
    assert done.status == 0, done.err


def test_an_environment_that_cannot_measure_is_told_in_a_line(project: Project, tmp_path: Path) -> None:
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear())
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    done = project.harness("gate", "suite.yaml", "--baseline-python", str(tmp_path / "bare/bin/python"))
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert re.search(r"bare/bin/python has no \w+, which measuring needs — install", done.err)


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
        (("--baseline-artifact", "a.onnx", "--baseline-suite", "b.yaml"), "both a file and another suite"),
        (("--baseline-suite", "b.yaml"), "b.yaml"),
        (("--baseline-python", "nothing"), "nothing: No such file or directory — name a Python"),
        (("--baseline-python", "suite.yaml"), "suite.yaml: Permission denied — name a Python"),
        (("--baseline-python", "/bin/echo"), "/bin/echo is no Python: it prints"),
        (("--baseline-python", "/bin/false"), "/bin/false cannot run the harness: it ends without a word"),
        (("--baseline", "main", "--candidate", "nothing"), "the suite has no candidate 'nothing'"),
        (("--baseline", "main", "--max-blocks", "3"), "nothing can be decided within 3 blocks"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(repository: Project, words: tuple[str, ...], told: str) -> None:
    done = repository.harness("gate", "suite.yaml", *words)
    assert done.status == 2
    assert told in done.err.splitlines()[-1]


def test_where_nothing_differs_there_is_nothing_to_gate(repository: Project) -> None:
    done = repository.harness("gate", "suite.yaml")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "nothing differs from main (" in done.err
    assert done.err.endswith("say which revision: --baseline HEAD~1\n")


def test_a_suite_that_the_older_revision_does_not_have_is_nothing_to_compare_with(repository: Project) -> None:
    (repository.folder / "new.yaml").write_text(SUITE)
    done = repository.harness("gate", "new.yaml", "--baseline", "HEAD")
    assert (done.status, done.err.count("\n")) == (4, 1)
    assert "has no new.yaml" in done.err


def test_a_suite_that_cannot_be_read_or_has_other_data_at_the_older_revision_is_nothing_to_compare_with(
    repository: Project,
) -> None:
    for older, told in (
        (SUITE.replace("models", "modles"), "is no suite: "),
        (SUITE.replace("digits", "wine"), "different data"),
    ):
        repository.suite.write_text(older)
        git(repository.folder, "commit", "-qam", "older")
        repository.suite.write_text(SUITE)
        done = repository.harness("gate", "suite.yaml")
        assert (done.status, done.err.splitlines()[-1].count(told)) == (4, 1), done.err


def test_what_nobody_foresaw_is_not_told_as_a_regression(repository: Project) -> None:
    code = "import harness.gating.asked as asked; asked.pairs = None; from harness.cli import main; main()"
    command = [sys.executable, "-P", "-c", code, "gate", "suite.yaml", "--baseline", "HEAD"]
    done = subprocess.run(command, cwd=repository.folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 5
    assert "Traceback" in done.stderr
    assert "not measured: TypeError: 'NoneType' object is not callable" in done.stderr.splitlines()[-1]


def test_files_that_git_does_not_hold_are_told_as_the_same_in_both_arms(repository: Project) -> None:
    git(repository.folder, "rm", "-q", "--cached", "model.onnx")
    git(repository.folder, "commit", "-qm", "without the model")
    done = repository.harness("gate", "suite.yaml", "--baseline", "HEAD", *LEAST)
    assert done.status == 0, done.err
    assert "git does not hold model.onnx, so that both arms have the same" in done.out.splitlines()


def test_a_run_that_was_ended_leaves_files_that_the_next_one_removes(repository: Project) -> None:
    git(repository.folder, "commit", "-q", "--allow-empty", "-m", "second")
    running = repository.start("gate", "suite.yaml", "--baseline", "HEAD~1")
    cache = repository.folder / "results" / "cache"
    deadline = time.monotonic() + 300
    while not list(cache.glob("gate-*/b/0/model.onnx")):
        assert time.monotonic() < deadline
        assert running.poll() is None, (repository.folder / "log").read_text()
        time.sleep(0.05)
    running.terminate()
    running.wait()
    assert len(worktrees(repository)) == 2
    assert len(list(cache.glob("gate-*"))) == 1
    done = repository.harness("gate", "suite.yaml", "--baseline", "HEAD~1", *LEAST)
    assert done.status == 0, done.err
    assert worktrees(repository) == [str(repository.folder)]
    assert not list(cache.glob("gate-*"))


TORCH = """
name: gated
workload: {dataset: digits}
models: [{python: {function: "networks:small"}}]
runtimes: [{onnxruntime: {threads: 1}}]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""
NETWORKS = """
import torch
from torch import nn


def small():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
"""


def test_a_network_passes_against_the_file_it_is_exported_to(project: Project) -> None:
    project.suite.write_text(TORCH)
    (project.folder / "networks.py").write_text(NETWORKS)
    project.harness("run", "suite.yaml")
    (exported,) = (project.folder / "results" / "artifacts").glob("*/model.onnx")
    shutil.copy(exported, project.folder / "before.onnx")
    done = project.harness("gate", "suite.yaml", "--baseline-artifact", "before.onnx", "--json", *LEAST)
    told = verdicts(done.json)
    assert done.status == 0, told
    assert {told[name] for name in ("size", "activations", "operators", "accuracy")} == {"pass"}
    assert not {"parameters", "macs"} & set(told)


def test_without_git_there_is_nothing_to_compare_with(project: Project) -> None:
    done = project.harness("gate", "suite.yaml")
    assert done.status == 2
    assert "is not in a git repository" in done.err
    assert done.err.count("\n") == 1
