"""A run that is stopped at any moment loses at most the candidate in work."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from harness.metrics import BEHAVIOUR
from tests.end_to_end.conftest import SMALL, Project

PATIENCE = 120.0

TREES = SMALL.replace("{sklearn: [logistic_regression, decision_tree]}", "{sklearn: decision_tree}\n  - DEEP").replace(
    "DEEP", "{sklearn: decision_tree, params: {max_depth: 5}}"
)
TREES = TREES.replace("accuracy >= 90 %", "accuracy >= 10 %")
TREES = TREES.replace("{latency_p50: 1, accuracy: 2}", "{accuracy: 1}").replace("latency_p50: [1 us, 1 ms], ", "")
"""Trees are fitted the same to the last bit every time; sums of floats depend on where arrays lie in memory.

No profile weighs a time, so the same candidates are recommended every time, and their operators timed.
"""


def _wait_for_facts(project: Project, process: subprocess.Popen[bytes], more_than: int) -> None:
    """Wait until the store has facts beyond those of ``more_than``, or the run is over."""
    deadline = time.monotonic() + PATIENCE
    database = project.folder / "results/harness.db"
    while time.monotonic() < deadline and process.poll() is None:
        if database.exists() and len(project.keys()["facts"]) > more_than:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("search", ["algorithm: exhaustive", "algorithm: guided, trials: 7, gain: 0"])
def test_killed_twice_and_started_again_the_store_is_that_of_one_run(tmp_path: Path, search: str) -> None:
    suite = TREES.replace("minutes: 5", f"minutes: 5, {search}")
    whole, project = Project(tmp_path / "whole", suite), Project(tmp_path / "killed", suite)
    assert whole.harness("run", "suite.yaml").status == 0
    seen = 0
    for _ in range(2):
        process = project.start("run", "suite.yaml")
        _wait_for_facts(project, process, seen)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "a killed run leaves no process behind"
        kept = len(project.keys()["facts"])
        assert kept > seen, "what was measured before the kill is kept"
        seen = kept
    assert seen < len(whole.keys()["facts"]), "the kills came in the middle"
    answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    derived = len(project.keys()["facts"]) - seen - answer.json["counts"]["measured"]
    assert 0 <= derived <= len(BEHAVIOUR), "of outputs that were stored by the kill nothing is measured again"
    assert project.keys() == whole.keys()


def test_interrupted_by_the_user_it_says_so_and_goes_on_next_time(tmp_path: Path) -> None:
    project = Project(tmp_path / "long", SMALL.replace("[1, 8]", "[1, 2, 3, 4, 5, 6, 7, 8, 9]"))
    process = project.start("run", "suite.yaml")
    _wait_for_facts(project, process, 0)
    assert process.poll() is None, "it is not over yet"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    log = (project.folder / "log").read_text()
    assert "interrupted" in log
    assert "Traceback" not in log
    kept = project.keys()["facts"]
    again = project.harness("run", "suite.yaml", "--json")
    assert again.status == 0
    assert kept <= project.keys()["facts"]


def test_two_runs_at_once_are_refused(project: Project) -> None:
    process = project.start("run", "suite.yaml")
    try:
        _wait_for_facts(project, process, 0)
        second = project.harness("run", "suite.yaml")
        assert second.status == 2
        assert "another run is measuring" in second.err
        assert project.harness("recommend", "suite.yaml").status in (0, 3), "but recommending works while a run goes on"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def test_the_minutes_of_a_suite_end_a_run_and_the_next_goes_on(tmp_path: Path, finished: Project) -> None:
    text = finished.suite.read_text().replace("minutes: 5", "minutes: 0.001")
    project = Project(tmp_path / "short", text)
    first = project.harness("run", "suite.yaml", "--json")
    assert first.json["run"]["stop_reason"] == "minutes"
    assert first.json["space"]["evaluated"] < 8
    project.suite.write_text(finished.suite.read_text())
    assert project.harness("run", "suite.yaml", "--json").json["space"]["evaluated"] == 8
