"""Figures against the baseline: known ratios and differences, with intervals that are recovered rightly."""

import pytest

from harness.report.comparison import compare


def fact(value, low=None, high=None, unit="s"):
    return {"value": value, "low": value if low is None else low, "high": value if high is None else high, "unit": unit}


def test_a_fifth_of_the_latency_is_five_times_faster():
    told = compare("latency_p90", False, fact(0.002), fact(0.010))
    assert (told.change, told.ends, told.tone) == ("5.0× faster", "", "better")


def test_more_latency_is_slower_and_worse():
    told = compare("latency_p90", False, fact(0.015, 0.014, 0.016), fact(0.010))
    assert (told.change, told.ends, told.tone) == ("1.50× slower", "1.40–1.60×", "worse")


def test_more_throughput_is_better():
    told = compare("throughput", True, fact(3000.0, unit="samples/s"), fact(1000.0, unit="samples/s"))
    assert (told.change, told.tone) == ("3.0× more throughput", "better")


def test_a_quarter_of_the_bytes_is_four_times_smaller():
    assert compare("size", False, fact(1e6, unit="B"), fact(4e6, unit="B")).change == "4.0× smaller"


def test_accuracy_differs_by_percentage_points():
    told = compare("accuracy", True, fact(0.95, 0.949, 0.951, "share"), fact(0.96, 0.959, 0.961, "share"))
    assert (told.change, told.ends, told.tone) == ("−1.0 pp accuracy", "−1.1 to −0.9 pp", "worse")


def test_a_difference_inside_the_noise_is_neither_better_nor_worse():
    told = compare("accuracy", True, fact(0.95, 0.94, 0.96, "share"), fact(0.951, 0.941, 0.961, "share"))
    assert (told.change, told.tone) == ("−0.1 pp accuracy", "even")
    told = compare("latency_p90", False, fact(0.010, 0.008, 0.012), fact(0.011, 0.009, 0.013))
    assert told.tone == "even"


def test_equal_values_are_the_same():
    told = compare("size", False, fact(1e6, unit="B"), fact(1e6, unit="B"))
    assert (told.change, told.tone) == ("same size", "even")


def test_without_a_baseline_only_the_value_is_told():
    told = compare("latency_p90", False, fact(0.002, 0.0019, 0.0021), None)
    assert (told.value, told.baseline, told.change, told.tone) == ("2 ms (1.90–2.10)", "", "", "plain")


@pytest.mark.parametrize(
    ("metric", "higher", "change"),
    [
        ("energy", False, "3.0× less energy"),
        ("cost", False, "3.0× cheaper"),
        ("cold_start", False, "3.0× faster cold start"),
        ("latency_p999", False, "3.0× faster"),
        ("multi_stream_p90", False, "3.0× faster multi-stream"),
        ("server_rate", True, "3.0× less load sustained"),
        ("memory_model", False, "3.0× less memory once loaded"),
        ("time_decode", False, "3.0× faster decoding"),
        ("a_metric_of_a_later_version", False, "3.0× less a metric of a later version"),
    ],
)
def test_each_metric_has_its_words(metric, higher, change):
    assert compare(metric, higher, fact(1.0), fact(3.0)).change == change


PAIRED = {"value": -0.004, "low": -0.015, "high": 0.007, "gained": 3, "lost": 7, "p": 0.2265625}
RIGHT, BEFORE = fact(0.95, 0.949, 0.951, "share") | {"n": 540}, fact(0.954, 0.953, 0.955, "share")


def test_accuracies_compared_sample_by_sample_have_that_interval():
    told = compare("accuracy", True, RIGHT, BEFORE, PAIRED)
    assert (told.change, told.ends, told.tone) == ("−0.4 pp accuracy", "−1.5 to +0.7 pp", "even")
    assert told.detail == "gained 3, lost 7 of 540 samples (p = 0.23)"


def test_as_many_gained_as_lost_is_the_same_accuracy_with_an_interval():
    told = compare("accuracy", True, BEFORE, BEFORE, PAIRED | {"value": 0.0, "low": -0.01, "high": 0.01, "gained": 7, "n": 1000})
    assert (told.change, told.ends, told.tone) == ("same accuracy", "−1.0 to +1.0 pp", "even")
    assert told.detail.startswith("gained 7, lost 7 of 1,000 samples")


def test_without_a_baseline_nothing_is_gained_or_lost():
    assert compare("accuracy", True, RIGHT, None, PAIRED).detail == ""


@pytest.mark.parametrize("estimated", [(True, False), (False, True), (True, True)])
def test_an_estimate_is_never_told_as_surely_better(estimated):
    mine, theirs = (
        fact(value, value * 0.8, value * 1.2, "J") | ({"provenance": "estimate"} if is_one else {"provenance": "counter"})
        for value, is_one in zip((1.0, 3.0), estimated, strict=True)
    )
    told = compare("energy", False, mine, theirs)
    assert (told.change, told.ends, told.tone) == ("≈ 3.0× less energy", "estimate, 2.2–4.0×", "plain")
    assert told.estimate
    assert [shown.startswith("≈") and "estimate" in shown for shown in (told.value, told.baseline)] == list(estimated)


def test_nought_has_no_ratio():
    assert compare("first_query", False, fact(0.0), fact(1.0)).change == ""
