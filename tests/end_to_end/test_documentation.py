"""Every command of the documentation, run as the pages show it, in a folder where their suites are the small one.

What cannot be run here is listed with the reason; its options are parsed all the same (``tests/unit/test_documentation.py``).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from PIL import Image

from tests.documented import PAGES, commands
from tests.end_to_end.conftest import SMALL, Project
from tests.end_to_end.test_published import ACCURACY, BENCHMARK

NOT_RUN = {
    "python3 -m pip": "installs packages",
    "python -m pip": "installs packages",
    "nox": "runs the tests",
    "harness run docs/example/suite.yaml": "needs the example package: test_example_package.py installs it and runs that suite",
    "harness gate": "needs a repository with an older revision: test_gate.py makes one",
    "harness baseline": "measures for a minute: test_stored_baseline.py does",
    "harness history": "needs the jobs of several commits: tests/unit/history plants them",
    "harness bisect": "needs a repository with a slow commit: test_bisect.py makes one",
    "cp": "puts a hook into a repository of the reader's",
}
"""Beginnings of commands, and why they are not run."""

PROFILES = ("realtime", "kiosk")
"""Profiles that the pages ask for."""

CANDIDATES = {
    "resnet10t+quantize:static@onnxruntime:threads=1/b1": "logistic_regression@onnxruntime:threads=1/b1",
    "resnet10t@onnxruntime:threads=1/b1": "decision_tree@onnxruntime:threads=1/b1",
}
"""Candidates that the pages ask for, and those of the small suite that stand for them."""

SUITES = ("suites/quickstart.yaml", "digits.yaml")
WITH_COMMANDS = [page for page in PAGES if commands(page)]


def _is_run(words: Sequence[str]) -> bool:
    return not any(" ".join(words).startswith(beginning) for beginning in NOT_RUN)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A folder as a reader of the pages has it, with everything about the small suite measured."""
    project = Project(tmp_path / "project")
    shutil.copytree(finished.folder / "results", project.folder / "results")
    suite = yaml.safe_load(SMALL)
    suite["profiles"] |= dict.fromkeys(PROFILES, suite["profiles"]["fast"])
    for name in SUITES:
        (project.folder / name).parent.mkdir(exist_ok=True)
        (project.folder / name).write_text(yaml.safe_dump(suite))
    Image.new("L", (8, 8)).save(project.folder / "photo.jpg")
    (project.folder / "results-imagenet.csv").write_text(ACCURACY)
    (project.folder / "benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv").write_text(BENCHMARK)
    return project


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_every_command_of_a_page_does_its_work(page: Path, project: Project) -> None:
    place = project.folder
    for words in filter(_is_run, commands(page)):
        program, *rest = (CANDIDATES.get(word, word) for word in words)
        if program == "cd":
            place /= rest[0]
            continue
        programs = {"harness": project.command(), "python": [sys.executable]}
        done = subprocess.run([*programs[program], *rest], cwd=place, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, (words, done.stdout, done.stderr)


def test_what_is_not_run_is_in_the_pages() -> None:
    shown = [" ".join(words) for page in WITH_COMMANDS for words in commands(page)]
    idle = [beginning for beginning in NOT_RUN if not any(one.startswith(beginning) for one in shown)]
    assert idle == [], "a reason for a command that is not shown any more"
