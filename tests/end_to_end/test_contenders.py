"""Contenders are measured in several processes, the others in one, and a second run adds nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.end_to_end.conftest import SMALL, Project

TWO_PROFILES_ONE_WINNER = SMALL.replace("processes: 1", "processes: 3").replace(
    "[logistic_regression, decision_tree]", "[mlp, decision_tree]"
)

MENDABLE = """
from pathlib import Path
from torch import nn

def net():
    if not Path(__file__).with_name("mended").exists():
        raise OSError("the disk is away")
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
"""


def test_contenders_are_measured_in_three_processes_and_the_clearly_worse_in_one(tmp_path: Path) -> None:
    suite = TWO_PROFILES_ONE_WINNER.split("  small:")[0] + TWO_PROFILES_ONE_WINNER[TWO_PROFILES_ONE_WINNER.index("measure:") :]
    suite = suite.replace("latency_p50: 1, accuracy: 2", "accuracy: 1").replace("latency_p50: [1 us, 1 ms], ", "")
    suite = suite.replace("name: small", "name: small\nbaseline: {model: {sklearn: mlp}, runtime: {onnxruntime: {threads: 1}}}")
    project = Project(tmp_path, suite)
    answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    processes = {one["candidate"]: one["facts"]["latency_p50"]["processes"] for one in answer.json["candidates"]}
    assert {label: n for label, n in processes.items() if label.startswith("mlp")} == dict.fromkeys(
        (f"mlp@onnxruntime:threads={t}/b{b}" for t in (1, 2) for b in (1, 8)), 3
    )
    assert sum(n == 3 for label, n in processes.items() if label.startswith("decision_tree")) <= 1  # the runner-up
    assert answer.json["run"]["replicates"] == "settled"
    accuracy = answer.json["candidates"][0]["facts"]["accuracy"]
    assert accuracy["processes"] == 1
    again = project.harness("run", "suite.yaml", "--json")
    assert again.json["counts"]["measured"] == 0
    assert again.json["profiles"] == answer.json["profiles"]


def test_what_a_changed_setting_makes_unknown_is_measured_again(finished: Project, tmp_path: Path) -> None:
    project = Project(tmp_path / "changed", SMALL.replace("max_queries: 64", "max_queries: 80"))
    shutil.copytree(finished.folder / "results", project.folder / "results")
    answer = project.harness("run", "suite.yaml", "--json").json
    assert answer["space"]["evaluated"] == 8
    assert answer["counts"]["measured"] > 0
    assert all("latency_p50" in one["facts"] for one in answer["candidates"])


def test_a_failure_is_tried_again_on_request_only(tmp_path: Path) -> None:
    suite = (
        SMALL.replace("{sklearn: [logistic_regression, decision_tree]}", "{sklearn: decision_tree}\n  - {python: 'mine:net'}")
        .replace("[1, 8]", "1")
        .replace("threads: [1, 2]", "threads: 1")
    )
    project = Project(tmp_path, suite)
    (tmp_path / "mine.py").write_text(MENDABLE)
    first = project.harness("run", "suite.yaml", "--json").json
    assert [one["kind"] for one in first["failures"]] == ["bad_input"]
    (tmp_path / "mended").touch()
    assert len(project.harness("run", "suite.yaml", "--json").json["failures"]) == 1
    again = project.harness("run", "suite.yaml", "--retry-failed", "--json").json
    assert again["failures"] == []
    assert len(again["candidates"]) == 2
