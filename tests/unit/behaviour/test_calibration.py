"""A classifier is as often right as it is sure, or the error says by how much it is not."""

import math

import numpy as np
import pytest

from harness.behaviour.calibration import Judged, calibration_error, histogram, judged, reliability
from harness.behaviour.probabilities import logits, probabilities, softmax
from harness.behaviour.temperature import calibrated, fitted


def planted(n=3000, classes=4, scale=2.0, seed=0):
    """Logits, and labels drawn with just the probabilities that these say."""
    rng = np.random.default_rng(seed)
    numbers = scale * rng.normal(size=(n, classes))
    shares = softmax(numbers)
    labels = (rng.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(max=classes - 1)
    return numbers, labels


def test_scores_that_are_probabilities_are_taken_as_they_are_and_others_get_a_softmax():
    shares = np.array([[0.25, 0.75], [1.0, 0.0]], dtype=np.float32)
    assert probabilities(shares).tolist() == shares.tolist()
    margins = np.array([[0.25, 0.75], [-1.0, 2.0]])
    assert probabilities(margins)[0, 1] == pytest.approx(1 / (1 + math.exp(-0.5)))


def test_logits_have_the_probabilities_as_their_softmax():
    shares = np.array([[0.2, 0.3, 0.5]])
    assert softmax(logits(shares)) == pytest.approx(shares)


def test_a_classifier_of_one_confidence_is_off_by_confidence_less_accuracy():
    found = Judged(np.full(100, 0.9), np.arange(100) < 70)
    assert calibration_error(found).value == pytest.approx(0.2)


def test_a_temperature_scaled_copy_has_the_error_that_arithmetic_gives():
    """Two classes at logits ±1: sure to 1/(1 + e^(-2/T)), and right in 80 of 100 at any temperature."""
    numbers = np.tile([1.0, -1.0], (100, 1))
    labels = (np.arange(100) >= 80).astype(int)
    for temperature in (0.5, 1.0, 2.0):
        error = calibration_error(judged(softmax(numbers / temperature), labels)).value
        assert error == pytest.approx(abs(1 / (1 + math.exp(-2 / temperature)) - 0.8))


def test_the_error_does_not_depend_on_the_order_of_samples_of_equal_confidence():
    rng = np.random.default_rng(1)
    confidence, right = np.repeat([0.6, 0.99], 200), rng.random(400) < 0.8
    order = rng.permutation(400)
    one, other = Judged(confidence, right), Judged(confidence[order], right[order])
    assert calibration_error(one).value == pytest.approx(calibration_error(other).value)


def test_the_interval_of_an_honest_classifier_begins_at_nought_and_that_of_a_boaster_does_not():
    numbers, labels = planted()
    honest, boasting = (calibration_error(judged(softmax(factor * numbers), labels)) for factor in (1, 3))
    assert honest.low == 0
    assert 0 < boasting.low < boasting.value < boasting.high


def test_a_diagram_has_fifteen_bins_of_equally_many_samples_and_the_same_error():
    numbers, labels = planted()
    found = judged(softmax(3 * numbers), labels)
    bins = reliability(found)
    assert {one["n"] for one in bins} == {200}
    assert len(bins) == 15
    apart = sum(one["n"] * abs(one["confidence"] - one["accuracy"]) for one in bins) / 3000
    assert apart == pytest.approx(calibration_error(found).value)


def test_a_histogram_counts_each_prediction_once():
    found = histogram(Judged(np.array([0.0, 0.52, 0.53, 1.0]), np.array([False, True, False, True])))
    assert [i for i, count in enumerate(found["right"]) if count] == [10, 19]
    assert [i for i, count in enumerate(found["wrong"]) if count] == [0, 10]


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_planted_temperature_is_found(factor):
    numbers, labels = planted()
    assert fitted(factor * numbers, labels) == pytest.approx(factor, rel=0.1)


def test_cooling_takes_the_error_away():
    numbers, labels = planted()
    before = calibration_error(judged(softmax(3 * numbers), labels))
    after = calibration_error(judged(calibrated(3 * numbers, labels), labels))
    assert after.value < before.value / 3


def test_no_sample_is_cooled_by_its_own_label():
    numbers, labels = planted(n=50)
    other = labels.copy()
    other[7] = (labels[7] + 1) % 4
    assert calibrated(numbers, other)[7].tolist() == calibrated(numbers, labels)[7].tolist()
    assert calibrated(numbers, other)[8].tolist() != calibrated(numbers, labels)[8].tolist()
