"""A store that is not there: what measures nothing does not make it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.opening import opened

SUITE = """
name: small
workload: {dataset: digits}
models: [{sklearn: [decision_tree, logistic_regression]}]
runtimes: [onnxruntime]
profiles: {p: {weights: {size: 1}, range: {size: [1 MB, 1 kB]}}}
"""
TREE, LINEAR = "decision_tree@onnxruntime/b1", "logistic_regression@onnxruntime/b1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a suite, in which commands run."""
    (tmp_path / "suite.yaml").write_text(SUITE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("check suite.yaml", 0),
        ("matrix suite.yaml", 0),
        ("recommend suite.yaml", 3),
        ("report suite.yaml --light", 3),
        (f"show suite.yaml {TREE}", 3),
        (f"compare suite.yaml {TREE} {LINEAR}", 3),
        ("export suite.yaml --profile p out", 3),
    ],
)
@pytest.mark.parametrize(
    "where", [["--results", "mistyped"], ["--store", "sqlite:///mistyped/harness.db"]], ids=["results", "store"]
)
def test_what_measures_nothing_says_that_there_is_no_store_and_makes_none(folder, command, status, where):
    told = CliRunner().invoke(app, [*command.split(), *where])
    assert told.exit_code == status, told.output
    said, *_ = told.stderr.splitlines()
    assert said.startswith("no store at ")
    assert said.endswith("mistyped/harness.db; harness run makes one")
    assert not (folder / "mistyped").exists()


def test_what_measures_makes_the_store(folder, capsys):
    with opened(folder / "suite.yaml", folder / "results", None, measures=True):
        assert (folder / "results/harness.db").exists()
    assert capsys.readouterr().err == ""


def test_a_store_that_is_there_is_opened_without_a_word(folder, capsys):
    for measures in (True, False):
        with opened(folder / "suite.yaml", folder / "results", None, measures=measures):
            pass
    assert capsys.readouterr().err == ""
