"""What a real run leaves for a reader: facts as their schema says, curves, the search's history, and what changed since."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.facts import Facts
from tests.end_to_end.conftest import Project


@pytest.fixture(scope="module")
def facts(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a report of the finished project, and its facts."""
    reports = tmp_path_factory.mktemp("reports")
    told = finished.harness("report", "suite.yaml", "--reports", str(reports), "--parquet", "--json")
    assert told.status == 0, told.err
    assert told.json["also"] == [str(reports / "small" / "facts.parquet")]
    return reports / "small", json.loads((reports / "small" / "facts.json").read_text("utf-8"))


def test_facts_are_as_the_schema_that_is_printed_and_name_no_other_key(finished: Project, facts: tuple[Path, Any]) -> None:
    jsonschema.validate(facts[1], finished.harness("schema", "facts").json)
    Facts.model_validate(facts[1])
    Facts.model_validate_json((finished.folder / "answer.json").read_text())


def test_every_candidate_that_was_timed_has_its_latencies_in_seconds(facts: tuple[Path, Any]) -> None:
    told = facts[1]
    timed = {one["candidate"]: one["facts"] for one in told["candidates"]}
    assert set(told["latency_curves"]) == set(told["notable"])
    for label, curves in told["latency_curves"].items():
        assert set(curves) == {"single_stream"}
        curve, median = curves["single_stream"], timed[label]["latency_p50"]
        assert curve["n"] == median["n"]
        assert curve["seconds"][0] <= median["value"] <= curve["seconds"][-1]
    assert told["load_curves"]["by_batch"]
    assert set(told["contention"]) == set(told["notable"])


def test_the_history_is_that_of_the_search(facts: tuple[Path, Any]) -> None:
    history = facts[1]["history"]
    labels = [one["candidate"] for one in facts[1]["candidates"] if one["eligible"]]
    assert sorted(history["candidates"]) == sorted(labels)
    assert history["seconds"] == sorted(history["seconds"])
    assert history["hypervolume"][-1] == pytest.approx(facts[1]["hypervolume"], abs=1e-6)
    for name, best in history["utility"].items():
        assert best[-1] == facts[1]["profiles"][name]["utility"]


def test_the_table_beside_the_page_has_every_fact(facts: tuple[Path, Any]) -> None:
    with (facts[0] / "facts.csv").open(newline="", encoding="utf-8") as file:
        rows = {(row["candidate"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}
    assert rows == {
        (one["candidate"], metric): fact["value"] for one in facts[1]["candidates"] for metric, fact in one["facts"].items()
    }


def test_trust_names_the_suite_and_the_command_that_repeats_it(facts: tuple[Path, Any]) -> None:
    trust = facts[1]["trust"]
    assert (trust["suite_file"], trust["command"], trust["seed"]) == ("suite.yaml", "harness run suite.yaml", 0)


def test_images_without_a_browser_end_in_a_hint_and_leave_the_page(
    finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    told = finished.harness("report", "suite.yaml", "--reports", str(tmp_path), "--images")
    assert (told.status, told.out) == (2, "")
    (line,) = told.err.splitlines()
    assert line.startswith("error: images need Chrome or Chromium, and none was found — ")
    assert (tmp_path / "small/index.html").exists()


def test_another_recommendation_is_told_with_its_reason_until_something_else_changes(project: Project) -> None:
    first = project.harness("run", "suite.yaml", "--json").json
    assert first["changed"] is None
    best = first["profiles"]["small"]["candidate"]
    wish = "size: 1}\n    range: {size: [1 kB, 100 kB]}"
    text = project.suite.read_text()
    assert wish in text
    model = "logistic_regression" if best.startswith("decision") else "decision_tree"
    accuracy = {one["candidate"].partition("@")[0]: one["facts"]["accuracy"]["value"] for one in first["candidates"]}
    rule = ">=" if accuracy[model] > accuracy[best.partition("@")[0]] else "<="
    bound = sum(accuracy.values()) / len(accuracy)
    project.suite.write_text(text.replace(wish, f'{wish}\n    guard: 0\n    constraints: ["accuracy {rule} {bound}"]'))
    for again in ("run", "run", "recommend"):  # a run that changes nothing takes nothing away
        (one,) = project.harness(again, "suite.yaml", "--json").json["changed"]["recommendations"]
        assert (one["profile"], one["before"]) == ("small", best)
        assert one["after"].startswith(model)
        assert [why["kind"] for why in one["why"]] == ["priorities", "violates"]
    told = (project.folder / "reports/small/report.md").read_text("utf-8")
    assert f"instead of `{best}`" in told
