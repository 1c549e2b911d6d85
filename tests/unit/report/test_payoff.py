"""Whether compression paid, from an answer: order, figures, and what is said where something is not known."""

import pytest

from harness.report import page, payoff
from harness.report.icicle import icicles
from harness.report.payoff import at_length, line, payoffs


def test_it_compares_with_the_parent_on_the_same_samples(kinds):
    (told,) = payoffs(kinds["compressed"]())
    assert (told.model, told.passes, told.verdict, told.tone) == ("toy", "quantized (static)", "slower", "worse")
    by_name = {figure.metric: figure for figure in told.figures}
    assert (by_name["size"].change, by_name["size"].tone) == ("4.0× smaller", "better")
    assert (by_name["accuracy"].ends, by_name["accuracy"].tone) == ("−2.0 to −0.1 pp", "worse")
    assert told.flips == "2.5 % of 540 predictions changed (1–4 %): 3 became right, 9 became wrong and 1 wrong in another way"


def test_it_matters_where_it_is_recommended_or_on_the_front(kinds):
    answer = kinds["compressed"]()
    assert payoffs(answer)[0].roles == ("★ toys", "front")
    answer["profiles"]["toys"]["candidate"], answer["front"] = "another", []
    (told,) = payoffs(answer)
    assert told.roles == ()
    assert at_length([told]) == (told,)  # its operators were timed, and nothing matters more


def test_what_is_recommended_comes_first_and_the_rest_is_cut(kinds):
    answer = kinds["compressed"]()
    one = answer["candidates"][1]
    answer["candidates"] = [*({**one, "candidate": f"other {i}"} for i in range(20)), *answer["candidates"]]
    answer["front"] += [f"other {i}" for i in range(20)]
    told = payoffs(answer)
    assert len(told) == 21
    assert told[0].label == one["candidate"]
    assert len(at_length(told)) == payoff.MOST


def test_the_table_of_very_many_is_cut_and_says_so(kinds, monkeypatch):
    monkeypatch.setattr(payoff, "TABLED", 3)
    answer = kinds["compressed"]()
    answer["candidates"] += [{**answer["candidates"][1], "candidate": f"other {i}"} for i in range(4)]
    text = page.render(answer)
    section = text[text.index('<section id="compression"') : text.index('<section id="candidates"')]
    assert section.count('<tr><th scope="row" class="name"') == 3
    assert "5 compressed candidates beside their parents" in section
    assert "These are 3 candidates" in section


def test_without_a_parent_nothing_is_compared(kinds):
    (told,) = payoffs(kinds["without parent"]())
    assert (told.absent, told.figures, told.verdict) == ("parent not measured", (), "")
    assert line(told) == "parent not measured"


def test_no_prediction_that_changed_is_said_so(kinds):
    answer = kinds["compressed"]()
    answer["candidates"][1]["parent"]["flips"] |= {"value": 0.0}
    assert payoffs(answer)[0].flips == "none of 540 predictions changed"


def test_an_answer_of_an_older_version_has_no_payoffs(answer):
    assert payoffs(answer) == ()
    assert icicles(answer) == []


def test_bars_are_on_one_scale_and_hold_all_of_a_query(kinds):
    (picture,) = icicles(kinds["compressed"]())
    mine, parent = picture["bars"]
    assert (mine["width"], parent["width"]) == (1.0, pytest.approx(3 / 5))
    assert mine["values"][0] == pytest.approx(500)
    tops = [value for value, above in zip(mine["values"], mine["parents"], strict=True) if above == "compressed"]
    assert sum(tops) == pytest.approx(500)
    assert mine["roles"] == ["whole", "layer", "conversion", "layer", "conversion", "outside"]


def test_operators_that_took_no_time_are_bars_of_no_width(kinds):
    answer = kinds["compressed"]()
    for told in answer["operators"].values():
        told["uncovered"] = 0.0
        for one in (*told["kinds"], *told["operators"]):
            one["seconds"] = 0.0
    (picture,) = icicles(answer)
    assert [bar["width"] for bar in picture["bars"]] == [0.0, 0.0]
    assert picture["bars"][0]["times"][1].endswith(", 0 %")


def test_every_node_hangs_on_one_that_is_there(kinds):
    for bar in icicles(kinds["compressed"]())[0]["bars"]:
        assert len(set(bar["ids"])) == len(bar["ids"])
        assert set(bar["parents"]) <= {"", *bar["ids"]}


def test_a_parent_without_a_profile_leaves_one_bar(kinds):
    answer = kinds["compressed"]()
    del answer["operators"]["toy@torch/b1"]
    assert [bar["name"] for bar in icicles(answer)[0]["bars"]] == ["compressed"]


def test_operators_timed_on_a_busy_machine_are_said_to_be(kinds):
    answer = kinds["compressed"]()
    assert not payoffs(answer)[0].disturbed
    answer["operators"]["toy@torch/b1"]["quality"] = "contended"
    assert payoffs(answer)[0].disturbed
