"""What the page and the Markdown are made of: cards, rows, points and words."""

import re

import pytest

from harness.report import surroundings, wording
from harness.report.cards import cards
from harness.report.chart import chart
from harness.report.comparison import compare
from harness.report.memory import memory
from harness.report.table import table


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "shown"),
    [
        (166e-6, 160e-6, 175e-6, "s", "166 µs (160–175)"),
        (0.00099, 0.00098, 0.00101, "s", "990 µs (980 µs – 1.01 ms)"),
        (0.975, 0.965, 0.981, "share", "97.5 % (96.5–98.1)"),
        (461345.0, 461345.0, 461345.0, "B", "461 kB"),
        (0.0025, 0.0024, 0.0026, "J", "2.50 mJ (2.40–2.60)"),
        (2.5, 2.4, 2.6, "lx", "2.5 lx (2.4–2.6)"),
    ],
)
def test_a_figure_is_shown_with_its_interval_in_its_own_scale(value, low, high, unit, shown):
    assert wording.with_interval({"value": value, "low": low, "high": high, "unit": unit}) == shown


def test_an_estimate_is_told_as_one_wherever_it_stands(kinds):
    answer = kinds["with estimates"]()
    (card,) = cards(answer)
    assert card.terms[-1].value == "≈ 1 mJ (estimate, 800 µJ – 1.20 mJ)"
    assert [(one.text, one.estimate) for one in card.constraints] == [("accuracy >= 90 %", False), ("energy <= 2 mJ", True)]
    told = table(answer)
    cell = told.rows[0].cells[[column.metric for column in told.columns].index("energy")]
    assert (cell.shown, cell.note, cell.order) == ("≈ 5 mJ", "estimate", 0.005)
    miss = told.rows[2].scores[0].misses[1]
    assert (miss.value, miss.by) == ("≈ 3 mJ (estimate)", "≈ 1 mJ (50 %)")
    assert "energy: ≈ 5 mJ (estimate, 4–6)" in chart(answer)["points"][0]["hover"]
    assert next(axis for axis in chart(answer)["axes"] if axis["name"] == "energy")["title"].endswith(
        "(lower is better; estimate)"
    )


def test_a_cell_says_where_its_figure_comes_from(kinds):
    told = table(kinds["with estimates"]())
    origins = {column.metric: cell.origin for column, cell in zip(told.columns, told.rows[0].cells, strict=True)}
    assert origins["latency_p90"] == ""
    assert origins["size"] == "read from a hardware counter"
    assert origins["cost"] == "worked out from other measured figures"
    assert origins["energy"] == "worked out from stated figures, not measured"


def test_the_accuracy_of_a_card_is_compared_sample_by_sample(kinds):
    (card,) = cards(kinds["with estimates"]())
    accuracy = next(one for one in card.figures if one.metric == "accuracy")
    assert (accuracy.change, accuracy.ends, accuracy.tone) == ("−0.7 pp accuracy", "−2.0 to +0.4 pp", "even")
    assert accuracy.detail == "gained 3, lost 7 of 540 samples (p = 0.23)"


def test_the_sentence_says_model_passes_runtime_and_batch(answer):
    (card,) = cards(answer)
    assert card.sentence == "toy, quantized (static), on onnxruntime (threads=1), one sample per query"


def test_the_headlines_begin_with_what_weighs_most(answer):
    (card,) = cards(answer)
    assert [one.change for one in card.headlines] == ["−1.0 pp accuracy", "5.0× faster", "4.0× smaller"]


def test_a_term_says_what_it_adds_and_what_it_could_add(answer):
    latency, accuracy = cards(answer)[0].terms
    assert (latency.contribution, latency.most, latency.weight) == ("0.225", "0.250", "weight 1/4")
    assert (latency.room, latency.filled) == pytest.approx((1 / 3, 0.3))
    assert (accuracy.room, accuracy.filled) == pytest.approx((1.0, 0.575 * 4 / 3))


def test_a_term_says_between_which_ends_it_runs_and_on_which_scale(answer):
    latency, accuracy = cards(answer)[0].terms
    assert (latency.worth, accuracy.worth) == ("20 ms to 0 ns", "80.0 % to 100.0 %")
    answer["priorities"]["toys"] |= {"scales": {"latency_p90": "log"}}
    answer["priorities"]["toys"]["ranges"]["latency_p90"] = [0.02, 0.001]
    assert cards(answer)[0].terms[0].worth == "20 ms to 1 ms, log"


