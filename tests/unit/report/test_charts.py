"""What the charts draw, from an answer: candidates by their row in the page, and nothing where there is nothing."""

import pytest

from harness.report import axes
from harness.report.charts import charts, scenarios


def test_a_chart_without_data_is_not_there(kinds):
    assert charts(kinds["without anything"]()) == {}
    assert list(charts(kinds["made up"]())) == ["pareto", "parallel"]
    assert list(charts(kinds["charted"]())) == ["pareto", "parallel", "latencies", "batches", "rates", "memory", "searching"]


def test_candidates_are_rows_and_those_without_a_row_are_left_out(kinds):
    drawn = charts(kinds["charted"]())
    assert list(drawn["latencies"]) == [1, 0]
    assert drawn["batches"] == [{"latency": "latency_p90", "rows": [1, 2]}]
    assert drawn["rates"][1]["limit"] == 0.02
    assert drawn["memory"] == {0: {"seconds": [0.0, 0.1], "bytes": [1e7, 8e7]}}
    assert drawn["searching"]["candidates"] == [0, None, 1]


def test_every_scenario_with_latencies_can_be_chosen(kinds):
    assert scenarios(kinds["charted"]()) == ["single_stream", "server"]
    assert scenarios(kinds["made up"]()) == []


def test_a_search_that_tried_nothing_is_not_drawn(kinds):
    answer = kinds["charted"]()
    answer["history"] = {"candidates": [], "seconds": [], "hypervolume": None, "utility": {"toys": []}}
    assert "searching" not in charts(answer)


def test_the_chart_begins_with_latency_against_accuracy(answer):
    assert axes.first(answer) == ["latency_p90", "accuracy"]


def test_the_chart_without_latency_begins_with_what_there_is(kinds):
    assert axes.first(kinds["with gaps"]()) == ["size", "accuracy"]


def test_one_metric_alone_is_not_drawn_against_itself(answer):
    for one in answer["candidates"]:
        one["facts"] = {"accuracy": one["facts"]["accuracy"]}
    assert axes.first(answer) == []


def test_a_wide_axis_begins_logarithmic_with_ticks_for_people(answer):
    size = axes.axis("size", answer)
    assert size["log"]
    texts = [tick["text"] for tick in size["ticks"]]
    assert texts[texts.index("10 kB") :][:7] == ["10 kB", "20 kB", "50 kB", "100 kB", "200 kB", "500 kB", "1 MB"]
    assert not axes.axis("accuracy", answer)["can_log"]


@pytest.mark.parametrize(("metric", "end"), [("energy", "(lower is better; estimate)"), ("accuracy", "(higher is better)")])
def test_an_axis_says_which_way_is_better_and_whether_it_is_an_estimate(metric, end, kinds):
    assert axes.axis(metric, kinds["with estimates"]())["title"].endswith(end)
