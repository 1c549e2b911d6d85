"""What is recommended, exported by the real command line, and run where this package cannot be imported."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.store import Store
from tests.end_to_end.conftest import SMALL, Project
from tests.handed_over import scores_of

FILES = {
    "README.md",
    "example.npy",
    "example_raw.npy",
    "example_scores.npy",
    "facts.json",
    "load.py",
    "model.onnx",
    "preprocess.json",
    "requirements.txt",
    "suite.yaml",
}


@pytest.mark.parametrize("profile", ["fast", "small"])
def test_what_is_recommended_answers_without_the_harness(finished: Project, tmp_path: Path, profile: str) -> None:
    out = tmp_path / "out"
    told = finished.harness("export", "suite.yaml", "--profile", profile, str(out), "--json")
    assert told.status == 0, told.err
    answer = json.loads((finished.folder / "answer.json").read_text())
    label = answer["profiles"][profile]["candidate"]
    assert told.json == {"candidate": label, "profile": profile, "folder": str(out), "files": sorted(FILES)}
    assert {path.name for path in out.iterdir()} == FILES
    facts = json.loads((out / "facts.json").read_text())
    assert facts["recommendation"]["candidate"] == facts["candidate"]["candidate"] == label
    assert facts["candidate"]["facts"] == next(one["facts"] for one in answer["candidates"] if one["candidate"] == label)
    assert facts["profile"]["weights"] == answer["priorities"][profile]["weights"]
    assert facts["environment"]["id"] == answer["environment"]["id"]
    samples, reference = _reference(finished, facts["artifact"]["digest"])
    scores, said = scores_of(out, samples, tmp_path)
    np.testing.assert_allclose(scores, reference, atol=1e-5)
    assert re.search(r"class \d+ \(\d+\)", said)
    readme = (out / "README.md").read_text()
    assert f"harness export suite.yaml --profile {profile} {out}" in readme
    assert "harness run suite.yaml" in readme
    assert "licence" in readme.lower()


def _reference(project: Project, digest: str) -> tuple[np.ndarray, np.ndarray]:
    """Return an artifact's reference samples and scores."""
    with Store(f"sqlite:///{project.folder / 'results/harness.db'}") as store:
        known = store.artifacts(project.keys()["artifacts"]).values()
    artifact = next(one for one in known if one.digest == digest)
    reference = np.load(Path(artifact.folder, "reference.npy"))
    return np.load(Path(artifact.inputs, "samples.npy"))[: len(reference)], reference


def test_a_folder_that_is_not_empty_is_left_alone_unless_it_is_forced(finished: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    (out / "load.py").write_text("old")
    told = finished.harness("export", "suite.yaml", "--profile", "small", str(out))
    assert told.status == 2
    assert told.err.count("\n") == 1
    assert "--force" in told.err
    assert {path.name for path in out.iterdir()} == {"mine.txt", "load.py"}
    told = finished.harness("export", "suite.yaml", "--profile", "small", str(out), "--force")
    assert told.status == 0
    assert {path.name for path in out.iterdir()} == FILES | {"mine.txt"}
    assert (out / "load.py").read_text() != "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_any_candidate_can_be_asked_for_by_its_label(finished: Project, tmp_path: Path) -> None:
    label = "decision_tree@onnxruntime:threads=2/b8"
    told = finished.harness("export", "suite.yaml", "--candidate", label, str(tmp_path / "out"))
    assert told.status == 0, told.err
    assert f"{label} is in" in told.out
    facts = json.loads((tmp_path / "out/facts.json").read_text())
    assert (facts["candidate"]["candidate"], facts["profile"], facts["recommendation"]) == (label, None, None)
    readme = (tmp_path / "out/README.md").read_text()
    assert f"--candidate {label}" in readme
    wrong = finished.harness("export", "suite.yaml", "--candidate", "decision_tree@onnx", str(tmp_path / "other"))
    assert wrong.status == 2
    assert "4 candidates hold 'decision_tree@onnx': decision_tree@onnxruntime:threads=1/b1, " in wrong.err


def test_which_profile_is_asked_where_there_are_several(finished: Project, tmp_path: Path) -> None:
    told = finished.harness("export", "suite.yaml", str(tmp_path / "out"))
    assert told.status == 2
    assert "--profile fast or --profile small" in told.err
    assert finished.harness("export", "suite.yaml", "--profile", "tiny", str(tmp_path / "out")).status == 2


def test_what_is_not_measured_cannot_be_exported_yet(project: Project, tmp_path: Path) -> None:
    told = project.harness("export", "suite.yaml", "--profile", "fast", str(tmp_path / "out"))
    assert told.status == 3
    assert "harness run measures it" in told.err
    label = "decision_tree@onnxruntime:threads=2/b8"
    assert project.harness("export", "suite.yaml", "--candidate", label, str(tmp_path / "out")).status == 3
    assert not (tmp_path / "out").exists()


def test_where_nothing_is_feasible_the_nearest_is_exported_only_if_it_is_asked_for(finished: Project, tmp_path: Path) -> None:
    strict = Project(tmp_path / "strict", SMALL.replace("accuracy >= 90 %", "accuracy >= 99.9 %"))
    shutil.copytree(finished.folder / "results", strict.folder / "results")
    told = strict.harness("export", "suite.yaml", "--profile", "fast", "out")
    assert told.status == 1
    assert told.err.count("\n") == 1
    label = told.err.partition("--candidate '")[2].partition("'")[0]
    told = strict.harness("export", "suite.yaml", "--profile", "fast", "--candidate", label, "out")
    assert told.status == 0, told.err
    assert "what is recommended for `fast` is nothing" in (strict.folder / "out/README.md").read_text()


def test_an_artifact_that_is_gone_or_another_is_not_exported_and_a_run_makes_it_again(tmp_path: Path) -> None:
    suite = SMALL.replace("[logistic_regression, decision_tree]", "decision_tree").replace("constraints:", "#")
    project = Project(tmp_path / "project", suite)
    assert project.harness("run", "suite.yaml").status == 0
    (model,) = (project.folder / "results/artifacts").glob("*/model.onnx")
    content = model.read_bytes()
    model.unlink()
    model.write_bytes(content[:-1] + b"?")
    told = project.harness("export", "suite.yaml", "--profile", "fast", "out")
    assert told.status == 3
    assert "is not the file that was measured" in told.err
    shutil.rmtree(model.parent)
    told = project.harness("export", "suite.yaml", "--profile", "fast", "out")
    assert told.status == 3
    assert told.err.count("\n") == 1
    assert "harness run makes the artifacts of what it recommends again" in told.err
    assert not (project.folder / "out").exists()
    assert project.harness("run", "suite.yaml").status == 0
    assert model.read_bytes() == content
    assert project.harness("export", "suite.yaml", "--profile", "fast", "out").status == 0
