"""Features of samples, and coalitions of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.coalitions import Background, background, features, masked, nudged, of_features, top

SIDES = st.integers(1, 60)


def test_a_row_has_a_feature_for_each_column():
    assert features((30,), 4).count == 30


def test_an_image_with_few_pixels_has_them_as_features():
    found = features((8, 8, 3), 196)
    assert found.layout == (8, 8)
    assert found.at.shape == (8, 8, 3)
    assert (found.at[:, :, 0] == np.arange(64).reshape(8, 8)).all()


def test_a_larger_image_is_divided_into_equal_rectangles():
    found = features((28, 28, 1), 196)
    assert found.layout == (14, 14)
    assert (np.bincount(found.at.ravel()) == 4).all()


@given(SIDES, SIDES, st.integers(1, 300))
def test_every_feature_of_a_grid_has_a_place_and_there_are_not_more_than_were_asked_for(height, width, segments):
    found = features((height, width, 1), segments)
    assert found.count <= segments
    assert set(found.at.ravel().tolist()) == set(range(found.count))


@given(SIDES, SIDES, SIDES, st.integers(1, 300))
def test_candidates_that_take_an_image_resized_share_the_datasets_grid(height, width, side, segments):
    whole = (height, width, 1)
    own, resized = features(whole, segments), features((60 + side, 60 + side, 3), segments, whole)
    assert own.layout == resized.layout


def test_a_coalition_keeps_its_features_and_puts_the_background_for_the_others():
    sample, mean = np.array([1, 2, 3], dtype=np.float32), np.array([10, 20, 30], dtype=np.float32)
    found = masked(sample, mean, np.array([[1, 0, 1], [0, 0, 0]]), features((3,), 9))
    assert found.tolist() == [[1, 20, 3], [10, 20, 30]]


def test_all_channels_of_a_rectangle_come_and_go_together():
    sample, mean = np.full((4, 4, 3), 200, dtype=np.uint8), np.zeros((4, 4, 3), dtype=np.float32)
    found = masked(sample, mean, np.array([[1, 0, 0, 0]]), features((4, 4, 3), 4))[0]
    assert (found[:2, :2] == 200).all()
    assert found.sum() == 200 * 2 * 2 * 3


def test_the_background_is_the_mean_of_the_training_split_and_comes_back_from_its_files(tmp_path):
    made = background(np.array([[0, 10], [4, 10]], dtype=np.float32), {"columns": ["a", "b"]})
    made.write(tmp_path)
    back = Background.read(tmp_path)
    assert (back.mean == [2, 10]).all()
    assert (back.spread == [2, 0]).all()
    assert back.about == {"columns": ["a", "b"]}


def test_a_nudge_moves_by_a_share_of_what_numbers_differ_by():
    sample, spread = np.zeros(20_000, dtype=np.float32), np.full(20_000, 2.0)
    moved = nudged(sample, spread, np.random.default_rng(0))
    assert moved.std() == pytest.approx(0.1, rel=0.05)
    assert moved.dtype == np.float32


def test_a_nudged_image_is_an_image_still_and_what_never_differs_stays():
    sample = np.full((4, 4, 1), 255, dtype=np.uint8)
    moved = nudged(sample, np.full((4, 4, 1), 500.0), np.random.default_rng(0))
    assert moved.dtype == np.uint8
    assert moved.min() < 255
    assert (nudged(sample, np.zeros((4, 4, 1)), np.random.default_rng(0)) == 255).all()


@pytest.mark.parametrize(("count", "kept"), [(3, 1), (10, 1), (11, 2), (30, 3), (64, 7)])
def test_the_top_tenth_is_at_least_one_feature(count, kept):
    chosen = top(np.arange(count, dtype=float), 0.1)
    assert chosen.sum() == kept
    assert chosen[-kept:].all()


def test_values_are_added_up_over_the_places_of_each_feature():
    assert of_features(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0, 0], [2, 0]]), 3).tolist() == [7, 0, 3]
