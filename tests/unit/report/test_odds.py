"""How sure a recommendation is, as the bars of the answer."""

import pytest

from harness.report import odds
from harness.report.cards import cards


def told(probability, contenders=(), tied=(), feasible=True, near=()):
    others = [{"candidate": label, "win_probability": p, "feasible": kept} for label, p, kept in contenders]
    known = {"near": near, "anywhere": [], "weights": [], "constraints": []}
    sure = {"win_probability": probability, "contenders": others, "tied": list(tied), "sensitivity": known}
    return {"candidate": "a", "feasible": feasible} | sure


def test_the_parts_of_the_resamples_make_a_whole():
    found = odds.odds(told(0.6, [("b", 0.2, True), ("c", 0.1, False), ("d", 0.05, True)])).chances
    assert [(one.kind, pytest.approx(one.share)) for one in found] == [
        ("mine", 0.6),
        ("rival", 0.25),
        ("doubtful", 0.1),
        ("rest", 0.05),
    ]
    assert [one.words for one in found][:3] == [
        "60 % this one",
        "25 % others that keep every constraint",
        "10 % others that may break one",
    ]


def test_a_part_that_is_none_has_no_bar():
    assert [one.kind for one in odds.odds(told(1.0)).chances] == ["mine"]
    assert odds.odds(told(None)).chances == ()


@pytest.mark.parametrize(
    ("tied", "feasible", "words"),
    [
        ((), True, "No other candidate is tied with it."),
        ((), False, ""),
        (("b",), True, "Another one is tied with it: what is between the two is inside the noise, so either will do."),
        (("b", "c"), True, "2 others are tied with it: what is between them is inside the noise, so any of them will do."),
    ],
)
def test_ties_are_told_with_what_follows(tied, feasible, words):
    assert odds.odds(told(0.5, tied=tied, feasible=feasible)).ties == words


def test_who_else_could_win_says_how_often_and_what_is_doubtful():
    found = odds.odds(told(0.6, [("b", 0.2, True), ("c", 0.1, False)], tied=("t", "b"))).rivals
    assert [(one.label, one.words) for one in found] == [
        ("t", "tied"),
        ("b", "tied, first in 20 % of cases"),
        ("c", "first in 10 % of cases, may break a constraint"),
    ]


def test_under_other_weights_a_candidate_has_its_ranks_and_where_it_is_first():
    places = [
        {"candidate": "a", "ranks": [0.75, 0.2, 0.0], "weights": {"size": 0.25, "latency_p90": 0.75}},
        {"candidate": "b", "ranks": [0.0, 0.004, 0.3], "weights": None},
    ]
    first, second = odds.odds(told(0.6, near=places)).near
    assert (first.recommended, first.ranks, first.words) == (True, (0.75, 0.2, 0.0), "first in 75 %, second in 20 %")
    assert first.weights == "latency p90 75\u00a0%, size 25\u00a0%"
    assert (second.recommended, second.words, second.weights) == (False, "second in less than 1 %, third in 30 %", "")


def test_an_answer_that_does_not_tell_how_sure_it_is_has_no_bars(answer):
    (card,) = cards(answer)
    assert (card.odds.chances, card.odds.near) == ((), ())


def test_the_commands_of_a_card_name_the_suite_and_the_profile_as_a_shell_takes_them(answer):
    answer["trust"] = {"suite_file": "my suites/a.yaml"}
    answer["profiles"] = {"so fast": answer["profiles"]["toys"]}
    (card,) = cards(answer)
    assert card.command == "harness export 'my suites/a.yaml' --profile 'so fast' deploy/"
    assert card.run == "harness run 'my suites/a.yaml'"
