"""Behaviour, costs, groups and corruptions through the command line, and other costs afterwards without a process."""

from __future__ import annotations

import pytest

from harness.facts.behaviour import Behaviour
from harness.metrics import BEHAVIOUR
from tests.end_to_end.conftest import Project

COSTS = "costs: {mistakes: {malignant: {benign: 4000}, benign: {malignant: 1000}}, person: 200}"
SUITE = f"""
name: behaving
workload:
  dataset: breast_cancer
  {COSTS}
  groups: {{column: mean radius, above: 14}}
  corruptions: {{samples: 64}}
models:
  - {{sklearn: [logistic_regression, decision_tree]}}
runtimes: [{{onnxruntime: {{threads: 1}}}}]
scenarios: [single_stream]
profiles:
  bedside:
    weights: {{accuracy: 1, expected_cost: 2}}
    range: {{accuracy: [80 %, 100 %], expected_cost: [1000, 0]}}
    constraints: ["flips <= 5 %"]
measure: {{min_queries: 64, max_queries: 64, min_time: 0 s, max_time: 50 ms, processes: 1, again: 0}}
search: {{minutes: 5, seed: 0}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose suite asks for all of it, run to the end."""
    found = Project(tmp_path_factory.mktemp("behaving"), SUITE)
    answer = found.harness("run", "suite.yaml")
    assert answer.status == 0, answer.err
    return found


def test_every_fact_of_behaviour_is_measured_and_told(project: Project) -> None:
    told = project.harness("show", "suite.yaml", "decision_tree", "--json").json
    assert set(BEHAVIOUR) <= set(told["facts"])
    found = Behaviour.model_validate(told["behaviour"])
    assert [one.name for one in found.classes] == ["malignant", "benign"]
    assert found.groups is not None
    assert found.groups.column == "mean radius"
    assert found.corruptions is not None
    assert set(found.corruptions.kinds) == {"noise", "shift", "missing"}


def test_what_answers_otherwise_than_the_baseline_too_often_breaks_the_constraint(project: Project) -> None:
    told = project.harness("recommend", "suite.yaml", "--json").json
    tree = next(one for one in told["candidates"] if one["candidate"].startswith("decision_tree"))
    assert tree["facts"]["flips"]["value"] > 0.05
    assert [one["metric"] for one in tree["scores"]["bedside"]["violations"]] == ["flips"]


def test_other_costs_are_told_without_measuring(project: Project) -> None:
    before = project.harness("show", "suite.yaml", "decision_tree", "--json").json["facts"]
    runs = len(project.keys()["done"])
    (project.folder / "other.yaml").write_text(SUITE.replace("person: 200", "person: 20"))
    after = project.harness("show", "other.yaml", "decision_tree", "--json").json["facts"]
    assert after["review_rate"]["value"] > before["review_rate"]["value"]
    assert after["expected_cost"]["value"] != before["expected_cost"]["value"]
    assert after["accuracy"] == before["accuracy"]
    assert len(project.keys()["done"]) == runs, "nothing was measured"


def test_it_can_be_read_in_a_terminal(project: Project) -> None:
    told = " ".join(project.harness("show", "suite.yaml", "decision_tree").out.split())
    for words in ("behaves", "by class malignant", "at severities 1 to 5", "mean radius above 14", "handed to a person at 200"):
        assert words in told
