"""The search for a culprit in a small repository of its own, in which one commit of six makes a model slower, by more work."""

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project
from tests.end_to_end.test_gate import LEAST
from tests.gated import SUITE, git, linear, model

CULPRIT = 3


def revision(folder: Path, name: str = "HEAD") -> str:
    return subprocess.run(["git", "rev-parse", name], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def planted(project: Project, unreadable: int | None = None) -> list[str]:
    """Make a line of seven commits, of which the fifth makes the model slower; the suite of one may be no suite. Return them."""
    project.suite.write_text(SUITE)
    model(project.folder / "model.onnx", linear(), detours=1)
    git(project.folder, "init", "-q", "-b", "main")
    (project.folder / ".git" / "info" / "exclude").write_text("results/\nreports/\n")
    git(project.folder, "add", "-A")
    git(project.folder, "commit", "-qm", "the beginning")
    commits = [revision(project.folder)]
    for number in range(6):
        (project.folder / "notes").write_text(str(number))
        if number == CULPRIT:
            model(project.folder / "model.onnx", linear(), detours=9)
        project.suite.write_text("name: [" if number == unreadable else SUITE)
        git(project.folder, "add", "-A")
        git(project.folder, "commit", "-qm", f"change {number}")
        commits.append(revision(project.folder))
    return commits


@pytest.fixture
def line(project: Project) -> tuple[Project, list[str]]:
    """A project with its line of commits."""
    return project, planted(project)


def test_the_commit_that_made_it_slower_is_found(line: tuple[Project, list[str]]) -> None:
    project, commits = line
    done = project.harness("bisect", "suite.yaml", "latency", "--good", commits[0], "--json", *LEAST)
    assert done.status == 0, done.err
    told = done.json
    assert [one["revision"] for one in told["suspects"]] == [commits[1 + CULPRIT]]
    assert told["suspects"][0]["subject"] == "change 3"
    assert len(told["steps"]) <= 4
    assert 0 < told["wrong"] <= 0.06
    again = project.harness("bisect", "suite.yaml", "latency", "--good", commits[0], *LEAST)
    assert again.out.splitlines()[0] == commits[1 + CULPRIT]
    assert "block" not in again.err  # what was measured is kept


def test_what_is_counted_takes_no_blocks_and_is_certain(line: tuple[Project, list[str]]) -> None:
    project, commits = line
    done = project.harness("bisect", "suite.yaml", "macs", "--good", commits[0])
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == commits[1 + CULPRIT]
    assert "for certain" in done.out
    assert "block" not in done.err
    assert subprocess.run(["git", "worktree", "list"], cwd=project.folder, capture_output=True, text=True).stdout.count("\n") == 1


def test_a_commit_that_cannot_be_measured_is_left_out_and_stays_a_suspect(project: Project) -> None:
    commits = planted(project, unreadable=CULPRIT - 1)
    done = project.harness("bisect", "suite.yaml", "macs", "--good", commits[0], "--json")
    assert done.status == 3, done.err
    assert [one["subject"] for one in done.json["suspects"]] == ["change 2", "change 3"]
    assert {one["commit"]["subject"]: one["answer"] for one in done.json["steps"]} == {
        "change 5": "worse",
        "change 2": "unknown",
        "change 1": "fine",
        "change 3": "worse",
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("latencies", "--good", "HEAD~1"), "the gate has no metric 'latencies' — did you mean latency?"),
        (("latency", "--good", "HEAD"), "is not before"),
        (("latency", "--good", "nothing"), "git knows no revision 'nothing'"),
        (("latency", "--good", "HEAD~1", "--candidate", "vit"), "the suite has no candidate 'vit'"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(line: tuple[Project, list[str]], words: tuple[str, ...], told: str) -> None:
    done = line[0].harness("bisect", "suite.yaml", *words)
    assert done.status == 2
    assert told in done.err.splitlines()[-1]


def test_a_metric_that_is_not_worse_has_no_culprit(line: tuple[Project, list[str]]) -> None:
    project, commits = line
    done = project.harness("bisect", "suite.yaml", "macs", "--good", commits[0], "--bad", commits[2])
    assert done.status == 3
    assert done.out.startswith("not found: macs of ")
