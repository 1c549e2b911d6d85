"""Whether scores are right: what is wrong must be found, and coarser arithmetic must not be taken for it."""

import numpy as np
import pytest

from harness import outputs
from harness.errors import JobError
from harness.outputs import DIFFERENT, check, compare, difference, scores
from harness.testing import FakeClock, FakeSession, fakes, reference_batch, reference_scores

LABELS = np.arange(100) % 4
ROWS = np.stack([LABELS, np.arange(100)], axis=1).astype(np.float32)
REFERENCE = np.eye(4, dtype=np.float32)[LABELS[:32]]
NETWORK = reference_scores(reference_batch(32))
"""Scores of a network, of any sign and size."""


def wish(batch=1, fixed=None, classes=4):
    how = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
    return {"fixed_batch": fixed, "batch_size": batch, "preprocess": how, "classes": classes}


def bfloat16(array):
    """Keep the eight leading bits of each number, rounded."""
    bits = np.asarray(array, dtype=np.float32).view(np.uint32)
    return ((bits + 0x8000) & 0xFFFF0000).astype(np.uint32).view(np.float32)


@pytest.mark.parametrize(("fixed", "sizes"), [(None, [64, 64]), (32, [32, 32, 32, 32]), (7, [7] * 15), (200, [200])])
def test_the_last_batch_is_filled_up_and_its_filling_left_out(fixed, sizes):
    session = FakeSession({})
    found = scores(session, ROWS, wish(fixed=fixed))
    assert session.sizes == sizes
    assert found.dtype == np.float32
    assert (found.argmax(axis=1) == LABELS).all()


def test_a_bad_score_in_any_batch_is_found():
    with pytest.raises(JobError, match="not finite"):
        scores(FakeSession({"fault": "nan", "at": 1}), ROWS, wish())


def test_scores_are_kept_when_the_session_uses_their_memory_again():
    class Thrifty(FakeSession):
        kept = np.zeros((33, 4), np.float32)

        def run(self, batch):
            self.kept[:] = super().run(batch)
            return self.kept

    found = scores(Thrifty({}), ROWS[:99], wish(), 33)
    assert (found.argmax(axis=1) == LABELS[:99]).all()


def test_infinite_scores_are_not_finite():
    with pytest.raises(JobError, match="2 of 3 samples") as caught:
        check(np.array([[0.0, np.inf], [0, 1], [np.nan, np.nan]]), 3, 2)
    assert caught.value.kind == "nan_output"


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (3, 3), (4, 3), (12,), (3, 4, 1)])
def test_scores_of_another_shape_are_wrong(shape):
    with pytest.raises(JobError, match="expected scores of shape") as caught:
        check(np.zeros(shape), 3, 4)
    assert caught.value.kind == "wrong_output"


@pytest.mark.parametrize("reference", [REFERENCE, NETWORK, 1000 + NETWORK, 1e-6 * NETWORK])
@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros_like,
        np.ones_like,
        lambda right: -right,
        lambda right: np.roll(right, 1, axis=0),
        lambda right: right[::-1],
        lambda right: np.roll(right, 1, axis=1),
        lambda right: np.repeat(right[:1], 32, axis=0),
        lambda right: np.repeat(right.mean(axis=0, keepdims=True), 32, axis=0),
        lambda right: np.random.default_rng(0).permutation(right, axis=0),
    ],
    ids=["zeros", "ones", "negative", "next_sample", "reverse", "next_class", "first_sample", "mean_sample", "shuffled"],
)
def test_what_is_not_the_answer_to_the_samples_is_wrong(reference, wrong):
    assert difference(wrong(reference), reference) > DIFFERENT


@pytest.mark.parametrize("reference", [REFERENCE, NETWORK, 5 + NETWORK, 1e-6 * NETWORK])
@pytest.mark.parametrize(
    "near",
    [
        lambda right: right,
        bfloat16,
        lambda right: right.astype(np.float16),
        lambda right: right * 1.05,
        lambda right: right + np.random.default_rng(0).normal(0, 0.1, right.shape) * right.std(),
    ],
    ids=["same", "bf16", "f16", "five_percent", "int8"],
)
def test_coarser_arithmetic_is_right(reference, near):
    assert difference(near(reference), reference) < DIFFERENT


def test_one_sample_of_thirty_two_beyond_another_branch_of_a_tree_is_right():
    flipped = REFERENCE.copy()
    flipped[5] = np.roll(flipped[5], 1)
    assert 0.2 < difference(flipped, REFERENCE) < DIFFERENT


