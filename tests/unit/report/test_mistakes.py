"""What mistakes cost: the policy in a sentence, candidates side by side, and the price of a person."""

import pytest

from harness.report.mistakes import curve, policy, section


def test_nothing_is_told_where_mistakes_have_no_costs(answer, kinds):
    assert section(answer) is None
    costless = kinds["behaving"]()
    costless["behaviour"] = {label: one | {"costs": None} for label, one in costless["behaviour"].items()}
    assert section(costless) is None


@pytest.mark.parametrize(
    ("mistakes", "person", "said"),
    [
        (
            [[0, 9], [1, 0]],
            0.5,
            "Say cat as soon as its probability is above 10.0 %, else dog; "
            "ask a person wherever even that is expected to cost more than 0.5.",
        ),
        ([[0, 1], [3, 0]], None, "Say dog as soon as its probability is above 25.0 %, else cat."),
        ([[0, 0], [0, 0]], None, "Answer with the class whose mistakes are expected to cost least."),
        ([[1, 2], [2, 0]], None, "Answer with the class whose mistakes are expected to cost least."),
        ([[0, 1, 2], [1, 0, 1], [2, 1, 0]], None, "Answer with the class whose mistakes are expected to cost least."),
    ],
)
def test_the_policy_is_a_sentence(mistakes, person, said):
    assert policy(mistakes, person, ("cat", "dog")) == said


def test_the_cheapest_is_named_and_what_it_would_cost_without_a_person(kinds):
    answer = kinds["behaving"]()
    answer["behaviour"][answer["candidates"][0]["candidate"]]["costs"]["expected_cost"] = 0.5
    told = section(answer)
    assert told.words == "toy costs least of those shown: 0.5 a sample, with a person asked about 25.0 %."
    assert (told.classes, told.costs) == (("cat", "dog"), (("0", "10"), ("2.5", "0")))
    first = told.pays[0]
    shown = (first.name, first.cost, first.asked, first.never)
    assert shown == (
        "toy + quantize:static",
        "0.75 (0.5–1)",
        "25.0 % (20.0–30.0)",
        "1.25",
    )


def test_what_becomes_of_the_samples_is_counted_for_each_candidate_where_classes_are_few(kinds):
    answer = kinds["behaving"]()
    told = section(answer)
    name, _, rows = told.counts[0]
    assert name == "toy + quantize:static"
    assert [(row.name, row.count, row.said, row.asked) for row in rows] == [
        ("cat", "20", ("12", "3"), "5"),
        ("dog", "20", ("1", "14"), "5"),
    ]
    for one in answer["behaviour"].values():
        one["costs"] |= {"mistakes": [[0] * 4] * 4, "counts": [[1] * 5] * 4}
        one["classes"] = [one["classes"][0] | {"class": str(number)} for number in range(4)]
    assert section(answer).counts == ()


def test_without_a_price_nothing_is_said_of_a_person(kinds):
    answer = kinds["behaving"]()
    for one in answer["behaviour"].values():
        one["costs"] |= {"person": None, "review_rate": 0.0}
    told = section(answer)
    assert not told.person
    assert "person" not in told.words + told.policy


def test_a_curve_is_what_is_paid_at_each_price_and_goes_through_the_suites_own(kinds):
    told = next(iter(kinds["behaving"]()["behaviour"].values()))
    assert curve(told) == {
        "person": 1.0, "price": [0.0, 1.0, 2.0], "paid": [0.0, 0.75, 1.25], "mistakes": [0.0, 0.5, 1.25],
        "review": [1.0, 0.25, 0.0],
    }  # fmt: skip
    assert curve(told | {"costs": None}) == {}


def test_classes_without_samples_are_numbered(kinds):
    answer = kinds["behaving"]()
    for one in answer["behaviour"].values():
        one["classes"] = one["classes"][:1]
    assert section(answer).classes == ("class 0", "class 1")
