"""What the table of candidates tells beyond the columns of the page."""

import pytest

from harness.report.details import details

SCREENED = {"candidate": "weak@torch/b1", "why": "accuracy 50 % breaks accuracy >= 90 %, beyond doubt"}


def test_what_is_plain_of_a_figure_is_not_told_and_what_is_not_is(kinds):
    told = details(kinds["with estimates"]())
    assert told["noted"] == {
        "quality": {"latency_p90": {1: "throttled"}},
        "provenance": {
            "energy": dict.fromkeys(range(3), "estimate"),
            "size": dict.fromkeys(range(3), "counter"),
            "cost": dict.fromkeys(range(3), "derived"),
        },
    }


def test_how_often_something_was_done_is_told_of_every_figure(answer):
    answer["candidates"][1]["facts"]["size"] |= {"n": 7, "processes": 3, "tries": 5}
    assert details(answer)["counts"]["size"] == {"n": [100, 7, 100], "processes": [1, 3, 1], "tries": [1, 5, 1]}


def test_each_reason_for_a_withheld_figure_is_told_once(kinds):
    told = details(kinds["with gaps"]())
    assert told["reasons"] == ["needs 662, has 200", "needs 6,636, has 200"]
    assert told["withheld"] == [{"latency_p99": 0, "latency_p999": 1}] * 3


def test_an_objective_has_a_column_even_where_nobody_has_the_figure(kinds):
    told = details(kinds["with estimates"]())
    columns = [(one["name"], one["main"]) for one in told["columns"]]
    assert columns == [
        ("latency_p90", True), ("accuracy", True), ("energy", True), ("server_rate", True), ("size", False), ("cost", False)
    ]  # fmt: skip


def test_the_columns_are_the_objectives_first_and_only_what_somebody_has(answer):
    columns = details(answer)["columns"]
    assert [(one["name"], one["main"]) for one in columns] == [("latency_p90", True), ("accuracy", True), ("size", False)]
    assert columns[1] == {
        "name": "accuracy", "label": "accuracy", "unit": "share", "higher": True, "main": True,
        "summary": "share classified rightly",
    }  # fmt: skip


def test_what_was_gained_and_lost_on_the_same_samples_is_told_where_it_was_counted(kinds):
    answer = kinds["with estimates"]()
    answer["candidates"][0]["paired"] = {"rmse": {"value": 0.1, "low": 0.0, "high": 0.2, "n": 540}}
    assert details(answer)["paired"] == [{}, {"accuracy": [3, 7, 540, 29 / 128]}, {}]


def test_who_is_tied_dominated_and_a_baseline_is_told_by_row(answer):
    labels = [one["candidate"] for one in answer["candidates"]]
    answer["profiles"]["toys"]["tied"] = [labels[0], "unknown"]
    answer["candidates"][2]["dominated_by"] = labels[1]
    answer["candidates"][0]["dominated_by"] = None
    told = details(answer)
    assert (told["tied"], told["dominated"], told["baselines"]) == ({"toys": [0]}, {2: 1}, [0])


def test_candidates_without_figures_follow_with_why(answer):
    failed = answer["failures"][0]
    answer["failures"] += [
        failed | {"candidate": answer["candidates"][2]["candidate"]},
        failed | {"candidate": "b", "kind": "killed"},
    ]
    ended = SCREENED | {"facts": {"size": answer["candidates"][0]["facts"]["size"]}}
    answer["screened"] = [ended, SCREENED | {"candidate": "b"}]
    told = details(answer)
    assert told["failed"] == {2: 0}
    assert told["others"] == [
        {"label": "huge@torch/b1", "cause": 0},
        {"label": "b", "cause": 1},
        {"label": "weak@torch/b1", "why": SCREENED["why"], "facts": ended["facts"]},
    ]
    assert told["causes"] == ["out of memory while loading", "killed while loading"]


def test_a_published_accuracy_stands_beside_the_measured_one(answer):
    answer["candidates"][1]["prior"] = 0.97
    assert details(answer)["published"] == {1: "published 97.0 %"}


@pytest.mark.parametrize("key", ["notes", "withheld", "paired", "references", "screened", "trust"])
def test_facts_that_lack_what_came_later_have_details_too(answer, key):
    for one in answer["candidates"]:
        if key != "withheld":
            one.pop(key, None)
    answer.pop(key, None)
    assert details(answer)["made"] == [0, 0, 0]


def test_what_candidates_share_an_artifact_of_is_told_once(answer):
    for one, artifact in zip(answer["candidates"], ("aa", None, "aa"), strict=True):
        one |= {"artifact": artifact, "notes": {"training": {"steps": 3}} if artifact else {}}
    told = details(answer)
    assert told["artifacts"] == [{"digest": "aa", "notes": {"training": {"steps": 3}}}]
    assert told["made"] == [0, None, 0]
