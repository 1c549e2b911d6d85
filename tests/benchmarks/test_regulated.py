"""Does it matter whether decisions are to be explained? What two suites deploy where that counts, and where only speed does.

nox -s benchmarks -- -k regulated
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project

SUITES = Path(__file__).parents[2] / "suites"


@pytest.mark.parametrize("name", ["regulated", "explained_digits"])
def test_another_candidate_is_deployed_where_decisions_are_to_be_explained(tmp_path: Path, name: str) -> None:
    project = Project(tmp_path, (SUITES / f"{name}.yaml").read_text())
    done = subprocess.run(project.command("run", "suite.yaml"), cwd=project.folder, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    print(f"\n{name}\n{project.harness('recommend', 'suite.yaml').out}")
    told = project.harness("recommend", "suite.yaml", "--json").json["profiles"]
    regulated, realtime = told["regulated"], told["realtime"]
    assert regulated["feasible"]
    assert realtime["feasible"]
    assert regulated["candidate"] != realtime["candidate"]
