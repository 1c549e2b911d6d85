"""A quick look ends what cannot win before it is measured in full."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SMALL, Project

STUMP = "{sklearn: decision_tree, params: {max_depth: 1}}"
SCREENED = SMALL.replace("{sklearn: [logistic_regression, decision_tree]}", "{sklearn: logistic_regression}\n  - " + STUMP)
SCREENED = SCREENED.replace(
    "range: {size: [1 kB, 100 kB]}", 'range: {size: [1 kB, 100 kB]}\n    constraints: ["accuracy >= baseline - 5 pp"]'
)
SCREENED = SCREENED.replace("minutes: 5, seed: 0", "minutes: 5, seed: 0, algorithm: random, screen: 100")


def trials(project: Project) -> int:
    """Return how many trials the searches of a project were told."""
    with contextlib.closing(sqlite3.connect(project.folder / "results/harness.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM trials").fetchone()
    return int(count)


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with stumps that break the constraints of both profiles, run to the end."""
    project = Project(tmp_path_factory.mktemp("screened"), SCREENED)
    answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    (project.folder / "answer.json").write_text(answer.out)
    (project.folder / "progress.txt").write_text(answer.err)
    return project


def test_what_breaks_every_profile_beyond_doubt_is_not_measured_in_full(screened: Project) -> None:
    told = screened.harness("recommend", "suite.yaml", "--json").json
    ended = {one["candidate"]: one for one in told["screened"]}
    assert len(ended) == 4
    assert all(label.startswith("decision_tree") for label in ended)
    assert all("accuracy >= 90 %, beyond doubt" in one["why"] for one in ended.values())
    assert {one["candidate"] for one in told["candidates"]}.isdisjoint(ended)
    assert all(one["facts"]["accuracy"]["n"] == 100 for one in ended.values()), "scored on a part of the test split"


def test_one_look_at_the_scores_serves_every_batch_size_and_number_of_threads(screened: Project) -> None:
    progress = (screened.folder / "progress.txt").read_text()
    looks = [line for line in progress.splitlines() if "decision_tree" in line and "a quick look" in line]
    assert len(looks) == 1


def test_facts_of_a_look_are_counted(screened: Project) -> None:
    told = json.loads((screened.folder / "answer.json").read_text())
    assert told["counts"]["measured"] == len(screened.keys()["facts"])


def test_what_a_look_ended_counts_as_tried_and_a_finished_run_measures_nothing(screened: Project) -> None:
    told = trials(screened)
    again = screened.harness("run", "suite.yaml", "--json")
    assert again.status == 0
    assert again.json["counts"]["measured"] == 0
    assert len(again.json["screened"]) == 4
    assert again.json["run"]["tried"] == 8
    assert "decision_tree" not in again.err
    assert trials(screened) == told == 8


def test_a_candidate_that_was_ended_is_measured_in_full_when_priorities_change(screened: Project, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(SCREENED.replace("accuracy >= 90 %", "accuracy >= 10 %"))
    again = screened.harness("run", str(suite), "--json")
    assert again.status == 0
    assert again.json["screened"] == []
    assert again.json["space"]["evaluated"] == 8
    facts = {one["candidate"]: one["facts"]["accuracy"]["n"] for one in again.json["candidates"]}
    assert all(n > 100 for n in facts.values()), "facts of a quick look never stand for full ones"


def test_without_a_look_everything_is_measured_in_full(tmp_path: Path) -> None:
    project = Project(tmp_path / "all", SCREENED.replace("screen: 100", "screen: 0"))
    answer = project.harness("run", "suite.yaml", "--json").json
    assert (answer["screened"], answer["space"]["evaluated"]) == ([], 8)
