"""How answers reach standard output: also where nobody reads them to the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).parents[3] / "suites/quickstart.yaml"
HARNESS = (sys.executable, "-P", "-c", "from harness.cli import main; main()")


def unread(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose standard output is a pipe that is closed at its other end."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run([*HARNESS, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(writing)


@pytest.mark.parametrize("command", ["list passes", "list passes --json", "schema", f"check {QUICKSTART} --store sqlite://"])
def test_a_pipe_that_is_closed_is_no_error(command: str) -> None:
    done = unread(*command.split())
    assert (done.returncode, done.stderr) == (0, "")


def test_the_exit_status_of_an_answer_that_nobody_reads_stays(tmp_path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "name: s\nworkload: {dataset: digits}\nmodels: [{sklearn: decision_tree}]\nruntimes: [onnxruntime]\n"
        "profiles: {p: {weights: {size: 1}, range: {size: [1 MB, 1 kB]}}}\n"
    )
    assert unread("recommend", str(suite), "--results", str(tmp_path)).returncode == 3


def test_what_is_cut_by_head_ends_well() -> None:
    piped = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$@" | head -1', "bash", *HARNESS, "list", "passes"], capture_output=True, text=True
    )
    assert (piped.returncode, piped.stderr) == (0, "")
    assert len(piped.stdout.splitlines()) == 1
