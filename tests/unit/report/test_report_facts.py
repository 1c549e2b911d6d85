"""What the page and the Markdown are made of: cards, rows, points and words."""

import pytest

from harness.report import surroundings, wording
from harness.report.cards import cards, miss
from harness.report.comparison import compare
from harness.report.table import front, standing


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
    broken = miss(answer["candidates"][2]["scores"]["toys"]["violations"][1], answer["metrics"], answer["candidates"][2]["facts"])
    assert (broken.value, broken.by) == ("≈ 3 mJ (estimate)", "≈ 1 mJ (50 %)")
    assert front(answer).rows[0].figures[2] == "≈ 5 mJ (estimate, 4–6)"


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


def test_explanations_that_do_not_beat_a_random_order_are_told_where_the_profile_judges_by_them(answer):
    versus = {"won": 5, "lost": 6, "even": 4, "chance": 0.7, "beats": False}
    chosen = answer["profiles"]["toys"]["candidate"]
    (one,) = (each for each in answer["candidates"] if each["candidate"] == chosen)
    one["explanation"] = {"asked": 15, "samples": 15, "versus_random": versus}
    assert not any("random" in told for told in cards(answer)[0].cautions)
    answer["priorities"]["toys"]["weights"]["interpretability"] = 1.0
    (told,) = (told for told in cards(answer)[0].cautions if "random" in told)
    assert told.startswith("Its explanations do not beat a random order of features: ")
    versus["beats"] = True
    assert not any("random" in told for told in cards(answer)[0].cautions)


def test_a_quality_of_a_later_version_is_told_as_it_is(answer):
    answer["profiles"]["toys"]["facts"]["size"]["quality"] = "odd"
    assert cards(answer)[0].cautions == ("Noted as odd: size.",)


def test_a_baseline_that_wins_is_not_compared_with_itself(answer):
    profile = answer["profiles"]["toys"]
    profile |= {"candidate": profile["baseline"], "facts": profile["baseline_facts"]}
    assert cards(answer)[0].is_baseline


def test_the_front_is_told_as_a_plain_table_with_what_is_recommended(answer):
    told = front(answer)
    assert told.columns == ("latency p90", "accuracy")
    assert [(row.chain, row.served, row.recommended) for row in told.rows] == [
        ("toy", "torch, batch 1", ()),
        ("toy + quantize:static", "onnxruntime (threads=1), batch 1", ("toys",)),
    ]
    assert told.rows[1].figures == ("2 ms (1.80–2.20)", "95.0 % (94.0–96.0)")


def test_a_figure_that_a_candidate_on_the_front_lacks_is_a_dash(answer):
    del answer["candidates"][0]["facts"]["accuracy"]
    assert front(answer).rows[0].figures[1] == "–"


def test_a_candidate_is_on_the_front_near_it_or_neither(answer):
    assert [standing(label, answer) for label in ("toy@torch/b1", "tiny@onnxruntime:threads=1/b1", "other")] == [
        "front",
        "near",
        "",
    ]


def test_a_search_says_why_it_stopped_and_a_mere_look_says_so(answer):
    assert ("Stopped because", "the suite's number of trials was reached") in surroundings.space(answer)
    assert ("Tried", "4 of 4 planned, in 1 min 01 s") in surroundings.space(answer)
    assert surroundings.space(answer | {"run": {}})[-1][0] == "Search"


def test_a_published_accuracy_stands_beside_the_measured_one(answer):
    answer["candidates"][1]["prior"] = 0.97
    (card,) = cards(answer)
    assert card.published == "published 97.0 %"


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