def test_a_range_that_the_baseline_does_not_settle_is_told_once_for_all_metrics(answer):
    priorities = answer["priorities"]["toys"]
    ends = [{"factor": 2.0, "offset": 0.0}, {"factor": 0.1, "offset": 0.0}]
    priorities["relative"] = {"latency_p90": ends, "accuracy": ends, "size": ends}
    priorities["ranges"] = {}
    (card,) = cards(answer)
    assert card.cautions == (
        "Adds nothing: latency p90 and accuracy; the range moves with the baseline, which has no figure or leaves none.",
    ), "of size, that is not weighed, nothing is told"
    assert [term.worth for term in card.terms] == ["", ""]


def test_a_broken_constraint_says_by_how_much(kinds):
    broken, unknown = cards(kinds["infeasible"]())[0].misses
    assert (broken.value, broken.bound, broken.by) == ("60.0 %", "90.0 %", "30 pp")
    assert (unknown.value, unknown.bound, unknown.by) == ("not known", "1 ms", "")


def test_a_busy_machine_and_a_missing_percentile_are_told(kinds):
    answer = kinds["with gaps"]()
    answer["profiles"]["toys"]["facts"]["accuracy"]["quality"] = "contended"
    (card,) = cards(answer)
    assert card.cautions == (
        "Measured while the machine was busy: accuracy.",
        "No latency p99: it needs 662 queries and there were 200.",
        "Its baseline has no figures yet, so nothing is compared.",
    )


def test_only_what_the_profile_looks_at_is_told_as_absent(kinds):
    (card,) = cards(kinds["with estimates"]())
    assert card.cautions == (
        "Measured while the processor changed its speed: latency p90.",
        "Estimated, not measured: energy.",
        "No server rate: no rate held the latency.",
    )


def test_a_quality_of_a_later_version_is_told_as_it_is(answer):
    answer["profiles"]["toys"]["facts"]["size"]["quality"] = "odd"
    assert cards(answer)[0].cautions == ("Noted as odd: size.",)


def test_an_objective_has_a_column_even_where_nobody_has_the_figure(kinds):
    told = table(kinds["with estimates"]())
    assert [one.metric for one in told.columns] == ["latency_p90", "accuracy", "energy", "server_rate", "size", "cost"]
    assert told.rows[1].cells[3].note == "no rate held the latency."


def test_memory_over_time_is_a_line_per_candidate_from_the_start_of_its_process(kinds):
    first, second = memory(kinds["with estimates"]())
    assert first["name"] == "toy + quantize:static<br>onnxruntime (threads=1), batch 1<br>★ toys"
    assert (first["x"], first["y"], first["baseline"]) == ([0.0, 0.1], [10.0, 30.0], False)
    assert (second["x"], second["y"], second["baseline"]) == ([0.0, 0.1, 0.2], [10.0, 80.0, 50.0], True)


def test_of_long_memory_no_peak_is_lost(answer):
    points = [[n / 10, 1e6] for n in range(54_321)]
    points[34_567][1] = 9e6
    answer["memory"] = {"unknown": points}
    (line,) = memory(answer)
    assert (line["name"], max(line["y"])) == ("unknown", 9.0)
    assert len(line["x"]) == len(line["y"]) <= 1000


def test_a_point_with_many_figures_tells_some_and_counts_the_others(answer):
    facts = answer["candidates"][0]["facts"]
    facts |= {f"figure_{n}": facts["size"] for n in range(20)}
    hover = chart(answer)["points"][0]["hover"]
    assert "figure 8" in hover
    assert "figure 9" not in hover
    assert hover.endswith("<i>and 11 more in the table</i>")


def test_a_baseline_that_wins_is_not_compared_with_itself(answer):
    profile = answer["profiles"]["toys"]
    profile |= {"candidate": profile["baseline"], "facts": profile["baseline_facts"]}
    assert cards(answer)[0].is_baseline


def test_a_row_says_its_standing_its_scores_and_what_is_withheld(kinds):
    rows = {row.label: row for row in table(kinds["made up"]()).rows}
    assert [row.front for row in rows.values()] == ["front", "front", "near"]
    assert [row.recommended for row in rows.values()] == [(), ("toys",), ()]
    assert [row.is_baseline for row in rows.values()] == [True, False, False]
    gaps = table(kinds["with gaps"]())
    index = [column.metric for column in gaps.columns].index("latency_p99")
    assert gaps.rows[0].cells[index].note == "needs 662, has 200"
    assert gaps.rows[1].quality == "contended: accuracy"
    assert gaps.rows[2].quality == "nothing measured"


