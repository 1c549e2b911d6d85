"""``harness report`` of several reports: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.store import Store
from tests import answered


@pytest.fixture(scope="module")
def facts(registry, tmp_path_factory):
    with Store("sqlite://") as store:
        return answered.planted(registry, store, tmp_path_factory.mktemp("planted")).answer


@pytest.fixture
def asked(facts, tmp_path, monkeypatch):
    """Run ``harness report`` beside two reports of one suite, ``old`` and ``new``; the new one recommends the tied candidate."""
    text = json.dumps(facts)
    new = json.loads(text)
    new["profiles"]["fast"]["candidate"] = answered.TIED
    for name, told in (("old", facts), ("new", new)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "facts.json").write_text(json.dumps(told), "utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["report", *arguments], env={"COLUMNS": "80"})


def test_what_differs_and_what_is_the_same_is_printed_within_the_terminal(asked):
    told = asked("old", "new/facts.json")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[:3] == ["fast: 2 different candidates.", f"  old  {answered.BEST}", f"  new  {answered.TIED}"]
    assert "small: the same everywhere." in lines
    assert re.search(r"changed: 1 recommendation, no figure beyond noise", told.output)
    assert "Report: reports/sides-old-new/index.html" in lines
    assert max(map(len, lines)) <= 80


def test_the_page_and_its_markdown_are_written_and_json_tells_the_same(asked, tmp_path):
    told = json.loads(asked("old", "new", "--json", "--light").output)
    folder = tmp_path / "reports" / "sides-old-new"
    assert {path.name for path in folder.iterdir()} == {"index.html", "report.md", "sides.json", "plotly.min.js"}
    assert told.pop("report") == "reports/sides-old-new/index.html"
    assert json.loads((folder / "sides.json").read_text("utf-8")) == told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["old"], "old is a report already"),
        (["old", "old"], "named twice"),
        (["old", "new", "--images"], "--images: of one suite alone"),
        (["old", "gone/facts.json"], "gone/facts.json is not there"),
        (["old", "gone.yaml"], "gone.yaml"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_line(asked, arguments, said):
    told = asked(*arguments)
    assert told.exit_code == 2
    assert said in told.output
    assert len(told.output.splitlines()) == 1
    assert "Traceback" not in told.output


def test_where_one_side_has_nothing_feasible_the_answer_is_no(asked, facts, tmp_path):
    spoilt = json.loads(json.dumps(facts))
    spoilt["profiles"]["small"]["feasible"] = False
    (tmp_path / "new" / "facts.json").write_text(json.dumps(spoilt), "utf-8")
    told = asked("old", "new")
    assert told.exit_code == 1
    assert "nothing is feasible on new" in " ".join(told.output.split())


def test_sides_on_which_nothing_is_measured_are_not_called_infeasible(asked, facts, tmp_path):
    for name in ("old", "new"):
        bare = json.loads(json.dumps(facts))
        bare["profiles"]["fast"]["candidate"] = bare["profiles"]["small"]["candidate"] = None
        (tmp_path / name / "facts.json").write_text(json.dumps(bare), "utf-8")
    told = asked("old", "new")
    assert told.exit_code == 3
    assert told.output.splitlines()[:2] == ["fast: nothing is measured anywhere.", "  everywhere  nothing is measured"]


def test_a_profile_that_one_side_alone_has_is_no_such_profile_on_the_other(asked, facts, tmp_path):
    other = json.loads(json.dumps(facts).replace('"fast"', '"cheap"')) | {"suite": "another"}
    (tmp_path / "new" / "facts.json").write_text(json.dumps(other), "utf-8")
    suite = facts["suite"]
    lines = asked("old", "new").output.splitlines()
    assert lines[0] == f"fast: recommended on {suite} alone; no such profile on another."
    assert [line.split(maxsplit=1) for line in lines[1:3]] == [[suite, answered.BEST], ["another", "no such profile"]]


def test_comparisons_whose_names_are_cut_keep_folders_of_their_own(asked, facts, tmp_path):
    long = ["x" * 90, "y" * 90 + "1", "y" * 90 + "2"]
    for name in long:
        (tmp_path / name).mkdir()
        (tmp_path / name / "facts.json").write_text(json.dumps(facts), "utf-8")
    for other in long[1:]:
        assert asked(long[0], other).exit_code == 0
    folders = [path.name for path in (tmp_path / "reports").iterdir()]
    assert len(folders) == 2
    assert all(name.startswith(f"sides-{long[0]}") and len(name) < 120 for name in folders)
