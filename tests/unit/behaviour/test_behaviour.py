"""By class, against the baseline, by what mistakes cost, by group, and when samples get worse: each truth is planted."""

import numpy as np
import pytest

from harness.behaviour import costs, groups, robust
from harness.behaviour.brier import brier
from harness.behaviour.classes import by_class, worst_class
from harness.behaviour.flips import changed
from harness.stats import proportion


def test_the_brier_score_of_certainty_is_nought_or_two_and_of_a_coin_a_half():
    right, wrong = np.array([[1.0, 0.0]] * 8), np.array([[0.0, 1.0]] * 8)
    labels = np.zeros(8, dtype=int)
    assert brier(right, labels).value == 0
    assert brier(wrong, labels)[:1] == (2.0,)
    assert brier(np.full((8, 2), 0.5), labels).value == pytest.approx(0.5)


def test_a_known_confusion_gives_the_accuracy_of_each_class():
    labels = np.repeat([0, 1, 3], [10, 20, 5])
    predicted = labels.copy()
    predicted[:4], predicted[10:12] = 1, 0
    found = by_class(predicted, labels)
    assert {number: (one.value, one.n) for number, one in found.items()} == {0: (0.6, 10), 1: (0.9, 20), 3: (1.0, 5)}
    assert worst_class(predicted, labels) == proportion(6, 10)


def test_an_identical_copy_has_no_flips_and_another_has_them_by_kind():
    labels = np.array([0, 1, 2, 0, 1])
    before = np.array([0, 0, 1, 0, 1])
    assert changed(labels, before, before)[:1] == (0.0,)
    now = np.array([0, 1, 0, 2, 1])
    found = changed(labels, now, before)
    assert (found.value, found.right, found.wrong, found.other) == (0.6, 1, 1, 1)


FALSE_ALARM, MISSED = 1000.0, 4000.0
MISTAKES = np.array([[0.0, FALSE_ALARM], [MISSED, 0.0]])


@pytest.mark.parametrize(
    ("positive", "expected", "asked"),
    [(0.60, 400.0, True), (0.02, 80.0, False), (0.96, 40.0, False)],
    ids=["60 % positive", "98 % negative", "96 % positive"],
)
def test_a_person_is_asked_where_that_is_cheaper_than_what_a_mistake_is_expected_to_cost(positive, expected, asked):
    found = costs.answers(np.array([[1 - positive, positive]]), MISTAKES, 200.0)
    assert found.expected[0] == pytest.approx(expected)
    assert found.asked.tolist() == [asked]
    assert found.predicted[0] == (positive > 0.5)


def test_what_is_paid_is_the_mistake_that_was_made_or_the_person():
    shares = np.array([[0.99, 0.01], [0.99, 0.01], [0.4, 0.6], [0.01, 0.99]])
    labels = np.array([0, 1, 1, 0])
    found = costs.answers(shares, MISTAKES, 200.0)
    assert costs.paid(found, labels, MISTAKES, 200.0).tolist() == [0, MISSED, 200, FALSE_ALARM]
    assert costs.review_rate(found).value == 0.25
    assert costs.counts(found, labels, 2).tolist() == [[1, 1, 0], [1, 0, 1]]
    each = costs.paid(found, labels, MISTAKES, 200.0)
    assert costs.expected_cost(each, MISTAKES).value == (MISSED + 200 + FALSE_ALARM) / 4


def test_without_a_person_nobody_is_asked():
    found = costs.answers(np.array([[0.5, 0.5]]), MISTAKES, None)
    assert found.asked.tolist() == [False]
    assert costs.paid(found, np.array([1]), MISTAKES, None).tolist() == [0.0]


def test_no_mistake_in_few_samples_leaves_room_for_some():
    found = costs.expected_cost(np.zeros(20), MISTAKES)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(MISSED * proportion(0, 20).high)


def test_a_curve_runs_from_asking_always_to_asking_never_and_holds_the_policy():
    rng = np.random.default_rng(3)
    positive = rng.random(400)
    labels = (rng.random(400) < positive).astype(int)
    shares = np.stack([1 - positive, positive], axis=1)
    curve = costs.curve(shares, labels, MISTAKES)
    assert (curve[0]["review_rate"], curve[0]["mistakes"]) == (1.0, 0.0)
    assert curve[-1]["review_rate"] == 0
    rates, mistakes = ([one[name] for one in curve] for name in ("review_rate", "mistakes"))
    assert rates == sorted(rates, reverse=True)
    assert mistakes == sorted(mistakes)
    at = curve[len(curve) // 2]
    found = costs.answers(shares, MISTAKES, at["threshold"])
    each = costs.paid(found, labels, MISTAKES, at["threshold"])
    assert each.mean() == pytest.approx(at["mistakes"] + at["threshold"] * at["review_rate"])


def test_a_planted_gap_between_groups_is_found_whichever_is_larger():
    above = np.arange(1000) < 400
    hits = np.where(above, np.arange(1000) < 360, np.arange(1000) < 820)  # 90 % of 400, 70 % of 600
    for mine in (above, ~above):
        found = groups.gap(groups.sides(hits, mine))
        assert found.value == pytest.approx(0.2)
        assert 0.1 < found.low < 0.2 < found.high < 0.3
        assert found.n == 1000


def test_equal_groups_have_a_gap_that_may_be_nought():
    above = np.arange(100) % 2 == 0
    found = groups.gap(groups.sides(np.arange(100) % 4 < 2, above))
    assert (found.value, found.low) == (0, 0)


def test_a_group_without_samples_has_no_gap():
    assert groups.sides(np.ones(5, dtype=bool), np.zeros(5, dtype=bool)) is None


def test_the_accuracy_on_corrupted_samples_is_the_mean_over_kinds_and_severities():
    labels = np.zeros(10, dtype=int)
    predicted = np.zeros((2, 5, 10), dtype=int)
    predicted[1, :, :5] = 1
    found = robust.robust_accuracy(predicted, labels)
    assert (found.value, found.n) == (0.75, 10)
    by_kind = robust.by_severity(predicted, labels, ("noise", "blur"))
    assert [one.value for one in by_kind["blur"]] == [0.5] * 5


def test_many_severities_of_the_same_samples_are_not_so_many_samples():
    labels = np.zeros(40, dtype=int)
    alike = np.tile((np.arange(40) < 8).astype(int), (5, 5, 1))  # the same samples wrong at all severities
    found, single = robust.robust_accuracy(alike, labels), proportion(32, 40)
    assert (found.low, found.high) == pytest.approx((single.low, single.high), abs=0.005)
    apart = np.random.default_rng(0).permuted(alike.reshape(25, 40), axis=1).reshape(5, 5, 40)
    narrow = robust.robust_accuracy(apart, labels)
    assert narrow.high - narrow.low < (found.high - found.low) / 2


def test_how_much_surer_a_model_is_of_samples_may_be_less_than_nothing():
    found = robust.ood_gap(np.full(20, 0.6), np.full(20, 0.9))
    assert (found.value, found.low, found.high) == pytest.approx((-0.3, -0.3, -0.3))
