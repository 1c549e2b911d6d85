"""A stored baseline on a small repository of its own: what is counted is compared always, timings once there are enough jobs."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Answer, Project
from tests.end_to_end.test_bisect import revision
from tests.end_to_end.test_gate import verdicts
from tests.gated import SUITE, git, linear, model

FILE = Path("results") / "baselines" / "gated.json"
NOISY = ("latency", "latency_p95", "cpu_time", "throughput", "memory_peak", "load_time", "cold_start")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Answer]:
    """A repository, and what its first job said; copy it, do not change it."""
    project = Project(tmp_path_factory.mktemp("stored"), SUITE)
    model(project.folder / "model.onnx", linear(), detours=2)
    (project.folder / ".gitignore").write_text("results/\nreports/\n")
    git(project.folder, "init", "-q", "-b", "main")
    git(project.folder, "add", "-A")
    git(project.folder, "commit", "-qm", "Take the widest")
    return project, project.harness("baseline", "suite.yaml", "--json")


@pytest.fixture
def project(measured: tuple[Project, Answer], tmp_path: Path) -> Project:
    """A copy of it."""
    shutil.copytree(measured[0].folder, tmp_path / "copy")
    return Project(tmp_path / "copy", SUITE)


def edited(project: Project, jobs: int, factor: float, environment: str | None = None) -> None:
    """Let the file hold so many jobs, whose timings are by a factor those of the first one, with some noise."""
    file = project.folder / FILE
    held = json.loads(file.read_text())
    (first,) = held["history"]["jobs"]
    identity = held["history"]["identities"][first["environment"]]

    def noisy(values: Mapping[str, float], number: int) -> dict[str, float]:
        return {name: value * (factor * (1 + 0.002 * (number % 5)) if name in NOISY else 1) for name, value in values.items()}

    held["history"] = {
        "identities": {environment: {**identity, "cores": 4096}} if environment else {first["environment"]: identity},
        "jobs": [
            {
                **first,
                "environment": environment or first["environment"],
                "values": {case: noisy(values, at) for case, values in first["values"].items()},
            }
            for at in range(jobs)
        ],
    }
    file.write_text(json.dumps(held))


def gate(project: Project, *words: str) -> Answer:
    return project.harness("gate", "suite.yaml", "--stored", str(FILE), *words)


def test_a_job_is_stored_with_its_commit_and_everything_it_measured(measured: tuple[Project, Answer]) -> None:
    project, done = measured
    assert done.status == 0, done.err
    (values,) = done.json["values"].values()
    assert {*NOISY, "latency_p99", "size", "parameters", "accuracy"} <= values.keys()
    assert (done.json["commit"]["subject"], done.json["commit"]["changed"]) == ("Take the widest", False)
    assert done.json["commit"]["revision"] == revision(project.folder)


def test_with_few_jobs_what_is_counted_is_compared_and_timings_are_not(project: Project) -> None:
    model(project.folder / "model.onnx", linear(), detours=4)
    done = gate(project, "--json")
    assert done.status == 1, done.err
    told = verdicts(done.json)
    assert [told[name] for name in ("macs", "activations", "accuracy")] == ["regressed", "regressed", "pass"]
    assert {told[name] for name in NOISY} == {"inconclusive"}


def test_jobs_in_another_environment_refuse_to_compare_timings_and_say_what_differs(project: Project) -> None:
    edited(project, 30, 1.0, environment="elsewhere")
    done = gate(project)
    assert done.status == 4, done.err
    assert done.out.splitlines()[0] == (
        "refused: no earlier job ran in this environment (cores differ), so that timings are not compared"
    )


def test_twenty_jobs_that_were_ten_times_as_quick_tell_that_it_is_slower_now(project: Project) -> None:
    edited(project, 20, 0.1)
    done = gate(project, "--json")
    assert done.status == 1, done.err
    told = verdicts(done.json)
    assert [told[name] for name in ("latency", "cpu_time", "memory_peak", "size")] == ["regressed"] * 3 + ["pass"]
    assert told["throughput"] == "improved"


def test_further_jobs_come_behind_the_first_and_are_its_history(project: Project) -> None:
    edited(project, 6, 1.0)
    assert project.harness("baseline", "suite.yaml").status == 0
    told = project.harness("history", "suite.yaml", "size", "--json").json
    assert len(told["jobs"]) == 7
    assert [one["changes"] for one in told["series"]] == [[]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--stored", "nothing.json"), "nothing.json: there is no such file — harness baseline writes one"),
        (("--stored", "suite.yaml"), "take a file as harness baseline wrote it"),
        (("--stored", str(FILE), "--baseline", "main"), "both a revision and a stored baseline are named"),
        (("--stored", str(FILE), "--no-control"), "--control is about two arms"),
        (("--stored", str(FILE), "--max-blocks", "40"), "--max-blocks is about two arms"),
        (("--stored", str(FILE), "--seed", "0"), "--seed is about two arms"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(project: Project, words: tuple[str, ...], told: str) -> None:
    done = project.harness("gate", "suite.yaml", *words)
    assert told in done.err.splitlines()[-1]
    assert done.status == 2


def test_what_cannot_be_measured_is_not_stored(project: Project) -> None:
    (project.folder / "model.onnx").write_bytes(b"nothing")
    before = (project.folder / FILE).read_text()
    done = project.harness("baseline", "suite.yaml")
    assert done.status == 5, done.err
    assert "nothing is stored" in done.err.splitlines()[-1]
    assert (project.folder / FILE).read_text() == before
