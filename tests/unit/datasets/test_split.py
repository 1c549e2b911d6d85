import numpy as np
import pytest

from harness.datasets.split import split_by_rank


@pytest.mark.parametrize("share", [0.1, 0.2, 0.25, 0.3, 0.5, 0.7])
def test_every_class_gives_its_share(share):
    labels = np.random.default_rng(0).integers(0, 3, 997)
    train, test = split_by_rank(np.arange(997), labels, share)
    for label in range(3):
        count = (labels == label).sum()
        assert abs((test.labels == label).sum() - share * count) <= 1 + 1e-6
    assert sorted([*train.samples, *test.samples]) == list(range(997))


def test_the_split_is_spread_over_the_samples_and_not_cut_off_the_end():
    _, test = split_by_rank(np.arange(1000), np.zeros(1000, dtype=int), 0.3)
    halves = (test.samples < 500).sum(), (test.samples >= 500).sum()
    assert abs(halves[0] - halves[1]) <= 2


def test_more_samples_behind_leave_the_split_of_those_before_as_it_is():
    labels = np.arange(60) % 3
    few, many = split_by_rank(np.arange(30), labels[:30], 0.3), split_by_rank(np.arange(60), labels, 0.3)
    assert [s for s in many[1].samples if s < 30] == list(few[1].samples)


def test_lists_of_samples_stay_lists():
    train, test = split_by_rank(["a", "b", "c", "d"], np.zeros(4, dtype=int), 0.5)
    assert sorted(train.samples + test.samples) == ["a", "b", "c", "d"]
    assert len(train) == len(test) == 2
