import numpy as np
import pytest

from harness.datasets import declared
from harness.datasets.shipped import digits, mnist5k
from harness.errors import UnavailableError


@pytest.mark.parametrize(("load", "shape", "count"), [(digits, (8, 8, 1), 1797), (mnist5k, (28, 28, 1), 5000)])
def test_the_digits_are_all_there_in_a_stratified_split_of_70_to_30(load, shape, count, tmp_path):
    samples = load({}, tmp_path)
    assert samples.shape == samples.train.samples.shape[1:] == shape
    assert len(samples.train) + len(samples.test) == count
    assert samples.classes == tuple("0123456789")
    for label in range(10):
        train, test = ((split.labels == label).sum() for split in (samples.train, samples.test))
        assert abs(test - 0.3 * (train + test)) <= 1


@pytest.mark.parametrize("load", [digits, mnist5k])
def test_grey_levels_use_the_whole_byte(load, tmp_path):
    samples = load({}, tmp_path)
    assert (samples.train.samples.min(), samples.train.samples.max()) == (0, 255)


def test_mnist_is_500_of_each_digit_split_into_350_and_150(tmp_path):
    samples = mnist5k({}, tmp_path)
    assert np.bincount(samples.train.labels).tolist() == [350] * 10
    assert np.bincount(samples.test.labels).tolist() == [150] * 10


def test_no_sample_is_in_both_splits(tmp_path):
    samples = mnist5k({}, tmp_path)
    train = {image.tobytes() for image in samples.train.samples}
    shared = sum(image.tobytes() in train for image in samples.test.samples)
    assert shared == 0


def test_a_file_that_does_not_ship_is_unavailable():
    with pytest.raises(UnavailableError, match=r"'none\.csv' of 'numpy'") as caught:
        declared.shipped_file("numpy", "none.csv")
    assert caught.value.hint == "pip install numpy"
    with pytest.raises(UnavailableError):
        declared.shipped_file("no_such_package_here", "x")