def test_what_breaks_a_constraint_is_ranked_after_what_does_not(answer):
    answer["candidates"][2]["scores"]["toys"]["utility"] = 0.99
    ranked = sorted(table(answer).rows, key=lambda row: -row.scores[0].order)
    assert [row.scores[0].shown for row in ranked] == ["0.800 ± 0.050", "0.500 ± 0.050", "0.990 ± 0.050"]


def test_the_columns_are_the_objectives_first_and_only_what_somebody_has(answer):
    columns = table(answer).columns
    assert [(one.metric, one.main) for one in columns] == [("latency_p90", True), ("accuracy", True), ("size", False)]


def test_the_chart_begins_with_latency_against_accuracy(answer):
    assert chart(answer)["first"] == ["latency_p90", "accuracy"]


def test_the_chart_without_latency_begins_with_what_there_is(kinds):
    assert chart(kinds["with gaps"]())["first"] == ["size", "accuracy"]


def test_the_front_of_two_metrics_holds_those_that_nobody_beats_in_both(answer):
    fronts = chart(answer)["fronts"]
    assert sorted(fronts["latency_p90 accuracy"]) == [0, 1, 2]
    assert fronts["latency_p90 size"] == [2]


def test_a_point_without_one_of_the_metrics_is_on_no_front_of_them(answer):
    del answer["candidates"][2]["facts"]["size"]
    assert chart(answer)["fronts"]["latency_p90 size"] == [1]


def test_a_wide_axis_begins_logarithmic_with_ticks_for_people(answer):
    size = next(axis for axis in chart(answer)["axes"] if axis["name"] == "size")
    assert size["log"]
    texts = [tick["text"] for tick in size["ticks"]]
    assert texts[texts.index("10 kB") :][:7] == ["10 kB", "20 kB", "50 kB", "100 kB", "200 kB", "500 kB", "1 MB"]
    accuracy = next(axis for axis in chart(answer)["axes"] if axis["name"] == "accuracy")
    assert not accuracy["can_log"]


def test_texts_for_the_chart_are_escaped(kinds):
    for point in chart(kinds["hostile"]())["points"]:
        assert not re.search("<(img|script|/script)", point["hover"])
        assert "<" not in "".join((point["stars"], *point["groups"].values()))


def test_failures_that_are_alike_are_told_once(answer):
    (first,) = answer["failures"]
    answer["failures"] += [first | {"candidate": "b"}, first | {"candidate": "c", "log": "another"}]
    (told,) = surroundings.failures(answer)
    assert told.candidates == ("huge@torch/b1", "b", "c")
    assert [label for label, _ in told.logs] == ["huge@torch/b1", "c"]


def test_a_search_says_why_it_stopped_and_a_mere_look_says_so(answer):
    assert ("Stopped because", "the suite's number of trials was reached") in surroundings.space(answer)
    assert ("Tried", "4 of 4 planned, in 1 min 01 s") in surroundings.space(answer)
    assert surroundings.space(answer | {"run": {}})[-1][0] == "Search"


def test_a_published_accuracy_stands_beside_the_measured_one(answer):
    answer["candidates"][1]["prior"] = 0.97
    (card,) = cards(answer)
    assert card.published == "published 97.0 %"
    told = table(answer)
    notes = [row.cells[[column.metric for column in told.columns].index("accuracy")].note for row in told.rows]
    assert notes == ["", "published 97.0 %", ""]


def test_why_there_is_no_accuracy_is_told_whatever_the_profile_looks_at(answer):
    why = {"why": "not measured: the samples are noise"}
    for one in answer["candidates"]:
        one["withheld"]["accuracy"] = why
        del one["facts"]["accuracy"]
    answer["priorities"]["toys"]["weights"] = {"latency_p90": 1.0}
    (card,) = cards(answer)
    assert "No accuracy: not measured: the samples are noise." in card.cautions


def test_a_difference_of_plain_numbers_has_the_digits_it_needs_and_no_points():
    made = {"value": 0.5, "low": 0.45, "high": 0.56, "unit": "number"}
    other = {"value": 0.6, "low": 0.5, "high": 0.7, "unit": "number"}
    told = compare("rmse", False, made, other, {"value": -0.1, "low": -0.123, "high": -0.075, "n": 180})
    assert (told.change, told.ends, told.tone) == ("−0.100 rmse", "−0.123 to −0.075", "better")
    assert told.detail == "on the same 180 samples"
    alone = compare("spearman", True, made | {"value": -0.2, "low": -0.3, "high": -0.1}, other)
    assert (alone.change, alone.tone) == ("−0.80 spearman", "worse")