def test_scores_that_are_all_the_same_may_differ_in_rounding_only():
    same = np.tile(np.float32([3.0, -1.0, 2.0]), (32, 1))
    assert difference(same * np.float32(1 + 1e-6), same) < 0.01
    assert difference(same + 0.1, same) > DIFFERENT


def test_a_right_session_differs_by_nothing():
    assert compare(FakeSession({}), ROWS, wish(), REFERENCE) == 0.0


@pytest.mark.parametrize(
    ("batch", "fixed", "sizes"), [(1, None, [1] * 32), (5, None, [5] * 7), (32, None, [32]), (100, None, [100]), (8, 8, [8] * 4)]
)
def test_comparison_is_in_the_candidates_own_batch_size(batch, fixed, sizes):
    session = FakeSession({})
    assert compare(session, ROWS, wish(batch, fixed), REFERENCE) == 0.0
    assert session.sizes == sizes


@pytest.mark.parametrize("batch", [1, 8, 64])
@pytest.mark.parametrize("fault", ["zeros", "other", "empty", "shape"])
def test_a_session_that_answers_wrongly_is_found_in_any_batch_size(fault, batch):
    with pytest.raises(JobError) as caught:
        compare(FakeSession({"fault": fault}), ROWS, wish(batch), REFERENCE)
    assert caught.value.kind == "wrong_output"


def test_a_session_that_is_right_only_in_a_batch_of_one_is_wrong_in_a_batch_of_eight():
    class Crosses(FakeSession):
        def run(self, batch):
            return np.roll(super().run(batch), 1, axis=0)

    assert compare(Crosses({}), ROWS, wish(1), REFERENCE) == 0.0
    with pytest.raises(JobError, match="differ"):
        compare(Crosses({}), ROWS, wish(8), REFERENCE)


def test_how_wrong_it_is_is_told_beside_the_limit():
    with pytest.raises(JobError, match=r"differ from the artifact's reference by 1\.\d\d .* \(over 0\.5 is wrong\)"):
        compare(FakeSession({"fault": "zeros"}), ROWS, wish(), REFERENCE)


@pytest.mark.parametrize("shape", [(0, 0), (0, 4)])
def test_where_there_is_no_reference_there_is_no_difference(shape):
    assert compare(FakeSession({}), ROWS, wish(), np.empty(shape, np.float32)) is None


def test_without_a_reference_shapes_and_numbers_are_looked_at_all_the_same():
    with pytest.raises(JobError) as caught:
        compare(FakeSession({"fault": "nan"}), ROWS, wish(), np.empty((0, 0)))
    assert caught.value.kind == "nan_output"


def test_fewer_samples_than_the_reference_could_have_are_compared():
    assert compare(FakeSession({}), ROWS[:10], wish(4), REFERENCE[:10]) == 0.0


@pytest.fixture
def clock(monkeypatch):
    time = FakeClock()
    monkeypatch.setattr(outputs, "time", time)
    monkeypatch.setattr(fakes, "time", time)
    return time


@pytest.mark.parametrize(
    ("batch", "latency", "calls"),
    [(1, 0.01, 32), (1, 0.0625, 17), (1, 10.0, 8), (3, 10.0, 3), (8, 10.0, 1), (64, 10.0, 1)],
)
def test_a_slow_model_is_compared_on_fewer_samples(clock, batch, latency, calls):
    session = FakeSession({"latency": latency})
    assert compare(session, ROWS, wish(batch), REFERENCE) == 0.0
    assert len(session.sizes) == calls


def test_a_slow_model_is_evaluated_on_every_sample(clock):
    assert len(scores(FakeSession({"latency": 100.0}), ROWS, wish(), 1)) == 100


def test_a_subset_has_every_class_in_proportion_and_is_the_same_every_time():
    labels = np.repeat([2, 0, 1], [600, 300, 100])
    rows = outputs.subset(labels, 50)
    assert sorted(set(rows)) == list(rows)
    counts = np.bincount(labels[rows], minlength=3)
    assert np.abs(counts - [15, 5, 30]).max() <= 1
    assert np.array_equal(rows, outputs.subset(labels, 50))


def test_a_subset_larger_than_what_there_is_is_all_of_it():
    assert list(outputs.subset(np.array([1, 0, 1]), 10)) == [0, 1, 2]


def test_a_subset_of_targets_spans_their_range():
    rows = outputs.subset(np.linspace(5, -5, 100)[:, None], 10)
    assert {0, 99} <= set(rows)
