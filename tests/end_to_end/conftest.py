"""The real command line, in processes of its own, on a suite that takes seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.store import Store

SMALL = """
name: small
workload: {dataset: digits, batch_size: [1, 8]}
models:
  - {sklearn: [logistic_regression, decision_tree]}
runtimes:
  - {onnxruntime: {threads: [1, 2]}}
profiles:
  fast:
    weights: {latency_p50: 1, accuracy: 2}
    range: {latency_p50: [1 us, 1 ms], accuracy: [80 %, 100 %]}
    constraints: ["accuracy >= 90 %"]
  small:
    weights: {size: 1}
    range: {size: [1 kB, 100 kB]}
measure: {min_queries: 64, max_queries: 64, min_time: 0 s, max_time: 50 ms, processes: 1, again: 0}
search: {minutes: 5, seed: 0}
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def _interruptible() -> None:
    """Let the process be interrupted, even where these tests run in the background of a shell, which ignores interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Project:
    """A folder with a suite, in which commands run."""

    def __init__(self, folder: Path, suite: str = SMALL) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.suite = folder / "suite.yaml"
        self.suite.write_text(suite)

    def command(self, *args: str) -> list[str]:
        """Return the command line that runs ``harness`` with ``args``."""
        return [sys.executable, "-P", "-c", "from harness.cli import main; main()", *args]

    def harness(self, *args: str) -> Answer:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*args), cwd=self.folder, capture_output=True, text=True, timeout=600, env=os.environ | {"COLUMNS": "120"}
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start a command and leave it running, with what it prints in ``log``."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(self.command(*args), cwd=self.folder, stdout=log, stderr=log, preexec_fn=_interruptible)

    def keys(self) -> dict[str, set[str]]:
        """Return the keys of everything in the project's store."""
        with Store(f"sqlite:///{self.folder / 'results/harness.db'}") as store:
            return store.keys()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose small suite was run to the end, once for all tests; read it, do not change it."""
    project = Project(tmp_path_factory.mktemp("finished"))
    answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    (project.folder / "answer.json").write_text(answer.out)
    (project.folder / "progress.txt").write_text(answer.err)
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project."""
    return Project(tmp_path / "project")
