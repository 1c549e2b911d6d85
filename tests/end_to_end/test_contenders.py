"""Contenders are measured in several processes, the others in one, and a second run adds nothing."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.conftest import SMALL, Project

TWO_PROFILES_ONE_WINNER = SMALL.replace("processes: 1", "processes: 3").replace(
    "[logistic_regression, decision_tree]", "[mlp, decision_tree]"
)


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
